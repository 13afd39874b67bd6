"""Losses of all time steps of a sequence, which padding takes no part in."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

IGNORED = -100  # a label where there is no step; as in torch. Numbers are NaN there.


class StepLoss(nn.Module):
    """Sum of a loss over the valid steps of each sequence, in units of an average sequence's steps.

    Over sequences, the mean of such sums is the mean loss of a step, each step counting alike
    whatever the length of its sequence. A mean over the steps of a batch would give more weight to
    steps that share their batch with few others.

    Parameters
    ----------
    loss : nn.Module
        Of rows of outputs and as many labels, or rows of numbers; not reduced.
    mean_length : float
        Steps of an average sequence of the training data.
    """

    def __init__(self, loss: nn.Module, mean_length: float):
        super().__init__()
        self.loss = loss
        self.mean_length = mean_length

    def forward(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Losses of the sequences of a batch.

        Parameters
        ----------
        outputs : Tensor of shape (batch, steps, n_outputs)
        targets : Tensor of shape (batch, >= steps), or (batch, >= steps, n_outputs)
            Labels, ``IGNORED`` beyond the valid steps; or numbers, NaN there. They may be padded
            to more steps than the longest sequence of the batch has.

        Returns
        -------
        Tensor of shape (batch,)
        """
        targets = targets[:, : outputs.shape[1]].flatten(0, 1)  # (batch * steps, ...)
        valid = ~targets.isnan() if targets.is_floating_point() else targets != IGNORED
        losses = self.loss(outputs.flatten(0, 1), torch.where(valid, targets, 0))
        losses = torch.where(valid, losses, 0.0).reshape(*outputs.shape[:2], -1)
        return losses.mean(2).sum(1) / self.mean_length


class WeightedCrossEntropy(nn.Module):
    """Cross-entropy of rows, each weighted by its class.

    torch's own keeps the weights as a tensor, of one precision and on one device; this one can be
    pickled anywhere.

    Parameters
    ----------
    class_weight : ndarray of shape (n_classes,), or None
    """

    def __init__(self, class_weight: np.ndarray | None = None):
        super().__init__()
        self.class_weight = class_weight

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Losses of shape (rows,), from logits (rows, n_classes) and labels (rows,)."""
        weight = None if self.class_weight is None else logits.new_tensor(self.class_weight)
        return functional.cross_entropy(logits, labels, weight, reduction="none")
