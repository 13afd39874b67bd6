"""Windows, scaling, padding and differences: what comes out, in which form, and what is refused."""

import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import config_context
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.utils import estimator_checks as checks

from skrnn import GRUClassifier, GRURegressor
from skrnn._frames import nan_for_missing
from skrnn.preprocessing import (
    Differencer,
    SequencePadder,
    SequenceScaler,
    SlidingWindow,
    make_windows,
)
from tests.test_door import EQUAL_LENGTHS, PANELS, TABLES, each, sequence_lists, whole

RNG = np.random.default_rng(0)
N = 8
ARRAY = RNG.normal(size=(N, 5, 3))
RAGGED = [x[: 2 + i % 4] for i, x in enumerate(ARRAY)]
LABELS = np.arange(N) % 2
TABLE = RNG.normal(size=(40, 2))

SAME_FORM = [SequenceScaler(), SequenceScaler("robust"), SequenceScaler("minmax"), Differencer()]
OF_SEQUENCES = [*SAME_FORM, SequencePadder()]
ALL = [*OF_SEQUENCES, SlidingWindow(window_length=4)]
examples = settings(max_examples=40, deadline=None)


def with_each(transformers):
    return pytest.mark.parametrize("transformer", transformers, ids=str)


def assert_same_list(found, expected):
    assert isinstance(found, list)
    assert len(found) == len(expected)
    for x, y in zip(found, expected):
        np.testing.assert_allclose(x, y, atol=1e-9)


# scikit-learn's own suite

ROWS_ARE_TIME = {
    "check_methods_sample_order_invariance": "a window depends on the order of the rows",
    "check_methods_subset_invariance": "a window depends on the rows before it",
}


@checks.parametrize_with_checks(
    ALL,
    expected_failed_checks=lambda t: ROWS_ARE_TIME if isinstance(t, SlidingWindow) else {},
)
def test_scikit_learn_check(estimator, check):
    check(estimator)


# scikit-learn runs these on its own transformers only
OUTPUT_CHECKS = [
    checks.check_transformer_get_feature_names_out,
    checks.check_transformer_get_feature_names_out_pandas,
    checks.check_set_output_transform,
    checks.check_set_output_transform_pandas,
    checks.check_global_output_transform_pandas,
]


