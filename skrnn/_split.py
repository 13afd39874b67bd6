"""The part of the training data that early stopping holds out."""

import numpy as np
from sklearn.model_selection import train_test_split

from ._sequences import Sequences


def hold_out(sequences: Sequences, y, sample_weight, fraction: float, strata, seed: int):
    """Training data, and data held out of them at random.

    Parameters
    ----------
    sequences : Sequences
    y : ndarray or StepTargets
    sample_weight : ndarray of shape (n_samples,), or None
    fraction : float
        Share of the samples that is held out.
    strata : array-like of shape (n_samples,), or None
        Classes, of each of which both parts get as large a share.
    seed : int

    Returns
    -------
    train, held_out : tuple of (sequences, y, sample_weight)

    Raises
    ------
    ValueError
        If there are too few samples, in all or of a class, or one part has weight zero.
    """
    try:
        train, held_out = train_test_split(
            np.arange(len(sequences)), test_size=fraction, stratify=strata, random_state=seed
        )
    except ValueError as error:
        raise ValueError(
            f"early_stopping=True cannot hold out validation_fraction={fraction} of "
            f"{len(sequences)} samples: {str(error).rstrip('.')}. Change validation_fraction, give "
            "more samples, or set early_stopping=False."
        ) from error
    for name, index in (("training part", train), ("part held out", held_out)):
        if sample_weight is not None and not sample_weight[index].any():
            raise ValueError(
                f"early_stopping=True leaves only samples of weight zero in the {name}. Leave "
                "such samples out of X, change validation_fraction, or set early_stopping=False."
            )

    def part(index):  # trimmed, so that what is held out tells nothing, not even its length
        weight = None if sample_weight is None else sample_weight[index]
        return sequences.take(index).trimmed(), y[index], weight

    return part(train), part(held_out)
