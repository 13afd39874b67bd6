"""Recurrent networks as scikit-learn estimators and sktime forecasters."""

from ._classifier import GRUClassifier, LSTMClassifier, RecurrentClassifier, RNNClassifier
from ._regressor import GRURegressor, LSTMRegressor, RecurrentRegressor, RNNRegressor
from ._version import __version__

__all__ = [
    "GRUClassifier",
    "GRURegressor",
    "LSTMClassifier",
    "LSTMRegressor",
    "RNNClassifier",
    "RNNRegressor",
    "RecurrentClassifier",
    "RecurrentRegressor",
    "__version__",
]
