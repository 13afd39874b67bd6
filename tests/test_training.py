"""Training: what the loop does, beyond the contracts."""

import copy
import pickle
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.sparse import csr_array
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.utils import compute_sample_weight
from skorch.callbacks import (
    Callback,
    Checkpoint,
    EarlyStopping,
    EpochTimer,
    Freezer,
    GradientNormClipping,
    LRScheduler,
    ProgressBar,
)

from skrnn import GRUClassifier, GRURegressor, GRUTagger, LSTMRegressor, RecurrentRegressor
from skrnn._batches import shuffled_batches
from skrnn._plan import one_cycle
from skrnn._sequences import Sequences
from skrnn._split import hold_out
from skrnn._training import EVALUATION_BATCH
from tests.conftest import SMALL, make_data, outputs, ragged


class Recorder(Callback):
    """Does nothing but count, so that skorch's own loop runs."""

    def __init__(self):
        self.batches = 0

    def on_batch_end(self, net, training=False, **kwargs):
        self.batches += training


class GradientNorms(Callback):
    """Keeps the norm of each step's gradient, and the gradients themselves."""

    def __init__(self):
        self.steps = []

    def on_grad_computed(self, net, named_parameters, **kwargs):
        self.steps.append([weight.grad.clone() for weight in net.module_.parameters()])

    def norms(self):
        return [torch.cat([part.flatten() for part in step]).norm().item() for step in self.steps]


class Interrupt(Callback):
    """Presses Ctrl-C after an epoch, or after a batch."""

    def __init__(self, epoch, when="on_epoch_end"):
        self.epoch = epoch
        self.when = when

    def on_epoch_end(self, net, **kwargs):
        if self.when == "on_epoch_end" and len(net.history) == self.epoch:
            raise KeyboardInterrupt

    def on_batch_end(self, net, **kwargs):
        if self.when == "on_batch_end" and len(net.history) == self.epoch:
            raise KeyboardInterrupt


@pytest.fixture
def numbers():
    return make_data(GRURegressor, 100)


# Callbacks


@pytest.mark.parametrize("options", [{}, {"early_stopping": True}, {"dropout": 0.3}], ids=str)
@pytest.mark.parametrize("is_ragged", [False, True])
def test_callbacks_change_no_weight(make, data, options, is_ragged):
    X, y = data
    X = ragged(X) if is_ragged else X
    lean = make(**options).fit(X, y, sample_weight=np.arange(len(y)))
    full = make(callbacks=[Recorder()], **options).fit(X, y, sample_weight=np.arange(len(y)))
    for a, b in zip(lean.net_.module_.parameters(), full.net_.module_.parameters()):
        assert torch.equal(a, b)
    np.testing.assert_allclose(lean.loss_curve_, full.loss_curve_, rtol=1e-6)


def test_user_s_callbacks_are_not_touched(make, data):
    recorder = Recorder()
    make(callbacks=[recorder]).fit(*data)
    assert recorder.batches == 3 * 3  # epochs, and batches of 32 in 80 samples


def test_skorch_callbacks_work(numbers, tmp_path):
    X, y = numbers
    callbacks = [
        LRScheduler("StepLR", step_size=1, gamma=0.1),
        Checkpoint(dirname=tmp_path, monitor="train_loss_best"),
        GradientNormClipping(0.1),
        EpochTimer(),
        ProgressBar(),
    ]
    model = GRURegressor(**SMALL, callbacks=callbacks).fit(X, y)
    assert len(model.net_.history[:, "dur"]) == 3
    assert model.net_.optimizer_.param_groups[0]["lr"] == pytest.approx(1e-2 * 0.1**3)
    assert (tmp_path / "params.pt").exists()


class Weights(Callback):
    """Keeps the weights with which each epoch begins."""

    def __init__(self):
        self.epochs = []

    def on_epoch_begin(self, net, **kwargs):
        self.epochs.append({k: v.detach().clone() for k, v in net.module_.named_parameters()})


