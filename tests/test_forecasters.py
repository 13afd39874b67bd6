"""Forecasters: sktime's suite, and what users rely on beyond it."""

import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from joblib import Parallel, delayed
from sktime.base import load
from sktime.forecasting.base import ForecastingHorizon
from sktime.utils.estimator_checks import check_estimator

from skrnn.datasets import load_series
from skrnn.forecasting import GRUForecaster, LSTMForecaster, RNNForecaster, _scaling
from skrnn.forecasting._rolling import quantiles_within
from skrnn.forecasting._scaling import SeriesScaler
from skrnn.forecasting._season import detect_common_season, detect_season, frequency_of
from tests.conftest import integers
from tests.forecasting_data import QUICK, panel, quick, seasonal, without_last

THREE = (RNNForecaster, LSTMForecaster, GRUForecaster)


# The three differ in their cell only, and a pass takes a minute. sktime's tests pass X without rows
# between the times of fh.
@pytest.mark.filterwarnings("ignore:X has no row at .* between the times of fh:UserWarning")
@pytest.mark.parametrize(
    "forecaster",
    [
        GRUForecaster,
        pytest.param(LSTMForecaster, marks=pytest.mark.slow),
        pytest.param(RNNForecaster, marks=pytest.mark.slow),
    ],
)
def test_sktime_checks(forecaster):
    results = check_estimator(forecaster, raise_exceptions=False, verbose=False)
    for result in results.values():
        if isinstance(result, Exception):
            raise result  # with its traceback
    assert len(results) > 500
    assert set(results.values()) == {"PASSED"}


@pytest.fixture(params=THREE, ids=lambda cls: cls.__name__)
def make(request):
    return lambda **p: request.param(**{**QUICK, **p})


# Accuracy, and what a forecast does not depend on


def test_trend_and_season_are_learnt(make):
    y = seasonal()
    train, test = y[:-6], y[-6:]
    forecast = make(sp=6).fit(train, fh=range(1, 7)).predict()
    naive = np.abs(train[-6:].to_numpy() - test.to_numpy()).mean()
    assert forecast.index.equals(test.index)
    assert np.abs(forecast - test).mean() < 0.2 * naive


def test_the_network_learns_what_the_base_forecast_lacks(make):
    """Each value follows from the one before it by a curve that no smoothing model knows."""
    y = [0.3]
    for _ in range(200):
        y.append(3.7 * y[-1] * (1 - y[-1]))
    y = pd.Series(y)
    errors = {}
    for max_steps in (1, 300):
        forecaster = make(max_steps=max_steps, lr=0.02).fit(y[:-50], fh=[1])
        forecaster.update(y[-50:], update_params=False)
        errors[max_steps] = np.abs(forecaster.predict(fh=range(-49, 1)) - y[-50:]).mean()
    assert forecaster.shares_["trained"] > 0.9
    assert errors[300] < 0.7 * errors[1]


def test_real_series_better_than_naive(make):
    y = load_series("airline")
    forecast = make(sp=12).fit(y[:-12], fh=range(1, 13)).predict()
    error = np.abs(forecast - y[-12:]).mean()
    assert error < 0.3 * np.abs(y[-12:] - y.iloc[-13]).mean()


def test_forecasts_follow_affine_changes(make):
    y = seasonal()
    plain, changed = (make(sp=6).fit(z, fh=[1, 6]) for z in (y, 1e3 * y + 5e3))
    assert plain.log_ == changed.log_ == [False]
    forecast = (changed.predict() - 5e3) / 1e3
    np.testing.assert_allclose(forecast, plain.predict(), atol=1e-3 * np.abs(y).max())


def test_forecasts_of_logarithms_follow_factors(make):
    y = load_series("airline")
    plain, changed = (make(sp=12).fit(z, fh=[1, 12]) for z in (y, 1e3 * y))
    assert plain.log_ == changed.log_ == [True]
    np.testing.assert_allclose(changed.predict() / 1e3, plain.predict(), rtol=1e-3)


