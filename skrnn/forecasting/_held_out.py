"""The part of a panel that is held out from training, to learn there how far to trust it."""

from dataclasses import dataclass

import numpy as np

from ._analogues import analogue_forecasts
from ._calibration import Prediction
from ._ensemble import FEWEST_WINDOWS
from ._origins import Origins
from ._panel import Panel
from ._preparation import Preparation
from ._recipe import Recipe
from ._seen import NONE_SEEN, SeenSeries

HELD_OUT_SHARE = 0.25  # of a series, at most
HELD_OUT_HORIZONS = 3  # at most, of a series that is long enough; one in a large panel
FEWEST_HELD_OUT = 30  # observations, if the horizons come to less and the share allows
LARGE_PANEL = 50
FEWEST_LEFT = 4  # observations before the end of a series of a large panel, or the horizon
HELD_OUT_WINDOWS = 3000  # at most, of a panel


@dataclass(frozen=True)
class HeldOut:
    """The ends of the series of a panel, and what comes before them.

    Attributes
    ----------
    before : Panel
        Without the ends.
    prepared : Preparation
        Learnt without the ends.
    origins : Origins
        Whose whole horizon lies in the ends.
    n_horizons : float
        Length of all ends together, in horizons.
    one_time : bool
        Whether so many series have such ends that what they did at one time, whose shocks they
        share, is most of what is known.
    """

    before: Panel
    prepared: Preparation
    origins: Origins
    n_horizons: float
    one_time: bool

    @classmethod
    def of(
        cls, recipe: Recipe, series, columns, trained_on: SeenSeries = NONE_SEEN
    ) -> "HeldOut | None":
        """Hold out the ends; None where all series are too short, or networks know their ends.

        Parameters
        ----------
        recipe : Recipe
        series : list of ndarray of shape (n_i,)
        columns : list of ndarray of shape (n_i, n_columns), or None
        trained_on : SeenSeries
            What networks were trained on: ends that they know are not held out.
        """
        lengths = held_out_lengths([len(y) for y in series], recipe.horizon)
        lengths[trained_on.reach_into(series, lengths)] = 0
        if not lengths.any():
            return None
        early, early_columns = without_ends(series, lengths), without_ends(columns, lengths)
        prepared = recipe.prepare(early, early_columns)
        before = prepared.panel(early, early_columns)
        panel = prepared.panel(series, columns)
        ends, owners = held_out_ends(panel, lengths, recipe.horizon)
        origins = Origins.of(panel, prepared, ends, owners, recipe.horizon)
        one_time = bool((lengths > 0).sum() >= LARGE_PANEL)
        return cls(before, prepared, origins, lengths.sum() / recipe.horizon, one_time)

    @property
    def futures(self) -> np.ndarray:
        """What came after each origin, (n, horizon)."""
        return self.origins.futures()

    def promise(self, prediction: Prediction) -> float:
        """Gain of the best correction, or of what followed on similar histories."""
        analogues = analogue_forecasts(self.before, self.origins) - self.origins.base
        return max(*self.gains(prediction), self.gain(analogues))

    def gains(self, prediction: Prediction) -> list[float]:
        """Gain of each correction."""
        return [self.gain(correction.median) for correction in prediction.corrections]

    def gain(self, median: np.ndarray) -> float:
        """Share of the base forecast's error that a correction (n, horizon) takes away."""
        lacking = self.futures - self.origins.base
        known = np.isfinite(lacking)
        base_error = np.abs(lacking[known]).sum()
        if not base_error > 0:
            return 0.0
        return 1 - np.abs((lacking - median)[known]).sum() / base_error


def held_out_lengths(lengths, horizon: int) -> np.ndarray:
    """Observations at the end of each series that are held out; none of a short one.

    In a large panel short series have a say too: what is left of one need not suffice to train on.
    """
    lengths = np.asarray(lengths)
    most = max(HELD_OUT_HORIZONS * horizon, FEWEST_HELD_OUT)
    fewest_left = horizon + FEWEST_WINDOWS
    if len(lengths) >= LARGE_PANEL:
        most, fewest_left = horizon, max(horizon, FEWEST_LEFT)
    wanted = np.clip((HELD_OUT_SHARE * lengths).astype(int), horizon, most)
    return np.where(lengths >= horizon + fewest_left, wanted, 0)


def new_share(lengths, horizon: int) -> float:
    """Share of all windows that is held out, or more where series are short."""
    n_windows = np.maximum(np.asarray(lengths) - horizon, 1).sum()
    return held_out_lengths(lengths, horizon).sum() / n_windows


def without_ends(parts: list[np.ndarray] | None, held_out: np.ndarray):
    """Series or columns without their held-out ends."""
    if parts is None:
        return None
    return [part[: len(part) - n] for part, n in zip(parts, held_out)]


def held_out_ends(panel: Panel, held_out: np.ndarray, horizon: int):
    """Ends and owners of windows whose whole horizon lies in the part held out."""
    per_series = max(1, HELD_OUT_WINDOWS // int((held_out > 0).sum()))
    ends, owners = [], []
    for i in np.flatnonzero(held_out):
        n = held_out[i]
        places = np.unique(np.linspace(n, horizon, min(per_series, n - horizon + 1)).round())
        ends.append(panel.stops[i] - places.astype(int))
        owners.append(np.full(len(places), i))
    return np.concatenate(ends), np.concatenate(owners)
