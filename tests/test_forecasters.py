"""Forecasters: sktime's suite, and what users rely on beyond it."""

import numpy as np
import pandas as pd
import pytest
import torch
from sktime.forecasting.base import ForecastingHorizon
from sktime.utils.estimator_checks import check_estimator

from skrnn.datasets import load_series
from skrnn.forecasting import GRUForecaster, LSTMForecaster, RNNForecaster
from skrnn.forecasting._windows import Panel, WindowData

THREE = (RNNForecaster, LSTMForecaster, GRUForecaster)


@pytest.mark.parametrize("forecaster", THREE)
def test_sktime_checks(forecaster):
    results = check_estimator(forecaster, raise_exceptions=False, verbose=False)
    assert len(results) > 500
    assert {name: str(r) for name, r in results.items() if r != "PASSED"} == {}


@pytest.fixture(params=THREE, ids=lambda cls: cls.__name__)
def make(request):
    return lambda **p: request.param(**{"max_steps": 100, "random_state": 0, **p})


def seasonal(n=120, sp=6, seed=0):
    t = np.arange(n)
    y = 10 * np.sin(2 * np.pi * t / sp) + 0.3 * t
    y = y + 0.1 * np.random.default_rng(seed).normal(size=n)
    return pd.Series(y, index=pd.period_range("2000-01", periods=n, freq="M"), name="y")


def test_trend_and_season_are_learnt(make):
    y = seasonal()
    train, test = y[:-6], y[-6:]
    forecast = make(sp=6, max_steps=300).fit(train, fh=range(1, 7)).predict()
    naive = np.abs(train[-6:].to_numpy() - test.to_numpy()).mean()
    assert forecast.index.equals(test.index)
    assert np.abs(forecast - test).mean() < 0.5 * naive


def test_forecasts_follow_affine_changes(make):
    y = seasonal()
    plain = make(sp=6).fit(y, fh=[1, 6]).predict()
    changed = make(sp=6).fit(1e4 * y + 1e6, fh=[1, 6]).predict()
    np.testing.assert_allclose((changed - 1e6) / 1e4, plain, atol=1e-3 * np.abs(plain).max())


def test_same_seed_same_forecast(make):
    y = seasonal()
    one, same, other = (
        make(max_steps=20, random_state=seed).fit(y, fh=[1]).predict() for seed in (0, 0, 1)
    )
    pd.testing.assert_series_equal(one, same)
    assert not np.allclose(one, other)


def panel(n_series=5):
    frames = {f"store {i}": seasonal(seed=i).iloc[10 * i :] * (i + 1) for i in range(n_series)}
    return pd.concat(frames, names=["store", "month"]).to_frame()


def test_panel_is_one_model(make):
    y = panel()
    forecaster = make(sp=6).fit(y, fh=[1, 2, 3])
    forecast = forecaster.predict()
    assert forecast.index.names == y.index.names
    assert list(forecast.columns) == list(y.columns)
    assert len(forecast) == 5 * 3
    assert not hasattr(forecaster, "forecasters_")  # which sktime makes where it loops itself
    last = y.groupby(level=0).last()["y"]
    assert (np.abs(forecast.groupby(level=0)["y"].first() / last - 1) < 1).all()


def test_each_series_is_forecast_from_its_own_end(make):
    y = panel(2)
    y = y.drop(y.xs("store 1", drop_level=False).index[-4:])
    index = make(sp=6, max_steps=5).fit(y, fh=[1]).predict().index
    assert [str(month) for _, month in index] == ["2010-01", "2009-09"]


def test_horizon_with_gaps_is_a_part_of_the_full_one(make):
    y = seasonal()
    full = make(max_steps=20).fit(y, fh=range(1, 7)).predict()
    part = make(max_steps=20).fit(y, fh=[2, 6]).predict()
    np.testing.assert_allclose(part, full.iloc[[1, 5]])


