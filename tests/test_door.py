"""The door: every accepted form of the same data is the same Sequences, and the same model."""

from contextlib import contextmanager
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from skrnn import GRUClassifier, GRUTagger, LSTMRegressor
from skrnn._reading import read_sequences
from skrnn._sequences import Sequences
from skrnn.preprocessing import SequenceScaler
from skrnn.preprocessing._scaling import StepScaler

TINY = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}
RNG = np.random.default_rng(0)
N = 8
FLAT = RNG.normal(size=(N, 6))
CHANNELS = RNG.normal(size=(N, 5, 3))
RAGGED = [x[: 1 + i % 5] for i, x in enumerate(CHANNELS)]
NUMBERS = RNG.normal(size=N)
LABELS = np.arange(N) % 3

examples = settings(max_examples=40, deadline=None)


def read(X, n_channels=None):
    return read_sequences(LSTMRegressor(n_channels=n_channels), X, reset=True)


def fitted(X, y=NUMBERS, cls=LSTMRegressor, **parameters):
    return cls(**{**TINY, **parameters}).fit(X, y)


def assert_same(sequences, expected):
    np.testing.assert_array_equal(sequences.values, expected.values)
    np.testing.assert_array_equal(sequences.lengths, expected.lengths)
    assert sequences.values.dtype == expected.values.dtype


# Forms of sequences: each takes a list of arrays (n_timesteps_i, n_channels)


def multi_index(arrays):
    frames = [pd.DataFrame(x) for x in arrays]
    return pd.concat(frames, keys=range(len(arrays)), names=["sequence", "time"])


