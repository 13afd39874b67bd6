"""Estimators with one target for each sequence: what is read from all of its time steps."""

from dataclasses import dataclass

import numpy as np

from ._base import BaseRecurrent
from ._parameters import one_of
from .nn.pooling import POOLINGS


@dataclass(eq=False, repr=False, kw_only=True)
class BasePooled(BaseRecurrent):
    """Base of the classifiers and regressors of whole sequences."""

    segment_length: int | str = "auto"
    pooling: str = "concat"

    _parameter_constraints = {
        **BaseRecurrent._parameter_constraints,
        "pooling": [one_of(*POOLINGS)],
    }

    def fit(self, X, y, sample_weight=None, *, times=None):
        """Train the network.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples, in the loss and in the standardisation.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step, as numbers or dates that do not decrease within a sequence. If
            given, all later calls need times as well.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If input or a parameter is not valid, or the training diverges. The estimator is
            then left as it was.
        """
        self._fit(X, y, sample_weight, times)
        return self._finish()

    def _outputs(self, X, times) -> np.ndarray:
        """Raw outputs of the network, of shape (n_samples, n_outputs), in double precision."""
        return self._evaluate(self._read(X, times))

    def _readout(self):
        return {"pooling": self.pooling}
