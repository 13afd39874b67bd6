"""Fused CPU kernels: one call runs a recurrent layer over all time steps, forward or backward.

The recurrence and the large matrix products around it are ``recurrent_kernels.h``; they share their
threads, since those of torch's own products would spin beside them. The kernels are optional:
where they were not built, `chosen_set` returns None and layers run on torch's own.
"""

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad
from torch.nn.utils.rnn import PackedSequence

from .cells import CELLS, Weights
from .instruction_sets import _kernels, can_run, chosen_set
from .products import LANES, input_gradient, multiply, project, weight_gradient
from .threads import cuts, in_parallel, scratch

CELL_NUMBERS = {"rnn": 0, "rnn_relu": 1, "lstm": 2, "gru": 3}
# Below so many steps torch's own layers cost less, as benchmarks/layer.py shows.
FEWEST_STEPS = {"rnn": 8, "rnn_relu": 8, "lstm": 2, "gru": 3}
# Of torch's layers only the LSTM shares a step among threads. Multiply-adds of a step from which
# that pays, and of all steps up to which it gains more than the kernels do by sharing the rows.
LARGE_STEP, SMALL_BATCH = 5e5, 3e8
FEW_ROWS, LARGE_HIDDEN = 32, 256  # rows are too few to share where a step is that large


def is_faster(cell: str, x: Tensor | PackedSequence, recurrent: Tensor) -> bool:
    """Whether the fused kernels can run a layer, and are faster than torch's own.

    On one thread of torch's, as in training by this package, that does not depend on how many the
    kernels have.

    Parameters
    ----------
    cell : str
    x : Tensor of shape (steps, batch, channels), or PackedSequence
    recurrent : Tensor of shape (gates * hidden, hidden)
    """
    if isinstance(x, PackedSequence):
        return len(x.batch_sizes) >= FEWEST_STEPS[cell] and can_run(recurrent, x.data)
    n_steps, batch = x.shape[:2]
    if n_steps < FEWEST_STEPS[cell] or batch == 0 or not can_run(recurrent, x):
        return False
    return (
        cell != "lstm"
        or torch.get_num_threads() == 1
        or not _lstm_of_torch_is_faster(n_steps, batch, recurrent)
    )


def _lstm_of_torch_is_faster(n_steps: int, batch: int, recurrent: Tensor) -> bool:
    """Whether torch's LSTM gains more by its several threads than the kernels would."""
    step = batch * recurrent.numel()
    few_and_large = batch <= FEW_ROWS and recurrent.shape[1] >= LARGE_HIDDEN
    return few_and_large or (step >= LARGE_STEP and step * n_steps < SMALL_BATCH)


class Run(NamedTuple):
    """One direction of one layer over one batch.

    Attributes
    ----------
    cell : str
    sizes : Tensor of shape (steps,), or None
        Sequences that have each step, longest first; None if all have all steps.
    shape : tuple of int
        Of the input and the outputs, but for their channels: (steps, batch) or (rows,).
    rows, steps, batch : int
        Rows are those of all steps together.
    reverse : bool
    """

    cell: str
    sizes: Tensor | None
    shape: tuple[int, ...]
    rows: int
    steps: int
    batch: int
    reverse: bool

    def previous(self, states: Tensor) -> Tensor:
        """The state before each row, of ``states`` as in `Kept`."""
        if self.sizes is None:
            return states.narrow(0, self.batch if self.reverse else 0, self.rows)
        rows = torch.arange(self.rows)
        if not self.reverse:
            before = torch.cat([torch.tensor([self.batch]), self.sizes[:-1]])
            return states[self.batch + rows - before.repeat_interleave(self.sizes)]
        position = rows - (self.sizes.cumsum(0) - self.sizes).repeat_interleave(self.sizes)
        after = torch.cat([self.sizes[1:], torch.tensor([0])]).repeat_interleave(self.sizes)
        following = self.batch + rows + self.sizes.repeat_interleave(self.sizes)
        return states[torch.where(position < after, following, position)]

    def outputs(self, states: Tensor) -> Tensor:
        """The states after each row."""
        return states.narrow(0, 0 if self._is_back_to_front() else self.batch, self.rows)

    def initial(self, states: Tensor) -> Tensor:
        """The states before the first step."""
        return states.narrow(0, self.rows if self._is_back_to_front() else 0, self.batch)

    def _is_back_to_front(self) -> bool:
        # in reverse over full sequences, the initial states come after the outputs
        return self.reverse and self.sizes is None


# Of how many gates, the last ones, the gradient of the input projection differs from that of the
# recurrent product: the GRU's candidate's input does not pass the reset gate.
ALONE = {"rnn": 0, "rnn_relu": 0, "lstm": 0, "gru": 1}
NOTHING_BACK = (None,) * 6  # in place of the arrays that only backward has


