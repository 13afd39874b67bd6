"""Classifiers and regressors of sktime: its suite, and what its users rely on beyond it."""

import inspect
import pickle
import re
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.model_selection import GridSearchCV, cross_val_score
from sktime.base import load
from sktime.classification.compose import ClassifierPipeline
from sktime.classification.ensemble import BaggingClassifier
from sktime.classification.model_selection import TSCGridSearchCV
from sktime.datatypes import convert
from sktime.regression.compose import RegressorPipeline
from sktime.regression.model_selection import TSRGridSearchCV
from sktime.transformations.compose import FitInTransform
from sktime.transformations.panel.interpolate import TSInterpolator
from sktime.transformations.series.difference import Differencer
from sktime.transformations.series.impute import Imputer
from sktime.utils.estimator_checks import check_estimator

import skrnn
from skrnn.classification import (
    GRUTimeSeriesClassifier,
    LSTMTimeSeriesClassifier,
    RNNTimeSeriesClassifier,
)
from skrnn.regression import (
    GRUTimeSeriesRegressor,
    LSTMTimeSeriesRegressor,
    RNNTimeSeriesRegressor,
)
from tests.conftest import SMALL
from tests.test_training import Interrupt

INSIDE = {
    RNNTimeSeriesClassifier: skrnn.RNNClassifier,
    LSTMTimeSeriesClassifier: skrnn.LSTMClassifier,
    GRUTimeSeriesClassifier: skrnn.GRUClassifier,
    RNNTimeSeriesRegressor: skrnn.RNNRegressor,
    LSTMTimeSeriesRegressor: skrnn.LSTMRegressor,
    GRUTimeSeriesRegressor: skrnn.GRURegressor,
}
FORMS = ("numpy3D", "pd-multiindex", "nested_univ", "df-list")


def make_panel(n_samples=40, n_channels=2, n_timesteps=12, seed=0):
    """An array of shape (n_samples, n_channels, n_timesteps); the target is near its end."""
    X = np.random.default_rng(seed).normal(size=(n_samples, n_channels, n_timesteps))
    return X, X[:, 0, -3]


def labels(y):
    """Three classes, of which the first in time is not the first in order."""
    return np.array(["mid", "low", "top"])[np.digitize(y, [-0.5, 0.5])]


def in_form(X, form):
    return X if form == "numpy3D" else convert(X, "numpy3D", form, "Panel")


def dated(X, seed=0):
    """A list of frames, indexed by dates at irregular distances."""
    hours = np.random.default_rng(seed).exponential(size=(len(X), X.shape[2])).cumsum(axis=1)
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(hours.ravel(), unit="h").floor("s")
    parts = zip(X, np.array(dates).reshape(hours.shape))
    return [pd.DataFrame(x.T, columns=["a", "b"], index=pd.DatetimeIndex(t)) for x, t in parts]


def nested(frames):
    return pd.DataFrame({c: [frame[c] for frame in frames] for c in frames[0].columns})


def multiindexed(frames):
    return pd.concat(frames, keys=range(len(frames)), names=["tank", "when"])


@pytest.fixture(params=INSIDE, ids=lambda cls: cls.__name__)
def cls(request):
    return request.param


def target(cls, y):
    return labels(y) if "Classifier" in cls.__name__ else y


def output(estimator, X, **times):
    """The finest output an estimator has."""
    return getattr(estimator, "predict_proba", estimator.predict)(X, **times)


# sktime's suite


@pytest.mark.slow
@pytest.mark.parametrize("model", [GRUTimeSeriesClassifier, GRUTimeSeriesRegressor])
def test_sktime_checks(model):
    results = check_estimator(model, raise_exceptions=False, verbose=False)
    assert len(results) > 130
    assert {name: str(r) for name, r in results.items() if r != "PASSED"} == {}


# The first set of parameters; the other one takes as long again
@pytest.mark.parametrize("model", INSIDE)
def test_sktime_checks_of_one_set(model):
    results = check_estimator(model.create_test_instance(), raise_exceptions=False, verbose=False)
    assert len(results) > 80
    assert {name: str(r) for name, r in results.items() if r != "PASSED"} == {}


# The estimator inside


