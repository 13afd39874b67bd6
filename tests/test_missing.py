"""Missing values: what the network reads for them, GRU-D's equations, and what estimators do."""

import pickle
import tracemalloc
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import clone
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from skrnn import GRUClassifier, GRURegressor, LSTMClassifier, LSTMRegressor, RNNClassifier
from skrnn._channels import NetworkChannels
from skrnn._sequences import Sequences
from skrnn.nn import Architecture, build_network
from skrnn.nn.decay import DecayingLayer, InputDecay
from tests.conftest import CLASSIFIERS, make_data, outputs, ragged

TINY = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}
MODES = ("mask", "decay")
# each mode and each cell, classifiers and regressors
PAIRS = [
    (GRUClassifier, "mask"),
    (LSTMRegressor, "mask"),
    (GRURegressor, "decay"),
    (LSTMClassifier, "decay"),
    (RNNClassifier, "decay"),
]
each_pair = pytest.mark.parametrize(
    ("cls", "missing"), PAIRS, ids=[f"{c.__name__}-{m}" for c, m in PAIRS]
)


def with_gaps(cls, n_samples=50, share=0.4, **sizes):
    """Data of the other tests, with values deleted at random."""
    X, y = make_data(cls, n_samples, **sizes)
    y = y.copy()  # of a regressor it is a view of X
    X[np.random.default_rng(1).random(X.shape) < share] = np.nan
    return X, y


def assert_same_outputs(model, X, expected, **tolerance):
    np.testing.assert_allclose(
        outputs(model, X), expected, **{"rtol": 1e-5, "atol": 1e-6} | tolerance
    )


# scikit-learn's own suite


@parametrize_with_checks(
    [
        cls(missing=missing, hidden_size=16, max_epochs=epochs, lr=0.03)
        for cls, epochs in ((GRUClassifier, 10), (GRURegressor, 40))
        for missing in MODES
    ]
)
def test_scikit_learn_check(estimator, check):
    check(estimator)


def test_tag_says_whether_missing_values_are_allowed():
    allowed = {
        m: get_tags(GRUClassifier(missing=m)).input_tags.allow_nan for m in ("error", *MODES)
    }
    assert allowed == {"error": False, "mask": True, "decay": True}


# What the network reads

NAN = np.nan
# The example of Che et al. (2018), figure 2: two channels, seven steps
PAPER_X = np.array([[47, 49, NAN, 40, NAN, 43, 55], [NAN, 15, 14, NAN, NAN, NAN, 15]]).T
PAPER_TIMES = np.array([0, 0.1, 0.6, 1.6, 2.2, 2.5, 3.1])
PAPER_SINCE = [[0, 0.1, 0.5, 1.5, 0.6, 0.9, 0.6], [0, 0.1, 0.5, 1.0, 1.6, 1.9, 2.5]]


def read_by_network(X, times=None, missing="mask"):
    """Last observations, masks and times since observations, the logarithm undone."""
    sequences = Sequences(X[None], np.array([len(X)]), None if times is None else times[None])
    channels = NetworkChannels(missing).fit(sequences)
    last, mask, since = np.split(channels.transform(sequences).values[0], 3, axis=1)
    return last, mask, (2 ** (since + 1) - 1) * channels.step_


def test_channels_are_those_of_the_paper_s_example():
    last, mask, since = read_by_network(PAPER_X, PAPER_TIMES)
    np.testing.assert_array_equal(last.T[0], [47, 49, 49, 40, 40, 43, 55])
    np.testing.assert_array_equal(last.T[1], [0, 15, 14, 14, 14, 14, 15])
    np.testing.assert_array_equal(mask, ~np.isnan(PAPER_X))
    np.testing.assert_allclose(since.T, PAPER_SINCE, atol=1e-12)


def test_steps_are_one_apart_without_times():
    X = np.array([NAN, 1, NAN, NAN, 2, 3])[:, None]
    assert read_by_network(X)[2].ravel() == pytest.approx([0, 1, 1, 2, 3, 1])


