"""The past of each row of a table, as a transformer."""

from copy import copy
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .._dates import check_no_dates
from .._frames import nan_for_missing
from .._parameters import at_least
from .._sequences import FLOATS, as_numpy
from ._transformer import ArrayOutput
from ._windows import windows

TIMES = (pd.DatetimeIndex, pd.PeriodIndex, pd.TimedeltaIndex)


@dataclass(eq=False, repr=False)
class SlidingWindow(ArrayOutput, TransformerMixin, BaseEstimator):
    """One window for each row of a table in time order: the row and those before it.

    In a pipeline, a recurrent network then predicts each row's target from the recent past:
    ``make_pipeline(SlidingWindow(20), GRURegressor())``. No window sees a later row, and the number
    of rows stays the same.

    Rows must be successive in time, equally spaced, and of one series. Split them with
    ``TimeSeriesSplit``, not at random. To predict ahead, shift the target yourself.

    Parameters
    ----------
    window_length : int, default=10
        Rows in a window, the current one included.

    Attributes
    ----------
    n_features_in_ : int
        Columns of the table.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Columns of a DataFrame that has only strings as names.

    Notes
    -----
    **The first windows** have no full past: rows before the first one are assumed to equal it, as
    if the series had stood still until then.

    **Nothing is remembered from** `fit`, so the first ``window_length - 1`` windows of a test part
    are filled in the same way, although the training part may hold their past: an array does not
    tell whether it directly follows another one, and rows from after the test part must not come
    before it. Scores on a short test part are therefore cautious. To predict new rows with their
    past, pass both, and take the last predictions:
    ``model.predict(np.vstack([past[-(window_length - 1):], new]))[-len(new):]``.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import SlidingWindow
    >>> table = np.array([[1.0], [2.0], [3.0]])
    >>> SlidingWindow(window_length=2).fit_transform(table)[:, :, 0]
    array([[1., 1.],
           [1., 2.],
           [2., 3.]])
    """

    window_length: int = 10

    _parameter_constraints = {"window_length": [at_least(1)]}

    def fit(self, X, y=None):
        """Check parameters and input, and remember the columns.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_channels)
            Rows in time order, at least ``window_length``.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If a parameter or X is not valid. The transformer is then left as it was.
        """
        self._validate_params()
        fitted = copy(self)
        fitted._read(X, reset=True, ensure_min_samples=self.window_length)
        self.__dict__ = fitted.__dict__
        return self

    def transform(self, X) -> np.ndarray:
        """One window for each row.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_channels)
            Rows in time order.

        Returns
        -------
        ndarray of shape (n_rows, window_length, n_channels)
            The last step of each window is the row itself. A read-only view of one padded copy of
            X: memory does not grow with the window length.

        Raises
        ------
        ValueError
            If X is not valid, or has other columns than in `fit`.
        """
        check_is_fitted(self)
        rows = self._read(X, reset=False)
        past = np.repeat(rows[:1], self.window_length - 1, axis=0)
        return windows(np.concatenate([past, rows]), self.window_length)

    def _read(self, X, **options) -> np.ndarray:
        _check_order(X)
        check_no_dates(X, what_to_do="make them the index")
        X = nan_for_missing(as_numpy(X))
        return validate_data(self, X, dtype=FLOATS, ensure_all_finite="allow-nan", **options)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _check_order(X) -> None:
    """Find rows that are visibly not one series in the order of time."""
    index = getattr(X, "index", None)
    if isinstance(index, pd.MultiIndex):
        raise ValueError(
            "X is a panel, but SlidingWindow takes the rows of one series: windows would reach "
            "from one series into another. Transform each series by itself."
        )
    if isinstance(index, TIMES) and not index.is_monotonic_increasing:
        raise ValueError(
            "The index of X is not in time order. Sort the rows first: X.sort_index(), "
            "and the target with them."
        )
