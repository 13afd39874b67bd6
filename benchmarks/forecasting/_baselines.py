"""Classical forecasts by statsforecast, kept on disk: AutoARIMA over a panel takes many minutes.

They are kept with the version of statsforecast, and computed anew with another one; files of
earlier days say no version and are used as they are, which `origin` tells. Run as a script to
compute all of them in advance: ``python benchmarks/forecasting/_baselines.py``.
"""

import time
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from _series import PANELS, Task, load_panel, rolling_folds, single_series

STORE = Path(__file__).parent / "results"
UNKNOWN = "an unknown version"
used_versions = set()  # of statsforecast, by all forecasts so far
NAMES = ("AutoETS", "AutoARIMA", "AutoTheta", "SeasonalNaive")
LEVELS = (80, 95)
SAMPLE = 200
SAMPLED = {"AutoARIMA": ("M3 monthly", "M4 weekly", "Tourism quarterly")}


@dataclass(frozen=True)
class Forecasts:
    """Point forecasts, intervals and the time they took.

    Attributes
    ----------
    mean : ndarray of shape (n_series, horizon)
    quantiles : dict of float to ndarray of shape (n_series, horizon)
    seconds : float
        Of processor time for all series, in one process and one thread: other work on the
        machine does not count.
    """

    mean: np.ndarray
    quantiles: dict
    seconds: float


def sample_of(task: Task, n: int = SAMPLE) -> np.ndarray:
    """Indices of a fixed sample of series."""
    if len(task.train) <= n:
        return np.arange(len(task.train))
    return np.sort(np.random.default_rng(0).choice(len(task.train), n, replace=False))


def classical(task: Task, name: str, key: str | None = None) -> Forecasts:
    """Forecasts of one model for all series of a task, from the store if they are there."""
    path = STORE / f"{key or task.name} {name}.npz".replace(" ", "_")
    if path.exists():
        with np.load(path) as z:
            made_by = str(z["version"]) if "version" in z.files else UNKNOWN
            if made_by in (UNKNOWN, version("statsforecast")):
                used_versions.add(made_by)
                quantiles = {float(k[1:]): z[k] for k in z.files if k.startswith("q")}
                return Forecasts(z["mean"], quantiles, float(z["seconds"]))
    result = _forecast(task, name)
    used_versions.add(version("statsforecast"))
    STORE.mkdir(exist_ok=True)
    quantiles = {f"q{level}": values for level, values in result.quantiles.items()}
    made = {"seconds": result.seconds, "version": version("statsforecast")}
    np.savez(path, mean=result.mean, **made, **quantiles)
    return result


def origin() -> str:
    """A note on the versions that made the forecasts so far."""
    return f"\n*Classical forecasts: statsforecast {' and '.join(sorted(used_versions))}.*"


def _forecast(task: Task, name: str) -> Forecasts:
    from statsforecast import StatsForecast, models

    model = getattr(models, name)(season_length=task.sp)
    fallback = models.SeasonalNaive(season_length=task.sp)
    long = pd.concat(
        [
            pd.DataFrame({"unique_id": i, "ds": range(len(y)), "y": y})
            for i, y in enumerate(task.train)
        ]
    )
    engine = StatsForecast(models=[model], freq=1, n_jobs=1, fallback_model=fallback)
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = engine.forecast(df=long, h=task.horizon, level=list(LEVELS))
    seconds = time.process_time() - start
    frame = frame.sort_values(["unique_id", "ds"])
    shape = len(task.train), task.horizon
    column = {
        "mean": name,
        0.1: f"{name}-lo-80",
        0.9: f"{name}-hi-80",
        0.025: f"{name}-lo-95",
        0.975: f"{name}-hi-95",
    }
    values = {key: frame[col].to_numpy().reshape(shape) for key, col in column.items()}
    return Forecasts(values.pop("mean"), values, seconds)


def warm_up() -> None:
    """Let numba compile, so that it is not counted."""
    y = 10 + np.sin(np.arange(40.0)) + np.arange(40) / 10
    task = Task("warm-up", 4, [y], np.zeros((1, 4)))
    for name in NAMES:
        _forecast(task, name)


if __name__ == "__main__":
    warm_up()
    for series, (y, sp, horizon) in single_series().items():
        for fold, task in enumerate(rolling_folds(series, y, sp, horizon)):
            for name in NAMES:
                classical(task, name, f"{series} {fold}")
        print(series, flush=True)
    for panel in PANELS:
        task = load_panel(panel)
        for name in NAMES:
            part = task.take(sample_of(task)) if panel in SAMPLED.get(name, ()) else task
            print(panel, name, len(part.train), round(classical(part, name).seconds), flush=True)
