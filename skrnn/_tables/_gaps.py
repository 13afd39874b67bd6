"""Sentences on missing times and values."""

import pandas as pd

from ._cells import name_rows
from ._layout import Layout


def missing_times(layout: Layout) -> list[str]:
    """The first time that has no row, and how many there are."""
    rows = layout.rows
    steps = rows.groupby("series")["place"].diff()
    holes = steps[steps > 1]
    if holes.empty:
        return []
    after = rows.index.get_loc(holes.index[0])
    row = rows.iloc[after - 1]
    missing = layout.calendar[row["place"] + 1]
    n_more = int((holes - 1).sum()) - 1
    return [
        f"Column {layout.columns.time!r} leaves out {missing}, between "
        f"{name_rows(rows.index[after - 1 : after + 1])}{layout.name(row['series'])}"
        f"{f' (and {n_more} more)' if n_more else ''}."
    ]


def missing_values(values: dict[str, pd.Series]) -> list[str]:
    """Which cells of which columns are empty."""
    return [
        f"Column {name!r} is empty in {name_rows(column.index[column.isna()])}."
        for name, column in values.items()
        if column.isna().any()
    ]


def check_ends(layout: Layout, target: pd.Series) -> None:
    """Refuse series that end without values: their forecasts would start too late.

    Raises
    ------
    ValueError
    """
    known = target.notna()[layout.rows.index]
    later = known[::-1].groupby(layout.rows["series"][::-1]).cummax()[::-1]
    if not later.all():
        raise ValueError(
            f"Column {target.name!r} is empty at the end, in {name_rows(later.index[~later])}"
            f"{layout.name(layout.rows.loc[later.idxmin(), 'series'])}. Leave these rows out; rows "
            "that tell the future of other columns belong into the file of --future."
        )
