"""What the read-out sees: pooling, convolutions, layer normalisation, variational dropout."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch.nn import functional

import skrnn
from skrnn.nn import Architecture, build_network
from skrnn.nn import convolution as convolution_module
from skrnn.nn.convolution import ConvolutionalBranch
from skrnn.nn.dropout import VariationalDropout
from skrnn.nn.pooling import POOLINGS, Attention
from tests.conftest import outputs, ragged

POOLED = [name for name in POOLINGS if name != "last"]
EVERYTHING = {"conv": True, "layer_norm": True, "num_layers": 2, "variational_dropout": 0.2}
CHOICES = [{"pooling": name} for name in POOLED] + [
    {"conv": True},
    {"layer_norm": True},
    {"variational_dropout": 0.3},
    {**EVERYTHING, "pooling": "attention"},
]
ARCHITECTURES = [
    *({"pooling": name} for name in POOLINGS),
    {"conv": True},
    {"layer_norm": True},
    {"pooling": "attention", "conv": True, "layer_norm": True, "variational_dropout": 0.3},
]
PAPER_BLOCKS = ((128, 8), (256, 5), (128, 3))
SMALL_BLOCKS = ((16, 8), (32, 5), (16, 3))


@pytest.fixture(autouse=True)
def _fewer_filters(monkeypatch):
    """As many as in the paper would take a minute."""
    assert convolution_module.BLOCKS == PAPER_BLOCKS
    monkeypatch.setattr(convolution_module, "BLOCKS", SMALL_BLOCKS)


def network(**changes):
    """A small network in double precision, with no weight at zero."""
    options = {"cells": ("gru",), "n_channels": 2, "n_outputs": 3, "hidden_size": 4, **changes}
    built = build_network(Architecture(**options), 0, torch.float64).eval()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in built.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator).double()
    return built


def values(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


def last_of(steps, net):
    """Each direction's output at its own last step."""
    if not net.architecture.bidirectional:
        return steps[-1]
    return torch.cat([steps[-1, :4], steps[0, 4:]])


def pooled_plainly(pooling, steps, net):
    """One sequence's outputs, (steps, size), pooled by a few lines of torch."""
    if pooling == "concat":
        parts = [pooled_plainly(name, steps, net) for name in ("max", "mean")]
        return torch.cat([last_of(steps, net), *parts])
    if pooling == "mean":
        return steps.sum(0) / len(steps)
    if pooling == "max":
        return torch.stack([unit.max() for unit in steps.T])
    scores = [net.attention.query @ torch.tanh(net.attention.hidden(step)) for step in steps]
    weights = torch.exp(torch.stack(scores))
    return weights @ steps / weights.sum()


@pytest.mark.parametrize("pooling", POOLED)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_pooling_is_what_torch_computes(pooling, bidirectional):
    net = network(pooling=pooling, bidirectional=bidirectional)
    x = values(1, 7, 2)
    steps = net.layers[0].core(x.transpose(0, 1))[0][:, 0]
    expected = net.readout(pooled_plainly(pooling, steps, net))
    torch.testing.assert_close(net(x)[0], expected)


