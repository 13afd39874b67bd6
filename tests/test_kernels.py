"""The fused kernels against the reference cells, for each instruction set.

CI sets SKRNN_REQUIRE_KERNELS, so that kernels which were silently not built fail the suite.
"""

import os
import runpy
import subprocess
import sys
import sysconfig
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.autograd import forward_ad
from torch.nn.utils import prune
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils._pytree import tree_map_only

from skrnn.nn import instruction_sets, kernels, products, threads
from skrnn.nn.cells import CELLS, Weights, unroll
from skrnn.nn.decay import DecayingLayer
from skrnn.nn.instruction_sets import chosen_set
from skrnn.nn.layers import TORCH_LAYERS, RecurrentLayer

SETS = [] if kernels._kernels is None else kernels._kernels.instruction_sets()
needs_kernels = pytest.mark.skipif(
    chosen_set() is None, reason="the kernels were not built, or are switched off"
)


def test_kernels_were_built_where_they_must_be():
    if os.environ.get("SKRNN_REQUIRE_KERNELS"):
        assert SETS, "the kernels were not built"
        assert "baseline" in [name for _, name in SETS]


@pytest.mark.parametrize("is_free_threaded", [False, True])
def test_wheels_have_the_limited_api_where_there_is_one(monkeypatch, is_free_threaded):
    """Else setuptools refuses it before the kernels, which are optional, are begun."""
    setuptools, given = pytest.importorskip("setuptools", "77"), {}
    monkeypatch.setattr(setuptools, "setup", lambda **options: given.update(options))
    read = sysconfig.get_config_var
    fake = {"Py_GIL_DISABLED": is_free_threaded}
    monkeypatch.setattr(sysconfig, "get_config_var", lambda name: fake.get(name, read(name)))
    runpy.run_path(str(Path(__file__).parents[1] / "setup.py"))
    wheel = setuptools.Distribution(given).get_command_obj("bdist_wheel")
    wheel.ensure_finalized()
    assert bool(wheel.py_limited_api) == (not is_free_threaded)
    (extension,) = given["ext_modules"]
    assert extension.py_limited_api == bool(extension.define_macros) == (not is_free_threaded)


@pytest.fixture(params=SETS or [None], ids=lambda s: s and s[1])
def instruction_set(request, monkeypatch):
    name = request.param[1]
    monkeypatch.setenv("SKRNN_INSTRUCTION_SET", name)
    monkeypatch.setattr(products, "PRODUCT_WORK", 0)  # the kernels' products for all sizes
    chosen_set.cache_clear()
    assert chosen_set() == request.param
    yield name
    chosen_set.cache_clear()


def draw(generator, *shape):
    return torch.from_numpy(generator.normal(size=shape).astype(np.float32))


def make_case(cell, steps, batch, channels, hidden, seed):
    """Weights, input, lengths (longest first, the longest complete) and initial state."""
    generator = np.random.default_rng(seed)
    n = CELLS[cell].n_gates * hidden
    shapes = ((n, channels), (n, hidden), (n,), (n,))
    scale = 0.8 / np.sqrt(hidden)
    weights = Weights(*(draw(generator, *shape) * scale for shape in shapes))
    lengths = np.sort(generator.integers(1, steps + 1, size=batch))[::-1].copy()
    lengths[0] = steps
    state = tuple(draw(generator, batch, hidden) for _ in range(CELLS[cell].n_states))
    return weights, draw(generator, steps, batch, channels), torch.from_numpy(lengths), state


def by_kernel(cell, weights, x, lengths, state, reverse, decays=None):
    batch = x.shape[1]
    if lengths is None:
        values, sizes = x, None
        decays = None if decays is None else decays.flatten(0, 1)
    else:
        packed = pack_padded_sequence(x, lengths)
        values, sizes = packed.data, packed.batch_sizes
        decays = None if decays is None else pack_padded_sequence(decays, lengths).data
    outputs, *last = kernels.run_layer(cell, values, weights, sizes, batch, reverse, state, decays)
    if lengths is None:
        return outputs, *last
    return pad_packed_sequence(packed._replace(data=outputs))[0], *last