def two_level_ids(arrays):
    keys = [(i // 3, i % 3) for i in range(len(arrays))]
    return pd.concat([pd.DataFrame(x) for x in arrays], keys=keys)


def nested(arrays, cell=pd.Series):
    return pd.DataFrame([[cell(channel) for channel in x.T] for x in arrays])


def objects(arrays):
    X = np.empty(len(arrays), dtype=object)
    X[:] = arrays
    return X


PANELS = {
    "list": list,
    "tuple": tuple,
    "object array": objects,
    "list of tensors": lambda arrays: [torch.tensor(x, requires_grad=True) for x in arrays],
    "multi-index": multi_index,
    "multi-index of two levels and time": two_level_ids,
    "nested frame": nested,
    "nested frame of arrays": partial(nested, cell=np.asarray),
    "df-list": lambda arrays: [pd.DataFrame(x) for x in arrays],
}
EQUAL_LENGTHS = {
    "array": np.stack,
    "Fortran array": lambda arrays: np.asfortranarray(np.stack(arrays)),
    "tensor": lambda arrays: torch.tensor(np.stack(arrays)),
    "nested lists": lambda arrays: np.stack(arrays).tolist(),
}
ONE_CHANNEL = {
    "flat list of tensors": lambda arrays: [torch.tensor(x[:, 0]) for x in arrays],
    "flat list": lambda arrays: [x[:, 0] for x in arrays],
    "flat object array": lambda arrays: objects([x[:, 0] for x in arrays]),
}
TABLES = {
    "array": np.asarray,
    "DataFrame": pd.DataFrame,
    "lists": np.ndarray.tolist,
    "tensor": torch.tensor,
    "objects": lambda table: table.astype(object),
    "nullable": lambda table: pd.DataFrame(table).astype("Float64"),
}


def each(forms):
    return pytest.mark.parametrize("form", forms.values(), ids=forms)


@each(PANELS | EQUAL_LENGTHS | ONE_CHANNEL)
def test_forms_of_one_channel_are_the_same(form):
    expected = read(FLAT)
    assert_same(read(form(list(FLAT[:, :, None]))), expected)


@each(TABLES)
def test_forms_of_a_table_are_the_same(form):
    expected = Sequences(FLAT[:, :, None], np.full(N, 6))
    assert_same(read(form(FLAT)), expected)


@each(PANELS | EQUAL_LENGTHS)
def test_forms_of_many_channels_are_the_same(form):
    assert_same(read(form(list(CHANNELS))), Sequences(CHANNELS, np.full(N, 5)))


@each(TABLES)
def test_tables_of_many_channels_are_time_major(form):
    table = form(CHANNELS.reshape(N, -1))
    assert_same(read(table, n_channels=3), Sequences(CHANNELS, np.full(N, 5)))


@each(PANELS)
def test_forms_of_ragged_sequences_are_the_same(form):
    values = CHANNELS.copy()
    lengths = 1 + np.arange(N) % 5
    values[np.arange(5) >= lengths[:, None]] = 0
    assert_same(read(form(RAGGED)), Sequences(values, lengths))


@each(ONE_CHANNEL)
def test_flat_ragged_sequences(form):
    expected = read([x[:, :1] for x in RAGGED])
    assert_same(read(form(RAGGED)), expected)


@pytest.mark.parametrize("mtype", ["pd-multiindex", "nested_univ", "df-list"])
def test_panels_as_sktime_makes_them(mtype):
    from sktime.datatypes import convert_to

    panel = convert_to(CHANNELS.swapaxes(1, 2), mtype)  # numpy3D is (n, channels, time)
    assert_same(read(panel), read(CHANNELS))


@each(PANELS | EQUAL_LENGTHS | ONE_CHANNEL | {"table": lambda x: np.stack(x)[:, :, 0]})
def test_forms_train_the_same_model(form):
    X = list(FLAT[:, :, None])
    model = fitted(FLAT)
    other = fitted(form(X))
    np.testing.assert_array_equal(other.predict(form(X)), model.predict(FLAT))
    np.testing.assert_array_equal(other.predict(FLAT), model.predict(FLAT))
    np.testing.assert_array_equal(model.predict(form(X)), model.predict(FLAT))


@each(PANELS)
def test_forms_train_the_same_model_on_ragged_sequences(form):
    model = fitted(RAGGED, LABELS, GRUClassifier, batch_size=4)
    other = fitted(form(RAGGED), LABELS, GRUClassifier, batch_size=4)
    np.testing.assert_array_equal(other.predict_proba(form(RAGGED)), model.predict_proba(RAGGED))


def test_table_with_channels_trains_the_model_of_the_array():
    table = CHANNELS.reshape(N, -1)
    from_table, from_array = fitted(table, n_channels=3), fitted(CHANNELS)
    expected = from_array.predict(CHANNELS)
    np.testing.assert_array_equal(from_table.predict(table), expected)
    np.testing.assert_array_equal(from_table.predict(CHANNELS), expected)
    np.testing.assert_array_equal(from_table.predict(list(CHANNELS)), expected)


def test_sequences_of_other_lengths_at_predict():
    model = fitted(CHANNELS)
    one_by_one = [model.predict([x]) for x in RAGGED]
    np.testing.assert_allclose(model.predict(RAGGED), np.concatenate(one_by_one))
    assert model.predict(CHANNELS[:, :2]).shape == (N,)


def test_arrays_in_a_list_are_sequences_and_lists_in_a_list_are_rows():
    arrays = [np.array([[1.0, 2.0, 3.0]]), np.array([[4.0, 5.0, 6.0]])]
    assert read(arrays).values.shape == (2, 1, 3)
    assert read([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).values.shape == (2, 3, 1)
    assert read([np.arange(6.0)] * 2, n_channels=None).values.shape == (2, 6, 1)
    with pytest.raises(ValueError, match="X has 1 channels at each time step, but n_channels=2"):
        read([np.arange(6.0)] * 2, n_channels=2)


def test_rows_of_a_panel_may_be_interleaved():
    index = pd.MultiIndex.from_tuples([("b", 0), ("a", 0), ("b", 1), ("a", 1), ("a", 2)])
    sequences = read(pd.DataFrame({"value": [1.0, 10.0, 2.0, 20.0, 30.0]}, index=index))
    # in the order in which they first come
    np.testing.assert_array_equal(sequences.values[:, :, 0], [[1, 2, 0], [10, 20, 30]])
    np.testing.assert_array_equal(sequences.lengths, [2, 3])


@given(data=st.data())
@examples
def test_shuffled_sequences_of_a_panel(data):
    owners = np.array(data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=12)))
    times = [int((owners[:i] == owner).sum()) for i, owner in enumerate(owners)]
    values = np.arange(len(owners)) + 1.0
    panel = pd.DataFrame({"v": values}, index=pd.MultiIndex.from_arrays([owners, times]))
    by_first_row = list(dict.fromkeys(owners.tolist()))
    assert_same(read(panel), read([values[owners == owner] for owner in by_first_row]))


@pytest.mark.parametrize(
    ("cls", "form"),
    [
        (GRUClassifier, multi_index),
        (LSTMRegressor, multi_index),
        (LSTMRegressor, two_level_ids),
        (GRUTagger, multi_index),
    ],
)
def test_names_of_targets_and_weights_are_in_the_order_of_the_panel(cls, form):
    panel = form(RAGGED)
    names = panel.index.droplevel(-1).unique()
    y = {GRUClassifier: LABELS, LSTMRegressor: NUMBERS}.get(cls)
    y = pd.Series([np.arange(len(x)) % 2 for x in RAGGED] if y is None else y, index=names)
    weight = pd.Series(np.ones(N), index=names)
    model = cls(**TINY).fit(panel, y, weight)
    model.fit(panel, y.reset_index(drop=True).set_axis([f"row {i}" for i in range(N)]))
    order = "The index of {0} names the sequences of X in another order: .* Give {0} the order of X"
    for call in (model.fit, model.score, *([model.partial_fit] if cls is LSTMRegressor else [])):
        with pytest.raises(ValueError, match=order.format("y")):
            call(panel, y[::-1])
        with pytest.raises(ValueError, match=order.format("sample_weight")):
            call(panel, y, sample_weight=weight[::-1])
        call(panel, y[::-1].loc[panel.index.droplevel(-1).unique()])


def test_rows_of_a_panel_are_in_the_order_of_time():
    index = pd.MultiIndex.from_tuples([("a", 1), ("a", 0), ("b", 0), ("b", 1)])
    panel = pd.DataFrame({"value": [2.0, 1.0, 3.0, 4.0]}, index=index)
    try:
        values = read(panel).values[:, :, 0]
    except ValueError as error:
        assert "time" in str(error)  # noqa: PT017
    else:
        np.testing.assert_array_equal(values, [[1, 2], [3, 4]])


def test_channels_of_frames_in_a_list_are_known_by_name():
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    try:
        values = read([frame, frame[["b", "a"]]]).values
    except ValueError as error:
        assert "columns" in str(error)  # noqa: PT017
    else:
        np.testing.assert_array_equal(values[0], values[1])


def test_channels_of_a_panel_are_known_by_name_at_predict():
    panel = multi_index(RAGGED).add_prefix("channel ")
    model = fitted(panel)
    assert list(model.feature_names_in_) == list(panel.columns)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(panel[panel.columns[::-1]])


# Precision


@each({"list": list} | {"array": np.stack, "table": lambda x: np.stack(x)[:, :, 0]})
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int64, np.float64),
        (np.uint8, np.float64),
        (np.float16, np.float64),
        (bool, np.float64),
        (object, np.float64),
        (">f8", np.float64),
    ],
    ids=str,
)
def test_precision_of_the_input_is_kept(form, given, kept):
    assert read(form(list((FLAT[:, :, None] * 9).astype(given)))).values.dtype == kept


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_of_frames_is_kept(dtype):
    arrays = [x.astype(dtype) for x in RAGGED]
    assert read(multi_index(arrays)).values.dtype == dtype
    assert read(nested(arrays)).values.dtype == dtype
    assert read(pd.DataFrame(FLAT.astype(dtype))).values.dtype == dtype