@with_each(SAME_FORM)
@pytest.mark.parametrize("check", OUTPUT_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.filterwarnings("ignore:X (does not have valid|has) feature names")
def test_scikit_learn_check_of_tables_that_come_out(transformer, check):
    check(type(transformer).__name__, transformer)


@with_each(ALL)
def test_scikit_learn_check_of_parameters(transformer):
    checks.check_param_validation(type(transformer).__name__, transformer)


# What all of them share


@with_each(ALL)
def test_tags_say_what_is_taken(transformer):
    tags = transformer.__sklearn_tags__()
    assert tags.input_tags.allow_nan
    assert tags.input_tags.two_d_array
    takes_sequences = not isinstance(transformer, SlidingWindow)
    assert tags.input_tags.three_d_array == takes_sequences


@with_each(ALL)
def test_copies_transform_the_same(transformer):
    X = TABLE if isinstance(transformer, SlidingWindow) else RAGGED
    fitted = clone(transformer).fit(X)
    copies = [pickle.loads(pickle.dumps(fitted)), clone(fitted).fit(X)]
    for copied in copies:
        for x, y in zip(copied.transform(X), fitted.transform(X)):
            np.testing.assert_array_equal(x, y)


@with_each(ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept_and_input_left_alone(transformer, dtype):
    X = [TABLE.astype(dtype)] if isinstance(transformer, SlidingWindow) else None
    X = X or [ARRAY.astype(dtype), [x.astype(dtype) for x in RAGGED]]
    for form in X:
        before = [x.copy() for x in form]
        changed = clone(transformer).fit_transform(form)
        assert all(x.dtype == dtype for x in changed)
        for x, original in zip(form, before):
            np.testing.assert_array_equal(x, original)


@with_each(ALL)
def test_failed_fit_leaves_the_transformer_as_it_was(transformer):
    named = pd.DataFrame(TABLE, columns=["a", "b"])
    fitted = clone(transformer).fit(named)
    before = fitted.transform(named)
    with pytest.raises(ValueError, match="0 sample|minimum of"):
        fitted.fit(np.empty((0, 3)))
    assert list(fitted.feature_names_in_) == ["a", "b"]
    np.testing.assert_array_equal(fitted.transform(named), before)


@with_each(OF_SEQUENCES)
def test_other_channels_are_refused(transformer):
    with pytest.raises(ValueError, match="X has 2 channels at each time step, .* with 3"):
        clone(transformer).fit(ARRAY).transform(ARRAY[:, :, :2])


@with_each([t for t in OF_SEQUENCES if not isinstance(t, SequencePadder)])
def test_sequences_of_other_lengths_are_taken(transformer):
    fitted = clone(transformer).fit(ARRAY[:, :3])
    assert_same_list(fitted.transform(list(ARRAY)), fitted.transform(ARRAY))


@with_each(OF_SEQUENCES)
def test_search_over_ragged_sequences(transformer):
    name = type(transformer).__name__.lower()
    transformer = clone(transformer)
    if isinstance(transformer, SequencePadder):
        transformer.set_params(length=5)
    model = make_pipeline(transformer, GRUClassifier(hidden_size=2, max_epochs=1, random_state=0))
    grid = {f"{name}__n_channels": [None, 3]}
    found = GridSearchCV(model, grid, cv=2, error_score="raise").fit(RAGGED, LABELS)
    assert found.predict(RAGGED).shape == (N,)


# The form that came in goes out


@with_each(SAME_FORM)
@each(PANELS)
def test_ragged_sequences_come_back_in_a_list(transformer, form):
    fitted = clone(transformer).fit(RAGGED)
    assert_same_list(fitted.transform(form(RAGGED)), fitted.transform(RAGGED))


@with_each(SAME_FORM)
@each(EQUAL_LENGTHS)
def test_arrays_come_back_as_arrays(transformer, form):
    changed = clone(transformer).fit_transform(form(list(ARRAY)))
    assert isinstance(changed, np.ndarray)
    np.testing.assert_array_equal(changed, clone(transformer).fit_transform(ARRAY))


@with_each(SAME_FORM)
@each(TABLES)
def test_tables_come_back_as_tables(transformer, form):
    transformer = clone(transformer).set_params(n_channels=3)
    changed = transformer.fit_transform(form(ARRAY.reshape(N, -1)))
    expected = clone(transformer).fit_transform(ARRAY)
    np.testing.assert_allclose(changed, expected.reshape(N, -1))


@with_each(SAME_FORM)
def test_flat_sequences_stay_flat(transformer):
    flat = [x[:, 0] for x in RAGGED]
    assert {x.ndim for x in clone(transformer).fit_transform(flat)} == {1}


@with_each(SAME_FORM)
def test_panels_keep_the_names_of_their_channels(transformer):
    panel = PANELS["multi-index"](RAGGED).set_axis(["a", "b", "c"], axis=1)
    changed = clone(transformer).fit_transform(panel)
    assert all(list(x.columns) == ["a", "b", "c"] for x in changed)
    model = make_pipeline(transformer, GRUClassifier(hidden_size=2, max_epochs=1))
    assert list(model.fit(panel, LABELS)[-1].feature_names_in_) == ["a", "b", "c"]
    model.predict(panel)


DATES = [pd.date_range("2024", periods=len(x), freq=f"{1 + i}h") for i, x in enumerate(RAGGED)]
DATED_FRAMES = [pd.DataFrame(x, i, columns=["a", "b", "c"]) for x, i in zip(RAGGED, DATES)]
DATED = {
    "frames": DATED_FRAMES,
    "multi-index": pd.concat(DATED_FRAMES, keys=range(N)),
    "nested": pd.DataFrame({c: [frame[c] for frame in DATED_FRAMES] for c in "abc"}),
}


@with_each(SAME_FORM)
@each(DATED)
def test_panels_keep_the_times_of_their_steps(transformer, form):
    changed = clone(transformer).fit_transform(form)
    dropped = isinstance(transformer, Differencer)
    for x, dates in zip(changed, DATES, strict=True):
        assert list(x.index) == list(dates[dropped:])
    model = GRUClassifier(missing="mask", hidden_size=2, max_epochs=1)
    model = make_pipeline(clone(transformer), model).fit(form, LABELS)
    assert model[-1]._reading.kind == "dates"


@each(DATED)
def test_panels_get_their_times_back(form):
    scaler = SequenceScaler().fit(form)
    differencer = Differencer().fit(form)
    changes = differencer.transform(form)
    first = [frame.iloc[:1] for frame in DATED_FRAMES]
    for back in (
        scaler.inverse_transform(scaler.transform(form)),
        differencer.inverse_transform(changes, first),
    ):
        for x, frame in zip(back, DATED_FRAMES, strict=True):
            pd.testing.assert_frame_equal(x, frame, check_freq=False)
    for unknown in (None, [frame.to_numpy() for frame in first]):  # when the first steps were
        back = differencer.inverse_transform(changes, unknown)
        assert all(list(x.index) == list(range(len(x))) for x in back)


@with_each(ALL)
@pytest.mark.parametrize("where", ["pipeline", "global"])
def test_what_is_no_table_is_never_put_into_a_frame(transformer, where):
    forms = [TABLE] if isinstance(transformer, SlidingWindow) else [ARRAY, RAGGED]
    for X in forms:
        plain = clone(transformer).fit_transform(X)
        model = make_pipeline(clone(transformer))
        with config_context(transform_output="pandas" if where == "global" else "default"):
            if where == "pipeline":
                model.set_output(transform="pandas")
            for changed in (model.fit_transform(X), model.fit(X).transform(X)):
                assert type(changed) is type(plain)
                assert not any(isinstance(x, pd.DataFrame) for x in changed)


@with_each(SAME_FORM)
def test_frames_only_where_the_columns_are_known(transformer):
    table = ARRAY.reshape(N, -1)
    transformer = clone(transformer).set_params(n_channels=3).set_output(transform="pandas")
    of_table, of_array = clone(transformer).fit(table), clone(transformer).fit(ARRAY)
    assert isinstance(of_table.transform(table), pd.DataFrame)
    assert isinstance(of_table.transform(ARRAY), np.ndarray)
    assert isinstance(of_table.transform(RAGGED), list)
    assert isinstance(of_array.transform(table), np.ndarray)  # knows channels, no columns


def test_frame_of_one_channel_stays_a_frame():
    frame = pd.DataFrame(ARRAY[:, :, 0], columns=list("abcde"), index=range(10, 10 + N))
    scaled = SequenceScaler().set_output(transform="pandas").fit_transform(frame)
    pd.testing.assert_index_equal(scaled.columns, frame.columns)
    pd.testing.assert_index_equal(scaled.index, frame.index)
    changes = Differencer(lag=2).set_output(transform="pandas").fit_transform(frame)
    pd.testing.assert_frame_equal(changes, (frame.diff(2, axis=1)).iloc[:, 2:])


# SequenceScaler

METHODS = {"standard": StandardScaler, "robust": RobustScaler, "minmax": MinMaxScaler}


@pytest.mark.parametrize("method", METHODS)
@given(sequences=sequence_lists(elements=whole))
@examples
def test_each_channel_is_scaled_over_all_steps(method, sequences):
    steps = np.concatenate(sequences).astype(float)
    expected = METHODS[method]().fit(steps)
    scaler = SequenceScaler(method).fit(sequences)
    scaled = scaler.transform(sequences)
    tolerance = 1e-5 if sequences[0].dtype == np.float32 else 1e-9
    for x, y in zip(scaled, sequences):
        np.testing.assert_allclose(x, expected.transform(y.astype(float)), atol=tolerance)
    assert type(scaler.scaler_) is METHODS[method]
    for x, y in zip(scaler.inverse_transform(scaled), sequences):
        np.testing.assert_allclose(x, y, atol=50 * tolerance)


@pytest.mark.parametrize("method", METHODS)
def test_missing_values_are_left_out_and_stay(method):
    X = ARRAY.copy()
    X[RNG.random(X.shape) < 0.2] = np.nan
    expected = METHODS[method]().fit_transform(X.reshape(-1, 3)).reshape(X.shape)
    scaler = SequenceScaler(method)
    np.testing.assert_allclose(scaler.fit_transform(X), expected)
    np.testing.assert_allclose(scaler.inverse_transform(expected), X)
    cut = [x[: 2 + i % 4] for i, x in enumerate(X)]
    steps = METHODS[method]().fit(np.concatenate(cut))
    assert_same_list(scaler.fit_transform(cut), [steps.transform(x) for x in cut])


@pytest.mark.parametrize("method", METHODS)
def test_channel_without_values_and_infinity(method):
    X = ARRAY.copy()
    X[:, :, 1] = np.nan
    with pytest.raises(
        ValueError, match="Channel 1 of X has only missing .* Leave the channel out"
    ):
        SequenceScaler(method).fit(X)
    X[:, :, 1] = np.inf
    for form in (X, list(X), X.reshape(N, -1)):
        with pytest.raises(ValueError, match="infinity"):
            SequenceScaler(method).fit(form)


def test_columns_of_a_table_share_the_scale_of_their_channel():
    table = ARRAY[:, :, 0] * [1, 10, 100, 1000, 10000]
    scaled = SequenceScaler().fit_transform(table)
    assert scaled.std() == pytest.approx(1)
    np.testing.assert_allclose(scaled * table.std() + table.mean(), table)


@pytest.mark.parametrize("method", METHODS)
def test_large_values_in_single_precision_lose_nothing_more(method):
    X = np.float32(1e6 + ARRAY)
    scaled = SequenceScaler(method).fit_transform(X)
    exact = METHODS[method]().fit_transform(X.astype(float).reshape(-1, 3)).reshape(X.shape)
    np.testing.assert_allclose(scaled, exact, atol=0.05)
    np.testing.assert_allclose(SequenceScaler(method).fit(X).inverse_transform(scaled), X)


def test_inverse_of_a_table():
    table = ARRAY.reshape(N, -1)
    scaler = SequenceScaler("robust", n_channels=3).fit(table)
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(table)), table)


