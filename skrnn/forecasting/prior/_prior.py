"""The pretrained network as a member of a forecasting model, as it is or fine-tuned."""

import copy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..._batches import batches_by_length
from ..._device import resolve_device, threads_for
from ..._plan import Plan, epochs_of
from ..._training import RecurrentNet, make_net
from ...nn.instruction_sets import can_run
from .._calibration import Correction
from .._origins import Origins
from .._quantiles import MEDIAN, QuantileLoss, ordered_quantiles
from ._data import PriorData
from ._inputs import LONGEST_WINDOW, PriorInputs
from ._network import PriorNetwork
from ._reach import within_reach
from ._weights import load_network

AT_ONCE = 256  # windows
TUNING_BATCH = 64
LR = 3e-4
MOST_STEPS = 80
MOST_WORK = 1e11  # multiply-adds of all steps, forward: a few seconds of one core
FEWEST_STEPS = 30  # that are worth it
# How far to go from the weights before fine-tuning (0) to those after it (1): both ends forecast
# synthetic panels worse (tools/score_panels.py).
WAY = 0.5


@dataclass(frozen=True)
class Prior:
    """A pretrained network, that corrects base forecasts.

    Attributes
    ----------
    cell : {"gru", "lstm"}
    tuned : PriorNetwork or None
        A fine-tuned copy; None for the weights that ship with the package, which are loaded
        where they are needed.
    interrupted : bool
        Whether Ctrl-C ended the fine-tuning.
    """

    cell: str
    tuned: PriorNetwork | None = None
    interrupted: bool = False

    def fine_tuned(self, net: RecurrentNet) -> "Prior":
        """The network of a `tuning_task` after its training, its weights half way back to this one.

        So only what the panel at hand asks for again and again changes much [1]_.

        References
        ----------
        .. [1] Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022.
        """
        network = net.module_.cpu().eval().requires_grad_(False)
        for tuned, before in zip(network.parameters(), self.network.parameters()):
            tuned.lerp_(before, 1 - WAY)
        return Prior(self.cell, network, net.interrupted_)

    @property
    def network(self) -> PriorNetwork:
        return self.tuned or load_network(self.cell)

    @property
    def n_parameters(self) -> int:
        return sum(p.numel() for p in self.network.parameters())

    def correct(self, origins: Origins) -> Correction:
        """Correct the base forecasts of some origins."""
        network = self.network
        data = PriorData.of(origins, torch.device("cpu"))
        work = network.multiply_adds(int(data.lengths.sum()), len(data) * origins.horizon)
        fused = can_run(next(network.parameters()))
        parts, order = [], []
        with torch.inference_mode(), threads_for(work, fused):
            for index in batches_by_length(len(data), AT_ONCE, data.lengths):
                parts.append(_corrections(network, data.inputs(index.numpy())))
                order.append(index)
        back = torch.cat(order).argsort().numpy()
        medians, spreads = (np.concatenate(arrays)[back] for arrays in zip(*parts))
        return Correction(medians, spreads)


def _corrections(network: PriorNetwork, inputs: PriorInputs) -> tuple[np.ndarray, np.ndarray]:
    """Medians (n, horizon) and spreads (n, horizon, n_levels) on the panel's scale."""
    quantiles = _both_ways_up(network, inputs).double().numpy()
    medians = quantiles[..., MEDIAN]
    base = inputs.candidates[..., 0]
    kept = within_reach(medians, base, inputs.values, inputs.lengths)
    return kept, quantiles - medians[..., None]


def _both_ways_up(network: PriorNetwork, inputs: PriorInputs) -> Tensor:
    """Quantiles on the panel's scale: means of those of a window and of its mirror image.

    A series upside down then gets its forecasts upside down, as in the training, where up and down
    were drawn by lot.
    """
    upright, mirrored = (
        ordered_quantiles(network(**turned.tensors())) for turned in (inputs, inputs.mirrored())
    )
    units = torch.from_numpy(inputs.unit)[:, None, None]
    return (upright - mirrored.flip(-1)) / 2 * units


def n_tuning_steps(cell: str, mean_length: float, horizon: int, most: int) -> int:
    """Steps of a fine-tuning that a core does in some seconds; 0 if these are too few.

    Parameters
    ----------
    cell : {"gru", "lstm"}
    mean_length : float
        Of the windows.
    horizon : int
    most : int
        Steps that are asked for at most.
    """
    work = load_network(cell).multiply_adds(mean_length, horizon) * TUNING_BATCH
    affordable = int(MOST_WORK / work)
    return min(most, MOST_STEPS, affordable) if affordable >= FEWEST_STEPS else 0


def tuning_task(
    prior: Prior, origins: Origins, n_steps: int, seed: int, device: str
) -> tuple[RecurrentNet, PriorData]:
    """A copy of a pretrained network to train, and windows whose futures are known.

    Parameters
    ----------
    prior : Prior
    origins : Origins
        At least ``n_steps`` batches' worth, or they are used several times.
    n_steps, seed : int
    device : str
    """
    network = copy.deepcopy(prior.network).requires_grad_(True)
    lengths = np.minimum(origins.panel.lengths, LONGEST_WINDOW)
    work = network.multiply_adds(lengths.mean(), origins.horizon) * TUNING_BATCH
    data = PriorData.of(origins, resolve_device(device, work))
    plan = Plan(
        epochs=epochs_of(n_steps, len(data), TUNING_BATCH),
        batch_size=TUNING_BATCH,
        lr=LR,
        gradient_clip=1.0,
        seed=seed,
        work=work,
    )
    return make_net(network, QuantileLoss(), plan, data.device), data
