"""The comparison of classifiers and regressors: its test, its baselines, its verdict."""

import importlib.util
import re
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_moons
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import (
    GridSearchCV,
    LeaveOneOut,
    RepeatedKFold,
    RepeatedStratifiedKFold,
    cross_val_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skrnn import GRUClassifier, GRURegressor, LSTMRegressor
from skrnn.comparison import ESTIMATORS, EstimatorComparison, compare_estimators
from skrnn.comparison import _baselines as baselines
from skrnn.comparison._estimator_verdict import write_score
from skrnn.comparison._estimators import count_parameters
from skrnn.comparison._fixed_length import Flatten, Panel
from skrnn.comparison._networks import is_network
from skrnn.comparison._paired import corrected_standard_error, corrected_t_test
from skrnn.comparison._paired import test_on_splits as splits_test
from skrnn.comparison._peak_memory import peak_memory

SMALL = {"hidden_size": 8, "max_epochs": 3, "random_state": 0}
HAS_NUMBA = importlib.util.find_spec("numba") is not None


def compare(X, y, **arguments):
    """Without what takes long and prints."""
    return compare_estimators(X, y, **{"memory": False, "verbose": 0, **arguments})


def make_steps(n_samples=40, n_timesteps=6, n_channels=2, seed=0):
    """Sequences, and classes that depend on the last step."""
    X = np.random.default_rng(seed).normal(size=(n_samples, n_timesteps, n_channels))
    return X, (X[:, -1, 0] > 0).astype(int)


def cut(X, shortest=3):
    lengths = np.random.default_rng(0).integers(shortest, X.shape[1] + 1, len(X))
    return [x[-n:] for x, n in zip(X, lengths)]


def make_adding_problem(seed, n_samples=200, n_timesteps=12):
    """Sum of the two marked numbers of each sequence; no linear function of its steps."""
    rng = np.random.default_rng(seed)
    numbers, markers = rng.random((n_samples, n_timesteps)), np.zeros((n_samples, n_timesteps))
    rows, half = np.arange(n_samples), n_timesteps // 2
    markers[rows, rng.integers(0, half, n_samples)] = 1
    markers[rows, rng.integers(half, n_timesteps, n_samples)] = 1
    return np.stack([numbers, markers], axis=2), (numbers * markers).sum(axis=1)


def make_linear_problem(seed, n_samples=150, n_timesteps=15):
    """A weighted sum of all steps, and noise."""
    rng = np.random.default_rng(seed)
    X, weights = rng.normal(size=(n_samples, n_timesteps)), rng.normal(size=n_timesteps)
    return X, X @ weights + rng.normal(size=n_samples)


# The corrected resampled t-test


def test_published_example():
    """ "Statistical comparison of models using grid search" in scikit-learn's documentation.

    It prints t = 0.750 and a one-sided p = 0.227, and without correction 2.611 and 0.005.
    """
    X, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    cv = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    rbf, linear = (
        cross_val_score(SVC(kernel=kernel), X, y, cv=cv, scoring="roc_auc")
        for kernel in ("rbf", "linear")
    )
    statistic, p_value = corrected_t_test(rbf - linear, test_train_ratio=10 / 90)
    assert statistic == pytest.approx(0.750, abs=5e-4)
    assert p_value / 2 == pytest.approx(0.227, abs=5e-4)
    statistic, p_value = corrected_t_test(rbf - linear, test_train_ratio=0)
    assert statistic == pytest.approx(2.611, abs=5e-4)
    assert p_value / 2 == pytest.approx(0.005, abs=5e-4)


def test_without_overlap_it_is_the_ordinary_t_test():
    differences = np.random.default_rng(0).normal(0.1, 1, 12)
    expected = stats.ttest_1samp(differences, 0)
    assert corrected_t_test(differences, 0) == pytest.approx((expected.statistic, expected.pvalue))
    assert corrected_standard_error(differences, 0) == pytest.approx(stats.sem(differences))


def test_rate_of_false_alarms():
    """Two regressions that are equally good by symmetry, in 5-fold cross-validation repeated."""
    rng = np.random.default_rng(0)
    p_values = {0: [], 0.25: []}
    for _ in range(300):
        X = rng.normal(size=(100, 2))
        y = X.sum(axis=1) + rng.normal(size=100)
        differences = []
        cv = RepeatedKFold(n_splits=5, n_repeats=2, random_state=int(rng.integers(2**31)))
        for train, test in cv.split(X):
            slopes = (X[train] * y[train, None]).sum(axis=0) / (X[train] ** 2).sum(axis=0)
            errors = (y[test, None] - slopes * X[test]) ** 2
            differences.append(np.subtract(*errors.mean(axis=0)))
        for ratio, found in p_values.items():
            found.append(corrected_t_test(differences, ratio)[1])
    naive, corrected = (np.mean(np.array(found) < 0.05) for found in p_values.values())
    assert naive > 0.12
    assert 0.005 < corrected < 0.07


def test_scores_that_do_not_vary():
    assert corrected_t_test(np.zeros(5), 0.25) == (0, 1)
    np.testing.assert_equal(corrected_t_test(np.full(5, -0.5), 0.25), (-np.inf, np.nan))
    assert np.isnan(corrected_t_test([0.5], 0.25)).all()


# Sequences for estimators that need one length


def test_sequences_of_one_length_are_only_reshaped():
    X, _ = make_steps()
    np.testing.assert_array_equal(Flatten().fit_transform(X), X.reshape(len(X), -1))
    panel = Panel().fit_transform(X)
    assert panel.shape == (40, 2, 6)
    np.testing.assert_allclose(panel.mean(axis=(0, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(panel.std(axis=(0, 2)), 1)


def test_resampling_interpolates_and_keeps_the_ends():
    ramps = [np.linspace(0, 1, n) for n in (3, 5, 9, 5, 2)]
    table = Flatten().fit_transform(ramps)
    np.testing.assert_allclose(table[:, :5], np.tile(np.linspace(0, 1, 5), (5, 1)), atol=1e-12)
    np.testing.assert_array_equal(table[:, 5], [3, 5, 9, 5, 2])  # the lengths


def test_length_is_learnt_from_training_data():
    flatten = Flatten().fit([np.arange(4.0), np.arange(4.0), np.arange(6.0)])
    assert flatten.transform([np.arange(9.0)]).tolist() == [[0, 8 / 3, 16 / 3, 8, 9]]
    panel = Panel().fit([np.arange(4.0), np.arange(4.0)])
    assert panel.transform([np.arange(9.0)]).shape == (1, 1, 4)


# What goes in


def test_forms_of_input_give_the_same_result():
    X, y = make_steps()
    X = X.astype(float)
    frames = [pd.DataFrame(x, columns=["a", "b"]) for x in X]
    panel = pd.concat(dict(enumerate(frames)), names=["sequence", "time"])
    estimators = {
        "gru": GRUClassifier(**SMALL),
        "linear": ESTIMATORS["classification"]["logistic"](0),
    }
    expected = compare(X, y, estimators=estimators, cv=2).table["score"]
    for form in (list(X), frames, panel):
        found = compare(form, list(y), estimators=estimators, cv=2).table["score"]
        pd.testing.assert_series_equal(found, expected)


@pytest.mark.parametrize("form", ["frames", "multi-index", "nested"])
def test_dates_that_index_a_panel_are_kept(form):
    X, y = make_steps()
    dates = pd.Timestamp("2024") + pd.to_timedelta(np.arange(6) ** 2, "h")
    frames = [pd.DataFrame(x, dates, columns=["a", "b"]) for x in X]
    panel = {
        "frames": frames,
        "multi-index": pd.concat(frames, keys=range(len(X))),
        "nested": pd.DataFrame({c: [frame[c] for frame in frames] for c in "ab"}),
    }[form]
    kinds = []

    class Spy(GRUClassifier):
        def fit(self, X, y):
            super().fit(X, y)
            kinds.append((self._reading.kind, list(self.feature_names_in_)))
            return self

    linear = ESTIMATORS["classification"]["logistic"](0)
    estimators = {"gru": Spy(missing="mask", **SMALL), "linear": linear}
    table = compare(panel, y, estimators=estimators, cv=2).table
    assert kinds == [("dates", ["a", "b"])] * 2
    assert (table["error"] == "").all()
    expected = compare(X, y, estimators={"linear": linear}, cv=2).table
    assert table["score"]["linear"] == expected["score"]["linear"]


def test_missing_values_are_a_failure_only_of_those_that_cannot_take_them():
    X, y = make_steps()
    X[::3, 2, 1] = np.nan
    names = ("dummy", "logistic", "boosting", "knn_dtw", "gru")
    estimators = {name: ESTIMATORS["classification"][name](0) for name in names}
    estimators["masked"] = GRUClassifier(missing="mask", **SMALL)
    result = compare(X, y, estimators=estimators, cv=2)
    errors = result.table["error"]
    assert set(errors.index[errors == ""]) == {"dummy", "boosting", "masked"}
    assert errors[errors != ""].str.contains("NaN").all()
    assert result.verdict.startswith("Of the models that ran, use ")
    assert "What logistic and knn_dtw would have done is not known" in result.verdict
    by_name = compare(cut(X), y, estimators=["dummy", "boosting", "logistic"], cv=2).table
    assert "NaN" in by_name.loc["logistic", "error"]
    assert by_name.loc["boosting", "error"] == ""


def test_missing_values_stay_where_they_are_in_a_table():
    X = [np.array([0.0, np.nan, 2.0, 3.0]), np.arange(4.0), np.arange(7.0)]
    table = Flatten().fit(X[:2]).transform(X)
    np.testing.assert_array_equal(table, [[0, np.nan, 2, 3], [0, 1, 2, 3], [0, 2, 4, 6]])
    few = Flatten().fit([np.arange(2.0)]).transform(X[:1])
    np.testing.assert_array_equal(few, [[0, 3]])
    with pytest.raises(ValueError, match="NaN"):
        Panel().fit(X)


@pytest.mark.parametrize("as_dates", [False, True])
def test_times_in_a_named_column(as_dates):
    X, y = make_steps()
    X[:, :, 1] = np.random.default_rng(0).exponential(size=(40, 6)).cumsum(axis=1)
    panel = pd.concat({i: pd.DataFrame(x, columns=["a", "t"]) for i, x in enumerate(X)})
    if as_dates:
        panel["t"] = pd.Timestamp("2024") + pd.to_timedelta(panel["t"], "s")
    estimators = {name: ESTIMATORS["classification"][name](0) for name in ("dummy", "logistic")}
    estimators["gru"] = make_pipeline(GRUClassifier(time_channel="t", **SMALL))
    table = compare(panel, y, estimators=estimators, cv=2).table
    assert (table["error"] == "").all()
    assert table.loc["logistic", "score"] > 0.75


class OfText(ClassifierMixin, BaseEstimator):
    """Takes what no estimator of skrnn takes."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.array([len(x[0]) for x in X])


def test_own_estimators_may_take_anything():
    X = [["a"], ["bb"]] * 10
    table = compare(X, [1, 2] * 10, estimators={"text": OfText()}, cv=2).table
    assert table.loc["text", "score"] == 1


@pytest.mark.parametrize("as_form", [lambda X: X[:, :, 0], lambda X: pd.DataFrame(X[:, :, 0]), cut])
def test_tables_and_ragged_sequences(as_form):
    X, y = make_steps()
    estimators = {name: ESTIMATORS["classification"][name](0) for name in ("dummy", "logistic")}
    table = compare(as_form(X), y, estimators={**estimators, "gru": GRUClassifier(**SMALL)}).table
    assert set(table.index) == {"dummy", "logistic", "gru"}
    assert (table["error"] == "").all()
    assert table["score"]["logistic"] > 0.75


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_every_name_runs(task):
    X, y = make_steps(n_samples=16, n_timesteps=24)
    y = y if task == "classification" else X[:, -1, 0]
    names = [name for name in ESTIMATORS[task] if HAS_NUMBA or name != "rocket"]
    result = compare(cut(X, shortest=12), y, estimators=names, cv=2)
    assert result.settings["task"] == task
    assert set(result.table.index) == set(names)
    assert (result.table["error"] == "").all()
    assert np.isfinite(result.table["score"]).all()


def test_distances_find_a_shifted_wave():
    """Warping follows a wave to wherever it is; the flattened sequence does not."""
    rng = np.random.default_rng(0)
    X, y = 0.1 * rng.normal(size=(30, 24)), np.arange(30) % 2
    for x, label, start in zip(X, y, rng.integers(1, 20, 30)):
        x[start : start + 4] += [1, 2, -2, -1] if label else [-1, -2, 2, 1]
    table = compare(X, y, estimators=["knn_dtw", "logistic"], cv=2).table
    assert table.loc["knn_dtw", "score"] > 0.95 > 0.8 > table.loc["logistic", "score"]


def test_default_leaves_out_what_takes_long_or_is_not_installed(monkeypatch):
    monkeypatch.setattr(baselines, "find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "numba", None)
    names, left_out = baselines.default_names("classification", n_timesteps=100, n_pairs=10_000)
    assert names == ["dummy", "logistic", "boosting", "rnn", "lstm", "gru"]
    assert re.search(r"about 200 s; ask for it by its name.*pip install numba", left_out["knn_dtw"])
    assert "numba is not installed" in left_out["rocket"]
    assert "knn_dtw" in baselines.default_names("regression", n_timesteps=10, n_pairs=1000)[0]
    assert (
        "needs 9" in baselines.default_names("regression", n_timesteps=8, n_pairs=10)[1]["rocket"]
    )
    monkeypatch.setattr(baselines, "find_spec", lambda name: name)
    assert "knn_dtw" in baselines.default_names("regression", n_timesteps=100, n_pairs=10_000)[0]


def test_missing_package_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    X, y = make_steps()
    with pytest.raises(ImportError, match=r"numba is not installed.*skrnn\[rocket\]"):
        compare(X, y, estimators=["rocket"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"estimators": ["gru", "grue"]}, r"Unknown estimators \['grue'\] for classification"),
        ({"estimators": "ridge"}, r"Unknown estimators \['ridge'\]"),
        ({"estimators": {}}, "empty dict"),
        ({"estimators": []}, r"empty list; .* For classification, choose from \['dummy', 'logis"),
        ({"task": "cluster"}, "task='cluster': expected"),
        ({"scoring": "accurate"}, "accurate"),
        (
            {"estimators": {"a": GRUClassifier(), "b": GRURegressor()}},
            "Classifiers and regressors.*a for classification, b for regression",
        ),
        ({"estimators": {"a": GRUClassifier()}, "task": "regression"}, "task for regression"),
    ],
)
def test_wrong_requests(arguments, message):
    X, y = make_steps()
    with pytest.raises(ValueError, match=message):
        compare(X, y, **arguments)


def test_wrong_data():
    X, y = make_steps()
    with pytest.raises(ValueError, match="40 different whole numbers in 40 samples.*task="):
        compare(X, np.arange(40))
    assert compare(X, np.arange(40), task="regression", estimators="dummy").settings["task"]
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        compare(X, y[:-1])
    with pytest.raises(ValueError, match="infinity"):
        compare(np.where(X > 2, np.inf, X), y)
    with pytest.raises(ValueError, match="Every estimator failed: gru: Input X contains NaN"):
        compare(X * np.nan, y, estimators=["gru"])
    with pytest.raises(TypeError, match=r"estimators\['mean'\] is a .*; expected a classifier"):
        compare(X, y, estimators={"mean": np.mean})


# What comes out


class Broken(ClassifierMixin, BaseEstimator):
    def __init__(self, error):
        self.error = error

    def fit(self, X, y):
        raise self.error


def test_scores_are_those_of_cross_validation():
    X, y = make_steps()
    cv = RepeatedStratifiedKFold(n_splits=5, n_repeats=2, random_state=3)
    gru = GRUClassifier(**SMALL)
    result = compare(X, y, estimators={"gru": gru}, random_state=3, scoring="roc_auc")
    expected = cross_val_score(gru, X, y, cv=cv, scoring="roc_auc")
    np.testing.assert_allclose(result.scores["score"], expected)
    row = result.table.loc["gru"]
    assert row["score"] == pytest.approx(expected.mean())
    assert row["score_se"] == pytest.approx(np.sqrt((1 / 10 + 1 / 4) * expected.var(ddof=1)))
    assert row["n_parameters"] == gru.fit(X, y).n_parameters_
    assert row["fit_seconds"] == result.scores["fit_seconds"].median() > 0


def test_table_is_sorted_and_failures_come_last():
    X, y = make_steps()
    estimators = {
        "broken": Broken(RuntimeError("out of order")),
        "dummy": ESTIMATORS["classification"]["dummy"](0),
        "logistic": ESTIMATORS["classification"]["logistic"](0),
    }
    result = compare(X, y, estimators=estimators)
    assert result.table.index.tolist() == ["logistic", "dummy", "broken"]
    assert "out of order" in result.table.loc["broken", "error"]
    assert "broken failed: out of order" in str(result)
    assert result.table["n_parameters"].astype(object).tolist() == [13, pd.NA, pd.NA]
    assert result.significance.pairs["model"].tolist() == ["dummy"]
    assert set(result.scores["model"]) == {"dummy", "logistic"}
    with pytest.raises(ValueError, match="Every estimator failed: a: out of order; b: KeyError"):
        compare(
            X, y, estimators={"a": Broken(RuntimeError("out of order")), "b": Broken(KeyError())}
        )


def test_interrupt_keeps_what_is_done():
    X, y = make_steps()
    done = {"dummy": ESTIMATORS["classification"]["dummy"](0)}
    result = compare(X, y, estimators={**done, "slow": Broken(KeyboardInterrupt)})
    assert result.table.index.tolist() == ["dummy"]
    assert result.settings["interrupted"]
    with pytest.raises(KeyboardInterrupt):
        compare(X, y, estimators={"slow": Broken(KeyboardInterrupt), **done})


def test_warnings_are_passed_on_once():
    X, y = make_steps()
    hasty = make_pipeline(Flatten(), LogisticRegression(max_iter=1))
    with pytest.warns(UserWarning, match="Model hasty warned: ConvergenceWarning") as caught:
        compare(X, y, estimators={"hasty": hasty})
    assert len(caught) == 1


def test_two_processes_change_nothing():
    X, y = make_steps()
    estimators = {
        "gru": GRUClassifier(**SMALL),
        "boost": ESTIMATORS["classification"]["boosting"](0),
    }
    one, two = (compare(X, y, estimators=estimators, n_jobs=n, cv=3) for n in (1, 2))
    columns = ["score", "score_se", "n_parameters", "error"]
    pd.testing.assert_frame_equal(one.table[columns], two.table[columns])
    pd.testing.assert_frame_equal(one.significance.pairs, two.significance.pairs)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured on Linux only")
def test_peak_memory_sees_what_torch_allocates():
    class Greedy(BaseEstimator):
        def fit(self, X, y):
            import torch

            torch.ones(len(X) * 2**18)  # a megabyte a sample, given back at once
            return self

    megabytes = peak_memory(Greedy(), np.zeros((200, 1)), np.zeros(200))
    assert 195 < megabytes < 230


def test_memory_that_cannot_be_measured_does_not_cost_the_scores(monkeypatch, tmp_path):
    X, y = make_steps()
    dummy = {"dummy": ESTIMATORS["classification"]["dummy"](0)}
    monkeypatch.setattr("skrnn.comparison._peak_memory.CLEAR_REFS", tmp_path / "missing")
    table = compare(X, y, estimators=dummy, memory=True).table
    assert table["error"].item() == ""
    assert np.isnan(table["peak_memory_mb"].item())


def test_networks_are_found_inside_others():
    search = GridSearchCV(make_pipeline(StandardScaler(), GRUClassifier()), {})
    assert is_network(search)
    assert not is_network(ESTIMATORS["classification"]["logistic"](0))


def test_parameters_of_what_is_inside_others_are_counted():
    X, y = make_steps()
    search = GridSearchCV(make_pipeline(GRUClassifier(**SMALL)), {}, cv=2).fit(X, y)
    assert count_parameters(search) == search.best_estimator_[-1].n_parameters_


def test_parameters_of_pipelines_in_searches_in_pipelines_are_counted():
    X, y = make_steps()
    search = GridSearchCV(make_pipeline(GRUClassifier(**SMALL)), {}, cv=2)
    fitted = make_pipeline(make_pipeline(search)).fit(X, y)
    assert count_parameters(fitted) == fitted[-1][-1].best_estimator_[-1].n_parameters_


@pytest.mark.parametrize(("name", "value"), [("memory", "no"), ("n_jobs", 0), ("random_state", -1)])
def test_wrong_settings_are_refused_at_once(name, value):
    with pytest.raises(ValueError, match=f"'{name}' parameter of compare_estimators must be"):
        compare(*make_steps(), estimators=["dummy"], **{name: value})


def test_markdown_shows_names_as_they_are():
    X, y = make_steps()
    result = compare(X, y, estimators={"<b>|": ESTIMATORS["classification"]["dummy"](0)}, cv=3)
    assert r"| &lt;b&gt;\| |" in result.to_markdown()
    assert "<b>" not in result.to_markdown()


def test_csv_markdown_and_code(tmp_path):
    X, y = make_steps()
    result = compare(X, y, estimators=["dummy", "logistic"], cv=4, scoring="f1")
    names = ["table.csv", "scores.csv", "significance.csv"]
    assert [path.name for path in result.to_csv(tmp_path / "new")] == names
    table = pd.read_csv(tmp_path / "new" / "table.csv", index_col="model")
    np.testing.assert_allclose(table["score"], result.table["score"])
    markdown = result.to_markdown()
    assert markdown.startswith(f"**{result.verdict}**\n\n| model | score |")
    assert len([line for line in markdown.splitlines() if line.startswith("| ")]) == 4
    run_code(result, X, y)


def rank_score(estimator, X, y):
    return stats.spearmanr(estimator.predict(X), y).statistic


def run_code(result, X, y, **more):
    """Run the code of a result, without what takes long and prints."""
    code = result.settings["code"].replace("y,\n", "y, memory=False, verbose=0,\n")
    namespace = {"X": X, "y": y, **more}
    exec(code.replace("print(result)", ""), namespace)
    columns = ["model", "split", "score"]
    pd.testing.assert_frame_equal(namespace["result"].scores[columns], result.scores[columns])


def test_code_holds_long_estimators_splitters_and_functions():
    """The repr of a long pipeline is cut by scikit-learn, and that of a function is no code."""
    X, y = make_steps()
    table = X[:, :, 0]
    scalers = [MinMaxScaler(feature_range=(0.0, 1 + i / 1000), clip=True) for i in range(20)]
    long = make_pipeline(*scalers, RidgeCV(np.logspace(-3, 4, 15)))
    assert "..." in repr(long)
    splitter = RepeatedKFold(n_splits=2, n_repeats=2, random_state=3)
    result = compare(
        table, y, estimators={"long": long}, task="regression", scoring=rank_score, cv=splitter
    )
    run_code(result, table, y, rank_score=rank_score)
    assert result.settings["cv"] == str(splitter)


@pytest.mark.parametrize("make", [iter, list], ids=["iterator", "list"])
def test_code_leaves_out_what_is_no_code(make):
    X, y = make_steps()
    splits = list(RepeatedKFold(n_splits=2, n_repeats=1, random_state=0).split(y))
    scoring = lambda estimator, X, y: rank_score(estimator, X, y)  # noqa: E731
    chosen = {"estimators": ["ridge"], "task": "regression"}
    result = compare(X, y, **chosen, cv=make(splits), scoring=scoring)
    code = result.settings["code"]
    compile(code, "code", "exec")
    assert "scoring=...,  # yours, of type function\n" in code
    assert "cv=...,  # yours, of type list" in code
    assert result.settings["cv"] == "2 splits"


def test_small_scores_keep_their_digits():
    X, _ = make_steps()
    y = 1e-3 * X[:, -1, 0] + 1e-3 * np.random.default_rng(0).normal(size=len(X))
    result = compare(X, y, estimators=["ridge"], scoring="neg_mean_squared_error", cv=3)
    score = result.table["score"]["ridge"]
    assert -1e-5 < score < 0
    printed = f"{score:.2e}"
    for text in (str(result), result.to_markdown(), result.verdict):
        assert printed in text


@pytest.mark.parametrize(
    ("score", "printed"),
    [
        (0.9, "0.900"),
        (-12.3456, "-12.346"),
        (1234.56, "1234.6"),
        (0.00962, "0.00962"),
        (0.05, "0.0500"),
        (-1.2345e-6, "-1.23e-06"),
        (-0.0, "0.000"),
    ],
)
def test_digits_of_scores(score, printed):
    assert write_score(score) == printed


# The verdict


def check_memory_problem(seed):
    X, y = make_adding_problem(seed)
    gru = GRURegressor(hidden_size=16, max_epochs=20, lr=0.03, random_state=seed)
    estimators = {name: ESTIMATORS["regression"][name](seed) for name in ("dummy", "ridge")}
    result = compare(X, y, estimators={**estimators, "gru": gru}, random_state=seed)
    pairs = result.significance.pairs.set_index("model")
    assert result.verdict.startswith("Use gru: its mean r2 is 0.9")
    assert pairs.loc["gru", "difference"] < 0
    assert pairs.loc["gru", "p_adjusted"] < 0.05


def check_linear_problem(seed):
    X, y = make_linear_problem(seed)
    gru = GRURegressor(hidden_size=16, max_epochs=10, random_state=seed)
    ridge = ESTIMATORS["regression"]["ridge"](seed)
    result = compare(X, y, estimators={"gru": gru, "ridge": ridge}, random_state=seed)
    assert result.significance.reference == "ridge"
    assert result.verdict.startswith("Use ridge:")
    assert "no network scores more" in result.verdict


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("check", [check_memory_problem, check_linear_problem])
def test_verdict_is_right_where_the_answer_is_known(check, seed):
    check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 20))
@pytest.mark.parametrize("check", [check_memory_problem, check_linear_problem])
def test_verdict_is_right_over_many_seeds(check, seed):
    check(seed)


def test_networks_alone_are_measured_against_the_smallest():
    X, y = make_adding_problem(0, n_samples=60)
    networks = {"lstm": LSTMRegressor(**SMALL), "gru": GRURegressor(**SMALL)}
    result = compare(X, y, estimators=networks)
    assert result.significance.reference == "gru"  # three gates against four


def judge(networks, n_splits=10, **scores):
    """The result for made-up scores: their means, with the same small noise each time."""
    noise = np.random.default_rng(0).normal(0, 0.02, (n_splits, len(scores)))
    costs = {"fit_seconds": 2.0, "predict_seconds": 0.1, "peak_memory_mb": 1.0}
    results = {
        name: pd.DataFrame({"score": score + noise[:, i], "n_parameters": i, **costs})
        for i, (name, score) in enumerate(scores.items())
    }
    settings = {
        "scoring": "accuracy",
        "n_splits": n_splits,
        "test_train_ratio": 0.25,
        "networks": networks,
        "left_out": {},
    }
    return EstimatorComparison.from_splits(results, settings)


@pytest.mark.parametrize(
    ("scores", "patterns"),
    [
        (
            {"dummy": 0.5, "logistic": 0.7, "gru": 0.9, "lstm": 0.6},
            [
                r"^Use gru: .* 0.898, against 0.701 of logistic, .*\(adjusted p < 0.001, corr",
                r"gru is sig.* than lstm \(0.898 and 0.605, p < 0.001\)",
            ],
        ),
        (
            {"dummy": 0.5, "logistic": 0.7, "gru": 0.71},
            [r"^Use logistic: .*gru scores 0.0[0-9]+ more, but .* chance \(p = .*more repeats"],
        ),
        ({"dummy": 0.5, "logistic": 0.9, "gru": 0.7}, ["^Use logistic: .*no network scores more"]),
        (
            {"dummy": 0.5, "logistic": 0.505, "gru": 0.4},
            [r"logistic:.*not significantly .*guessing \(p = "],
        ),
        (
            {"dummy": 0.5, "logistic": 0.505, "boosting": 0.5, "gru": 0.4},
            [r"logistic:.*not significantly .*guessing \(adjusted p = "],
        ),
        ({"dummy": 0.5, "logistic": 0.4, "gru": 0.4}, ["^Use dummy: .*by guessing"]),
        ({"dummy": 0.5, "logistic": 0.7}, ["^Use logistic: .*no network was compared"]),
        ({"gru": 0.7, "lstm": 0.9}, ["^Use lstm: .*of gru, the simpler choice"]),
    ],
)
def test_sentences(scores, patterns):
    verdict = judge(["gru", "lstm"], **scores).verdict
    for pattern in patterns:
        assert re.search(pattern, verdict), verdict
    assert verdict.count(". ") <= 1  # two sentences at most


def test_two_equal_differences_prove_nothing():
    scores = pd.DataFrame({"dummy": [0.5, 0.5], "gru": [0.55, 0.55]})
    pairs = splits_test(scores, "dummy", ["gru"], 1.0).pairs
    assert np.isnan(pairs["p_adjusted"][0])


def test_scores_that_are_not_defined_rank_nothing():
    X, y = make_steps(12)
    estimators = {name: ESTIMATORS["regression"][name](0) for name in ("dummy", "ridge")}
    with pytest.warns(UserWarning, match="R.2 score is not well-defined"):
        result = compare(X, y + 0.5 * X[:, 0, 0], estimators=estimators, cv=LeaveOneOut())
    assert result.verdict == "No model can be ranked: the r2 is not defined on these splits."


def test_a_panel_in_another_order_than_its_targets_is_refused():
    X, y = make_steps()
    panel = pd.concat(dict(enumerate(map(pd.DataFrame, X))), names=["sequence", "time"])
    y = pd.Series(y)
    assert len(compare(panel, y, estimators=["dummy"]).table) == 1
    with pytest.raises(ValueError, match="index of y names the sequences of X in another order"):
        compare(panel, y.sample(frac=1, random_state=0), estimators=["dummy"])


def test_a_single_split_proves_nothing():
    result = judge(["gru"], n_splits=1, logistic=0.5, gru=0.9)
    assert result.verdict.startswith("Use logistic")
    assert "one split, so no test" in result.verdict
    assert result.table["score_se"].isna().all()


def test_networks_are_one_family_of_tests():
    scores = {"dummy": 0.6, "logistic": 0.7, "boosting": 0.69, "gru": 0.74, "lstm": 0.73}
    pairs = judge(["gru", "lstm"], **scores).significance.pairs.set_index("model")
    p, adjusted = pairs["p_value"], pairs["p_adjusted"]
    first, second = sorted(["gru", "lstm"], key=p.get)
    assert adjusted[first] == pytest.approx(2 * p[first])
    assert adjusted[second] == pytest.approx(max(p[second], 2 * p[first]))
