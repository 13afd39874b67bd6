"""Members of a forecasting model: networks that were pretrained, fine-tuned or trained."""

from typing import Protocol

import numpy as np

from ._calibration import Correction, Prediction, random_walk_correction
from ._ensemble import FEWEST_WINDOWS, Ensemble, train_ensemble, training_origins
from ._origins import Origins
from ._panel import Panel
from ._preparation import Preparation
from ._recipe import Recipe
from .prior import LONGEST_WINDOW, TUNING_BATCH, Prior, fine_tune, n_tuning_steps


class Member(Protocol):
    """What corrects base forecasts.

    Attributes
    ----------
    interrupted : bool
        Whether Ctrl-C ended its training.
    n_parameters : int
        Of all its networks.
    """

    interrupted: bool
    n_parameters: int

    def correct(self, origins: Origins) -> Correction: ...


Members = dict[str, Member]  # "prior", "tuned" and "trained", as far as there are any


def train_members(
    recipe: Recipe,
    panel: Panel,
    prepared: Preparation,
    seed: int,
    n_nets: int,
    start: Ensemble | None = None,
) -> Members:
    """Load and train the members that a recipe asks for, as far as the series are long enough.

    Ctrl-C ends with the one in hand.

    Parameters
    ----------
    recipe : Recipe
    panel : Panel
    prepared : Preparation
    seed : int
    n_nets : int
        Networks that are trained from new weights.
    start : Ensemble, optional
        Whose weights to start from instead; they are copied.
    """
    members = {}
    if recipe.prior:
        members["prior"] = Prior(recipe.cell)
    if recipe.tuned:
        mean_length = np.minimum(panel.lengths, LONGEST_WINDOW).mean()
        n_steps = n_tuning_steps(recipe.cell, mean_length, recipe.horizon, recipe.most_steps)
        origins = training_origins(recipe, panel, prepared, seed, n_steps * TUNING_BATCH)
        if len(origins) >= FEWEST_WINDOWS:
            members["tuned"] = fine_tune(recipe.cell, origins, n_steps, seed, recipe.device)
    if recipe.trained and not interrupted(members):
        ensemble = train_ensemble(recipe, panel, prepared, seed, n_nets, start)
        if ensemble is not None:
            members["trained"] = ensemble
    return members


def interrupted(members: Members) -> bool:
    """Whether Ctrl-C ended the training of one of them."""
    return any(member.interrupted for member in members.values())


def predict(members: Members, origins: Origins) -> Prediction:
    """Correct base forecasts, not calibrated; without members, only their spread is added."""
    corrections = [member.correct(origins) for member in members.values()]
    return Prediction(origins.base, corrections or [random_walk_correction(origins.base)])
