"""A target for each time step: taggers and sequence regressors."""

import copy
import inspect
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import ClassifierMixin, RegressorMixin, clone, is_classifier, is_regressor
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import (
    GridSearchCV,
    cross_val_predict,
    cross_val_score,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import column_or_1d, compute_class_weight, get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks
from skorch.callbacks import Callback
from torch.nn import functional

import skrnn
from skrnn import GRUSequenceRegressor, GRUTagger, LSTMSequenceRegressor, LSTMTagger
from skrnn.inspection import permutation_importance
from skrnn.nn import Architecture, build_network
from skrnn.nn import convolution as convolution_module
from skrnn.nn.losses import IGNORED, StepLoss, WeightedCrossEntropy
from skrnn.nn.segments import cut_segments, join_segments
from tests.conftest import ragged
from tests.step_data import (
    REGRESSORS,
    TAGGERS,
    TINY,
    assert_close,
    each_class,
    each_kind,
    fit_tiny,
    fitted,
    lag_task,
    make_data,
    make_ragged,
    outputs,
)


@pytest.fixture(autouse=True)
def _fewer_filters(monkeypatch):
    """As many as in the paper would take a minute."""
    monkeypatch.setattr(convolution_module, "BLOCKS", ((6, 8), (8, 5), (6, 3)))


# Learning


@pytest.mark.parametrize("cls", TAGGERS)
def test_what_depends_on_an_earlier_step_is_learnt(cls):
    (X, y), (X_test, y_test) = lag_task(200, 0), lag_task(100, 1)
    model = cls(hidden_size=16, max_epochs=30, random_state=0).fit(X, y)
    assert model.score(X_test, y_test) > 0.97


def test_a_model_without_memory_cannot_learn_it():
    """Or the test before would show nothing."""
    X, y = lag_task(200, 0)
    steps = X.reshape(-1, 1), y.ravel()
    assert LogisticRegression().fit(*steps).score(*steps) < 0.6


def test_parity_so_far_is_learnt_on_sequences_of_different_lengths():
    rng = np.random.default_rng(0)
    X = [rng.integers(0, 2, size=n).astype(float) for n in rng.integers(5, 21, 200)]
    y = [np.where(x.cumsum() % 2 > 0, "odd", "even") for x in X]
    model = GRUTagger(hidden_size=16, max_epochs=40, lr=0.02, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.97


@pytest.mark.parametrize("cls", REGRESSORS)
def test_numbers_are_learnt(cls):
    (X, y), (X_test, y_test) = make_data(cls, 150), make_data(cls, 50, seed=1)
    model = cls(hidden_size=16, max_epochs=40, lr=0.02, random_state=0).fit(X, y)
    assert model.score(X_test, y_test) > 0.97


@pytest.mark.parametrize(
    ("cls", "cells"),
    [(skrnn.RecurrentTagger, ("lstm", "gru")), (skrnn.RecurrentSequenceRegressor, ("gru", "rnn"))],
)
def test_cells_of_each_layer(cls, cells):
    X, y = make_data(GRUTagger if cls is skrnn.RecurrentTagger else GRUSequenceRegressor)
    model = fit_tiny(cls, X, y, cells=cells)
    assert tuple(layer.cell for layer in model.net_.module_.layers) == cells


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "huber"])
def test_losses(loss):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 5)), rng.exponential(size=(100, 5)) ** 2  # mean 2, median 0.48
    model = GRUSequenceRegressor(loss=loss, hidden_size=4, max_epochs=20, random_state=0)
    predicted = model.fit(X, y).predict(X).mean()
    if loss == "squared_error":
        assert predicted == pytest.approx(y.mean(), rel=0.1)
    if loss == "absolute_error":
        assert predicted == pytest.approx(np.median(y), rel=0.3)


# Padding and company

OPTIONS = [
    {},
    {"bidirectional": True, "num_layers": 2},
    {"segment_length": 3},
    {"segment_length": 3, "conv": True, "bidirectional": True},
    {"conv": True, "layer_norm": True},
    {"layer_norm": True, "num_layers": 2, "dropout": 0.1, "variational_dropout": 0.1},
]


