"""A recurrent layer, forward and backward: the fused kernels against torch.nn.

Prints the four shapes of the table in docs/benchmarks.md, then the slowest ratios of a grid of
shapes, full and ragged; what looks slow there is measured again, for longer.

Usage: python benchmarks/layer.py [THREADS ...], on one and then on two if left out.
"""

import itertools
import sys

import numpy as np
import torch
from _timing import markdown, side_by_side
from torch.nn.utils.rnn import pack_padded_sequence

from skrnn.nn.instruction_sets import chosen_set
from skrnn.nn.layers import RecurrentLayer

SHAPES = [(32, 20, 1, 32), (64, 24, 8, 64), (128, 50, 8, 128), (256, 96, 16, 256)]
GRID = [
    (batch, steps, 4, hidden)
    for batch, steps, hidden in itertools.product(
        (1, 17, 128), (1, 10, 100, 1000), (7, 32, 100, 512)
    )
    if batch * steps * hidden**2 < 1e8
]
SLOW = 0.95  # ratio from which a case of the grid is measured for longer


def make_input(batch, steps, channels, ragged, seed=0):
    x = torch.randn(steps, batch, channels, generator=torch.Generator().manual_seed(seed))
    if not ragged:
        return x
    lengths = np.random.default_rng(seed).integers(1, steps + 1, batch)
    lengths[0] = steps
    return pack_padded_sequence(x, torch.from_numpy(lengths), enforce_sorted=False)


def alternatives(cell, batch, steps, channels, hidden, ragged=False):
    """One training step of the layer on both, from the last state."""
    layer = RecurrentLayer(cell, channels, hidden)
    x = make_input(batch, steps, channels, ragged)

    def ours():
        layer.zero_grad()
        layer(x)[1][0].sum().backward()

    def torch_nn():
        layer.zero_grad()
        state = layer.core(x)[1]
        (state[0] if cell == "lstm" else state).sum().backward()

    return {"ours": ours, "torch": torch_nn}


def shapes_table() -> str:
    rows = []
    for shape in SHAPES:
        cases = {
            (cell, who): run
            for cell in ("gru", "lstm", "rnn")
            for who, run in alternatives(cell, *shape).items()
        }
        times = side_by_side(cases, seconds=5)
        pairs = [(times[cell, "ours"], times[cell, "torch"]) for cell in ("gru", "lstm", "rnn")]
        ratios = [
            f"{1e3 * ours:.2f} / {1e3 * theirs:.2f} = {ours / theirs:.2f}" for ours, theirs in pairs
        ]
        rows.append([shape, *ratios, f"{pairs[0][0] / pairs[1][0]:.2f}"])
    header = ["batch, steps, channels, hidden", "GRU", "LSTM", "RNN", "our GRU / our LSTM"]
    return markdown(header, rows)


def ratio_of(cell, shape, ragged, seconds: float, least: int) -> float:
    times = side_by_side(alternatives(cell, *shape, ragged), seconds, least)
    ratio = times["ours"] / times["torch"]
    print(cell, shape, ragged, f"{seconds} s: {ratio:.2f}", file=sys.stderr)
    return ratio


def worst_of_grid(n_shown: int = 5) -> str:
    ratios = []
    for shape, cell, ragged in itertools.product(GRID, ("gru", "lstm", "rnn"), (False, True)):
        if ragged and (shape[0] == 1 or shape[1] == 1):
            continue
        ratio = ratio_of(cell, shape, ragged, seconds=0.04, least=3)
        if ratio > SLOW:
            ratio = ratio_of(cell, shape, ragged, seconds=1.5, least=15)
        ratios.append((ratio, cell, shape, "ragged" if ragged else "full"))
    ratios.sort(reverse=True)
    rows = [[f"{ratio:.2f}", cell, shape, kind] for ratio, cell, shape, kind in ratios[:n_shown]]
    median = sorted(ratio for ratio, *_ in ratios)[len(ratios) // 2]
    slower = sum(ratio > 1.05 for ratio, *_ in ratios)
    title = f"{len(ratios)} cases, median ratio {median:.2f}, above 1.05: {slower}. The slowest:"
    return title + "\n\n" + markdown(["ours / torch", "cell", "shape", ""], rows)


def main(numbers: list[int]) -> None:
    print(f"instruction set: {chosen_set()}", file=sys.stderr)
    for threads in numbers:
        torch.set_num_threads(threads)
        print(f"Layer, milliseconds, ours / torch.nn ({threads} threads)\n")
        print(shapes_table(), flush=True)
        print(f"\nGrid of shapes ({threads} threads): {worst_of_grid()}\n", flush=True)


if __name__ == "__main__":
    main(list(map(int, sys.argv[1:])) or [1, 2])
