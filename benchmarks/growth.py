"""How the seconds of a fit grow with samples, steps, channels and hidden size.

One epoch of a GRU classifier and of a hand-written torch loop, each size four times the one before
with the others as in the middle. Usage: python benchmarks/growth.py [THREADS]
"""

import sys

import torch
from _timing import PLAIN, markdown, side_by_side
from fit import make_data, torch_loop
from torch import nn

from skrnn import GRUClassifier

MIDDLE = {"samples": 800, "steps": 40, "channels": 8, "hidden size": 32}
SIZES = {
    "samples": (200, 800, 3200, 12_800),
    "steps": (10, 40, 160, 640),
    "channels": (2, 8, 32, 128),
    "hidden size": (8, 32, 128, 512),
}
BATCH = 32


def seconds_of(samples: int, steps: int, channels: int, hidden: int) -> dict[str, float]:
    """Median seconds of one epoch."""
    X, y = make_data(samples, steps, channels)
    options = {"hidden_size": hidden, "batch_size": BATCH, "max_epochs": 1, **PLAIN}
    alternatives = {
        "skrnn": lambda: GRUClassifier(**options).fit(X, y),
        "torch loop": lambda: torch_loop(X, y, nn.GRU, hidden, BATCH, epochs=1, layers=1),
    }
    return side_by_side(alternatives, seconds=1, least=3)


def main(threads: int = 2) -> None:
    """Print a table."""
    torch.set_num_threads(threads)
    rows = []
    for name, sizes in SIZES.items():
        before = None
        for size in sizes:
            times = seconds_of(*{**MIDDLE, name: size}.values())
            growth = f"{times['skrnn'] / before:.1f}" if before else ""
            before = times["skrnn"]
            ratio = times["skrnn"] / times["torch loop"]
            cells = [f"{seconds:.3f}" for seconds in times.values()]
            rows.append([name, size, *cells, f"{ratio:.2f}", growth])
    others = ", ".join(f"{name} {size}" for name, size in MIDDLE.items())
    print(f"One epoch, batches of {BATCH}; unless they vary, {others} ({threads} threads)\n")
    print(markdown(["", "", "skrnn GRU s", "loop s", "ratio", "times the row above"], rows))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
