"""Windows over a panel: views, gathered a batch at a time and moved to their own level."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .._batches import Batch
from ._panel import Panel

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
    panel : Panel
    ends, owners : ndarray of shape (n_windows,)
        First position after each window, and its series.
    bases : ndarray of shape (n_windows, horizon)
        Base forecasts, on the panel's scale.
    window_length, sp : int
    known : ndarray of shape (n_columns,), bool
        Whether the future of each exogenous column is known.
    device : torch.device
        Of the batches; the panel stays in main memory.
    """

    panel: Panel
    ends: np.ndarray
    owners: np.ndarray
    bases: np.ndarray
    window_length: int
    sp: int
    known: np.ndarray
    device: torch.device
    lengths: None = None  # all sequences have the same length

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def horizon(self) -> int:
        return self.bases.shape[1]

    def part(self, index) -> "WindowData":
        """Some of the windows."""
        cut = {name: getattr(self, name)[index] for name in ("ends", "owners", "bases")}
        return replace(self, **cut)

    def take(self, index: Tensor) -> Batch:
        """One training batch: inputs, and targets with NaN where there is nothing to compare."""
        part = self.part(index.numpy())
        targets = torch.from_numpy(part.futures() - part.bases).float()
        return {"values": part.inputs().to(self.device)}, targets.to(self.device)

    def inputs(self) -> Tensor:
        """Network inputs, (n, window_length + horizon, channels)."""
        position = self.ends[:, None] + np.arange(-self.window_length, 0)
        starts = self.panel.starts[self.owners][:, None]
        inside = position >= starts
        position = np.maximum(position, starts)
        values = self.panel.values[position]
        level = values[:, -min(self.sp, self.window_length) :].mean(1, keepdims=True)
        n_channels = N_OWN_CHANNELS + len(self.known)
        shape = len(self), self.window_length + self.horizon, n_channels
        inputs = np.zeros(shape, dtype=np.float32)
        past, future = inputs[:, : self.window_length], inputs[:, self.window_length :]
        past[..., 0] = np.clip(values - level, -FARTHEST, FARTHEST) * inside
        past[..., 1] = inside & self.panel.observed[position]
        future[..., 0] = np.clip(self.bases - level, -FARTHEST, FARTHEST)
        future[..., 2] = 1
        if len(self.known):
            past[..., N_OWN_CHANNELS:] = self.panel.columns[position] * inside[..., None]
            ahead = self.ends[:, None] + np.arange(self.horizon)
            future[..., N_OWN_CHANNELS:] = self.panel.columns[ahead] * self.known
        return torch.from_numpy(inputs)

    def futures(self) -> np.ndarray:
        """What came after each window, (n, horizon); NaN where unknown or beyond the series."""
        position = self.ends[:, None] + np.arange(self.horizon)
        stops = self.panel.stops[self.owners][:, None]
        clipped = np.minimum(position, stops - 1)
        known = (position < stops) & self.panel.observed[clipped]
        return np.where(known, self.panel.values[clipped], np.nan)


def training_ends(panel: Panel, shortest: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends and owners of all windows that have some history and a complete horizon after them."""
    first = panel.starts + shortest
    counts = np.maximum(panel.stops - horizon + 1 - first, 0)
    owners = np.repeat(np.arange(len(panel)), counts)
    skipped = np.cumsum(counts) - counts
    return first[owners] + np.arange(counts.sum()) - skipped[owners], owners
