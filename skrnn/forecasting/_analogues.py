"""A cheap sign of rules that no smoothing model knows: what followed on similar histories."""

import math

import numpy as np
from sklearn.neighbors import KNeighborsRegressor

from ._origins import Origins, training_ends
from ._panel import Panel

LAGS = 4
NEIGHBOURS = 5
MOST_HISTORIES = 20_000


def analogue_forecasts(past: Panel, origins: Origins) -> np.ndarray:
    """Forecast by the nearest neighbours among the histories of a panel; by the base without any.

    Parameters
    ----------
    past : Panel
        Histories are `LAGS` values with a complete horizon after them.
    origins : Origins
        On the same scales.

    Returns
    -------
    ndarray of shape (n, horizon)

    References
    ----------
    .. [1] Sugihara and May, "Nonlinear forecasting as a way of distinguishing chaos from
           measurement error in time series", Nature 344, 1990.
    """
    ends, _ = training_ends(past, LAGS, origins.horizon)
    if not len(ends):
        return origins.base
    ends = ends[:: math.ceil(len(ends) / MOST_HISTORIES)]
    back, ahead = np.arange(-LAGS, 0), np.arange(origins.horizon)
    neighbours = KNeighborsRegressor(min(NEIGHBOURS, len(ends)), weights="distance")
    neighbours.fit(past.values[ends[:, None] + back], past.values[ends[:, None] + ahead])
    position, _ = origins.positions(LAGS)
    return neighbours.predict(origins.panel.values[position])
