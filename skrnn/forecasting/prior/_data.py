"""Windows of a panel as the pretrained network reads them, gathered a batch at a time."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..._batches import Batch
from .._origins import Origins
from ._autoregression import autoregressive_forecasts, seasonal_autoregressive_forecasts
from ._inputs import LONGEST_WINDOW, SMALLEST_UNIT, PriorInputs

AT_ONCE = 512  # windows whose simple forecasts are computed together
UNIT_RANGE = 0.1, 5.0  # of typical errors, beyond which series weigh no less and no more


@dataclass(frozen=True)
class PriorData:
    """Forecast origins with simple forecasts, in the form that the training loop asks for.

    Attributes
    ----------
    origins : Origins
    others : ndarray of shape (n, horizon, 3), float32
        Autoregressive, seasonal autoregressive and seasonal naive forecasts.
    device : torch.device
        Of the batches.
    """

    origins: Origins
    others: np.ndarray
    device: torch.device

    @classmethod
    def of(cls, origins: Origins, device: torch.device) -> "PriorData":
        """Make the simple forecasts."""
        others = np.empty((len(origins), origins.horizon, 3), dtype=np.float32)
        for first in range(0, len(origins), AT_ONCE):
            rows = slice(first, first + AT_ONCE)
            values, _, lengths = read_windows(origins.part(rows))
            others[rows] = simple_forecasts(values, lengths, origins.sp, origins.horizon)
        return cls(origins, others, device)

    def __len__(self) -> int:
        return len(self.origins)

    @property
    def lengths(self) -> Tensor:
        """Time steps of each window."""
        available = self.origins.ends - self.origins.panel.starts[self.origins.owners]
        return torch.from_numpy(np.minimum(available, LONGEST_WINDOW))

    def inputs(self, index) -> PriorInputs:
        """What the network is told of some windows."""
        origins, others = self.origins.part(index), self.others[index]
        values, observed, lengths = read_windows(origins)
        candidates = np.concatenate([origins.base[..., None], others], axis=2)
        unit = np.maximum(origins.units, SMALLEST_UNIT)
        return PriorInputs(values, observed, lengths, candidates, origins.spread, unit, origins.sp)

    def take(self, index: Tensor) -> Batch:
        """One training batch; targets are in typical errors of the base forecast."""
        inputs = self.inputs(index.numpy())
        part = self.origins.part(index.numpy())
        targets = torch.from_numpy((part.futures() - part.base) / inputs.unit[:, None]).float()
        batch = {name: value.to(self.device) for name, value in inputs.tensors().items()}
        weights = torch.from_numpy(np.sqrt(np.clip(inputs.unit, *UNIT_RANGE))).float()
        return {**batch, "weights": weights.to(self.device)}, targets.to(self.device)


def read_windows(origins: Origins) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values and flags (n, width) of windows as long as the longest, and their own lengths."""
    lengths = np.minimum(origins.ends - origins.panel.starts[origins.owners], LONGEST_WINDOW)
    position, inside = origins.positions(int(lengths.max()))
    values = np.where(inside, origins.panel.values[position], 0)
    return values, inside & origins.panel.observed[position], lengths


def simple_forecasts(values, lengths, sp: int, horizon: int) -> np.ndarray:
    """Autoregressive, seasonal autoregressive and seasonal naive forecasts, (n, horizon, 3)."""
    width, steps = values.shape[1], np.arange(horizon)
    place = np.where((lengths >= sp)[:, None], width - sp + steps % sp, width - 1)
    forecasts = [
        autoregressive_forecasts(values, lengths, horizon),
        seasonal_autoregressive_forecasts(values, lengths, sp, horizon),
        np.take_along_axis(values, np.maximum(place, 0), axis=1),
    ]
    return np.stack(forecasts, axis=2)
