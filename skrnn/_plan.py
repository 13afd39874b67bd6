"""How to train: what the one training loop is told, and its learning-rate cycle."""

import math
from dataclasses import dataclass

WARM_UP = 0.1  # share of the training steps in which the learning rate rises


@dataclass(frozen=True)
class Plan:
    """How to train.

    Attributes
    ----------
    epochs : int
    batch_size : int
    lr : float
        The highest learning rate where ``scheduled``, the only one otherwise.
    weight_decay : float
        Decoupled from the gradient (AdamW).
    gradient_clip : float or None
        Largest norm of a gradient.
    patience : int or None
        Epochs without a better validation loss after which training stops; the best weights are
        restored. None trains all epochs.
    scheduled : bool
        One learning-rate cycle over all epochs (Smith and Topin 2018): up, then down to zero.
    seed : int
        Order of the batches, and dropout.
    work : float
        Multiply-adds of one training step; decides on the number of threads.
    """

    epochs: int
    batch_size: int
    lr: float
    weight_decay: float = 0.0
    gradient_clip: float | None = None
    patience: int | None = None
    scheduled: bool = True
    seed: int = 0
    work: float = math.inf


def epochs_of(n_steps: float, n_samples: int, batch_size: int) -> int:
    """Epochs, at least one, that come nearest to a number of training steps."""
    return max(1, round(n_steps / math.ceil(n_samples / batch_size)))


def one_cycle(step: int, total_steps: int) -> float:
    """Share of the highest learning rate in a step: a linear rise, then half a cosine to zero."""
    rise = WARM_UP * total_steps
    if step < rise:
        return (step + 1) / (rise + 1)
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / (total_steps - rise)))
