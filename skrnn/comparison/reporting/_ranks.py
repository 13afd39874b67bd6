"""Which models differ: a critical-difference diagram, or errors with their standard errors."""

import math

import pandas as pd

from ._errors import draw_errors
from ._style import INK, KINDS, MUTED, add_legend, kind_marks, new_figure, shorten, styled
from ._table import kind_of

ROW = 0.25  # height of a label's row, in inches; all heights below are in rows
BAR = 0.42
BAR_STYLE = {"color": INK, "lw": 3.5, "zorder": 3, "clip_on": False, "solid_capstyle": "projecting"}


@styled
def plot_ranks(comparison, width: float = 9.0):
    """Draw how the models rank.

    For ten or more series the critical-difference diagram of [1]_: mean ranks over the series on
    an axis, and bars that join models which do not differ by more than the critical difference of
    Nemenyi's test. Otherwise the first metric of each model with its standard error.

    Parameters
    ----------
    comparison : Comparison
    width : float, default=9.0
        Of the figure, in inches.

    Returns
    -------
    matplotlib.figure.Figure

    References
    ----------
    .. [1] J. Demsar, "Statistical comparisons of classifiers over multiple data sets", Journal of
       Machine Learning Research 7, 2006.
    """
    if comparison.significance.mean_ranks is None:
        return draw_errors(comparison, width)
    ranks = comparison.significance.mean_ranks.sort_values(kind="stable")
    return _draw_diagram(comparison, ranks, width)


def cliques(ranks: pd.Series, critical_difference: float) -> list[tuple[float, float]]:
    """First and last rank of each largest group that no test splits, best first.

    Parameters
    ----------
    ranks : Series
        Mean ranks in ascending order.
    critical_difference : float
        Models that differ by as much or more are no group.
    """
    groups = []
    for first in ranks:
        last = ranks[ranks < first + critical_difference].max()
        if last > first and (not groups or last > groups[-1][1]):
            groups.append((first, last))
    return groups


def _draw_diagram(comparison, ranks: pd.Series, width: float):
    difference = comparison.significance.critical_difference
    bars = cliques(ranks, difference)
    first_label = 0.9 + BAR * len(bars)
    rows = first_label + math.ceil(len(ranks) / 2)
    figure = new_figure(width, ROW * (rows + 4.5))
    axes = figure.add_subplot()
    axes.set_ylim(rows - 0.4, -2.2)
    _draw_axis(axes, len(ranks))
    _draw_models(axes, comparison, ranks, first_label)
    figure.supxlabel("mean rank over the series, 1 is best", fontsize="medium")
    for number, ends in enumerate(bars):
        axes.plot(ends, [0.5 + BAR * number] * 2, **BAR_STYLE)
    _draw_scale(axes, difference)
    kinds = [kind_of(comparison, model) for model in ranks.index]
    bar = axes.plot([], [], **BAR_STYLE, label="no significant difference")
    add_legend(figure, kind_marks(kinds) + bar)
    return figure


def _draw_axis(axes, n_models: int) -> None:
    axes.set_xlim(1, n_models)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.plot([1, n_models], [0, 0], color=INK, lw=1, clip_on=False)
    step = 1 if n_models <= 8 else 2
    for rank in range(1, n_models + 1):
        axes.plot([rank, rank], [-0.25, 0], color=MUTED, lw=0.8, clip_on=False)
        if (rank - 1) % step == 0:
            axes.text(rank, -0.4, str(rank), ha="center", va="bottom")


def _draw_models(axes, comparison, ranks: pd.Series, first_label: float) -> None:
    """The better half is named on the left, the others on the right, from the outside inward."""
    n_left = math.ceil(len(ranks) / 2)
    for place, (model, rank) in enumerate(ranks.items()):
        left = place < n_left
        row = first_label + (place if left else len(ranks) - 1 - place)
        side = 1 if left else len(ranks)
        colour, marker = KINDS[kind_of(comparison, model)]
        line = {"color": colour, "lw": 1, "clip_on": False, "zorder": 2}
        axes.plot([rank, rank, side], [0, row, row], **line)
        axes.plot(rank, 0, marker=marker, ms=5.5, **line)
        name = shorten(str(model), axes.figure.get_figwidth())
        axes.annotate(
            f"{name}  {rank:.1f}" if left else f"{rank:.1f}  {name}",
            (side, row),
            xytext=(-4 if left else 4, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
        )


def _draw_scale(axes, difference: float) -> None:
    height = -1.7
    axes.plot([1, 1 + difference], [height, height], color=INK, lw=1, clip_on=False)
    for end in (1, 1 + difference):
        axes.plot([end, end], [height - 0.15, height + 0.15], color=INK, lw=1, clip_on=False)
    axes.text(1, height - 0.3, f"critical difference {difference:.2f}", ha="left", va="bottom")
