"""Wrong inputs: each says what was expected, what came and what to do, and changes nothing."""

from contextlib import contextmanager
from copy import deepcopy
from functools import cache, partial

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import torch
from sklearn.base import is_regressor
from sklearn.exceptions import NotFittedError
from skorch.callbacks import (
    BatchScoring,
    Callback,
    Checkpoint,
    EarlyStopping,
    EpochScoring,
    LRScheduler,
    PassthroughScoring,
)

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMRegressor,
    RecurrentClassifier,
    RecurrentRegressor,
    RecurrentTagger,
)
from tests.conftest import outputs

TINY = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}
RNG = np.random.default_rng(0)
N = 8
TABLE = RNG.normal(size=(N, 6))
ARRAY = RNG.normal(size=(N, 5, 2))
LIST = [x[: 2 + i % 4] for i, x in enumerate(ARRAY)]
LABELS = np.arange(N) % 2
NUMBERS = RNG.normal(size=N)


def spoilt(X, value):
    """A copy of X with one value of sequence 3 replaced."""
    X = deepcopy(X)
    X[3][1] = value
    return X


def index(*sequence_ids, n_steps=2):
    return pd.MultiIndex.from_product([sequence_ids, range(n_steps)])


def make(cls, parameters=None):
    return cls(**{**TINY, **(parameters or {})})


@cache
def trained(cls, form="table", n_channels=None):
    """A fitted model; copy it before changing it."""
    X = {"table": TABLE, "3D": ARRAY, "list": LIST}[form]
    return make(cls, {"n_channels": n_channels}).fit(X, NUMBERS if is_regressor(cls()) else LABELS)


@contextmanager
def unchanged(model):
    """Attributes and outputs of a model fitted on a table are the same after as before."""
    attributes, before = dict(vars(model)), outputs(model, TABLE)
    yield
    assert set(vars(model)) == set(attributes)
    assert all(vars(model)[name] is value for name, value in attributes.items())
    np.testing.assert_array_equal(outputs(model, TABLE), before)


# The table: input of fit that is wrong, and what is said about it


def row(
    what,
    match,
    X=TABLE,
    y=None,
    *,
    on=None,
    weight=None,
    parameters=None,
    error=ValueError,
):
    """One wrong fit: of a classifier on LABELS unless y is given, of a regressor if it is."""
    cls = on or (GRUClassifier if y is None else LSTMRegressor)
    y = LABELS if y is None else y
    return pytest.param(cls, parameters or {}, (X, y, weight), error, match, id=what)


NOT_FINITE = [
    row(
        "NaN in a table",
        r"X contains NaN, first in sequence 3.*\nWith missing='mask' .*, GRUClassifier reads NaN",
        spoilt(TABLE, np.nan),
    ),
    row("infinity in a table", "X contains infinity", spoilt(TABLE, -np.inf)),
    row("NaN in 3D", "X contains NaN", spoilt(ARRAY, np.nan)),
    row("infinity in 3D", "X contains infinity", spoilt(ARRAY, np.inf)),
    row(
        "NaN in a list", "X contains NaN, first in sequence 3. Drop or impute", spoilt(LIST, np.nan)
    ),
    row("infinity in a list", "X contains infinity, first in sequence 3", spoilt(LIST, np.inf)),
    row(
        "NaN in a multi-index panel",
        "X contains NaN, first in sequence 1",
        pd.DataFrame({"a": [1.0, 2.0, 3.0, np.nan]}, index=index("x", "y")),
        [1, 2],
    ),
]

