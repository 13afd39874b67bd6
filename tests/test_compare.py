"""The comparison of models, and its command line."""

import re

import numpy as np
import pandas as pd
import pytest
from sktime.forecasting.base import BaseForecaster

from skrnn import cli
from skrnn.comparison import MODELS, compare
from skrnn.datasets import SERIES, load_series
from skrnn.forecasting import GRUForecaster

CLASSICAL = ["naive", "snaive", "drift", "ets", "arima", "theta"]


@pytest.fixture(scope="module")
def airline():
    return compare(load_series("airline"), fh=12, sp=12, models=CLASSICAL, verbose=0)


def test_scores_are_those_of_the_definitions(airline):
    """MASE and sMAPE of the seasonal naive forecast, computed by hand."""
    y = load_series("airline").to_numpy()
    mase, smape = [], []
    for start in (96, 108, 120, 132):
        truth, forecast = y[start : start + 12], y[start - 12 : start]
        scale = np.abs(y[12:start] - y[: start - 12]).mean()
        mase.append(np.abs(truth - forecast).mean() / scale)
        smape.append((200 * np.abs(truth - forecast) / (truth + forecast)).mean())
    assert airline.table.loc["snaive", "MASE"] == pytest.approx(np.mean(mase))
    assert airline.table.loc["snaive", "sMAPE"] == pytest.approx(np.mean(smape))


def test_table_is_sorted_and_complete(airline):
    assert set(airline.table.index) == set(CLASSICAL)
    assert airline.table["MASE"].is_monotonic_increasing
    assert (airline.table[["fit_seconds", "predict_seconds"]] >= 0).all(axis=None)
    assert len(airline.scores) == len(CLASSICAL) * 4
    assert airline.table.loc["arima", "MASE"] < 1 < airline.table.loc["naive", "MASE"]


def test_forecasts_and_truth_are_aligned(airline):
    y = load_series("airline")
    forecasts = airline.forecasts
    assert len(forecasts) == len(CLASSICAL) * 48
    np.testing.assert_array_equal(forecasts["truth"], y[pd.PeriodIndex(forecasts["time"])])


def test_networks_take_part_and_repeat_themselves():
    y = load_series("lynx")
    models = {"gru": GRUForecaster(max_steps=20, random_state=0)}
    one, two = (compare(y, fh=3, models=models, n_folds=2, verbose=0) for _ in range(2))
    pd.testing.assert_frame_equal(one.table[["MASE", "sMAPE"]], two.table[["MASE", "sMAPE"]])


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_name_runs(name):
    result = compare(load_series("nile"), fh=2, models=[name], n_folds=1, verbose=0)
    assert result.table.index.tolist() == [name]
    assert np.isfinite(result.table["MASE"]).all()


def test_panel():
    y = pd.concat({k: load_series(k)[-60:] for k in ("gdp", "unemployment")}, names=["s", "t"])
    result = compare(y.to_frame("y"), fh=2, sp=4, models=["snaive", "rnn"], n_folds=2, verbose=0)
    assert len(result.forecasts) == 2 * 2 * 2 * 2
    assert np.isfinite(result.table["MASE"]).all()
    assert result.plot().axes


class Broken(BaseForecaster):
    _config = {"remember_data": False}
    _y = _X = None

    def _fit(self, y, X, fh):
        raise RuntimeError("out of order")


def test_a_failing_model_becomes_a_row(capsys):
    models = {"broken": Broken(), "gru": GRUForecaster(max_steps=2, random_state=0)}
    result = compare(load_series("nile"), fh=2, models=models, n_folds=1, verbose=0)
    assert result.table.index.tolist() == ["gru", "broken"]
    assert "out of order" in result.table.loc["broken", "error"]
    assert "out of order" in str(result)
    with pytest.raises(ValueError, match="Every model failed: broken"):
        compare(load_series("nile"), fh=2, models={"broken": Broken()}, verbose=0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"models": ["prophecy"]}, r"Unknown models \['prophecy'\]; choose from"),
        ({"fh": 40}, "100 observations: too few for 4 folds of 40 steps"),
        ({"window": "rolling"}, "window='rolling': expected one of"),
    ],
)
def test_wrong_requests(options, message):
    with pytest.raises(ValueError, match=message):
        compare(load_series("nile"), **{"fh": 2, "verbose": 0, **options})