def by_reference(cell, weights, x, lengths, state, reverse, decays=None):
    hidden = weights.recurrent.shape[1]
    if state is None:
        state = (x.new_zeros(x.shape[1], hidden),) * CELLS[cell].n_states
    cell = CELLS[cell]
    if decays is not None:
        x, cell = torch.cat([x, decays], dim=-1), decaying(cell, hidden)
    outputs, last = unroll(cell, x, state, weights, lengths, reverse)
    return outputs, *last


def decaying(cell, hidden):
    """A cell whose input ends with factors of its state."""

    def step(x, state, weights):
        x, decay = x[:, :-hidden], x[:, -hidden:]
        return cell.step(x, tuple(decay * part for part in state), weights)

    return cell._replace(step=step)


def assert_same(cell, case, ragged, reverse, with_state, with_decays=False):
    """Outputs to 1e-5 and gradients to 1e-4 of float64, relative to the largest."""
    weights, x, lengths, state = case
    lengths = lengths if ragged else None
    decays = draw(np.random.default_rng(1), *x.shape[:2], state[0].shape[1]).sigmoid()
    results = []
    for run, dtype in ((by_kernel, torch.float32), (by_reference, torch.float64)):
        leaves = [v.to(dtype).requires_grad_() for v in (x, *weights, *state)]
        given_state = tuple(leaves[5:]) if with_state else None
        factors = decays.to(dtype).requires_grad_() if with_decays else None
        given = Weights(*leaves[1:5]), leaves[0], lengths, given_state, reverse, factors
        outputs = run(cell, *given)
        generator = np.random.default_rng(0)
        loss = sum((out * draw(generator, *out.shape)).sum() for out in outputs)
        used = (leaves if with_state else leaves[:5]) + ([factors] if with_decays else [])
        results.append((outputs, torch.autograd.grad(loss, used)))
    for tolerance, got, expected in zip((1e-5, 1e-4), *results):
        for a, b in zip(got, expected):
            difference = (a.double() - b).abs().max() if b.numel() else torch.zeros(())
            assert difference <= tolerance * max(1.0, b.abs().max())


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("hidden", [1, 7, 16, 33, 64])
@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
@pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])
def test_kernel_is_the_unrolled_cell(instruction_set, cell, hidden, ragged, reverse):
    # few, which the kernels project themselves, or many, in whole vectors or not
    channels = {1: 1, 7: 35, 16: 32, 33: 3}.get(hidden, 48)
    case = make_case(cell, steps=6, batch=19, channels=channels, hidden=hidden, seed=hidden)
    assert_same(cell, case, ragged, reverse, with_state=ragged == reverse)


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("hidden", [7, 32])
@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
@pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])
def test_state_decays_before_each_step(instruction_set, cell, hidden, ragged, reverse):
    case = make_case(cell, steps=6, batch=19, channels=3, hidden=hidden, seed=hidden)
    assert_same(cell, case, ragged, reverse, with_state=ragged != reverse, with_decays=True)


