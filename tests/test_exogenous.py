"""Exogenous columns: of any type, known or unknown in the future."""

import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.linear_model import LinearRegression

from skrnn.forecasting import GRUForecaster, _changes, _regression
from skrnn.forecasting._changes import Changes
from skrnn.forecasting._column_encoder import ColumnEncoder
from skrnn.forecasting._regression import Regression, _columns_help
from skrnn.forecasting._series import SeriesSet
from tests.forecasting_data import panel, quick, seasonal, without_last


def driven(n=200, seed=0):
    """A column, and a series that follows it two steps later."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n + 2)
    y = 50 + 10 * x[:-2] + 0.1 * rng.normal(size=n)
    index = pd.period_range("2000-01", periods=n, freq="M")
    return pd.Series(y, index=index, name="y"), pd.DataFrame({"x": x[2:]}, index=index)


def mean_error(y, X=None, h=6, **parameters):
    forecaster = quick(**parameters).fit(
        y[:-h], X=None if X is None else X[:-h], fh=range(1, h + 1)
    )
    forecast = forecaster.predict(X=None if X is None else X[-h:])
    return np.abs(forecast - y[-h:]).mean()


@pytest.fixture
def typed():
    """Columns of all types over 126 months."""
    rng = np.random.default_rng(0)
    index = seasonal(126).index
    columns = {
        "number": rng.normal(size=126),
        "count": rng.integers(0, 5, 126),
        "bool": rng.random(126) > 0.5,
        "category": pd.Categorical(rng.choice(list("uvw"), 126)),
        "text": rng.choice(["on", "off"], 126),
        "static": np.full(126, 3.0),
    }
    return pd.DataFrame(columns, index=index)


# What columns are good for


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_known_column_that_drives_the_series_is_used(seed):
    y, X = driven(seed=seed)
    naive = np.abs(y[-6:] - y.iloc[-7]).mean()
    assert mean_error(y, X) < 0.05 * naive


def test_effects_of_columns_on_a_panel():
    frames = [driven(80, seed) for seed in range(4)]
    y, X = (
        pd.concat({i: pair[k] * (10**i if k == 0 else 1) for i, pair in enumerate(frames)})
        for k in (0, 1)
    )
    y = y.to_frame("y")
    forecaster = quick().fit(
        y.groupby(level=0).head(-6), X=X.groupby(level=0).head(-6), fh=range(1, 7)
    )
    error = forecaster.predict(X=X.groupby(level=0).tail(6)) - y.groupby(level=0).tail(6)
    assert (error["y"].abs().groupby(level=0).mean() < [2.5, 25, 250, 2500]).all()


def test_the_global_random_state_is_left_alone():
    np.random.seed(3)
    before = np.random.get_state()[1].copy()
    quick(random_state=None, max_steps=0).fit(*driven(80), fh=[1])
    assert (np.random.get_state()[1] == before).all()


def test_a_column_that_says_nothing_costs_little():
    with_column, without = [], []
    for seed in range(6):
        y = 10 + seasonal(126, seed=seed) + np.random.default_rng(seed).normal(size=126)
        noise = np.random.default_rng(seed + 50).normal(size=126)
        X = pd.DataFrame({"x": noise}, index=y.index)
        with_column.append(mean_error(y, X, sp=6, max_steps=40))
        without.append(mean_error(y, sp=6, max_steps=40))
    assert np.mean(with_column) < 1.03 * np.mean(without)


def test_one_lucky_change_proves_nothing():
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    y = 0.05 * x + np.where(np.arange(200) < 100, 0.001, 1) * rng.normal(size=200)
    x[150], y[150] = 600, 30
    times = np.arange(200)
    assert not _columns_help(x[:, None], y, times, since=100, gap=0)
    x[151], y[151] = -600, -30  # a pulse of a level
    assert not _columns_help(x[:, None], y, times, since=100, gap=0)
    x[150:152] = 0
    y = 0.8 * x + 0.5 * rng.normal(size=200)
    assert _columns_help(x[:, None], y, times, since=100, gap=0)


def test_an_event_of_two_years_by_the_week_is_learnt():
    found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        promotion = (rng.random((104, 1)) < 0.14).astype(float)
        y = rng.normal(size=104) + 8 * promotion[:, 0]
        found += Regression.learn([y], [promotion], np.array([True]), sp=1) is not None
    assert found >= 18


def test_drift_is_not_the_merit_of_columns():
    found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=(200, 5))
        y = np.arange(200.0) + 0.1 * rng.normal(size=200)
        found += Regression.learn([y], [noise], np.ones(5, dtype=bool), sp=1) is not None
    assert found <= 1


def spikes(rng):
    return rng.standard_t(2, size=150)


def steps_of_a_walk(rng):
    return rng.normal(size=150).cumsum()


def persistent(rng):
    return np.convolve(rng.normal(size=180), 0.9 ** np.arange(30), mode="valid")[:150]


@pytest.mark.parametrize("draw", [spikes, steps_of_a_walk, persistent])
def test_rare_events_that_change_nothing_are_not_learnt(draw):
    found = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        events = (rng.random((150, 2)) < 0.05).astype(float)
        found += Regression.learn([draw(rng)], [events], np.ones(2, dtype=bool), sp=1) is not None
    assert found <= 2


@pytest.mark.parametrize(("n_events", "size", "least"), [(2, 100, 5), (3, 20, 6), (4, 20, 8)])
def test_a_few_large_events_are_learnt(n_events, size, least):
    found = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        halves = np.split(np.arange(5, 115), 2)
        event = np.zeros((120, 1))
        event[np.concatenate([rng.choice(half, n_events, replace=False) for half in halves])] = 1
        y = rng.normal(size=120) + size * event[:, 0]
        found += Regression.learn([y], [event], np.array([True]), sp=1) is not None
    assert found >= least


def test_many_series_that_share_their_shocks_prove_no_more_than_one():
    found = {1: [], 50: []}
    for seed in range(30):
        x, noise = np.random.default_rng(seed).normal(size=(2, 36))
        for n_series, answers in found.items():
            alike = [np.repeat(of_one, n_series) for of_one in (x, x + noise, np.arange(36))]
            answers.append(_columns_help(alike[0][:, None], *alike[1:], since=0, gap=0))
    assert found[1] == found[50]
    assert 3 < sum(found[1]) < 27


def test_few_times_of_many_series_that_share_their_shocks_prove_nothing():
    found = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        x, shocks = rng.normal(size=(2, 15))
        y = shocks[:, None] + 0.05 * rng.normal(size=(15, 50))
        alike = np.repeat(x, 50)[:, None], y.ravel(), np.arange(15).repeat(50)
        found += _columns_help(*alike, since=0, gap=0)
    assert found <= 4


@pytest.mark.parametrize("n_series", [1, 40])
def test_lags_do_not_reach_into_what_is_held_out(n_series, monkeypatch):
    n_rows = []

    class Spy(LinearRegression):
        def fit(self, X, y):
            n_rows.append(len(X))
            return super().fit(X, y)

    monkeypatch.setattr(_regression, "LinearRegression", Spy)
    x, noise = np.random.default_rng(0).normal(size=(2, 100 * n_series))
    times = np.arange(100).repeat(n_series)
    _columns_help(x[:, None], noise, times, since=40, gap=4)
    # of 100 times the last 48 are held out, in three parts, and four before each are left out
    assert n_rows == [n * n_series for n in (48, 64, 80)]


def test_shocks_are_shared_at_one_time_also_where_series_end_at_different_ones():
    found = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        shocks, noise = rng.normal(size=(2, 120)).cumsum(axis=1)
        spans = [(i % 7, 120 - i) for i in range(30)]
        series = [shocks[a:b] + 0.1 * rng.normal(size=b - a) for a, b in spans]
        columns, starts = [noise[a:b, None] for a, b in spans], [a for a, _ in spans]
        found += Regression.learn(series, columns, np.array([True]), 1, starts) is not None
    assert found == 0


def test_times_of_first_observations():
    for times in (pd.period_range("2000", periods=9, freq="M"), pd.date_range("2000", periods=9)):
        parts = {"a": pd.Series(1.0, times[2:5]), "b": pd.Series(1.0, times)}
        parts["c"] = pd.Series([np.nan, 1, 2], times[4:7])
        y = pd.concat(parts, names=["k", "t"]).to_frame()
        assert SeriesSet.of(y).starts.tolist() == [2, 0, 5]
    assert SeriesSet.of(pd.DataFrame({"y": [1.0, 2]}, index=[7, 8])).starts.tolist() == [0]


def on_trial(make_series):
    """A default forecaster with a column of noise, fitted on all but the last six months."""
    rng = np.random.default_rng(0)
    index = pd.period_range("2000-01", periods=120, freq="M")
    X = pd.DataFrame({"x": rng.normal(size=120)}, index=index)
    y = pd.Series(make_series(X["x"].to_numpy(), rng.normal(size=120)), index=index)
    forecaster = GRUForecaster(n_members=1, random_state=0)
    return y, X, forecaster.fit(y[:-6], X=X[:-6], fh=range(1, 7))


def test_columns_that_pass_their_trial_are_learnt_beside_the_pretrained_network():
    y, _, forecaster = on_trial(lambda x, noise: 3 * np.abs(x) + 0.1 * noise)
    assert forecaster.shares_["trained"] > 0.2
    usual = GRUForecaster(prior=None, n_members=1, random_state=0)
    assert forecaster.sizes_.max_steps > 2 * usual.fit(y[:-6], fh=range(1, 7)).sizes_.max_steps


def test_columns_that_fail_their_trial_are_left_out():
    y, X, forecaster = on_trial(lambda x, noise: np.cumsum(noise))
    assert list(forecaster.shares_) == ["base", "prior"]
    assert forecaster.sizes_ == GRUForecaster(random_state=0).fit(y[:-6], fh=range(1, 7)).sizes_
    assert not forecaster.nets_
    alone = GRUForecaster(random_state=0).fit(y[:-6], fh=range(1, 7))
    pd.testing.assert_series_equal(forecaster.predict(X=X[-6:]), alone.predict())


def test_noise_does_not_explain_a_season():
    n, known = 228, np.array([True])
    found = {"noise": 0, "driver": 0}
    for seed in range(30):
        rng = np.random.default_rng(seed)
        y = 3 * np.sin(2 * np.pi * np.arange(n) / 12) + 0.3 * np.cumsum(rng.normal(size=n))
        x = np.cumsum(rng.normal(size=(n, 1)), axis=0)
        y[::40] = np.nan
        found["noise"] += Regression.learn([y], [x], known, sp=12) is not None
        found["driver"] += Regression.learn([y + x[:, 0]], [x], known, sp=12) is not None
    assert found == {"noise": 0, "driver": 30}


def test_columns_of_a_series_too_short_for_a_trial_are_left_out():
    y, X = driven(19)  # 15 of them for fit: too few to hold four out, enough windows to train on
    forecaster = GRUForecaster(random_state=0).fit(y[:-4], X=X[:-4], fh=[1, 2, 3, 4])
    assert list(forecaster.shares_) == ["base", "prior"]
    without = GRUForecaster(random_state=0).fit(y[:-4], fh=[1, 2, 3, 4])
    pd.testing.assert_series_equal(forecaster.predict(X=X[-4:]), without.predict())


def test_an_event_is_forecast():
    y = seasonal(126)
    X = pd.DataFrame({"open": np.arange(126) % 7 != 0}, index=y.index)
    y = y + 100 * X["open"]
    assert mean_error(y, X, sp=6) < 3


# Types


@pytest.mark.parametrize("name", ["number", "count", "bool", "category", "text", "static"])
def test_types_of_columns(typed, name):
    assert mean_error(seasonal(126), typed[[name]], sp=6) < 1
    assert mean_error(seasonal(126), typed, sp=6) < 1


def test_types_of_columns_in_a_panel(typed):
    y = pd.concat({k: seasonal(126, seed=k) for k in range(3)}, names=["k", "t"]).to_frame()
    X = pd.concat(
        {k: typed.assign(static=float(k), region=f"r{k}") for k in range(3)}, names=["k", "t"]
    )
    forecaster = quick(sp=6).fit(
        y.groupby(level=0).head(-6), X=X.groupby(level=0).head(-6), fh=range(1, 7)
    )
    forecast = forecaster.predict(X=X.groupby(level=0).tail(6))
    assert (np.abs(forecast - y.groupby(level=0).tail(6))["y"] < 3).all()


def test_categories_not_seen_in_fit(typed):
    y, h = seasonal(126), 6
    future = typed[-h:].assign(text="broken", category="z")
    forecaster = quick(sp=6).fit(y[:-h], X=typed[:-h], fh=range(1, h + 1))
    with warnings.catch_warnings(record=True) as seen:  # sktime resets pytest's filters
        warnings.simplefilter("always")
        forecast = forecaster.predict(X=future)
    assert np.abs(forecast - y[-h:]).mean() < 1
    assert [str(warning.message).split(" has ")[0] for warning in seen] == [
        "Column 'category' of X",
        "Column 'text' of X",
    ]
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        forecaster.predict(X=future.assign(text=["off", "On", *["broken"] * 4], category=["u"] * 6))
    [warning] = seen
    assert str(warning.message).startswith(
        "Column 'text' of X has categories that it did not have before: ['On', 'broken'], in 5 of "
        "6 rows. They match none of those that it had, ['off', 'on'];"
    )


@pytest.mark.parametrize("missing", [slice(20, 21), slice(20, 25), slice(0, 40), slice(0, 60)])
def test_missing_numbers_change_little_of_their_column(missing):
    rng = np.random.default_rng(0)
    index = pd.period_range("2015-01", periods=132, freq="M")
    X = pd.DataFrame(rng.normal(size=(132, 6)), index=index, columns=list("abcdef"))
    X["price"] = 1e4 + rng.normal(size=132)  # zero would be far away
    y = pd.Series(100 + 0.3 * rng.normal(size=132) + 5 * (X["price"] - 1e4), index=index)
    assert mean_error(y, X, h=12, max_steps=0) < 0.6
    X.iloc[missing, 6] = np.nan
    assert mean_error(y, X, h=12, max_steps=0) < 0.8  # 3 without the column


def gappy(n=300, share=0.1, seed=0):
    """A series that follows the first of two columns, both with gaps, exactly."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2)).cumsum(axis=0)
    y = 2 * x[:, 0] + 0.01 * rng.normal(size=n)
    x[rng.random(x.shape) < share] = np.nan
    return y, x


