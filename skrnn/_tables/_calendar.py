"""Times find their places in a calendar of equal steps."""

import re

import numpy as np
import pandas as pd

from ._cells import name_rows

# Offsets of pandas that mean calendar periods; of weeks alone the anchor matters
PERIODS = {
    **dict.fromkeys(("MS", "ME", "BM", "BMS", "BME", "WOM"), "M"),
    **dict.fromkeys(("QS", "QE", "BQ", "BQS", "BQE"), "Q"),
    **dict.fromkeys(("YS", "YE", "AS", "BA", "BAS", "BY", "BYS", "BYE"), "Y"),
}
DAYS = {"M": (28, 31), "Q": (89, 92), "Y": (365, 366)}  # lengths of calendar periods
DAY = pd.Timedelta(days=1)
WEEK = 7 * DAY
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def place(times: pd.Series, series: pd.Series, freq: str | None = None):
    """Put times into a calendar.

    Parameters
    ----------
    times : Series of whole numbers or timestamps
    series : Series
        Which series each of the times belongs to.
    freq : str, optional
        Frequency of timestamps; that of the longest series if left out.

    Returns
    -------
    calendar : PeriodIndex, DatetimeIndex (business days only) or RangeIndex
        From the first to the last time, in steps of the frequency.
    places : Series of int
        Where in the calendar each of the times is.

    Raises
    ------
    ValueError
        If times are not evenly spaced.
    """
    if pd.api.types.is_integer_dtype(times):
        _check_unit_steps(times, series)
        calendar = pd.RangeIndex(times.min(), times.max() + 1)
        return calendar, times - times.min()
    freq = freq or frequency_of(_times_of_longest(times, series), times.name)
    if freq == "B":  # pandas gives up periods of business days
        calendar, moved = pd.date_range(times.min(), times.max(), freq="B"), pd.Index(times)
    else:
        moved = pd.DatetimeIndex(times).to_period(freq)
        calendar = pd.period_range(moved.min(), moved.max(), freq=freq)
    places = pd.Series(calendar.get_indexer(moved), index=times.index)
    off = times[(places < 0).to_numpy() | _is_off(times, moved, freq)]
    if len(off):
        raise ValueError(
            f"Column {times.name!r} is not evenly spaced: most times are one step of {freq!r} "
            f"apart, but {name_rows(off.index)} ({off.iloc[0]}) lie between two steps. Move them, "
            "or leave --time out to number the rows."
        )
    return calendar, places


def frequency_of(times: pd.DatetimeIndex, name: str) -> str:
    """Frequency of sorted times without duplicates, which may have gaps.

    Raises
    ------
    ValueError
        If there are less than two.
    """
    if len(times) < 2:
        raise ValueError(
            f"Column {name!r} has the single time {times[0]}; at least two are needed to tell "
            "the frequency."
        )
    inferred = pd.infer_freq(times) if len(times) > 2 else None
    if inferred in (None, "bh", "BH"):  # business hours are no periods, but hours with gaps
        return _most_common_step(times)
    multiple, base, anchor = re.fullmatch(r"(\d*)([A-Za-z]+)(?:-(.*))?", inferred).groups()
    period = PERIODS.get(base, base)
    return multiple + (_week_of(anchor) if period == "W" else period)


def _most_common_step(times: pd.DatetimeIndex) -> str:
    step = pd.Series(times).diff().mode()[0]
    for period, (shortest, longest) in DAYS.items():
        # Four weeks are about a month, but then one month has two rows
        in_weeks = step % WEEK == 0 * DAY and times.to_period(period).has_duplicates
        if shortest * DAY <= step <= longest * DAY and not in_weeks:
            return period
    weekdays = times.day_of_week
    if step == WEEK:
        return _week_of(WEEKDAYS[int(pd.Series(weekdays).mode()[0])])
    if step == DAY and weekdays.max() < 5 and times[-1] - times[0] > 7 * DAY:
        return "B"
    return pd.tseries.frequencies.to_offset(step).freqstr


def _week_of(weekday: str) -> str:
    """Weeks that dates stand for: Mondays begin one, as in ISO 8601, all others end one."""
    return "W-SUN" if weekday == "MON" else f"W-{weekday}"


def _times_of_longest(times: pd.Series, series: pd.Series) -> pd.DatetimeIndex:
    longest = series.value_counts(sort=True).index[0]
    return pd.DatetimeIndex(times[series == longest].unique()).sort_values()


def _is_off(times: pd.Series, moved: pd.Index, freq: str) -> np.ndarray:
    """Whether the time within a day, an hour, ... is not that of most others."""
    if freq == "B" or freq.lstrip("0123456789")[0] in "MQYAW":
        return np.zeros(len(times), dtype=bool)
    within = pd.Series(pd.DatetimeIndex(times) - moved.start_time)
    return (within != within.mode()[0]).to_numpy()


def _check_unit_steps(times: pd.Series, series: pd.Series) -> None:
    steps = times.groupby(series, sort=False).apply(lambda part: part.sort_values().diff())
    steps = steps.to_numpy(dtype=float).ravel()
    steps = pd.Series(steps[steps > 0])
    if len(steps) and steps.mode()[0] > 1:
        raise ValueError(
            f"Column {times.name!r} goes up in steps of {steps.mode()[0]:g}, but whole numbers "
            "must go up by one. Write dates, or leave --time out to number the rows."
        )
