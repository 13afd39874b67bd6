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
from .products import LANES, multiply, project, weight_gradient
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
        return len(x.batch_sizes) >= FEWEST_STEPS[cell] and can_run(recurrent)
    n_steps, batch = x.shape[:2]
    if n_steps < FEWEST_STEPS[cell] or not can_run(recurrent):
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
    rows, steps, batch : int
        Rows are those of all steps together.
    reverse : bool
    """

    cell: str
    sizes: Tensor | None
    rows: int
    steps: int
    batch: int
    reverse: bool

    def previous_rows(self) -> Tensor | slice:
        """Where, in ``states`` of `FusedLayer`, the state before each row stands."""
        if self.sizes is None:
            return slice(self.batch, None) if self.reverse else slice(self.rows)
        rows = torch.arange(self.rows)
        if not self.reverse:
            before = torch.cat([torch.tensor([self.batch]), self.sizes[:-1]])
            return self.batch + rows - before.repeat_interleave(self.sizes)
        position = rows - (self.sizes.cumsum(0) - self.sizes).repeat_interleave(self.sizes)
        after = torch.cat([self.sizes[1:], torch.tensor([0])]).repeat_interleave(self.sizes)
        following = self.batch + rows + self.sizes.repeat_interleave(self.sizes)
        return torch.where(position < after, following, position)


# Of how many gates, the last ones, the gradient of the input projection differs from that of the
# recurrent product: the GRU's candidate's input does not pass the reset gate.
ALONE = {"rnn": 0, "rnn_relu": 0, "lstm": 0, "gru": 1}


class FusedLayer(torch.autograd.Function):
    """A layer in one direction, on packed rows of float32.

    All buffers are padded to `width` units, which are zero throughout.
    """

    @staticmethod
    def forward(ctx, run, rows, input, recurrent, input_bias, recurrent_bias, h0, c0, decays):
        """Compute outputs (n_rows, hidden) and last states (batch, hidden)."""
        hidden = recurrent.shape[1]
        weights = _padded(Weights(input, recurrent, input_bias, recurrent_bias))
        keep = any(ctx.needs_input_grad)
        decays = _widened(decays, hidden + -hidden % LANES)
        buffers = _forward(run, rows, weights, recurrent, (h0, c0), keep, decays)
        if keep:
            ctx.run, ctx.hidden, ctx.has_state = run, hidden, (h0 is not None, c0 is not None)
            ctx.set_materialize_grads(False)
            ctx.save_for_backward(rows, weights.input, recurrent, *buffers[:4], decays)
        return tuple(_unpadded(x, hidden) for x in (buffers.outputs(run), *buffers.last))

    @staticmethod
    @once_differentiable
    def backward(ctx, doutputs, *dlast):
        """Gradients of everything that `forward` took."""
        rows, input, recurrent, gates, extra, states, memory, decays = ctx.saved_tensors
        kept = Kept(gates, extra, states, memory, ())
        run, width = ctx.run, input.shape[0] // CELLS[ctx.run.cell].n_gates
        doutputs, *dlast = (_widened(x, width) for x in (doutputs, *dlast))
        ddecays = None if decays is None else torch.empty_like(decays)
        dgates, dstates = _backward(
            run, recurrent, kept, doutputs, dlast, ctx.has_state, (decays, ddecays)
        )
        previous = states[run.previous_rows()]
        if decays is not None:
            previous, ddecays = previous * decays, _unpadded(ddecays, ctx.hidden)
        # The last gates with a recurrent gradient of their own have that of their inputs first.
        n_alone = width * ALONE[run.cell]
        of_inputs = slice(0, input.shape[0])
        drecurrent = weight_gradient(dgates[:, n_alone:], previous)
        dinput = weight_gradient(dgates[:, of_inputs], rows)
        if n_alone:
            dinput = dinput.roll(-n_alone, 0)
        sums = dgates.sum(0)
        drecurrent_bias = sums[n_alone:]
        # always a copy: what scales gradients in place must not meet one memory twice
        dinput_bias = sums[of_inputs].roll(-n_alone)
        drows = None
        if ctx.needs_input_grad[1]:
            drows = multiply(dgates[:, of_inputs], input.roll(n_alone, 0) if n_alone else input)
        gradients = Weights(dinput, drecurrent, dinput_bias, drecurrent_bias)
        dstates = (x if x is None else _unpadded(x, ctx.hidden) for x in dstates)
        return None, drows, *_cut(gradients, width, ctx.hidden), *dstates, ddecays


class Kept(NamedTuple):
    """What forward computes and backward needs; the last states besides."""

    gates: Tensor  # (n_rows, gates * width), activated
    extra: Tensor  # (n_rows, width), or empty
    states: Tensor  # (n_rows + batch, width): the outputs, and before them the initial ones
    memory: Tensor  # (batch, width): initial memory of an LSTM, or empty
    last: tuple[Tensor, ...]  # each (batch, width)

    def outputs(self, run: Run) -> Tensor:
        # in reverse over full sequences, the initial states come after the outputs
        return self.states[: run.rows] if _is_back_to_front(run) else self.states[run.batch :]

    def initial(self, run: Run) -> Tensor:
        return self.states[run.rows :] if _is_back_to_front(run) else self.states[: run.batch]


def _is_back_to_front(run: Run) -> bool:
    return run.reverse and run.sizes is None


def run_layer(
    cell: str,
    rows: Tensor,
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
    rows : Tensor of shape (n_rows, channels)
        Time steps of all sequences, packed as in ``torch.nn.utils.rnn.PackedSequence``.
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
    outputs : Tensor of shape (n_rows, hidden)
    *state : Tensor of shape (batch, hidden)
        State after the last step run.
    """
    n_rows = rows.shape[0]  # not len(rows), a call of several µs
    steps = n_rows // batch if sizes is None else sizes.shape[0]
    h0, c0 = (*(state or ()), None, None)[:2]
    run = Run(cell, sizes, n_rows, steps, batch, reverse)
    if torch.is_grad_enabled():
        return FusedLayer.apply(run, rows, *weights, h0, c0, decays)
    hidden = weights.recurrent.shape[1]
    decays = _widened(decays, hidden + -hidden % LANES)
    buffers = _forward(run, rows, _padded(weights), weights.recurrent, (h0, c0), False, decays)
    return tuple(_unpadded(x, hidden) for x in (buffers.outputs(run), *buffers.last))


