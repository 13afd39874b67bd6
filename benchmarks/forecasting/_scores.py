"""Errors of forecasts, as the M4 competition defines them, and of intervals."""

import numpy as np

PROBABILITIES = (0.025, 0.1, 0.5, 0.9, 0.975)


def mase_scales(train: list[np.ndarray], sp: int) -> np.ndarray:
    """In-sample mean absolute error of the seasonal naive forecast of each series."""
    lags = [sp if len(y) > sp else 1 for y in train]
    return np.array([np.abs(y[lag:] - y[:-lag]).mean() for y, lag in zip(train, lags)])


def point_scores(forecast: np.ndarray, truth: np.ndarray, scales: np.ndarray) -> tuple:
    """SMAPE (percent) and MASE, means over series of shape (n_series, horizon)."""
    used = scales > 0
    size = np.abs(forecast) + np.abs(truth)
    smape = 200 * np.abs(forecast - truth) / np.where(size > 0, size, 1)
    mase = np.abs(forecast - truth).mean(1)[used] / scales[used]
    return smape.mean(), mase.mean()


def interval_scores(quantiles: dict, truth: np.ndarray, scales: np.ndarray) -> tuple:
    """Coverage of the 80 and 95 % intervals, and the mean scaled quantile loss.

    Parameters
    ----------
    quantiles : dict of float to ndarray of shape (n_series, horizon)
        At `PROBABILITIES`.
    """
    used = scales > 0
    inside_80 = (truth >= quantiles[0.1]) & (truth <= quantiles[0.9])
    inside_95 = (truth >= quantiles[0.025]) & (truth <= quantiles[0.975])
    losses = []
    for p in PROBABILITIES:
        error = truth - quantiles[p]
        losses.append(2 * np.maximum(p * error, (p - 1) * error).mean(1)[used] / scales[used])
    return inside_80.mean(), inside_95.mean(), np.mean(losses)
