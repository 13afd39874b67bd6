"""Differences of channels beside their values, and the number of passes that is chosen for one."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import skrnn
from skrnn._design import count_batch, count_epochs
from skrnn._differences import with_differences
from skrnn._sequences import Sequences

NAN = np.nan
TINY = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}


def differences_of(steps, lengths=None):
    values = np.asarray(steps, dtype=float)[None, :, None]
    lengths = np.array([values.shape[1] if lengths is None else lengths])
    return with_differences(Sequences(values, lengths), [0]).values[0, :, 1]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([3.0, 5.0, 4.0], [0.0, 2.0, -1.0]),
        ([7.0], [0.0]),
        ([3.0, NAN, 4.0, NAN, NAN, 9.0], [0.0, NAN, 1.0, NAN, NAN, 5.0]),
        ([NAN, NAN, 4.0, 6.0], [NAN, NAN, 0.0, 2.0]),
        ([NAN, NAN], [NAN, NAN]),
    ],
)
def test_difference_from_the_last_observation(steps, expected):
    np.testing.assert_array_equal(differences_of(steps), expected)


def test_values_come_first_and_padding_stays_zero():
    values = np.arange(12.0).reshape(1, 6, 2) ** 2
    values[:, 4:] = 0
    wide = with_differences(Sequences(values, np.array([4])), slice(None)).values
    np.testing.assert_array_equal(wide[:, :, :2], values)
    np.testing.assert_array_equal(wide[0, 1:4, 2:], np.diff(values[0, :4], axis=0))
    assert not wide[0, 4:].any()


@given(st.lists(st.floats(-1e6, 1e6) | st.just(NAN), min_size=1, max_size=12))
def test_differences_are_those_of_the_observed_values(steps):
    found = differences_of(steps)
    seen = ~np.isnan(steps)
    expected = np.diff(np.array(steps)[seen], prepend=np.array(steps)[seen][:1])
    np.testing.assert_array_equal(found[seen], expected)
    assert np.isnan(found[~seen]).all()


def test_single_precision_loses_nothing_before_the_difference():
    X = np.full((1, 3, 1), 16777216.0, dtype=np.float32)  # 2**24: the next number is two higher
    X[0, 1] += 2
    wide = with_differences(Sequences(X, np.array([3])), [0]).values
    assert wide.dtype == np.float64
    np.testing.assert_array_equal(wide[0, :, 1], [0, 2, -2])


def small_shapes_on_large_levels(seed=0):
    """The class is a ripple, a thousandth of what the levels of the sequences differ by."""
    rng = np.random.default_rng(seed)
    y = rng.integers(2, size=240)
    ripple = np.where(y[:, None] == 1, np.sin(np.arange(30)), np.sin(0.7 * np.arange(30)))
    return 1000 * rng.normal(size=(240, 1)) + ripple + 0.1 * rng.normal(size=(240, 30)), y


def test_small_shapes_on_large_levels_are_seen():
    X, y = small_shapes_on_large_levels()
    scores = [
        skrnn.GRUClassifier(differences=chosen, max_epochs=20, random_state=0)
        .fit(X[:160], y[:160])
        .score(X[160:], y[160:])
        for chosen in ("auto", False)
    ]
    assert scores[0] > 0.97
    assert scores[1] < 0.8


@pytest.mark.parametrize("missing", ["error", "mask", "decay"])
@pytest.mark.parametrize("chosen", [True, False])
def test_the_network_reads_twice_the_channels(missing, chosen):
    X = np.random.default_rng(0).normal(size=(20, 6, 3))
    model = skrnn.GRURegressor(differences=chosen, missing=missing, **TINY).fit(X, X[:, -1, 0])
    channels = model.net_.module_.architecture.n_channels
    assert channels == (2 if chosen else 1) * (3 if missing == "error" else 9)


def test_levels_do_not_matter():
    """A shift of all values moves the values' channels only, which standardisation takes back."""
    X = np.random.default_rng(0).normal(size=(20, 6, 2))
    fits = [skrnn.GRURegressor(**TINY).fit(X + shift, X[:, -1, 0]) for shift in (0, 1024)]
    np.testing.assert_allclose(fits[0].predict(X), fits[1].predict(X + 1024), rtol=1e-6)


def smooth_and_rough(n_samples=60, n_timesteps=50):
    """A smooth channel, noise around a level, a random walk, a straight line with noise."""
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(4, n_samples, n_timesteps))
    smooth = noise[0].cumsum(axis=1).cumsum(axis=1)
    level = 10 * rng.normal(size=(n_samples, 1)) + noise[1]
    line = 5 * np.arange(n_timesteps) + noise[3]
    return np.stack([smooth, level, noise[2].cumsum(axis=1), line], axis=2)


@pytest.mark.parametrize("form", ["array", "ragged", "gaps"])
def test_channels_whose_changes_go_on_are_chosen(form):
    X = smooth_and_rough()
    y = X[:, -1, 1].copy()
    missing = "mask" if form == "gaps" else "error"
    if form == "ragged":
        X = [x[-(n % 40 + 5) :] for n, x in enumerate(X)]
    if form == "gaps":
        X[np.random.default_rng(1).random(X.shape) < 0.2] = np.nan
    model = skrnn.GRURegressor(missing=missing, **TINY).fit(X, y)
    assert model._input.differenced_.tolist() == [True, False, False, False]


