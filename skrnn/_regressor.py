"""Recurrent regressors: a number, or several, for each sequence."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d

from ._docstrings import documented
from ._frames import check_same_order
from ._parameters import CELLS
from ._pooled import BasePooled
from ._reading import read_targets
from ._scaled_targets import ScaledTargets
from ._sequences import as_numpy


@dataclass(eq=False, repr=False, kw_only=True)
class BaseRecurrentRegressor(RegressorMixin, ScaledTargets, BasePooled):
    """Base of the regressors: one output for each column of the target."""

    _parameter_constraints = {
        **BasePooled._parameter_constraints,
        **ScaledTargets._parameter_constraints,
    }

    def partial_fit(self, X, y, sample_weight=None, *, times=None):
        """Train for one pass over a batch of data, from the current weights.

        The first call fixes the standardisation. Later calls apply changes of ``lr`` (which is kept
        constant), ``batch_size``, ``weight_decay``, ``gradient_clip``, ``loss`` and ``device``;
        changes of the network are refused.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples, used unchanged: `fit` divides weights by their mean, but a batch
            does not tell how much later samples weigh.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step, as for `fit`.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If input or a parameter is not valid, ``early_stopping`` or ``callbacks`` are set, the
            network would change, or the training diverges. The estimator is then left as it was.
        """
        return self._partial_fit(X, y, sample_weight, times)

    def predict(self, X, *, times=None):
        """Predict the target.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            In double precision and in the units of the training target.
        """
        return self._unscale(self._outputs(X, times))

    def score(self, X, y, sample_weight=None, *, times=None):
        """Coefficient of determination (R2) of the predictions.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            True targets.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        float
        """
        check_same_order(X, y=y, sample_weight=sample_weight)
        y, sample_weight = as_numpy(y, "y"), as_numpy(sample_weight, "sample_weight")
        return r2_score(y, self.predict(X, times=times), sample_weight=sample_weight)

    def _check_targets(self, y, lengths):
        y = read_targets(self, y, numeric=True).astype(np.float64)
        return column_or_1d(y, warn=True) if y.ndim == 1 or y.shape[1] == 1 else y

    def _learn_targets(self, y, sample_weight):
        self._learn_scale(y, sample_weight)

    def _encode_targets(self, y):
        return self._scale(y)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


@documented("Regressor")
@dataclass(eq=False, repr=False, kw_only=True)
class RecurrentRegressor(BaseRecurrentRegressor):
    """Regressor of sequences with any recurrent cells.

    Segments (optional), a stack of recurrent layers [1]_, pooling over the valid steps and a linear
    read-out.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import RecurrentRegressor
    >>> X = np.random.default_rng(0).normal(size=(200, 20, 1))
    >>> y = X[:, -5:, 0].sum(axis=1)
    >>> model = RecurrentRegressor(cells=("lstm", "gru"), max_epochs=5).fit(X, y)
    >>> model.predict(X).shape
    (200,)
    """

    cells: str | tuple[str, ...] = "gru"

    _parameter_constraints = {
        **BaseRecurrentRegressor._parameter_constraints,
        "cells": CELLS,
    }


@documented("Regressor", "RNN")
class RNNRegressor(BaseRecurrentRegressor):
    """Regressor of sequences with a plain (Elman) recurrent network [1]_."""

    cells = "rnn"


@documented("Regressor", "LSTM")
class LSTMRegressor(BaseRecurrentRegressor):
    """Regressor of sequences with a long short-term memory [1]_."""

    cells = "lstm"


@documented("Regressor", "GRU")
class GRURegressor(BaseRecurrentRegressor):
    """Regressor of sequences with gated recurrent units [1]_."""

    cells = "gru"