@each_kind
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_sequence_s_outputs_do_not_depend_on_company(cls, options):
    X, y = make_ragged(cls)
    model = fit_tiny(cls, X, y, **options)
    together = outputs(model, X)
    long = np.full((50, 2), 1e3)
    for i in range(5):
        assert_close(outputs(model, X[i][None]), together[i : i + 1], rtol=1e-4)
        assert_close(outputs(model, [long, X[i]])[1:], together[i : i + 1], rtol=1e-4)
    many = outputs(model, X * 30)  # more than one evaluation batch
    assert_close(many, together * 30, rtol=1e-4)


@each_class
def test_order_of_sequences_does_not_matter(cls):
    X, _ = make_ragged(cls)
    together, order = outputs(fitted(cls), X), np.random.default_rng(0).permutation(len(X))
    assert_close(outputs(fitted(cls), [X[i] for i in order]), [together[i] for i in order])


@pytest.mark.parametrize("per_layer", [{}, {"conv": True, "layer_norm": True}], ids=str)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("segment_length", [1, 3])
def test_ragged_batch_of_a_network_is_like_each_sequence_alone(
    per_layer, bidirectional, segment_length
):
    options = {"bidirectional": bidirectional, "segment_length": segment_length, **per_layer}
    net = build_network(Architecture(("gru", "lstm"), 2, 3, 4, per_step=True, **options), 0).eval()
    x = torch.randn(3, 11, 2, generator=torch.Generator().manual_seed(0))
    lengths = torch.tensor([5, 1, 8])  # no sequence fills the batch
    for i, n in enumerate(lengths):
        x[i, n:] = 1e3  # what stands there must not matter
    together = net(x, lengths)
    assert together.shape == (3, 11, 3)
    for i, n in enumerate(lengths):
        torch.testing.assert_close(net(x[i : i + 1, :n])[0], together[i, :n])


