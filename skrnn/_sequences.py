"""The door: arrays of any accepted shape become Sequences, the only currency behind it."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.utils import check_array

FLOATS = (np.float64, np.float32)


@dataclass(frozen=True)
class Sequences:
    """Sequences padded at their ends to one length.

    Attributes
    ----------
    values : ndarray of shape (n_samples, n_timesteps, n_channels)
        In the precision of the input, float32 or float64; zero beyond a sequence's length. NaN
        where a value is missing, for estimators that can read that.
    lengths : ndarray of shape (n_samples,)
        Valid steps of each sequence, at least one.
    times : ndarray of shape (n_samples, n_timesteps), or None
        Time of each step since the first one of its sequence, in double precision; zero beyond a
        sequence's length. None where steps follow each other regularly.
    """

    values: np.ndarray
    lengths: np.ndarray
    times: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def n_timesteps(self) -> int:
        return self.values.shape[1]

    @property
    def n_channels(self) -> int:
        return self.values.shape[2]

    @property
    def is_ragged(self) -> bool:
        return bool(self.lengths.min() < self.n_timesteps)

    def valid(self) -> np.ndarray:
        """Mask of shape (n_samples, n_timesteps), True where a step is no padding."""
        return np.arange(self.n_timesteps) < self.lengths[:, None]

    def take(self, index) -> "Sequences":
        """Some of the sequences, in the order of an index or mask."""
        times = None if self.times is None else self.times[index]
        return Sequences(self.values[index], self.lengths[index], times)

    def trimmed(self) -> "Sequences":
        """Without the steps that all sequences are padded by."""
        longest = self.lengths.max()
        times = None if self.times is None else self.times[:, :longest]
        return Sequences(self.values[:, :longest], self.lengths, times)

    def with_values(self, values: np.ndarray) -> "Sequences":
        """The same steps with other values, which are set to zero, in place, beyond the lengths."""
        return replace(Sequences.zero_padded(values, self.lengths), times=self.times)

    @classmethod
    def of_equal_length(cls, values: np.ndarray) -> "Sequences":
        """Sequences from an array of shape (n_samples, n_timesteps, n_channels)."""
        return cls(values, np.full(len(values), values.shape[1]))

    @classmethod
    def zero_padded(cls, values: np.ndarray, lengths: np.ndarray) -> "Sequences":
        """Sequences from values that are set to zero, in place, beyond the lengths."""
        sequences = cls(values, lengths)
        if sequences.is_ragged:
            values[~sequences.valid()] = 0.0
        return sequences


def place(at: int, lengths: np.ndarray) -> tuple[int, int]:
    """Sequence and step of an item of an array that holds all valid steps, sequence by sequence."""
    ends = np.cumsum(lengths)
    sequence = int(np.searchsorted(ends, at, side="right"))
    return sequence, int(at - ends[sequence] + lengths[sequence])


def is_list_of_arrays(X) -> bool:
    """Tell sequences of their own lengths (arrays in a list) from a table (a list of lists)."""
    if isinstance(X, np.ndarray):
        listed = X.dtype == object and X.ndim == 1
    else:
        listed = isinstance(X, (list, tuple))
    return listed and len(X) > 0 and any(isinstance(x, np.ndarray) or _is_tensor(x) for x in X)


def as_numpy(x, name: str = "X"):
    """A tensor, or an array with a mask, as an array; all else as it is.

    NaN stands for what is masked, so that missing values are refused or read as anywhere.
    """
    if _is_tensor(x):
        try:
            return x.detach().cpu().numpy()
        except TypeError as error:
            raise ValueError(
                f"{name} is a tensor of {x.dtype}, a type that NumPy does not have. Convert it, "
                "for instance by .float()."
            ) from error
    if not isinstance(x, np.ma.MaskedArray):
        return x
    if not np.ma.is_masked(x):
        return x.data
    return (x if x.dtype.kind == "f" else x.astype(np.float64)).filled(np.nan)


def _is_tensor(x) -> bool:
    return hasattr(x, "detach")  # of torch, which need not be imported here


def n_dims(X) -> int:
    """Number of dimensions of an array-like, judged by the first items of nested lists.

    Whatever has neither a shape nor items of a list is left to scikit-learn, as a table.
    """
    if hasattr(X, "shape"):
        return len(X.shape)
    if isinstance(X, (list, tuple)) and X and isinstance(X[0], (list, tuple)):
        return 1 + n_dims(X[0])
    return 1 if isinstance(X, (list, tuple)) else 2


def check_items(X) -> None:
    """Tell who passes lists that make no array of numbers how to pass sequences.

    Raises
    ------
    ValueError
    """
    is_list = isinstance(X, (list, tuple))
    lengths = {len(row) for row in X if hasattr(row, "__len__")} if is_list else ()
    if len(lengths) > 1:
        raise ValueError(
            f"X is a list whose items ({type(X[0]).__name__}) have different lengths: "
            f"{sorted(lengths)[:3]}. {_advice(X)}"
        )
    items = X.to_numpy() if hasattr(X, "to_numpy") else X
    if not is_list and getattr(getattr(items, "dtype", None), "kind", "") != "O":
        return
    items = np.asarray(items, dtype=object)
    for i, item in enumerate(items.flat):
        if isinstance(item, (list, tuple, np.ndarray)) or hasattr(item, "iloc"):  # a Series
            at = ", ".join(map(str, np.unravel_index(i, items.shape)))
            raise ValueError(
                f"X has an item of type {type(item).__name__} at [{at}], where a number is "
                f"expected. {_advice(X)}"
            )


def _advice(X) -> str:
    """How to pass sequences instead of lists."""
    if hasattr(X, "columns"):
        return (
            "In a DataFrame of sequences every cell must be a Series or an ndarray, one channel of "
            "one sequence: X.map(np.asarray)."
        )
    return (
        "Sequences of different lengths must be a list of ndarrays, [np.asarray(x) for x in X], "
        "each with the same channels at all time steps."
    )


def from_table(table: np.ndarray, n_channels: int) -> Sequences:
    """Read each row of a table as one sequence, time-major: all channels of a step, step by step.

    Parameters
    ----------
    table : ndarray of shape (n_samples, n_timesteps * n_channels)
    n_channels : int

    Raises
    ------
    ValueError
        If the columns cannot be divided by the number of channels.
    """
    n_samples, n_columns = table.shape
    if n_columns % n_channels:
        raise ValueError(
            f"X has {n_columns} columns, which is not a multiple of n_channels={n_channels}. A row "
            "must hold n_timesteps * n_channels numbers, all channels of the first step first."
        )
    return Sequences.of_equal_length(table.reshape(n_samples, n_columns // n_channels, n_channels))


def from_array(X, name: str, finite: bool | str) -> Sequences:
    """Read an array of shape (n_samples, n_timesteps, n_channels).

    ``finite`` is scikit-learn's ``ensure_all_finite``: True, or "allow-nan".
    """
    shape = np.shape(X)
    if len(shape) != 3:
        raise ValueError(
            f"X has {len(shape)} dimensions, but {name} expects 2 (n_samples, n_timesteps), 3 "
            "(n_samples, n_timesteps, n_channels), or a list of arrays (n_timesteps, n_channels)."
        )
    if shape[0] and 0 in shape[1:]:
        empty = "time steps" if shape[1] == 0 else "channels"
        raise ValueError(
            f"X has 0 {empty} (shape={shape}), but {name} needs at least one. "
            "X must have the shape (n_samples, n_timesteps, n_channels)."
        )
    values = check_array(
        X, dtype=FLOATS, allow_nd=True, ensure_all_finite=finite, estimator=name, input_name="X"
    )
    return Sequences.of_equal_length(values)


def from_list(arrays, name: str, finite: bool | str) -> Sequences:
    """Read a list of arrays of shape (n_timesteps_i, n_channels) or (n_timesteps_i,)."""
    arrays = [_as_columns(i, x) for i, x in enumerate(arrays)]
    channels = arrays[0].shape[1]
    for i, x in enumerate(arrays):
        if x.shape[1] != channels:
            raise ValueError(
                f"Sequence {i} has {x.shape[1]} channels, but sequence 0 has {channels}. "
                "All sequences must have the same channels; only their lengths may differ."
            )
    lengths = np.array([len(x) for x in arrays])
    if not lengths.all():
        raise ValueError(
            f"Sequence {lengths.argmin()} has 0 time steps, but {name} needs at least one in each."
        )
    steps = np.concatenate(arrays)
    _check_finite(steps, lengths, finite)
    steps = check_array(
        steps, dtype=FLOATS, ensure_all_finite=finite, estimator=name, input_name="X"
    )
    values = np.zeros((len(arrays), lengths.max(), channels), dtype=steps.dtype)
    sequences = Sequences(values, lengths)
    values[sequences.valid()] = steps
    return sequences


def _as_columns(position: int, x) -> np.ndarray:
    x = as_numpy(x)
    if not isinstance(x, np.ndarray):
        raise ValueError(
            f"X is a list of sequences, but item {position} is a {type(x).__name__}. "
            "Every item must be an ndarray of shape (n_timesteps, n_channels) or (n_timesteps,)."
        )
    if x.ndim not in (1, 2):
        raise ValueError(
            f"Sequence {position} has the shape {x.shape}; expected (n_timesteps, n_channels) or "
            "(n_timesteps,)."
        )
    return x[:, None] if x.ndim == 1 else x


def _check_finite(steps: np.ndarray, lengths: np.ndarray, finite: bool | str) -> None:
    """Name the first sequence with an infinite value, or, unless allowed, a missing one."""
    if steps.dtype.kind != "f":
        return
    refused = np.isinf(steps) if finite == "allow-nan" else ~np.isfinite(steps)
    bad = refused.any(axis=1)
    if bad.any():
        sequence, _ = place(bad.argmax(), lengths)
        what = "infinity" if np.isinf(steps[bad.argmax()]).any() else "NaN"
        raise ValueError(
            f"Input X contains {what}, first in sequence {sequence}. Drop or impute such values, "
            "for instance with the last observation before them."
        )
