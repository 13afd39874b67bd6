"""Permutation importance: it finds what is used, exchanges what it says, and changes nothing."""

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import inspection
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import BaggingRegressor, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skrnn import GRUClassifier, GRURegressor
from skrnn._reading import read_sequences
from skrnn.classification import GRUTimeSeriesClassifier
from skrnn.inspection import permutation_importance
from skrnn.inspection._permute import Part, block_edges, blocks, permuted
from skrnn.preprocessing import SequenceScaler, SlidingWindow
from tests.test_door import EQUAL_LENGTHS, PANELS, each, sequence_lists

N, STEPS, CHANNELS = 240, 12, 3
USED = 1  # the channel that the class depends on, in block 2 of 4
X = np.random.default_rng(0).normal(size=(N, STEPS, CHANNELS))
Y = (X[:, 6:9, USED].sum(axis=1) > 0).astype(int)
SHAPES = {"channel": (CHANNELS,), "time": (4,), "both": (CHANNELS, 4)}
NETWORK = {"hidden_size": 16, "max_epochs": 30, "random_state": 0}
examples = settings(max_examples=50, deadline=None)


@pytest.fixture(scope="module")
def model():
    return GRUClassifier(**NETWORK).fit(X, Y)


def importance(model, X=X, y=Y, **options):
    return permutation_importance(model, X, y, **{"n_blocks": 4, "random_state": 0, **options})


def assert_finds(result, place):
    """All other parts are far less important; the network has learnt some noise of theirs."""
    means = result.importances_mean.copy()
    assert means[place] > 0.3
    means[place] = 0
    assert np.abs(means).max() < 0.2


# What is important


@pytest.mark.parametrize(("by", "place"), [("channel", 1), ("time", 2), ("both", (1, 2))])
def test_the_part_that_is_used_is_found(model, by, place):
    result = importance(model, by=by)
    assert result.importances.shape == (*SHAPES[by], 5)
    np.testing.assert_allclose(result.importances_mean, result.importances.mean(axis=-1))
    np.testing.assert_allclose(result.importances_std, result.importances.std(axis=-1))
    assert_finds(result, place)


def test_importance_is_the_score_that_is_lost():
    class Spy(BaseEstimator):
        """Scores how many sequences are still their own."""

        n_features_in_ = 1

        def fit(self, X, y):
            return self

        def score(self, seen, y):
            return (seen == X).all(axis=(1, 2)).sum()

    # hardly a sequence meets itself in a permutation of 240
    assert importance(Spy()).importances == pytest.approx(N, abs=8)


@pytest.mark.parametrize(("by", "place"), [("channel", 1), ("time", 3), ("both", (1, 3))])
def test_ragged_sequences(by, place):
    cut = [x[: STEPS - 4 * (i % 2)] for i, x in enumerate(X)]
    y = np.array([x[-2:, USED].sum() > 0 for x in cut])  # in the last quarter of each
    model = GRUClassifier(**NETWORK).fit(cut, y)
    result = importance(model, cut, y, by=by)
    assert result.importances.shape == (*SHAPES[by], 5)
    assert_finds(result, place)


def test_agrees_with_scikit_learn_where_that_takes_the_input():
    table = X[:, :, USED]
    model = LogisticRegression().fit(table, Y)
    options = {"n_repeats": 30, "random_state": 0}
    ours = importance(model, table, by="time", n_blocks=STEPS, **options)
    theirs = inspection.permutation_importance(model, table, Y, **options)
    np.testing.assert_allclose(ours.importances_mean, theirs.importances_mean, atol=0.02)
    np.testing.assert_allclose(ours.importances_std, theirs.importances_std, atol=0.02)


def test_a_regressor_and_its_score():
    y = X[:, -1, USED]
    model = GRURegressor(**NETWORK).fit(X, y)
    assert importance(model, y=y).importances_mean.argmax() == USED
    errors = importance(model, y=y, scoring="neg_mean_absolute_error")
    assert errors.importances_mean[USED] > 0.3


# Scores and weights


def test_several_scores(model):
    together = importance(model, scoring=["accuracy", "roc_auc"], by="both")
    assert set(together) == {"accuracy", "roc_auc"}
    for name, result in together.items():
        alone = importance(model, scoring=name, by="both")
        np.testing.assert_array_equal(result.importances, alone.importances)
        np.testing.assert_array_equal(result.block_edges, alone.block_edges)


