"""The comparison of forecasters: folds, scores, panels, failures, interrupts, processes."""

import importlib.util
import os
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.linear_model import Ridge
from sktime.forecasting.base import BaseForecaster
from sktime.performance_metrics.forecasting import (
    MeanAbsoluteError,
    MeanAbsoluteScaledError,
    MeanRelativeAbsoluteError,
    MeanSquaredScaledError,
    MedianAbsoluteError,
)
from sktime.performance_metrics.forecasting.probabilistic import PinballLoss

from skrnn.comparison import MODELS, compare
from skrnn.comparison._quiet import caught_warnings
from skrnn.datasets import load_series
from skrnn.forecasting import GRUForecaster

CLASSICAL = ["naive", "snaive", "drift", "ets", "arima", "theta"]
SECONDS = ["fit_seconds", "predict_seconds"]
LEVELS = [0.025, 0.1, 0.5, 0.9, 0.975]


def months(n, start="2015-01"):
    return pd.period_range(start, periods=n, freq="M", name="month")


def panel(lengths, seed=0):
    """Series of a hierarchy that start together and end when they end."""
    rng = np.random.default_rng(seed)
    parts = {
        (f"r{i % 2}", i): pd.Series(rng.normal(10, 1, n), months(n)) for i, n in enumerate(lengths)
    }
    return pd.concat(parts, names=["region", "shop"]).sort_index().to_frame("units")


@pytest.fixture(scope="module")
def airline():
    return compare(load_series("airline"), fh=12, sp=12, models=CLASSICAL, verbose=0)


# Scores


def test_scores_are_those_of_the_definitions(airline):
    """Errors of the seasonal naive forecast, computed by hand."""
    y = load_series("airline").to_numpy()
    errors = {"MASE": [], "RMSSE": [], "sMAPE": []}
    for start in (96, 108, 120, 132):
        truth, forecast = y[start : start + 12], y[start - 12 : start]
        season = y[12:start] - y[: start - 12]
        errors["MASE"].append(np.abs(truth - forecast).mean() / np.abs(season).mean())
        errors["RMSSE"].append(np.sqrt(((truth - forecast) ** 2).mean() / (season**2).mean()))
        errors["sMAPE"].append((200 * np.abs(truth - forecast) / (truth + forecast)).mean())
    scores = airline.scores.query("model == 'snaive'")
    for name, values in errors.items():
        np.testing.assert_allclose(scores[name], values)
        assert airline.table.loc["snaive", name] == pytest.approx(np.mean(values))
        spread = np.std(values, ddof=1) / 2
        assert airline.table.loc["snaive", f"{name}_se"] == pytest.approx(spread)


def test_scores_are_those_of_sktime(airline):
    """Its metrics on the forecasts that the result holds."""
    y = load_series("airline")
    rows = airline.forecasts.query("model == 'ets' and fold == 2").set_index("time")
    scores = airline.scores.query("model == 'ets' and fold == 2").iloc[0]
    train = y[y.index < rows.index[0]]
    truth, forecast = (rows[name].rename(y.name) for name in ("truth", "forecast"))
    for name, metric in [
        ("MASE", MeanAbsoluteScaledError(sp=12)),
        ("RMSSE", MeanSquaredScaledError(sp=12, square_root=True)),
    ]:
        assert scores[name] == pytest.approx(metric(truth, forecast, y_train=train))
    inside = rows["truth"].between(rows["lower_80"], rows["upper_80"])
    assert scores["coverage_80"] == inside.mean()


def test_quantile_loss_is_twice_the_pinball_loss_in_units_of_the_mase():
    """Of the five quantiles; the median is no part of the result, so sktime predicts it again."""
    y = load_series("nile")
    result = compare(y, fh=4, models=["ets"], n_folds=1, verbose=0)
    from sktime.forecasting.statsforecast import StatsForecastAutoETS

    with pytest.warns(FutureWarning):
        model = StatsForecastAutoETS().fit(y[:-4], fh=[1, 2, 3, 4])
    loss = PinballLoss(alpha=LEVELS)(y[-4:], model.predict_quantiles(alpha=LEVELS))
    expected = 2 * loss / y[:-4].diff().abs().mean()
    assert result.table.loc["ets", "quantile_loss"] == pytest.approx(expected)


def test_chosen_metrics_and_metrics_of_sktime():
    y = panel([30, 30, 30])
    metrics = ("MASE", MeanAbsoluteScaledError(sp=1), MedianAbsoluteError(), "coverage")
    result = compare(y, fh=4, models=["naive", "snaive"], n_folds=2, metrics=metrics, verbose=0)
    table = result.table
    assert [column.removesuffix("_se") for column in table if column.endswith("_se")] == [
        "MASE",
        "MeanAbsoluteScaledError",
        "MedianAbsoluteError",
        "coverage_80",
        "coverage_95",
    ]
    np.testing.assert_allclose(table["MASE"], table["MeanAbsoluteScaledError"])
    rows = result.forecasts.query("model == 'naive' and fold == 1 and series == 'r1/1'")
    score = result.scores.query("model == 'naive' and fold == 1 and series == 'r1/1'").iloc[0]
    errors = (rows["truth"] - rows["forecast"]).abs()
    assert score["MedianAbsoluteError"] == pytest.approx(errors.median())
    assert result.settings["metrics"][2:] == ["MedianAbsoluteError", "coverage"]


