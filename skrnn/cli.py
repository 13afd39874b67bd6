"""The command line: ``skrnn compare`` and ``skrnn info``."""

import argparse
import sys
from pathlib import Path

from ._info import info

EXAMPLES = """examples:
  skrnn compare --dataset airline --horizon 12 --sp 12 --out report/
  skrnn compare sales.csv --target units --time month --id store --horizon 12
  skrnn info
"""


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : list of str, optional
        Arguments, those of the process if left out.

    Returns
    -------
    int
        Exit status: 0, or 1 after an error that the message explains.
    """
    arguments = make_parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except (ValueError, ImportError, OSError) as error:
        print(f"skrnn: {error}", file=sys.stderr)
        return 1
    return 0


def make_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(
        prog="skrnn",
        description="Recurrent networks for scikit-learn and sktime.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser("compare", help="networks and classical models side by side")
    data = command.add_argument_group("data")
    data.add_argument("csv", nargs="?", type=Path, help="a CSV file with one row a time step")
    data.add_argument("--dataset", metavar="NAME", help="a bundled series, such as airline")
    data.add_argument("--target", help="column of the values")
    data.add_argument("--time", help="column of the times")
    data.add_argument("--id", help="column that tells several series apart")
    command.add_argument("--horizon", type=int, required=True, help="steps to forecast")
    command.add_argument("--sp", type=int, help="seasonal period; guessed if left out")
    command.add_argument("--folds", type=int, default=4, help="rolling-origin folds (default: 4)")
    command.add_argument("--models", nargs="+", default="default", metavar="MODEL")
    command.add_argument("--seed", type=int, default=0, help="of the networks (default: 0)")
    command.add_argument("--out", type=Path, metavar="FOLDER", help="where to write the report")
    command.set_defaults(run=run_compare)
    command = commands.add_parser("info", help="versions, device, kernels")
    command.set_defaults(run=run_info)
    return parser


def run_info(arguments: argparse.Namespace) -> None:
    """Print versions and device."""
    entries = info()
    width = max(map(len, entries))
    for name, value in entries.items():
        print(f"{name:{width}}  {value}")


def run_compare(arguments: argparse.Namespace) -> None:
    """Compare models, print the table, and write it with the forecasts and a picture."""
    from .comparison import compare

    y, sp = _load(arguments)
    result = compare(
        y,
        fh=arguments.horizon,
        sp=sp,
        models=arguments.models,
        n_folds=arguments.folds,
        random_state=arguments.seed,
    )
    print(result)
    if arguments.out is not None:
        written = result.to_csv(arguments.out)
        picture = arguments.out / "forecasts.png"
        result.plot().savefig(picture, dpi=150)
        print("\nwritten:", *(str(path) for path in [*written, picture]), sep="\n  ")


def _load(arguments: argparse.Namespace):
    """The data of a comparison, and their seasonal period."""
    from .comparison._csv import read_csv, usual_sp
    from .datasets import SERIES, load_series

    if (arguments.csv is None) == (arguments.dataset is None):
        raise ValueError("Name either a CSV file or a bundled series with --dataset, not both.")
    if arguments.dataset is not None:
        y, sp = load_series(arguments.dataset), SERIES[arguments.dataset].sp
    else:
        if not (arguments.target and arguments.time):
            raise ValueError("A CSV file needs --target and --time, the names of two columns.")
        y = read_csv(arguments.csv, arguments.target, arguments.time, arguments.id)
        sp = usual_sp(y.index)
    if arguments.sp is None:
        print(f"seasonal period: {sp} (set another with --sp)")
    return y, arguments.sp or sp
