"""Sets of the UCR and UEA archives with their official split, and published accuracies."""

import csv
import os
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

DATA = Path(os.environ.get("SKRNN_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))

# From quick to slow. The first are those with published accuracies of 1-NN DTW.
UNIVARIATE = [
    *("ItalyPowerDemand", "TwoLeadECG", "GunPoint", "CBF", "ECG200", "Coffee", "ArrowHead"),
    *("ShapeletSim", "Trace", "MedicalImages", "FacesUCR", "OSULeaf", "SwedishLeaf"),
    *("BME", "UMD", "PowerCons", "ACSF1", "PickupGestureWiimoteZ"),
]
MULTIVARIATE = ["BasicMotions", "JapaneseVowels"]
# Sequences of different lengths, or with missing values, as they are
GAPPY = ["AllGestureWiimoteX", "GestureMidAirD1", "DodgerLoopGame"]
REGRESSION = ["Tecator", "Covid3Month"]
SEEDS = (0, 1, 2)

# Columns of the published tables; "tuned" is the best warping window of a cross-validation
PUBLISHED = {
    "1-NN DTW, tuned": ("published_bakeoff2015_singleTrainTest.csv", "DTW_Rn_1NN"),
    "TWIESN": ("published_ucr128_dl.csv", "dl4tsc:twiesn"),
    "FCN": ("published_ucr128_dl.csv", "dl4tsc:fcn"),
}
PUBLISHED_MULTIVARIATE = {
    "TWIESN": ("published_mts_dl.csv", "dl4tsc-mts:twiesn"),
    "FCN": ("published_mts_dl.csv", "dl4tsc-mts:fcn"),
}


@dataclass(frozen=True)
class Split:
    """A set with its official training and test part; sequences are arrays or lists of arrays."""

    name: str
    X_train: np.ndarray | list
    y_train: np.ndarray
    X_test: np.ndarray | list
    y_test: np.ndarray


def data_file(name: str) -> Path:
    """A file of the benchmark data, or the end of the script with the reason."""
    path = DATA / "tsc" / name
    if not path.exists():
        sys.exit(f"{name} is not in {DATA / 'tsc'}; set SKRNN_DATA to the folder with the data.")
    return path


def load(name: str) -> Split:
    with np.load(data_file(f"{name}.npz")) as z:
        parts = {key: z[key] for key in z}
    for part in ("train", "test"):
        if f"offsets_{part}" in parts:
            steps, bounds = parts[f"X_{part}"], parts.pop(f"offsets_{part}")
            parts[f"X_{part}"] = [steps[a:b] for a, b in pairwise(bounds)]
    return Split(name, **parts)


def published(name: str) -> dict[str, float]:
    """Published accuracies on a set by method, those that there are."""
    found = {}
    for method, (file, column) in PUBLISHED_MULTIVARIATE.items():
        found |= _look_up(name, method, file, column)
    for method, (file, column) in PUBLISHED.items():
        found |= _look_up(name, method, file, column)
    return found


def _look_up(name: str, method: str, file: str, column: str) -> dict[str, float]:
    with data_file(file).open() as lines:
        for row in csv.DictReader(lines):
            if name in (row.get("dataset"), row.get("dataset_name")) and row[column]:
                return {method: float(row[column])}
    return {}


def accuracy(split: Split, make, seeds=SEEDS) -> tuple[float, float]:
    """Mean accuracy over seeds on the test part, and the mean seconds of a fit."""
    scores, seconds = [], []
    for seed in seeds:
        start = time.perf_counter()
        model = make(random_state=seed).fit(split.X_train, split.y_train)
        seconds.append(time.perf_counter() - start)
        scores.append(model.score(split.X_test, split.y_test))
    return float(np.mean(scores)), float(np.mean(seconds))
