"""Times of time steps: numbers or dates become the time since each sequence's first step."""

from dataclasses import replace

import numpy as np
import pandas as pd

from ._sequences import Sequences, as_numpy, place

ROUNDING = 1e-9  # of a sum of weights, so that their unit does not decide between two middle steps


def with_times(sequences: Sequences, times) -> tuple[Sequences, str]:
    """Give sequences the times of their steps.

    Differences are taken before anything is rounded, so that the origin of time does not matter.

    Parameters
    ----------
    sequences : Sequences
    times : array-like of shape (n_samples, n_timesteps), or list of arrays (n_timesteps_i,)
        Numbers or dates.

    Returns
    -------
    sequences : Sequences
        With ``times`` in the unit given; in seconds for dates.
    kind : {"numbers", "dates"}

    Raises
    ------
    ValueError
        If there is not one time for each step, or a time is not finite or before the last one.
    """
    lengths = sequences.lengths
    steps = _numbers_or_dates(_all_steps(times, lengths))
    starts = np.cumsum(lengths) - lengths
    _check_finite(steps, lengths)
    _check_order(steps, lengths)
    elapsed = _elapsed(steps, np.repeat(steps[starts], lengths))
    padded = np.zeros(sequences.values.shape[:2])
    padded[sequences.valid()] = elapsed
    return replace(sequences, times=padded), "dates" if steps.dtype.kind in "mM" else "numbers"


def split_channel(sequences: Sequences, position: int) -> Sequences:
    """Take one channel out of the values: it holds the times.

    Raises
    ------
    ValueError
        As `with_times`, or if no other channel is left.
    """
    if sequences.n_channels == 1:
        raise ValueError(
            "X has no channel but the times (time_channel). Give each step a value as well, for "
            "instance a constant one if only the times matter."
        )
    times = sequences.values[:, :, position].astype(np.float64)
    times = np.split(times[sequences.valid()], np.cumsum(sequences.lengths)[:-1])
    values = np.delete(sequences.values, position, axis=2)
    return with_times(sequences.with_values(values), times)[0]


def typical_step(sequences: Sequences, sample_weight: np.ndarray | None = None) -> float:
    """Median time between steps that follow each other, those at the same time left out.

    It is a weighted median: a sequence counts as often as its weight says.

    Returns
    -------
    float
        One where no two steps are at different times.
    """
    steps = np.diff(sequences.times, axis=1)  # (n_samples, n_timesteps - 1)
    counted = sequences.valid()[:, 1:] & (steps > 0)
    weights = np.ones(len(sequences)) if sample_weight is None else sample_weight
    weights = np.broadcast_to(weights[:, None], steps.shape)[counted]
    steps = steps[counted]
    if not weights.any():
        return 1.0
    order = steps.argsort(kind="stable")
    below = weights[order].cumsum()
    half = below[-1] / 2 * (1 - ROUNDING)
    return float(steps[order][np.searchsorted(below, half)])


def _all_steps(times, lengths: np.ndarray) -> list[np.ndarray]:
    """The times of each sequence, as many as its steps."""
    times = _as_array(times)
    if not hasattr(times, "__len__") or getattr(times, "ndim", 1) == 0:
        raise ValueError(f"times is {times!r}; expected an array or a list of arrays.")
    if len(times) != len(lengths):
        raise ValueError(
            f"times holds {len(times)} sequences, but X has {len(lengths)}. Give an array of shape "
            "(n_samples, n_timesteps), or a list with one 1D array for each sequence."
        )
    times = [np.asarray(_as_array(t)) for t in times]
    for i, (t, length) in enumerate(zip(times, lengths)):
        if t.shape != (length,):
            raise ValueError(
                f"times has the shape {t.shape} for sequence {i}, which has {length} time steps; "
                f"expected {(int(length),)}: one time for each step."
            )
    return times


def _as_array(times):
    return times.to_numpy() if hasattr(times, "to_numpy") else as_numpy(times, "times")


def _numbers_or_dates(times: list[np.ndarray]) -> np.ndarray:
    """All times, one sequence after the other, in a type that can be subtracted."""
    try:
        steps = np.concatenate(times)
        if steps.dtype.kind in "OUS":
            steps = _from_objects(steps)
    except (TypeError, ValueError) as error:
        raise ValueError(f"times must be all numbers or all dates: {error}") from error
    kind = steps.dtype.kind
    if kind not in "iufbmM":
        raise ValueError(f"times must be all numbers or all dates, not {steps.dtype}.")
    if kind in "mM":
        unit, _ = np.datetime_data(steps.dtype)  # months and years have no length in seconds
        return steps.astype(f"{kind}8[D]") if unit in ("Y", "M") else steps
    return steps if kind == "i" else steps.astype(np.float64)


def _from_objects(steps: np.ndarray) -> np.ndarray:
    """Numbers or dates that came as objects, as dates with a time zone do, or as text."""
    try:
        return steps.astype(np.float64)
    except (TypeError, ValueError):
        return pd.to_datetime(steps, utc=True).tz_convert(None).to_numpy()


def _elapsed(steps: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Time since the start, in double precision; dates in seconds."""
    with np.errstate(over="ignore"):
        elapsed = steps - starts
    if elapsed.dtype.kind == "m":
        elapsed = elapsed / np.timedelta64(1, "s")
    if not (np.isfinite(elapsed) & (elapsed >= 0)).all():  # differences too large for their type
        raise ValueError("times of a sequence are too far apart for their type; use a larger unit.")
    return elapsed.astype(np.float64)


def _check_finite(steps: np.ndarray, lengths: np.ndarray) -> None:
    bad = ~np.isfinite(steps)
    if bad.any():
        sequence, step = place(bad.argmax(), lengths)
        raise ValueError(
            f"times of sequence {sequence} are not finite at step {step}: "
            f"{steps[bad.argmax()]}. Every time step needs a time; leave out those without."
        )


def _check_order(steps: np.ndarray, lengths: np.ndarray) -> None:
    earlier = steps[1:] < steps[:-1]
    earlier[lengths.cumsum()[:-1] - 1] = False  # a sequence may begin before another one ends
    if earlier.any():
        at = earlier.argmax() + 1
        sequence, step = place(at, lengths)
        raise ValueError(
            f"times of sequence {sequence} decrease at step {step}: {steps[at]} comes after "
            f"{steps[at - 1]}. Sort the steps of each sequence by time."
        )
