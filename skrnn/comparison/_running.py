"""Fit and forecast: every model on every fold."""

from dataclasses import dataclass, field

import pandas as pd
from sktime.forecasting.base import BaseForecaster
from sktime.forecasting.model_evaluation import evaluate
from sktime.performance_metrics.forecasting import MeanAbsoluteError
from sktime.performance_metrics.forecasting.probabilistic import PinballLoss
from sktime.utils.parallel import parallelize
from tqdm import tqdm

from ._folds import Fold, by_series
from ._quiet import caught_warnings

QUANTILES = {
    "lower_95": 0.025,
    "lower_80": 0.1,
    "median": 0.5,
    "upper_80": 0.9,
    "upper_95": 0.975,
}
# What evaluate needs to know to forecast; the scores themselves are made from its forecasts.
POINT = [MeanAbsoluteError()]
ABOUT_METRICS = "do not have the same column index"  # harmless: forecasts without a name
POINT_AND_QUANTILES = [*POINT, PinballLoss(alpha=list(QUANTILES.values()))]


@dataclass(frozen=True)
class Outcome:
    """What one model did on one fold.

    Attributes
    ----------
    forecast : DataFrame
        One row for each series and step: series, step, time, truth, forecast and ``QUANTILES``.
    fit_seconds, predict_seconds : float
    n_parameters : int or None
        Trainable parameters, of models that tell.
    warnings : list of str
    """

    forecast: pd.DataFrame
    fit_seconds: float
    predict_seconds: float
    n_parameters: int | None
    warnings: list[str]


@dataclass
class Runs:
    """Outcomes of a comparison so far.

    Attributes
    ----------
    outcomes : dict of str to list of Outcome
        By model, one for each fold that is done.
    failures : dict of str to str
        Why a model failed.
    interrupted : bool
    """

    outcomes: dict[str, list[Outcome]]
    failures: dict[str, str] = field(default_factory=dict)
    interrupted: bool = False

    def keep_shared_folds(self) -> int:
        """Drop the folds that not every model has done, and say how many are left.

        An interrupt can come when some models have done one fold more than others, and means
        over different folds are no comparison.
        """
        for name in [name for name, done in self.outcomes.items() if not done]:
            del self.outcomes[name]
            self.failures.setdefault(name, "interrupted before its first fold was done")
        n_folds = min(map(len, self.outcomes.values()), default=0)
        self.outcomes = {name: done[:n_folds] for name, done in self.outcomes.items()}
        return n_folds


def run_all(
    forecasters: dict[str, BaseForecaster],
    folds: list[Fold],
    backend: str | None,
    backend_params: dict | None,
    verbose: int,
) -> Runs:
    """Run all models on the first fold, then on the second, and so on.

    A model that fails is left out of the folds that follow. Ctrl-C ends the run; what is done is
    kept, and if nothing is, the interrupt goes on.

    Parameters
    ----------
    forecasters : dict of str to forecaster
    folds : list of Fold
    backend : str or None
        Backend of sktime that runs the models of a fold side by side; None runs one by one.
    backend_params : dict or None
    verbose : int
        1 shows a progress bar.
    """
    runs = Runs({name: [] for name in forecasters})
    total = len(forecasters) * len(folds)
    try:
        with tqdm(total=total, disable=not verbose, unit="fit", leave=False) as progress:
            for fold in folds:
                for names in _batches(runs, backend):
                    progress.set_postfix_str(
                        f"{', '.join(names)}, fold {fold.number + 1} of {len(folds)}"
                    )
                    models = [forecasters[name] for name in names]
                    done = parallelize(run_fold, models, {"fold": fold}, backend, backend_params)
                    _note(runs, dict(zip(names, done)), fold)
                    progress.update(len(names))
    except KeyboardInterrupt:
        if not any(runs.outcomes.values()):
            raise
        runs.interrupted = True
    return runs


def run_fold(forecaster: BaseForecaster, meta: dict) -> Outcome | str:
    """Fit and forecast one fold; the text of the error if that fails."""
    fold = meta["fold"]
    scoring = POINT_AND_QUANTILES if forecaster.get_tag("capability:pred_int") else POINT
    with caught_warnings() as warnings:
        try:
            (_, row), *_ = evaluate(
                forecaster,
                fold.splitter,
                fold.without_missing_truth(),  # which metrics of sktime refuse
                fold.X,
                cv_X=fold.X_splitter,
                scoring=scoring,
                return_data=True,
                return_model=True,
                error_score="raise",
            ).iterrows()
            forecast = _forecast_frame(row, fold)
        except Exception as error:  # a model that fails must not end the comparison
            return str(error) or type(error).__name__
    n_parameters = getattr(row["fitted_forecaster"], "n_parameters_", None)
    told = [text for text in warnings if ABOUT_METRICS not in text]
    return Outcome(forecast, row["fit_time"], row["pred_time"], n_parameters, told)


def _batches(runs: Runs, backend: str | None) -> list[list[str]]:
    """Names of the models to run at once."""
    names = [name for name in runs.outcomes if name not in runs.failures]
    return [[name] for name in names] if backend is None else [names]


def _note(runs: Runs, done: dict[str, Outcome | str], fold: Fold) -> None:
    for name, outcome in done.items():
        if isinstance(outcome, Outcome):
            runs.outcomes[name].append(outcome)
        else:
            runs.failures[name] = f"fold {fold.number + 1}: {outcome}"
            del runs.outcomes[name]


def _forecast_frame(row: pd.Series, fold: Fold) -> pd.DataFrame:
    """Truth and forecasts side by side, the steps asked for."""
    test_part = fold.test_part()
    index = test_part.index
    frame = by_series(test_part).rename("truth").reset_index()
    frame["step"] = frame.groupby("series").cumcount() + 1
    frame["forecast"] = _values(row["y_pred"], index)[:, 0]
    frame[list(QUANTILES)] = float("nan")
    if "y_pred_quantiles" in row:
        frame[list(QUANTILES)] = _values(row["y_pred_quantiles"], index)
    if frame["forecast"].isna().any():
        raise ValueError("some of its forecasts are missing values")
    return frame[frame["step"].isin(fold.steps)].reset_index(drop=True)


def _values(predicted, index: pd.Index):
    """Predictions in the order of an index, (n_rows, n_columns)."""
    return pd.DataFrame(predicted).reindex(index).to_numpy(dtype=float)
