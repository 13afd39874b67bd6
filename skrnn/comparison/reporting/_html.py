"""The report as one HTML file, and the short form for notebooks."""

import warnings
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from .._significance import ALPHA
from ._cost import plot_cost
from ._forecasts import plot_forecasts
from ._ranks import plot_ranks
from ._svg import to_svg
from ._table import ERRORS, first_metric, is_ranked, number_format, read_table
from ._words import print_p, settings_of, significance_of, title_of

WIDTHS = {"wide": 9.0, "narrow": 3.7}  # inches; the page shows the one that fits
FORECASTS_CAPTION = (
    "Grey lines mark where the training data of a fold end and its forecasts begin. Each fold "
    "trains on what came before its line."
)
SERIES_CAPTION = (
    " Of several series up to four are shown, from the one that the best model forecasts best to "
    "the one that it forecasts worst."
)
RANKS_CAPTION = (
    "The mean rank of each model over the series. A bar joins models whose mean ranks differ by "
    "less than the critical difference: these data do not tell them apart."
)
ERRORS_CAPTION = (
    "The mean error of each model, best on top, with its standard error over the folds of one "
    "series, or over several series. Few of them make a rough standard error; see the tests below."
)
COST_CAPTION = (
    "Further down is better, further left is faster; seconds are on a logarithmic scale. The line "
    "joins the models that no other one beats in both, drawn filled."
)
SHORT_COLUMNS = (*ERRORS, "relative", "fit_seconds")


def report_html(comparison) -> str:
    """Everything about a comparison in one HTML file that needs nothing else.

    The verdict, pictures, a table that sorts, tests, settings, versions and the code to reproduce.
    Pictures of errors are left out if the first metric is not defined on these series.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str

    Raises
    ------
    ImportError
        If matplotlib is not installed; says how to install it.
    """
    columns, rows = read_table(comparison)
    template = _templates().get_template("report.html")
    return template.render(
        title=title_of(comparison),
        verdict=comparison.verdict,
        pictures=_draw_pictures(comparison),
        columns=columns,
        rows=rows,
        significance=significance_of(comparison),
        pairs=_read_pairs(comparison),
        settings=settings_of(comparison),
        versions=comparison.settings["versions"],
        code=comparison.settings["code"],
    )


def short_html(comparison) -> str:
    """Verdict and main columns as an HTML fragment, for notebooks.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    columns, rows = read_table(comparison, SHORT_COLUMNS)
    template = _templates().get_template("short.html")
    return template.render(verdict=comparison.verdict, columns=columns, rows=rows)


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _draw_pictures(comparison) -> list[dict]:
    """Name, heading, caption and SVGs of each picture."""
    metric = first_metric(comparison)
    many = comparison.forecasts["series"].nunique() > 1
    if not is_ranked(comparison):  # the verdict says why; there are no errors to draw
        return [_draw(comparison, plot_forecasts, "forecasts", "Forecasts", FORECASTS_CAPTION)]
    forecasts = FORECASTS_CAPTION + (SERIES_CAPTION if many else "")
    if comparison.significance.mean_ranks is None:
        ranks = (f"{metric} of each model", ERRORS_CAPTION)
    else:
        ranks = ("How the models rank", RANKS_CAPTION)
    return [
        _draw(comparison, plot_forecasts, "forecasts", "Forecasts of the best models", forecasts),
        _draw(comparison, plot_ranks, "ranks", *ranks),
        _draw(comparison, plot_cost, "cost", f"{metric} against seconds", COST_CAPTION),
    ]


def _draw(comparison, plot, name: str, heading: str, caption: str) -> dict:
    with warnings.catch_warnings():
        # a browser has fonts for names that matplotlib's lacks letters of
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        svgs = {
            size: Markup(to_svg(plot(comparison, width=width), f"{name}-{size}", heading))
            for size, width in WIDTHS.items()
        }
    return {"name": name, "heading": heading, "caption": caption, "svgs": svgs}


def _read_pairs(comparison) -> list[dict]:
    """The tests of each model against the best classical one, as they are printed."""
    pairs = comparison.significance.pairs.sort_values("difference")
    write = number_format("difference", pairs["difference"])
    return [
        {
            "model": str(pair.model),
            "numbers": [
                write(pair.difference),
                f"{pair.statistic:.2f}",
                print_p(pair.p_value),
                print_p(pair.p_adjusted),
            ],
            "significant": pair.p_adjusted < ALPHA,
        }
        for pair in pairs.itertuples()
    ]