class FusedLayer(torch.autograd.Function):
    """A layer in one direction, in float32, over rows or (steps, batch, ...) as `run_layer`.

    All buffers are padded to `width` units; the surplus ones have no influence on the others.
    """

    @staticmethod
    def forward(ctx, run, x, input, recurrent, input_bias, recurrent_bias, h0, c0, decays):
        """Compute outputs and last states (batch, hidden)."""
        weights = Weights(input, recurrent, input_bias, recurrent_bias)
        keep = any(ctx.needs_input_grad)
        results, saved = _forward(run, x, weights, (h0, c0), decays, keep)
        if keep:
            ctx.run, ctx.has_state = run, (h0 is not None, c0 is not None)
            ctx.set_materialize_grads(False)
            ctx.save_for_backward(*saved)
        return results

    @staticmethod
    def backward(ctx, *gradients):
        """Gradients of everything that `forward` took."""
        # the guard against second derivatives costs 5 µs, so only where they may follow
        if torch.is_grad_enabled():
            return once_differentiable(_gradients)(ctx, *gradients)
        return _gradients(ctx, *gradients)


def _gradients(ctx, doutputs, *dlast):
    x, input, recurrent, decays, *kept = ctx.saved_tensors
    run, kept, hidden = ctx.run, Kept(*kept), recurrent.shape[1]
    rows = x if x.dim() == 2 else x.flatten(0, 1)
    width = kept.states.shape[1]
    if doutputs is not None:
        doutputs = _widened(doutputs.flatten(0, -2), width)
    dlast = [_widened(x, width) for x in dlast]
    ddecays = None if decays is None else torch.empty_like(decays)
    dgates, dstates = _backward(
        run, recurrent, kept, doutputs, dlast, ctx.has_state, (decays, ddecays)
    )
    previous = run.previous(kept.states)
    if decays is not None:
        previous, ddecays = previous * decays, _unpadded(ddecays, hidden)
    # The last gates with a recurrent gradient of their own have that of their inputs first.
    n_alone, n_gates = width * ALONE[run.cell], input.shape[0]
    drecurrent = weight_gradient(dgates.narrow(1, n_alone, n_gates), previous)
    dinput, dinput_bias, drecurrent_bias = input_gradient(dgates, n_alone, rows)
    dx = None
    if ctx.needs_input_grad[1]:
        dx = multiply(dgates.narrow(1, 0, n_gates), input.roll(n_alone, 0) if n_alone else input)
        dx = dx.view(*run.shape, dx.shape[1])
    gradients = Weights(dinput, drecurrent, dinput_bias, drecurrent_bias)
    dstates = (x if x is None else _unpadded(x, hidden) for x in dstates)
    return None, dx, *_cut(gradients, width, hidden), *dstates, ddecays


class Kept(NamedTuple):
    """What forward computes and backward needs."""

    gates: Tensor  # (n_rows, gates * width), activated
    extra: Tensor | None  # (n_rows, width), of a GRU or LSTM
    states: Tensor  # (n_rows + batch, width): the outputs, and before them the initial ones
    memory: Tensor | None  # (batch, width): given initial memory of an LSTM


def run_layer(
    cell: str,
    x: Tensor,
    weights: Weights,
    sizes: Tensor | None,
    batch: int,
    reverse: bool,
    state: tuple[Tensor, ...] | None = None,
    decays: Tensor | None = None,
) -> tuple[Tensor, ...]:
    """Run one direction of a layer with the fused kernels.

    Parameters
    ----------
    cell : {"rnn", "rnn_relu", "lstm", "gru"}
    x : Tensor of shape (steps, batch, channels) or (n_rows, channels)
        Rows are the time steps of all sequences, packed as in
        ``torch.nn.utils.rnn.PackedSequence``.
    weights : Weights
    sizes : Tensor of shape (steps,), or None
        Sequences that have each step, longest first; None if all have all steps.
    batch : int
    reverse : bool
        Run from each sequence's last step to its first.
    state : tuple of Tensor of shape (batch, hidden), optional
        Initial state, zero if left out.
    decays : Tensor of shape (n_rows, hidden), optional
        Factors of the state, and of an LSTM's memory, before each step.

    Returns
    -------
    outputs : Tensor of shape (steps, batch, hidden) or (n_rows, hidden), as `x`
    *state : Tensor of shape (batch, hidden)
        State after the last step run.
    """
    shape = x.shape[:-1]
    n_rows = shape.numel()
    steps = n_rows // batch if sizes is None else sizes.shape[0]
    h0, c0 = (*(part.to(x.dtype) for part in state or ()), None, None)[:2]
    run = Run(cell, sizes, shape, n_rows, steps, batch, reverse)
    if torch.is_grad_enabled():
        return FusedLayer.apply(run, x, *weights, h0, c0, decays)
    return _forward(run, x, weights, (h0, c0), decays, False)[0]


