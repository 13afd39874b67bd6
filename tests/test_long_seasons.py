"""Several seasonal periods: the longer ones are taken off each series and put back."""

import numpy as np
import pandas as pd
import pytest
from sktime.forecasting.base import ForecastingHorizon

from skrnn.forecasting import GRUForecaster, RNNForecaster
from skrnn.forecasting._long_seasons import LongSeasons

SHORT, LONG = 6, 42


def mae(y, forecast):
    return np.abs(np.asarray(y) - np.asarray(forecast)).mean()


def two_seasons(n=42 * 8, noise=0.1, scale=1.0, seed=0):
    """Days and weeks, say: noise about a pattern of six steps and one of forty-two."""
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    day, week = np.sin(2 * np.pi * t / SHORT), rng.normal(size=LONG)[t % LONG]
    return pd.Series(scale * (20 + day + week + noise * rng.normal(size=n)))


def error_of(forecaster, y, horizon=LONG):
    forecast = forecaster.fit(y[:-horizon], fh=np.arange(1, horizon + 1)).predict()
    return mae(y[-horizon:], forecast)


@pytest.mark.parametrize("cls", [GRUForecaster, RNNForecaster])
def test_a_longer_season_is_forecast(cls):
    y = two_seasons()
    both = error_of(cls(sp=[SHORT, LONG], max_steps=0, random_state=0), y)
    short = error_of(cls(sp=SHORT, max_steps=0, random_state=0), y)
    assert both < 0.15  # the noise's mean absolute value is 0.08
    assert short > 0.6


def test_order_of_the_periods_does_not_matter_and_the_shortest_is_the_models():
    y = two_seasons()
    one, other = (
        GRUForecaster(sp=sp, max_steps=0, random_state=0).fit(y, fh=[1, 2, 3])
        for sp in ([SHORT, LONG], (LONG, SHORT, LONG))
    )
    assert one.sp_ == other.sp_ == SHORT
    pd.testing.assert_series_equal(one.predict(), other.predict())


def test_forecasts_follow_the_scale():
    """On the log scale, where patterns are factors."""
    one, other = (
        GRUForecaster(sp=[SHORT, LONG], max_steps=0, random_state=0)
        .fit(two_seasons(scale=scale), fh=np.arange(1, LONG + 1))
        .predict()
        for scale in (1.0, 1000.0)
    )
    np.testing.assert_allclose(other, 1000 * one, rtol=1e-3)


def test_seasons_last_beyond_the_horizon_within_the_series_and_after_updates():
    y = two_seasons()
    forecaster = GRUForecaster(sp=[SHORT, LONG], max_steps=0, random_state=0)
    forecaster.fit(y[: -2 * LONG], fh=np.arange(1, 11))
    ahead = np.arange(1, LONG + 1)
    assert mae(y[-2 * LONG : -LONG], forecaster.predict(fh=ahead)) < 0.25
    within = ForecastingHorizon(y.index[LONG : LONG + 30], is_relative=False)
    assert mae(y[LONG : LONG + 30], forecaster.predict(fh=within)) < 0.25
    for refit in (False, True):  # half a season, so that another place of it comes next
        forecaster.update(y[-2 * LONG : -LONG - LONG // 2], update_params=refit)
        after = y[-LONG - LONG // 2 : -LONG - LONG // 2 + 10]
        assert mae(after, forecaster.predict(fh=np.arange(1, 11))) < 0.25


def test_each_series_of_a_panel_has_its_own_pattern():
    parts = {k: two_seasons(seed=k, scale=10**k).to_frame("y") for k in range(3)}
    y = pd.concat(parts, names=["series", "time"])
    past = y.groupby(level=0).head(-LONG)
    forecaster = GRUForecaster(sp=[SHORT, LONG], max_steps=0, random_state=0)
    forecast = forecaster.fit(past, fh=np.arange(1, LONG + 1)).predict()
    for k in range(3):
        assert mae(y.loc[k, "y"][-LONG:], forecast.loc[k, "y"]) < 0.15 * 10**k


def test_columns_and_long_seasons_go_together():
    y = two_seasons()
    X = pd.DataFrame({"x": np.random.default_rng(1).normal(size=len(y))})
    y = y + 2 * X["x"]
    forecaster = GRUForecaster(sp=[SHORT, LONG], max_steps=20, random_state=0)
    fh = np.arange(1, LONG + 1)
    forecast = forecaster.fit(y[:-LONG], X=X[:-LONG], fh=fh).predict(X=X[-LONG:])
    assert mae(y[-LONG:], forecast) < 0.3


def test_noise_has_no_season():
    rng = np.random.default_rng(0)
    kept = [
        np.abs(LongSeasons.learn([rng.normal(size=LONG * 6)], SHORT, (LONG,)).patterns[0][0]).mean()
        for _ in range(20)
    ]
    assert np.mean(kept) < 0.06  # means of six have 0.33
    assert np.median(kept) < 0.05


def test_gaps_and_short_series():
    y = two_seasons().to_numpy()
    gappy = np.where(np.random.default_rng(0).random(len(y)) < 0.2, np.nan, y)
    (full,), (with_gaps,) = LongSeasons.learn([y, gappy], SHORT, (LONG,)).patterns
    assert np.abs(full - with_gaps).mean() < 0.15 * np.abs(full).mean()
    (short,), (empty,) = LongSeasons.learn([y[:60], np.full(300, 5.0)], SHORT, (LONG,)).patterns
    assert not short.any()
    assert not empty.any()


@pytest.mark.parametrize("sp", [[], [24, 0], [24, 7.5], ["auto"]])
def test_periods_are_whole_numbers(sp):
    with pytest.raises(ValueError, match=r"whole numbers .* sp=\[24, 168\]"):
        GRUForecaster(sp=sp).fit(two_seasons(), fh=[1])
