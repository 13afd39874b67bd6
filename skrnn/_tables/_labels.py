"""Times are written as the file writes them."""

import itertools
from dataclasses import dataclass

import pandas as pd
from pandas.tseries.api import guess_datetime_format

from ._times import Times

WEEKS = ("%G-W%V", "%GW%V")
QUARTERS = ("%YQ%q", "%Y-Q%q", "%Y Q%q", "%Yq%q", "Q%q %Y", "Q%q-%Y", "Q%q/%Y")


@dataclass(frozen=True)
class Labels:
    """How a file writes the times of a calendar.

    Attributes
    ----------
    layout : str
        As `pandas.Period.strftime` takes it.
    side : {"start", "end"}
        Which end of each period of the calendar the dates are counted from.
    shift : Timedelta
        By how much they are later than that end.
    """

    layout: str
    side: str
    shift: pd.Timedelta

    @classmethod
    def of(cls, read: Times, calendar: pd.Index) -> "Labels | None":
        """Find how times are written; None for whole numbers, and where they are not all alike.

        Parameters
        ----------
        read : Times
        calendar : Index of shape (n_rows,)
            Entry of the calendar that each of the times belongs to.
        """
        if isinstance(calendar, pd.RangeIndex) or pd.api.types.is_integer_dtype(calendar):
            return None
        first = read.dates.layout
        if first in (None, "ISO8601"):
            first = guess_datetime_format(read.text.iloc[0])
        layouts = filter(None, [first, *WEEKS, *QUARTERS])
        for layout, side in itertools.product(layouts, ("start", "end")):
            shift = read.values - _ends(calendar, side)
            if (shift == shift.iloc[0]).all() and (_write(read.values, layout) == read.text).all():
                return cls(layout, side, shift.iloc[0])
        return None

    def write(self, calendar: pd.Index) -> pd.Index:
        """Times of a calendar as text."""
        times = pd.Series(_ends(calendar, self.side) + self.shift)
        return pd.Index(_write(times, self.layout), name=calendar.name)


def _ends(calendar: pd.Index, side: str) -> pd.DatetimeIndex:
    return getattr(calendar, f"{side}_time") if isinstance(calendar, pd.PeriodIndex) else calendar


def _write(times: pd.Series, layout: str) -> pd.Series:
    return times.dt.to_period("s").dt.strftime(layout)  # timestamps know no quarters
