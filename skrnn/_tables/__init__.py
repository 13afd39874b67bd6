"""Series from CSV and Parquet files, with errors that name columns and rows."""

from ._columns import Columns
from ._labels import Labels
from ._series import SeriesData, read_future, read_series

__all__ = ["Columns", "Labels", "SeriesData", "read_future", "read_series"]
