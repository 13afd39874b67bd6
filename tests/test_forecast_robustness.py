"""Awkward series and missing values: forecasts are always finite and sensible."""

import numpy as np
import pandas as pd
import pytest

from skrnn.forecasting import GRUForecaster, LSTMForecaster
from skrnn.forecasting._panel import carry_on
from skrnn.forecasting._preparation import Preparation
from tests.forecasting_data import panel, quick, seasonal


def step(n=60):
    return np.r_[np.zeros(n - 5), np.full(5, 1e3)] + np.random.default_rng(0).normal(size=n)


def intermittent(n=60):
    return np.random.default_rng(0).poisson(0.2, n).astype(float)


AWKWARD = {
    "constant": np.full(60, 3.0),
    "zeros": np.zeros(60),
    "negative constant": np.full(60, -5.0),
    "huge constant": np.full(60, 1e12),
    "tiny constant": np.full(60, 1e-12),
    "zeros, then one": np.r_[np.zeros(59), 1.0],
    "one, then zeros": np.r_[1.0, np.zeros(59)],
    "alternating": np.tile([0.0, 1.0], 30),
    "intermittent": intermittent(),
    "far below zero": -np.arange(60.0) * 1e8,
    "huge": 1e12 * seasonal(60).to_numpy(),
    "tiny": 1e-12 * seasonal(60).to_numpy(),
    "tiny around huge": 1e9 + 1e-3 * seasonal(60).to_numpy(),
    "positive and tiny": 1e-12 * (100 + seasonal(60).to_numpy()),
    "level shift at the end": step(),
    "outlier": np.r_[seasonal(30), 1e9, seasonal(29)],
    "outlier at the end": np.r_[seasonal(59), 1e9],
    "exponential": np.exp(np.arange(60) / 5),
    **{f"{n} observations": seasonal(n).to_numpy() + 20 for n in (1, 2, 3, 4, 5, 7, 13, 20, 21)},
}


def assert_sensible(forecaster, y, fh=None, slack=3.0):
    """Everything is finite, and forecasts lie within some ranges of the observations."""
    forecast = forecaster.predict(fh).to_numpy()
    interval = forecaster.predict_interval(fh, coverage=[0.5, 0.95]).to_numpy()
    quantiles = forecaster.predict_quantiles(fh, alpha=[0.01, 0.5, 0.99]).to_numpy()
    variance = forecaster.predict_var(fh).to_numpy()
    for values in (forecast, interval, quantiles, variance):
        assert np.isfinite(values).all()
    low, high = np.nanmin(y), np.nanmax(y)
    known = 1e-3 if len(y) > 3 else 1.0  # one observation says nothing about changes
    margin = slack * (high - low) or known * max(abs(high), np.finfo(float).tiny)
    assert (forecast > low - margin).all() and (forecast < high + margin).all()
    assert (interval > low - 3 * margin).all() and (interval < high + 3 * margin).all()


@pytest.mark.parametrize("sp", [1, 6])
@pytest.mark.parametrize("name", [name for name in AWKWARD if name != "exponential"])
def test_awkward_series(name, sp):
    y = AWKWARD[name]
    forecaster = quick(sp=sp).fit(pd.Series(y), fh=range(1, 7))
    if name in ("zeros", "tiny constant"):
        np.testing.assert_allclose(forecaster.predict(), y[0], atol=1e-6)
        assert np.isfinite(forecaster.predict_interval()).all(axis=None)
    else:
        assert_sensible(forecaster, y)


def test_awkward_series_far_ahead():
    for y in AWKWARD.values():
        forecaster = quick(sp=6).fit(pd.Series(y), fh=[1, 2, 3])
        far = forecaster.predict_interval(range(1, 40)).to_numpy()
        assert np.isfinite(far).all()
        assert np.isfinite(forecaster.predict(range(-len(y), 40))).all()


def test_awkward_series_in_one_panel():
    frames = {name: pd.DataFrame({"y": y}) for name, y in AWKWARD.items()}
    y = pd.concat(frames, names=["name", "time"])
    forecaster = quick(sp=6).fit(y, fh=range(1, 7))
    assert len(forecaster.predict()) == 6 * len(AWKWARD)
    assert np.isfinite(forecaster.predict_interval()).all(axis=None)
    forecast = forecaster.predict()
    np.testing.assert_allclose(forecast.loc["constant"], 3, rtol=1e-4)
    np.testing.assert_allclose(forecast.loc["huge constant"], 1e12, rtol=1e-4)


@pytest.mark.parametrize("n", [1, 2])
def test_few_observations_in_time(n):
    """Two months that lie in a panel of longer series, or whose index has a frequency."""
    short = seasonal(n)
    short.index = pd.date_range("2005-01-01", periods=n, freq="MS")
    assert len(quick().fit(short, fh=[1, 2]).predict()) == 2
    long = seasonal(60).to_timestamp()
    y = pd.concat({"long": long, "short": short}, names=["k", "t"]).to_frame("y")
    forecast = quick(sp=6).fit(y, fh=[1, 2]).predict()
    start = short.index[-1].to_period("M")
    assert list(forecast.loc["short"].index.to_period("M")) == [start + 1, start + 2]