def test_a_series_that_never_changes_has_no_scale():
    """It is left out of the means of scaled errors, and does not make them infinite."""
    y = panel([30, 30])
    y.loc[("r0", 0)] = 5.0
    result = compare(y, fh=2, models=["naive", "drift"], n_folds=2, verbose=0)
    scores = result.scores.pivot_table("MASE", "model", "series", dropna=False)
    assert scores["r0/0"].isna().all()
    pd.testing.assert_series_equal(
        result.table["MASE"].sort_index(), scores["r1/1"].sort_index(), check_names=False
    )
    assert result.table["sMAPE"].notna().all()


@pytest.mark.parametrize("level", [10, -1e6])
def test_a_season_repeated_up_to_rounding_has_no_scale(level):
    t = np.arange(96)
    y = panel([96, 96])
    y.loc[("r0", 0)] = (level * (1 + 0.1 * np.sin(2 * np.pi * t / 12)))[:, None]
    result = compare(y, fh=6, sp=12, models=["naive", "gru"], n_folds=2, verbose=0)
    assert result.scores.query("series == 'r0/0'")["MASE"].isna().all()
    assert result.table["MASE"].max() < 10


def test_nothing_is_ranked_by_a_metric_that_is_not_defined():
    y = pd.Series(5.0, months(30))
    result = compare(y, fh=2, models=["naive", "drift"], n_folds=2, verbose=0)
    assert result.table["MASE"].isna().all()
    assert result.table["sMAPE"].notna().all()
    assert result.verdict.startswith("No model can be ranked: the MASE is not defined")
    assert result.verdict.endswith(
        "is constant, or repeats its season exactly, there is none. "
        "Name another metric first, such as sMAPE."
    )
    ranked = compare(y, fh=2, models=["naive", "drift"], n_folds=2, metrics="sMAPE", verbose=0)
    assert ranked.verdict.startswith("Use ")


def test_zero_forecast_as_zero_is_no_error():
    y = pd.Series(np.tile([0.0, 1.0], 20), months(40))
    result = compare(y, fh=2, sp=2, models=["snaive"], metrics="sMAPE", n_folds=1, verbose=0)
    assert result.table.loc["snaive", "sMAPE"] == 0


# The result


