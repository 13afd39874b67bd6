"""One recurrent layer of any cell, in one or both directions, over full or ragged batches."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from . import kernels
from .cells import CELLS, State, Weights

TORCH_LAYERS = {
    "rnn": nn.RNN,
    "rnn_relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}


WEIGHT_NAMES = [
    tuple(name + suffix for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    for suffix in ("_l0", "_l0_reverse")
]


class RecurrentLayer(nn.Module):
    """A recurrent layer.

    Parameters
    ----------
    cell : {"rnn", "rnn_relu", "lstm", "gru"}
    input_size : int
        Channels of the input.
    hidden_size : int
        Units in each direction.
    bidirectional : bool
        Add a second direction, from each sequence's last valid step to its first.

    Attributes
    ----------
    core : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        Holds the weights, so that a ``state_dict`` of the torch layer loads into it.
    n_directions : int
    """

    def __init__(self, cell: str, input_size: int, hidden_size: int, bidirectional: bool = False):
        super().__init__()
        self.cell = cell
        self.core = TORCH_LAYERS[cell](input_size, hidden_size, bidirectional=bidirectional)
        self.n_directions = 2 if bidirectional else 1

    @property
    def output_size(self) -> int:
        return self.core.hidden_size * self.n_directions

    def weights(self, direction: int = 0) -> Weights:
        """Weights of one direction (0 forward, 1 backward)."""
        core = self.core  # looked up once: modules take a microsecond for it
        return Weights(*(getattr(core, name) for name in WEIGHT_NAMES[direction]))

    def forward(
        self, x: Tensor | PackedSequence, state: State | None = None
    ) -> tuple[Tensor | PackedSequence, State]:
        """Run the layer on the fused kernels, torch's own or its cell, whichever is fastest.

        Parameters
        ----------
        x : Tensor of shape (steps, batch, channels), or PackedSequence
            A packed sequence holds sequences of different lengths.
        state : tuple of Tensor of shape (batch, output_size), optional
            State before the first step, with the directions side by side; zero if omitted.

        Returns
        -------
        outputs : Tensor of shape (steps, batch, output_size), or PackedSequence
        state : tuple of Tensor of shape (batch, output_size)
            State after each direction's last valid step; its first item is the output there.

        Raises
        ------
        ValueError
            If x does not have three dimensions.
        """
        check_dimensions(x)
        if not _has_hooks(self.core):
            if not isinstance(x, PackedSequence) and x.shape[0] == 1:
                return self._run_cell(x[0], state)  # with less around it than torch's layers have
            if kernels.is_faster(self.cell, x, self.core.weight_hh_l0):
                return self._run_rows(kernels.run_layer, x, state)
        given = None
        if state is not None:
            given = tuple(torch.stack(part.chunk(self.n_directions, 1)) for part in state)
        outputs, state = self.core(x, given if given is None or self.cell == "lstm" else given[0])
        state = state if self.cell == "lstm" else (state,)  # each (directions, batch, hidden)
        if self.n_directions == 1:
            return outputs, tuple(part.squeeze(0) for part in state)  # cheaper than part[0]
        return outputs, tuple(part.transpose(0, 1).flatten(1) for part in state)

    def _run_cell(self, x: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Run each direction over one step, x of shape (batch, channels)."""
        cell = CELLS[self.cell]
        if state is None:  # one row stands for all, which spares most of the recurrent product
            state = (x.new_zeros(1, self.output_size),) * cell.n_states
        given = zip(*(part.chunk(self.n_directions, 1) for part in state))
        steps = [cell.step(x, part, self.weights(i)) for i, part in enumerate(given)]
        state = steps[0] if len(steps) == 1 else tuple(torch.cat(p, dim=1) for p in zip(*steps))
        return state[0].unsqueeze(0), state

    def _run_rows(self, run_layer: Callable, x, state: State | None):
        """Run each direction by a function like `kernels.run_layer`."""
        packed = isinstance(x, PackedSequence)
        if packed:
            values, sizes, batch = x.data, x.batch_sizes, int(x.batch_sizes[0])
            state = _select(state, x.sorted_indices)
        else:
            values, sizes, batch = x, None, x.shape[1]
        directions = []
        for direction in range(self.n_directions):
            given = state and tuple(p.chunk(self.n_directions, 1)[direction] for p in state)
            weights = self.weights(direction)
            directions.append(
                run_layer(self.cell, values, weights, sizes, batch, direction == 1, given)
            )
        if self.n_directions == 1:
            outputs, *state = directions[0]
        else:
            outputs, *state = (torch.cat(parts, dim=-1) for parts in zip(*directions))
        if packed:
            return x._replace(data=outputs), _select(tuple(state), x.unsorted_indices)
        return outputs, tuple(state)

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator) -> None:
        """Glorot input weights, orthogonal recurrent weights, zero biases, forget gates open.

        Each gate is initialised by itself. References: Glorot and Bengio 2010 (input), Saxe et
        al. 2014 (orthogonal), Jozefowicz et al. 2015 (a forget bias of one).
        """
        hidden_size = self.core.hidden_size
        for direction in range(self.n_directions):
            weights = self.weights(direction)
            for gate in weights.input.split(hidden_size):
                nn.init.xavier_uniform_(gate, generator=generator)
            for gate in weights.recurrent.split(hidden_size):
                nn.init.orthogonal_(gate, generator=generator)
            weights.input_bias.zero_()
            weights.recurrent_bias.zero_()
            if self.cell == "lstm":
                weights.input_bias[hidden_size : 2 * hidden_size] = 1.0


class Dropout(nn.Module):
    """Dropout drawn from its own generator, so that torch's global generator stays untouched."""

    def __init__(self, p: float):
        super().__init__()
        self.p = p
        self.generator: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        kept = torch.empty_like(x).bernoulli_(1 - self.p, generator=self.generator)
        return x * kept / (1 - self.p)


def check_dimensions(x: Tensor | PackedSequence) -> None:
    """Refuse a single sequence without a batch, whose steps would be taken for sequences.

    Raises
    ------
    ValueError
    """
    if not isinstance(x, PackedSequence) and x.dim() != 3:
        raise ValueError(
            f"Expected an input of shape (steps, batch, channels), got {tuple(x.shape)}. A single "
            "sequence of shape (steps, channels) is a batch of one: x.unsqueeze(1)."
        )


def _has_hooks(module: nn.Module) -> bool:
    """Whether something, such as torch's pruning, has to happen when torch runs a module."""
    return bool(
        module._forward_pre_hooks
        or module._forward_hooks
        or module._backward_pre_hooks
        or module._backward_hooks
    )


def _select(state: State | None, index: Tensor | None) -> State | None:
    """State with its sequences in another order."""
    if state is None or index is None:
        return state
    return tuple(part.index_select(0, index) for part in state)