@pytest.mark.parametrize("form", FORMS)
def test_the_same_to_the_bit_as_the_estimator_inside(cls, form):
    X, y = make_panel()
    y = target(cls, y)
    model = cls(**SMALL).fit(in_form(X, form), y)
    for sequences in (X.transpose(0, 2, 1), np.ascontiguousarray(X.transpose(0, 2, 1))):
        own = INSIDE[cls](**SMALL).fit(sequences, y)
        np.testing.assert_array_equal(output(model, in_form(X, form)), output(own, sequences))
        np.testing.assert_array_equal(model.predict(in_form(X, form)), own.predict(sequences))
    assert type(model.estimator_) is INSIDE[cls]


def test_parameters_and_defaults_are_those_of_the_estimator_inside(cls):
    own = {f.name: f.default for f in fields(INSIDE[cls])}
    left_out = {name: own.pop(name) for name in ("n_channels", "warm_start")}
    assert set(left_out) == {"n_channels", "warm_start"}
    shown = {p.name: p.default for p in inspect.signature(cls).parameters.values()}
    assert shown == own
    assert cls().get_params() == own
    assert cls.get_param_defaults() == own


def test_every_parameter_reaches_the_estimator_inside():
    X, y = make_panel()
    given = {"num_layers": 2, "lr": 0.02, "class_weight": "balanced", "pooling": "max", **SMALL}
    inside = GRUTimeSeriesClassifier(**given).fit(X, labels(y)).estimator_.get_params()
    assert {name: inside[name] for name in given} == given
    assert GRUTimeSeriesRegressor(loss="huber", **SMALL).fit(X, y).estimator_.loss == "huber"


def test_parameters_that_make_no_sense_are_refused(cls):
    for name in ("n_channels", "warm_start", "hidden_sizes"):
        with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'"):
            cls(**{name: 1})


def test_failed_fit_leaves_the_estimator_as_it_was(cls):
    X, y = make_panel()
    model = cls(**SMALL).fit(X, target(cls, y))
    before = model.predict(X)
    for wrong in (np.full_like(X, np.nan), X[:-1]):
        with pytest.raises(ValueError):
            model.fit(wrong, target(cls, y))
        assert (model.predict(X) == before).all()


def test_set_params_reset_and_clone(cls):
    X, y = make_panel()
    model = cls(**SMALL).fit(X, target(cls, y))
    for copy in (model.clone(), clone(model)):
        assert copy.get_params() == model.get_params()
        assert not copy.is_fitted
    assert model.set_params(hidden_size=5).hidden_size == 5
    assert not hasattr(model, "estimator_")
    model.fit(X, target(cls, y)).reset()
    assert (model.hidden_size, model.max_epochs) == (5, SMALL["max_epochs"])
    assert not hasattr(model, "estimator_")


def test_tags(cls):
    tags, classifies = cls().get_tags(), "Classifier" in cls.__name__
    always = {"multivariate": True, "unequal_length": True, "random_state": True}
    never = dict.fromkeys(("train_estimate", "contractable", "multithreading"), False)
    expected = {**always, **never, "multioutput": not classifies}
    if classifies:
        expected |= {"predict_proba": True, "class_weight": True}
    assert {name: tags[f"capability:{name}"] for name in expected} == expected
    assert tags["object_type"] == ("classifier" if classifies else "regressor")
    assert tags["property:randomness"] == "derandomized"


def test_parameters_are_checked_in_fit(cls):
    X, y = make_panel()
    model = cls(missing="guess")  # which only stores it
    with pytest.raises(ValueError, match="'missing' parameter of .* must be"):
        model.fit(X, target(cls, y))


def test_same_seed_same_model_and_other_seed_another(cls):
    X, y = make_panel()
    one, same, other = (
        output(cls(**{**SMALL, "random_state": s}).fit(X, target(cls, y)), X) for s in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)


def test_saved_and_pickled_models_predict_the_same(cls, tmp_path):
    X, y = make_panel()
    model = cls(**SMALL).fit(X, target(cls, y))
    model.save(tmp_path / "model")
    copies = [pickle.loads(pickle.dumps(model)), load(tmp_path / "model.zip"), load(model.save())]
    for copy in [*copies, cls.load_from_path(tmp_path / "model.zip")]:
        np.testing.assert_array_equal(output(copy, X), output(model, X))


def test_callbacks_reach_the_net():
    X, y = make_panel()
    model = GRUTimeSeriesClassifier(callbacks=[Interrupt(2)], **SMALL)
    with pytest.warns(UserWarning, match="interrupted by user after 2 epochs"):
        assert model.fit(X, labels(y)).estimator_.n_iter_ == 2
    with pytest.warns(UserWarning, match="interrupted"), pytest.raises(KeyboardInterrupt):
        TSCGridSearchCV(model, {"lr": [1e-2, 1e-3]}, cv=2).fit(X, labels(y))