def test_what_is_carried_on_over_gaps_is_not_learnt_from():
    y, x = gappy()
    regression = Regression.learn([y], [x], np.array([True, True]), sp=1)
    expected = np.zeros_like(regression.coefficients)
    expected[0, 0] = 2
    np.testing.assert_allclose(regression.coefficients, expected, atol=0.02)


def test_columns_with_gaps_nearly_everywhere_are_carried_on():
    n = 300
    y, x = gappy(n)
    x[np.arange(n) % 4 != 0] = np.nan  # of every fourth month
    features, target, times = Changes.of([(y, x)], [n], n_lags=3, sp=1).without_gaps()
    assert len(features) == len(target) == len(times) == n - 4
    assert np.isfinite(features).all()


@pytest.mark.parametrize("n_known", [20, 80, 150, 300, 600])
def test_a_column_that_begins_late_does_not_hide_another(n_known):
    y, x = gappy(1000, share=0)
    y += np.random.default_rng(1).normal(size=1000)
    x[:-n_known, 1] = np.nan
    regression = Regression.learn([y], [x], np.array([True, True]), sp=1)
    np.testing.assert_allclose(regression.coefficients[0], [2, 0], atol=0.2)
    noise = np.random.default_rng(2).normal(size=1000).cumsum()
    assert Regression.learn([noise], [x], np.array([True, True]), sp=1) is None


