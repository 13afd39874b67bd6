"""The distribution that a few quantiles stand for."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.stats import norm

from ._quantiles import LEVELS, MEDIAN
from ._scaling import LARGEST_LOG

# Normal scores make the levels dense, straight lines join those.
DENSE = np.array([0.005, 0.01, 0.025, *np.arange(0.05, 0.951, 0.05).round(2), 0.975, 0.99, 0.995])
EDGES = np.array([0.0, *DENSE, 1.0])
MASS = np.diff(EDGES)


@dataclass(frozen=True)
class Distribution:
    """Forecasts of some series as histograms, uniform between the levels of `EDGES`.

    Attributes
    ----------
    quantiles : ndarray of shape (n_series, n_steps, n_levels)
    logged : ndarray of shape (n_series,), bool
        Whether the logarithm of each series was forecast: quantiles between the levels are found
        on its scale, and are positive.
    lowest : ndarray of shape (n_series,)
        What no forecast of each series is below.
    """

    quantiles: np.ndarray
    logged: np.ndarray
    lowest: np.ndarray

    @property
    def median(self) -> np.ndarray:
        return self.quantiles[..., MEDIAN]

    @cached_property
    def edges(self) -> np.ndarray:
        """Quantiles at all levels of `EDGES`, (n_series, n_steps, n_edges), in ascending order."""
        quantiles = self.quantiles.copy()
        tiny = np.finfo(float).tiny
        quantiles[self.logged] = np.log(np.maximum(quantiles[self.logged], tiny))
        dense = dense_quantiles(quantiles)
        dense[self.logged] = np.exp(np.minimum(dense[self.logged], LARGEST_LOG))
        first, last = 2 * dense[..., 0] - dense[..., 1], 2 * dense[..., -1] - dense[..., -2]
        edges = np.concatenate([first[..., None], dense, last[..., None]], axis=-1)
        lowest = np.where(self.logged, np.maximum(self.lowest, 0), self.lowest)
        return np.maximum(edges, lowest[:, None, None])

    def at(self, probabilities) -> np.ndarray:
        """Quantiles at any probabilities, (n_series, n_steps, n_probabilities)."""
        p = np.asarray(probabilities, dtype=float)
        left = np.clip(np.searchsorted(EDGES, p, side="right") - 1, 0, len(MASS) - 1)
        share = (p - EDGES[left]) / MASS[left]
        return self.edges[..., left] * (1 - share) + self.edges[..., left + 1] * share

    def variance(self) -> np.ndarray:
        """Variance of each forecast, (n_series, n_steps)."""
        return variance_of(self.edges, MASS)


def variance_of(edges: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Variance of histograms with edges (..., n + 1) and mass (..., n)."""
    # from the first edge on: squares of large numbers would leave no digits
    middles, widths = middles_and_widths(edges - edges[..., :1])
    mean = (mass * middles).sum(-1, keepdims=True)
    return (mass * ((middles - mean) ** 2 + widths**2 / 12)).sum(-1)


def middles_and_widths(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles and widths (..., n) of the bins between edges (..., n + 1)."""
    return (edges[..., 1:] + edges[..., :-1]) / 2, np.diff(edges)


def dense_quantiles(quantiles: np.ndarray) -> np.ndarray:
    """Quantiles (..., n_levels) at all levels of `DENSE`.

    Between levels, and beyond the outermost ones, they follow the normal distribution through
    the two nearest.
    """
    scores, wanted = norm.ppf(LEVELS), norm.ppf(DENSE)
    left = np.clip(np.searchsorted(scores, wanted, side="right") - 1, 0, len(LEVELS) - 2)
    share = (wanted - scores[left]) / (scores[left + 1] - scores[left])
    return quantiles[..., left] * (1 - share) + quantiles[..., left + 1] * share