# Panels


def test_networks_learn_and_beat_chance(cls):
    X, y = make_panel(400, n_channels=1, n_timesteps=6)
    model = cls(hidden_size=16, max_epochs=30, random_state=0)
    model.fit(X[:300], target(cls, y)[:300])
    assert model.score(X[300:], target(cls, y)[300:]) > 0.7


def test_channels_stand_before_time():
    """As many channels as steps, so that no shape tells that they were exchanged."""
    X, _ = make_panel(300, n_channels=6, n_timesteps=6)
    last = X[:, 0, -1]
    settings = {"hidden_size": 8, "max_epochs": 15, "random_state": 0}
    seen = GRUTimeSeriesRegressor(**settings).fit(X[:200], last[:200])
    changed = X[200:].copy()
    changed[:, 0, -1] = 0  # all that the target depends on: the last step of the first channel
    own = seen.estimator_
    np.testing.assert_array_equal(seen.predict(X[200:]), own.predict(X[200:].transpose(0, 2, 1)))
    assert seen.score(X[200:], last[200:]) > 0.8 > 0.5 > seen.score(changed, last[200:])
    assert seen.clone().fit(X[:, :2], last).estimator_.n_features_in_ == 2


@pytest.mark.parametrize("form", FORMS)
def test_forms_may_differ_between_fit_and_predict(form):
    X, y = make_panel()
    model = GRUTimeSeriesRegressor(**SMALL).fit(in_form(X, "pd-multiindex"), y)
    expected = model.predict(in_form(X, "pd-multiindex"))
    if form == "numpy3D":  # scikit-learn's words; the names of channels cannot be checked
        with pytest.warns(UserWarning, match="does not have valid feature names"):
            np.testing.assert_array_equal(model.predict(X), expected)
    else:
        np.testing.assert_array_equal(model.predict(in_form(X, form)), expected)


@pytest.mark.parametrize("form", FORMS)
def test_a_single_instance(cls, form):
    X, y = make_panel()
    model = cls(**SMALL).fit(in_form(X, form), target(cls, y))
    first = in_form(X[:1], form)
    np.testing.assert_allclose(output(model, first), output(model, in_form(X, form))[:1], rtol=1e-5)


def test_two_dimensions_are_one_channel(cls):
    X, y = make_panel(n_channels=1)
    model = cls(**SMALL).fit(X[:, 0], target(cls, y))
    np.testing.assert_array_equal(output(model, X[:, 0]), output(model, X))


@pytest.mark.parametrize("form", FORMS[1:])
def test_unequal_lengths(cls, form):
    X, y = make_panel()
    frames = [frame.iloc[i % 5 :] for i, frame in enumerate(in_form(X, "df-list"))]
    ragged = frames if form == "df-list" else convert(frames, "df-list", form, "Panel")
    arrays = [frame.to_numpy() for frame in frames]
    model = cls(**SMALL).fit(ragged, target(cls, y))
    own = INSIDE[cls](**SMALL).fit(arrays, target(cls, y))
    np.testing.assert_array_equal(output(model, ragged), output(own, arrays))
    assert model.get_tag("capability:unequal_length")


def test_instances_stay_in_their_order():
    X, y = make_panel()
    order = np.random.default_rng(1).permutation(len(X))
    names = [f"tank {i}" for i in order]
    frames = in_form(X, "df-list")
    panel = pd.concat([frames[i] for i in order], keys=names, names=["tank", "time"])
    model = GRUTimeSeriesRegressor(**SMALL).fit(panel, y[order])
    plain = GRUTimeSeriesRegressor(**SMALL).fit(X[order], y[order])
    np.testing.assert_array_equal(model.predict(panel), plain.predict(X[order]))


def test_other_channels_than_in_fit_are_an_error(cls):
    X, y = make_panel()
    model = cls(**SMALL).fit(X, target(cls, y))
    with pytest.raises(ValueError, match="X has 1 channels .* but .* was fitted with 2"):
        model.predict(X[:, :1])
    named = in_form(X, "pd-multiindex").set_axis(["a", "b"], axis=1)
    model = cls(**SMALL).fit(named, target(cls, y))
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(named[["b", "a"]])