@pytest.mark.filterwarnings("error")
def test_inverse_of_what_came_with_names():
    table = pd.DataFrame(TABLE, columns=["load", "price"])
    scaler = SequenceScaler(n_channels=2).fit(table)
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(table)), table)
    scaled = scaler.set_output(transform="pandas").transform(table)
    np.testing.assert_allclose(scaler.inverse_transform(scaled), table)
    with pytest.raises(ValueError, match="feature names should match"):
        scaler.inverse_transform(scaled[["price", "load"]])
    with pytest.raises(ValueError, match="X has 4 features"):
        scaler.inverse_transform(np.ones((3, 4)))
    assert list(scaler.feature_names_in_) == ["load", "price"]


def test_names_of_channels_or_columns():
    assert list(SequenceScaler().fit(ARRAY).get_feature_names_out()) == ["x0", "x1", "x2"]
    assert len(SequenceScaler(n_channels=3).fit(ARRAY.reshape(N, -1)).get_feature_names_out()) == 15


# SequencePadder


@given(sequence_lists(), st.integers(0, 3), st.sampled_from([0.0, -1.5, np.nan]))
@examples
def test_padding_at_either_end(sequences, more, value):
    longest = max(map(len, sequences))
    length = None if more == 0 else longest + more
    steps = longest + more
    for where in ("end", "start"):
        padder = SequencePadder(length=length, value=value, where=where)
        padded = padder.fit_transform(sequences)
        assert padded.shape == (len(sequences), steps, sequences[0].shape[1])
        assert padder.length_ == steps
        for x, given_ in zip(padded, sequences):
            n = len(given_)
            own, added = (x[:n], x[n:]) if where == "end" else (x[steps - n :], x[: steps - n])
            np.testing.assert_array_equal(own, given_)
            np.testing.assert_array_equal(added, np.full_like(added, value))


