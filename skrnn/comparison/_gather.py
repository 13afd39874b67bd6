"""What the models did on the folds becomes one result."""

import pandas as pd

from ._folds import Fold
from ._result import Comparison
from ._running import Outcome, Runs
from ._scores import columns_of, scales, score
from ._significance import assess
from ._summary import SECONDS, best_classical, summarise
from ._verdict import give_verdict, say_columns

BOUNDS = ["lower_80", "upper_80", "lower_95", "upper_95"]
FORECASTS = ["model", "series", "fold", "time", "forecast", *BOUNDS, "truth"]


def gather(y, runs: Runs, folds: list[Fold], metrics: list, settings: dict) -> Comparison:
    """Scores, table, tests and verdict.

    Parameters
    ----------
    y : Series or DataFrame
    runs : Runs
        With as many outcomes for each model as there are folds.
    folds : list of Fold
        Those that are done.
    metrics : list of str or sktime metrics
    settings : dict
        As in `Comparison`.
    """
    scale = [scales(fold, settings["sp"]) for fold in folds]
    columns = columns_of(metrics)

    def scores_of(outcome: Outcome, fold: Fold) -> pd.DataFrame:
        rows = score(outcome, fold, metrics, scale[fold.number])
        return rows.assign(**{name: getattr(outcome, name) for name in SECONDS})

    scores = _concatenate(runs, folds, scores_of)
    forecasts = _concatenate(runs, folds, lambda outcome, fold: outcome.forecast)
    n_parameters = {name: done[-1].n_parameters for name, done in runs.outcomes.items()}
    classical = [name for name in settings["models"] if name not in settings["networks"]]
    table = summarise(scores, columns, classical, n_parameters, runs.failures)
    ranked = [name for name in table.index if name in runs.outcomes]
    by_fold = scores.pivot_table(columns[0], "fold", "model")
    by_series = scores.pivot_table(columns[0], "series", "model")
    significance = assess(
        by_fold.reindex(columns=ranked),
        by_series.reindex(columns=ranked),
        best_classical(table, classical),
        settings["networks"],
    )
    known = len(by_fold), len(by_series)  # folds and series with a score
    verdict = give_verdict(table, significance, settings["networks"], *known)
    if settings["columns"]:
        verdict += f" {say_columns(settings)}"
    if settings["interrupted"]:
        verdict = f"Interrupted after {len(folds)} of {settings['n_folds']} folds. {verdict}"
    ordered = scores[["model", "series", "fold", *columns, *SECONDS]]
    return Comparison(table, ordered, forecasts[FORECASTS], significance, verdict, y, settings)


def _concatenate(runs: Runs, folds: list[Fold], frame_of) -> pd.DataFrame:
    """A frame for each model and fold, one below the other."""
    parts = [
        frame_of(outcome, fold).assign(model=name, fold=fold.number)
        for name, done in runs.outcomes.items()
        for outcome, fold in zip(done, folds)
    ]
    return pd.concat(parts, ignore_index=True)