@pytest.mark.parametrize("n_timesteps", [1, 2])
def test_two_steps_have_no_changes_that_go_on(n_timesteps):
    X = smooth_and_rough()[:, :n_timesteps]
    model = skrnn.GRURegressor(**TINY).fit(X, X[:, -1, 1])
    assert not model._input.differenced_.any()


def test_unit_and_level_do_not_matter_for_the_choice():
    X = smooth_and_rough()
    chosen = [
        skrnn.GRURegressor(**TINY).fit(scale * X + 1e3, X[:, -1, 1])._input.differenced_
        for scale in (1e-3, 1, 1e6)
    ]
    assert chosen[0].tolist() == chosen[1].tolist() == chosen[2].tolist()


def test_weights_count_in_the_choice():
    X = smooth_and_rough()[:, :, :2]
    X[:3, :, 1] = 100 * X[:3, :, 0]
    weights = np.where(np.arange(len(X)) < 3, 0.0, 1.0)
    model = skrnn.GRURegressor(**TINY)
    y = X[:, 0, 1]
    assert model.fit(X, y)._input.differenced_.tolist() == [True, True]
    assert model.fit(X, y, sample_weight=weights)._input.differenced_.tolist() == [True, False]


def test_change_of_the_parameter_is_refused_after_fit():
    X = np.random.default_rng(0).normal(size=(20, 6))
    model = skrnn.GRURegressor(**TINY).fit(X, X[:, -1]).set_params(differences=True)
    with pytest.raises(ValueError, match="fitted with differences='auto'"):
        model.predict(X)
    with pytest.raises(ValueError, match="fitted with differences='auto'"):
        model.set_params(warm_start=True).fit(X, X[:, -1])


@pytest.mark.parametrize(
    ("n_samples", "batch_size", "epochs"),
    [(20, 32, 300), (100, 32, 75), (640, 64, 60), (9, 3, 100)],
)
def test_few_sequences_are_passed_more_often(n_samples, batch_size, epochs):
    X = np.random.default_rng(0).normal(size=(n_samples, 2))
    model = skrnn.RNNRegressor(hidden_size=2, batch_size=batch_size, random_state=0).fit(X, X[:, 0])
    assert model.n_iter_ == epochs


@pytest.mark.parametrize(
    ("n_samples", "n_timesteps", "batch_size", "epochs"),
    [(20, 4, 32, 1200), (40, 25, 32, 600), (40, 26, 16, 400), (640, 60, 16, 60)],
)
def test_convolutions_take_smaller_steps_and_more_of_them(
    n_samples, n_timesteps, batch_size, epochs
):
    values = np.zeros((n_samples, n_timesteps, 1))
    X = Sequences(values, np.full(n_samples, n_timesteps))
    model = skrnn.GRUClassifier(conv=True)
    assert (count_batch(model, X), count_epochs(model, X)) == (batch_size, epochs)
    model.set_params(batch_size=20, max_epochs=7)
    assert (count_batch(model, X), count_epochs(model, X)) == (20, 7)
    assert count_batch(skrnn.GRUClassifier(), X) == 32


def test_passes_are_as_many_as_said():
    X = np.random.default_rng(0).normal(size=(20, 2))
    assert skrnn.RNNRegressor(hidden_size=2, max_epochs=7).fit(X, X[:, 0]).n_iter_ == 7
    with pytest.raises(ValueError, match="max_epochs"):
        skrnn.RNNRegressor(max_epochs="many").fit(X, X[:, 0])


def test_a_steep_line_does_not_hide_what_goes_on():
    X = smooth_and_rough()[:, :, :1] / 1000
    line = 1e4 * np.arange(X.shape[1])[:, None]
    model = skrnn.GRURegressor(**TINY).fit(X + line, X[:, -1, 0])
    assert model._input.differenced_.tolist() == [True]


def test_only_channels_of_X_are_named_where_nothing_was_observed():
    X = np.random.default_rng(0).normal(size=(20, 6, 3))
    X[:, :, 0] = NAN  # and so is the first difference, which comes after the channels of X
    model = skrnn.GRURegressor(missing="mask", differences=True, **TINY)
    with pytest.warns(UserWarning, match=r"Channels \[0\] of X have no observed value"):
        model.fit(X, X[:, -1, 1])


@pytest.mark.parametrize(
    ("n_samples", "n_timesteps", "double"), [(30, 60, True), (30, 80, False), (40, 10, False)]
)
def test_only_small_data_are_trained_in_double_precision(n_samples, n_timesteps, double):
    X = np.random.default_rng(0).normal(size=(n_samples, n_timesteps))
    model = skrnn.GRURegressor(**TINY).fit(X, X[:, 0])
    found = {weight.dtype for weight in model.net_.module_.parameters()}
    assert found == {torch.float64 if double else torch.float32}
