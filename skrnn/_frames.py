"""pandas and sktime containers become arrays, or lists of arrays, that ``_sequences`` reads."""

import numpy as np
import pandas as pd


def unframe(X):
    """Turn a panel of sequences into a list of arrays, a tensor into an array, and nothing else.

    Three containers of sktime and aeon are panels: a DataFrame with a row MultiIndex (the last
    level is time, those before it name the sequence), a DataFrame whose cells are Series (one
    sequence a row, one channel a column), and a list of DataFrames. A plain DataFrame is a table,
    one sequence a row.
    """
    if hasattr(X, "detach"):  # a tensor of torch, which need not be imported here
        return X.detach().cpu().numpy()
    if _is_list_of_frames(X):
        return _from_frames(X)
    if isinstance(X, pd.DataFrame) and isinstance(X.index, pd.MultiIndex):
        return _from_multiindex(X)
    return _from_nested(X) if _is_nested(X) else X


def channel_frame(X) -> pd.DataFrame | None:
    """A frame whose columns name the channels of a panel; None for anything else."""
    if _is_list_of_frames(X):
        return X[0]
    is_panel = isinstance(X, pd.DataFrame) and (isinstance(X.index, pd.MultiIndex) or _is_nested(X))
    return X if is_panel else None


def _is_list_of_frames(X) -> bool:
    return isinstance(X, (list, tuple)) and bool(X) and all(isinstance(x, pd.DataFrame) for x in X)


def _is_nested(X) -> bool:
    return (
        isinstance(X, pd.DataFrame)
        and X.size > 0
        and isinstance(X.iloc[0, 0], (pd.Series, np.ndarray))
    )


def _from_multiindex(X: pd.DataFrame) -> list[np.ndarray]:
    codes, _ = pd.factorize(X.index.droplevel(-1))
    if len(codes) == 0:
        raise ValueError("X is a panel of 0 sample(s); at least one is needed.")
    if (codes < 0).any():
        raise ValueError(
            "The index of X has missing values where it names a sequence; all levels but the last "
            "must say which sequence a row belongs to."
        )
    times, _ = pd.factorize(X.index.get_level_values(-1), sort=True)
    X = X.iloc[np.lexsort((times, codes))]  # rows may come in any order
    return np.split(X.to_numpy(), np.cumsum(np.bincount(codes))[:-1])


def _from_nested(X: pd.DataFrame) -> list[np.ndarray]:
    sequences = []
    for i, row in enumerate(X.itertuples(index=False)):
        if not all(isinstance(cell, (pd.Series, np.ndarray)) for cell in row):
            raise ValueError(
                f"Row {i} of X has a cell that is no Series, but other cells are. In a nested "
                "DataFrame every cell must hold one channel of one sequence."
            )
        channels = [np.asarray(cell) for cell in row]
        if len({len(channel) for channel in channels}) > 1:
            raise ValueError(
                f"The channels of row {i} have different lengths "
                f"({', '.join(str(len(channel)) for channel in channels)}); "
                "all channels of a sequence must cover the same time steps."
            )
        sequences.append(np.stack(channels, axis=1))
    return sequences


def _from_frames(frames) -> list[np.ndarray]:
    columns = frames[0].columns
    for i, frame in enumerate(frames):
        if set(frame.columns) != set(columns):
            raise ValueError(
                f"Frame {i} of X has the columns {list(frame.columns)}, but frame 0 has "
                f"{list(columns)}. All sequences must have the same channels."
            )
    return [frame[columns].to_numpy() for frame in frames]
