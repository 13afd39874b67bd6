"""Compare models over the same rolling-origin folds."""

from collections.abc import Sequence
from numbers import Integral

import numpy as np
import pandas as pd
from sktime.performance_metrics.base import BaseMetric

from .._parameters import N_JOBS, at_least, one_of, validate_parameters
from ._data import check_data
from ._folds import WINDOWS, make_folds
from ._gather import gather
from ._models import choose_models, takes_columns, with_categories_encoded, with_gaps_filled
from ._networks import is_network
from ._quiet import caught_warnings, pass_on
from ._reproduce import code_of, versions
from ._result import Comparison
from ._running import Runs, run_all
from ._scores import check_metrics, name_of

JOBLIB = ("loky", "multiprocessing", "threading")
CONSTRAINTS = {
    "sp": [at_least(1)],
    "models": [str, dict, "array-like"],
    "n_folds": [at_least(1)],
    "window": [one_of(*WINDOWS)],
    "metrics": [str, BaseMetric, "array-like"],
    "n_jobs": N_JOBS,
    "backend": [one_of(*JOBLIB, "dask", "ray"), None],
    "random_state": [at_least(0), None],
    "verbose": ["verbose"],
}


def compare(
    y,
    X=None,
    *,
    fh: int | Sequence[int],
    sp: int = 1,
    models="default",
    n_folds: int = 4,
    window: str = "expanding",
    metrics=("MASE", "RMSSE", "sMAPE", "quantile_loss", "coverage"),
    n_jobs: int | None = None,
    backend: str | None = None,
    random_state: int = 0,
    verbose: int = 1,
) -> Comparison:
    """Compare networks with classical models on a series or a panel.

    The horizons of the folds follow one another, and the last one ends with the data; in a panel,
    with the end of each series. All models are fitted anew on the training part of each fold.

    Parameters
    ----------
    y : Series, or DataFrame with a MultiIndex (a panel or hierarchy)
        One column, with a sorted and regular index, as sktime has it, that leaves no times out. It
        may hold missing values: for models by name that cannot take them, such as ets, arima and
        theta, they are interpolated between their neighbours in the training part, as are those of
        numeric columns in X. Forecasts of missing values are not scored.
    X : DataFrame, optional
        Exogenous columns on the index of y. Models get their true values over the horizon too, as
        if they were known in advance: leave out columns that will not be. Models that cannot use
        columns run without them; the verdict names them. Models that take numbers only, such as
        arima, get categories one-hot encoded; the report names them.
    fh : int or sequence of int
        Steps to forecast; an int means all steps up to it.
    sp : int, default=1
        Seasonal period, in time steps.
    models : "default", "all", list of str, or dict, default="default"
        Names from ``skrnn.comparison.MODELS``; or a dict of names to sktime forecasters or to
        scikit-learn regressors, which are given the last values of the deseasonalised differences.
        "default" is naive, snaive, drift, ets, arima, theta, lstm and gru; "all" is every model
        whose package is installed.
    n_folds : int, default=4
    window : {"expanding", "sliding"}, default="expanding"
        Whether training parts grow from fold to fold or move at constant length.
    metrics : sequence of str or sktime metrics
        MASE, RMSSE, sMAPE (per cent), quantile_loss (scaled as the MASE is), coverage (of 80 % and
        95 % intervals), and sktime metrics of point forecasts. The first one ranks the models;
        metrics named twice count once.
    n_jobs : int, optional
        Models that are run in parallel, in processes; -1 for one on each core.
    backend : str, optional
        sktime backend to use instead of "loky": "multiprocessing", "threading", "dask", "ray".
        "dask" uses the cluster whose client is active. The models of a fold are the unit of work.
    random_state : int, default=0
        Seed of the networks, and of other models by name that draw random numbers.
    verbose : int, default=1
        1 shows a progress bar with the current model and fold.

    Returns
    -------
    Comparison
        After Ctrl-C, the comparison over the folds that all models had completed.

    Raises
    ------
    TypeError
        If sktime does not support the type of the data or of a model.
    ValueError
        If an argument is not valid, the data hold infinite values, their times are not sorted or
        not regular, they are too short for the folds, a name is unknown, or every model failed.
    ImportError
        If a model's package is missing; the message names the extra that installs it.

    Warns
    -----
    UserWarning
        Once for each model that warned, with its first warning.

    Notes
    -----
    MASE and RMSSE divide by the error of the seasonal naive forecast in the training part of the
    fold. That error is zero for a series that repeats its season there exactly; such a series is
    left out of their means.

    Forecasters are cloned and never changed themselves. To make a run repeatable, set the
    ``random_state`` of your own networks.

    Examples
    --------
    >>> from skrnn.comparison import compare
    >>> from skrnn.datasets import load_series
    >>> y = load_series("airline")
    >>> result = compare(y, fh=12, sp=12, models=["naive", "snaive", "drift"], verbose=0)
    >>> result.table.index[0]
    'snaive'
    """
    given = {"sp": sp, "models": models, "n_folds": n_folds, "window": window, "metrics": metrics}
    given |= {"n_jobs": n_jobs, "backend": backend, "random_state": random_state}
    validate_parameters(CONSTRAINTS, {**given, "verbose": verbose}, "compare")
    steps = _read_horizon(fh)
    metrics = check_metrics(metrics)
    y, X = check_data(y, X)
    forecasters, about_models = _choose_forecasters(models, sp, random_state, y, X)
    folds = make_folds(y, X, steps, sp, n_folds, window)
    with caught_warnings():  # what threads let through
        runs = run_all(forecasters, folds, *_choose_backend(n_jobs, backend), verbose)
    n_done = runs.keep_shared_folds()
    if not n_done:
        reasons = "; ".join(f"{name}: {why}" for name, why in runs.failures.items())
        raise ValueError(f"Every model failed: {reasons}")
    _pass_on_warnings(runs)
    arguments = {
        "fh": steps[-1] if steps == list(range(1, steps[-1] + 1)) else steps,
        "sp": sp,
        "models": models if isinstance(models, (str, dict)) else list(forecasters),
        "n_folds": n_folds,
        "window": window,
        "metrics": metrics,
        "random_state": random_state,
    }
    settings = {
        **arguments,
        **about_models,
        "fh": steps,
        "metrics": [name_of(metric) for metric in metrics],
        "columns": [] if X is None else list(X.columns),
        "interrupted": runs.interrupted,
        "versions": versions(),
        "code": code_of(y, X, arguments),
    }
    return gather(y, runs, folds[:n_done], metrics, settings)