SHAPES = [
    row(
        "columns and channels",
        r"X has 6 columns, which is not a multiple of n_channels=4. A row must hold "
        r"n_timesteps \* n_channels numbers, all channels of the first step first",
        parameters={"n_channels": 4},
    ),
    row(
        "n_channels against 3D",
        "X has 2 channels at each time step, but n_channels=3. .* for 2D input only; leave it out",
        ARRAY,
        parameters={"n_channels": 3},
    ),
    row(
        "n_channels against a list",
        "X has 2 channels at each time step, but n_channels=1.",
        LIST,
        parameters={"n_channels": 1},
    ),
    row(
        "channels differ",
        "Sequence 2 has 3 channels, but sequence 0 has 2. All sequences must have the same",
        [np.ones((3, 2)), np.ones((4, 2)), np.ones((3, 3))],
        [1, 2, 3],
    ),
    row(
        "flat sequence beside one of two channels",
        "Sequence 1 has 1 channels, but sequence 0 has 2",
        [np.ones((3, 2)), np.ones(3)],
        [1, 2],
    ),
    row(
        "list after array",
        r"item 1 is a list. Every item must be an ndarray of shape \(n_timesteps, n_channels\)",
        [np.ones(3), [1, 2, 3]],
        [1, 2],
    ),
    row("array after list", "item 0 is a list. Every item", [[1, 2, 3], np.ones(3)], [1, 2]),
    row(
        "DataFrame beside array",
        "item 0 is a DataFrame. Every item must be an ndarray",
        [pd.DataFrame(np.ones((3, 1))), np.ones((3, 1))],
        [1, 2],
    ),
    row(
        "3D array in a list",
        r"Sequence 1 has the shape \(3, 1, 1\); expected \(n_timesteps, n_channels\) or",
        [np.ones((3, 1)), np.ones((3, 1, 1))],
        [1, 2],
    ),
    row("number in a list", r"Sequence 0 has the shape \(\); expected", [np.array(1.0)], [1]),
    row("1D", "Expected 2D array, got 1D array.*\n.*\nReshape your data", np.ones(N)),
    row("1D list", "Expected 2D array, got 1D array", [1.0, 2.0, 3.0], [1, 2, 3]),
    row("Series", "Expected a 2-dimensional container but got .*Series", pd.Series(np.ones(N))),
    row("number", "Expected 2D array, got scalar array", 3.0),
    row(
        "4D",
        r"X has 4 dimensions, but GRUClassifier expects 2 \(n_samples, n_timesteps\), 3 "
        r"\(n_samples, n_timesteps, n_channels\), or a list of arrays",
        np.ones((N, 2, 2, 2)),
    ),
    row("4D nested lists", "X has 4 dimensions", np.ones((N, 2, 2, 2)).tolist()),
    row(
        "channels of a nested row",
        r"channels of row 1 have different lengths \(2, 1\); all channels .* same time steps",
        pd.DataFrame(
            {
                "a": [pd.Series([1.0, 2.0]), pd.Series([1.0, 2.0])],
                "b": [pd.Series([1.0, 2.0]), pd.Series([1.0])],
            }
        ),
        [1, 2],
    ),
    row(
        "lists of different lengths",
        "different lengths.*(array|ndarray)",
        [[1.0, 2.0], [1.0, 2.0, 3.0]],
        [1, 2],
    ),
    row(
        "tensors of no dimension",
        r"Sequence 0 has the shape \(\); expected \(n_timesteps, n_channels\)",
        [torch.tensor(1.0), torch.tensor(2.0)],
        [1, 2],
    ),
    row(
        "nested lists of different lengths",
        r"items \(list\) have different lengths: \[1, 2\]. .* a list of ndarrays",
        [[[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0]]],
        [1, 2],
    ),
    row(
        "nested lists of different channels",
        r"type list at \[0, 0\], where a number .* the same channels at all time steps",
        [[[1.0, 2.0], [3.0]], [[1.0, 2.0], [3.0, 4.0]]],
        [1, 2],
    ),
    row(
        "list beside a number",
        r"type list at \[1\], where a number is expected. .* a list of ndarrays",
        [1.0, [2.0, 3.0]],
        [1, 2],
    ),
    row(
        "object array of lists",
        r"type list at \[0\], where a number is expected. .* a list of ndarrays",
        pd.Series([[1.0, 2.0], [3.0]]).to_numpy(),
        [1, 2],
    ),
    row(
        "Series of arrays",
        r"type ndarray at \[0\], where a number is expected. .* a list of ndarrays",
        pd.Series([np.ones(2), np.ones(1)]),
        [1, 2],
    ),
    row(
        "DataFrame of lists",
        r"type list at \[0, 1\], where a number is expected. .* X.map\(np.asarray\)",
        pd.DataFrame({"a": [1.0, 2.0], "b": [[1.0, 2.0], [3.0]]}),
        [1, 2],
    ),
    row(
        "number in a nested frame",
        "row 1|Series",
        pd.DataFrame({"a": [pd.Series([1.0, 2.0]), 3.0]}),
        [1, 2],
    ),
    row(
        "number beside a nested column",
        r"type Series at \[0, 1\], where a number is expected. .* X.map\(np.asarray\)",
        pd.DataFrame({"a": [1.0, 2.0], "b": [pd.Series([1.0, 2.0]), pd.Series([1.0, 2.0])]}),
        [1, 2],
    ),
    row(
        "dates in a table",
        "Column 'b' of X holds dates, where numbers are expected. .*pass them as times",
        pd.DataFrame({"a": [1.0, 2.0], "b": pd.to_datetime(["2024", "2025"])}),
        [1, 2],
    ),
    row(
        "dates in a panel",
        "Column 'b' of X holds dates, where numbers are expected. .*pass time_channel='b'",
        pd.DataFrame(
            {"a": [1.0, 2.0], "b": pd.to_datetime(["2024", "2025"])},
            index=pd.MultiIndex.from_tuples([(0, 0), (1, 0)]),
        ),
        [1, 2],
    ),
    row(
        "dates in a nested panel",
        "Column 'b' of X holds dates, where numbers are expected. .*pass time_channel='b'",
        pd.DataFrame({"a": [pd.Series([1.0])] * 2, "b": [pd.Series(pd.to_datetime(["2024"]))] * 2}),
        [1, 2],
    ),
    row(
        "durations in a table",
        "Column 'b' of X holds dates, where numbers are expected. .*pass them as times",
        pd.DataFrame({"a": [1.0, 2.0], "b": pd.to_timedelta([1, 2], "D")}),
        [1, 2],
    ),
    row(
        "dates in arrays of a nested panel",
        "Column 'b' of X holds dates, where numbers are expected. .*pass time_channel='b'",
        pd.DataFrame({"a": [np.ones(1)] * 2, "b": [np.array(["2024"], "datetime64[s]")] * 2}),
        [1, 2],
    ),
    *(
        row(
            f"{what} of {kind}",
            "X holds dates, where numbers are expected. .*pass them as times; else leave them out",
            X,
            [1, 2],
        )
        for kind, dates in (
            ("dates", np.array([["2024-01", "2024-02"], ["2024-01", "NaT"]], "datetime64[ns]")),
            ("durations", np.array([[1, 2], [1, 3]], "timedelta64[s]")),
        )
        for what, X in (
            ("table", dates),
            ("3D array", dates[:, :, None]),
            ("list", list(dates)),
            ("nested lists", [list(row) for row in dates]),
            ("list beside numbers", [np.ones(2), dates[1]]),
        )
    ),
    row(
        "bfloat16",
        "X is a tensor of torch.bfloat16, a type that NumPy does not have. .*float",
        torch.ones(2, 3, dtype=torch.bfloat16),
        [1, 2],
    ),
    row(
        "masked values",
        "Input X contains NaN, first in sequence 1",
        np.ma.masked_array(np.ones((2, 3, 1)), mask=[[[0]] * 3, [[0], [1], [0]]]),
        [1, 2],
    ),
    row(
        "masked values in a list",
        "Input X contains NaN, first in sequence 1",
        [np.ones(2), np.ma.masked_array([1, 2, 3], mask=[0, 1, 0])],
        [1, 2],
    ),
    row(
        "targets that overflow",
        "y is too large to be standardised: .* Divide it by a constant",
        y=NUMBERS * 1e200,
    ),
    row(
        "weights that overflow",
        "sample_weight is too large: the sum of the weights is not finite. .* divide them",
        weight=np.full(N, 1e308),
    ),
    row(
        "class weights of columns for one column",
        "class_weight is a list, .* but y is one column of classes; expected one dict",
        on=GRUClassifier,
        parameters={"class_weight": [{0: 1, 1: 2}]},
    ),
    row(
        "missing id in a multi-index",
        "(?i)missing|NaN|null",
        pd.DataFrame({"a": [1.0, 2.0]}, index=pd.MultiIndex.from_tuples([("x", 0), (None, 0)])),
        [1, 2],
    ),
    row(
        "missing time in a multi-index",
        r"no time in row 1, \('x', nan\); the last level must say when each step was. Drop",
        pd.DataFrame({"a": [1.0, 2.0]}, index=pd.MultiIndex.from_tuples([("x", 0), ("x", None)])),
        [1],
    ),
]

