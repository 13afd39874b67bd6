"""Stochastic processes that series are made of; each function draws many series at a time."""

from functools import partial

import numpy as np
from numpy.random import Generator

LARGEST_STATE = 1e6  # explosive recursions are held here


def innovations(rng: Generator, n_series: int, n: int) -> np.ndarray:
    """Draw unit errors: normal, heavy tailed, of changing variance (GARCH), or of two regimes."""
    errors = rng.normal(size=(n_series, n))
    kind = rng.choice(4, n_series, p=[0.6, 0.18, 0.12, 0.1])
    heavy = kind == 1
    freedom = rng.uniform(2.5, 8, heavy.sum())[:, None]
    errors[heavy] = rng.standard_t(freedom, (heavy.sum(), n)) / np.sqrt(freedom / (freedom - 2))
    garch = kind == 2
    errors[garch] *= _garch_deviations(rng, errors[garch])
    switching = kind == 3
    calm = markov_chain(rng, int(switching.sum()), n, persistence=(0.9, 0.99)) == 0
    errors[switching] *= np.where(calm, 0.5, 2.0)
    return errors


def _garch_deviations(rng: Generator, errors: np.ndarray) -> np.ndarray:
    """Standard deviations of a GARCH(1, 1) process with mean variance one (Bollerslev 1986)."""
    shock = rng.uniform(0.05, 0.3, len(errors))
    memory = rng.uniform(0.4, 0.95, len(errors)) * (1 - shock)
    variances = np.ones(errors.shape)
    for t in range(1, errors.shape[1]):
        last = variances[:, t - 1]
        variances[:, t] = 1 - shock - memory + last * (shock * errors[:, t - 1] ** 2 + memory)
    return np.sqrt(variances)


def markov_chain(
    rng: Generator, n_series: int, n: int, persistence: tuple[float, float], n_states: int = 2
) -> np.ndarray:
    """States 0, 1, ... that stay with some probability and else are drawn anew."""
    stay = rng.uniform(*persistence, n_series)[:, None]
    drawn = rng.integers(0, n_states, (n_series, n))
    kept = rng.random((n_series, n)) < stay
    kept[:, 0] = False
    last_draw = np.maximum.accumulate(np.where(kept, 0, np.arange(n)), axis=1)
    return np.take_along_axis(drawn, last_draw, axis=1)


