"""The table of models: every name runs, on a series and on a panel."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Ridge
from sktime.forecasting.naive import NaiveForecaster
from sktime.transformations.boxcox import LogTransformer

import skrnn
import skrnn._optional as optional
from skrnn import classification, forecasting, regression
from skrnn.comparison import MODELS, compare
from skrnn.comparison._networks import is_network
from skrnn.datasets import load_series
from skrnn.forecasting import GRUForecaster

QUICK = ["naive", "snaive", "drift", "ets", "arima", "sarima", "theta", "stl"]
EXTRA = ["prophet", "lightgbm", "xgboost"]
ANNOUNCEMENT = "ignore:The default of config ``remember_data``:FutureWarning"  # of sktime
NETWORKS = ["rnn", "lstm", "gru"]
WITHOUT_INTERVALS = ["stl", "lightgbm", "xgboost"]


def ten_series():
    """Ten quarterly series of 40 points with trend, season and noise."""
    rng = np.random.default_rng(0)
    quarters = pd.period_range("2015-01", periods=40, freq="Q", name="quarter")
    season = np.tile([3, -1, 1, -3], 10)
    parts = {
        f"shop {i}": pd.Series(50 + 0.2 * np.arange(40) + i / 5 * season, quarters)
        for i in range(10)
    }
    return (pd.concat(parts, names=["shop"]) + rng.normal(size=400)).to_frame("units")


DATA = {"airline": (load_series("airline"), 12, 6), "panel": (ten_series(), 4, 3)}  # sp and fh


def check(data, name):
    y, sp, fh = DATA[data]
    result = compare(y, fh=fh, sp=sp, models=[name], n_folds=1, verbose=0)
    assert result.table.loc[name, "error"] == ""
    assert 0 < result.table.loc[name, "MASE"] < 4
    assert len(result.forecasts) == fh * (10 if data == "panel" else 1)
    has_intervals = result.forecasts[["lower_80", "upper_95"]].notna().all(axis=None)
    assert has_intervals == (name not in WITHOUT_INTERVALS)
    assert (result.settings["networks"] == [name]) == (name in NETWORKS)
    assert pd.notna(result.table.loc[name, "n_parameters"]) == (name in NETWORKS)


def test_every_name_is_tested():
    assert sorted(MODELS) == sorted(QUICK + EXTRA + NETWORKS)


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", [*QUICK, *NETWORKS])
def test_every_name_runs(data, name):
    check(data, name)


@pytest.mark.slow
@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", EXTRA)
def test_names_of_other_packages_run(data, name):
    pytest.importorskip(name)
    check(data, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lightgbm", "xgboost"])
def test_trees_are_no_straw_men(name):
    """They are better than the seasonal naive forecast where there is trend and season."""
    pytest.importorskip(name)
    result = compare(load_series("airline"), fh=12, sp=12, models=["snaive", name], verbose=0)
    assert result.table.loc[name, "MASE"] < 0.9 * result.table.loc["snaive", "MASE"]


@pytest.mark.parametrize("name", ["drift", "lightgbm", "xgboost"])
def test_models_whose_class_hides_it_get_gaps_filled(name):
    """At the first and the last row too, as the straight line through both needs them."""
    if name != "drift":
        pytest.importorskip(name)
    y = load_series("airline")
    y.iloc[[0, 90, -4]] = np.nan
    result = compare(y, fh=3, sp=12, models=["snaive", name], n_folds=1, verbose=0)
    assert result.table.loc[name, "error"] == ""
    assert result.settings["interpolated"] == [name]


@pytest.mark.parametrize("name", ["sarima", "stl"])
def test_models_with_a_season_do_without_one(name):
    result = compare(load_series("nile"), fh=2, models=[name], n_folds=1, verbose=0)
    assert np.isfinite(result.table.loc[name, "MASE"])


def test_sarima_is_the_airline_model():
    """Its forecasts are those of statsmodels' (0,1,1)(0,1,1)."""
    sarimax = pytest.importorskip("statsmodels.tsa.statespace.sarimax")
    y = load_series("airline")
    result = compare(y, fh=12, sp=12, models=["sarima"], n_folds=1, verbose=0)
    model = sarimax.SARIMAX(y[:-12].to_numpy(), order=(0, 1, 1), seasonal_order=(0, 1, 1, 12))
    expected = model.fit(disp=False).forecast(12)
    np.testing.assert_allclose(result.forecasts["forecast"], expected, rtol=1e-3)


def test_a_regressor_becomes_a_forecaster():
    """Also one that predicts nothing that it has not seen follows a trend with a season."""
    steps = np.arange(48)
    months = pd.period_range("2015-01", periods=48, freq="M")
    y = pd.Series(100.0 + 5 * steps + np.tile([0, 3, -3], 16), months)
    models = {"ridge": Ridge(), "forest": RandomForestRegressor(n_estimators=5, random_state=0)}
    result = compare(y, fh=6, sp=3, models=models, n_folds=2, verbose=0)
    assert (result.table["MASE"] < 0.05).all()
    assert result.settings["networks"] == []


