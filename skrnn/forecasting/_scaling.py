"""Every series in units of its own: logarithm or not, effects taken off, shifted and scaled."""

from dataclasses import dataclass, replace

import numpy as np

GRID = 2.0**-20  # of the scale of a series: scaled values are rounded to multiples
SAFE_LOG_RATIO = 1e12  # between the largest and the smallest value of a series
FEWEST = 4  # observations to choose models by, or to take for a constant if they are the same
UNKNOWN = 0.1  # of its level, that a series changes by of which no change is known
LARGEST_LOG = 300.0  # beyond its exponential, variances leave the range of numbers


@dataclass(frozen=True)
class SeriesScaler:
    """One scale for a series, learnt from its training part.

    Scaled values are rounded to a fine grid, so that series which differ by an affine change
    (or by a factor, on the log scale) are the same numbers after scaling, and so are the
    forecasts: training a network would amplify a difference in the last bit.

    Attributes
    ----------
    log : bool
    shift, scale : float
        In units of the series, or of its logarithm.
    lowest : float
        No forecast is below it: zero for counts, and for amounts that are often zero; no limit
        for others.
    lent : bool
        Whether the scale is that of other series, as this one is too short to vary.
    """

    log: bool
    shift: float
    scale: float
    lowest: float
    lent: bool = False

    @classmethod
    def of(cls, y: np.ndarray, sp: int, log: bool, effect=0.0) -> "SeriesScaler":
        """Median, and mean absolute seasonal difference, of the observed values."""
        rest = (np.log(y) if log else y) - effect
        lowest = 0.0 if is_never_negative(y) else -np.inf
        return cls(log, float(np.nanmedian(rest)), typical_change(rest, sp), lowest)

    @property
    def share(self) -> float:
        """The scale in relation to the level of the series, which a logarithm's is already."""
        return self.scale if self.log else self.scale / abs(self.shift)

    def scaled(self, y: np.ndarray, effect=0.0) -> np.ndarray:
        """From units of the series; NaN stays, and is what has no logarithm."""
        with np.errstate(divide="ignore", invalid="ignore"):
            rest = (np.log(y) if self.log else y) - effect
        return np.round((rest - self.shift) / (self.scale * GRID)) * GRID


def scalers_of(series: list[np.ndarray], sp: int, logs=None, effects=None) -> list[SeriesScaler]:
    """A scaler for each series of a panel; one too short to vary varies as the others do.

    In relation to its level, that is: the one observation of a new product is not a certain
    forecast of the next. Without others it varies by a tenth.

    Parameters
    ----------
    series : list of ndarray
    sp : int
    logs : sequence of bool, optional
        Whether to take logarithms; of none if not given.
    effects : list of ndarray, optional
        What to take off each series.
    """
    logs = [False] * len(series) if logs is None else logs
    effects = [0.0] * len(series) if effects is None else effects
    scalers = [SeriesScaler.of(y, sp, *rest) for y, *rest in zip(series, logs, effects)]
    few = [np.isfinite(y).sum() < FEWEST for y in series]
    short = [no and np.nanmax(y) == np.nanmin(y) for y, no in zip(series, few)]
    shares = [s.share for s, no in zip(scalers, short) if s.shift and not no]
    if not any(short):
        return scalers
    share = float(np.median(shares)) if shares else UNKNOWN
    return [
        replace(s, scale=share * abs(s.shift), lent=True) if no and s.shift and not s.log else s
        for s, no in zip(scalers, short)
    ]


def typical_change(y: np.ndarray, sp: int) -> float:
    """Mean absolute difference of values ``sp`` steps apart, or the next best measure of scale."""
    for lag in (sp, 1):
        change = np.abs(y[lag:] - y[:-lag])
        if np.isfinite(change).any():
            scale = float(np.nanmean(change))
            if scale > 0:
                return scale
    middle = float(np.nanmedian(y))
    spread = float(np.nanmean(np.abs(y - middle)))
    # a constant series: its forecasts are this constant, whatever the scale
    return spread or abs(middle) * 1e-6 or 1e-6


def can_be_logged(y: np.ndarray) -> bool:
    """Whether all values are positive and none is so small that its logarithm would stand out."""
    low, high = np.nanmin(y), np.nanmax(y)
    return low > 0 and high / low < SAFE_LOG_RATIO


def is_never_negative(y: np.ndarray) -> bool:
    """Whether zero is the least there can be: of counts, and of amounts that are often zero."""
    if np.nanmin(y) != 0:
        return False
    observed = y[np.isfinite(y)]
    return not np.mod(observed, 1).any() or np.sum(observed == 0) >= max(3, 0.05 * len(observed))
