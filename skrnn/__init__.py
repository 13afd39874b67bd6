"""Recurrent networks as scikit-learn estimators and sktime forecasters."""

from ._classifier import GRUClassifier, LSTMClassifier, RecurrentClassifier, RNNClassifier
from ._regressor import GRURegressor, LSTMRegressor, RecurrentRegressor, RNNRegressor
from ._sequence_regressor import (
    GRUSequenceRegressor,
    LSTMSequenceRegressor,
    RecurrentSequenceRegressor,
    RNNSequenceRegressor,
)
from ._tagger import GRUTagger, LSTMTagger, RecurrentTagger, RNNTagger
from ._version import __version__

__all__ = [
    "GRUClassifier",
    "GRURegressor",
    "GRUSequenceRegressor",
    "GRUTagger",
    "LSTMClassifier",
    "LSTMRegressor",
    "LSTMSequenceRegressor",
    "LSTMTagger",
    "RNNClassifier",
    "RNNRegressor",
    "RNNSequenceRegressor",
    "RNNTagger",
    "RecurrentClassifier",
    "RecurrentRegressor",
    "RecurrentSequenceRegressor",
    "RecurrentTagger",
    "__version__",
]