@pytest.mark.parametrize("short", [1, 8])
def test_a_short_series_does_not_keep_a_panel_from_its_lags(short):
    y, X = driven()
    series, columns = [y.to_numpy()] * 5, [X.to_numpy()] * 5
    every = Regression.learn(series, columns, np.array([True]), sp=1)
    series[0], columns[0] = series[0][:short], columns[0][:short]
    others = Regression.learn(series, columns, np.array([True]), sp=1)
    np.testing.assert_allclose(others.coefficients, every.coefficients, atol=0.01)
    assert Regression.learn([y.to_numpy()[:1]], [X.to_numpy()[:1]], np.array([True]), sp=1) is None


def test_rows_with_gaps_are_left_out_where_enough_are_left():
    y, x = gappy(130, share=0)
    x[20, 1], x[40, 0], y[60] = np.nan, np.nan, np.nan
    changes = Changes.of([(y, x)], [0], n_lags=1, sp=1)
    first = changes.of_features(np.array([True, False, False, False]))
    for part, lost in ((changes, {19, 20, 21, 39, 40, 41, 59, 60}), (first, {39, 40, 59, 60})):
        features, target, times = part.without_gaps()
        assert set(range(1, 129)) - set(times + 129) == lost
        np.testing.assert_allclose(target, np.diff(y)[times + 129])
        np.testing.assert_allclose(features[:, 0], np.diff(x[:, 0])[times + 129])


@pytest.mark.parametrize(
    ("past", "future"),
    [
        ("bool", "int"),
        ("int", "bool"),
        ("bool", "float"),
        ("bool", "boolean"),
        ("boolean", "int"),
        ("bool", "object"),
        ("object", "bool"),
        ("int", "object"),
        ("object", "Float64"),
        (lambda x: x.map(Decimal), "float"),
        ("float", lambda x: x.map(Decimal)),
        (lambda x: pd.Categorical(x + 1), lambda x: x + 1.0),
        (lambda x: pd.Categorical(x + 1.0), lambda x: x + 1),
        (lambda x: pd.Categorical(x), lambda x: x.map(str)),
    ],
)
def test_a_column_may_change_its_type(past, future):
    rng = np.random.default_rng(0)
    x = pd.Series(rng.integers(0, 2, 126), seasonal(126).index)
    y = pd.Series(100 + 0.3 * rng.normal(size=126) + 10 * x, index=x.index)

    def typed(values, how):
        return pd.DataFrame({"x": how(values) if callable(how) else values.astype(how)}, x.index)

    forecaster = quick(max_steps=0).fit(y[:114], X=typed(x, past)[:114], fh=range(1, 13))
    forecast = forecaster.predict(X=typed(x, future)[114:])
    assert np.abs(forecast - y[114:]).mean() < 1


