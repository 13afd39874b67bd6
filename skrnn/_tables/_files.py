"""Files become tables of cells that remember their rows."""

import re
from io import BytesIO
from pathlib import Path

import pandas as pd

from .._optional import import_optional
from ._times import looks_like_time

PARQUET = {".parquet", ".pq"}
SEPARATORS = (",", ";", "\t", "|")
SHOWN = 20  # columns that an error lists


def read_cells(
    path, names: list[str], decimal: str | None = None
) -> tuple[pd.DataFrame, str | None]:
    """Read some columns of a CSV or Parquet file.

    The separator of a CSV file is the one by which its header has the columns asked for.

    Parameters
    ----------
    path : path-like
        Parquet if it ends in .parquet or .pq, else CSV in UTF-8, with a header.
    names : list of str
    decimal : {".", ","}, optional
        Decimal sign of a CSV file, which separates columns only if nothing else can.

    Returns
    -------
    cells : DataFrame
        Cells of a CSV file are text, those of a Parquet file typed. The index holds the rows as
        an editor counts them: those of a CSV file start at 2, after the header.
    decimal : {".", ",", None}
        The decimal sign that was given, else a point; None where semicolons separate the cells,
        as they do where commas are decimal and points stand between thousands.

    Raises
    ------
    ValueError
        If the file is empty, cannot be parsed, or lacks a column.
    ImportError
        If a Parquet file is read and pyarrow is not installed.
    """
    if Path(path).suffix.lower() in PARQUET:
        cells, separator = _read_parquet(path, names), None
    else:
        path = _Pipe(path) if Path(path).is_fifo() else path
        cells, separator = _read_csv(path, names, decimal)
    if cells.empty:
        raise ValueError(f"{path} has a header, but no rows.")
    return cells, decimal or (None if separator == ";" else ".")


class _Pipe(BytesIO):
    """What came through a pipe, which can be read once only; a CSV file is read several times."""

    def __init__(self, path):
        super().__init__(Path(path).read_bytes())
        self._path = path

    def __str__(self):
        return str(self._path)


def _read_csv(path, names: list[str], decimal: str | None) -> tuple[pd.DataFrame, str]:
    separators = sorted(SEPARATORS, key=lambda separator: separator == decimal)
    headers = {separator: _header(path, separator) for separator in separators}
    fitting = [s for s, header in headers.items() if set(names) <= set(header)]
    separator = fitting[0] if fitting else max(separators, key=lambda s: len(headers[s]))
    header = headers[separator]
    _check_columns(path, names, header)
    cells = _parse_csv(path, separator).fillna("").iloc[1:]
    cells = cells[(cells != "").any(axis=1)]  # spreadsheets leave empty rows behind
    return cells[[header.index(name) for name in names]].set_axis(names, axis=1), separator


def _header(path, separator: str) -> list[str]:
    first = _parse_csv(path, separator, nrows=1)
    return [str(name).strip() for name in first.fillna("").iloc[0]]


def _parse_csv(path, separator: str, **options) -> pd.DataFrame:
    """All cells as text, the header among them; row i has the index i."""
    if isinstance(path, BytesIO):
        path.seek(0)
    try:
        table = pd.read_csv(
            path,
            sep=separator,
            header=None,  # so that a row with more cells than the header is refused
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            **options,
        )
    except pd.errors.EmptyDataError:
        raise ValueError(
            f"{path} is empty, or its first row is; expected a header and rows."
        ) from None
    except UnicodeDecodeError:
        raise ValueError(
            f"{path} is not UTF-8 text. Save it as CSV in UTF-8; Parquet files must end in "
            ".parquet."
        ) from None
    except pd.errors.ParserError as error:
        raise ValueError(_explain(path, separator, str(error))) from None
    except (ImportError, MemoryError, OSError):
        raise
    except Exception as error:  # zip, tar, gzip and xz have errors of their own
        raise ValueError(
            f"{path} cannot be read: {error}. If it is packed, pack it again with one CSV file "
            "in it, or pass that file itself."
        ) from error
    return table.set_axis(range(1, len(table) + 1))


def _explain(path, separator: str, message: str) -> str:
    cells = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if cells is None:
        return f"{path} cannot be read as CSV: {message.strip()}"
    expected, row, seen = cells.groups()
    remedy = f"Put cells that hold the separator {separator!r} into double quotes."
    if separator == ",":
        save = "" if expected == "1" else "save the file with semicolons between the cells and "
        remedy += f" Where commas are decimal signs, {save}pass --decimal ','."
    return f"{path}: row {row} has {seen} cells, but the header has {expected}. {remedy}"


def _read_parquet(path, names: list[str]) -> pd.DataFrame:
    parquet = import_optional("pyarrow.parquet", "compare")
    try:
        columns = parquet.read_schema(path).names
    except ValueError as error:
        raise ValueError(f"{path} cannot be read as Parquet: {error}") from None
    _check_columns(path, names, columns)
    table = pd.read_parquet(path, columns=names)
    if set(names) - set(table.columns):  # pandas stores its index among the columns
        table = table.reset_index()
    return table[names].set_axis(range(1, len(table) + 1))


def _check_columns(path, names: list[str], found: list[str]) -> None:
    missing = [name for name in names if name not in found]
    if missing:
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise ValueError(
            f"{path} has no column {missing}; its columns are {found[:SHOWN]}{more}. The first "
            "row must name the columns, separated by comma, semicolon, tab or bar."
            f"{_say_melt(names, found)}"
        )
    repeated = [name for name in names if found.count(name) > 1]
    if repeated:
        raise ValueError(f"{path} has more than one column {repeated}; rename all but one.")


def _say_melt(names: list[str], found: list[str]) -> str:
    """How to make a file long that may be wide, with a column for each time or each series."""
    others = [name for name in found if name not in names]
    times = [name for name in others if looks_like_time(name)]
    if len(times) > 2:
        ids = [name for name in found if name not in times]
        melt = how_to_melt(ids, "time", " ".join(["--time time", *(["--id", *ids] if ids else [])]))
        return f" {times[0]!r} to {times[-1]!r} look like times: {melt}."
    if len(others) > 1:
        melt = how_to_melt([name for name in names if name in found], "series", "--id series")
        return f" If each series has a column of its own, {melt}."
    return ""


def how_to_melt(ids: list[str], melted: str, options: str) -> str:
    """How to make a file long, and which options name what comes out of it."""
    return (
        f"write one row for each series and time, by pandas.read_csv(...).melt(id_vars={ids}, "
        f"var_name={melted!r}, value_name='value'), and pass --target value {options}"
    )
