"""sktime's series, panels and hierarchies become lists of arrays, and forecasts go back."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sktime.datatypes import update_data
from sktime.forecasting.base import ForecastingHorizon

from ._regular_times import (
    check_times,
    common_frequency,
    future_index,
    in_zone_of,
    on_grid,
    steps_to,
)


@dataclass(frozen=True)
class SeriesSet:
    """The series of a container, one for each instance and each column of values.

    Attributes
    ----------
    keys : list
        Instance of each series; None for a single one.
    columns : list
        Column of each series.
    indices : list of Index
        Times of the observations.
    values : list of ndarray
        From the first observation to the last; NaN where missing.
    lag : ndarray of shape (n_series,)
        How many times of the container lie after the last observation of each series.
    like : DataFrame
        An empty frame of the container's form.
    freq : str, offset or None
        Frequency of times that do not tell their own.
    """

    keys: list
    columns: list
    indices: list
    values: list
    lag: np.ndarray
    like: pd.DataFrame
    freq: object = None

    @classmethod
    def of(cls, y: pd.DataFrame, freq=None) -> "SeriesSet":
        """Split a container.

        Times that are left out are missing values: each series gets a complete grid of times. What
        is missing at its end is forecast like the times after it: filled in, it would be taken for
        observations.

        Raises
        ------
        ValueError
            If values are infinite, a series has none at all, or times have no regular distance.
        """
        keys, columns, indices, values, lag = [], [], [], [], []
        frames = instances(y)
        freq, grids = freq or common_frequency([frame.index for frame in frames.values()]), {}
        for key, frame in frames.items():
            frame = on_grid(frame, freq, grids, "y" if key is None else f"series {key!r} of y")
            for column in frame.columns:
                array = frame[column].to_numpy(dtype=np.float64, copy=True)
                _check(array, key, column)
                observed = np.flatnonzero(~np.isnan(array))
                first, stop = observed[0], observed[-1] + 1
                keys.append(key)
                columns.append(column)
                indices.append(frame.index[first:stop])
                values.append(array[first:stop])
                lag.append(len(array) - stop)
        return cls(keys, columns, indices, values, np.array(lag), y.iloc[:0], freq)

    @property
    def starts(self) -> np.ndarray:
        """Places of the first observations among the times of all series, (n_series,)."""
        distinct = {(index[0], len(index)): index for index in self.indices}.values()
        if isinstance(self.indices[0], (pd.DatetimeIndex, pd.PeriodIndex)):
            distinct = [index.asi8 for index in distinct]
        times = np.unique(np.concatenate([np.asarray(index) for index in distinct]))
        firsts = pd.Index([index[0] for index in self.indices])
        firsts = firsts.asi8 if hasattr(firsts, "asi8") else np.asarray(firsts)
        return np.searchsorted(times, firsts)

    @property
    def stride(self) -> int:
        """The largest number of steps that all observations of all series lie apart by."""
        return int(np.gcd.reduce([_stride(values) for values in self.values]))

    @property
    def last_times(self) -> dict:
        """Time of the last observation of each instance, in any of its columns."""
        last = {}
        for key, index in zip(self.keys, self.indices):
            last[key] = max(last.get(key, index[-1]), index[-1])
        return last

    def cover(self, index: pd.Index) -> np.ndarray:
        """Whether rows of a container are not after the last observation of their instance."""
        ends = self.last_times
        if None in ends:
            return np.asarray(index <= ends[None])
        of_rows = pd.Series(ends).reindex(index.droplevel(-1))
        return np.asarray(index.get_level_values(-1) <= of_rows.array)

    def times_ahead(self, n: int) -> list[pd.Index]:
        """Times of some steps after the last observation of each series."""
        known, steps = {}, np.arange(1, n + 1)  # many series end at the same time
        for index in self.indices if n else ():
            if index[-1] not in known:
                known[index[-1]] = future_index(index, steps, self.freq)
        return [known[index[-1]] if n else index[:0] for index in self.indices]

    def joined(self, before: pd.DataFrame, y: pd.DataFrame) -> pd.DataFrame:
        """The container before and more rows, which replace earlier ones of the same time.

        Columns and instances stay in their order, which sktime sorts; new instances are the last.
        The only column may have another name, as a Series often has, and so may the levels.

        Raises
        ------
        ValueError
            If there are other columns than before, times of another kind, or a panel where there
            was one series.
        """
        y = self._with_its_columns(y)
        if y.index.nlevels != before.index.nlevels:
            raise ValueError(
                f"update got y with {y.index.nlevels} levels in its index, but fit with "
                f"{before.index.nlevels}. Pass rows of the same form, with the names of the series."
            )
        check_times(y.index, before.index, "y")
        y = y.rename_axis(before.index.names)
        joined = update_data(before, y)[self.like.columns]
        if not isinstance(joined.index, pd.MultiIndex):
            return joined
        order = before.index.append(y.index).droplevel(-1).unique()
        places = order.get_indexer(joined.index.droplevel(-1))
        return joined.iloc[np.argsort(places, kind="stable")]

    def _with_its_columns(self, y: pd.DataFrame) -> pd.DataFrame:
        columns = self.like.columns
        if len(columns) == len(y.columns) == 1:
            return y.set_axis(columns, axis=1)
        if set(y.columns) != set(columns):
            raise ValueError(
                f"update got the columns {list(y.columns)}, but fit {list(columns)}. Pass the same "
                "ones, or fit anew."
            )
        return y

    def continued_from(self, other: "SeriesSet") -> "SeriesSet":
        """The same series in the order of another set, from the same times on.

        Raises
        ------
        ValueError
            If there are series that the other set does not have.
        """
        places = {name: i for i, name in enumerate(zip(self.keys, self.columns))}
        new = places.keys() - set(zip(other.keys, other.columns))
        if new:
            raise ValueError(
                f"update got series that fit has not seen, {sorted(map(str, new))[:5]}. Use "
                "update_params=True, or fit, to learn them."
            )
        order = [places[name] for name in zip(other.keys, other.columns)]
        # what was learnt of a series counts from its first observation on
        skipped = [self.indices[i].get_loc(before[0]) for i, before in zip(order, other.indices)]
        indices = [self.indices[i][n:] for i, n in zip(order, skipped)]
        values = [self.values[i][n:] for i, n in zip(order, skipped)]
        return replace(other, indices=indices, values=values, lag=self.lag[order])

    def steps(self, fh: ForecastingHorizon) -> np.ndarray:
        """Steps of a horizon after the last observation of each series, (n_series, n_steps).

        A relative horizon counts from the last row of each, an absolute one has the same times.

        Raises
        ------
        ValueError
            If an absolute horizon has times of another kind, or such that the frequency of the
            series does not have.
        """
        times = fh.to_pandas()
        if not fh.is_relative:
            times = in_zone_of(self.indices[0], times)
            check_times(times, self.indices[0], "fh")
        if fh.is_relative and not isinstance(times, pd.TimedeltaIndex):
            return np.asarray(times, dtype=int) + self.lag[:, None]
        known, steps = {}, []  # many series begin and end at the same times
        for index, lag in zip(self.indices, self.lag):
            span = index[0], index[-1], lag
            if span not in known:
                asked = times
                if fh.is_relative:
                    asked = future_index(index, np.array([lag]), self.freq)[0] + times
                known[span] = steps_to(asked, index, self.freq)
            steps.append(known[span])
        return np.stack(steps)

    def frame(self, values: np.ndarray, steps: np.ndarray, names=None) -> pd.DataFrame:
        """Forecasts in the form of the container.

        Parameters
        ----------
        values : ndarray of shape (n_series, n_steps) or (n_series, n_steps, n_names)
        steps : ndarray of shape (n_series, n_steps)
            Steps after the last observation of each series; zero or less for steps within.
        names : Index, optional
            Names of the last axis, which becomes the lower levels of the columns.
        """
        n_columns = len(self.like.columns)
        values = np.asarray(values)  # the columns of an instance follow one upon the other
        values = values.reshape(-1, n_columns, *values.shape[1:])
        rows = np.moveaxis(values, 1, 2).reshape(len(values) * steps.shape[1], -1)
        index = self._row_index(steps)
        return pd.DataFrame(rows, index=index, columns=self._column_index(names))

    def _row_index(self, steps: np.ndarray) -> pd.Index:
        """Instances, where there are any, and times."""
        n_columns = len(self.like.columns)
        known = {}  # many series end at the same time
        times = []
        for index, of_one in zip(self.indices[::n_columns], steps[::n_columns]):
            asked = index[-1], of_one[0]  # the others are as far from the first one for all
            if asked not in known:
                known[asked] = future_index(index, of_one, self.freq)
            times.append(known[asked])
        if self.keys[0] is None:
            return times[0]
        keys = self.keys[::n_columns]
        keys = [key if isinstance(key, tuple) else (key,) for key in keys]
        given = self.like.index.levels  # whose types are kept
        levels = [
            pd.Index(level, dtype=like.dtype).repeat(steps.shape[1])
            for level, like in zip(map(list, zip(*keys)), given)
        ]
        joined = times[0].append(times[1:])
        return pd.MultiIndex.from_arrays([*levels, joined], names=self.like.index.names)

    def _column_index(self, names) -> pd.Index:
        columns = self.like.columns
        if names is None:
            return columns
        pairs = [
            (column, *(name if isinstance(name, tuple) else (name,)))
            for column in columns
            for name in names
        ]
        return pd.MultiIndex.from_tuples(pairs)


def instances(frame: pd.DataFrame) -> dict:
    """Parts of a panel or hierarchy by instance; a single series has the key None."""
    if not isinstance(frame.index, pd.MultiIndex):
        return {None: frame}
    levels = list(range(frame.index.nlevels - 1))
    for name, level, codes in zip(frame.index.names, frame.index.levels[:-1], frame.index.codes):
        if (codes < 0).any() or level.hasnans:
            raise ValueError(
                f"Level {name!r} of the index, which names the series, has missing values. Give "
                "every series a name, or leave those rows out."
            )
    groups = frame.groupby(level=levels if len(levels) > 1 else 0, sort=False, observed=True)
    return {key: group.droplevel(levels) for key, group in groups}


def check_whole(y: pd.DataFrame, before: pd.DataFrame) -> None:
    """Refuse rows of an array, which count from zero, where they differ from those of before.

    Raises
    ------
    ValueError
    """
    both = y.index.intersection(before.index)
    given, known = (frame.loc[both].to_numpy(dtype=float) for frame in (y, before))
    if not len(both) or not np.array_equal(given, known, equal_nan=True):
        raise ValueError(
            "update got an array, which has no times: its rows count from the first one of fit, "
            "but their values differ. Pass all values from the first one on, or a Series or "
            f"DataFrame whose index goes on after {before.index[-1]}."
        )


def _stride(values: np.ndarray) -> int:
    """Greatest common divisor of the distances between observations; 0 for a single one."""
    seen = ~np.isnan(values)
    return 1 if seen.all() and len(seen) > 1 else int(np.gcd.reduce(np.diff(np.flatnonzero(seen))))


def _check(array: np.ndarray, key, column) -> None:
    where = f"Column {column!r}" + ("" if key is None else f" of series {key!r}")
    if np.isinf(array).any():
        raise ValueError(f"{where} of y holds infinite values; replace them by NaN or numbers.")
    if np.isnan(array).all():
        raise ValueError(f"{where} of y has no observation; leave it out.")
