"""Behaviour that neither scikit-learn's nor sktime's suite asks for, for all six estimators."""

import copy
import io
import pickle
import random

import joblib
import numpy as np
import pytest
import sklearn
import torch
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier, BaggingRegressor
from sklearn.model_selection import cross_val_predict

import skrnn
from tests.conftest import CLASSIFIERS, integers, make_data, outputs, ragged


def test_order_of_time_steps_matters(make, data):
    X, y = data
    model = make(max_epochs=20).fit(X, y)
    assert not np.allclose(outputs(model, X), outputs(model, X[:, ::-1]), atol=1e-2)


def test_early_steps_reach_the_prediction(make, data):
    X, y = data
    model = make(max_epochs=20).fit(X, y)
    changed = X.copy()
    changed[:, -4] += 1.0
    assert np.abs(outputs(model, X) - outputs(model, changed)).max() > 1e-3


def test_predictions_do_not_depend_on_company(make, data):
    X, y = data
    model = make().fit(X, y)
    together = outputs(model, X)
    alone = np.concatenate([outputs(model, x[None]) for x in X])
    np.testing.assert_allclose(alone, together, rtol=1e-5, atol=1e-6)
    order = np.random.default_rng(0).permutation(len(X))
    np.testing.assert_allclose(outputs(model, X[order]), together[order], rtol=1e-5, atol=1e-6)
    twice = outputs(model, np.concatenate([X] * 20))  # more than one evaluation batch
    np.testing.assert_allclose(twice, np.tile(together, 20), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"bidirectional": True}, {"segment_length": 3}], ids=str)
def test_padding_never_leaks(make, data, options):
    X, y = data
    short = ragged(X)
    model = make(num_layers=2, **options).fit(short, y)
    together = outputs(model, short)
    for i in range(10):
        np.testing.assert_allclose(outputs(model, short[i][None]), together[i : i + 1], rtol=1e-4)
        company = [short[i], np.full((50, 2), 1e3)]
        np.testing.assert_allclose(outputs(model, company)[:1], together[i : i + 1], rtol=1e-4)


def test_lists_of_equal_length_are_like_an_array(make, data):
    X, y = data
    np.testing.assert_array_equal(
        outputs(make().fit(X, y), X), outputs(make().fit(list(X), y), list(X))
    )


# Two of the six: starting processes takes seconds
@pytest.mark.parametrize("estimator_class", [skrnn.GRUClassifier, skrnn.LSTMRegressor])
def test_number_of_jobs_changes_nothing(make, data):
    X, y = data
    one = cross_val_predict(make(), X, y, cv=3, n_jobs=1)
    two = cross_val_predict(make(), X, y, cv=3, n_jobs=2)
    np.testing.assert_allclose(one, two, rtol=1e-6)


def test_threads_of_an_ensemble_change_nothing(estimator_class, make):
    X, y = make_data(estimator_class, 60, n_channels=1)
    bagging = BaggingClassifier if estimator_class in CLASSIFIERS else BaggingRegressor
    X = X[:, :, 0]
    results = []
    for n_jobs in (1, 2):
        with joblib.parallel_config(backend="threading"):
            model = bagging(make(dropout=0.3), n_estimators=4, n_jobs=n_jobs, random_state=0)
            results.append(model.fit(X, y).predict(X))
    np.testing.assert_allclose(*results, rtol=1e-6)


def test_same_seed_same_model_bit_for_bit(make, data):
    X, y = data
    first, second = (make(dropout=0.2).fit(X, y) for _ in range(2))
    for a, b in zip(first.net_.module_.parameters(), second.net_.module_.parameters()):
        assert torch.equal(a, b)
    assert first.loss_curve_ == second.loss_curve_


def test_different_seeds_differ(make, data):
    X, y = data
    a, b = (outputs(make(random_state=s).fit(X, y), X) for s in (0, 1))
    assert not np.allclose(a, b)
    c, d = (outputs(make(random_state=None).fit(X, y), X) for _ in range(2))
    assert not np.allclose(c, d)


def test_random_state_instance_is_consumed(make, data):
    X, y = data
    generator = np.random.RandomState(0)
    a, b = (outputs(make(random_state=generator).fit(X, y), X) for _ in range(2))
    assert not np.allclose(a, b)


