"""scikit-learn's own suite, with no expected failure."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import skrnn
from tests.conftest import SIX


@parametrize_with_checks(
    [cls(max_epochs=30) for cls in SIX]
    + [
        skrnn.RecurrentClassifier(cells=("lstm", "gru"), max_epochs=20),
        skrnn.RecurrentRegressor(cells=("rnn_relu", "gru"), bidirectional=True, max_epochs=20),
    ]
)
def test_scikit_learn_check(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks([cls() for cls in SIX])
def test_scikit_learn_check_with_all_defaults(estimator, check):
    check(estimator)
