"""Recurrent sequence regressors: a number, or several, for each time step."""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import r2_score

from ._docstrings import documented
from ._parameters import CELLS
from ._scaled_targets import ScaledTargets
from ._step_targets import read_numbers
from ._stepwise import BaseStepwise
from .nn.losses import StepLoss


@dataclass(eq=False, repr=False, kw_only=True)
class BaseRecurrentSequenceRegressor(ScaledTargets, BaseStepwise):
    """Base of the sequence regressors: one output for each column of the target, at each step."""

    _parameter_constraints = {
        **BaseStepwise._parameter_constraints,
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
        y : array-like of shape (n_samples, n_timesteps[, n_outputs]), list of arrays, or panel
            Targets of each time step.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the sequences, used unchanged: `fit` divides weights by their mean, but a
            batch does not tell how much later sequences weigh.
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
        """Predict the target of each time step.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        ndarray of shape (n_samples, n_timesteps) or (n_samples, n_timesteps, n_outputs)
            In double precision and in the units of the training target. A list of arrays
            (n_timesteps_i,) or (n_timesteps_i, n_outputs) where X is a list of arrays or a panel.
        """
        return self._each_step(X, times, self._unscale)

    def score(self, X, y, sample_weight=None, *, times=None):
        """Coefficient of determination (R2) of the predictions for all time steps.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples, n_timesteps[, n_outputs]), list of arrays, or panel
            True targets.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the sequences; each step has the weight of its sequence.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        float
        """
        true, predicted, weights = self._compare(X, y, sample_weight, times)
        return r2_score(true, predicted, sample_weight=weights)

    def _check_targets(self, y, lengths):
        return read_numbers(self, y, lengths)

    def _learn_targets(self, y, sample_weight):
        self._mean_length = np.average(y.lengths, weights=sample_weight)
        self._learn_scale(y.steps, y.repeat(sample_weight))

    def _encode_targets(self, y):
        return y.pad(self._scale(y.steps), np.nan)

    def _make_loss(self):
        return StepLoss(super()._make_loss(), self._mean_length)


@documented("SequenceRegressor")
@dataclass(eq=False, repr=False, kw_only=True)
class RecurrentSequenceRegressor(BaseRecurrentSequenceRegressor):
    """Regressor with a target for each time step, with any recurrent cells.

    Segments (optional), a stack of recurrent layers [1]_ and a linear read-out of each step.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import RecurrentSequenceRegressor
    >>> X = np.random.default_rng(0).normal(size=(100, 20))
    >>> y = X.cumsum(axis=1)
    >>> model = RecurrentSequenceRegressor(cells=("lstm", "gru"), max_epochs=5).fit(X, y)
    >>> model.predict(X).shape
    (100, 20)
    """

    cells: str | tuple[str, ...] = "gru"

    _parameter_constraints = {
        **BaseRecurrentSequenceRegressor._parameter_constraints,
        "cells": CELLS,
    }


@documented("SequenceRegressor", "RNN")
class RNNSequenceRegressor(BaseRecurrentSequenceRegressor):
    """Regressor with a target for each time step, with a plain (Elman) network [1]_."""

    cells = "rnn"


@documented("SequenceRegressor", "LSTM")
class LSTMSequenceRegressor(BaseRecurrentSequenceRegressor):
    """Regressor with a target for each time step, with a long short-term memory [1]_."""

    cells = "lstm"


@documented("SequenceRegressor", "GRU")
class GRUSequenceRegressor(BaseRecurrentSequenceRegressor):
    """Regressor with a target for each time step, with gated recurrent units [1]_.

    Examples
    --------
    Two targets for each step, of sequences of different lengths:

    >>> import numpy as np
    >>> from skrnn import GRUSequenceRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.normal(size=rng.integers(5, 15)) for _ in range(100)]
    >>> y = [np.stack([x.cumsum(), np.maximum.accumulate(x)], axis=1) for x in X]
    >>> model = GRUSequenceRegressor(hidden_size=32, max_epochs=40, random_state=0).fit(X, y)
    >>> [predicted.shape for predicted in model.predict(X[:2])] == [of_x.shape for of_x in y[:2]]
    True
    >>> model.score(X, y) > 0.9
    True
    """

    cells = "gru"