EMPTY = [
    row("no rows", r"0 sample\(s\) \(shape=\(0, 6\)\) while a minimum of 1", TABLE[:0], []),
    row("no sequences in 3D", r"0 sample\(s\) \(shape=\(0, 5, 2\)\)", ARRAY[:0], []),
    row("empty list", "Expected 2D array, got 1D array", [], []),
    row("no columns", r"0 feature\(s\) \(shape=\(8, 0\)\) while a minimum of 1", TABLE[:, :0]),
    row(
        "sequence without steps",
        "Sequence 1 has 0 time steps, but GRUClassifier needs at least one in each",
        [LIST[0], LIST[1][:0], *LIST[2:]],
    ),
    row(
        "no time steps",
        r"X has 0 time steps \(shape=\(8, 0, 2\)\), but GRUClassifier needs at least one. "
        r"X must have the shape \(n_samples, n_timesteps, n_channels\)",
        ARRAY[:, :0],
    ),
    row("no channels", r"X has 0 channels \(shape=\(8, 5, 0\)\)", ARRAY[:, :, :0]),
    row("no channels in a list", r"0 feature\(s\)", [x[:, :0] for x in LIST]),
    row(
        "empty multi-index panel",
        r"0 sample\(s\)",
        pd.DataFrame({"a": []}, index=pd.MultiIndex.from_arrays([[], []])),
        [],
    ),
]

OBJECTS = [
    row(f"{missing} in {what}", "Input X contains NaN, first in sequence 3", X)
    for missing in (np.nan, None, pd.NA, pd.NaT)
    for what, X in (
        ("objects", spoilt(TABLE.astype(object), missing)),
        ("objects of a frame", pd.DataFrame(spoilt(TABLE.astype(object), missing))),
        ("objects in 3D", spoilt(ARRAY.astype(object), missing)),
        ("objects of a list", spoilt([x.astype(object) for x in LIST], missing)),
    )
]

TYPES = [
    row("words in a table", "could not convert string to float.*'a'", np.full((N, 2), "a")),
    row("words in 3D", "could not convert string to float", np.full((N, 2, 1), "a")),
    row("words in a list", "could not convert string to float", [np.array(["a", "b"])] * N),
    row("complex table", "Complex data not supported", TABLE * 1j),
    row("complex 3D", "Complex data not supported", ARRAY * 1j),
    row("complex list", "Complex data not supported", [x * 1j for x in LIST]),
    row(
        "sparse matrix",
        r"Sparse data was passed for X, but dense data is required. Use '.toarray\(\)'",
        scipy.sparse.csr_matrix(TABLE),
        error=TypeError,
    ),
    row("sparse array", "Sparse data was passed", scipy.sparse.csr_array(TABLE), error=TypeError),
    row("dict", "float.* not 'dict'", {"a": [1]}, error=TypeError),
]

