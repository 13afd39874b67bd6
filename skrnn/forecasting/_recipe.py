"""All that a forecasting model is made by."""

from dataclasses import dataclass, field, fields, replace

import numpy as np

from ..nn import Architecture
from ._preparation import Preparation
from ._quantiles import LEVELS
from ._regression import Regression
from ._season import detect_common_season
from ._series import SeriesSet
from ._sizes import Sizes, choose_sizes
from ._windows import CHANGE, DEVIATION, N_OWN_CHANNELS, SCALE
from .prior import PRETRAINED_CELLS

MEMBERS, FEWER_MEMBERS = 3, 2  # networks in the ensemble; fewer beside a prior, or of much data
DEFAULT_HORIZON = 12  # trained for where fit is given none and there is no season
MANY_WINDOWS = 2000  # from which networks are trained, and the pretrained one is fine-tuned
# Windows of each series, on average, from which networks are trained beside the pretrained one: no
# gain on synthetic series, which that knows best, but a large one on real series of other kinds
MANY_WINDOWS_EACH = 500
FEWEST_TO_CONSIDER = 250  # windows from which networks are trained if the gain is large
MANY_SERIES = 2000  # from which the pretrained network adds nothing but time
LONG = 8  # window lengths in a series from which networks measure each window in its own unit
LARGE_GAIN = 0.25  # over the base forecast: there are rules that smoothing does not know
LONGER, LONGEST = 4, 1500  # then this many times the usual training steps, but this many at most
GOING_ON = 0.5  # share of the training steps, and of the learning rate, where training goes on


@dataclass(frozen=True)
class Recipe:
    """All that a model is made by. Recipes for the same data are equal if they ask for the same.

    Attributes
    ----------
    cell : str
    sizes : Sizes
    most_steps : int
        Training steps that may be taken where more than usual pay.
    num_layers : int
    dropout, lr, weight_decay : float
    gradient_clip : float or None
    n_members : int
        Networks in the ensemble.
    sp, horizon : int
    other_periods : tuple of int
        Seasonal periods beside `sp`, longer ones, in ascending order.
    base : str
    units : tuple of str
        What the networks of the ensemble measure their windows in, one after the other.
    prior, tuned, trained : bool
        Which members take part: the pretrained network as it is, the same fine-tuned, and networks
        that are trained on the series at hand.
    trainable : bool
        Whether networks may be trained, at least if that promises much.
    on_trial : bool
        Whether trained networks are kept only if they forecast the held-out ends much better than
        the pretrained one, since columns may have nothing to do with the series.
    known : ndarray of shape (n_columns,), bool
        Whether the future of each exogenous column is known.
    starts : ndarray of shape (n_series,), or None
        Times of the first observations of the series at hand, where there are columns.
    device : str
    verbose : int
    regression : Regression, None or "learn"
        Linear effects of exogenous columns, which are taken off the series before networks see
        them. "learn" while no network has been trained: they are learnt from the series at hand.
    """

    cell: str
    sizes: Sizes
    most_steps: int
    num_layers: int
    dropout: float
    lr: float
    weight_decay: float
    gradient_clip: float | None
    n_members: int
    sp: int
    other_periods: tuple[int, ...]
    horizon: int
    base: str
    units: tuple[str, ...]
    prior: bool
    tuned: bool
    trained: bool
    trainable: bool
    on_trial: bool
    known: np.ndarray = field(compare=False)  # arrays have no truth value of being equal
    starts: np.ndarray | None = field(compare=False)
    device: str
    verbose: int
    regression: Regression | str | None = field(default="learn", compare=False)

    @property
    def architecture(self) -> Architecture:
        return Architecture(
            cells=(self.cell,) * self.num_layers,
            n_channels=N_OWN_CHANNELS + len(self.known),
            n_outputs=self.horizon * len(LEVELS),
            hidden_size=self.sizes.hidden_size,
            dropout=self.dropout,
            segment_length=self.sizes.segment_length,
        )

    @property
    def work(self) -> float:
        """Multiply-adds of the recurrent layers for one window."""
        return self.architecture.multiply_adds(self.sizes.window_length + self.horizon)

    def given(self, gain: float) -> "Recipe":
        """The same recipe, or one with more training, for some gain over the base forecast.

        Where a network forecasts much better than smoothing does, the series follow rules that
        more training finds out in more detail: in their own values, such as a threshold, which
        windows with units of their own would hide.
        """
        if gain < LARGE_GAIN:
            return self
        return replace(self.longer(), trained=True, units=(SCALE,))

    def longer(self) -> "Recipe":
        """The same recipe with more training steps, as far as they may be taken."""
        n_steps = max(self.sizes.max_steps, min(LONGER * self.sizes.max_steps, self.most_steps))
        return replace(self, sizes=replace(self.sizes, max_steps=n_steps))

    def one_of_each(self) -> "Recipe":
        """The same recipe with only one network for each unit, where there are more."""
        return replace(self, n_members=min(self.n_members, len(self.units)))

    def going_on(self) -> "Recipe":
        """The same recipe for networks that have been trained on most of the data before."""
        sizes = replace(self.sizes, max_steps=round(self.sizes.max_steps * GOING_ON))
        return replace(self, sizes=sizes, lr=self.lr * GOING_ON)

    def only(self, members: list[str]) -> "Recipe":
        """The same recipe with some of its members."""
        asked = {name: name in members for name in ("prior", "tuned", "trained")}
        return replace(self, **asked)

    def prepare(self, series, columns) -> Preparation:
        periods = (self.sp, *self.other_periods)
        given = self.known, periods, self.horizon, self.base, self.regression, self.starts
        return Preparation.learn(series, columns, *given)


