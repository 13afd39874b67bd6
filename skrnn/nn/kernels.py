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
from .kernel_arguments import check_arguments
from .products import LANES, multiply, project, weight_gradient
from .threads import cuts, in_parallel, scratch

CELL_NUMBERS = {"rnn": 0, "rnn_relu": 1, "lstm": 2, "gru": 3}
# Below so many steps torch's own layers cost less, as benchmarks/layer.py shows.
FEWEST_STEPS = {"rnn": 8, "rnn_relu": 8, "lstm": 2, "gru": 3}
# Of torch's layers only the LSTM shares a step among threads. That pays from so many multiply-adds
# of a step on (LARGE_STEP), if those of all steps are enough to make up for what surrounds the
# layer (LEAST_WORK), and few enough that the kernels gain less by sharing the rows (SMALL_BATCH).
LARGE_STEP, LEAST_WORK, SMALL_BATCH = 5e5, 1e7, 3e8
FEW_ROWS, LARGE_HIDDEN = 32, 256  # rows are too few to share where a step is that large
FEW_CHANNELS = 32  # up to which the kernels project the input themselves, as they need it


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
    return few_and_large or (step >= LARGE_STEP and LEAST_WORK <= step * n_steps < SMALL_BATCH)


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
    hidden, width : int
        Units, and units rounded up to whole vectors, which all buffers have; the surplus ones have
        no influence on the others.
    reverse : bool
    """

    cell: str
    sizes: Tensor | None
    shape: tuple[int, ...]
    rows: int
    steps: int
    batch: int
    hidden: int
    width: int
    reverse: bool

    def outputs(self, states: Tensor) -> Tensor:
        """The states after each row, of ``states`` as in `Arrays`."""
        rows = (self.batch, 1) if len(self.shape) == 2 else (1,)  # from one index to the next
        strides = (*(self.width * n for n in rows), 1)
        return states.as_strided((*self.shape, self.hidden), strides, self.width * self.batch)


class Arrays(NamedTuple):
    """All arrays of a call: those of `Arguments` in kernels.cpp after the numbers, in its order.

    Contiguous, in float32 but for `sizes`; what they are is said there.
    """

    sizes: Tensor | None
    x: Tensor | None
    input: Tensor | None
    recurrent: Tensor
    input_bias: Tensor | None
    recurrent_bias: Tensor | None
    gates: Tensor | None
    extra: Tensor | None
    states: Tensor
    h0: Tensor | None = None
    c0: Tensor | None = None
    decays: Tensor | None = None
    last_h: Tensor | None = None
    last_c: Tensor | None = None
    doutputs: Tensor | None = None
    dlast_h: Tensor | None = None
    dlast_c: Tensor | None = None
    dgates: Tensor | None = None
    dh0: Tensor | None = None
    dc0: Tensor | None = None
    ddecays: Tensor | None = None
    dinput: Tensor | None = None
    drecurrent: Tensor | None = None
    dinput_bias: Tensor | None = None
    drecurrent_bias: Tensor | None = None


# How many gates, the last ones, have another gradient in the input projection than in the recurrent
# product: the input of the GRU's candidate does not pass the reset gate.
ALONE = {"rnn": 0, "rnn_relu": 0, "lstm": 0, "gru": 1}


class FusedLayer(torch.autograd.Function):
    """A layer in one direction, in float32, over rows or (steps, batch, ...) as `run_layer`."""

    @staticmethod
    def forward(ctx, run, x, input, recurrent, input_bias, recurrent_bias, h0, c0, decays):
        """Compute outputs and last states (batch, hidden)."""
        weights = Weights(input, recurrent, input_bias, recurrent_bias)
        keep = any(ctx.needs_input_grad)
        results, kept = _forward(run, x, weights, h0, c0, decays, keep)
        if keep:
            ctx.run, ctx.has_state = run, (h0 is not None, c0 is not None)
            ctx.set_materialize_grads(False)
            ctx.save_for_backward(*kept)
        return results

    @staticmethod
    def backward(ctx, *gradients):
        """Gradients of everything that `forward` took."""
        # the guard against second derivatives costs 5 µs, so only where they may follow
        if torch.is_grad_enabled():
            return once_differentiable(_backward)(ctx, *gradients)
        return _backward(ctx, *gradients)


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

    Raises
    ------
    ValueError
        If shapes or types do not fit one another: the kernels would read what is not theirs.
    """
    check_arguments(cell, x, weights, sizes, batch, state, decays)
    shape, hidden = x.shape[:-1], weights.recurrent.shape[1]
    n_rows, width = shape.numel(), hidden + -hidden % LANES
    steps = n_rows // batch if sizes is None else sizes.shape[0]
    h0, c0 = (*(part.to(x) for part in state or ()), None, None)[:2]
    run = Run(cell, sizes, shape, n_rows, steps, batch, hidden, width, reverse)
    if torch.is_grad_enabled():
        return FusedLayer.apply(run, x, *weights, h0, c0, decays)
    return _forward(run, x, weights, h0, c0, decays, False)[0]


