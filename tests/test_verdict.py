"""The verdict: what it says, and that it is right where the answer is known."""

import numpy as np
import pandas as pd
import pytest

from skrnn.comparison import MODELS, compare
from skrnn.comparison._quiet import caught_warnings
from skrnn.comparison._significance import BOTH, DIEBOLD_MARIANO, Significance
from skrnn.comparison._verdict import give_verdict
from skrnn.forecasting import GRUForecaster

NAMES = ["naive", "snaive", "ets", "arima", "gru"]


# Series whose best forecast is known


def seasonal_random_walk(seed):
    """Twelve random walks in turn: last year's value is the best forecast."""
    rng = np.random.default_rng(seed)
    return 100 + rng.normal(size=(12, 12)).cumsum(axis=0).ravel()


def setar(seed, n=300):
    """Two regimes, y = 1 + 1.5 y below zero and 1 - 1.5 y above, with little noise (Tong, 1990).

    Its autocorrelation says next to nothing about it.
    """
    noise = 0.02 * np.random.default_rng(seed).normal(size=n + 100)
    y = [0.1]
    for shock in noise:
        y.append(1 - 1.5 * abs(y[-1]) + shock)
    return np.array(y[-n:])


def mackey_glass(seed, n=400, every=6, delay=17, step=0.1):
    """The delay differential equation of Mackey and Glass (1977), sampled, with little noise."""
    rng = np.random.default_rng(seed)
    lag = round(delay / step)
    x = list(rng.uniform(0.5, 1.3, lag + 1))
    for _ in range(round((n * every + 300) / step)):
        x.append(x[-1] + step * (0.2 * x[-lag - 1] / (1 + x[-lag - 1] ** 10) - 0.1 * x[-1]))
    sampled = np.array(x)[:: -round(every / step)][:n][::-1]
    return sampled + 0.002 * rng.normal(size=n)


def prefers_a_network(values, **folds):
    """What the verdict says, after a look whether it may."""
    y = pd.Series(values, pd.period_range("1980-01", periods=len(values), freq="M"), name="y")
    result = compare(y, models=NAMES, verbose=0, **folds)
    preferred = result.verdict.startswith("Use gru")
    test = result.significance.pairs.set_index("model").loc["gru"]
    assert preferred == (test["difference"] < 0 and test["p_adjusted"] < 0.05)
    return preferred


WALKS = {"fh": 12, "sp": 12, "n_folds": 4}
CONVERGENCE = pytest.mark.filterwarnings("ignore:Model arima warned:UserWarning")


@pytest.fixture
def one_network(monkeypatch):
    """A quicker gru: one network instead of an ensemble, trained as much as asked for at most."""

    def use(max_steps):
        settings = {"n_members": 1, "max_steps": max_steps}
        monkeypatch.setitem(
            MODELS, "gru", lambda sp, seed: GRUForecaster(sp=sp, random_state=seed, **settings)
        )

    return use


@CONVERGENCE
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_no_network_on_a_seasonal_random_walk(seed):
    assert not prefers_a_network(seasonal_random_walk(seed), **WALKS)


@CONVERGENCE
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_network_on_a_nonlinear_series(seed, one_network):
    one_network(max_steps=250)
    assert prefers_a_network(setar(seed), fh=3, n_folds=6)


@CONVERGENCE
@pytest.mark.slow
def test_seldom_a_network_on_seasonal_random_walks():
    assert sum(prefers_a_network(seasonal_random_walk(seed), **WALKS) for seed in range(20)) <= 2


@CONVERGENCE
@pytest.mark.slow
@pytest.mark.parametrize(("make", "fh", "n_folds"), [(setar, 3, 12), (mackey_glass, 4, 8)])
def test_mostly_a_network_on_nonlinear_series(make, fh, n_folds, one_network):
    one_network(max_steps="auto")
    assert sum(prefers_a_network(make(seed), fh=fh, n_folds=n_folds) for seed in range(20)) >= 16


@CONVERGENCE
def test_series_that_share_their_shocks_prove_no_more_than_one():
    """Of random walks the last value is the best forecast, however many walk together."""
    found = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        common = rng.normal(size=80).cumsum()
        series = [100 + common + 0.3 * rng.normal(size=80).cumsum() for _ in range(12)]
        y = pd.concat(dict(enumerate(map(pd.Series, series))), names=["series", "time"])
        with caught_warnings():  # sktime announces changes of its own
            models = {"naive": MODELS["naive"](1, 0)}
        models["gru"] = GRUForecaster(max_steps=0, random_state=0)
        found += compare(y, fh=6, n_folds=2, models=models, verbose=0).verdict.startswith("Use gru")
    assert found <= 1


# What it says


