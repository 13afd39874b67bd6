"""sktime's series, panels and hierarchies become lists of arrays, and forecasts go back."""

import numpy as np
import pandas as pd
from sktime.datatypes import get_cutoff
from sktime.forecasting.base import ForecastingHorizon


def split_series(y: pd.Series | pd.DataFrame) -> dict:
    """Series of a panel by instance; a single series has the key None."""
    if not isinstance(y.index, pd.MultiIndex):
        return {None: y}
    levels = list(range(y.index.nlevels - 1))
    groups = y.groupby(level=levels if len(levels) > 1 else 0, sort=False)
    return {key: group.droplevel(levels) for key, group in groups}


def as_array(series: pd.Series | pd.DataFrame) -> np.ndarray:
    """Values of one series in double precision, shape (n_timesteps,)."""
    return series.to_numpy(dtype=np.float64).reshape(-1)


def forecast_frame(values: np.ndarray, steps: np.ndarray, series: dict, like) -> pd.DataFrame:
    """Forecasts in the container and with the names of the training data.

    Parameters
    ----------
    values : ndarray of shape (n_series, n_steps)
    steps : ndarray of shape (n_steps,)
        Steps after the end of each series.
    series : dict
        As `split_series` returns it; each forecast starts at its own series' end.
    like : Series or DataFrame
        The training data.
    """
    horizon = ForecastingHorizon(steps, is_relative=True)
    parts = {}
    for (key, history), row in zip(series.items(), values):
        index = horizon.to_absolute_index(get_cutoff(history, return_index=True))
        parts[key] = pd.DataFrame(row[:, None], index=index)
    single = None in parts
    frame = parts[None] if single else pd.concat(parts, names=like.index.names)
    if isinstance(like, pd.Series):
        forecast = frame.iloc[:, 0]
        forecast.name = like.name
        return forecast
    frame.columns = like.columns
    return frame