def test_channels_of_different_lengths_are_an_error():
    frames = nested(dated(make_panel(10)[0]))
    frames["b"] = [b.iloc[: 12 - (i == 3)] for i, b in enumerate(frames["b"])]
    with pytest.raises(ValueError, match="channels of row 3 have different lengths"):
        GRUTimeSeriesRegressor(**SMALL).fit(frames, np.arange(10.0))


def test_text_is_refused():
    X, y = make_panel()
    panel = in_form(X, "pd-multiindex").assign(colour="red")
    with pytest.raises(TypeError, match="do not support categorical"):
        GRUTimeSeriesRegressor(**SMALL).fit(panel, y)


# Targets


@pytest.mark.parametrize(
    "names", [[False, True], [3, 7], ["b", "a"], [1.0, -1.0]], ids=lambda names: type(names[0])
)
@pytest.mark.parametrize("kind", [np.array, pd.Series])
def test_labels_of_any_type(names, kind):
    X, y = make_panel(200)
    given = kind([names[i] for i in (y > 0).astype(int)])
    model = GRUTimeSeriesClassifier(hidden_size=16, max_epochs=20, random_state=0).fit(X, given)
    predicted, proba = model.predict(X), model.predict_proba(X)
    assert list(model.classes_) == sorted(names) == list(model.estimator_.classes_)
    assert predicted.dtype == np.asarray(given).dtype
    np.testing.assert_array_equal(predicted, model.classes_[proba.argmax(axis=1)])
    assert (predicted == np.asarray(given)).mean() > 0.8


def test_categories_and_objects_as_labels():
    X, y = make_panel()
    expected = GRUTimeSeriesClassifier(**SMALL).fit(X, labels(y)).predict_proba(X)
    for dtype in (object, "category"):
        model = GRUTimeSeriesClassifier(**SMALL).fit(X, pd.Series(labels(y), dtype=dtype))
        np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_columns_of_probabilities_are_in_the_order_of_the_classes():
    X, y = make_panel(300)
    model = GRUTimeSeriesClassifier(hidden_size=16, max_epochs=30, random_state=0)
    proba = model.fit(X, labels(y)).predict_proba(X)
    assert list(model.classes_) == ["low", "mid", "top"]
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    for column, name in enumerate(model.classes_):
        others = np.delete(proba, column, axis=1)[labels(y) == name]
        assert (proba[labels(y) == name, column] > others.max(axis=1)).mean() > 0.8


def test_a_single_class_is_predicted_without_a_network():
    X, _ = make_panel()
    model = GRUTimeSeriesClassifier(**SMALL)
    with pytest.warns(UserWarning, match="only single label seen"):
        model.fit(X, np.full(len(X), "calm"))
    assert set(model.predict(X)) == {"calm"}
    np.testing.assert_array_equal(model.predict_proba(X), np.ones((len(X), 1)))
    assert not hasattr(model, "estimator_")


def test_several_columns_of_labels_are_a_classifier_each():
    X, y = make_panel()
    columns = pd.DataFrame({"size": labels(y), "sign": y > 0})
    model = GRUTimeSeriesClassifier(**SMALL).fit(X, columns)
    for name in columns:
        alone = GRUTimeSeriesClassifier(**SMALL).fit(X, columns[name])
        np.testing.assert_array_equal(model.predict(X)[name], alone.predict(X))


def test_several_targets_are_one_network():
    X, y = make_panel()
    columns = pd.DataFrame({"one": y, "two": X[:, 1, 0]})
    model = GRUTimeSeriesRegressor(**SMALL).fit(X, columns)
    own = skrnn.GRURegressor(**SMALL).fit(X.transpose(0, 2, 1), columns.to_numpy())
    assert model.estimator_.n_outputs_ == 2
    assert list(model.predict(X).columns) == ["one", "two"]
    np.testing.assert_array_equal(model.predict(X), own.predict(X.transpose(0, 2, 1)))
    one = GRUTimeSeriesRegressor(**SMALL).fit(X, columns[["one"]])
    np.testing.assert_array_equal(
        one.predict(X), GRUTimeSeriesRegressor(**SMALL).fit(X, y).predict(X)
    )


def test_class_weights():
    X, y = make_panel()
    weights = {"low": 50, "mid": 1, "top": 1}
    plain = GRUTimeSeriesClassifier(**SMALL).fit(X, labels(y)).predict_proba(X)
    weighted = GRUTimeSeriesClassifier(class_weight=weights, **SMALL).fit(X, labels(y))
    assert weighted.predict_proba(X)[:, 0].mean() > plain[:, 0].mean() + 0.1