def test_table_is_sorted_and_complete(airline):
    table = airline.table
    assert set(table.index) == set(CLASSICAL)
    assert table.index.name == "model"
    assert table["MASE"].is_monotonic_increasing
    assert table["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    assert table.loc["arima", "MASE"] < 1 < table.loc["naive", "MASE"]
    assert table["relative"].iloc[0] == 1
    assert (table["error"] == "").all()
    assert (table[SECONDS] >= 0).all(axis=None)
    assert len(airline.scores) == len(CLASSICAL) * 4


def test_forecasts_and_truth_are_aligned(airline):
    y = load_series("airline")
    forecasts = airline.forecasts
    assert len(forecasts) == len(CLASSICAL) * 48
    np.testing.assert_array_equal(forecasts["truth"], y[pd.PeriodIndex(forecasts["time"])])
    bounds = forecasts[["lower_95", "lower_80", "upper_80", "upper_95"]].to_numpy()
    assert (np.diff(bounds, axis=1) > 0).all()


def test_printed_it_is_a_table_and_a_verdict(airline):
    printed = str(airline)
    assert printed == repr(airline)
    assert printed.splitlines()[-1] == airline.verdict
    assert "MASE" in printed and "_se" not in printed
    assert max(map(len, printed.splitlines()[:-1])) <= 100


def test_csv(airline, tmp_path):
    paths = airline.to_csv(tmp_path / "report")
    assert [path.name for path in paths] == ["table.csv", "scores.csv", "forecasts.csv"]
    assert set(pd.read_csv(paths[0], index_col="model").index) == set(CLASSICAL)


def test_pictures_and_reports_are_those_of_the_reporting(airline, tmp_path, monkeypatch):
    """The result only hands itself on."""
    from skrnn.comparison import reporting

    for name in reporting.__all__:
        monkeypatch.setattr(reporting, name, lambda *given, name=name: f"{name} of {len(given)}")
    assert airline.plot(best=2) == "plot_forecasts of 2"
    assert airline.plot_ranks() == "plot_ranks of 1"
    assert airline.plot_cost() == "plot_cost of 1"
    assert airline.to_markdown() == "report_markdown of 1"
    assert airline._repr_html_() == "short_html of 1"
    path = airline.to_html(tmp_path / "new" / "report.html")
    assert path.read_text() == "report_html of 1"


def test_code_repeats_the_run(airline, capsys):
    names = {}
    exec(airline.settings["code"], names)
    assert str(names["result"].verdict) in capsys.readouterr().out
    pd.testing.assert_frame_equal(
        names["result"].table.drop(columns=SECONDS), airline.table.drop(columns=SECONDS)
    )
    assert airline.settings["versions"]["sktime"].count(".") == 2


def test_code_names_models_and_columns_to_fill_in():
    y = panel([30, 30])
    models = {"gru": GRUForecaster(max_steps=1, random_state=0)}
    X = y.rename(columns={"units": "price"})
    result = compare(y, X, fh=[1, 3], models=models, n_folds=1, verbose=0)
    code = result.settings["code"]
    assert "from skrnn.forecasting import GRUForecaster" in code
    assert "models={'gru': GRUForecaster(max_steps=1, random_state=0)}" in code
    assert "fh=[1, 3]" in code
    assert "y = ...  # your series or panel" in code
    assert "X = ...  # its exogenous columns" in code
    compile(code, "code", "exec")


# Folds


def spy(seen):
    """A forecaster that notes what it is fitted on."""

    class Spy(BaseForecaster):
        _tags = {
            "y_inner_mtype": ["pd.DataFrame", "pd_multiindex_hier"],
            "capability:exogenous": True,
        }
        _config = {"remember_data": False}
        _y = _X = None

        def _fit(self, y, X, fh):
            seen.append((y, X, fh))
            return self

        def _predict(self, fh, X):
            seen[-1] += (X,)
            index = fh.to_absolute_index(self.cutoff)
            return pd.Series(0.0, index)

    return Spy()


@pytest.mark.parametrize(("window", "lengths"), [("expanding", [15, 18]), ("sliding", [15, 15])])
def test_folds_follow_one_another_and_end_with_the_data(window, lengths):
    seen = []
    y = pd.Series(np.arange(21.0), months(21), name="y")
    X = pd.DataFrame({"x": np.arange(25)}, months(25))  # it may reach beyond y
    compare(y, X, fh=3, models={"spy": spy(seen)}, n_folds=2, window=window, verbose=0)
    assert [len(y) for y, *_ in seen] == lengths
    for (train, columns, fh, future), end in zip(seen, (15, 18)):
        assert train.index[-1] == y.index[end - 1]
        assert columns.index.equals(train.index)
        assert list(fh) == [1, 2, 3]
        assert future.index.equals(y.index[end : end + 3])


def test_some_steps_of_the_horizon():
    y = load_series("nile")
    some = compare(y, fh=[2, 5], models=["drift"], n_folds=2, verbose=0)
    every = compare(y, fh=5, models=["drift"], n_folds=2, verbose=0)
    expected = every.forecasts.groupby("fold").nth([1, 4]).reset_index(drop=True)
    pd.testing.assert_frame_equal(some.forecasts, expected)
    assert some.settings["fh"] == [2, 5]


def test_each_series_of_a_panel_ends_with_its_own_fold():
    """Series of different lengths and of two levels; X on the same rows."""
    y = panel([30, 37, 44])
    X = y.rename(columns={"units": "price"}) + 1
    models = {"gru": GRUForecaster(max_steps=2, random_state=0)}
    result = compare(y, X, fh=3, models=models, n_folds=2, verbose=0)
    assert sorted(result.scores["series"].unique()) == ["r0/0", "r0/2", "r1/1"]
    for region, shop in [("r0", 0), ("r1", 1)]:
        rows = result.forecasts.query(f"series == '{region}/{shop}'").sort_values("time")
        expected = y.loc[(region, shop), "units"][-6:]
        np.testing.assert_array_equal(rows["truth"], expected)
        assert list(rows["time"]) == list(expected.index)
    assert result.table.loc["gru", "error"] == ""
    by_series = result.scores.groupby("series")["MASE"].mean()
    assert result.table.loc["gru", "MASE"] == pytest.approx(by_series.mean())
    assert result.table.loc["gru", "MASE_se"] == pytest.approx(by_series.std() / np.sqrt(3))


def test_columns_help_the_models_that_use_them():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"promotion": rng.normal(size=80)}, months(80))
    y = (5 * X["promotion"] + 0.1 * rng.normal(size=80)).rename("sales")
    with_columns = compare(y, X, fh=4, models=["arima", "ets"], n_folds=2, verbose=0)
    without = compare(y, fh=4, models=["arima", "ets"], n_folds=2, verbose=0)
    assert with_columns.table.loc["arima", "MASE"] < 0.2 * without.table.loc["arima", "MASE"]
    assert with_columns.table.loc["ets", "MASE"] == without.table.loc["ets", "MASE"]
    told = "Over the horizon the true values of promotion were given, which ets cannot use."
    assert with_columns.verdict.endswith(told)
    assert told in with_columns.to_markdown()
    assert "true values" not in without.verdict


