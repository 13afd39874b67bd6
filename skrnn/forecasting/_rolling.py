"""Forecasts at any step: within the series, over the horizon, and beyond it."""

import numpy as np

from ._model import ForecastModel
from ._preparation import Preparation
from ._quantiles import LEVELS, MEDIAN
from ._scaling import LARGEST_LOG

INDEPENDENT = 0.5  # power of the step that the spread of a sum of independent errors grows with
DOUBT = 8  # steps of half a horizon by which this is as credible as what the spreads show


def quantiles_ahead(
    model: ForecastModel, prepared: Preparation, series, columns, n_steps: np.ndarray
) -> np.ndarray:
    """Quantiles of all steps from the ends of series on, (n_series, max(n_steps), n_levels).

    Beyond the steps that a model forecasts at once, medians are taken for observations, and the
    distances of the quantiles from them grow on as they grew before.

    Parameters
    ----------
    model : ForecastModel
    prepared : Preparation
    series : list of ndarray of shape (n_i,)
    columns : list of ndarray of shape (n_i + room, n_columns), or None
    n_steps : ndarray of shape (n_series,)
        Steps that are asked for of each series; later ones may be NaN.
    """
    horizon, series, blocks = model.steps_at_once(n_steps.max()), list(series), []
    while len(blocks) * horizon < n_steps.max():
        going = np.flatnonzero(n_steps > len(blocks) * horizon)
        part, own = prepared.take(going), [series[i] for i in going]
        own_columns = None if columns is None else [columns[i] for i in going]
        panel = part.panel(own, _room_for(own_columns, own, horizon), horizon)
        quantiles = model.quantiles(panel, part, panel.stops, np.arange(len(going)), horizon)
        if blocks:
            steps = len(blocks) * horizon + np.arange(1, horizon + 1)
            quantiles = _widened(quantiles, blocks[0][going], steps, panel, part.bases.sp)
        blocks.append(np.full((len(series), horizon, len(LEVELS)), np.nan))
        blocks[-1][going] = quantiles
        for i, median in zip(going, quantiles[..., MEDIAN]):
            series[i] = np.append(series[i], median)
    return np.concatenate(blocks, axis=1)[:, : n_steps.max()]


def quantiles_within(
    model: ForecastModel, prepared: Preparation, series, columns, steps: np.ndarray
) -> np.ndarray:
    """Quantiles of observations, each forecast from those before it.

    There is nothing before the first observation; what all observations of the series are like
    stands for its forecast.

    Parameters
    ----------
    model, prepared, series, columns
        As in `quantiles_ahead`.
    steps : ndarray of shape (n_series, n_steps)
        Zero for the last observation of each series, and negative for earlier ones.

    Returns
    -------
    ndarray of shape (n_series, n_steps, n_levels)
    """
    horizon = model.steps_at_once(1)
    panel = prepared.panel(series, _room_for(columns, series, horizon), horizon)
    owners = np.repeat(np.arange(len(panel)), steps.shape[1])
    ends = (panel.stops[:, None] - 1 + steps).reshape(-1)
    first = panel.starts[owners]
    has_past = ends > first
    quantiles = np.empty((len(ends), len(LEVELS)))
    if has_past.any():
        forecasts = model.quantiles(panel, prepared, ends[has_past], owners[has_past], horizon)
        quantiles[has_past] = forecasts[:, 0]
    overall = np.stack([np.nanquantile(y, LEVELS) for y in series])
    quantiles[~has_past] = overall[owners[~has_past]]
    return quantiles.reshape(*steps.shape, -1)


def _room_for(columns, series, horizon: int):
    """Columns up to one horizon beyond the end of each series; the last row goes on if short."""
    if columns is None:
        return None
    cut = []
    for x, y in zip(columns, series):
        lacking = max(0, len(y) + horizon - len(x))
        cut.append(np.concatenate([x, np.repeat(x[-1:], lacking, axis=0)])[: len(y) + horizon])
    return cut


def _widened(quantiles, first, steps, panel, sp: int) -> np.ndarray:
    """Quantiles of later steps, at least as far from the median as those of the first ones grow to.

    The spread within the block says too little: forecasts are smoother than observations, and a
    network that reads them takes the series for calm. Series that are forecast by their logarithm
    are judged on its scale, and stay positive.
    """
    logged = panel.logged
    median, distance = _median_and_distances(quantiles, logged)
    _, usual = _median_and_distances(first, logged)
    distance, usual = np.abs(distance), np.abs(usual)
    spread = np.maximum(np.maximum(distance, usual), _grown(usual, steps, sp))
    wider = median + np.sign(np.array(LEVELS) - LEVELS[MEDIAN]) * spread
    wider[logged] = np.exp(np.minimum(wider[logged], LARGEST_LOG))
    return np.maximum(wider, panel.lowest[:, None, None])


def _grown(spread: np.ndarray, steps: np.ndarray, sp: int) -> np.ndarray:
    """Spreads (n, horizon, n_levels) at later steps, by the power of the step that they grow with.

    None for noise about a level, 0.5 for a random walk, and at most one. The mean over a second
    half is ``2 ** (power + 1) - 1`` times that over the first. Both are of whole seasons, whose
    steps may differ in spread. The fewer steps tell of it, the closer the power is to that of a
    random walk: then errors add up as if they were independent.
    """
    horizon = spread.shape[1]
    half = horizon // 2 // sp * sp
    early, late = (part.sum((1, 2)) for part in (spread[:, :half], spread[:, half : 2 * half]))
    ratio = np.where(late > 0, 3.0, 1.0)
    np.divide(late, early, out=ratio, where=early > 0)
    power = np.clip(np.log2(ratio + 1) - 1, 0, 1)
    power = (half * power + DOUBT * INDEPENDENT) / (half + DOUBT)
    last = np.arange(horizon - max(horizon // 4, min(sp, horizon)), horizon)
    end = spread[:, last].mean(axis=1, keepdims=True)
    return end * (steps[:, None] / (last.mean() + 1)) ** power[:, None, None]


def _median_and_distances(quantiles: np.ndarray, logged: np.ndarray):
    """Medians (n, steps, 1) and the distances of all quantiles, some on the logarithm's scale."""
    quantiles = quantiles.copy()
    quantiles[logged] = np.log(np.maximum(quantiles[logged], np.finfo(float).tiny))
    median = quantiles[..., MEDIAN, None]
    return median, quantiles - median