def test_integers_of_numpy_are_integers(make, data):
    """Searches over parameters take them out of arrays."""
    X, y = data
    X = np.dstack([X.cumsum(axis=1) ** 2, X]).cumsum(axis=1)
    given = {"hidden_size": 4, "num_layers": 2, "segment_length": 3, "n_channels": 4}
    given |= {"time_channel": 0, "max_epochs": 2, "batch_size": 16, "n_iter_no_change": 1}
    given |= {"random_state": 1, "verbose": 0}
    assert set(given) == integers(type(make()))
    of_numpy = {name: np.int64(value) for name, value in given.items()}
    models = [make(early_stopping=True, **numbers).fit(X, y) for numbers in (given, of_numpy)]
    assert np.array_equal(*(outputs(model, X) for model in models))
    make(**of_numpy).fit(X, y).partial_fit(X, y)


@pytest.mark.parametrize("random_state", [0, None])
def test_global_generators_are_untouched(make, data, random_state):
    X, y = data
    before = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    make(dropout=0.5, early_stopping=True, random_state=random_state).fit(X, y).predict(X)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])
    assert random.getstate() == before[2]


def test_number_of_threads_is_restored(make, data, torch_threads):
    X, y = data
    torch_threads(2)
    make().fit(X, y).predict(X)
    assert torch.get_num_threads() == 2
    with pytest.raises(ValueError, match="diverged"):
        make(lr=1e30, gradient_clip=None, standardize=False).fit(X * 1e30, y)
    assert torch.get_num_threads() == 2


def test_silent_and_nothing_on_disk(make, data, capfd, tmp_path, monkeypatch):
    X, y = data
    monkeypatch.chdir(tmp_path)
    model = make(early_stopping=True).fit(X, y)
    model.score(X, y)
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())


def test_verbose_shows_a_progress_bar_with_the_loss(make, data, capfd):
    X, y = data
    make(verbose=1).fit(X, y)
    shown = capfd.readouterr()
    assert "3/3" in shown.err
    assert "loss=" in shown.err


@pytest.mark.parametrize("train", ["fit", "partial_fit"])
def test_failed_fit_gives_back_the_numbers_it_drew(make, data, train):
    X, y = data
    generator, untouched = (np.random.RandomState(0) for _ in range(2))
    model = make(random_state=generator, lr=1e30, gradient_clip=None, standardize=False)
    classes = (
        {"classes": [0, 1]} if train == "partial_fit" and isinstance(model, CLASSIFIERS) else {}
    )
    with pytest.raises(ValueError, match="diverged"):
        getattr(model, train)(X * 1e30, y, **classes)
    assert generator.randint(1000) == untouched.randint(1000)


def test_targets_and_weights_may_be_tensors(make, data):
    pytest.importorskip("scipy", minversion="1.14", reason="scikit-learn dispatches from it on")
    X, y = data
    weights = np.arange(1.0, 1 + len(X))
    expected = make().fit(X, y, sample_weight=weights).score(X, y, sample_weight=weights)
    X, y, weights = (torch.as_tensor(part) for part in (X, y, weights))
    with sklearn.config_context(array_api_dispatch=True):
        model = make().fit(X, y, sample_weight=weights)
        assert model.score(X, y, sample_weight=weights) == expected


def test_masked_values_are_missing_ones(make, data):
    X, y = data
    gaps = np.where(X > 1, np.nan, X)
    masked = np.ma.masked_array(X, mask=X > 1)
    expected = outputs(make(missing="mask").fit(gaps, y), gaps)
    for form in (masked, list(masked)):
        np.testing.assert_array_equal(outputs(make(missing="mask").fit(form, y), form), expected)


def test_what_is_held_out_counts_by_its_weights(make, data, estimator_class):
    """Samples of weight zero may be nonsense; labels stay, as they decide who is held out."""
    X, y = data
    weights = np.arange(len(X)) % 2
    rubbish = np.where(weights[:, None, None] == 1, X, 10 - X)
    targets = y if estimator_class in CLASSIFIERS else np.where(weights == 1, y, 100 * y)
    options = {"early_stopping": True, "validation_fraction": 0.5, "batch_size": len(X)}
    scores = [
        make(**options).fit(*given, sample_weight=weights).validation_scores_
        for given in ((X, y), (rubbish, targets))
    ]
    np.testing.assert_allclose(*scores, rtol=1e-5)


