"""Fused CPU kernels: one call runs a recurrent layer over all time steps, forward or backward.

The recurrence and the large matrix products around it are ``recurrent_kernels.h``; they share their
threads, since those of torch's own products would spin beside them. The kernels are optional:
where they were not built, `chosen_set` returns None and layers run on torch's own.

Environment variable ``SKRNN_INSTRUCTION_SET``: "avx512", "avx2" or "baseline" forces one, "none"
switches the kernels off.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad
from torch.nn.utils.rnn import PackedSequence

from .cells import CELLS, Weights

try:
    from . import _kernels
except ImportError:
    _kernels = None

CELL_NUMBERS = {"rnn": 0, "rnn_relu": 1, "lstm": 2, "gru": 3}
LANES = 16  # floats in the widest vector; hidden sizes are padded to a multiple of it
# Below so many steps torch's own layers cost less, as benchmarks/layer.py shows.
FEWEST_STEPS = {"rnn": 8, "rnn_relu": 8, "lstm": 2, "gru": 3}
PRODUCT_WORK = 4e6  # multiply-adds above which the kernels' matrix product beats torch's
LARGEST_SCRATCH = 2**23  # floats that a thread keeps for the next call
SPLIT_WORK = 4e6  # multiply-adds of the recurrence above which a second thread pays


@cache
def chosen_set() -> tuple[int, str] | None:
    """Number and name of the instruction set in use, or None without kernels.

    Raises
    ------
    ValueError
        If ``SKRNN_INSTRUCTION_SET`` names a set that this processor or build does not have.
    """
    wanted = os.environ.get("SKRNN_INSTRUCTION_SET", "")
    if _kernels is None or wanted == "none":
        return None
    available = _kernels.instruction_sets()
    for number, name in available:
        if wanted in ("", name):
            return number, name
    names = [name for _, name in available]
    raise ValueError(f"SKRNN_INSTRUCTION_SET={wanted!r}: expected one of {names}, or 'none'.")


def is_faster(cell: str, x: Tensor | PackedSequence, recurrent: Tensor) -> bool:
    """Whether the fused kernels can run a layer, and are faster than torch's own.

    Parameters
    ----------
    cell : str
    x : Tensor of shape (steps, batch, channels), or PackedSequence
    recurrent : Tensor of shape (gates * hidden, hidden)
    """
    n_steps = len(x.batch_sizes) if isinstance(x, PackedSequence) else len(x)
    return n_steps >= FEWEST_STEPS[cell] and can_run(recurrent)


def can_run(weight: Tensor) -> bool:
    """Whether there are kernels for the precision and place of a weight."""
    return (
        weight.dtype == torch.float32 and weight.device.type == "cpu" and chosen_set() is not None
    )


@contextmanager
def on_threads(n_threads: int):
    """Run the kernels on some threads of their own, whatever the number of torch's."""
    before = getattr(_memory, "n_threads", None)
    _memory.n_threads = n_threads
    try:
        yield
    finally:
        _memory.n_threads = before


