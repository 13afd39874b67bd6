"""From sequences as they were read to the channels that a network reads."""

import warnings

import numpy as np

from ._channels import NetworkChannels, count_channels
from ._differences import channels_that_carry_on, with_differences
from ._sequences import Sequences
from .preprocessing._scaling import StepScaler

# What networks read is cut here. Their normalisations sum squares over channels and steps, which
# single precision holds up to 3e38; data that were standardised and seen are never this far out.
LARGEST = 1e12


class NetworkInput:
    """Makes of sequences what a network reads.

    Differences are added as channels, all channels are scaled, and missing values and times become
    channels, in this order.

    Parameters
    ----------
    differences : bool or "auto"
        Add the change since the step before, for each channel; "auto" adds it for those whose
        changes go on for more than one step.
    standardize : bool
        Scale all channels, those of differences by themselves.
    missing : {"error", "mask", "decay"}

    Attributes
    ----------
    differenced_ : bool ndarray of shape (n_channels,)
        Channels with differences.
    scaler_ : StepScaler or None
    channels_ : NetworkChannels
    n_inputs_ : int
        Channels that the network reads.
    """

    def __init__(self, differences: bool | str, standardize: bool, missing: str):
        self.differences = differences
        self.standardize = standardize
        self.missing = missing

    def fit(self, sequences: Sequences, sample_weight: np.ndarray | None = None) -> "NetworkInput":
        """Learn which channels to take differences of, means, scales, and typical times."""
        with np.errstate(over="ignore", invalid="ignore"):
            self.differenced_ = self._choose(sequences, sample_weight)
        widened = with_differences(sequences, self.differenced_)
        self.scaler_ = None
        # zero stands for what is missing, and must be the mean
        if self.standardize or self.missing != "error":
            self.scaler_ = StepScaler(only_shift=not self.standardize)
            with np.errstate(over="ignore"):  # the next line says it better
                self.scaler_.fit(widened, sample_weight)
            _check_scales(self.scaler_, widened.n_channels)
            _warn_of_unobserved_channels(self.scaler_, sequences.n_channels)
        self.channels_ = NetworkChannels(self.missing).fit(widened, sample_weight)
        timed = sequences.times is not None
        self.n_inputs_ = count_channels(self.missing, widened.n_channels, timed)
        return self

    def transform(self, sequences: Sequences) -> Sequences:
        """All that the network reads at each step; no value is missing, or beyond `LARGEST`."""
        with np.errstate(over="ignore"):  # infinity is cut as well
            if self.differenced_.any():
                sequences = with_differences(sequences, self.differenced_)
            if self.scaler_ is not None:
                sequences = self.scaler_.transform(sequences)
        values = np.clip(sequences.values, -LARGEST, LARGEST)
        return self.channels_.transform(sequences.with_values(values))

    def _choose(self, sequences: Sequences, sample_weight: np.ndarray | None) -> np.ndarray:
        """Channels to take differences of."""
        if self.differences == "auto":
            return channels_that_carry_on(sequences, sample_weight)
        return np.full(sequences.n_channels, self.differences)


def _check_scales(scaler: StepScaler, n_channels: int) -> None:
    """Refuse values whose mean or variance is infinite: nothing could be learnt from them.

    A channel in which nothing was observed has no mean at all.
    """
    mean, variance = scaler.scaler_.mean_, scaler.scaler_.var_
    bad = np.flatnonzero(np.isinf(mean) | (np.isfinite(mean) & ~np.isfinite(variance)))
    if len(bad):
        raise ValueError(
            "X is too large to be standardised: the mean or the variance of what the network reads "
            f"is not finite, first in its channel {bad[0]} of {n_channels} (channels of X, then "
            "their differences). Divide it by a constant."
        )


def _warn_of_unobserved_channels(scaler: StepScaler, n_channels: int) -> None:
    unobserved = np.flatnonzero(np.isnan(scaler.scaler_.mean_[:n_channels]))
    if len(unobserved):
        warnings.warn(
            f"Channels {unobserved.tolist()} of X have no observed value in the training data; "
            "their values are taken for missing, now and in predictions."
        )