def test_weights_of_samples(model):
    weight = (np.arange(N) < 100).astype(float)
    with pytest.MonkeyPatch.context() as patch:
        seen = []
        plain = GRUClassifier.score
        patch.setattr(
            GRUClassifier,
            "score",
            lambda self, X, y, sample_weight=None: (
                seen.append(sample_weight) or plain(self, X, y, sample_weight)
            ),
        )
        weighted = importance(model, sample_weight=weight)
    assert len(seen) == 1 + CHANNELS * 5
    assert all(w is weight for w in seen)
    assert not np.allclose(weighted.importances, importance(model).importances)
    ones = importance(model, sample_weight=np.ones(N))
    np.testing.assert_allclose(ones.importances, importance(model).importances)
    scores = importance(model, sample_weight=weight, scoring=["accuracy"])
    np.testing.assert_allclose(scores["accuracy"].importances, weighted.importances)


# Seeds, jobs, and what must stay as it is


def test_same_seed_same_result(model):
    first, second = (importance(model, scoring="neg_log_loss").importances for _ in range(2))
    np.testing.assert_array_equal(first, second)
    for other in (1, None, np.random.RandomState(5)):
        found = importance(model, scoring="neg_log_loss", random_state=other)
        assert not np.allclose(found.importances, first)


def test_number_of_jobs_changes_nothing(model):
    one = importance(model, by="both", n_jobs=1).importances
    with joblib.parallel_config(backend="threading"):
        two = importance(model, by="both", n_jobs=2).importances
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("form", [np.array, list, lambda x: x[:, :, 0]])
def test_input_is_not_changed(model, form):
    given_ = form(X.copy())
    model = GRUClassifier(hidden_size=2, max_epochs=1).fit(given_, Y)
    before = np.random.get_state()[1].copy()
    importance(model, given_, by="both")
    np.testing.assert_array_equal(np.stack(given_), np.stack(form(X)))
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_read_only_input(model):
    read_only = X.copy()
    read_only.setflags(write=False)
    expected = importance(model).importances
    np.testing.assert_array_equal(importance(model, read_only).importances, expected)


# Forms of input


@each(PANELS | EQUAL_LENGTHS)
def test_forms_have_the_same_importance(model, form):
    few, y = X[:40], Y[:40]
    expected = importance(model, few, y, by="both", scoring="neg_log_loss")
    found = importance(model, form(list(few)), y, by="both", scoring="neg_log_loss")
    np.testing.assert_allclose(found.importances, expected.importances, atol=1e-6)


def test_tables_are_read_by_the_channels_of_the_estimator(model):
    table = X.reshape(N, -1)
    network = GRUClassifier(**NETWORK, n_channels=CHANNELS)
    models = {
        "estimator": clone(network).fit(table, Y),
        "pipeline": make_pipeline(StandardScaler(), clone(network)).fit(table, Y),
        "search": GridSearchCV(network, {"lr": [0.01]}, cv=2).fit(table, Y),
        "another": make_pipeline(
            SequenceScaler(n_channels=CHANNELS), LogisticRegression(C=0.01)
        ).fit(table, Y),
    }
    for name, of_tables in models.items():
        found = importance(of_tables, table, by="both")
        assert found.importances.shape == (CHANNELS, 4, 5), name
        assert found.importances_mean.argmax() == 6, name
    found = importance(models["estimator"], table)
    np.testing.assert_allclose(found.importances, importance(model).importances)


def test_tables_are_read_by_the_channels_of_what_an_ensemble_is_made_of():
    table, network = X.reshape(N, -1), GRURegressor(**NETWORK, n_channels=CHANNELS)
    ensemble = BaggingRegressor(network, n_estimators=2, random_state=0)
    for model in (ensemble, make_pipeline(StandardScaler(), ensemble)):
        found = importance(model.fit(table, Y), table)
        assert found.importances_mean.argmax() == USED


def test_channels_of_a_table_can_be_given():
    table = X.reshape(N, -1)
    model = LogisticRegression(C=0.01).fit(table, Y)
    assert importance(model, table).importances.shape == (1, 5)
    found = importance(model, table, n_channels=CHANNELS)
    assert found.importances_mean.argmax() == USED


def test_arrays_of_sktime_have_the_channels_before_time():
    network, panel = GRUTimeSeriesClassifier(**NETWORK | {"max_epochs": 2}), X.transpose(0, 2, 1)
    of_sktime = VotingClassifier([("network", network)]).fit(panel[:60], Y[:60])
    alone = of_sktime.named_estimators_["network"]
    expected = importance(alone.estimator_, X[:60], Y[:60], n_repeats=2).importances
    for model in (of_sktime, alone):
        found = importance(model, panel[:60], Y[:60], n_repeats=2).importances
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_names_of_columns_are_kept():
    frame = pd.DataFrame(X[:, :, USED], index=range(100, 100 + N)).add_prefix("minute ")
    model = GRUClassifier(**NETWORK).fit(frame, Y)
    importance(model, frame, by="time")  # would warn of missing names
    panel = PANELS["multi-index"](list(X)).set_axis(["a", "b", "c"], axis=1)
    model = GRUClassifier(**NETWORK).fit(panel, Y)
    assert importance(model, panel).importances_mean.argmax() == USED


