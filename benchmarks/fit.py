"""Seconds of a whole fit: skrnn, a hand-written torch loop, plain skorch, and Keras if installed.

All train the same network (one GRU layer, the classic example: do 20 uniform numbers exceed 10 in
sum?) for the same epochs and batches: skrnn with AdamW, gradient clipping and a learning-rate
cycle, as always, the others with Adam alone. Usage: python benchmarks/fit.py
"""

import importlib.util
import os
import sys

import numpy as np
import torch
from _timing import PLAIN, markdown, side_by_side
from skorch import NeuralNetBinaryClassifier
from torch import nn

from skrnn import GRUClassifier, LSTMClassifier

# samples, steps, channels, hidden, batch, epochs, layers; and whether all packages run, or only
# skrnn and the loop
SHAPES = {
    "classic: 800 x 20 x 1, hidden 32, batch 32, 10 epochs": (800, 20, 1, 32, 32, 10, 1, True),
    "2,000 x 100 x 8, hidden 128, two layers, batch 128, 1 epoch": (
        *(2000, 100, 8, 128, 128, 1, 2),
        True,
    ),
    "large: 20,000 x 100 x 8, hidden 128, two layers, batch 128, 1 epoch": (
        *(20_000, 100, 8, 128, 128, 1, 2),
        False,
    ),
}


class Net(nn.Module):
    """One recurrent network, as a tutorial would write it."""

    def __init__(self, cell, channels, hidden, layers):
        super().__init__()
        self.rnn = cell(channels, hidden, layers, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0][:, -1]).squeeze(1)


def make_data(n, steps, channels):
    """Uniform numbers, and whether their sum is above its expectation."""
    X = np.random.default_rng(0).uniform(size=(n, steps, channels)).astype(np.float32)
    return X, (X.sum(axis=(1, 2)) > steps * channels / 2).astype(np.float32)


def torch_loop(X, y, cell, hidden, batch, epochs, layers):
    """Train with a plain loop over index batches."""
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    net = Net(cell, X.shape[2], hidden, layers)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    criterion = nn.BCEWithLogitsLoss()
    for _ in range(epochs):
        for index in torch.randperm(len(X)).split(batch):
            loss = criterion(net(X[index]), y[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def skorch_fit(X, y, hidden, batch, epochs, layers):
    """Train with skorch and its data loader."""
    net = NeuralNetBinaryClassifier(
        Net(nn.GRU, X.shape[2], hidden, layers),
        max_epochs=epochs,
        batch_size=batch,
        optimizer=torch.optim.Adam,
        lr=1e-2,
        verbose=0,
        train_split=None,
        iterator_train__shuffle=True,
    )
    net.fit(X, y)


def keras_fit(X, y, hidden, batch, epochs, layers):
    """Train with Keras on torch."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    stack = [keras.layers.GRU(hidden, return_sequences=i + 1 < layers) for i in range(layers)]
    model = keras.Sequential([*stack, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(1e-2), "binary_crossentropy")
    model.fit(X, y, batch_size=batch, epochs=epochs, verbose=0)


def main(threads: int = 2) -> None:
    """Print a table for each shape."""
    torch.set_num_threads(threads)
    for title, (n, steps, channels, hidden, batch, epochs, layers, everyone) in SHAPES.items():
        X, y = make_data(n, steps, channels)
        options = {
            "hidden_size": hidden,
            "batch_size": batch,
            "max_epochs": epochs,
            "num_layers": layers,
            **PLAIN,
        }
        size = (hidden, batch, epochs, layers)
        alternatives = {
            "skrnn GRU": lambda: GRUClassifier(**options).fit(X, y),
            "skrnn LSTM": lambda: LSTMClassifier(**options).fit(X, y),
            "skrnn GRU, pooling of the defaults": lambda: GRUClassifier(
                **{**options, "pooling": "concat"}
            ).fit(X, y),
            "torch loop, nn.GRU": lambda: torch_loop(X, y, nn.GRU, *size),
            "torch loop, nn.LSTM": lambda: torch_loop(X, y, nn.LSTM, *size),
            "skorch, nn.GRU": lambda: skorch_fit(X, y, *size),
        }
        if not everyone:
            alternatives = {k: alternatives[k] for k in ("skrnn GRU", "torch loop, nn.GRU")}
        elif importlib.util.find_spec("keras"):
            alternatives["Keras GRU, torch backend"] = lambda: keras_fit(X, y, *size)
        else:
            print("Keras is not installed; left out.", file=sys.stderr)
        least = 1 if n > 10_000 else 3 if n > 1000 else 5
        times = side_by_side(alternatives, seconds=0 if n > 1000 else 2, least=least)
        rows = [
            [name, f"{seconds:.3f}", f"{times['skrnn GRU'] / seconds:.2f}"]
            for name, seconds in times.items()
        ]
        print(f"\n{title} ({threads} threads)\n")
        print(markdown(["", "seconds", "skrnn GRU / this"], rows), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