TARGETS = [
    row("y too short", r"inconsistent numbers of samples: \[8, 3\]", y=NUMBERS[:3]),
    row("y too short for a list", r"inconsistent numbers of samples: \[8, 3\]", LIST, NUMBERS[:3]),
    row("NaN in y", "y contains NaN", y=spoilt(np.c_[NUMBERS, NUMBERS], np.nan)),
    *(
        row(f"{what} in y", "Input y contains NaN", y=y)
        for what, y in (
            ("None", np.array([1.0, None] * 4)),
            ("None in a list", [1.0, None] * 4),
            ("pd.NA", pd.Series([1.0, pd.NA] * 4, dtype=object)),
            ("pd.NA in a list", [1.0, pd.NA] * 4),
            ("pd.NA in columns", pd.DataFrame({"a": NUMBERS, "b": [1, pd.NA] * 4})),
            ("pd.NA of floats", pd.Series([1.0, pd.NA] * 4, dtype="Float64")),
        )
    ),
    row("infinity in y", "y contains infinity", y=np.full(N, np.inf)),
    *(
        row(
            f"no label, {what}",
            "y has no label for sample 2: .*Every sample needs one; drop those without from X",
            y=y,
            on=GRUClassifier,
        )
        for what, y in (
            ("NaN", np.array([0, 1, np.nan, 1] * 2)),
            ("of nullable integers", pd.Series([0, 1, None, 1] * 2, dtype="Int64")),
            ("of nullable booleans", pd.Series([False, True, None, True] * 2, dtype="boolean")),
            ("in a nullable column", pd.DataFrame([[0, 1], [1, 0], [None, 1]], dtype="Int64")),
        )
    ),
    row("words for numbers", "could not convert string to float.*'a'", y=np.full(N, "a")),
    row("complex y", "Complex data not supported", y=NUMBERS * 1j),
    *(
        row(f"{what} in y", r"y holds dates or durations, .*: y / np.timedelta64\(1, 'D'\)", y=y)
        for what, y in {
            "dates": pd.Series(pd.date_range("2020", periods=N)),
            "durations": np.arange(N).astype("m8[h]"),
            "missing durations": pd.Series([pd.NaT, pd.Timedelta(1, "D")] * 4),
        }.items()
    ),
    row("3D y", "Found array with dim 3, while dim <= 2 is required", y=np.ones((N, 2, 2))),
    row(
        "numbers for labels",
        "Unknown label type: continuous. .* expects discrete classes",
        y=NUMBERS,
        on=GRUClassifier,
    ),
    row(
        "columns of numbers for labels",
        "Unknown label type: continuous-multioutput",
        y=np.c_[NUMBERS, NUMBERS],
        on=GRUClassifier,
    ),
    row(
        "labels of different types",
        "y has labels of the types int, str; expected one, such as str or int",
        y=np.array([1, "a"] * 4, dtype=object),
        on=GRUClassifier,
    ),
    row(
        "no label",
        "y has no label for sample 2: None. Every sample needs one; drop those without from",
        y=np.array(["a", "b", None, "a"] * 2, dtype=object),
        on=GRUClassifier,
    ),
    row(
        "no label in a list of words",
        "y has no label for sample 2: nan. Every sample needs one",
        y=["a", "b", np.nan, "a"] * 2,
        on=GRUClassifier,
    ),
    row(
        "no label in a Series of words",
        "y has no label for sample 2: <NA>",
        y=pd.Series(["a", "b", None, "a"] * 2, dtype="string"),
        on=GRUClassifier,
    ),
    row(
        "no label in a column",
        "y has no label for sample 1: .*None",
        y=np.array([[0, 1], [0, None]] * 4, dtype=object),
        on=GRUClassifier,
    ),
    *(
        row(
            f"too few samples to hold some out, {what}",
            f"early_stopping=True cannot hold out validation_fraction=0.1 of 8 samples: .*{why}.* "
            "Change validation_fraction, give more samples, or set early_stopping=False",
            y=np.array(labels),
            on=GRUClassifier,
            parameters={"early_stopping": True},
        )
        for what, why, labels in (
            ("classes", "test_size = 1 should be", [0, 1] * 4),
            ("of a class", "least populated class", [0] * 7 + [1]),
        )
    ),
    row(
        "columns of classes",
        "y has 2 columns with more than two classes each. GRUClassifier takes one column of "
        "classes, or 0/1 columns of labels; wrap it in sklearn.multioutput.MultiOutputClassifier",
        y=np.c_[np.arange(N) % 3, np.arange(N) % 3],
        on=GRUClassifier,
    ),
    *(
        row(
            f"columns of two classes, {values}",
            rf"y has columns with the values \[{values}\]; multilabel targets are 0/1 columns: "
            rf"pass \(y == {highest}\).astype\(int\), or use .*MultiOutputClassifier for",
            y=y,
            on=GRUClassifier,
        )
        for values, highest, y in (
            ("1 2", "2", np.c_[LABELS, 1 - LABELS] + 1),
            ("-1  1", "1", np.c_[LABELS, 1 - LABELS] * 2 - 1),
            ("2", "2", scipy.sparse.csr_array(np.c_[LABELS, 1 - LABELS] * 2)),
        )
    ),
]

ONE_CLASS = [
    row(
        "one class",
        "y has only one class, .*7.*, among samples of positive weight; GRUClassifier needs at "
        "least two classes",
        y=np.full(N, 7),
        on=GRUClassifier,
    ),
    row("one class of positive weight", "y has only one class, .*1.*, among", weight=LABELS),
]

WEIGHTS = [
    row(
        "negative weights", "Negative values in data passed to `sample_weight`", weight=-np.ones(N)
    ),
    row("too few weights", r"sample_weight.shape == \(3,\), expected \(8,\)", weight=np.ones(3)),
    row("columns of weights", "must be 1D array or scalar", weight=np.ones((N, 2))),
    row("NaN in weights", "sample_weight contains NaN", weight=np.full(N, np.nan)),
    row("dates for weights", "sample_weight holds dates", weight=np.arange(N).astype("M8[D]")),
    row("None in weights", "sample_weight contains NaN", weight=[1.0, None] * 4),
    row("pd.NA in weights", "sample_weight contains NaN", weight=pd.Series([1.0, pd.NA] * 4)),
    row("zero weights", "weights must contain at least one non-zero number", weight=np.zeros(N)),
    row("zero weights, numbers", "at least one non-zero", y=NUMBERS, weight=np.zeros(N)),
    row(
        "weight of a class that is not there",
        r"classes, \[1\], are not in class_weight",
        parameters={"class_weight": {0: 1.0, 7: 1.0}},
    ),
    row(
        "list of class weights for one column",
        "class_weight is a list, .* but y is one column of classes; expected one dict",
        parameters={"class_weight": [{0: 1.0}]},
    ),
    *(
        row(
            f"class weight {value}",
            "class_weight=.* weights must be finite, must not be negative",
            parameters={"class_weight": {0: value, 1: 1.0}},
        )
        for value in (np.nan, np.inf, -1.0)
    ),
    *(
        row(
            f"class weight of labels, {value}",
            "class_weight=.*, but y has 2 labels; expected 'balanced', or a list with a dict for",
            y=np.c_[LABELS, 1 - LABELS],
            on=GRUClassifier,
            parameters={"class_weight": value},
        )
        for value in ({0: 1.0, 1: 2.0}, [{0: 1.0}])
    ),
    row(
        "zero class weights",
        "(?i)class.weight",
        parameters={"class_weight": {0: 0.0, 1: 0.0}},
    ),
]


