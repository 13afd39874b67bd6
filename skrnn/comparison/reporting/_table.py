"""The table of a comparison in words and in as many digits as make sense."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

ERRORS = ("MASE", "RMSSE", "sMAPE", "quantile_loss")
PLAIN = (1e-2, 1e9)  # sizes that are printed without powers of ten


@dataclass(frozen=True)
class Column:
    """A column of the table: its key there, a title to print, and what it means."""

    key: str
    title: str
    meaning: str


@dataclass(frozen=True)
class Cell:
    """One number: printed, its standard error, its value for sorting, and whether it is best."""

    text: str = "–"  # noqa: RUF001
    error: str = ""
    value: float | None = None
    best: bool = False


@dataclass(frozen=True)
class Row:
    """One model; a failed one has no cells, but says why."""

    model: str
    kind: str
    cells: list[Cell]
    failure: str


COLUMNS = (
    Column(
        "MASE",
        "MASE",
        "Mean absolute error, divided by that of the seasonal naive forecast one season ahead "
        "in the training data. Lower is better.",
    ),
    Column(
        "RMSSE",
        "RMSSE",
        "Root mean squared error, divided by that of the seasonal naive forecast one season "
        "ahead in the training data. Punishes large misses. Lower is better.",
    ),
    Column(
        "sMAPE",
        "sMAPE, %",
        "Mean of |forecast - truth| relative to the mean of their sizes, in per cent. "
        "Lower is better.",
    ),
    Column(
        "quantile_loss",
        "Quantile loss",
        "Mean loss of the predicted quantiles, scaled as the MASE is: judges the forecast "
        "together with its intervals. Lower is better.",
    ),
    Column(
        "coverage_80",
        "Coverage 80%",
        "Share of true values inside the 80% intervals. Best close to 80%.",
    ),
    Column(
        "coverage_95",
        "Coverage 95%",
        "Share of true values inside the 95% intervals. Best close to 95%.",
    ),
    Column(
        "relative",
        "Relative",
        "First error, divided by that of the best classical model. Below 1 beats it.",
    ),
    Column("rank", "Rank", "Place by the first error; 1 is best."),
    Column("fit_seconds", "Fit, s", "Seconds to fit, mean of a fold."),
    Column("predict_seconds", "Predict, s", "Seconds to predict, mean of a fold."),
    Column("n_parameters", "Parameters", "Of the networks that take part, pretrained ones too."),
)
KNOWN = {column.key: column for column in COLUMNS}


def first_metric(comparison) -> str:
    """The metric that models are ranked by: the first one of the table."""
    return comparison.table.columns[0]


def is_ranked(comparison) -> bool:
    """Whether the first metric is defined, for any model; without it there is no best one."""
    return bool(comparison.table.iloc[:, 0].notna().any())


def kind_of(comparison, model: str) -> str:
    """Say whether a model is a network of skrnn or a classical model."""
    return "network" if model in comparison.settings["networks"] else "classical"


def finished(comparison) -> pd.DataFrame:
    """Rows of the table of models that did not fail."""
    return comparison.table[comparison.table["error"] == ""]


def read_table(comparison, keys=None) -> tuple[list[Column], list[Row]]:
    """Columns and rows to print.

    Parameters
    ----------
    comparison : Comparison
    keys : iterable of str, optional
        Columns wanted, as far as the table has them; all if left out.
    """
    table = comparison.table
    shown = [key for key in table.columns if key != "error" and not key.endswith("_se")]
    if keys is not None:
        shown = [key for key in keys if key in shown]
    columns = [_read_column(table, key) for key in shown]
    rows = []
    for position, model in enumerate(table.index):
        failure = table["error"].iloc[position]
        cells = [] if failure else [column[position] for column in columns]
        rows.append(Row(str(model), kind_of(comparison, model), cells, failure))
    return [KNOWN.get(key, Column(key, key, "")) for key in shown], rows


def number_format(key: str, values: pd.Series) -> Callable[[float], str]:
    """How to print the numbers of a column."""
    if key.startswith("coverage_"):
        return "{:.0%}".format
    if key.endswith("_seconds"):
        return print_seconds
    if key in ("rank", "n_parameters"):
        return "{:,.0f}".format
    if key == "relative":
        return "{:.2f}".format
    in_units = key not in ERRORS and values.abs().max() > 0
    if in_units and not PLAIN[0] <= values.abs().max() < PLAIN[1]:
        return "{:.3g}".format  # 0.0000 would be all that is left of an error in a small unit
    return f"{{:.{decimals(values)}f}}".format


def decimals(values: pd.Series) -> int:
    """Decimals that show three digits of the smallest of some numbers, at most four."""
    sizes = values.abs()
    smallest = sizes[sizes > 0].min()
    if not math.isfinite(smallest):
        return 0
    return min(max(2 - math.floor(math.log10(smallest)), 0), 4)


def print_seconds(seconds: float) -> str:
    """Three digits, down to milliseconds."""
    if seconds < 0.0005:
        return "< 0.001"
    return f"{seconds:.{min(max(2 - math.floor(math.log10(seconds)), 0), 3)}f}"


def _read_column(table: pd.DataFrame, key: str) -> list[Cell]:
    values = table[key].astype(float)
    errors = table.get(f"{key}_se", pd.Series(math.nan, table.index)).astype(float)
    write = number_format(key, values)
    best = values.min() if key in ERRORS else None
    return [
        Cell()
        if math.isnan(value)
        else Cell(write(value), "" if math.isnan(error) else write(error), value, value == best)
        for value, error in zip(values, errors)
    ]
