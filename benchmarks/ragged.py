"""Seconds of a fit on sequences of different lengths, against as many steps in equal ones.

Lengths are drawn evenly from 20 to 200; the sequences of equal length have the mean of these, so
that both have the same number of valid steps. Usage: python benchmarks/ragged.py [THREADS]
"""

import sys

import numpy as np
import torch
from _timing import PLAIN, markdown, side_by_side

from skrnn import GRUClassifier, LSTMClassifier

N_SEQUENCES, LENGTHS, N_CHANNELS = 1000, (20, 200), 4
EPOCHS = 8  # of the 60 of a usual fit


def main(threads: int = 2) -> None:
    torch.set_num_threads(threads)
    rng = np.random.default_rng(0)
    lengths = rng.integers(LENGTHS[0], LENGTHS[1] + 1, N_SEQUENCES)
    ragged = [rng.normal(size=(n, N_CHANNELS)).astype(np.float32) for n in lengths]
    mean = round(lengths.mean())
    equal = rng.normal(size=(N_SEQUENCES, mean, N_CHANNELS)).astype(np.float32)
    y = rng.integers(2, size=N_SEQUENCES)
    rows = []
    for make in (GRUClassifier, LSTMClassifier):
        for title, options in (("last output", PLAIN), ("defaults", {})):
            model = make(max_epochs=EPOCHS, random_state=0, **options)
            times = side_by_side(
                {"ragged": lambda: model.fit(ragged, y), "equal": lambda: model.fit(equal, y)}
            )
            ratio = times["ragged"] / times["equal"]
            cells = [f"{times[name]:.2f}" for name in ("ragged", "equal")]
            rows.append([f"{make.__name__}, {title}", *cells, f"{ratio:.2f}"])
    print(f"{N_SEQUENCES} sequences of {LENGTHS[0]} to {LENGTHS[1]} steps, {EPOCHS} epochs\n")
    print(markdown(["", "ragged, seconds", "equal, seconds", "ragged / equal"], rows))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
