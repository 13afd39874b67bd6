"""Accuracy of a GRU classifier with a convolutional branch, beside the network it is taken from.

``conv=True`` and else all defaults, on the official splits, mean of three seeds. The figures of FCN
are copied from Fawaz et al. 2019. The means are over the first univariate sets, which are those of
the mean in archive.py, and over all.

``python convolutions.py ItalyPowerDemand GunPoint`` runs some sets only.
"""

import sys
from functools import partial

import numpy as np
from _sets import SEEDS, UNIVARIATE, accuracy, load, published
from archive import shown

from skrnn import GRUClassifier

TOO_LONG = {"ACSF1"}
SETS = [*(name for name in UNIVARIATE if name not in TOO_LONG), "JapaneseVowels"]
FIRST = UNIVARIATE[:13]  # those with published accuracies of 1-NN DTW
# Of the run in docs/benchmarks.md: to be written anew with the next one
NOTE = """
*Each fit on one thread, two beside each other. ACSF1, whose sequences have 1,460 steps, was not
run: a fit takes ten minutes. FCN was trained for 2,000 epochs, by Fawaz et al.; here there are 60
to 600 of them, at least 1,200 steps. Behind FCN by more than two points on FacesUCR,
PickupGestureWiimoteZ, ArrowHead, ECG200 and MedicalImages; far ahead on ShapeletSim, BME and
PowerCons. Without dropout beside the convolutions ArrowHead had 0.608: the recurrent layers
learnt its 36 training sequences before the convolutions had found anything. That figure led to
the dropout (0.8, as in Karim et al.), which was then decided on parts of the training data: with
75 training sequences of SwedishLeaf 0.880 without, 0.918 with it, and 0.925 with the recurrent
layers left out; with 60 of FacesUCR 0.779, 0.793 and 0.793. Four times the steps gave 0.800
there, batch normalisation without recurrent layers 0.800, and 0.929 on SwedishLeaf.*"""


def main(names) -> None:
    print("| set | GRU, conv=True | FCN | seconds a fit |\n|---|---|---|---|")
    both = {}
    for name in names:
        ours, seconds = accuracy(load(name), partial(GRUClassifier, conv=True), SEEDS)
        fcn = published(name).get("FCN")
        print(f"| {name} | {ours:.3f} | {shown(fcn)} | {seconds:.1f} |", flush=True)
        if name in UNIVARIATE and fcn is not None:
            both[name] = ours, fcn
    first = [both[name] for name in FIRST if name in both]
    show_mean(f"first {len(first)}", first)
    show_mean(f"{len(both)} univariate", list(both.values()))
    print(NOTE)


def show_mean(of: str, figures: list[tuple]) -> None:
    if figures:
        print(f"| mean of the {of} | {' | '.join(map(shown, np.mean(figures, axis=0)))} | |")


if __name__ == "__main__":
    main(sys.argv[1:] or SETS)
