"""A grid search of 12 candidates over 3 folds: skrnn with one and two jobs, and skorch.

The workers of two jobs are warm: a first, small search has started them and loaded torch.
Usage: python benchmarks/grid_search.py
"""

import time

import numpy as np
import torch
from _timing import PLAIN, markdown
from fit import Net
from sklearn.model_selection import GridSearchCV
from skorch import NeuralNetBinaryClassifier
from torch import nn

from skrnn import GRUClassifier

HIDDEN, RATES = (16, 32, 64), (1e-3, 3e-3, 1e-2, 3e-2)


class HiddenNet(Net):
    """The network of the plain loop, with its size as the one parameter."""

    def __init__(self, hidden=32):
        super().__init__(nn.GRU, 1, hidden, 1)


def main() -> None:
    X = np.random.default_rng(0).uniform(size=(800, 20, 1)).astype(np.float32)
    y = (X.sum(axis=(1, 2)) > 10).astype(np.float32)
    ours = GRUClassifier(max_epochs=10, batch_size=32, random_state=0, **PLAIN)
    theirs = NeuralNetBinaryClassifier(
        HiddenNet,
        max_epochs=10,
        batch_size=32,
        optimizer=torch.optim.Adam,
        verbose=0,
        train_split=None,
        iterator_train__shuffle=True,
    )
    grid = {"hidden_size": HIDDEN, "lr": RATES}
    their_grid = {"module__hidden": HIDDEN, "lr": RATES}
    searches = {
        "skrnn, n_jobs=1": GridSearchCV(ours, grid, cv=3, n_jobs=1),
        "skrnn, n_jobs=2": GridSearchCV(ours, grid, cv=3, n_jobs=2),
        "skorch, n_jobs=1": GridSearchCV(theirs, their_grid, cv=3, n_jobs=1),
    }
    GridSearchCV(ours, {"lr": RATES}, cv=3, n_jobs=2).fit(X[:100], y[:100])
    seconds = {name: [] for name in searches}
    for _ in range(5):
        for name, search in searches.items():
            start = time.perf_counter()
            search.fit(X, y)
            seconds[name].append(time.perf_counter() - start)
    medians = {name: float(np.median(values)) for name, values in seconds.items()}
    one = medians["skrnn, n_jobs=1"]
    rows = [[name, f"{s:.2f}", f"{one / s:.2f}"] for name, s in medians.items()]
    print("Grid search, 12 candidates, 3 folds\n")
    print(markdown(["", "seconds", "skrnn with one job / this"], rows))


if __name__ == "__main__":
    main()
