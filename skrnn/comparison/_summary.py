"""The table: one row a model, best first."""

import numpy as np
import pandas as pd

SECONDS = ["fit_seconds", "predict_seconds"]


def summarise(
    scores: pd.DataFrame,
    columns: list[str],
    classical: list[str],
    n_parameters: dict[str, int | None],
    failures: dict[str, str],
) -> pd.DataFrame:
    """Means over folds and series with their standard errors, and what follows from them.

    Parameters
    ----------
    scores : DataFrame
        One row for each model, series and fold.
    columns : list of str
        Columns of scores that hold metrics; models are ranked by the first one.
    classical : list of str
        Models that are no networks.
    n_parameters, failures : dict
        By model.
    """
    grouped = scores.groupby("model", sort=False)
    parts = {}
    for column in columns:
        parts[column] = grouped[column].mean()
        parts[f"{column}_se"] = _standard_errors(scores, column)
    table = pd.DataFrame(parts)
    first = table[columns[0]]
    best_classical = first.reindex(classical).min()
    table["relative"] = first / best_classical
    table["rank"] = first.rank(method="min").astype("Int64")
    seconds = scores.groupby(["model", "fold"], sort=False)[SECONDS].first()
    table[SECONDS] = seconds.groupby(level="model", sort=False).mean()
    table["n_parameters"] = pd.Series(n_parameters, dtype="Int64")
    table = table.sort_values(columns[0], kind="stable")
    table = table.reindex([*table.index, *failures]).rename_axis("model")
    table["error"] = pd.Series(failures, dtype=object).reindex(table.index).fillna("")
    return table


def best_classical(table: pd.DataFrame, classical: list[str]) -> str | None:
    """Classical model with the lowest first metric; None if there is none."""
    errors = table.iloc[:, 0].reindex(classical).dropna()
    return None if errors.empty else errors.idxmin()


def _standard_errors(scores: pd.DataFrame, column: str) -> pd.Series:
    """Over series, whose folds are not independent of one another; over folds for one series."""
    unit = "fold" if len(scores["series"].unique()) == 1 else "series"
    means = scores.groupby(["model", unit], sort=False)[column].mean()
    grouped = means.groupby(level="model", sort=False)
    return grouped.std() / np.sqrt(grouped.count())
