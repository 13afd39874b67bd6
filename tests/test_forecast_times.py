"""Times: rows that are left out, series that end at different times, frequencies."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sktime.forecasting.base import ForecastingHorizon

from skrnn.forecasting import GRUForecaster
from skrnn.forecasting._model import ForecastModel
from skrnn.forecasting._regular_times import future_index
from skrnn.forecasting._rolling import quantiles_ahead
from skrnn.forecasting._series import SeriesSet
from tests.forecasting_data import panel, quick, seasonal

INDICES = {
    "period": pd.period_range("2000-01", periods=126, freq="M"),
    "datetime": pd.date_range("2000", periods=126, freq="D"),
    "business days": pd.date_range("2000", periods=126, freq="B"),
    "integer": pd.RangeIndex(126),
}


def base_only(**parameters):
    return GRUForecaster(max_steps=0, random_state=0, **parameters)


@pytest.mark.parametrize("kind", INDICES)
def test_rows_left_out_are_missing_values(kind):
    y = seasonal(126).set_axis(INDICES[kind])
    gap = np.r_[40:55, 100]
    missing, left_out = y[:120].copy(), y[:120].drop(y.index[gap])
    missing.iloc[gap] = np.nan
    if isinstance(y.index, pd.DatetimeIndex):  # another series tells the frequency
        with pytest.raises(ValueError, match="frequency of y's DatetimeIndex is unknown"):
            base_only(sp=6).fit(left_out, fh=[1])
        left_out, missing = (
            pd.concat({"a": y[:120], "b": part}, names=["k", "t"]).to_frame()
            for part in (left_out, missing)
        )
    one, two = (base_only(sp=6).fit(part, fh=range(1, 7)) for part in (missing, left_out))
    for fh in (range(1, 7), [-75, -70, -19, 0, 3]):
        assert one.predict(fh=fh).equals(two.predict(fh=fh))


def test_an_update_that_leaves_rows_out_keeps_the_season():
    for index in (INDICES["period"], INDICES["datetime"]):
        y = seasonal(126).set_axis(index)
        forecaster = quick(sp=6).fit(y[:100], fh=range(1, 7))
        forecaster.update(y[103:120], update_params=False)
        np.testing.assert_allclose(forecaster.predict(), y[120:], atol=1.5)


def rows_of(fh, y):
    """The same times as a relative horizon after the last row, whatever it holds."""
    return ForecastingHorizon(future_index(y.index, np.array(fh)), is_relative=False)


@pytest.mark.parametrize("updated", [False, True])
@pytest.mark.parametrize("lag", [1, 30])
@pytest.mark.parametrize("kind", ["period", "integer"])
def test_rows_without_observations_at_the_end_are_forecast(kind, lag, updated):
    """They are no observations: what follows is as uncertain as without them."""
    y = seasonal(126).set_axis(INDICES[kind])
    missing, left_out = y.copy(), y[:-lag]
    missing.iloc[-lag:] = np.nan
    one, two = quick(sp=6), quick(sp=6)
    if updated:
        one.fit(y[:90], fh=range(1, 7)).update(missing[90:], update_params=False)
        two.fit(y[:90], fh=range(1, 7)).update(left_out[90:], update_params=False)
    else:
        one.fit(missing, fh=range(1, 7))
        two.fit(left_out, fh=rows_of(range(1, 7), y))
        assert one.horizon_ == 6 + lag
    for fh in ([1, 2, 5], [-lag - 4, -lag, 0, 3]):
        assert one.predict(fh).equals(two.predict(rows_of(fh, y)))
        assert one.predict_interval(fh).equals(two.predict_interval(rows_of(fh, y)))


def test_the_ends_of_series_side_by_side_are_their_last_observations():
    """Rows of a panel that was a wide table with gaps, and columns that end at other times."""
    short, long = seasonal(100), seasonal(120, seed=1)
    wide = pd.DataFrame({"short": short, "long": long})
    padded = pd.concat({name: wide[name] for name in wide}, names=["k", "t"]).to_frame("y")
    fh = rows_of(range(1, 7), long)
    expected = quick(sp=6).fit(padded.dropna(), fh=fh).predict_interval()
    assert quick(sp=6).fit(padded, fh=range(1, 7)).predict_interval().equals(expected)
    columns = quick(sp=6).fit(wide, fh=range(1, 7))
    for name in wide:
        assert (
            columns.predict()[name] == quick(sp=6).fit(padded, fh=fh).predict().loc[name, "y"]
        ).all()
    assert list(columns.predict([-30, 0]).index) == [long.index[-31], long.index[-1]]


@pytest.mark.parametrize(
    ("gaps", "warned"),
    [
        ({}, False),
        ({"a": slice(None, None, 7)}, True),
        ({"a": slice(None, None, 7), "b": slice(0, None, 14)}, True),
        ({"a": slice(None, None, 7), "b": slice(None)}, False),
        ({"a": slice(0, 1), "b": slice(0, 8, 7)}, False),
        ({"a": np.flatnonzero(np.arange(126) % 7 < 5)}, False),  # working days
    ],
    ids=str,
)
def test_a_frequency_above_that_of_the_observations_is_told(gaps, warned):
    parts = {}
    for name, observed in gaps.items() or {"a": slice(None)}.items():
        parts[name] = seasonal(126) * np.nan
        parts[name].iloc[observed] = seasonal(126).iloc[observed]
    y = pd.concat(parts, names=["k", "t"]).to_frame("y")
    with warnings.catch_warnings(record=True) as seen:  # sktime resets pytest's filters
        warnings.simplefilter("always")
        base_only(sp=7).fit(y, fh=[1])
    messages = [str(warning.message) for warning in seen]
    assert len(messages) == warned
    assert all("All observations of y lie 7 steps apart" in message for message in messages)


def test_a_long_time_without_observations_is_rolled_over():
    y = seasonal(400)
    y.iloc[100:] = np.nan
    forecaster = quick(sp=6).fit(y, fh=[1, 2])
    assert forecaster.horizon_ == 64
    assert forecaster.predict().notna().all()
    assert forecaster.update(seasonal(400)).horizon_ == 2


def test_series_with_one_last_observation_have_rows_of_their_own_after_it():
    whole, padded = seasonal(60), seasonal(60).reindex(seasonal(70).index)
    y = pd.concat({"a": whole, "b": padded}, names=["k", "t"]).to_frame("y")
    forecast = base_only(sp=6).fit(y, fh=[1, 2]).predict()
    for name, rows in (("a", whole), ("b", padded)):
        assert list(forecast.loc[name].index) == [rows.index[-1] + 1, rows.index[-1] + 2]


def test_time_differences_count_from_the_last_row():
    y = pd.Series(np.arange(30.0), index=pd.date_range("2020-01-01", periods=30, freq="D"))
    y.iloc[-4:] = np.nan
    forecast = base_only().fit(y).predict(pd.TimedeltaIndex(["1D", "3D"]))
    assert list(forecast.index) == list(pd.to_datetime(["2020-01-31", "2020-02-02"]))
    np.testing.assert_allclose(forecast, [30, 32], atol=0.1)


def two_series(times, others):
    parts = {"a": seasonal(30).set_axis(times), "b": seasonal(30).set_axis(others)}
    return pd.concat(parts, names=["series", "time"]).to_frame()


def test_times_off_the_grid_are_refused():
    days = pd.date_range("2000", periods=30, freq="D")
    at_noon = base_only().fit(two_series(days, days.shift(12, freq="h")), fh=[1]).predict()
    assert list(at_noon.index.get_level_values(1).hour) == [0, 12]
    odd = days.to_numpy().copy()
    odd[7] += np.timedelta64(5, "h")
    with pytest.raises(ValueError, match="2000-01-08 05:00:00 is not among them"):
        base_only().fit(two_series(days, odd), fh=[1])


def test_times_far_apart_are_refused():
    with pytest.raises(ValueError, match=r"20 observations at 190001 times .* y.index // 10000"):
        base_only().fit(seasonal(20).set_axis(np.arange(20) * 10_000), fh=[1])


@pytest.mark.parametrize(
    ("times", "freq"),
    [
        (1_700_000_000_000 + 3_600_000 * np.arange(5000), None),
        (pd.PeriodIndex(pd.date_range("2000", periods=5000, freq="D"), freq="us"), None),
        (pd.DatetimeIndex(list(pd.date_range("2000", periods=5000, freq="D"))), "us"),
    ],
    ids=["numbers", "periods", "dates"],
)
def test_times_too_far_apart_for_the_memory_are_refused(times, freq):
    y = pd.DataFrame({"y": 1.0}, index=times)
    with pytest.raises(ValueError, match="5000 observations at .* or use a lower frequency"):
        SeriesSet.of(y, freq)


def ragged():
    """The first series ends a year before the others."""
    y = panel(3)
    times = y.index.get_level_values(-1)
    return y[(y.index.get_level_values(0) != "store 0") | (times < pd.Period("2009-01", "M"))]


@pytest.mark.parametrize("inside", [False, True])
def test_an_absolute_horizon_is_that_of_every_series(inside):
    y = ragged()
    times = pd.period_range("2008-11" if inside else "2010-01", periods=4, freq="M")
    forecaster = quick(sp=6).fit(y, fh=range(1, 7))
    fh = ForecastingHorizon(times, is_relative=False)
    forecast = forecaster.predict(fh=fh)
    for key, part in forecast.groupby(level=0):
        assert list(part.index.get_level_values(1)) == list(times)
        level = int(key[-1]) + 1
        truth = seasonal(140, seed=int(key[-1]))
        np.testing.assert_allclose(part["y"], level * truth[times], atol=3 * level)
    assert (forecaster.predict_interval(fh=fh).index == forecast.index).all()


def test_a_relative_horizon_counts_from_the_end_of_each_series():
    forecast = quick(sp=6).fit(ragged(), fh=[1, 2]).predict()
    assert str(forecast.loc["store 0"].index[0]) == "2009-01"
    assert str(forecast.loc["store 1"].index[0]) == "2010-01"


def test_the_trained_horizon_is_that_of_the_series_that_end_last():
    times = pd.period_range("2010-01", periods=2, freq="M")
    fh = ForecastingHorizon(times, is_relative=False)
    forecaster = quick(sp=6).fit(ragged(), fh=fh)
    assert forecaster.horizon_ == 2
    assert quick(sp=6).pretrain(ragged(), fh=fh).fit(seasonal()).horizon_ == 2
    assert forecaster.predict(fh).shape == (6, 1)


def test_a_series_that_was_given_up_is_forecast_as_far(monkeypatch):
    """By steps of its own, and the others by no more than theirs."""
    old = pd.concat({"old": seasonal(30).to_frame()}, names=["store", "month"])
    y = pd.concat([ragged(), old])
    times = pd.period_range("2010-01", periods=2, freq="M")
    forecaster = quick(sp=6).fit(y, fh=ForecastingHorizon(times, is_relative=False))
    assert forecaster.horizon_ == 2
    asked = []

    def spy(self, panel, prepared, ends, owners, horizon):
        assert len(panel) == len(owners)  # no other series is laid out
        asked.append(len(owners))
        return quantiles(self, panel, prepared, ends, owners, horizon)

    quantiles = ForecastModel.quantiles
    monkeypatch.setattr(ForecastModel, "quantiles", spy)
    forecast = forecaster.predict()
    assert np.isfinite(forecast).all(axis=None)
    assert list(forecast.loc["old"].index) == list(times)
    assert sum(asked) == 46 + 7 + 1 + 1  # blocks of two steps


def test_a_series_that_goes_on_alone_is_forecast_as_beside_the_others():
    """With the scales, long season and effects of columns that are its own."""
    rng, parts, columns = np.random.default_rng(0), {}, {}
    for i in range(3):
        x, pattern = rng.normal(size=160), 5 * np.resize(rng.normal(size=28), 160)
        y = (10**i) * (3 * x + pattern + 0.1 * rng.normal(size=160))
        parts[i] = pd.Series(y[: 150 - 20 * i])
        columns[i] = pd.DataFrame({"x": x})
    y = pd.concat(parts, names=["k", "t"]).to_frame("y")
    X = pd.concat(columns, names=["k", "t"])
    forecaster = base_only(sp=[7, 28]).fit(y, X=X, fh=[1, 2])
    assert forecaster._prepared.seasons
    assert forecaster._prepared.regression is not None
    n_steps = np.array([10, 30, 50])
    columns = forecaster._columns.with_future(X, forecaster._series).arrays(forecaster._series, 50)
    given = forecaster._model, forecaster._prepared, forecaster._series.values, columns
    alone, beside = quantiles_ahead(*given, n_steps), quantiles_ahead(*given, np.full(3, 50))
    for one, two, n in zip(alone, beside, n_steps):
        np.testing.assert_allclose(one[:n], two[:n], rtol=1e-3)


DAYS = pd.date_range("2020-01-06", periods=40)
WEEKDAYS = pd.bdate_range("2020-01-06", periods=40)
MONTHS = pd.date_range("2020", periods=3, freq="MS")


@pytest.mark.parametrize(
    ("one", "two", "freq"),
    [
        (WEEKDAYS[:5], WEEKDAYS, "B"),
        (DAYS[:9:2], DAYS, "D"),
        (MONTHS[:2], MONTHS[1:], "MS"),
        (DAYS.delete([3, 4]), DAYS.delete(6), "D"),
    ],
)
def test_the_frequency_is_that_of_all_times_where_series_do_not_agree(one, two, freq):
    frames = (pd.DataFrame({"y": 1.0}, index=pd.DatetimeIndex(list(times))) for times in (one, two))
    series = SeriesSet.of(pd.concat(dict(enumerate(frames)), names=["series", "time"]))
    assert series.freq == freq
    for values, times in zip(series.values, (one, two)):
        assert len(values) == len(pd.date_range(times[0], times[-1], freq=freq))


ZONES = ["Europe/Berlin", "US/Eastern", "UTC", None]


@pytest.mark.parametrize("start", ["2021-03-26", "2021-10-29", "2021-03-12", "2021-11-05"])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("freq", ["h", "D"])
def test_an_absolute_horizon_is_kept_where_the_clock_changes(zone, start, freq):
    times = pd.date_range(start, periods=90, freq=freq, tz=zone)
    y = pd.Series(np.arange(50.0), index=times[:50])
    for asked in (times[60:84], times[10:50], times[40:60], times[[55, 80]]):
        fh = ForecastingHorizon(asked, is_relative=False)
        forecast = base_only().fit(y, fh=fh).predict()
        assert list(forecast.index) == list(asked)
    ahead = base_only().fit(y, fh=ForecastingHorizon(times[50:55], is_relative=False)).predict()
    np.testing.assert_allclose(ahead, range(50, 55), atol=0.5)


def test_times_before_the_series_have_the_forecast_of_its_first():
    y = pd.Series(seasonal().to_numpy(), index=pd.date_range("2000", periods=120, freq="D"))
    y.iloc[:3] = np.nan
    fh = ForecastingHorizon(y.index[:4], is_relative=False)
    forecast = base_only().fit(y).predict(fh)
    assert list(forecast.index) == list(y.index[:4])
    assert (forecast == forecast.iloc[0]).all()


@pytest.mark.parametrize("time", ["2000-05-10 12:00", "2000-01-02 01:00"])
def test_times_that_the_frequency_does_not_have_are_refused(time):
    y = pd.Series(np.arange(100.0), index=pd.date_range("2000", periods=100, freq="D"))
    fh = ForecastingHorizon(pd.DatetimeIndex([time]), is_relative=False)
    with pytest.raises(ValueError, match=f"fh asks for {time}.* follow the frequency <Day>"):
        base_only().fit(y).predict(fh)


@pytest.mark.parametrize(
    ("times", "asked", "kind"),
    [
        (pd.period_range("2000", periods=50, freq="D"), "dates", "dates"),
        (pd.date_range("2000", periods=50, freq="D"), "periods", "periods of frequency D"),
        (pd.date_range("2000", periods=50, freq="D"), "numbers", "whole numbers"),
        (pd.date_range("2000", periods=50, freq="D"), "utc", "dates of the time zone UTC"),
        (pd.date_range("2000", periods=50, freq="D", tz="Asia/Tokyo"), "dates", "dates"),
        (pd.RangeIndex(50), "dates", "dates"),
    ],
)
def test_a_horizon_of_times_of_another_kind_is_refused(times, asked, kind):
    dates = pd.date_range("2000-02-20", periods=2, freq="D")
    given = {
        "dates": dates,
        "periods": dates.to_period(),
        "numbers": pd.Index([50, 51]),
        "utc": dates.tz_localize("UTC"),
    }
    fh = ForecastingHorizon(given[asked], is_relative=False, freq="D")
    forecaster = base_only().fit(pd.Series(np.arange(50.0), index=times))
    with pytest.raises(ValueError, match=f"index of fh holds {kind}, but that of fit "):
        forecaster.predict(fh)


def test_a_horizon_in_another_time_zone_has_the_same_moments():
    times = pd.date_range("2000-01-01 01:00", periods=52, freq="D", tz="Europe/Berlin")
    y = pd.Series(np.arange(50.0), index=times[:50])
    fh = ForecastingHorizon(times[48:].tz_convert("UTC"), is_relative=False)
    forecaster = base_only().fit(y)
    pd.testing.assert_series_equal(forecaster.predict(fh), forecaster.predict([-1, 0, 1, 2]))


def test_a_horizon_of_time_differences():
    y = pd.Series(np.arange(30.0), index=pd.date_range("2020-01-01", periods=30, freq="D"))
    forecast = base_only().fit(y).predict(pd.TimedeltaIndex(["1D", "3D"]))
    assert list(forecast.index) == list(pd.to_datetime(["2020-01-31", "2020-02-02"]))
    np.testing.assert_allclose(forecast, [30, 32], atol=0.1)


def test_single_observations_of_several_series_tell_no_frequency():
    times = pd.to_datetime(["2015-06-01", "2018-12-01"])
    index = pd.MultiIndex.from_arrays([["a", "b"], times], names=["k", "t"])
    y = pd.DataFrame({"y": [1.0, 2.0]}, index=index)
    with pytest.raises(ValueError, match="frequency of y's DatetimeIndex is unknown"):
        base_only().fit(y, fh=[1]).predict()


def test_a_single_observation_between_the_times_of_the_others():
    many = pd.date_range("2019", periods=24, freq="MS")
    parts = {"a": pd.Series(range(24), many), "b": pd.Series(5, pd.to_datetime(["2020-06-15"]))}
    y = pd.concat(parts, names=["k", "t"]).astype(float).to_frame("y")
    forecast = base_only().fit(y, fh=[-1, 0, 1, 2]).predict()
    days = ["2020-06-01", "2020-06-15", "2020-07-01", "2020-08-01"]
    assert list(forecast.loc["b"].index) == list(pd.to_datetime(days))
    np.testing.assert_allclose(forecast.loc["b", "y"], 5, atol=0.1)


# Names of the series


def named(ids):
    return pd.concat(dict(zip(ids, map(seasonal, [60, 80]))), names=["k", "t"]).to_frame()


SKTIMES_OWN = pytest.mark.filterwarnings("ignore:The default of observed:FutureWarning")


@SKTIMES_OWN
@pytest.mark.parametrize(
    "ids",
    [
        [1, "a"],
        [2, 1],
        pd.Index([2, 1], dtype="int32"),
        pd.Index(["b", "a"], dtype="string"),
        pd.CategoricalIndex(["b", "a"], categories=["b", "a"]),
        pd.to_datetime(["2000", "1999"]),
    ],
    ids=str,
)
def test_names_of_series_keep_their_type(ids):
    y = named([0, 1])
    y.index = y.index.set_levels(pd.Index(ids), level=0)
    forecast = base_only().fit(y, fh=[1, 2]).predict()
    expected = y.groupby(level=0, sort=False, observed=True).tail(2).index
    level = forecast.index.get_level_values(0)
    assert level.dtype == expected.get_level_values(0).dtype
    assert list(map(type, level)) == list(map(type, expected.get_level_values(0)))
    assert list(level) == list(expected.get_level_values(0))


@SKTIMES_OWN
def test_a_category_without_a_series_is_left_out():
    y = named(["a", "b"]).reset_index().astype({"k": "category"}).set_index(["k", "t"])
    forecast = base_only().fit(y.loc[["a"]], fh=[1]).predict()
    assert list(forecast.index.get_level_values(0)) == ["a"]


def test_series_without_a_name_are_refused():
    with pytest.raises(ValueError, match="Level 'k' of the index.* has missing values"):
        base_only().fit(named([np.nan, "a"]), fh=[1])


def test_a_time_that_comes_twice_is_named():
    y = seasonal()
    message = "index of y has 2009-12 more than once. Keep one row per time"
    with pytest.raises(ValueError, match=message):
        quick().fit(pd.concat([y, y[-1:]]), fh=[1])
    y = panel(2)
    message = "index of series 'store 1' of y has"
    with pytest.raises(ValueError, match=message):
        quick().fit(pd.concat([y, y[-1:]]), fh=[1])
