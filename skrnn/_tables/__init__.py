"""Series from CSV and Parquet files, with errors that name columns and rows."""

from ._columns import Columns
from ._files import how_to_melt
from ._labels import Labels
from ._series import SeriesData, read_future, read_series

__all__ = ["Columns", "Labels", "SeriesData", "how_to_melt", "read_future", "read_series"]