@needs_kernels
@settings(max_examples=60, deadline=None)
@given(
    cell=st.sampled_from(list(CELLS)),
    steps=st.integers(1, 40),
    batch=st.integers(1, 70),
    channels=st.integers(1, 40),
    hidden=st.integers(1, 70),
    ragged=st.booleans(),
    reverse=st.booleans(),
    with_state=st.booleans(),
    with_decays=st.booleans(),
    seed=st.integers(0, 1000),
)
@example("lstm", 3, 150, 2, 130, True, True, True, False, 0)  # more rows than one block
@example("lstm", 3, 150, 2, 130, True, True, True, True, 0)
def test_kernel_is_the_unrolled_cell_for_any_shape(
    cell, steps, batch, channels, hidden, ragged, reverse, with_state, with_decays, seed
):
    case = make_case(cell, steps, batch, channels, hidden, seed)
    assert_same(cell, case, ragged, reverse, with_state, with_decays)


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("channels", [3, 40])
def test_without_gradients_outputs_are_the_same(cell, channels, instruction_set):
    weights, x, lengths, state = make_case(cell, 9, 12, channels, 20, 0)
    trained = by_kernel(cell, Weights(*(w.requires_grad_() for w in weights)), x, lengths, state, 0)
    with torch.no_grad():
        inferred = by_kernel(cell, weights, x, lengths, state, 0)
    assert all(torch.equal(a, b) for a, b in zip(trained, inferred))


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
def test_extreme_values_are_those_of_the_reference(cell, instruction_set):
    """In outputs and gradients, but those of the input weights, where zero times infinity is."""
    weights, x, _, state = make_case(cell, steps=3, batch=7, channels=2, hidden=20, seed=0)
    finite = (-1e10, -200.0, 200.0, 1e10)
    for sequence, extreme in enumerate(
        finite if cell == "rnn_relu" else (-np.inf, *finite, np.inf)
    ):
        x[1, sequence] = torch.tensor([extreme, 0.0])
    results = []
    for run in (by_kernel, by_reference):
        leaves = [v.clone().requires_grad_() for v in (x, *weights)]
        outputs = run(cell, Weights(*leaves[1:]), leaves[0], None, state, False)
        loss = sum(out.square().sum() for out in outputs)
        gradients = torch.autograd.grad(loss, leaves)
        results.append([*outputs, *(g for i, g in enumerate(gradients) if i != 1)])
    for a, b in zip(*results):
        assert b.isfinite().all()
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-4)


@needs_kernels
def test_gates_are_precise(instruction_set):
    """To 5e-7, several times what float32 can do: errors of gates add up over long sequences."""
    x = torch.linspace(-12, 12, 20_001)[None, :, None]
    zero, batch = torch.zeros(1), x.shape[1]
    weights = Weights(torch.ones(1, 1), zero[:, None], zero, zero)
    outputs, _ = kernels.run_layer("rnn", x, weights, None, batch, False)
    assert (outputs - x.double().tanh()).abs().max() < 5e-7
    # an open candidate, whose input gate is all of the memory
    biases = torch.tensor([0.0, -40, 40, 40])
    input = torch.tensor([[1.0], [0], [0], [0]])
    weights = Weights(input, torch.zeros(4, 1), biases, torch.zeros(4))
    _, _, memory = kernels.run_layer("lstm", x, weights, None, batch, False)
    assert (memory - x[0].double().sigmoid()).abs().max() < 5e-7


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bits", [0x7FC00000, 0x7FFFFFFF])
def test_what_is_not_a_number_shows(cell, instruction_set, bits):
    weights, x, _, state = make_case(cell, steps=3, batch=7, channels=2, hidden=20, seed=0)
    expected = by_kernel(cell, weights, x, None, state, False)
    x[1, 6, 1] = torch.tensor(np.array(bits, np.uint32).view(np.float32))
    for a, b in zip(by_kernel(cell, weights, x, None, state, False), expected):
        assert a[..., 6, :].isnan().any()
        torch.testing.assert_close(a[..., :6, :], b[..., :6, :])  # and in no other sequence


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
def test_mixed_precision_is_torch_s(cell, ragged):
    layer = RecurrentLayer(cell, 3, 16)
    x = draw(np.random.default_rng(0), 9, 4, 3)
    if ragged:
        x = pack_padded_sequence(x, torch.tensor([9, 7, 5, 2]))
    with torch.autocast("cpu", torch.bfloat16):
        (outputs, _), (expected, _) = layer(x), layer.core(x)
    if ragged:
        outputs, expected = outputs.data, expected.data
    torch.testing.assert_close(outputs, expected)


LAYERS = [partial(RecurrentLayer, "gru", 3, 16), partial(DecayingLayer, "gru", 2, 16, 1)]
by_torch = pytest.mark.filterwarnings("ignore")  # those of torch's own layers, and tracers


