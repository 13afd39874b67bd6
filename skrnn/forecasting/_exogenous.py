"""Exogenous columns, aligned with the series."""

import warnings

import numpy as np
import pandas as pd

from ._column_encoder import ColumnEncoder
from ._regular_times import check_distinct, check_times
from ._series import SeriesSet, instances

USUAL_SHARE = 0.1  # of missing values in the past, from which on they are nothing to warn of


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

    def with_future(self, X: pd.DataFrame | None, series: SeriesSet) -> "ExogenousColumns":
        """With rows of the future, of columns that are known there.

        They replace earlier ones. After the ends of the series missing values (NaN) do so too: they
        take back what was planned.
        """
        if X is None:
            return self
        check_instances(X, self._history)
        check_times(X.index, self._history.index, "X")
        future = X.reindex(columns=self.encoder.names)
        if self.encoder.past:
            future[self.encoder.past] = np.nan
        longer = ExogenousColumns(self.encoder, future)
        names = [name for name in self._known_names() if name in X.columns]
        before, given = self._history, longer._history[names]
        # not by union, which pandas 2 gets wrong for dates in seconds
        joined = before.reindex(before.index.append(given.index[~given.index.isin(before.index)]))
        in_past = series.cover(given.index)
        joined.update(given[in_past])
        joined.loc[given.index[~in_past], names] = given[~in_past]
        longer._history = joined
        return longer

    def arrays(self, series: SeriesSet, room: int = 0) -> list[np.ndarray]:
        """Columns of each series from its first observation to some steps beyond its end.

        Columns whose future is not known are missing there.

        Returns
        -------
        list of ndarray of shape (n_i + room, n_outputs), float32; NaN where missing

        Raises
        ------
        ValueError
            If there are no rows of a series.
        """
        past = [self.encoder.names.index(name) for name in self.encoder.past]
        frames, parts = instances(self._history), []
        for key, index, later in zip(series.keys, series.indices, series.times_ahead(room)):
            if key not in frames:
                raise ValueError(f"X has no rows for the series {key!r} of y.")
            frame = frames[key].reindex(index.append(later))
            frame.iloc[len(index) :, past] = np.nan
            parts.append(frame.to_numpy())
        encoded = self.encoder.encode(np.concatenate(parts))
        return np.split(encoded, np.cumsum([len(part) for part in parts])[:-1])

    def check_rows(self, series: SeriesSet, steps: np.ndarray, reads_all: bool) -> None:
        """Refuse a forecast without rows of columns that are known in the future.

        Parameters
        ----------
        series : SeriesSet
        steps : ndarray of shape (n_series, n_steps)
            Steps from the ends that are forecast; positive ones are in the future.
        reads_all : bool
            Whether forecasts depend on the rows of the steps between as well.

        Raises
        ------
        ValueError
            If there is no row at a step that is forecast.

        Warns
        -----
        UserWarning
            If there is no row at a step between that forecasts depend on.
        """
        room = steps.max()
        if room <= 0 or not self._known_names():
            return
        frames, warned = instances(self._history), not reads_all
        for key, later, asked in zip(series.keys, series.times_ahead(room), steps):
            given = frames[key].index if key in frames else later[:0]
            asked = asked[asked > 0]
            _check_rows(given, later[np.unique(asked) - 1], key)
            warned = warned or _warn_of_rows_between(given, later[: asked.max(initial=0)], key)

    def warn_of_missing(self, encoded: list, series: SeriesSet, steps: np.ndarray, used) -> None:
        """Warn of columns that lack most values of the future, but hardly any before.

        Parameters
        ----------
        encoded : list of ndarray of shape (n_i + room, n_outputs)
            As `arrays` gives them.
        series : SeriesSet
        steps : ndarray of shape (n_series, n_steps)
            Steps from the ends that are forecast; positive ones are in the future.
        used : ndarray of shape (n_outputs,), bool
            The encoded columns that forecasts depend on.

        Warns
        -----
        UserWarning
        """
        lacking = np.zeros(len(used), dtype=bool)
        for x, values, asked in zip(encoded, series.values, steps):
            future = np.isnan(x[len(values) - 1 + asked[asked > 0]])
            if len(future) and (rare := used & (future.mean(0) > 0.5)).any():
                past = np.isnan(x[: len(values), rare])
                lacking[rare] |= past.mean(0) < USUAL_SHARE
        if lacking.any():
            places = np.unique(self.encoder.sources[lacking])
            names = [self.encoder.names[place] for place in places]
            warnings.warn(
                f"Columns {names} of X have no value at more than half of the times that are "
                "forecast: the last known ones stand in for them, and intervals do not widen. Pass "
                "values that are planned or forecast, or name the columns in past_columns.",
                stacklevel=2,
            )

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
        """Refuse an update that moves the end of a series but has no columns there.

        Their effect would be taken for the level of the series, and be added to forecasts again.

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
            f"{absent}, between the times of fh: the values of columns there have an effect later, "
            "and the last known values stand in for them. Pass rows up to the last time of fh, "
            "with NaN where a value is unknown.",
            stacklevel=2,
        )
    return bool(absent)


def _absent(given: pd.Index, wanted: pd.Index, key) -> str:
    absent = wanted[~wanted.isin(given)]
    where = "" if key is None else f" of series {key!r}"
    more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
    return f"X has no row{where} at {absent[0]}{more}" if len(absent) else ""