def test_same_seed_same_forecast(make):
    one, same, other = (
        make(random_state=seed).fit(seasonal(), fh=[1]).predict() for seed in (0, 0, 1)
    )
    pd.testing.assert_series_equal(one, same)
    assert not np.allclose(one, other)


def test_threads_and_jobs_do_not_matter(make):
    y = seasonal()
    alone = make().fit(y, fh=[1, 2]).predict()
    jobs = [delayed(lambda: make().fit(y, fh=[1, 2]).predict())() for _ in range(3)]
    for forecast in Parallel(n_jobs=2, prefer="threads")(jobs):
        pd.testing.assert_series_equal(forecast, alone)


def test_global_random_state_is_left_alone_and_nothing_printed(make, capsys):
    np.random.seed(3)
    torch.manual_seed(3)
    numpy_state, torch_state = np.random.get_state()[1].copy(), torch.get_rng_state()
    forecaster = make(random_state=None, dropout=0.5, num_layers=2).fit(seasonal(), fh=[1])
    forecaster.predict_interval()
    assert (np.random.get_state()[1] == numpy_state).all()
    assert (torch.get_rng_state() == torch_state).all()
    assert tuple(capsys.readouterr()) == ("", "")


# Containers


def test_panel_is_one_model(make):
    y = panel()
    forecaster = make(sp=6).fit(without_last(y, 3), fh=[1, 2, 3])
    forecast = forecaster.predict()
    assert forecast.index.names == y.index.names
    assert list(forecast.columns) == list(y.columns)
    assert not hasattr(forecaster, "forecasters_")  # which sktime makes where it loops itself
    assert len(forecaster.nets_) == 1
    truth = y.loc[forecast.index, "y"]
    assert (np.abs(forecast["y"] - truth).groupby(level=0).mean() < [2, 4, 6, 8, 10]).all()


def test_hierarchy_is_one_model():
    parts = {("north", "a"): seasonal(60), ("north", "b"): seasonal(70, seed=1) * 5}
    y = pd.concat(parts, names=["region", "store", "month"]).to_frame()
    forecaster = quick(sp=6).fit(y, fh=[1, 2])
    forecast = forecaster.predict()
    assert not hasattr(forecaster, "forecasters_")
    assert forecast.index.names == y.index.names
    assert len(forecast) == 2 * 2


def test_each_series_is_forecast_from_its_own_end(make):
    y = panel(2)
    y = y.drop(y.xs("store 1", drop_level=False).index[-4:])
    index = make(sp=6).fit(y, fh=[1]).predict().index
    assert [str(month) for _, month in index] == ["2010-01", "2009-09"]


def test_order_of_the_series_does_not_matter_to_an_update():
    """sktime sorts the instances when it joins old and new data."""
    y = pd.concat({"b": seasonal(60) * 100, "a": seasonal(60)}, names=["k", "t"]).to_frame()
    forecaster = quick(sp=6).fit(without_last(y, 3), fh=[1, 2, 3])
    forecaster.update(y.groupby(level=0, sort=False).tail(3), update_params=False)
    forecast = forecaster.predict()
    ends = {"a": seasonal(63)[-3:], "b": seasonal(63)[-3:] * 100}
    for key, truth in ends.items():
        error = np.abs(forecast.loc[key, "y"] - truth).mean() / np.abs(truth).mean()
        assert error < 0.05, key


def test_columns_of_a_multivariate_series():
    y = pd.DataFrame({"one": seasonal(), "two": 1e3 - seasonal(seed=1)})
    forecast = quick(sp=6).fit(y[:-3], fh=[1, 2, 3]).predict()
    assert list(forecast.columns) == ["one", "two"]
    assert (np.abs(forecast - y[-3:]).mean() < 2).all()


