"""Columns of any type become scaled numbers."""

import warnings

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ._series import SeriesSet

MOST_CATEGORIES = 50  # of a column; rarer ones teach nothing that more data would bear out
NUMBERS = "integer", "floating", "mixed-integer-float", "decimal", "boolean"  # objects that all are
TIMES = "date", "datetime", "datetime64", "period", "time", "timedelta", "timedelta64"


class ColumnEncoder:
    """Standardises numeric columns and encodes categories, as they were when it was made.

    Truth values are the numbers 0 and 1, and so are objects that all are numbers. All else are
    categories by their text, of which the most frequent count.

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
    sources : ndarray of shape (n_outputs,), int
        Place of the column of X that each encoded column is of.
    known : ndarray of shape (n_outputs,), bool
        Whether the future of each encoded column is known.
    idle : ndarray of shape (n_outputs,), bool
        Whether it is of a number that never varied, and is zero for good.

    Raises
    ------
    ValueError
        If ``past_columns`` names a column that X does not have, X has no rows of the series, or a
        column holds times.
    """

    def __init__(self, X: pd.DataFrame, series: SeriesSet, past_columns):
        self.names, self.past = list(X.columns), list(past_columns or ())
        unknown = [name for name in self.past if name not in self.names]
        if unknown:
            raise ValueError(f"past_columns names {unknown}, but X has the columns {self.names}.")
        X = X[series.cover(X.index)]
        if not len(X):
            raise ValueError("X has no rows of the series of y up to their ends.")
        numeric = [name for name in self.names if is_numeric(X[name])]
        texts = {name: _text(X[name]) for name in self.names if name not in numeric}
        self._seen = {name: set(text.dropna()) for name, text in texts.items()}
        self._categories = {name: _most_frequent(text) for name, text in texts.items()}
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
        ).set_output(transform="default")  # whatever sklearn.config_context says
        never = {name: 0.0 for name in self.names if plain[name].isna().all()}
        self._transformer.fit(plain.fillna(never).to_numpy())
        outputs = [*zip(numeric, [1] * len(numeric)), *zip(self._categories, sizes)]
        sources = [self.names.index(name) for name, _ in outputs]
        self.sources = np.repeat(sources, [n for _, n in outputs])
        # what never varied has taught nothing: whatever comes later, networks are told the same
        varied = plain.min() < plain.max()
        idle = [name in numeric and not varied[name] for name, _ in outputs]
        self.idle = np.repeat(idle, [n for _, n in outputs])
        self.known = np.array([name not in self.past for name in self.names])[self.sources]

    def plain(self, X: pd.DataFrame) -> pd.DataFrame:
        """Numbers as they are, categories by their places; NaN where missing.

        Raises
        ------
        ValueError
            If a column is missing, infinite, or no number where it was one before.

        Warns
        -----
        UserWarning
            If a column has categories that were not there before.
        """
        missing = [name for name in self.names if name not in X.columns]
        if missing:
            raise ValueError(f"X must have the columns {self.names} as before; it lacks {missing}.")
        columns = {
            name: self._places(_text(X[name])) if name in self._categories else as_numbers(X[name])
            for name in self.names
        }
        return pd.DataFrame(columns, index=X.index)

    def _places(self, text: pd.Series) -> pd.Series:
        """Place of each text among its categories, one more than there are if it is none."""
        categories, seen = self._categories[text.name], self._seen[text.name]
        unseen = text[text.notna() & ~text.isin(seen)]
        if len(unseen):
            warnings.warn(
                f"Column {text.name!r} of X has categories that it did not have before: "
                f"{unseen.unique()[:5].tolist()}, in {len(unseen)} of {len(text)} rows. They match "
                f"none of those that it had, {categories[:5]}; check how they are written, or fit "
                "with rows that have them.",
                stacklevel=2,
            )
        places = pd.Categorical(text, categories=categories).codes.astype(float)
        places[places < 0] = max(1, len(categories))
        return pd.Series(places, index=text.index).mask(text.isna())

    def encode(self, plain: np.ndarray) -> np.ndarray:
        """Numbers (n, n_outputs), float32, with a mean of zero; NaN where missing."""
        encoded = self._transformer.transform(plain).astype(np.float32)
        encoded[:, self.idle] = 0.0
        encoded[np.isnan(plain[:, self.sources])] = np.nan
        return encoded


def is_numeric(column: pd.Series) -> bool:
    """Whether a column holds numbers, truth values among them, perhaps as objects.

    Raises
    ------
    ValueError
        If it holds times.
    """
    kind = pd.api.types.infer_dtype(column)
    if kind in TIMES:
        raise ValueError(
            f"Column {column.name!r} of X holds times ({kind}), which are neither numbers "
            "nor categories. Leave it out, or make columns of what matters, such as "
            "X['weekday'] = pd.to_datetime(X['time']).dt.weekday.astype('category')."
        )
    if column.dtype == object:
        return kind in NUMBERS
    return pd.api.types.is_numeric_dtype(column)


def as_numbers(column: pd.Series) -> pd.Series:
    """Such a column as floats; NaN where missing.

    Raises
    ------
    ValueError
        If it holds something else, or infinity.
    """
    try:
        values = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"Column {column.name!r} of X held numbers before, but now {column.dtype}: {error}"
        ) from error
    if np.isinf(values).any():
        raise ValueError(
            f"Column {column.name!r} of X holds infinite values; replace them by NaN or numbers."
        )
    return pd.Series(values, index=column.index)


def _text(column: pd.Series) -> pd.Series:
    """Text of each value, the same for 1 and 1.0: whole numbers that meet a gap become floats."""
    return column.astype(object).map(_text_of, na_action="ignore")


def _text_of(value) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _most_frequent(text: pd.Series) -> list[str]:
    counts = text.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return sorted(counts.index[:MOST_CATEGORIES])
