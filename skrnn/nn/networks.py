"""Networks: sequences in, one row of outputs for each sequence out."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from .cells import CELLS
from .layers import Dropout, RecurrentLayer
from .segments import cut_segments


@dataclass(frozen=True)
class Architecture:
    """All that is needed to build a network, apart from its weights.

    Attributes
    ----------
    cells : tuple of str
        The cell of each layer, from the input up.
    n_channels : int
    n_outputs : int
    hidden_size : int
        Units of each layer, in each direction.
    bidirectional : bool
    dropout : float
        Probability of dropping a unit, between layers and before the read-out.
    segment_length : int
        Time steps in one recurrent step.
    """

    cells: tuple[str, ...]
    n_channels: int
    n_outputs: int
    hidden_size: int
    bidirectional: bool = False
    dropout: float = 0.0
    segment_length: int = 1

    def multiply_adds(self, n_timesteps: int) -> float:
        """Multiply-adds of the recurrent layers for one sequence, forward."""
        n_steps = -(-n_timesteps // self.segment_length)
        n_directions = 2 if self.bidirectional else 1
        width = self.n_channels if self.segment_length == 1 else self.hidden_size
        total = 0
        for cell in self.cells:
            total += CELLS[cell].n_gates * self.hidden_size * (self.hidden_size + width)
            width = self.hidden_size * n_directions
        return float(n_steps * n_directions * total)


class RecurrentNetwork(nn.Module):
    """Segments, a stack of recurrent layers, and a linear read-out from the last valid step.

    Parameters
    ----------
    architecture : Architecture
    """

    def __init__(self, architecture: Architecture):
        super().__init__()
        self.architecture = architecture
        hidden_size = architecture.hidden_size
        width = architecture.n_channels * architecture.segment_length
        self.embedding = None
        if architecture.segment_length > 1:
            self.embedding = nn.Linear(width, hidden_size)
            width = hidden_size
        self.layers = nn.ModuleList()
        for cell in architecture.cells:
            layer = RecurrentLayer(cell, width, hidden_size, architecture.bidirectional)
            self.layers.append(layer)
            width = layer.output_size
        self.dropout = Dropout(architecture.dropout)
        self.readout = nn.Linear(width, architecture.n_outputs)

    def forward(self, values: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Compute the outputs of a batch.

        Parameters
        ----------
        values : Tensor of shape (batch, steps, channels)
        lengths : Tensor of shape (batch,), optional
            Valid steps of each sequence, all steps if left out.

        Returns
        -------
        Tensor of shape (batch, n_outputs)
        """
        if self.embedding is not None:
            values, lengths = cut_segments(values, lengths, self.architecture.segment_length)
            values = torch.relu(self.embedding(values))
        x = values.transpose(0, 1)  # (steps, batch, channels)
        if lengths is not None:
            x = pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
        for layer in self.layers[:-1]:
            x = self._drop(layer(x)[0])
        _, (last, *_) = self.layers[-1](x)  # (batch, output_size)
        return self.readout(self.dropout(last))

    def _drop(self, x: Tensor | PackedSequence) -> Tensor | PackedSequence:
        if isinstance(x, PackedSequence):
            return x._replace(data=self.dropout(x.data))
        return self.dropout(x)

    def __getstate__(self):
        """Architecture and weights as NumPy arrays, whatever device they are on."""
        weights = {name: value.cpu().numpy() for name, value in self.state_dict().items()}
        return {"architecture": self.architecture, "weights": weights}

    def __setstate__(self, state):
        with torch.device("meta"):
            self.__init__(state["architecture"])
        weights = {name: torch.tensor(value) for name, value in state["weights"].items()}
        self.load_state_dict(weights, assign=True)
        self.requires_grad_(True)
        self.eval()

    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw all weights anew from a generator."""
        for layer in self.layers:
            layer.reset_parameters(generator)
        for linear in filter(None, (self.embedding, self.readout)):
            nn.init.xavier_uniform_(linear.weight, generator=generator)
            nn.init.zeros_(linear.bias)


def build_network(
    architecture: Architecture, seed: int, dtype: torch.dtype = torch.float32
) -> RecurrentNetwork:
    """Build a network with weights that depend on the seed only.

    The weights are drawn in double precision on the CPU and rounded, so that they are the same
    for every precision and device; torch's global generator is not used.

    Parameters
    ----------
    architecture : Architecture
    seed : int
    dtype : torch.dtype
        Precision of the network.
    """
    with torch.device("meta"):
        network = RecurrentNetwork(architecture).double()
    network.to_empty(device="cpu")
    network.reset_parameters(torch.Generator().manual_seed(seed))
    return network.to(dtype)