def choose_recipe(
    cell: str, parameters: dict, series: SeriesSet, known: np.ndarray, furthest: int | None
) -> Recipe:
    """Choose what a forecaster's parameters leave open.

    Parameters
    ----------
    cell : str
    parameters : dict
        All parameters of a forecaster.
    series : SeriesSet
    known : ndarray of shape (n_columns,), bool
        Whether the future of each exogenous column is known.
    furthest : int or None
        Last step of the horizon; None where it is not known yet.
    """
    lengths = np.array([len(values) for values in series.values])
    sp, *other_periods = _periods(parameters["sp"], series)
    horizon = furthest or (sp if sp > 1 else DEFAULT_HORIZON)
    n_windows = np.maximum(lengths - horizon, 0).sum()
    most_steps = LONGEST if parameters["max_steps"] == "auto" else parameters["max_steps"]
    prior = parameters["prior"] == "auto" and cell in PRETRAINED_CELLS
    if most_steps > 0 and len(lengths) >= MANY_SERIES:
        prior = False
    many = n_windows >= MANY_WINDOWS
    enough = many or n_windows >= MANY_WINDOWS_EACH * len(lengths)
    trained = most_steps > 0 and (not prior or len(known) > 0 or enough)
    n_members = parameters["n_members"]
    if n_members == "auto":
        n_members = FEWER_MEMBERS if prior or many else MEMBERS
    asked = {size.name: parameters[size.name] for size in fields(Sizes)}
    sizes = choose_sizes(asked, lengths, horizon, sp)
    # Of a short series a window shows so much that its own unit says little more than the scale;
    # and the effects of columns do not grow with what a window shows.
    own_units = np.median(lengths) >= LONG * sizes.window_length and len(known) == 0
    same = "num_layers dropout lr weight_decay gradient_clip base device verbose"
    return Recipe(
        cell=cell,
        sizes=sizes,
        most_steps=most_steps,
        n_members=n_members,
        sp=sp,
        other_periods=tuple(other_periods),
        horizon=horizon,
        units=(DEVIATION, CHANGE) if own_units else (SCALE,),
        prior=prior,
        tuned=prior and trained and many,
        trained=trained,
        trainable=trained or (most_steps > 0 and n_windows >= FEWEST_TO_CONSIDER),
        on_trial=prior and trained and not enough,
        known=known,
        starts=series.starts if len(known) else None,
        **{name: parameters[name] for name in same.split()},
    )


def _periods(sp, series: SeriesSet) -> list[int]:
    """Seasonal periods in ascending order; one stands alone, for no season."""
    if sp == "auto":
        sp = detect_common_season(series.values, series.indices)
    return sorted({*(sp if isinstance(sp, (list, tuple)) else [sp])} - {1}) or [1]
