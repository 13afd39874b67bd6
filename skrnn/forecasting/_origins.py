"""Places in a panel to forecast from, with the base forecasts made there."""

from dataclasses import dataclass, replace

import numpy as np

from ._panel import Panel
from ._preparation import Preparation


@dataclass(frozen=True)
class Origins:
    """Forecast origins.

    Attributes
    ----------
    panel : Panel
    ends, owners : ndarray of shape (n,)
        First position to forecast, and the series it lies in.
    base, spread : ndarray of shape (n, horizon)
        Base forecasts on the panel's scale, and how far the models behind them disagree.
    units : ndarray of shape (n,)
        Typical error of the base forecasts of the same series.
    sp : int
    """

    panel: Panel
    ends: np.ndarray
    owners: np.ndarray
    base: np.ndarray
    spread: np.ndarray
    units: np.ndarray
    sp: int

    @classmethod
    def of(cls, panel: Panel, prepared: Preparation, ends, owners, horizon: int) -> "Origins":
        """Make the base forecasts."""
        base, spread = prepared.bases.forecast_with_spread(panel, ends, owners, horizon)
        units = prepared.errors[owners]
        return cls(panel, ends, owners, base, spread, units, prepared.bases.sp)

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def horizon(self) -> int:
        return self.base.shape[1]

    def part(self, index) -> "Origins":
        """Some of the origins."""
        names = ("ends", "owners", "base", "spread", "units")
        return replace(self, **{name: getattr(self, name)[index] for name in names})

    def positions(self, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Positions (n, width) of the last values before each origin, and which of them exist.

        What lies before the first observation of a series stands at its place.
        """
        position = self.ends[:, None] + np.arange(-width, 0)
        starts = self.panel.starts[self.owners][:, None]
        return np.maximum(position, starts), position >= starts

    def futures(self) -> np.ndarray:
        """What came after each origin, (n, horizon); NaN where unknown or beyond the series."""
        return self.panel.futures(self.ends, self.owners, np.arange(1, self.horizon + 1))


def training_ends(panel: Panel, shortest: int, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends and owners of all windows that have some history and a complete horizon after them."""
    first = panel.starts + shortest
    counts = np.maximum(panel.stops - horizon + 1 - first, 0)
    owners = np.repeat(np.arange(len(panel)), counts)
    skipped = np.cumsum(counts) - counts
    return first[owners] + np.arange(counts.sum()) - skipped[owners], owners