@pytest.mark.parametrize("kind", ["single", "panel"])
def test_any_index_of_sktime_gives_the_same_scores(kind):
    """Periods, time stamps and whole numbers."""
    y = panel([40, 40]) if kind == "panel" else load_series("nile")[-40:].to_frame()
    numbers = np.tile(np.arange(40), len(y) // 40)
    periods = months(40)[numbers]
    scores = []
    for times in (periods, periods.to_timestamp(), numbers):
        index = [y.index.get_level_values(level) for level in range(y.index.nlevels - 1)]
        other = y.set_axis(pd.MultiIndex.from_arrays([*index, times]) if index else pd.Index(times))
        if kind == "single" and isinstance(other.index, pd.DatetimeIndex):
            other = other.asfreq("MS")
        models = {"gru": GRUForecaster(max_steps=2, random_state=0)}
        X = other.rename(columns=lambda name: "x") * 2
        result = compare(other, X, fh=2, sp=4, models=models, n_folds=2, verbose=0)
        assert result.table.loc["gru", "error"] == ""
        scores.append(result.scores.drop(columns=SECONDS))
    pd.testing.assert_frame_equal(scores[0], scores[1])
    pd.testing.assert_frame_equal(scores[0], scores[2])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"fh": 40},
            ValueError,
            r"The series has 100 observations: too few for 4 folds of 40 steps after a first "
            r"training part of 42 \(the horizon and two more\). Ask for at most 1 fold or a",
        ),
        (
            {"sp": 100},
            ValueError,
            r"of 101 \(a season of 100 and one more\). Ask for a shorter horizon or a shorter sea",
        ),
        (
            {"y": panel([40, 9]), "n_folds": 1, "fh": 4},
            ValueError,
            r"The shortest series, 'r1/1', has 9 .*for 1 fold of 4 steps.* or leave out short",
        ),
        ({"fh": 0}, ValueError, "fh must be a positive int or several of them, .* got 0"),
        ({"fh": []}, ValueError, "fh must be a positive int"),
        ({"fh": [1.5]}, ValueError, r"fh must be a positive int.*got \[1.5\]"),
        ({"fh": 1.5}, ValueError, "fh must be a positive int.*got 1.5"),
        ({"fh": load_series("nile").index[-2:]}, ValueError, "fh must be a positive int"),
        ({"n_folds": 0}, ValueError, "'n_folds' parameter of compare must be an int in the range"),
        ({"n_folds": 2.5}, ValueError, "'n_folds'.* int in the range.*Got 2.5"),
        ({"window": "rolling"}, ValueError, "'window' parameter of compare must be a str among"),
        ({"sp": 0}, ValueError, "'sp' parameter of compare must be an int in the range .1, inf"),
        ({"sp": -1}, ValueError, "'sp'.*Got -1"),
        ({"sp": 12.0}, ValueError, "'sp'.*Got 12.0"),
        ({"n_jobs": 0}, ValueError, "'n_jobs' parameter of compare must be.*Got 0"),
        ({"backend": "local"}, ValueError, "'backend' parameter of compare.*Got 'local'"),
        ({"random_state": -1}, ValueError, "'random_state' parameter of compare.*Got -1"),
        ({"models": None}, ValueError, "'models' parameter of compare must be"),
        ({"models": {1: GRUForecaster()}}, TypeError, "Names of models must be strings, got 1"),
        ({"models": [GRUForecaster()]}, ValueError, r"Unknown models \[GRUForecaster"),
        ({"metrics": ["MAE"]}, ValueError, "Unknown metric 'MAE'; choose from"),
        ({"metrics": ["coverage", "MASE"]}, ValueError, "first metric ranks the models"),
        ({"metrics": []}, ValueError, "first metric ranks the models"),
        ({"metrics": [PinballLoss()]}, ValueError, "PinballLoss needs more than point forecasts"),
        ({"metrics": [MeanRelativeAbsoluteError()]}, ValueError, "needs more than point"),
        (
            {"metrics": [MedianAbsoluteError(), MedianAbsoluteError(multioutput="raw_values")]},
            ValueError,
            "Two metrics have the name 'MedianAbsoluteError'.*Leave one out, or set",
        ),
        ({"y": "nile"}, TypeError, "y is not a series or panel in an sktime format"),
        (
            {"y": pd.DataFrame({"a": range(99), "b": 1})},
            ValueError,
            r"one column, got 2: \['a', 'b'\]",
        ),
        (
            {"X": pd.DataFrame({"x": range(9)})},
            ValueError,
            "row for each of y, but lacks 100, first",
        ),
    ],
)
def test_wrong_requests(options, error, message):
    with pytest.raises(error, match=message):
        compare(**{"y": load_series("nile"), "fh": 2, "models": ["naive"], "verbose": 0, **options})