def test_longer_sequences_are_never_cut():
    with pytest.raises(ValueError, match=r"Sequence 3 has 5 time steps, more than 4 \(length\)"):
        SequencePadder(length=4).fit(RAGGED)
    padder = SequencePadder().fit(RAGGED[:2])
    with pytest.raises(ValueError, match=r"Sequence 1 .* more than 3 \(the longest that fit has"):
        padder.transform(RAGGED[1:3])


def test_tables_and_arrays_are_padded_too():
    padded = SequencePadder(length=6).fit_transform(ARRAY)
    np.testing.assert_array_equal(padded[:, :5], ARRAY)
    assert not padded[:, 5].any()
    table = ARRAY.reshape(N, -1)
    np.testing.assert_array_equal(
        SequencePadder(length=6, n_channels=3).fit_transform(table), padded
    )


def test_missing_values_are_padded_over_by_nothing():
    padded = SequencePadder().fit_transform([np.array([np.nan, 1.0]), np.array([2.0])])
    np.testing.assert_array_equal(padded[:, :, 0], [[np.nan, 1], [2, 0]])


# Differencer


@given(sequence_lists(elements=whole), st.integers(1, 3))
@examples
def test_differences_and_back(sequences, lag):
    sequences = [np.concatenate([x, x[:1]] * lag) for x in sequences]  # longer than the lag
    differencer = Differencer(lag=lag).fit(sequences)
    changes = differencer.transform(sequences)
    assert_same_list(changes, [x[lag:] - x[:-lag] for x in sequences])
    back = differencer.inverse_transform(changes, [x[:lag] for x in sequences])
    assert_same_list(back, sequences)


