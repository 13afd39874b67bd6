"""What the networks must be able to learn with their defaults."""

import time

import numpy as np
import pytest

from skrnn import GRUClassifier, GRURegressor
from tests.conftest import CLASSIFIERS


def lag_task(seed, n_samples=2500, lag=5):
    X = np.random.default_rng(seed).normal(size=(n_samples, 18))
    return X, X[:, -1 - lag]


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_lag_is_learnt(estimator_class, seed):
    """The defaults, but for the number of epochs, which is cut to a quarter to save time."""
    X, y = lag_task(seed)
    if estimator_class in CLASSIFIERS:
        y = (y > 0).astype(int)
    model = estimator_class(random_state=seed, max_epochs=15).fit(X[:2000], y[:2000])
    assert model.score(X[2000:], y[2000:]) > 0.95


@pytest.mark.slow
def test_lag_is_learnt_with_all_defaults(estimator_class):
    X, y = lag_task(0)
    if estimator_class in CLASSIFIERS:
        y = (y > 0).astype(int)
    model = estimator_class(random_state=0).fit(X[:2000], y[:2000])
    assert model.score(X[2000:], y[2000:]) > 0.97


def sum_task(scale, shift):
    X = np.random.default_rng(0).uniform(size=(2800, 20))
    return X * scale + shift, (X.sum(axis=1) > 10).astype(int)


def classic_accuracy(scale=1.0, shift=0.0):
    X, y = sum_task(scale, shift)
    scores = []
    for seed in range(5):
        model = GRUClassifier(hidden_size=32, max_epochs=10, batch_size=32, random_state=seed)
        scores.append(model.fit(X[:800], y[:800]).score(X[800:], y[800:]))
    return np.mean(scores)


def test_classic_example_out_of_the_box():
    plain = classic_accuracy()
    assert plain >= 0.97
    assert classic_accuracy(scale=1e4, shift=1e6) > plain - 0.01


def test_default_fit_takes_seconds():
    """No benchmark: it only tells seconds from minutes."""
    X = np.random.default_rng(0).normal(size=(500, 50, 1))
    start = time.perf_counter()
    GRURegressor(random_state=0).fit(X, X[:, -1, 0])
    assert time.perf_counter() - start < 60
