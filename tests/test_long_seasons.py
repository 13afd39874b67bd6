"""Several seasonal periods: the longer ones are taken off each series and put back."""

import numpy as np
import pandas as pd
import pytest
from sktime.forecasting.base import ForecastingHorizon

from skrnn.forecasting import GRUForecaster, RNNForecaster, _scale_choice
from skrnn.forecasting._long_seasons import LongSeasons

SHORT, LONG = 6, 42


def quick(**parameters):
    return GRUForecaster(max_steps=0, random_state=0, **parameters)


def mae(y, forecast):
    return np.abs(np.asarray(y) - np.asarray(forecast)).mean()


def two_seasons(n_cycles=8, noise=0.1, growth=0.0, smooth=False, long=LONG, seed=0):
    """Days and weeks, say: noise about a pattern of six steps and a longer one."""
    rng = np.random.default_rng(seed)
    t = np.arange(n_cycles * long)
    day, week = np.sin(2 * np.pi * t / SHORT), rng.normal(size=long)[t % long]
    if smooth:
        week = 3 * np.sin(2 * np.pi * t / long)
    return pd.Series(20 + day + week + growth * t / long + noise * rng.normal(size=len(t)))


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


@pytest.mark.parametrize("n_cycles", [3, 7])
@pytest.mark.parametrize("growth", [0.0, 5.0])
def test_a_smooth_long_season_and_a_trend(n_cycles, growth):
    """The level must not take part of the season at the ends, nor the pattern part of a trend."""
    y = two_seasons(n_cycles, growth=growth, smooth=True)
    both = error_of(quick(sp=[SHORT, LONG]), y, horizon=20)
    short = error_of(quick(sp=SHORT), y, horizon=20)
    assert both < 0.3
    assert short > 1.5 * both  # the pretrained network sees some of the season by itself


@pytest.mark.parametrize("long", [20, 45])
def test_a_longer_period_need_not_be_a_multiple(long):
    y = two_seasons(long=long)
    assert error_of(quick(sp=[SHORT, long]), y) < 0.2
    assert error_of(quick(sp=[SHORT, long, 3 * long]), y) < 0.25


def test_order_of_the_periods_does_not_matter_and_the_shortest_is_the_models():
    y = two_seasons()
    one, other = (quick(sp=sp).fit(y, fh=[1, 2, 3]) for sp in ([SHORT, LONG], (LONG, SHORT, LONG)))
    assert one.sp_ == other.sp_ == SHORT
    pd.testing.assert_series_equal(one.predict(), other.predict())


def test_patterns_are_factors_where_that_is_better():
    """A long season must not hide that the logarithm is what should be forecast."""
    y = np.exp(0.3 * (two_seasons(noise=0.05, growth=0.8) - 20))
    forecasters = [
        quick(sp=[SHORT, LONG]).fit(k * y[:-LONG], fh=range(1, LONG + 1)) for k in (1, 9)
    ]
    one, other = (forecaster.predict() for forecaster in forecasters)
    assert forecasters[0].log_ == [True]
    assert mae(np.log(y[-LONG:]), np.log(one)) < 0.05
    np.testing.assert_allclose(other, 9 * one, rtol=1e-3)


def test_what_is_not_positive_has_no_logarithm_even_if_it_had_one_without_the_season():
    rng = np.random.default_rng(16)
    t = np.arange(28 * 14)
    rest = 8 * np.exp(
        2 * t / len(t) + 0.6 * np.sin(2 * np.pi * t / 4) + 0.05 * rng.normal(size=len(t))
    )
    dip = -rest[:56].min() - 1.5 * rest.std()
    y = pd.Series(rest + np.where(t % 28 == 5, dip, 0))
    assert (y <= 0).sum() > 5
    forecaster = quick(sp=[4, 28]).fit(y, fh=range(1, 29))
    assert forecaster.log_ == [False]
    assert forecaster.predict().iloc[5] < rest[-23] + dip / 2


