"""Times: rows that are left out, series that end at different times, frequencies."""

import numpy as np
import pandas as pd
import pytest
from sktime.forecasting.base import ForecastingHorizon

from skrnn.forecasting import GRUForecaster
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
    with pytest.raises(ValueError, match="y has 20 observations at 190001 times"):
        base_only().fit(seasonal(20).set_axis(np.arange(20) * 10_000), fh=[1])


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


def test_the_trained_horizon_reaches_an_absolute_one_from_every_end():
    times = pd.period_range("2010-01", periods=2, freq="M")
    fh = ForecastingHorizon(times, is_relative=False)
    assert quick(sp=6).fit(ragged(), fh=fh).horizon_ == 14
    assert quick(sp=6).pretrain(ragged(), fh=fh).fit(seasonal()).horizon_ == 14
