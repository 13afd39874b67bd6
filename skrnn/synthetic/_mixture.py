"""Synthetic series of every kind: what a pretrained forecaster is taught that series are like."""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ._breaks import break_late
from ._disturbances import add_outliers, censor, lose_values, shift_levels, standardise, transform
from ._processes import (
    chaos,
    counts,
    cycles,
    exponential_smoothing,
    growth,
    random_walk,
    regimes,
    sarima,
    threshold_autoregression,
)
from ._shapes import composed, plain, waves


class Kind(NamedTuple):
    """A family of series, its share, and whether it may run backwards or be transformed."""

    draw: callable
    share: float
    reversible: bool = False
    transformed: bool = True


KINDS = (
    Kind(exponential_smoothing, 0.19),
    Kind(sarima, 0.17, reversible=True),
    Kind(composed, 0.21),
    Kind(growth, 0.11, transformed=False),
    Kind(random_walk, 0.05, reversible=True),
    Kind(cycles, 0.06, reversible=True),
    Kind(threshold_autoregression, 0.03),
    Kind(chaos, 0.02),
    Kind(regimes, 0.03, reversible=True),
    Kind(waves, 0.03, reversible=True),
    Kind(counts, 0.05, transformed=False),
    Kind(plain, 0.05),
)
DIVERSITY = 4.0  # of kinds in a panel: the sum of the parameters of a Dirichlet distribution


def draw_series(
    rng: Generator, n_series: int, n: int, sp: int, alike: bool = False, known: int | None = None
) -> np.ndarray:
    """Draw series of one length and seasonal period.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series, n : int
        Number of series, and of their time steps, at least two.
    sp : int
        Seasonal period; 1 for none. Some series have no season all the same.
    alike : bool, default=False
        Whether most series are of a few kinds, as those of a panel are, or of all.
    known : int, optional
        How many of the steps are before those that are to be forecast. Given, some series change
        for good shortly before.

    Returns
    -------
    ndarray of shape (n_series, n)
        In arbitrary units; NaN where missing. The last quarter has no missing values.

    Raises
    ------
    ValueError
        If there are fewer than two time steps, ``sp`` is no period, or more than all steps are to
        be known.
    """
    if n < 2 or sp < 1:
        raise ValueError(
            f"Series need at least two time steps (n) and a period (sp) of one, got n={n}, sp={sp}."
        )
    if known is not None and known > n:
        raise ValueError(f"At most all n={n} time steps can be known, got known={known}.")
    shares = np.array([kind.share for kind in KINDS])
    if alike:
        shares = rng.dirichlet(DIVERSITY * shares / shares.sum())
    y = _pure(rng, n_series, n, sp, shares)
    mixed = rng.random(n_series) < 0.12
    share = rng.uniform(0.2, 0.8, (n_series, 1))
    other = _pure(rng, int(mixed.sum()), n, sp, shares)
    y[mixed] = share[mixed] * standardise(y[mixed]) + (1 - share[mixed]) * standardise(other)
    y = shift_levels(rng, y)
    if known is not None:
        y = break_late(rng, y, known)
    y = censor(rng, add_outliers(rng, y))
    whole_from = n - n // 4
    y[:, :whole_from] = lose_values(rng, y[:, :whole_from])
    return y


def _pure(rng: Generator, n_series: int, n: int, sp: int, shares: np.ndarray) -> np.ndarray:
    """Series of one kind each."""
    chosen = rng.choice(len(KINDS), n_series, p=shares / shares.sum())
    y = np.empty((n_series, n))
    for k, kind in enumerate(KINDS):
        rows = np.flatnonzero(chosen == k)
        if not len(rows):
            continue
        part = kind.draw(rng, len(rows), n, sp)
        if kind.reversible:
            back = rng.random(len(rows)) < 0.3
            part[back] = part[back, ::-1]
        if kind.transformed:
            flipped = rng.random((len(rows), 1)) < 0.3
            part = transform(rng, np.where(flipped, -part, part))
        y[rows] = part
    return y
