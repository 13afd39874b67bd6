"""Arguments of a call of the fused kernels: what does not fit together is refused."""

import torch
from torch import Tensor

from .cells import CELLS, Weights


def check_arguments(
    cell: str,
    x: Tensor,
    weights: Weights,
    sizes: Tensor | None,
    batch: int,
    state: tuple[Tensor, ...] | None,
    decays: Tensor | None,
) -> None:
    """Check arguments of `kernels.run_layer`, which says what they are.

    Raises
    ------
    ValueError
        If shapes or types do not fit one another: the kernels would read what is not theirs.
    """
    _check_weights(cell, weights)
    _check_input(x, weights, sizes, batch)
    _check_states(cell, x, weights.recurrent.shape[1], batch, state, decays)


def _check_weights(cell: str, weights: Weights) -> None:
    """Refuse weights that are not of some cell, or not as the kernels read them."""
    hidden, n_channels = weights.recurrent.shape[1], weights.input.shape[1]
    rows = CELLS[cell].n_gates * hidden
    expected = (rows, n_channels), (rows, hidden), (rows,), (rows,)
    for name, part, shape in zip(Weights._fields, weights, expected):
        if part.shape != shape or part.dtype is not torch.float32 or not part.is_cpu:
            raise ValueError(
                f"Expected weights.{name} of shape {shape} in float32 on the CPU for the cell "
                f"{cell!r}, got {tuple(part.shape)} in {part.dtype} on {part.device}."
            )


def _check_input(x: Tensor, weights: Weights, sizes: Tensor | None, batch: int) -> None:
    n_channels = weights.input.shape[1]
    if x.shape[-1] != n_channels or x.dtype is not torch.float32 or not x.is_cpu:
        raise ValueError(
            f"Expected an input of {n_channels} channels in float32 on the CPU, got "
            f"{x.shape[-1]} in {x.dtype} on {x.device}."
        )
    if sizes is not None:
        _check_sizes(sizes, x, batch)
    elif x.dim() != 3 or x.shape[1] != batch:
        raise ValueError(
            f"Expected an input of shape (steps, {batch}, {n_channels}), got {tuple(x.shape)}; "
            "packed rows need the sizes of their steps."
        )


def _check_sizes(sizes: Tensor, x: Tensor, batch: int) -> None:
    """Refuse sizes of steps that are not those of the rows."""
    if sizes.dtype is not torch.int64 or sizes.dim() != 1 or not sizes.is_contiguous():
        raise ValueError(
            f"Expected sizes of steps as one contiguous row of int64, got {sizes.dtype} of shape "
            f"{tuple(sizes.shape)} and strides {sizes.stride()}. Pack sequences with "
            "torch.nn.utils.rnn.pack_padded_sequence."
        )
    steps = sizes.tolist()
    falling = steps == sorted(steps, reverse=True) and steps[-1] > 0
    if x.dim() != 2 or not falling or steps[0] != batch or sum(steps) != x.shape[0]:
        raise ValueError(
            f"Expected {sum(steps)} rows, of steps of {batch} sequences at first and never more "
            f"than in the step before, got an input of shape {tuple(x.shape)} and the sizes "
            f"{_shortened(steps)}. No length may be above the number of time steps."
        )


def _shortened(numbers: list[int]) -> str:
    return str(numbers) if len(numbers) <= 10 else f"{numbers[:10]} and so on"


def _check_states(
    cell: str, x: Tensor, hidden: int, batch: int, state, decays: Tensor | None
) -> None:
    n_states = CELLS[cell].n_states
    if state is not None and len(state) != n_states:
        raise ValueError(
            f"Expected a state of {n_states} tensors for the cell {cell!r}, got {len(state)}."
        )
    for part in state or ():
        if part.shape != (batch, hidden):
            raise ValueError(
                f"Expected a state of shape {(batch, hidden)}, got {tuple(part.shape)}."
            )
    if decays is None:
        return
    expected = x.shape[:-1].numel(), hidden
    if decays.shape != expected or decays.dtype is not x.dtype:
        raise ValueError(
            f"Expected decays of shape {expected} in {x.dtype}, got {tuple(decays.shape)} in "
            f"{decays.dtype}."
        )