# Parameters: values that are wrong, and what is allowed

A_BOOL = "an instance of 'bool'"
A_COUNT = r"an int in the range \[1, inf\)"
PARAMETERS = {
    "hidden_size": ([0, 1.5, "a", None], A_COUNT),
    "num_layers": ([0, 2.0], A_COUNT),
    "bidirectional": ([1, "yes"], A_BOOL),
    "dropout": ([1.0, -0.1, "a"], r"a float in the range \[0.0, 1.0\)"),
    "segment_length": ([0, 2.5, "automatic"], rf"{A_COUNT} or a str among {{'auto'}}"),
    "n_channels": ([0, "2"], rf"{A_COUNT} or None"),
    "missing": (["drop", None, 1], "a str among {.*'mask'.*}"),
    "time_channel": ([1.5, ["t"], True], r"an instance of 'int' \(no bool\), .*'str' or None"),
    "pooling": (["first", None, 1], "a str among {.*'attention'.*}"),
    "conv": (["fcn", 3], A_BOOL),
    "layer_norm": (["batch", None], A_BOOL),
    "differences": (["yes", 2], r".*'bool'.* or a str among \{'auto'\}"),
    "variational_dropout": ([1.0, -0.1, "a"], r"a float in the range \[0.0, 1.0\)"),
    "max_epochs": ([0, 1.5, "many"], A_COUNT),
    "batch_size": ([0, None], A_COUNT),
    "lr": ([0, -1, np.inf, np.nan, "a"], r"a float in the range \(0.0, inf\)"),
    "weight_decay": ([-1, np.nan, None], r"a float in the range \[0.0, inf\)"),
    "gradient_clip": ([0, np.nan, "a"], r"a float in the range \(0.0, inf\) or None"),
    "early_stopping": ([1, "a"], A_BOOL),
    "validation_fraction": ([0, 1.0, "a"], r"a float in the range \(0.0, 1.0\)"),
    "n_iter_no_change": ([0, 1.5], A_COUNT),
    "standardize": ([2, "a"], A_BOOL),
    "warm_start": ([2, "a"], A_BOOL),
    "callbacks": ([3, "a"], "an instance of 'list', an instance of 'tuple' or None"),
    "device": ([3, None, torch.device("cpu")], "an instance of 'str'"),
    "random_state": ([-1, 1.5, "a", RNG], r"an int in the range \[0, 4294967295\], .*RandomState"),
    "verbose": ([-1, 1.5, None], r"an int in the range \[0, inf\), an instance of 'bool'"),
    "class_weight": ([3, "even"], "an instance of 'dict', .* a str among {'balanced'} or None"),
    "loss": (["mse", None], "a str among {.*'huber'.*}"),
    "cells": (["foo", 3, {"gru"}], "a str among {.*'lstm'.*}, an instance of 'tuple'"),
}
CLASS_OF = {"loss": GRURegressor, "cells": RecurrentClassifier}
CONSTRAINED = [
    row(
        f"{name}={value!r:.12}",
        rf"'{name}' parameter of \w+ must be {allowed}.*\. Got .* instead",
        on=CLASS_OF.get(name, GRUClassifier),
        parameters={name: value},
    )
    for name, (values, allowed) in PARAMETERS.items()
    for value in values
]
on_cells = partial(row, on=RecurrentClassifier)
COMBINED = [
    row(
        "values that overflow",
        "X is too large to be standardised: .* Divide it by a constant",
        1e200 * np.arange(24.0).reshape(4, 6),
        NUMBERS[:4],
    ),
    on_cells(
        "unknown cell in a tuple",
        r"cells=\('lstm', 'foo'\): each layer must be one of \['gru', 'lstm', 'rnn', 'rnn_relu'\]",
        parameters={"cells": ("lstm", "foo")},
    ),
    on_cells("no cells", r"cells=\(\): each layer must be one of", parameters={"cells": ()}),
    on_cells("number for a cell", "each layer must be one of", parameters={"cells": ["gru", 3]}),
    on_cells(
        "cells against num_layers",
        r"cells=\('gru', 'lstm'\) names 2 layers, but num_layers=3. Leave out num_layers",
        parameters={"cells": ("gru", "lstm"), "num_layers": 3},
    ),
    row(
        "decay in both directions",
        r"bidirectional=True cannot be combined with decay \(.*'decay'\).* Use missing='mask'",
        parameters={"missing": "decay", "bidirectional": True},
    ),
    row(
        "time channel that is not there",
        "time_channel=2, but X has 2 channels .* expected a position from 0 to 1",
        ARRAY,
        parameters={"time_channel": 2},
    ),
    row(
        "time channel by the name of none",
        r"time_channel='t' names a column of a panel, .*but X is not one \(ndarray\)",
        ARRAY,
        parameters={"time_channel": "t"},
    ),
    row(
        "nothing but times",
        "X has no channel but the times",
        parameters={"time_channel": 0},
    ),
    row(
        "unknown device",
        "device='warp' is not a torch device. Use 'auto', 'cpu', 'cuda', 'cuda:1' or 'mps'",
        parameters={"device": "warp"},
    ),
    row(
        "unavailable device",
        "device='cuda' is not available on this machine; use device='auto' or 'cpu'",
        parameters={"device": "cuda"},
    ),
    row(
        "callback that is none",
        "callbacks",
        parameters={"callbacks": ["x"]},
    ),
    *(
        row(
            "callback that is a class",
            r"callbacks holds the class EarlyStopping; expected instances .*: EarlyStopping\(\)",
            parameters={"callbacks": [callback]},
        )
        for callback in (EarlyStopping, ("stop", EarlyStopping))
    ),
    *(
        row(
            f"scoring by {type(callback).__name__}",
            f"callbacks holds {type(callback).__name__}, which cannot score: .*use .*validate",
            parameters={"callbacks": [("score", callback)]},
        )
        for callback in (
            EpochScoring("accuracy"),
            BatchScoring("accuracy"),
            PassthroughScoring("train_loss"),
        )
    ),
    *(
        row(
            f"held-out loss for {type(callback).__name__}",
            f"callbacks holds {type(callback).__name__}, which monitors 'valid_loss.*without "
            "early_stopping=True there is no held-out part. Set it, or monitor 'train_loss",
            parameters={"callbacks": [callback]},
        )
        for callback in (
            EarlyStopping(),
            Checkpoint(),
            LRScheduler("ReduceLROnPlateau", monitor="valid_loss"),
        )
    ),
    row(
        "nothing left to train on",
        "n_samples=8, test_size=0.99 .* train set will be empty",
        y=NUMBERS,
        parameters={"early_stopping": True, "validation_fraction": 0.99},
    ),
    row(
        "class too rare to be held out",
        "least populated class.* in y ha.* only 1 member",
        y=np.arange(N) == 3,
        on=GRUClassifier,
        parameters={"early_stopping": True},
    ),
]
WRONG_DATA = NOT_FINITE + OBJECTS + SHAPES + EMPTY + TYPES + TARGETS + WEIGHTS
WRONG_FITS = WRONG_DATA + ONE_CLASS + CONSTRAINED + COMBINED