@st.composite
def sequences_with_gaps(draw):
    """Sequences of any lengths with values missing anywhere, maybe with times."""
    n_channels = draw(st.integers(1, 3))
    lengths = np.array(draw(st.lists(st.integers(1, 7), min_size=1, max_size=4)))
    shape = len(lengths), int(lengths.max()), n_channels
    values = draw(
        arrays(
            np.float64,
            shape,
            elements=st.sampled_from([NAN, 1.0, -2.0]),
        )
    )
    sequences = Sequences.zero_padded(values, lengths)
    if draw(st.booleans()):
        return sequences
    gaps = draw(arrays(np.float64, shape[:2], elements=st.sampled_from([0.0, 0.25, 3.0])))
    gaps[:, 0] = 0
    return Sequences(values, lengths, np.where(sequences.valid(), gaps.cumsum(axis=1), 0))


@given(sequences_with_gaps())
@settings(max_examples=60, deadline=None)
def test_channels_are_those_of_a_loop_over_steps(sequences):
    channels = NetworkChannels("decay").fit(sequences)
    got = channels.transform(sequences)
    expected = np.zeros_like(got.values)
    n_channels = sequences.n_channels
    for i, c in np.ndindex(len(sequences), n_channels):
        value, since = 0.0, 0.0
        for t in range(sequences.lengths[i]):
            x = sequences.values[i, t, c]
            if t:
                step = 1 if sequences.times is None else np.diff(sequences.times[i])[t - 1]
                observed_before = not np.isnan(sequences.values[i, t - 1, c])
                since = step + (0 if observed_before else since)  # equation 3
            value = value if np.isnan(x) else x
            time = np.log2(1 + since / channels.step_)
            expected[i, t, c::n_channels] = value, not np.isnan(x), time
    np.testing.assert_allclose(got.values, expected, atol=1e-12)


def test_channels_leave_their_input_alone():
    sequences = Sequences.of_equal_length(PAPER_X[None].copy())
    NetworkChannels("mask").fit(sequences).transform(sequences)
    np.testing.assert_array_equal(sequences.values[0], PAPER_X)


# GRU-D


def gru_d_by_the_paper(x, mask, since, weights, cell):
    """Equations 10 to 16 for one sequence, step by step, in the paper's letters.

    x : (steps, channels), anything where it is missing. ``weights`` is a dict. The reset gate acts
    after the recurrent product, as in torch; the other cells put their own step after equation 12.
    """
    w = weights
    h = c = torch.zeros(w["U"].shape[1], dtype=x.dtype)
    last = torch.zeros(x.shape[1], dtype=x.dtype)  # the mean of standardised values
    for t in range(len(x)):
        gamma_x = torch.exp(-torch.clamp(w["W_gx"] * since[t] + w["b_gx"], min=0))
        gamma_h = torch.exp(-torch.clamp(w["W_gh"] @ since[t] + w["b_gh"], min=0))
        filled = torch.where(mask[t] == 1, x[t], gamma_x * last)
        last = torch.where(mask[t] == 1, x[t], last)
        h, c = gamma_h * h, gamma_h * c
        from_x = w["W"] @ torch.cat([filled, mask[t]]) + w["b"]
        from_h = w["U"] @ h + w["d"]
        if cell == "gru":
            (rx, zx, nx), (rh, zh, nh) = from_x.chunk(3), from_h.chunk(3)
            z = torch.sigmoid(zx + zh)
            h = z * h + (1 - z) * torch.tanh(nx + torch.sigmoid(rx + rh) * nh)
        elif cell == "lstm":
            i, f, g, o = (from_x + from_h).chunk(4)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
        else:
            h = {"rnn": torch.tanh, "rnn_relu": torch.relu}[cell](from_x + from_h)
    return h


def paper_case(cell, dtype, n_channels=2, hidden=5, seed=0):
    """Input decay and layer with weights of all signs, and three sequences with gaps."""
    generator = torch.Generator().manual_seed(seed)
    inputs = InputDecay(n_channels)
    layer = DecayingLayer(cell, 2 * n_channels, hidden, n_channels)
    parameters = [*inputs.parameters(), *layer.parameters()]
    for parameter in parameters:
        torch.nn.init.uniform_(parameter, -0.6, 0.9, generator=generator)
    draw = partial(torch.rand, 3, 6, n_channels, generator=generator, dtype=torch.float64)
    x, mask, since = 2 * draw() - 1, (draw() > 0.5).double(), 3 * draw()
    return inputs.to(dtype), layer.to(dtype), (x, mask, since)


