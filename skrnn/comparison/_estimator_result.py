"""What a comparison of classifiers or regressors found."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ._escape import plain_text
from ._estimator_verdict import best_of, write_score, write_verdict
from ._paired import corrected_standard_error, test_on_splits
from ._significance import Significance
from ._verdict import say_absent

DIGITS = {"fit_seconds": 3, "predict_seconds": 3, "peak_memory_mb": 1}


@dataclass(frozen=True, eq=False, repr=False)
class EstimatorComparison:
    """Scores and costs of several estimators on the same splits.

    Attributes
    ----------
    table : DataFrame
        One row per model, best first. score is the mean over the splits, greater is better, and
        score_se its standard error, corrected for overlapping training parts. fit_seconds and
        predict_seconds (with scoring) are medians over the splits, so that one-off compilation and
        loading do not count. peak_memory_mb is the peak memory of a fit on the first split in a
        fresh process, in units of 2**20 bytes, above program and data (Linux only, without GPU
        memory). n_parameters is missing for models that have no such number. error says why a model
        failed, and is empty for the others.
    scores : DataFrame
        One row for each model and split: model, split, score, fit_seconds, predict_seconds.
    significance : Significance
        The corrected resampled t-test of every model against the reference: the best model that is
        not a network or, if there are only networks, the smallest one. Its loss is minus the score.
    verdict : str
        Which model to use, by how much it is better, how certain that is, and at what cost.
    settings : dict
        task, scoring, cv, n_splits, test_train_ratio, random_state, models; networks, the models
        that are networks of skrnn; left_out, models of "default" that did not run, with the reason;
        interrupted; versions of packages; code, Python code that repeats the run, given X, y, and
        whatever of yours it names or leaves out.
    """

    table: pd.DataFrame
    scores: pd.DataFrame
    significance: Significance
    verdict: str
    settings: dict

    @classmethod
    def from_splits(cls, results: dict, settings: dict) -> "EstimatorComparison":
        """Gather what each model did on each split.

        Parameters
        ----------
        results : dict of str to DataFrame or Exception
            One row a split: score, fit_seconds, predict_seconds, n_parameters, peak_memory_mb.
        settings : dict

        Raises
        ------
        ValueError
            If every model failed.
        """
        failed = {
            name: str(result) or type(result).__name__
            for name, result in results.items()
            if isinstance(result, Exception)
        }
        if len(failed) == len(results):
            reasons = "; ".join(f"{name}: {why}" for name, why in failed.items())
            raise ValueError(f"Every estimator failed: {reasons}")
        scores = _gather({name: r for name, r in results.items() if name not in failed})
        table = _summarise(scores, failed, settings["test_train_ratio"])
        by_split = scores.pivot_table(index="split", columns="model", values="score", dropna=False)
        by_split = by_split[table.index[table["error"] == ""]]
        reference = best_of(table, settings["networks"])
        significance = test_on_splits(
            by_split, reference, settings["networks"], settings["test_train_ratio"]
        )
        verdict = write_verdict(table, by_split, significance, settings)
        columns = ["model", "split", "score", "fit_seconds", "predict_seconds"]
        return cls(table, scores[columns], significance, verdict, settings)

    def to_markdown(self) -> str:
        """Write the verdict, the table, and what failed or was left out, in Markdown.

        Returns
        -------
        str
        """
        table = self._shown().reset_index().astype(object)
        cells = table.where(table.notna(), "").to_numpy()
        rows = [table.columns, ["---"] * table.shape[1], *cells]
        lines = ["| " + " | ".join(map(plain_text, row)) + " |" for row in rows]
        notes = [f"- {plain_text(note)}" for note in say_absent(self.table, self.settings)]
        blocks = [f"**{plain_text(self.verdict)}**", "\n".join(lines), "\n".join(notes)]
        return "\n\n".join(filter(None, blocks)) + "\n"

    def to_csv(self, folder) -> list[Path]:
        """Write ``table.csv``, ``scores.csv`` and ``significance.csv`` into a folder.

        Parameters
        ----------
        folder : path-like
            Created if it does not exist.

        Returns
        -------
        list of Path
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        frames = {
            "table": self.table.reset_index(),
            "scores": self.scores,
            "significance": self.significance.pairs,
        }
        paths = [folder / f"{name}.csv" for name in frames]
        for path, frame in zip(paths, frames.values()):
            frame.to_csv(path, index=False)
        return paths

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        table = self._shown().to_string(na_rep="", index_names=False)
        return "\n".join([table, *say_absent(self.table, self.settings), "", self.verdict])

    def _shown(self) -> pd.DataFrame:
        """Rows of models that did not fail, in fewer digits, without columns of nothing."""
        done = self.table[self.table["error"] == ""].drop(columns="error")
        shown = done.round(DIGITS).dropna(axis=1, how="all")
        scores = [name for name in ("score", "score_se") if name in shown]
        shown[scores] = shown[scores].map(write_score, na_action="ignore")
        return shown


def _gather(results: dict[str, pd.DataFrame]) -> pd.DataFrame:
    parts = pd.concat(results, names=["model", "split"]).reset_index()
    return parts.astype({"split": int})


def _summarise(scores: pd.DataFrame, failed: dict, test_train_ratio: float) -> pd.DataFrame:
    grouped = scores.groupby("model", sort=False)
    table = pd.DataFrame(
        {
            "score": grouped["score"].mean(),
            "score_se": grouped["score"].apply(corrected_standard_error, test_train_ratio),
            "fit_seconds": grouped["fit_seconds"].median(),
            "predict_seconds": grouped["predict_seconds"].median(),
            "peak_memory_mb": grouped["peak_memory_mb"].first(),
            "n_parameters": grouped["n_parameters"].max().round().astype("Int64"),
        }
    )
    table = table.sort_values("score", ascending=False, kind="stable")
    table = table.reindex([*table.index, *failed]).rename_axis("model")
    table["error"] = [failed.get(name, "") for name in table.index]
    return table
