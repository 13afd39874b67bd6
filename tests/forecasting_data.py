"""Series that several of the forecasters' test files use, and quick forecasters."""

import numpy as np
import pandas as pd

from skrnn.forecasting import GRUForecaster

QUICK = {"prior": None, "max_steps": 20, "n_members": 1, "random_state": 0}


def quick(**parameters):
    """A forecaster that trains one small network for a moment, and uses no other."""
    return GRUForecaster(**{**QUICK, **parameters})


def seasonal(n=120, sp=6, seed=0):
    """Trend, season and a little noise by the month; negative in the first months."""
    t = np.arange(n)
    y = 10 * np.sin(2 * np.pi * t / sp) + 0.3 * t
    y = y + 0.1 * np.random.default_rng(seed).normal(size=n)
    return pd.Series(y, index=pd.period_range("2000-01", periods=n, freq="M"), name="y")


def panel(n_series=5):
    """Series of different lengths and scales, all up to the same month."""
    frames = {f"store {i}": seasonal(seed=i).iloc[10 * i :] * (i + 1) for i in range(n_series)}
    return pd.concat(frames, names=["store", "month"]).to_frame()


def without_last(y, n):
    """A panel without the last rows of each series."""
    return y.groupby(level=0, sort=False).head(-n)