@pytest.mark.parametrize("at", [1, 2])
def test_frozen_layers_stay_as_they_are(make, data, at):
    callbacks = [Freezer("layers*", at=at), ("weights", Weights())]
    model = make(callbacks=callbacks, weight_decay=1.0).fit(*data)
    before = dict(model.net_.callbacks_)["weights"].epochs[at - 1]
    for name, after in model.net_.module_.named_parameters():
        assert torch.equal(after, before[name]) == name.startswith("layers")
    assert 0 < model.n_parameters_ < sum(p.numel() for p in model.net_.module_.parameters())


def test_nothing_left_to_train(numbers):
    with pytest.raises(ValueError, match="callbacks freeze all weights"):
        GRURegressor(**SMALL, callbacks=[Freezer("*")]).fit(*numbers)


def test_gradients_are_clipped_as_torch_does(numbers):
    def record(clip):
        recorder = GradientNorms()
        model = GRURegressor(**SMALL, gradient_clip=clip, callbacks=[("norms", recorder)])
        net = model.fit(*numbers).net_
        assert all(weight.grad is None for weight in net.module_.parameters())
        return dict(net.callbacks_)["norms"]

    free = record(None)
    clip = free.norms()[0] / 2
    clipped = record(clip)
    assert max(clipped.norms()) <= clip * (1 + 1e-6)
    assert record(1e9).norms() == pytest.approx(free.norms(), rel=1e-5)
    leaves = [torch.zeros_like(part).requires_grad_() for part in free.steps[0]]
    for leaf, gradient in zip(leaves, free.steps[0]):
        leaf.grad = gradient
    torch.nn.utils.clip_grad_norm_(leaves, clip)
    for leaf, part in zip(leaves, clipped.steps[0]):
        torch.testing.assert_close(part, leaf.grad)