INDICES = {
    "range": pd.RangeIndex(120),
    "range from 7": pd.RangeIndex(7, 127),
    "int": pd.Index(range(120)),
    "datetime": pd.date_range("2000-01-01", periods=120, freq="D"),
    "datetime without freq": pd.DatetimeIndex(pd.date_range("2000", periods=120).to_numpy()),
    "month end": pd.date_range("2000-01-01", periods=120, freq="ME"),
    "period": pd.period_range("2000Q1", periods=120, freq="Q"),
}


@pytest.mark.parametrize("name", INDICES)
def test_kinds_of_index(name):
    y = pd.Series(seasonal().to_numpy(), index=INDICES[name])
    forecast = quick(sp=6).fit(y[:-3], fh=[1, 2, 3]).predict()
    assert list(forecast.index) == list(y.index[-3:])
    expected = quick(sp=6).fit(seasonal()[:-3], fh=[1, 2, 3]).predict()
    np.testing.assert_allclose(forecast, expected)


# Horizons


def test_horizon_with_gaps_is_a_part_of_the_full_one(make):
    full = make().fit(seasonal(), fh=range(1, 7)).predict()
    part = make().fit(seasonal(), fh=[2, 6]).predict()
    np.testing.assert_allclose(part, full.iloc[[1, 5]])


def test_absolute_horizon(make):
    fh = ForecastingHorizon(pd.period_range("2010-01", periods=3, freq="M"), is_relative=False)
    forecast = make().fit(seasonal(), fh=fh).predict()
    assert forecast.index.equals(fh.to_pandas())
    relative = make().fit(seasonal(), fh=[1, 2, 3]).predict()
    pd.testing.assert_series_equal(forecast, relative, check_freq=False)


def test_any_horizon_after_a_fit_without_one(make):
    y = seasonal()
    forecaster = make(sp=6).fit(y[:-20])
    assert forecaster.horizon_ == 6
    for fh in ([1], [3, 5], range(1, 21), [20], [-5, 0, 9]):
        forecast = forecaster.predict(fh=fh)
        assert len(forecast) == len(fh)
        np.testing.assert_allclose(forecast, y[forecast.index], atol=2.5)
    every = forecaster.predict(fh=range(1, 21))
    np.testing.assert_allclose(forecaster.predict(fh=[20]), every.iloc[[19]])


def test_in_sample_forecasts_follow_the_series_one_step_behind(make):
    y = seasonal()
    forecast = make(sp=6).fit(y, fh=[1]).predict(fh=range(-119, 1))
    assert forecast.index.equals(y.index)
    assert np.isfinite(forecast).all()
    np.testing.assert_allclose(forecast[40:], y[40:], atol=1.5)
    assert np.abs(forecast - y).min() > 0  # no value is its own forecast


@pytest.mark.parametrize("t", [1, 20, 119])
def test_in_sample_forecasts_use_nothing_later(t):
    forecaster = quick(sp=6).fit(seasonal(), fh=[1, 2, 3])
    y = forecaster._series.values[0]
    changed = np.concatenate([y[:t], 99 - 7 * y[t:] ** 2])
    model, prepared = forecaster._model, forecaster._prepared
    steps = np.arange(1, t + 1)[None] - len(y) + 1  # up to the forecast of the first changed value
    before, after = (quantiles_within(model, prepared, [z], None, steps) for z in (y, changed))
    np.testing.assert_array_equal(before[0], after[0])


def test_the_seasonal_naive_forecast_without_a_season_is_the_last_value():
    y = seasonal()
    forecast = quick(base="seasonal_naive", max_steps=0).fit(y, fh=[1, 7]).predict()
    np.testing.assert_allclose(forecast, y.iloc[-1], rtol=1e-5)


# The seasonal period


