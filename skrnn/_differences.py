"""The change of each channel since the step before, beside its value.

Scaled by itself, a change that is small beside the level is as loud as the level. Speech
recognition reads such "dynamic features" [1]_, and distances of series compare them [2]_.

References
----------
.. [1] Furui, "Speaker-independent isolated word recognition using dynamic features of speech
       spectrum", IEEE Transactions on Acoustics, Speech, and Signal Processing 34, 1986.
.. [2] Keogh and Pazzani, "Derivative dynamic time warping", SDM 2001.
"""

import numpy as np

from ._observed import last_before, last_observed
from ._sequences import Sequences

CARRIED_ON = 0.1  # correlation of changes that follow each other, from which they are no noise


def with_differences(sequences: Sequences, channels) -> Sequences:
    """Add the differences of some channels as further channels, in double precision.

    A difference is taken from the last value observed before. It is zero where there is none, and
    missing where the value is.

    Parameters
    ----------
    sequences : Sequences
    channels : index of channels, such as a mask or a slice
    """
    differences = _differences(sequences.values[:, :, channels])
    return sequences.with_values(np.concatenate([sequences.values, differences], axis=2))


def channels_that_carry_on(
    sequences: Sequences, sample_weight: np.ndarray | None = None
) -> np.ndarray:
    """Find channels whose changes go on for more than one step.

    Successive changes of a smooth curve are correlated. Those of a random walk are not, and those
    of noise around a level take each other back: then they tell little, and drown the level.

    Parameters
    ----------
    sequences : Sequences
    sample_weight : ndarray of shape (n_samples,), optional

    Returns
    -------
    bool ndarray of shape (n_channels,)
    """
    differences = _differences(sequences.values)
    weights = np.ones(len(sequences)) if sample_weight is None else sample_weight
    weights = np.where(np.isnan(differences), 0.0, weights[:, None, None])
    weights[~sequences.valid()] = 0.0
    weights[:, 0] = 0.0  # nothing came before the first step
    total = np.maximum(weights.sum(axis=(0, 1)), np.finfo(np.float64).tiny)
    centred = np.nan_to_num(differences)
    centred -= (weights * centred).sum(axis=(0, 1)) / total
    variance = (weights * centred**2).sum(axis=(0, 1))
    both = weights[:, 1:] * (weights[:, :-1] > 0)
    covariance = (both * centred[:, 1:] * centred[:, :-1]).sum(axis=(0, 1))
    return covariance > CARRIED_ON * variance


def _differences(values: np.ndarray) -> np.ndarray:
    values = values.astype(np.float64)
    if not values.size or not np.isnan(values.min()):
        return np.diff(values, axis=1, prepend=values[:, :1])
    before = last_before(last_observed(~np.isnan(values)))
    previous = np.take_along_axis(values, np.maximum(before, 0), axis=1)
    return values - np.where(before < 0, values, previous)  # NaN stays NaN