def test_window_longer_than_the_series_and_segments_longer_than_the_window():
    y = seasonal(30)
    assert_sensible(quick(sp=6, window_length=200).fit(y, fh=[1, 2]), y)
    assert_sensible(quick(sp=40).fit(y, fh=[1, 2]), y)
    assert_sensible(quick(sp=6, window_length=4, segment_length=7).fit(y, fh=[1, 2]), y)


# Missing values


def with_gaps(where, n=120):
    y = 1000 + seasonal(n)
    missing = np.zeros(n, dtype=bool)
    missing[where] = True
    return y.mask(missing)


GAPS = {
    "a fifth": np.random.default_rng(0).choice(120, 24, replace=False),
    "start": slice(0, 40),
    "end": slice(115, 120),
    "long end": slice(60, 120),
    "all but one": slice(1, 120),
    "a season": slice(60, 66),
    "every other": slice(0, 120, 2),
}


@pytest.mark.filterwarnings("ignore:All observations of y lie 2 steps apart:UserWarning")
@pytest.mark.parametrize("horizon", [1, 6])
@pytest.mark.parametrize("name", GAPS)
def test_missing_values_are_not_zeros(name, horizon):
    y = with_gaps(GAPS[name])
    forecaster = quick(sp=6).fit(y, fh=range(1, horizon + 1))
    forecast = forecaster.predict()
    assert forecast.index[0] == y.index[-1] + 1
    assert forecast.between(950, 1100).all()
    assert np.isfinite(forecaster.predict_interval()).all(axis=None)
    assert forecaster.predict(range(-100, 30)).between(900, 1200).all()
    if name in ("a fifth", "start", "end"):
        truth = 1000 + seasonal(120 + horizon)[-horizon:]
        np.testing.assert_allclose(forecast, truth, atol=2)


def test_gaps_are_filled_from_last_season_and_its_usual_change():
    z = np.array([*range(24), *[np.nan] * 36], dtype=float)
    filled = carry_on(z, np.isfinite(z), 12)
    steps = np.repeat(np.cumsum(12 * 0.6 ** np.arange(3)), 12)
    np.testing.assert_allclose(filled[24:], np.tile(range(12, 24), 3) + steps)
    short = np.array([5.0, np.nan, np.nan])
    np.testing.assert_array_equal(carry_on(short, np.isfinite(short), 4), [5, 5, 5])
    # few changes are little evidence, and those from filled values none
    for z, expected in (([0, 1, 2, 3, np.nan], 3 + 3 / 12), ([0, np.nan, 5, np.nan], 5)):
        z = np.array(z, dtype=float)
        assert carry_on(z, np.isfinite(z), 1)[-1] == pytest.approx(expected)


@pytest.mark.parametrize("sp", [1, 7, 30])
def test_gaps_are_filled_by_the_mean_of_the_last_seasonal_changes(sp):
    """To the last bit, however long the running total of the changes has run."""
    rng = np.random.default_rng(sp)
    z = rng.integers(-(2**24), 2**24, 3000) / 2**20
    gaps = rng.random(3000) < 0.4
    z[gaps] = np.nan
    known = np.r_[np.full(sp, np.nan), z[sp:] - z[:-sp]]
    filled = carry_on(z, ~gaps, sp)
    for t in np.flatnonzero(gaps & ~np.roll(gaps, 1))[5:]:
        n_changes = max(sp, 12)
        changes = known[:t][np.isfinite(known[:t])][-n_changes:]
        if t >= sp:
            assert filled[t] == filled[t - sp] + changes.sum() / n_changes


def test_errors_are_measured_where_values_were_observed_last():
    y = seasonal(80).to_numpy()
    longer = np.r_[y, np.full(40, np.nan)]
    rest = None, np.zeros(0, dtype=bool), (6,), 6, "auto"
    known, gap = (Preparation.learn([series], *rest) for series in (y, longer))
    np.testing.assert_allclose(known.errors, gap.errors, rtol=0.05)


@pytest.mark.parametrize("n_missing", [3, 40])
def test_long_gaps_of_noise_stay_where_it_is(n_missing):
    errors = []
    for seed in range(20):
        z = np.random.default_rng(seed).normal(size=60 + n_missing)
        z[60:] = np.nan
        errors.append(np.abs(carry_on(z, np.isfinite(z), 1)[60:]).mean())
    assert np.mean(errors) < 1.2  # of the last value alone, 0.8


