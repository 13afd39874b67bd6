"""The data of a comparison: what is wrong with them shows before any model runs."""

import numpy as np
import pandas as pd
from sktime.datatypes import check_is_scitype

from ..forecasting._column_encoder import as_numbers, is_numeric
from ..forecasting._series import SeriesSet, instances
from ._folds import series_name

TIMES = "dates, periods or whole numbers"


def check_data(y, X):
    """One series or a panel, and its columns, as sktime knows them, or an error.

    Levels of an index get names, which the splitters need; the series of a panel are sorted by
    them, which sktime's intervals need; and numbers become floats, as some models take no others.

    Raises
    ------
    TypeError
        If y or X is of another kind.
    ValueError
        If y has several columns, holds no numbers or infinite ones, its times are not sorted or
        not regular, some are left out, two series have the same name as text, or X does not
        cover them.
    """
    if isinstance(y, (list, np.ndarray)):
        y = _as_series(y)
    if isinstance(y, pd.Series) and isinstance(y.index, pd.MultiIndex):
        y = y.to_frame(y.name if y.name is not None else "y")
    _check_form("y", y)
    if isinstance(y, pd.DataFrame) and y.shape[1] != 1:
        raise ValueError(
            f"y must have one column, got {y.shape[1]}: {list(y.columns)}. Stack several series "
            "into a panel, with their names in the first level of the index."
        )
    y = _sorted_by_series(_with_names(_as_numbers(y)))
    _check_steps(y)
    _check_gaps(y, SeriesSet.of(y.to_frame() if isinstance(y, pd.Series) else y))
    return y, None if X is None else _check_columns(X, y)


def _as_series(numbers) -> pd.Series:
    try:
        array = np.asarray(numbers, dtype=float)
    except (TypeError, ValueError):
        array = None
    if array is None or array.ndim != 1:
        shape = "other values" if array is None else f"shape {array.shape}"
        raise ValueError(
            f"y as a list or array must be one series of numbers, got {shape}. Pass several "
            "series as a DataFrame with a MultiIndex of series and time."
        )
    return pd.Series(array)


def _check_form(name: str, data) -> None:
    """Raise if a container is none of sktime's, or its times are not in order."""
    if not isinstance(data, (pd.Series, pd.DataFrame)):
        raise TypeError(
            f"{name} is not a series or panel in an sktime format: expected a Series, or a "
            f"DataFrame, with a MultiIndex for several series; got {type(data).__name__}."
        )
    if not len(data):
        raise ValueError(f"{name} is empty; pass a series with observations.")
    if isinstance(data, pd.DataFrame) and data.columns.has_duplicates:
        twice = data.columns[data.columns.duplicated()][0]
        raise ValueError(f"{name} has the column {twice!r} more than once; rename one.")
    _check_times(name, data.index.get_level_values(-1))
    _check_order(name, data.index)
    valid, problems, _ = check_is_scitype(data, ["Series", "Panel", "Hierarchical"], [])
    if not valid:
        raise TypeError(f"{name} is not a series or panel in an sktime format: {problems}")


def _check_times(name: str, times: pd.Index) -> None:
    if not isinstance(times, (pd.DatetimeIndex, pd.PeriodIndex)) and times.dtype.kind not in "iu":
        raise TypeError(
            f"The index of {name} must hold {TIMES}, in a panel in its last level; got "
            f"{times.dtype}, such as {times[0]!r}. Convert it, as by pd.to_datetime."
        )
    if times.hasnans:
        raise ValueError(f"The index of {name} has missing times; drop those rows.")


def _check_order(name: str, index: pd.Index) -> None:
    """Raise at the first time of a series that is not after the one before it."""
    times, many = pd.Series(index.get_level_values(-1)), isinstance(index, pd.MultiIndex)
    series = index.droplevel(-1) if many else pd.Index([name]).repeat(len(times))
    before = times.groupby(series, sort=False).shift()
    wrong = np.flatnonzero(before.notna() & (before >= times))
    if not wrong.size:
        return
    time, last, key = times[wrong[0]], before[wrong[0]], series[wrong[0]]
    problem = "comes twice" if time == last else f"comes after {last}"
    remedy = "drop or aggregate the rows" if time == last else f"use {name}.sort_index()"
    raise ValueError(
        f"The times of {name} must be sorted and without repeats, but {time} {problem}"
        f"{f' in series {key!r}' if many else ''}; {remedy}."
    )


def _check_steps(y) -> None:
    """Raise if an index of whole numbers leaves out most of them: forecasts follow one by one."""
    times = y.index.get_level_values(-1)
    if times.dtype.kind not in "iu" or len(times.unique()) < 2:
        return
    step = np.diff(np.unique(times)).min()
    if step > 1:
        raise ValueError(
            f"The index of y goes in steps of {step}, expected whole numbers that follow one "
            f"another. Divide it, as by y.index // {step}."
        )


def _check_gaps(y, series: SeriesSet) -> None:
    """Raise if times are left out, or names fall together once they are joined.

    Many models take rows that follow one another for times that do: each season after a gap comes
    too late to them.
    """
    of_series = instances(y)
    names = [series_name(key) for key in of_series]
    if (twice := pd.Index(names).duplicated()).any():
        name = names[twice.argmax()]
        raise ValueError(f"Two series of y have the same name as text, {name!r}; rename one.")
    for name, part, times in zip(names, of_series.values(), series.indices):
        left_out = times[~times.isin(part.index)]
        if left_out.size:
            where = f" of series {name!r}" if isinstance(y.index, pd.MultiIndex) else ""
            raise ValueError(
                f"y leaves out {left_out.size} times between its first and last{where}, first "
                f"{left_out[0]}. Add rows for them, with missing values (NaN) if they are not "
                "known."
            )


def _as_numbers(y):
    """The same data as floats, unless they are plain numbers already."""
    values = y.to_numpy()
    if values.dtype.kind in "iuf":
        return y
    try:
        if values.dtype.kind == "c":
            raise TypeError
        return y.astype(float)
    except (TypeError, ValueError):
        kinds = y.dtype if isinstance(y, pd.Series) else y.dtypes.iloc[0]
        raise ValueError(f"y must hold numbers, got values of kind {kinds}.") from None


def _with_names(data):
    """The same data with names for the levels of a panel's index."""
    if not isinstance(data.index, pd.MultiIndex):
        return data
    *series, time = data.index.names
    names = [name if name is not None else f"level_{i}" for i, name in enumerate(series)]
    return data.set_axis(data.index.set_names([*names, "time" if time is None else time]))


def _sorted_by_series(y):
    return y if y.index.is_monotonic_increasing else y.sort_index()


def _check_columns(X, y) -> pd.DataFrame:
    if not isinstance(X, pd.DataFrame):
        raise TypeError(
            f"X must be a DataFrame of exogenous columns on the index of y, got {type(X).__name__}."
        )
    _check_form("X", X)
    if (missing := y.index.difference(X.index)).size:
        raise ValueError(
            f"X must have a row for each of y, but lacks {missing.size}, first {missing[0]}."
        )
    return _with_names(X).apply(_as_column)


def _as_column(column: pd.Series) -> pd.Series:
    """Numbers as floats, also where they are objects, and categories as plain objects.

    All models then read a column as the networks do.
    """
    if is_numeric(column):
        return as_numbers(column)
    return column.astype(object).where(column.notna(), np.nan)
