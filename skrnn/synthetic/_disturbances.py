"""What happens to series on their way to a data file: transforms, shifts, outliers, gaps."""

import numpy as np
from numpy.random import Generator

LARGEST_EXPONENT = 8.0


def standardise(y: np.ndarray) -> np.ndarray:
    """Mean zero and unit deviation of each series; constants become zero."""
    y = y - y.mean(1, keepdims=True)
    return y / (y.std(1, keepdims=True) + 1e-9)


def transform(rng: Generator, y: np.ndarray) -> np.ndarray:
    """Make some series positive and multiplicative, and some bounded."""
    n_series = len(y)
    z = standardise(y)
    kind = rng.choice(4, (n_series, 1), p=[0.4, 0.28, 0.25, 0.07])
    spread = rng.uniform(0.05, 0.9, (n_series, 1))
    multiplicative = np.exp(np.clip(z * spread, -LARGEST_EXPONENT, LARGEST_EXPONENT))
    above = np.abs(z).max(1, keepdims=True) + 10 ** rng.uniform(-1, 1.5, (n_series, 1))
    gain, centre = rng.uniform(0.5, 2, (n_series, 1)), rng.normal(size=(n_series, 1))
    bounded = 1 / (1 + np.exp(-gain * (z + centre)))
    y = np.where(kind == 1, multiplicative, z)
    y = np.where(kind == 2, z + above, y)
    return np.where(kind == 3, bounded, y)


def shift_levels(rng: Generator, y: np.ndarray) -> np.ndarray:
    """Add a level shift, that may fade, to some series."""
    n_series, n = y.shape
    chosen = rng.random((n_series, 1)) < 0.12
    since = np.arange(n) - rng.integers(0, n, (n_series, 1))
    fading = np.where(rng.random((n_series, 1)) < 0.3, rng.uniform(0.7, 0.98, (n_series, 1)), 1)
    shift = rng.normal(size=(n_series, 1)) * 1.5 * y.std(1, keepdims=True)
    return y + np.where(chosen & (since >= 0), shift * fading ** np.maximum(since, 0), 0)


def add_outliers(rng: Generator, y: np.ndarray) -> np.ndarray:
    """Put single outliers into some series."""
    chosen = rng.random((len(y), 1)) < 0.1
    rate = 10 ** rng.uniform(-2.5, -1.2, (len(y), 1))
    size = rng.standard_t(3, y.shape) * 2 * y.std(1, keepdims=True)
    return y + np.where(chosen & (rng.random(y.shape) < rate), size, 0)


def censor(rng: Generator, y: np.ndarray) -> np.ndarray:
    """Cap, floor or round some series."""
    kind = rng.choice(4, (len(y), 1), p=[0.88, 0.03, 0.03, 0.06])
    low, high = (np.quantile(y, q, axis=1, keepdims=True) for q in (0.15, 0.85))
    y = np.where(kind == 1, np.maximum(y, low), y)
    y = np.where(kind == 2, np.minimum(y, high), y)
    step = y.std(1, keepdims=True) / rng.integers(2, 20, (len(y), 1)) + 1e-12
    return np.where(kind == 3, np.round(y / step) * step, y)


def lose_values(rng: Generator, y: np.ndarray) -> np.ndarray:
    """Replace single values or a stretch of some series by NaN, but not the first value."""
    n_series, n = y.shape
    single = (rng.random((n_series, 1)) < 0.06) & (rng.random(y.shape) < 0.1)
    since = np.arange(n) - rng.integers(1, n, (n_series, 1))
    length = rng.integers(1, max(n // 6, 1) + 1, (n_series, 1))
    stretch = (rng.random((n_series, 1)) < 0.05) & (since >= 0) & (since < length)
    lost = single | stretch
    lost[:, 0] = False
    return np.where(lost, np.nan, y)