DATES = pd.date_range("2020-01-01", periods=40, freq="D")
DAYS = pd.Series(np.arange(40.0) % 7, DATES, name="y")
TWO = pd.concat({"a": DAYS, "b": DAYS}, names=["shop", "day"]).to_frame()


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (DAYS.replace(3.0, np.inf), ValueError, "'y' of y holds infinite values; replace them"),
        (DAYS[::-1], ValueError, r"be sorted .* but 2020-02-08 00:00:00 comes after 2020-02-09"),
        (TWO.iloc[[0, 2, 1, 40]], ValueError, r"2020-01-02 .* in series 'a'; use y.sort_index"),
        (DAYS.iloc[[0, 1, 1, 2]], ValueError, "2020-01-02 00:00:00 comes twice; drop or aggregate"),
        (DAYS.drop(DATES[[3, 9]]), ValueError, "frequency of y's DatetimeIndex is unknown. Set it"),
        (DAYS.set_axis(range(0, 80, 2)), ValueError, r"steps of 2, expected.*y.index // 2"),
        (
            pd.concat({i: DAYS.set_axis(range(0, 80, 2)) for i in (1, 2)}, names=["shop", "day"]),
            ValueError,
            r"steps of 2, expected.*y.index // 2",
        ),
        (DAYS.set_axis(DATES.astype(str)), TypeError, "must hold dates, periods or whole numbers"),
        (DAYS.set_axis([pd.NaT, *DATES[1:]]), ValueError, "index of y has missing times"),
        (DAYS.astype(complex), ValueError, "y must hold numbers, got values of kind complex"),
        (pd.Series(list("abc") * 10), ValueError, "y must hold numbers, got values of kind"),
        (DAYS * np.nan, ValueError, "has no observation; leave it out"),
        (
            [[1.0, 2.0], [3.0, 4.0]],
            ValueError,
            r"must be one series of numbers, got shape \(2, 2\)",
        ),
        (["one", "two"], ValueError, "must be one series of numbers, got other values"),
        ([], ValueError, "y is empty"),
        (None, TypeError, "expected a Series, or a DataFrame, .* got NoneType"),
        (
            load_series("nile").drop(load_series("nile").index[[7, 9]]),
            ValueError,
            "y leaves out 2 times between its first and last, first 1878. Add rows",
        ),
        (
            panel([30, 31]).drop(("r1", 1, pd.Period("2016-03", "M"))),
            ValueError,
            "y leaves out 1 times .* of series 'r1/1', first 2016-03",
        ),
        (pd.Series(range(9)).drop(4), ValueError, "y leaves out 1 times .* first 4"),
        (
            panel([30, 31]).rename(index={"r0": "a/b", 0: "c", "r1": "a", 1: "b/c"}),
            ValueError,
            "Two series of y have the same name as text, 'a/b/c'; rename one",
        ),
    ],
)
def test_data_are_checked_before_a_model_runs(y, error, message):
    with pytest.raises(error, match=message) as caught:
        compare(y, fh=2, models={"broken": Moody(fail_at(36, AssertionError))}, verbose=0)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (DAYS, TypeError, "X must be a DataFrame of exogenous columns .* got Series"),
        (DAYS[::-1].to_frame(), ValueError, "times of X must be sorted .* use X.sort_index"),
        (pd.concat([DAYS, DAYS]).sort_index().to_frame(), ValueError, "comes twice; drop"),
        (
            DAYS.replace(3.0, -np.inf).to_frame("x"),
            ValueError,
            r"Column 'x' of X holds infinite",
        ),
        (
            pd.concat([DAYS, DAYS], axis=1),
            ValueError,
            "X has the column 'y' more than once; rename",
        ),
    ],
)
def test_columns_are_checked_before_a_model_runs(X, error, message):
    with pytest.raises(error, match=message):
        compare(DAYS, X, fh=2, models=["naive"], verbose=0)


def test_series_of_a_panel_in_any_order():
    """sktime's intervals want them sorted; in a dict they stand as store 1, 2, ..., 10."""
    y = panel([30, 37])
    other = pd.concat([y.loc[["r1"]], y.loc[["r0"]]])
    assert not other.index.is_monotonic_increasing
    tables = [
        compare(data, fh=2, models=["naive", "ets"], n_folds=2, verbose=0).table.drop(
            columns=SECONDS
        )
        for data in (y, other)
    ]
    pd.testing.assert_frame_equal(*tables)


@pytest.mark.parametrize("kind", ["bool", "Float64", "object"])
def test_other_kinds_of_numbers(kind):
    y = DAYS > 3
    expected = compare(y.astype(float), fh=2, models=["drift"], n_folds=2, verbose=0)
    found = compare(y.astype(kind), fh=2, models=["drift"], n_folds=2, verbose=0)
    pd.testing.assert_frame_equal(
        found.scores.drop(columns=SECONDS), expected.scores.drop(columns=SECONDS)
    )


def test_metrics_named_twice_count_once():
    metrics = ["MASE", MedianAbsoluteError(), "MASE", MedianAbsoluteError()]
    result = compare(DAYS, fh=2, models=["drift"], n_folds=2, metrics=metrics, verbose=0)
    assert result.settings["metrics"] == ["MASE", "MedianAbsoluteError"]
    columns = ["MASE", "MASE_se", "MedianAbsoluteError", "MedianAbsoluteError_se"]
    assert list(result.table.columns[:4]) == columns


def test_plain_numbers_are_a_series():
    result = compare(np.arange(30.0), fh=2, models=["drift"], n_folds=2, verbose=0)
    assert result.table.loc["drift", "MASE"] == pytest.approx(0)


# Failures, warnings, interrupts


class Moody(BaseForecaster):
    """Forecasts zero, unless it is told to do something else at some of its fits."""

    _tags = {"y_inner_mtype": "pd.Series"}
    _config = {"remember_data": False}
    _y = _X = None

    def __init__(self, mood=None):
        self.mood = mood
        super().__init__()

    def _fit(self, y, X, fh):
        if self.mood is not None:
            self.mood(len(y))
        return self

    def _predict(self, fh, X):
        return pd.Series(0.0, fh.to_absolute_index(self.cutoff))


