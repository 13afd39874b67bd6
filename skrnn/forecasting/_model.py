"""The forecasting model on arrays: base forecasts, members that correct them, calibration."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ._calibration import Calibration, Prediction
from ._held_out import LARGE_PANEL, HeldOut, new_share
from ._members import Members, interrupted, predict, train_members
from ._origins import Origins
from ._panel import Panel
from ._preparation import Preparation
from ._recipe import Recipe
from ._seen import NONE_SEEN, SeenSeries
from .prior import LONGEST_HORIZON

# How many held-out horizons the usual shares and the usual widening weigh as much as: many where
# only the pretrained network takes part, which knows many series, few where networks were trained
# on the series at hand. Chosen by the errors and quantile losses on synthetic series
# (tools/score_prior.py). Where both take part, the first number holds for the widening, unless
# there are so many series that they tell it.
DOUBT_OF_PRETRAINED = 20.0
DOUBT = 1.0
# Networks that know only a few series are too sure of what follows, and few held-out horizons are
# not enough to tell by how much. For them the usual widening is this factor, and it weighs as much
# as this many horizons. On 412 synthetic series that lowers the quantile loss by 2 %, and intervals
# of 80 % cover 75 instead of 68 %. This holds for one series; a network that knows many needs none.
WIDENING_OF_OWN = 1.8
DOUBT_OF_OWN = 6.0
# By how much the gain of networks trained with columns must exceed that of the pretrained network,
# as a share of the base forecast's error, where the series are too few to do without the latter.
LEAST_ADVANTAGE = 0.1
LITTLE = 0.05  # share of new windows up to which networks that know the others are trained on
LEAST_SHARE = 0.05  # share of a correction from which its member is worth the time it takes


@dataclass(frozen=True)
class ForecastModel:
    """Members that correct base forecasts, and their calibration.

    Attributes
    ----------
    recipe : Recipe
    members : dict of str to Member
        Forecasts are base forecasts where there is none.
    calibration : Calibration
    interrupted : bool
        Whether Ctrl-C ended the training.
    trained_on : SeenSeries
        What its networks were trained on, if it is to be taken to other series; else none.
    """

    recipe: Recipe
    members: Members
    calibration: Calibration
    interrupted: bool = False
    trained_on: SeenSeries = NONE_SEEN

    @property
    def nets(self) -> list:
        """The networks that were trained on the series at hand, from new weights."""
        return self.members["trained"].nets if "trained" in self.members else []

    @property
    def reads_all_columns(self) -> bool:
        """Whether a forecast depends on columns at the steps before it, not only at its own."""
        regression = self.recipe.regression
        return "trained" in self.members or (regression is not None and regression.has_lags)

    def used_columns(self, known: np.ndarray) -> np.ndarray:
        """Which of the columns, whose future may be known, forecasts depend on there."""
        if "trained" in self.members:
            return known
        regression = self.recipe.regression
        return np.zeros_like(known) if regression is None else regression.used

    @property
    def n_parameters(self) -> int:
        return sum(member.n_parameters for member in self.members.values())

    @property
    def shares(self) -> dict[str, float]:
        """Share of each member's correction, by name; the rest is the base forecast's."""
        shares = dict(zip(self.members, self.calibration.shares.tolist()))
        return {"base": 1 - sum(shares.values()), **shares}

    def steps_at_once(self, n_steps: int) -> int:
        """How many steps are forecast at once, of some that are asked for.

        Networks of the ensemble have one horizon, and the pretrained one takes any.
        """
        if "trained" in self.members:
            return self.recipe.horizon
        return min(n_steps, max(self.recipe.horizon, LONGEST_HORIZON))

    def quantiles(
        self, panel: Panel, prepared: Preparation, ends, owners, horizon: int
    ) -> np.ndarray:
        """Calibrated quantiles, (n, horizon, n_levels), in the units of the series."""
        origins = Origins.of(panel, prepared, ends, owners, horizon)
        scaled = self.calibration.quantiles(predict(self.members, origins))
        return panel.original(scaled, ends, owners)


class Attempt(NamedTuple):
    """Members that did not see the ends of the series, and what they forecast there."""

    recipe: Recipe
    members: Members
    prediction: Prediction
    interrupted: bool


class Trial(NamedTuple):
    """Members that did not see the ends of the series, and what they tell there."""

    recipe: Recipe
    members: Members
    calibration: Calibration
    interrupted: bool = False


def train(
    recipe: Recipe,
    series,
    columns,
    seed: int,
    start: ForecastModel | None = None,
    keep_all: bool = False,
) -> tuple[Preparation, ForecastModel]:
    """Set up a model for a panel: load what is pretrained, train what is to be trained, calibrate.

    Members that do not see the ends of the series show there whether and how long to train, how
    far to trust each, and how wide intervals must be.

    Parameters
    ----------
    recipe : Recipe
    series : list of ndarray of shape (n_i,)
        NaN where missing, but not at the start.
    columns : list of ndarray of shape (n_i, n_columns), or None
    seed : int
    start : ForecastModel, optional
        Whose weights to start from; they are copied.
    keep_all : bool
        Keep members that these series have no use for, since others may.
    """
    if start:  # whose training was as long as it promised
        recipe = replace(recipe, trainable=False)
    recipe, early, calibration, stopped = _try_out(recipe, series, columns, seed, keep_all)
    prepared = recipe.prepare(series, columns)
    panel = prepared.panel(series, columns)
    recipe = replace(recipe, regression=prepared.regression)
    seen = start.trained_on if start else NONE_SEEN
    if keep_all and recipe.trained:
        seen = seen.and_also(series)
    if stopped:
        kept = start or ForecastModel(recipe, early, calibration, trained_on=seen)
        return prepared, replace(kept, interrupted=True)
    known, final = start.members if start else None, recipe
    if not start and _nearly_done(recipe, early, panel):
        known, final = {"trained": early["trained"]}, recipe.going_on()
    members = train_members(final, panel, prepared, seed + 1, known)
    if list(members) != list(early):
        same = start and list(members) == list(start.members)
        widening = _usual_widening(len(series)) if list(members) == ["trained"] else 1.0
        usual = Calibration.usual(len(members), recipe.horizon, widening)
        calibration = start.calibration if same else usual
    return prepared, ForecastModel(recipe, members, calibration, interrupted(members), seen)


def _nearly_done(recipe: Recipe, early: Members, panel: Panel) -> bool:
    """Whether all networks are there already, and have seen nearly all windows."""
    complete = "trained" in early and len(early["trained"].nets) == recipe.n_members
    return complete and new_share(panel.lengths, recipe.horizon) <= LITTLE


def recalibrate(model: ForecastModel, series, columns) -> tuple[Preparation, ForecastModel]:
    """Take trained networks to other series, without training; calibrate on their ends.

    Series that were trained on before have no say: what networks know by heart is no forecast.
    """
    recipe, calibration = model.recipe, model.calibration
    held_out = HeldOut.of(recipe, series, columns, model.trained_on)
    if held_out is not None:
        prediction = predict(model.members, held_out.origins)
        calibration = _calibrate(held_out, model.members, prediction, learnt_elsewhere=True)
    model = replace(model, calibration=calibration, interrupted=False)
    return recipe.prepare(series, columns), model


def _try_out(recipe: Recipe, series, columns, seed: int, keep_all: bool) -> Trial:
    """Train members that do not see the ends, and calibrate there."""
    held_out = HeldOut.of(recipe, series, columns)
    if held_out is None:
        recipe = replace(recipe, trained=recipe.trained and not recipe.on_trial)
        return Trial(recipe, {}, Calibration.usual(0, recipe.horizon, widening=1.0))
    attempt = _attempt(recipe.longer() if recipe.on_trial else recipe, held_out, seed)
    if not attempt.interrupted and recipe.on_trial and not _worth_it(held_out, attempt):
        attempt = _attempt(replace(recipe, trained=False), held_out, seed)
    elif not attempt.interrupted and recipe.trainable and not recipe.on_trial:
        attempt = _perhaps_longer(attempt, held_out, seed)
    if keep_all or attempt.interrupted:
        calibration = _calibrate(held_out, attempt.members, attempt.prediction)
        return Trial(attempt.recipe, attempt.members, calibration, attempt.interrupted)
    return _without_idle(held_out, attempt)


def _attempt(recipe: Recipe, held_out: HeldOut, seed: int) -> Attempt:
    members = train_members(recipe.one_of_each(), held_out.before, held_out.prepared, seed)
    return Attempt(recipe, members, predict(members, held_out.origins), interrupted(members))


def _perhaps_longer(first: Attempt, held_out: HeldOut, seed: int) -> Attempt:
    """An attempt with more training where the first promises much; the better of the two.

    Its networks are compared with those of the first, or with what there was without them.
    """
    recipe = first.recipe.given(held_out.promise(first.prediction))
    if recipe == first.recipe:
        return first
    second = _attempt(recipe, held_out, seed)
    before, after = (held_out.gains(attempt.prediction) for attempt in (first, second))
    before = dict(zip(first.members, before)).get("trained", max(before))
    after = dict(zip(second.members, after)).get("trained", -np.inf)
    return second if after > before else first._replace(interrupted=second.interrupted)


def _without_idle(held_out: HeldOut, attempt: Attempt) -> Trial:
    """Calibrate, and leave out members whose share is not worth their time."""
    recipe, members, prediction, _ = attempt
    calibration = _calibrate(held_out, members, prediction)
    kept = calibration.shares >= min(LEAST_SHARE, calibration.shares.max())
    if kept.all():
        return Trial(recipe, members, calibration)
    names = [name for name, keep in zip(members, kept) if keep]
    members = {name: members[name] for name in names}
    corrections = [part for part, keep in zip(prediction.corrections, kept) if keep]
    calibration = _calibrate(held_out, members, Prediction(prediction.base, corrections))
    return Trial(recipe.only(names), members, calibration)


def _worth_it(held_out: HeldOut, attempt: Attempt) -> bool:
    """Whether networks trained with columns forecast much better than the pretrained one."""
    gains = dict(zip(attempt.members, held_out.gains(attempt.prediction)))
    return gains.get("trained", -np.inf) >= gains["prior"] + LEAST_ADVANTAGE


def _usual_widening(n_series: int) -> float:
    """Usual widening of networks that know only the series at hand; the more series, the less."""
    return WIDENING_OF_OWN ** max(0.0, 1 - np.log(n_series) / np.log(LARGE_PANEL))


def _calibrate(
    held_out: HeldOut, members: Members, prediction: Prediction, learnt_elsewhere: bool = False
) -> Calibration:
    """Learn from forecasts of the ends; no target of the training is a target there."""
    doubt = DOUBT_OF_PRETRAINED if list(members) == ["prior"] else DOUBT
    known = prediction, held_out.futures, held_out.n_horizons
    if held_out.one_time:
        return Calibration.learn(*known, doubt, doubt, one_time=True)
    if list(members) == ["trained"] and not learnt_elsewhere:
        usual = _usual_widening(len(held_out.before))
        return Calibration.learn(*known, doubt, DOUBT_OF_OWN, usual_widening=usual)
    of_widening = DOUBT_OF_PRETRAINED if "prior" in members else doubt
    return Calibration.learn(*known, doubt, of_widening)