# pandas' own types of numbers

GAPS = {"a": [1.0, None, 3.0] * 4, "b": [1.0, 2.0, 3.0] * 4, "c": [None, 1.0, 0.0] * 4}
GAPS = pd.DataFrame(GAPS, index=pd.MultiIndex.from_product([range(4), range(3)]))
OWN_TYPES = ["Int64", "UInt8", "Float32", "Float64", "int16[pyarrow]", "double[pyarrow]", "mixed"]


def of_own_type(frame, dtype):
    if dtype == "mixed":
        return frame.astype({"a": "Int64", "c": "boolean"})
    return frame.astype(dtype)


@each(
    {
        "multi-index": lambda frame: frame,
        "frames": lambda frame: [rows.droplevel(0) for _, rows in frame.groupby(level=0)],
        "nested": lambda frame: pd.DataFrame(
            {c: [rows for _, rows in frame[c].groupby(level=0)] for c in frame}
        ),
    }
)
@pytest.mark.parametrize("dtype", OWN_TYPES)
def test_missing_values_of_pandas_own_types(form, dtype):
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow")
    expected, X = form(GAPS), form(of_own_type(GAPS, dtype))
    reader = SequenceScaler().fit(expected)  # takes missing values
    kept = np.float32 if dtype == "Float32" else np.float64
    found = read_sequences(SequenceScaler(), X, reset=True)
    assert_same(found, read_sequences(SequenceScaler(), GAPS.astype(kept), reset=True))
    for scaled, other in zip(reader.transform(X), reader.transform(expected)):
        np.testing.assert_allclose(scaled, other, atol=1e-6)
    with pytest.raises(ValueError, match="contains NaN, first in sequence 0. .*\n.*='mask'"):
        fitted(X, LABELS[:4], GRUClassifier)
    fitted(X, LABELS[:4], GRUClassifier, missing="mask").predict(expected)


