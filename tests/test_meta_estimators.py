"""The estimators inside scikit-learn's own meta-estimators."""

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import Ridge
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    TimeSeriesSplit,
    cross_val_predict,
    cross_val_score,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skrnn
from tests.conftest import CLASSIFIERS, SMALL, make_data

N = 150


@pytest.fixture
def classifier():
    return skrnn.GRUClassifier(**{**SMALL, "max_epochs": 40})


@pytest.fixture
def regressor():
    return skrnn.LSTMRegressor(**{**SMALL, "max_epochs": 40})


@pytest.fixture
def classes():
    return make_data(skrnn.GRUClassifier, N, n_timesteps=6)


@pytest.fixture
def numbers():
    return make_data(skrnn.LSTMRegressor, N, n_timesteps=6)


GRID = {"hidden_size": [4, 8], "lr": [1e-3, 1e-2], "dropout": [0.0, 0.2]}


def test_pipeline_in_3d(make, data):
    X, y = data
    pipeline = make_pipeline(FunctionTransformer(np.tanh), make())
    assert pipeline.fit(X, y).predict(X).shape == (len(X),)


def test_pipeline_behind_a_scaler_in_2d(make, estimator_class):
    X, y = make_data(estimator_class, N)
    table = X.reshape(N, -1) * 100 + 7
    model = make_pipeline(StandardScaler(), make(n_channels=2, max_epochs=60)).fit(table, y)
    assert model[-1].n_channels_ == 2
    assert model.score(table, y) > (0.7 if estimator_class in CLASSIFIERS else 0.3)


@pytest.mark.parametrize("search", [GridSearchCV, HalvingGridSearchCV])
def test_searches_with_two_jobs(classifier, regressor, classes, numbers, search):
    options = {"random_state": 0} if search is HalvingGridSearchCV else {}
    for model, (X, y) in ((classifier, classes), (regressor, numbers)):
        found = search(model.set_params(max_epochs=5), GRID, cv=3, n_jobs=2, **options).fit(X, y)
        assert set(found.best_params_) == set(GRID)
        assert found.predict(X).shape == (N,)
        assert np.isfinite(found.cv_results_["mean_test_score"]).all()


def test_search_over_a_pipeline_in_2d(regressor, numbers):
    X, y = numbers
    pipeline = make_pipeline(StandardScaler(), regressor.set_params(n_channels=2))
    found = GridSearchCV(pipeline, {"lstmregressor__lr": [1e-4, 1e-2]}, cv=3)
    assert found.fit(X.reshape(N, -1), y).best_params_ == {"lstmregressor__lr": 1e-2}


def test_cross_val_predict(classifier, classes):
    X, y = classes
    probabilities = cross_val_predict(classifier, X, y, method="predict_proba")
    assert probabilities.shape == (N, 2)
    assert ((probabilities[:, 1] > 0.5) == y).mean() > 0.7


def test_cross_val_score_of_ragged_lists(classifier, classes):
    X, y = classes
    short = [x[i % 3 :] for i, x in enumerate(X)]
    assert cross_val_score(classifier, short, y, cv=3).mean() > 0.6


def test_time_series_split(regressor, numbers):
    scores = cross_val_score(regressor, *numbers, cv=TimeSeriesSplit(3))
    assert np.isfinite(scores).all()


def test_learning_curve(regressor, numbers):
    sizes, _, test_scores = learning_curve(regressor, *numbers, train_sizes=[0.2, 1.0], cv=3)
    assert test_scores.shape == (2, 3)
    assert test_scores[1].mean() > test_scores[0].mean()
    assert sizes[0] < sizes[1]


def test_transformed_target(regressor, numbers):
    X, y = numbers
    model = TransformedTargetRegressor(regressor, func=np.exp, inverse_func=np.log)
    assert model.fit(X, np.clip(y, -1, 1)).predict(X).shape == (N,)


def test_calibration(classifier, classes):
    X, y = classes
    model = CalibratedClassifierCV(classifier, cv=3).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    assert model.score(X, y) > 0.7


def test_voting(classifier, regressor, classes, numbers):
    lstm = skrnn.LSTMClassifier(**SMALL)
    voting = VotingClassifier([("gru", classifier), ("lstm", lstm)], voting="soft")
    assert voting.fit(*classes).score(*classes) > 0.6
    assert VotingRegressor([("lstm", regressor)]).fit(*numbers).score(*numbers) > 0.2


def test_stacking(classifier, regressor, classes, numbers):
    stack = StackingClassifier([("gru", classifier)], cv=3).fit(*classes)
    assert stack.score(*classes) > 0.7
    stack = StackingRegressor([("lstm", regressor)], final_estimator=Ridge(), cv=3).fit(*numbers)
    assert stack.score(*numbers) > 0.2


def test_one_versus_rest(classifier, classes):
    X, _ = classes
    y = np.digitize(X[:, -1, 0], [-0.5, 0.5])
    model = OneVsRestClassifier(classifier).fit(X, y)
    assert model.score(X, y) > 0.7


def test_multi_output_regressor(regressor, numbers):
    X, y = numbers
    both = np.column_stack([y, -y])
    assert MultiOutputRegressor(regressor).fit(X, both).predict(X).shape == (N, 2)