@pytest.fixture(autouse=True)
def _no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.parametrize(("cls", "parameters", "args", "error", "match"), WRONG_FITS)
def test_wrong_fit_says_what_is_wrong(cls, parameters, args, error, match):
    model = make(cls, parameters)
    with pytest.raises(error, match=match):
        model.fit(*args)
    assert set(vars(model)) == set(model.get_params()), "a failed fit left something behind"


@pytest.mark.parametrize("cls", [GRUClassifier, GRURegressor, RecurrentClassifier])
def test_every_parameter_is_constrained_and_has_a_row(cls):
    assert set(cls._parameter_constraints) == set(cls().get_params())
    assert set(cls._parameter_constraints) <= set(PARAMETERS)


@pytest.mark.parametrize("cls", [GRUClassifier, LSTMRegressor])
@pytest.mark.parametrize("fit", ["fit", "partial_fit"])
def test_target_is_required(cls, fit):
    with pytest.raises(ValueError, match=f"{cls.__name__} requires y to be passed, but .* is None"):
        getattr(make(cls), fit)(TABLE, None)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_predict_before_fit(method):
    with pytest.raises(NotFittedError, match="This GRUClassifier instance is not fitted yet"):
        getattr(GRUClassifier(), method)(TABLE)


@pytest.mark.parametrize("step", [0, 2, -1])
def test_sequence_with_a_missing_value_is_named_wherever_it_is(step):
    X = deepcopy(LIST)
    X[2][step, 0] = np.nan
    X[5][0] = np.nan
    with pytest.raises(ValueError, match="X contains NaN, first in sequence 2"):
        make(LSTMRegressor).fit(X, NUMBERS)


def test_failed_first_fit_is_no_fit():
    model = make(LSTMRegressor)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.fit(TABLE, NUMBERS[:3])
    with pytest.raises(NotFittedError):
        model.predict(TABLE)


def test_one_class_is_named_without_its_numpy_type():
    with pytest.raises(ValueError, match="only one class") as raised:
        make(GRUClassifier).fit(TABLE, np.full(N, 7))
    assert "np." not in str(raised.value)


# Predicting


FITTED_WITH_TWO = "channels at each time step, but LSTMRegressor was fitted with 2."


@pytest.mark.parametrize("form", ["3D", "list"])
@pytest.mark.parametrize(
    ("X", "came"),
    [
        (np.ones((4, 5, 3)), "X has 3"),
        ([np.ones((4, 3)), np.ones((2, 3))], "X has 3"),
        ([np.ones(4), np.ones(2)], "X has 1"),
        (np.ones((4, 6)), "X has 1"),
    ],
    ids=["3D", "list", "flat list", "table"],
)
def test_wrong_channels_at_predict(form, X, came):
    with pytest.raises(ValueError, match=f"{came} {FITTED_WITH_TWO}"):
        trained(LSTMRegressor, form).predict(X)


def test_wrong_channels_at_predict_after_a_table():
    model = trained(LSTMRegressor, "table", n_channels=2)
    with pytest.raises(ValueError, match=f"X has 3 {FITTED_WITH_TWO}"):
        model.predict(np.ones((4, 3, 3)))
    with pytest.raises(ValueError, match="X has 8 features, but LSTMRegressor is expecting 6"):
        model.predict(np.ones((4, 8)))


def test_table_of_other_channels_at_predict():
    model = deepcopy(trained(LSTMRegressor, "3D")).set_params(n_channels=3)
    with pytest.raises(ValueError, match=f"X has 3 {FITTED_WITH_TWO}"):
        model.predict(np.ones((4, 6)))


