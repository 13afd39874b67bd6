"""Training data as tensors on the device, handed out in batches by index."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

BUCKET = 16  # batches whose sequences are sorted by length together


# Keyword arguments of a network's input ("values", "lengths" where ragged) and, where samples are
# weighted, "weights"; and the targets.
Batch = tuple[dict[str, Tensor], Tensor]


@dataclass(frozen=True)
class ResidentData:
    """All sequences and targets in one tensor each.

    Attributes
    ----------
    values : Tensor of shape (n_samples, n_timesteps, n_channels)
    lengths : Tensor of shape (n_samples,), or None
    targets : Tensor of shape (n_samples, ...)
        Where there is one for each time step, padded as the loss expects it.
    weights : Tensor of shape (n_samples,), or None
    """

    values: Tensor
    lengths: Tensor | None
    targets: Tensor
    weights: Tensor | None = None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, index: Tensor) -> Batch:
        """Gather one batch, cut to its longest sequence."""
        inputs = take_sequences(self.values, self.lengths, index)
        if self.weights is not None:
            inputs["weights"] = self.weights[index]
        return inputs, self.targets[index]


def take_sequences(values: Tensor, lengths: Tensor | None, index: Tensor) -> dict[str, Tensor]:
    """Gather sequences and cut them to the longest of them; no lengths if all are equal."""
    if lengths is None:
        return {"values": values[index]}
    taken = lengths[index]
    longest = int(taken.max())
    inputs = {"values": values[index, :longest]}
    if int(taken.min()) < longest:
        inputs["lengths"] = taken
    return inputs


def shuffled_batches(
    n_samples: int, batch_size: int, lengths: Tensor | None, generator: torch.Generator
) -> list[Tensor]:
    """Cut a random permutation into batches.

    Ragged sequences are sorted by length within groups of batches first, so that a batch holds
    sequences of similar length and little padding; the batches then come in random order.
    """
    order = torch.randperm(n_samples, generator=generator, device="cpu")
    if lengths is None:
        return list(order.split(batch_size))
    lengths = lengths.cpu()
    groups = order.split(batch_size * BUCKET)
    sorted_groups = [group[lengths[group].argsort(stable=True)] for group in groups]
    batches = [batch for group in sorted_groups for batch in group.split(batch_size)]
    return [batches[i] for i in torch.randperm(len(batches), generator=generator, device="cpu")]


def batches_by_length(n_samples: int, batch_size: int, lengths: Tensor | None) -> Iterator[Tensor]:
    """Cut all samples into batches for evaluation, ragged ones in the order of their lengths."""
    if lengths is None:
        order = torch.arange(n_samples, device="cpu")
    else:
        order = torch.from_numpy(np.argsort(lengths.cpu().numpy(), kind="stable"))
    return iter(order.split(batch_size))
