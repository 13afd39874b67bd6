"""Training data as tensors on the device, handed out in batches by index."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

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


def batches_by_length(
    n_samples: int, batch_size: int, lengths: Tensor | np.ndarray | None
) -> Iterator[Tensor]:
    """Cut all samples into batches for evaluation, ragged ones in the order of their lengths."""
    if lengths is None:
        order = torch.arange(n_samples, device="cpu")
    else:
        lengths = lengths.cpu() if isinstance(lengths, Tensor) else lengths
        order = torch.from_numpy(np.argsort(np.asarray(lengths), kind="stable"))
    return iter(order.split(batch_size))


def in_batches(
    evaluate: Callable[[Tensor | slice], Tensor],
    n_samples: int,
    batch_size: int,
    lengths: Tensor | np.ndarray | None,
) -> Tensor:
    """Evaluate all samples a batch at a time, ragged ones in the order of their lengths.

    Parameters
    ----------
    evaluate : callable
        Takes an index of samples and returns their outputs, (n, n_outputs) or (n, T, K), on the
        CPU; T may be cut to the longest of these samples.
    n_samples, batch_size : int
    lengths : array of shape (n_samples,), or None

    Returns
    -------
    Tensor of shape (n_samples, n_outputs) or (n_samples, T, K)
        In the order of the samples; those of each step are padded to the longest sequence of all.
    """
    if n_samples <= batch_size:
        return evaluate(slice(None))
    batches = list(batches_by_length(n_samples, batch_size, lengths))
    parts = [evaluate(index) for index in batches]
    longest = max(part.shape[1] for part in parts)
    missing = [(0, 0) * (part.dim() - 2) + (0, longest - part.shape[1]) for part in parts]
    padded = [nn.functional.pad(*pair) for pair in zip(parts, missing)]
    return torch.cat(padded)[torch.cat(batches).argsort()]
