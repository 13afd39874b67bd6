"""A column of times becomes whole numbers or timestamps."""

import datetime
import itertools
import re
import warnings
from dataclasses import dataclass

import pandas as pd
from pandas.tseries.api import guess_datetime_format

from ._cells import check_present, name_rows, to_text

ZONE = r":\d{2}(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})$"  # what follows a time of day
COMPACT = {r"(?:1[789]|2[01])\d{6}": "%Y%m%d", r"(?:1[789]|2[01])\d{2}(?:0[1-9]|1[0-2])": "%Y%m"}
LAYOUTS = (  # that pandas does not guess
    *("%G-W%V-%u", "%m/%Y", "%m.%Y", "%b %Y", "%B %Y", "%b-%Y", "%Y %b", "%Y %B", "%Y-%b"),
    *("%b-%y", "%b %y", "%d-%b-%y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y"),
)
SPAN = r"^\d{4}-\d\d-\d\d/(\d{4}-\d\d-\d\d)$"  # a week, as pandas prints it
QUARTER = re.compile(r"^(\d{4})[- ]?Q([1-4])$", re.IGNORECASE)
QUARTER_FIRST = re.compile(r"^(Q[1-4])[-/ ]?(\d{4})$", re.IGNORECASE)
WEEK = re.compile(r"^(\d{4})-?W(\d\d)$")
TWO_YEARS = r"(\d{4})[-/](\d\d)"  # such as 2019/20, but a month as well, such as 2001-02


@dataclass(frozen=True)
class Dates:
    """How dates are read.

    Attributes
    ----------
    layout : str or None
        As `pandas.to_datetime` takes it; None for whole numbers, and for dates that came as such.
    offset : str or None
        The offset from UTC at which they are given; None if theirs are left out.
    """

    layout: str | None = None
    offset: str | None = None


@dataclass(frozen=True)
class Times:
    """What a column of times was read as.

    Attributes
    ----------
    values : Series of whole numbers or timestamps
    text : Series of str
        The cells, as they were read.
    dates : Dates
        How they are read, if they are dates.
    freq : str or None
        Frequency, where the cells tell it.
    notes : list of str
        Decisions that a user should know of.
    """

    values: pd.Series
    text: pd.Series
    dates: Dates
    freq: str | None
    notes: list[str]


def read_times(column: pd.Series, known: Dates | None = None) -> Times:
    """Whole numbers or timestamps, and what was decided.

    Eight digits such as 20200131, and six such as 202001, are dates if every cell can be one.
    Of day/month and month/day the order is taken that fits all cells and is evenly spaced.
    Offsets from UTC are dropped, so that the times of day stay as they are written, if all are the
    same, or there is one time a day only. Where they are mixed, times are given in UTC.

    Parameters
    ----------
    column : Series
    known : Dates, optional
        How other dates of the same source were read. The layout is taken if it fits all cells.

    Raises
    ------
    ValueError
        If cells are empty, are no times, only some have an offset from UTC, or can be read in two
        ways.
    """
    text = to_text(column)
    check_present(text)
    if pd.api.types.is_datetime64_any_dtype(column):
        times, notes = _without_zone(column)
        return Times(times, times.astype(str), Dates(), None, notes)
    for pattern, layout in COMPACT.items():
        if text.str.fullmatch(pattern).all():
            times = pd.to_datetime(text, format=layout, errors="coerce")
            if times.notna().all():
                return Times(times, text, Dates(layout), None, [])
    if text.str.fullmatch(r"[+-]?\d{1,18}").all():
        return Times(text.astype("int64"), text, Dates(), None, [])
    _check_fiscal_years(text)
    text, offsets = _without_offsets(text)
    times, layout = _read_dates(_as_days(text), known.layout if known else None)
    times, offset, notes = _at_one_offset(times, offsets, known)
    if "%y" in layout:
        notes.append(f"years of two digits in column {column.name!r} are read as 1969 to 2068")
    return Times(times, text, Dates(layout, offset), _weeks_of(text, times), notes)


def looks_like_time(text: str) -> bool:
    """Whether a text can be read as a date, in one way or in several."""
    column = _as_days(pd.Series([text]))
    layouts = _layouts(column, None)
    return any(pd.to_datetime(column, format=x, errors="coerce").notna().all() for x in layouts)


def _check_fiscal_years(text: pd.Series) -> None:
    """Refuse years such as 2001/02, 2002/03: as months they would be thirteen months apart."""
    years = text.drop_duplicates().str.extract(f"^{TWO_YEARS}$").astype(float)
    if len(years) > 1 and ((years[0] + 1) % 100 == years[1]).all():
        raise ValueError(
            f"Column {text.name!r} seems to hold years from one to the next, such as "
            f"{text.iloc[0]!r} in row {text.index[0]}, but could be read as months. Write the "
            "first of the two years."
        )


def _without_zone(column: pd.Series) -> tuple[pd.Series, list[str]]:
    zone = column.dt.tz
    if zone is None:
        return column, []
    local = column.dt.tz_localize(None)
    if (local == local.dt.normalize()).all():  # days, which are of unequal length in UTC
        return local, [f"the time zone {zone} of column {column.name!r} is dropped"]
    times = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return times, [f"column {column.name!r} is read in UTC, not in {zone}"]


