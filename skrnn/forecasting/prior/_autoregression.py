"""Autoregressive forecasts of many windows, estimated in closed form."""

import numpy as np

LAGS = 10
FEWEST_PER_LAG = 3  # observations
STRENGTH = 2.0  # of the prior, in observations for the first lag
FARTHEST = 50.0  # from the last value, in scales of the series


def autoregressive_forecasts(windows: np.ndarray, lengths: np.ndarray, horizon: int) -> np.ndarray:
    """Forecast each window by a regression of its differences on level and earlier differences.

    A ridge penalty that grows with the lag draws the coefficients to those of a random walk, as
    the Minnesota prior does.

    Parameters
    ----------
    windows : ndarray of shape (n, window_length)
        The last ``lengths`` values of each row are used.
    lengths : ndarray of shape (n,)
    horizon : int

    Returns
    -------
    ndarray of shape (n, horizon)

    References
    ----------
    .. [1] Litterman, "Forecasting with Bayesian vector autoregressions", Journal of Business and
           Economic Statistics 4, 1986.
    """
    width = windows.shape[1]
    own_lags = np.clip(lengths // FEWEST_PER_LAG - 2, 0, LAGS)[:, None]
    n_lags = int(own_lags.max())
    naive = np.repeat(windows[:, -1:], horizon, axis=1)
    if n_lags == 0:
        return naive
    before = width - lengths[:, None]  # places in a row that are not of the series
    inside = np.arange(width) >= before
    mean = (windows * inside).sum(1, keepdims=True) / np.maximum(lengths, 1)[:, None]
    deviations = np.where(inside, windows - mean, 0)
    differences = np.diff(deviations, axis=1) * inside[:, :-1]
    # a row for each difference with its lags; it counts if the oldest value in it is inside
    used = np.arange(width - 1 - n_lags) + n_lags - own_lags >= before
    lagged = [
        differences[:, n_lags - lag : width - 1 - lag] * (lag <= own_lags)
        for lag in range(1, n_lags + 1)
    ]
    design = np.stack([deviations[:, n_lags:-1], *lagged, np.ones(used.shape)], axis=2)
    design *= used[..., None]  # (n, rows, 1 + n_lags + 1): level, lags, drift
    target = differences[:, n_lags:] * used
    size = np.sqrt((design**2).sum(1) / np.maximum(used.sum(1), 1)[:, None]) + 1e-9
    design /= size[:, None]
    penalty = STRENGTH * np.array([1.0, *np.arange(1, n_lags + 1), 1.0])
    gram = np.einsum("ntk,ntl->nkl", design, design) + np.diag(penalty)
    moments = np.einsum("ntk,nt->nk", design, target)
    coefficients = np.linalg.solve(gram, moments[..., None])[..., 0] / size
    recent = differences[:, ::-1][:, :n_lags]
    forecasts = mean + _iterate(deviations[:, -1], recent, coefficients, horizon)
    return np.where(own_lags > 0, forecasts, naive)


def _iterate(last, recent, coefficients, horizon: int) -> np.ndarray:
    """Go on from the last deviation and the recent differences, newest first."""
    value, forecasts = last, np.empty((len(last), horizon))
    for step in range(horizon):
        change = coefficients[:, 0] * value + coefficients[:, -1]
        change = change + (coefficients[:, 1:-1] * recent).sum(1)
        value = np.clip(value + change, last - FARTHEST, last + FARTHEST)
        recent = np.concatenate([change[:, None], recent[:, :-1]], axis=1)
        forecasts[:, step] = value
    return forecasts


def seasonal_autoregressive_forecasts(
    windows: np.ndarray, lengths: np.ndarray, sp: int, horizon: int
) -> np.ndarray:
    """The same on seasonal differences; where there are none, as without a season."""
    plain = autoregressive_forecasts(windows, lengths, horizon)
    if sp == 1 or windows.shape[1] <= sp + 1:
        return plain
    changes = windows[:, sp:] - windows[:, :-sp]
    forecasts = autoregressive_forecasts(changes, np.maximum(lengths - sp, 0), horizon)
    values = np.concatenate([windows[:, -sp:], forecasts], axis=1)
    for step in range(horizon):
        values[:, sp + step] += values[:, step]
    return np.where((lengths > sp + 1)[:, None], values[:, sp:], plain)