def test_a_number_that_became_text_is_refused(typed):
    forecaster = quick(sp=6).fit(seasonal(), X=typed[["number"]][:120], fh=[1])
    text = typed[["number"]][120:].astype(object)
    text.iloc[0] = "closed"
    with pytest.raises(ValueError, match="Column 'number' of X held numbers before, but now obj"):
        forecaster.predict(X=text)


def test_output_of_transformers_is_none_of_a_forecaster_s_business(typed):
    y = seasonal(126)
    with sklearn.config_context(transform_output="pandas"):
        forecaster = quick(max_steps=0).fit(y[:120], X=typed[:120], fh=[1, 2])
        assert forecaster.predict(X=typed[120:]).notna().all()


def test_infinite_numbers_are_refused_by_the_name_of_their_column(typed):
    y, X = seasonal(126), typed[["count", "number"]]
    infinite = X.copy()
    infinite.loc[X.index[[50, 121]], "number"] = [np.inf, -np.inf]
    message = "Column 'number' of X holds infinite values; replace them"
    with pytest.raises(ValueError, match=message):
        quick().fit(y[:120], X=infinite[:120], fh=[1, 2])
    forecaster = quick(max_steps=0).fit(y[:120], X=X[:120], fh=[1, 2])
    with pytest.raises(ValueError, match=message):
        forecaster.update(y[120:122], X=infinite[120:122], update_params=False)
    with pytest.raises(ValueError, match=message):
        forecaster.predict(X=infinite[120:122])
    assert np.isfinite(forecaster.predict(X=X[120:122])).all()


@pytest.mark.parametrize("kind", ["dates", "zone", "differences", "days", "hours", "months"])
def test_columns_of_times_are_refused(kind):
    times = pd.date_range("2020-01-01", periods=120, freq="D")
    column = {
        "dates": times,
        "zone": times.tz_localize("UTC"),
        "differences": times - times[0],
        "days": [None, *times.date[1:]],
        "hours": times.time,
        "months": seasonal().index.astype(object),
    }[kind]
    X = pd.DataFrame({"when": column}, index=seasonal().index)
    with pytest.raises(ValueError, match="Column 'when' of X holds times .*Leave it out"):
        quick().fit(seasonal(), X=X, fh=[1])


def test_of_many_categories_the_most_frequent_count():
    names = [f"order {i}" for i in range(118)] + ["usual"] * 2
    X = pd.DataFrame({"name": names}, index=seasonal().index)
    encoder = ColumnEncoder(X, SeriesSet.of(seasonal().to_frame()), None)
    assert len(encoder.known) == 50
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # rare ones are not new
        plain = encoder.plain(X).to_numpy()
    assert encoder.encode(plain).sum(axis=1).tolist()[-2:] == [1, 1]


@pytest.mark.parametrize("name", ["number", "count", "bool", "category", "text"])
def test_missing_values_of_columns(typed, name):
    y = seasonal(126)
    gaps = typed[[name]].astype(float if name in ("number", "count") else object)
    gaps.iloc[[0, 5, 6, 60, 121]] = np.nan
    assert mean_error(y, gaps, sp=6) < 1
    gaps.iloc[120:] = np.nan
    with pytest.warns(UserWarning, match=NO_VALUE):
        assert mean_error(y, gaps, sp=6) < 1


def test_a_column_without_any_value(typed):
    assert mean_error(seasonal(126), typed[["number"]] * np.nan, sp=6) < 1


# The future


BETWEEN = "X has no row at 2010-01 and 3 more, between the times of fh: the values of columns there"


def test_only_the_rows_of_the_horizon_are_needed(typed):
    y, h = seasonal(126), 6
    forecaster = quick(sp=6).fit(y[:-h], X=typed[:-h], fh=[2, 6])
    with pytest.warns(UserWarning, match=BETWEEN):
        part = forecaster.predict(X=typed.iloc[[-5, -1]])
    assert list(part.index) == [y.index[-5], y.index[-1]]
    np.testing.assert_allclose(part, y.iloc[[-5, -1]], atol=1.5)
    inside = forecaster.predict(fh=[-3, 0])  # the past is known
    np.testing.assert_allclose(inside, y[inside.index], atol=1.5)


NO_VALUE = "of X have no value at more than half of the times that are forecast"


def warnings_of_missing(call):
    with warnings.catch_warnings(record=True) as seen:  # sktime resets pytest's filters
        warnings.simplefilter("always")
        call()
    return [str(warning.message) for warning in seen if NO_VALUE in str(warning.message)]


@pytest.mark.parametrize("options", [{"max_steps": 0}, {"prior": None}], ids=["effects", "trained"])
def test_missing_values_over_the_horizon_are_warned_of(options):
    y, X = driven(126)
    X["noise"] = np.random.default_rng(1).normal(size=126)
    forecaster = quick(**options).fit(y[:120], X=X[:120], fh=range(1, 7))
    assert not warnings_of_missing(lambda: forecaster.predict(X=X[120:]))
    gaps = X[120:].copy()
    gaps.iloc[2:, 0] = np.nan
    (message,) = warnings_of_missing(lambda: forecaster.predict(X=gaps))
    assert message.startswith("Columns ['x'] of X")
    assert warnings_of_missing(lambda: forecaster.predict(fh=[0, 3, 4, 5], X=gaps))
    assert not warnings_of_missing(lambda: forecaster.predict(fh=[1, 2, 3], X=gaps))
    assert not warnings_of_missing(lambda: forecaster.predict(fh=[-3, 0]))


def test_missing_values_that_are_usual_or_do_not_matter_are_not_warned_of():
    y, X = driven(126)
    X["noise"] = np.random.default_rng(1).normal(size=126)
    forecaster = quick(max_steps=0).fit(y[:120], X=X[:120], fh=range(1, 7))
    gaps = X[120:].assign(noise=np.nan)
    assert not warnings_of_missing(lambda: forecaster.predict(X=gaps))  # it has no effect
    X["never varied"] = 1.0
    usual = X.copy()
    usual.iloc[np.arange(126) % 7 > 4, 0] = np.nan  # at the ends of weeks, if these were days
    forecaster = quick(prior=None).fit(y[:120], X=usual[:120], fh=range(1, 9))
    assert not warnings_of_missing(lambda: forecaster.predict(fh=[1, 5, 6], X=usual[120:]))
    gaps = usual[120:].assign(**{"never varied": np.nan})
    assert not warnings_of_missing(lambda: forecaster.predict(fh=[1, 2, 3], X=gaps))
    gaps = usual[120:].assign(noise=np.nan)
    assert warnings_of_missing(lambda: forecaster.predict(fh=[1, 2, 3], X=gaps))


