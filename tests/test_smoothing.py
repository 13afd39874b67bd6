"""Base forecasts: exponential smoothing as linear maps, and the choice among models."""

import numpy as np
import pandas as pd
import pytest

from skrnn.forecasting import _smoothing
from skrnn.forecasting._bases import BASES, LOG_GAIN, choose, weights_of, window_lengths
from skrnn.forecasting._bounded_cache import cache_arrays
from skrnn.forecasting._preparation import Preparation
from skrnn.forecasting._smoothing import (
    DRIFT,
    NAIVE,
    SEASONAL_NAIVE,
    Smoothing,
    smoothing_maps,
    smoothing_models,
)
from tests.forecasting_data import quick, seasonal

STEPS = (1, 2, 3, 5, 9)


def forecasts(y, sp, steps=STEPS):
    """Forecasts of all models, (n_models, n_steps)."""
    return np.einsum("n,nms->ms", y, smoothing_maps(len(y), sp, steps))


def initial_states(model, y, sp):
    """Level, slope and season before the first observation, by least squares."""
    n = len(y)
    is_seasonal = model.gamma is not None and n >= 2 * sp
    used = n if model.share else min(n, max(10, 3 * sp if is_seasonal else 0))
    t = np.arange(used)
    table = [np.ones(used)]
    if model.beta is not None:
        table.append(t + 1.0)
    if is_seasonal:
        table += [(t % sp == place) - 1 / sp for place in range(sp)]
    solution = np.linalg.lstsq(np.column_stack(table), y[:used], rcond=None)[0]
    slope = solution[1] * (model.share or 1) if model.beta is not None else 0.0
    season = solution[-sp:] if is_seasonal else np.zeros(sp)
    return solution[0], slope, list(season - season.mean())


def looped(model, y, sp):
    """The same forecasts by the recursions of the textbook."""
    level, slope, season = initial_states(model, y, sp)
    alpha, beta, gamma = model.alpha, model.beta or 0.0, model.gamma or 0.0
    if len(y) < 2 * sp:
        gamma = 0.0
    for t, value in enumerate(y):
        error = value - level - model.phi * slope - season[t % sp]
        level += model.phi * slope + alpha * error
        slope = model.phi * slope + beta * error
        season[t % sp] += gamma * (1 - alpha) * error
    damped = [sum(model.phi**k for k in range(1, step + 1)) for step in STEPS]
    places = [(len(y) + step - 1) % sp for step in STEPS]
    return [level + d * slope + season[p] for d, p in zip(damped, places)]


@pytest.mark.parametrize(("n", "sp"), [(40, 1), (40, 4), (9, 4), (30, 7), (61, 12), (2, 1)])
def test_maps_are_the_textbooks_recursions(n, sp):
    y = np.random.default_rng(0).normal(size=n).cumsum()
    ours = forecasts(y, sp)
    for model, forecast in zip(smoothing_models(sp), ours, strict=True):
        np.testing.assert_allclose(forecast, looped(model, y, sp), atol=1e-4, err_msg=str(model))


