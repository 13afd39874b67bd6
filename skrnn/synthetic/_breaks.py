"""What happens to series shortly before they are to be forecast, and lasts."""

import numpy as np
from numpy.random import Generator

EARLIEST = 40  # steps before the end of what is observed
NOTHING, LEVEL, TREND, SPREAD, STOP = range(5)
SHARES = {NOTHING: 0.9, LEVEL: 0.04, TREND: 0.03, SPREAD: 0.02, STOP: 0.01}


def break_late(rng: Generator, y: np.ndarray, known: int) -> np.ndarray:
    """Let the level, the trend or the spread of some series change, or stop them altogether.

    The spread is that about the mean so far, so that the level of a trend moves with it.

    Parameters
    ----------
    rng : numpy.random.Generator
    y : ndarray of shape (n_series, n)
    known : int
        How many steps are observed. A break is before the last of them, most often shortly before.

    Returns
    -------
    ndarray of shape (n_series, n)
    """
    if known < 2:
        return y
    n_series, n = y.shape
    kind = rng.choice(list(SHARES), (n_series, 1), p=list(SHARES.values()))
    ago = np.exp(rng.uniform(0, np.log(min(EARLIEST, known - 1)), (n_series, 1)))
    first = known - ago.astype(int)  # step after the break
    since = np.arange(n) - first
    last = np.take_along_axis(y, first - 1, axis=1)
    before = np.where(since < 0, y, 0).sum(1, keepdims=True) / first
    shift = rng.choice([-1, 1], last.shape) * 10 ** rng.uniform(-0.5, 1.2, last.shape)
    slope = (last - y[:, :1]) / first
    bend = rng.uniform(0.7, 2, last.shape)  # about 1 ends the trend, 2 turns it around
    factor = 10 ** rng.uniform(-1, 0.5, last.shape)
    to_last = rng.random(last.shape) < 0.5
    broken = {
        NOTHING: y,
        LEVEL: y + shift * y.std(1, keepdims=True),
        TREND: y - bend * slope * (since + 1),
        SPREAD: before + factor * (y - before),
        STOP: np.broadcast_to(np.where(to_last, last, y.min(1, keepdims=True)), y.shape),
    }
    return np.where(since < 0, y, np.choose(kind, [broken[k] for k in SHARES]))
