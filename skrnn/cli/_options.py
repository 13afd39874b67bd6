"""Options that several commands have, and the data that they name."""

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path

from .._tables import Columns, SeriesData, read_series


def positive(text: str) -> int:
    """A whole number of at least 1."""
    return _number(int, text, lambda number: number >= 1, "a whole number of at least 1")


def seed(text: str) -> int:
    """A whole number of at least 0."""
    return _number(int, text, lambda number: number >= 0, "a whole number of at least 0")


def jobs(text: str) -> int:
    """A number of workers, as joblib counts them; there is no work by none."""
    meaning = "a whole number of models at a time, or -1 for one on each core"
    return _number(int, text, lambda number: number != 0, meaning)


def share(text: str) -> float:
    """A number between 0 and 1."""
    return _number(float, text, lambda number: 0 < number < 1, "a share between 0 and 1")


def _number(kind: type, text: str, is_allowed, meaning: str):
    """The number that a text stands for, or what argparse is to say."""
    try:
        number = kind(text)
    except ValueError:
        number = None
    if number is None or not is_allowed(number):
        raise argparse.ArgumentTypeError(f"expected {meaning}, not {text!r}")
    return number


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what to read."""
    data = parser.add_argument_group("data")
    data.add_argument(
        "file",
        nargs="?",
        type=Path,
        help="CSV or Parquet (.parquet, .pq), one row per time step; goes before the options",
    )
    data.add_argument("--dataset", metavar="NAME", help="a bundled series, such as airline")
    data.add_argument("--target", metavar="COLUMN", help="values to forecast")
    data.add_argument(
        "--time",
        metavar="COLUMN",
        help="dates, periods or whole numbers; if left out, the rows are numbered",
    )
    data.add_argument(
        "--id",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="identifies each of several series; several columns make a hierarchy",
    )
    data.add_argument(
        "--exog",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="exogenous columns, numbers or categories",
    )
    data.add_argument(
        "--decimal",
        metavar="SIGN",
        choices=[".", ","],
        help="decimal sign of a CSV file: a point, or a comma, in which case points may separate "
        "thousands (default: point, unless that is doubtful)",
    )


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add the options on season and seed."""
    parser.add_argument("--sp", type=positive, help="seasonal period in rows; guessed if left out")
    parser.add_argument("--seed", type=seed, default=0, help="seed of the networks (default: 0)")


def columns_of(arguments: argparse.Namespace) -> Columns:
    """The columns that the options name."""
    return Columns(arguments.target, arguments.time, tuple(arguments.id), tuple(arguments.exog))


def load(arguments: argparse.Namespace) -> SeriesData:
    """The data that the options name; what was decided on the way is told.

    Raises
    ------
    ValueError
        If options contradict one another, or the data are not as expected.
    """
    if (arguments.file is None) == (arguments.dataset is None):
        raise ValueError(
            "Name either a file, before all options, or a bundled series with --dataset, not both."
        )
    if arguments.dataset is not None:
        return _load_bundled(arguments)
    if not arguments.target:
        raise ValueError("A file needs --target, the name of the column to forecast.")
    data = read_series(arguments.file, columns_of(arguments), arguments.decimal)
    for note in data.notes:
        tell(note)
    return data


def tell(note: str) -> None:
    """Print a remark where it does not mix with results."""
    print(f"skrnn: {note}", file=sys.stderr)


def check_not_read(arguments: argparse.Namespace, written: list[Path]) -> None:
    """Refuse files to write that the data are read from.

    Raises
    ------
    ValueError
    """
    read = [arguments.file, getattr(arguments, "future", None)]
    for path in written:
        if path.exists() and any(given is not None and path.samefile(given) for given in read):
            raise ValueError(
                f"--out would overwrite {path}, which the data are read from; rename it."
            )


@contextmanager
def told_warnings():
    """Tell the warnings of models afterwards, each text once."""
    from ..comparison._quiet import caught_warnings

    with caught_warnings() as texts:
        yield
    for text in texts:
        tell(text)


def _load_bundled(arguments: argparse.Namespace) -> SeriesData:
    from ..datasets import load_series

    named = [name for name in ("target", "time", "id", "exog") if getattr(arguments, name)]
    if named:
        raise ValueError(f"--dataset has no columns to name; leave out --{', --'.join(named)}.")
    return SeriesData(load_series(arguments.dataset), None, [], [])