@pytest.mark.parametrize("past_columns", [None, ["c"]])
def test_missing_values_of_one_series_of_a_panel_are_warned_of(past_columns):
    y = panel(3)
    X = pd.DataFrame({"c": np.resize(["a", "b", "b"], len(y)), "x": 1.0}, index=y.index)
    X.loc["store 1", "c"] = np.nan  # it never had it
    last = without_last(y, 3).index
    forecaster = quick(past_columns=past_columns).fit(y.loc[last], X=X.loc[last], fh=[1, 2, 3])
    future = X.drop(last)
    assert not warnings_of_missing(lambda: forecaster.predict(X=future))
    future.loc["store 2", "c"] = np.nan
    messages = warnings_of_missing(lambda: forecaster.predict(X=future))
    assert len(messages) == (past_columns is None)


def test_rows_that_are_missing_make_no_warnings(typed):
    with warnings.catch_warnings(record=True) as seen:  # sktime resets pytest's filters
        warnings.simplefilter("always")
        forecaster = quick(sp=6).fit(seasonal(), X=typed[["bool"]][:120], fh=[2, 6])
        forecaster.predict(X=typed[["bool"]].iloc[[-5, -1]])
    assert all(BETWEEN in str(warning.message) for warning in seen)


@pytest.mark.parametrize("lag", [0, 1])
def test_rows_between_the_times_of_the_horizon_are_asked_for_where_they_matter(lag):
    x = np.random.default_rng(0).normal(size=126)
    X = pd.DataFrame({"x": x}, seasonal(126).index)
    y = pd.Series(5 * np.roll(x, lag), X.index)
    forecaster = quick(max_steps=0).fit(y[:120], X=X[:120], fh=[2, 6])
    expected, part = forecaster.predict(X=X[120:]), X.iloc[[-5, -1]]
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        forecast = forecaster.predict(X=part)
    assert np.allclose(forecast, expected) == (lag == 0)
    assert [BETWEEN in str(warning.message) for warning in seen] == [True] * lag


def test_a_plan_is_given_up_for_unknown_values():
    y, X = driven()
    unknown = X[-6:] * np.nan
    planned = quick(max_steps=0).fit(y[:-6], X=X, fh=range(1, 7))
    without = quick(max_steps=0).fit(y[:-6], X=X[:-6], fh=range(1, 7))
    with pytest.warns(UserWarning, match=NO_VALUE):
        given_up = planned.predict(X=unknown)
    with pytest.warns(UserWarning, match=NO_VALUE):
        assert given_up.equals(without.predict(X=unknown))
    assert not given_up.equals(planned.predict(X=X[-6:]))


def test_the_past_needs_no_columns_anew():
    """Where y ends with missing values, either."""
    y, X = driven()
    y, X = y[:60].copy(), X[:60].assign(other=np.arange(60.0))
    y.iloc[-3:] = np.nan
    forecaster = quick(max_steps=0).fit(y, X=X, fh=[1, 2])
    fh = [-20, -10, -1, 0]
    expected = forecaster.predict(fh=fh)
    unknown = X.copy()
    unknown.iloc[30:50] = np.nan
    for given in (X, X[["other"]], unknown):
        np.testing.assert_array_equal(forecaster.predict(fh=[-20, -10], X=given), expected[:2])
    np.testing.assert_array_equal(forecaster.predict(fh=fh, X=X), expected)
    assert forecaster.predict_residuals()[:-3].notna().all()
    corrected = X.copy()
    corrected.loc[X.index[37], "x"] += 1  # two months before the first time that is asked for
    moved = forecaster.predict(fh=[-20, -10], X=corrected) - expected[:2]
    assert moved.iloc[0] == pytest.approx(10, abs=1)
    with pytest.raises(ValueError, match="predict needs X"):
        forecaster.predict(fh=[0, 1])


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_dates_of_any_unit(unit):
    y, X = driven()
    index = pd.date_range("2018-01-01", periods=126, freq="D", unit=unit)
    y, X = y[:126].set_axis(index), X[:126].set_axis(index)
    forecaster = quick(max_steps=0).fit(y[:120], X=X[:120], fh=range(1, 7))
    assert list(forecaster.predict(X=X[120:]).index) == list(index[120:])


def test_columns_of_y_that_end_at_other_times_have_one_end():
    y = pd.DataFrame({"a": seasonal(), "b": seasonal(seed=1)})
    y.iloc[-9:, 1] = np.nan
    assert SeriesSet.of(y).last_times == {None: y.index[-1]}


def test_a_forecast_without_known_columns_is_refused(typed):
    forecaster = quick().fit(seasonal(), X=typed[["number", "bool"]][:120], fh=[1, 2])
    message = r"predict needs X with \['number', 'bool'\] over the horizon"
    with pytest.raises(ValueError, match=message):
        forecaster.predict()


def test_unknown_names_of_past_columns_are_refused(typed):
    with pytest.raises(ValueError, match=r"past_columns names \['sales'\], but X has"):
        quick(past_columns=["sales"]).fit(seasonal(), X=typed[:120], fh=[1])


def test_past_columns_need_no_future(typed):
    y = seasonal()
    every = quick(sp=6, past_columns=list(typed)).fit(y, X=typed[:120], fh=[1, 2, 3])
    assert np.abs(every.predict() - seasonal(123)[-3:]).mean() < 1
    some = quick(sp=6, past_columns=["number", "text"]).fit(y, X=typed[:120], fh=[1, 2, 3])
    rest = typed.drop(columns=["number", "text"])
    assert np.abs(some.predict(X=rest[120:]) - seasonal(123)[-3:]).mean() < 1