@pytest.mark.parametrize("lag", [1, 2])
def test_differences_of_arrays_and_tables_and_back(lag):
    expected = ARRAY[:, lag:] - ARRAY[:, :-lag]
    differencer = Differencer(lag=lag)
    np.testing.assert_allclose(differencer.fit_transform(ARRAY), expected)
    np.testing.assert_allclose(differencer.inverse_transform(expected, ARRAY[:, :lag]), ARRAY)
    table = ARRAY.reshape(N, -1)
    differencer = Differencer(lag=lag, n_channels=3)
    changes = differencer.fit_transform(table)
    np.testing.assert_allclose(changes, expected.reshape(N, -1))
    back = differencer.inverse_transform(changes, table[:, : 3 * lag])
    np.testing.assert_allclose(back, table)
    names = [f"x{i}" for i in range(3 * lag, 15)]
    assert list(differencer.get_feature_names_out()) == names


def test_without_first_steps_sequences_start_at_zero():
    differencer = Differencer().fit(ARRAY)
    back = differencer.inverse_transform(differencer.transform(ARRAY))
    np.testing.assert_allclose(back, ARRAY - ARRAY[:, :1])


def test_difference_to_a_missing_value_is_missing():
    changes = Differencer().fit_transform(np.array([[1.0, np.nan, 3.0, 5.0]]))
    np.testing.assert_array_equal(changes, [[np.nan, np.nan, 2.0]])