# Missing values and times


@pytest.mark.parametrize("missing", ["error", "mask", "decay"])
def test_the_tag_says_whether_missing_values_are_read(cls, missing):
    X, y = make_panel()
    gaps = np.where(X > 1, np.nan, X)
    model = cls(missing=missing, **SMALL)
    readable = missing != "error"
    for same in (model, model.clone(), cls(**SMALL).set_params(missing=missing)):
        assert same.get_tag("capability:missing_values") is readable
    assert cls.get_class_tag("capability:missing_values") is False
    if readable:
        model.fit(gaps, target(cls, y))
        own = INSIDE[cls](missing=missing, **SMALL).fit(gaps.transpose(0, 2, 1), target(cls, y))
        np.testing.assert_array_equal(output(model, gaps), output(own, gaps.transpose(0, 2, 1)))
    else:
        advice = "missing values .* missing='error'. missing='mask' and missing='decay' read them"
        with pytest.raises(ValueError, match=advice):
            model.fit(gaps, target(cls, y))
        with pytest.raises(ValueError, match=advice):
            cls(**SMALL).fit(X, target(cls, y)).predict(gaps)


@pytest.mark.parametrize("form", [list, multiindexed, nested], ids=lambda form: form.__name__)
def test_dates_are_read_as_times(cls, form):
    X, y = make_panel()
    frames = dated(X)
    times = np.array([frame.index.to_numpy() for frame in frames])
    settings = {"missing": "mask", **SMALL}
    model = cls(**settings).fit(form(frames), target(cls, y))
    own = INSIDE[cls](**settings).fit(X.transpose(0, 2, 1), target(cls, y), times=times)
    expected = output(own, X.transpose(0, 2, 1), times=times)
    np.testing.assert_array_equal(output(model, form(frames)), expected)
    later = [frame.set_axis(frame.index + pd.Timedelta(days=9)) for frame in frames]
    np.testing.assert_array_equal(output(model, form(later)), expected)
    slower = [f.set_axis(f.index[0] + 5 * (f.index - f.index[0])) for f in frames]
    assert not np.allclose(output(model, form(slower)), expected)


def test_dates_are_not_needed_by_default():
    X, y = make_panel()
    model = GRUTimeSeriesRegressor(**SMALL).fit(dated(X), y)
    plain = GRUTimeSeriesRegressor(**SMALL).fit(X, y)
    np.testing.assert_array_equal(model.predict(dated(X, seed=1)), plain.predict(X))


def test_channels_of_different_dates_are_an_error():
    frames = nested(dated(make_panel(10)[0]))
    frames.loc[3, "b"].index += pd.Timedelta(hours=1)
    with pytest.raises(ValueError, match="channels of row 3 of X are indexed by different dates"):
        GRUTimeSeriesRegressor(missing="mask", **SMALL).fit(frames, np.arange(10.0))


@pytest.mark.parametrize("form", [list, multiindexed, nested], ids=lambda form: form.__name__)
def test_a_channel_of_times_by_name_and_position(form):
    X, y = make_panel()
    hours = [frame.index.to_series().sub(frame.index[0]) / pd.Timedelta("1h") for frame in dated(X)]
    plain = [frame.reset_index(drop=True) for frame in dated(X)]
    numbers = [f.assign(hour=h.to_numpy()) for f, h in zip(plain, hours)]
    dates = [f.assign(hour=d.index) for f, d in zip(plain, dated(X))]
    by_position = GRUTimeSeriesRegressor(time_channel=2, **SMALL).fit(form(numbers), y)
    by_name = GRUTimeSeriesRegressor(time_channel="hour", **SMALL)
    expected = by_position.predict(form(numbers))
    np.testing.assert_array_equal(by_name.fit(form(numbers), y).predict(form(numbers)), expected)
    np.testing.assert_allclose(
        by_name.fit(form(dates), y).predict(form(dates)), expected, rtol=1e-3, atol=1e-4
    )
    array = np.stack([frame.to_numpy().T for frame in numbers])
    np.testing.assert_array_equal(by_position.clone().fit(array, y).predict(array), expected)
    with pytest.raises(ValueError, match="names a column of a panel"):
        by_name.fit(array, y)


# Composition


