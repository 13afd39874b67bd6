"""How far to trust each network, and how wide intervals must be: learnt on windows held out."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.stats import norm

from ._quantiles import LEVELS, MEDIAN

GRID = 8  # shares are tried in steps of one over this
SURPRISE = 0.4  # how quickly shares grow unlikely away from the usual ones, for each horizon
# Share of the error by which unequal shares of several members must lower it, for each unit of
# share that is moved. The series of a panel share the shocks of the held-out time, so that even all
# together they tell of one time only. This costs next to nothing on synthetic panels, which the
# pretrained network knows best (tools/score_panels.py).
EQUALITY = 0.05
# How far to trust the spread that many series show at one time: not at all (0) or fully (1). A
# compromise: on synthetic panels that share shocks, intervals are better the smaller it is, down to
# a fourth (tools/score_panels.py), but there the pretrained network is at its best; some real
# panels are best with 0, some with 1.
TRUST_IN_ONE_TIME = 0.75
TINY = 1e-12  # error, in scales of a series
WIDENINGS = (0.2, 5.0)
GROUP = 50  # held-out windows for each group of steps with a widening of its own


@dataclass(frozen=True)
class Correction:
    """What a network says of some windows, on the panel's scale.

    Attributes
    ----------
    median : ndarray of shape (n, horizon)
        What it adds to the base forecast.
    spread : ndarray of shape (n, horizon, n_levels)
        Distances of the quantiles from the median.
    """

    median: np.ndarray
    spread: np.ndarray


def random_walk_correction(base: np.ndarray) -> Correction:
    """No correction, and the quantiles of a normal random walk of unit steps."""
    n, horizon = base.shape
    growth = np.sqrt(np.arange(1, horizon + 1))[:, None] * norm.ppf(LEVELS)
    spread = np.broadcast_to(growth, (n, horizon, len(LEVELS)))
    return Correction(np.zeros_like(base), spread)


@dataclass(frozen=True)
class Prediction:
    """A base forecast (n, horizon), and at least one correction."""

    base: np.ndarray
    corrections: list[Correction]

    def median(self, shares: np.ndarray) -> np.ndarray:
        """The base forecast with some share of each correction."""
        return self.base + sum(s * c.median for s, c in zip(shares, self.corrections))

    def spread(self, shares: np.ndarray) -> np.ndarray:
        """Mean spread, weighted by the shares; plain where no correction has any."""
        weights = shares if shares.any() else np.ones(len(self.corrections))
        weights = weights / weights.sum()
        return sum(w * c.spread for w, c in zip(weights, self.corrections))


@dataclass(frozen=True)
class Calibration:
    """Share of each correction that is used, and factors of the quantiles' distances.

    Attributes
    ----------
    shares : ndarray of shape (n_corrections,)
        Their sum is at most one.
    widening : ndarray of shape (horizon, n_levels)

    References
    ----------
    .. [1] Romano, Patterson and Candes, "Conformalized quantile regression", NeurIPS 2019. Here
           the conformity score is relative to the quantile's distance from the median.
    """

    shares: np.ndarray
    widening: np.ndarray

    @classmethod
    def usual(cls, n_corrections: int, horizon: int, widening: float) -> "Calibration":
        """Where nothing could be held out: equal shares, and the same factor for all quantiles."""
        return cls(usual_shares(n_corrections), np.full((horizon, len(LEVELS)), widening))

    @classmethod
    def learn(
        cls,
        prediction: Prediction,
        futures: np.ndarray,
        n_horizons: float,
        doubt: float,
        doubt_of_widening: float,
        one_time: bool = False,
        usual_widening: float = 1.0,
    ) -> "Calibration":
        """Learn from forecasts of windows and what came after them.

        Parameters
        ----------
        prediction : Prediction
        futures : ndarray of shape (n, horizon)
            NaN where unknown.
        n_horizons : float
            How many horizons the futures come to: less than all, since they overlap.
        doubt, doubt_of_widening : float
            Usual shares, and the usual widening, weigh as much as this many horizons.
        one_time : bool
            Whether most of what is known is what many series did at one time. Its shocks are in
            all of them, so that most errors lie on one side, and those of the next time may lie on
            the other: both tails are widened alike, and by a part of what was seen.
        usual_widening : float
        """
        n_horizons = n_horizons * np.isfinite(futures).mean()
        shares = _learn_shares(prediction, futures, n_horizons, doubt)
        error = (futures - prediction.median(shares))[..., None]
        spread = prediction.spread(shares)
        relative = np.full(spread.shape, np.nan)
        np.divide(error, spread, out=relative, where=spread != 0)
        n_windows, horizon = futures.shape
        widening = np.ones((horizon, len(LEVELS)))
        groups = np.array_split(np.arange(horizon), np.clip(n_windows // GROUP, 1, horizon))
        for steps in groups:
            for level, probability in enumerate(LEVELS):
                if level != MEDIAN:
                    widening[steps, level] = _factor(relative[:, steps, level], probability)
        if one_time:
            widening = _tails_alike(widening) ** TRUST_IN_ONE_TIME
        share = n_horizons / (n_horizons + doubt_of_widening)
        return cls(shares, widening**share * usual_widening ** (1 - share))

    def quantiles(self, prediction: Prediction) -> np.ndarray:
        """Calibrated quantiles, (n, n_steps, n_levels), in ascending order.

        Steps beyond the horizon are widened as its last one is.
        """
        median = prediction.median(self.shares)[..., None]
        steps = np.minimum(np.arange(median.shape[1]), len(self.widening) - 1)
        spread = self.widening[steps] * prediction.spread(self.shares)
        return np.sort(median + spread, axis=-1)


def usual_shares(n_corrections: int) -> np.ndarray:
    """Equal shares that sum to one."""
    return np.full(n_corrections, 1 / max(n_corrections, 1))


def _learn_shares(
    prediction: Prediction, futures: np.ndarray, n_horizons: float, doubt: float
) -> np.ndarray:
    """Mean of the shares on a grid, weighted by how likely the errors make them, and how usual.

    Errors are taken to follow a Laplace distribution of unknown scale, and those of one horizon
    to be as good as one. Several members are drawn towards equal shares, which combinations with
    estimated weights seldom beat [1]_, [2]_.

    References
    ----------
    .. [1] Smith and Wallis, "A simple explanation of the forecast combination puzzle", Oxford
           Bulletin of Economics and Statistics 71, 2009.
    .. [2] Diebold and Shin, "Machine learning for regularized survey forecast combination:
           partially-egalitarian LASSO and its derivatives", International Journal of Forecasting
           35, 2019.
    """
    known = np.isfinite(futures)
    medians = [c.median[known] for c in prediction.corrections]
    usual = usual_shares(len(medians))
    if not known.any():
        return usual
    if not any(median.any() for median in medians):
        return np.zeros(len(medians))
    lacking = (futures - prediction.base)[known]
    tried = np.array(list(product(range(GRID + 1), repeat=len(medians)))) / GRID
    tried = tried[tried.sum(1) <= 1]
    errors = np.array([np.abs(lacking - sum(map(np.multiply, s, medians))).mean() for s in tried])
    moved = np.maximum(usual - tried, 0).sum(1)  # from the usual shares to others
    fit = -n_horizons * np.log(np.maximum(errors / max(errors.min(), TINY), 1.0))
    pull = SURPRISE * doubt + (EQUALITY * n_horizons if len(medians) > 1 else 0)
    weights = np.exp(fit - pull * moved)
    return weights @ tried / weights.sum()


def _tails_alike(widening: np.ndarray) -> np.ndarray:
    """Geometric means of the factors of both tails, but at least half of the larger one.

    The quantile loss on synthetic panels that share shocks is 1.3 % smaller than with a factor for
    each tail. Half of the larger one is more only after a shock larger than a time commonly brings.
    """
    other = widening[:, ::-1]
    return np.maximum(np.sqrt(widening * other), np.maximum(widening, other) / 2)


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