def test_maps_are_those_of_statsmodels():
    holtwinters = pytest.importorskip("statsmodels.tsa.holtwinters")
    n, sp = 60, 4
    y = seasonal(n, sp=sp).to_numpy()
    models = smoothing_models(sp)
    ours = forecasts(y, sp)
    for model in models[:: len(models) // 40]:
        if model.alpha in (0.0, 1.0):
            continue
        level, slope, season = initial_states(model, y, sp)
        has_trend, is_seasonal = model.beta is not None, model.gamma is not None
        given = {"initial_trend": slope} if has_trend else {}
        given |= {"initial_seasonal": season} if is_seasonal else {}
        damped = has_trend and model.phi < 1
        theirs = holtwinters.ExponentialSmoothing(
            y,
            trend="add" if has_trend else None,
            damped_trend=damped,
            seasonal="add" if is_seasonal else None,
            seasonal_periods=sp if is_seasonal else None,
            initialization_method="known",
            initial_level=level,
            **given,
        ).fit(
            smoothing_level=model.alpha,
            smoothing_trend=model.beta / model.alpha if has_trend else None,
            smoothing_seasonal=model.gamma * (1 - model.alpha) if is_seasonal else None,
            damping_trend=model.phi if damped else None,
            optimized=False,
        )
        expected = theirs.forecast(max(STEPS))[np.array(STEPS) - 1]
        np.testing.assert_allclose(ours[models.index(model)], expected, atol=1e-3, err_msg=model)


# Models that have names


def named(model, y, sp):
    return forecasts(y, sp)[smoothing_models(sp).index(model)]


def test_naive_forecasts():
    y = np.random.default_rng(0).normal(size=30)
    for sp in (1, 4):
        np.testing.assert_allclose(named(NAIVE, y, sp), y[-1], atol=1e-6)
    last = [y[-4:][(step - 1) % 4] for step in STEPS]
    np.testing.assert_allclose(named(SEASONAL_NAIVE, y, 4), last, atol=1e-6)
    # without two seasons there is no season to repeat
    np.testing.assert_allclose(named(SEASONAL_NAIVE, y[:7], 4), y[6], atol=1e-6)


def test_drift_and_theta_go_on_from_the_last_level_with_a_share_of_the_slope():
    y = np.random.default_rng(0).normal(size=30).cumsum()
    slope = np.polyfit(np.arange(30), y, 1)[0]
    drift = y[-1] + slope * np.array(STEPS)
    np.testing.assert_allclose(named(DRIFT, y, 1), drift, atol=1e-5)
    for alpha in (0.3, 1.0):
        theta = named(Smoothing(alpha, 0.0, 1.0, share=0.5), y, 1)
        np.testing.assert_allclose(np.diff(theta), slope / 2 * np.diff(STEPS), atol=1e-5)


@pytest.mark.parametrize(("n", "sp"), [(1, 1), (2, 1), (5, 1), (40, 1), (11, 4), (7, 4), (40, 4)])
def test_all_models_reproduce_constants(n, sp):
    """With values relative to the last one, a constant is zero, whatever the model."""
    maps = smoothing_maps(n, sp, STEPS)
    total = maps.sum(0)
    if n >= 3:
        np.testing.assert_allclose(total, 1, atol=1e-4)
    assert np.isfinite(maps).all()


def test_models_with_undamped_slopes_reproduce_lines():
    n = 40
    y = 3 + 0.5 * np.arange(n)
    line = 3 + 0.5 * (n - 1 + np.array(STEPS))
    for sp in (1, 4):
        for model, forecast in zip(smoothing_models(sp), forecasts(y, sp)):
            if model.phi == 1 and model.share in (0, 1):
                np.testing.assert_allclose(forecast, line, atol=1e-3, err_msg=str(model))


def test_seasonal_models_reproduce_seasons():
    n, sp = 41, 4
    season = np.array([1.0, -3, 2, 7])
    y, future = np.resize(season, n), season[(n - 1 + np.array(STEPS)) % sp]
    for model, forecast in zip(smoothing_models(sp), forecasts(y, sp)):
        if model.gamma is not None:  # slopes and seasons are not orthogonal where n % sp
            np.testing.assert_allclose(forecast, future, atol=1e-3, err_msg=str(model))


def test_window_lengths_grow():
    for sp in (1, 12, 52, 300):
        lengths = window_lengths(sp)
        assert lengths[0] == 1 and (np.diff(lengths) > 0).all()
        assert lengths[-1] >= 3 * sp


# The choice


def chosen(y, sp=1, horizon=6, base="auto"):
    scalers, bases = choose([np.asarray(y, dtype=float)], sp, horizon, base)
    return scalers[0], dict(zip(smoothing_models(sp), bases.weights[0]))


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("positive", [False, True])
def test_only_models_of_the_base_have_weight(base, positive):
    y = seasonal().to_numpy() + 100 * positive
    _, weights = chosen(y, sp=6, base=base)
    used = [model for model, weight in weights.items() if weight > 0]
    assert used and all(BASES[base](model) for model in used)
    assert sum(weights.values()) == pytest.approx(1)
    assert quick(base=base, sp=6).fit(pd.Series(y), fh=[1, 2]).predict().notna().all()


@pytest.mark.parametrize("base", ["naive", "seasonal_naive"])
def test_named_bases_are_exact(base):
    y = seasonal().to_numpy() + 100
    prepared = Preparation.learn([y], None, np.zeros(0, dtype=bool), (6,), 6, base)
    panel = prepared.panel([y], None)
    base_forecast = prepared.bases.forecast(panel, panel.stops, np.array([0]), 6)
    expected = y[-6:] if base == "seasonal_naive" else np.full(6, y[-1])
    ours = panel.original(base_forecast, panel.stops, np.array([0]))[0]
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_the_models_that_suit_the_series_have_the_weight():
    rng = np.random.default_rng(0)
    _, line = chosen(5 + np.arange(100.0) + 0.1 * rng.normal(size=100))
    assert sum(w for model, w in line.items() if model.phi > 0.95) > 0.8
    _, level = chosen(rng.normal(size=100))
    assert sum(w for model, w in level.items() if model.alpha <= 0.3) > 0.8
    _, season = chosen(np.resize([0.0, 5, -5, 2], 100) + rng.normal(size=100), sp=4)
    assert sum(w for model, w in season.items() if model.gamma) > 0.95


def test_logarithms_of_multiplicative_series_only():
    rng = np.random.default_rng(0)
    t = np.arange(120)
    growth = 100 * np.exp(0.03 * t + 0.4 * np.sin(t * np.pi / 6) + 0.02 * rng.normal(size=120))
    additive = 100 + 0.5 * t + 20 * np.sin(t * np.pi / 6) + rng.normal(size=120)
    assert chosen(growth, sp=12)[0].log
    assert not chosen(additive, sp=12)[0].log
    assert not chosen(100 + rng.normal(size=120), sp=12)[0].log
    assert not chosen(growth - growth.min(), sp=12)[0].log  # holds a zero
    assert 0 < LOG_GAIN < 1


def test_choices_of_a_series_that_learns_from_no_other_are_its_own():
    rng = np.random.default_rng(0)
    t = np.arange(60)
    growing = [np.exp(0.05 * t * k + 0.1 * rng.normal(size=60)) for k in (0.5, 1, 2)]
    below_zero = [rng.normal(size=60).cumsum() - 50 for _ in range(3)]
    mixed = [y for pair in zip(below_zero, growing) for y in pair]  # some have logarithms
    scalers, bases = choose(mixed, 1, 6, "auto", pooled=False)
    assert any(scaler.log for scaler in scalers)
    for i, y in enumerate(mixed):
        (scaler,), alone = choose([y], 1, 6, "auto", pooled=False)
        assert scaler == scalers[i]
        np.testing.assert_allclose(bases.weights[i], alone.weights[0], atol=1e-5)


def test_weights_sum_to_one_and_are_continuous():
    rng = np.random.default_rng(0)
    badness = 1 + rng.random((20, 200))
    badness[:, 150:] = np.inf
    weights = weights_of(badness)
    np.testing.assert_allclose(weights.sum(1), 1)
    assert ((weights > 0).sum(1) == 15).all()
    assert (weights.argmax(1) == badness.argmin(1)).all()
    nudged = weights_of(badness + 1e-9 * rng.random(badness.shape))
    np.testing.assert_allclose(nudged, weights, atol=1e-6)


def test_weights_of_models_that_are_all_alike_or_alone():
    np.testing.assert_allclose(weights_of(np.ones((1, 40))), 1 / 40)
    alone = np.where(np.arange(40) == 7, 3.0, np.inf)[None]
    np.testing.assert_array_equal(weights_of(alone)[0], np.arange(40) == 7)


def test_base_forecasts_are_continuous_in_the_series():
    y = seasonal().to_numpy()
    nudge = 1e-7 * np.random.default_rng(0).normal(size=len(y))
    ours = []
    for z in (y, y + nudge):
        prepared = Preparation.learn([z], None, np.zeros(0, dtype=bool), (6,), 6, "auto")
        panel = prepared.panel([z], None)
        base = prepared.bases.forecast(panel, panel.stops, np.array([0]), 6)
        ours.append(panel.original(base, panel.stops, np.array([0])))
    np.testing.assert_allclose(*ours, atol=1e-3)


def test_exact_seasons_are_repeated():
    """A model without any error is the best one."""
    y = np.resize([0.0, 5, -5, 2], 100)
    _, weights = chosen(y, sp=4)
    assert sum(w for model, w in weights.items() if model.gamma is not None) > 0.99
    forecast = quick(sp=4).fit(pd.Series(y), fh=range(1, 5)).predict()
    np.testing.assert_allclose(forecast, [0, 5, -5, 2], atol=0.2)


def test_short_series_borrow_from_the_panel():
    rng = np.random.default_rng(0)
    long = [(np.resize([0.0, 5, -5, 2], 100) + rng.normal(size=100)) * 10**i for i in range(5)]
    _, bases = choose([*long, np.array([1.0, 2, 3])], 4, 4, "auto")
    np.testing.assert_allclose(bases.weights.sum(1), 1)
    models = smoothing_models(4)
    assert sum(w for m, w in zip(models, bases.weights[-1]) if m.gamma is not None) > 0.9


@pytest.mark.parametrize("few_numbers", [0, 2**30])
def test_maps_of_some_models_are_those_among_all(few_numbers, monkeypatch):
    monkeypatch.setattr(_smoothing, "FEW_NUMBERS", few_numbers)
    used = np.array([0, 7, 40, 200, 240])
    every = smoothing_maps(30, 12, STEPS)
    np.testing.assert_array_equal(smoothing_maps(30, 12, STEPS, used), every[:, used])


def test_states_of_long_seasons_are_few_at_a_time(monkeypatch):
    every = smoothing_maps(30, 12, STEPS).copy()
    sizes = []

    def spy(models, *args):
        sizes.append(len(models))
        return maps_of(models, *args)

    maps_of = _smoothing._maps_of
    monkeypatch.setattr(_smoothing, "_maps_of", spy)
    monkeypatch.setattr(_smoothing, "STATES_AT_ONCE", 5 * 30 * 12)
    np.testing.assert_array_equal(
        _smoothing._cached_maps.__wrapped__(30, 12, STEPS, (*range(241),)), every
    )
    assert set(sizes) == {5, 1}


def test_cached_arrays_do_not_outgrow_their_bytes():
    calls = []

    @cache_arrays(3 * 80)
    def zeros(n, name):
        calls.append(name)
        return np.zeros(n)

    for name in "abcab":
        assert not zeros(10, name).flags.writeable
    assert calls == list("abc")
    zeros(10, "d")  # c was not used for longest
    zeros(10, "a")
    zeros(10, "c")
    assert calls == list("abcdc")
    assert len(zeros(31, "large")) == 31
    zeros(10, "a")
    assert calls == [*"abcdc", "large", "a"]  # nothing else was left