def test_detected_seasonal_periods():
    noise = np.random.default_rng(0).normal(size=140)
    weekly = np.sin(2 * np.pi * np.arange(140) / 7) + 0.2 * noise
    months, numbers = pd.period_range("2000-01", periods=140, freq="M"), pd.RangeIndex(140)
    monthly = np.sin(2 * np.pi * np.arange(140) / 12) + 0.2 * noise
    assert detect_season(monthly, months) == 12
    assert detect_season(noise, months) == detect_season(noise, numbers) == 1
    assert detect_season(weekly, numbers) == 7
    assert detect_season(monthly[:5], months) == 1
    assert detect_season(np.where(noise > 1, np.nan, monthly), months) == 12
    assert detect_season(weekly, pd.date_range("2000", periods=140, freq="D")) == 7
    assert detect_season(weekly + np.arange(140), numbers) == 7  # beside a steep trend


def test_names_of_frequencies():
    t = np.arange(500)
    wave = np.sin(2 * np.pi * t / 50) + 0.1 * np.random.default_rng(0).normal(size=500)
    for freq in ("ms", "min", "2D", "h"):  # milliseconds are no starts of months
        found = detect_season(wave, pd.period_range("2020", periods=500, freq=freq))
        assert found == (1 if freq == "h" else 50)
    minutes = pd.period_range("2020", periods=7 * 1440, freq="min")
    daily = np.sin(2 * np.pi * np.arange(len(minutes)) / 1440)
    noisy = daily + 0.3 * np.random.default_rng(0).normal(size=len(minutes))
    assert detect_season(noisy, minutes) == 1440


@pytest.mark.parametrize(
    ("freq", "day"), [("5min", 288), ("10min", 144), ("15min", 96), ("30min", 48), ("4h", 6)]
)
def test_days_are_found_in_values_of_minutes(freq, day):
    """Not a day less a step, nor two or three steps, by which all that is smooth is alike."""
    wandering = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        n = 6 * day + rng.integers(day)
        times, t = pd.date_range("2024", periods=n, freq=freq), np.arange(n)
        wave = 10 * np.sin(2 * np.pi * t / day)
        peaks = 10 * np.exp(-50 * (t % day / day - 0.6) ** 2)
        noise = 2 * rng.normal(size=n)
        assert detect_season(wave + noise, times) == day
        assert detect_season(peaks + noise, times) == day
        wandering.append(detect_season(np.cumsum(noise), times))
    assert wandering.count(1) >= 4


def test_a_slope_of_the_autocorrelation_is_no_season():
    for seed in range(20):
        noise = np.random.default_rng(seed).normal(size=400)
        smooth = pd.Series(noise).ewm(alpha=0.1).mean().to_numpy()
        assert detect_season(smooth, pd.RangeIndex(400)) == 1
        spikes = 8 * (np.arange(400) % 37 == 0) + 0.5 * noise
        assert detect_season(spikes, pd.RangeIndex(400)) == 37


@pytest.mark.parametrize(
    ("freq", "name"),
    [
        ("60min", "h"),
        ("3600s", "h"),
        ("7D", "W"),
        ("W-WED", "W"),
        ("BMS", "M"),
        ("BME", "M"),
        ("BQS", "Q"),
        ("BQE-FEB", "Q"),
        ("BYS", "Y"),
        ("BYE", "Y"),
        ("90min", "90min"),
        ("2D", "2D"),
    ],
)
def test_frequencies_in_other_spellings(freq, name):
    assert frequency_of(pd.date_range("2020-01-01", periods=5, freq=freq)) == name
    if "B" not in freq:  # which periods do not have
        assert frequency_of(pd.period_range("2020-01-01", periods=5, freq=freq)) == name


def test_two_times_tell_no_frequency():
    assert frequency_of(pd.DatetimeIndex(["2020-01-01", "2020-01-02"])) == ""


