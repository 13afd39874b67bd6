"""The forecasting model on arrays: base forecasts, an ensemble that corrects them, calibration."""

import copy
import math
from dataclasses import dataclass, replace

import numpy as np
import torch

from .._device import resolve_device
from .._training import Plan, RecurrentNet, make_net
from ..nn import Architecture, RecurrentNetwork, build_network
from ._bases import Bases
from ._calibration import Calibration, Prediction, random_walk_spread
from ._panel import Panel
from ._preparation import Preparation
from ._quantiles import LEVELS, MEDIAN, QuantileLoss, ordered_quantiles
from ._sizes import Sizes
from ._windows import N_OWN_CHANNELS, WindowData, training_ends

FEWEST_WINDOWS = 8  # to train a network on
HELD_OUT_SHARE = 0.25  # of a series, at most
HELD_OUT_HORIZONS = 3  # at most, of a series that is long enough; one in a large panel
LARGE_PANEL = 50
HELD_OUT_WINDOWS = 3000  # at most, of a panel


@dataclass(frozen=True)
class Recipe:
    """All that a model is made by.

    Attributes
    ----------
    cell : str
    sizes : Sizes
    num_layers : int
    dropout, lr, weight_decay : float
    gradient_clip : float or None
    n_members : int
        Networks in the ensemble.
    sp, horizon : int
    base : str
    known : ndarray of shape (n_columns,), bool
        Whether the future of each exogenous column is known.
    device : str
    verbose : int
    """

    cell: str
    sizes: Sizes
    num_layers: int
    dropout: float
    lr: float
    weight_decay: float
    gradient_clip: float | None
    n_members: int
    sp: int
    horizon: int
    base: str
    known: np.ndarray
    device: str
    verbose: int

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

    @property
    def n_parameters(self) -> int:
        """Trainable parameters of one network."""
        with torch.device("meta"):
            network = RecurrentNetwork(self.architecture)
        return sum(p.numel() for p in network.parameters())

    def prepare(self, series, columns) -> Preparation:
        return Preparation.learn(series, columns, self.known, self.sp, self.horizon, self.base)


@dataclass(frozen=True)
class ForecastModel:
    """Networks and their calibration.

    Attributes
    ----------
    recipe : Recipe
    nets : list of RecurrentNet
        Empty where there was too little to train on; forecasts are then the base forecasts.
    calibration : Calibration
    """

    recipe: Recipe
    nets: list
    calibration: Calibration

    def predict(self, panel: Panel, bases: Bases, ends, owners) -> Prediction:
        """Forecast the horizon after some positions, not calibrated."""
        recipe = self.recipe
        base = bases.forecast(panel, ends, owners, recipe.horizon)
        device = torch.device(self.nets[0].device if self.nets else "cpu")
        data = _windows(recipe, panel, ends, owners, base, device)
        if not self.nets:
            return Prediction(base, np.zeros_like(base), random_walk_spread(*base.shape))
        work = len(data) * recipe.work
        inputs = data.inputs().to(device)
        outputs = [net.outputs(inputs, None, work) for net in self.nets]
        quantiles = ordered_quantiles(torch.stack(outputs)).double().numpy()
        medians = quantiles[..., MEDIAN]
        spread = (quantiles - medians[..., None]).mean(0)
        return Prediction(base, np.median(medians, 0), spread)

    def quantiles(self, panel: Panel, bases: Bases, ends, owners) -> np.ndarray:
        """Calibrated quantiles, (n, horizon, n_levels), in the units of the series."""
        scaled = self.calibration.quantiles(self.predict(panel, bases, ends, owners))
        return panel.original(scaled, ends, owners)


def train(
    recipe: Recipe, series, columns, seed: int, start: ForecastModel | None = None
) -> tuple[Preparation, ForecastModel]:
    """Train an ensemble on a panel.

    A network that does not see the ends of the series shows there how far to trust the
    ensemble, and how wide its intervals must be.

    Parameters
    ----------
    recipe : Recipe
    series : list of ndarray of shape (n_i,)
        NaN where missing, but not at the start.
    columns : list of ndarray of shape (n_i, n_columns), or None
    seed : int
    start : ForecastModel, optional
        Whose weights to start from; they are copied.
    """
    calibration, interrupted = _hold_out(recipe, series, columns, seed)
    prepared = recipe.prepare(series, columns)
    panel = prepared.panel(series, columns)
    data = _training_data(recipe, panel, prepared.bases, seed)
    if interrupted:
        return prepared, ForecastModel(recipe, interrupted, calibration)
    nets = []
    for member in range(recipe.n_members if len(data) >= FEWEST_WINDOWS else 0):
        weights = start.nets[member].module_ if start and start.nets else None
        nets.append(_train_net(recipe, data, seed + 1 + member, weights))
        if nets[-1].interrupted_:
            break
    return prepared, ForecastModel(recipe, nets or (start.nets if start else []), calibration)