@pytest.mark.parametrize("options", [{}, {"layer_norm": True}, {"conv": True}], ids=str)
def test_steps_are_read_as_torch_computes_them(options):
    architecture = Architecture(("gru", "lstm"), 2, 3, 4, per_step=True, **options)
    net = build_network(architecture, 0, torch.float64).eval()
    x = torch.randn(5, 7, 2, generator=torch.Generator().manual_seed(0)).double()
    steps, maps = x.transpose(0, 1), x.transpose(1, 2)
    for layer in net.layers:
        steps, _ = layer.core(steps)
        steps = functional.layer_norm(steps, (4,)) if options.get("layer_norm") else steps
    read = steps.transpose(0, 1)
    if options.get("conv"):
        for conv in net.convolution.convolutions:
            (length,) = conv.kernel_size
            maps = conv(functional.pad(maps, ((length - 1) // 2, length // 2)))
            maps = functional.group_norm(maps, 1).clamp(min=0)
        read = torch.cat([read, maps.transpose(1, 2)], dim=2)
    torch.testing.assert_close(net(x), net.readout(read))


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    segment_length=st.integers(1, 5),
    is_ragged=st.booleans(),
)
def test_segments_are_joined_to_the_steps_they_were_cut_from(lengths, segment_length, is_ragged):
    n_samples, n_steps = len(lengths), max(lengths)
    steps = torch.arange(2.0 * n_samples * n_steps).reshape(n_samples, n_steps, 2)
    given_lengths = torch.tensor(lengths) if is_ragged else None
    segments, _ = cut_segments(steps, given_lengths, segment_length)
    joined = join_segments(segments, given_lengths, segment_length, n_steps)
    assert joined.shape == steps.shape
    for i, n in enumerate(lengths if is_ragged else [n_steps] * n_samples):
        assert torch.equal(joined[i, :n], steps[i, :n])


def test_segment_reads_one_output_for_each_of_its_steps():
    architecture = Architecture(("gru",), 2, 3, 4, segment_length=5, per_step=True)
    net = build_network(architecture, 0)
    assert net.readout.weight.shape == (15, 4)
    assert net(torch.zeros(2, 12, 2)).shape == (2, 12, 3)
    assert architecture.multiply_adds(12) == 3 * (3 * 4 * (4 + 4) + 4 * 5 * 3)


# The past only, or both directions


def first_changes(model, X, step, **times):
    """The first steps whose outputs change with all values from some step on."""
    changed = X.copy()
    changed[:, step:] += np.random.default_rng(5).normal(size=changed[:, step:].shape)
    differ = np.abs(outputs(model, X, **times) - outputs(model, changed, **times)) > 1e-9
    return differ.reshape(*X.shape[:2], -1).any(axis=(0, 2)).argmax()


CAUSAL = [
    (GRUTagger, {}),
    (skrnn.RNNTagger, {"num_layers": 2, "layer_norm": True}),
    (LSTMTagger, {"missing": "mask"}),
    (GRUTagger, {"missing": "decay"}),
    (LSTMSequenceRegressor, {}),
    (GRUSequenceRegressor, {"missing": "decay"}),
]


@pytest.mark.parametrize(("cls", "options"), CAUSAL, ids=str)
@pytest.mark.parametrize("timed", [False, True])
def test_outputs_depend_on_nothing_later(cls, options, timed):
    X, y = make_data(cls)
    if "missing" in options:
        X[np.random.default_rng(1).random(X.shape) < 0.3] = np.nan
    times = np.random.default_rng(2).exponential(size=X.shape[:2]).cumsum(axis=1)
    keyword = {"times": times} if timed else {}
    model = fit_tiny(cls, X, y, **keyword, **options)
    for step in (1, 7, 11):
        assert first_changes(model, X, step, **keyword) == step


@each_kind
def test_with_both_directions_outputs_depend_on_what_is_later(cls):
    X, y = make_data(cls)
    model = fit_tiny(cls, X, y, bidirectional=True)
    assert first_changes(model, X, 11) == 0


@each_kind
def test_with_segments_outputs_depend_on_their_segment_and_what_is_before(cls):
    X, y = make_data(cls, n_steps=13)  # segments of 1, 4, 4 and 4 steps
    model = fit_tiny(cls, X, y, segment_length=4)
    assert [first_changes(model, X, step) for step in (1, 5, 8, 12)] == [1, 5, 5, 9]


def test_convolutions_know_the_whole_sequence():
    X, y = make_data(GRUTagger)
    assert first_changes(fit_tiny(GRUTagger, X, y, conv=True), X, 11) == 0


def test_a_pair_of_directions_sees_what_one_cannot():
    X = np.random.default_rng(0).normal(size=(150, 10))
    y = np.roll(X, -1, axis=1)  # the next step
    y[:, -1] = 0
    settings = {"hidden_size": 16, "max_epochs": 30, "random_state": 0}
    both = GRUSequenceRegressor(bidirectional=True, **settings).fit(X, y)
    assert both.score(X, y) > 0.97
    assert GRUSequenceRegressor(**settings).fit(X, y).score(X, y) < 0.5


# The loss: each step counts alike, padding never


def test_loss_is_that_of_the_valid_steps():
    rng = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 4, 5, generator=rng)
    labels = torch.tensor([[1, 2, 3, 0], [4, -100, -100, -100], [0, 1, -100, -100]])
    expected = [
        functional.cross_entropy(logits[i, :n], labels[i, :n], reduction="sum") / 2.5
        for i, n in enumerate((4, 1, 2))
    ]
    assert IGNORED == -100
    for wider in (labels, functional.pad(labels, (0, 3), value=IGNORED)):
        losses = StepLoss(WeightedCrossEntropy(), 2.5)(logits, wider)
        torch.testing.assert_close(losses, torch.stack(expected))


def test_gradients_of_padding_are_zero():
    outputs = torch.randn(2, 3, 2, generator=torch.Generator().manual_seed(0)).requires_grad_()
    targets = torch.zeros(2, 3, 2)
    targets[1, 1:] = torch.nan
    StepLoss(torch.nn.MSELoss(reduction="none"), 2.0)(outputs, targets).sum().backward()
    assert outputs.grad.isfinite().all()
    assert not outputs.grad[1, 1:].any()
    assert outputs.grad[0].all()


def frozen(cls, X, y, weight=None, **parameters):
    """A model trained a little, whose loss curve is then that of the weights that it has."""
    model = fit_tiny(cls, X, y, weight, batch_size=7, warm_start=True, **parameters)
    return model.set_params(lr=1e-12, max_epochs=1).fit(X, y, weight)


@pytest.mark.parametrize("class_weight", [None, "balanced", {"high": 3.0, "low": 0.5}], ids=str)
@pytest.mark.parametrize("weighted", [False, True])
def test_training_loss_of_a_tagger_is_torch_s_over_all_steps(class_weight, weighted):
    X, y = make_ragged(GRUTagger)
    weight = np.random.default_rng(3).uniform(size=len(X)) if weighted else None
    model = frozen(GRUTagger, X, y, weight, class_weight=class_weight)
    steps = np.concatenate(y)
    of_steps = np.repeat(weight if weighted else np.ones(len(X)), [len(x) for x in X])
    of_class = compute_class_weight(
        class_weight, classes=model.classes_, y=steps, sample_weight=of_steps
    )
    labels = np.searchsorted(model.classes_, steps)
    of_steps = torch.as_tensor(of_steps * of_class[labels])
    logits = torch.as_tensor(np.concatenate(model.decision_function(X)))
    losses = functional.cross_entropy(logits, torch.as_tensor(labels), reduction="none")
    expected = (losses * of_steps).sum() / of_steps.sum()
    assert model.loss_curve_[0] == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("n_outputs", [None, 2])
@pytest.mark.parametrize("weighted", [False, True])
def test_training_loss_of_a_regressor_is_torch_s_over_all_steps(n_outputs, weighted):
    X, y = make_ragged(GRUSequenceRegressor)
    y = y if n_outputs is None else [np.stack([of_x, of_x**2], axis=1) for of_x in y]
    weight = np.random.default_rng(3).uniform(size=len(X)) if weighted else None
    model = frozen(GRUSequenceRegressor, X, y, weight, loss="absolute_error")
    of_steps = np.repeat(weight if weighted else np.ones(len(X)), [len(x) for x in X])
    steps = np.concatenate(y).reshape(len(of_steps), -1)
    mean = np.average(steps, axis=0, weights=of_steps)
    scale = np.sqrt(np.average((steps - mean) ** 2, axis=0, weights=of_steps))
    predicted = np.concatenate(model.predict(X)).reshape(steps.shape)
    errors = np.abs(predicted - steps) / scale
    expected = np.average(errors.mean(axis=1), weights=of_steps)
    assert model.loss_curve_[0] == pytest.approx(expected, rel=1e-5)
    np.testing.assert_allclose(model._target_scaler.mean_, mean)


def test_held_out_loss_is_in_units_of_an_average_training_sequence():
    X, y = make_ragged(GRUSequenceRegressor)
    settings = {"max_epochs": 1, "lr": 1e-12, "early_stopping": True, "validation_fraction": 0.25}
    model = fit_tiny(GRUSequenceRegressor, X, y, **settings)
    seed = np.random.RandomState(0).randint(2**31 - 1)
    train, held_out = train_test_split(np.arange(len(X)), test_size=0.25, random_state=seed)
    mean_length = np.mean([len(X[i]) for i in train])
    errors = [(model.predict(X[i][None])[0] - y[i]) / model._target_scaler.scale_ for i in held_out]
    expected = np.sum(np.concatenate(errors) ** 2) / mean_length / len(held_out)
    assert model.validation_scores_[0] == pytest.approx(-expected, rel=1e-4)
    steps = np.concatenate([y[i] for i in train])
    np.testing.assert_allclose(model._target_scaler.mean_, steps.mean())


@pytest.mark.parametrize(
    ("cls", "options"),
    [
        (GRUTagger, {}),
        (GRUTagger, {"class_weight": "balanced", "segment_length": 3}),
        (LSTMTagger, {"class_weight": {"high": 5.0}, "conv": True}),
        (LSTMSequenceRegressor, {"bidirectional": True}),
        (GRUSequenceRegressor, {"loss": "huber", "layer_norm": True}),
    ],
    ids=str,
)
def test_a_sequence_of_weight_two_is_like_the_sequence_twice(cls, options):
    X, y = make_ragged(cls, n_samples=15)
    weight = np.arange(15) % 3
    options = {"max_epochs": 20, **options}
    weighted = fit_tiny(cls, X, y, weight.astype(float), **options)
    index = np.repeat(np.arange(15), weight)
    repeated = fit_tiny(cls, [X[i] for i in index], [y[i] for i in index], **options)
    assert_close(outputs(weighted, X), outputs(repeated, X), rtol=1e-7, atol=1e-9)
    assert weighted.loss_curve_ == pytest.approx(repeated.loss_curve_, rel=1e-7)


@pytest.mark.parametrize("unit", [1.0, 2.0, 1e-12, 1e15])
@each_kind
def test_unit_of_weights_does_not_matter(cls, unit):
    X, y = make_ragged(cls)
    X = [np.c_[1000 * x, np.full(len(x), 0.1)] for x in X]  # one channel constant
    plain, weighted = fit_tiny(cls, X, y), fit_tiny(cls, X, y, np.full(len(X), unit))
    assert_close(outputs(weighted, X), outputs(plain, X), rtol=1e-4, atol=1e-5)


@each_kind
def test_partial_fit_takes_weights_as_they_are(cls):
    X, y = make_ragged(cls, n_samples=10)
    told = {"classes": ["high", "low", "mid"]} if cls is GRUTagger else {}
    one, half = (
        cls(**TINY).partial_fit(X, y, sample_weight=np.full(10, w), **told).loss_curve_[0]
        for w in (1.0, 0.5)
    )
    assert half == pytest.approx(one / 2, rel=1e-6)


def test_partial_fit_takes_class_weights_as_they_are():
    X, y = make_ragged(GRUTagger, n_samples=10)
    labels = ["high", "low", "mid"]
    one, five = (
        GRUTagger(**TINY, class_weight=w).partial_fit(X, y, classes=labels).loss_curve_[0]
        for w in (None, dict.fromkeys(labels, 5.0))
    )
    assert five == pytest.approx(5 * one, rel=1e-6)


def test_class_weight_shifts_the_decision():
    X, y = make_ragged(GRUTagger)
    shares = [
        np.concatenate(fit_tiny(GRUTagger, X, y, class_weight=w, max_epochs=10).predict_proba(X))[
            :, 0
        ].mean()
        for w in (None, {"high": 20.0})
    ]
    assert shares[1] > shares[0] + 0.1


@pytest.mark.parametrize("weights", [{0: 0.0, 1: 0.0}, {0: -1.0, 1: 2.0}])
def test_class_weights_that_no_loss_can_have(weights):
    X, y = lag_task(10, 0)
    with pytest.raises(ValueError, match="class_weight=.* must not be negative, and some must be"):
        fit_tiny(GRUTagger, X, y.astype(int), class_weight=weights)


# Scores


@each_kind
def test_score_is_over_all_valid_steps(cls):
    X, y = make_ragged(cls)
    model, weight = fitted(cls), np.arange(len(X), dtype=float)
    metric = accuracy_score if cls is GRUTagger else r2_score
    true, predicted = np.concatenate(y), np.concatenate(model.predict(X))
    of_steps = np.repeat(weight, [len(x) for x in X])
    assert model.score(X, y) == pytest.approx(metric(true, predicted))
    expected = metric(true, predicted, sample_weight=of_steps)
    assert model.score(X, y, sample_weight=weight) == pytest.approx(expected)
    assert expected != pytest.approx(model.score(X, y), abs=1e-4)


# Missing values and times


@pytest.mark.parametrize(
    ("cls", "missing"), [(GRUTagger, "mask"), (LSTMTagger, "decay"), (GRUSequenceRegressor, "mask")]
)
def test_missing_values_and_times(cls, missing):
    X, y = make_data(cls)
    X[np.random.default_rng(1).random(X.shape) < 0.2] = np.nan
    times = np.random.default_rng(2).exponential(size=X.shape[:2]).cumsum(axis=1)
    short, of_short, when = ragged(X), ragged(y), ragged(times)
    model = fit_tiny(cls, short, of_short, times=when, missing=missing)
    together = outputs(model, short, times=when)
    for i in range(5):
        alone = outputs(model, short[i][None], times=when[i][None])
        assert_close(alone, together[i : i + 1], rtol=1e-4)
    assert model.score(short, of_short, times=when) == model.score(short, of_short, times=when)
    channel = [np.column_stack([x, t]) for x, t in zip(short, when)]
    same = fit_tiny(cls, channel, of_short, missing=missing, time_channel=2)
    assert_close(outputs(same, channel), together)
    with pytest.raises(ValueError, match="was fitted with times"):
        model.predict(short)


def test_gaps_between_times_are_read():
    rng = np.random.default_rng(0)
    gaps = rng.choice([1.0, 5.0], size=(100, 10))
    X, times = np.zeros((100, 10)), gaps.cumsum(axis=1)
    y = np.where(gaps > 1, "late", "soon")
    y[:, 0] = "soon"
    model = GRUTagger(hidden_size=8, max_epochs=15, random_state=0).fit(X, y, times=times)
    assert model.score(X, y, times=times) > 0.97


# Going on: partial_fit, warm_start, early stopping


@each_kind
def test_partial_fit_learns_and_freezes_the_standardisation(cls):
    X, y = make_ragged(cls)
    model = cls(**TINY)
    first = {"classes": ["high", "low", "mid", "never"]} if cls is GRUTagger else {}
    model.partial_fit(X[:20], y[:20], **first)
    mean = model._input.scaler_.scaler_.mean_.copy()
    for _ in range(40):
        model.partial_fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 41
    assert model.loss_curve_[-1] < 0.7 * model.loss_curve_[0]
    np.testing.assert_array_equal(model._input.scaler_.scaler_.mean_, mean)
    if cls is GRUTagger:
        assert model.classes_.tolist() == first["classes"]
        assert model.predict_proba(X)[0].shape == (len(X[0]), 4)


def test_partial_fit_of_a_tagger_needs_all_classes_first():
    X, y = make_ragged(GRUTagger)
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        GRUTagger(**TINY).partial_fit(X, y)
    with pytest.raises(ValueError, match=r"y has classes that were not there.*'mid'"):
        GRUTagger(**TINY).partial_fit(X, y, classes=["high", "low"])
    with pytest.raises(ValueError, match="class_weight='balanced' is not supported by partial_fit"):
        GRUTagger(**TINY, class_weight="balanced").partial_fit(X, y, classes=["high", "low", "mid"])


def test_partial_fit_follows_a_changed_loss():
    X, y = make_ragged(GRUSequenceRegressor)
    model = fit_tiny(GRUSequenceRegressor, X, y)
    model.set_params(loss="absolute_error", lr=1e-12).partial_fit(X, y)
    errors = np.abs(np.concatenate(model.predict(X)) - np.concatenate(y))
    assert model.loss_curve_[-1] == pytest.approx(
        errors.mean() / model._target_scaler.scale_[0], rel=1e-4
    )


@each_kind
def test_warm_start_goes_on(cls):
    X, y = make_ragged(cls)
    model = fit_tiny(cls, X, y, warm_start=True, max_epochs=15)
    first = model.loss_curve_
    second = model.fit(X, y).loss_curve_
    assert second[-1] < first[-1] < first[0]
    assert second[0] < 1.2 * first[-1]
    model.set_params(hidden_size=7)
    with pytest.raises(ValueError, match="continue with the fitted network"):
        model.fit(X, y)


@each_kind
def test_early_stopping_stops_and_restores_the_best(cls):
    X, y = make_ragged(cls)
    settings = {"early_stopping": True, "validation_fraction": 0.3, "n_iter_no_change": 3}
    model = fit_tiny(cls, X, y, **settings, max_epochs=200, lr=0.03)
    best = int(np.argmax(model.validation_scores_))
    assert model.n_iter_ == best + 1 + 3 < 200


def test_classes_that_are_all_held_out_are_known():
    X, y = make_ragged(GRUTagger)
    settings = {"early_stopping": True, "validation_fraction": 0.3}
    for i in range(5):  # some of them are held out
        rare = copy.deepcopy(y)
        rare[i] = np.full(len(X[i]), "rare")
        for class_weight in (None, "balanced"):
            model = fit_tiny(GRUTagger, X, rare, **settings, class_weight=class_weight)
            assert model.classes_.tolist() == ["high", "low", "mid", "rare"]


# What every estimator of the package does


class Count(Callback):
    """Does nothing but count, so that skorch's own loop runs; presses Ctrl-C after some epochs."""

    def __init__(self, interrupt_after=None):
        self.interrupt_after = interrupt_after

    def on_epoch_end(self, net, **kwargs):
        if len(net.history) == self.interrupt_after:
            raise KeyboardInterrupt


@each_kind
def test_callbacks_change_no_weight(cls):
    X, y = make_ragged(cls)
    model = fit_tiny(cls, X, y, callbacks=[Count()])
    assert_close(outputs(model, X), outputs(fitted(cls), X), rtol=0, atol=0)


@each_kind
def test_interrupt_keeps_what_was_learnt(cls):
    X, y = make_ragged(cls)
    model = cls(**{**TINY, "max_epochs": 10}, callbacks=[Count(interrupt_after=2)])
    with pytest.warns(UserWarning, match="interrupted by user after 2 epochs") as warned:
        model.fit(X, y)
    assert warned[0].filename == __file__
    assert model.interrupted_
    assert np.isfinite(np.concatenate(outputs(model, X))).all()


@each_class
def test_same_seed_same_model_and_no_global_generator(cls):
    X, y = make_ragged(cls)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    model = fit_tiny(cls, X, y)
    assert_close(outputs(model, X), outputs(fitted(cls), X), rtol=0, atol=0)
    other = fit_tiny(cls, X, y, random_state=1)
    assert not np.allclose(outputs(other, X)[0], outputs(model, X)[0])
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])


