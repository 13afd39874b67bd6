"""Windows over a panel of series: views, gathered a batch at a time and normalised one by one."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .._batches import Batch

SMALLEST_SCALE = 1e-2  # of a window, in units of its series' scale


@dataclass(frozen=True)
class Panel:
    """Series one after the other, each with room for one window before its start.

    Attributes
    ----------
    values : Tensor of shape (n_total,)
        A series is preceded by ``window_length`` copies of its first value, so that every window
        that ends in it exists.
    starts, stops : Tensor of shape (n_series,)
        Where the observations of each series lie.
    scales : Tensor of shape (n_series,)
        Mean absolute difference of observations ``sp`` steps apart (one step for short series).
    """

    values: Tensor
    starts: Tensor
    stops: Tensor
    scales: Tensor

    @classmethod
    def of(cls, series: list[np.ndarray], window_length: int, sp: int) -> "Panel":
        """Lay out series for windows of one length."""
        padded = [np.concatenate([np.full(window_length, s[0]), s]) for s in series]
        stops = np.cumsum([len(p) for p in padded])
        starts = stops - [len(s) for s in series]
        scales = [_naive_scale(s, sp) for s in series]
        tensors = (np.concatenate(padded), starts, stops, np.array(scales))
        return cls(*(torch.as_tensor(t) for t in tensors))

    def training_ends(self, horizon: int, shortest: int) -> tuple[Tensor, Tensor]:
        """Ends of all windows with a complete horizon after them and enough history before.

        Returns
        -------
        ends : Tensor of shape (n_windows,)
            First position after each window.
        owners : Tensor of shape (n_windows,)
            The series of each window.
        """
        first = self.starts + shortest
        counts = (self.stops - horizon + 1 - first).clamp(min=0)
        owners = torch.repeat_interleave(torch.arange(len(counts)), counts)
        skipped = torch.cumsum(counts, 0) - counts
        return first[owners] + torch.arange(int(counts.sum())) - skipped[owners], owners


def _naive_scale(series: np.ndarray, sp: int) -> float:
    lag = sp if len(series) > sp else 1
    scale = np.abs(series[lag:] - series[:-lag]).mean() if len(series) > 1 else 0.0
    return scale or max(np.abs(series).mean(), 1.0) * 1e-6  # a constant series


@dataclass(frozen=True)
class NormalisedWindows:
    """Windows in units of their own level and scale, with the seasonal naive forecast of each."""

    values: Tensor  # (batch, window_length, 1), normalised
    naive: Tensor  # (batch, horizon), normalised
    level: Tensor  # (batch, 1)
    scale: Tensor  # (batch, 1)

    def denormalise(self, deviation: Tensor) -> Tensor:
        """Forecasts (batch, horizon) from deviations from the naive forecast."""
        return (self.naive + deviation) * self.scale + self.level


@dataclass(frozen=True)
class WindowData:
    """Training windows of a panel, in the form that the training loop asks for.

    The target of a window is what the seasonal naive forecast of the window lacks. Memory grows
    with the panel and the number of windows, not with their product with the window length.
    """

    panel: Panel
    ends: Tensor  # (n_windows,)
    owners: Tensor  # (n_windows,)
    window_length: int
    horizon: int
    sp: int
    device: torch.device  # of the batches; the panel stays on the CPU, in double precision
    lengths: None = None  # all windows are complete

    def __len__(self) -> int:
        return len(self.ends)

    def windows(self, index: Tensor) -> NormalisedWindows:
        """Gather and normalise windows; computed in double precision, then rounded."""
        ends, owners = self.ends[index], self.owners[index]
        offsets = torch.arange(-self.window_length, 0)
        raw = self.panel.values[ends[:, None] + offsets]
        level = raw[:, -self.sp :].mean(1, keepdim=True)
        floor = SMALLEST_SCALE * self.panel.scales[owners][:, None]
        scale = torch.maximum((raw - level).abs().mean(1, keepdim=True), floor)
        values = ((raw - level) / scale).float()
        season = torch.arange(self.horizon) % min(self.sp, self.window_length)
        naive = values[:, -min(self.sp, self.window_length) :][:, season]
        return NormalisedWindows(values[..., None], naive, level, scale)

    def take(self, index: Tensor) -> Batch:
        """One training batch."""
        windows = self.windows(index)
        future = self.panel.values[self.ends[index][:, None] + torch.arange(self.horizon)]
        targets = ((future - windows.level) / windows.scale).float() - windows.naive
        return {"values": windows.values.to(self.device)}, targets.to(self.device)

    def thinned(self, n_windows: int, generator: torch.Generator) -> "WindowData":
        """A random part of the windows, if there are more than asked for."""
        if len(self) <= n_windows:
            return self
        kept = torch.randperm(len(self), generator=generator)[:n_windows]
        return replace(self, ends=self.ends[kept], owners=self.owners[kept])
