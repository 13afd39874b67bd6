"""Members of a forecasting model: networks that were pretrained, fine-tuned or trained."""

from typing import Protocol

import numpy as np

from .._side_by_side import learn_all
from ._calibration import Correction, Prediction, random_walk_correction
from ._ensemble import FEWEST_WINDOWS, Ensemble, ensemble_tasks, training_origins
from ._origins import Origins
from ._panel import Panel
from ._preparation import Preparation
from ._recipe import Recipe
from .prior import LONGEST_WINDOW, TUNING_BATCH, Prior, n_tuning_steps, tuning_task


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
    start: Members | None = None,
) -> Members:
    """Load and train the members that a recipe asks for, as far as the series are long enough.

    Ctrl-C ends with those in hand.

    Parameters
    ----------
    recipe : Recipe
    panel : Panel
    prepared : Preparation
    seed : int
    start : dict of str to Member, optional
        Members that go on from the weights they have, which are copied.
    """
    start = start or {}
    members, before = {}, start.get("trained")
    prior = start.get("tuned") or Prior(recipe.cell)
    if recipe.prior:
        members["prior"] = Prior(recipe.cell)
    tuning, training = [], []
    if recipe.tuned:
        mean_length = np.minimum(panel.lengths, LONGEST_WINDOW).mean()
        n_steps = n_tuning_steps(recipe.cell, mean_length, recipe.horizon, recipe.most_steps)
        origins = training_origins(recipe, panel, prepared, seed, n_steps * TUNING_BATCH)
        if len(origins) >= FEWEST_WINDOWS:
            tuning = [tuning_task(prior, origins, n_steps, seed, recipe.device)]
    if recipe.trained:
        training = ensemble_tasks(recipe, panel, prepared, seed, before)
    nets = learn_all([*tuning, *training], recipe.verbose)
    tuned, trained = nets[: len(tuning)], nets[len(tuning) :]
    if before:  # what Ctrl-C kept from going on stays as it was
        trained = [old if net is None else net for net, old in zip(trained, before.nets)]
    kept = [(net, data.unit) for net, (_, data) in zip(trained, training) if net is not None]
    if tuned and tuned[0] is not None:
        members["tuned"] = prior.fine_tuned(tuned[0])
    elif recipe.tuned and "tuned" in start:
        members["tuned"] = prior
    if kept:
        members["trained"] = Ensemble(recipe, *map(list, zip(*kept)))
    elif recipe.trained and before:
        members["trained"] = before
    if recipe.tuned and not members:  # the whole series are too long for fine-tuning
        members["prior"] = Prior(recipe.cell)
    return members


def interrupted(members: Members) -> bool:
    """Whether Ctrl-C ended the training of one of them."""
    return any(member.interrupted for member in members.values())


def predict(members: Members, origins: Origins) -> Prediction:
    """Correct base forecasts, not calibrated; without members, only their spread is added."""
    corrections = [member.correct(origins) for member in members.values()]
    return Prediction(origins.base, corrections or [random_walk_correction(origins.base)])
