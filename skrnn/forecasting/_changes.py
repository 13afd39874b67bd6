"""Changes of series and of their exogenous columns, in rows of time."""

from dataclasses import dataclass

import numpy as np

FEWEST_ROWS = 30  # to learn from
FEWEST_WHOLE = 0.2  # share of rows without gaps from which rows with gaps are left out
FEWEST_SEASONS = 3  # from which on the mean change of each place in the season is taken off


def carried_on(columns: np.ndarray) -> np.ndarray:
    """Values that are missing stay as they were; before the first they are zero, the mean.

    Parameters
    ----------
    columns : ndarray of shape (n, n_columns)
        NaN where missing.
    """
    missing = np.isnan(columns)
    if not missing.any():
        return columns
    last = np.where(missing, 0, np.arange(len(columns))[:, None])
    np.maximum.accumulate(last, axis=0, out=last)
    return np.nan_to_num(np.take_along_axis(columns, last, axis=0))


@dataclass(frozen=True)
class Changes:
    """Changes of all series, each beside those of its columns and their lags, in order of time.

    Attributes
    ----------
    given : ndarray of shape (n_rows, 1 + n_features)
        NaN where columns have gaps.
    carried : ndarray of shape (n_rows, 1 + n_features)
        The same of columns that are carried on over their gaps. Their changes come late: where
        they are known again.
    times : ndarray of shape (n_rows,)
        Places among the times of all series.
    """

    given: np.ndarray
    carried: np.ndarray
    times: np.ndarray

    @classmethod
    def of(cls, parts, stops, n_lags: int, sp: int) -> "Changes":
        """Rows in which the series have no gaps.

        Parameters
        ----------
        parts : list of (ndarray of shape (n_i,), ndarray of shape (n_i, n_columns))
            Series and columns, NaN where missing.
        stops : sequence of int
            The first time after each series.
        n_lags : int
            Beside the change at the same time.
        sp : int
            Seasonal period; what repeats with it is left out.
        """
        given = [_changes(z, x, n_lags, sp) for z, x in parts]
        times = [np.arange(stop - len(part), stop) for stop, part in zip(stops, given)]
        times = np.concatenate(times)
        given = np.concatenate(given)
        places = np.flatnonzero(np.isfinite(given[:, 0]))
        places = places[np.argsort(times[places], kind="stable")]
        given, times = given[places], times[places]
        if not np.isnan(given).any():
            return cls(given, given, times)
        carried = [_changes(z, carried_on(x), n_lags, sp) for z, x in parts]
        return cls(given, np.concatenate(carried)[places], times)

    def of_features(self, chosen: np.ndarray) -> "Changes":
        """Only some of the features, (n_features,) bool."""
        chosen = np.append(True, chosen)
        return Changes(self.given[:, chosen], self.carried[:, chosen], self.times)

    def without_gaps(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Features, target and times of the rows whose columns have no gaps.

        Where few are left, as of a monthly column beside a daily series, columns are carried on.
        """
        rows, times = self.carried, self.times
        whole = np.isfinite(self.given).all(1)
        if whole.sum() >= max(FEWEST_ROWS, FEWEST_WHOLE * len(whole)):
            rows, times = self.given[whole], self.times[whole]
        return rows[:, 1:], rows[:, 0], times


def _changes(z: np.ndarray, x: np.ndarray, n_lags: int, sp: int) -> np.ndarray:
    n = len(z)
    dz, dx = np.diff(z), np.diff(x, axis=0)
    lagged = [dx[n_lags - lag : n - 1 - lag] for lag in range(n_lags + 1)]
    rows = np.column_stack([dz[n_lags:], *lagged])
    if sp > 1 and len(rows) >= FEWEST_SEASONS * sp:
        for place in range(sp):
            alike = rows[place::sp]
            known = np.isfinite(alike)
            alike -= np.where(known, alike, 0.0).sum(0) / np.maximum(1, known.sum(0))
    return rows
