"""Decay of what was last observed, and of the state, with the time since (GRU-D).

Where a value is missing, its last observation fades towards the mean, and so does what the state
holds, at rates that are trained (Che et al. [1]_):

    decay = exp(-max(0, W time + b))                                   equation 10
    x^ = mask * x + (1 - mask) * decay_x * last observation            equation 11, with mean zero
    h^ = decay_h * h                                                   equation 12

``decay_x`` has a weight and a bias for each channel, ``decay_h`` a full matrix. The cell then makes
its step from ``h^`` and reads ``x^`` and the mask (equations 13 to 16). Differences from the paper:
time enters as a logarithm, so that a state decays like a power of the time and never at once, and a
GRU's reset gate acts after the recurrent product, as everywhere in this package.

References
----------
.. [1] Che, Purushotham, Cho, Sontag and Liu, "Recurrent neural networks for multivariate time
       series with missing values", Scientific Reports 8, 2018.
"""

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from . import kernels
from .cells import CELLS, State, Weights
from .instruction_sets import can_run
from .layers import RecurrentLayer, check_dimensions

INITIAL_RATE = 0.1  # slow, but not zero, where the rectifier would have no gradient


class InputDecay(nn.Module):
    """Fill missing values with decayed observations.

    Parameters
    ----------
    n_values : int
        Channels of values.
    """

    def __init__(self, n_values: int):
        super().__init__()
        self.n_values = n_values
        self.weight = nn.Parameter(torch.empty(n_values))
        self.bias = nn.Parameter(torch.empty(n_values))

    def forward(self, x: Tensor) -> Tensor:
        """Fill all steps at once.

        Parameters
        ----------
        x : Tensor of shape (batch, steps, 3 * n_values)
            Last observations, masks (one where observed) and times since the observation before.

        Returns
        -------
        Tensor of shape (batch, steps, 3 * n_values)
            Filled values, masks and times.
        """
        last, mask, times = x.split(self.n_values, dim=-1)
        decay = torch.exp(-torch.relu(times * self.weight + self.bias))
        return torch.cat([last * torch.where(mask > 0, 1.0, decay), mask, times], dim=-1)

    def first_times(self, segments: Tensor) -> Tensor:
        """Times of the first step of each segment, of shape (..., n_values)."""
        return segments[..., 2 * self.n_values : 3 * self.n_values]

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator) -> None:
        """Slow rates, somewhat different ones."""
        nn.init.uniform_(self.weight, 0, 2 * INITIAL_RATE, generator=generator)
        nn.init.zeros_(self.bias)


class DecayingLayer(RecurrentLayer):
    """A recurrent layer, forward in time, whose state decays before each step.

    An LSTM's memory decays at the rates of its output: the output is made anew from the memory in
    each step, so decay of the output alone would leave all that the layer remembers.

    Parameters
    ----------
    cell : {"rnn", "rnn_relu", "lstm", "gru"}
    input_size : int
        Channels of the input, without the times.
    hidden_size : int
    n_times : int
        Channels of times since the last observation, which follow the input's.
    """

    def __init__(self, cell: str, input_size: int, hidden_size: int, n_times: int):
        super().__init__(cell, input_size, hidden_size)
        self.decay = nn.Linear(n_times, hidden_size)

    def forward(
        self, x: Tensor | PackedSequence, state: State | None = None
    ) -> tuple[Tensor | PackedSequence, State]:
        """Run the layer.

        Parameters
        ----------
        x : Tensor of shape (steps, batch, input_size + n_times), or PackedSequence
        state : tuple of Tensor of shape (batch, hidden_size), optional
            State before the first step; zero if left out.

        Returns
        -------
        outputs : Tensor of shape (steps, batch, hidden_size), or PackedSequence
        state : tuple of Tensor of shape (batch, hidden_size)
            State after each sequence's last step.

        Raises
        ------
        ValueError
            If x has not three dimensions.
        """
        check_dimensions(x)
        packed = isinstance(x, PackedSequence)
        empty = not packed and x.shape[1] == 0  # which has no rows for the kernels to run
        fused = can_run(self.core.weight_hh_l0, x.data if packed else x) and not empty
        sizes = [self.core.input_size, self.decay.in_features]
        given, times = (x.data if packed else x).split(sizes, dim=-1)
        decays = torch.exp(-torch.relu(self.decay(times))).flatten(0, -2)
        run = partial(kernels.run_layer if fused else run_decaying, decays=decays)
        return self._run_rows(run, x._replace(data=given) if packed else given, state)

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator) -> None:
        """As every layer, and slow rates of decay, different from unit to unit."""
        super().reset_parameters(generator)
        fastest = 2 * INITIAL_RATE / self.decay.in_features
        nn.init.uniform_(self.decay.weight, 0, fastest, generator=generator)
        nn.init.zeros_(self.decay.bias)


class _Projected(Weights):
    """Weights of a cell whose input was projected before, for all steps at once."""

    def project_input(self, x: Tensor) -> Tensor:
        return x


def run_decaying(
    cell: str,
    x: Tensor,
    weights: Weights,
    sizes: Tensor | None,
    batch: int,
    reverse: bool,
    state: State | None,
    decays: Tensor,
) -> tuple[Tensor, ...]:
    """Run a cell's equations, its state decaying before each step.

    The parameters are those of `kernels.run_layer`, which is several times faster where it runs;
    this is the reference, and runs forward in time only.
    """
    rows = x.flatten(0, -2)
    if state is None:
        state = (rows.new_zeros(batch, decays.shape[1]),) * CELLS[cell].n_states
    sizes = [batch] * len(x) if sizes is None else sizes.tolist()
    projected, weights = weights.project_input(rows).split(sizes), _Projected(*weights)
    outputs, ended = [], []
    for step, decay in zip(projected, decays.split(sizes)):
        if len(step) < len(state[0]):
            ended.append(tuple(part[len(step) :] for part in state))
            state = tuple(part[: len(step)] for part in state)
        state = CELLS[cell].step(step, tuple(decay * part for part in state), weights)
        outputs.append(state[0])
    ended.append(state)
    outputs = torch.cat(outputs).view(*x.shape[:-1], decays.shape[1])
    return outputs, *(torch.cat(parts) for parts in zip(*reversed(ended)))
