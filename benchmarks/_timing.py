"""Time alternatives side by side: in turn, in one process, medians and ratios."""

import gc
import statistics
import time
from collections.abc import Callable

# The network of a tutorial: every step is read, as it is, and the last output tells
PLAIN = {"pooling": "last", "segment_length": 1, "differences": False}

LONG = 10.0  # seconds of a first run that counts as well, since warming up is nothing beside it


def side_by_side(
    alternatives: dict[str, Callable[[], object]], seconds: float = 2.0, least: int = 5
) -> dict[str, float]:
    """Median seconds of each alternative.

    The alternatives run in turn, A B C A B C ..., so that a machine whose speed drifts slows all
    of them alike. A turn repeats short ones for 20 ms, as a training loop would repeat them.

    Parameters
    ----------
    alternatives : dict of str to callable
    seconds : float
        Time for each alternative.
    least : int
        Least number of turns.
    """
    repeats, times = {}, {name: [] for name in alternatives}
    for name, run in alternatives.items():
        fastest = _seconds(run, 1)
        if fastest > LONG:
            times[name].append(fastest)
        if fastest < 0.5:
            fastest = min(fastest, _seconds(run, 1), _seconds(run, 1))
        repeats[name] = max(1, int(0.02 / fastest))
    gc.collect()
    start = time.perf_counter()
    while (
        time.perf_counter() - start < seconds * len(alternatives)
        or min(map(len, times.values())) < least
    ):
        for name, run in alternatives.items():
            times[name].append(_seconds(run, repeats[name]))
    return {name: statistics.median(values) for name, values in times.items()}


def _seconds(run: Callable[[], object], repeats: int) -> float:
    begin = time.perf_counter()
    for _ in range(repeats):
        run()
    return (time.perf_counter() - begin) / repeats


def markdown(header: list[str], rows: list[list]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in [header, *rows]]
    lines.insert(1, "|" + "---|" * len(header))
    return "\n".join(lines)


def milliseconds(seconds: float) -> str:
    """Milliseconds with three significant digits."""
    return f"{1e3 * seconds:.3g}"