@pytest.mark.parametrize(("freq", "n", "sp"), [("D", 500, 7), ("M", 100, 12), ("Q", 60, 4)])
def test_what_wanders_has_no_season_of_its_own(freq, n, sp):
    times, found, with_season = pd.period_range("2000", periods=n, freq=freq), [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        walk, season = np.cumsum(rng.normal(size=n)), np.resize(2 * rng.normal(size=sp), n)
        found.append(detect_season(walk, times))
        with_season.append(detect_season(walk + season, times))
    assert np.mean(np.array(found) > 1) < 0.15
    assert np.mean(np.array(with_season) == sp) > 0.85


def test_the_season_of_several_series_is_that_of_most():
    flat, wave, months = np.full(72, 5.0), seasonal(72, sp=12), seasonal(72).index
    noise = np.random.default_rng(0).normal(size=72)
    for series, expected in (
        ([flat, wave], 12),
        ([wave, flat], 12),
        ([flat, flat, wave], 12),
        ([flat, wave, wave, noise], 12),
        ([noise, noise, wave], 1),
        ([flat, flat], 1),
        ([np.append(noise, np.nan), *[wave.to_numpy()] * 3], 12),
    ):
        indices = [months] * len(series)
        assert detect_common_season([np.asarray(s)[:72] for s in series], indices) == expected


@pytest.mark.parametrize("n", [57, 80, 100])
@pytest.mark.parametrize("slope", [0.1, 0.37, 1e6])
def test_a_straight_line_has_no_season(n, slope):
    assert detect_season(3 + slope * np.arange(n), pd.RangeIndex(n)) == 1


def test_the_forecaster_detects_the_season():
    assert quick(sp="auto", max_steps=1).fit(load_series("airline")).sp_ == 12


# Parameters


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sp", 0),
        ("sp", "weekly"),
        ("base", "arima"),
        ("window_length", "long"),
        ("n_members", 0),
        ("lr", -1),
        ("max_steps", 1.5),
        ("batch_size", "big"),
        ("past_columns", "x"),
        ("dropout", 1),
    ],
)
def test_parameters_are_checked(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of .*Forecaster must be"):
        quick(**{name: value}).fit(seasonal(), fh=[1])


@pytest.mark.parametrize("sp", [6, [6, 12]], ids=str)
def test_integers_of_numpy_are_integers(sp):
    """Searches over parameters take them out of arrays."""
    given = {"sp": sp, "window_length": 12, "segment_length": 3, "hidden_size": 4}
    given |= {"num_layers": 2, "n_members": 2, "max_steps": 4, "batch_size": 16}
    given |= {"random_state": 1, "verbose": 0}
    assert set(given) == integers(GRUForecaster)
    of_numpy = {name: np.int64(value) for name, value in given.items()}
    of_numpy["sp"] = list(np.array(sp)) if isinstance(sp, list) else np.int64(sp)
    forecasts = [
        quick(**numbers).fit_predict(seasonal(), fh=[1, 2, 3]) for numbers in (given, of_numpy)
    ]
    pd.testing.assert_series_equal(*forecasts)


# Saving


def test_pickled_and_saved_forecasters_forecast_the_same(make, tmp_path):
    forecaster = make().fit(seasonal(), fh=[1, 2, 3])
    expected = forecaster.predict_interval()
    forecaster.save(tmp_path / "forecaster")
    copies = [pickle.loads(pickle.dumps(forecaster)), load(tmp_path / "forecaster.zip")]
    for copy in [*copies, load(forecaster.save())]:
        pd.testing.assert_frame_equal(copy.predict_interval(), expected)


def test_series_that_differ_by_units_are_the_same_numbers_once_scaled(monkeypatch):
    """Not nearly the same: training would amplify a difference in the last bit."""
    y = np.random.default_rng(0).normal(size=200).cumsum()

    def same(log, change):
        plain, changed = (np.exp(y), change * np.exp(y)) if log else (y, change * y + 5e3)
        one, two = (SeriesScaler.of(z, 6, log).scaled(z) for z in (plain, changed))
        return (one == two).all()

    assert all(same(log, change) for log in (False, True) for change in (3.7, 1e3, 0.01))
    monkeypatch.setattr(_scaling, "GRID", 2.0**-52)  # as good as no rounding
    assert not all(same(log, change) for log in (False, True) for change in (3.7, 1e3, 0.01))
