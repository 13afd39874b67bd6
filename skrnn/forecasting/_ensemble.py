"""Networks trained on the series at hand, from new weights."""

import copy
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
import torch

from .._device import resolve_device
from .._plan import Plan, epochs_of
from .._training import RecurrentNet, make_net
from ..nn import RecurrentNetwork, build_network
from ._calibration import Correction
from ._origins import Origins, training_ends
from ._panel import Panel
from ._preparation import Preparation
from ._quantiles import MEDIAN, QuantileLoss, ordered_quantiles
from ._recipe import Recipe
from ._windows import WindowData

FEWEST_WINDOWS = 8  # to train a network on
RECENT = 4  # horizons: windows older than that are drawn less than half as often
# Networks that see each of very many windows only once or twice learn the median better where it
# weighs more than each other quantile, and those hardly worse (docs/benchmarks.md).
FEW_PASSES, MEDIAN_WEIGHT = 2, 3.0


@dataclass(frozen=True)
class Ensemble:
    """Networks of one recipe, that correct base forecasts.

    Attributes
    ----------
    recipe : Recipe
    nets : list of RecurrentNet
    units : list of str
        What each net measures its windows in.
    """

    recipe: Recipe
    nets: list
    units: list

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended the training."""
        return any(net.interrupted_ for net in self.nets)

    @property
    def n_parameters(self) -> int:
        return sum(p.numel() for net in self.nets for p in net.module_.parameters())

    def correct(self, origins: Origins) -> Correction:
        """Correct the base forecasts: the networks' median, and their mean spread."""
        device = torch.device(self.nets[0].device)
        windows = {
            unit: _windows(self.recipe, origins, unit, device).inputs() for unit in set(self.units)
        }
        pairs = zip(self.nets, self.units)
        quantiles = np.stack([self._quantiles(net, *windows[unit]) for net, unit in pairs])
        medians = quantiles[..., MEDIAN]
        return Correction(np.median(medians, 0), (quantiles - medians[..., None]).mean(0))

    def _quantiles(self, net: RecurrentNet, inputs: torch.Tensor, units: np.ndarray) -> np.ndarray:
        """Quantiles of one net, (n, horizon, n_levels), on the panel's scale."""
        work = len(inputs) * self.recipe.work
        outputs = net.outputs(inputs.to(net.device), None, work)
        return ordered_quantiles(outputs).double().numpy() * units[:, None, None]


def ensemble_tasks(
    recipe: Recipe,
    panel: Panel,
    prepared: Preparation,
    seed: int,
    start: Ensemble | None = None,
) -> list[tuple[RecurrentNet, WindowData]]:
    """Networks to train, and all windows of a panel to train them on; none if these are too few.

    Parameters
    ----------
    recipe : Recipe
    panel : Panel
    prepared : Preparation
    seed : int
    start : Ensemble, optional
        Whose weights to start from; they are copied.
    """
    sizes = recipe.sizes
    most = sizes.max_steps * sizes.batch_size  # one for each place in a batch
    origins = training_origins(recipe, panel, prepared, seed, most)
    if len(origins) < FEWEST_WINDOWS:
        return []
    device = resolve_device(recipe.device, sizes.batch_size * recipe.work)
    weights = [net.module_ for net in start.nets] if start else [None] * recipe.n_members
    units = start.units if start else islice(cycle(recipe.units), recipe.n_members)
    data = [_windows(recipe, origins, unit, device) for unit in units]
    nets = [_new_net(recipe, data[0], seed + i, given) for i, given in enumerate(weights)]
    return list(zip(nets, data))


def _windows(recipe: Recipe, origins: Origins, unit: str, device) -> WindowData:
    return WindowData(origins, recipe.sizes.window_length, unit, recipe.known, device)


def training_origins(
    recipe: Recipe, panel: Panel, prepared: Preparation, seed: int, most: int
) -> Origins:
    """Origins with some history and a known horizon: all of them, or as many as can be used.

    The last ones, most like the future, are drawn most often then, as by Oreshkin et al. 2020, who
    leave all others out. Short series count as much as long ones so. Where all can be used, they
    are: on M4 weekly without its last horizon that lowers the OWA by 2 %.
    """
    longest = int(panel.lengths.max())
    shortest = max(1, min(recipe.sizes.window_length, recipe.sp + 1, longest - recipe.horizon))
    ends, owners = training_ends(panel, shortest, recipe.horizon)
    if len(ends) > most:
        age = panel.stops[owners] - recipe.horizon - ends
        weights = 1 / (age + RECENT * recipe.horizon)
        drawn = np.random.default_rng(seed).choice(len(ends), most, p=weights / weights.sum())
        ends, owners = ends[drawn], owners[drawn]
    return Origins.of(panel, prepared, ends, owners, recipe.horizon)


def _new_net(
    recipe: Recipe, data: WindowData, seed: int, start: RecurrentNetwork | None
) -> RecurrentNet:
    """Set up one network, with new weights or a copy of others."""
    sizes = recipe.sizes
    plan = Plan(
        epochs=epochs_of(sizes.max_steps, len(data), sizes.batch_size),
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
    loss = QuantileLoss(MEDIAN_WEIGHT if plan.epochs <= FEW_PASSES else 1.0)
    return make_net(module, loss, plan, data.device)