@pytest.mark.parametrize("height", [0, 3])
def test_forecasts_go_on_after_a_long_gap_at_the_end(height):
    errors = []
    for seed in range(6):
        season = height * np.sin(2 * np.pi * np.arange(132) / 12)
        y = 10 + season + np.random.default_rng(seed).normal(size=132)
        gap = pd.Series(y[:120])
        gap[60:] = np.nan
        forecast = quick(sp=12, max_steps=0).fit(gap, fh=range(1, 13)).predict()
        errors.append(np.abs(forecast - y[120:]).mean())
    assert np.mean(errors) < 1.7  # of the noise alone, 0.8


def test_series_without_observations_and_infinite_values_are_refused():
    y = seasonal()
    with pytest.raises(ValueError, match="Column 'y' of y has no observation"):
        quick().fit(y * np.nan, fh=[1])
    for value in (np.inf, -np.inf):
        with pytest.raises(ValueError, match="Column 'y' of y holds infinite values"):
            quick().fit(y.where(y < 30, value), fh=[1])
    empty = panel(2)
    empty.loc["store 1"] = np.nan
    with pytest.raises(ValueError, match="series 'store 1' of y has no observation"):
        quick().fit(empty, fh=[1])


@pytest.mark.parametrize("driven", [False, True])
@pytest.mark.parametrize("new", [[48.0], [48.0] * 3, [48.0, *[np.nan] * 4, 48.0]])
def test_a_new_series_of_a_panel_is_not_certain(new, driven):
    """It has not varied yet, but the others have."""
    rng = np.random.default_rng(0)
    index = pd.period_range("2015-01", periods=60, freq="M")
    parts = {str(i): pd.Series(rng.poisson(50, 60).astype(float), index) for i in range(20)}
    parts["new"] = pd.Series(new, index[-len(new) :])
    parts["constant"] = pd.Series(48.0, index)
    y = pd.concat(parts, names=["shop", "month"]).to_frame("y")
    X = pd.DataFrame({"x": rng.normal(size=len(y)) if driven else 0.0}, y.index)
    driven_ones = y.index.get_level_values(0).str.isdigit()
    y["y"] += 30 * X["x"].where(driven_ones, 0.0)
    X["x"] = X["x"].where(driven_ones, 0.0)
    times = index[-1] + np.tile([1, 2], len(parts))
    names = np.repeat(list(parts), 2)
    future = pd.DataFrame(
        {"x": 0.0}, pd.MultiIndex.from_arrays([names, times], names=y.index.names)
    )
    forecaster = quick(max_steps=0, prior="auto").fit(y, X=X, fh=[1, 2])
    assert (forecaster._prepared.regression is not None) == driven
    forecast = forecaster.predict(X=future)
    assert np.allclose(forecast.loc["new"], 48, rtol=0.05)
    bounds = forecaster.predict_interval(X=future, coverage=0.8)
    bounds = bounds.groupby(level=0, sort=False).first()
    widths = bounds.iloc[:, 1] - bounds.iloc[:, 0]
    assert widths["constant"] < 0.01
    assert 0.3 < widths["new"] / widths.iloc[:20].median() < 3


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_equal_observations_are_no_certain_forecast(n):
    forecaster = quick().fit(pd.Series(np.full(n, 5.0)), fh=[1, 2])
    np.testing.assert_allclose(forecaster.predict(), 5.0, rtol=1e-6)
    lower, upper = forecaster.predict_interval(coverage=0.95).to_numpy().T
    assert ((upper - lower > 0.2) & (upper - lower < 10)).all()


def test_growth_over_many_orders_of_magnitude_goes_on():
    noise = np.random.default_rng(0).normal(size=66)
    y = pd.Series(np.exp(0.25 * np.arange(66) + 0.02 * noise))  # a ratio of ten million
    forecaster = quick().fit(y[:60], fh=range(1, 7))
    assert forecaster.log_ == [True]
    np.testing.assert_allclose(forecaster.predict(), y[60:], rtol=0.1)


@pytest.mark.parametrize("cls", [GRUForecaster, LSTMForecaster])
def test_bounds_of_few_observations_stay_near_what_was_seen(cls):
    for seed in (3, 8, 18, 25):  # of those that logarithms had bounds of ten times and more for
        steps = 0.3 * np.random.default_rng(seed).normal(size=10)
        y = pd.Series(np.exp(steps).cumsum())
        forecaster = cls(sp=4, random_state=0).fit(y, fh=range(1, 13))
        assert forecaster.predict_quantiles(alpha=[0.975]).to_numpy().max() < 10 * y.max()


@pytest.mark.parametrize(("n_series", "log"), [(1, False), (4, True)])
def test_short_series_that_grow_alike_have_logarithms(n_series, log):
    """One alone has five origins, which could be chance."""
    y = np.exp(0.4 * np.arange(10)) * np.random.default_rng(0).uniform(0.95, 1.05, (n_series, 10))
    frame = pd.concat({i: pd.DataFrame({"y": row}) for i, row in enumerate(y)})
    assert quick().fit(frame, fh=[1, 2]).log_ == [log] * n_series
