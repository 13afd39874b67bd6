"""The way back: sequences in the form in which they came."""

import pandas as pd

from .._frames import channel_frame, step_indices
from .._sequences import Sequences, is_list_of_arrays, n_dims


def in_the_form_of(X, sequences: Sequences, first=None):
    """Sequences as a table, an array of three dimensions, or a list, whichever X is.

    Parameters
    ----------
    X : array-like or list of ndarray
        The input that ``sequences`` were read from and made of; they may have other lengths.
    sequences : Sequences
    first : array-like or list of ndarray, optional
        Steps that come before those of X in the sequences.

    Returns
    -------
    ndarray or list
        A list of arrays, each of as many dimensions as it came with, for a list of arrays; a list
        of DataFrames with the names of the channels and the index of the steps for a panel of
        sktime: the last labels where sequences are shorter than X, numbers where they are longer.
    """
    named = channel_frame(X)
    if named is not None:
        labels = _step_labels(X, sequences, first)
        return [pd.DataFrame(x, i, named.columns) for x, i in zip(_cut(sequences), labels)]
    if is_list_of_arrays(X):
        return [x.reshape(-1, *given.shape[1:]) for x, given in zip(_cut(sequences), X)]
    if n_dims(X) <= 2:
        return sequences.values.reshape(len(sequences), -1)
    return sequences.values


def _step_labels(X, sequences: Sequences, first):
    """The last labels of the steps of each sequence; None where there are fewer than steps."""
    indices, earlier = step_indices(X), None if first is None else step_indices(first)
    if earlier is not None:
        indices = map(_joined, earlier, indices)
    for index, length in zip(indices, sequences.lengths):
        yield None if index is None or len(index) < length else index[len(index) - length :]


def _joined(first: pd.Index | None, index: pd.Index | None) -> pd.Index | None:
    """One index after the other, if both are of one kind."""
    alike = first is not None and index is not None and first.dtype == index.dtype
    return first.append(index) if alike else None


def _cut(sequences: Sequences):
    """Each sequence without its padding."""
    for values, length in zip(sequences.values, sequences.lengths):
        yield values[:length]
