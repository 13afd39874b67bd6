"""Dropout of the same units at all steps of a sequence."""

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from .layers import Dropout


class VariationalDropout(Dropout):
    """Drop the same units at all steps of a sequence, and others in each sequence.

    This is the dropout of the inputs of recurrent layers in Gal and Ghahramani [1]_. Their dropout
    of the state between steps is left out: the fused kernels run all steps in one call.

    References
    ----------
    .. [1] Gal and Ghahramani, "A theoretically grounded application of dropout in recurrent neural
           networks", NIPS 2016.
    """

    def forward(self, x: Tensor | PackedSequence, spared: int = 0) -> Tensor | PackedSequence:
        """Drop channels of the input of a layer.

        Parameters
        ----------
        x : Tensor of shape (steps, batch, channels), or PackedSequence
        spared : int
            Channels at the end that are never dropped.
        """
        if not self.training or self.p == 0:
            return x
        packed = isinstance(x, PackedSequence)
        batch = int(x.batch_sizes[0]) if packed else x.shape[1]
        rows = x.data if packed else x
        factors = super().forward(rows.new_ones(batch, rows.shape[-1]))
        factors[:, rows.shape[-1] - spared :] = 1.0
        if not packed:
            return x * factors
        # the rows of a step are those of the first, longest sequences
        sequences = torch.cat([torch.arange(size, device="cpu") for size in x.batch_sizes.tolist()])
        return x._replace(data=rows * factors[sequences.to(rows.device)])