def _forward(run, rows, weights: Weights, recurrent, state, keep: bool, decays) -> Kept:
    n_rows, n_gates = run.rows, CELLS[run.cell].n_gates
    width = weights.input.shape[0] // n_gates
    gates = None if keep else scratch("gates", n_rows, n_gates * width)
    gates = project(rows, weights.input, weights.input_bias, gates)
    has_extra = keep and run.cell in ("lstm", "gru")
    states = rows.new_empty(n_rows + run.batch, width)
    kept = Kept(
        gates,
        rows.new_empty(n_rows if has_extra else 0, width),
        states,
        rows.new_empty(0) if state[1] is None else _widened(state[1], width),
        tuple(rows.new_empty(run.batch, width) for _ in range(CELLS[run.cell].n_states)),
    )
    initial = kept.initial(run)
    if state[0] is None:
        initial.zero_()
    else:
        initial[:, : state[0].shape[1]] = state[0]
        initial[:, state[0].shape[1] :] = 0
    last = (*kept.last, None)[:2]
    _call(
        run,
        False,
        keep,
        width,
        recurrent,
        (
            gates,
            kept.extra if has_extra else None,
            kept.outputs(run),
            weights.recurrent_bias,
            None if state[0] is None else initial,
            None if state[1] is None else kept.memory,
            *last,
        ),
        (None,) * 6,
        () if decays is None else (decays, None),
    )
    return kept


def _backward(run, recurrent, kept: Kept, doutputs, dlast, has_state, decays):
    n_states = CELLS[run.cell].n_states
    width = kept.states.shape[1]
    dgates = scratch("dgates", run.rows, kept.gates.shape[1] + width * ALONE[run.cell])
    dstates = tuple(kept.states.new_empty(run.batch, width) for _ in range(n_states))
    _call(
        run,
        True,
        True,
        width,
        recurrent,
        (
            kept.gates,
            kept.extra if CELLS[run.cell].n_gates > 1 else None,
            kept.outputs(run),
            None,
            kept.initial(run) if has_state[0] else None,
            kept.memory if has_state[1] else None,
            None,
            None,
        ),
        (doutputs, *(*dlast, None)[:2], dgates, *(*dstates, None)[:2]),
        () if decays[0] is None else decays,
    )
    dstates = (*dstates, None)[:2]
    return dgates, [d if has else None for d, has in zip(dstates, has_state)]


def _call(run, backward, keep, width, recurrent, forward_arrays, backward_arrays, decays) -> None:
    """Pack the recurrent weights and run all rows of the batch, on several threads if it pays."""
    number, _ = chosen_set()
    n_gates = CELLS[run.cell].n_gates
    recurrent = recurrent.contiguous()
    packed = recurrent.new_empty(n_gates * width * width)
    _kernels.pack(
        number,
        backward,
        recurrent.data_ptr(),
        n_gates,
        recurrent.shape[1],
        width,
        packed.data_ptr(),
    )
    gates, extra, outputs, *others = forward_arrays
    arrays = (run.sizes, gates, extra, outputs, packed, *others, *backward_arrays, *decays)
    addresses = [0 if x is None else x.data_ptr() for x in arrays]
    head = (number, CELL_NUMBERS[run.cell], backward, run.reverse, keep)
    sizes = (run.steps, run.batch, width)
    parts = _split_rows(run, n_gates * width * width * run.rows)
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