def test_whole_numbers_of_pandas_own_types_stay_labels():
    labels = pd.DataFrame({"y": [1, 2, 2] * 4}, index=GAPS.index)
    tagger = GRUTagger(**TINY).fit(GAPS[["b"]], labels.astype("Int64"))
    assert tagger.classes_.dtype.kind == "i"
    gaps = labels.astype("Int64")
    gaps.iloc[1] = pd.NA
    with pytest.raises(ValueError, match="y has no label at step 1 of sequence 0"):
        tagger.fit(GAPS[["b"]], gaps)


def with_days(dtype):
    """One channel, and a column with the days of the steps: as seconds, and of a type."""
    days = GAPS.index.get_level_values(1)
    start = pd.Timedelta(0) if dtype.startswith(("timedelta", "duration")) else pd.Timestamp("2024")
    dates = pd.Series(start + pd.to_timedelta(days, "D"), GAPS.index).astype(dtype)
    return GAPS[["b"]].assign(t=86400.0 * days), GAPS[["b"]].assign(t=dates)


@pytest.mark.parametrize(
    "dtype",
    ["datetime64[ns]", "timestamp[ns][pyarrow]", "timedelta64[ns]", "duration[ns][pyarrow]"],
)
def test_dates_and_durations_of_pandas_own_types_are_times(dtype):
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow")
    numbers, dates = with_days(dtype)
    model = fitted(numbers, NUMBERS[:4], time_channel="t")
    dated = fitted(dates, NUMBERS[:4], time_channel="t")
    np.testing.assert_array_equal(dated.predict(dates), model.predict(numbers))