def test_too_short_sequences():
    with pytest.raises(ValueError, match=r"Sequence 0 has 2 time steps, .*lag=2.* at least 3 in"):
        Differencer(lag=2).fit(RAGGED)
    fitted = Differencer(lag=2).fit(ARRAY)
    with pytest.raises(ValueError, match="Sequence 4 has 2 time steps"):
        fitted.transform([*ARRAY[:4], RAGGED[4]])


def test_first_steps_that_do_not_fit():
    differencer = Differencer(lag=2).fit(ARRAY)
    changes = differencer.transform(ARRAY)
    for first in (ARRAY[:, :1], ARRAY[:3, :2]):
        with pytest.raises(ValueError, match=r"first must have 2 time steps \(lag\) for each of 8"):
            differencer.inverse_transform(changes, first)
    with pytest.raises(ValueError, match="X has 2 channels"):
        differencer.inverse_transform(changes, ARRAY[:, :2, :2])


# SlidingWindow


@given(
    arrays(np.float64, st.tuples(st.integers(3, 12), st.integers(1, 3)), elements=whole),
    st.integers(1, 3),
)
@examples
def test_each_row_gets_itself_and_the_rows_before_it(table, length):
    windows = SlidingWindow(length).fit_transform(table)
    assert windows.shape == (len(table), length, table.shape[1])
    for row, window in enumerate(windows):
        steps = np.maximum(np.arange(row - length + 1, row + 1), 0)  # the first row repeated
        np.testing.assert_array_equal(window, table[steps])


@given(st.integers(0, 38), st.integers(1, 40))
@examples
def test_no_window_sees_a_later_row(last, length):
    changed = TABLE.copy()
    changed[last + 1 :] = 1e9
    sliding = SlidingWindow(length).fit(TABLE)
    windows, others = sliding.transform(TABLE), sliding.transform(changed)
    np.testing.assert_array_equal(windows[: last + 1], others[: last + 1])
    assert not (windows[last + 1 :] == others[last + 1 :]).all(axis=(1, 2)).any()


def test_nothing_is_remembered_from_fit():
    test = TABLE[30:]
    expected = SlidingWindow(5).fit_transform(test)
    for train in (TABLE[:30], TABLE[10:30], TABLE, -TABLE):
        np.testing.assert_array_equal(SlidingWindow(5).fit(train).transform(test), expected)


def test_rows_with_their_past_get_full_windows():
    sliding = SlidingWindow(5).fit(TABLE[:30])
    full = sliding.transform(TABLE)[30:]
    np.testing.assert_array_equal(sliding.transform(TABLE[30 - 4 :])[-10:], full)


def test_windows_of_a_table_are_read_only_views():
    long = np.zeros((100_000, 2))
    windows = SlidingWindow(1_000).fit_transform(long)  # as a copy, 1.6 GB
    assert windows.shape == (100_000, 1_000, 2)
    assert np.shares_memory(windows[5_000], windows[5_001])
    with pytest.raises(ValueError, match="read-only"):
        windows[0, 0, 0] = 1


def sensors(n_rows=240):
    """The target is what the first sensor said in the row before."""
    X = np.random.default_rng(1).normal(size=(n_rows, 2))
    return X, np.r_[X[:1, 0], X[:-1, 0]]


def test_search_for_the_length_of_the_window():
    X, y = sensors()
    network = GRURegressor(hidden_size=8, max_epochs=30, random_state=0)
    model = make_pipeline(StandardScaler(), SlidingWindow(), network)
    grid = {"slidingwindow__window_length": [1, 3]}  # the row itself is one of them
    search = GridSearchCV(model, grid, cv=TimeSeriesSplit(2, test_size=60))
    for table in (X, pd.DataFrame(X, columns=["a", "b"])):
        search.fit(table, y)
        assert search.best_params_ == {"slidingwindow__window_length": 3}
        assert search.best_score_ > 0.8
        assert search.cv_results_["mean_test_score"][0] < 0.2
    assert cross_val_score(model, X, y, cv=TimeSeriesSplit(2)).shape == (2,)


