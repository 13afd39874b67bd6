"""From sequences with gaps to what a network reads: values, what was observed, and how long ago.

References
----------
.. [1] Lipton, Kale and Wetzel, "Directly modeling missing data in sequences with RNNs: improved
       classification of clinical time series", MLHC 2016.
.. [2] Che, Purushotham, Cho, Sontag and Liu, "Recurrent neural networks for multivariate time
       series with missing values", Scientific Reports 8, 2018.
"""

import numpy as np

from ._observed import last_before, last_observed
from ._sequences import Sequences
from ._times import typical_step

MISSING = ("error", "mask", "decay")


def count_channels(missing: str, n_values: int, timed: bool) -> int:
    """Channels that a network reads at each step, given those of the values."""
    return n_values + timed if missing == "error" else 3 * n_values


class NetworkChannels:
    """Make missing values and times into channels.

    With ``missing="mask"`` or ``"decay"`` a step has three numbers for each channel of values: its
    last observation (zero before the first: the mean of standardised values), one or zero for
    observed or not, and the time since the observation before this step [2]_ (equation 3); before
    the first observation, the time since the sequence's first step. With ``missing="error"``, the
    time since the previous step is one more channel, if there are times.

    Time is counted in typical steps of the training data, so that its unit does not matter, and
    enters as log2(1 + time), so that a gap of years is a number that a network can read. Where the
    network reads it, one is taken off: zero is the typical step, and one is three of them. (In
    trials a small network then learnt much better from gaps; mean zero and variance one was too
    loud where times say little.) Decay needs times from zero up. Without times, steps are one
    apart.

    Parameters
    ----------
    missing : {"error", "mask", "decay"}

    Attributes
    ----------
    step_ : float
        Median time between the steps of the training data.
    """

    def __init__(self, missing: str):
        self.missing = missing

    def fit(self, sequences: Sequences, sample_weight: np.ndarray | None = None):
        self.step_ = 1.0
        if sequences.times is not None:
            self.step_ = typical_step(sequences, sample_weight)
        return self

    def transform(self, sequences: Sequences) -> Sequences:
        """Sequences whose values are all that the network reads; no value is missing in them."""
        if self.missing == "error":
            return sequences if sequences.times is None else self._with_gaps(sequences)
        observed = ~np.isnan(sequences.values)
        last = last_observed(observed)
        filled = np.take_along_axis(sequences.values, np.maximum(last, 0), axis=1)
        filled[last < 0] = 0.0
        since = self._count(_time_since_observation(sequences, last))
        channels = [filled, observed, since if self.missing == "decay" else since - 1]
        return sequences.with_values(np.concatenate(channels, axis=2))

    def _with_gaps(self, sequences: Sequences) -> Sequences:
        gaps = np.diff(sequences.times, axis=1, prepend=sequences.times[:, :1])
        # beyond a sequence's length times are zero, and a gap would be negative
        gaps = self._count(np.maximum(gaps, 0)) - 1
        return sequences.with_values(np.concatenate([sequences.values, gaps[:, :, None]], axis=2))

    def _count(self, durations: np.ndarray) -> np.ndarray:
        """Logarithm to base two of one plus durations, in typical steps."""
        with np.errstate(over="ignore"):
            steps = durations / self.step_
        return np.log1p(np.minimum(steps, np.finfo(np.float64).max)) / np.log(2)


def _time_since_observation(sequences: Sequences, last: np.ndarray) -> np.ndarray:
    """Time since each channel's last observation before each step: (n_samples, T, n_channels)."""
    times = sequences.times
    if times is None:
        times = np.broadcast_to(np.arange(float(sequences.n_timesteps)), last.shape[:2])
    before = np.maximum(last_before(last), 0)  # where nothing was observed, the first step
    since = times[:, :, None] - times[np.arange(len(last))[:, None, None], before]
    return np.maximum(since, 0)  # beyond a sequence's length times are zero
