"""Linear effects of exogenous columns and their lags."""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LassoCV, LinearRegression
from sklearn.model_selection import KFold, TimeSeriesSplit

from ._changes import FEWEST_ROWS, Changes

MOST_LAGS = 12
MOST_NUMBERS = 2**24  # to learn from: of large panels some series, of long ones the ends
SPLITS = 3  # of the later half, held out in turn: do the columns help there?
LEAST_GAIN = 0.03  # of the held-out absolute changes that the columns must explain,
LEAST_CERTAINTY = 2.5  # in standard errors of that gain
TINY = 1e-12


@dataclass(frozen=True)
class Regression:
    """Effect of columns and their lags on scaled series, one for the whole panel.

    Levels are left to the base forecast: the coefficients are those of a regression of changes
    on changes.

    Attributes
    ----------
    coefficients : ndarray of shape (n_lags + 1, n_columns)
    """

    coefficients: np.ndarray

    @classmethod
    def learn(
        cls, series, columns, known, sp: int, starts=None, share: float = 1.0
    ) -> "Regression | None":
        """Select columns and lags by the lasso; None where they do not help on held-out data.

        Parameters
        ----------
        series : list of ndarray of shape (n_i,)
            Scaled; NaN where missing.
        columns : list of ndarray of shape (n_i, n_columns)
            NaN where missing.
        known : ndarray of shape (n_columns,), bool
            Columns with an unknown future have no effect here.
        sp : int
            Seasonal period. What repeats with it is left out: a column of noise often seems to
            explain some of a season.
        starts : ndarray of shape (n_series,), optional
            Times of the first observations; the same for all if not given.
        share : float
            Of the largest amount of numbers that are learnt from.
        """
        lengths = np.sort([len(z) for z in series])
        # of the series that hold half of all values: a new one has none for lags, and no say
        typical = lengths[np.searchsorted(lengths.cumsum(), lengths.sum() / 2)]
        n_lags = int(min(MOST_LAGS, typical // 10))
        most_rows = int(share * MOST_NUMBERS) // (1 + (n_lags + 1) * int(known.sum()))
        long = np.flatnonzero([len(z) > n_lags for z in series])
        n_some = len(long) // max(1, lengths.sum() // most_rows)
        # at random, or of two columns side by side it might be all of the first
        some = np.sort(np.random.default_rng(0).permutation(long)[: max(1, n_some)])
        last = slice(-max(FEWEST_ROWS + n_lags, most_rows // len(some)), None)
        parts = [(series[i][last], columns[i][last][:, known]) for i in some]
        stops = [len(series[i]) + (0 if starts is None else starts[i]) for i in some]
        changes = Changes.of(parts, stops, n_lags, sp)
        X, y, times = changes.without_gaps()
        half = len(y) // 2
        if len(y) < FEWEST_ROWS or not X.any():
            return None
        chosen = _select(X[:half], y[:half])
        if not chosen.any():
            return None
        since = times[half]
        X, y, times = changes.of_features(chosen).without_gaps()
        if not _columns_help(X, y, times, since, n_lags):
            return None
        flat = np.zeros(len(chosen))
        flat[chosen] = LinearRegression().fit(X, y).coef_
        coefficients = np.zeros((n_lags + 1, len(known)))
        coefficients[:, known] = flat.reshape(n_lags + 1, -1)
        return cls(coefficients)

    @property
    def used(self) -> np.ndarray:
        """Whether each column has an effect, (n_columns,)."""
        return self.coefficients.any(axis=0)

    @property
    def has_lags(self) -> bool:
        return bool(self.coefficients[1:].any())

    def effect(self, columns: np.ndarray) -> np.ndarray:
        """Effect at each row of the columns of one series, (n,); before the first row it stays."""
        n_lags = len(self.coefficients) - 1
        padded = np.concatenate([np.repeat(columns[:1], n_lags, axis=0), columns])
        n = len(columns)
        lagged = [padded[n_lags - lag : n_lags - lag + n] for lag in range(n_lags + 1)]
        return sum(x @ c for x, c in zip(lagged, self.coefficients))


def _select(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near-perfect fits need no more steps
        # without a seed, which nothing depends on, it draws one from NumPy's global generator
        # each part is held out in turn: rare events may be in few of them
        lasso = LassoCV(cv=KFold(5), max_iter=2000, random_state=0).fit(X, y)
    return lasso.coef_ != 0


def _columns_help(X: np.ndarray, y: np.ndarray, times: np.ndarray, since: int, gap: int) -> bool:
    """Whether regressions on earlier rows explain enough of held-out absolute changes.

    A gap of some times keeps lags from reaching into the held-out ones. The part that the columns
    were selected on, before a time, is not held out. What all series gain at one time counts as
    one gain, since they may share its shocks.

    The gains must be certain by their own spread, or by what chance would bring, even without the
    largest of them and its neighbours: an effect that has nothing to do with the changes gains its
    own size at most, and seldom more than the typical size of changes. So a few large events
    suffice.
    """
    distinct, places = np.unique(times, return_inverse=True)
    n_times = len(distinct)
    first = max(n_times // 2, int(np.searchsorted(distinct, since)))
    size = (n_times - first) // SPLITS
    if not size:
        return False
    gains, chances, total = [], [], 0.0
    gap = min(gap, n_times // 20)
    splits = TimeSeriesSplit(SPLITS, test_size=size, gap=gap)
    for early, late in splits.split(distinct):
        learnt, held_out = places <= early[-1], (places >= late[0]) & (places <= late[-1])
        usual = y[learnt].mean()  # drift is not the columns' merit
        changes, place = y[held_out] - usual, places[held_out] - late[0]
        effects = LinearRegression().fit(X[learnt], y[learnt]).predict(X[held_out]) - usual
        gain = np.abs(changes) - np.abs(changes - effects)
        gains.append(np.bincount(place, gain, minlength=size))
        chance = np.minimum(np.abs(effects), np.sqrt(np.mean(changes**2)))
        chances.append(np.bincount(place, chance, minlength=size))
        total += np.abs(changes).sum()
    gains, chances = np.concatenate(gains), np.concatenate(chances)
    by_spread = gains.sum() / max(np.sqrt(len(gains)) * gains.std(), TINY)
    rest = np.abs(np.arange(len(gains)) - gains.argmax()) > max(gap, 1)
    by_chance = gains[rest].sum() / max(np.sqrt((chances[rest] ** 2).sum()), TINY)
    certain = max(by_spread, by_chance) > LEAST_CERTAINTY
    return bool(certain and gains.sum() > LEAST_GAIN * total)