def test_window_longer_than_the_table():
    with pytest.raises(ValueError, match=r"40 sample.* minimum of 41 is required by SlidingWind"):
        SlidingWindow(41).fit(TABLE)
    assert SlidingWindow(20).fit(TABLE).transform(TABLE[:1]).shape == (1, 20, 2)


@pytest.mark.parametrize("kind", ["DatetimeIndex", "PeriodIndex", "TimedeltaIndex"])
def test_rows_that_are_not_in_the_order_of_time(kind):
    times = pd.date_range("2020-01-31", periods=40, freq="D")
    index = {"DatetimeIndex": times, "PeriodIndex": times.to_period("D")}.get(
        kind, times - times[0]
    )
    frame = pd.DataFrame(TABLE, index=index)
    fitted = SlidingWindow().fit(frame)
    for newest_first in (fitted.fit, fitted.transform):
        with pytest.raises(ValueError, match="not in time order. Sort the rows"):
            newest_first(frame[::-1])


def test_panel_is_no_table():
    with pytest.raises(ValueError, match="X is a panel, but SlidingWindow takes the rows of one"):
        SlidingWindow(2).fit(PANELS["multi-index"](RAGGED))


@pytest.mark.parametrize("kind", [pd.to_datetime, pd.to_timedelta], ids=["dates", "durations"])
def test_dates_are_no_values_of_rows(kind):
    frame = pd.DataFrame(TABLE, columns=["load", "price"]).assign(time=kind(range(40), unit="D"))
    match = "Column 'time' of X holds dates, .* make them the index; else leave the column out"
    for table in (frame, frame[["time"]]):
        with pytest.raises(ValueError, match=match):
            SlidingWindow(2).fit(table)
    fitted = SlidingWindow(2).fit(TABLE)
    with pytest.raises(ValueError, match="X holds dates"):
        fitted.transform(frame[["time"]].to_numpy())
    assert SlidingWindow(2).fit_transform(frame.set_index("time")).shape == (40, 2, 2)


def test_missing_values_pass_through_windows():
    table = TABLE.copy()
    table[3, 0] = np.nan
    windows = SlidingWindow(4).fit_transform(table)
    assert np.isnan(windows[:, :, 0]).sum() == 4
    assert not np.isnan(windows[:, :, 1]).any()


# make_windows


@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 6), st.integers(1, 3))
@examples
def test_windows_and_what_follows_them(length, horizon, more, n_channels):
    series = RNG.normal(size=(length + horizon + more, n_channels))
    target = n_channels - 1
    X, y = make_windows(series, length, horizon, target=target)
    assert X.shape == (more + 1, length, n_channels)
    assert y.shape == ((more + 1,) if horizon == 1 else (more + 1, horizon))
    for i in range(more + 1):
        np.testing.assert_array_equal(X[i], series[i : i + length])
        after = series[i + length : i + length + horizon, target]
        np.testing.assert_array_equal(y[i], after[0] if horizon == 1 else after)


SERIES = RNG.normal(size=30)