def test_missing_package_is_named_with_its_extra(monkeypatch):
    import skrnn._optional as optional

    def refuse(module):
        raise ModuleNotFoundError(module)

    monkeypatch.setattr(optional, "import_module", refuse)
    with pytest.raises(ImportError, match=r"statsforecast is not installed.*skrnn\[compare\]"):
        compare(load_series("nile"), fh=2, models=["ets"], verbose=0)


def test_picture_shows_truth_and_best_models(airline):
    figure = airline.plot(best=2)
    labels = figure.axes[0].get_legend_handles_labels()[1]
    assert labels == ["observed", *airline.table.index[:2]]


# Bundled series


@pytest.mark.parametrize("name", sorted(SERIES))
def test_bundled_series(name):
    y = load_series(name)
    assert y.name == name
    assert y.notna().all()
    assert y.index.equals(pd.period_range(y.index[0], y.index[-1], freq=SERIES[name].freq))


def test_unknown_series():
    with pytest.raises(ValueError, match="no bundled series 'airlines'; choose one of"):
        load_series("airlines")


# Command line


def test_command_on_a_bundled_series(tmp_path, capsys):
    argv = "compare --dataset nile --horizon 2 --folds 2 --models naive gru --out".split()
    assert cli.main([*argv, str(tmp_path / "report")]) == 0
    printed = capsys.readouterr().out
    assert "seasonal period: 1" in printed
    assert "MASE" in printed
    written = sorted(path.name for path in (tmp_path / "report").iterdir())
    assert written == ["forecasts.csv", "forecasts.png", "scores.csv", "table.csv"]
    assert all(name in printed for name in written)
    table = pd.read_csv(tmp_path / "report" / "table.csv", index_col="model")
    assert set(table.index) == {"naive", "gru"}


@pytest.fixture
def sales(tmp_path):
    """Monthly sales of two stores, shuffled."""
    months = pd.date_range("2020-01-01", periods=40, freq="MS")
    parts = [
        pd.DataFrame({"month": months, "store": store, "units": np.arange(40.0) * i + 5})
        for i, store in enumerate("ab", start=1)
    ]
    path = tmp_path / "sales.csv"
    table = pd.concat(parts).sample(frac=1, random_state=0)
    table.to_csv(path, index=False)
    return path, table


ARGUMENTS = "--target units --time month --horizon 3 --folds 2 --models naive snaive".split()


def test_command_on_a_csv_panel(sales, capsys):
    path, _ = sales
    assert cli.main(["compare", str(path), *ARGUMENTS, "--id", "store"]) == 0
    printed = capsys.readouterr().out
    assert "seasonal period: 12" in printed
    assert "snaive" in printed


def break_target(table):
    return table.assign(units=["many", *table["units"].iloc[1:]])


def break_time(table):
    return table.assign(month=["soon", *table["month"].iloc[1:].astype(str)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.rename(columns={"units": "sold"}), r"has no column \['units'\]"),
        (break_target, "'units' must hold numbers.*first in row 1: 'many'"),
        (break_time, "'month' must hold dates or whole numbers; row 1 holds 'soon'"),
        (lambda t: t, "'month' has .* more than once.*--id"),
        (lambda t: t[t.store == "a"].sort_values("month").drop(index=7), "no regular frequency"),
        (
            lambda t: t[t.store == "a"].assign(month=[*range(20), *range(21, 41)]),
            "not evenly spaced: there is a gap before 21",
        ),
    ],
)
def test_wrong_csv(sales, capsys, change, message):
    path, table = sales
    change(table).to_csv(path, index=False)
    assert cli.main(["compare", str(path), *ARGUMENTS]) == 1
    assert re.search(message, capsys.readouterr().err)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("compare --horizon 2", "either a CSV file or a bundled series"),
        ("compare x.csv --horizon 2", "needs --target and --time"),
        ("compare x.csv --target a --time b --horizon 2", "x.csv"),
        ("compare --dataset nothing --horizon 2", "no bundled series"),
    ],
)
def test_wrong_command(argv, message, capsys):
    assert cli.main(argv.split()) == 1
    assert message in capsys.readouterr().err


def test_info(capsys):
    assert cli.main(["info"]) == 0
    printed = capsys.readouterr().out
    for entry in ("skrnn", "torch", "sktime", "device", "fused kernels"):
        assert entry in printed
