"""Forecasts at any step: within the series, over the horizon, and beyond it."""

import numpy as np

from ._model import ForecastModel
from ._panel import Panel
from ._preparation import Preparation
from ._quantiles import LEVELS, MEDIAN
from ._scaling import LARGEST_LOG


def quantiles_ahead(
    model: ForecastModel, prepared: Preparation, series, columns, n_steps: int
) -> np.ndarray:
    """Quantiles of all steps from the ends of series on, (n_series, n_steps, n_levels).

    Beyond the model's horizon, medians are taken for observations, and the distances of the
    quantiles from them grow as independent errors add up.

    Parameters
    ----------
    model : ForecastModel
    prepared : Preparation
    series : list of ndarray of shape (n_i,)
    columns : list of ndarray of shape (n_i + room, n_columns), or None
    n_steps : int
    """
    horizon = model.recipe.horizon
    blocks = []
    while sum(block.shape[1] for block in blocks) < n_steps:
        panel = prepared.panel(series, _room_for(columns, series, horizon), horizon)
        quantiles = model.quantiles(panel, prepared, panel.stops, np.arange(len(panel)))
        if blocks:
            quantiles = _widened(quantiles, blocks[0], blocks[-1][:, -1:], panel)
        blocks.append(quantiles)
        series = [np.append(y, q[:, MEDIAN]) for y, q in zip(series, quantiles)]
    return np.concatenate(blocks, axis=1)[:, :n_steps]


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
    steps : ndarray of shape (n_steps,)
        Zero for the last observation of each series, and negative for earlier ones.

    Returns
    -------
    ndarray of shape (n_series, n_steps, n_levels)
    """
    horizon = model.recipe.horizon
    panel = prepared.panel(series, _room_for(columns, series, horizon), horizon)
    owners = np.repeat(np.arange(len(panel)), len(steps))
    ends = (panel.stops[:, None] - 1 + steps).reshape(-1)
    first = panel.starts[owners]
    has_past = ends > first
    quantiles = np.empty((len(ends), len(LEVELS)))
    if has_past.any():
        forecasts = model.quantiles(panel, prepared, ends[has_past], owners[has_past])
        quantiles[has_past] = forecasts[:, 0]
    overall = np.stack([np.nanquantile(y, LEVELS) for y in series])
    quantiles[~has_past] = overall[owners[~has_past]]
    return quantiles.reshape(len(panel), len(steps), -1)


def _room_for(columns, series, horizon: int):
    """Columns up to one horizon beyond the end of each series; the last row goes on if short."""
    if columns is None:
        return None
    cut = []
    for x, y in zip(columns, series):
        lacking = max(0, len(y) + horizon - len(x))
        cut.append(np.concatenate([x, np.repeat(x[-1:], lacking, axis=0)])[: len(y) + horizon])
    return cut


def _widened(
    quantiles: np.ndarray, first: np.ndarray, before: np.ndarray, panel: Panel
) -> np.ndarray:
    """Add the spread of the step that a block starts from to the spread within the block.

    That is no less than within the first block: forecasts are smoother than observations, and a
    network that reads them takes the series for calm. Series that are forecast by their logarithm
    are added up on its scale, and stay positive.
    """
    logged, lowest = panel.logged, panel.lowest[:, None, None]
    median, distance = _median_and_distances(quantiles, logged)
    _, usual = _median_and_distances(first, logged)
    _, start = _median_and_distances(before, logged)
    spread = np.hypot(np.maximum(np.abs(distance), np.abs(usual)), start)
    wider = median + np.sign(np.array(LEVELS) - LEVELS[MEDIAN]) * spread
    wider[logged] = np.exp(np.minimum(wider[logged], LARGEST_LOG))
    return np.maximum(wider, lowest)


def _median_and_distances(quantiles: np.ndarray, logged: np.ndarray):
    """Medians (n, steps, 1) and the distances of all quantiles, some on the logarithm's scale."""
    quantiles = quantiles.copy()
    quantiles[logged] = np.log(quantiles[logged])
    median = quantiles[..., MEDIAN, None]
    return median, quantiles - median
