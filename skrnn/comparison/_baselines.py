"""Classifiers and regressors by name: tables that a reader can extend."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .._classifier import GRUClassifier, LSTMClassifier, RNNClassifier
from .._optional import import_optional
from .._regressor import GRURegressor, LSTMRegressor, RNNRegressor
from ._fixed_length import Flatten
from ._quiet import caught_warnings
from ._sktime_adapter import SktimeClassifier, SktimeRegressor

EXTRA = "rocket"  # brings numba
ROCKET_STEPS = 9  # the length of its kernels
DTW_SECONDS = 60.0  # more than that, for all splits, is no default
# Seconds for each pair of steps of two sequences, compiled by numba and in plain Python.
DTW_COMPILED, DTW_PLAIN = 1e-8, 2e-6


def _on_table(*steps) -> BaseEstimator:
    return make_pipeline(Flatten(), *steps)


def _of_sktime(adapter: type, module: str, name: str, **parameters) -> BaseEstimator:
    make = getattr(import_module(f"sktime.{module}"), name)
    with caught_warnings():
        return adapter(make(**parameters))


def _rocket(adapter: type, module: str, name: str, seed: int) -> BaseEstimator:
    import_optional("numba", EXTRA)
    parameters = {"rocket_transform": "minirocket", "random_state": seed}
    return _of_sktime(adapter, f"{module}.kernel_based", name, **parameters)


# Each entry makes an estimator from a seed. Entries stand from simple to costly.
ESTIMATORS: dict[str, dict[str, Callable[[int], BaseEstimator]]] = {
    "classification": {
        "dummy": lambda seed: DummyClassifier(),
        "logistic": lambda seed: _on_table(StandardScaler(), LogisticRegression(max_iter=1000)),
        "boosting": lambda seed: _on_table(HistGradientBoostingClassifier(random_state=seed)),
        "knn_dtw": lambda seed: _of_sktime(
            SktimeClassifier,
            "classification.distance_based",
            "KNeighborsTimeSeriesClassifier",
            n_neighbors=1,
        ),
        "rocket": lambda seed: _rocket(
            SktimeClassifier, "classification", "RocketClassifier", seed
        ),
        "rnn": lambda seed: RNNClassifier(random_state=seed),
        "lstm": lambda seed: LSTMClassifier(random_state=seed),
        "gru": lambda seed: GRUClassifier(random_state=seed),
    },
    "regression": {
        "dummy": lambda seed: DummyRegressor(),
        "ridge": lambda seed: _on_table(StandardScaler(), RidgeCV(np.logspace(-3, 4, 15))),
        "boosting": lambda seed: _on_table(HistGradientBoostingRegressor(random_state=seed)),
        "knn_dtw": lambda seed: _of_sktime(
            SktimeRegressor,
            "regression.distance_based",
            "KNeighborsTimeSeriesRegressor",
            n_neighbors=5,
        ),
        "rocket": lambda seed: _rocket(SktimeRegressor, "regression", "RocketRegressor", seed),
        "rnn": lambda seed: RNNRegressor(random_state=seed),
        "lstm": lambda seed: LSTMRegressor(random_state=seed),
        "gru": lambda seed: GRURegressor(random_state=seed),
    },
}


def choose_estimators(names, task: str, random_state: int) -> dict[str, BaseEstimator]:
    """Estimators by name.

    Parameters
    ----------
    names : str or list of str
    task : {"classification", "regression"}
    random_state : int

    Raises
    ------
    ValueError
        If there is no name, or one that is not in ``ESTIMATORS[task]``.
    ImportError
        If an estimator's package is missing; says which extra installs it.
    """
    names = [names] if isinstance(names, str) else list(names)
    known = ESTIMATORS[task]
    if not names:
        raise ValueError(
            "estimators is an empty list; there is nothing to compare. For "
            f"{task}, choose from {list(known)}."
        )
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"Unknown estimators {unknown} for {task}; choose from {list(known)}.")
    return {name: known[name](random_state) for name in names}


def default_names(task: str, n_timesteps: int, n_pairs: int) -> tuple[list[str], dict[str, str]]:
    """Names that "default" stands for, and why others are left out.

    Parameters
    ----------
    task : {"classification", "regression"}
    n_timesteps : int
        Of a typical sequence.
    n_pairs : int
        Pairs of a sequence to test on and one to train on, over all splits.
    """
    reasons = {"knn_dtw": _too_slow(n_timesteps, n_pairs), "rocket": _no_rocket(n_timesteps)}
    left_out = {name: reason for name, reason in reasons.items() if reason}
    return [name for name in ESTIMATORS[task] if name not in left_out], left_out


def _too_slow(n_timesteps: int, n_pairs: int) -> str:
    compiled = find_spec("numba") is not None
    seconds = n_pairs * n_timesteps**2 * (DTW_COMPILED if compiled else DTW_PLAIN)
    if seconds <= DTW_SECONDS:
        return ""
    hint = "" if compiled else "; with numba (pip install numba) it is much faster"
    return f"would take about {seconds:.0f} s; ask for it by its name to run it all the same{hint}"


def _no_rocket(n_timesteps: int) -> str:
    if n_timesteps < ROCKET_STEPS:
        return f"needs {ROCKET_STEPS} time steps, a typical sequence has {n_timesteps}"
    try:
        import_optional("numba", EXTRA)
    except ImportError as error:
        return str(error)
    return ""
