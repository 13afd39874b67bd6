"""pandas and sktime containers become arrays, or lists of arrays, that ``_sequences`` reads."""

from itertools import pairwise

import numpy as np
import pandas as pd

from ._sequences import as_numpy, is_list_of_arrays


def unframe(X):
    """Turn a panel of sequences into a list of arrays, `as_numpy` what is one, and nothing else.

    Three containers of sktime and aeon are panels: a DataFrame with a row MultiIndex (the last
    level is time, those before it name the sequence), a DataFrame whose cells are Series (one
    sequence a row, one channel a column), and a list of DataFrames. A plain DataFrame is a table,
    one sequence a row.
    """
    if is_list_of_frames(X):
        return _from_frames(X)
    if _has_steps_as_rows(X):
        return _from_multiindex(X)
    return _from_nested(X) if is_nested(X) else as_numpy(X)


def nan_for_missing(X):
    """Put NaN for None, pd.NA and NaT among objects: scikit-learn cannot make floats of these.

    X is what `unframe` returns; without objects it stays as it is.
    """
    if is_list_of_arrays(X):
        return [nan_for_missing(x) for x in X]
    # column by column: of numbers beside booleans pandas would make objects
    if isinstance(X, pd.DataFrame) and any(t.kind == "O" for t in X.dtypes):
        return pd.DataFrame(nan_for_missing(X.to_numpy(object)), X.index, X.columns)
    if isinstance(X, pd.Series) and X.dtype.kind == "O":
        return pd.Series(nan_for_missing(X.to_numpy(object)), X.index)
    if isinstance(X, np.ndarray) and X.dtype.kind == "O":
        return np.where(pd.isna(X), np.nan, X)
    return X


def unframe_steps(y):
    """Turn targets of all time steps into an array, or into a list with an item for each sequence.

    The containers are those of `unframe`, and Series where a frame would have one column, which
    then is an array of one dimension.
    """
    if isinstance(y, pd.Series):
        y = y.to_frame() if isinstance(y.index, pd.MultiIndex) else y.tolist()
    is_panel, arrays = channel_frame(y) is not None, unframe(y)
    if is_panel:
        return [a[:, 0] if a.shape[1] == 1 else a for a in arrays]
    return as_array(arrays)


def as_array(values):
    """Values of pandas as an array; all else as it is.

    Numbers of a nullable type, or of pyarrow, have the type of NumPy, and NaN where one is missing.
    """
    if isinstance(values, (pd.Index, pd.api.extensions.ExtensionArray)):
        values = pd.Series(values)
    if isinstance(values, pd.Series):
        own = _numpy_type(values)
        return np.asarray(values if own is None else values.astype(own))
    if not isinstance(values, pd.DataFrame):
        return values
    if any(hasattr(t, "numpy_dtype") for t in values.dtypes):
        types = {name: _numpy_type(column) for name, column in values.items()}
        values = values.astype({name: t for name, t in types.items() if t is not None})
    return np.asarray(values)


def check_same_steps(X, y) -> None:
    """Refuse two panels whose row MultiIndex does not name the same sequences and steps.

    Raises
    ------
    ValueError
        If the names differ, or stand in another order.
    """
    if not all(isinstance(getattr(panel, "index", None), pd.MultiIndex) for panel in (X, y)):
        return
    of_X, of_y = (panel.index[_order_of_steps(panel)[0]] for panel in (X, y))
    if not of_X.equals(of_y):
        raise ValueError(
            "The index of y differs from that of X in its sequences or time steps, or in their "
            "order. Give y the rows of X: y.loc[X.index]."
        )


def channel_frame(X) -> pd.DataFrame | None:
    """A frame whose columns name the channels of a panel; None for anything else."""
    if is_list_of_frames(X):
        return X[0]
    return X if _has_steps_as_rows(X) or is_nested(X) else None


def indexable(X):
    """Input whose items are sequences, for all that counts and takes items, as folds do.

    The rows of a DataFrame with a MultiIndex are time steps: it becomes a list of DataFrames, with
    the names of the channels and the times of the steps. A tensor becomes an array.
    """
    if not _has_steps_as_rows(X):
        return X if channel_frame(X) is not None else unframe(X)
    order, ends = _order_of_steps(X)
    rows = X.iloc[order]
    rows = rows.set_axis(rows.index.get_level_values(-1))
    return [rows.iloc[begin:end] for begin, end in pairwise([0, *ends])]


def step_indices(X) -> list[pd.Index | None] | None:
    """Index of the steps of each sequence of a panel; None for all else, and for cells of arrays.

    Sequences and steps are in the order in which `unframe` gives them.
    """
    if is_list_of_frames(X):
        return [frame.index for frame in X]
    if is_nested(X):
        return _indices_of_cells(X)
    if not _has_steps_as_rows(X):
        return None
    order, ends = _order_of_steps(X)
    index = X.index.get_level_values(-1)[order]
    return [index[begin:end] for begin, end in pairwise([0, *ends])]


