"""Targets of all time steps: the forms they come in, those of predictions, and wrong ones."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from skrnn import GRUSequenceRegressor, GRUTagger, LSTMSequenceRegressor
from skrnn._step_targets import read_labels, read_numbers
from tests.conftest import ragged
from tests.step_data import (
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

# Forms of y and of predictions


def multi_index(arrays, name):
    frames = [pd.DataFrame({name: array}) for array in arrays]
    return pd.concat(frames, keys=range(len(arrays)), names=["sequence", "step"])


RAGGED_FORMS = {
    "list of arrays": lambda y: y,
    "tuple of arrays": tuple,
    "list of lists": lambda y: [of_x.tolist() for of_x in y],
    "objects": lambda y: np.array([*y, None], dtype=object)[:-1],
    "series": lambda y: [pd.Series(of_x) for of_x in y],
    "series of arrays": pd.Series,
    "column": lambda y: [pd.DataFrame({"y": of_x}) for of_x in y],
    "nested": lambda y: pd.DataFrame({"y": [pd.Series(of_x) for of_x in y]}),
    "panel": lambda y: multi_index(y, "y"),
    "series with a MultiIndex": lambda y: multi_index(y, "y")["y"],
    "shuffled rows": lambda y: multi_index(y, "y").iloc[::-1].sort_index(level=0),
}
EQUAL_FORMS = {
    "array": lambda y: y,
    "list of lists": lambda y: y.tolist(),
    "frame": pd.DataFrame,
    "list of arrays": list,
    "objects": lambda y: y.astype(object),
}


@each_kind
@pytest.mark.parametrize("form", RAGGED_FORMS)
def test_forms_of_ragged_targets_train_the_same_model(cls, form):
    X, y = make_ragged(cls)
    model = fit_tiny(cls, X, RAGGED_FORMS[form](y))
    assert_close(outputs(model, X), outputs(fitted(cls), X), rtol=0, atol=0)
    assert model.score(X, RAGGED_FORMS[form](y)) == model.score(X, y)


@each_kind
@pytest.mark.parametrize("form", EQUAL_FORMS)
def test_forms_of_equal_targets_train_the_same_model(cls, form):
    X, y = make_data(cls)
    expected = outputs(fit_tiny(cls, X, y), X)
    model = fit_tiny(cls, X, EQUAL_FORMS[form](y))
    np.testing.assert_array_equal(outputs(model, X), expected)
    assert model.score(X, EQUAL_FORMS[form](y)) == model.score(X, y)


def test_a_tensor_is_a_form_of_y():
    X, y = make_data(GRUSequenceRegressor)
    expected = outputs(fit_tiny(GRUSequenceRegressor, X, y), X)
    tensor = torch.from_numpy(y).requires_grad_()
    for form in (tensor, list(tensor)):
        model = fit_tiny(GRUSequenceRegressor, torch.from_numpy(X), form)
        np.testing.assert_array_equal(outputs(model, X), expected)


FORMS_OF_X = {
    "3D": (lambda X: X, np.ndarray),
    "table": (lambda X: X.reshape(len(X), -1), np.ndarray),
    "frame": (lambda X: pd.DataFrame(X.reshape(len(X), -1)), np.ndarray),
    "list": (list, list),
    "frames": (lambda X: [pd.DataFrame(x, columns=["a", "b"]) for x in X], list),
    "panel": (
        lambda X: pd.concat([pd.DataFrame(x, columns=["a", "b"]) for x in X], keys=range(len(X))),
        list,
    ),
}


@each_kind
@pytest.mark.parametrize("form", FORMS_OF_X)
def test_predictions_come_in_the_form_of_X(cls, form):
    X, y = make_data(cls)
    change, container = FORMS_OF_X[form]
    given = change(X)
    options = {"n_channels": 2} if form in ("table", "frame") else {}
    model = fit_tiny(cls, given, y, **options)
    predicted = model.predict(given)
    assert isinstance(predicted, container)
    assert np.shape(predicted) == y.shape
    np.testing.assert_array_equal(np.array(predicted), fit_tiny(cls, X, y).predict(X))
    if cls is GRUTagger:
        for method in (model.predict_proba, model.decision_function):
            assert isinstance(method(given), container)
            assert np.shape(method(given)) == (*y.shape, 3)


@each_class
def test_predictions_of_ragged_sequences_have_their_lengths(cls):
    X, y = make_ragged(cls)
    predicted = fitted(cls).predict(X)
    assert [of_x.shape for of_x in predicted] == [of_x.shape for of_x in y]
    assert predicted[0].dtype.kind == y[0].dtype.kind


def test_probabilities_belong_to_the_classes():
    X, _ = make_ragged(GRUTagger)
    model = fitted(GRUTagger)
    assert model.classes_.tolist() == ["high", "low", "mid"]
    for x, chances, labels in zip(X, model.predict_proba(X), model.predict(X)):
        assert chances.shape == (len(x), 3)
        np.testing.assert_allclose(chances.sum(axis=1), 1)
        np.testing.assert_array_equal(model.classes_[chances.argmax(axis=1)], labels)
    logits = np.concatenate(model.decision_function(X))
    odds = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.concatenate(model.predict_proba(X)), odds)


@pytest.mark.parametrize("labels", [[0, 1], [3, -1], [False, True], ["a", "bb"]], ids=str)
def test_labels_of_two_classes(labels):
    X, y = lag_task(30, 0)
    y = np.array(labels)[y.astype(int)]
    model = fit_tiny(GRUTagger, X, y)
    assert model.classes_.tolist() == sorted(labels)
    assert model.predict(X).dtype.kind == y.dtype.kind
    assert model.predict_proba(X).shape == model.decision_function(X).shape == (30, 20, 2)
    assert fit_tiny(GRUTagger, X, y.tolist()).classes_.dtype.kind == y.dtype.kind


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_several_numbers_for_each_step(n_outputs):
    X, y = make_data(GRUSequenceRegressor, 100)
    y = np.stack([y, -1e6 * y, y + X[:, :, 0]], axis=2)[:, :, :n_outputs]
    model = GRUSequenceRegressor(hidden_size=16, max_epochs=40, lr=0.02, random_state=0).fit(X, y)
    assert model.predict(X).shape == y.shape
    assert model.n_outputs_ == n_outputs
    assert model.score(X, y) > 0.9
    short, targets = ragged(X), ragged(y)
    assert [p.shape for p in model.predict(short)] == [t.shape for t in targets]
    model.fit(short, targets)
    assert [p.shape for p in model.predict(short)] == [t.shape for t in targets]


@st.composite
def ragged_targets(draw, elements, columns=None):
    """Arrays of different lengths, at least one step each."""
    n_columns = None if columns is None else draw(columns)
    shape = () if n_columns is None else (n_columns,)
    size = 1 if n_columns is None else n_columns
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=5))
    flat = [draw(st.lists(elements, min_size=n * size, max_size=n * size)) for n in lengths]
    return [np.array(x).reshape(n, *shape) for x, n in zip(flat, lengths)]


def assert_read_back(targets, expected, fill):
    assert len(targets) == len(expected)
    padded = targets.pad(targets.steps, fill)
    for row, of_x, n in zip(padded, expected, targets.lengths):
        np.testing.assert_array_equal(row[:n], of_x)
    order = np.arange(len(expected))[::-1]
    reverse = targets[order]
    np.testing.assert_array_equal(reverse.steps, np.concatenate([expected[i] for i in order]))
    np.testing.assert_array_equal(reverse.lengths, targets.lengths[order])


WORDS = st.sampled_from(["a", "bb", "ccc"])


@settings(max_examples=40, deadline=None)
@given(y=ragged_targets(st.integers(-3, 3)) | ragged_targets(st.booleans()) | ragged_targets(WORDS))
def test_labels_in_any_form_are_read_as_they_are(y):
    lengths = np.array([len(of_x) for of_x in y])
    for name, form in RAGGED_FORMS.items():
        targets = read_labels(GRUTagger(), form(y), lengths)
        assert targets.steps.dtype.kind == y[0].dtype.kind, name
        assert_read_back(targets, y, "" if y[0].dtype.kind == "U" else 0)


@settings(max_examples=40, deadline=None)
@given(y=ragged_targets(st.floats(-1e9, 1e9), columns=st.none() | st.integers(1, 3)))
def test_numbers_in_any_form_are_read_as_they_are(y):
    lengths = np.array([len(of_x) for of_x in y])
    forms = {"list of arrays": lambda y: y, "list of lists": lambda y: [x.tolist() for x in y]}
    for form in (RAGGED_FORMS if y[0].ndim == 1 else forms).values():
        targets = read_numbers(GRUSequenceRegressor(), form(y), lengths)
        assert targets.steps.shape[1:] == y[0].shape[1:]
        assert_read_back(targets, y, np.nan)


# Errors: what was expected, what came, what to do

BITS, BIT_LABELS = lag_task(5, 0, n_steps=4)
NUMBERS = BITS + 0.5
SHORT = [BITS[i, : 2 + i % 3] for i in range(5)]
TWO_OUTPUTS = np.stack([NUMBERS, NUMBERS], axis=2)


def replaced(y, value, sequence=3, step=1):
    y = [list(of_x) for of_x in y]
    y[sequence][step] = value
    return y


def panel_of(arrays, names):
    return pd.concat([pd.DataFrame(array) for array in arrays], keys=names)


WRONG = {
    "no target": (GRUTagger, BITS, None, "GRUTagger requires y to be passed, but .* is None"),
    "one label a sequence": (
        GRUTagger,
        BITS,
        [0, 1, 0, 1, 0],
        "one label for sequence 0 as a whole, but GRUTagger needs one label for each time step: y "
        r"of shape \(n_samples, n_timesteps\), or a list with an array for each sequence",
    ),
    "one number a sequence": (
        LSTMSequenceRegressor,
        BITS,
        np.arange(5.0),
        "one number for sequence 0 as a whole, but LSTMSequenceRegressor needs one number for each",
    ),
    "a number": (LSTMSequenceRegressor, BITS, 3.0, "y has the length 1, but X has 5 sequences"),
    "fewer sequences": (
        GRUTagger,
        BITS,
        BIT_LABELS[:4],
        "y has the length 4, but X has 5 sequences. GRUTagger needs",
    ),
    "steps of an array": (
        GRUTagger,
        BITS,
        BIT_LABELS[:, :3],
        "y has the length 3 for sequence 0, which has 4 time steps in X",
    ),
    "steps of a list": (
        LSTMSequenceRegressor,
        SHORT,
        [*SHORT[:3], SHORT[3][1:], *SHORT[4:]],
        "y has the length 1 for sequence 3, which has 2 time steps in X",
    ),
    "padded": (
        GRUTagger,
        SHORT,
        BIT_LABELS,
        r"y has the length 4 for sequence 0, which has 2 .* padding of y: \[t\[: len\(x\)\] for",
    ),
    "NaN": (
        GRUSequenceRegressor,
        BITS,
        replaced(NUMBERS, np.nan),
        "y is not finite at step 1 of sequence 3: nan. .* impute those that are missing, or cut",
    ),
    "infinity in a list": (
        GRUSequenceRegressor,
        SHORT,
        [np.array(of_x) for of_x in replaced(SHORT, -np.inf, 4)],
        "y is not finite at step 1 of sequence 4: -inf",
    ),
    "None for a number": (
        GRUSequenceRegressor,
        BITS,
        replaced(NUMBERS, None, 2, 3),
        "y is not finite at step 3 of sequence 2: nan",
    ),
    "missing number of pandas": (
        GRUSequenceRegressor,
        SHORT,
        [pd.Series(of_x, dtype="Float64") for of_x in replaced(SHORT, None)],
        "y is not finite at step 1 of sequence 3",
    ),
    "words for numbers": (
        GRUSequenceRegressor,
        BITS,
        np.where(BIT_LABELS, "a", "b"),
        r"y must hold numbers, but has the values \['",
    ),
    "words among numbers": (
        GRUSequenceRegressor,
        BITS,
        replaced(NUMBERS, "b"),
        "y must hold numbers",
    ),
    "complex numbers": (GRUSequenceRegressor, BITS, NUMBERS * 1j, "y must hold numbers"),
    "NaN for a label": (
        GRUTagger,
        BITS,
        np.array(replaced(BITS, np.nan)),
        "y has no label at step 1 of sequence 3: nan. Every time step needs one; give steps",
    ),
    "None for a label": (
        GRUTagger,
        SHORT,
        replaced([["a"] * len(x) for x in SHORT], None),
        "y has no label at step 1 of sequence 3: None",
    ),
    "NaN among words": (
        GRUTagger,
        BITS,
        replaced(np.where(BIT_LABELS, "a", "b"), np.nan),
        "y has no label at step 1 of sequence 3: nan",
    ),
    "words and numbers": (
        GRUTagger,
        BITS,
        replaced(np.where(BIT_LABELS, "a", "b"), 7),
        "y has labels of the types int, str; expected one",
    ),
    "arrays of words and of numbers": (
        GRUTagger,
        BITS,
        [*np.where(BIT_LABELS, "a", "b")[:4], np.zeros(4, dtype=int)],
        "y has labels of the types int, str; expected one",
    ),
    "fractions for labels": (GRUTagger, BITS, NUMBERS / 3, "Unknown label type: continuous"),
    "several labels": (
        GRUTagger,
        BITS,
        TWO_OUTPUTS.astype(int),
        "y has 2 labels at each time step, but GRUTagger takes one. Fit a model for each column",
    ),
    "one class": (
        GRUTagger,
        BITS,
        np.full(BITS.shape, "same"),
        "y has only one class, 'same', among samples of positive weight; GRUTagger needs at least",
    ),
    "columns differ": (
        GRUSequenceRegressor,
        BITS,
        [*TWO_OUTPUTS[:2], *NUMBERS[2:]],
        r"y has the shape \(4,\) for sequence 2, and \(4, 2\) for sequence 0",
    ),
    "four dimensions": (
        GRUSequenceRegressor,
        BITS,
        TWO_OUTPUTS[:, :, None],
        r"y has the shape \(4, 1, 2\) for sequence 0",
    ),
    "panels in another order": (
        GRUTagger,
        panel_of(BITS, "abcde"),
        panel_of(BIT_LABELS, "bacde"),
        r"The index of y differs from that of X .* Give y the rows of X: y.loc\[X.index\]",
    ),
    "masked numbers in a list": (
        GRUSequenceRegressor,
        list(BITS),
        [np.ma.array(x, mask=[0, 1, 0, 0]) for x in NUMBERS],
        "y is not finite at step 1 of sequence 0: nan. Every time step needs a target",
    ),
    "masked labels in a list": (
        GRUTagger,
        list(BITS),
        [*BIT_LABELS[:3], np.ma.array(BIT_LABELS[3], mask=[0, 1, 0, 0]), BIT_LABELS[4]],
        "y has no label at step 1 of sequence 3: nan. Every time step needs one",
    ),
    "class weights as a list": (
        GRUTagger,
        BITS,
        BIT_LABELS,
        "'class_weight' parameter of GRUTagger must be an instance of 'dict', a str",
        {"class_weight": [{0: 1}]},
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_targets_say_what_is_wrong(what):
    cls, X, y, match, *parameters = WRONG[what]
    model = cls(**TINY, **(parameters[0] if parameters else {}))
    with pytest.raises(ValueError, match=match):
        model.fit(X, y)
    assert set(vars(model)) == set(model.get_params()), "a failed fit left something behind"


def test_one_class_among_positive_weights():
    y = np.zeros((5, 4), dtype=int)
    y[2] = 1
    with pytest.raises(ValueError, match="only one class, 0, among samples of positive weight"):
        fit_tiny(GRUTagger, BITS, y, np.array([1, 1, 0, 1, 1.0]))


def test_weights_are_one_for_each_sequence():
    with pytest.raises(ValueError, match="1D array"):
        fit_tiny(GRUTagger, BITS, BIT_LABELS, np.ones(BITS.shape))
    model = fit_tiny(GRUTagger, BITS, BIT_LABELS)
    with pytest.raises(ValueError, match="sample_weight.shape"):
        model.score(BITS, BIT_LABELS, sample_weight=np.ones(3))


def test_wrong_targets_of_later_calls():
    model = fit_tiny(GRUSequenceRegressor, BITS, NUMBERS)
    with pytest.raises(
        ValueError, match="y has 2 columns, but GRUSequenceRegressor was fitted wit"
    ):
        model.partial_fit(BITS, TWO_OUTPUTS)
    with pytest.raises(
        ValueError, match="y has the length 3 for sequence 0, which has 4 time steps"
    ):
        model.score(BITS, NUMBERS[:, :3])
    panels = panel_of(BITS, "abcde"), panel_of(NUMBERS, "abdce")
    with pytest.raises(ValueError, match="The index of y differs from that of X"):
        model.score(*panels)
