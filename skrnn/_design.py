"""From an estimator's parameters to a network and a plan of its training."""

import copy

import torch

from ._channels import count_channels
from ._device import threads_for
from ._parameters import CELL_NAMES
from ._sequences import Sequences
from ._training import Plan
from .nn import Architecture, RecurrentNetwork, build_network

AUTO_STEPS = 50  # recurrent steps that segment_length="auto" aims at


def design_architecture(estimator, n_timesteps: int) -> Architecture:
    """The network that an estimator's parameters describe, for sequences of some length."""
    segment_length = estimator.segment_length
    if segment_length == "auto":
        segment_length = max(1, round(n_timesteps / AUTO_STEPS))
    return Architecture(
        cells=_cells_of_layers(estimator.cells, estimator.num_layers),
        n_channels=_channels_to_read(estimator),
        n_outputs=estimator._count_outputs(),
        hidden_size=estimator.hidden_size,
        bidirectional=estimator.bidirectional,
        dropout=estimator.dropout,
        segment_length=segment_length,
        decay=estimator.missing == "decay",
        pooling=estimator.pooling,
        conv=estimator.conv,
        layer_norm=estimator.layer_norm,
        variational_dropout=estimator.variational_dropout,
    )


def _channels_to_read(estimator) -> int:
    reading = estimator._reading
    n_values = estimator.n_channels_ - (reading.position is not None)
    return count_channels(estimator.missing, n_values, timed=reading.kind is not None)


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
    """A network with fresh weights, in double precision if all sequences make one batch.

    Training on one batch is then the same computation whether a sample is repeated or weighted,
    up to rounding in double precision. MPS has no double precision.
    """
    architecture = design_architecture(estimator, sequences.n_timesteps)
    one_batch = len(sequences) <= estimator.batch_size
    dtype = torch.float64 if one_batch and device.type != "mps" else torch.float32
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


def make_plan(
    estimator, sequences: Sequences, seed: int, epochs: int, scheduled: bool = True
) -> Plan:
    """How an estimator's parameters say to train on some sequences."""
    architecture = design_architecture(estimator, sequences.n_timesteps)
    batch = min(estimator.batch_size, len(sequences))
    return Plan(
        epochs=epochs,
        batch_size=estimator.batch_size,
        lr=estimator.lr,
        weight_decay=estimator.weight_decay,
        gradient_clip=estimator.gradient_clip,
        patience=estimator.n_iter_no_change if estimator.early_stopping else None,
        scheduled=scheduled,
        seed=seed,
        work=batch * architecture.multiply_adds(sequences.n_timesteps),
    )