def verdict(
    errors,
    p_values=(),
    statistics=None,
    networks=("gru", "lstm"),
    n_series=1,
    n_folds=8,
    failed=(),
    seconds=3.0,
):
    """The verdict on made-up errors; p-values and seconds are those of the networks."""
    table = pd.DataFrame({"MASE": errors}).sort_values("MASE")
    table["error"] = ""
    table["fit_seconds"] = [seconds if name in networks else 0.25 for name in table.index]
    table["predict_seconds"] = 0.0
    classical = [name for name in table.index if name not in networks]
    reference = classical[0] if classical else None
    compared = [name for name in errors if name in networks] if classical else []
    pairs = pd.DataFrame({"model": compared, "p_adjusted": list(p_values)[: len(compared)]})
    difference = [errors[name] - errors[reference] for name in compared]
    pairs["statistic"] = difference if statistics is None else statistics
    test = BOTH if n_series >= 10 else DIEBOLD_MARIANO
    found = Significance(test, reference, pairs)
    for name in failed:
        table.loc[name, "error"] = "fold 1: cannot handle missing data"
    return give_verdict(table, found, list(networks), n_folds, n_series)


def test_a_proven_network_is_named_with_its_cost():
    said = verdict({"gru": 0.6, "ets": 0.8, "naive": 1.0}, [0.012])
    assert said == (
        "Use gru: its MASE is 25% below that of ets, the best classical model (p = 0.012, "
        "Diebold-Mariano test over 8 folds), at 12 times the seconds."
    )


def test_a_network_ahead_by_chance_is_not():
    said = verdict({"gru": 0.6, "lstm": 0.7, "ets": 0.8}, [0.2, 0.5], n_series=3)
    assert said == (
        "Use ets: gru has a MASE 25% lower, but that is not more than chance can explain "
        "(adjusted p = 0.2, Diebold-Mariano test over 8 folds of 3 series), and it takes 12 times "
        "the seconds."
    )


def test_a_network_behind_is_not():
    said = verdict({"gru": 0.9, "ets": 0.8}, [0.0002], n_series=12)
    assert said == (
        "Use ets: no network has a lower MASE; that of the best, gru, is 0.9 against 0.8 "
        "(p < 0.001, Wilcoxon test over 12 series and Diebold-Mariano test over 8 folds), at 12 "
        "times the seconds."
    )


@pytest.mark.parametrize(
    ("errors", "p_value", "said"),
    [
        ({"gru": 0.6, "ets": 0.8}, 0.01, ", and it is 5 times as fast."),
        ({"gru": 0.6, "ets": 0.8}, 0.2, ", although it is 5 times as fast."),
        ({"gru": 0.9, "ets": 0.8}, 0.2, ", although it is 5 times as fast."),
    ],
)
def test_a_network_that_is_faster_is_not_said_to_cost(errors, p_value, said):
    text = verdict(errors, [p_value], seconds=0.05)
    assert text.endswith(said) and "seconds" not in text


@pytest.mark.parametrize(("p_value", "seconds"), [(0.01, 0.25), (0.2, 0.26), (0.2, 0.239)])
def test_small_differences_are_not_rounded_away(p_value, seconds):
    said = verdict({"gru": 0.998, "ets": 1.0}, [p_value], seconds=seconds)
    assert " 0.2% " in said
    assert said.endswith(", and it takes about as long.")


def test_models_that_failed_are_not_hidden():
    errors, p_values = {"gru": 0.6, "snaive": 0.8}, [0.012]
    said = verdict(errors, p_values, failed=["ets", "theta"])
    assert said.startswith("Of the models that ran, use gru: its MASE is 25% below that of snaive")
    assert said.endswith("What ets and theta would have done is not known.")
    assert verdict(errors, p_values, failed=["lstm"]) == verdict(errors, p_values)  # no rival


def test_one_fold_proves_nothing():
    said = verdict({"gru": 0.6, "ets": 0.8}, [1.0], n_series=12, n_folds=1)
    assert "not more than chance can explain (one fold, so no test)" in said


def test_folds_that_all_differ_alike_are_no_test():
    said = verdict({"gru": 0.6, "ets": 0.8}, [float("nan")])
    assert "not more than chance can explain (no test, since all folds differ alike)" in said


def test_of_networks_the_proven_one_is_named():
    assert verdict({"gru": 0.6, "lstm": 0.7, "ets": 0.8}, [0.2, 0.01]).startswith("Use lstm:")


def test_lower_on_average_but_higher_on_most_series_is_not_enough():
    assert verdict({"gru": 0.7, "ets": 0.8}, [0.01], statistics=[40], n_series=12).startswith(
        "Use ets"
    )


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ({"ets": 0.8, "naive": 1.0}, "Use ets: it has the lowest MASE, 0.8 against 1 of naive; no"),
        ({"ets": 0.8}, "Use ets: there is no other model to compare it with."),
        ({"gru": 0.8, "lstm": 0.9}, "Of the networks gru has the lowest MASE; add classical"),
        ({"gru": 0.1, "ets": 0.0}, "Use ets: no network has a lower MASE"),
    ],
)
def test_whatever_was_compared(errors, expected):
    assert verdict(errors, [0.5]).startswith(expected)
