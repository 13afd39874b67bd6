"""Time alternatives side by side: in turn, in one process, medians and ratios."""

import gc
import statistics
import time
from collections.abc import Callable


def side_by_side(
    alternatives: dict[str, Callable[[], object]],
    seconds: float = 2.0,
    least: int = 5,
    warm_up: int = 2,
) -> dict[str, float]:
    """Median seconds of each alternative.

    The alternatives run in turn, A B C A B C ..., so that a machine whose speed drifts slows all
    of them alike.

    Parameters
    ----------
    alternatives : dict of str to callable
    seconds : float
        Time for each alternative.
    least : int
        Least number of counted runs of each.
    warm_up : int
        Runs before those that count.
    """
    for run in alternatives.values():
        for _ in range(warm_up):
            run()
    times = {name: [] for name in alternatives}
    gc.collect()
    start = time.perf_counter()
    while (
        time.perf_counter() - start < seconds * len(alternatives)
        or min(map(len, times.values())) < least
    ):
        for name, run in alternatives.items():
            begin = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begin)
    return {name: statistics.median(values) for name, values in times.items()}


def markdown(header: list[str], rows: list[list]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in [header, *rows]]
    lines.insert(1, "|" + "---|" * len(header))
    return "\n".join(lines)


def milliseconds(seconds: float) -> str:
    """Milliseconds with three significant digits."""
    return f"{1e3 * seconds:.3g}"