@pytest.mark.parametrize("form", ["numpy3D", "nested_univ", "pd-multiindex"])
def test_pipelines(form):
    X, y = make_panel(60)
    panel = in_form(X, form)
    interpolated = TSInterpolator(8).fit_transform(in_form(X, "nested_univ"))
    pipeline = TSInterpolator(8) * GRUTimeSeriesClassifier(**SMALL)
    assert isinstance(pipeline, ClassifierPipeline)
    alone = GRUTimeSeriesClassifier(**SMALL).fit(interpolated, labels(y))
    proba = pipeline.fit(panel, labels(y)).predict_proba(panel)
    np.testing.assert_allclose(proba, alone.predict_proba(interpolated), rtol=1e-5)
    regressor = FitInTransform(Differencer()) * GRUTimeSeriesRegressor(**SMALL)
    assert isinstance(regressor, RegressorPipeline)
    assert regressor.fit(panel, y).predict(in_form(X[:9], form)).shape == (9,)


def test_a_pipeline_fills_gaps():
    X, y = make_panel()
    gaps = np.where(X > 1, np.nan, X)
    pipeline = Imputer("ffill") * GRUTimeSeriesRegressor(**SMALL)
    assert pipeline.get_tag("capability:missing_values")
    assert np.isfinite(pipeline.fit(gaps, y).predict(gaps)).all()


@pytest.mark.parametrize("form", FORMS)
def test_sktime_s_search_over_a_pipeline(form):
    X, y = make_panel(60)
    pipeline = TSInterpolator(10) * GRUTimeSeriesClassifier(**SMALL)
    grid = {"classifier__hidden_size": [2, 16]}
    search = TSCGridSearchCV(pipeline, grid, cv=3, error_score="raise")
    search.fit(in_form(X, form), labels(y))
    fitted = search.best_estimator_.classifier_.estimator_
    assert search.best_params_ == {"classifier__hidden_size": fitted.hidden_size}
    assert len(set(search.cv_results_["mean_test_score"])) == 2
    assert search.predict(in_form(X, form)).shape == (60,)


def test_sktime_s_search_of_regressors_keeps_dates():
    X, y = make_panel(60)
    model = GRUTimeSeriesRegressor(missing="mask", **SMALL)
    search = TSRGridSearchCV(model, {"hidden_size": [2, 4]}, cv=3, error_score="raise")
    panel = multiindexed(dated(X))
    assert np.isfinite(search.fit(panel, y).cv_results_["mean_test_score"]).all()
    assert search.best_estimator_.estimator_._reading.kind == "dates"


@pytest.mark.parametrize("form", ["numpy3D", "nested_univ"])
def test_scikit_learn_s_search_and_scores(cls, form):
    X, y = make_panel(60)
    panel, y = in_form(X, form), target(cls, y)
    search = GridSearchCV(cls(**SMALL), {"hidden_size": [2, 4]}, cv=3, error_score="raise")
    search.fit(panel, y)
    assert search.predict(panel).shape == (60,)
    assert np.isfinite(cross_val_score(cls(**SMALL), panel, y, cv=3, error_score="raise")).all()
    assert is_classifier(cls()) is ("Classifier" in cls.__name__) is not is_regressor(cls())


def test_an_ensemble_that_draws_samples():
    X, y = make_panel(60)
    bagging = BaggingClassifier(GRUTimeSeriesClassifier(**SMALL), n_estimators=3, random_state=0)
    np.random.seed(0)
    assert bagging.fit(in_form(X, "nested_univ"), y > 0).predict_proba(X).shape == (60, 2)


# Documentation


def test_documentation(cls):
    for parameter in inspect.signature(cls).parameters.values():
        entries = re.findall(rf"^{parameter.name} : .*default=(.*)$", cls.__doc__, re.MULTILINE)
        assert [entry.strip('"') for entry in entries] == [str(parameter.default)], parameter.name
    for name in ("n_channels", "warm_start"):
        assert not re.search(rf"^{name} : ", cls.__doc__, re.MULTILINE)
    heads = re.findall(r"^(.*)\n-{3,}$", cls.__doc__, re.MULTILINE)
    assert heads == "Parameters,Attributes,See Also,Notes,References,Examples".split(",")
    cited, listed = (re.findall(p, cls.__doc__) for p in (r"\[(\d+)\]_", r"\.\. \[(\d+)\]"))
    assert set(cited) == set(listed)
