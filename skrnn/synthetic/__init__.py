"""Synthetic time series, drawn many at a time."""

from ._mixture import KINDS, draw_series

__all__ = ["KINDS", "draw_series"]