def exponential_smoothing(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Series of the model ETS(A,Ad,A) and its special cases, over its parameters' whole range.

    References
    ----------
    .. [1] Hyndman et al., "Forecasting with exponential smoothing: the state space approach",
           Springer 2008, table 2.2.
    """
    draw = rng.random
    alpha = np.where(draw(n_series) < 0.15, 0, rng.beta(1, 1.5, n_series))
    beta = np.where(draw(n_series) < 0.5, 0, alpha * rng.beta(1, 5, n_series))
    phi = np.where(draw(n_series) < 0.5, 1, rng.uniform(0.8, 0.99, n_series))
    gamma = np.where(draw(n_series) < 0.4, 0, (1 - alpha) * rng.beta(1, 5, n_series))
    level = np.zeros(n_series)
    size = 10 ** rng.uniform(-2.5, 0, n_series)
    slope = np.where(draw(n_series) < 0.5, rng.normal(size=n_series) * size, 0)
    season = seasonal_pattern(rng, n_series, sp) * 10 ** rng.uniform(-1, 1.2, (n_series, 1))
    season[draw(n_series) < (1.0 if sp == 1 else 0.15)] = 0
    errors = innovations(rng, n_series, n)
    y = np.empty((n_series, n))
    for t in range(n):
        error, place = errors[:, t], t % sp
        slope = phi * slope
        y[:, t] = level + slope + season[:, place] + error
        level = level + slope + alpha * error
        slope = slope + beta * error
        season[:, place] += gamma * error
    return y


def sarima(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Series of seasonal ARIMA models: orders up to (3,2,2)(1,1,1)."""
    burn_in = 3 * sp + 50
    total = n + burn_in
    e = innovations(rng, n_series, total)
    for theta in np.where(
        rng.random((2, n_series)) < 0.5, rng.uniform(-0.95, 0.95, (2, n_series)), 0
    ):
        e[:, 1:] += theta[:, None] * e[:, :-1]
    seasonal = (rng.random(n_series) < 0.7) & (sp > 1)
    theta = np.where(seasonal, rng.uniform(-0.95, 0.3, n_series), 0)
    e[:, sp:] += theta[:, None] * e[:, :-sp]
    phi = autoregressive_coefficients(rng, n_series, 3)
    y = _recurse(e, phi)
    seasonal_phi = np.where(
        seasonal & (rng.random(n_series) < 0.5), rng.uniform(-0.3, 0.95, n_series), 0
    )
    for t in range(sp, total):
        y[:, t] += seasonal_phi * y[:, t - sp]
    y = y[:, burn_in:]
    integrated = seasonal & (rng.random(n_series) < 0.5)
    y[integrated] = _seasonal_sum(y[integrated], sp)
    y[integrated] += 10 ** rng.uniform(-0.5, 1.2, (integrated.sum(), 1)) * repeated(
        seasonal_pattern(rng, int(integrated.sum()), sp), n
    )
    order = rng.choice(3, n_series, p=[0.45, 0.45, 0.1])
    drift = rng.normal(size=(n_series, 1)) * 10 ** rng.uniform(-2.5, -0.3, (n_series, 1))
    drift[rng.random(n_series) < 0.6] = 0
    y[order > 0] = np.cumsum((y + drift)[order > 0], axis=1)
    y[order > 1] = np.cumsum(y[order > 1], axis=1)
    return y


def autoregressive_coefficients(rng: Generator, n_series: int, order: int) -> np.ndarray:
    """Coefficients (n_series, order) of stationary processes, from partial autocorrelations.

    References
    ----------
    .. [1] Barndorff-Nielsen and Schou, "On the parametrization of autoregressive models by
           partial autocorrelations", Journal of Multivariate Analysis 3, 1973.
    """
    partial = rng.uniform(-0.98, 0.98, (n_series, order))
    partial[:, 0] = np.where(rng.random(n_series) < 0.7, rng.beta(3, 1, n_series), partial[:, 0])
    partial[:, 0] = np.clip(partial[:, 0], -0.98, 0.985)
    used = rng.integers(0, order + 1, n_series)
    partial[np.arange(order) >= used[:, None]] = 0
    phi = np.zeros((n_series, order))
    for k in range(order):
        p = partial[:, k : k + 1]
        phi[:, :k] = phi[:, :k] - p * phi[:, :k][:, ::-1]
        phi[:, k] = p[:, 0]
    return phi


def _recurse(errors: np.ndarray, phi: np.ndarray) -> np.ndarray:
    y = errors.copy()
    for t in range(phi.shape[1], errors.shape[1]):
        y[:, t] += (phi * y[:, t - phi.shape[1] : t][:, ::-1]).sum(1)
    return y


def _seasonal_sum(y: np.ndarray, sp: int) -> np.ndarray:
    y = y.copy()
    for t in range(sp, y.shape[1]):
        y[:, t] += y[:, t - sp]
    return y


def cycles(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Cycles of unknown and unsteady period: AR(2) with complex roots, and their sharp versions."""
    period = 10 ** rng.uniform(0.45, 1.9, n_series)
    damping = 1 - 10 ** rng.uniform(-2.7, -0.6, n_series)
    frequency = 2 * np.pi / period
    phi = np.stack([2 * damping * np.cos(frequency), -(damping**2)], axis=1)
    burn_in = 100
    y = _recurse(rng.normal(size=(n_series, n + burn_in)), phi)[:, burn_in:]
    y /= y.std(1, keepdims=True) + 1e-9
    sharp = rng.random(n_series) < 0.3
    y[sharp] = np.exp(rng.uniform(0.3, 1.5, (sharp.sum(), 1)) * y[sharp])
    noise = 10 ** rng.uniform(-2, 0, (n_series, 1))
    return y + noise * rng.normal(size=y.shape)


def threshold_autoregression(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Two regimes, chosen by an earlier value (SETAR; Tong 1983), of AR(2) processes."""
    burn_in = 50
    low, high = (autoregressive_coefficients(rng, n_series, 2) for _ in range(2))
    means = rng.normal(size=(2, n_series))
    threshold = rng.normal(size=n_series) * 0.5
    delay = rng.integers(1, 3)
    scale = 10 ** rng.uniform(-1.2, 0, n_series)
    y = rng.normal(size=(n_series, n + burn_in))
    for t in range(2, n + burn_in):
        is_low = y[:, t - delay] < threshold
        phi = np.where(is_low[:, None], low, high)
        mean = np.where(is_low, means[0], means[1])
        pulled = mean + (phi * y[:, t - 2 : t][:, ::-1]).sum(1) + scale * y[:, t]
        y[:, t] = np.clip(pulled, -LARGEST_STATE, LARGEST_STATE)
    return y[:, burn_in:]


def chaos(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Nonlinear maps with little noise: Mackey-Glass, and population models with a delay.

    References
    ----------
    .. [1] Mackey and Glass, "Oscillation and chaos in physiological control systems", Science
           197, 1977.
    .. [2] Ricker, "Stock and recruitment", 1954.
    """
    burn_in, delay = 120, int(rng.integers(8, 24))
    total = n + burn_in
    glass = 1.1 + 0.2 * rng.random((n_series, total))
    for t in range(delay, total - 1):
        past = glass[:, t - delay]
        glass[:, t + 1] = 0.9 * glass[:, t] + 0.2 * past / (1 + past**10)
    growth = rng.uniform(0.5, 2.4, n_series)
    lag = int(rng.integers(1, 4))
    noise = np.exp(rng.normal(size=(n_series, total)) * 10 ** rng.uniform(-2, -0.5, (n_series, 1)))
    ricker = np.full((n_series, total), 0.5)
    for t in range(lag, total - 1):
        ricker[:, t + 1] = (
            ricker[:, t] * np.exp(growth * (1 - ricker[:, t - lag + 1])) * noise[:, t]
        )
        ricker[:, t + 1] = np.clip(ricker[:, t + 1], 1e-3, 1e3)
    y = np.where(rng.random((n_series, 1)) < 0.5, glass, ricker)[:, burn_in:]
    observed = 1 + rng.normal(size=y.shape) * 10 ** rng.uniform(-3, -1, (n_series, 1))
    return y * observed


def counts(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Counts, from rare to many, of a slowly changing and perhaps seasonal intensity."""
    mean = 10 ** rng.uniform(-1, 2.3, (n_series, 1))
    wander = np.cumsum(rng.normal(size=(n_series, n)), axis=1) * 10 ** rng.uniform(
        -3, -1, (n_series, 1)
    )
    season = repeated(seasonal_pattern(rng, n_series, sp), n) * rng.uniform(0, 0.8, (n_series, 1))
    rate = mean * np.exp(np.clip(wander + season * (sp > 1), -4, 4))
    dispersed = rng.random((n_series, 1)) < 0.4
    shape = 10 ** rng.uniform(-0.3, 1.3, (n_series, 1))
    rate = np.where(dispersed, rate * rng.gamma(shape, 1 / shape, rate.shape), rate)
    y = rng.poisson(np.minimum(rate, 1e6)).astype(float)
    idle = rng.random((n_series, 1)) < 0.25
    return np.where(idle & (rng.random(y.shape) < rng.uniform(0.2, 0.8, (n_series, 1))), 0, y)


def random_walk(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Random walks with drift, with any kind of errors; some seldom change, as set prices do."""
    drift = rng.normal(size=(n_series, 1)) * 10 ** rng.uniform(-2, -0.3, (n_series, 1))
    drift[rng.random(n_series) < 0.5] = 0
    seldom = rng.random((n_series, 1)) < 0.2
    changes = rng.random((n_series, n)) < 10 ** rng.uniform(-1.7, -0.3, (n_series, 1))
    return np.cumsum((innovations(rng, n_series, n) + drift) * (changes | ~seldom), axis=1)


def growth(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """What grows or shrinks, as economies and companies do: lasting trends, business cycles.

    A random walk whose drift wanders about its mean (Harvey 1989, local linear trend), mostly of
    the logarithm, with a damped cycle and measurement errors on top. Growth slows down in half of
    them, since nothing grows exponentially for long.

    References
    ----------
    .. [1] Harvey, "Forecasting, structural time series models and the Kalman filter", Cambridge
           University Press 1989, sections 2.3.2 and 2.3.3.
    """
    size = partial(random_sizes, rng, n_series)
    memory = np.where(rng.random(n_series) < 0.3, 1, rng.uniform(0.5, 1, n_series))
    drift = _recurse(size(-2, -0.2, 0.7) * rng.normal(size=(n_series, n)), memory[:, None])
    slowing = np.exp(-rng.uniform(0, 3, (n_series, 1)) * np.linspace(0, 1, n))
    slowing[rng.random(n_series) < 0.5] = 1
    drift += size(-1, 0.6) * slowing * rng.choice([-1, 1], (n_series, 1), p=[0.15, 0.85])
    level = np.cumsum(drift + size(-1, 0, 0.8) * innovations(rng, n_series, n), axis=1)
    cycle = cycles(rng, n_series, n, sp) * size(-0.7, 0.7, 0.3)
    season = repeated(seasonal_pattern(rng, n_series, sp), n) * size(-0.7, 1, 0.8)
    y = level + cycle + season + size(-1, 0.3, 0.6) * rng.normal(size=(n_series, n))
    span = y.max(1, keepdims=True) - y.min(1, keepdims=True) + 1e-9
    multiplicative = np.exp(y / span * rng.uniform(0.2, 3, (n_series, 1)))
    return np.where(rng.random((n_series, 1)) < 0.7, multiplicative, y)


def random_sizes(
    rng: Generator, n_series: int, low: float, high: float, used: float = 1.0
) -> np.ndarray:
    """Sizes (n_series, 1) from 10**low to 10**high; zero but for a share of them, which is used."""
    chosen = rng.random((n_series, 1)) < used
    return np.where(chosen, 10 ** rng.uniform(low, high, (n_series, 1)), 0)


def regimes(rng: Generator, n_series: int, n: int, sp: int) -> np.ndarray:
    """Levels, slopes and noise that jump between a few regimes (Hamilton 1989)."""
    states = markov_chain(rng, n_series, n, persistence=(0.9, 0.995), n_states=3)
    levels = rng.normal(size=(n_series, 3)) * 10 ** rng.uniform(-0.5, 1, (n_series, 1))
    slopes = rng.normal(size=(n_series, 3)) * 10 ** rng.uniform(-2, 0, (n_series, 1))
    of_state = np.take_along_axis
    y = of_state(levels, states, 1) + np.cumsum(of_state(slopes, states, 1), axis=1)
    noise = 10 ** rng.uniform(-1, 0.3, (n_series, 3))
    return y + of_state(noise, states, 1) * rng.normal(size=y.shape)


def seasonal_pattern(rng: Generator, n_series: int, sp: int) -> np.ndarray:
    """One season of unit deviation, (n_series, sp): smooth, free, or a few peaks; zero for 1."""
    if sp == 1:
        return np.zeros((n_series, 1))
    t = np.arange(sp)
    smooth = np.zeros((n_series, sp))
    decay = rng.uniform(0.3, 2.5, n_series)
    for k in range(1, min(sp // 2, 12) + 1):
        amplitude = rng.normal(size=n_series) / k**decay
        phase = rng.uniform(0, 2 * np.pi, n_series)
        smooth += amplitude[:, None] * np.sin(2 * np.pi * k * t / sp + phase[:, None])
    free = rng.normal(size=(n_series, sp))
    peaks = (rng.random((n_series, sp)) < rng.uniform(0.05, 0.4, (n_series, 1))) * rng.gamma(
        2, 1, (n_series, sp)
    )
    kind = rng.choice(3, (n_series, 1), p=[0.55, 0.25, 0.2])
    pattern = np.where(kind == 0, smooth, np.where(kind == 1, free, peaks))
    pattern -= pattern.mean(1, keepdims=True)
    return pattern / (pattern.std(1, keepdims=True) + 1e-6)


def repeated(pattern: np.ndarray, n: int) -> np.ndarray:
    """A pattern over ``n`` steps."""
    return pattern[:, np.arange(n) % pattern.shape[1]]