@pytest.mark.parametrize("h", [3, 9])
def test_the_future_of_past_columns_is_not_used(typed, h):
    """Not even where forecasts go on from forecasts."""
    X = typed[["number"]]
    forecaster = quick(sp=6, max_steps=60, past_columns=["number"])
    forecaster.fit(seasonal(114), X=X[:114], fh=[1, 2, 3])
    one, two = (
        forecaster.predict(fh=range(1, h + 1), X=future)
        for future in (X[114 : 114 + h], 100 + X[114 : 114 + h])
    )
    np.testing.assert_array_equal(one, two)


def test_nothing_of_the_future_of_past_columns_is_read(typed):
    X = typed[["number", "text"]]
    forecaster = quick(sp=6, max_steps=0, past_columns=["number", "text"])
    forecast = forecaster.fit(seasonal(), X=X[:120], fh=[1, 2, 3]).predict()
    for future in ({"number": np.inf}, {"number": "no number"}, {"text": "a new word"}):
        pd.testing.assert_series_equal(forecaster.predict(X=X[120:].assign(**future)), forecast)


def test_times_that_are_ahead_of_some_series_only():
    y, X = driven()
    y = pd.concat({"a": y, "b": y[:-20]}).to_frame("y")  # which ends earlier
    forecaster = quick().fit(y, X=pd.concat({"a": X, "b": X}), fh=[1])
    forecast = forecaster.predict(fh=X.index[-18:-15], X=pd.concat({"a": X, "b": X}))
    error = forecast["y"] - pd.concat(dict.fromkeys("ab", y.loc["a", "y"][-18:-15]))
    assert np.abs(error).max() < 0.1 * y["y"].std()


def test_the_past_of_past_columns_is_used():
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    y = pd.Series(np.r_[0, x[:-1]])  # the column says the next value
    X = pd.DataFrame({"x": x})
    parts = {}
    for past in (["x"], None):
        forecaster = quick(max_steps=400, lr=0.02, past_columns=past)
        forecaster.fit(y[:-40], X=X[:-40] if past else None, fh=[1])
        forecaster.update(y[-40:], X=X[-40:] if past else None, update_params=False)
        forecast = forecaster.predict(fh=range(-39, 1))
        parts[str(past)] = np.abs(forecast - y[-40:]).mean()
    assert parts["['x']"] < 0.6 * parts["None"]


def test_update_takes_new_rows_of_columns():
    y, X = driven()
    forecaster = quick().fit(y[:-12], X=X[:-12], fh=range(1, 7))
    forecaster.update(y[-12:-6], X=X[-12:-6], update_params=False)
    assert np.abs(forecaster.predict(X=X[-6:]) - y[-6:]).mean() < 1


@pytest.mark.parametrize("update_params", [True, False])
def test_an_update_without_known_columns_is_refused_and_changes_nothing(update_params):
    """The effect of a column that jumps would be taken for the level, and be added once more."""
    y, X = driven()
    y[180:], X[180:] = y[180:] + 50, X[180:] + 5
    forecaster = quick().fit(y[:180], X=X[:180], fh=[1])
    before, cutoff = forecaster.predict(X=X[180:181]), forecaster.cutoff
    message = r"update needs X with \['x'\] up to the new end, but has no row at 2016-03"
    with pytest.raises(ValueError, match=message):
        forecaster.update(y[180:195], update_params=update_params)
    assert forecaster.cutoff.equals(cutoff)
    pd.testing.assert_series_equal(forecaster.predict(X=X[180:181]), before)
    forecaster.update(y[180:195], X=X[180:195], update_params=update_params)
    assert np.abs(forecaster.predict(X=X[195:196]) - y[195:196]).mean() < 5


def test_an_update_of_some_series_needs_columns_at_their_ends():
    pairs = {name: driven(seed=seed) for seed, name in enumerate(["a", "b"])}
    y = pd.concat({name: pair[0] for name, pair in pairs.items()}).to_frame("y")
    X = pd.concat({name: pair[1] for name, pair in pairs.items()})
    early = X.index.get_level_values(1) < pd.Period("2016", "M")
    forecaster = quick(max_steps=0).fit(y[early], X=X[early], fh=[1])
    message = r"\['x'\] up to the new end of series 'b', but has no row"
    with pytest.raises(ValueError, match=message):
        forecaster.update(y[~early], X=X[~early].loc[["a"]], update_params=False)
    forecaster.update(y[~early].loc[["b"]], X=X[~early].loc[["b"]], update_params=False)


@pytest.mark.parametrize("plan", [True, False])
def test_an_update_needs_no_columns_that_are_there_or_never_known(plan):
    y, X = driven()
    forecaster = quick(max_steps=0, past_columns=None if plan else ["x"])
    forecaster.fit(y[:180], X=X if plan else X[:180], fh=[1])
    forecaster.update(y[180:-1], update_params=False)
    assert np.isfinite(forecaster.predict(X=X[-1:])).all()


def test_rows_given_to_update_replace_those_of_before():
    y, X = driven()
    plan = X.copy()
    plan[-18:] += 5.0  # not what came
    forecasts = []
    for first in (plan, X):
        forecaster = quick().fit(y[:-18], X=first[:-12], fh=range(1, 7))
        forecaster.update(y[-18:-12], X=X[-18:-12], update_params=False)
        forecasts.append(forecaster.predict(X=X[-12:]))
    pd.testing.assert_series_equal(*forecasts)


def test_rows_given_to_predict_replace_those_of_fit():
    y, X = driven()
    forecaster = quick().fit(y[:-12], X=X, fh=range(1, 13))  # a plan of all the future
    other = X[-12:] + 3.0
    exact = quick().fit(y[:-12], X=X[:-12], fh=range(1, 13))
    for plan in (X[-12:], other):
        pd.testing.assert_series_equal(forecaster.predict(X=plan), exact.predict(X=plan))
    assert (np.abs(forecaster.predict(X=other) - exact.predict(X=X[-12:])) > 5).any()


@pytest.mark.filterwarnings("ignore:Column .* of X has categories:UserWarning")
@pytest.mark.parametrize("past", [None, ["number", "text"]])
def test_rows_after_the_end_of_y_are_not_looked_at(typed, past):
    later = typed.copy()
    later.iloc[114:] = later.iloc[113:114]
    later.loc[later.index[114:], "number"] = 1000.0
    later.loc[later.index[114:], "text"] = "later"
    plan = typed[114:].drop(columns=past or [])
    forecasts = []
    for X in (typed[:114], later):
        forecaster = quick(sp=6, past_columns=past).fit(seasonal(114), X=X, fh=[1, 2, 3])
        forecasts.append(forecaster.predict(fh=range(1, 10), X=plan))
    pd.testing.assert_series_equal(*forecasts)


