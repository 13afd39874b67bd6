"""Sequences of any lengths become what other estimators take: tables, or sktime's panels."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from .._reading import read_sequences
from .._sequences import Sequences
from ..preprocessing._scaling import StepScaler


class _FixedLength(TransformerMixin, BaseEstimator):
    """Learns the length of a typical training sequence: the median."""

    n_channels = None  # a table is one channel

    def fit(self, X, y=None):
        sequences = read_sequences(self, X, reset=True)
        self.n_timesteps_ = int(np.median(sequences.lengths))
        self._learn(sequences)
        return self

    def _read(self, X) -> Sequences:
        check_is_fitted(self)
        return read_sequences(self, X, reset=False)


class Flatten(_FixedLength):
    """Rows of all steps and channels of a sequence, for estimators that take tables.

    Sequences that do not have the median length of the training sequences are resampled to it,
    by linear interpolation: a padded table would put the last steps of each sequence into other
    columns, a resampled one keeps first and last steps in theirs. If training lengths differ, a
    last column holds the length, so that nothing is hidden from the estimator behind. Missing
    values (NaN) are left to it.

    Attributes
    ----------
    n_timesteps_ : int
        Steps of each row.
    has_length_ : bool
        Whether there is a column for the length.
    """

    def _learn(self, sequences: Sequences) -> None:
        self.has_length_ = sequences.is_ragged

    def transform(self, X) -> np.ndarray:
        """Table of shape (n_samples, n_timesteps * n_channels), time-major, perhaps one more."""
        sequences = self._read(X)
        table = resample(sequences, self.n_timesteps_).reshape(len(sequences), -1)
        return np.column_stack([table, sequences.lengths]) if self.has_length_ else table

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


class Panel(_FixedLength):
    """Arrays (n_samples, n_channels, n_timesteps) with standardised channels, as sktime's are.

    Sequences are resampled as in `Flatten`, but no value may be missing: there is no distance to
    NaN. Distances between sequences need channels of one scale; mean and variance are those of the
    training sequences.

    Attributes
    ----------
    n_timesteps_ : int
        Steps of each sequence.
    """

    def _learn(self, sequences: Sequences) -> None:
        self._scaler = StepScaler().fit(sequences)

    def transform(self, X) -> np.ndarray:
        """Array of shape (n_samples, n_channels, n_timesteps)."""
        sequences = self._scaler.transform(self._read(X))
        return resample(sequences, self.n_timesteps_).transpose(0, 2, 1)


def resample(sequences: Sequences, n_timesteps: int) -> np.ndarray:
    """Bring sequences to one length by linear interpolation between their steps.

    Parameters
    ----------
    sequences : Sequences
    n_timesteps : int

    Returns
    -------
    ndarray of shape (n_samples, n_timesteps, n_channels)
    """
    if not sequences.is_ragged and sequences.n_timesteps == n_timesteps:
        return sequences.values
    last = sequences.lengths[:, None] - 1
    position = last * np.linspace(0, 1, n_timesteps)  # (n_samples, n_timesteps)
    before = position.astype(int)
    share = (position - before)[:, :, None]
    rows = np.arange(len(sequences))[:, None]
    after = np.ceil(position).astype(int)  # the same step, where there is nothing to interpolate
    return (1 - share) * sequences.values[rows, before] + share * sequences.values[rows, after]