class Run(NamedTuple):
    """One direction of one layer over one batch.

    Attributes
    ----------
    cell : str
    sizes : Tensor of shape (steps,), or None
        Sequences that have each step, longest first; None if all have all steps.
    steps, batch : int
    reverse : bool
    """

    cell: str
    sizes: Tensor | None
    steps: int
    batch: int
    reverse: bool

    def previous_rows(self, n_rows: int) -> Tensor | slice:
        """Where, in ``states`` of `FusedLayer`, the state before each row stands."""
        if self.sizes is None:
            return slice(self.batch, None) if self.reverse else slice(n_rows)
        rows = torch.arange(n_rows)
        if not self.reverse:
            before = torch.cat([torch.tensor([self.batch]), self.sizes[:-1]])
            return self.batch + rows - before.repeat_interleave(self.sizes)
        position = rows - (self.sizes.cumsum(0) - self.sizes).repeat_interleave(self.sizes)
        after = torch.cat([self.sizes[1:], torch.tensor([0])]).repeat_interleave(self.sizes)
        following = self.batch + rows + self.sizes.repeat_interleave(self.sizes)
        return torch.where(position < after, following, position)


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
        dgates, dunreset, dstates = _backward(
            run, recurrent, kept, doutputs, dlast, ctx.has_state, (decays, ddecays)
        )
        previous = states[run.previous_rows(len(rows))]
        if decays is not None:
            previous, ddecays = previous * decays, _unpadded(ddecays, ctx.hidden)
        drecurrent, drecurrent_bias = _product(dgates, previous), dgates.sum(0)
        drows = None
        if dunreset is None:
            dinput, dinput_bias = _product(dgates, rows), drecurrent_bias
            if ctx.needs_input_grad[1]:
                drows = _multiply(dgates, input)
        else:  # GRU: the candidate's input projection does not pass the reset gate
            n = 2 * width
            dinput = torch.cat([_product(dgates[:, :n], rows), _product(dunreset, rows)])
            dinput_bias = torch.cat([drecurrent_bias[:n], dunreset.sum(0)])
            if ctx.needs_input_grad[1]:
                drows = _multiply(dgates[:, :n], input[:n])
                drows = _multiply(dunreset, input[n:], onto=drows)
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
        n_rows = len(self.gates)
        # in reverse over full sequences, the initial states come after the outputs
        return self.states[:n_rows] if _is_back_to_front(run) else self.states[run.batch :]

    def initial(self, run: Run) -> Tensor:
        n_rows = len(self.gates)
        return self.states[n_rows:] if _is_back_to_front(run) else self.states[: run.batch]


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
    steps = len(rows) // batch if sizes is None else len(sizes)
    h0, c0 = (*(state or ()), None, None)[:2]
    run = Run(cell, sizes, steps, batch, reverse)
    if torch.is_grad_enabled():
        return FusedLayer.apply(run, rows, *weights, h0, c0, decays)
    hidden = weights.recurrent.shape[1]
    decays = _widened(decays, hidden + -hidden % LANES)
    buffers = _forward(run, rows, _padded(weights), weights.recurrent, (h0, c0), False, decays)
    return tuple(_unpadded(x, hidden) for x in (buffers.outputs(run), *buffers.last))


def _forward(run, rows, weights: Weights, recurrent, state, keep: bool, decays) -> Kept:
    n_rows, n_gates = len(rows), CELLS[run.cell].n_gates
    width = weights.input.shape[0] // n_gates
    gates = None if keep else _scratch("gates", n_rows, n_gates * width)
    gates = _project(rows, weights.input, weights.input_bias, gates)
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
        (None,) * 7,
        () if decays is None else (decays, None),
    )
    return kept


def _backward(run, recurrent, kept: Kept, doutputs, dlast, has_state, decays):
    n_states = CELLS[run.cell].n_states
    width = kept.states.shape[1]
    dgates = _scratch("dgates", *kept.gates.shape)
    dunreset = _scratch("dunreset", len(kept.gates), width) if run.cell == "gru" else None
    dstates = tuple(kept.states.new_empty(run.batch, width) for _ in range(n_states))
    _call(
        run,
        True,
        True,
        width,
        recurrent,
        (
            kept.gates,
            kept.extra if len(kept.extra) else None,
            kept.outputs(run),
            None,
            kept.initial(run) if has_state[0] else None,
            kept.memory if has_state[1] else None,
            None,
            None,
        ),
        (doutputs, *(*dlast, None)[:2], dgates, dunreset, *(*dstates, None)[:2]),
        () if decays[0] is None else decays,
    )
    dstates = (*dstates, None)[:2]
    return dgates, dunreset, [d if has else None for d, has in zip(dstates, has_state)]


