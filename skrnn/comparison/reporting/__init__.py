"""Pictures and pages of a comparison."""

from ._cost import plot_cost
from ._forecasts import plot_forecasts
from ._html import report_html, short_html
from ._markdown import report_markdown
from ._ranks import plot_ranks

__all__ = [
    "plot_cost",
    "plot_forecasts",
    "plot_ranks",
    "report_html",
    "report_markdown",
    "short_html",
]
