"""Read what an estimator of sequences with gaps takes: missing values, and times of the steps.

Times are a keyword, a channel of X (``time_channel``), or the dates that index a panel of sktime.
Whichever it is in the first `fit`, later calls must bring times in the same way.
"""

from dataclasses import dataclass

import numpy as np

from ._dates import dates_as_numbers, holds_dates
from ._frames import channel_frame, index_times
from ._reading import read_sequences
from ._sequences import Sequences
from ._times import split_channel, with_times


@dataclass(frozen=True)
class Reading:
    """How input was read when an estimator was first fitted.

    Attributes
    ----------
    missing : {"error", "mask", "decay"}
    differences : bool or "auto"
    time_channel : int, str or None
    position : int or None
        Of the channel that holds the times.
    kind : {"numbers", "dates"}, or None
        What the times were; None without times.
    """

    missing: str
    differences: bool | str
    time_channel: int | str | None
    position: int | None
    kind: str | None


def read_observations(estimator, X, times, *, reset: bool) -> Sequences:
    """Turn any accepted input into Sequences, with times where there are any.

    Parameters
    ----------
    estimator : BaseRecurrent
        Has ``missing``, ``differences`` and ``time_channel``; gets, or already has, what
        `read_sequences` says, and ``_reading``.
    X : array-like or list of ndarray
    times : array-like, list of arrays, or None
    reset : bool
        Set the attributes instead of checking against them.

    Raises
    ------
    ValueError
        If X or the times are not valid, or not of the form that the estimator was fitted on.
    """
    if not reset:
        _check_parameters(estimator)
    dated = isinstance(estimator.time_channel, str) and holds_dates(X, estimator.time_channel)
    if dated:
        X = dates_as_numbers(X, estimator.time_channel)
    sequences = read_sequences(estimator, X, reset=reset, allow_nan=True)
    position = _position(estimator, X, sequences) if reset else estimator._reading.position
    sequences, kind = _take_times(estimator, X, sequences, times, position)
    kind = "dates" if dated else kind
    if estimator.missing == "error":
        _check_observed(estimator, sequences)
    if reset:
        reading = Reading(
            estimator.missing, estimator.differences, estimator.time_channel, position, kind
        )
        estimator._reading = reading
    else:
        _check_kind(estimator, kind)
    return sequences


def _check_parameters(estimator) -> None:
    for name in ("missing", "differences", "time_channel"):
        now, fitted = getattr(estimator, name), getattr(estimator._reading, name)
        if now != fitted:
            raise ValueError(
                f"{name}={now!r}, but {type(estimator).__name__} was fitted with {name}="
                f"{fitted!r}, which decides what the network reads. Set it back, or fit anew with "
                "warm_start=False."
            )


def _position(estimator, X, sequences: Sequences) -> int | None:
    """Where the channel of the times stands in X."""
    channel, n_channels = estimator.time_channel, sequences.n_channels
    if channel is None:
        return None
    if isinstance(channel, str):
        frame = channel_frame(X)
        if frame is None:
            raise ValueError(
                f"time_channel={channel!r} names a column of a panel, a DataFrame with a column "
                f"for each channel, but X is not one ({type(X).__name__}). Give the channel's "
                "position, counted from 0."
            )
        columns = list(frame.columns)
        if columns.count(channel) != 1:
            raise ValueError(f"time_channel={channel!r}, but the columns of X are {columns}.")
        return columns.index(channel)
    if not -n_channels <= channel < n_channels:
        raise ValueError(
            f"time_channel={channel}, but X has {n_channels} channels at each time step; expected "
            f"a position from 0 to {n_channels - 1}, or the name of a column."
        )
    return channel % n_channels


def _take_times(estimator, X, sequences: Sequences, times, position: int | None):
    """Sequences with their times, and what the times are: "numbers", "dates" or None."""
    if position is not None:
        if times is not None:
            raise ValueError(
                f"times were given twice: by the keyword, and by time_channel="
                f"{estimator.time_channel!r}. Leave one of them out."
            )
        return split_channel(sequences, position), "numbers"
    if times is None and estimator.missing != "error":
        times = index_times(X)
    return (sequences, None) if times is None else with_times(sequences, times)


def _check_observed(estimator, sequences: Sequences) -> None:
    if not np.isnan(sequences.values.min()):
        return
    sequence = np.isnan(sequences.values).any(axis=(1, 2)).argmax()
    raise ValueError(
        f"Input X contains NaN, first in sequence {sequence}. Drop or impute such values, for "
        "instance with the last observation before them.\n"
        f"With missing='mask' or missing='decay', {type(estimator).__name__} reads NaN as a "
        "missing value."
    )


def _check_kind(estimator, kind: str | None) -> None:
    fitted = estimator._reading.kind
    if kind == fitted:
        return
    name = type(estimator).__name__
    if kind is None:
        raise ValueError(
            f"{name} was fitted with times of the time steps, but none came with X. Pass times=, "
            "or make them a channel of X (time_channel) where nothing can be passed on, as in "
            "cross-validation."
        )
    if fitted is None:
        raise ValueError(
            f"times came with X, but {name} was fitted without any. Fit it with times, or leave "
            "them out here; a panel indexed by dates brings its times along."
        )
    raise ValueError(
        f"times are {kind}, but {name} was fitted with {fitted}: their units may differ. Pass "
        f"{fitted}."
    )