def _without_offsets(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The text before the offsets, and the offsets: empty if there are none."""
    offsets = text.str.extract(ZONE, expand=False)
    given, lacking = offsets.index[offsets.notna()], offsets.index[offsets.isna()]
    if len(given) and len(lacking):
        raise ValueError(
            f"Column {text.name!r} has offsets from UTC in some rows, such as {offsets[given[0]]} "
            f"in row {given[0]}, but none in {name_rows(lacking)}. Write all times in UTC."
        )
    offsets = offsets.fillna("")
    bare = [cell.removesuffix(offset).strip() for cell, offset in zip(text, offsets)]
    return pd.Series(bare, index=text.index, name=text.name), offsets


def _at_one_offset(times: pd.Series, offsets: pd.Series, known: Dates | None):
    """Times at one offset from UTC, that offset (None if dropped), and what the user is to know."""
    given = offsets.unique().tolist()
    if given == [""]:
        return times, None, []
    of_day = times - times.dt.normalize()
    if known is not None:
        offset = known.offset
    elif (of_day == of_day.iloc[0]).all():  # days, which are of unequal length in UTC
        offset = None
    else:
        offset = given[0] if len(given) == 1 else "Z"
    if offset is None or given == [offset]:
        told = f"the offset {' or '.join(given)} of column {times.name!r} is dropped"
        return times, offset, [told]
    moved = times - offsets.map(_as_timedelta) + _as_timedelta(offset)
    zone = "UTC" if offset == "Z" else f"UTC{offset}"
    return moved, offset, [f"column {times.name!r} is read in {zone}, not at {' and '.join(given)}"]


def _as_timedelta(offset: str) -> pd.Timedelta:
    return pd.Timedelta(0) if offset == "Z" else pd.Timedelta(f"{offset[:3]}:{offset[-2:]}:00")


def _as_days(text: pd.Series) -> pd.Series:
    """Weeks and quarters as one of their days or months."""
    text = text.str.replace(SPAN, r"\1", regex=True)
    text = text.str.replace(WEEK, _monday, regex=True)
    text = text.str.replace(QUARTER_FIRST, r"\2\1", regex=True)
    return text.str.replace(QUARTER, lambda q: f"{q[1]}-{3 * int(q[2]) - 2:02}", regex=True)


def _monday(week: re.Match) -> str:
    """The Monday of a week; a week 53 that its year lacks stays as it is: pandas would take it."""
    year, number = map(int, week.groups())
    exists = number <= 52 or (year and datetime.date(year, 12, 28).isocalendar().week >= number)
    return f"{week[1]}-W{week[2]}-1" if exists else week[0]


def _weeks_of(text: pd.Series, times: pd.Series) -> str | None:
    """Frequency of weeks that are written with their first and last day."""
    ends = times.dt.day_name().unique()
    if len(ends) == 1 and text.str.fullmatch(SPAN).all():
        return f"W-{ends[0][:3].upper()}"
    return None


def _read_dates(text: pd.Series, known: str | None) -> tuple[pd.Series, str]:
    readings = {}
    for layout in _layouts(text, known):
        readings[layout] = pd.to_datetime(text, format=layout, errors="coerce")
        if layout in ("ISO8601", known) and readings[layout].notna().all():
            return readings[layout], layout
    best = min(readings.values(), key=lambda times: times.isna().sum())
    wrong = text[best.isna()]
    if len(wrong):
        raise ValueError(
            f"Column {text.name!r} must hold dates or whole numbers, but {name_rows(wrong.index)} "
            f"cannot be read: {wrong.iloc[0]!r}. Write dates such as 2020-01-31."
        )
    layout = _only_layout({k: times for k, times in readings.items() if times.notna().all()}, text)
    return readings[layout], layout


def _layouts(text: pd.Series, known: str | None) -> list[str]:
    """Layouts to try: a known one, ISO, those guessed from some of the cells, and `LAYOUTS`."""
    some = itertools.product(text.iloc[[0, len(text) // 2, -1]], (False, True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # on days that cannot be months
        guesses = [guess_datetime_format(cell, dayfirst=first) for cell, first in some]
    return list(dict.fromkeys(filter(None, [known, "ISO8601", *guesses, *LAYOUTS])))


def _only_layout(readings: dict[str, pd.Series], text: pd.Series) -> str:
    """Day before month, or month before day: the one that is evenly spaced."""
    if len(readings) > 1:
        regular = {layout: times for layout, times in readings.items() if _is_regular(times)}
        readings = regular or readings
    first, *others = readings
    if others and not readings[first].equals(readings[others[0]]):
        raise ValueError(
            f"Column {text.name!r} can be read day first or month first: {text.iloc[0]!r} in row "
            f"{text.index[0]}. Write dates such as 2020-01-31."
        )
    return first


def _is_regular(times: pd.Series) -> bool:
    distinct = pd.DatetimeIndex(times.unique()).sort_values()
    return len(distinct) > 2 and pd.infer_freq(distinct) is not None