def index_times(X) -> list[pd.Index] | None:
    """Times of the steps of each sequence of a panel whose index holds dates; None for the rest."""
    indices = step_indices(X)
    dated = indices is not None and all(isinstance(i, pd.DatetimeIndex) for i in indices)
    return indices if dated else None


def _numpy_type(column: pd.Series) -> np.dtype | None:
    """NumPy's type for numbers of pandas' own; None if it is theirs already, or no numbers."""
    own = getattr(column.dtype, "numpy_dtype", None)
    if own is None or own.kind not in "iufb":
        return None
    return np.dtype(np.float64) if own.kind != "f" and column.hasnans else own


def is_list_of_frames(X) -> bool:
    return isinstance(X, (list, tuple)) and bool(X) and all(isinstance(x, pd.DataFrame) for x in X)


def _has_steps_as_rows(X) -> bool:
    return isinstance(X, pd.DataFrame) and isinstance(X.index, pd.MultiIndex)


def is_nested(X) -> bool:
    return (
        isinstance(X, pd.DataFrame)
        and X.size > 0
        and isinstance(X.iloc[0, 0], (pd.Series, np.ndarray))
    )


def _from_multiindex(X: pd.DataFrame) -> list[np.ndarray]:
    order, ends = _order_of_steps(X)
    return np.split(as_array(X.iloc[order]), ends[:-1])


def _order_of_steps(X: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Where the rows of each sequence stand, by time, and where each sequence then ends."""
    codes, _ = pd.factorize(X.index.droplevel(-1))
    if len(codes) == 0:
        raise ValueError("X is a panel of 0 sample(s); at least one is needed.")
    if (codes < 0).any():
        raise ValueError(
            "The index of X has missing values where it names a sequence; all levels but the last "
            "must say which sequence a row belongs to."
        )
    times, _ = pd.factorize(X.index.get_level_values(-1), sort=True)
    if (times < 0).any():
        row = (times < 0).argmax()
        raise ValueError(
            f"The index of X has no time in row {row}, {X.index[row]}; the last level must say "
            "when each step was. Drop such rows: X[X.index.get_level_values(-1).notna()]."
        )
    return np.lexsort((times, codes)), np.cumsum(np.bincount(codes))  # rows may come in any order


def _from_nested(X: pd.DataFrame) -> list[np.ndarray]:
    sequences = []
    for i, row in enumerate(X.itertuples(index=False)):
        if not all(isinstance(cell, (pd.Series, np.ndarray)) for cell in row):
            raise ValueError(
                f"Row {i} of X has a cell that is not a Series, but other cells are. In a nested "
                "DataFrame every cell must hold one channel of one sequence."
            )
        channels = [as_array(cell) for cell in row]
        if len({len(channel) for channel in channels}) > 1:
            raise ValueError(
                f"The channels of row {i} have different lengths "
                f"({', '.join(str(len(channel)) for channel in channels)}); "
                "all channels of a sequence must cover the same time steps."
            )
        sequences.append(np.stack(channels, axis=1))
    return sequences


def _indices_of_cells(X: pd.DataFrame) -> list[pd.Index | None]:
    """The index that the channels of each sequence share; None where cells are arrays."""
    indices = []
    for i, row in enumerate(X.itertuples(index=False)):
        first, *others = (getattr(cell, "index", None) for cell in row)
        if isinstance(first, pd.DatetimeIndex) and not all(first.equals(o) for o in others):
            raise ValueError(
                f"The channels of row {i} of X are indexed by different dates; all channels of a "
                "sequence must cover the same time steps. Join them to one index, with NaN where a "
                "channel has no value."
            )
        indices.append(first)
    return indices


def _from_frames(frames) -> list[np.ndarray]:
    columns = frames[0].columns
    for i, frame in enumerate(frames):
        if set(frame.columns) != set(columns):
            raise ValueError(
                f"Frame {i} of X has the columns {list(frame.columns)}, but frame 0 has "
                f"{list(columns)}. All sequences must have the same channels."
            )
    return [as_array(frame[columns]) for frame in frames]


def check_same_order(X, **of_sequences) -> None:
    """Refuse a Series, or frame, that names the sequences of a panel in another order.

    Parameters
    ----------
    X : any input
        Sequences have names where it is a DataFrame with a row MultiIndex.
    **of_sequences : array-like or None
        By the names of the arguments, what has one row for each sequence: targets or weights.

    Raises
    ------
    ValueError
    """
    if not isinstance(getattr(X, "index", None), pd.MultiIndex):
        return
    names = X.index.droplevel(-1).unique().tolist()
    for argument, rows in of_sequences.items():
        if not isinstance(rows, (pd.Series, pd.DataFrame)) or len(rows) != len(names):
            continue
        index = rows.index.tolist()
        if index != names and set(index) == set(names):
            raise ValueError(
                f"The index of {argument} names the sequences of X in another order: {index[0]!r} "
                f"comes first, but {names[0]!r} in X. Give {argument} the order of X: "
                f"{argument}.loc[X.index.droplevel(-1).unique()]. If only its index is wrong, pass "
                f"{argument}.to_numpy()."
            )