def _forward(run, x, weights: Weights, h0, c0, decays, keep: bool):
    """Compute outputs and last states, and what `_backward` needs where it is to be kept."""
    n_rows, width, (_, n_gates, n_states) = run.rows, run.width, CELLS[run.cell]
    x, weights = x.contiguous(), Weights(*(part.contiguous() for part in weights))
    h0, c0, decays = _widened(h0, width), _widened(c0, width), _widened(decays, width)
    few, gates, extra = x.shape[-1] <= FEW_CHANNELS, None, None
    if keep and n_gates > 1:
        gates, extra = x.new_empty(n_rows, n_gates * width), x.new_empty(n_rows, width)
    states = x.new_empty(n_rows + run.batch, width)
    last = [x.new_empty(run.batch, width) for _ in range(n_states)]
    kept = x, weights.input, weights.recurrent, gates, extra, states, c0, decays
    if not few:
        if gates is None:
            gates = scratch("gates", n_rows, n_gates * width)
        input, bias = _padded(weights.input, run), _padded(weights.input_bias, run)
        project(x.flatten(0, -2), input, bias, gates)
        x, weights = None, weights._replace(input=None, input_bias=None)
    arrays = Arrays(run.sizes, x, *weights, gates, extra, states, h0, c0, decays, *last)
    _call(run, False, keep, arrays)
    results = run.outputs(states), *(_unpadded(state, run) for state in last)
    return results, kept if keep else None


def _backward(ctx, doutputs, *dlast):
    run = ctx.run
    x, input, recurrent, gates, extra, states, c0, decays = ctx.saved_tensors
    width, n_gates, n_channels = run.width, CELLS[run.cell].n_gates, input.shape[1]
    n_alone, few, new = width * ALONE[run.cell], n_channels <= FEW_CHANNELS, states.new_empty
    dgates = scratch("dgates", run.rows, n_gates * width + n_alone)
    dstates = [new(run.batch, width) if has else None for has in ctx.has_state]
    ddecays = None if decays is None else torch.empty_like(decays)
    dweights = Weights(  # never one array: what scales gradients in place must not meet it twice
        input=new(n_gates * width, n_channels) if few else None,
        recurrent=new(n_gates * width, width),
        input_bias=new(n_gates * width),
        recurrent_bias=new(n_gates * width),
    )
    if doutputs is not None:
        doutputs = _widened(doutputs.flatten(0, -2), width)
    dlast = (*(_widened(part, width) for part in dlast), None)[:2]
    arrays = Arrays(
        sizes=run.sizes,
        x=x if few else None,
        input=None,
        recurrent=recurrent,
        input_bias=None,
        recurrent_bias=None,
        gates=gates,
        extra=extra,
        states=states,
        c0=c0,
        decays=decays,
        doutputs=doutputs,
        dlast_h=dlast[0],
        dlast_c=dlast[1],
        dgates=dgates,
        dh0=dstates[0],
        dc0=dstates[1],
        ddecays=ddecays,
        dinput=dweights.input,
        drecurrent=dweights.recurrent,
        dinput_bias=dweights.input_bias,
        drecurrent_bias=dweights.recurrent_bias,
    )
    _call(run, True, True, arrays)
    dinput, dx = _input_gradients(run, x, input, dgates, not few, ctx.needs_input_grad[1])
    if not few:
        dweights = dweights._replace(input=dinput)
    if width > run.hidden:
        dweights = _cut(dweights, run)
        *dstates, ddecays = (_unpadded(part, run) for part in (*dstates, ddecays))
    return None, dx, *dweights, *dstates, ddecays


