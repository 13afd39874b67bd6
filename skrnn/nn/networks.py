"""Networks: sequences in, outputs for each sequence, or for each of its time steps, out."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from .architecture import Architecture
from .convolution import ConvolutionalBranch
from .decay import DecayingLayer, InputDecay
from .dropout import VariationalDropout
from .instruction_sets import is_followed
from .layers import Dropout, RecurrentLayer
from .pooling import Attention, max_over_steps, mean_over_steps
from .segments import cut_segments, join_segments

# What is done with the outputs at all steps; "concat" puts the last one beside it.
POOLS = {
    "last": [],
    "mean": [mean_over_steps],
    "max": [max_over_steps],
    "concat": [max_over_steps, mean_over_steps],
}


class RecurrentNetwork(nn.Module):
    """Segments, a stack of recurrent layers, and a linear read-out.

    The read-out is of the pooled outputs, or of each step separately. If a recurrent step covers a
    segment of several time steps, it gives the outputs of all of them.

    Parameters
    ----------
    architecture : Architecture
    """

    def __init__(self, architecture: Architecture):
        super().__init__()
        self.architecture = architecture
        hidden_size = architecture.hidden_size
        width = architecture.n_channels * architecture.segment_length
        n_times = architecture.n_channels // 3 if architecture.decay else 0
        self.input_decay = InputDecay(n_times) if architecture.decay else None
        self.embedding = None
        if architecture.segment_length > 1:
            self.embedding = nn.Linear(width, hidden_size)
            width = hidden_size + n_times
        self.layers = nn.ModuleList()
        for cell in architecture.cells:
            if architecture.decay and not self.layers:
                layer = DecayingLayer(cell, width - n_times, hidden_size, n_times)
            else:
                layer = RecurrentLayer(cell, width, hidden_size, architecture.bidirectional)
            self.layers.append(layer)
            width = layer.output_size
        self.dropout = Dropout(architecture.dropout)
        self.dropout_beside_conv = Dropout(architecture.dropout_beside_conv)
        self.variational_dropout = VariationalDropout(architecture.variational_dropout)
        self.norms = None
        if architecture.layer_norm:
            self.norms = nn.ModuleList(nn.LayerNorm(layer.output_size) for layer in self.layers)
        self._build_readout(width)

    def _build_readout(self, width: int) -> None:
        """The read-out, and what prepares its input: the outputs, of some width, of all steps."""
        architecture = self.architecture
        if architecture.per_step:
            self.attention, self.pools, steps_at_once = None, [], architecture.segment_length
        else:
            self.attention = Attention(width) if architecture.pooling == "attention" else None
            self.pools = {**POOLS, "attention": [self.attention]}[architecture.pooling]
            steps_at_once = 1
        # columns of the read-out that read the last output, its poolings, and the convolutions
        self.read_sizes = [width] * (1 if len(self.pools) < 2 else 1 + len(self.pools))
        self.convolution = None
        if architecture.conv:
            self.convolution = ConvolutionalBranch(architecture.n_channels)
            self.read_sizes.append(self.convolution.output_size * steps_at_once)
        self.readout = nn.Linear(sum(self.read_sizes), architecture.n_outputs * steps_at_once)

    def forward(self, values: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Compute the outputs of a batch.

        Parameters
        ----------
        values : Tensor of shape (batch, steps, channels)
        lengths : Tensor of shape (batch,), optional
            Valid steps of each sequence; all steps if omitted.

        Returns
        -------
        Tensor of shape (batch, n_outputs)
            Or, with ``per_step``, (batch, steps, n_outputs); values beyond the valid steps have no
            meaning.

        Raises
        ------
        ValueError
            If values do not have three dimensions, or a length is not from one to all steps.
        """
        _check(values, lengths)
        if self.input_decay is not None:
            values = self.input_decay(values)
        read = self._recur(values, lengths)
        if self.convolution is not None:
            read = self.dropout_beside_conv(read)
            read = torch.cat([read, self._convolve(values, lengths)], dim=-1)
        outputs = self.readout(self.dropout(read))
        if not self.architecture.per_step:
            return outputs
        return join_segments(
            outputs, lengths, self.architecture.segment_length, n_steps=values.shape[1]
        )

    def _recur(self, values: Tensor, lengths: Tensor | None) -> Tensor:
        """What is read from the recurrent layers: (batch, size), or (batch, segments, size)."""
        if self.embedding is not None:
            values, lengths = self._embed(values, lengths)
        x = values.transpose(0, 1)  # (steps, batch, channels)
        if lengths is not None:
            x = pack_padded_sequence(x, lengths.cpu(), enforce_sorted=False)
        x = self._drop_inputs(x)
        for number, layer in enumerate(self.layers[:-1]):
            x = self._drop(self._normalise(number, layer(x)[0]))
        outputs, (last, *_) = self.layers[-1](x)
        if self.architecture.per_step:
            return self._all_steps(outputs, n_steps=values.shape[1])
        return self._pool(outputs, lengths, self._normalise(-1, last))

    def _pool(self, outputs: Tensor | PackedSequence, lengths: Tensor | None, last: Tensor):
        if not self.pools:
            return last
        outputs = self._normalise(-1, outputs)
        if lengths is not None:
            outputs, lengths = pad_packed_sequence(outputs)
        pooled = [pool(outputs, lengths) for pool in self.pools]
        return torch.cat([last, *pooled], dim=-1) if len(pooled) > 1 else pooled[0]

    def _all_steps(self, outputs: Tensor | PackedSequence, n_steps: int) -> Tensor:
        outputs = self._normalise(-1, outputs)
        if isinstance(outputs, PackedSequence):
            outputs, _ = pad_packed_sequence(outputs, total_length=n_steps)
        return outputs.transpose(0, 1)

    def _convolve(self, values: Tensor, lengths: Tensor | None) -> Tensor:
        if not self.architecture.per_step:
            return self.convolution(values, lengths)
        maps = self.convolution.maps(values, lengths)
        return cut_segments(maps, lengths, self.architecture.segment_length)[0]

    def _embed(self, values: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor | None]:
        segments, lengths = cut_segments(values, lengths, self.architecture.segment_length)
        embedded = torch.relu(self.embedding(segments))
        if self.input_decay is not None:
            embedded = torch.cat([embedded, self.input_decay.first_times(segments)], dim=-1)
        return embedded, lengths

    def _drop_inputs(self, x: Tensor | PackedSequence) -> Tensor | PackedSequence:
        n_times = self.architecture.n_channels // 3 if self.architecture.decay else 0
        return self.variational_dropout(x, spared=n_times)  # rates of decay are no inputs

    def _drop(self, x: Tensor | PackedSequence) -> Tensor | PackedSequence:
        return self.variational_dropout(_each_row(self.dropout, x))

    def _normalise(self, number: int, x: Tensor | PackedSequence) -> Tensor | PackedSequence:
        return x if self.norms is None else _each_row(self.norms[number], x)

    def __getstate__(self):
        """Architecture and weights as NumPy arrays, whatever device they are on."""
        weights = {name: value.cpu().numpy() for name, value in self.state_dict().items()}
        with torch.device("meta"):
            own = type(self)(self.architecture).state_dict().keys()
        if weights.keys() != own:  # refused now, since nothing could be read back later
            raise TypeError(
                "A network is saved as its architecture and weights, but this one differs from its "
                f"architecture in {sorted(weights.keys() ^ own)}. Make what was pruned or "
                "parametrized permanent first, with torch.nn.utils.prune.remove or "
                "torch.nn.utils.parametrize.remove_parametrizations."
            )
        return {"architecture": self.architecture, "weights": weights}

    def __setstate__(self, state):
        with torch.device("meta"):
            self.__init__(state["architecture"])
        weights = {
            name: torch.tensor(value, device="cpu") for name, value in state["weights"].items()
        }
        self.load_state_dict(weights, assign=True)
        self.requires_grad_(True)
        self.eval()

    @torch.no_grad()
    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw all weights anew.

        Parameters
        ----------
        generator : torch.Generator
        """
        if self.input_decay is not None:
            self.input_decay.reset_parameters(generator)
        for layer in self.layers:
            layer.reset_parameters(generator)
        if self.embedding is not None:
            nn.init.xavier_uniform_(self.embedding.weight, generator=generator)
            nn.init.zeros_(self.embedding.bias)
        for part in self.readout.weight.split(self.read_sizes, dim=1):  # each, like each gate
            nn.init.xavier_uniform_(part, generator=generator)
        nn.init.zeros_(self.readout.bias)
        for norm in self.norms or ():
            norm.reset_parameters()
        # last, so that the draws before do not depend on them
        for part in filter(None, (self.attention, self.convolution)):
            part.reset_parameters(generator)


def _check(values: Tensor, lengths: Tensor | None) -> None:
    if values.dim() != 3:
        raise ValueError(
            f"Expected values of shape (batch, steps, channels), got {tuple(values.shape)}. One "
            "sequence of shape (steps, channels) is a batch of one: values.unsqueeze(0)."
        )
    # what is traced or compiled has no lengths to look at yet
    if lengths is None or torch.compiler.is_compiling() or is_followed():
        return
    batch, n_steps, _ = values.shape
    if lengths.shape != (batch,):
        raise ValueError(
            f"Expected lengths of shape {(batch,)}, one for each sequence, got "
            f"{tuple(lengths.shape)}."
        )
    if not all(1 <= length <= n_steps for length in lengths.tolist()):
        raise ValueError(
            f"Expected lengths from 1 to the {n_steps} steps of values, got lengths from "
            f"{lengths.min()} to {lengths.max()}."
        )


def _each_row(function: Callable, x: Tensor | PackedSequence) -> Tensor | PackedSequence:
    if isinstance(x, PackedSequence):
        return x._replace(data=function(x.data))
    return function(x)


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

    Returns
    -------
    RecurrentNetwork
    """
    with torch.device("meta"):
        network = RecurrentNetwork(architecture).double()
    network.to_empty(device="cpu")
    network.reset_parameters(torch.Generator().manual_seed(seed))
    return network.to(dtype)
