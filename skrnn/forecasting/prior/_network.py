"""The pretrained network: an encoder of windows of any length, a decoder of any horizon."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from ...nn.layers import RecurrentLayer
from .._quantiles import LEVELS

PAST_CHANNELS = 9
FUTURE_CHANNELS = 15
HEAD_SIZE = 64


class PriorNetwork(nn.Module):
    """Two recurrent stacks: one reads the window, the other, from its states on, the horizon.

    Parameters
    ----------
    cell : {"gru", "lstm"}
    hidden_size : int
    num_layers : int
        Of each stack.
    """

    def __init__(self, cell: str, hidden_size: int, num_layers: int):
        super().__init__()
        self.encoder = _stack(cell, PAST_CHANNELS, hidden_size, num_layers)
        self.decoder = _stack(cell, FUTURE_CHANNELS, hidden_size, num_layers)
        self.head = nn.Sequential(
            nn.Linear(hidden_size, HEAD_SIZE), nn.ReLU(), nn.Linear(HEAD_SIZE, len(LEVELS))
        )

    def forward(self, past: Tensor, future: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Compute what the base forecast lacks, in typical errors of it.

        Parameters
        ----------
        past : Tensor of shape (batch, window_length, PAST_CHANNELS)
            The valid steps are the last ones.
        future : Tensor of shape (batch, horizon, FUTURE_CHANNELS)
        lengths : Tensor of shape (batch,), optional
            Valid steps of each window, all if left out.

        Returns
        -------
        Tensor of shape (batch, horizon * n_levels)
            For `ordered_quantiles`.
        """
        x = past.transpose(0, 1)  # (steps, batch, channels)
        if lengths is not None:
            x = _pack(x, lengths)
        y = future.transpose(0, 1)
        for encoder, decoder in zip(self.encoder, self.decoder):
            x, state = encoder(x)
            y, _ = decoder(y, state)
        return self.head(y.transpose(0, 1)).flatten(1)

    @classmethod
    def from_weights(cls, cell: str, weights: dict[str, Tensor]) -> "PriorNetwork":
        """Build a network around weights, whose shapes tell its sizes."""
        hidden_size = weights["encoder.0.core.weight_hh_l0"].shape[1]
        num_layers = sum(name.endswith(".core.weight_hh_l0") for name in weights) // 2
        with torch.device("meta"):
            network = cls(cell, hidden_size, num_layers)
        network.load_state_dict(weights, assign=True)
        return network

    def multiply_adds(self, n_past: int, n_future: int) -> float:
        """Multiply-adds of the recurrent layers for some time steps, forward."""
        per_step = [
            sum(
                layer.core.weight_ih_l0.numel() + layer.core.weight_hh_l0.numel() for layer in stack
            )
            for stack in (self.encoder, self.decoder)
        ]
        return float(n_past * per_step[0] + n_future * per_step[1])

    def reset_parameters(self, generator: torch.Generator) -> None:
        """Draw all weights anew; training starts from the base forecast."""
        for layer in (*self.encoder, *self.decoder):
            layer.reset_parameters(generator)
        first, _, last = self.head
        nn.init.xavier_uniform_(first.weight, generator=generator)
        nn.init.zeros_(first.bias)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)


def _stack(cell: str, width: int, hidden_size: int, num_layers: int) -> nn.ModuleList:
    widths = [width, *[hidden_size] * (num_layers - 1)]
    return nn.ModuleList(RecurrentLayer(cell, width, hidden_size) for width in widths)


def _pack(x: Tensor, lengths: Tensor):
    """Move the valid last steps of each sequence to its start, and pack them."""
    lengths = lengths.cpu()  # where packing wants them
    index = torch.arange(len(x), device="cpu")[:, None] + (len(x) - lengths)  # (steps, batch)
    index = index.clamp(max=len(x) - 1)[..., None].expand(-1, -1, x.shape[2])
    return pack_padded_sequence(x.gather(0, index.to(x.device)), lengths, enforce_sorted=False)
