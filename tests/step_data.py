"""Small data with a target for each time step, and what tests of them share."""

from functools import cache

import numpy as np
import pytest

import skrnn
from skrnn import GRUTagger, LSTMSequenceRegressor
from tests.conftest import ragged

TAGGERS = (skrnn.RNNTagger, skrnn.LSTMTagger, skrnn.GRUTagger)
REGRESSORS = (skrnn.RNNSequenceRegressor, skrnn.LSTMSequenceRegressor, skrnn.GRUSequenceRegressor)
PAIR = (GRUTagger, LSTMSequenceRegressor)
TINY = {"hidden_size": 6, "max_epochs": 3, "random_state": 0}
each_class = pytest.mark.parametrize("cls", TAGGERS + REGRESSORS)
each_kind = pytest.mark.parametrize("cls", PAIR)


def make_data(cls, n_samples=40, n_steps=12, seed=0):
    """Two channels, and targets that depend on the step two before, numbers also on this one."""
    X = np.random.default_rng(seed).normal(size=(n_samples, n_steps, 2))
    before = np.concatenate([np.zeros((n_samples, 2)), X[:, :-2, 0]], axis=1)
    if issubclass(cls, TAGGERS):
        return X, np.select([before > 0.5, before < -0.5], ["high", "low"], "mid")
    return X, 3 * before + X[:, :, 1] + 10


def make_ragged(cls, **sizes):
    """The last steps of sequences, and their targets."""
    X, y = make_data(cls, **sizes)
    return ragged(X), ragged(y)


def outputs(model, X, **times):
    """The finest output that an estimator has."""
    return getattr(model, "decision_function", model.predict)(X, **times)


def assert_close(actual, expected, **tolerance):
    """Compare lists of arrays, or arrays."""
    assert len(actual) == len(expected)
    for a, b in zip(actual, expected):
        np.testing.assert_allclose(a, b, **{"rtol": 1e-5, "atol": 1e-6} | tolerance)


def fit_tiny(cls, X, y, sample_weight=None, times=None, **parameters):
    return cls(**{**TINY, **parameters}).fit(X, y, sample_weight, times=times)


@cache
def fitted(cls):
    """A model of ragged sequences; copy it before changing it."""
    return fit_tiny(cls, *make_ragged(cls))


def lag_task(n_samples, seed, n_steps=20):
    """Bits, and whether each differs from the one two steps before it."""
    X = np.random.default_rng(seed).integers(0, 2, size=(n_samples, n_steps)).astype(float)
    y = X.astype(bool)
    y[:, 2:] = X[:, 2:] != X[:, :-2]
    return X, y