COPIES = {
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "deepcopy": copy.deepcopy,
    "refitted clone": lambda model: clone(model).fit(*make_ragged(type(model))),
}


@each_class
@pytest.mark.parametrize("copied", COPIES)
def test_copies_predict_the_same(cls, copied):
    X, _ = make_ragged(cls)
    same = COPIES[copied](fitted(cls))
    assert_close(outputs(same, X), outputs(fitted(cls), X), rtol=0, atol=0)


def test_pickle_holds_arrays_only():
    model = fit_tiny(GRUTagger, *make_ragged(GRUTagger), class_weight="balanced")
    assert b"torch._utils" not in pickle.dumps(model)  # how tensors are pickled


@each_kind
def test_failed_fit_leaves_the_estimator_as_it_was(cls):
    X, y = make_ragged(cls)
    model = copy.deepcopy(fitted(cls))
    state, before = dict(vars(model)), outputs(model, X)
    for fit in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match="for sequence 3"):
            fit(X, [*y[:3], y[3][1:], *y[4:]])
    assert vars(model) == state
    assert_close(outputs(model, X), before, rtol=0, atol=0)
    fresh = cls(**TINY)
    with pytest.raises(ValueError, match="for sequence 3"):
        fresh.fit(X, [*y[:3], y[3][1:], *y[4:]])
    assert set(vars(fresh)) == set(fresh.get_params())


