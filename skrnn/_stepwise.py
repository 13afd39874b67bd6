"""Estimators with a target for each time step: what is read, compared and given back."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._base import BaseRecurrent
from ._frames import channel_frame, check_same_order, check_same_steps
from ._reading import read_weights
from ._sequences import is_list_of_arrays


@dataclass(eq=False, repr=False, kw_only=True)
class BaseStepwise(BaseRecurrent):
    """Base of the taggers and sequence regressors.

    They are neither classifiers nor regressors to scikit-learn, which would stratify by all labels
    of a sequence, or take (n_samples, n_timesteps) for as many targets.
    """

    def fit(self, X, y, sample_weight=None, *, times=None):
        """Train the network.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples, n_timesteps), list of arrays, or panel
            A target for each time step, in one of the forms listed in the class's notes.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the sequences, in the loss and in the standardisation.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step, as numbers or dates that do not decrease within a sequence. If
            given, all later calls need times as well.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If input or a parameter is not valid, y does not have one target per time step, or the
            training diverges. The estimator is then left as it was.
        """
        self._fit(X, y, sample_weight, times)
        return self._finish()

    def _readout(self):
        return {"per_step": True}

    def _read_training_data(self, X, y, sample_weight, times, *, reset):
        data = super()._read_training_data(X, y, sample_weight, times, reset=reset)
        check_same_steps(X, y)
        return data

    def _each_step(self, X, times, decode: Callable = np.asarray):
        """What the network's outputs at all steps are decoded to, in the form of X."""
        sequences = self._read(X, times)
        decoded = decode(self._evaluate(sequences))  # (n_samples, n_timesteps, ...)
        if channel_frame(X) is None and not is_list_of_arrays(X):
            return decoded
        return [steps[:length] for steps, length in zip(decoded, sequences.lengths)]

    def _compare(self, X, y, sample_weight, times):
        """Targets of all valid steps, their predictions, and their weights."""
        check_same_order(X, y=y, sample_weight=sample_weight)
        predicted = self.predict(X, times=times)
        targets = self._check_targets(y, np.array([len(steps) for steps in predicted]))
        check_same_steps(X, y)
        weights = read_weights(sample_weight, targets.lengths, targets)
        return targets.steps, np.concatenate(list(predicted)), targets.repeat(weights)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.one_d_labels = False
        tags.target_tags.two_d_labels = True
        tags.target_tags.single_output = False
        tags.target_tags.multi_output = True
        return tags
