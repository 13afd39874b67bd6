"""Read series from a CSV file, with errors that name columns and rows."""

import pandas as pd

USUAL_SP = {"M": 12, "Q": 4, "W": 52, "D": 7, "B": 5, "h": 24}
FREQUENCIES = {"MS": "M", "ME": "M", "QS": "Q", "QE": "Q", "YS": "Y", "YE": "Y"}


def read_csv(path, target: str, time: str, identifier: str | None = None):
    """Read one series, or a panel of series told apart by an identifier.

    Parameters
    ----------
    path : path-like
    target : str
        Column of the values.
    time : str
        Column of the times: dates, periods such as 2020-01, or whole numbers.
    identifier : str, optional
        Column that names the series of a row.

    Returns
    -------
    Series, or DataFrame with a MultiIndex if there is an identifier
        In the order of time, on a PeriodIndex or an integer index.

    Raises
    ------
    ValueError
        If a column is missing, the target is no number, a time occurs twice or is left out.
    """
    table = pd.read_csv(path)
    wanted = [name for name in (target, time, identifier) if name is not None]
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise ValueError(f"{path} has no column {missing}; its columns are {list(table.columns)}.")
    _check_numeric(table[target], target)
    times = table[time]
    if not pd.api.types.is_integer_dtype(times):
        times = _parse_times(times, time)
    table = table.assign(**{time: times})
    if identifier is None:
        return _as_series(table, target, time)
    groups = {key: _as_series(group, target, time) for key, group in table.groupby(identifier)}
    return pd.concat(groups, names=[identifier, time]).to_frame(target)


def usual_sp(index: pd.Index) -> int:
    """The seasonal period that the frequency of an index suggests, 1 for none."""
    times = index.get_level_values(-1)
    if not isinstance(times, pd.PeriodIndex):
        return 1
    return USUAL_SP.get(times.freqstr.partition("-")[0], 1)


def _check_numeric(column: pd.Series, name: str) -> None:
    numbers = pd.to_numeric(column, errors="coerce")
    bad = column[numbers.isna()]
    if len(bad):
        raise ValueError(
            f"Column {name!r} must hold numbers without gaps; it does not in {len(bad)} rows, "
            f"first in row {bad.index[0] + 1}: {bad.iloc[0]!r}."
        )


def _parse_times(column: pd.Series, name: str) -> pd.Series:
    times = pd.to_datetime(column, errors="coerce", format="mixed")
    if times.isna().any():
        row = int(times.isna().to_numpy().argmax())
        raise ValueError(
            f"Column {name!r} must hold dates or whole numbers; row {row + 1} holds "
            f"{column.iloc[row]!r}."
        )
    return times


def _as_series(table: pd.DataFrame, target: str, time: str) -> pd.Series:
    table = table.sort_values(time)
    repeated = table[time].duplicated()
    if repeated.any():
        raise ValueError(
            f"Column {time!r} has {table.loc[repeated, time].iloc[0]} more than once, again in row "
            f"{table.index[repeated][0] + 1}. Name the column that tells series apart with --id."
        )
    index = _regular_index(pd.Index(table[time]), time)
    return pd.Series(table[target].to_numpy(dtype=float), index=index, name=target)


def _regular_index(times: pd.Index, name: str) -> pd.Index:
    if not isinstance(times, pd.DatetimeIndex):
        gaps = times.to_series().diff().iloc[1:]
        if len(gaps) and (gaps != gaps.iloc[0]).any():
            first = gaps.index[gaps.to_numpy() != gaps.iloc[0]][0]
            raise ValueError(
                f"Column {name!r} is not evenly spaced: there is a gap before {first}."
            )
        return times.rename(name)
    frequency = pd.infer_freq(times) if len(times) > 2 else None
    if frequency is None:
        raise ValueError(
            f"Column {name!r} has no regular frequency between {times[0]} and {times[-1]}; fill "
            "or drop gaps first, for instance with DataFrame.asfreq."
        )
    base = frequency.partition("-")[0]
    return times.to_period(FREQUENCIES.get(base, frequency)).rename(name)