@pytest.mark.filterwarnings(ANNOUNCEMENT)
@pytest.mark.parametrize("given", [False, True], ids=["read from a file", "with a frequency"])
@pytest.mark.parametrize("freq", ["D", "MS", "W-MON", "QS"])
def test_dates_lead_no_model_astray(freq, given):
    """Models with a season forecast the same at dates as at whole numbers."""
    values = load_series("airline").to_numpy()[:60]
    dates = pd.date_range("2010-01-01", periods=60, freq=freq)
    scores = []
    for times in (range(60), dates if given else pd.DatetimeIndex(dates, freq=None)):
        models = {"snaive": MODELS["snaive"](12, 0), "ridge": Ridge()}
        y = pd.Series(values, times)
        result = compare(y, y.to_frame("x"), fh=3, sp=12, models=models, n_folds=1, verbose=0)
        assert (result.table["error"] == "").all()
        scores.append(result.scores[["model", "MASE", "quantile_loss"]])
    pd.testing.assert_frame_equal(*scores)


def test_a_reader_can_extend_the_table(monkeypatch):
    monkeypatch.setitem(MODELS, "mean", lambda sp, random_state: NaiveForecaster("mean", sp=sp))
    result = compare(load_series("nile"), fh=2, models=["naive", "mean"], n_folds=1, verbose=0)
    assert set(result.table.index) == {"naive", "mean"}


@pytest.mark.filterwarnings(ANNOUNCEMENT)
def test_networks_are_told_from_others():
    assert is_network(LogTransformer() * GRUForecaster())
    assert not is_network(LogTransformer() * NaiveForecaster())


@pytest.mark.parametrize("module", [skrnn, classification, regression, forecasting])
def test_every_estimator_of_the_package_is_a_network(module):
    classes = [getattr(module, name) for name in module.__all__ if not name.startswith("_")]
    assert len(classes) >= 3
    assert [cls for cls in classes if not is_network(cls())] == []


@pytest.fixture
def only_sktime(monkeypatch):
    """As if no optional package were installed."""

    def refuse(module):
        raise ModuleNotFoundError(module, name=module.partition(".")[0])

    monkeypatch.setattr(optional, "import_module", refuse)


@pytest.mark.parametrize(
    ("name", "extra"),
    [("ets", "compare"), ("prophet", "more"), ("lightgbm", "more"), ("xgboost", "more")],
)
def test_a_missing_package_is_named_with_its_extra(only_sktime, name, extra):
    with pytest.raises(ImportError, match=rf"is not installed.*skrnn\[{extra}\]"):
        compare(load_series("nile"), fh=2, models=["naive", name], verbose=0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("raise ImportError('Numba needs NumPy 2.3')", "ImportError: Numba needs NumPy 2.3"),
        ("raise OSError('libgomp.so.1: cannot open')", "OSError: libgomp.so.1: cannot open"),
        ("import skrnn_absent", "ModuleNotFoundError: No module named 'skrnn_absent'"),
    ],
)
def test_a_package_that_cannot_be_imported_is_not_called_missing(tmp_path, monkeypatch, line, said):
    (tmp_path / "skrnn_broken.py").write_text(line)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=rf"skrnn_broken is installed, but .*{said}.*\[more\]"):
        optional.import_optional("skrnn_broken", "more")


def test_all_leaves_out_what_is_missing_and_says_so(only_sktime, monkeypatch):
    for name in NETWORKS:
        monkeypatch.setitem(MODELS, name, lambda sp, seed: GRUForecaster(max_steps=1))
    result = compare(load_series("nile"), fh=1, models="all", n_folds=1, verbose=0)
    assert result.settings["models"] == ["naive", "snaive", "drift", *NETWORKS]
    left_out = result.settings["left_out"]
    assert sorted(left_out) == sorted([*QUICK[3:], *EXTRA])
    assert "skrnn[more]" in left_out["prophet"]
    assert f"prophet left out: {left_out['prophet']}" in str(result)


@pytest.mark.parametrize(
    ("models", "error", "message"),
    [
        (["prophecy"], ValueError, r"Unknown models \['prophecy'\]; choose from"),
        ([], ValueError, "models is empty"),
        ({}, ValueError, "models is empty"),
        ({"a": "ets"}, TypeError, "'a' must be a sktime forecaster or a scikit-learn regressor"),
        ({"a": Ridge}, TypeError, "'a' must be a sktime forecaster or a scikit-learn regressor"),
    ],
)
def test_wrong_models(models, error, message):
    with pytest.raises(error, match=message):
        compare(load_series("nile"), fh=2, models=models, verbose=0)
