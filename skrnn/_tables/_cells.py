"""Cells become numbers or categories; what does not is named with its rows."""

import numpy as np
import pandas as pd

MISSING = ("", "na", "n/a", "#n/a", "nan", "null", "none")
LIKE_NUMBERS = r"[+-]?[\d.,\s]*\d\s*%?"  # such as 0,5 and 1,001 and 5 %
GROUPED = r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+"  # 1.234 and 1.234.567
FLAGS = {"false": 0.0, "true": 1.0}
SHOWN = 5  # rows that an error names


def name_rows(rows) -> str:
    """Say which rows: the first few of them, and how many more there are."""
    rows = list(rows)
    shown = [str(row) for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        shown.append(f"{len(rows) - SHOWN} more")
    head = "row " if len(rows) == 1 else "rows "
    return head + (" and ".join([", ".join(shown[:-1]), shown[-1]]) if shown[1:] else shown[0])


def to_text(column: pd.Series, missing=MISSING) -> pd.Series:
    """Cells as text without surrounding blanks, empty where missing."""
    text = column.astype(object).where(column.notna(), "").astype(str).str.strip()
    return text.mask(text.str.lower().isin(missing), "")


def check_present(text: pd.Series) -> None:
    """Refuse empty cells.

    Raises
    ------
    ValueError
    """
    empty = text.index[text == ""]
    if len(empty):
        raise ValueError(f"Column {text.name!r} is empty in {name_rows(empty)}; fill it in.")


def read_numbers(column: pd.Series, decimal: str | None = ".") -> pd.Series:
    """Numbers, NaN where a cell is empty.

    Parameters
    ----------
    column : Series
    decimal : {".", ",", None}
        Decimal sign of numbers that are text. Beside a comma, points may stand between thousands.
        None is a point that may stand between thousands instead, unless some cell tells.

    Raises
    ------
    ValueError
        If a cell holds anything else, commas between thousands among them, or nothing tells what
        points are.
    """
    numbers = _parse(column, decimal)
    text = to_text(column)
    if decimal is None:
        _check_points(text)
    wrong = text[numbers.isna() & (text != "")]
    if len(wrong):
        commas = wrong.str.contains(",").any() and decimal != ","
        raise ValueError(
            f"Column {column.name!r} must hold numbers, but {name_rows(wrong.index)} "
            f"hold{'s' if len(wrong) == 1 else ''} {_examples(wrong)}. Write plain numbers such "
            f"as 1234{decimal or '.'}5, without units or thousands separators"
            + ("; where commas are decimal, pass --decimal ','." if commas else ".")
        )
    if numbers.isna().all():
        raise ValueError(f"Column {column.name!r} holds no number; all of its cells are empty.")
    return numbers


def read_exogenous(column: pd.Series, decimal: str | None = ".") -> pd.Series:
    """Numbers, or categories where fewer than half of the cells look like numbers.

    True and false become 1 and 0. Missing numbers become NaN.

    Raises
    ------
    ValueError
        If most cells look like numbers but some are none, or all are empty.
    """
    text = to_text(column)
    present = text[text != ""]
    if len(present) and present.str.lower().isin(FLAGS).all():
        return text.str.lower().map(FLAGS)
    numbers = _parse(column, decimal)[present.index].notna()
    if (numbers | present.str.fullmatch(LIKE_NUMBERS)).sum() * 2 >= len(present):
        return read_numbers(column, decimal)
    return read_categories(column)


def read_categories(column: pd.Series) -> pd.Series:
    """Categories as text, NaN where a cell is empty; "none" may be one of them."""
    text = to_text(column, missing=("",))
    return text.astype(object).mask(text == "", np.nan)


def _check_points(text: pd.Series) -> None:
    pointed = text[text.str.contains(".", regex=False)]
    if len(pointed) and pointed.str.fullmatch(GROUPED).all():
        cell = pointed.iloc[0]
        raise ValueError(
            f"Column {text.name!r} holds {cell!r} in row {pointed.index[0]}, which can be read as "
            f"{cell.replace('.', '')} or with a decimal point, and no other row tells. Pass "
            "--decimal ',' if points stand between thousands, or --decimal '.' if they are decimal."
        )


def _parse(column: pd.Series, decimal: str | None) -> pd.Series:
    """Finite numbers, NaN elsewhere."""
    if pd.api.types.is_bool_dtype(column):
        return pd.Series(np.nan, index=column.index, name=column.name)
    if pd.api.types.is_numeric_dtype(column):
        numbers = pd.Series(column.to_numpy(dtype=float, na_value=np.nan), index=column.index)
    else:
        text = to_text(column)
        if decimal == ",":
            grouped = text.str.fullmatch(GROUPED + r"(?:,\d*)?")
            text = text.mask(text.str.contains(".", regex=False) & ~grouped, "")
            text = text.str.replace(".", "").str.replace(",", ".")
        numbers = pd.to_numeric(text, errors="coerce").astype(float)
        valid = numbers.notna()
        numbers[valid] = text[valid].astype(float)  # to_numeric is wrong in the last digits
    return numbers.where(np.isfinite(numbers)).rename(column.name)


def _examples(wrong: pd.Series) -> str:
    return ", ".join(map(repr, wrong.unique()[:3]))