@by_torch
@pytest.mark.parametrize("make", LAYERS, ids=["plain", "decaying"])
@pytest.mark.parametrize("how", ["traced", "exported"])
def test_recorded_layers_compute_what_they_are_given_later(make, how):
    layer, (x, other) = make(), draw(np.random.default_rng(0), 2, 9, 4, 3)
    if how == "traced":
        recorded = torch.jit.trace(layer, (x,), check_trace=False)
    else:
        recorded = torch.export.export(layer, (x,)).module()
    torch.testing.assert_close(recorded(other)[0], layer(other)[0])


@by_torch
@pytest.mark.parametrize("make", LAYERS, ids=["plain", "decaying"])
def test_fake_tensors_have_no_memory_to_run_on(make):
    layer, x = make(), torch.ones(9, 4, 3)
    mode = FakeTensorMode(allow_non_fake_inputs=True)
    assert layer(mode.from_tensor(x))[0].shape == (9, 4, 16)
    with mode, torch.no_grad():
        assert layer(x)[0].shape == (9, 4, 16)


class Wrapper(torch.Tensor):
    """A tensor that holds another, as distributed ones do, and has no memory."""

    @staticmethod
    def __new__(cls, inner):
        return torch.Tensor._make_wrapper_subclass(cls, inner.shape, inner.stride())

    def __init__(self, inner):
        self.inner = inner

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        args, kwargs = tree_map_only(cls, lambda x: x.inner, (args, kwargs or {}))
        return tree_map_only(torch.Tensor, cls, function(*args, **kwargs))


@by_torch
@pytest.mark.parametrize("make", LAYERS, ids=["plain", "decaying"])
def test_tensors_without_memory_run_on_torch(make):
    layer, x = make(), draw(np.random.default_rng(0), 9, 4, 3)
    with torch.no_grad():
        torch.testing.assert_close(layer(Wrapper(x))[0].inner, layer(x)[0])


@by_torch
@pytest.mark.parametrize("make", LAYERS, ids=["plain", "decaying"])
@pytest.mark.parametrize("needs_gradients", [False, True])
def test_forward_mode_derives_through_layers(make, needs_gradients):
    layer, (x, v) = make(), draw(np.random.default_rng(0), 2, 9, 4, 3)

    def run(x):
        return layer(x)[0].sum()

    expected = (torch.autograd.grad(run(x.requires_grad_()), x)[0] * v).sum()
    with torch.set_grad_enabled(needs_gradients), forward_ad.dual_level():
        tangent = forward_ad.unpack_dual(run(forward_ad.make_dual(x, v))).tangent
    torch.testing.assert_close(tangent, expected)


