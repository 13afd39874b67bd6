"""JapaneseVowels with half of all values deleted at random: what each way to read gaps is worth.

Test accuracy of GRUClassifier on the official split, mean of three seeds; the deleted values are
others for each seed. With "mean" the mean of the channel stands in their place, and the network is
told nothing.
"""

import numpy as np
from _sets import SEEDS, load
from sklearn.impute import SimpleImputer

from skrnn import GRUClassifier

DELETED = 0.5


def delete(X, rng):
    return [np.where(rng.random(x.shape) < DELETED, np.nan, x) for x in X]


def impute(X, imputer):
    return [imputer.transform(x) for x in X]


def accuracies(split, seed) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    X_train, X_test = delete(split.X_train, rng), delete(split.X_test, rng)
    found = {}
    for missing in ("mask", "decay"):
        model = GRUClassifier(missing=missing, random_state=seed).fit(X_train, split.y_train)
        found[f'missing="{missing}"'] = model.score(X_test, split.y_test)
    imputer = SimpleImputer().fit(np.concatenate(X_train))
    model = GRUClassifier(random_state=seed).fit(impute(X_train, imputer), split.y_train)
    return found | {"mean": model.score(impute(X_test, imputer), split.y_test)}


def main() -> None:
    split = load("JapaneseVowels")
    runs = [accuracies(split, seed) for seed in SEEDS]
    names = list(runs[0])
    print(f"| {' | '.join(names)} |\n|" + "---|" * len(names))
    print(f"| {' | '.join(f'{np.mean([run[name] for run in runs]):.3f}' for name in names)} |")


if __name__ == "__main__":
    main()
