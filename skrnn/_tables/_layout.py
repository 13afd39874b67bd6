"""Where each row of a file belongs: its series, and its place in the calendar."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ._calendar import place
from ._cells import check_present, name_rows, to_text
from ._columns import Columns
from ._labels import Labels
from ._times import Dates, Times, read_times


@dataclass(frozen=True)
class Layout:
    """The order of rows.

    Attributes
    ----------
    rows : DataFrame with the columns "series" and "place"
        Sorted by both; the index holds the rows of the file.
    ids : list of tuple of str
        Ids of each series, in alphabetical order; one empty tuple for a single series.
    calendar : Index
        Times by place.
    columns : Columns
    dates : Dates
        How the dates are read.
    labels : Labels or None
        How the times are written, if they are all written alike.
    notes : list of str
        Decisions that a user should know of.
    """

    rows: pd.DataFrame
    ids: list[tuple[str, ...]]
    calendar: pd.Index
    columns: Columns
    dates: Dates
    labels: Labels | None
    notes: list[str]

    @classmethod
    def of(
        cls,
        cells: pd.DataFrame,
        columns: Columns,
        freq: str | None = None,
        dates: Dates | None = None,
    ) -> "Layout":
        """Find where each row belongs.

        Parameters
        ----------
        cells : DataFrame
        columns : Columns
        freq : str, optional
            Frequency of the times, if it is known from earlier rows.
        dates : Dates, optional
            How earlier dates were read.

        Raises
        ------
        ValueError
            If ids or times are missing, or a time occurs twice in a series.
        """
        series, ids = _read_ids(cells, columns)
        if columns.time is None:
            times = series.groupby(series).cumcount()
            notes = ["no --time: the rows are numbered in the order of the file"]
            read = Times(times, times.astype(str), Dates(), None, notes)
        else:
            read = read_times(cells[columns.time], dates)
        calendar, places = place(read.values, series, freq or read.freq)
        if (places.groupby(series).diff() < 0).any():
            read.notes.append(f"the rows are sorted by {columns.time!r}")
        rows = pd.DataFrame({"series": series, "place": places})
        rows = rows.sort_values(["series", "place"], kind="stable")
        labels = Labels.of(read, calendar.take(places))
        layout = cls(rows, ids, calendar, columns, read.dates, labels, read.notes)
        layout._check_distinct()
        return layout

    def frame(self, values: dict) -> pd.DataFrame:
        """Values at all times of each series, from its first row to its last."""
        placed = pd.DataFrame(values).loc[self.rows.index]
        placed.index = pd.MultiIndex.from_frame(self.rows)
        ends = self.rows.groupby("series")["place"].agg(["min", "max"])
        every = [np.arange(first, last + 1) for first, last in ends.to_numpy()]
        series = np.repeat(np.arange(len(every)), [len(part) for part in every])
        every = np.concatenate(every)
        if len(every) > len(placed):
            placed = placed.reindex(pd.MultiIndex.from_arrays([series, every]))
        return placed.set_axis(self._index(series, every))

    def name(self, series: int) -> str:
        """What an error adds about a series; nothing if there is only one."""
        return f" of series {'/'.join(self.ids[series])!r}" if self.columns.ids else ""

    def _index(self, series: np.ndarray, places: np.ndarray) -> pd.Index:
        name = self.columns.time or "step"
        if not self.columns.ids:  # a slice keeps the frequency
            return self.calendar[places[0] : places[-1] + 1].rename(name)
        ids = [np.array(level, dtype=object)[series] for level in zip(*self.ids)]
        return pd.MultiIndex.from_arrays(
            [*ids, self.calendar.take(places)], names=[*self.columns.ids, name]
        )

    def _check_distinct(self) -> None:
        repeated = self.rows[self.rows.duplicated(keep=False)]
        if repeated.empty:
            return
        first = repeated.iloc[0]
        same = repeated.index[(repeated == first).all(axis=1)]
        n_more = len(repeated.drop_duplicates()) - 1
        raise ValueError(
            f"Column {self.columns.time!r} has {self.calendar[first['place']]} more than once, in "
            f"{name_rows(same)}{self.name(first['series'])}"
            f"{f' (and {n_more} more)' if n_more else ''}. Leave one row a time, or name the "
            "columns that tell series apart with --id."
        )


def _read_ids(cells: pd.DataFrame, columns: Columns) -> tuple[pd.Series, list[tuple[str, ...]]]:
    """The number of each row's series, and the ids of each series."""
    levels = [to_text(cells[name], missing=("",)) for name in columns.ids]  # Namibia's code is NA
    for text in levels:
        check_present(text)
    keys = list(zip(*levels)) if levels else [()] * len(cells)
    ids = sorted(set(keys))
    numbers = {key: number for number, key in enumerate(ids)}
    return pd.Series([numbers[key] for key in keys], index=cells.index), ids