@pytest.mark.parametrize("form", ["frames", "multi-index"])
def test_dates_that_index_a_panel_stay(form):
    few, y = X[:60], Y[:60]
    dates = pd.date_range("2024", periods=STEPS)
    panel = [pd.DataFrame(x, dates) for x in few]
    panel = pd.concat(dict(enumerate(panel))) if form == "multi-index" else panel
    model = GRUClassifier(missing="mask", hidden_size=4, max_epochs=5, random_state=0)
    found = importance(model.fit(panel, y), panel, y, scoring="neg_log_loss")
    times = np.tile(np.arange(STEPS) * 86400.0, (60, 1))
    with_times = FunctionTransformer(lambda X: np.insert(X, 0, times, axis=2))
    plain = clone(model).set_params(time_channel=0).fit(with_times.transform(few), y)
    expected = importance(make_pipeline(with_times, plain), few, y, scoring="neg_log_loss")
    np.testing.assert_allclose(found.importances, expected.importances, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("scoring", [None, "accuracy"])
def test_targets_in_another_order_than_the_panel_are_refused(model, scoring):
    panel = PANELS["multi-index"](list(X))
    y = pd.Series(Y, panel.index.droplevel(-1).unique())
    assert importance(model, panel, y, scoring=scoring).importances_mean.argmax() == USED
    with pytest.raises(ValueError, match="index of y names the sequences of X in another order"):
        importance(model, panel, y.sample(frac=1, random_state=1), scoring=scoring)


# Channels of times

TIMES = np.random.default_rng(1).uniform(0.5, 1.5, (N, STEPS)).cumsum(axis=1)
WITH_TIMES = np.insert(X, 2, TIMES, axis=2)  # the used channel stays before it


def as_panel(form, X):
    """Sequences whose third channel has a name, and is one of dates where the form says so."""
    frames = [pd.DataFrame(x, columns=["a", "b", "t", "c"]) for x in X]
    if "dates" in form:
        frames = [f.assign(t=pd.Timestamp("2024") + pd.to_timedelta(f["t"], "s")) for f in frames]
    return pd.concat(dict(enumerate(frames))) if "multi-index" in form else frames


@pytest.mark.parametrize(("by", "place"), [("channel", 1), ("time", 2), ("both", (1, 2))])
@pytest.mark.parametrize("form", ["array", "ragged", "pipeline", "frames", "multi-index of dates"])
def test_times_stay_in_order(form, by, place):
    few, y = WITH_TIMES[:120], Y[:120]
    if form == "ragged":
        few = [x[i % 3 :] for i, x in enumerate(few)]
    elif form in ("frames", "multi-index of dates"):
        few = as_panel(form, few)
    channel = "t" if isinstance(few, pd.DataFrame) or form == "frames" else -2
    model = GRUClassifier(**NETWORK, time_channel=channel)
    model = make_pipeline(SequenceScaler(), model) if form == "pipeline" else model
    found = importance(model.fit(few, y), few, y, by=by)
    assert found.importances.shape[:-1] == {**SHAPES, "channel": (4,), "both": (4, 4)}[by]
    means = found.importances_mean
    assert np.nanargmax(means) == np.ravel_multi_index(np.atleast_1d(place), means.shape)
    assert np.isnan(means).any() == (by == "both")
    assert by != "both" or np.isnan(means[2]).all()


@pytest.mark.parametrize("by", ["channel", "time"])
def test_dates_in_a_column_stay_dates(by):
    def as_panel(times):
        frames = [pd.DataFrame(x, columns=list("abt")).assign(t=t) for x, t in zip(few, times)]
        return pd.concat(frames, keys=range(len(few)))

    few, y = np.insert(X[:120, :, :2], 2, TIMES[:120], axis=2), Y[:120]
    seconds = np.round(TIMES[:120], 3)
    dates = np.datetime64("2024-01-01") + (seconds * 1000).astype("timedelta64[ms]")
    of_dates, of_numbers = (
        importance(GRUClassifier(**NETWORK, time_channel="t").fit(panel, y), panel, y, by=by)
        for panel in (as_panel(dates), as_panel(seconds))
    )
    np.testing.assert_allclose(of_dates.importances, of_numbers.importances, atol=0.05)


def test_times_that_tell_the_class_are_important_as_a_channel():
    y = np.arange(N) % 2
    times = np.where(y[:, None] == 1, TIMES**1.5, TIMES)
    timed = np.insert(X, 0, times, axis=2)
    model = GRUClassifier(**NETWORK, time_channel=0).fit(timed, y)
    assert_finds(importance(model, timed, y), 0)


def test_time_channel_that_the_model_makes_itself():
    add_times = FunctionTransformer(lambda X: np.insert(X, USED, TIMES, axis=2))
    model = make_pipeline(add_times, GRUClassifier(**NETWORK, time_channel=USED)).fit(X, Y)
    assert_finds(importance(model, by="time"), 2)
    assert_finds(importance(model, by="both"), (1, 2))


def test_tensor():
    model = GRUClassifier(hidden_size=2, max_epochs=1).fit(torch.tensor(X), Y)
    assert importance(model, torch.tensor(X)).importances.shape == (CHANNELS, 5)


def test_missing_values_are_left_to_the_estimator(model):
    gaps = X.copy()
    gaps[::7, 3, 0] = np.nan
    with pytest.raises(ValueError, match="Input X contains NaN"):
        importance(model, gaps)
    filled = make_pipeline(FunctionTransformer(np.nan_to_num), model)
    assert importance(filled, gaps).importances_mean.argmax() == USED


def test_pipeline_with_a_sliding_window():
    table = X[:, 0]
    model = make_pipeline(SlidingWindow(3), GRUClassifier(hidden_size=2, max_epochs=1))
    model.fit(table, Y)
    with pytest.raises(ValueError, match="The rows of X are time steps .* Pass the rest of the"):
        importance(model, table)
    found = importance(model[-1], model[:-1].transform(table), by="both", n_blocks=3)
    assert found.importances_mean.shape == (CHANNELS, 3)


# Wrong input


@pytest.mark.parametrize(
    "wrong",
    [
        {"by": "step"},
        {"n_blocks": 0},
        {"n_repeats": 0},
        {"n_channels": 0},
        {"n_jobs": 0},
        {"random_state": "a"},
    ],
    ids=str,
)
def test_wrong_parameters(model, wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"'{name}' parameter of permutation_importance must be"):
        importance(model, **wrong)


def test_wrong_data(model):
    with pytest.raises(NotFittedError):
        importance(GRUClassifier())
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        importance(model, y=Y[:-1])
    with pytest.raises(ValueError, match="2 channels at each time step, but GRUClassifier was"):
        importance(model, X[:, :, :2])
    with pytest.raises(ValueError, match="n_channels=2. The parameter is needed for 2D input"):
        importance(model, n_channels=2)


# Blocks and exchange


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(1, 12))
@examples
def test_blocks_are_equal_parts_of_each_sequence(lengths, n_blocks):
    n_blocks = min(n_blocks, max(lengths))
    sequences = read([np.zeros(n) for n in lengths])
    for block, length in zip(blocks(sequences, n_blocks), lengths):
        assert (block[length:] == -1).all()
        own = block[:length]
        assert (np.diff(own) >= 0).all()
        sizes = np.bincount(own, minlength=n_blocks)
        assert len(sizes) == n_blocks
        assert sizes.max() - sizes.min() <= 1
        edges = block_edges(length, n_blocks)
        np.testing.assert_array_equal(own, np.digitize(np.arange(length), edges[1:]))


