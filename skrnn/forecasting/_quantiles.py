"""Quantiles that do not cross: from a network's outputs, their loss, and those in between."""

import numpy as np
import torch
from scipy.stats import norm
from torch import Tensor, nn
from torch.nn import functional

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
MEDIAN = LEVELS.index(0.5)
FIRST_GAP = 0.25  # between neighbouring quantiles, in scales of the window, before training


def ordered_quantiles(outputs: Tensor) -> Tensor:
    """Turn outputs (..., horizon * n_levels) into quantiles (..., horizon, n_levels).

    The median is an output itself; the others are steps of positive size from it.
    """
    outputs = outputs.unflatten(-1, (-1, len(LEVELS)))
    median = outputs[..., MEDIAN : MEDIAN + 1]
    gaps = functional.softplus(outputs + np.log(np.expm1(FIRST_GAP)))
    below = median - gaps[..., :MEDIAN].flip(-1).cumsum(-1).flip(-1)
    above = median + gaps[..., MEDIAN + 1 :].cumsum(-1)
    return torch.cat([below, median, above], dim=-1)


class QuantileLoss(nn.Module):
    """Mean quantile (pinball) loss of each sample over horizon and levels; NaN targets count zero.

    Source: Koenker and Bassett, "Regression quantiles", Econometrica 46, 1978.
    """

    def __init__(self):
        super().__init__()
        self.register_buffer("levels", torch.tensor(LEVELS), persistent=False)

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        error = targets[..., None] - ordered_quantiles(outputs)  # (batch, horizon, levels)
        loss = torch.maximum(self.levels * error, (self.levels - 1) * error)
        return torch.where(torch.isnan(loss), 0.0, loss).mean((1, 2))


# Quantiles in between: normal scores make the seven levels dense, straight lines join those.
DENSE = np.array([0.005, 0.01, 0.025, *np.arange(0.05, 0.951, 0.05).round(2), 0.975, 0.99, 0.995])


def dense_quantiles(quantiles: np.ndarray) -> np.ndarray:
    """Quantiles (..., n_levels) at all levels of `DENSE`.

    Between levels, and beyond the outermost ones, they follow the normal distribution through
    the two nearest.
    """
    scores, wanted = norm.ppf(LEVELS), norm.ppf(DENSE)
    left = np.clip(np.searchsorted(scores, wanted, side="right") - 1, 0, len(LEVELS) - 2)
    share = (wanted - scores[left]) / (scores[left + 1] - scores[left])
    return quantiles[..., left] * (1 - share) + quantiles[..., left + 1] * share


def quantiles_at(quantiles: np.ndarray, probabilities) -> np.ndarray:
    """Quantiles (..., n_levels) at any probabilities, (..., n_probabilities).

    They are those of a distribution that is uniform between the levels of `DENSE`, and beyond.
    """
    dense = dense_quantiles(quantiles)
    p = np.asarray(probabilities, dtype=float)
    left = np.clip(np.searchsorted(DENSE, p, side="right") - 1, 0, len(DENSE) - 2)
    share = (p - DENSE[left]) / (DENSE[left + 1] - DENSE[left])
    return dense[..., left] * (1 - share) + dense[..., left + 1] * share


def histogram_of(quantiles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same distribution as edges (..., n_bins + 1) of bins and their mass (n_bins,)."""
    ends = quantiles_at(quantiles, [0.0, 1.0])
    dense = dense_quantiles(quantiles)
    edges = np.concatenate([ends[..., :1], dense, ends[..., 1:]], axis=-1)
    return edges, np.diff(np.concatenate([[0.0], DENSE, [1.0]]))


def variance_of(quantiles: np.ndarray) -> np.ndarray:
    """Variance of the same distribution."""
    edges, mass = histogram_of(quantiles)
    middles, widths = (edges[..., 1:] + edges[..., :-1]) / 2, np.diff(edges)
    mean = (mass * middles).sum(-1, keepdims=True)
    return (mass * ((middles - mean) ** 2 + widths**2 / 12)).sum(-1)
