"""What a comparison found."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ._plot import plot_forecasts


@dataclass(frozen=True)
class Comparison:
    """Scores and forecasts of several models on the same folds.

    Attributes
    ----------
    table : DataFrame
        One row a model, best first: mean MASE and sMAPE (per cent) over folds and series, seconds
        to fit and predict one fold, and the error of a model that failed.
    scores : DataFrame
        One row for each model and fold.
    forecasts : DataFrame
        One row for each model, fold and time: the forecast and the truth.
    y : Series or DataFrame
        The data.
    settings : dict
        Horizon, folds and seed.
    """

    table: pd.DataFrame
    scores: pd.DataFrame
    forecasts: pd.DataFrame
    y: pd.Series | pd.DataFrame
    settings: dict

    @classmethod
    def from_folds(cls, y, results: dict, settings: dict) -> "Comparison":
        """Gather what `sktime.forecasting.model_evaluation.evaluate` returned for each model."""
        scores = _gather_scores(results)
        table = scores.groupby("model", sort=False).mean().drop(columns="fold")
        table = table.reindex(list(results)).sort_values("MASE")
        failures = {name: str(r) for name, r in results.items() if isinstance(r, Exception)}
        if failures:
            table["error"] = pd.Series(failures).reindex(table.index).fillna("")
        return cls(table, scores, _gather_forecasts(results), y, settings)

    def plot(self, best: int = 3):
        """Draw the history, the truth and the forecasts of the best models.

        Parameters
        ----------
        best : int, default=3
            How many models to draw.

        Returns
        -------
        matplotlib.figure.Figure
        """
        return plot_forecasts(self.y, self.forecasts, list(self.table.index[:best]))

    def to_csv(self, folder) -> list[Path]:
        """Write ``table.csv``, ``scores.csv`` and ``forecasts.csv`` into a folder."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"{name}.csv" for name in ("table", "scores", "forecasts")]
        self.table.to_csv(paths[0])
        self.scores.to_csv(paths[1], index=False)
        self.forecasts.to_csv(paths[2], index=False)
        return paths

    def __str__(self) -> str:
        shown = self.table.round({"MASE": 3, "sMAPE": 2, "fit_seconds": 3, "predict_seconds": 3})
        return shown.to_string(na_rep="")


def _gather_scores(results: dict) -> pd.DataFrame:
    columns = ["MASE", "sMAPE", "fit_seconds", "predict_seconds"]
    parts = []
    for name, folds in results.items():
        if isinstance(folds, Exception):
            continue
        part = folds[columns].astype(float)
        part["sMAPE"] *= 100
        part.insert(0, "fold", range(len(part)))
        part.insert(0, "model", name)
        parts.append(part)
    if not parts:
        raise ValueError(
            "Every model failed: " + "; ".join(f"{name}: {e}" for name, e in results.items())
        )
    return pd.concat(parts, ignore_index=True)


def _gather_forecasts(results: dict) -> pd.DataFrame:
    parts = []
    for name, folds in results.items():
        if isinstance(folds, Exception):
            continue
        for fold, (forecast, truth) in enumerate(zip(folds["y_pred"], folds["y_test"])):
            frame = forecast.index.to_frame(index=False)
            frame.columns = _index_names(forecast.index)
            frame.insert(0, "fold", fold)
            frame.insert(0, "model", name)
            frame["forecast"] = forecast.to_numpy().reshape(-1)
            frame["truth"] = truth.to_numpy().reshape(-1)
            parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def _index_names(index: pd.Index) -> list[str]:
    """Names of the levels of an index: those of the series, then "time"."""
    series = [name or f"level_{i}" for i, name in enumerate(index.names[:-1])]
    return [*series, "time"]
