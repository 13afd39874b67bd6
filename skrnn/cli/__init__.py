"""The command line: ``skrnn compare``, ``skrnn forecast`` and ``skrnn info``."""

import argparse
import os
import sys

from .._tables import how_to_melt
from .._version import __version__
from . import _compare, _forecast, _info

EXAMPLES = """examples:
  skrnn compare --dataset airline --horizon 12 --out report/
  skrnn forecast sales.csv --target units --time month --horizon 12 --out forecast.csv
  skrnn info

Each command has its own --help. Exit status: 0, 1 after an error that is explained, 2 for wrong
options, 130 after Ctrl-C.
"""
INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : list of str, optional
        Arguments, those of the process if left out.

    Returns
    -------
    int
        Exit status: 0, 1 after an error that the message explains, or 130 after Ctrl-C.

    Raises
    ------
    SystemExit
        With status 2, if options are wrong or missing.
    """
    parser = make_parser()
    arguments, unknown = parser.parse_known_args(argv)
    if unknown:
        parser.error(_say_unknown(unknown))
    try:
        complete = arguments.run(arguments)
    except KeyboardInterrupt:
        print("skrnn: interrupted, nothing was finished", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # as by "| head"; what is left unwritten would fail again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, ImportError, OSError) as error:
        print(f"skrnn: {error}", file=sys.stderr)
        return 1
    return 0 if complete else INTERRUPTED


def _say_unknown(unknown: list[str]) -> str:
    """What argparse says, and why names may be too many."""
    said = f"unrecognized arguments: {' '.join(unknown)}"
    if any(name.startswith("-") for name in unknown):
        return said
    melt = how_to_melt(["time"], "series", "--time time --id series")
    return (
        f"{said}. A file goes before the options, and --target and --time name one column each; "
        f"if each series has its own column, and 'time' is the column of times, {melt}"
    )


def make_parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    parser = argparse.ArgumentParser(
        prog="skrnn",
        description="Recurrent networks for scikit-learn and sktime.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")
    for command in (_compare, _forecast, _info):
        command.add_to(commands)
    return parser
