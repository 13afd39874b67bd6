"""Bundled series by name."""

from dataclasses import dataclass
from importlib.resources import files

import pandas as pd


@dataclass(frozen=True)
class SeriesInfo:
    """What a bundled series is.

    Attributes
    ----------
    title : str
    freq : str
        Frequency of its PeriodIndex.
    sp : int
        Usual seasonal period.
    """

    title: str
    freq: str
    sp: int


SERIES = {
    "airline": SeriesInfo("International airline passengers, thousands, 1949-1960", "M", 12),
    "co2": SeriesInfo("Weekly atmospheric CO2 at Mauna Loa, ppm, 1958-2001", "W-SAT", 52),
    "elnino": SeriesInfo("Pacific sea surface temperature, degrees Celsius, 1950-2010", "M", 12),
    "gdp": SeriesInfo("Real gross domestic product of the USA, 1959-2009", "Q", 4),
    "lynx": SeriesInfo("Canadian lynx trapped a year, 1821-1934", "Y", 1),
    "nile": SeriesInfo("Annual flow of the Nile at Aswan, 1871-1970", "Y", 1),
    "sunspots": SeriesInfo("Annual sunspot activity, 1700-2008", "Y", 1),
    "unemployment": SeriesInfo("Unemployment rate of the USA, per cent, 1959-2009", "Q", 4),
}


def load_series(name: str) -> pd.Series:
    """Load a bundled series.

    Parameters
    ----------
    name : str
        One of ``SERIES``. Sources and licences are in ``skrnn/datasets/SOURCES.md``.

    Returns
    -------
    pandas.Series
        With a PeriodIndex and no missing values.

    Raises
    ------
    ValueError
        If there is no such series.
    """
    if name not in SERIES:
        raise ValueError(f"There is no bundled series {name!r}; choose one of {sorted(SERIES)}.")
    with files(__package__).joinpath(f"{name}.csv").open() as stream:
        table = pd.read_csv(stream)
    index = pd.PeriodIndex(table["period"].astype(str), freq=SERIES[name].freq, name="period")
    return pd.Series(table["value"].to_numpy(dtype=float), index=index, name=name)
