"""Targets that are numbers: standardised for the network, and the losses they are compared by."""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler

from ._parameters import one_of

LOSSES = {
    "squared_error": torch.nn.MSELoss,
    "absolute_error": torch.nn.L1Loss,
    "huber": torch.nn.HuberLoss,
}


@dataclass(eq=False, repr=False, kw_only=True)
class ScaledTargets:
    """Mixin of the regressors; targets are rows of numbers here, or single numbers."""

    loss: str = "squared_error"

    _parameter_constraints = {"loss": [one_of(*LOSSES)]}

    def _learn_scale(self, targets: np.ndarray, weights: np.ndarray | None) -> None:
        columns = targets.reshape(len(targets), -1)
        self._target_is_flat = targets.ndim == 1
        self.n_outputs_ = columns.shape[1]
        self._target_scaler = None
        if self.standardize:
            # arrays, whatever sklearn.config_context(transform_output=...) says
            scaler = StandardScaler().set_output(transform="default")
            with np.errstate(over="ignore", invalid="ignore"):
                self._target_scaler = scaler.fit(columns, sample_weight=weights)
            if not np.isfinite([scaler.mean_, scaler.var_]).all():
                raise ValueError(
                    "y is too large to be standardised: the mean or the variance is not finite, "
                    f"and y goes up to {np.abs(columns).max():.3g}. Divide it by a constant."
                )

    def _scale(self, targets: np.ndarray) -> np.ndarray:
        """Standardised targets, always with columns."""
        columns = targets.reshape(len(targets), -1)
        if columns.shape[1] != self.n_outputs_:
            raise ValueError(
                f"y has {columns.shape[1]} columns, but {type(self).__name__} was fitted with "
                f"{self.n_outputs_}."
            )
        return columns if self._target_scaler is None else self._target_scaler.transform(columns)

    def _unscale(self, outputs: np.ndarray) -> np.ndarray:
        """Predictions in the units of the targets, from outputs of shape (..., n_outputs)."""
        if self._target_scaler is not None:
            # inverse_transform would validate the network's own outputs, which takes longer than
            # the network for a single sequence
            outputs = outputs * self._target_scaler.scale_ + self._target_scaler.mean_
        return outputs[..., 0] if self._target_is_flat else outputs

    def _count_outputs(self):
        return self.n_outputs_

    def _make_loss(self):
        return LOSSES[self.loss](reduction="none")