@caught_warnings()
def _choose_forecasters(models, sp: int, random_state: int, y, X) -> tuple[dict, dict]:
    """Forecasters by name, and what is to be told about them."""
    forecasters, left_out = choose_models(models, sp, random_state)
    without_columns = [name for name, model in forecasters.items() if not takes_columns(model)]
    encoded, interpolated = [], []
    numbers = pd.DataFrame() if X is None else X.select_dtypes("number")
    if X is not None and numbers.shape != X.shape:
        forecasters, encoded = with_categories_encoded(forecasters)
    has_gaps = np.isnan(y.to_numpy()).any() or (X is not None and X.isna().any(axis=None))
    if not isinstance(models, dict) and has_gaps:
        forecasters, interpolated = with_gaps_filled(forecasters, columns=X is not None)
    return forecasters, {
        "models": list(forecasters),
        "networks": [name for name, model in forecasters.items() if is_network(model)],
        "left_out": left_out,
        "without_columns": without_columns,
        "encoded": encoded,
        "interpolated": interpolated,
    }


def _read_horizon(fh) -> list[int]:
    """Steps in order; an int means all up to it."""
    steps = range(1, fh + 1) if isinstance(fh, Integral) else fh
    steps = list(steps) if hasattr(steps, "__len__") else []
    if not steps or not all(isinstance(step, Integral) and step >= 1 for step in steps):
        raise ValueError(
            f"fh must be a positive int or several of them, the steps to forecast; got {fh!r}."
        )
    return sorted({int(step) for step in steps})


def _choose_backend(n_jobs: int | None, backend: str | None) -> tuple[str | None, dict | None]:
    """Backend of sktime and its parameters; dask and ray have a number of workers of their own."""
    if backend not in (None, *JOBLIB):
        return backend, None
    if backend is None and n_jobs in (None, 1):
        return None, None
    return backend or "loky", {"n_jobs": n_jobs or -1}


def _pass_on_warnings(runs: Runs) -> None:
    """Pass on the first warning of each model, with the number of the others."""
    for name, outcomes in runs.outcomes.items():
        texts = list(dict.fromkeys(text for outcome in outcomes for text in outcome.warnings))
        pass_on(name, texts)