def recalibrate(model: ForecastModel, series, columns) -> tuple[Preparation, ForecastModel]:
    """Take trained networks to other series, without training; calibrate on their ends."""
    recipe = model.recipe
    held_out = held_out_lengths([len(y) for y in series], recipe.horizon)
    calibration = model.calibration
    if held_out.any():
        prepared = _prepare_early(recipe, series, columns, held_out)
        calibration = _calibrate(model, prepared, series, columns, held_out)
    return recipe.prepare(series, columns), replace(model, calibration=calibration)


def _hold_out(recipe: Recipe, series, columns, seed: int) -> tuple[Calibration, list]:
    """Calibrate by a network that does not see the ends; return it if Ctrl-C cut it short."""
    held_out = held_out_lengths([len(y) for y in series], recipe.horizon)
    if not held_out.any():
        return Calibration.usual(recipe.horizon), []
    prepared = _prepare_early(recipe, series, columns, held_out)
    early, early_columns = _early(series, held_out), _early(columns, held_out)
    panel = prepared.panel(early, early_columns)
    data = _training_data(recipe, panel, prepared.bases, seed)
    nets = [_train_net(recipe, data, seed)] if len(data) >= FEWEST_WINDOWS else []
    model = ForecastModel(recipe, nets, Calibration.usual(recipe.horizon))
    calibration = _calibrate(model, prepared, series, columns, held_out)
    return calibration, [net for net in nets if net.interrupted_]


def held_out_lengths(lengths, horizon: int) -> np.ndarray:
    """Observations at the end of each series that are held out; none of a short one."""
    lengths = np.asarray(lengths)
    most = horizon * (1 if len(lengths) >= LARGE_PANEL else HELD_OUT_HORIZONS)
    wanted = np.clip((HELD_OUT_SHARE * lengths).astype(int), horizon, most)
    return np.where(lengths >= 2 * horizon + FEWEST_WINDOWS, wanted, 0)


def _early(parts, held_out):
    if parts is None:
        return None
    return [part[: len(part) - n] for part, n in zip(parts, held_out)]


def _prepare_early(recipe: Recipe, series, columns, held_out) -> Preparation:
    return recipe.prepare(_early(series, held_out), _early(columns, held_out))


def _calibrate(model: ForecastModel, prepared, series, columns, held_out) -> Calibration:
    """Forecast from origins in the part held out; no target of the training is a target here."""
    panel = prepared.panel(series, columns)
    horizon = model.recipe.horizon
    per_series = max(1, HELD_OUT_WINDOWS // int((held_out > 0).sum()))
    ends, owners = [], []
    for i in np.flatnonzero(held_out):
        n = held_out[i]
        places = np.unique(np.linspace(n, horizon, min(per_series, n - horizon + 1)).round())
        ends.append(panel.stops[i] - places.astype(int))
        owners.append(np.full(len(places), i))
    ends, owners = np.concatenate(ends), np.concatenate(owners)
    prediction = model.predict(panel, prepared.bases, ends, owners)
    data = _windows(model.recipe, panel, ends, owners, prediction.base, torch.device("cpu"))
    return Calibration.learn(prediction, data.futures())


def _windows(recipe: Recipe, panel, ends, owners, bases, device) -> WindowData:
    sizes = recipe.sizes
    return WindowData(
        panel, ends, owners, bases, sizes.window_length, recipe.sp, recipe.known, device
    )


def _training_data(recipe: Recipe, panel: Panel, bases: Bases, seed: int) -> WindowData:
    """Windows to train on, at most one for each place in a batch of the training."""
    sizes, horizon = recipe.sizes, recipe.horizon
    longest = int(panel.lengths.max())
    shortest = max(1, min(sizes.window_length, recipe.sp + 1, longest - horizon))
    ends, owners = training_ends(panel, shortest, horizon)
    most = sizes.max_steps * sizes.batch_size
    if len(ends) > most:
        kept = np.random.default_rng(seed).choice(len(ends), most, replace=False)
        ends, owners = ends[kept], owners[kept]
    base = bases.forecast(panel, ends, owners, horizon)
    device = resolve_device(recipe.device, sizes.batch_size * recipe.work)
    return _windows(recipe, panel, ends, owners, base, device)


def _train_net(
    recipe: Recipe, data: WindowData, seed: int, start: RecurrentNetwork | None = None
) -> RecurrentNet:
    """Train one network, from new weights or from a copy of others."""
    sizes = recipe.sizes
    n_batches = math.ceil(len(data) / sizes.batch_size)
    plan = Plan(
        epochs=max(1, round(sizes.max_steps / n_batches)),
        batch_size=sizes.batch_size,
        lr=recipe.lr,
        weight_decay=recipe.weight_decay,
        gradient_clip=recipe.gradient_clip,
        seed=seed,
        work=sizes.batch_size * recipe.work,
    )
    module = copy.deepcopy(start)
    if module is None:
        module = build_network(recipe.architecture, seed)
        torch.nn.init.zeros_(module.readout.weight)  # training starts from the base forecast
    net = make_net(module, QuantileLoss(), plan, data.device)
    return net.learn(data, None, verbose=recipe.verbose)