def weights_of(inputs, layer):
    core = layer.weights()
    return {
        "W_gx": inputs.weight, "b_gx": inputs.bias,
        "W_gh": layer.decay.weight, "b_gh": layer.decay.bias,
        "W": core.input, "U": core.recurrent, "b": core.input_bias, "d": core.recurrent_bias,
    }  # fmt: skip


def last_observations(x, mask):
    filled = torch.zeros_like(x)
    for t in range(x.shape[1]):
        before = filled[:, t - 1] if t else torch.zeros_like(x[:, 0])
        filled[:, t] = torch.where(mask[:, t] == 1, x[:, t], before)
    return filled


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn", "rnn_relu"])
@pytest.mark.parametrize("lengths", [(6, 6, 6), (3, 6, 1)], ids=["full", "ragged"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=["equations", "kernels"])
def test_decaying_layer_is_the_paper_s(cell, lengths, dtype):
    """The equations run in double precision, the kernels (where there are any) in single."""
    inputs, layer, (x, mask, since) = paper_case(cell, dtype)
    parameters = [*inputs.parameters(), *layer.parameters()]
    read = torch.cat([last_observations(x, mask), mask, since], dim=-1).to(dtype).requires_grad_()
    steps = inputs(read).transpose(0, 1)
    if len(set(lengths)) > 1:
        steps = pack_padded_sequence(steps, torch.tensor(lengths), enforce_sorted=False)
    every, (last, *_) = layer(steps)
    got = torch.autograd.grad(last.sin().sum(), [*parameters, read])

    double_inputs, double_layer, _ = paper_case(cell, torch.float64)
    double_parameters = [*double_inputs.parameters(), *double_layer.parameters()]
    weights = weights_of(double_inputs, double_layer)
    x.requires_grad_()
    since.requires_grad_()
    expected_last = torch.stack(
        [
            gru_d_by_the_paper(x[i, :n], mask[i, :n], since[i, :n], weights, cell)
            for i, n in enumerate(lengths)
        ]
    )
    loss = expected_last.sin().sum()
    expected = torch.autograd.grad(loss, [*double_parameters, since], allow_unused=True)

    tolerance = (
        {"rtol": 1e-9, "atol": 1e-11} if dtype == torch.float64 else {"rtol": 1e-4, "atol": 1e-5}
    )
    torch.testing.assert_close(last.double(), expected_last, **tolerance)
    for a, b in zip(got[:-1], expected[:-1]):
        torch.testing.assert_close(a.double(), b, **tolerance)
    torch.testing.assert_close(got[-1][..., 4:].double(), expected[-1], **tolerance)
    if len(set(lengths)) > 1:
        every, _ = pad_packed_sequence(every)
    ends = every[torch.tensor(lengths) - 1, torch.arange(3)]
    torch.testing.assert_close(ends, last)


def test_rates_start_slow_and_can_be_learnt():
    network = build_network(Architecture(("gru",), 6, 1, 8, decay=True), 0)
    for weight in (network.input_decay.weight, network.layers[0].decay.weight):
        assert (weight > 0).all()
        assert weight.max() <= 0.2
        assert len(weight.unique()) > 1
    steps = torch.rand(4, 5, 6)
    steps[..., 2:4] = 0
    network(steps).sum().backward()
    assert (network.input_decay.weight.grad != 0).all()
    assert (network.layers[0].decay.weight.grad != 0).any()


@pytest.mark.parametrize("cells", [("gru", "lstm"), ("rnn",)])
@pytest.mark.parametrize("segment_length", [1, 3])
def test_ragged_batch_with_decay_is_like_each_sequence_alone(cells, segment_length):
    network = build_network(
        Architecture(cells, 6, 3, 8, decay=True, segment_length=segment_length), 0
    )
    x = torch.rand(3, 8, 6, generator=torch.Generator().manual_seed(0))
    lengths = torch.tensor([8, 1, 5])
    together = network(x, lengths)
    for i, n in enumerate(lengths):
        torch.testing.assert_close(network(x[i : i + 1, :n]), together[i : i + 1])


def test_state_decays_between_segments_with_the_times_of_their_first_steps():
    network = build_network(Architecture(("gru",), 3, 1, 8, decay=True, segment_length=2), 0)
    seen = []
    network.layers[0].register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    network(torch.arange(18.0).reshape(1, 6, 3))  # times are every third number
    assert seen[0][:, 0, -1].tolist() == [2, 8, 14]


# Estimators


def slow_signals(seed, n_samples=400, n_steps=25):
    """Channels that change slowly, half of their values missing; one rises at the end, or not."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_steps, 2))
    for t in range(1, n_steps):
        X[:, t] = 0.9 * X[:, t - 1] + np.sqrt(0.19) * X[:, t]
    y = (X[:, -1, 0] > X[:, -6, 0]).astype(int)
    X[rng.random(X.shape) < 0.5] = np.nan
    return X, y


def test_masks_and_decay_beat_the_mean():
    (X, y), (X_test, y_test) = slow_signals(0), slow_signals(1, 2000)
    options = {"hidden_size": 16, "max_epochs": 15, "random_state": 0}
    mean = GRUClassifier(**options).fit(np.nan_to_num(X), y)  # channels have mean zero
    imputed = mean.score(np.nan_to_num(X_test), y_test)
    for missing in MODES:
        score = GRUClassifier(missing=missing, **options).fit(X, y).score(X_test, y_test)
        assert score > imputed + 0.03, missing


@each_pair
def test_order_and_company_change_nothing(cls, missing):
    X, y = with_gaps(cls)
    model = cls(missing=missing, num_layers=2, **TINY).fit(X, y)
    together = outputs(model, X)
    alone = np.concatenate([outputs(model, x[None]) for x in X])
    np.testing.assert_allclose(alone, together, rtol=1e-5, atol=1e-6)
    twice = np.concatenate([X[::-1]] * 25)  # more than one evaluation batch
    assert_same_outputs(model, twice, np.tile(together[::-1], 25))


@each_pair
@pytest.mark.parametrize("segment_length", [1, 3])
def test_padding_never_leaks(cls, missing, segment_length):
    X, y = with_gaps(cls)
    short = ragged(X)
    model = cls(missing=missing, segment_length=segment_length, **TINY).fit(short, y)
    together = outputs(model, short)
    for i in range(8):
        assert_same_outputs(model, [short[i]], together[i : i + 1], rtol=1e-4)
        company = [short[i], np.full((40, 2), 1e3)]
        np.testing.assert_allclose(outputs(model, company)[:1], together[i : i + 1], rtol=1e-4)


@each_pair
def test_missing_values_matter(cls, missing):
    """A value that is deleted, and one that is deleted where none was, are not the same."""
    X, y = with_gaps(cls, share=0.3)
    model = cls(missing=missing, **{**TINY, "max_epochs": 10}).fit(X, y)
    before = outputs(model, X)
    deleted = X.copy()
    deleted[:, -1] = np.nan
    assert np.abs(outputs(model, deleted) - before).max() > 1e-3
    filled = np.where(np.isnan(X), 0.0, X)
    assert np.abs(outputs(model, filled) - before).max() > 1e-3


@each_pair
def test_sequences_without_any_observation(cls, missing):
    X, y = with_gaps(cls)
    X[0] = np.nan
    X[1, :, 0] = np.nan
    model = cls(missing=missing, **TINY).fit(X, y)
    assert np.isfinite(outputs(model, X)).all()
    assert np.isfinite(outputs(model, X[:1])).all()
    assert np.isfinite(outputs(model, [X[0, :1], X[1]])).all()


@each_pair
@pytest.mark.parametrize("weighted", [False, True])
def test_a_channel_that_was_never_observed_is_ignored(cls, missing, weighted):
    X, y = with_gaps(cls)
    X[:, :, 1] = np.nan
    weight = None
    if weighted:  # observed, but in samples that count nothing
        weight = np.ones(len(X))
        weight[:3], X[:3, :, 1] = 0, 7.0
    with pytest.warns(UserWarning, match=r"Channels \[1\] of X have no observed value .*missing"):
        model = cls(missing=missing, **TINY).fit(X, y, weight)
    expected = outputs(model, X[5:])
    X[5:, :, 1] = 1e6
    np.testing.assert_array_equal(outputs(model, X[5:]), expected)


@pytest.mark.parametrize("missing", MODES)
@pytest.mark.parametrize("weighted", [False, True])
def test_statistics_are_those_of_observed_values(missing, weighted):
    X, y = with_gaps(GRURegressor)
    short = [x * [1, 1e-3] + [1e6, 5] for x in ragged(X)]
    weight = np.random.default_rng(0).uniform(size=len(X)) if weighted else None
    scaler = GRURegressor(missing=missing, **TINY).fit(short, y, weight)._input.scaler_.scaler_
    steps = np.concatenate(short)
    of_steps = np.repeat(np.ones(len(X)) if weight is None else weight, [len(x) for x in short])
    for c in range(2):
        observed = ~np.isnan(steps[:, c])
        values, w = steps[observed, c], of_steps[observed]
        mean = np.average(values, weights=w)
        assert scaler.mean_[c] == pytest.approx(mean, rel=1e-12)
        std = np.sqrt(np.average((values - mean) ** 2, weights=w))
        assert scaler.scale_[c] == pytest.approx(std, rel=1e-6)


@each_pair
def test_unscaled_input_is_as_good(cls, missing):
    X, y = with_gaps(cls)
    plain = outputs(cls(missing=missing, **TINY).fit(X, y), X)
    shifted = X * 1e4 + 1e6
    model = cls(missing=missing, **TINY).fit(shifted, y)
    assert_same_outputs(model, shifted, plain, rtol=1e-3, atol=1e-3)


@each_pair
def test_channels_are_centred_without_standardisation(cls, missing):
    """A missing value is read as zero, which then must be the mean."""
    X, y = with_gaps(cls)
    options = {**TINY, "standardize": False, "missing": missing}
    centred = cls(**options).fit(X, y)
    shifted = cls(**options).fit(X + 1000, y)
    assert_same_outputs(shifted, X + 1000, outputs(centred, X), rtol=1e-4, atol=1e-4)
    stretched = outputs(cls(**options).fit(X * 3, y), X * 3)
    assert np.abs(stretched - outputs(centred, X)).max() > 1e-3


@each_pair
def test_forms_of_input_are_the_same(cls, missing):
    X, y = with_gaps(cls)
    n, _, n_channels = X.shape
    expected = outputs(cls(missing=missing, **TINY).fit(X, y), X)
    columns = ["a", "b"]
    forms = {
        "list": list(X),
        "multi-index": pd.concat([pd.DataFrame(x, columns=columns) for x in X], keys=range(n)),
        "df-list": [pd.DataFrame(x, columns=columns) for x in X],
        "nested": pd.DataFrame([[pd.Series(c) for c in x.T] for x in X], columns=columns),
        "lists": X.tolist(),
    }
    for name, form in forms.items():
        model = cls(missing=missing, **TINY).fit(form, y)
        np.testing.assert_array_equal(outputs(model, form), expected, err_msg=name)
    table = X.reshape(n, -1)
    for form in (table, pd.DataFrame(table), pd.DataFrame(table).astype("Float64")):
        model = cls(missing=missing, n_channels=n_channels, **TINY).fit(form, y)
        np.testing.assert_array_equal(outputs(model, form), expected)


@each_pair
def test_single_precision(cls, missing):
    X, y = with_gaps(cls)
    single = X.astype(np.float32)
    single.setflags(write=False)
    model = cls(missing=missing, batch_size=8, **TINY).fit(single, y)
    assert next(model.net_.module_.parameters()).dtype == torch.float32
    assert outputs(model, single).dtype == np.float64
    assert_same_outputs(model, X, outputs(model, single), rtol=1e-3, atol=1e-4)


@each_pair
def test_copies_and_refits_predict_the_same(cls, missing):
    X, y = with_gaps(cls)
    model = cls(missing=missing, dropout=0.1, **TINY).fit(X, y)
    expected = outputs(model, X)
    np.testing.assert_array_equal(outputs(pickle.loads(pickle.dumps(model)), X), expected)
    np.testing.assert_array_equal(outputs(clone(model).fit(X, y), X), expected)


@each_pair
def test_training_goes_on(cls, missing):
    X, y = with_gaps(cls)
    options = {} if cls not in CLASSIFIERS else {"classes": [0, 1]}
    model = cls(missing=missing, **TINY).partial_fit(X[:20], y[:20], **options)
    mean = model._input.scaler_.scaler_.mean_.copy()
    first = outputs(model, X)
    model.partial_fit(X + 3, y)
    np.testing.assert_array_equal(model._input.scaler_.scaler_.mean_, mean)
    assert not np.allclose(outputs(model, X), first)
    warm = cls(missing=missing, warm_start=True, early_stopping=True, **TINY).fit(X, y)
    first = outputs(warm, X)
    assert not np.allclose(outputs(warm.fit(X, y), X), first)


@pytest.mark.parametrize("method", ["predict", "fit"])
def test_another_mode_needs_a_new_fit(method):
    X, y = with_gaps(GRUClassifier)
    model = GRUClassifier(missing="mask", warm_start=True, **TINY).fit(X, y)
    model.set_params(missing="decay")
    with pytest.raises(
        ValueError, match="missing='decay', but GRUClassifier was fitted with missing='mask'"
    ):
        getattr(model, method)(*([X, y] if method == "fit" else [X]))
    model.set_params(warm_start=False).fit(X, y).predict(X)


def test_only_decay_decays_and_only_the_first_layer():
    X, y = with_gaps(GRUClassifier)
    for missing in MODES:
        network = GRUClassifier(missing=missing, num_layers=2, **TINY).fit(X, y).net_.module_
        decaying = [isinstance(layer, DecayingLayer) for layer in network.layers]
        assert decaying == [missing == "decay", False]
        assert isinstance(network.input_decay, InputDecay) == (missing == "decay")


def test_mask_goes_with_both_directions():
    X, y = with_gaps(GRUClassifier)
    GRUClassifier(missing="mask", bidirectional=True, **TINY).fit(X, y).predict(X)


@pytest.mark.parametrize("missing", MODES)
@pytest.mark.parametrize(
    "form", [np.asarray, list, lambda X: X.reshape(len(X), -1)], ids=["3D", "list", "2D"]
)
def test_infinity_stays_refused(missing, form):
    X, y = with_gaps(GRUClassifier)
    model = GRUClassifier(missing=missing, **TINY).fit(form(X), y)
    X[3, 2, 1] = -np.inf
    for call in (lambda: model.predict(form(X)), lambda: clone(model).fit(form(X), y)):
        with pytest.raises(ValueError, match="X contains infinity"):
            call()


def test_infinity_in_a_list_is_named_beside_missing_values():
    X, y = with_gaps(GRUClassifier)
    X[3, 2, 1] = np.inf
    with pytest.raises(ValueError, match="X contains infinity, first in sequence 3"):
        GRUClassifier(missing="mask", **TINY).fit(list(X), y)


@pytest.mark.parametrize("form", [np.asarray, list], ids=["3D", "list"])
def test_missing_values_are_refused_by_default(form):
    X, y = make_data(GRUClassifier, 20)
    model = GRUClassifier(**TINY).fit(form(X), y)
    X[4, 2, 1] = np.nan
    for call in (lambda: model.predict(form(X)), lambda: clone(model).fit(form(X), y)):
        with pytest.raises(
            ValueError, match=r"NaN, first in sequence 4\. .*\n.*missing='decay', GRUCl"
        ):
            call()


def test_complete_data_without_times_are_passed_on_untouched():
    """The path of all who have no gaps costs nothing."""
    sequences = Sequences.of_equal_length(np.ones((2, 3, 1)))
    assert NetworkChannels("error").fit(sequences).transform(sequences) is sequences


@given(
    X=arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(1, 5), st.just(2)),
        elements=st.sampled_from([NAN, NAN, 0.0, 1.5, -3e38, 1e-40]),
    )
)
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("missing", MODES)
def test_any_pattern_of_missing_values_can_be_predicted(missing, X):
    if missing not in FITTED:
        X_train, y = with_gaps(GRUClassifier)
        FITTED[missing] = GRUClassifier(missing=missing, batch_size=8, **TINY).fit(X_train, y)
    model = FITTED[missing]
    together = model.decision_function(X)
    assert np.isfinite(together).all()
    alone = [model.decision_function([x])[0] for x in X]
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)


FITTED = {}


def test_prediction_takes_little_memory_beside_its_input():
    """The channels that a network reads of gaps are many; they are made a batch at a time."""
    X, y = with_gaps(GRURegressor, 64)
    model = GRURegressor(missing="mask", **TINY).fit(X, y)
    many = np.tile(X, (100, 1, 1))
    tracemalloc.start()
    try:
        forecasts = model.predict(many)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * many.nbytes
    np.testing.assert_allclose(forecasts[-64:], model.predict(X), rtol=1e-5)
