"""Time steps as numbers, for forecasters that dates lead astray."""

import pandas as pd
from sktime.forecasting.base import BaseForecaster

CAPABILITIES = (
    "capability:exogenous",
    "capability:missing_values",
    "capability:pred_int",
    "capability:categorical_in_X",
    "requires-fh-in-fit",
)


class Numbered(BaseForecaster):
    """A forecaster that is given numbered time steps in place of dates.

    Some parts of sktime need the frequency of a DatetimeIndex, which an index from a file lacks, or
    take "MS", the start of a month, for milliseconds, and so count seasons wrongly.

    Parameters
    ----------
    forecaster : sktime forecaster
        Of series whose times are evenly spaced.
    """

    _tags = {"y_inner_mtype": "pd.Series", "X_inner_mtype": "pd.DataFrame"}
    _config = {"remember_data": False}

    def __init__(self, forecaster):
        self.forecaster = forecaster
        super().__init__()
        self.clone_tags(forecaster, list(CAPABILITIES))

    def _fit(self, y, X, fh):
        steps = None if fh is None else fh.to_relative(self.cutoff)
        self._n = len(y)
        self.forecaster_ = self.forecaster.clone()
        self.forecaster_.fit(_numbered(y), X=_numbered(X), fh=steps)
        return self

    def _predict(self, fh, X):
        return self._ahead("predict", fh, X)

    def _predict_quantiles(self, fh, X, alpha):
        return self._ahead("predict_quantiles", fh, X, alpha=alpha)

    def _ahead(self, method: str, fh, X, **options):
        """What a method says of steps after the series, at their dates."""
        X = None if X is None else _numbered(X[X.index > self.cutoff[0]], self._n)
        predict = getattr(self.forecaster_, method)
        predicted = predict(fh=fh.to_relative(self.cutoff), X=X, **options)
        return predicted.set_axis(fh.to_absolute_index(self.cutoff))


def _numbered(data, start: int = 0):
    return None if data is None else data.set_axis(pd.RangeIndex(start, start + len(data)))
