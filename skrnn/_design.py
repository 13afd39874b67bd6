"""From an estimator's parameters to a network and a plan of its training."""

import copy
import math

import torch

from ._device import threads_for
from ._parameters import CELL_NAMES
from ._sequences import Sequences
from ._training import Plan
from .nn import Architecture, RecurrentNetwork, build_network

AUTO_STEPS = 50  # recurrent steps that segment_length="auto" aims at
# max_epochs="auto": so many passes, and more where they would be fewer training steps than these
FEWEST_EPOCHS = 60
FEWEST_STEPS = 300
# lr="auto": convolutions overfit, or never settle, at the rate that suits recurrent layers
LR, LR_WITH_CONVOLUTIONS = 1e-2, 1e-3
MOST_DOUBLES = 2000  # numbers in data that are trained in double precision


def design_architecture(estimator, n_timesteps: int) -> Architecture:
    """The network that an estimator's parameters describe, for sequences of some length."""
    segment_length = estimator.segment_length
    if segment_length == "auto":
        segment_length = max(1, round(n_timesteps / AUTO_STEPS))
    return Architecture(
        cells=_cells_of_layers(estimator.cells, estimator.num_layers),
        n_channels=estimator._input.n_inputs_,
        n_outputs=estimator._count_outputs(),
        hidden_size=estimator.hidden_size,
        bidirectional=estimator.bidirectional,
        dropout=estimator.dropout,
        segment_length=segment_length,
        decay=estimator.missing == "decay",
        conv=estimator.conv,
        layer_norm=estimator.layer_norm,
        variational_dropout=estimator.variational_dropout,
        **estimator._readout(),
    )


def _cells_of_layers(cells: str | tuple[str, ...], num_layers: int) -> tuple[str, ...]:
    if isinstance(cells, str):
        return (cells,) * num_layers
    if not cells or any(cell not in CELL_NAMES for cell in cells):
        raise ValueError(f"cells={cells!r}: each layer must be one of {sorted(CELL_NAMES)}.")
    if num_layers not in (1, len(cells)):
        raise ValueError(
            f"cells={cells!r} names {len(cells)} layers, but num_layers={num_layers}. "
            "Leave num_layers out where cells is a tuple."
        )
    return tuple(cells)


def new_module(
    estimator, sequences: Sequences, seed: int, device: torch.device
) -> RecurrentNetwork:
    """A network with fresh weights, in double precision if small sequences all make one batch.

    Training on one batch is then the same computation whether a sample is repeated or weighted,
    up to rounding in double precision, for which there are no fused kernels. MPS has none.
    """
    architecture = design_architecture(estimator, sequences.n_timesteps)
    small = len(sequences) <= estimator.batch_size and sequences.values.size <= MOST_DOUBLES
    dtype = torch.float64 if small and device.type != "mps" else torch.float32
    with threads_for(0):  # for small matrices, waking a second thread takes longer than the work
        return build_network(architecture, seed, dtype)


def fitted_module(estimator) -> RecurrentNetwork:
    """A copy of the fitted network, to go on from."""
    check_same_architecture(estimator)
    return copy.deepcopy(estimator.net_.module_)


def check_same_architecture(estimator) -> None:
    """Refuse to go on with a fitted network that the parameters no longer describe.

    Raises
    ------
    ValueError
    """
    fitted = estimator.net_.module_.architecture
    # so many time steps that segment_length="auto" gives the fitted length again
    wanted = design_architecture(estimator, fitted.segment_length * AUTO_STEPS)
    if wanted != fitted:
        raise ValueError(
            f"warm_start=True and partial_fit go on with the fitted network, {fitted}, but the "
            f"parameters now describe {wanted}. Use warm_start=False and fit to start anew."
        )


def count_epochs(estimator, n_samples: int) -> int:
    """Passes over the training data that ``max_epochs`` stands for."""
    if estimator.max_epochs != "auto":
        return estimator.max_epochs
    steps_of_epoch = math.ceil(n_samples / estimator.batch_size)
    return max(FEWEST_EPOCHS, math.ceil(FEWEST_STEPS / steps_of_epoch))


def learning_rate(estimator) -> float:
    """The highest learning rate that ``lr`` stands for."""
    if estimator.lr != "auto":
        return estimator.lr
    return LR_WITH_CONVOLUTIONS if estimator.conv else LR


def make_plan(
    estimator, sequences: Sequences, seed: int, epochs: int, scheduled: bool = True
) -> Plan:
    """How an estimator's parameters say to train on some sequences."""
    architecture = design_architecture(estimator, sequences.n_timesteps)
    batch = min(estimator.batch_size, len(sequences))
    return Plan(
        epochs=epochs,
        batch_size=estimator.batch_size,
        lr=learning_rate(estimator),
        weight_decay=estimator.weight_decay,
        gradient_clip=estimator.gradient_clip,
        patience=estimator.n_iter_no_change if estimator.early_stopping else None,
        scheduled=scheduled,
        seed=seed,
        work=batch * architecture.multiply_adds(sequences.n_timesteps),
    )
