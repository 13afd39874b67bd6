"""scikit-learn's own suite, with no expected failure."""

from sklearn.utils.estimator_checks import parametrize_with_checks

import skrnn
from tests.conftest import SIX


@parametrize_with_checks(
    [skrnn.GRUClassifier()]
    + [cls(max_epochs=30) for cls in SIX if cls is not skrnn.GRUClassifier]
    + [
        skrnn.RecurrentClassifier(cells=("lstm", "gru"), max_epochs=20),
        skrnn.RecurrentRegressor(cells=("rnn_relu", "gru"), bidirectional=True, max_epochs=20),
    ]
)
def test_scikit_learn_check(estimator, check):
    check(estimator)
