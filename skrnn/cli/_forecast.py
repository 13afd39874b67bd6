"""``skrnn forecast``."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from .._tables import Labels, SeriesData, read_future
from ._options import (
    add_data_options,
    add_model_options,
    check_not_read,
    columns_of,
    load,
    positive,
    share,
    tell,
    told_warnings,
)
from ._season import choose_sp

EXAMPLES = """examples:
  skrnn forecast --dataset airline --horizon 12
  skrnn forecast sales.csv --target units --time month --id store --horizon 12 \\
      --model ets --coverage 0.5 0.9 --out forecast.csv
  skrnn forecast load.csv --target mw --time hour --exog temperature --future weather.csv \\
      --horizon 24 --out forecast.csv

Networks (rnn, lstm, gru) take gaps and categories; for models that cannot, gaps are interpolated
and categories one-hot encoded. Without --future, networks use the exogenous columns up to the end
of the data.
"""


def add_to(commands) -> None:
    """Add the command to a parser."""
    parser = commands.add_parser(
        "forecast",
        help="fit one model and write its forecast as CSV",
        description="Fit one model on all of the data, and write its forecast with intervals.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_options(parser)
    parser.add_argument("--horizon", type=positive, required=True, help="steps to forecast")
    parser.add_argument(
        "--future",
        type=Path,
        metavar="FILE",
        help="the exogenous columns over the horizon, with the columns of --time and --id",
    )
    add_model_options(parser)
    parser.add_argument("--model", default="gru", help="name of a model (default: gru)")
    parser.add_argument(
        "--coverage",
        nargs="+",
        type=share,
        default=[0.8, 0.95],
        metavar="SHARE",
        help="coverage of the intervals (default: 0.8 0.95)",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="CSV file to write (default: print to terminal)"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> bool:
    """Fit, forecast and write; always true, as nothing is written in part."""
    if arguments.future is not None and not arguments.exog:
        raise ValueError("--future needs --exog, the names of the columns to read from it.")
    data = load(arguments)
    sp, _ = choose_sp(arguments, data.y)
    forecaster = _make(arguments, sp)
    forecaster = _ready_for_categories(arguments.model, forecaster, data)
    forecaster = _ready_for_gaps(arguments.model, forecaster, data)
    future = _future_of(arguments, forecaster, data)
    if arguments.out is not None:  # whatever is wrong with it shows before the work
        _prepare(arguments)
    table = _forecast(arguments, forecaster, data, future)
    table.to_csv(sys.stdout if arguments.out is None else arguments.out)
    if arguments.out is not None:
        print(f"forecast: {arguments.out}")
    return True


def _prepare(arguments: argparse.Namespace) -> None:
    out = arguments.out
    if out.is_dir():
        raise ValueError(
            f"--out expects a CSV file, but {out} is a folder; write {out / 'forecast.csv'}."
        )
    check_not_read(arguments, [out])
    out.parent.mkdir(parents=True, exist_ok=True)


def _make(arguments: argparse.Namespace, sp: int):
    from ..comparison._models import choose_models

    with told_warnings():
        chosen, _ = choose_models([arguments.model], sp, arguments.seed)
    return chosen[arguments.model]


def _ready_for_categories(name: str, forecaster, data: SeriesData):
    """The model, with categories one-hot encoded if it takes none."""
    from ..comparison._models import with_categories_encoded

    categories = [] if data.X is None else list(data.X.select_dtypes(exclude="number"))
    if not categories:
        return forecaster
    with told_warnings():
        encoded, needy = with_categories_encoded({name: forecaster})
    if needy:
        tell(f"the model {name!r} takes no categories; {categories} are one-hot encoded")
    return encoded[name]


def _ready_for_gaps(name: str, forecaster, data: SeriesData):
    """The model, with missing values interpolated if it takes none."""
    from ..comparison._models import with_gaps_filled

    for gap in data.gaps:
        tell(gap)
    if not data.gaps or forecaster.get_tag("capability:missing_values"):
        return forecaster
    tell(f"the model {name!r} takes no missing values; they are interpolated")
    with told_warnings():
        filled, _ = with_gaps_filled({name: forecaster}, columns=data.X is not None)
    return filled[name]


def _future_of(arguments: argparse.Namespace, forecaster, data: SeriesData):
    """Columns over the horizon; a network is told if their future is not known."""
    if data.X is None:
        return None
    if not forecaster.get_tag("capability:exogenous"):
        tell(f"the model {arguments.model!r} makes no use of exogenous columns")
        return None
    if arguments.future is not None:
        columns = columns_of(arguments)
        return read_future(arguments.future, columns, data, arguments.horizon, arguments.decimal)
    if "past_columns" not in forecaster.get_params(deep=False):
        raise ValueError(
            f"The model {arguments.model!r} needs the exogenous columns over the horizon: name a "
            "file with --future, or use a network (rnn, lstm, gru)."
        )
    forecaster.set_params(past_columns=list(data.X.columns))
    return None


def _forecast(arguments: argparse.Namespace, forecaster, data: SeriesData, future) -> pd.DataFrame:
    """Ids, time, forecast and intervals, one row for each step.

    Raises
    ------
    ValueError
        If the model fails.
    """
    steps = list(range(1, arguments.horizon + 1))
    coverage = list(dict.fromkeys(arguments.coverage))  # those named twice count once
    with told_warnings():
        try:
            forecaster.fit(data.y, X=data.X, fh=steps)
            if getattr(forecaster, "interrupted_", False):  # a network keeps what it learnt
                raise KeyboardInterrupt
            parts = [forecaster.predict(X=future)]
            if forecaster.get_tag("capability:pred_int"):
                parts.append(forecaster.predict_interval(X=future, coverage=coverage))
        except Exception as error:  # models raise whatever they like
            raise ValueError(f"The model {arguments.model!r} failed: {error}") from error
    if len(parts) == 1:
        tell(f"the model {arguments.model!r} has no intervals")
    index = parts[0].index.set_names(data.y.index.names)
    return _as_table(parts, index if data.labels is None else _labelled(index, data.labels))


def _labelled(index: pd.Index, labels: Labels) -> pd.Index:
    """The index with its times as the file writes them."""
    *ids, times = (index.get_level_values(level) for level in range(index.nlevels))
    times = labels.write(times)
    return pd.MultiIndex.from_arrays([*ids, times]) if ids else times


def _as_table(parts: list, index: pd.Index) -> pd.DataFrame:
    point, *intervals = parts
    table = pd.DataFrame({"forecast": point.to_numpy().ravel()}, index=index)
    for interval in intervals:
        for column in interval.columns:
            _, coverage, side = column
            table[f"{side}_{100 * coverage:g}"] = interval[column].to_numpy()
    return table
