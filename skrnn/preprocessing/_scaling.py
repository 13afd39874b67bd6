"""Shift and scale each channel over all time steps of all sequences."""

import numpy as np
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

from .._sequences import Sequences

# scikit-learn's scaler of each method, and the shift and scale of each channel that it found
METHODS = {
    "standard": (StandardScaler, lambda scaler: (scaler.mean_, scaler.scale_)),
    "robust": (RobustScaler, lambda scaler: (scaler.center_, scaler.scale_)),
    "minmax": (MinMaxScaler, lambda scaler: (scaler.data_min_, 1 / scaler.scale_)),
}


class StepScaler:
    """Mean zero and variance one for each channel, or another method of scikit-learn.

    Each time step counts with the weight of its sequence. Constant channels are only centred.
    Missing values (NaN) are left out of the statistics and stay missing; all values of a channel
    in which nothing was observed become missing.

    Parameters
    ----------
    method : {"standard", "robust", "minmax"}, default="standard"
        Only "standard" knows weights. It computes in double precision.
    only_shift : bool, default=False
        Leave the scale of each channel as it is.

    Attributes
    ----------
    scaler_ : StandardScaler, RobustScaler or MinMaxScaler
    """

    def __init__(self, method: str = "standard", only_shift: bool = False):
        self.method = method
        self.only_shift = only_shift

    def fit(self, sequences: Sequences, sample_weight: np.ndarray | None = None) -> "StepScaler":
        make, _ = METHODS[self.method]
        steps, weights = _valid_steps(sequences, sample_weight)
        options = {} if weights is None else {"sample_weight": weights}
        with np.errstate(invalid="ignore"):  # where nothing was observed, NaN is the right mean
            self.scaler_ = make().fit(steps, **options)
        return self

    def transform(self, sequences: Sequences) -> Sequences:
        """Scaled sequences, zero beyond their lengths."""
        shift, scale = self._shift_and_scale()
        return sequences.with_values((sequences.values - shift) / scale)

    def inverse_transform(self, sequences: Sequences) -> Sequences:
        """Sequences in their original units, zero beyond their lengths."""
        shift, scale = self._shift_and_scale()
        return sequences.with_values(sequences.values * scale + shift)

    def _shift_and_scale(self) -> tuple[np.ndarray, np.ndarray]:
        _, shift_and_scale = METHODS[self.method]
        shift, scale = shift_and_scale(self.scaler_)
        return shift, np.ones_like(scale) if self.only_shift else scale


def _valid_steps(sequences: Sequences, sample_weight: np.ndarray | None):
    """All valid steps as rows (n_steps, n_channels), and the weight of each row."""
    if sample_weight is not None:
        sample_weight = np.repeat(sample_weight, sequences.lengths)
    if not sequences.is_ragged:
        return sequences.values.reshape(-1, sequences.n_channels), sample_weight
    return sequences.values[sequences.valid()], sample_weight
