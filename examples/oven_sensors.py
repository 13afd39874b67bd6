"""From a table of sensor readings to what the model uses: which sensor, and how far back.

An oven is read once a minute: how open its valve is, the pressure of the gas, and a microphone that
carries no information. The product's temperature follows the heat, valve times pressure, with a
dead time of six minutes. `SlidingWindow` gives each row its recent past inside a pipeline, so that
a grid search over splits in time finds how much past is needed. The data are simulated, so that the
answer is known.
"""

from itertools import pairwise

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skrnn import GRURegressor
from skrnn.inspection import permutation_importance
from skrnn.preprocessing import SlidingWindow

SENSORS = ("valve", "pressure", "microphone")
DEAD_TIME = 6  # minutes
N_TEST = 300


def simulate(n_minutes, random_state):
    """Readings of shape (n_minutes, 3), and the product's temperature in each minute."""
    rng = np.random.default_rng(random_state)
    readings = rng.normal(size=(n_minutes, 3))
    for t in range(1, n_minutes):  # valve and pressure change slowly
        readings[t, :2] = 0.7 * readings[t - 1, :2] + 0.7 * readings[t, :2]
    heat = readings[:, 0] * readings[:, 1]
    temperature = np.zeros(n_minutes)
    for t in range(DEAD_TIME, n_minutes):
        temperature[t] = 0.5 * temperature[t - 1] + heat[t - DEAD_TIME]
    return readings, temperature + 0.1 * rng.normal(size=n_minutes)


def search_window(X, y):
    """Find the window length by cross-validation with splits in time."""
    network = GRURegressor(hidden_size=24, max_epochs=30, random_state=0)
    model = make_pipeline(SlidingWindow(), network)
    lengths = {"slidingwindow__window_length": [4, 12]}
    return GridSearchCV(model, lengths, cv=TimeSeriesSplit(2, test_size=200)).fit(X, y)


def make_rivals(window_length):
    """Models without recurrence: on the current row only, and on flattened windows."""
    boosting = HistGradientBoostingRegressor(random_state=0)
    flatten = FunctionTransformer(lambda windows: windows.reshape(len(windows), -1))
    windows = SlidingWindow(window_length)
    return {
        "boosting, current row": boosting,
        "ridge, windows": make_pipeline(windows, flatten, StandardScaler(), RidgeCV()),
        "boosting, windows": make_pipeline(windows, flatten, boosting),
    }


def show_importances(found, window_length):
    """Print a row for each sensor and a column for each block of minutes."""
    ages = window_length - found.block_edges  # steps of a window, counted back from the current row
    columns = [f"{first - 1:>3}-{last:<3}" for first, last in pairwise(ages)]
    print(f"\n{'R2 lost, by minutes ago':<24}", *columns)
    for sensor, row in zip(SENSORS, found.importances_mean):
        print(f"{sensor:<24}", *(f"{value:>6.2f} " for value in row))


def main(n_minutes=2000, random_state=0):
    """Print and return the scores on the last minutes, the best window, and the importances."""
    X, y = simulate(n_minutes, random_state)
    train, test = slice(None, -N_TEST), slice(-N_TEST, None)
    search = search_window(X[train], y[train])
    best = search.best_params_["slidingwindow__window_length"]
    print(f"Best window: {best} minutes; R2 in cross-validation: {search.best_score_:.3f}\n")

    scores = {
        name: model.fit(X[train], y[train]).score(X[test], y[test])
        for name, model in make_rivals(best).items()
    }
    scores["GRU, windows"] = search.score(X[test], y[test])
    for name, score in scores.items():
        print(f"{name:<24} R2 {score:.3f}")

    # Rows are not samples here, so the importances are those of parts of the windows.
    window, network = search.best_estimator_
    found = permutation_importance(
        network, window.transform(X[test]), y[test], by="both", n_blocks=6, random_state=0
    )
    show_importances(found, best)
    return {"window": best, "scores": scores, "importances": found.importances_mean}


if __name__ == "__main__":
    main()