@pytest.mark.parametrize("dtype", ["datetime64[ns]", "timedelta64[ns]"])
def test_dates_and_durations_in_cells_of_arrays_are_times(dtype):
    numbers, dates = with_days(dtype)
    cells = pd.DataFrame(
        [{c: rows[c].to_numpy() for c in rows} for _, rows in dates.groupby(level=0)]
    )
    model = fitted(numbers, NUMBERS[:4], time_channel="t")
    dated = fitted(cells, NUMBERS[:4], time_channel="t")
    np.testing.assert_array_equal(dated.predict(cells), model.predict(numbers))


def test_mixed_precision_in_a_list_is_the_higher_one():
    assert read([np.ones(2, np.float32), np.ones(3)]).values.dtype == np.float64


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2)], ids=str)
def test_precision_of_a_tensor_is_kept(shape):
    assert read(torch.ones(shape, dtype=torch.float32)).values.dtype == np.float32


def test_precision_does_not_change_what_is_read():
    np.testing.assert_array_equal(read(FLAT.astype(np.float32)).values[:, :, 0], np.float32(FLAT))


# Attributes


@pytest.mark.parametrize(
    ("X", "n_channels", "expected"),
    [
        (FLAT, None, 6),
        (FLAT.tolist(), None, 6),
        (pd.DataFrame(FLAT), None, 6),
        (FLAT, 2, 6),
        (CHANNELS, None, 3),
        (CHANNELS, 3, 3),
        (RAGGED, None, 3),
        (list(FLAT), None, 1),
        (multi_index(RAGGED), None, 3),
        (nested(RAGGED), None, 3),
    ],
    ids=[
        "table",
        "lists",
        "frame",
        "2 channels",
        "3D",
        "3D, given",
        "list",
        "flat",
        "multi",
        "nest",
    ],
)
def test_number_of_features(X, n_channels, expected):
    model = fitted(X, n_channels=n_channels)
    assert model.n_features_in_ == expected
    assert not hasattr(model, "feature_names_in_")


def test_number_of_features_follows_a_new_fit():
    model = fitted(FLAT)
    assert model.fit(CHANNELS, NUMBERS).n_features_in_ == 3
    assert model.fit(FLAT, NUMBERS).n_features_in_ == 6


NAMED = pd.DataFrame(FLAT, columns=list("abcdef"))


@pytest.mark.parametrize("fit", ["fit", "partial_fit"])
def test_names_of_columns_are_remembered(fit):
    model = getattr(LSTMRegressor(**TINY), fit)(NAMED, NUMBERS)
    assert list(model.feature_names_in_) == list("abcdef")
    model.predict(NAMED)


def test_names_of_columns_of_a_classifier_are_remembered():
    model = fitted(NAMED, LABELS, GRUClassifier)
    assert list(model.feature_names_in_) == list("abcdef")


def test_columns_in_another_order():
    model = fitted(NAMED)
    with pytest.raises(ValueError, match="Feature names must be in the same order"):
        model.predict(NAMED[list("fedcba")])
    with pytest.raises(ValueError, match="feature names should match.*\n.*unseen at fit"):
        model.predict(NAMED.rename(columns={"a": "z"}))


def test_array_after_a_frame_with_names():
    model = fitted(NAMED)
    with pytest.warns(UserWarning, match="X does not have valid feature names, but LSTMRegressor"):
        model.predict(FLAT)


def test_names_after_an_array():
    with pytest.warns(UserWarning, match="X has feature names, but LSTMRegressor was fitted wi"):
        fitted(FLAT).predict(NAMED)


@pytest.mark.parametrize(
    "X", [CHANNELS, RAGGED, FLAT, pd.DataFrame(FLAT)], ids=lambda X: type(X).__name__
)
def test_names_are_forgotten_by_a_new_fit_without_them(X):
    model = fitted(NAMED).fit(X, NUMBERS)
    assert not hasattr(model, "feature_names_in_")
    model.predict(X)


