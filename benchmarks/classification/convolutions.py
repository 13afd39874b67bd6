"""Accuracy of a GRU classifier with a convolutional branch, beside the network it is taken from.

``conv=True`` and else all defaults, on the official splits, mean of three seeds. The figures of FCN
are copied from Fawaz et al. 2019. The means are over the univariate sets with such a figure.

``python convolutions.py ItalyPowerDemand GunPoint`` runs some sets only.
"""

import sys
from functools import partial

import numpy as np
from _sets import SEEDS, UNIVARIATE, accuracy, load, published
from archive import shown

from skrnn import GRUClassifier

SETS = [*UNIVARIATE, "JapaneseVowels"]


def main(names) -> None:
    print("| set | GRU, conv=True | FCN | seconds a fit |\n|---|---|---|---|")
    both = []
    for name in names:
        ours, seconds = accuracy(load(name), partial(GRUClassifier, conv=True), SEEDS)
        fcn = published(name).get("FCN")
        print(f"| {name} | {ours:.3f} | {shown(fcn)} | {seconds:.1f} |", flush=True)
        if name in UNIVARIATE and fcn is not None:
            both.append([ours, fcn])
    if both:
        print(f"| mean of {len(both)} | {' | '.join(map(shown, np.mean(both, axis=0)))} | |")


if __name__ == "__main__":
    main(sys.argv[1:] or SETS)
