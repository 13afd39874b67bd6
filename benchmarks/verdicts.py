"""What the verdict of `compare` says where the best forecast is known, over 20 seeds each.

    python benchmarks/verdicts.py [kind ...]

The series are those of tests/test_verdict.py: seasonal random walks, which no model forecasts
better than last year's value, and two kinds of nonlinear series, which no linear model knows.
"""

import sys
import time
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.test_verdict import (
    WALKS,
    mackey_glass,
    prefers_a_network,
    seasonal_random_walk,
    setar,
)

SEEDS = range(20)
KINDS = {
    "walk": ("seasonal random walk", seasonal_random_walk, WALKS),
    "setar": ("SETAR", setar, {"fh": 3, "n_folds": 12}),
    "glass": ("Mackey-Glass", mackey_glass, {"fh": 4, "n_folds": 8}),
}

# Of the run in docs/benchmarks.md: to be written anew with the next one
NOTE = """
*The third row beside the first two on another core, each with one thread.*"""


def main(kinds):
    print("| series | folds | gru preferred | seconds a seed |\n|---|---|---|---|")
    for title, make, folds in (KINDS[kind] for kind in kinds):
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Model arima warned")
            n = sum(prefers_a_network(make(seed), **folds) for seed in SEEDS)
        seconds = (time.perf_counter() - start) / len(SEEDS)
        print(f"| {title} | {folds} | {n} of 20 | {seconds:.0f} |", flush=True)
    print(NOTE)


if __name__ == "__main__":
    main(sys.argv[1:] or KINDS)
