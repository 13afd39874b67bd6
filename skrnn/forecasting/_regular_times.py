"""Times at equal distances: their frequency, those that are left out, and steps between them."""

import numpy as np
import pandas as pd
from sktime.datatypes import get_cutoff
from sktime.forecasting.base import ForecastingHorizon

MOST_GAPS = 100  # times from the first to the last observation, for each observation
UNKNOWN_FREQUENCY = (
    "The frequency of y's DatetimeIndex is unknown. Set it, as by y.asfreq('D') or "
    "y.index = y.index.to_period('M'); in a panel, make periods of the dates."
)


def common_frequency(indices: list):
    """Frequency of dates: one that is set, the one that all tell, or that of all times together.

    Two times of one series alone tell their distance.
    """
    dates = [index for index in indices if isinstance(index, pd.DatetimeIndex)]
    dates = list({index.asi8.tobytes(): index for index in dates}.values())  # many are the same
    told = {index.freq for index in dates if index.freq is not None}
    told = told or {pd.infer_freq(index) for index in dates if len(index) > 2} - {None}
    if len(told) == 1:
        return told.pop()
    if not dates:
        return None
    every = dates[0].append(dates[1:]).unique().sort_values()
    if len(every) > 2:
        return pd.infer_freq(every)
    pair = max(map(len, dates)) == 2
    return pd.tseries.frequencies.to_offset(every[1] - every[0]) if pair else None


def on_grid(frame: pd.DataFrame, freq, grids: dict, name: str) -> pd.DataFrame:
    """All times from the first to the last; those that were left out are missing values."""
    index = frame.index
    if len(index) < 2:
        return frame
    span = index[0], index[-1]
    if span not in grids:  # many series have the same times
        _check_gaps(index, _least_count(*span, getattr(index, "freq", None) or freq))
        grids[span] = _grid(index, freq)
    grid = grids[span]
    if len(grid) == len(index) and (grid == index).all():
        return frame.set_axis(grid)
    check_distinct(index, name)
    _check_gaps(index, len(grid))
    if not index.isin(grid).all():
        raise ValueError(
            f"The times of y do not follow their frequency, {freq}: {index[~index.isin(grid)][0]} "
            "is not among them. Bring y to regular times, as by y.resample or y.asfreq."
        )
    return frame.reindex(grid)


def check_distinct(index: pd.Index, name: str) -> None:
    """Refuse a time that comes twice.

    Raises
    ------
    ValueError
    """
    if index.has_duplicates:
        twice = index[index.duplicated()]
        first, more = twice[0], f" and {len(twice) - 1} more" if len(twice) > 1 else ""
        raise ValueError(
            f"The index of {name} has {first} more than once{more}. Keep one row per time, as by "
            "groupby(level=...).mean(), or name what tells the rows apart in a level of the index."
        )


def _check_gaps(index: pd.Index, n_times: int) -> None:
    if n_times > MOST_GAPS * len(index):
        raise ValueError(
            f"y has {len(index)} observations at {n_times} times from {index[0]} to {index[-1]}; "
            "the rest would be missing values. Divide an index of whole numbers by its step, as by "
            f"y.index // {index[1] - index[0]}, or use a lower frequency."
        )


def _least_count(first, last, freq) -> int:
    """Times from the first to the last, as far as that is known before they fill the memory."""
    if isinstance(first, pd.Period):
        return (last.ordinal - first.ordinal) // freq.n + 1
    freq = pd.tseries.frequencies.to_offset(freq)
    if isinstance(freq, pd.offsets.Tick):
        return (last - first) // pd.Timedelta(freq) + 1
    return 0


def _grid(index: pd.Index, freq) -> pd.Index:
    first, last = index[0], index[-1]
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(first, last, freq=index.freq)
    if isinstance(index, pd.DatetimeIndex):
        if index.freq is None and freq is None:
            raise ValueError(UNKNOWN_FREQUENCY)
        return pd.date_range(first, last, freq=index.freq or freq)
    if pd.api.types.is_integer_dtype(index.dtype):
        return pd.RangeIndex(first, last + 1)
    return index


def steps_to(times: pd.Index, index: pd.Index, freq) -> np.ndarray:
    """Steps from the end of an index to some times, which may lie within or before it.

    sktime counts periods of the local clock, which lacks an hour or has one twice.
    """
    freq = getattr(index, "freq", None) or freq
    if not isinstance(index, pd.DatetimeIndex) or freq is None:
        end = get_cutoff(pd.Series(0, index=index), return_index=True)
        horizon = ForecastingHorizon(times, is_relative=False)
        return np.asarray(horizon.to_relative(end), dtype=int)
    first, last = index[0], index[-1]
    n_before = len(pd.date_range(min(times.min(), first), first, freq=freq))
    before = _before(first, n_before, freq)
    after = pd.date_range(last, max(times.max(), last), freq=freq)
    places = before.append([index, after[after > last]]).get_indexer(times)
    if (places < 0).any():
        raise ValueError(
            f"fh asks for {times[places < 0][0]}, but the times of y, which end at {last}, follow "
            f"the frequency {freq}. Ask for times among those, or bring y to a higher frequency."
        )
    return places - len(before) - len(index) + 1


def future_index(index: pd.Index, steps: np.ndarray, freq=None) -> pd.Index:
    """Times some steps from the end of an index; ``freq`` helps one that has none."""
    freq = getattr(index, "freq", None) or freq
    if not isinstance(index, pd.DatetimeIndex):
        horizon = ForecastingHorizon(steps, is_relative=True)
        return horizon.to_absolute_index(get_cutoff(pd.Series(0, index=index), return_index=True))
    if freq is None:
        raise ValueError(UNKNOWN_FREQUENCY)
    last, n_before = index[-1], max(0, -steps.min())
    after = pd.date_range(last, periods=max(0, steps.max()) + 2, freq=freq)
    grid = _before(last, n_before, freq).append([index[-1:], after[after > last]])
    return grid[n_before + steps]


def _before(time: pd.Timestamp, n: int, freq) -> pd.DatetimeIndex:
    """The last n times before another one."""
    times = pd.date_range(end=time, periods=n + 1, freq=freq)
    times = times[times < time]
    return times[len(times) - n :]


def in_zone_of(like: pd.Index, times: pd.Index) -> pd.Index:
    """The same moments in the time zone of another index, if both have one."""
    zones = getattr(like, "tz", None), getattr(times, "tz", None)
    return times if None in zones else times.tz_convert(zones[0])


def check_times(given: pd.Index, expected: pd.Index, name: str) -> None:
    """Refuse times of another kind than those of fit; together pandas would make objects of them.

    Raises
    ------
    ValueError
    """
    kinds = _kind_of_times(given), _kind_of_times(expected)
    if len(given) and kinds[0] != kinds[1]:
        raise ValueError(
            f"The index of {name} holds {kinds[0]}, but that of fit {kinds[1]}. Bring both to the "
            "same, as by to_period or to_timestamp."
        )


def _kind_of_times(index: pd.Index) -> str:
    times = index.levels[-1] if isinstance(index, pd.MultiIndex) else index
    if isinstance(times, pd.PeriodIndex):
        return f"periods of frequency {times.freqstr}"
    if isinstance(times, pd.DatetimeIndex):
        return "dates" if times.tz is None else f"dates of the time zone {times.tz}"
    return "whole numbers" if pd.api.types.is_integer_dtype(times.dtype) else str(times.dtype)