def fail_at(length, error):
    def mood(n):
        if n == length:
            raise error

    return mood


def test_a_failing_model_becomes_a_row():
    models = {"broken": Moody(fail_at(98, RuntimeError("out of order"))), "zero": Moody()}
    result = compare(load_series("nile"), fh=1, models=models, n_folds=3, verbose=0)
    assert result.table.index.tolist() == ["zero", "broken"]
    assert result.table.loc["broken", "error"] == "fold 2: out of order"
    assert result.table.loc["broken"].drop("error").isna().all()
    assert "broken failed: fold 2: out of order" in str(result)
    assert set(result.scores["model"]) == {"zero"}
    with pytest.raises(ValueError, match="Every model failed: broken: fold 3: out of order"):
        compare(load_series("nile"), fh=1, models={"broken": models["broken"]}, verbose=0)


def promoted(kinds, seed):
    """Sales that follow a price and promotions of some kinds."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(60, 2)), months(60), columns=["units", "price"])
    table["promotion"] = rng.choice(kinds, 60)
    effects = table["promotion"].map({"none": 0, "sale": 5, "event": -4})
    table["units"] = 0.1 * table["units"] + table["price"] + effects
    return table


def test_categories_are_encoded_for_models_that_take_none():
    """Or the strongest classical models would fail, and leave the field to the networks."""
    table = promoted(["event", "none", "sale"], seed=0)
    with caught_warnings():  # sktime announces changes of its own
        models = {name: MODELS[name](1, 0) for name in ("naive", "arima", "sarima")}
    models |= {"ridge": Ridge(), "gru": GRUForecaster(max_steps=0, random_state=0)}
    settings = {"fh": 3, "n_folds": 2, "models": models, "verbose": 0}
    result = compare(table["units"], table[["promotion", "price"]], **settings)
    needy = ["arima", "sarima", "ridge"]
    assert result.settings["encoded"] == needy
    assert "Categories: one-hot encoded for arima, sarima and ridge" in result.to_markdown()
    dummies = pd.get_dummies(table[["price", "promotion"]], drop_first=True)
    by_hand = compare(table["units"], dummies, **settings)
    assert by_hand.settings["encoded"] == []
    np.testing.assert_allclose(
        result.table.loc[needy, "MASE"], by_hand.table.loc[needy, "MASE"], rtol=1e-3
    )


@pytest.mark.filterwarnings("ignore:Model s?arima warned:UserWarning")  # of unknown categories
def test_categories_that_a_series_or_a_fold_lacks():
    parts = {"a": promoted(["none", "sale"], 0), "b": promoted(["event", "none", "sale"], 1)}
    table = pd.concat({**parts, "c": promoted(["none"], 2)}, names=["shop"])
    table.loc[("a", "2019-12"), "promotion"] = "closure"  # in the last fold only
    models = ["naive", "arima", "sarima"]
    X = table[["promotion", "price"]]
    result = compare(table[["units"]], X, fh=3, models=models, n_folds=2, verbose=0)
    assert (result.table["error"] == "").all()
    errors = result.scores.pivot_table("MASE", "model", "series")
    assert (errors.loc[["arima", "sarima"]] < 0.3 * errors.loc["naive"]).all(axis=None)


def test_missing_values_are_interpolated_for_models_that_take_none():
    """Or the strongest classical models would fail, and leave the field to the networks."""
    y = load_series("airline")
    y.iloc[90] = np.nan
    names = ["snaive", "ets", "theta", "gru"]
    result = compare(y, fh=6, sp=12, n_folds=2, models=names, verbose=0)
    assert (result.table["error"] == "").all()
    assert result.settings["interpolated"] == ["ets", "theta"]
    assert "Missing values: interpolated for ets and theta" in result.to_markdown()
    whole = compare(y.interpolate(), fh=6, sp=12, n_folds=2, models=names, verbose=0)
    for name in ("ets", "theta"):
        assert result.table.loc[name, "sMAPE"] == whole.table.loc[name, "sMAPE"]
    assert not whole.settings["interpolated"]
    with caught_warnings():  # sktime announces changes of its own
        own = {name: MODELS[name](12, 0) for name in names[:2]}  # yours are left alone
    result = compare(y, fh=6, sp=12, n_folds=2, models=own, verbose=0)
    assert "missing" in result.table.loc["ets", "error"]
    assert result.verdict.startswith("Of the models that ran, use snaive")


@pytest.mark.parametrize("in_y", [False, True])
def test_missing_values_of_columns_are_interpolated_too(in_y):
    table = promoted(["event", "none", "sale"], seed=0)
    table.loc[table.index[[20, 21, -2]], "price"] = np.nan  # in the horizon of a fold as well
    if in_y:
        table.loc[table.index[[30]], "units"] = np.nan
    X = table[["promotion", "price"]]
    models = ["naive", "ets", "arima", "sarima", "gru"]
    result = compare(table["units"], X, fh=3, models=models, n_folds=2, verbose=0)
    assert (result.table["error"] == "").all()
    assert result.settings["interpolated"] == ["ets", "arima", "sarima"]
    filled = X.assign(price=X["price"].interpolate())
    whole = compare(table["units"], filled, fh=3, models=["arima"], n_folds=2, verbose=0)
    mase = result.table.loc["arima", "MASE"]
    assert mase == pytest.approx(whole.table.loc["arima", "MASE"], rel=0.2)
    assert mase < 0.3 * result.table.loc["naive", "MASE"]


@pytest.mark.filterwarnings("ignore:Model arima warned.*rank-deficient:UserWarning")
def test_columns_may_be_unknown_all_over_a_horizon():
    table = promoted(["event", "none", "sale"], seed=0)
    X = table[["promotion", "price"]].assign(never=np.nan)
    X.loc[X.index[-3:], "price"] = np.nan
    panel = pd.concat({"a": table[["units"]], "b": table[["units"]]}, names=["shop"])
    of_panel = pd.concat({"a": X, "b": X.assign(price=1.0)}, names=["shop"])
    settings = {"fh": 3, "n_folds": 2, "models": ["naive", "ets", "arima"], "verbose": 0}
    for y, columns in ((table["units"], X), (panel, of_panel)):
        result = compare(y, columns, **settings)
        assert (result.table["error"] == "").all()
        assert result.table.loc["arima", "MASE"] < result.table.loc["naive", "MASE"]


@pytest.mark.parametrize("text", [object, "string", "category"])
def test_columns_of_objects_are_what_the_networks_take_them_for(text):
    """Numbers, or categories, of which some may be missing."""
    table = promoted(["event", "none", "sale"], seed=0)
    X = table[["promotion", "price"]]
    plain = X.assign(promotion=X["promotion"].where(X["price"] > X["price"].quantile(0.1), np.nan))
    told = plain.astype({"promotion": text, "price": object})
    if text == "category":
        told["promotion"] = plain["promotion"].astype("string").astype("category")
    settings = {"fh": 3, "n_folds": 2, "models": ["naive", "ets", "arima", "gru"], "verbose": 0}
    expected, found = (compare(table["units"], part, **settings) for part in (plain, told))
    for result in (expected, found):
        assert (result.table["error"] == "").all()
        assert result.settings["encoded"] == ["arima"]
    np.testing.assert_allclose(found.table["MASE"], expected.table.loc[found.table.index, "MASE"])


def test_missing_values_are_scored_by_nothing():
    y = load_series("airline").astype(float)
    y.iloc[[130, 141]] = np.nan
    own = MeanAbsoluteError()
    settings = {"fh": 6, "sp": 12, "verbose": 0, "metrics": ["MASE", "coverage", own]}
    result = compare(y, models=["snaive", "ets"], **settings)
    assert (result.table["error"] == "").all()
    forecasts = result.forecasts[result.forecasts["model"] == "ets"]
    assert forecasts["truth"].isna().sum() == 2
    errors = (forecasts["truth"] - forecasts["forecast"]).abs().groupby(forecasts["fold"]).mean()
    scores = result.scores[result.scores["model"] == "ets"].set_index("fold")
    np.testing.assert_allclose(scores[own.name], errors)
    assert np.isfinite(scores["MASE"]).all()


def test_a_fold_of_missing_values_alone_has_no_say():
    y = load_series("airline").astype(float)
    y.iloc[-12:-6] = np.nan
    settings = {"fh": 6, "sp": 12, "verbose": 0, "models": ["snaive", "ets", "gru"]}
    result = compare(y, metrics=["MASE", "coverage", MeanAbsoluteError()], **settings)
    empty = result.scores["fold"] == 2
    columns = ["MASE", "coverage_80", "coverage_95", "MeanAbsoluteError"]
    assert result.scores.loc[empty, columns].isna().all(axis=None)
    assert result.scores.loc[~empty, columns].notna().all(axis=None)
    assert "test over 3 folds" in result.verdict


def test_missing_values_are_no_forecast():
    class Silent(Moody):
        def _predict(self, fh, X):
            return super()._predict(fh, X) * np.nan

    result = compare(
        load_series("nile"), fh=1, models={"a": Silent(), "b": Moody()}, n_folds=1, verbose=0
    )
    assert "missing values" in result.table.loc["a", "error"]


def test_a_model_warns_once():
    def mood(n):
        for text in ("singular", "slow", "singular"):
            warnings.warn(text, RuntimeWarning, stacklevel=1)

    models = {"grumbler": Moody(mood), "zero": Moody()}
    with pytest.warns(UserWarning, match="grumbler") as caught:
        compare(load_series("nile"), fh=1, models=models, n_folds=3, verbose=0)
    expected = "Model grumbler warned: RuntimeWarning: singular (1 more)"
    assert [str(w.message) for w in caught] == [expected]
    assert caught[0].filename == __file__  # it points at the call


def test_interrupt_keeps_the_folds_that_all_models_have_done():
    models = {"first": Moody(), "second": Moody(fail_at(97, KeyboardInterrupt)), "third": Moody()}
    result = compare(load_series("nile"), fh=1, models=models, n_folds=4, verbose=0)
    assert result.settings["interrupted"] is True
    done = result.scores[["model", "fold"]].value_counts()
    assert done.to_dict() == {("first", 0): 1, ("second", 0): 1, ("third", 0): 1}
    assert result.verdict.startswith("Interrupted after 1 of 4 folds. ")


def test_interrupt_in_the_first_fold_keeps_the_models_that_are_done():
    models = {"first": Moody(), "second": Moody(fail_at(96, KeyboardInterrupt)), "third": Moody()}
    result = compare(load_series("nile"), fh=1, models=models, n_folds=4, verbose=0)
    assert result.table["error"].astype(bool).to_dict() == {
        "first": False,
        "second": True,
        "third": True,
    }
    with pytest.raises(KeyboardInterrupt):
        compare(load_series("nile"), fh=1, models={"a": models["second"]}, verbose=0)


def test_a_network_lets_the_interrupt_through(monkeypatch):
    """Ctrl-C during its training ends the comparison, not one fit cut short and scored."""
    original = torch.optim.AdamW.step
    steps = []

    def step(self, *args, **kwargs):
        steps.append(self)
        if len(steps) == 15:
            raise KeyboardInterrupt
        return original(self, *args, **kwargs)

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    settings = {"prior": None, "max_steps": 10, "n_members": 2, "random_state": 0}
    models = {"zero": Moody(), "gru": GRUForecaster(**settings)}
    result = compare(load_series("nile"), fh=1, models=models, n_folds=2, verbose=0)
    assert result.settings["interrupted"]
    assert "interrupted" in result.table.loc["gru", "error"]


# Repeating, processes, progress


def test_networks_take_part_and_repeat_themselves():
    y = load_series("lynx")
    models = {"gru": GRUForecaster(max_steps=20, random_state=0)}
    threads = torch.get_num_threads()
    one, two = (compare(y, fh=3, models=models, n_folds=2, verbose=0) for _ in range(2))
    pd.testing.assert_frame_equal(one.table.drop(columns=SECONDS), two.table.drop(columns=SECONDS))
    assert one.settings["networks"] == ["gru"]
    assert one.table.loc["gru", "n_parameters"] > 100
    assert torch.get_num_threads() == threads
    assert models["gru"].is_fitted is False


def same_table(**options):
    """Check that options give the table and the forecasts of one model after the other."""
    y = load_series("lynx")
    models = {
        "gru": GRUForecaster(max_steps=20, random_state=0),
        "lstm": GRUForecaster(max_steps=20, random_state=1),
    }
    one = compare(y, fh=3, models=models, n_folds=2, verbose=0)
    two = compare(y, fh=3, models=models, n_folds=2, verbose=0, **options)
    pd.testing.assert_frame_equal(one.table.drop(columns=SECONDS), two.table.drop(columns=SECONDS))
    pd.testing.assert_frame_equal(one.forecasts, two.forecasts)


class Where(Moody):
    """A forecaster whose number of parameters is that of the process it was fitted in."""

    def _fit(self, y, X, fh):
        self.n_parameters_ = os.getpid()
        return self


def test_two_processes_give_the_same_table():
    same_table(n_jobs=2)
    models = {"a": Where(), "b": Where()}
    for n_jobs, here in ((1, True), (2, False)):
        result = compare(load_series("nile"), fh=1, models=models, n_jobs=n_jobs, verbose=0)
        assert ((result.table["n_parameters"] == os.getpid()) == here).all()


def test_threads_give_the_same_table():
    same_table(n_jobs=2, backend="threading")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of distributed, about ports and event loops
def test_a_dask_cluster_gives_the_same_table():
    distributed = pytest.importorskip("distributed")
    cluster = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**cluster) as local, distributed.Client(local) as client:
        same_table(backend="dask")
        tasks = client.run(lambda dask_worker: len(dask_worker.state.log) > 0)
        assert all(tasks.values())


def test_progress_names_model_and_fold(capsys):
    compare(load_series("nile"), fh=2, models=["naive", "drift"], n_folds=2, verbose=1)
    shown = capsys.readouterr().err
    assert "drift, fold 2 of 2" in shown
    assert "0/4" in shown and "3/4" in shown
    compare(load_series("nile"), fh=2, models=["naive"], n_folds=1, verbose=0)
    assert capsys.readouterr().err == ""


def test_drawing_is_loaded_when_it_is_needed():
    if importlib.util.find_spec("matplotlib") is None:
        pytest.skip("matplotlib is not installed")
    code = "import sys, skrnn.comparison; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_levels_without_names_and_whole_numbers_in_columns():
    """What users bring: an index from concat, and dummies that are integers."""
    rng = np.random.default_rng(0)
    index = pd.period_range("2015-01", periods=40, freq="M")
    X = pd.concat([pd.DataFrame({"on": rng.integers(0, 2, 40)}, index)] * 2, keys=["a", "b"])
    y = (5.0 * X["on"] + rng.normal(size=80)).to_frame("y")
    result = compare(y, X, fh=2, models=["naive", "arima"], n_folds=2, verbose=0)
    assert result.table.loc["arima", "MASE"] < 0.5 * result.table.loc["naive", "MASE"]
    assert set(result.scores["series"]) == {"a", "b"}
    assert y.index.names == [None, None]