def test_absolute_horizon(make):
    y = seasonal()
    fh = ForecastingHorizon(pd.period_range("2010-01", periods=3, freq="M"), is_relative=False)
    assert make(max_steps=5).fit(y, fh=fh).predict().index.equals(fh.to_pandas())


def test_update_moves_the_origin_without_training(make):
    y = seasonal()
    forecaster = make(sp=6).fit(y[:-6], fh=range(1, 7))
    weights = [p.clone() for p in forecaster.net_.module_.parameters()]
    forecaster.update(y[-6:], update_params=False)
    assert forecaster.predict().index[0] == y.index[-1] + 1
    assert all((a == b).all() for a, b in zip(weights, forecaster.net_.module_.parameters()))
    forecaster.update(y[-6:], update_params=True)
    assert any((a != b).any() for a, b in zip(weights, forecaster.net_.module_.parameters()))


def test_too_far_a_horizon_is_refused(make):
    forecaster = make(max_steps=5).fit(seasonal(), fh=[1, 2])
    forecaster_fh = ForecastingHorizon([3], is_relative=True)
    with pytest.raises(ValueError, match="3 steps, but .* was fitted for 2"):
        forecaster._predict(forecaster_fh)


def test_too_short_a_series_is_refused(make):
    with pytest.raises(ValueError, match="has 5 observations, but a horizon of 6 steps needs"):
        make().fit(seasonal(5), fh=range(1, 7))


@pytest.mark.parametrize(
    ("name", "value"), [("sp", 0), ("window_length", "long"), ("lr", -1), ("max_steps", 1.5)]
)
def test_parameters_are_checked(make, name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of .*Forecaster must be"):
        make(**{name: value}).fit(seasonal(), fh=[1])


@pytest.mark.parametrize("y", [np.full(40, 3.0), np.zeros(40), -np.arange(40.0) * 1e8])
def test_awkward_series_have_finite_forecasts(make, y):
    forecast = make(max_steps=20).fit(pd.Series(y), fh=[1, 2]).predict()
    assert np.isfinite(forecast).all()
    if y[0] == y[-1]:
        np.testing.assert_allclose(forecast, y[0], atol=1e-3 * max(1, abs(y[0])))


def test_real_series_better_than_naive(make):
    y = load_series("airline")
    forecast = make(sp=12, max_steps=300).fit(y[:-12], fh=range(1, 13)).predict()
    error = np.abs(forecast - y[-12:]).mean()
    assert error < 0.6 * np.abs(y[-12:] - y.iloc[-13]).mean()


# Windows


def test_windows_are_gathered_and_undone():
    values = [np.arange(10.0) ** 2, np.arange(5.0) + 7]
    windows = Panel.of(values, 3, sp=1)
    ends, owners = windows.training_ends(horizon=2, shortest=1)
    data = WindowData(windows, ends, owners, 3, 2, 1, torch.device("cpu"))
    assert len(data) == (10 - 2) + (5 - 2)
    every = data.windows(ends.argsort())
    undone = every.denormalise(0 * every.naive)
    start = [values[0][max(0, i - 1)] for i in range(1, 9)] + [7.0, 8, 9]
    np.testing.assert_allclose(undone[:, 0], start, rtol=1e-5)
    _, targets = data.take(ends.argsort())
    future = every.denormalise(targets)
    expected = [values[0][i : i + 2] for i in range(1, 9)]
    expected += [values[1][i : i + 2] for i in range(1, 4)]
    np.testing.assert_allclose(future, expected, rtol=1e-5)


def test_no_window_reaches_beyond_its_series():
    """Values of one series must not appear in windows or targets of another."""
    panel = Panel.of([np.full(8, 1.0), np.full(9, 2.0)], 4, sp=1)
    ends, owners = panel.training_ends(horizon=3, shortest=1)
    seen = panel.values.numpy()[ends.numpy()[:, None] + np.arange(-4, 3)]
    assert (seen == (owners.numpy() + 1.0)[:, None]).all()
