"""What "auto" means for windows, segments, networks and training."""

import math
from dataclasses import dataclass

import numpy as np

SHORTEST_WINDOW = 8
HORIZONS_BACK = 4  # horizons that a window spans
RECURRENT_STEPS = 8  # in a window
FEWEST_STEPS, MOST_STEPS = 200, 3000  # of training
PASSES = 2  # through all windows at least, as far as the most steps allow


@dataclass(frozen=True)
class Sizes:
    """Sizes of the windows, the network and its training."""

    window_length: int
    segment_length: int
    hidden_size: int
    max_steps: int
    batch_size: int


def choose_sizes(asked: dict, lengths: np.ndarray, horizon: int, sp: int) -> Sizes:
    """Replace "auto" by what suits the data.

    Parameters
    ----------
    asked : dict
        A number or "auto" for each field of `Sizes`.
    lengths : ndarray of shape (n_series,)
        Numbers of observations.
    horizon, sp : int
    """
    n_windows = int(np.maximum(lengths - horizon, 1).sum())
    window_length = asked["window_length"]
    if window_length == "auto":
        wanted = max(2 * sp, HORIZONS_BACK * horizon, SHORTEST_WINDOW)
        window_length = min(wanted, max(2, (int(lengths.max()) - horizon) // 2))
    batch_size = asked["batch_size"]
    if batch_size == "auto":
        batch_size = 2 ** int(np.clip(round(math.log2(n_windows / 100)), 5, 8))
    n_steps = max(60 * n_windows**0.25, PASSES * n_windows / batch_size)
    chosen = {
        "window_length": window_length,
        "segment_length": _segment_length(window_length, horizon),
        "hidden_size": 32 if n_windows < 5000 else 64,
        "max_steps": int(np.clip(n_steps, FEWEST_STEPS, MOST_STEPS)),
        "batch_size": batch_size,
    }
    # torch takes no integers of NumPy, of which searches over parameters make lists
    given = {name: int(asked[name]) for name in chosen if asked[name] != "auto"}
    return Sizes(**{**chosen, **given})


def _segment_length(window_length: int, horizon: int) -> int:
    """The divisor of the horizon that comes nearest to the wanted number of recurrent steps.

    A segment then lies either in the window or in the future.
    """
    divisors = [d for d in range(1, horizon + 1) if horizon % d == 0 and d <= window_length]
    wanted = window_length / RECURRENT_STEPS
    return min(divisors, key=lambda d: abs(math.log(d / wanted)))
