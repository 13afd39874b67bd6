"""Tell nine speakers apart by two vowels: recordings of different lengths, in sktime's panels.

Each sample is one utterance, 7 to 29 frames of 12 coefficients of its spectrum. The data are
"JapaneseVowels" of the UEA archive; they ship with sktime. The GRU takes them as they are, a table
with a row for each frame. A random forest is compared with it; it knows the mean, spread and
extremes of each coefficient, but not their order.

sktime's own grid search tunes the GRU on the training data. Finally, four of ten values are deleted
at random: an sktime pipeline fills the gaps, or the GRU reads what is left as it is, with
``missing="mask"``.
"""

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sktime.classification.model_selection import TSCGridSearchCV
from sktime.datasets import load_japanese_vowels
from sktime.transformations.series.impute import Imputer

from skrnn.classification import GRUTimeSeriesClassifier

SETTINGS = {"hidden_size": 32, "max_epochs": 20, "random_state": 0}
GRID = {"bidirectional": [False, True]}


def summaries(X):
    """Statistics of each utterance, without the order of its frames."""
    return X.groupby(level=0).agg(["mean", "std", "min", "max"]).to_numpy()


def with_gaps(X, share, random_state):
    """Delete a share of all values at random."""
    rng = np.random.default_rng(random_state)
    return X.mask(rng.random(X.shape) < share)


def main():
    """Print and return the test accuracy of each model."""
    X, y = load_japanese_vowels(split="train", return_type="pd-multiindex")
    X_test, y_test = load_japanese_vowels(split="test", return_type="pd-multiindex")
    lengths = X.groupby(level=0).size()
    print(f"{len(y)} utterances of {lengths.min()} to {lengths.max()} frames to train on")

    gru = GRUTimeSeriesClassifier(**SETTINGS)
    search = TSCGridSearchCV(gru, GRID, cv=3, error_score="raise").fit(X, y)
    forest = RandomForestClassifier(random_state=0).fit(summaries(X), y)
    accuracies = {
        "random forest of summaries": forest.score(summaries(X_test), y_test),
        "GRU": gru.fit(X, y).score(X_test, y_test),
        "GRU, best of the grid": search.score(X_test, y_test),
    }
    print(f"Best of the grid: {search.best_params_}\n")

    X, X_test = with_gaps(X, 0.4, random_state=0), with_gaps(X_test, 0.4, random_state=1)
    filled = Imputer("ffill") * Imputer("constant", value=0) * gru
    masked = GRUTimeSeriesClassifier(missing="mask", **SETTINGS)
    accuracies["GRU, gaps filled"] = filled.fit(X, y).score(X_test, y_test)
    accuracies['GRU, gaps, missing="mask"'] = masked.fit(X, y).score(X_test, y_test)

    for name, accuracy in accuracies.items():
        print(f"{name:<28} test accuracy {accuracy:.3f}")
    best = max(accuracies.values())
    error = (best * (1 - best) / len(y_test)) ** 0.5
    print(f"\nStandard error of the best: {error:.3f}; smaller differences say nothing.")
    return accuracies


if __name__ == "__main__":
    main()
