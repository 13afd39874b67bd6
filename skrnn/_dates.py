"""Dates among the values of sequences: made into seconds where they are times, else refused."""

import pandas as pd

from ._frames import channel_frame, is_list_of_frames, is_nested
from ._sequences import is_list_of_arrays


def holds_dates(X, channel: str) -> bool:
    """Whether one column of a panel holds dates, which `dates_as_numbers` would make seconds.

    Raises
    ------
    ValueError
        If some sequences have dates there and others have not.
    """
    if is_list_of_frames(X):
        columns = [frame.get(channel) for frame in X]
    elif not isinstance(X, pd.DataFrame) or channel not in X.columns:
        return False
    else:
        columns = X[channel] if is_nested(X) else [X[channel]]
    dated = {_are_dates(column) for column in columns}
    if len(dated) > 1:
        raise ValueError(
            f"The column {channel!r} of X holds dates in some sequences and numbers in others; "
            "expected one kind. Convert the numbers, for instance by pd.to_datetime."
        )
    return dated.pop()


def dates_as_numbers(X, channel: str):
    """Dates in one column of a panel become seconds, so that a panel can hold its own times."""
    if is_list_of_frames(X):
        return [dates_as_numbers(frame, channel) for frame in X]
    if not isinstance(X, pd.DataFrame) or channel not in X.columns:
        return X
    values = X[channel]
    seconds = values.map(_as_seconds) if is_nested(X) else _as_seconds(values)
    return X.assign(**{channel: seconds})


def numbers_as_dates(frames, X):
    """Undo `dates_as_numbers` in a list of frames, in the columns that are dates in a panel X."""
    dated = [name for name in channel_frame(X).columns if holds_dates(X, name)]
    if not dated:
        return frames
    return [
        frame.assign(**{name: pd.to_datetime(frame[name], unit="s") for name in dated})
        for frame in frames
    ]


def check_no_dates(X, name: str = "X", what_to_do: str = "pass them as times") -> None:
    """Refuse dates, or durations, among the values of a table, panel or array, or a list of them.

    Parameters
    ----------
    X : any input
    name : str
        Of X, in the error.
    what_to_do : str
        With times of the steps, if X is no panel, which may have a column for them.

    Raises
    ------
    ValueError
        Names the first column of dates.
    """
    frame = channel_frame(X)
    is_panel, frame = frame is not None, X if frame is None else frame
    if not isinstance(frame, pd.DataFrame):
        if any(_are_dates(array) for array in (X if is_list_of_arrays(X) else [_first_item(X)])):
            raise _unexpected_dates(name, f"{what_to_do}; else leave them out")
        return
    if frame.empty:
        return
    cells = frame.iloc[0] if is_nested(frame) else None
    for i, column in enumerate(frame.columns):
        if _are_dates(frame.iloc[:, i] if cells is None else cells.iloc[i]):
            advice = f"pass time_channel={column!r}" if is_panel else what_to_do
            where = f"Column {column!r} of {name}"
            raise _unexpected_dates(where, f"{advice}; else leave the column out")


def _first_item(X):
    """What nested lists begin with; all else as it is."""
    while isinstance(X, (list, tuple)) and X:
        X = X[0]
    return X


def _unexpected_dates(where: str, advice: str) -> ValueError:
    return ValueError(
        f"{where} holds dates, where numbers are expected. If they are the times of the time "
        f"steps, {advice}."
    )


def _are_dates(values) -> bool:
    """Whether an array, Series or scalar is of dates or durations: NumPy, pandas or pyarrow."""
    return getattr(getattr(values, "dtype", None), "kind", None) in ("M", "m")


def _as_seconds(values):
    """Dates, or durations, as seconds; all else as it is."""
    if not _are_dates(values):
        return values
    values = pd.Series(values)
    if values.dtype.kind == "M":
        if values.dt.tz is not None:
            values = values.dt.tz_convert(None)
        values = values - pd.Timestamp(0)
    return values / pd.Timedelta(seconds=1)