def test_seasons_last_beyond_the_horizon_within_the_series_and_after_updates():
    y = two_seasons()
    forecaster = quick(sp=[SHORT, LONG])
    forecaster.fit(y[: -2 * LONG], fh=np.arange(1, 11))
    ahead = np.arange(1, LONG + 1)
    assert mae(y[-2 * LONG : -LONG], forecaster.predict(fh=ahead)) < 0.25
    within = ForecastingHorizon(y.index[LONG : LONG + 30], is_relative=False)
    assert mae(y[LONG : LONG + 30], forecaster.predict(fh=within)) < 0.25
    for refit in (False, True):  # half a season, so that another place of it comes next
        forecaster.update(y[-2 * LONG : -LONG - LONG // 2], update_params=refit)
        after = y[-LONG - LONG // 2 : -LONG - LONG // 2 + 10]
        assert mae(after, forecaster.predict(fh=np.arange(1, 11))) < 0.25


@pytest.mark.parametrize("filled", [False, True])
def test_patterns_stay_in_place_where_an_update_begins_earlier(filled):
    y = two_seasons()
    past = y[:-LONG].copy()
    past.iloc[:2] = np.nan
    past = past if filled else past[2:]
    forecaster = quick(sp=[SHORT, LONG]).fit(past, fh=np.arange(1, LONG + 1))
    before = forecaster.predict()
    pd.testing.assert_series_equal(forecaster.update(y[:2], update_params=False).predict(), before)


def test_each_series_of_a_panel_has_its_own_pattern():
    parts = {k: (10**k * two_seasons(seed=k)).to_frame("y") for k in range(3)}
    y = pd.concat(parts, names=["series", "time"])
    past = y.groupby(level=0).head(-LONG)
    forecaster = quick(sp=[SHORT, LONG])
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


def share_with_pattern(draw, n_cycles):
    """Of series without any season, those that a pattern is found in."""
    series = [draw(np.random.default_rng(seed), n_cycles * 168) for seed in range(40)]
    return np.mean(list(map(bool, LongSeasons.learn(series, 24, (168,)).patterns)))


@pytest.mark.parametrize("n_cycles", [2, 4, 8])
def test_where_there_is_no_season_none_is_found(n_cycles):
    assert share_with_pattern(lambda rng, n: rng.normal(size=n), n_cycles) < 0.1
    assert share_with_pattern(lambda rng, n: rng.normal(size=n).cumsum(), n_cycles) < 0.3


def test_one_day_that_differs_is_a_season():
    rng = np.random.default_rng(0)
    y = rng.normal(scale=0.3, size=168 * 6) + 2 * (np.arange(168 * 6) % 168 < 24)
    ((pattern,),) = LongSeasons.learn([y], 24, (168,)).patterns
    assert pattern[:24].mean() - pattern[24:].mean() == pytest.approx(2, abs=0.3)


def test_gaps():
    y = two_seasons().to_numpy()
    rng = np.random.default_rng(0)
    at_night = np.arange(len(y)) % SHORT < 4  # most of a day is never observed
    for gaps in (rng.random(len(y)) < 0.2, at_night):
        gappy = np.where(gaps, np.nan, y)
        ((full,), (with_gaps,)) = LongSeasons.learn([y, gappy], SHORT, (LONG,)).patterns
        known = with_gaps != 0
        assert known.mean() > 0.3
        difference = full[known] - full[known].mean() - with_gaps[known] + with_gaps[known].mean()
        assert np.abs(difference).mean() < 0.25 * np.abs(full).mean()


def test_series_without_a_long_season_are_forecast_as_without_the_period():
    y = two_seasons(n_cycles=2)[:60]
    for series in (y, pd.Series(np.full(300, 5.0)), y[:3]):
        one, other = (quick(sp=sp).fit(series, fh=[1, 2]).predict() for sp in (SHORT, [SHORT, 84]))
        pd.testing.assert_series_equal(one, other)


def test_models_are_chosen_as_without_the_period_where_no_season_is_left(monkeypatch):
    """Though on another scale one seemed to be there at first."""
    y = pd.Series(np.random.default_rng(3).normal(size=8 * LONG).cumsum())
    expected = quick(sp=SHORT).fit(y, fh=[1, 2]).predict()
    other = [np.cumsum(y.to_numpy())]
    monkeypatch.setattr(_scale_choice, "_without_long_seasons", lambda *_: other)
    forecast = quick(sp=[SHORT, LONG]).fit(y, fh=[1, 2]).predict()
    pd.testing.assert_series_equal(forecast, expected)


@pytest.mark.parametrize(("sp", "expected"), [([12], 12), ((1, 12), 12), ([1], 1)])
def test_one_is_no_season(sp, expected):
    y = two_seasons()
    one, other = quick(sp=sp).fit(y, fh=[1, 2]), quick(sp=expected).fit(y, fh=[1, 2])
    assert one.sp_ == other.sp_ == expected
    pd.testing.assert_series_equal(one.predict(), other.predict())


def test_pretrained_networks_learn_the_patterns_of_new_series():
    panel = pd.concat(
        {k: two_seasons(seed=k).to_frame("y") for k in range(3)}, names=["series", "time"]
    )
    forecaster = RNNForecaster(sp=[SHORT, LONG], max_steps=5, random_state=0)
    forecaster.pretrain(panel, fh=np.arange(1, 11))
    y = two_seasons(seed=9)[10:]
    forecast = forecaster.fit(y[:-LONG], fh=np.arange(1, 11)).predict()
    assert mae(y[-LONG:][:10], forecast) < 0.3


@pytest.mark.parametrize("sp", [[], [24, 0], [24, 7.5], ["auto"]])
def test_periods_are_whole_numbers(sp):
    with pytest.raises(ValueError, match=r"whole numbers .* sp=\[24, 168\]"):
        GRUForecaster(sp=sp).fit(two_seasons(), fh=[1])
