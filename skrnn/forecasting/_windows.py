"""Windows over a panel: views, gathered a batch at a time, with a level and a unit of their own."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .._batches import Batch
from ._origins import Origins

FARTHEST = 20.0  # units of the window; what lies farther from the level is clipped
N_OWN_CHANNELS = 3  # value, observed, future
# What a window is measured in: the distances from its level, the changes from step to step, or the
# scale of its series. Networks that differ in this err less alike
UNITS = DEVIATION, CHANGE, SCALE = "deviation", "change", "scale"
SMALLEST_UNIT = 0.1  # in scales of the series, added to what a window shows


@dataclass(frozen=True)
class WindowData:
    """Windows of a panel with their base forecasts, in the form that the training loop asks for.

    The network reads a window and then, as further steps of the same sequence, the base forecast
    of the horizon. Channels: the value, whether it was observed, whether the step is in the
    future, and the exogenous columns. Values are relative to the mean of the window's last season,
    in the window's own unit: what is learnt where a series moves little then holds where it moves
    much [1]_. The target is what the base forecast lacks, in that unit; its loss is weighed by the
    unit, and so the loss is that of the series. Memory grows with the panel and the number of
    windows, not with their product with the window length.

    Attributes
    ----------
    origins : Origins
        Where the windows end.
    window_length : int
    unit : {"deviation", "change", "scale"}
    known : ndarray of shape (n_columns,), bool
        Whether the future of each exogenous column is known.
    device : torch.device
        Of the batches; the panel stays in main memory.

    References
    ----------
    .. [1] Kim et al., "Reversible instance normalization for accurate time-series forecasting
           against distribution shift", ICLR 2022.
    """

    origins: Origins
    window_length: int
    unit: str
    known: np.ndarray
    device: torch.device
    lengths: None = None  # all sequences have the same length

    def __len__(self) -> int:
        return len(self.origins)

    def take(self, index: Tensor) -> Batch:
        """One training batch: inputs, and targets with NaN where there is nothing to compare."""
        part = self.origins.part(index.numpy())
        values, units = self.inputs(part)
        targets = torch.from_numpy((part.futures() - part.base) / units[:, None]).float()
        weights = torch.from_numpy(units).float()
        inputs = {"values": values.to(self.device), "weights": weights.to(self.device)}
        return inputs, targets.to(self.device)

    def inputs(self, origins: Origins | None = None) -> tuple[Tensor, np.ndarray]:
        """Read some or all windows.

        Returns
        -------
        inputs : Tensor of shape (n, window_length + horizon, channels)
        units : ndarray of shape (n,)
            Of the windows, in scales of their series.
        """
        origins = self.origins if origins is None else origins
        panel, length = origins.panel, self.window_length
        position, inside = origins.positions(length)
        values = panel.values[position]
        level = values[:, -min(origins.sp, length) :].mean(1, keepdims=True)
        units = self._units(values, level, inside)
        n_channels = N_OWN_CHANNELS + len(self.known)
        shape = len(origins), length + origins.horizon, n_channels
        inputs = np.zeros(shape, dtype=np.float32)
        past, future = inputs[:, :length], inputs[:, length:]
        past[..., 0] = np.clip((values - level) / units[:, None], -FARTHEST, FARTHEST) * inside
        past[..., 1] = inside & panel.observed[position]
        future[..., 0] = np.clip((origins.base - level) / units[:, None], -FARTHEST, FARTHEST)
        future[..., 2] = 1
        if len(self.known):
            past[..., N_OWN_CHANNELS:] = panel.columns[position] * inside[..., None]
            ahead = origins.ends[:, None] + np.arange(origins.horizon)
            future[..., N_OWN_CHANNELS:] = panel.columns[ahead] * self.known
        return torch.from_numpy(inputs), units

    def _units(self, values: np.ndarray, level: np.ndarray, inside: np.ndarray) -> np.ndarray:
        if self.unit == SCALE:
            return np.ones(len(values))
        if self.unit == DEVIATION:
            moves = np.abs(values - level)
        else:
            moves, inside = np.abs(np.diff(values, axis=1)), inside[:, :-1]
        return SMALLEST_UNIT + (moves * inside).sum(1) / np.maximum(inside.sum(1), 1)