def test_columns_whose_names_begin_alike():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"promo": rng.choice(["type_A", "none"], 120), "a": rng.choice(["b"], 120)})
    X = X.assign(promo_type=rng.choice(["u", "v"], 120), a_b=rng.normal(size=120))
    X.index = seasonal().index
    encoder = ColumnEncoder(X, SeriesSet.of(seasonal().to_frame()), ["promo"])
    # numbers first, then the categories of each other column
    assert encoder.known.tolist() == [True, False, False, True, True, True]


def test_a_category_that_fit_did_not_see_at_all():
    X = pd.DataFrame({"event": [None] * 126, "x": np.arange(126.0)}, index=seasonal(126).index)
    X["event"] = X["event"].astype(object)
    forecaster = quick(sp=6).fit(seasonal(), X=X[:120], fh=range(1, 7))
    usual = forecaster.predict(X=X[120:])
    with pytest.warns(UserWarning, match=r"'event' of X has categories .*before: \['fair'\], in 6"):
        fair = forecaster.predict(X=X[120:].assign(event="fair"))
    pd.testing.assert_series_equal(fair, usual)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(np.nan, index=range(45), dtype=object),
        pd.Series(pd.Categorical([None] * 45, categories=["a"])),
        pd.Series(pd.array(["a", None, "b"] * 15, dtype="string")),
        pd.Series([None, "a", np.nan] * 15),
    ],
    ids=["object", "categories", "string", "none"],
)
def test_text_that_is_missing(column):
    y, X = pd.Series(np.random.default_rng(0).normal(size=45)), pd.DataFrame({"c": column})
    forecaster = quick().fit(y[:40], X=X[:40], fh=range(1, 6))
    assert np.isfinite(forecaster.predict(X=X[40:])).all()


@pytest.mark.parametrize("past", [None, ["c"]])
def test_text_that_is_missing_of_one_series(past):
    y = panel(2)
    X = pd.DataFrame({"c": np.resize(["a", "b"], len(y)), "x": 1.0}, index=y.index)
    X.loc["store 1", "c"] = np.nan
    last = without_last(y, 3).index
    for text in (X, X.astype({"c": "category"})):
        forecaster = quick(past_columns=past).fit(y.loc[last], X=text.loc[last], fh=[1, 2, 3])
        assert np.isfinite(forecaster.predict(X=text.drop(last))).all(axis=None)


def test_names_of_series_of_different_types():
    y = panel(2).rename(index={"store 0": 1}, level=0)
    X = pd.DataFrame({"x": 1.0}, index=y.index)
    last = without_last(y, 3).index
    forecaster = quick().fit(y.loc[last], X=X.loc[last], fh=[1, 2, 3])
    assert len(forecaster.predict(X=X.drop(last))) == 6


def test_times_of_columns_are_those_of_fit_and_distinct(typed):
    X = typed[["number"]]
    forecaster = quick(sp=6).fit(seasonal(), X=X[:120], fh=[1, 2])
    with pytest.raises(ValueError, match="index of X holds dates, but that of fit periods"):
        forecaster.predict(X=X[120:].to_timestamp())
    with pytest.raises(ValueError, match="index of X has 2010-01 more than once and 1 more"):
        forecaster.predict(X=X.iloc[[120, 120, 121, 121, 122]])
    with pytest.raises(ValueError, match="index of X has 2009-12 more than once"):
        quick(sp=6).fit(seasonal(), X=pd.concat([X[:120], X[119:120]]), fh=[1])


def promoted(effect, seed, n=110):
    """Growing sales, and whether there was a promotion; what it adds is up to ``effect``."""
    rng = np.random.default_rng(seed)
    index = pd.period_range("2015-01", periods=n, freq="M")
    promotion = (rng.random(n) < 0.3).astype(float)
    promotion[-4:] = [1, 0, 1, 0]
    growth = np.exp(5 + 0.02 * np.arange(n))
    y = effect(growth, promotion) * np.exp(0.05 * rng.normal(size=n))
    return pd.Series(y, index), pd.DataFrame({"promotion": promotion}, index=index)


@pytest.mark.parametrize("season", [0.0, 0.3])
def test_growth_by_a_factor_is_found_under_what_a_column_does(season):
    """Promotions make swings, in which it would drown that the logarithm is the simpler series."""
    for seed in range(3):
        y, X = promoted(lambda growth, promotion: growth * np.exp(0.5 * promotion), seed)
        y = y * np.exp(season * np.sin(np.arange(len(y)) * np.pi / 6))
        forecaster = GRUForecaster(sp=12, max_steps=0, random_state=0).fit(y[:-4], X[:-4], [4])
        assert forecaster.log_ == [True]
        forecast = forecaster.predict([1, 2, 3, 4], X=X[-4:])
        assert (forecast / y[-4:] - 1).abs().mean() < 0.1


def test_what_a_column_adds_to_growth_by_a_factor_is_found_too():
    for seed in range(3):
        y, X = promoted(lambda growth, promotion: growth + 300 * promotion, seed)
        forecaster = GRUForecaster(max_steps=0, random_state=0).fit(y[:-4], X[:-4], [4])
        forecast = forecaster.predict([1, 2, 3, 4], X=X[-4:])
        assert (forecast / y[-4:] - 1).abs().mean() < 0.1


def test_rows_at_all_steps_are_asked_for(typed):
    X = typed[["number"]]
    forecaster = quick(sp=6).fit(seasonal(), X=X[:120], fh=range(1, 7))
    with pytest.raises(ValueError, match="X has no row at 2010-04 and 2 more.* is at 2010-03"):
        forecaster.predict(X=X[120:123])
    with pytest.raises(ValueError, match="X has no row at 2010-03, for which"):
        forecaster.predict(X=X[120:].drop(X.index[122]))
    reset = X[120:].set_axis(pd.period_range("1990-01", periods=6, freq="M"), axis=0)
    with pytest.raises(ValueError, match="X has no row at 2010-01 and 5 more"):
        forecaster.predict(X=reset)
    unknown = X[120:].copy()
    unknown.iloc[2] = np.nan
    assert np.isfinite(forecaster.predict(X=unknown)).all()
    with pytest.warns(UserWarning, match="X has no row at 2010-01 and 4 more, between the times"):
        forecaster.predict(fh=[6], X=X[125:])  # sktime's evaluate passes no other rows


