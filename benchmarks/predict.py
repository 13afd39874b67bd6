"""Latency of one sequence, and throughput of many: predict against a bare layer of torch.

Usage: python benchmarks/predict.py [THREADS]
"""

import sys

import numpy as np
import torch
from _timing import PLAIN, markdown, side_by_side

from skrnn import GRURegressor, LSTMRegressor
from skrnn.nn.layers import RecurrentLayer

STEPS, HIDDEN = 20, 32


def main(threads: int = 2) -> None:
    torch.set_num_threads(threads)
    generator = np.random.default_rng(0)
    X = generator.normal(size=(100_000, STEPS, 1)).astype(np.float32)
    models = {
        name: cls(hidden_size=HIDDEN, max_epochs=1, **PLAIN).fit(X[:500], X[:500, -1, 0])
        for name, cls in (("GRU", GRURegressor), ("LSTM", LSTMRegressor))
    }
    rows = []
    for name, model in models.items():
        layer = RecurrentLayer(name.lower(), 1, HIDDEN)
        for n in (1, 1000, 100_000):
            part = X[:n]
            time_major = torch.from_numpy(part).transpose(0, 1).contiguous()

            def bare_torch():
                with torch.inference_mode():
                    layer.core(time_major)

            def bare_kernel():
                with torch.inference_mode():
                    layer(time_major)

            times = side_by_side(
                {
                    "predict": lambda: model.predict(part),
                    "kernel": bare_kernel,
                    "torch": bare_torch,
                },
                seconds=1 if n < 10_000 else 0,
                least=3,
            )
            rows.append(
                [
                    f"{name}, {n:,} sequences",
                    *(f"{1e3 * times[key]:.3g}" for key in ("predict", "kernel", "torch")),
                    f"{times['predict'] / times['kernel']:.2f}",
                    f"{times['predict'] / times['torch']:.2f}",
                ]
            )
    print(f"predict, {STEPS} steps, hidden {HIDDEN}, milliseconds ({threads} threads)\n")
    header = ["", "predict", "bare kernel", "bare torch.nn", "predict / kernel", "predict / torch"]
    print(markdown(header, rows))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
