"""The reference cells against torch, and every layer against the reference, in float64."""

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from skrnn._parameters import CELL_NAMES
from skrnn.nn.cells import CELLS, Weights, unroll
from skrnn.nn.layers import TORCH_LAYERS, RecurrentLayer

STEPS, BATCH, CHANNELS, HIDDEN = 7, 5, 3, 4


@pytest.fixture(params=CELLS)
def name(request):
    return request.param


@pytest.fixture
def x():
    return torch.randn(
        STEPS, BATCH, CHANNELS, dtype=torch.float64, generator=torch.Generator().manual_seed(0)
    )


def make_layer(name, bidirectional=False):
    layer = RecurrentLayer(name, CHANNELS, HIDDEN, bidirectional).double()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.uniform_(-0.7, 0.7, generator=generator)
    return layer


def zero_state(name):
    return tuple(
        torch.zeros(BATCH, HIDDEN, dtype=torch.float64) for _ in range(CELLS[name].n_states)
    )


def reference(layer, x, lengths=None):
    """Outputs and last outputs of a layer, from the equations."""
    outputs, last = [], []
    for direction in range(layer.n_directions):
        sequence, state = unroll(
            CELLS[layer.cell],
            x,
            zero_state(layer.cell),
            layer.weights(direction),
            lengths,
            reverse=direction == 1,
        )
        outputs.append(sequence)
        last.append(state[0])
    return torch.cat(outputs, -1), torch.cat(last, -1)


def run(layer, x, lengths=None):
    """Outputs and last outputs of a layer."""
    if lengths is None:
        outputs, state = layer(x)
    else:
        packed, state = layer(pack_padded_sequence(x, lengths, enforce_sorted=False))
        outputs, _ = pad_packed_sequence(packed)
    return outputs, state[0]


def test_every_cell_has_a_layer():
    assert CELLS.keys() == TORCH_LAYERS.keys() == set(CELL_NAMES)


def test_one_step_by_hand(name):
    """With one unit and all weights one, the equations can be written out."""
    ones = Weights(
        *(torch.ones(CELLS[name].n_gates, 1) for _ in range(2)),
        *(torch.zeros(CELLS[name].n_gates) for _ in range(2)),
    )
    state = tuple(torch.full((1, 1), 0.5) for _ in range(CELLS[name].n_states))
    output = CELLS[name].step(torch.tensor([[1.0]]), state, ones)[0].item()
    s, tanh = 1 / (1 + np.exp(-1.5)), np.tanh
    expected = {
        "rnn": tanh(1.5),
        "rnn_relu": 1.5,
        "lstm": s * tanh(s * 0.5 + s * tanh(1.5)),
        "gru": (1 - s) * tanh(1 + s * 0.5) + s * 0.5,
    }
    assert output == pytest.approx(expected[name], rel=1e-6)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("lengths", [None, (7, 1, 3, 6, 2)], ids=["full", "ragged"])
def test_layer_is_the_unrolled_cell(name, x, bidirectional, lengths):
    layer = make_layer(name, bidirectional)
    lengths = None if lengths is None else torch.tensor(lengths)
    for got, expected in zip(run(layer, x, lengths), reference(layer, x, lengths)):
        torch.testing.assert_close(got, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("lengths", [None, (7, 1, 3, 6, 2)], ids=["full", "ragged"])
def test_gradients_are_those_of_the_unrolled_cell(name, x, lengths):
    layer = make_layer(name, bidirectional=True)
    lengths = None if lengths is None else torch.tensor(lengths)
    x.requires_grad_()
    inputs = [x, *layer.parameters()]

    def gradients(outputs, last):
        return torch.autograd.grad((outputs.sin().sum() + last.cos().sum()), inputs)

    for got, expected in zip(
        gradients(*run(layer, x, lengths)), gradients(*reference(layer, x, lengths))
    ):
        torch.testing.assert_close(got, expected, rtol=1e-8, atol=1e-10)


def test_state_dict_of_torch_loads(name, x):
    theirs = TORCH_LAYERS[name](CHANNELS, HIDDEN, bidirectional=True).double()
    ours = RecurrentLayer(name, CHANNELS, HIDDEN, bidirectional=True).double()
    ours.core.load_state_dict(theirs.state_dict())
    torch.testing.assert_close(ours(x)[0], theirs(x)[0])


def test_initial_weights(name):
    layer = RecurrentLayer(name, CHANNELS, HIDDEN)
    layer.reset_parameters(torch.Generator().manual_seed(0))
    weights = layer.weights()
    for gate in weights.recurrent.split(HIDDEN):
        torch.testing.assert_close(gate @ gate.T, torch.eye(HIDDEN), atol=1e-5, rtol=0)
    expected = torch.zeros(CELLS[name].n_gates * HIDDEN)
    if name == "lstm":
        expected[HIDDEN : 2 * HIDDEN] = 1  # the forget gate
    torch.testing.assert_close(weights.input_bias + weights.recurrent_bias, expected)
