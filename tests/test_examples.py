"""The examples run, and find what they say they find."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(name, **arguments):
    """Load an example by its path and run its ``main``."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main(**arguments)


def test_load_classification():
    accuracies = run("load_classification")
    assert accuracies["most frequent class"] < 0.6
    assert accuracies["logistic regression"] > 0.9
    assert accuracies["GRU, grid search on a table"] > 0.9
    assert accuracies["GRU, same settings on sequences"] > 0.9


def test_unemployment_forecast(capsys):
    table = run("unemployment_forecast").table
    assert set(table.index) == {"naive", "ets", "arima", "lstm", "gru"}
    assert (table["error"] == "").all()
    assert table.loc[["lstm", "gru"], "MASE"].max() < table.loc["naive", "MASE"]
    assert f"{table['MASE'].idxmin()} has the lowest mean MASE" in capsys.readouterr().out


def test_sktime_composition():
    table = run("sktime_composition")
    assert table.shape == (6, 4)
    assert np.isfinite(table.to_numpy()).all()
    mase = table["mean"]
    naive = mase.pop("seasonal naive")
    reduction = mase.pop("GRU regressor, by reduction")
    assert mase.max() < min(naive, reduction)


def test_panel_intervals():
    found = run("panel_intervals")
    assert 0.4 < found["shares"][0.5] < 0.75
    assert 0.82 < found["shares"][0.9] <= 1
    assert found["same"]
    assert found["untouched"]
    errors, seconds = found["errors"].mean(), found["seconds"]
    assert errors["trained on others"] < 1.2 * errors["trained anew"]
    assert seconds["trained on others"] < seconds["trained anew"] / 3


def test_short_series(capsys):
    table = run("short_series")
    error = (table["forecast"] - table["passengers"]).abs().mean()
    assert error < 15  # last year's values are 26 off
    assert table["passengers"].between(table["lower"], table["upper"]).mean() > 0.6
    assert "'prior'" in capsys.readouterr().out


@pytest.mark.parametrize("random_state", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_exogenous(random_state):
    errors = run("exogenous", random_state=random_state)
    assert len(errors) == 16
    mae = errors.mean()
    assert mae["GRU, columns known"] < 0.95 * mae["GRU, no columns"]
    assert mae["GRU, columns until today"] < 1.1 * mae["GRU, no columns"]
    assert mae["GRU, no columns"] < mae["mean so far"]
    assert mae["regression, columns known"] < mae["GRU, columns known"]


def test_motion_classification():
    accuracies = run("motion_classification")
    assert len(accuracies) == 3
    for model, accuracy in accuracies.items():
        assert accuracy["whole"] > 0.85, model
        assert accuracy["cut"] > 0.85, model


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("random_state", [0, 1, 2])
def test_gated_cells_solve_the_adding_problem(cell, random_state):
    assert run("long_memory", cells=[cell], random_state=random_state)[cell] < 0.01


def test_plain_rnn_does_not_solve_the_adding_problem():
    """The contrast that the example shows; about 1/6 is what the mean gives."""
    assert run("long_memory", cells=["rnn"])["rnn"] > 0.1


def test_washing_machine():
    accuracies = run("washing_machine")
    taggers = [accuracies.pop(name) for name in list(accuracies) if name.startswith("GRU")]
    assert len(taggers) == 2
    assert min(taggers) > 0.98 > max(accuracies.values())
    assert accuracies["boosting, window"] < 0.7


def test_sktime_classification():
    accuracies = run("sktime_classification")
    forest = accuracies.pop("random forest of summaries")
    assert len(accuracies) == 4
    assert min(accuracies["GRU"], accuracies["GRU, best of the grid"]) > max(forest, 0.95)
    assert min(accuracies.values()) > 0.9


def test_compare_classifiers():
    table = run("compare_classifiers", memory=False).table
    assert table.index[0] in ("lstm", "gru")
    assert table.loc["gru", "score"] > 0.9 > table.loc["logistic", "score"]


def test_oven_sensors():
    found = run("oven_sensors")
    assert found["window"] == 12
    scores = found["scores"]
    assert scores["GRU, windows"] > scores["boosting, windows"] > 0.8
    assert max(scores["boosting, current row"], scores["ridge, windows"]) < 0.3
    importances = found["importances"]
    assert importances[:2, 2].min() > 1  # valve and pressure, six and seven minutes ago
    importances[:2, 2] = 0
    assert importances.max() < 0.2


def test_irregular_sensors():
    accuracies = run("irregular_sensors")
    rivals = {name: accuracies.pop(name) for name in list(accuracies) if "missing" not in name}
    assert len(accuracies) == 2
    assert min(accuracies.values()) > max(rivals.values()) + 0.05