def test_convolutions_are_what_torch_computes():
    net = network(conv=True)
    x = values(1, 7, 2)
    maps = x.transpose(1, 2)
    branch = net.convolution
    for conv, norm, (_, length) in zip(branch.convolutions, branch.norms, SMALL_BLOCKS):
        padded = functional.pad(maps, ((length - 1) // 2, length // 2))
        maps = functional.conv1d(padded, conv.weight, conv.bias)
        assert conv.kernel_size == (length,)
        maps = functional.group_norm(maps, 1, norm.weight, norm.bias).clamp(min=0)
    last = net.layers[0](x.transpose(0, 1))[1][0]
    expected = net.readout(torch.cat([last, maps.mean(2)], dim=1))
    torch.testing.assert_close(net(x), expected)


def test_layer_norm_of_every_layer_is_what_torch_computes():
    net = network(layer_norm=True, cells=("gru", "lstm"))
    x = values(1, 7, 2).transpose(0, 1)
    for layer, norm in zip(net.layers, net.norms):
        x = functional.layer_norm(layer.core(x)[0], (4,), norm.weight, norm.bias)
    torch.testing.assert_close(net(values(1, 7, 2)), net.readout(x[-1]))


@pytest.mark.parametrize("options", ARCHITECTURES, ids=str)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("segment_length", [1, 3])
def test_ragged_batch_is_like_each_sequence_alone(options, bidirectional, segment_length):
    options = {**options, "bidirectional": bidirectional, "segment_length": segment_length}
    net = network(cells=("gru", "lstm"), **options)
    x, lengths = values(3, 8, 2), torch.tensor([5, 1, 8])
    for i, n in enumerate(lengths):
        x[i, n:] = 1e3  # what stands there must not matter
    together = net(x, lengths)
    for i, n in enumerate(lengths):
        torch.testing.assert_close(net(x[i : i + 1, :n]), together[i : i + 1])


@pytest.mark.parametrize("options", ARCHITECTURES, ids=str)
def test_gradients_reach_every_weight_and_no_padding(options):
    net = network(cells=("gru", "gru"), **options)
    x, lengths = values(3, 6, 2).requires_grad_(), torch.tensor([6, 2, 4])
    net(x, lengths).square().sum().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name
    valid = torch.arange(6) < lengths[:, None]
    if options.get("pooling") != "max" or options.get("conv"):
        assert (x.grad[valid] != 0).all()
    assert not x.grad[~valid].any()


def test_attention_weights_sum_to_one_over_valid_steps():
    attention = network(pooling="attention").attention
    assert isinstance(attention, Attention)
    weights = attention.weights(values(6, 3, 4), torch.tensor([6, 1, 4]))[..., 0]
    torch.testing.assert_close(weights.sum(0), torch.ones(3).double())
    assert weights[1:, 1].tolist() == [0] * 5
    assert not weights[4:, 2].any()
    assert weights[:, 0].std() > 1e-3


def test_variational_dropout_drops_the_same_units_at_every_step():
    dropout = VariationalDropout(0.5)
    dropout.generator = torch.Generator().manual_seed(0)
    dropped = dropout(torch.ones(5, 40, 30), spared=10)
    assert (dropped == dropped[0]).all()
    assert dropped[..., :20].unique().tolist() == [0, 2]
    assert (dropped[..., 20:] == 1).all()
    assert not (dropped[0] == dropped[0, 0]).all()  # other units in other sequences
    assert dropped[..., :20].mean().item() == pytest.approx(1, abs=0.1)


def test_variational_dropout_of_ragged_sequences():
    dropout = VariationalDropout(0.5)
    dropout.generator = torch.Generator().manual_seed(0)
    lengths = torch.tensor([2, 5, 1])
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.ones(5, 3, 30), lengths, enforce_sorted=False
    )
    dropped, _ = torch.nn.utils.rnn.pad_packed_sequence(dropout(packed))
    for i, n in enumerate(lengths):
        assert (dropped[:n, i] == dropped[0, i]).all()
    assert not (dropped[0] == dropped[0, 0]).all()


def test_variational_dropout_between_layers_and_before_the_first():
    net = network(cells=("gru", "gru"), variational_dropout=0.5).train()
    seen = []
    for layer in net.layers:
        layer.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    net(values(4, 6, 2))
    for given in seen:
        always = (given == 0).all(0)
        assert torch.equal(always, (given == 0).any(0))
        assert always.any()
        assert not always.all()


def test_dropouts_draw_independently():
    model = skrnn.GRUClassifier(dropout=0.5, variational_dropout=0.5, max_epochs=1, random_state=0)
    X = np.random.default_rng(0).normal(size=(40, 5))
    module = model.fit(X, X[:, 0] > 0).net_.module_
    seeds = {part.generator.initial_seed() for part in (module.dropout, module.variational_dropout)}
    assert len(seeds) == 2


def test_the_choices_leave_other_weights_as_they_are():
    plain = dict(build_network(Architecture(("gru",), 2, 3, 4), 0).named_parameters())
    for options in ARCHITECTURES:
        other = build_network(Architecture(("gru",), 2, 3, 4, **options), 0)
        for name, parameter in other.layers.named_parameters():
            assert torch.equal(parameter, plain["layers." + name])


@pytest.mark.parametrize(
    ("cls", "options", "p"),
    [
        (skrnn.GRUClassifier, {"conv": True}, 0.8),
        (skrnn.GRUClassifier, {"conv": True, "dropout": 0.0}, 0.0),
        (skrnn.GRUClassifier, {}, 0.0),
        (skrnn.GRURegressor, {"conv": True}, 0.0),
        (skrnn.GRUTagger, {"conv": True}, 0.0),
    ],
)
def test_classifiers_lean_on_convolutions(cls, options, p):
    X = np.random.default_rng(0).normal(size=(8, 6, 1))
    y = (X[:, :, 0] if cls is skrnn.GRUTagger else X[:, 0, 0]) > 0
    model = cls(hidden_size=2, max_epochs=1, random_state=0, **options).fit(X, y)
    module = model.net_.module_
    assert (module.dropout.p, module.dropout_beside_conv.p) == (0.0, p)


def test_what_is_read_beside_convolutions_is_dropped_in_training():
    net = network(conv=True, dropout_beside_conv=0.5, pooling="last", hidden_size=40)
    seen = []
    net.readout.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    x = values(5, 12, 2)
    net.dropout_beside_conv.generator = torch.Generator().manual_seed(0)
    net(x)
    net.train()(x)
    whole, dropped = seen
    torch.testing.assert_close(dropped[:, 40:], whole[:, 40:])
    gone = dropped[:, :40] == 0
    assert 0.35 < gone.double().mean() < 0.65
    torch.testing.assert_close(dropped[:, :40][~gone], 2 * whole[:, :40][~gone])


def test_convolutions_count_as_work():
    plain, conv = (Architecture(("gru",), 2, 3, 4, conv=c).multiply_adds(10) for c in (False, True))
    weights = (part.weight.numel() for part in ConvolutionalBranch(2).convolutions)
    assert conv - plain == 10 * sum(weights)


def bumps(n_samples, seed=0):
    """Noise with a rising or a falling tooth somewhere, but not in the last third."""
    rng = np.random.default_rng(seed)
    X = 0.3 * rng.normal(size=(n_samples, 60))
    y = rng.integers(0, 2, n_samples)
    for x, label, start in zip(X, y, rng.integers(0, 35, n_samples)):
        x[start : start + 5] += [0, 1, 2, 3, 4] if label else [4, 3, 2, 1, 0]
    return X, y


@pytest.mark.parametrize("options", [{"pooling": name} for name in POOLED] + [{"conv": True}])
def test_a_signal_anywhere_is_found(options):
    X, y = bumps(300)
    model = skrnn.GRUClassifier(hidden_size=16, max_epochs=20, random_state=0, **options)
    assert model.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.95


def test_the_last_step_forgets_it():
    """Or the test before would show nothing."""
    X, y = bumps(300)
    model = skrnn.GRUClassifier(hidden_size=16, max_epochs=20, random_state=0, pooling="last")
    assert model.fit(X[:200], y[:200]).score(X[200:], y[200:]) < 0.9


@pytest.mark.parametrize(
    "wrong",
    [
        {"pooling": "median"},
        {"pooling": None},
        {"conv": "fcn"},
        {"layer_norm": 1.0},
        {"variational_dropout": 1.0},
        {"variational_dropout": -0.1},
    ],
    ids=str,
)
def test_wrong_values_are_refused(make, data, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        make(**wrong).fit(*data)


@pytest.mark.parametrize("options", CHOICES, ids=str)
@pytest.mark.parametrize("cls", [skrnn.GRUClassifier, skrnn.LSTMRegressor])
class TestLife:
    """What estimators do in all their life, with each choice."""

    def make(self, cls, options):
        return cls(hidden_size=8, max_epochs=2, random_state=0, **options)

    def data(self):
        X = np.random.default_rng(0).normal(size=(40, 10, 2))
        return X, (X[:, -3, 0] > 0).astype(int)

    def test_company_and_padding_do_not_matter(self, cls, options):
        X, y = self.data()
        short = ragged(X)
        model = self.make(cls, options).fit(short, y)
        together = outputs(model, short)
        for i in range(5):
            company = [np.full((30, 2), 1e3), short[i]]
            np.testing.assert_allclose(outputs(model, company)[1], together[i], 1e-4, 1e-6)

    def test_same_seed_same_model_and_no_global_generator(self, cls, options):
        before = torch.get_rng_state()
        first, second = (self.make(cls, options).fit(*self.data()) for _ in range(2))
        X, _ = self.data()
        np.testing.assert_array_equal(outputs(first, X), outputs(second, X))
        assert torch.equal(torch.get_rng_state(), before)

    def test_pickle_partial_fit_and_warm_start_go_on(self, cls, options):
        X, y = self.data()
        model = self.make(cls, options).fit(X, y)
        loaded = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(outputs(loaded, X), outputs(model, X))
        for trained in (model, loaded):
            trained.partial_fit(X, y)
        np.testing.assert_allclose(outputs(loaded, X), outputs(model, X), rtol=1e-6)
        before = outputs(model, X)
        model.set_params(warm_start=True, lr=1e-12).fit(X, y)
        np.testing.assert_allclose(outputs(model, X), before, rtol=1e-4, atol=1e-6)
        model.set_params(hidden_size=9)
        with pytest.raises(ValueError, match="continue with the fitted network"):
            model.fit(X, y)


# No dropout: whatever is drawn, a sample of weight two is not two samples.
PAIRWISE = [
    skrnn.GRUClassifier(
        hidden_size=8, pooling="max", layer_norm=True, differences=True, max_epochs=15
    ),
    skrnn.LSTMRegressor(hidden_size=8, pooling="attention", layer_norm=True, max_epochs=60),
    skrnn.GRURegressor(hidden_size=8, pooling="mean", conv=True, differences=False, max_epochs=30),
]


@parametrize_with_checks(PAIRWISE)
def test_scikit_learn_check(estimator, check):
    check(estimator)
