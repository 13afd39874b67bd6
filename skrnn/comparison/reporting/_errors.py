"""The error of each model, with its standard error."""

from ._style import GRID, KINDS, MUTED, add_legend, kind_marks, new_figure, shorten, write_note
from ._table import finished, first_metric, kind_of, number_format


def draw_errors(comparison, width: float):
    """One row a model, best on top; the dashed line is the best classical model."""
    metric = first_metric(comparison)
    table = finished(comparison)
    table = table[table[metric].notna()]
    if table.empty:
        return write_note(width, comparison.verdict)
    write = number_format(metric, table[metric])
    kinds = [kind_of(comparison, model) for model in table.index]
    figure = new_figure(width, 1.3 + 0.3 * len(table))
    axes = figure.add_subplot()
    for place, error in enumerate(table[metric]):
        colour, marker = KINDS[kinds[place]]
        spread = _standard_error(table, metric, place)
        axes.errorbar(
            error, place, xerr=spread, color=colour, marker=marker, ms=6, lw=1.6, capsize=3
        )
        axes.annotate(
            write(error),
            (error + (spread or 0), place),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
    axes.set_yticks(range(len(table)), [shorten(str(model), width) for model in table.index])
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xlim(0, axes.get_xlim()[1] * 1.08)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=GRID)
    axes.spines["left"].set_visible(False)
    figure.supxlabel(f"{metric} ± standard error", fontsize="medium")
    reference = _draw_reference(axes, comparison, table[metric])
    add_legend(figure, [*kind_marks(kinds), *reference])
    return figure


def _standard_error(table, metric: str, place: int) -> float | None:
    spread = table.get(f"{metric}_se")
    return None if spread is None or spread.isna().iloc[place] else float(spread.iloc[place])


def _draw_reference(axes, comparison, errors) -> list:
    reference = comparison.significance.reference
    if reference not in errors.index:
        return []
    style = {"color": MUTED, "lw": 0.9, "ls": (0, (4, 3)), "label": "best classical model"}
    return [axes.axvline(errors[reference], zorder=0, **style)]