@pytest.mark.parametrize(
    ("form", "X", "match"),
    [
        ("table", spoilt(TABLE, np.nan), "X contains NaN"),
        ("3D", spoilt(ARRAY, np.inf), "X contains infinity"),
        ("list", spoilt(LIST, np.nan), "X contains NaN, first in sequence 3"),
        ("list", [*LIST, [1.0, 2.0]], "item 8 is a list"),
        ("3D", ARRAY[:0], r"0 sample\(s\)"),
    ],
    ids=["table", "3D", "list", "mixed list", "empty"],
)
def test_wrong_values_at_predict(form, X, match):
    with pytest.raises(ValueError, match=match):
        trained(LSTMRegressor, form).predict(X)


@pytest.mark.parametrize("cls", [RecurrentClassifier, RecurrentRegressor, RecurrentTagger])
def test_outputs_that_are_not_finite(cls):
    """No class is read from them, and none of the other sequences gets the blame."""
    y = {RecurrentRegressor: NUMBERS, RecurrentTagger: ARRAY[:, :, 0] > 0}.get(cls, LABELS)
    model = make(cls, {"cells": "rnn_relu"}).fit(ARRAY, y)
    with torch.no_grad():
        model.net_.module_.layers[0].core.weight_hh_l0.copy_(10 * torch.eye(4))
    X = [ARRAY[0], np.ones((500, 2)), ARRAY[1]]
    message = "output for sequence 1 of X is not finite: its state grows .*use 'rnn', 'lstm' or"
    with pytest.raises(ValueError, match=message):
        model.predict(X)
    model.predict([X[0], X[2]])


# partial_fit and warm start


def test_first_partial_fit_needs_classes():
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        make(GRUClassifier).partial_fit(TABLE, LABELS)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("parameters", "match"),
    [
        (
            {"early_stopping": True},
            "partial_fit does not support early_stopping=True.* Set early_stopping=False",
        ),
        ({"callbacks": [Callback()]}, "partial_fit does not support callbacks"),
        (
            {"class_weight": "balanced"},
            "class_weight='balanced' is not supported by partial_fit.* Pass the weights as a dict",
        ),
    ],
    ids=["early stopping", "callbacks", "class weight"],
)
def test_parameters_that_partial_fit_has_no_use_for(parameters, match, first):
    model = make(GRUClassifier)
    if not first:
        model.partial_fit(TABLE, LABELS, classes=[0, 1])
    before = set(vars(model))
    with pytest.raises(ValueError, match=match):
        model.set_params(**parameters).partial_fit(TABLE, LABELS, classes=[0, 1])
    assert set(vars(model)) == before


def test_first_partial_fit_with_unknown_class():
    model = make(GRUClassifier)
    with pytest.raises(
        ValueError, match=r"classes that were not there .* \[1\]. Known are \[0 2\]"
    ):
        model.partial_fit(TABLE, LABELS, classes=[0, 2])
    assert set(vars(model)) == set(model.get_params())


NEXT = [
    pytest.param(
        GRUClassifier,
        (TABLE, LABELS + 1),
        r"y has classes that were not there when GRUClassifier was first fitted: \[2\]. "
        r"Known are \[0 1\]",
        id="unseen class",
    ),
    pytest.param(
        GRUClassifier,
        (TABLE, np.c_[LABELS, LABELS]),
        "y is multilabel, but GRUClassifier was fitted on a binary target",
        id="labels for classes",
    ),
    pytest.param(
        LSTMRegressor,
        (TABLE, np.c_[NUMBERS, NUMBERS]),
        "y has 2 columns, but LSTMRegressor was fitted with 1",
        id="more outputs",
    ),
    pytest.param(
        GRUClassifier,
        (TABLE[:, :3], LABELS),
        "X has 3 features, but GRUClassifier is expecting 6 features",
        id="other columns",
    ),
    pytest.param(
        LSTMRegressor,
        (ARRAY, NUMBERS),
        "X has 2 channels at each time step, but LSTMRegressor was fitted with 1",
        id="other channels",
    ),
]


@pytest.mark.parametrize(("cls", "args", "match"), NEXT)
@pytest.mark.parametrize("how", ["partial_fit", "warm start"])
def test_later_data_that_do_not_fit(cls, args, match, how):
    model = deepcopy(trained(cls)).set_params(warm_start=how == "warm start")
    fit = model.fit if how == "warm start" else model.partial_fit
    with unchanged(model), pytest.raises(ValueError, match=match):
        fit(*args)


def test_labels_of_another_number():
    Y = np.c_[LABELS, 1 - LABELS]
    model = make(GRUClassifier).partial_fit(TABLE, Y)
    with unchanged(model), pytest.raises(ValueError, match="y has 3 labels, but .* with 2"):
        model.partial_fit(TABLE, np.c_[Y, LABELS])
    with unchanged(model), pytest.raises(ValueError, match="y is one column of classes, but"):
        model.partial_fit(TABLE, LABELS)


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"hidden_size": 5}, "hidden_size=5"),
        ({"num_layers": 2}, r"cells=\('gru', 'gru'\)"),
        ({"cells": "lstm"}, r"cells=\('lstm',\)"),
        ({"bidirectional": True}, "bidirectional=True"),
        ({"segment_length": 2}, "segment_length=2"),
    ],
    ids=str,
)
def test_warm_start_of_another_network(changed, shown):
    model = make(RecurrentClassifier, {"warm_start": True}).fit(TABLE, LABELS)
    message = f"continue with the fitted network, .* now describe .*{shown}.* Use warm_start=False"
    model.set_params(**changed)
    with unchanged(model), pytest.raises(ValueError, match=message) as raised:
        model.fit(TABLE, LABELS)
    assert str(raised.value).count("=") == 4  # of what has changed, twice, and of warm_start


