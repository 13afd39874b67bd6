"""How far to trust the network, and how wide intervals must be: learnt on windows held out."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from ._quantiles import LEVELS, MEDIAN

SHARES = np.linspace(0, 1, 9)
FULL_TRUST = 0.5  # weight of share one: the ensemble has seen more than the held-out network
WIDENINGS = (0.2, 5.0)
GROUP = 50  # held-out windows for each group of steps with a widening of its own


@dataclass(frozen=True)
class Prediction:
    """What base forecast and networks say of some windows, on the panel's scale.

    Attributes
    ----------
    base : ndarray of shape (n, horizon)
    correction : ndarray of shape (n, horizon)
        What the networks' median adds to the base forecast.
    spread : ndarray of shape (n, horizon, n_levels)
        Distances of the quantiles from the median.
    """

    base: np.ndarray
    correction: np.ndarray
    spread: np.ndarray


@dataclass(frozen=True)
class Calibration:
    """Share of the networks' correction that is used, and factors of the quantiles' distances.

    Attributes
    ----------
    share : float
    widening : ndarray of shape (horizon, n_levels)

    References
    ----------
    .. [1] Romano, Patterson and Candes, "Conformalized quantile regression", NeurIPS 2019. Here
           the conformity score is relative to the quantile's distance from the median.
    """

    share: float
    widening: np.ndarray

    @classmethod
    def usual(cls, horizon: int) -> "Calibration":
        """Where nothing could be held out."""
        return cls(FULL_TRUST, np.ones((horizon, len(LEVELS))))

    @classmethod
    def learn(cls, prediction: Prediction, futures: np.ndarray) -> "Calibration":
        """From forecasts of windows and what came after them, (n, horizon), NaN if unknown."""
        share = _best_share(prediction, futures)
        median = prediction.base + share * prediction.correction
        error = (futures - median)[..., None]
        relative = np.full(prediction.spread.shape, np.nan)
        np.divide(error, prediction.spread, out=relative, where=prediction.spread != 0)
        n_windows, horizon = futures.shape
        widening = np.ones((horizon, len(LEVELS)))
        groups = np.array_split(np.arange(horizon), np.clip(n_windows // GROUP, 1, horizon))
        for steps in groups:
            for level, probability in enumerate(LEVELS):
                if level != MEDIAN:
                    widening[steps, level] = _factor(relative[:, steps, level], probability)
        return cls(share, widening)

    def quantiles(self, prediction: Prediction) -> np.ndarray:
        """Calibrated quantiles, (n, horizon, n_levels), in ascending order."""
        median = prediction.base + self.share * prediction.correction
        return np.sort(median[..., None] + self.widening * prediction.spread, axis=-1)


def random_walk_spread(n: int, horizon: int) -> np.ndarray:
    """Distances of a normal random walk's quantiles from its median, in units of its scale."""
    growth = np.sqrt(np.arange(1, horizon + 1))[:, None] * norm.ppf(LEVELS)
    return np.broadcast_to(growth, (n, horizon, len(LEVELS)))


def _best_share(prediction: Prediction, futures: np.ndarray) -> float:
    if not prediction.correction.any():
        return 0.0
    known = np.isfinite(futures)
    if not known.any():
        return FULL_TRUST
    lacking, correction = (futures - prediction.base)[known], prediction.correction[known]
    errors = [np.abs(lacking - share * correction).mean() for share in SHARES]
    return float(FULL_TRUST + (1 - FULL_TRUST) * SHARES[int(np.argmin(errors))])


def _factor(relative: np.ndarray, probability: float) -> float:
    """Factor of a quantile's distance that puts the right share of the errors beyond it.

    The correction for a small sample counts windows, since the steps of one are not independent.
    """
    known = np.isfinite(relative)
    n_windows = max(1, int(known.any(1).sum()))
    relative = relative[known]
    if not len(relative):
        return 1.0
    inside = max(probability, 1 - probability)
    rank = min(1.0, inside * (n_windows + 1) / n_windows)
    return float(np.clip(np.quantile(relative, rank), *WIDENINGS))
