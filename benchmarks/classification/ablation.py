"""What each choice of the defaults, and some others, buys a GRU classifier.

Test accuracy on the official splits, mean of three seeds. Each row changes the first in one way.
The defaults were chosen by cross-validation on the training parts, not by this table.
"""

import sys
from functools import partial

import numpy as np
from _sets import SEEDS, accuracy, load

from skrnn import GRUClassifier

CHOICES = {
    "defaults": {},
    "differences=False": {"differences": False},
    'pooling="last"': {"pooling": "last"},
    'pooling="mean"': {"pooling": "mean"},
    'pooling="max"': {"pooling": "max"},
    'pooling="attention"': {"pooling": "attention"},
    "segment_length=1": {"segment_length": 1},
    "max_epochs=60": {"max_epochs": 60},
    'all four: differences=False, pooling="last", segment_length=1, max_epochs=60': {
        "differences": False,
        "pooling": "last",
        "segment_length": 1,
        "max_epochs": 60,
    },
    "bidirectional=True": {"bidirectional": True},
    "dropout=0.3": {"dropout": 0.3},
    "layer_norm=True": {"layer_norm": True},
    "variational_dropout=0.2": {"variational_dropout": 0.2},
    "conv=True": {"conv": True},
}
# Of the run in docs/benchmarks.md: to be written anew with the next one
NOTE = """
*Means of three seeds; the test parts have 1,029, 1,139, 150, 900, 100 and 370 sequences.
Differences of the mean of less than about a point are chance, on ECG200 alone those of less than
about four: two runs of the defaults with three other seeds each differed by 1.7 there.*"""
SETS = ["ItalyPowerDemand", "TwoLeadECG", "GunPoint", "CBF", "ECG200", "JapaneseVowels"]


def main(names) -> None:
    splits = [load(name) for name in names]
    heads = ["GRUClassifier", *names, "mean", "seconds a fit"]
    print(f"| {' | '.join(heads)} |\n|" + "---|" * len(heads))
    for title, options in CHOICES.items():
        make = partial(GRUClassifier, **options)
        scores, seconds = zip(*(accuracy(split, make, SEEDS) for split in splits))
        cells = [f"{score:.3f}" for score in (*scores, np.mean(scores))]
        print(f"| {title} | {' | '.join(cells)} | {np.mean(seconds):.1f} |", flush=True)
    print(NOTE)


if __name__ == "__main__":
    main(sys.argv[1:] or SETS)