def _product(gradients: Tensor, values: Tensor) -> Tensor:
    """Gradient of weights, (gates, channels): gradients' * values, summed over rows."""
    n_rows, n_gates = gradients.shape
    width = values.shape[1]
    if width % LANES or not (gradients.is_contiguous() and values.is_contiguous()):
        return (values.t() @ gradients).t()  # for few channels much faster than gradients' first
    sums = values.new_empty(n_gates, width)
    cuts = _cuts(n_gates // LANES, n_rows * n_gates * width)
    head = chosen_set()[0], gradients.data_ptr(), n_gates, values.data_ptr(), width, n_rows
    _in_parallel(
        _kernels.weight_gradient,
        [(*head, LANES * begin, LANES * end, sums.data_ptr()) for begin, end in pairwise(cuts)],
    )
    return sums


def _project(rows: Tensor, weight: Tensor, bias: Tensor, out: Tensor | None) -> Tensor:
    """Rows times the transposed weights, plus bias, (n_rows, gates)."""
    n_rows, n_channels = rows.shape
    n_gates = len(weight)
    if n_rows * n_channels * n_gates < PRODUCT_WORK:
        return torch.addmm(bias, rows, weight.t(), out=out)
    if out is None:
        out = rows.new_empty(n_rows, n_gates)
    rows, weight, bias = rows.contiguous(), weight.contiguous(), bias.contiguous()
    _run_product(rows, weight, True, n_gates, bias, False, out)
    return out


def _multiply(a: Tensor, b: Tensor, onto: Tensor | None = None) -> Tensor:
    """Product of a and b, added in place to ``onto`` if there is one."""
    n_columns = b.shape[1]
    if n_columns % LANES or len(a) * b.numel() < PRODUCT_WORK or a.stride(1) != 1:
        return a @ b if onto is None else onto.addmm_(a, b)
    out = a.new_empty(len(a), n_columns) if onto is None else onto
    _run_product(a, b.contiguous(), False, n_columns, None, onto is not None, out)
    return out


def _run_product(a, b, transposed, n_columns, start, add, out) -> None:
    start = 0 if start is None else start.data_ptr()
    head = chosen_set()[0], a.data_ptr(), a.stride(0), a.shape[1], b.data_ptr(), transposed
    head = (*head, n_columns, start, add, out.data_ptr())
    cuts = _cuts(len(a), len(a) * b.numel())
    _in_parallel(_kernels.product, [(*head, begin, end) for begin, end in pairwise(cuts)])


def _scratch(name: str, n_rows: int, n_columns: int) -> Tensor:
    """Memory that is used again in the next call on this thread.

    A large new array costs more in page faults than the arithmetic on it; what is returned must
    not outlive the call.
    """
    size = n_rows * n_columns
    buffer = getattr(_memory, name, None)
    if buffer is None or buffer.numel() < size:
        with torch.inference_mode(False):  # so that it can be used in any mode
            buffer = torch.empty(size)
        if size <= LARGEST_SCRATCH:
            setattr(_memory, name, buffer)
    return buffer[:size].view(n_rows, n_columns)


_memory = threading.local()


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
    parts = _split_rows(run, n_gates * width * width * len(gates))
    _in_parallel(_kernels.run, [(*head, *sizes, *part, *addresses) for part in parts])


def _in_parallel(function, calls: list[tuple]) -> None:
    """Make calls on one thread each; the last of them on this one."""
    others = [_pool().submit(function, *call) for call in calls[:-1]]
    function(*calls[-1])
    for other in others:
        other.result()


def _cuts(n_parts: int, work: float) -> list[int]:
    """Bounds of as many shares of some parts as there are threads worth using."""
    allowed = getattr(_memory, "n_threads", None) or torch.get_num_threads()
    n_threads = max(1, min(allowed, int(work / SPLIT_WORK), n_parts))
    return [n_parts * i // n_threads for i in range(n_threads + 1)]


def _split_rows(run: Run, work: float) -> list[tuple[int, int]]:
    """Ranges of rows of a batch, one a thread, with about the same number of time steps."""
    cuts = _cuts(run.batch, work)
    if run.sizes is not None and len(cuts) > 2:
        rows = torch.arange(run.batch + 1)
        done = torch.minimum(run.sizes[:, None], rows).sum(0)  # time steps of the rows before
        shares = done[-1] * torch.arange(len(cuts)) / (len(cuts) - 1)
        cuts = torch.searchsorted(done, shares).tolist()
    return [(begin, end) for begin, end in pairwise(cuts) if begin < end]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_name_prefix="skrnn")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork


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
