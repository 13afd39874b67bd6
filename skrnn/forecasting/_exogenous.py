"""Exogenous columns of any type become scaled numbers, aligned with the series."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ._series import SeriesSet, future_index, instances


class ColumnEncoder:
    """Standardises numeric columns and encodes categories, as they were when it was made.

    Parameters
    ----------
    X : DataFrame
    series : SeriesSet
        Rows after the end of a series are not looked at.
    past_columns : list or None
        Names of those whose future is not known.

    Attributes
    ----------
    names : list
        Of the columns of X.
    past : list
        Names of those whose future is not known.
    known_ : ndarray of shape (n_outputs,), bool
        Whether the future of each encoded column is known.

    Raises
    ------
    ValueError
        If ``past_columns`` names a column that X does not have.
    """

    def __init__(self, X: pd.DataFrame, series: SeriesSet, past_columns):
        self.names, self.past = list(X.columns), list(past_columns or ())
        unknown = [name for name in self.past if name not in self.names]
        if unknown:
            raise ValueError(f"past_columns names {unknown}, but X has the columns {self.names}.")
        X = _until_ends(X, series)
        self._numeric = [name for name in self.names if _is_numeric(X[name])]
        others = [name for name in self.names if name not in self._numeric]
        plain = self.plain(X)
        # what is never known is a constant, and stays one whatever comes later
        fill = {name: 0.0 if name in self._numeric else "" for name in self.names}
        fill = {name: fill[name] for name in self.names if plain[name].isna().all()}
        places = [[self.names.index(name) for name in part] for part in (self._numeric, others)]
        categories = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        self._transformer = ColumnTransformer(
            [("numbers", StandardScaler(), places[0]), ("categories", categories, places[1])]
        ).fit(_numbered(plain.fillna(fill)))
        widths = [1] * len(self._numeric)
        if others:
            fitted = self._transformer.named_transformers_["categories"]
            widths += [len(of_one) for of_one in fitted.categories_]
        self.known_ = np.repeat([name not in self.past for name in self._numeric + others], widths)

    def plain(self, X: pd.DataFrame) -> pd.DataFrame:
        """Numbers as floats, everything else as text; NaN where missing.

        Raises
        ------
        ValueError
            If a column is missing.
        """
        missing = [name for name in self.names if name not in X.columns]
        if missing:
            raise ValueError(f"X must have the columns {self.names} as before; it lacks {missing}.")
        columns = {
            name: X[name].astype(float)
            if name in self._numeric
            else X[name].astype(object).map(str, na_action="ignore")
            for name in self.names
        }
        return pd.DataFrame(columns, index=X.index)

    def encode(self, plain: pd.DataFrame) -> np.ndarray:
        """Numbers (n, n_outputs), float32; at the mean where missing."""
        return np.nan_to_num(self._transformer.transform(_numbered(plain))).astype(np.float32)


class ExogenousColumns:
    """Exogenous columns and how they become numbers; remembers what the past was.

    Parameters
    ----------
    encoder : ColumnEncoder
    X : DataFrame
        Columns over the time of the training data, and perhaps beyond it.

    Raises
    ------
    ValueError
        If X lacks a column.
    """

    def __init__(self, encoder: ColumnEncoder, X: pd.DataFrame):
        self.encoder = encoder
        self._history = encoder.plain(X)

    def extended(self, X: pd.DataFrame) -> "ExogenousColumns":
        """With more rows; later ones replace earlier ones of the same time."""
        longer = ExogenousColumns(self.encoder, X)
        joined = pd.concat([self._history, longer._history])
        longer._history = joined[~joined.index.duplicated(keep="last")].sort_index()
        return longer

    def arrays(
        self,
        series: SeriesSet,
        X: pd.DataFrame | None = None,
        room: int = 0,
        furthest: np.ndarray | None = None,
    ) -> list[np.ndarray]:
        """Columns of each series from its first observation to some steps beyond its end.

        Rows that are missing are carried on from the last one known; before the first, and in a
        column without any, they are at the mean. Columns whose future is not known stay as they
        were at the end of the series.

        Parameters
        ----------
        series : SeriesSet
        X : DataFrame or None
            Rows of the future; they replace those that came with earlier data.
        room : int
            Steps beyond the end.
        furthest : ndarray of shape (n_series,), optional
            The last step that is forecast of each series, whose row must be there.

        Returns
        -------
        list of ndarray of shape (n_i + room, n_outputs), float32

        Raises
        ------
        ValueError
            If there are no rows of a series, or none at its furthest step.
        """
        frames = instances(self._joined(X))
        past = [self.encoder.names.index(name) for name in self.encoder.past]
        arrays = []
        for i, (key, index) in enumerate(zip(series.keys, series.indices)):
            if key not in frames:
                raise ValueError(f"X has no rows for the series {key!r} of y.")
            times = index
            if room:
                times = index.append(future_index(index, np.arange(1, room + 1), series.freq))
            if furthest is not None and furthest[i] > 0 and len(past) < len(self.encoder.names):
                _check_reach(frames[key], times[len(index) - 1 + furthest[i]], key)
            frame = frames[key].reindex(times)
            frame.iloc[len(index) :, past] = np.nan
            arrays.append(self.encoder.encode(frame.ffill()))
        return arrays

    def check_future(self, X: pd.DataFrame | None) -> None:
        """Refuse a forecast without the columns it needs.

        Raises
        ------
        ValueError
        """
        names, past = self.encoder.names, self.encoder.past
        given = [] if X is None else list(X.columns)
        missing = [name for name in names if name not in past and name not in given]
        if missing:
            raise ValueError(
                f"fit was given the exogenous columns {names}, so predict needs X with "
                f"{missing} over the horizon. Pass X to predict, or name columns whose future is "
                "not known in past_columns."
            )

    def _joined(self, X) -> pd.DataFrame:
        if X is None:
            return self._history
        future = X.reindex(columns=self.encoder.names)
        if self.encoder.past:
            future[self.encoder.past] = np.nan
        future = self.encoder.plain(future)
        joined = self._history.reindex(self._history.index.union(future.index))
        joined.update(future)
        return joined


def _until_ends(X: pd.DataFrame, series: SeriesSet) -> pd.DataFrame:
    """Rows up to the last observation of each series."""
    ends = {key: index[-1] for key, index in zip(series.keys, series.indices)}
    if None in ends:
        rows = X.index <= ends[None]
    else:
        of_rows = pd.Series(ends).reindex(X.index.droplevel(-1))
        rows = X.index.get_level_values(-1) <= of_rows.array
    return X[rows]


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """Names that any transformer takes."""
    return frame.set_axis([str(place) for place in range(frame.shape[1])], axis=1)


def _check_reach(frame: pd.DataFrame, time, key) -> None:
    if time not in frame.index:
        where = "" if key is None else f" of series {key!r}"
        raise ValueError(
            f"X ends before the forecast does: it has no row{where} at {time}, the last step that "
            f"is forecast; its last one is at {frame.index.max()}. Pass rows up to there."
        )


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