@pytest.mark.parametrize(
    "form", [np.asarray, np.ndarray.tolist, pd.Series, lambda s: s[:, None], pd.DataFrame]
)
def test_forms_of_a_series(form):
    X, y = make_windows(form(SERIES), 4, 2)
    np.testing.assert_array_equal(X[:, :, 0], [SERIES[i : i + 4] for i in range(25)])
    np.testing.assert_array_equal(y, [SERIES[i + 4 : i + 6] for i in range(25)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("horizon", [1, 3])
def test_windows_are_read_only_views_of_the_series(dtype, horizon):
    series = RNG.normal(size=(50, 2)).astype(dtype)
    X, y = make_windows(series, 7, horizon, target=1)
    for made in (X, y):
        assert made.dtype == dtype
        assert np.shares_memory(made, series)
        assert not made.flags.writeable
    GRURegressor(hidden_size=2, max_epochs=1).fit(X, y).predict(X)


@pytest.mark.parametrize("missing", [None, pd.NA, pd.NaT], ids=str)
def test_missing_objects(missing):
    objects = SERIES.astype(object)
    objects[7] = missing
    for form in (np.asarray, pd.Series, pd.DataFrame):
        with pytest.raises(ValueError, match="missing values .*, the first at time step 7"):
            make_windows(form(objects), 4)
    expected = np.where(np.arange(30) == 7, np.nan, SERIES)[:, None]
    for table in (objects[:, None], pd.DataFrame(objects)):
        np.testing.assert_array_equal(SlidingWindow(1).fit_transform(table)[:, 0], expected)


def test_masked_values_are_missing_and_tensors_are_arrays():
    masked = np.ma.array(SERIES, mask=np.arange(30) == 7)
    with pytest.raises(ValueError, match="missing values .*, the first at time step 7"):
        make_windows(masked, 4)
    windows = SlidingWindow(1).fit_transform(masked[:, None])[:, 0, 0]
    np.testing.assert_array_equal(windows, masked.filled(np.nan))
    tensor = torch.from_numpy(SERIES).requires_grad_()
    np.testing.assert_array_equal(make_windows(tensor, 4)[0], make_windows(SERIES, 4)[0])
    windows = SlidingWindow(4).fit_transform(tensor[:, None])
    np.testing.assert_array_equal(windows, SlidingWindow(4).fit_transform(SERIES[:, None]))


def test_a_table_without_objects_is_not_copied():
    columns = {"price": SERIES, "holiday": SERIES > 0, "sold": pd.array([1, None] * 15, "Int64")}
    table = pd.DataFrame(columns)
    assert nan_for_missing(table) is table
    assert nan_for_missing(SERIES) is SERIES


def test_whole_numbers_become_floats():
    X, y = make_windows(range(5), 2)
    assert X.dtype == y.dtype == np.float64
    np.testing.assert_array_equal(y, [2, 3, 4])


def test_target_by_name_or_number():
    frame = pd.DataFrame(TABLE, columns=["load", "price"])
    for target in ("price", 1, np.int64(1)):
        np.testing.assert_array_equal(make_windows(frame, 5, target=target)[1], TABLE[5:, 1])
    with pytest.raises(ValueError, match="The series has 2 channels; say which one to predict"):
        make_windows(frame, 5)
    for wrong in ("heat", 2, -1, 0.5):
        with pytest.raises(ValueError, match=r"is not a channel.* 0 to 1, .*\['load', 'price'\]"):
            make_windows(frame, 5, target=wrong)
    with pytest.raises(
        ValueError, match=r"target='load' is not a channel .* column of a DataFrame\.$"
    ):
        make_windows(TABLE, 5, target="load")


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (SERIES[:5], r"has 5 time steps, but window_length=4 and horizon=2 need at least 6"),
        (np.r_[SERIES, np.nan, SERIES], r"missing values \(NaN\), the first at time step 30"),
        (np.r_[SERIES, np.inf], "infinity"),
        (ARRAY, "dim 3|3 dim"),
        ([], "0 sample"),
        (["a"] * 9, "could not convert string"),
        (pd.date_range("2020", periods=9), "series holds dates, .* make them the index"),
        (
            pd.DataFrame({"load": SERIES, "time": pd.to_datetime(SERIES)}),
            "Column 'time' of series holds dates, .* make them the index; else leave the column",
        ),
    ],
    ids=["short", "missing", "infinite", "3D", "empty", "words", "dates", "column of dates"],
)
def test_series_without_windows(series, message):
    with pytest.raises(ValueError, match=message):
        make_windows(series, 4, 2)


@pytest.mark.parametrize("wrong", [0, -1, 2.5, "auto", None])
@pytest.mark.parametrize("name", ["window_length", "horizon"])
def test_parameters_of_make_windows(name, wrong):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of make_windows must be an int"):
        make_windows(SERIES, **{"window_length": 2, "horizon": 1, name: wrong})
