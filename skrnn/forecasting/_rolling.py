"""Forecasts at any step: within the series, over the horizon, and beyond it."""

import numpy as np

from ._model import ForecastModel
from ._preparation import Preparation
from ._quantiles import LEVELS, MEDIAN
from ._scaling import LARGEST_LOG


def quantiles_ahead(
    model: ForecastModel, prepared: Preparation, series, columns, n_steps: np.ndarray
) -> np.ndarray:
    """Quantiles of all steps from the ends of series on, (n_series, max(n_steps), n_levels).

    Beyond the steps that a model forecasts at once, medians are taken for observations, and the
    distances of the quantiles from them grow as independent errors add up.

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
            before = blocks[0][going], blocks[-1][going, -1:]
            quantiles = _widened(quantiles, *before, panel.logged, panel.lowest)
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


def _widened(quantiles, first, before, logged, lowest) -> np.ndarray:
    """Add the spread of the step that a block starts from to the spread within the block.

    That is no less than within the first block: forecasts are smoother than observations, and a
    network that reads them takes the series for calm. Series that are forecast by their logarithm
    are added up on its scale, and stay positive.
    """
    median, distance = _median_and_distances(quantiles, logged)
    _, usual = _median_and_distances(first, logged)
    _, start = _median_and_distances(before, logged)
    spread = np.hypot(np.maximum(np.abs(distance), np.abs(usual)), start)
    wider = median + np.sign(np.array(LEVELS) - LEVELS[MEDIAN]) * spread
    wider[logged] = np.exp(np.minimum(wider[logged], LARGEST_LOG))
    return np.maximum(wider, lowest[:, None, None])


def _median_and_distances(quantiles: np.ndarray, logged: np.ndarray):
    """Medians (n, steps, 1) and the distances of all quantiles, some on the logarithm's scale."""
    quantiles = quantiles.copy()
    quantiles[logged] = np.log(quantiles[logged])
    median = quantiles[..., MEDIAN, None]
    return median, quantiles - median