def _input_gradients(
    run: Run, x: Tensor, input: Tensor, dgates: Tensor, of_weights: bool, of_x: bool
) -> tuple[Tensor | None, Tensor | None]:
    """Gradients of the input's weights and of the input, from those of their product."""
    n_alone, dinput, dx = run.width * ALONE[run.cell], None, None
    dgates = _of_inputs(dgates, run)
    if of_weights:
        dinput = weight_gradient(dgates, x.flatten(0, -2))
        dinput = dinput.roll(-n_alone, 0) if n_alone else dinput
    if of_x:
        input = _padded(input, run)
        dx = multiply(dgates, input.roll(n_alone, 0) if n_alone else input)
        dx = dx.view(*run.shape, input.shape[1])
    return dinput, dx


def _call(run: Run, backward: bool, keep: bool, arrays: Arrays) -> None:
    """Run all rows of the batch and then, backward, gates; on several threads if it pays."""
    width, n_gates = run.width, CELLS[run.cell].n_gates
    n_channels = 0 if arrays.x is None else arrays.x.shape[-1]
    head = (chosen_set()[0], CELL_NUMBERS[run.cell], backward, run.reverse, keep)
    head = (*head, run.steps, run.batch, run.hidden, width, n_channels)
    addresses = [0 if array is None else array.data_ptr() for array in arrays]
    work = n_gates * width * width * run.rows
    rows, gates = _split_rows(run, work), [(0, 0)]
    if backward:
        gates = list(pairwise(LANES * cut for cut in cuts(n_gates * width // LANES, work)))
    if len(rows) == len(gates) == 1:
        _kernels.run(*head, *rows[0], *gates[0], *addresses)
        return
    in_parallel(_kernels.run, [(*head, *part, 0, 0, *addresses) for part in rows])
    if backward:
        in_parallel(_kernels.run, [(*head, 0, 0, *part, *addresses) for part in gates])


def _of_inputs(dgates: Tensor, run: Run) -> Tensor:
    """Gradients of the input projections, those of the gates that stand alone first."""
    return dgates.narrow(1, 0, CELLS[run.cell].n_gates * run.width)


def _split_rows(run: Run, work: float) -> list[tuple[int, int]]:
    """Ranges of rows of a batch, one a thread, with about the same number of time steps."""
    bounds = cuts(run.batch, work)
    if run.sizes is not None and len(bounds) > 2:
        rows = torch.arange(run.batch + 1, device="cpu")
        done = torch.minimum(run.sizes[:, None], rows).sum(0)  # time steps of the rows before
        # in whole numbers: float32 would round large ones, and leave rows out or add one
        shares = done[-1] * torch.arange(len(bounds), device="cpu") // (len(bounds) - 1)
        bounds = torch.searchsorted(done, shares).tolist()
    return [(begin, end) for begin, end in pairwise(bounds) if begin < end]


def _padded(x: Tensor, run: Run) -> Tensor:
    """Weights of the input, each gate padded to whole vectors."""
    if run.width == run.hidden:
        return x
    gates = x.reshape(-1, run.hidden, *x.shape[1:])
    return pad(gates, (0,) * (2 * x.dim() - 2) + (0, run.width - run.hidden)).flatten(0, 1)


def _cut(gradients: Weights, run: Run) -> Weights:
    """Undo `_padded` in gradients."""
    cut = [x.view(-1, run.width, *x.shape[1:])[:, : run.hidden].flatten(0, 1) for x in gradients]
    return Weights(*cut)._replace(recurrent=cut[1][:, : run.hidden])


def _widened(x: Tensor | None, width: int) -> Tensor | None:
    """Rows padded to whole vectors."""
    if x is None:
        return None
    return pad(x, (0, width - x.shape[1])) if x.shape[1] < width else x.contiguous()


def _unpadded(x: Tensor | None, run: Run) -> Tensor | None:
    return x if x is None or run.width == run.hidden else x[:, : run.hidden]