def _forward(run, x, weights: Weights, state, decays, keep: bool):
    """Compute outputs and last states, and what `_gradients` needs where it is to be kept."""
    rows = x if x.dim() == 2 else x.flatten(0, 1)
    n_rows, (_, n_gates, n_states) = run.rows, CELLS[run.cell]
    recurrent, hidden = weights.recurrent.contiguous(), weights.recurrent.shape[1]
    weights = _padded(weights)
    width = weights.input.shape[0] // n_gates
    decays = _widened(decays, width)
    gates = None if keep else scratch("gates", n_rows, n_gates * width)
    gates = project(rows, weights.input, weights.input_bias, gates)
    extra = rows.new_empty(n_rows, width) if keep and n_gates > 1 else None
    states = rows.new_empty(n_rows + run.batch, width)
    outputs, initial, memory = run.outputs(states), None, _widened(state[1], width)
    if state[0] is not None:
        initial = run.initial(states)
        initial.copy_(_widened(state[0], width))
    elif keep:  # for the gradient of the recurrent weights
        run.initial(states).zero_()
    last = tuple(rows.new_empty(run.batch, width) for _ in range(n_states))
    arrays = (gates, extra, outputs, recurrent, weights.recurrent_bias.contiguous(), initial)
    arrays = (*arrays, memory, *(*last, None)[:2], *NOTHING_BACK, decays, None)
    _call(run, False, keep, hidden, width, arrays)
    outputs = _unpadded(outputs, hidden).view(*run.shape, hidden)
    results = outputs, *(_unpadded(state, hidden) for state in last)
    kept = Kept(gates, extra, states, memory)
    return results, (x, weights.input, recurrent, decays, *kept) if keep else None


def _backward(run, recurrent, kept: Kept, doutputs, dlast, has_state, decays):
    n_states = CELLS[run.cell].n_states
    gates, extra, states, memory = kept
    width = states.shape[1]
    dgates = scratch("dgates", run.rows, gates.shape[1] + width * ALONE[run.cell])
    dstates = tuple(states.new_empty(run.batch, width) for _ in range(n_states))
    initial = run.initial(states) if has_state[0] else None
    arrays = (gates, extra, run.outputs(states), recurrent, None, initial, memory, None, None)
    arrays = (*arrays, doutputs, *(*dlast, None)[:2], dgates, *(*dstates, None)[:2], *decays)
    _call(run, True, True, recurrent.shape[1], width, arrays)
    return dgates, [d if has else None for d, has in zip((*dstates, None), has_state)]


def _call(run, backward, keep, hidden, width, arrays) -> None:
    """Run all rows of the batch, on several threads if it pays.

    The arrays are those of a Job in kernels.cpp, in its order, and contiguous.
    """
    addresses = [0 if x is None else x.data_ptr() for x in (run.sizes, *arrays)]
    head = (chosen_set()[0], CELL_NUMBERS[run.cell], backward, run.reverse, keep)
    sizes = (run.steps, run.batch, hidden, width)
    parts = _split_rows(run, CELLS[run.cell].n_gates * width * width * run.rows)
    in_parallel(_kernels.run, [(*head, *sizes, *part, *addresses) for part in parts])


def _split_rows(run: Run, work: float) -> list[tuple[int, int]]:
    """Ranges of rows of a batch, one a thread, with about the same number of time steps."""
    bounds = cuts(run.batch, work)
    if run.sizes is not None and len(bounds) > 2:
        rows = torch.arange(run.batch + 1)
        done = torch.minimum(run.sizes[:, None], rows).sum(0)  # time steps of the rows before
        shares = done[-1] * torch.arange(len(bounds)) / (len(bounds) - 1)
        bounds = torch.searchsorted(done, shares).tolist()
    return [(begin, end) for begin, end in pairwise(bounds) if begin < end]


def _padded(weights: Weights) -> Weights:
    """Weights with each gate padded to whole vectors; the recurrent ones are padded in packing."""
    hidden = weights.recurrent.shape[1]
    surplus = -hidden % LANES
    if not surplus:
        return weights

    def widen(x):
        gates = x.reshape(-1, hidden, *x.shape[1:])
        return pad(gates, (0,) * (2 * x.dim() - 2) + (0, surplus)).flatten(0, 1)

    return weights._replace(
        input=widen(weights.input),
        input_bias=widen(weights.input_bias),
        recurrent_bias=widen(weights.recurrent_bias),
    )


def _cut(gradients: Weights, width: int, hidden: int) -> Weights:
    """Undo `_padded` in gradients."""
    if width == hidden:
        return gradients
    cut = [x.view(-1, width, *x.shape[1:])[:, :hidden].flatten(0, 1) for x in gradients]
    return Weights(*cut)._replace(recurrent=cut[1][:, :hidden])


def _widened(x: Tensor | None, width: int) -> Tensor | None:
    """Rows padded to whole vectors."""
    if x is None:
        return None
    return pad(x, (0, width - x.shape[1])) if x.shape[1] < width else x.contiguous()


def _unpadded(x: Tensor, hidden: int) -> Tensor:
    return x if x.shape[1] == hidden else x[:, :hidden]
