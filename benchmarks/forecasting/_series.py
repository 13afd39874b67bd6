"""Real series: panels of the forecasting competitions, and single ones of installed packages."""

import os
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(os.environ.get("SKRNN_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))

PANELS = {
    "M4 weekly": ("m4/m4_weekly.npz", 1),
    "M3 monthly": ("mcomp/m3_monthly.npz", 12),
    "M3 yearly": ("mcomp/m3_yearly.npz", 1),
    "M3 other": ("mcomp/m3_other.npz", 1),
    "M1 quarterly": ("mcomp/m1_quarterly.npz", 4),
    "Tourism quarterly": ("mcomp/tourism_quarterly.npz", 4),
}


@dataclass(frozen=True)
class Task:
    """Series to forecast, and what came.

    Attributes
    ----------
    name : str
    sp, horizon : int
    train : list of ndarray
    test : ndarray of shape (n_series, horizon)
    """

    name: str
    sp: int
    train: list
    test: np.ndarray

    @property
    def horizon(self) -> int:
        return self.test.shape[1]

    def take(self, index) -> "Task":
        return Task(self.name, self.sp, [self.train[i] for i in index], self.test[index])

    def frame(self) -> pd.DataFrame:
        """The training data as an sktime panel."""
        parts = {i: pd.DataFrame({"y": y}) for i, y in enumerate(self.train)}
        return pd.concat(parts, names=["series", "time"])


def data_file(name: str) -> Path:
    """A file of the benchmark data, or the end of the script with the reason."""
    path = DATA / name
    if not path.exists():
        sys.exit(f"{name} is not in {DATA}; set SKRNN_DATA to the folder with the data.")
    return path


def load_panel(name: str) -> Task:
    """A competition's panel, with its official test part."""
    file, sp = PANELS[name]
    with np.load(data_file(file)) as z:
        bounds = z["offsets"]
        values = z["values"].astype(float)
        test = z["test"].astype(float)
    train = [values[a:b] for a, b in pairwise(bounds)]
    return Task(name, sp, train, test)


def single_series() -> dict[str, tuple[np.ndarray, int, int]]:
    """Single series with the seasonal period and the horizon of each."""
    import statsmodels.api as sm
    from sktime import datasets as sk

    from skrnn.datasets import load_series

    macro = sm.datasets.macrodata.load_pandas().data
    series = {
        "airline": (sk.load_airline(), 12, 12),
        "lynx": (sk.load_lynx(), 1, 10),
        "sunspots": (sm.datasets.sunspots.load_pandas().data["SUNACTIVITY"], 1, 10),
        "shampoo": (sk.load_shampoo_sales(), 1, 4),
        "PBS scripts": (sk.load_PBS_dataset(), 12, 12),
        "CO2 monthly": (load_series("co2").to_timestamp().resample("MS").mean(), 12, 12),
        "nile": (sm.datasets.nile.load_pandas().data["volume"], 1, 10),
        "US unemployment rate": (load_series("unemployment"), 4, 8),
        "El Nino": (load_series("elnino"), 12, 12),
        "US real GDP": (macro["realgdp"], 4, 8),
        "US investment": (macro["realinv"], 4, 8),
        "US T-bill rate": (macro["tbilrate"], 4, 8),
        "US inflation": (macro["infl"], 4, 8),
        "copper": (sm.datasets.copper.load_pandas().data["WORLDCONSUMPTION"], 1, 4),
    }
    target, others = sk.load_uschange()
    for name, column in [(target.name, target), *others.items()]:
        series[f"uschange {name}"] = (column, 4, 8)
    return {
        name: (np.asarray(y, dtype=float), sp, horizon) for name, (y, sp, horizon) in series.items()
    }


def rolling_folds(name: str, y: np.ndarray, sp: int, horizon: int, n_folds: int = 4) -> list[Task]:
    """Tasks of growing length whose test parts follow one upon the other up to the end."""
    ends = len(y) - horizon * np.arange(n_folds, 0, -1)
    return [Task(name, sp, [y[:end]], y[None, end : end + horizon]) for end in ends]


def without_end(name: str, sp: int, values: np.ndarray, horizon: int) -> Task:
    """A task for a panel of even length, (n_series, n), whose end is to be forecast."""
    return Task(name, sp, list(values[:, :-horizon]), values[:, -horizon:])
