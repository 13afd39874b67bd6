"""Windows over one series or table: views, so that memory grows with the series only."""

import numpy as np
import pandas as pd
from sklearn.utils import check_array

from .._dates import check_no_dates
from .._frames import nan_for_missing
from .._parameters import at_least, validate_parameters
from .._sequences import FLOATS, as_numpy


def make_windows(series, window_length, horizon=1, *, target=None):
    """Windows of a series, and the values that follow each of them.

    For use outside pipelines. Neighbouring windows overlap, so a random split would put parts of
    the test windows into training; split with ``TimeSeriesSplit(gap=horizon - 1)``, which drops
    windows whose targets would not have been known. To get one window for each row of a table in a
    pipeline, use `SlidingWindow`.

    Parameters
    ----------
    series : array-like of shape (n_timesteps,) or (n_timesteps, n_channels)
        Values in time order, equally spaced.
    window_length : int
        Time steps of a window.
    horizon : int, default=1
        Time steps to predict, directly after the window.
    target : int, str or None, default=None
        The channel to predict: its position, or its name if ``series`` is a DataFrame. Not needed
        for one channel.

    Returns
    -------
    X : ndarray of shape (n_windows, window_length, n_channels)
        Window ``i`` holds the steps ``i`` to ``i + window_length - 1``; there are
        ``n_timesteps - window_length - horizon + 1``. A read-only view of the series: values are
        copied only if they are not floats or lie scattered in a DataFrame. Copy it to change it.
    y : ndarray of shape (n_windows,) or (n_windows, horizon)
        The target after each window, one-dimensional for ``horizon=1``. Also a view.

    Raises
    ------
    ValueError
        If the series has missing values or dates, is shorter than ``window_length + horizon``, or
        has several channels and no target.

    Examples
    --------
    >>> from skrnn.preprocessing import make_windows
    >>> X, y = make_windows([0.0, 1.0, 2.0, 3.0, 4.0], window_length=2, horizon=2)
    >>> X[:, :, 0]
    array([[0., 1.],
           [1., 2.]])
    >>> y
    array([[2., 3.],
           [3., 4.]])
    """
    validate_parameters(
        {"window_length": [at_least(1)], "horizon": [at_least(1)]},
        {"window_length": window_length, "horizon": horizon},
        "make_windows",
    )
    values = _read_series(series)
    channel = _position(target, series, values.shape[1])
    if len(values) < window_length + horizon:
        raise ValueError(
            f"The series has {len(values)} time steps, but window_length={window_length} and "
            f"horizon={horizon} need at least {window_length + horizon}."
        )
    X = windows(values[:-horizon], window_length)
    y = windows(values[window_length:, channel : channel + 1], horizon)[:, :, 0]
    return X, y[:, 0] if horizon == 1 else y


def windows(values: np.ndarray, length: int) -> np.ndarray:
    """All windows of a table of shape (n_rows, n_channels).

    Returns
    -------
    ndarray of shape (n_rows - length + 1, length, n_channels)
        A read-only view.
    """
    view = np.lib.stride_tricks.sliding_window_view(values, length, axis=0)
    return view.transpose(0, 2, 1)


def _read_series(series) -> np.ndarray:
    check_no_dates(series, "series", "make them the index")
    values = check_array(
        nan_for_missing(as_numpy(series, "series")),
        dtype=FLOATS,
        ensure_2d=False,
        ensure_all_finite="allow-nan",
        input_name="series",
    )
    if np.isnan(values).any():
        step = int(np.isnan(values.reshape(len(values), -1)).any(axis=1).argmax())
        raise ValueError(
            f"The series has missing values (NaN), the first at time step {step}. Fill them, for "
            "instance with the last value before, or make windows of the parts between them."
        )
    return values[:, None] if values.ndim == 1 else values


def _position(target, series, n_channels: int) -> int:
    """Where the target's channel is."""
    if target is None and n_channels > 1:
        raise ValueError(
            f"The series has {n_channels} channels; say which one to predict, for instance "
            "target=0."
        )
    names = list(series.columns) if isinstance(series, pd.DataFrame) else []
    if target in names:
        return names.index(target)
    position = 0 if target is None else target
    if not isinstance(position, (int, np.integer)) or not 0 <= position < n_channels:
        raise ValueError(
            f"target={target!r} is not a channel of the series. Pass a number from 0 to "
            f"{n_channels - 1}, or a column of a DataFrame{f': {names}' if names else ''}."
        )
    return int(position)
