"""Exchange a part of each sequence between the sequences."""

from dataclasses import dataclass

import numpy as np

from .._sequences import Sequences


@dataclass(frozen=True)
class Part:
    """Some channels of some time steps.

    Attributes
    ----------
    channels : ndarray of shape (n_exchanged,), int
        Their positions.
    steps : ndarray of shape (n_samples, n_timesteps), bool
        Steps of each sequence; padding is in no part.
    """

    channels: np.ndarray
    steps: np.ndarray


def permuted(sequences: Sequences, part: Part, order: np.ndarray) -> Sequences:
    """Put into a part of each sequence what another one has there.

    All sequences keep their lengths. If they differ, a step takes the value that the other
    sequence has at the same relative time, the nearest step: the other one is stretched or shrunk.

    Parameters
    ----------
    sequences : Sequences
    part : Part
    order : ndarray of shape (n_samples,)
        The sequence that each one takes from.

    Returns
    -------
    Sequences
        A copy.
    """
    rows, steps = (places[:, None] for places in np.nonzero(part.steps))
    others = _same_relative_time(sequences, order)[rows, steps]
    values = sequences.values.copy()
    values[rows, steps, part.channels] = sequences.values[order[rows], others, part.channels]
    return Sequences(values, sequences.lengths)


def _same_relative_time(sequences: Sequences, order: np.ndarray) -> np.ndarray:
    """For each step of each sequence, the step of the other one that lies nearest to it.

    The middle of step s of T is at (s + 1/2) / T; in whole numbers, so that nothing is rounded.
    """
    twice_middle = 2 * np.arange(sequences.n_timesteps) + 1
    lengths = sequences.lengths[:, None]
    return twice_middle * lengths[order] // (2 * lengths)


def blocks(sequences: Sequences, n_blocks: int) -> np.ndarray:
    """Number of the block that each step is in, counted from zero; -1 for padding.

    Each sequence is divided in equal parts, as nearly as its steps allow.

    Returns
    -------
    ndarray of shape (n_samples, n_timesteps)
    """
    block = np.arange(sequences.n_timesteps) * n_blocks // sequences.lengths[:, None]
    return np.where(sequences.valid(), block, -1)


def block_edges(n_timesteps: int, n_blocks: int) -> np.ndarray:
    """First step of each block of a sequence, and its number of steps: (n_blocks + 1,)."""
    return -(-np.arange(n_blocks + 1) * n_timesteps // n_blocks)  # rounded up
