"""The last observation of each channel, carried over steps where its value is missing."""

import numpy as np


def last_observed(observed: np.ndarray) -> np.ndarray:
    """Step of each channel's last observation up to each step, -1 before the first.

    Parameters
    ----------
    observed : bool ndarray of shape (n_samples, n_timesteps, n_channels)
    """
    steps = np.arange(observed.shape[1])[:, None]
    return np.maximum.accumulate(np.where(observed, steps, -1), axis=1)


def last_before(last: np.ndarray) -> np.ndarray:
    """Step of each channel's last observation before each step, given that up to each step."""
    before = np.full_like(last, -1)
    before[:, 1:] = last[:, :-1]
    return before