def read(sequences):
    return read_sequences(SequenceScaler(), sequences, reset=True)


@given(sequence_lists(), st.data())
@examples
def test_a_part_is_exchanged_and_nothing_else(given_, data):
    sequences = read(given_)
    order = np.array(data.draw(st.permutations(range(len(given_)))))
    channel = data.draw(st.integers(0, sequences.n_channels - 1))
    n_blocks = data.draw(st.integers(1, sequences.n_timesteps))
    steps = blocks(sequences, n_blocks) == data.draw(st.integers(0, n_blocks - 1))
    changed = permuted(sequences, Part(np.array([channel]), steps), order)
    np.testing.assert_array_equal(changed.lengths, sequences.lengths)
    untouched = np.ones(sequences.values.shape, bool)
    untouched[:, :, channel] = ~steps
    np.testing.assert_array_equal(changed.values[untouched], sequences.values[untouched])
    for i, j in enumerate(order):
        own, other = given_[i][:, channel], given_[j][:, channel]
        for step in np.flatnonzero(steps[i]):
            middle = (step + 0.5) / len(own)  # of 0 to 1, as is the place of its value
            place = min(int(middle * len(other) + 1e-9), len(other) - 1)
            assert changed.values[i, step, channel] == other[place]


def test_sequences_of_one_length_exchange_step_by_step():
    sequences = read(X[:20])
    order = np.random.default_rng(1).permutation(20)
    changed = permuted(sequences, Part(np.arange(CHANNELS), sequences.valid()), order)
    np.testing.assert_array_equal(changed.values, X[order])


def test_edges_of_blocks(model):
    assert importance(model).block_edges is None
    np.testing.assert_array_equal(importance(model, by="time").block_edges, [0, 3, 6, 9, 12])
    found = importance(model, by="time", n_blocks=5)
    np.testing.assert_array_equal(found.block_edges, [0, 3, 5, 8, 10, 12])
    assert len(importance(model, by="time", n_blocks=50).importances) == STEPS
