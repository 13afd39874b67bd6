"""Real series that ship with the package."""

from ._load import SERIES, SeriesInfo, load_series

__all__ = ["SERIES", "SeriesInfo", "load_series"]
