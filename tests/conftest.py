"""What tests share: the estimators, and small data."""

import os
from numbers import Integral

os.environ.setdefault("SCIPY_ARRAY_API", "1")  # scikit-learn skips its array API check without

import numpy as np
import pytest
import torch

import skrnn

CLASSIFIERS = (skrnn.RNNClassifier, skrnn.LSTMClassifier, skrnn.GRUClassifier)
REGRESSORS = (skrnn.RNNRegressor, skrnn.LSTMRegressor, skrnn.GRURegressor)
SIX = CLASSIFIERS + REGRESSORS
SMALL = {"hidden_size": 8, "max_epochs": 3, "random_state": 0}


@pytest.fixture(params=SIX, ids=lambda cls: cls.__name__)
def estimator_class(request):
    """Each of the six presets."""
    return request.param


@pytest.fixture
def make(estimator_class):
    """Make one of the six, small and quick unless said otherwise."""

    def make(**parameters):
        return estimator_class(**{**SMALL, **parameters})

    return make


@pytest.fixture
def data(estimator_class):
    """Sequences of two channels, and targets that the estimator can take."""
    return make_data(estimator_class, n_samples=80)


def make_data(estimator_class, n_samples, n_timesteps=12, n_channels=2, seed=0):
    """Random sequences; the target depends on the third-last step of the first channel."""
    X = np.random.default_rng(seed).normal(size=(n_samples, n_timesteps, n_channels))
    y = X[:, -3, 0]
    return X, (y > 0).astype(int) if issubclass(estimator_class, CLASSIFIERS) else y


def ragged(X, seed=0):
    """Cut sequences to random lengths; their last steps stay."""
    lengths = np.random.default_rng(seed).integers(4, X.shape[1] + 1, len(X))
    return [x[-n:] for x, n in zip(X, lengths)]


def integers(cls):
    """Names of the parameters that may be an integer."""
    constraints = cls._parameter_constraints
    return {
        name
        for name, kinds in constraints.items()
        if {"random_state", "verbose", Integral} & {getattr(kind, "type", kind) for kind in kinds}
    }


def outputs(estimator, X):
    """The finest output an estimator has."""
    return getattr(estimator, "decision_function", estimator.predict)(X)


@pytest.fixture(autouse=True)
def _number_of_threads_is_left_alone():
    """No test may leave another number of threads.

    That estimators leave the global generators alone is a test of its own, in test_contracts.py:
    tests themselves may draw from them, as torch does for the weights of a layer.
    """
    threads = torch.get_num_threads()
    yield
    assert torch.get_num_threads() == threads


@pytest.fixture
def torch_threads():
    """Set the number of torch's threads for a test."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)
