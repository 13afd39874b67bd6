"""Series, panels and hierarchies as sktime has them, from a file."""

from dataclasses import dataclass

import pandas as pd

from ._cells import read_categories, read_exogenous, read_numbers
from ._columns import Columns
from ._files import read_cells
from ._gaps import check_ends, missing_times, missing_values
from ._labels import Labels
from ._layout import Layout
from ._times import Dates


@dataclass(frozen=True)
class SeriesData:
    """What was read from a file.

    Attributes
    ----------
    y : Series, or DataFrame with a MultiIndex of ids and time
        In the order of ids and time, on a PeriodIndex, on whole numbers, or on a DatetimeIndex
        for business days. Times that the file leaves out are there, with NaN.
    X : DataFrame or None
        Exogenous columns, on the index of ``y``: numbers, or categories as text.
    notes : list of str
        Decisions that a user should know of.
    gaps : list of str
        Sentences on missing times and values; empty if there are none.
    dates : Dates or None
        How the dates are read, also those of future values.
    labels : Labels or None
        How the file writes its times, if it writes them all alike.
    """

    y: pd.Series | pd.DataFrame
    X: pd.DataFrame | None
    notes: list[str]
    gaps: list[str]
    dates: Dates | None = None
    labels: Labels | None = None


def read_series(path, columns: Columns, decimal: str | None = None) -> SeriesData:
    """Read one series, a panel or a hierarchy.

    Parameters
    ----------
    path : path-like
        CSV, or Parquet if it ends in .parquet or .pq.
    columns : Columns
    decimal : {".", ","}, optional
        Decimal sign of numbers that are text: a point if left out, unless it may stand between
        thousands.

    Returns
    -------
    SeriesData

    Raises
    ------
    ValueError
        If the file cannot be read, a column is missing or of the wrong type, a time occurs twice,
        times are not evenly spaced, or a series ends without a target.
    ImportError
        If the file is Parquet and pyarrow is not installed.
    """
    cells, decimal = read_cells(path, columns.names, decimal)
    values = {columns.target: read_numbers(cells[columns.target], decimal)}
    values |= {name: read_exogenous(cells[name], decimal) for name in columns.exog}
    layout = Layout.of(cells, columns)
    check_ends(layout, values[columns.target])
    frame = layout.frame(values)
    y = frame[[columns.target]] if columns.ids else frame[columns.target]
    X = frame[list(columns.exog)] if columns.exog else None
    gaps = [*missing_times(layout), *missing_values(values)]
    return SeriesData(y, X, layout.notes, gaps, layout.dates, layout.labels)


def read_future(path, columns: Columns, data: SeriesData, horizon: int, decimal: str | None = None):
    """Read the exogenous columns over the horizon that follows each series.

    Parameters
    ----------
    path : path-like
    columns : Columns
        Those that ``data`` was read with; the target is not read.
    data : SeriesData
    horizon : int
        Steps to read. Rows of the past, and beyond the horizon, are left out.
    decimal : {".", ","}, optional

    Returns
    -------
    DataFrame

    Raises
    ------
    ValueError
        As `read_series` does, and if the file does not cover the horizon of every series.
    """
    if columns.time is None:
        raise ValueError("A file of future values needs --time: its rows are found by their time.")
    columns = Columns(None, columns.time, columns.ids, columns.exog)
    cells, decimal = read_cells(path, columns.names, decimal)
    values = {name: _like_past(cells[name], data.X[name], decimal) for name in columns.exog}
    layout = Layout.of(cells, columns, _frequency(data.y.index), data.dates)
    future = layout.frame(values).reindex(_horizon_of(data.y.index, horizon))
    unknown = future.isna().any(axis=1)
    if unknown.any():
        row, n_more = future[unknown].iloc[0], unknown.sum() - 1
        raise ValueError(
            f"{path} must hold {list(columns.exog)} for {horizon} steps after the end of each "
            f"series, but {list(row.index[row.isna()])} is missing at {_name_key(row.name)}"
            f"{f' (and {n_more} more)' if n_more else ''}."
        )
    return future


def _like_past(column: pd.Series, past: pd.Series, decimal: str | None) -> pd.Series:
    """Future cells as what they are in the past."""
    if not pd.api.types.is_numeric_dtype(past):
        return read_categories(column)
    numbers = read_exogenous(column, decimal)
    return numbers if pd.api.types.is_numeric_dtype(numbers) else read_numbers(column, decimal)


def _frequency(index: pd.Index) -> str | None:
    times = index.get_level_values(-1)
    if isinstance(times, pd.PeriodIndex):
        return times.freqstr
    return "B" if isinstance(times, pd.DatetimeIndex) else None


def _horizon_of(index: pd.Index, horizon: int) -> pd.Index:
    """Times that follow each series."""
    times = index.get_level_values(-1)
    step = pd.offsets.BDay() if isinstance(times, pd.DatetimeIndex) else 1
    steps = range(1, horizon + 1)
    if not isinstance(index, pd.MultiIndex):
        return pd.Index([index[-1] + k * step for k in steps], name=index.name)
    levels = list(range(index.nlevels - 1))
    last = index.to_series().groupby(level=levels).last()
    keys = [(*key[:-1], key[-1] + k * step) for key in last for k in steps]
    return pd.MultiIndex.from_tuples(keys, names=index.names)


def _name_key(key) -> str:
    if not isinstance(key, tuple):
        return str(key)
    return f"{key[-1]} of series {'/'.join(key[:-1])!r}"
