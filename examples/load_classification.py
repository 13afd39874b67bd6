"""Tell summer from winter by a day of electricity load, with a GRU in a grid search.

Each sample is the hourly electricity load of Italy on one day; the classes are October to March and
April to September. The data are "ItalyPowerDemand" of the UCR archive, each curve scaled to mean
zero and variance one; they ship with sktime. With only 67 days to train on, a logistic regression
is hard to beat, so it is included beside the GRU.
"""

from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sktime.datasets import load_italy_power_demand

from skrnn import GRUClassifier

GRID = {"gruclassifier__hidden_size": [16, 32], "gruclassifier__lr": [0.01, 0.03]}


def load(split):
    """Days as (n_samples, n_timesteps, n_channels), and their classes."""
    X, y = load_italy_power_demand(split=split, return_type="numpy3D")
    return X.transpose(0, 2, 1), y  # sktime's numpy3D is (n_samples, n_channels, n_timesteps)


def main():
    """Print and return the test accuracy of each model."""
    X_train, y_train = load("train")
    X_test, y_test = load("test")
    print(f"{len(X_train)} days to train on, {len(X_test)} to test on, {X_train.shape[1]} hours\n")

    # One channel needs no third axis: a table with a column for each hour goes through a pipeline.
    table_train, table_test = X_train[:, :, 0], X_test[:, :, 0]
    gru = make_pipeline(StandardScaler(), GRUClassifier(random_state=0))
    search = GridSearchCV(gru, GRID, cv=5).fit(table_train, y_train)
    print(f"Best of the grid: {search.best_params_}")
    print(f"Its accuracy in cross-validation: {search.best_score_:.3f}\n")

    logistic = make_pipeline(StandardScaler(), LogisticRegression()).fit(table_train, y_train)
    dummy = DummyClassifier().fit(table_train, y_train)
    # The same settings on sequences: all hours then share one scale, set by the estimator itself.
    on_sequences = clone(search.best_estimator_[-1]).fit(X_train, y_train)

    accuracies = {
        "most frequent class": dummy.score(table_test, y_test),
        "logistic regression": logistic.score(table_test, y_test),
        "GRU, grid search on a table": search.score(table_test, y_test),
        "GRU, same settings on sequences": on_sequences.score(X_test, y_test),
    }
    for name, accuracy in accuracies.items():
        print(f"{name:<32} test accuracy {accuracy:.3f}")
    best = max(accuracies.values())
    error = (best * (1 - best) / len(y_test)) ** 0.5
    print(f"\nStandard error of the best: {error:.3f}; smaller differences say nothing.")
    return accuracies


if __name__ == "__main__":
    main()
