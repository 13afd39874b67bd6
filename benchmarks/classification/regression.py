"""Regression of one number a sequence: GRU and LSTM with all defaults beside ridge regression.

Root mean squared error on the official splits; mean of three seeds of the networks. Ridge reads
the flattened sequence, as it is (alpha=1), and standardised with alpha chosen by leave-one-out.
"""

import numpy as np
from _sets import REGRESSION, SEEDS, load
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import GRURegressor, LSTMRegressor

RIDGES = {
    "ridge": Ridge(),
    "ridge, alpha chosen": make_pipeline(StandardScaler(), RidgeCV(np.logspace(-6, 6, 25))),
}
NETWORKS = {"GRU": GRURegressor, "LSTM": LSTMRegressor}


def main() -> None:
    heads = ["set", "training sequences", *NETWORKS, *RIDGES]
    print(f"| {' | '.join(heads)} |\n|" + "---|" * len(heads))
    for name in REGRESSION:
        split = load(name)
        flat, flat_test = (np.reshape(X, (len(X), -1)) for X in (split.X_train, split.X_test))
        errors = []
        for make in NETWORKS.values():
            models = [make(random_state=seed).fit(split.X_train, split.y_train) for seed in SEEDS]
            errors.append(
                np.mean(
                    [root_mean_squared_error(split.y_test, m.predict(split.X_test)) for m in models]
                )
            )
        for ridge in RIDGES.values():
            predicted = ridge.fit(flat, split.y_train).predict(flat_test)
            errors.append(root_mean_squared_error(split.y_test, predicted))
        cells = [f"{error:.4g}" for error in errors]
        print(f"| {name} | {len(split.y_train)} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
