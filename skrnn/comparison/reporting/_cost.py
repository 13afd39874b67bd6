"""What the accuracy costs: error against seconds."""

import numpy as np
import pandas as pd

from ..._optional import import_optional
from ._labels import label_points
from ._style import JOINT, KINDS, add_legend, kind_marks, new_figure, shorten, styled, write_note
from ._table import finished, first_metric, kind_of

LOG_FROM = 8  # ratio of the largest to the smallest error from which their axis is logarithmic


@styled
def plot_cost(comparison, width: float = 9.0):
    """Draw the error of each model against its seconds, with the Pareto front.

    Models on the front are those that no other model beats in both. If no model has an error, the
    verdict stands there, which says why.

    Parameters
    ----------
    comparison : Comparison
    width : float, default=9.0
        Of the figure, in inches.

    Returns
    -------
    matplotlib.figure.Figure
    """
    costs = read_costs(comparison)
    if costs.empty:
        return write_note(width, comparison.verdict)
    kinds = [kind_of(comparison, model) for model in costs.index]
    on_front = pareto_front(costs)
    figure = new_figure(width, min(4.6, 1.6 + 0.55 * width))
    axes = figure.add_subplot()
    _set_axes(axes, costs, first_metric(comparison))
    for place, (seconds, error) in enumerate(costs.to_numpy()):
        colour, marker = KINDS[kinds[place]]
        face = colour if on_front[place] else "white"
        axes.plot(seconds, error, marker=marker, color=colour, markerfacecolor=face, ms=6.5)
    front = _draw_front(axes, costs[on_front])
    figure.supxlabel("seconds to fit and predict, mean of a fold", fontsize="medium")
    add_legend(figure, [*kind_marks(kinds), front])
    names = [shorten(str(model), width) for model in costs.index]
    label_points(axes, costs.to_numpy(), names, avoid=front.get_xydata())
    return figure


def read_costs(comparison) -> pd.DataFrame:
    """Seconds (at least a millisecond) and error of each model that has both."""
    table = finished(comparison)
    seconds = table["fit_seconds"] + table["predict_seconds"]
    costs = pd.DataFrame(
        {"seconds": seconds.clip(lower=1e-3), "error": table[first_metric(comparison)]}
    )
    return costs.astype(float).dropna()


def pareto_front(costs: pd.DataFrame) -> np.ndarray:
    """Mark the models that no other one beats in seconds and error at once, shape (n_models,)."""
    seconds, error = costs["seconds"].to_numpy(), costs["error"].to_numpy()
    no_worse = (seconds[:, None] <= seconds) & (error[:, None] <= error)
    better = (seconds[:, None] < seconds) | (error[:, None] < error)
    return ~(no_worse & better).any(axis=0)


def _draw_front(axes, front: pd.DataFrame):
    """Steps between the models of the front, which are drawn filled."""
    front = front.sort_values("seconds")
    x, y = front["seconds"].to_numpy(), front["error"].to_numpy()
    x, y = np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
    label = "Pareto front: none is faster and better"
    return axes.plot(x, y, color=JOINT, lw=1, zorder=1, label=label)[0]


def _set_axes(axes, costs: pd.DataFrame, metric: str) -> None:
    axes.set_xscale("log")
    axes.set_xlim(costs["seconds"].min() / 3, costs["seconds"].max() * 3)
    axes.margins(y=0.15)
    if costs["error"].max() > LOG_FROM * costs["error"].min() > 0:
        axes.set_yscale("log")
        _thin_ticks(axes.yaxis, costs["error"])
    _thin_ticks(axes.xaxis, costs["seconds"])
    axes.grid(True)
    axes.set_ylabel(f"{metric} (lower is better)")


def _thin_ticks(axis, values: pd.Series) -> None:
    """Plain numbers at powers of ten, and between them where there are few."""
    ticker = import_optional("matplotlib.ticker", "plot")
    between = (1, 3) if values.max() < 300 * values.min() else (1,)
    axis.set_major_locator(ticker.LogLocator(subs=between))
    axis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.minorticks_off()