@pytest.mark.parametrize("changed", [{"lr": -1}, {"batch_size": 0}, {"hidden_size": "a"}], ids=str)
def test_later_partial_fit_validates_parameters(changed):
    model = deepcopy(trained(LSTMRegressor)).set_params(**changed)
    with pytest.raises(ValueError, match=f"'{next(iter(changed))}' parameter of LSTMRegressor"):
        model.partial_fit(TABLE, NUMBERS)


def test_later_partial_fit_of_another_network():
    model = deepcopy(trained(LSTMRegressor)).set_params(hidden_size=5)
    with pytest.raises(ValueError, match="hidden_size=5"):
        model.partial_fit(TABLE, NUMBERS)


def test_later_partial_fit_with_other_classes():
    model = make(GRUClassifier).partial_fit(TABLE, LABELS, classes=[0, 1])
    with pytest.raises(ValueError, match="classes"):
        model.partial_fit(TABLE, LABELS, classes=[0, 1, 2])


def test_classes_of_labels_are_their_numbers():
    Y = np.c_[LABELS, 1 - LABELS]
    wrong = r"classes=\[0 1 2\], but y has 2 columns of labels, .* \[0 1\]; leave classes out"
    with pytest.raises(ValueError, match=wrong):
        make(GRUClassifier).partial_fit(TABLE, Y, classes=[0, 1, 2])
    make(GRUClassifier).partial_fit(TABLE, Y, classes=[0, 1]).partial_fit(TABLE, Y, classes=[0, 1])


@pytest.mark.parametrize("cls", [GRUClassifier, RecurrentTagger])
@pytest.mark.parametrize(
    ("classes", "match"),
    [
        ([0, 1, np.nan], r"classes=\[0, 1, nan\] has a missing label; expected all .*Leave it out"),
        ([0, 1, None], "has a missing label"),
        (["a", "b", np.nan], "has a missing label"),
        (np.array(["a", "b", pd.NA], dtype=object), "has a missing label"),
        (pd.Series([0, 1, None], dtype="Int64"), "has a missing label"),
        ([0, "a"], "classes has labels of the types int, str; expected one, such as str or int"),
    ],
    ids=["NaN", "None", "NaN beside words", "pd.NA", "nullable", "different types"],
)
def test_classes_that_are_no_labels(cls, classes, match):
    with pytest.raises(ValueError, match=match):
        make(cls).partial_fit(TABLE, LABELS, classes=classes)


def test_classes_of_pandas_own_types_are_those_of_numpy():
    model = make(GRUClassifier)
    model.partial_fit(TABLE, LABELS, classes=pd.Series([0, 1], dtype="Int64"))
    assert model.classes_.dtype.kind == "i"
    model.partial_fit(TABLE, LABELS, classes=[0, 1])


def test_partial_fit_with_one_class_in_all():
    with pytest.raises(ValueError, match="one class"):
        make(GRUClassifier).partial_fit(TABLE, np.zeros(N), classes=[0])


def test_held_out_part_without_weight():
    weight = np.r_[1.0, 1.0, np.zeros(N - 2)]
    model = make(LSTMRegressor, {"early_stopping": True, "random_state": 3})
    with pytest.raises(ValueError, match="(?i)held out|validation"):
        model.fit(TABLE, NUMBERS, weight)


# A failure changes nothing


def failing(rows):
    """The same rows for tests that any error will do for."""
    return [pytest.param(*(row.values[i] for i in range(3)), id=row.id) for row in rows]


@pytest.mark.parametrize(("cls", "parameters", "args"), failing(WRONG_FITS))
def test_failed_fit_changes_nothing(cls, parameters, args):
    model = deepcopy(trained(cls))
    kept = model.get_params()
    with unchanged(model):
        model.set_params(**parameters)
        with pytest.raises(Exception):  # noqa: B017
            model.fit(*args)
        model.set_params(**kept)


@pytest.mark.parametrize(("cls", "parameters", "args"), failing(WRONG_DATA))
@pytest.mark.parametrize("how", ["partial_fit", "warm start"])
def test_failed_further_training_changes_nothing(cls, parameters, args, how):
    X, y, sample_weight = args
    model = deepcopy(trained(cls)).set_params(warm_start=how == "warm start")
    kept = model.get_params()
    with unchanged(model):
        model.set_params(**parameters)
        fit = model.fit if how == "warm start" else model.partial_fit
        with pytest.raises(Exception):  # noqa: B017
            fit(X, y, sample_weight=sample_weight)
        model.set_params(**kept)


@pytest.mark.parametrize("how", ["fit", "partial_fit", "warm start"])
def test_diverged_training_changes_nothing(how):
    parameters = {"standardize": False, "warm_start": how == "warm start", "batch_size": 4}
    model = make(LSTMRegressor, parameters)
    fit = model.partial_fit if how == "partial_fit" else model.fit
    fit(TABLE, NUMBERS)
    message = r"Training diverged in epoch \d: the loss is .* Lower lr \(now 0.01\)"
    with unchanged(model), pytest.raises(ValueError, match=message):
        fit(TABLE, NUMBERS * 1e30)


@pytest.mark.parametrize("how", ["partial_fit", "warm start"])
def test_failed_training_changes_no_later_one(how):
    def train(model, y):
        return model.fit(TABLE, y) if how == "warm start" else model.partial_fit(TABLE, y)

    parameters = {"warm_start": True, "batch_size": 2}
    plain, troubled = (train(make(LSTMRegressor, parameters), NUMBERS) for _ in range(2))
    with pytest.raises(ValueError, match="y has 2 columns"):
        train(troubled, np.c_[NUMBERS, NUMBERS])
    np.testing.assert_array_equal(
        train(plain, NUMBERS).predict(TABLE), train(troubled, NUMBERS).predict(TABLE)
    )
