"""Smooth and calendar-like series: trends, Gaussian processes, seasons that change."""

from functools import partial

import numpy as np
from numpy.random import Generator

from ._processes import innovations, random_sizes, repeated, seasonal_pattern

FEATURES = 24  # cosines in a draw from a Gaussian process
MONTH_LENGTHS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
DAYS_IN_MONTH = 30.44
LONGER_PERIODS = {7: 365.25, 24: 168.0, 48: 336.0, 96: 672.0, 12: 120.0, 4: 40.0, 52: 208.0}


def trends(rng: Generator, n_series: int, n: int) -> np.ndarray:
    """Trends of unit size: linear, bent, saturating, exponential, or none."""
    t = np.linspace(0, 1, n)
    linear = np.tile(t, (n_series, 1))
    bends = rng.uniform(0, 1, (n_series, 3, 1))
    bent = t + (rng.normal(size=(n_series, 3, 1)) * np.maximum(t - bends, 0)).sum(1)
    logistic = 1 / (
        1 + np.exp(-rng.uniform(4, 15, (n_series, 1)) * (t - rng.uniform(-0.2, 1.2, (n_series, 1))))
    )
    rate = rng.uniform(0.5, 4, (n_series, 1))
    growing = np.expm1(rate * t) / np.expm1(rate)
    saturating = 1 - np.exp(-rate * 2 * t)
    kinds = np.stack([linear, bent, logistic, growing, saturating, np.zeros_like(linear)])
    kind = rng.choice(6, n_series, p=[0.22, 0.22, 0.2, 0.04, 0.12, 0.2])
    return kinds[kind, np.arange(n_series)] * rng.choice([-1, 1], (n_series, 1), p=[0.3, 0.7])


def gaussian_process(rng: Generator, n_series: int, n: int) -> np.ndarray:
    """Stationary Gaussian processes of unit variance, smooth (RBF) or rough (Matern).

    References
    ----------
    .. [1] Rahimi and Recht, "Random features for large-scale kernel machines", NeurIPS 2007.
    """
    length = n * 10 ** rng.uniform(-1.7, 0.3, (n_series, 1))
    frequency = rng.normal(size=(n_series, FEATURES))
    rough = rng.random(n_series) < 0.5
    freedom = rng.choice([1, 3], n_series)[:, None]
    frequency[rough] /= np.sqrt(rng.chisquare(freedom, frequency.shape) / freedom)[rough]
    phase = rng.uniform(0, 2 * np.pi, (n_series, FEATURES))
    y = np.zeros((n_series, n))
    t = np.arange(n)
    for k in range(FEATURES):
        y += np.cos(frequency[:, k, None] / length * t + phase[:, k, None])
    return y * np.sqrt(2 / FEATURES)


def seasons(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Seasons whose size, form or phase may change, and perhaps a second, longer one."""
    if sp == 1:
        return np.zeros((n_series, n))
    first, last = (seasonal_pattern(rng, n_series, sp) for _ in range(2))
    changing = np.where(rng.random((n_series, 1)) < 0.3, rng.uniform(0, 1, (n_series, 1)), 0)
    share = changing * np.linspace(0, 1, n)
    y = (1 - share) * repeated(first, n) + share * repeated(last, n)
    size = np.where(rng.random((n_series, 1)) < 0.3, rng.uniform(-0.8, 1.5, (n_series, 1)), 0)
    y = y * np.maximum(1 + size * np.linspace(0, 1, n), 0)
    longer = LONGER_PERIODS.get(sp, sp * 5.0) * (rng.random((n_series, 1)) < 0.25)
    t = np.arange(n)
    for k in (1, 2):
        phase = rng.uniform(0, 2 * np.pi, (n_series, 1))
        wave = np.sin(2 * np.pi * k * t / np.where(longer > 0, longer, 1) + phase)
        y += np.where(longer > 0, wave * rng.normal(size=(n_series, 1)) / k, 0)
    return y


def calendar(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Effects of month lengths, trading days and moving holidays; zero for other periods."""
    t = np.arange(n) + rng.integers(0, 400, (n_series, 1))
    y = np.zeros((n_series, n))
    if sp in (4, 12):
        months = 12 // sp
        lengths = MONTH_LENGTHS.reshape(-1, months).sum(1)
        y += (lengths / lengths.mean() - 1)[t % sp] * 30
        weights = rng.normal(size=(n_series, 7))
        first = np.floor(t * DAYS_IN_MONTH * months).astype(int)
        extra = np.stack([(first + k) % 7 for k in range(2 + months)]).astype(int)
        y += sum(np.take_along_axis(weights, days, axis=1) for days in extra) * 0.3
    if sp in (7, 12, 52):
        year = {7: 365.25, 12: 12, 52: 52.18}[sp]
        day = t % year
        start = rng.uniform(0, year, (n_series, 1)) + rng.integers(-1, 2, (n_series, 1)) * (
            np.floor(t / year) % 2
        )
        y += np.where(np.abs(day - start) < 1, rng.normal(size=(n_series, 1)) * 3, 0)
    return y


def composed(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Trend, smooth wandering, season, calendar and noise, each of its own random size."""
    size = partial(random_sizes, rng, n_series)
    noise = innovations(rng, n_series, n)
    memory = np.where(rng.random(n_series) < 0.5, rng.uniform(0, 0.95, n_series), 0)
    for t in range(1, n):
        noise[:, t] += memory * noise[:, t - 1]
    return (
        size(-0.5, 1.7, 0.7) * trends(rng, n_series, n)
        + size(-0.7, 1.3, 0.5) * gaussian_process(rng, n_series, n)
        + size(-0.7, 1.3, 0.85) * seasons(rng, n_series, n, sp)
        + size(-1.0, 0.5, 0.25) * calendar(rng, n_series, n, sp)
        + 10 ** rng.uniform(-1.3, 0.3, (n_series, 1)) * noise
    )


def plain(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Nearly exact trends, seasons and constants."""
    y = trends(rng, n_series, n) * 10 ** rng.uniform(-1, 1, (n_series, 1))
    y += seasons(rng, n_series, n, sp) * rng.choice([0, 1], (n_series, 1))
    return y + rng.normal(size=y.shape) * 10 ** rng.uniform(-4, -1.5, (n_series, 1))


def waves(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """A few regular waves of periods that are not the seasonal period, a product among them."""
    t = np.arange(n)
    y = np.zeros((n_series, n))
    for _ in range(3):
        period = 10 ** rng.uniform(0.4, 2, (n_series, 1))
        wave = np.sin(2 * np.pi * t / period + rng.uniform(0, 2 * np.pi, (n_series, 1)))
        y = np.where(
            rng.random((n_series, 1)) < 0.2, y * wave, y + rng.normal(size=(n_series, 1)) * wave
        )
    return y + rng.normal(size=y.shape) * 10 ** rng.uniform(-2, -0.2, (n_series, 1))
