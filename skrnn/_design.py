"""From an estimator's parameters to a network and a plan of its training."""

import copy
import math
from dataclasses import fields
from typing import NamedTuple

import torch

from ._device import threads_for
from ._parameters import CELL_NAMES
from ._plan import Plan
from ._sequences import Sequences
from .nn import Architecture, RecurrentNetwork, build_network

AUTO_STEPS = 50  # recurrent steps that segment_length="auto" aims at
FEWEST_EPOCHS = 60  # max_epochs="auto", or more where these would be too few training steps


class Pace(NamedTuple):
    """What "auto" means for the training, without a convolutional branch and with one."""

    lr: float
    batch_size: int
    fewest_steps: int
    most_doubles: int  # numbers in data that are trained in double precision


USUAL = Pace(lr=1e-2, batch_size=32, fewest_steps=300, most_doubles=2000)
# At the rate that suits recurrent layers, convolutions overfit or never settle. At their own they
# need more steps, which smaller batches pay for. Rate and batches are those of Wang et al. 2017;
# the steps were chosen by cross-validation on the training parts of five sets of the UCR archive.
WITH_CONVOLUTIONS = Pace(lr=1e-3, batch_size=16, fewest_steps=1200, most_doubles=1000)


def design_architecture(estimator, n_timesteps: int) -> Architecture:
    """The network that an estimator's parameters describe, for sequences of some length."""
    return _architecture(estimator, max(1, round(n_timesteps / AUTO_STEPS)))


def _architecture(estimator, auto_segment_length: int) -> Architecture:
    auto = estimator.segment_length == "auto"
    return Architecture(
        cells=_cells_of_layers(estimator.cells, estimator.num_layers),
        n_channels=estimator._input.n_inputs_,
        n_outputs=estimator._count_outputs(),
        hidden_size=int(estimator.hidden_size),  # torch takes no integers of NumPy
        bidirectional=estimator.bidirectional,
        **_dropout(estimator),
        segment_length=auto_segment_length if auto else int(estimator.segment_length),
        decay=estimator.missing == "decay",
        conv=estimator.conv,
        layer_norm=estimator.layer_norm,
        variational_dropout=estimator.variational_dropout,
        **estimator._readout(),
    )


def _dropout(estimator) -> dict:
    """Fields of the architecture that ``dropout`` stands for."""
    if estimator.dropout != "auto":
        return {"dropout": estimator.dropout}
    beside = estimator._dropout_beside_conv if estimator.conv else 0.0
    return {"dropout": 0.0, "dropout_beside_conv": beside}


def _cells_of_layers(cells: str | tuple[str, ...], num_layers: int) -> tuple[str, ...]:
    if isinstance(cells, str):
        return (cells,) * num_layers
    if not cells or any(cell not in CELL_NAMES for cell in cells):
        raise ValueError(f"cells={cells!r}: each layer must be one of {sorted(CELL_NAMES)}.")
    if num_layers not in (1, len(cells)):
        raise ValueError(
            f"cells={cells!r} names {len(cells)} layers, but num_layers={num_layers}. "
            "Leave out num_layers if cells is a tuple."
        )
    return tuple(cells)


def new_module(
    estimator, sequences: Sequences, seed: int, device: torch.device, *, are_all: bool = True
) -> RecurrentNetwork:
    """A network with fresh weights, in double precision if small sequences make one batch of all.

    Training on one batch is then the same computation whether a sample is repeated or weighted,
    up to rounding in double precision, for which there are no fused kernels. MPS has none.
    """
    architecture = design_architecture(estimator, sequences.n_timesteps)
    one_batch = are_all and len(sequences) <= count_batch(estimator, sequences)
    small = one_batch and _is_small(estimator, sequences)
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
    wanted = _architecture(estimator, auto_segment_length=fitted.segment_length)
    changed = [f.name for f in fields(fitted) if getattr(fitted, f.name) != getattr(wanted, f.name)]
    if changed:
        has, asked = (
            ", ".join(f"{name}={getattr(architecture, name)!r}" for name in changed)
            for architecture in (fitted, wanted)
        )
        raise ValueError(
            f"warm_start=True and partial_fit continue with the fitted network, which has {has}, "
            f"but the parameters now describe one with {asked}. Use warm_start=False and fit to "
            "start anew."
        )


def count_epochs(estimator, sequences: Sequences) -> int:
    """Passes over some sequences that ``max_epochs`` stands for."""
    if estimator.max_epochs != "auto":
        return int(estimator.max_epochs)
    steps_of_epoch = math.ceil(len(sequences) / count_batch(estimator, sequences))
    return max(FEWEST_EPOCHS, math.ceil(_pace(estimator).fewest_steps / steps_of_epoch))


def count_batch(estimator, sequences: Sequences) -> int:
    """Sequences in a training step that ``batch_size`` stands for; small data are not cut finer."""
    if estimator.batch_size != "auto":
        return int(estimator.batch_size)
    return (USUAL if _is_small(estimator, sequences) else _pace(estimator)).batch_size


def _pace(estimator) -> Pace:
    return WITH_CONVOLUTIONS if estimator.conv else USUAL


def _is_small(estimator, sequences: Sequences) -> bool:
    return sequences.values.size <= _pace(estimator).most_doubles


def make_plan(
    estimator, sequences: Sequences, seed: int, epochs: int, scheduled: bool = True
) -> Plan:
    """How an estimator's parameters say to train on some sequences."""
    architecture = design_architecture(estimator, sequences.n_timesteps)
    batch_size = count_batch(estimator, sequences)
    batch = min(batch_size, len(sequences))
    return Plan(
        epochs=epochs,
        batch_size=batch_size,
        lr=_pace(estimator).lr if estimator.lr == "auto" else estimator.lr,
        weight_decay=estimator.weight_decay,
        gradient_clip=estimator.gradient_clip,
        patience=estimator.n_iter_no_change if estimator.early_stopping else None,
        scheduled=scheduled,
        seed=seed,
        work=batch * architecture.multiply_adds(sequences.n_timesteps),
    )
