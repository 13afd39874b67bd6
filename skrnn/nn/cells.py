"""Recurrent cells as equations: the reference every faster implementation is tested against.

A cell is a plain function ``step(x, state, weights) -> state``. The first tensor of a state is
the cell's output. Weights have the names, shapes and gate order of ``torch.nn``, so the same
tensors run through these equations, ``torch.nn`` and any kernel.

References
----------
.. [1] Elman, "Finding structure in time", Cognitive Science 14, 1990.
.. [2] Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 9, 1997;
       with the forget gate of Gers, Schmidhuber and Cummins, "Learning to forget", 2000.
.. [3] Cho et al., "Learning phrase representations using RNN encoder-decoder", EMNLP 2014;
       the reset gate acts after the recurrent product, as in cuDNN and ``torch.nn.GRU``.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import linear

State = tuple[Tensor, ...]  # each (batch, hidden)


class Weights(NamedTuple):
    """Weights of one cell; the rows of all four hold the gates one after the other."""

    input: Tensor  # (gates * hidden, channels)
    recurrent: Tensor  # (gates * hidden, hidden)
    input_bias: Tensor  # (gates * hidden,)
    recurrent_bias: Tensor  # (gates * hidden,)

    def project_input(self, x: Tensor) -> Tensor:
        return linear(x, self.input, self.input_bias)

    def project_hidden(self, hidden: Tensor) -> Tensor:
        return linear(hidden, self.recurrent, self.recurrent_bias)


def rnn_tanh(x: Tensor, state: State, weights: Weights) -> State:
    """Elman cell [1]_: h' = tanh(W x + U h)."""
    (hidden,) = state
    return (torch.tanh(weights.project_input(x) + weights.project_hidden(hidden)),)


def rnn_relu(x: Tensor, state: State, weights: Weights) -> State:
    """Elman cell with a rectifier: h' = max(0, W x + U h)."""
    (hidden,) = state
    return (torch.relu(weights.project_input(x) + weights.project_hidden(hidden)),)


def lstm(x: Tensor, state: State, weights: Weights) -> State:
    """LSTM cell [2]_: c' = forget * c + input * candidate, h' = output * tanh(c')."""
    hidden, memory = state
    gates = weights.project_input(x) + weights.project_hidden(hidden)
    input_gate, forget_gate, candidate, output_gate = gates.chunk(4, dim=-1)
    memory = torch.sigmoid(forget_gate) * memory + torch.sigmoid(input_gate) * torch.tanh(candidate)
    return torch.sigmoid(output_gate) * torch.tanh(memory), memory


def gru(x: Tensor, state: State, weights: Weights) -> State:
    """GRU cell [3]_: h' = (1 - update) * candidate + update * h.

    candidate = tanh(W x + reset * (U h)); products and sums are one operation each, for speed.
    """
    (hidden,) = state
    reset_x, update_x, candidate_x = weights.project_input(x).chunk(3, dim=-1)
    reset_h, update_h, candidate_h = weights.project_hidden(hidden).chunk(3, dim=-1)
    reset = torch.sigmoid(reset_x + reset_h)
    update = torch.sigmoid(update_x + update_h)
    candidate = torch.tanh(torch.addcmul(candidate_x, reset, candidate_h))
    return (torch.lerp(candidate, hidden, update),)


class Cell(NamedTuple):
    """What distinguishes one kind of cell from another."""

    step: Callable[[Tensor, State, Weights], State]
    n_gates: int
    n_states: int


CELLS = {
    "rnn": Cell(rnn_tanh, n_gates=1, n_states=1),
    "rnn_relu": Cell(rnn_relu, n_gates=1, n_states=1),
    "lstm": Cell(lstm, n_gates=4, n_states=2),
    "gru": Cell(gru, n_gates=3, n_states=1),
}


def unroll(
    cell: Cell,
    x: Tensor,
    state: State,
    weights: Weights,
    lengths: Tensor | None = None,
    reverse: bool = False,
) -> tuple[Tensor, State]:
    """Run a cell over time.

    Parameters
    ----------
    cell : Cell
    x : Tensor of shape (steps, batch, channels)
    state : tuple of Tensor of shape (batch, hidden)
        State before the first step.
    weights : Weights
    lengths : Tensor of shape (batch,), optional
        Valid steps of each sequence; later steps neither change its state nor have an output.
    reverse : bool
        Run from each sequence's last valid step to its first.

    Returns
    -------
    outputs : Tensor of shape (steps, batch, hidden)
        Zero beyond a sequence's length.
    state : tuple of Tensor of shape (batch, hidden)
        State after the last step run.
    """
    n_steps = len(x)
    outputs = [None] * n_steps
    for t in reversed(range(n_steps)) if reverse else range(n_steps):
        new_state = cell.step(x[t], state, weights)
        if lengths is None:
            state = new_state
            outputs[t] = state[0]
            continue
        valid = (lengths > t).unsqueeze(-1)
        state = tuple(torch.where(valid, new, old) for new, old in zip(new_state, state))
        outputs[t] = torch.where(valid, state[0], 0.0)
    return torch.stack(outputs), state
