"""Standardise each channel over all time steps of all sequences."""

import numpy as np
from sklearn.preprocessing import StandardScaler

from .._sequences import Sequences


class StepScaler:
    """Mean zero and variance one for each channel, computed in double precision.

    Each time step counts with the weight of its sequence. Constant channels are only centred.

    Attributes
    ----------
    scaler_ : sklearn.preprocessing.StandardScaler
    """

    def fit(self, sequences: Sequences, sample_weight: np.ndarray | None = None) -> "StepScaler":
        steps, weights = _valid_steps(sequences, sample_weight)
        self.scaler_ = StandardScaler().fit(steps, sample_weight=weights)
        return self

    def transform(self, sequences: Sequences) -> Sequences:
        """Standardised sequences in double precision, zero beyond their lengths."""
        values = (sequences.values - self.scaler_.mean_) / self.scaler_.scale_
        if sequences.is_ragged:
            values[~sequences.valid()] = 0.0
        return Sequences(values, sequences.lengths)


def _valid_steps(sequences: Sequences, sample_weight: np.ndarray | None):
    """All valid steps as rows (n_steps, n_channels), and the weight of each row."""
    if sample_weight is not None:
        sample_weight = np.repeat(sample_weight, sequences.lengths)
    if not sequences.is_ragged:
        return sequences.values.reshape(-1, sequences.n_channels), sample_weight
    return sequences.values[sequences.valid()], sample_weight