@by_torch
@pytest.mark.parametrize("make", LAYERS, ids=["plain", "decaying"])
def test_functional_derivatives_go_through_layers(make):
    layer, x = make(), draw(np.random.default_rng(0), 9, 4, 3)

    def run(x):
        return layer(x)[0].sum((1, 2))

    expected = torch.autograd.functional.jacobian(run, x)
    torch.testing.assert_close(torch.func.jacrev(run)(x), expected)
    torch.testing.assert_close(torch.func.grad(lambda x: run(x).sum())(x), expected.sum(0))


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (torch._C, "_len_torch_dispatch_stack"),
        (torch._C._functorch, "peek_interpreter_stack"),
        (forward_ad, "_current_level"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_torch_without_its_private_names_runs_its_own_layers(monkeypatch, module, name):
    """Slow is better than broken, or than wrong where somebody follows."""
    layer, x = RecurrentLayer("gru", 3, 16), draw(np.random.default_rng(0), 9, 4, 3)
    expected = layer(x)[0]
    with monkeypatch.context() as context:
        context.delattr(module, name)
        assert instruction_sets.find_signs() is None
    monkeypatch.setattr(instruction_sets, "_signs", None)
    assert not instruction_sets.can_run(x)
    torch.testing.assert_close(layer(x)[0], expected)


@pytest.mark.parametrize("cell", CELLS)
def test_an_empty_batch_stays_empty(cell):
    for layer in (RecurrentLayer(cell, 3, 16), DecayingLayer(cell, 2, 16, 1)):
        for dtype in (torch.float32, torch.float64):
            outputs, state = layer.to(dtype)(torch.zeros(9, 0, 3, dtype=dtype))
            assert outputs.shape == (9, 0, 16)
            assert state[0].shape == (0, 16)
            outputs.sum().backward()


def test_other_threads_end_before_an_error_is_raised():
    begun, ended = threading.Event(), []

    def work(number):
        if number == 1:
            begun.wait()
            raise MemoryError
        begun.set()
        time.sleep(0.2)
        ended.append(number)

    with pytest.raises(MemoryError):
        threads.in_parallel(work, [(0,), (1,)])
    assert ended == [0]


def test_other_threads_end_before_an_interrupt_is_raised(monkeypatch):
    """Also one while this thread waits for them: they would write to what is freed."""
    begun, ended, waits = threading.Event(), [], []

    def work(number):
        if number == 1:
            begun.wait()
            return
        begun.set()
        time.sleep(0.2)
        ended.append(number)

    def interrupted_once(futures):
        waits.append(len(futures))
        if len(waits) == 1:
            raise KeyboardInterrupt
        return wait(futures)

    monkeypatch.setattr(threads, "wait", interrupted_once)
    with pytest.raises(KeyboardInterrupt):
        threads.in_parallel(work, [(0,), (1,)])
    assert (ended, waits) == ([0], [1, 1])


@pytest.mark.parametrize("n_begun", [0, 1])
def test_calls_are_made_here_where_no_thread_can_be_begun(monkeypatch, n_begun):
    """Each once, though the executor has queued one before it fails to begin a thread."""
    real, started, made = threading.Thread.start, [], []

    def start(thread):
        started.append(thread)
        if len(started) > n_begun:
            raise RuntimeError("can't start new thread")
        real(thread)

    def work(number):
        time.sleep(0.05)
        made.append(number)

    with ThreadPoolExecutor(3) as pool:
        monkeypatch.setattr(threads, "_pool", lambda: pool)
        monkeypatch.setattr(threading.Thread, "start", start)
        threads.in_parallel(work, [(0,), (1,), (2,), (3,)])
        assert sorted(made) == [0, 1, 2, 3]
    assert len(made) == 4


def test_calls_are_made_at_the_end_of_a_program():
    """Where a thread goes on after the main one, Python begins no others."""
    program = """
import threading
from skrnn.nn.threads import in_parallel

def later():
    threading.main_thread().join()
    in_parallel(print, [("a",), ("b",)])

threading.Thread(target=later).start()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert sorted(done.stdout.split()) == ["a", "b"]
    assert not done.stderr


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("ragged", [False, True], ids=["full", "ragged"])
@pytest.mark.parametrize("channels", [3, 48])
def test_threads_change_nothing(monkeypatch, cell, ragged, channels):
    monkeypatch.setattr(threads, "SPLIT_WORK", 1)
    weights, x, lengths, state = make_case(cell, 9, 37, channels, 20, 0)
    results = []
    for n_threads in (1, 2, 5):
        monkeypatch.setattr(torch, "get_num_threads", lambda n=n_threads: n)
        leaves = [v.detach().clone().requires_grad_() for v in (x, *weights)]
        args = Weights(*leaves[1:]), leaves[0], lengths if ragged else None, state, False
        outputs = by_kernel(cell, *args)
        loss = sum(out.square().sum() for out in outputs)
        results.append([*outputs, *torch.autograd.grad(loss, leaves)])
    for other in results[1:]:
        for a, b in zip(results[0], other):
            assert torch.equal(a, b)


def test_threads_share_all_rows_of_very_many_steps(monkeypatch):
    """In float32 the steps of all rows would be rounded, here to more than there are."""
    monkeypatch.setattr(torch, "get_num_threads", lambda: 7)
    sizes = torch.tensor([833] * 2926 + [55])
    rows = int(sizes.sum())
    run = kernels.Run("gru", sizes, (rows,), rows, len(sizes), 833, 16, 16, False)
    parts = kernels._split_rows(run, 1e12)
    assert len(parts) == 7
    assert (parts[0][0], parts[-1][1]) == (0, 833)
    assert all(end == begin for (_, end), (begin, _) in pairwise(parts))


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("lengths", [None, (5, 2, 7, 1)], ids=["full", "ragged"])
def test_layer_is_torch_s(instruction_set, monkeypatch, cell, lengths):
    """Same weights, both directions, unsorted lengths, initial state: the fallback agrees."""
    torch_layer = TORCH_LAYERS[cell](3, 10, bidirectional=True)
    layer = RecurrentLayer(cell, 3, 10, bidirectional=True)
    layer.core.load_state_dict(torch_layer.state_dict())
    generator = np.random.default_rng(0)
    x = draw(generator, 7, 4, 3)
    state = tuple(draw(generator, 4, 20) for _ in range(CELLS[cell].n_states))
    if lengths is not None:
        x = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    monkeypatch.setattr(kernels, "is_faster", lambda *args: True)
    fused, fused_state = layer(x, state)
    monkeypatch.setattr(kernels, "is_faster", lambda *args: False)
    plain, plain_state = layer(x, state)
    if lengths is not None:
        fused, plain = fused.data, plain.data
    for a, b in zip((fused, *fused_state), (plain, *plain_state)):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("n_steps", [1, 9])
def test_hooks_of_the_torch_layer_are_called(cell, n_steps):
    """Pruning is one, which makes the weights anew; else they were those of the step before."""
    layer, called = RecurrentLayer(cell, 3, 16), []
    x = draw(np.random.default_rng(0), n_steps, 4, 3).requires_grad_()
    layer.core.register_forward_hook(lambda *_: called.append("forward"))
    layer.core.register_full_backward_hook(lambda *_: called.append("backward"))
    prune.l1_unstructured(layer.core, "weight_ih_l0", 0.5)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        layer(x)[0].square().sum().backward()
        optimizer.step()
    assert called == 2 * ["forward", "backward"]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("given", [False, True], ids=["from zero", "given state"])
def test_a_single_step_is_torch_s(cell, bidirectional, given):
    layer = RecurrentLayer(cell, 3, 10, bidirectional=bidirectional)
    generator = np.random.default_rng(0)
    x = draw(generator, 1, 4, 3).requires_grad_()
    n_directions, n_states = layer.n_directions, CELLS[cell].n_states
    state = of_torch = None
    if given:
        of_torch = tuple(draw(generator, n_directions, 4, 10) for _ in range(n_states))
        state = tuple(torch.cat(tuple(part), dim=1) for part in of_torch)
    outputs, new_state = layer(x, state)
    expected, last = layer.core(x, of_torch if cell == "lstm" or not given else of_torch[0])
    torch.testing.assert_close(outputs, expected)
    for part, other in zip(new_state, last if cell == "lstm" else (last,), strict=True):
        torch.testing.assert_close(part, torch.cat(tuple(other), dim=1))
    leaves = [x, *layer.parameters()]
    ours = torch.autograd.grad(outputs.square().sum(), leaves)
    for a, b in zip(ours, torch.autograd.grad(expected.square().sum(), leaves), strict=True):
        torch.testing.assert_close(a, b)


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("channels", [3, 48])
def test_layers_share_a_graph(cell, channels):
    """What one keeps for its gradients survives the others, with gradients or without."""
    stack = torch.nn.ModuleList(
        [RecurrentLayer(cell, channels, 24, bidirectional=True), RecurrentLayer(cell, 48, 16)]
    )
    x = draw(np.random.default_rng(0), 9, 4, channels).requires_grad_()
    assert kernels.is_faster(cell, x, stack[0].core.weight_hh_l0)
    outputs = stack[1](stack[0](x)[0])[0]
    expected = stack[1].core(stack[0].core(x)[0])[0]
    with torch.no_grad():
        stack[0](torch.full_like(x, 7.0))
    leaves = [x, *stack.parameters()]
    ours = torch.autograd.grad(outputs.square().sum(), leaves)
    for a, b in zip(ours, torch.autograd.grad(expected.square().sum(), leaves), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
def test_shapes_that_do_not_fit_are_refused(cell):
    weights, x, _, state = make_case(cell, 9, 4, 3, 16, 0)
    wrong = [
        ("channels", (x[..., :2], state, None)),
        ("state", (x, tuple(part[:1] for part in state), None)),
        ("state", (x, (*state[:-1], state[-1][:, :7]), None)),
        ("state of . tensors", (x, state[:-1], None)),
        ("state of . tensors", (x, (*state, state[0]), None)),
        ("decays", (x, state, x.new_ones(9 * 4, 15))),
    ]
    for message, (values, initial, decays) in wrong:
        with pytest.raises(ValueError, match=f"^Expected .*{message}.*, got"):
            kernels.run_layer(cell, values, weights, None, 4, False, initial, decays)


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
def test_weights_that_do_not_fit_are_refused(cell):
    """The kernels know no shapes, and would read beyond what is too short."""
    weights, x, _, _ = make_case(cell, 9, 4, 3, 16, 0)
    wrong = [
        weights._replace(input=weights.input[:-1]),
        weights._replace(input=weights.input.half()),
        weights._replace(recurrent=weights.recurrent[:-1]),
        weights._replace(input_bias=weights.input_bias[:-1]),
        weights._replace(recurrent_bias=weights.recurrent_bias.double()),
        weights._replace(recurrent_bias=weights.recurrent_bias.to("meta")),
    ]
    for others in wrong:
        with pytest.raises(ValueError, match=r"^Expected weights\..* of shape .* float32 .*, got"):
            kernels.run_layer(cell, x, others, None, 4, False)
    (other,) = {"lstm", "gru"} - {cell} if cell in ("lstm", "gru") else {"lstm"}
    with pytest.raises(ValueError, match=f"for the cell '{other}'"):
        kernels.run_layer(other, x, weights, None, 4, False)


@needs_kernels
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sizes: sizes + 1, "Expected .* rows, of steps of 4 sequences"),
        (lambda sizes: sizes[:-1], "Expected .* rows"),
        (lambda sizes: torch.cat([sizes, sizes[:1] * 0]), "Expected .* rows"),
        (lambda sizes: sizes.flip(0), "Expected .* rows"),
        (lambda sizes: sizes.int(), "one contiguous row of int64"),
        (lambda sizes: sizes.repeat_interleave(2)[::2], "one contiguous row of int64"),
        (lambda sizes: sizes[:, None], "one contiguous row of int64"),
    ],
)
def test_packed_sizes_that_do_not_fit_are_refused(change, message):
    layer = RecurrentLayer("gru", 3, 8)
    packed = pack_padded_sequence(torch.zeros(9, 4, 3), torch.tensor([9, 7, 4, 4]))
    weights, sizes = layer.weights(), change(packed.batch_sizes)
    with pytest.raises(ValueError, match=message):
        kernels.run_layer("gru", packed.data, weights, sizes, 4, False)


@needs_kernels
def test_input_of_another_precision_or_form_is_refused():
    weights, x, _, state = make_case("gru", 9, 4, 3, 16, 0)
    for values in (x.double(), x.to("meta"), x.flatten(0, 1), x[:, :3]):
        with pytest.raises(ValueError, match="Expected an input of .*, got"):
            kernels.run_layer("gru", values, weights, None, 4, False)
    with pytest.raises(ValueError, match="Expected decays of shape .* in torch.float32, got"):
        kernels.run_layer("gru", x, weights, None, 4, False, state, torch.ones(36, 16).double())


@pytest.mark.parametrize("make", LAYERS, ids=["plain", "decaying"])
@pytest.mark.parametrize("n_steps", [1, 9])
def test_a_sequence_without_a_batch_is_refused(make, n_steps):
    with pytest.raises(ValueError, match=r"\(steps, batch, channels\), got .*x.unsqueeze\(1\)"):
        make()(torch.zeros(n_steps, 3))


@needs_kernels
def test_kernels_of_an_unknown_cell_fail():
    """An output that nothing was written to is no result; nor is it a lack of memory."""
    with pytest.raises(RuntimeError, match="the kernels failed: unknown cell"):
        kernels._kernels.run(chosen_set()[0], 9, *([0] * 36))


@needs_kernels
def test_python_and_c_agree_on_the_arguments():
    n_numbers = 13  # before the arrays: kernels.cpp
    assert n_numbers + len(kernels.Arrays._fields) == kernels._kernels.N_ARGUMENTS


@needs_kernels
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("hidden", [10, 16], ids=["padded", "whole"])
def test_gradients_have_memory_of_their_own(cell, hidden):
    """Clipping scales them in place, and would scale what is shared twice."""
    layer = RecurrentLayer(cell, 3, hidden)
    x = draw(np.random.default_rng(0), 9, 4, 3)
    assert kernels.is_faster(cell, x, layer.core.weight_hh_l0)
    layer(x)[0].sum().backward()
    gradients = [parameter.grad for parameter in layer.parameters()]
    assert len({gradient.untyped_storage().data_ptr() for gradient in gradients}) == 4
    before = [gradient.clone() for gradient in gradients]
    layer(x)[0].sum().backward()
    for gradient, once in zip(gradients, before):
        torch.testing.assert_close(gradient, 2 * once)


@needs_kernels
@pytest.mark.parametrize(
    ("cell", "shape", "hidden", "n_threads", "expected"),
    [
        ("lstm", (10, 128), 100, 2, False),  # large steps, but few
        ("lstm", (10, 128), 100, 1, True),
        ("lstm", (10, 17), 100, 2, True),  # hardly more than what surrounds the layer
        ("gru", (10, 128), 100, 2, True),
        ("lstm", (50, 128), 128, 2, True),  # enough for the kernels to share the rows
        ("lstm", (100, 17), 32, 2, True),  # small steps
        ("lstm", (500, 2), 512, 2, False),  # too few rows to share
    ],
)
def test_torch_takes_lstms_that_it_shares_better(
    cell, shape, hidden, n_threads, expected, monkeypatch
):
    monkeypatch.setattr(torch, "get_num_threads", lambda: n_threads)
    layer, x = RecurrentLayer(cell, 4, hidden), torch.zeros(*shape, 4)
    weight = layer.core.weight_hh_l0
    assert kernels.is_faster(cell, x, weight) == expected
    packed = pack_padded_sequence(x, torch.full((shape[1],), shape[0]))
    assert kernels.is_faster(cell, packed, weight)


@needs_kernels
def test_a_graph_can_be_used_twice():
    weights, x, lengths, _ = make_case("gru", 5, 4, 2, 8, 0)
    x.requires_grad_()
    loss = by_kernel("gru", weights, x, lengths, None, False)[0].sum()
    first = torch.autograd.grad(loss, x, retain_graph=True)[0]
    assert torch.equal(first, torch.autograd.grad(loss, x)[0])


@needs_kernels
def test_second_derivatives_are_refused():
    weights, x, _, _ = make_case("gru", 5, 4, 2, 8, 0)
    x.requires_grad_()
    loss = by_kernel("gru", weights, x, None, None, False)[0].sum()
    with pytest.raises(RuntimeError, match="does not require grad"):
        torch.autograd.grad(loss, x, create_graph=True)[0].sum().backward()


@pytest.mark.parametrize("cell", CELLS)
def test_double_precision_runs_on_torch(cell):
    layer = RecurrentLayer(cell, 3, 4).double()
    x = torch.zeros(2, 3, 3, dtype=torch.float64)
    assert not kernels.is_faster(cell, x, layer.core.weight_hh_l0)
    assert layer(x)[0].dtype == torch.float64


@needs_kernels
def test_environment_variable_forces_a_set(monkeypatch):
    def chosen(name):
        monkeypatch.setenv("SKRNN_INSTRUCTION_SET", name)
        chosen_set.cache_clear()
        return chosen_set()

    try:
        assert [chosen(name) for _, name in SETS] == list(SETS)
        assert chosen("none") is None
        with pytest.raises(ValueError, match="SKRNN_INSTRUCTION_SET='sse9': expected one of"):
            chosen("sse9")
    finally:
        chosen_set.cache_clear()