def test_skorch_early_stopping_is_no_interrupt(numbers):
    callback = EarlyStopping(monitor="train_loss", patience=1, threshold=10.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = GRURegressor(**SMALL, callbacks=[callback]).fit(*numbers)
    assert model.n_iter_ < 3
    assert not model.interrupted_


def test_skorch_callbacks_may_monitor_the_held_out_loss(make, data, tmp_path):
    callbacks = [EarlyStopping(patience=2), Checkpoint(dirname=tmp_path), LRScheduler()]
    model = make(early_stopping=True, callbacks=callbacks).fit(*data)
    assert len(model.validation_scores_) == 3


class Copies(Callback):
    """Keeps a copy of the net after each epoch, and what the net then computes."""

    def __init__(self):
        self.nets, self.outputs = [], []

    def on_epoch_end(self, net, **kwargs):
        self.nets.append(copy.deepcopy(net))
        with torch.no_grad():
            self.outputs.append(copy.deepcopy(net.module_).eval()(torch.ones(2, 5, 2)))


def test_nets_are_copied_while_they_learn(numbers):
    model = GRURegressor(**SMALL, early_stopping=True, callbacks=[("copies", Copies())])
    copies = dict(model.fit(*numbers).net_.callbacks_)["copies"]
    for net, expected in zip(copies.nets, copies.outputs):
        assert torch.equal(net.outputs(torch.ones(2, 5, 2), None, 0), expected)
        assert set(vars(net)) <= {*vars(model.net_), "_is_fused"}
    assert len({len(net.history) for net in copies.nets}) == 3


def test_checkpoints_may_be_pickles(numbers, tmp_path):
    checkpoint = Checkpoint(dirname=tmp_path, f_pickle="net.pkl", monitor="train_loss_best")
    model = GRURegressor(**SMALL, early_stopping=True, callbacks=[checkpoint]).fit(*numbers)
    assert len(pickle.loads((tmp_path / "net.pkl").read_bytes()).history) == 3
    assert model.predict(numbers[0]).shape == (100,)


# Early stopping


def test_early_stopping_restores_the_best_weights(numbers):
    X, y = numbers
    model = GRURegressor(
        hidden_size=32,
        max_epochs=200,
        early_stopping=True,
        validation_fraction=0.3,
        n_iter_no_change=5,
        random_state=0,
    ).fit(X, y)
    best = int(np.argmax(model.validation_scores_))
    assert model.n_iter_ == best + 1 + 5
    assert len(model.loss_curve_) == len(model.validation_scores_) == model.n_iter_
    again = GRURegressor(
        hidden_size=32,
        max_epochs=200,
        early_stopping=True,
        validation_fraction=0.3,
        n_iter_no_change=200,
        random_state=0,
        callbacks=[Interrupt(best + 2, "on_batch_end")],
    )
    with pytest.warns(UserWarning, match="interrupted"):
        again.fit(X, y)
    np.testing.assert_array_equal(model.predict(X), again.predict(X))


def test_standardisation_sees_the_training_part_only():
    X = np.random.default_rng(0).normal(size=(50, 5, 1))
    y = X[:, -1, 0]
    model = GRURegressor(**SMALL, early_stopping=True, validation_fraction=0.2).fit(X, y)
    assert model._target_scaler.n_samples_seen_ == 40
    assert model._input.scaler_.scaler_.n_samples_seen_ == 40 * 5


@pytest.mark.parametrize("n_timesteps", [10, 100])
def test_lengths_of_the_held_out_part_do_not_matter(n_timesteps):
    def fit(length):
        seed = np.random.RandomState(0).randint(2**31 - 1)
        _, held_out = train_test_split(np.arange(20), test_size=0.2, random_state=seed)
        X = list(np.random.default_rng(0).normal(size=(20, n_timesteps)))
        y = np.array([x[-1] for x in X])
        for i in held_out:
            X[i] = np.zeros(length)
        return GRURegressor(
            hidden_size=4,
            max_epochs=2,
            batch_size=4,
            early_stopping=True,
            validation_fraction=0.2,
            random_state=0,
        ).fit(X, y)

    model, other = fit(n_timesteps), fit(500)
    assert model.net_.module_.architecture == other.net_.module_.architecture
    assert model.loss_curve_ == pytest.approx(other.loss_curve_)


def test_classes_are_stratified():
    X, _ = make_data(GRUClassifier, 100)
    y = np.arange(100) < 10
    sequences = Sequences.of_equal_length(X)
    (_, train, _), (_, held_out, _) = hold_out(sequences, y, None, 0.2, strata=y, seed=0)
    assert train.sum() == 8
    assert held_out.sum() == 2


def test_warm_start_holds_out_the_same_samples(make, data):
    held_out = []

    class Look(Callback):
        def on_train_begin(self, net, X, **kwargs):
            held_out.append(X[1].values)

    model = make(warm_start=True, early_stopping=True, callbacks=[Look()])
    for _ in range(3):
        model.fit(*data)
    assert torch.equal(held_out[0], held_out[1])
    assert torch.equal(held_out[0], held_out[2])


def test_loss_on_the_held_out_part_that_is_not_finite():
    X, y = (part.copy() for part in make_data(GRURegressor, 50))
    model = GRURegressor(**SMALL, early_stopping=True, standardize=False)
    seed = np.random.RandomState(0).randint(2**31 - 1)
    y[train_test_split(np.arange(50), test_size=0.1, random_state=seed)[1]] = 1e30
    with pytest.raises(ValueError, match="in epoch 1: the loss on the held-out part is inf"):
        model.fit(X, y)


# Ctrl-C


@pytest.mark.parametrize("when", ["on_epoch_end", "on_batch_end"])
def test_interrupt_keeps_what_was_learnt(make, data, when):
    X, y = data
    model = make(max_epochs=10, callbacks=[Interrupt(3, when)])
    with pytest.warns(UserWarning, match="interrupted by user after [23] epochs"):
        assert model.fit(X, y) is model
    assert model.interrupted_
    assert len(model.loss_curve_) == model.n_iter_ == (3 if when == "on_epoch_end" else 2)
    assert np.isfinite(outputs(model, X)).all()
    assert not make().fit(X, y).interrupted_


def test_interrupt_in_the_first_batch(make, data):
    X, y = data
    model = make(callbacks=[Interrupt(1, "on_batch_end")])
    with pytest.warns(UserWarning, match="interrupted by user after 0 epochs"):
        model.fit(X, y)
    assert model.loss_curve_ == []
    assert outputs(model, X).shape == (len(X),)


def test_interrupt_stops_a_search(make, data):
    search = GridSearchCV(make(callbacks=[Interrupt(1)]), {"lr": [1e-2, 1e-3]}, cv=2)
    with pytest.warns(UserWarning, match="interrupted"), pytest.raises(KeyboardInterrupt):
        search.fit(*data)


# Warm start, partial fit


def test_warm_start_goes_on(numbers):
    X, y = numbers
    model = GRURegressor(**{**SMALL, "max_epochs": 15}, warm_start=True)
    first = model.fit(X, y).loss_curve_
    scale = model._input
    second = model.fit(X, y).loss_curve_
    assert second[-1] < first[-1] < first[0]
    assert second[0] < 1.2 * first[-1]
    assert model._input is scale


def test_partial_fit_learns_and_freezes_the_standardisation(make, data):
    X, y = data
    model = make(random_state=0)
    first = {"classes": [0, 1]} if hasattr(model, "predict_proba") else {}
    model.partial_fit(X[:40], y[:40], **first)
    mean = model._input.scaler_.scaler_.mean_.copy()
    for _ in range(40):
        model.partial_fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 41
    assert model.loss_curve_[-1] < 0.7 * model.loss_curve_[0]
    model.partial_fit(X + 5, y)
    np.testing.assert_array_equal(model._input.scaler_.scaler_.mean_, mean)


def test_partial_fit_copies_no_records_of_past_calls(numbers):
    """Of which there may be thousands; but a call that fails must not add to them."""
    model = GRURegressor(**SMALL).partial_fit(*numbers)
    net = model.net_
    model.partial_fit(*numbers)
    assert model.net_.history[0] is net.history[0]
    assert len(net.history) == 1
    assert len(model.net_.history) == 2


def test_partial_fit_leaves_the_callbacks_of_fit_alone(make, data, tmp_path):
    """They would go on to set the learning rate, and to overwrite what they have saved."""
    checkpoint = Checkpoint(dirname=tmp_path, monitor=None)
    callbacks = [("count", Recorder()), LRScheduler("StepLR", step_size=1, gamma=0.1), checkpoint]
    model = make(callbacks=callbacks).fit(*data)
    counted, saved = callbacks[0][1].batches, (tmp_path / "params.pt").read_bytes()
    model.set_params(callbacks=None).partial_fit(*data).partial_fit(*data)
    assert model.net_.callbacks_ == []
    assert model.net_.optimizer_.param_groups[0]["lr"] == 1e-2
    assert callbacks[0][1].batches == counted
    assert (tmp_path / "params.pt").read_bytes() == saved


def test_partial_fit_after_fit_goes_on_at_the_full_rate(make, data):
    X, y = data
    model = make().fit(X, y)
    before = outputs(model, X)
    model.partial_fit(X, y)
    assert np.abs(outputs(model, X) - before).max() > 1e-3
    model.set_params(lr=1e-12).partial_fit(X, y)
    frozen = outputs(model, X)
    np.testing.assert_allclose(outputs(model.partial_fit(X, y), X), frozen, atol=1e-4)


def test_partial_fit_follows_a_changed_weight_decay(make, data):
    def norm(weight_decay):
        model = make().fit(*data).set_params(weight_decay=weight_decay).partial_fit(*data)
        return sum(float(p.detach().square().sum()) for p in model.net_.module_.parameters())

    assert norm(30.0) < 0.7 * norm(0.0)


def test_partial_fit_calls_are_reproducible_and_differ(numbers):
    X, y = numbers

    def twice():
        model = GRURegressor(**SMALL, dropout=0.2)
        return model.partial_fit(X, y).partial_fit(X, y)

    np.testing.assert_array_equal(twice().predict(X), twice().predict(X))


def test_dropout_is_drawn_anew_in_each_layer_and_by_each_seed(numbers):
    drawn = []
    for seed in (0, 1, 2):
        model = GRURegressor(**{**SMALL, "num_layers": 3, "random_state": 0}, dropout=0.2)
        net = model.fit(*numbers).net_
        net.plan = replace(net.plan, seed=seed)
        net._share_generator()
        drawn += [m.generator.initial_seed() for m in net.module_.modules() if hasattr(m, "p")]
    assert len(set(drawn)) == len(drawn) == 9


def start(model, X, y, **weights):
    """A first call of partial_fit."""
    told = {"classes": np.unique(y)} if hasattr(model, "predict_proba") else {}
    return model.partial_fit(X, y, **told, **weights)


def test_partial_fit_takes_weights_as_they_are(make, data):
    X, y = (part[:20] for part in data)
    one = start(make(), X, y).loss_curve_[0]
    halves = start(make(), X, y, sample_weight=np.full(20, 0.5)).loss_curve_[0]
    assert halves == pytest.approx(one / 2, rel=1e-6)


def test_partial_fit_weighs_batches_against_each_other(make, data):
    X, y = data

    def train(weights):
        model = start(make(), X, y)
        for i, weight in enumerate(weights):
            model.partial_fit(X[i : i + 1], y[i : i + 1], sample_weight=[weight])
        return outputs(model, X)

    even, falling = train(np.ones(10)), train(np.geomspace(1, 1e-4, 10))
    assert np.abs(even - falling).max() > 1e-3


def test_partial_fit_takes_class_weights_as_they_are():
    X, y = make_data(GRUClassifier, 20)
    one, five = (
        start(GRUClassifier(**SMALL, class_weight=w), X, y).loss_curve_[0]
        for w in (None, {0: 5.0, 1: 5.0})
    )
    assert five == pytest.approx(5 * one, rel=1e-6)


# Weights


def test_zero_weight_is_like_leaving_out(make, data):
    X, y = data
    weight = np.r_[np.ones(20), np.zeros(10)]
    options = {"batch_size": 30, "max_epochs": 20}
    weighted = make(**options).fit(X[:30], np.r_[y[:20], 1 - y[20:30]], sample_weight=weight)
    without = make(**options).fit(X[:20], y[:20])
    np.testing.assert_allclose(outputs(weighted, X), outputs(without, X), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("unit", [2.0, 1e-12, 1e15, 1e300])
def test_unit_of_weights_does_not_matter(make, data, unit):
    X, y = data
    X = np.concatenate([1000 * X, np.full((*X.shape[:2], 1), 0.1)], axis=2)  # one channel constant
    weight = np.random.default_rng(0).uniform(0.5, 1.5, len(y))
    one, other = (make().fit(X, y, sample_weight=w) for w in (weight, weight * unit))
    np.testing.assert_allclose(outputs(other, X), outputs(one, X), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("weight", [1e-12, 1e15])
def test_first_partial_fit_standardises_whatever_the_unit_of_weights(make, data, weight):
    X, y = data
    plain, weighted = (
        start(make(), 1000 * X, y, sample_weight=np.full(len(y), w)) for w in (1.0, weight)
    )
    for name in ("mean_", "scale_"):
        expected, found = (getattr(m._input.scaler_.scaler_, name) for m in (plain, weighted))
        np.testing.assert_allclose(found, expected)


def test_class_weight_is_a_sample_weight():
    X, _ = make_data(GRUClassifier, 60)
    y = np.repeat(["a", "b", "c"], [30, 20, 10])
    balanced = GRUClassifier(**SMALL, class_weight="balanced", standardize=False).fit(X, y)
    weight = compute_sample_weight("balanced", y)
    weighted = GRUClassifier(**SMALL, standardize=False).fit(X, y, sample_weight=weight)
    np.testing.assert_allclose(
        balanced.decision_function(X), weighted.decision_function(X), rtol=1e-5, atol=1e-6
    )


def thirds(n_samples=60):
    """Sequences, and labels of which a third is each of a, b and c."""
    X, _ = make_data(GRUClassifier, n_samples)
    return X, np.array(["a", "b", "c"])[np.arange(n_samples) % 3]


def test_class_weight_of_a_class_that_is_not_in_the_batch():
    X, y = thirds()
    kept = y != "c"
    weighted, plain = (
        GRUClassifier(**SMALL, class_weight=w).partial_fit(X[kept], y[kept], classes=list("abc"))
        for w in ({"c": 5}, None)
    )
    np.testing.assert_array_equal(weighted.decision_function(X), plain.decision_function(X))
    heavier, lighter = (model.partial_fit(X, y).loss_curve_[-1] for model in (weighted, plain))
    assert heavier > 1.2 * lighter


def test_class_weight_of_a_class_that_is_not_held_out():
    X, y = thirds(62)
    y = np.where(np.arange(62) < 3, "c", np.where(y == "a", "a", "b"))
    model = GRUClassifier(
        **SMALL, class_weight={"c": 5}, early_stopping=True, validation_fraction=0.1
    ).fit(X, y)
    assert np.isfinite(model.validation_scores_).all()


def test_class_weight_of_a_label_that_is_not_in_the_batch():
    X, _ = thirds(20)
    y = np.c_[np.arange(20) % 2, np.zeros(20, dtype=int)]
    weighted, plain = (
        GRUClassifier(**SMALL, class_weight=w).partial_fit(X, y) for w in ([{}, {1: 5}], None)
    )
    np.testing.assert_array_equal(weighted.decision_function(X), plain.decision_function(X))


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("cls", [GRUClassifier, GRUTagger], ids=lambda cls: cls.__name__)
def test_a_class_without_weight_is_not_balanced(cls, early_stopping):
    X, y = thirds()
    weight = np.where(y == "c", 0.0, np.where(y == "a", 1.0, 3.0))
    y = np.tile(y[:, None], X.shape[1]) if cls is GRUTagger else y
    settings = {"early_stopping": early_stopping, "validation_fraction": 0.2, **SMALL}
    balanced = cls(**settings, class_weight="balanced").fit(X, y, weight)
    by_hand = cls(**settings, class_weight={"a": 3.0, "b": 1.0, "c": 1.0}).fit(X, y, weight)
    if early_stopping:  # then parts of the classes are other ones, for taggers
        assert np.isfinite(balanced.validation_scores_).all()
    else:
        np.testing.assert_allclose(balanced.loss_curve_, by_hand.loss_curve_, rtol=1e-5)


def test_multilabel_classes_are_balanced_for_each_label():
    X, _ = make_data(GRUClassifier, 60)
    y = np.c_[np.arange(60) < 20, np.arange(60) % 2].astype(int)
    settings = {**SMALL, "standardize": False}
    balanced = GRUClassifier(**settings, class_weight="balanced").fit(X, y)
    weighted = GRUClassifier(**settings).fit(X, y, compute_sample_weight("balanced", y))
    np.testing.assert_allclose(
        balanced.decision_function(X), weighted.decision_function(X), rtol=1e-5, atol=1e-6
    )


def test_class_weight_shifts_the_decision():
    X, y = make_data(GRUClassifier, 60)
    plain, heavy = (
        GRUClassifier(**{**SMALL, "max_epochs": 10}, class_weight=w)
        .fit(X, y)
        .predict_proba(X)[:, 1]
        .mean()
        for w in (None, {0: 1, 1: 20})
    )
    assert heavy > plain + 0.1


# Targets


def test_multiclass_with_string_labels():
    X, _ = make_data(GRUClassifier, 150, n_timesteps=5)
    y = np.array(["low", "mid", "high"])[np.digitize(X[:, -1, 0], [-0.5, 0.5])]
    model = GRUClassifier(**{**SMALL, "max_epochs": 40}).fit(X, y)
    assert model.score(X, y) > 0.9
    assert list(model.classes_) == ["high", "low", "mid"]
    probabilities = model.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(model.classes_[probabilities.argmax(axis=1)], model.predict(X))
    assert log_loss(y, probabilities) < 0.4


@pytest.mark.parametrize("kind", ["int", "bool"])
def test_labels_that_came_as_objects(kind):
    """Those that scikit-learn's scores refuse are refused at once; words are always objects."""
    X, y = make_data(GRUClassifier, 40)
    y = y.astype(kind)
    for objects in (
        y.astype(object),
        pd.Series(y).astype(object),
        np.c_[y, ~y.astype(bool)].astype(object),
    ):
        with pytest.raises(ValueError, match=rf"array of objects.*y.astype\({kind}\)"):
            GRUClassifier(**SMALL).fit(X, objects)
    words = np.where(y, "up", "down")
    as_objects, plain = (GRUClassifier(**SMALL).fit(X, y) for y in (words.astype(object), words))
    np.testing.assert_array_equal(as_objects.predict(X), plain.predict(X))
    assert as_objects.score(X, words.astype(object)) == plain.score(X, words)


@pytest.mark.parametrize("form", [pd.Series, pd.Index, copy.copy])
@pytest.mark.parametrize(
    ("kind", "own"),
    [("int64", "Int64"), ("uint8", "UInt8"), ("bool", "boolean"), ("bool", "bool[pyarrow]")],
)
def test_labels_of_pandas_own_types_are_those_of_numpy(kind, own, form):
    if "pyarrow" in own:
        pytest.importorskip("pyarrow")
    X, y = make_data(GRUClassifier, 40)
    y = y.astype(kind)
    labels = form(pd.array(y, dtype=own))
    plain, model = (GRUClassifier(**SMALL).fit(X, given) for given in (y, labels))
    assert model.classes_.dtype == kind
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    assert model.predict(X).dtype == kind
    assert model.score(X, labels) == plain.score(X, y)


def test_multilabel():
    X, _ = make_data(GRUClassifier, 150, n_timesteps=5)
    y = (X[:, -2:, 0] > 0).astype(int)
    model = GRUClassifier(**{**SMALL, "max_epochs": 40}).fit(X, y)
    assert model.predict(X).shape == y.shape
    assert (model.predict(X) == y).mean() > 0.9
    np.testing.assert_array_equal(model.predict_proba(X) > 0.5, model.predict(X))


def test_multilabel_targets_of_any_type_are_the_same():
    X, _ = make_data(GRUClassifier, 40, n_timesteps=5)
    y = X[:, -2:, 0] > 0
    models = [GRUClassifier(**SMALL).fit(X, labels) for labels in (y, y * 1, y * 1.0, csr_array(y))]
    for model in models[1:]:
        np.testing.assert_array_equal(outputs(model, X), outputs(models[0], X))


def test_several_outputs_of_different_scale():
    X, _ = make_data(GRURegressor, 150, n_timesteps=5)
    y = X[:, -2:, 0] * [1e-3, 1e6] + [7, -1e7]
    model = GRURegressor(**{**SMALL, "max_epochs": 60}).fit(X, y)
    assert model.predict(X).shape == y.shape
    assert model.score(X, y) > 0.9


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber"])
def test_losses(loss):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4, 1))
    y = rng.exponential(size=200) ** 2  # mean 2, median 0.48
    model = LSTMRegressor(loss=loss, hidden_size=4, max_epochs=20, lr=1e-2, random_state=0)
    predicted = model.fit(X, y).predict(X).mean()
    if loss == "squared_error":
        assert predicted == pytest.approx(y.mean(), rel=0.1)
    if loss == "absolute_error":
        assert predicted == pytest.approx(np.median(y), rel=0.3)


def test_cells_of_each_layer():
    X, y = make_data(GRURegressor, 40)
    model = RecurrentRegressor(cells=("lstm", "rnn_relu", "gru"), **SMALL).fit(X, y)
    assert [layer.cell for layer in model.net_.module_.layers] == ["lstm", "rnn_relu", "gru"]
    n_weights = sum(p.numel() for p in model.net_.module_.parameters())
    assert model.n_parameters_ == n_weights


@pytest.mark.parametrize(
    ("options", "highest"),
    [({}, 0.01), ({"conv": True}, 0.001), ({"conv": True, "lr": 0.02}, 0.02)],
)
def test_auto_learning_rate_is_lower_with_convolutions(options, highest):
    rates = []

    class Watch(Callback):
        def on_batch_end(self, net, **kwargs):
            rates.append(net.optimizer_.param_groups[0]["lr"])

    X = np.random.default_rng(0).normal(size=(64, 8))
    GRURegressor(**{**SMALL, "max_epochs": 10, **options}, callbacks=[Watch()]).fit(X, X[:, -1])
    assert max(rates) == pytest.approx(highest, rel=0.1)


def test_auto_segments_aim_at_fifty_steps():
    X = np.random.default_rng(0).normal(size=(40, 500))
    model = GRURegressor(**SMALL, segment_length="auto").fit(X, X[:, -1])
    assert model.net_.module_.architecture.segment_length == 10


# Precision, batches, schedule


def test_one_batch_is_trained_in_double_precision():
    X, y = make_data(GRURegressor, 33)
    dtypes = [
        next(GRURegressor(**SMALL).fit(X[:n], y[:n]).net_.module_.parameters()).dtype
        for n in (32, 33)
    ]
    assert dtypes == [torch.float64, torch.float32]


def test_partial_fit_trains_in_single_precision_however_small_the_first_batch():
    """Which says nothing of those to come, for which there would be no fused kernels."""
    X, y = make_data(GRURegressor, 40)
    model = GRURegressor(**SMALL).partial_fit(X[:5], y[:5]).partial_fit(X, y)
    assert next(model.net_.module_.parameters()).dtype == torch.float32


def test_shuffled_batches_are_a_permutation_with_little_padding():
    lengths = torch.from_numpy(np.random.default_rng(0).integers(1, 100, 1000))
    batches = shuffled_batches(1000, 32, lengths, torch.Generator().manual_seed(0))
    assert sorted(torch.cat(batches).tolist()) == list(range(1000))
    padded = sum(len(b) * int(lengths[b].max()) for b in batches)
    assert padded < 1.2 * int(lengths.sum())
    again = shuffled_batches(1000, 32, lengths, torch.Generator().manual_seed(1))
    assert [b.tolist() for b in batches] != [b.tolist() for b in again]


@pytest.mark.parametrize("total_steps", [1, 2, 10, 1000])
def test_learning_rate_cycle(total_steps):
    rates = [one_cycle(step, total_steps) for step in range(total_steps)]
    assert all(0 < rate <= 1 for rate in rates)
    if total_steps == 1000:
        assert int(np.argmax(rates)) == 100
        assert rates[-1] < 1e-4
        assert (np.diff(rates[:100]) > 0).all()
        assert (np.diff(rates[101:]) < 0).all()


def test_metadata_routing_of_sample_weight():
    import sklearn
    from sklearn.model_selection import cross_validate

    X, y = make_data(GRURegressor, 60)
    with sklearn.config_context(enable_metadata_routing=True):
        model = GRURegressor(**SMALL).set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=True)
        weighted, other = (
            cross_validate(model, X, y, cv=2, params={"sample_weight": w})["test_score"]
            for w in (np.ones(60), np.arange(60.0))
        )
    assert not np.allclose(weighted, other)


@pytest.mark.parametrize("cls", [GRURegressor, GRUTagger])
def test_many_sequences_keep_their_order(cls):
    """They are evaluated in the order of their lengths, in more than one batch."""
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(length, 2)) for length in rng.integers(1, 9, EVALUATION_BATCH + 100)]
    y = [x[:, 0] > 0 for x in X[:40]] if cls is GRUTagger else [x.sum() for x in X[:40]]
    model = cls(hidden_size=4, max_epochs=1, random_state=0).fit(X[:40], y)
    together = model.predict(X)
    for i in (0, 1, 500, EVALUATION_BATCH + 99):
        np.testing.assert_allclose(together[i], model.predict(X[i : i + 1])[0], rtol=1e-6)