def test_output_of_transformers_is_none_of_an_estimator_s_business(make, data):
    X, y = data
    expected = make().fit(X, y).predict(X)
    with sklearn.config_context(transform_output="pandas"):
        np.testing.assert_array_equal(make().fit(X, y).predict(X), expected)


def test_failed_fit_leaves_the_estimator_as_it_was(make, data):
    X, y = data
    model = make().fit(X, y)
    state, before = dict(vars(model)), outputs(model, X)
    for bad in (X[:, :, :1] * np.nan, X[:, 0, 0]):
        with pytest.raises(ValueError, match="X|Expected"):
            model.fit(bad, y)
    with pytest.raises(ValueError, match="inconsistent"):
        model.fit(X, y[:-1])
    model.set_params(lr=1e30, gradient_clip=None, standardize=False)
    with pytest.raises(ValueError, match="diverged"):
        model.fit(X * 1e30, y)
    model.set_params(lr=state["lr"], gradient_clip=state["gradient_clip"], standardize=True)
    assert vars(model) == state
    np.testing.assert_array_equal(outputs(model, X), before)


COPIES = {
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "deepcopy": copy.deepcopy,
    "refitted clone": lambda model: clone(model).fit(*model.data),
}


@pytest.mark.parametrize("copied", COPIES)
def test_copies_predict_the_same(make, data, copied):
    X, y = data
    model = make(dropout=0.1).fit(X, y)
    model.data = data
    np.testing.assert_array_equal(outputs(COPIES[copied](model), X), outputs(model, X))


def test_joblib_memory_map_predicts_the_same(make, data, tmp_path):
    X, y = data
    model = make().fit(X, y)
    joblib.dump(model, tmp_path / "model")
    loaded = joblib.load(tmp_path / "model", mmap_mode="r")
    np.testing.assert_array_equal(outputs(loaded, X), outputs(model, X))
    loaded.partial_fit(X, y)


def test_partial_fit_goes_on_after_a_pickle(make, data):
    X, y = data
    kept = make().fit(X, y)
    loaded = pickle.loads(pickle.dumps(kept))
    for model in (kept, loaded):
        model.partial_fit(X, y)
    np.testing.assert_allclose(outputs(loaded, X), outputs(kept, X), rtol=1e-6)


def test_pickle_holds_arrays_and_a_version(make, data):
    X, y = data
    stored = make().fit(X, y).__getstate__()
    assert stored["_skrnn_version"]
    assert b"torch._utils" not in pickle.dumps(stored)  # how tensors are pickled


def test_pickle_of_another_version_warns(make, data):
    model = make().fit(*data)
    state = {**model.__getstate__(), "_skrnn_version": "0.0.1"}
    with pytest.warns(UserWarning, match=r"pickled by skrnn 0\.0\.1"):
        copy.copy(model).__setstate__(state)


def test_unscaled_input_is_as_good(make, data):
    X, y = data
    plain = outputs(make().fit(X, y), X)
    shifted = X * 1e4 + 1e6
    np.testing.assert_allclose(
        outputs(make().fit(shifted, y), shifted), plain, rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "options",
    [{}, {"conv": True}, {"conv": True, "standardize": False}, {"differences": True}],
    ids=str,
)
def test_huge_values_are_bounded(make, data, dtype, options):
    """Such as those that stand for what is missing; they spoil no other sequence."""
    X, y = data[0].astype(dtype), data[1]
    model = make(**options).fit(X, y)
    huge = X.copy()
    huge[0, 5, 0] = np.finfo(dtype).min
    huge[1, 5:7, 0] = np.finfo(dtype).max, np.finfo(dtype).min
    huge[2, 5] = 1e24
    found = outputs(model, huge)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[3:], outputs(model, X)[3:], rtol=1e-5, atol=1e-6)


def test_single_precision_input_is_not_changed(make, data):
    X, y = data
    X = X.astype(np.float32)
    X.setflags(write=False)
    model = make().fit(X, y)
    assert outputs(model, X).dtype == np.float64


def test_file_objects_are_closed(make, data):
    """Dumping to a stream works without a file system."""
    stream = io.BytesIO()
    joblib.dump(make().fit(*data), stream)
    assert stream.tell()
