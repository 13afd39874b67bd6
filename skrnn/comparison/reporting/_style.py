"""What all pictures share: colours, marks and dark text."""

import math
from functools import wraps

from ..._optional import import_optional

INK = "#1a1a1a"
MUTED = "#595959"  # 7:1 on white
GRID = "#d9d9d9"
JOINT = "#8c8c8c"  # that joins points, or a label to its point
# Okabe and Ito, "Color universal design", 2008. Vermilion is kept for networks, and the lightest
# hues come last.
COLOURS = ("#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.5, 1.2, 1.5)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
# By kind of model: colour, marker
KINDS = {"network": ("#D55E00", "o"), "classical": ("#4d4d4d", "s")}

LETTER, MARK = 0.07, 0.6  # inches that a letter and a mark with its gaps take in a legend

STYLE = {
    "font.size": 9.5,
    "text.color": INK,
    "text.parse_math": False,  # names of models and series may hold dollar signs
    "figure.facecolor": "white",
    "axes.facecolor": "white",
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.borderaxespad": 0,
    "legend.columnspacing": 1.4,
}


def styled(draw):
    """Run a drawing function in the style of the pictures, whatever the user's own style is."""

    @wraps(draw)
    def draw_in_style(*args, **options):
        matplotlib = import_optional("matplotlib", "plot")
        with matplotlib.rc_context(STYLE):
            figure = draw(*args, **options)
            figure.draw_without_rendering()  # ticks take their style when first drawn
        return figure

    return draw_in_style


def new_figure(width: float, height: float):
    """An empty figure, in inches, without pyplot."""
    figure = import_optional("matplotlib.figure", "plot")
    return figure.Figure(figsize=(width, height), layout="constrained")


def write_note(width: float, text: str):
    """A figure of words alone, where there is nothing to draw."""
    figure = new_figure(width, 1.0)
    figure.supxlabel(text, y=0.5, va="center", color=MUTED, fontsize="medium", wrap=True)
    return figure


def shorten(name: str, width: float) -> str:
    """A name that leaves room for a picture of some inches; start and end are kept."""
    length = 4 + int(2.2 * width)
    half = length // 2
    return name if len(name) <= length else f"{name[: length - half - 1]}…{name[-half:]}"


def kind_marks(kinds) -> list:
    """Marks for a legend that says which one stands for which kind of model."""
    lines = import_optional("matplotlib.lines", "plot")
    return [
        lines.Line2D([], [], color=colour, marker=marker, linestyle="none", label=kind)
        for kind, (colour, marker) in KINDS.items()
        if kind in set(kinds)
    ]


def add_legend(figure, handles) -> None:
    """Put a legend above the picture, in as many columns as the width allows."""
    lengths = [LETTER * len(handle.get_label()) + MARK for handle in handles]
    columns = len(handles)
    while columns > 1 and _legend_width(lengths, columns) > figure.get_figwidth():
        columns -= 1
    figure.legend(handles=handles, loc="outside upper left", ncols=columns)


def _legend_width(lengths: list[float], columns: int) -> float:
    """Width of a legend that is filled column by column, as matplotlib does."""
    rows = math.ceil(len(lengths) / columns)
    return sum(max(lengths[start : start + rows]) for start in range(0, len(lengths), rows))
