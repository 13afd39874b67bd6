"""Recurrent regressors: standardised targets, and the losses."""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler
from sklearn.utils import column_or_1d

from ._base import BaseRecurrent
from ._docstrings import documented
from ._parameters import CELLS, one_of
from ._reading import read_targets

LOSSES = {
    "squared_error": torch.nn.MSELoss,
    "absolute_error": torch.nn.L1Loss,
    "huber": torch.nn.HuberLoss,
}


@dataclass(eq=False, repr=False, kw_only=True)
class BaseRecurrentRegressor(RegressorMixin, BaseRecurrent):
    """Base of the regressors: one output for each column of the target."""

    loss: str = "squared_error"

    _parameter_constraints = {
        **BaseRecurrent._parameter_constraints,
        "loss": [one_of(*LOSSES)],
    }

    def partial_fit(self, X, y, sample_weight=None, *, times=None):
        """Train for one pass over a batch of data, from the current weights.

        The first call fixes the standardisation. The learning rate stays at ``lr``.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step, as for `fit`.

        Returns
        -------
        self
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
        outputs = self._outputs(X, times)
        if self._target_scaler is not None:
            # inverse_transform would validate the network's own outputs, which takes longer than
            # the network for a single sequence
            outputs = outputs * self._target_scaler.scale_ + self._target_scaler.mean_
        return outputs.ravel() if self._target_is_flat else outputs

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
        return r2_score(y, self.predict(X, times=times), sample_weight=sample_weight)

    def _check_targets(self, y):
        y = read_targets(self, y, numeric=True).astype(np.float64)
        return column_or_1d(y, warn=True) if y.ndim == 1 or y.shape[1] == 1 else y

    def _learn_targets(self, y, sample_weight):
        columns = y.reshape(len(y), -1)
        self._target_is_flat = y.ndim == 1
        self.n_outputs_ = columns.shape[1]
        self._target_scaler = None
        if self.standardize:
            self._target_scaler = StandardScaler().fit(columns, sample_weight=sample_weight)

    def _encode_targets(self, y):
        columns = y.reshape(len(y), -1)
        if columns.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y has {columns.shape[1]} columns, but {type(self).__name__} was fitted with "
                f"{self.n_outputs_}."
            )
        return columns if self._target_scaler is None else self._target_scaler.transform(columns)

    def _count_outputs(self):
        return self.n_outputs_

    def _make_loss(self):
        return LOSSES[self.loss](reduction="none")

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
