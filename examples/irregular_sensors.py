"""Find leaking tanks with two sensors that report at irregular times and lose half of the readings.

Each tank is closed under pressure and watched for a while. A tight one loses pressure slowly, a
leaking one faster, and both sensors drift with the temperature of the day. Reports come
irregularly, so the number of steps says nothing about the time that has passed, and half of all
readings are lost. The data are simulated.

The times are a channel of the input, next to the readings, so that cross-validation and searches
carry them along. The networks that read neither times nor gaps see the same readings, with lost
ones replaced by the mean or the last observation.
"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score

from skrnn import GRUClassifier

N_STEPS = 24
LOST = 0.5


def simulate(n_tanks, random_state):
    """Readings and times of shape (n_tanks, N_STEPS, 3), in bar, bar and hours, and who leaks."""
    rng = np.random.default_rng(random_state)
    leaks = np.arange(n_tanks) % 2
    # hours between reports; each tank's sensors have a pace of their own
    pace = rng.choice([0.1, 0.3, 1.0], size=(n_tanks, 1))
    hours = (pace * rng.exponential(size=(n_tanks, N_STEPS))).cumsum(axis=1)
    half_life = np.where(leaks, 4.0, 12.0) * rng.uniform(0.8, 1.25, size=n_tanks)
    pressure = rng.uniform(3, 5, size=(n_tanks, 1)) * 0.5 ** (hours / half_life[:, None])
    day = 0.05 * np.sin(2 * np.pi * (hours / 24 + rng.uniform(size=(n_tanks, 1))))
    X = np.stack([pressure, pressure + day, hours], axis=2)
    X[:, :, :2] += 0.02 * rng.normal(size=(n_tanks, N_STEPS, 2))
    X[:, :, :2][rng.random((n_tanks, N_STEPS, 2)) < LOST] = np.nan
    return X, leaks


def with_means(X):
    """Readings only, with lost ones replaced by the mean of their sensor."""
    readings = X[:, :, :2]
    return np.where(np.isnan(readings), np.nanmean(readings, axis=(0, 1)), readings)


def with_last(X):
    """Readings only, with lost ones replaced by the last observation, or the mean if none."""
    filled = with_means(X)
    for t in range(1, N_STEPS):
        readings = X[:, t, :2]
        filled[:, t] = np.where(np.isnan(readings), filled[:, t - 1], readings)
    return filled


def main(n_tanks=240, random_state=0):
    """Print and return the accuracy of each model in cross-validation."""
    X, leaks = simulate(n_tanks, random_state)
    gru = {"hidden_size": 32, "max_epochs": 30, "random_state": 0}
    timed = {**gru, "time_channel": 2}
    rows = X.reshape(n_tanks, -1)
    models = {
        "GRU, means": (GRUClassifier(**gru), with_means(X)),
        "GRU, last observations": (GRUClassifier(**gru), with_last(X)),
        "boosting, rows with times": (HistGradientBoostingClassifier(random_state=0), rows),
        'GRU, missing="mask", times': (GRUClassifier(missing="mask", **timed), X),
        'GRU, missing="decay", times': (GRUClassifier(missing="decay", **timed), X),
    }
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    accuracies = {}
    for name, (model, data) in models.items():
        accuracies[name] = cross_val_score(model, data, leaks, cv=folds).mean()
        print(f"{name:<28} accuracy {accuracies[name]:.3f}")
    error = (0.25 / n_tanks) ** 0.5
    print(f"\nStandard error, at most: {error:.3f}; smaller differences say nothing.")
    return accuracies


if __name__ == "__main__":
    main()
