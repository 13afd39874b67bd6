"""Accuracy of GRU and LSTM classifiers with all defaults, beside published tables.

On the official splits, mean of three seeds. Missing values are read by ``missing="mask"``, where
there are any. Published figures are copied: 1-NN DTW with a tuned window from the bake-off of 2015,
TWIESN and FCN from Fawaz et al. 2019; a blank means that the tables have no such figure.
The means are over the univariate sets in which all columns have one.

``python archive.py ItalyPowerDemand GunPoint`` runs some sets only.
"""

import sys
from functools import partial

import numpy as np
from _sets import GAPPY, MULTIVARIATE, PUBLISHED, UNIVARIATE, accuracy, load, published

from skrnn import GRUClassifier, LSTMClassifier

MODELS = {"GRU": GRUClassifier, "LSTM": LSTMClassifier}
COLUMNS = [*MODELS, *PUBLISHED]
# Of the run in docs/benchmarks.md: to be written anew with the next one
NOTE = """
*Far behind on ArrowHead and ShapeletSim, which have 36 and 20 training sequences, and behind on
ECG200 and FacesUCR.*

*Two runs of half of the sets each, beside other work; networks on one thread. The mean is that of
the 13 univariate sets in which all columns have a figure.*"""


def shown(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def has_gaps(X) -> bool:
    return any(np.isnan(x).any() for x in X)


def main(names) -> None:
    heads = ["set", "training sequences", *COLUMNS, *(f"{name}, seconds a fit" for name in MODELS)]
    print(f"| {' | '.join(heads)} |\n|" + "---|" * len(heads))
    complete = []
    for name in names:
        split = load(name)
        options = {"missing": "mask"} if has_gaps(split.X_train) else {}
        found = {m: accuracy(split, partial(make, **options)) for m, make in MODELS.items()}
        figures = published(name) | {model: score for model, (score, _) in found.items()}
        seconds = [f"{took:.1f}" for _, took in found.values()]
        cells = [name, str(len(split.y_train)), *(shown(figures.get(c)) for c in COLUMNS), *seconds]
        print(f"| {' | '.join(cells)} |", flush=True)
        if all(column in figures for column in COLUMNS):
            complete.append([figures[column] for column in COLUMNS])
    if complete:
        means = [shown(mean) for mean in np.mean(complete, axis=0)]
        print(f"| mean of {len(complete)} | | {' | '.join(means)} |" + " |" * len(MODELS))
    print(NOTE)


if __name__ == "__main__":
    main(sys.argv[1:] or [*UNIVARIATE, *MULTIVARIATE, *GAPPY])
