"""Classifiers and regressors of sktime as estimators of scikit-learn, for any sequences."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from ._fixed_length import Panel
from ._quiet import caught_warnings


class _SktimeAdapter(BaseEstimator):
    """An estimator of sktime with scikit-learn's tags, for sequences of any lengths.

    Parameters
    ----------
    estimator : sktime classifier or regressor
    """

    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, X, y):
        """Fit a clone of the estimator on sequences of standardised channels."""
        self.panel_ = Panel().fit(X)
        with caught_warnings():
            self.estimator_ = self.estimator.clone().fit(self.panel_.transform(X), np.asarray(y))
        return self

    def predict(self, X) -> np.ndarray:
        """Predictions of the fitted clone."""
        return self._call("predict", X)

    def _call(self, method: str, X) -> np.ndarray:
        check_is_fitted(self)
        with caught_warnings():
            return getattr(self.estimator_, method)(self.panel_.transform(X))


class SktimeClassifier(ClassifierMixin, _SktimeAdapter):
    """A classifier of sktime."""

    def predict_proba(self, X) -> np.ndarray:
        """Probabilities of shape (n_samples, n_classes)."""
        return self._call("predict_proba", X)

    @property
    def classes_(self) -> np.ndarray:
        """Classes, in the order of the columns of probabilities."""
        return self.estimator_.classes_


class SktimeRegressor(RegressorMixin, _SktimeAdapter):
    """A regressor of sktime."""
