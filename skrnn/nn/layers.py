"""One recurrent layer of any cell, in one or both directions, over full or ragged batches."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .cells import Weights

TORCH_LAYERS = {
    "rnn": nn.RNN,
    "rnn_relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}


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
    """

    def __init__(self, cell: str, input_size: int, hidden_size: int, bidirectional: bool = False):
        super().__init__()
        self.cell = cell
        self.core = TORCH_LAYERS[cell](input_size, hidden_size, bidirectional=bidirectional)

    @property
    def output_size(self) -> int:
        return self.core.hidden_size * self.n_directions

    @property
    def n_directions(self) -> int:
        return 2 if self.core.bidirectional else 1

    def weights(self, direction: int = 0) -> Weights:
        """Weights of one direction (0 forward, 1 backward)."""
        return Weights(*self.core.all_weights[direction])

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Run the layer.

        Parameters
        ----------
        x : Tensor of shape (steps, batch, channels)
        lengths : Tensor of shape (batch,), optional
            Valid steps of each sequence, all steps if left out.

        Returns
        -------
        outputs : Tensor of shape (steps, batch, output_size)
            Zero beyond a sequence's length.
        last : Tensor of shape (batch, output_size)
            Output after each direction's last valid step.
        """
        if lengths is None:
            outputs, state = self.core(x)
        else:
            packed = pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
            packed, state = self.core(packed)
            outputs, _ = pad_packed_sequence(packed, total_length=len(x))
        hidden = state[0] if self.cell == "lstm" else state  # (directions, batch, hidden)
        return outputs, hidden.transpose(0, 1).flatten(1)

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