@each_class
def test_parameters(cls):
    assert set(cls._parameter_constraints) == set(cls().get_params())
    others = skrnn.GRUClassifier if cls in TAGGERS else skrnn.GRURegressor
    expected = {k: v for k, v in others().get_params().items() if k != "pooling"}
    expected["segment_length"] = 1  # each step by itself
    assert cls().get_params() == expected
    with pytest.raises(TypeError, match="pooling"):
        cls(pooling="mean")


def test_pooling_is_still_a_parameter_of_the_others():
    for cls in (skrnn.GRUClassifier, skrnn.RecurrentRegressor):
        assert inspect.signature(cls).parameters["pooling"].default == "concat"


# In scikit-learn


@each_kind
def test_they_are_neither_classifiers_nor_regressors(cls):
    tags = get_tags(cls())
    assert not is_classifier(cls())
    assert not is_regressor(cls())
    assert tags.target_tags.required
    assert tags.target_tags.two_d_labels
    assert not tags.target_tags.one_d_labels
    assert tags.input_tags.three_d_array
    assert not tags.input_tags.allow_nan
    assert get_tags(cls(missing="mask")).input_tags.allow_nan


@each_kind
@pytest.mark.parametrize("make", [make_data, make_ragged])
def test_cross_validation_and_search(cls, make):
    X, y = make(cls)
    model = cls(**TINY)
    first = cross_val_score(model, X, y, cv=2)
    half = len(X) // 2
    assert first[1] == clone(model).fit(X[:half], y[:half]).score(X[half:], y[half:])
    search = GridSearchCV(model, {"hidden_size": [4, 8]}, cv=2).fit(X, y)
    assert len(search.predict(X)) == len(X)
    assert search.score(X, y) > cls(**TINY).fit(X, y).score(X, y) - 0.5


