"""``skrnn compare``."""

import argparse
from pathlib import Path

from .._optional import import_optional
from .._tables import SeriesData
from ._options import (
    add_data_options,
    add_model_options,
    check_not_read,
    jobs,
    load,
    positive,
    tell,
    told_warnings,
)
from ._season import choose_sp

EXAMPLES = """examples:
  skrnn compare --dataset airline --horizon 12 --out report/
  skrnn compare sales.csv --target units --time month --id store --horizon 12
  skrnn compare load.parquet --target mw --time hour --exog temperature holiday --horizon 24 \\
      --models snaive ets gru --folds 6 --jobs 2 --out report/

Models are given the true values of the --exog columns over the horizon, as if they were known;
models that cannot use columns run without them. For models that cannot take gaps or categories,
gaps are interpolated and categories one-hot encoded. Ctrl-C drops the current fold and reports the
finished ones.
"""
TABLES = "table.csv", "scores.csv", "forecasts.csv"  # of `Comparison.to_csv`
PICTURE, REPORT = "forecasts.png", "report.html"


def add_to(commands) -> None:
    """Add the command to a parser."""
    parser = commands.add_parser(
        "compare",
        help="networks and classical models side by side",
        description="Forecast the same folds with networks and classical models, and say which "
        "model to use.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_options(parser)
    parser.add_argument("--horizon", type=positive, required=True, help="steps to forecast")
    add_model_options(parser)
    parser.add_argument(
        "--folds", type=positive, default=4, help="rolling-origin folds (default: 4)"
    )
    parser.add_argument(
        "--window",
        choices=["expanding", "sliding"],
        default="expanding",
        help="whether training data grow from fold to fold or move (default: expanding)",
    )
    parser.add_argument(
        "--models",
        nargs="+",
        default=["default"],
        metavar="MODEL",
        help='names, or "all" for every one that is installed (default: eight of them)',
    )
    parser.add_argument(
        "--metrics",
        nargs="+",
        metavar="METRIC",
        help="errors to show, such as MASE RMSSE; the first one ranks the models",
    )
    parser.add_argument("--jobs", type=jobs, help="models at a time; -1 for one on each core")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to write the report")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> bool:
    """Print table and verdict, and write the report; false if Ctrl-C cut it short."""
    data = load(arguments)
    for gap in data.gaps:
        tell(gap)
    if data.gaps:
        tell("models that cannot take missing values get interpolated ones")
    if data.X is not None:
        tell(
            f"models are given the true values of {list(data.X.columns)} over the horizon, as if "
            "they were known; models that cannot use columns run without them"
        )
        if categories := list(data.X.select_dtypes(exclude="number")):
            tell(f"models that cannot take categories get {categories} one-hot encoded")
    sp, reason = choose_sp(arguments, data.y, held_out=arguments.folds * arguments.horizon)
    if arguments.out is not None:  # whatever is wrong with it shows before the work
        import_optional("matplotlib.figure", "compare")
        arguments.out.mkdir(parents=True, exist_ok=True)
        check_not_read(arguments, [arguments.out / name for name in (*TABLES, PICTURE, REPORT)])
    result = _compare(arguments, data, sp)
    result.settings["sp_reason"] = reason
    print(result)
    if arguments.out is not None:
        _write(result, arguments.out)
    complete = not result.settings.get("interrupted", False)
    if not complete:
        tell("interrupted; the table holds what was finished")
    return complete


def _compare(arguments: argparse.Namespace, data: SeriesData, sp: int):
    from ..comparison import compare

    models = arguments.models
    chosen = {} if arguments.metrics is None else {"metrics": tuple(arguments.metrics)}
    with told_warnings():
        return compare(
            data.y,
            data.X,
            fh=arguments.horizon,
            sp=sp,
            models=models[0] if models in (["all"], ["default"]) else models,
            n_folds=arguments.folds,
            window=arguments.window,
            n_jobs=arguments.jobs,
            random_state=arguments.seed,
            **chosen,
        )


def _write(result, folder: Path) -> None:
    written = result.to_csv(folder)
    picture, report = folder / PICTURE, folder / REPORT
    result.plot().savefig(picture, dpi=150)
    result.to_html(report)
    print("\nwritten:", *map(str, [*written, picture]), sep="\n  ")
    print(f"report: {report}")
