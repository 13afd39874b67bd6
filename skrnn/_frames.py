"""pandas and sktime containers become arrays, or lists of arrays, that ``_sequences`` reads."""

import numpy as np
import pandas as pd


def unframe(X):
    """Turn a panel of sequences into a list of arrays; leave everything else as it is.

    Three containers of sktime and aeon are panels: a DataFrame with a row MultiIndex (the last
    level is time, those before it name the sequence), a DataFrame whose cells are Series (one
    sequence a row, one channel a column), and a list of DataFrames. A plain DataFrame is a table,
    one sequence a row.
    """
    if isinstance(X, pd.DataFrame):
        if isinstance(X.index, pd.MultiIndex):
            return _from_multiindex(X)
        if X.size and isinstance(X.iloc[0, 0], (pd.Series, np.ndarray)):
            return _from_nested(X)
    elif isinstance(X, (list, tuple)) and X and all(isinstance(x, pd.DataFrame) for x in X):
        return [x.to_numpy() for x in X]
    return X


def _from_multiindex(X: pd.DataFrame) -> list[np.ndarray]:
    names = X.index.droplevel(-1)
    codes, _ = pd.factorize(names)
    if (np.diff(codes) < 0).any():  # the rows of one sequence may stand apart
        X = X.iloc[np.argsort(codes, kind="stable")]
    return np.split(X.to_numpy(), np.cumsum(np.bincount(codes))[:-1])


def _from_nested(X: pd.DataFrame) -> list[np.ndarray]:
    sequences = []
    for i, row in enumerate(X.itertuples(index=False)):
        channels = [np.asarray(cell) for cell in row]
        if len({len(channel) for channel in channels}) > 1:
            raise ValueError(
                f"The channels of row {i} have different lengths "
                f"({', '.join(str(len(channel)) for channel in channels)}); "
                "all channels of a sequence must cover the same time steps."
            )
        sequences.append(np.stack(channels, axis=1))
    return sequences