@each_kind
def test_pipeline_with_a_table_of_several_channels(cls):
    X, y = make_data(cls)
    model = make_pipeline(StandardScaler(), cls(n_channels=2, **TINY))
    predicted = model.fit(X.reshape(len(X), -1), y).predict(X.reshape(len(X), -1))
    assert predicted.shape == y.shape
    assert cross_val_predict(model, X.reshape(len(X), -1), y, cv=2).shape == y.shape


@each_kind
def test_permutation_importance(cls):
    X, y = make_data(cls)
    model = fit_tiny(cls, X, y, max_epochs=40, hidden_size=12)
    found = permutation_importance(model, X, y, random_state=0).importances_mean
    assert found[0] > max(0.1, 1.5 * found[1])


# scikit-learn's own suite knows one target for each sample only: it gets stand-ins whose samples
# have the same target at all steps, and are judged by what is predicted for the last one.


class OneTarget:
    def fit(self, X, y, sample_weight=None):
        return super().fit(X, self._repeat(X, y), sample_weight)

    def partial_fit(self, X, y, *args, **kwargs):
        return super().partial_fit(X, self._repeat(X, y), *args, **kwargs)

    def predict(self, X):
        return super().predict(X)[:, -1]

    def _repeat(self, X, y):
        X = np.asarray(X)
        if y is None or X.ndim < 2:
            return y
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return np.repeat(y[:, None], X.shape[1], axis=1)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.one_d_labels = True
        tags.target_tags.single_output = True
        tags.target_tags.multi_output = isinstance(self, RegressorMixin)
        return tags


class ClassifierByTags(OneTarget, ClassifierMixin, GRUTagger):
    score = ClassifierMixin.score

    def predict_proba(self, X):
        return super().predict_proba(X)[:, -1]

    def decision_function(self, X):
        logits = super().decision_function(X)[:, -1]
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == 2 else logits


class RegressorBySteps(OneTarget, RegressorMixin, LSTMSequenceRegressor):
    score = RegressorMixin.score


@parametrize_with_checks(
    [
        ClassifierByTags(hidden_size=8, max_epochs=10, lr=0.03),
        RegressorBySteps(hidden_size=16, max_epochs=40, lr=0.03),
    ]
)
def test_scikit_learn_check(estimator, check):
    check(estimator)
