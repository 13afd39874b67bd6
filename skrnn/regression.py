"""Recurrent networks as sktime time series regressors."""

from sktime.regression.base import BaseRegressor

from ._panel_docstrings import documented_for_panels
from ._panel_estimators import PanelEstimator, parameters_of
from ._regressor import BaseRecurrentRegressor, GRURegressor, LSTMRegressor, RNNRegressor

__all__ = ["GRUTimeSeriesRegressor", "LSTMTimeSeriesRegressor", "RNNTimeSeriesRegressor"]


class BaseRecurrentTimeSeriesRegressor(PanelEstimator, BaseRegressor):
    """Base of the regressors: several targets are one network."""

    _tags = {
        "capability:multioutput": True,
        "y_inner_mtype": "numpy2D",
    }

    __init__ = parameters_of(BaseRecurrentRegressor)

    def _fit(self, X, y):
        return super()._fit(X, y.ravel() if y.shape[1] == 1 else y)


@documented_for_panels("Regressor", "RNN")
class RNNTimeSeriesRegressor(BaseRecurrentTimeSeriesRegressor):
    """Time series regressor with a plain (Elman) recurrent network [1]_."""

    _estimator_class = RNNRegressor


@documented_for_panels("Regressor", "LSTM")
class LSTMTimeSeriesRegressor(BaseRecurrentTimeSeriesRegressor):
    """Time series regressor with a long short-term memory [1]_."""

    _estimator_class = LSTMRegressor


@documented_for_panels("Regressor", "GRU")
class GRUTimeSeriesRegressor(BaseRecurrentTimeSeriesRegressor):
    """Time series regressor with gated recurrent units [1]_."""

    _estimator_class = GRURegressor
