"""Recurrent taggers: a class for each time step."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import softmax
from sklearn.metrics import accuracy_score

from ._docstrings import documented
from ._labels import LearnsClasses, weigh_classes
from ._parameters import CELLS, one_of
from ._step_targets import read_labels
from ._stepwise import BaseStepwise
from .nn.losses import IGNORED, StepLoss, WeightedCrossEntropy


@dataclass(eq=False, repr=False, kw_only=True)
class BaseRecurrentTagger(LearnsClasses, BaseStepwise):
    """Base of the taggers: the network has one output for each class, at each step."""

    class_weight: dict | str | None = None

    _parameter_constraints = {
        **BaseStepwise._parameter_constraints,
        "class_weight": [dict, one_of("balanced"), None],
    }

    def partial_fit(self, X, y, classes=None, sample_weight=None, *, times=None):
        """Train for one pass over a batch of data, from the current weights.

        The first call fixes the classes and the standardisation. Later calls apply changes of
        ``lr`` (which is kept constant), ``batch_size``, ``weight_decay``, ``gradient_clip``,
        ``class_weight`` and ``device``; changes of the network are refused.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples, n_timesteps), list of arrays, or panel
            A label for each time step.
        classes : array-like of shape (n_classes,), optional
            All labels that may ever occur; required in the first call.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the sequences, used unchanged: `fit` divides weights by their mean, but a
            batch does not tell how much later sequences weigh. The same holds for ``class_weight``.
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
        return self._partial_fit_classes(X, y, classes, sample_weight, times)

    def predict_proba(self, X, *, times=None):
        """Probability of each class, at each time step.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        ndarray of shape (n_samples, n_timesteps, n_classes)
            In the order of ``classes_``; a list of arrays (n_timesteps_i, n_classes) where X is a
            list of arrays or a panel. The probabilities of a step sum to one.
        """
        return self._each_step(X, times, partial(softmax, axis=-1))

    def decision_function(self, X, *, times=None):
        """Outputs of the network before they become probabilities.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        ndarray of shape (n_samples, n_timesteps, n_classes)
            Logits, one per class even for two classes; a list of arrays (n_timesteps_i, n_classes)
            where X is a list of arrays or a panel.
        """
        return self._each_step(X, times)

    def predict(self, X, *, times=None):
        """Most probable class of each time step.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        ndarray of shape (n_samples, n_timesteps)
            Or a list of arrays (n_timesteps_i,) where X is a list of arrays or a panel.
        """
        return self._each_step(X, times, lambda outputs: self.classes_[outputs.argmax(axis=-1)])

    def score(self, X, y, sample_weight=None, *, times=None):
        """Accuracy: the share of time steps, over all sequences, whose class is right.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples, n_timesteps), list of arrays, or panel
            True labels.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the sequences; each step has the weight of its sequence.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        float
        """
        true, predicted, weights = self._compare(X, y, sample_weight, times)
        return accuracy_score(true, predicted, sample_weight=weights)

    def _check_targets(self, y, lengths):
        return read_labels(self, y, lengths)

    def _read_training_data(self, X, y, sample_weight, times, *, reset):
        """Read all data; their classes are known before early stopping holds a part of them out."""
        data = super()._read_training_data(X, y, sample_weight, times, reset=reset)
        if reset:
            _, y, weights = data
            self.classes_ = np.unique(self._classes_to_learn(y.steps, y.repeat(weights)))
        return data

    def _learn_targets(self, y, sample_weight):
        """Count the steps of each class in an average sequence."""
        numbers, weights = self._number_classes(y.steps), y.repeat(sample_weight)
        counts = np.bincount(numbers, weights, minlength=len(self.classes_))
        self._class_steps = counts / (len(y) if sample_weight is None else sample_weight.sum())

    def _encode_targets(self, y):
        return y.pad(self._number_classes(y.steps), IGNORED)

    def _count_outputs(self):
        return len(self.classes_)

    def _total_weight(self, y, sample_weight):
        """Weights of sequences; those of classes are in the loss, and matter for the mean."""
        if sample_weight is None and self.class_weight is not None:
            return np.ones(len(y))
        return sample_weight

    def _mean_weight(self, weights):
        steps = self._class_steps
        return weights.mean() * (self._class_weights() @ steps) / steps.sum()

    def _make_loss(self):
        if self.class_weight is None:
            return StepLoss(WeightedCrossEntropy(), self._class_steps.sum())
        weights = self._class_weights()
        self._check_class_weights(weights[self._class_steps > 0])
        return StepLoss(WeightedCrossEntropy(weights), self._class_steps.sum())

    def _class_weights(self) -> np.ndarray:
        return weigh_classes(self.class_weight, self.classes_, self._class_steps)


@documented("Tagger")
@dataclass(eq=False, repr=False, kw_only=True)
class RecurrentTagger(BaseRecurrentTagger):
    """Sequence labelling, a class for each time step, with any recurrent cells.

    Segments (optional), a stack of recurrent layers [1]_ and a linear read-out of each step,
    trained on the cross-entropy.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import RecurrentTagger
    >>> X = np.random.default_rng(0).normal(size=(100, 20))
    >>> y = np.where(X.cumsum(axis=1) > 0, "above", "below")
    >>> model = RecurrentTagger(cells=("lstm", "gru"), max_epochs=5, random_state=0).fit(X, y)
    >>> model.predict(X).shape, model.predict_proba(X).shape
    ((100, 20), (100, 20, 2))
    """

    cells: str | tuple[str, ...] = "gru"

    _parameter_constraints = {
        **BaseRecurrentTagger._parameter_constraints,
        "cells": CELLS,
    }


@documented("Tagger", "RNN")
class RNNTagger(BaseRecurrentTagger):
    """Sequence labelling, a class for each time step, with a plain (Elman) network [1]_."""

    cells = "rnn"


@documented("Tagger", "LSTM")
class LSTMTagger(BaseRecurrentTagger):
    """Sequence labelling, a class for each time step, with a long short-term memory [1]_."""

    cells = "lstm"


@documented("Tagger", "GRU")
class GRUTagger(BaseRecurrentTagger):
    """Sequence labelling, a class for each time step, with gated recurrent units [1]_.

    Examples
    --------
    Sequences of different lengths, each with an array of labels:

    >>> import numpy as np
    >>> from skrnn import GRUTagger
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.normal(size=rng.integers(5, 15)) for _ in range(100)]
    >>> y = [np.where(x.cumsum() > 0, "above", "below") for x in X]
    >>> model = GRUTagger(hidden_size=16, max_epochs=20, random_state=0).fit(X, y)
    >>> labels = model.predict(X)
    >>> [len(x) for x in X[:3]] == [len(of_steps) for of_steps in labels[:3]]
    True
    >>> model.score(X, y) > 0.9
    True
    """

    cells = "gru"
