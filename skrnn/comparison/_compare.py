"""Run every model over the same rolling-origin folds."""

import numpy as np
import pandas as pd
from sktime.forecasting.base import BaseForecaster, ForecastingHorizon
from sktime.forecasting.model_evaluation import evaluate
from sktime.performance_metrics.forecasting import (
    MeanAbsolutePercentageError,
    MeanAbsoluteScaledError,
)
from sktime.split import ExpandingWindowSplitter, SlidingWindowSplitter
from tqdm import tqdm

from ._models import choose_models
from ._quiet import without_future_warnings
from ._result import Comparison

SPLITTERS = {"expanding": ExpandingWindowSplitter, "sliding": SlidingWindowSplitter}
METRICS = {
    "MASE": "test_MeanAbsoluteScaledError",
    "sMAPE": "test_MeanAbsolutePercentageError",
    "fit_seconds": "fit_time",
    "predict_seconds": "pred_time",
}


def compare(
    y,
    *,
    fh,
    sp=1,
    models="default",
    n_folds=4,
    window="expanding",
    random_state=0,
    verbose=1,
) -> Comparison:
    """Compare networks with classical models on a series or a panel.

    Each fold forecasts the horizon right after its training data; the horizons of the folds
    follow one another and the last one ends with the data. All models see the same folds.

    Parameters
    ----------
    y : Series, or DataFrame with a MultiIndex (a panel)
        Without missing values, with a regular index.
    fh : int or sequence of int
        Steps to forecast; an int means all steps up to it.
    sp : int, default=1
        Seasonal period, in time steps.
    models : "default", list of str, or dict of str to sktime forecaster
        Names from ``skrnn.comparison.MODELS``, or forecasters of your own. "default" is naive,
        snaive, ets, arima, lstm and gru.
    n_folds : int, default=4
    window : {"expanding", "sliding"}, default="expanding"
        Whether training data grow from fold to fold, or only move.
    random_state : int, default=0
        Seed of the networks.
    verbose : int, default=1
        1 shows a progress bar that names the model in hand.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If the data are too short for the folds, or a model is unknown.
    ImportError
        If a model's package is missing; says which extra installs it.
    """
    steps = list(range(1, fh + 1)) if np.isscalar(fh) else sorted(int(step) for step in fh)
    with without_future_warnings():
        forecasters = choose_models(models, sp, random_state)
    splitter = make_splitter(y, steps, sp, n_folds, window)
    results = {}
    with tqdm(forecasters.items(), disable=not verbose, unit="model", leave=False) as progress:
        for name, forecaster in progress:
            progress.set_postfix_str(name)
            results[name] = _run(forecaster, splitter, y, sp)
    settings = {
        "fh": steps,
        "sp": sp,
        "n_folds": n_folds,
        "window": window,
        "random_state": random_state,
    }
    return Comparison.from_folds(y, results, settings)


def make_splitter(y, steps: list[int], sp: int, n_folds: int, window: str):
    """Folds whose horizons follow one another and end with the data."""
    if window not in SPLITTERS:
        raise ValueError(f"window={window!r}: expected one of {sorted(SPLITTERS)}.")
    lengths = [len(y)]
    if isinstance(y.index, pd.MultiIndex):
        lengths = y.groupby(level=list(range(y.index.nlevels - 1)), sort=False).size()
    horizon = steps[-1]
    first_train = min(lengths) - n_folds * horizon
    if first_train < max(horizon + 2, sp + 1):
        raise ValueError(
            f"The shortest series has {min(lengths)} observations: too few for {n_folds} folds "
            f"of {horizon} steps and a first training part of at least "
            f"{max(horizon + 2, sp + 1)}. Ask for fewer folds or a shorter horizon."
        )
    horizon_object = ForecastingHorizon(steps, is_relative=True)
    first = {"expanding": "initial_window", "sliding": "window_length"}[window]
    return SPLITTERS[window](fh=horizon_object, step_length=horizon, **{first: first_train})


def _run(forecaster: BaseForecaster, splitter, y, sp: int) -> pd.DataFrame | Exception:
    """Scores and forecasts of all folds, or the error that a model ended with."""
    scoring = [MeanAbsoluteScaledError(sp=sp), MeanAbsolutePercentageError(symmetric=True)]
    with without_future_warnings():
        try:
            folds = evaluate(
                forecaster, splitter, y, scoring=scoring, return_data=True, error_score="raise"
            )
        except Exception as error:  # a model that fails must not end the comparison
            return error
    return folds.rename(columns={column: name for name, column in METRICS.items()})
