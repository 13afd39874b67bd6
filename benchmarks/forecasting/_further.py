"""Real series that were listed, with horizons and folds, before the first run with them.

All come with installed packages: statsmodels (some among its tests), sktime and matplotlib.
"""

from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import sktime
import statsmodels
import statsmodels.api as sm
from _series import Task, without_end
from statsmodels.datasets import elec_equip
from statsmodels.tsa.statespace.tests.results.results_sarimax import wpi1_data

STATSMODELS = Path(statsmodels.__file__).parent
SKTIME = Path(sktime.__file__).parent / "datasets" / "data"
SAMPLES = Path(matplotlib.get_data_path()) / "sample_data"
THREE_WEEKS = 3 * 7 * 48  # half-hours; AutoARIMA takes too long on more


def further_series() -> dict[str, tuple[np.ndarray, int, int]]:
    """Single series with the seasonal period and the horizon of each."""
    tables = {
        ("US", 4, 8): sm.datasets.macrodata.load_pandas().data[
            ["realcons", "realgovt", "realdpi", "cpi", "m1", "pop", "realint"]
        ],
        ("Denmark", 4, 4): sm.datasets.danish_data.load_pandas().data[
            ["lrm", "lry", "lpy", "ibo", "ide"]
        ],
        ("Germany", 4, 8): sm.datasets.interest_inflation.load_pandas().data[["Dp", "R"]],
        ("West Germany", 4, 8): pd.read_stata(STATSMODELS / "tsa/tests/results/lutkepohl2.dta")[
            ["inv", "inc", "consump"]
        ],
        ("manufacturing", 12, 12): pd.read_stata(
            STATSMODELS / "tsa/statespace/tests/results/manufac.dta"
        )[["hours", "caputil"]],
        ("shares", 12, 12): _first_of_months()[["IBM", "AAPL"]],
    }
    series = {
        f"{source} {name}": (column, sp, horizon)
        for (source, sp, horizon), table in tables.items()
        for name, column in table.items()
    }
    series |= {
        "electrical equipment": (elec_equip.load_pandas().data.iloc[:, 0], 12, 12),
        "road casualties": (pd.read_csv(SKTIME / "seatbelts/seatbelts.csv")["KSI"], 12, 12),
        "US unemployed, monthly": (_of_tests("UN"), 12, 12),
        "Baa bond yield": (_of_tests("BAA"), 12, 12),
        "S&P 500": (_of_tests("SP500"), 12, 12),
        "US real GNP, yearly": (_of_tests("rgnp"), 1, 4),
        "US GNP deflator": (_of_tests("gnpdef"), 1, 4),
        "US stock prices": (_of_tests("stkprc"), 1, 10),
        "US wholesale prices": (wpi1_data, 4, 8),
        "solar power": (pd.read_csv(SKTIME / "solar/solar.csv")["solar_gen"], 48, 24),
        "electricity": (
            pd.read_csv(STATSMODELS / "tsa/stl/tests/results/mstl_elec_vic.csv")["y"],
            48,
            48,
        ),
    }
    return {
        name: (np.asarray(y, dtype=float)[-THREE_WEEKS:], sp, horizon)
        for name, (y, sp, horizon) in series.items()
    }


def further_panels() -> list[Task]:
    """Panels, with the end of each series to forecast."""
    births = sm.datasets.fertility.load_pandas().data.loc[:, "1960":"2011"].dropna()
    firms = sm.datasets.grunfeld.load_pandas().data
    of_firms = firms.pivot_table(index="year", columns="firm")  # investment, value, capital
    return [
        without_end("Births a woman, by country", 1, births.to_numpy(float), horizon=6),
        without_end("US companies", 1, of_firms.to_numpy(float).T, horizon=4),
    ]


def _of_tests(name: str) -> pd.Series:
    """A series of the tests of statsmodels."""
    return pd.read_csv(STATSMODELS / f"tsa/tests/results/{name}.csv").iloc[:, 0]


def _first_of_months() -> pd.DataFrame:
    """Monthly prices of shares; other rows of the table are of other days."""
    table = pd.read_csv(SAMPLES / "Stocks.csv", comment="#", parse_dates=["Date"])
    return table[table["Date"].dt.day == 1].set_index("Date")
