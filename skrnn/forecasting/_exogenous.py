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
        If ``past_columns`` names a column that X does not have, or X has no rows of the series.
    """

    def __init__(self, X: pd.DataFrame, series: SeriesSet, past_columns):
        self.names, self.past = list(X.columns), list(past_columns or ())
        unknown = [name for name in self.past if name not in self.names]
        if unknown:
            raise ValueError(f"past_columns names {unknown}, but X has the columns {self.names}.")
        X = _until_ends(X, series)
        if not len(X):
            raise ValueError("X has no rows of the series of y up to their ends.")
        numeric = [name for name in self.names if _is_numeric(X[name])]
        self._categories = {
            name: sorted(_text(X[name]).dropna().unique())
            for name in self.names
            if name not in numeric
        }
        sizes = [max(1, len(categories)) for categories in self._categories.values()]
        one_hot = OneHotEncoder(
            categories=[np.arange(size) for size in sizes],
            handle_unknown="ignore",
            sparse_output=False,
        )
        plain = self.plain(X)
        places = [[self.names.index(name) for name in part] for part in (numeric, self._categories)]
        self._transformer = ColumnTransformer(
            [("numbers", StandardScaler(), places[0]), ("categories", one_hot, places[1])]
        )
        # what is never known is a constant, whatever comes later
        self._transformer.fit(plain.fillna(0.0).to_numpy())
        outputs = [*zip(numeric, [1] * len(numeric)), *zip(self._categories, sizes)]
        self.known_ = np.concatenate([np.full(n, name not in self.past) for name, n in outputs])

    def plain(self, X: pd.DataFrame) -> pd.DataFrame:
        """Numbers as they are, categories by their places; NaN where missing.

        Raises
        ------
        ValueError
            If a column is missing.
        """
        missing = [name for name in self.names if name not in X.columns]
        if missing:
            raise ValueError(f"X must have the columns {self.names} as before; it lacks {missing}.")
        columns = {
            name: _places(_text(X[name]), self._categories[name])
            if name in self._categories
            else X[name].astype(float)
            for name in self.names
        }
        return pd.DataFrame(columns, index=X.index)

    def encode(self, plain: np.ndarray) -> np.ndarray:
        """Numbers (n, n_outputs), float32; at the mean, and of no category, where missing."""
        return np.nan_to_num(self._transformer.transform(plain)).astype(np.float32)


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
        parts, later = [], {}  # many series end at the same time
        for i, (key, index) in enumerate(zip(series.keys, series.indices)):
            if key not in frames:
                raise ValueError(f"X has no rows for the series {key!r} of y.")
            times = index
            if room:
                if index[-1] not in later:
                    steps = np.arange(1, room + 1)
                    later[index[-1]] = future_index(index, steps, series.freq)
                times = index.append(later[index[-1]])
            if furthest is not None and furthest[i] > 0 and len(past) < len(self.encoder.names):
                _check_reach(frames[key], times[len(index) - 1 + furthest[i]], key)
            frame = frames[key].reindex(times)
            frame.iloc[len(index) :, past] = np.nan
            parts.append(frame.ffill().to_numpy())
        encoded = self.encoder.encode(np.concatenate(parts))
        return np.split(encoded, np.cumsum([len(part) for part in parts])[:-1])

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
        joined = self._history.reindex(self._history.index.union(future.index, sort=False))
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


def _text(column: pd.Series) -> pd.Series:
    return column.astype(object).map(str, na_action="ignore")


def _places(text: pd.Series, categories: list[str]) -> pd.Series:
    """Place of each text among categories, one more than there are if it is none of them."""
    places = pd.Categorical(text, categories=categories).codes.astype(float)
    places[places < 0] = max(1, len(categories))
    return pd.Series(places, index=text.index).mask(text.isna())


def _check_reach(frame: pd.DataFrame, time, key) -> None:
    if time not in frame.index:
        where = "" if key is None else f" of series {key!r}"
        raise ValueError(
            f"X ends before the forecast does: it has no row{where} at {time}, the last step that "
            f"is forecast; its last one is at {frame.index.max()}. Pass rows up to there."
        )


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
