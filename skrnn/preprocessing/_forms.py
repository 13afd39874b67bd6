"""The way back: sequences in the form in which they came."""

import pandas as pd

from .._frames import channel_frame
from .._sequences import Sequences, is_list_of_arrays, n_dims


def in_the_form_of(X, sequences: Sequences):
    """Sequences as a table, an array of three dimensions, or a list, whichever X is.

    Parameters
    ----------
    X : array-like or list of ndarray
        The input that ``sequences`` were read from and made of; they may have other lengths.
    sequences : Sequences

    Returns
    -------
    ndarray or list
        A list of arrays, each of as many dimensions as it came with, for a list of arrays; a list
        of DataFrames with the names of the channels for a panel of sktime.
    """
    named = channel_frame(X)
    if named is not None:
        return [pd.DataFrame(x, columns=named.columns) for x in _cut(sequences)]
    if is_list_of_arrays(X):
        return [x.reshape(-1, *given.shape[1:]) for x, given in zip(_cut(sequences), X)]
    if n_dims(X) <= 2:
        return sequences.values.reshape(len(sequences), -1)
    return sequences.values


def _cut(sequences: Sequences):
    """Each sequence without its padding."""
    for values, length in zip(sequences.values, sequences.lengths):
        yield values[:length]
