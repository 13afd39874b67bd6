"""Longer seasons beside the shortest one, whose patterns are taken off each series."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

FEWEST_CYCLES = 2  # of a period, that a pattern is learnt from


@dataclass(frozen=True)
class LongSeasons:
    """Patterns that repeat with longer periods than the seasonal period of the models.

    Attributes
    ----------
    patterns : list of list of ndarray of shape (period,)
        For each series one pattern a period.
    """

    patterns: list[list[np.ndarray]]

    @classmethod
    def learn(cls, series: list[np.ndarray], sp: int, periods: tuple[int, ...]) -> "LongSeasons":
        """Learn from scaled series; NaN where missing.

        Parameters
        ----------
        series : list of ndarray of shape (n_i,)
        sp : int
            Shortest period, whose season is left to the models.
        periods : tuple of int
            Longer ones, in ascending order.
        """
        return cls([_patterns(y, sp, periods) for y in series])

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


def _patterns(y: np.ndarray, sp: int, periods: tuple[int, ...]) -> list[np.ndarray]:
    patterns = []
    for period in periods:
        rest = y - _level(y, period)
        shorter = _means(rest, sp) if sp > 1 else np.zeros(1)
        pattern = _means(rest - np.resize(shorter, len(y)), period)
        pattern = _shrunk(pattern, rest - np.resize(shorter, len(y)))
        patterns.append(pattern)
        y = y - np.resize(pattern, len(y))
    return patterns


def _level(y: np.ndarray, period: int) -> np.ndarray:
    """Centred moving average over one period."""
    window = pd.Series(y).rolling(period, center=True, min_periods=max(1, period // 2))
    return window.mean().to_numpy()


def _means(y: np.ndarray, period: int) -> np.ndarray:
    """Mean at each place of a period; zero where nothing is known."""
    padded = np.full(-(-len(y) // period) * period, np.nan)
    padded[: len(y)] = y
    known = np.isfinite(padded)
    counts = known.reshape(-1, period).sum(0)
    sums = np.where(known, padded, 0.0).reshape(-1, period).sum(0)
    return sums / np.maximum(counts, 1)


def _shrunk(pattern: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The part of a pattern of means that noise does not explain, after James and Stein.

    Zero for a series that is too short to know. Reference: Miller and Williams, "Shrinkage
    estimators of time series seasonal factors", International Journal of Forecasting 19, 2003.
    """
    known = np.isfinite(y)
    n_cycles = known.sum() / len(pattern)
    if n_cycles < FEWEST_CYCLES:
        return np.zeros_like(pattern)
    pattern = pattern - pattern.mean()
    noise = np.square((y - np.resize(pattern, len(y)))[known]).sum()
    noise /= known.sum() - len(pattern)  # variance of one observation
    between = np.square(pattern).mean()
    kept = 1 - noise / n_cycles / between if between > 0 else 0.0
    return max(0.0, kept) * pattern
