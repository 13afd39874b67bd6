"""Exogenous columns, aligned with the series."""

import warnings

import numpy as np
import pandas as pd

from ._column_encoder import ColumnEncoder
from ._series import SeriesSet, check_distinct, check_times, future_index, instances


class ExogenousColumns:
    """Exogenous columns and how they become numbers; remembers what the past was.

    Parameters
    ----------
    encoder : ColumnEncoder
    X : DataFrame
        Columns over the time of the training data, and perhaps beyond it.

    Raises
    ------
    ValueError
        If X lacks a column, or has a time twice.
    """

    def __init__(self, encoder: ColumnEncoder, X: pd.DataFrame):
        check_distinct(X.index, "X")
        self.encoder = encoder
        self._history = encoder.plain(X)

    def extended(self, X: pd.DataFrame) -> "ExogenousColumns":
        """With more rows; later ones replace earlier ones of the same time."""
        check_times(X.index, self._history.index, "X")
        longer = ExogenousColumns(self.encoder, X)
        joined = pd.concat([self._history, longer._history])
        longer._history = joined[~joined.index.duplicated(keep="last")].sort_index()
        return longer

    def arrays(
        self,
        series: SeriesSet,
        X: pd.DataFrame | None = None,
        room: int = 0,
        asked: np.ndarray | None = None,
        read: np.ndarray | None = None,
    ) -> list[np.ndarray]:
        """Columns of each series from its first observation to some steps beyond its end.

        Columns whose future is not known are missing there.

        Parameters
        ----------
        series : SeriesSet
        X : DataFrame or None
            Rows of the future; they replace those that came with earlier data.
        room : int
            Steps beyond the end.
        asked : ndarray of shape (n_series, n_steps), optional
            Steps from the ends that are forecast, whose rows must be there.
        read : ndarray of shape (n_series, n_read), optional
            Steps whose rows the forecasts depend on besides; positive ones count.

        Returns
        -------
        list of ndarray of shape (n_i + room, n_outputs), float32; NaN where missing

        Raises
        ------
        ValueError
            If there are no rows of a series, or none at a step that is forecast.

        Warns
        -----
        UserWarning
            If there is no row at a step before those.
        """
        frames = instances(self._joined(X))
        past = [self.encoder.names.index(name) for name in self.encoder.past]
        parts, later, warned = [], {}, False  # many series end at the same time
        for i, (key, index) in enumerate(zip(series.keys, series.indices)):
            if key not in frames:
                raise ValueError(f"X has no rows for the series {key!r} of y.")
            times = index
            if room:
                if index[-1] not in later:
                    steps = np.arange(1, room + 1)
                    later[index[-1]] = future_index(index, steps, series.freq)
                times = index.append(later[index[-1]])
            if asked is not None and len(past) < len(self.encoder.names):
                given = frames[key].index
                _check_rows(given, _times_ahead(times, len(index), asked[i]), key)
                if read is not None and not warned:
                    warned = _warn_of_rows_between(
                        given, _times_ahead(times, len(index), read[i]), key
                    )
            frame = frames[key].reindex(times)
            frame.iloc[len(index) :, past] = np.nan
            parts.append(frame.to_numpy())
        encoded = self.encoder.encode(np.concatenate(parts))
        return np.split(encoded, np.cumsum([len(part) for part in parts])[:-1])

    def check_future(self, X: pd.DataFrame | None) -> None:
        """Refuse a forecast without the columns it needs.

        Raises
        ------
        ValueError
        """
        given = [] if X is None else list(X.columns)
        missing = [name for name in self._known_names() if name not in given]
        if missing:
            raise ValueError(
                f"fit was given the exogenous columns {self.encoder.names}, so predict needs X "
                f"with {missing} over the horizon. Pass X to predict, or name columns whose future "
                "is not known in past_columns."
            )

    def check_ends(self, series: SeriesSet, before: SeriesSet) -> None:
        """Refuse an update of series without the columns that are known there.

        What these do would be taken for the level, and be forecast a second time.

        Raises
        ------
        ValueError
            If there is no row at an end that was not there before.
        """
        names = self._known_names()
        ends = before.last_times
        for key, end in series.last_times.items():
            if names and ends.get(key, end) != end and not self._has_row(key, end):
                where = "" if key is None else f" of series {key!r}"
                raise ValueError(
                    f"update needs X with {names} up to the new end{where}, but has no row at "
                    f"{end}. Pass X to update, or name columns whose future is not known in "
                    "past_columns."
                )

    def _known_names(self) -> list:
        """Names of the columns whose future is known."""
        return [name for name in self.encoder.names if name not in self.encoder.past]

    def _has_row(self, key, time) -> bool:
        if key is None:
            return time in self._history.index
        return (*(key if isinstance(key, tuple) else (key,)), time) in self._history.index

    def _joined(self, X) -> pd.DataFrame:
        if X is None:
            return self._history
        check_instances(X, self._history)
        check_times(X.index, self._history.index, "X")
        check_distinct(X.index, "X")
        future = X.reindex(columns=self.encoder.names)
        if self.encoder.past:
            future[self.encoder.past] = np.nan
        known = self._known_names()
        future = self.encoder.plain(future)[known]
        joined = self._history.reindex(self._history.index.union(future.index, sort=False))
        joined.loc[future.index, known] = future  # also where it is missing: a plan is given up
        return joined


def check_instances(X: pd.DataFrame, like: pd.DataFrame | pd.Series) -> None:
    """Refuse columns of one series where there is a panel, and the reverse.

    Raises
    ------
    ValueError
    """
    given, expected = X.index.nlevels, like.index.nlevels
    if given == expected:
        return
    if given == 1:
        raise ValueError(
            "y is a panel, but X has no instances; repeat X for each series, as by "
            "pd.concat(dict.fromkeys(y.index.droplevel(-1).unique(), X))."
        )
    if expected == 1:
        first = X.index.droplevel(-1)[0]
        raise ValueError(
            "y is one series, but X has rows of several instances; pass those of one, as by "
            f"X.loc[{first!r}]."
        )
    raise ValueError(
        f"The index of X must have the {expected} levels of that of y, with the times last, but it "
        f"has {given}: {list(X.index.names)}."
    )


def _times_ahead(times: pd.Index, n: int, steps: np.ndarray) -> pd.Index:
    """Times some steps after the first n, without steps that are not positive."""
    return times[n - 1 + np.unique(steps[steps > 0])]


def _check_rows(given: pd.Index, asked: pd.Index, key) -> None:
    """Refuse columns without a row at a time that is forecast."""
    absent = _absent(given, asked, key)
    if absent:
        raise ValueError(
            f"{absent}, for which a forecast is asked; its last one is at {given.max()}. Pass rows "
            "for all times of fh, with NaN where a value is unknown."
        )


def _warn_of_rows_between(given: pd.Index, read: pd.Index, key) -> bool:
    """Warn of columns without a row at a time before those that are forecast."""
    absent = _absent(given, read, key)
    if absent:
        warnings.warn(
            f"{absent}, between the times of fh: what columns are there has an effect later, and "
            "the values before are carried on. Pass rows up to the last time of fh, with NaN where "
            "a value is unknown.",
            stacklevel=2,
        )
    return bool(absent)


def _absent(given: pd.Index, wanted: pd.Index, key) -> str:
    absent = wanted[~wanted.isin(given)]
    where = "" if key is None else f" of series {key!r}"
    more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
    return f"X has no row{where} at {absent[0]}{more}" if len(absent) else ""
