"""Windows over a panel: views, gathered a batch at a time and moved to their own level."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .._batches import Batch
from ._origins import Origins

FARTHEST = 20.0  # scales of the series; what lies farther from the level is clipped
N_OWN_CHANNELS = 3  # value, observed, future


@dataclass(frozen=True)
class WindowData:
    """Windows of a panel with their base forecasts, in the form that the training loop asks for.

    The network reads a window and then, as further steps of the same sequence, the base forecast
    of the horizon. Channels: the value, whether it was observed, whether the step is in the
    future, and the exogenous columns. Values are relative to the mean of the window's last season.
    The target is what the base forecast lacks. Memory grows with the panel and the number of
    windows, not with their product with the window length.

    Attributes
    ----------
    origins : Origins
        Where the windows end.
    window_length : int
    known : ndarray of shape (n_columns,), bool
        Whether the future of each exogenous column is known.
    device : torch.device
        Of the batches; the panel stays in main memory.
    """

    origins: Origins
    window_length: int
    known: np.ndarray
    device: torch.device
    lengths: None = None  # all sequences have the same length

    def __len__(self) -> int:
        return len(self.origins)

    def take(self, index: Tensor) -> Batch:
        """One training batch: inputs, and targets with NaN where there is nothing to compare."""
        part = self.origins.part(index.numpy())
        targets = torch.from_numpy(part.futures() - part.base).float()
        return {"values": self.inputs(part).to(self.device)}, targets.to(self.device)

    def inputs(self, origins: Origins | None = None) -> Tensor:
        """Network inputs, (n, window_length + horizon, channels), of some or all origins."""
        origins = self.origins if origins is None else origins
        panel, length = origins.panel, self.window_length
        position, inside = origins.positions(length)
        values = panel.values[position]
        level = values[:, -min(origins.sp, length) :].mean(1, keepdims=True)
        n_channels = N_OWN_CHANNELS + len(self.known)
        shape = len(origins), length + origins.horizon, n_channels
        inputs = np.zeros(shape, dtype=np.float32)
        past, future = inputs[:, :length], inputs[:, length:]
        past[..., 0] = np.clip(values - level, -FARTHEST, FARTHEST) * inside
        past[..., 1] = inside & panel.observed[position]
        future[..., 0] = np.clip(origins.base - level, -FARTHEST, FARTHEST)
        future[..., 2] = 1
        if len(self.known):
            past[..., N_OWN_CHANNELS:] = panel.columns[position] * inside[..., None]
            ahead = origins.ends[:, None] + np.arange(origins.horizon)
            future[..., N_OWN_CHANNELS:] = panel.columns[ahead] * self.known
        return torch.from_numpy(inputs)
