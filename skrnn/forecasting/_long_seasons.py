"""Longer seasons beside the shortest one, whose patterns are taken off each series."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

FEWEST_CYCLES = 2  # of a period, that a pattern is learnt from
CERTAINTY = 2.0  # least agreement of the cycles, in standard errors
TINY = 1e-30


@dataclass(frozen=True)
class LongSeasons:
    """Patterns that repeat with longer periods than the seasonal period of the models.

    Attributes
    ----------
    patterns : list of list of ndarray of shape (period,)
        For each series those that it has, the first of each at its first observation.
    """

    patterns: list[list[np.ndarray]]

    @classmethod
    def learn(cls, series: list[np.ndarray], sp: int, periods: Iterable[int]) -> "LongSeasons":
        """Learn from series; NaN where missing.

        Parameters
        ----------
        series : list of ndarray of shape (n_i,)
        sp : int
            Shortest period, whose season is left to the models.
        periods : iterable of int
            Longer ones, in ascending order.
        """
        return cls([_patterns(y, sp, periods) for y in series])

    def __bool__(self) -> bool:
        return any(self.patterns)

    def effects(self, lengths: Iterable[int]) -> list[np.ndarray]:
        """What the seasons add to each series, from its first observation on, also beyond its end.

        Parameters
        ----------
        lengths : iterable of int
            Steps of each series, and of the room after it.
        """
        return [
            sum((np.resize(pattern, n) for pattern in patterns), np.zeros(n))
            for n, patterns in zip(lengths, self.patterns)
        ]


def _patterns(y: np.ndarray, sp: int, periods: Iterable[int]) -> list[np.ndarray]:
    patterns = []
    for period in periods:
        if np.isfinite(y).sum() < FEWEST_CYCLES * sp or len(y) < FEWEST_CYCLES * period:
            break
        rest = y - _level(y, period)
        if sp > 1:
            rest = rest - np.resize(np.nan_to_num(_cycles(rest, sp)[1]), len(y))
        pattern = _pattern(rest, period)
        if pattern.any():
            patterns.append(pattern)
            y = y - np.resize(pattern, len(y))
    return patterns


def _level(y: np.ndarray, period: int) -> np.ndarray:
    """Centred moving average over a period, and straight lines at the ends, where it is not whole.

    The series has two periods at least.
    """
    level = pd.Series(y).rolling(period, center=True, min_periods=1).mean()
    level = level.interpolate(limit_direction="both").to_numpy().copy()
    n, before = len(y), period // 2
    first, last = before, n - (period - before)  # centres of the first and the last whole window
    t = np.arange(n)
    for end, near in (
        (t < first, slice(first, first + period)),
        (t > last, slice(last - period + 1, last + 1)),
    ):
        level[end] = np.polyval(np.polyfit(t[near], level[near], 1), t[end])
    return level


def _cycles(y: np.ndarray, period: int) -> tuple[np.ndarray, np.ndarray]:
    """Values (n_cycles, period), and their mean at each place; NaN where nothing is known."""
    padded = np.full(-(-len(y) // period) * period, np.nan)
    padded[: len(y)] = y
    cycles = padded.reshape(-1, period)
    counts = np.isfinite(cycles).sum(0)
    with np.errstate(invalid="ignore"):
        return cycles, np.nansum(cycles, axis=0) / np.where(counts > 0, counts, np.nan)


def _pattern(y: np.ndarray, period: int) -> np.ndarray:
    """Mean cycle, shrunk by how little the cycles agree; zero unless they surely do.

    The mean product of two cycles is the mean square of the pattern that they share, whatever the
    autocorrelation of the noise within a cycle. If they share none, its standard error follows from
    that autocorrelation (Bartlett's formula). Reference: Miller and Williams, "Shrinkage estimators
    of time series seasonal factors", International Journal of Forecasting 19, 2003 (James-Stein).
    """
    cycles, means = _cycles(y, period)
    known, places = np.isfinite(cycles), np.isfinite(means)
    cycles = np.where(known, cycles - means[places].mean(), 0.0)
    pattern = np.where(places, means - means[places].mean(), 0.0)
    n_pairs = np.maximum(known.sum(0) * (known.sum(0) - 1), 1)
    shared = ((np.square(cycles.sum(0)) - np.square(cycles).sum(0)) / n_pairs)[places].mean()
    noise = np.where(known, cycles - pattern, 0.0)
    variance = np.square(noise).sum() / max(known.sum() - places.sum(), 1)
    power = np.square(np.abs(np.fft.fft(noise))).sum(0)
    alike = period * np.square(power).sum() / max(np.square(power.sum()), TINY)  # steps in a row
    error = variance * np.sqrt(2 * alike / n_pairs[places].mean() / places.sum())
    if not shared > CERTAINTY * error:
        return np.zeros(period)
    return min(1.0, shared / np.square(pattern[places]).mean()) * pattern
