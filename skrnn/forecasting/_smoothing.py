"""Exponential smoothing as linear maps, from the window of a series to its forecasts.

With given smoothing constants, and initial states estimated by least squares, the forecasts of
every additive exponential smoothing model are linear in the observations. A model is then a
matrix, and all models forecast from many windows by one matrix product.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import pinvh

from ._bounded_cache import cache_arrays

LEVELS = (0.05, 0.15, 0.3, 0.5, 0.75, 1.0)
# (beta / alpha, phi, share): no trend; damped trends; slow and quick linear trends; half of the
# slope of the whole window (the theta method) and all of it
TRENDS = (
    (None, 0.0, 0.0),
    (0.1, 0.9, 0.0),
    (0.3, 0.9, 0.0),
    (0.1, 0.98, 0.0),
    (0.03, 1.0, 0.0),
    (0.15, 1.0, 0.0),
    (0.0, 1.0, 0.5),
    (0.0, 1.0, 1.0),
)
SEASONS = (None, 0.02, 0.15, 0.4, 0.8)
FEWEST_TO_START = 10  # observations that the initial level and slope are estimated from
AT_ONCE = 32  # models whose states are in memory at a time, at most,
STATES_AT_ONCE = 2**25  # and numbers that these states come to
FEW_NUMBERS = 2**20  # in the maps of all models: then those of all are kept for other series


class Smoothing(NamedTuple):
    """Constants of one model: additive errors, damped additive trend, additive season.

    In Hyndman's notation ETS(A,Ad,A) and its special cases; None leaves a component out. Where
    ``share`` is not zero, the slope is fixed: this share of the slope of the whole window.
    """

    alpha: float
    beta: float | None = None
    phi: float = 0.0
    gamma: float | None = None
    share: float = 0.0


def smoothing_models(sp: int) -> list[Smoothing]:
    """All models of the grid, and the naive, drift and seasonal naive forecasts among them."""
    seasons = SEASONS if sp > 1 else (None,)
    models = [
        Smoothing(alpha, None if ratio is None else ratio * alpha, phi, gamma, share)
        for alpha in LEVELS
        for ratio, phi, share in TRENDS
        for gamma in seasons
    ]
    return [*models, SEASONAL_NAIVE] if sp > 1 else models


NAIVE = Smoothing(1.0)
DRIFT = Smoothing(1.0, 0.0, 1.0, share=1.0)
SEASONAL_NAIVE = Smoothing(0.0, gamma=1.0)


def smoothing_maps(
    n: int, sp: int, steps: tuple[int, ...], used: np.ndarray | None = None
) -> np.ndarray:
    """Maps from windows of ``n`` observations to forecasts.

    Windows shorter than two seasons have no season: seasonal models are their counterparts
    without one there.

    Parameters
    ----------
    n : int
        Length of the windows.
    sp : int
        Seasonal period.
    steps : tuple of int
        Steps ahead to forecast.
    used : ndarray of int, optional
        Places of the models in `smoothing_models`; all if left out.

    Returns
    -------
    ndarray of shape (n, n_models, n_steps), float32

    References
    ----------
    .. [1] Hyndman et al., "Forecasting with exponential smoothing: the state space approach",
           Springer 2008, table 2.1.
    .. [2] Hyndman and Billah, "Unmasking the theta method", International Journal of Forecasting
           19, 2003.
    """
    n_models = len(smoothing_models(sp))
    every = tuple(range(n_models))
    if used is None or n * n_models * len(steps) <= FEW_NUMBERS:
        maps = _cached_maps(n, sp, steps, every)
        return maps if used is None else maps[:, used]
    return _cached_maps(n, sp, steps, tuple(used.tolist()))


@cache_arrays(2**27)
def _cached_maps(n: int, sp: int, steps: tuple[int, ...], used: tuple[int, ...]) -> np.ndarray:
    every = smoothing_models(sp)
    models = [every[place] for place in used]
    at_once = int(np.clip(STATES_AT_ONCE // (sp * n), 1, AT_ONCE))
    parts = [
        _maps_of(models[first : first + at_once], n, sp, np.array(steps))
        for first in range(0, len(models), at_once)
    ]
    return np.concatenate(parts, axis=1)


def _maps_of(models: list[Smoothing], n: int, sp: int, steps: np.ndarray) -> np.ndarray:
    period = sp if n >= 2 * sp else 1
    alpha = np.array([[model.alpha] for model in models])
    beta = np.array([[model.beta or 0.0] for model in models])
    phi = np.array([[model.phi] for model in models])
    gamma = np.array([[model.gamma or 0.0] for model in models]) * (period > 1)
    if period == 1:  # what remains of the seasonal naive forecast
        alpha[gamma[:, 0] + alpha[:, 0] == 0] = 1.0
    level, slope, season = _initial_states(models, n, period)
    for t in range(n):  # each state is (models, n): its dependence on every observation
        place = t % period
        expected = level + phi * slope + season[place]
        error = -expected
        error[:, t] += 1
        level = level + phi * slope + alpha * error
        slope = phi * slope + beta * error
        season[place] += gamma * (1 - alpha) * error
    furthest = np.arange(1, steps.max() + 1)
    damped = np.cumsum(phi**furthest, axis=1)  # (models, furthest)
    maps = np.empty((n, len(models), len(steps)), dtype=np.float32)
    for k, step in enumerate(steps):
        forecast = level + damped[:, step - 1, None] * slope + season[(n + step - 1) % period]
        maps[:, :, k] = forecast.T
    return maps


def _initial_states(models: list[Smoothing], n: int, period: int):
    """States before the first observation, by least squares on the first ones or on all."""
    level = np.empty((len(models), n))
    slope = np.zeros((len(models), n))
    season = np.zeros((period, len(models), n))
    for i, model in enumerate(models):
        sloped, seasonal = model.beta is not None, model.gamma is not None and period > 1
        used = n if model.share else min(n, max(FEWEST_TO_START, 3 * period if seasonal else 0))
        states = _regression(n, used, period, sloped, seasonal)
        level[i], slope[i], season[:, i] = states[0], states[1], states[2:]
        slope[i] *= model.share or 1.0
    return level, slope, season


@cache_arrays(2**25)
def _regression(n: int, used: int, period: int, sloped: bool, seasonal: bool) -> np.ndarray:
    """Rows: level before the first observation, slope, and the season of each place."""
    t = np.arange(used)
    columns = [np.ones((used, 1))]
    if sloped:
        columns.append(t[:, None] + 1.0)
    if seasonal:
        columns.append((t[:, None] % period == np.arange(period)) - 1 / period)
    design = np.concatenate(columns, axis=1)
    solution = pinvh(design.T @ design) @ design.T  # quicker than pinv(design)
    states = np.zeros((2 + period, n))
    states[0, :used] = solution[0]
    if sloped:
        states[1, :used] = solution[1]
    if seasonal:
        places = solution[1 + sloped :]
        states[2:, :used] = places - places.mean(0)
    return states
