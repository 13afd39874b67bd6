"""Pooling: one vector for a sequence, from what the last recurrent layer says at all its steps."""

import torch
from torch import Tensor, nn

POOLINGS = ("last", "mean", "max", "concat", "attention")


def valid_steps(lengths: Tensor, outputs: Tensor) -> Tensor:
    """Mark the steps within each sequence, (steps, batch, 1)."""
    steps = torch.arange(len(outputs), device=outputs.device)
    return (steps[:, None] < lengths.to(outputs.device))[..., None]


def mean_over_steps(outputs: Tensor, lengths: Tensor | None) -> Tensor:
    """Mean over the valid steps of each sequence.

    Parameters
    ----------
    outputs : Tensor of shape (steps, batch, size)
    lengths : Tensor of shape (batch,), or None

    Returns
    -------
    Tensor of shape (batch, size)
    """
    if lengths is None:
        return outputs.mean(0)
    kept = torch.where(valid_steps(lengths, outputs), outputs, 0.0)
    return kept.sum(0) / lengths.to(outputs)[:, None]


def max_over_steps(outputs: Tensor, lengths: Tensor | None) -> Tensor:
    """Largest value of each unit over the valid steps; see `mean_over_steps`."""
    if lengths is not None:
        outputs = outputs.masked_fill(~valid_steps(lengths, outputs), -torch.inf)
    return outputs.amax(0)


class Attention(nn.Module):
    """Weighted mean over the steps, the weights found by comparing each step with a learnt query.

    A step with the output h scores v . tanh(W h + b): the additive attention of Bahdanau et al.
    [1]_ with one learnt query in the place of a decoder's state, as in Yang et al. [2]_.

    Parameters
    ----------
    size : int
        Of an output.

    References
    ----------
    .. [1] Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and
           translate", ICLR 2015.
    .. [2] Yang, Yang, Dyer, He, Smola and Hovy, "Hierarchical attention networks for document
           classification", NAACL 2016, equations 5 to 7.
    """

    def __init__(self, size: int):
        super().__init__()
        self.hidden = nn.Linear(size, size)
        self.query = nn.Parameter(torch.empty(size))

    def weights(self, outputs: Tensor, lengths: Tensor | None) -> Tensor:
        """Weights of the steps, (steps, batch, 1): they sum to one over the valid ones."""
        scores = (torch.tanh(self.hidden(outputs)) @ self.query)[..., None]
        if lengths is not None:
            scores = scores.masked_fill(~valid_steps(lengths, outputs), -torch.inf)
        return scores.softmax(0)

    def forward(self, outputs: Tensor, lengths: Tensor | None) -> Tensor:
        """Weighted mean; see `mean_over_steps`."""
        return (self.weights(outputs, lengths) * outputs).sum(0)

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator) -> None:
        """Glorot weights, and a query of zero: attention starts as the mean over the steps."""
        nn.init.xavier_uniform_(self.hidden.weight, generator=generator)
        nn.init.zeros_(self.hidden.bias)
        nn.init.zeros_(self.query)
