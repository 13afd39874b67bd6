"""How far a forecast may go: no farther than the series ever went, unless smoothing says so."""

import numpy as np


def within_reach(corrections: np.ndarray, base, values, lengths) -> np.ndarray:
    """Cut corrections of a base forecast that would take a series farther than it has ever gone.

    A network that has learnt of growth forecasts far too much of it now and then. The base
    forecast itself is never cut. On synthetic series the error becomes no larger by this.

    Parameters
    ----------
    corrections, base : ndarray of shape (n, horizon)
    values : ndarray of shape (n, window_length)
        Windows that the forecasts go on from.
    lengths : ndarray of shape (n,)
        How many values at the end of each window are of the series.
    """
    last = values[:, -1:]
    farthest = largest_changes(values, lengths, base.shape[1])
    lowest, highest = np.minimum(base, last - farthest), np.maximum(base, last + farthest)
    return np.clip(corrections, lowest - base, highest - base)


def largest_changes(values: np.ndarray, lengths: np.ndarray, horizon: int) -> np.ndarray:
    """Largest absolute change over at most one, two ... steps within each window, (n, horizon).

    Steps that no window has room for are taken in proportion.
    """
    width = values.shape[1]
    inside = np.arange(width) >= width - lengths[:, None]
    changes = np.zeros((len(values), horizon))
    for step in range(1, min(horizon, width - 1) + 1):
        change = np.abs(values[:, step:] - values[:, :-step]) * inside[:, :-step]
        changes[:, step - 1] = change.max(1)
    steps = np.arange(1, horizon + 1)
    seen = np.clip(lengths[:, None] - 1, 1, steps)
    return np.maximum.accumulate(changes, axis=1) * steps / seen
