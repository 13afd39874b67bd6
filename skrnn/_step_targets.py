"""Targets of all time steps: any form becomes as many of them for each sequence as it has steps."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import check_classification_targets

from ._frames import unframe_steps
from ._reading import check_targets_given, check_types_of_labels, objects_as_floats
from ._sequences import as_numpy, place


@dataclass(frozen=True)
class StepTargets:
    """Targets of all valid steps of some sequences. There is no padding that could be counted.

    Attributes
    ----------
    steps : ndarray of shape (n_steps,) or (n_steps, n_outputs)
        Targets of one sequence after the other.
    lengths : ndarray of shape (n_samples,)
        Steps of each sequence.
    """

    steps: np.ndarray
    lengths: np.ndarray

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, index: np.ndarray) -> "StepTargets":
        """Targets of some of the sequences, in the order of an array of positions."""
        ends = np.cumsum(self.lengths)
        rows = [np.arange(ends[i] - self.lengths[i], ends[i]) for i in index]
        return StepTargets(self.steps[np.concatenate(rows)], self.lengths[index])

    def repeat(self, weights: np.ndarray | None) -> np.ndarray | None:
        """Weights of sequences as those of their steps."""
        return None if weights is None else np.repeat(weights, self.lengths)

    def pad(self, steps: np.ndarray, fill: float) -> np.ndarray:
        """What was made of the steps, as an array of shape (n_samples, n_timesteps, ...)."""
        shape = len(self), self.lengths.max()
        padded = np.full(shape + steps.shape[1:], fill, dtype=steps.dtype)
        padded[np.arange(shape[1]) < self.lengths[:, None]] = steps
        return padded


def read_labels(estimator, y, lengths: np.ndarray) -> StepTargets:
    """Read a label for each step.

    Parameters
    ----------
    estimator : BaseEstimator
        Whose name is in the errors.
    y : array-like of shape (n_samples, n_timesteps), list of arrays, or panel
    lengths : ndarray of shape (n_samples,)
        Steps of the sequences of X.

    Raises
    ------
    ValueError
        If there is not one label for each step, or one is missing.
    """
    arrays = _read_sequences(estimator, y, lengths, "label")
    arrays = [_one_column(estimator, array) for array in arrays]
    steps = _join_labels(arrays)
    missing = ~np.isfinite(steps) if steps.dtype.kind == "f" else pd.isna(steps)
    if missing.any():
        sequence, step = place(missing.argmax(), lengths)
        raise ValueError(
            f"y has no label at step {step} of sequence {sequence}: {steps[missing.argmax()]}. "
            "Every time step needs one; give steps without a class a label of their own."
        )
    steps = _with_type_of_labels(steps)
    check_classification_targets(steps)
    return StepTargets(steps, lengths)


def read_numbers(estimator, y, lengths: np.ndarray) -> StepTargets:
    """Read a number, or a row of numbers, for each step; see `read_labels`."""
    arrays = _read_sequences(estimator, y, lengths, "number")
    for i, array in enumerate(arrays):
        if array.ndim > 2 or array.shape[1:] != arrays[0].shape[1:]:
            raise ValueError(
                f"y has the shape {array.shape} for sequence {i}, and {arrays[0].shape} for "
                "sequence 0. Every sequence needs the shape (n_timesteps,), or every one "
                "(n_timesteps, n_outputs) with the same outputs."
            )
    steps = _as_numbers(np.concatenate(arrays))
    bad = ~np.isfinite(steps.reshape(len(steps), -1)).all(axis=1)
    if bad.any():
        sequence, step = place(bad.argmax(), lengths)
        raise ValueError(
            f"y is not finite at step {step} of sequence {sequence}: {steps[bad.argmax()]}. Every "
            "time step needs a target; impute those that are missing, or cut the sequence there."
        )
    return StepTargets(steps, lengths)


def _read_sequences(estimator, y, lengths: np.ndarray, what: str) -> list[np.ndarray]:
    """Targets of each sequence, as many as it has steps."""
    check_targets_given(estimator, y)
    expected = (
        f"{type(estimator).__name__} needs one {what} for each time step: y of shape (n_samples, "
        "n_timesteps), or a list with an array for each sequence."
    )
    y = unframe_steps(y)
    y = y if isinstance(y, (list, tuple)) else np.atleast_1d(np.asarray(y))
    if len(y) != len(lengths):
        raise ValueError(
            f"y has the length {len(y)}, but X has {len(lengths)} sequences. {expected}"
        )
    arrays = [_as_array(item) for item in y]
    for i, (array, length) in enumerate(zip(arrays, lengths)):
        if array.ndim == 0:
            raise ValueError(f"y has one {what} for sequence {i} as a whole, but {expected}")
        if len(array) != length:
            raise ValueError(
                f"y has the length {len(array)} for sequence {i}, which has {length} time steps in "
                f"X. {expected} Remove the padding of y: [t[: len(x)] for t, x in zip(y, X)]."
            )
    return arrays


def _as_array(item) -> np.ndarray:
    """The targets of a sequence; those in a list keep their own types until all are seen."""
    if isinstance(item, (list, tuple)):
        return np.asarray(item, dtype=object)
    return item.to_numpy() if hasattr(item, "to_numpy") else np.asarray(as_numpy(item, "y"))


def _one_column(estimator, array: np.ndarray) -> np.ndarray:
    if array.size != len(array):
        raise ValueError(
            f"y has {array.size // len(array)} labels at each time step, but "
            f"{type(estimator).__name__} takes one. Fit a model for each column of labels."
        )
    return array.reshape(-1)


def _join_labels(arrays: list[np.ndarray]) -> np.ndarray:
    """All labels in one array; beside words, NumPy would turn numbers into words."""
    if len({array.dtype.kind == "U" for array in arrays}) > 1:
        arrays = [array.astype(object) for array in arrays]
    return np.concatenate(arrays)


def _with_type_of_labels(steps: np.ndarray) -> np.ndarray:
    """Labels that came as objects, all of one type."""
    if steps.dtype != object:
        return steps
    check_types_of_labels(steps)
    return np.array(steps.tolist())


def _as_numbers(steps: np.ndarray) -> np.ndarray:
    try:
        if steps.dtype == object:
            return objects_as_floats(steps)
        if steps.dtype.kind in "biuf":
            return steps.astype(np.float64)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"y must hold numbers, but has the values {steps[:3].tolist()}, ...")
