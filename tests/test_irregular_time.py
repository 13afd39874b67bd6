"""Times of time steps: where they come from, what they are counted in, and what they tell."""

import pickle
from copy import deepcopy
from functools import partial

import numpy as np
import pandas as pd
import pytest
import sklearn
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import GRUClassifier, GRURegressor, LSTMClassifier, LSTMRegressor, RNNClassifier
from skrnn._sequences import Sequences
from skrnn._times import typical_step, with_times
from skrnn.preprocessing import SequenceScaler
from tests.conftest import CLASSIFIERS, outputs

TINY = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}
MODES = ("error", "mask", "decay")
PAIRS = [
    (GRUClassifier, "error"),
    (LSTMRegressor, "mask"),
    (GRURegressor, "decay"),
    (RNNClassifier, "mask"),
]
each_pair = pytest.mark.parametrize(
    ("cls", "missing"), PAIRS, ids=[f"{c.__name__}-{m}" for c, m in PAIRS]
)
N, STEPS = 40, 7


def make_timed(cls, missing, n_samples=N, n_steps=STEPS, seed=0):
    """Two channels (some values missing, if they may be), a target, and irregular times."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, n_steps, 2))
    y = X[:, -2, 0].copy()
    if missing != "error":
        X[rng.random(X.shape) < 0.3] = np.nan
    times = rng.exponential(size=(n_samples, n_steps)).cumsum(axis=1)
    return X, (y > 0).astype(int) if cls in CLASSIFIERS else y, times


def timed_outputs(model, X, times=None):
    return getattr(model, "decision_function", model.predict)(X, times=times)


def with_channel(X, times, position=1):
    return np.insert(X, position, times, axis=2)


def panel(X, times):
    """A DataFrame with a MultiIndex, named columns and the times in the index."""
    frames = [pd.DataFrame(x, columns=["a", "b"], index=t) for x, t in zip(X, times)]
    return pd.concat(frames, keys=range(len(X)), names=["id", "time"])


def as_dates(times):
    return np.datetime64("2021-03-04T05:06") + (times * 3600e9).astype("timedelta64[ns]")


# What times are for


def gap_task(seed, n_samples=400, n_steps=20):
    """Noise in the values; two lengths of gaps, or any between, with the same mean."""
    rng = np.random.default_rng(seed)
    y = np.arange(n_samples) % 2
    two = rng.choice([0.2, 1.8], (n_samples, n_steps))
    gaps = np.where(y[:, None] == 1, two, rng.uniform(0.5, 1.5, (n_samples, n_steps)))
    return rng.normal(size=(n_samples, n_steps, 1)), gaps.cumsum(axis=1), y


@pytest.mark.parametrize("missing", MODES)
def test_only_the_gaps_carry_the_information(missing):
    (X, times, y), (X_test, times_test, y_test) = gap_task(0), gap_task(1)
    options = {"missing": missing, "hidden_size": 16, "max_epochs": 15, "random_state": 0}
    model = GRUClassifier(**options).fit(X, y, times=times)
    assert model.score(X_test, y_test, times=times_test) > 0.95
    assert GRUClassifier(**options).fit(X, y).score(X_test, y_test) < 0.6


def test_search_and_pipeline_over_a_time_channel():
    X, times, y = gap_task(0)
    X, seen = with_channel(X, times), []
    model = make_pipeline(
        FunctionTransformer(lambda X: seen.append(X.shape) or X),
        GRUClassifier(time_channel=1, hidden_size=16, max_epochs=15, random_state=0),
    )
    search = GridSearchCV(model, {"gruclassifier__lr": [1e-5, 1e-2]}, cv=2).fit(X, y)
    assert search.best_params_ == {"gruclassifier__lr": 1e-2}
    assert search.best_score_ > 0.95
    assert search.score(*(lambda X, t, y: (with_channel(X, t), y))(*gap_task(1))) > 0.95


def test_search_over_the_way_times_are_read():
    X, times, y = gap_task(0)
    table = with_channel(X, times, position=0).reshape(len(X), -1)  # two channels, time-major
    model = GRUClassifier(n_channels=2, hidden_size=8, max_epochs=12, random_state=0)
    search = GridSearchCV(model, {"time_channel": [0], "missing": ["error", "mask"]}, cv=2)
    assert search.fit(table, y).best_score_ > 0.9
    assert cross_val_score(model.set_params(time_channel=0), table, y, cv=2).mean() > 0.9


def test_metadata_routing_passes_the_keyword_on():
    X, y, times = make_timed(GRUClassifier, "mask")
    with sklearn.config_context(enable_metadata_routing=True):
        model = GRUClassifier(missing="mask", **TINY)
        model.set_fit_request(times=True).set_score_request(times=True)
        scores = cross_val_score(model, X, y, params={"times": times}, cv=2, error_score="raise")
    assert np.isfinite(scores).all()


# Forms of times


@each_pair
def test_forms_of_times_are_the_same(cls, missing):
    X, y, times = make_timed(cls, missing)
    model = cls(missing=missing, **TINY).fit(X, y, times=times)
    expected = timed_outputs(model, X, times)
    for form in (list(times), times.tolist(), pd.DataFrame(times), times.astype(object)):
        np.testing.assert_array_equal(timed_outputs(model, X, form), expected)
        again = clone(model).fit(X, y, times=form)
        np.testing.assert_array_equal(timed_outputs(again, list(X), form), expected)
    for position, named in ((0, 0), (1, 1), (2, 2), (2, -1)):
        both = with_channel(X, times, position)
        again = clone(model).set_params(time_channel=named).fit(both, y)
        np.testing.assert_array_equal(outputs(again, both), expected)
        assert again.n_features_in_ == again.n_channels_ == 3
        table = both.reshape(len(X), -1)
        again = again.set_params(n_channels=3).fit(pd.DataFrame(table), y)
        np.testing.assert_array_equal(outputs(again, pd.DataFrame(table)), expected)


@each_pair
def test_names_of_the_time_channel(cls, missing):
    X, y, times = make_timed(cls, missing)
    expected = timed_outputs(cls(missing=missing, **TINY).fit(X, y, times=times), X, times)
    hours = panel(X, [range(STEPS)] * N).assign(hours=times.ravel())
    dates = panel(X, [range(STEPS)] * N)
    dates.insert(1, "when", pd.Series(as_dates(times).ravel(), index=dates.index))
    for name, named in (("hours", hours), ("when", dates)):
        frames = [frame for _, frame in named.groupby(level=0)]
        for form in (named, frames):
            model = cls(missing=missing, time_channel=name, **TINY).fit(form, y)
            np.testing.assert_allclose(outputs(model, form), expected, rtol=1e-4, atol=1e-5)
            assert list(model.feature_names_in_) == list(named.columns)
    zoned = dates.assign(when=dates["when"].dt.tz_localize("Asia/Tokyo"))
    np.testing.assert_allclose(
        outputs(model, [f for _, f in zoned.groupby(level=0)]), expected, atol=1e-5
    )


def test_nested_frame_with_a_time_channel():
    X, y, times = make_timed(GRURegressor, "mask")
    model = GRURegressor(missing="mask", **TINY).fit(X, y, times=times)
    rows = [[pd.Series(c) for c in (*x.T, t)] for x, t in zip(X, times)]
    nested = pd.DataFrame(rows, columns=["a", "b", "t"])
    again = clone(model).set_params(time_channel="t").fit(nested, y)
    np.testing.assert_array_equal(again.predict(nested), model.predict(X, times=times))


@pytest.mark.parametrize("missing", ["mask", "decay"])
@pytest.mark.parametrize("zone", [None, "Europe/Paris"])
def test_dates_of_a_panel_are_its_times(missing, zone):
    X, y, times = make_timed(GRURegressor, missing)
    X, times = [x[i % 3 :] for i, x in enumerate(X)], [t[i % 3 :] for i, t in enumerate(times)]
    dates = [pd.DatetimeIndex(as_dates(t), tz=zone) for t in times]
    model = GRURegressor(missing=missing, **TINY).fit(X, y, times=dates)
    expected = model.predict(X, times=[as_dates(t) for t in times])
    whole = panel(X, dates)
    shuffled = whole.iloc[np.random.default_rng(0).permutation(len(whole))]
    order = np.argsort(pd.unique(shuffled.index.get_level_values(0)))
    frames = [pd.DataFrame(x, columns=["a", "b"], index=d) for x, d in zip(X, dates)]
    nested = pd.DataFrame({name: [frame[name] for frame in frames] for name in "ab"})
    for form in (whole, nested, frames):
        again = clone(model).fit(form, y)
        np.testing.assert_array_equal(again.predict(form), expected)
    np.testing.assert_array_equal(again.predict(shuffled)[order], expected)
    numbered = panel(X, times)  # numbers in an index are no times
    assert clone(model).fit(numbered, y)._reading.kind is None


def test_dates_of_a_panel_come_through_a_scaler():
    X, times, y = gap_task(0)
    frames = [pd.DataFrame(x, t) for x, t in zip(X, as_dates(times))]
    model = GRUClassifier(missing="mask", hidden_size=16, max_epochs=15, random_state=0)
    assert cross_val_score(make_pipeline(SequenceScaler(), model), frames, y, cv=2).mean() > 0.95


def test_dates_of_a_panel_are_left_alone_where_nothing_may_be_missing():
    X, y, times = make_timed(GRURegressor, "error")
    plain = GRURegressor(**TINY).fit(X, y)
    dated = GRURegressor(**TINY).fit(panel(X, as_dates(times)), y)
    np.testing.assert_array_equal(dated.predict(panel(X, as_dates(times))), plain.predict(X))


# What time is counted in


@each_pair
def test_unit_and_origin_of_time_do_not_matter(cls, missing):
    X, y, times = make_timed(cls, missing)
    model = cls(missing=missing, **TINY).fit(X, y, times=times)
    expected = timed_outputs(model, X, times)
    shifts = np.random.default_rng(0).normal(size=(N, 1)) * 1e3
    for other in (times * 60, times / 1e9, times + 1e5, times + shifts, (times - 7) * 1e-3):
        again = clone(model).fit(X, y, times=other)
        np.testing.assert_allclose(timed_outputs(again, X, other), expected, rtol=1e-4, atol=1e-5)
    moved = timed_outputs(model, X, times + shifts)
    np.testing.assert_allclose(moved, expected, rtol=1e-6, atol=1e-7)
    assert np.abs(timed_outputs(model, X, times * 60) - expected).max() > 1e-3


@pytest.mark.parametrize("unit", ["ns", "us", "s", "m"])
def test_dates_are_counted_like_numbers(unit):
    X, y, times = make_timed(GRURegressor, "mask")
    minutes = np.round(times * 100)
    dates = np.datetime64("1999-12-31", unit) + minutes.astype("timedelta64[m]")
    model = GRURegressor(missing="mask", **TINY)
    expected = clone(model).fit(X, y, times=minutes).predict(X, times=minutes)
    dated = model.fit(X, y, times=dates)
    finer = dates.astype("datetime64[ns]")
    durations = dates - np.datetime64("2007", unit)
    for form in (dates, finer, durations, list(map(pd.DatetimeIndex, dates))):
        np.testing.assert_allclose(dated.predict(X, times=form), expected, rtol=1e-5)
    dated.fit(X, y, times=dates.astype(object) if unit in ("us", "s") else dates.tolist())


def test_months_are_counted_in_days():
    sequences = Sequences.of_equal_length(np.zeros((1, 3, 1)))
    months = np.array([["2021-01", "2021-02", "2021-04"]], dtype="datetime64[M]")
    timed, kind = with_times(sequences, months)
    assert kind == "dates"
    assert (timed.times[0] / 86400).tolist() == [0, 31, 90]


@pytest.mark.parametrize("missing", MODES)
def test_long_gaps_do_not_explode(missing):
    X, y, times = make_timed(GRUClassifier, missing)
    times[: N // 2, 3:] += 1e9
    model = GRUClassifier(missing=missing, **{**TINY, "max_epochs": 10}).fit(X, y, times=times)
    times[:, -1] += 1e300
    short = timed_outputs(model, X, times)
    assert np.isfinite(short).all()
    assert np.abs(short).max() < 100


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_typical_step_is_the_median_of_steps_repeated_as_weights_say(data):
    n = data.draw(st.integers(1, 5))
    lists = partial(st.lists, min_size=n, max_size=n)
    gaps = data.draw(lists(st.lists(st.sampled_from([0.0, 0.5, 2.0, 7.0]), max_size=4)))
    weights = np.array(data.draw(lists(st.integers(0, 3))))
    lengths = np.array([len(g) + 1 for g in gaps])
    sequences = Sequences.zero_padded(np.ones((len(lengths), lengths.max(), 1)), lengths)
    timed, _ = with_times(sequences, [np.cumsum([3.0, *g]) for g in gaps])
    positive = sorted(g for gap, w in zip(gaps, weights) for g in gap * w if g > 0)
    expected = positive[(len(positive) - 1) // 2] if positive else 1.0
    assert typical_step(timed, weights.astype(float)) == expected
    if weights.all():
        assert typical_step(timed.take(np.repeat(np.arange(len(lengths)), weights))) == expected


@pytest.mark.parametrize("unit", [0.1, 1 / 3, 1 / 7, 3e-5])
def test_unit_of_weights_does_not_matter_for_the_typical_step(unit):
    gaps = np.repeat([[1.0, 100.0]], 50, axis=0)  # their median is the lower one by a hair
    for n in range(1, len(gaps)):
        sequences = Sequences.of_equal_length(np.ones((n, 3, 1)))
        timed, _ = with_times(sequences, np.insert(gaps[:n].cumsum(axis=1), 0, 0.0, axis=1))
        assert typical_step(timed, np.full(n, unit)) == typical_step(timed) == 1.0


def test_only_the_training_part_is_counted():
    X, y, times = make_timed(GRURegressor, "mask")
    model = GRURegressor(missing="mask", **TINY).fit(X, y, times=times)
    step = model._input.channels_.step_
    steps = np.sort(np.diff(times).ravel())
    assert step == steps[(len(steps) - 1) // 2]
    model.predict(X, times=times * 5)
    model.partial_fit(X, y, times=times * 5)
    assert model._input.channels_.step_ == step
    weight = (np.arange(N) < 10).astype(float)
    weighted = clone(model).fit(X, y, weight, times=times)
    alone = clone(model).fit(X[:10], y[:10], times=times[:10])
    assert weighted._input.channels_.step_ == alone._input.channels_.step_


# Estimators


@each_pair
def test_order_and_company_change_nothing(cls, missing):
    X, y, times = make_timed(cls, missing)
    X, times = [x[i % 5 :] for i, x in enumerate(X)], [t[i % 5 :] for i, t in enumerate(times)]
    model = cls(missing=missing, batch_size=8, **TINY).fit(X, y, times=times)
    together = timed_outputs(model, X, times)
    alone = np.concatenate([timed_outputs(model, [x], [t]) for x, t in zip(X, times)])
    np.testing.assert_allclose(alone, together, rtol=1e-4, atol=1e-5)
    order = np.random.default_rng(0).permutation(N)
    mixed = timed_outputs(model, [X[i] for i in order], [times[i] for i in order])
    np.testing.assert_allclose(mixed, together[order], rtol=1e-4, atol=1e-5)
    assert np.abs(timed_outputs(model, X, [t * 3 for t in times]) - together).max() > 1e-4


@each_pair
def test_copies_and_refits_predict_the_same(cls, missing):
    X, y, times = make_timed(cls, missing)
    model = cls(missing=missing, early_stopping=True, **TINY).fit(X, y, times=times)
    expected = timed_outputs(model, X, times)
    for again in (
        pickle.loads(pickle.dumps(model)),
        deepcopy(model),
        clone(model).fit(X, y, times=times),
    ):
        np.testing.assert_array_equal(timed_outputs(again, X, times), expected)
    single = X.astype(np.float32)
    again = clone(model).fit(single, y, times=times)
    np.testing.assert_allclose(timed_outputs(again, single, times), expected, rtol=1e-3, atol=1e-4)


@each_pair
def test_training_goes_on(cls, missing):
    X, y, times = make_timed(cls, missing)
    options = {"classes": [0, 1]} if cls in CLASSIFIERS else {}
    model = cls(missing=missing, warm_start=True, **TINY)
    first = timed_outputs(model.partial_fit(X, y, times=times, **options), X, times)
    second = timed_outputs(model.partial_fit(X, y, times=times), X, times)
    third = timed_outputs(model.fit(X, y, times=times), X, times)
    assert not np.allclose(first, second)
    assert not np.allclose(second, third)


def test_score_takes_times_and_weights():
    weight = np.linspace(0, 1, N)
    for cls, metric in (
        (GRUClassifier, sklearn.metrics.accuracy_score),
        (GRURegressor, sklearn.metrics.r2_score),
    ):
        X, y, times = make_timed(cls, "mask")
        model = cls(missing="mask", **TINY).fit(X, y, times=times)
        expected = metric(y, model.predict(X, times=times), sample_weight=weight)
        assert model.score(X, y, weight, times=times) == expected
    classifier = LSTMClassifier(missing="mask", **TINY).fit(X, y > 0, times=times)
    assert classifier.predict_proba(X, times=times).shape == (N, 2)


# Errors


X, Y, TIMES = make_timed(GRUClassifier, "error")
SHORT = [x[: 3 + i % 3] for i, x in enumerate(X)]


def changed(times, place, value):
    times = np.array(times)
    times[place] = value
    return times


@pytest.mark.parametrize(
    ("times", "match"),
    [
        (TIMES[:-1], "times holds 39 sequences, but X has 40"),
        (TIMES[:, :-1], r"times has the shape \(6,\) for sequence 0, which has 7 time steps"),
        (TIMES[0], r"times holds 7 sequences"),
        (TIMES[:, :, None], r"times has the shape \(7, 1\) for sequence 0"),
        (changed(TIMES, (3, 4), -1), r"times of sequence 3 decrease at step 4: -1.0 comes after"),
        (changed(TIMES, (3, 0), 1e3), r"times of sequence 3 decrease at step 1: .* after 1000.0"),
        (changed(TIMES, (5, 0), np.nan), "times of sequence 5 are not finite at step 0: nan"),
        (changed(TIMES, (5, 6), np.inf), "times of sequence 5 are not finite at step 6: inf"),
        (
            np.ma.masked_equal(TIMES, TIMES[5, 6]),
            "times of sequence 5 are not finite at step 6: nan",
        ),
        (
            [*TIMES[:5], np.ma.masked_equal(TIMES[5], TIMES[5, 6]), *TIMES[6:]],
            "times of sequence 5 are not finite at step 6: nan",
        ),
        (
            changed(as_dates(TIMES), (2, 1), "NaT"),
            "times of sequence 2 are not finite at step 1: NaT",
        ),
        (changed(as_dates(TIMES), (2, 6), "2020"), "times of sequence 2 decrease at step 6: 2020"),
        ([*TIMES[:-1], as_dates(TIMES[-1])], "times must be all numbers or all dates"),
        (np.full((N, STEPS), "soon"), "times must be all numbers or all dates"),
        (TIMES + 1j, "times must be all numbers or all dates"),
        (3.5, "times is 3.5; expected an array or a list of arrays"),
        (np.full((N, STEPS), np.linspace(-1, 1, STEPS)) * 1.7e308, "too far apart"),
    ],
    ids=range(17),
)
def test_wrong_times_say_what_is_wrong(times, match):
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=match):
        GRUClassifier(**TINY).fit(X, Y, times=times)


def test_wrong_times_of_ragged_sequences():
    times = [t[: len(x)] for x, t in zip(SHORT, TIMES)]
    model = GRUClassifier(**TINY).fit(SHORT, Y, times=times)
    with pytest.raises(ValueError, match=r"times has the shape \(7,\) for sequence 0, which has 3"):
        model.predict(SHORT, times=TIMES)
    times[4] = times[4][::-1]
    with pytest.raises(ValueError, match="times of sequence 4 decrease at step 1"):
        model.predict(SHORT, times=times)


@pytest.mark.parametrize("missing", MODES)
def test_times_at_fit_only_or_at_predict_only(missing):
    timed = GRUClassifier(missing=missing, **TINY).fit(X, Y, times=TIMES)
    plain = GRUClassifier(missing=missing, **TINY).fit(X, Y)
    for method in ("predict", "predict_proba", "decision_function"):
        with pytest.raises(
            ValueError, match="was fitted with times of the time steps, but none came"
        ):
            getattr(timed, method)(X)
        with pytest.raises(
            ValueError, match="times came with X, but GRUClassifier was fitted without"
        ):
            getattr(plain, method)(X, times=TIMES)
    with pytest.raises(ValueError, match="none came with X"):
        timed.score(X, Y)
    with pytest.raises(ValueError, match="none came with X"):
        timed.partial_fit(X, Y)
    with pytest.raises(ValueError, match="fitted without any"):
        plain.partial_fit(X, Y, times=TIMES)
    with pytest.raises(ValueError, match="fitted without any"):
        plain.set_params(warm_start=True).fit(X, Y, times=TIMES)
    plain.set_params(warm_start=False).fit(X, Y, times=TIMES)
    if missing != "error":
        with pytest.raises(ValueError, match="a panel indexed by dates brings its times along"):
            plain.fit(panel(X, TIMES), Y).predict(panel(X, as_dates(TIMES)))


def test_numbers_and_dates_are_not_mixed():
    model = GRUClassifier(**TINY).fit(X, Y, times=TIMES)
    with pytest.raises(
        ValueError, match="times are dates, but GRUClassifier was fitted with numbers"
    ):
        model.predict(X, times=as_dates(TIMES))
    model.fit(X, Y, times=as_dates(TIMES))
    with pytest.raises(ValueError, match="times are numbers, .* fitted with dates.* Pass dates"):
        model.predict(X, times=TIMES)


def test_wrong_time_channels():
    both = with_channel(X, TIMES)
    model = GRUClassifier(time_channel=1, **TINY).fit(both, Y)
    with pytest.raises(ValueError, match=r"given twice: by the keyword, and by time_channel=1"):
        model.predict(both, times=TIMES)
    with pytest.raises(ValueError, match="X has 2 channels .* fitted with 3"):
        model.predict(X)
    with pytest.raises(ValueError, match="times of sequence 0 decrease"):
        model.predict(both[:, ::-1])
    with pytest.raises(ValueError, match="time_channel=0, but .* was fitted with time_channel=1"):
        clone(model).fit(both, Y).set_params(time_channel=0).predict(both)
    named = panel(X, [range(STEPS)] * N)
    with pytest.raises(
        ValueError, match=r"time_channel='t', but the columns of X are \['a', 'b'\]"
    ):
        GRUClassifier(time_channel="t", **TINY).fit(named, Y)


@pytest.mark.parametrize("form", ["multi-index", "frames", "nested"])
def test_dates_in_a_column_are_not_mixed_with_numbers(form):
    """Their units may differ: what was learnt of days would be applied to seconds."""

    def frames(times):
        return [pd.DataFrame({"a": x[:, 0], "t": t}) for x, t in zip(X, times)]

    def as_form(frames):
        if form == "multi-index":
            return pd.concat(frames, keys=range(N))
        return frames if form == "frames" else nested(frames)

    def nested(frames):
        rows = [dict(frame.items()) for frame in frames]
        return pd.DataFrame(rows)

    numbers, dates = frames(TIMES), frames(as_dates(TIMES))
    model = GRUClassifier(time_channel="t", **TINY).fit(as_form(dates), Y)
    assert len(model.predict(as_form(dates))) == N
    with pytest.raises(ValueError, match="times are numbers, .* fitted with dates.* Pass dates"):
        model.predict(as_form(numbers))
    model.fit(as_form(numbers), Y)
    with pytest.raises(ValueError, match="times are dates, .* fitted with numbers"):
        model.predict(as_form(dates))
    if form != "multi-index":
        with pytest.raises(ValueError, match="'t' of X holds dates in some sequences and numbers"):
            model.fit(as_form(dates[:1] + numbers[1:]), Y)


def test_missing_times_in_a_channel_are_refused_where_values_may_be_missing():
    both = with_channel(X, TIMES)
    both[6, 2, 1] = np.nan
    for missing in MODES:
        with pytest.raises(ValueError, match="times of sequence 6 are not finite at step 2"):
            GRUClassifier(missing=missing, time_channel=1, **TINY).fit(both, Y)


def test_failed_fit_leaves_the_estimator_as_it_was():
    model = GRUClassifier(**TINY).fit(X, Y, times=TIMES)
    before = dict(vars(model))
    with pytest.raises(ValueError, match="decrease"):
        model.fit(X, Y, times=TIMES[:, ::-1])
    with pytest.raises(ValueError, match="inconsistent"):
        model.fit(X, Y[:-1])
    assert vars(model) == before


FITTED = {m: GRUClassifier(missing=m, **TINY) for m in MODES}


@pytest.mark.parametrize("missing", MODES)
@given(
    times=st.lists(
        st.lists(st.floats(), min_size=1, max_size=4).map(np.array), min_size=1, max_size=4
    ),
    sort=st.booleans(),
)
@settings(max_examples=50, deadline=None)
def test_any_times_are_read_or_refused(missing, times, sort):
    model = FITTED[missing]
    if not model.__sklearn_is_fitted__():
        model.fit(X, Y, times=TIMES)
    times = [np.sort(t) for t in times] if sort else times
    values = [np.ones((len(t), 2)) for t in times]
    with np.errstate(all="ignore"):
        valid = all(np.isfinite(t).all() and (np.diff(t) >= 0).all() for t in times)
        spans = all(np.isfinite(t - t[0]).all() for t in times)
    if valid and spans:
        assert np.isfinite(model.decision_function(values, times=times)).all()
    else:
        with pytest.raises(ValueError, match="times of"):
            model.decision_function(values, times=times)