def test_columns_named_by_numbers_are_no_names():
    X = pd.DataFrame(FLAT, columns=range(10, 16))
    model = fitted(X)
    assert not hasattr(model, "feature_names_in_")
    np.testing.assert_array_equal(model.predict(X), model.predict(FLAT))


def test_columns_named_by_words_and_numbers():
    with pytest.raises(
        TypeError, match=r"only supported if all .* string names, .*\['int', 'str'\]"
    ):
        fitted(pd.DataFrame(FLAT, columns=["a", *range(5)]))


# Input is not touched


@contextmanager
def all_warnings_of_torch():
    """Torch gives most warnings once in a process only."""
    before = torch.is_warn_always_enabled()
    torch.set_warn_always(True)
    try:
        yield
    finally:
        torch.set_warn_always(before)


def read_only(X):
    for x in [X] if isinstance(X, np.ndarray) else X:
        x.flags.writeable = False
    return X


FORMS = {
    "table": FLAT.copy,
    "array": CHANNELS.copy,
    "single precision": lambda: CHANNELS.astype(np.float32),
    "list": lambda: [x.copy() for x in RAGGED],
}


@each(FORMS)
@pytest.mark.parametrize("batch_size", [4, 32])
def test_read_only_input(form, batch_size):
    y, weight = read_only(NUMBERS.copy()), read_only(np.linspace(1, 2, N))
    X = read_only(form())
    with all_warnings_of_torch():
        model = LSTMRegressor(**TINY, batch_size=batch_size).fit(X, y, weight)
        model.partial_fit(X, y).predict(X)


@pytest.mark.parametrize(
    "X", [read_only(CHANNELS.copy()), CHANNELS[:, ::-1]], ids=["read-only", "negative strides"]
)
def test_memory_that_torch_cannot_share(X):
    with all_warnings_of_torch():
        fitted(X, standardize=False).predict(X)


@each(FORMS)
@pytest.mark.parametrize("standardize", [True, False])
def test_input_is_not_modified(form, standardize):
    X, y, weight = form(), NUMBERS.copy(), np.linspace(1, 2, N)
    model = LSTMRegressor(**TINY, standardize=standardize).fit(X, y, weight)
    model.partial_fit(X, y, weight).predict(X)
    for x, original in zip(X, form()):
        np.testing.assert_array_equal(x, original)
    np.testing.assert_array_equal(y, NUMBERS)
    np.testing.assert_array_equal(weight, np.linspace(1, 2, N))


# Sequences


values_of = st.floats(-1e6, 1e6, width=32)


@st.composite
def sequence_lists(draw, elements=values_of, max_channels=3):
    n_channels = draw(st.integers(1, max_channels))
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=6))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    return [draw(arrays(dtype, (n, n_channels), elements=elements)) for n in lengths]


@given(sequence_lists())
@examples
def test_sequences_give_back_what_was_read(given):
    sequences = read(given)
    assert len(sequences) == len(given)
    assert sequences.n_timesteps == max(map(len, given))
    assert sequences.n_channels == given[0].shape[1]
    assert sequences.is_ragged == (len(set(map(len, given))) > 1)
    assert sequences.values.dtype == given[0].dtype
    for x, values, length in zip(given, sequences.values, sequences.lengths):
        np.testing.assert_array_equal(values[:length], x)
        assert not values[length:].any()


@given(sequence_lists(), st.data())
@examples
def test_mask_and_selection_of_sequences(given, data):
    sequences = read(given)
    assert sequences.valid().shape == sequences.values.shape[:2]
    np.testing.assert_array_equal(sequences.valid().sum(1), sequences.lengths)
    np.testing.assert_array_equal(sequences.values[sequences.valid()], np.concatenate(given))
    index = data.draw(st.lists(st.integers(0, len(given) - 1), min_size=1, max_size=8))
    taken = sequences.take(index)
    for i, values, length in zip(index, taken.values, taken.lengths):
        np.testing.assert_array_equal(values[:length], given[i])


