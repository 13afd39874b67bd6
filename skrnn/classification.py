"""Recurrent networks as sktime time series classifiers."""

import numpy as np
from sktime.classification.base import BaseClassifier

from ._classifier import BaseRecurrentClassifier, GRUClassifier, LSTMClassifier, RNNClassifier
from ._panel_docstrings import documented_for_panels
from ._panel_estimators import PanelEstimator, as_sequences, parameters_of

__all__ = ["GRUTimeSeriesClassifier", "LSTMTimeSeriesClassifier", "RNNTimeSeriesClassifier"]


class BaseRecurrentTimeSeriesClassifier(PanelEstimator, BaseClassifier):
    """Base of the classifiers."""

    _tags = {
        "capability:class_weight": True,
        "capability:predict_proba": True,
    }

    __init__ = parameters_of(BaseRecurrentClassifier)

    def _predict(self, X) -> np.ndarray:
        return super()._predict(X).astype(self.classes_.dtype, copy=False)

    def _predict_proba(self, X) -> np.ndarray:
        return self.estimator_.predict_proba(as_sequences(X))


@documented_for_panels("Classifier", "RNN")
class RNNTimeSeriesClassifier(BaseRecurrentTimeSeriesClassifier):
    """Time series classifier with a plain (Elman) recurrent network [1]_."""

    _estimator_class = RNNClassifier


@documented_for_panels("Classifier", "LSTM")
class LSTMTimeSeriesClassifier(BaseRecurrentTimeSeriesClassifier):
    """Time series classifier with a long short-term memory [1]_."""

    _estimator_class = LSTMClassifier


@documented_for_panels("Classifier", "GRU")
class GRUTimeSeriesClassifier(BaseRecurrentTimeSeriesClassifier):
    """Time series classifier with gated recurrent units [1]_."""

    _estimator_class = GRUClassifier
