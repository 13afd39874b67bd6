"""Exogenous columns of any type become scaled numbers, aligned with the series."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ._series import SeriesSet, future_index, instances


class ExogenousColumns:
    """Standardises numeric columns and encodes categories; remembers what the past was.

    Parameters
    ----------
    X : DataFrame
        Columns over the time of the training data.
    past_columns : list or None
        Names of those whose future is not known.

    Attributes
    ----------
    known_ : ndarray of shape (n_outputs,), bool
        Whether the future of each encoded column is known.

    Raises
    ------
    ValueError
        If ``past_columns`` names a column that X does not have.
    """

    def __init__(self, X: pd.DataFrame, past_columns):
        past = list(past_columns or ())
        unknown = [name for name in past if name not in X.columns]
        if unknown:
            raise ValueError(
                f"past_columns names {unknown}, but X has the columns {list(X.columns)}."
            )
        self.names = list(X.columns)
        self._numeric = {name for name in X.columns if _is_numeric(X[name])}
        self.past = past
        self._encoder = ColumnTransformer(
            [
                ("numbers", StandardScaler(), make_column_selector(dtype_include=np.number)),
                (
                    "categories",
                    OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                    make_column_selector(dtype_exclude=np.number),
                ),
            ],
            verbose_feature_names_out=False,
        )
        plain = self._plain(X)
        empty = plain.columns[plain.isna().all()]
        encoded = self._encoder.fit(plain.assign(**dict.fromkeys(empty, 0.0)))
        encoded = encoded.get_feature_names_out()
        origins = [self._origin(name) for name in encoded]
        self.known_ = np.array([origin not in map(str, past) for origin in origins])
        self._history = X

    def extend(self, X: pd.DataFrame) -> None:
        """Add rows; later ones replace earlier ones of the same time."""
        joined = pd.concat([self._history, X[self.names]])
        self._history = joined[~joined.index.duplicated(keep="last")].sort_index()

    def arrays(self, series: SeriesSet, X: pd.DataFrame | None, room: int) -> list[np.ndarray]:
        """Columns of each series from its first observation to some steps beyond its end.

        Rows that are missing are carried on from the last one known; before the first, and in a
        column without any, they are at the mean.

        Parameters
        ----------
        series : SeriesSet
        X : DataFrame or None
            Rows of the future.
        room : int
            Steps beyond the end.

        Returns
        -------
        list of ndarray of shape (n_i + room, n_outputs), float32
        """
        frames = instances(self._joined(X))
        arrays = []
        for key, index in zip(series.keys, series.indices):
            times = index
            if room:
                times = index.append(future_index(index, np.arange(1, room + 1), series.freq))
            arrays.append(self._encode(frames[key].reindex(times)))
        return arrays

    def check_future(self, X: pd.DataFrame | None) -> None:
        """Refuse a forecast without the columns it needs.

        Raises
        ------
        ValueError
        """
        given = [] if X is None else list(X.columns)
        missing = [name for name in self.names if name not in self.past and name not in given]
        if missing:
            raise ValueError(
                f"fit was given the exogenous columns {self.names}, so predict needs X with "
                f"{missing} over the horizon. Pass X to predict, or name columns whose future is "
                "not known in past_columns."
            )

    def _joined(self, X) -> pd.DataFrame:
        if X is None:
            return self._history
        future = X.drop(columns=self.past, errors="ignore")
        parts = [part.dropna(axis=1, how="all") for part in (self._history, future)]
        joined = pd.concat(parts).reindex(columns=self.names)
        return joined[~joined.index.duplicated(keep="first")].sort_index()

    def _encode(self, frame: pd.DataFrame) -> np.ndarray:
        encoded = self._encoder.transform(self._plain(frame).ffill())
        return np.nan_to_num(encoded).astype(np.float32)

    def _plain(self, X: pd.DataFrame) -> pd.DataFrame:
        """Numbers as floats, everything else as text; NaN where missing."""
        columns = {
            name: X[name].astype(float)
            if name in self._numeric
            else X[name].astype(object).map(str, na_action="ignore")
            for name in self.names
        }
        return pd.DataFrame(columns, index=X.index).rename(columns=str)

    def _origin(self, encoded: str) -> str:
        """Name of the column that an encoded one comes from."""
        names = [str(name) for name in self.names]
        if encoded in names:
            return encoded
        return max((name for name in names if encoded.startswith(f"{name}_")), key=len)


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