@given(sequence_lists())
@examples
def test_panels_of_any_sequences_are_the_same(given):
    expected = read(given)
    for form in PANELS.values():
        assert_same(read(form(given)), expected)


@given(arrays(np.float64, array_shapes(min_dims=3, max_dims=3, max_side=5), elements=values_of))
@examples
def test_arrays_are_read_as_they_are(X):
    expected = Sequences.of_equal_length(X)
    assert not expected.is_ragged
    assert expected.valid().all()
    assert_same(read(X), expected)
    assert_same(read(list(X)), expected)
    assert_same(read(X.reshape(len(X), -1), n_channels=X.shape[2]), expected)


# StepScaler


whole = st.integers(-50, 50).map(float)  # no spread between none and a clear one


@given(sequence_lists(elements=whole), st.data())
@examples
def test_scaler_knows_valid_steps_only(given, data):
    weights = data.draw(
        st.none()
        | st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0]), min_size=len(given), max_size=len(given))
    )
    if weights is not None and not any(weights):
        weights[0] = 1.0
    steps = np.concatenate(given).astype(np.float64)
    of_steps = np.repeat(np.ones(len(given)) if weights is None else weights, list(map(len, given)))
    mean = np.average(steps, axis=0, weights=of_steps)
    std = np.sqrt(np.average((steps - mean) ** 2, axis=0, weights=of_steps))
    std[std < 1e-9] = 1.0  # constant channels are centred only

    sequences = read(given)
    scaled = (
        StepScaler()
        .fit(sequences, None if weights is None else np.array(weights))
        .transform(sequences)
    )

    np.testing.assert_allclose(scaled.values[scaled.valid()], (steps - mean) / std, atol=1e-9)
    assert not scaled.values[~scaled.valid()].any()
    assert scaled.values.dtype == np.float64
    np.testing.assert_array_equal(scaled.lengths, sequences.lengths)


def test_scaler_leaves_its_input_alone():
    sequences = read(RAGGED)
    before = sequences.values.copy()
    StepScaler().fit(sequences).transform(sequences)
    np.testing.assert_array_equal(sequences.values, before)


def test_scaler_uses_what_it_was_fitted_on():
    scaler = StepScaler().fit(read(CHANNELS))
    shifted = scaler.transform(read([x + 10.0 for x in RAGGED]))
    expected = (RAGGED[-1] + 10.0 - CHANNELS.mean((0, 1))) / CHANNELS.std((0, 1))
    np.testing.assert_allclose(shifted.values[-1, : len(expected)], expected)


@pytest.mark.parametrize("level", [0.0, 0.1, 1e6 + 0.1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weights", [None, np.linspace(0.1, 1, N)], ids=["plain", "weighted"])
def test_scaler_centres_constant_channels(level, dtype, weights):
    X = CHANNELS.astype(dtype)
    X[:, :, 1] = level
    sequences = read(X)
    scaled = StepScaler().fit(sequences, weights).transform(sequences).values
    np.testing.assert_allclose(scaled[:, :, 1], 0, atol=1e-9)
    assert 0.5 < scaled[:, :, 0].std() < 2


def test_scaler_keeps_precision_around_large_values():
    spread = RNG.normal(size=(50, 20, 1))
    sequences = read(1e6 + spread)
    scaled = StepScaler().fit(sequences).transform(sequences).values
    np.testing.assert_allclose(scaled, (spread - spread.mean()) / spread.std(), atol=1e-8)


def test_model_keeps_precision_around_large_values():
    shifted = fitted(CHANNELS + 1e6, NUMBERS + 1e6, batch_size=4)
    plain = fitted(CHANNELS, NUMBERS, batch_size=4)
    assert next(plain.net_.module_.parameters()).dtype == torch.float32
    np.testing.assert_allclose(
        shifted.predict(CHANNELS + 1e6) - 1e6, plain.predict(CHANNELS), atol=1e-5
    )