def test_every_series_needs_rows():
    y = panel(2)
    X = pd.DataFrame({"x": 1.0}, index=y.index)
    with pytest.raises(ValueError, match="X has no rows for the series 'store 1' of y"):
        quick().fit(y, X=X.loc[["store 0"]], fh=[1])
    with pytest.raises(ValueError, match="X has no rows of the series of y"):
        quick().fit(y, X=X.rename(index=lambda name: f"other {name}", level=0), fh=[1])
    forecaster = quick().fit(y, X=X, fh=[1])
    with pytest.raises(ValueError, match="X has no row of series 'store [01]' at"):
        forecaster.predict(X=X)


def test_columns_of_a_single_series_have_no_instances():
    y, X = driven(126)
    repeated = pd.concat(dict.fromkeys(["store 0", "store 1"], X))
    message = r"y is one series, but X has rows of several instances.*X.loc\['store 0'\]"
    with pytest.raises(ValueError, match=message):
        quick().fit(y, X=repeated, fh=[1])
    forecaster = quick().fit(y[:120], X=X[:120], fh=[1, 2])
    with pytest.raises(ValueError, match=message):
        forecaster.predict(X=repeated)
    assert len(forecaster.predict(X=repeated.loc["store 0"])) == 2


def test_columns_of_a_panel_with_too_many_levels():
    y = panel(2)
    X = pd.DataFrame({"x": 1.0}, index=y.index)
    with pytest.raises(ValueError, match="must have the 2 levels of that of y, .* it has 3"):
        quick().fit(y, X=pd.concat({"north": X}), fh=[1])


def test_columns_of_a_panel_are_those_of_each_series():
    y, X = panel(2), driven(126)[1]
    repeated = pd.concat(dict.fromkeys(["store 0", "store 1"], X))
    repeated.index.names = y.index.names
    early = y.index.get_level_values(1) < pd.Period("2009", "M")
    message = "y is a panel, but X has no instances; repeat X for each series"
    with pytest.raises(ValueError, match=message):
        quick().fit(y[early], X=X, fh=[1])
    forecaster = quick(max_steps=0).fit(y[early], X=repeated, fh=[1])
    with pytest.raises(ValueError, match=message):
        forecaster.predict(X=X)
    with pytest.raises(ValueError, match=message):
        forecaster.update(y[~early], X=X, update_params=False)
    assert np.isfinite(forecaster.predict(X=repeated)).all(axis=None)


def test_an_update_without_a_column_is_refused_and_changes_nothing(typed):
    y, X = seasonal(), typed[["number", "count"]]
    forecaster = quick(sp=6).fit(y[:114], X=X[:114], fh=[1, 2])
    with pytest.raises(ValueError, match=r"X must have the columns .* it lacks \['count'\]"):
        forecaster.update(y[114:117], X=X[["number"]][114:117], update_params=False)
    forecaster.update(y[114:117], X=X[114:117], update_params=False)
    expected = quick(sp=6).fit(y[:114], X=X[:114], fh=[1, 2])
    expected.update(y[114:117], X=X[114:117], update_params=False)
    future = X[117:119]
    pd.testing.assert_series_equal(forecaster.predict(X=future), expected.predict(X=future))


def test_effects_are_learnt_from_some_rows_of_large_panels(monkeypatch):
    known, seen = np.array([True]), []
    rng = np.random.default_rng(0)
    columns = [rng.normal(size=(200, 1)).cumsum(axis=0) for _ in range(40)]
    series = [2 * x[:, 0] + 0.01 * rng.normal(size=200) for x in columns]
    every = Regression.learn(series, columns, known, sp=1)
    changes = _changes._changes
    monkeypatch.setattr(
        _changes, "_changes", lambda *args: (rows := changes(*args), seen.append(rows.size))[0]
    )
    for most in (20_000, 7_000):
        monkeypatch.setattr(_regression, "MOST_NUMBERS", most)
        seen.clear()
        some = Regression.learn(series, columns, known, sp=1)
        assert 0.5 * most < sum(seen) <= 1.1 * most
        np.testing.assert_allclose(some.coefficients[0], every.coefficients[0], rtol=0.01)
    long = Regression.learn([np.concatenate(series)], [np.concatenate(columns)], known, sp=1)
    assert sum(seen[-1:]) <= 1.1 * most
    np.testing.assert_allclose(long.coefficients[0], 2, rtol=0.01)


def test_an_update_may_begin_before_the_series():
    y, X = driven(n=120)
    forecaster = quick(max_steps=0).fit(y[2:-6], X=X[2:-6], fh=range(1, 7))
    before = forecaster.predict(X=X[-6:])
    forecaster.update(y[:2], X=X[:2], update_params=False)
    pd.testing.assert_series_equal(forecaster.predict(X=X[-6:]), before)


def test_x_without_columns_is_no_x():
    y = seasonal()
    forecaster = quick(sp=6).fit(y, X=pd.DataFrame(index=y.index), fh=[1, 2])
    expected = quick(sp=6).fit(y, fh=[1, 2]).predict()
    future = pd.DataFrame(index=pd.period_range("2010-01", periods=2, freq="M"))
    pd.testing.assert_series_equal(forecaster.predict(X=future), expected)


@pytest.mark.parametrize("fixed", [5.0, np.nan])
def test_a_column_that_never_varied_tells_nothing_when_it_does(fixed):
    y = seasonal()
    X = pd.DataFrame({"moving": np.arange(len(y)) % 5.0, "fixed": fixed}, index=y.index)
    forecaster = quick(prior=None, max_steps=20).fit(y[:-6], X[:-6], fh=range(1, 7))
    before = forecaster.predict(X=X[-6:])
    pd.testing.assert_series_equal(forecaster.predict(X=X[-6:].assign(fixed=7e3)), before)
    other = forecaster.predict(X=X[-6:].assign(moving=9.0))
    assert (other != before).any()
