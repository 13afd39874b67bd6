"""What the pretrained network is told of a window, the same in training and in use."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

LONGEST_WINDOW = 512
LONGEST_HORIZON = 64  # in training
SMALLEST_UNIT = 1e-5


@dataclass(frozen=True)
class PriorInputs:
    """Windows of one seasonal period, and simple forecasts for each, on the panel's scale.

    Attributes
    ----------
    values, observed : ndarray of shape (n, window_length)
        Windows that end with the last observation; what lies before a series is zero.
    lengths : ndarray of shape (n,)
        How many values at the end of each window are of the series.
    candidates : ndarray of shape (n, horizon, 4)
        Base, autoregressive, seasonal autoregressive and seasonal naive forecasts.
    spread : ndarray of shape (n, horizon)
        Standard deviation of the models behind the base forecast.
    unit : ndarray of shape (n,)
        Typical error of the base forecast.
    sp : int
    """

    values: np.ndarray
    observed: np.ndarray
    lengths: np.ndarray
    candidates: np.ndarray
    spread: np.ndarray
    unit: np.ndarray
    sp: int

    def __len__(self) -> int:
        return len(self.values)

    def tensors(self) -> dict[str, Tensor]:
        """Arguments of `PriorNetwork.forward`."""
        tensors = {"past": torch.from_numpy(self.past()), "future": torch.from_numpy(self.future())}
        if (self.lengths < self.values.shape[1]).any():
            tensors["lengths"] = torch.from_numpy(self.lengths)
        return tensors

    def mirrored(self) -> "PriorInputs":
        """The same windows upside down."""
        return replace(self, values=-self.values, candidates=-self.candidates)

    def past(self) -> np.ndarray:
        """Channels of the window, (n, window_length, 9), float32."""
        z = self.values - self._level()
        first = np.zeros_like(z)
        first[:, 1:] = np.diff(z, axis=1)
        seasonal, has_seasonal = np.zeros_like(z), np.zeros_like(z)
        width, sp = z.shape[1], self.sp
        inside = np.arange(width) >= width - self.lengths[:, None]
        if 1 < sp < width:
            both = inside[:, :-sp]
            seasonal[:, sp:] = (z[:, sp:] - z[:, :-sp]) * both
            has_seasonal[:, sp:] = both
        first[:, 1:] *= inside[:, :-1]
        phase = self._phase(np.arange(-width, 0))
        channels = [np.arcsinh(z), np.arcsinh(first), np.arcsinh(seasonal), has_seasonal]
        channels += [self.observed, *(np.broadcast_to(p, z.shape) for p in phase)]
        constant = [np.log(self.unit)[:, None] / 5, np.log(sp) / 6]
        channels += [np.broadcast_to(c, z.shape) for c in constant]
        return (np.stack(channels, axis=2) * inside[..., None]).astype(np.float32)

    def future(self) -> np.ndarray:
        """Channels of the horizon, (n, horizon, 15), float32."""
        base, unit = self.candidates[..., 0], self.unit[:, None]
        steps = np.arange(1, base.shape[1] + 1)
        before = np.concatenate([self.values[:, -1:], base[:, :-1]], axis=1)
        mean = (self.values.sum(1) / self.lengths)[:, None]
        others = [self.candidates[..., k] for k in (1, 2, 3)]
        others += [np.broadcast_to(self.values[:, -1:], base.shape), mean]
        channels = [np.arcsinh(base - self._level()), np.arcsinh(base - before)]
        channels += [np.arcsinh((other - base) / unit) for other in others]
        channels += [np.log(self.spread / unit + 1e-2), *self._phase(steps - 1)]
        channels += [np.log(steps) / 4, np.log(steps / self.sp) / 4]
        constant = [np.log(self.lengths)[:, None] / 6, np.log(unit) / 5, np.log(self.sp) / 6]
        channels += constant
        stacked = [np.broadcast_to(c, base.shape) for c in channels]
        return np.stack(stacked, axis=2).astype(np.float32)

    def _level(self) -> np.ndarray:
        """Mean of the last season, (n, 1)."""
        width = self.values.shape[1]
        n_last = np.minimum(self.sp, self.lengths)[:, None]
        last = np.arange(width) >= width - n_last
        return (self.values * last).sum(1, keepdims=True) / n_last

    def _phase(self, steps: np.ndarray) -> list[np.ndarray]:
        """Sine and cosine of the place in the season, zero without one."""
        if self.sp == 1:
            return [np.zeros(len(steps))] * 2
        angle = 2 * np.pi * (steps % self.sp) / self.sp
        return [np.sin(angle), np.cos(angle)]
