"""Quantiles that do not cross: from a network's outputs, and their loss."""

import numpy as np
import torch
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

    Parameters
    ----------
    median_weight : float, default=1.0
        Of the median, where each other level has one.
    """

    def __init__(self, median_weight: float = 1.0):
        super().__init__()
        levels, weights = torch.tensor(LEVELS, device="cpu"), torch.ones(len(LEVELS), device="cpu")
        weights[MEDIAN] = median_weight
        weights /= weights.mean()
        self.register_buffer("above", levels * weights, persistent=False)
        self.register_buffer("below", (levels - 1) * weights, persistent=False)

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        error = targets[..., None] - ordered_quantiles(outputs)  # (batch, horizon, levels)
        loss = torch.maximum(self.above * error, self.below * error)
        return torch.where(torch.isnan(loss), 0.0, loss).mean((1, 2))
