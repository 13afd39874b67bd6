"""What a comparison found."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ._significance import Significance
from ._verdict import say_absent


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Scores and forecasts of several models on the same folds, and what follows from them.

    Attributes
    ----------
    table : DataFrame
        One row per model, best first by the first metric. Each metric as the mean over folds and
        series, and its standard error (``MASE_se``): over series, or over folds if there is one
        series. ``relative`` is the first metric divided by that of the best classical model;
        ``rank`` counts from 1; seconds are per fold; ``n_parameters`` is that of a network's last
        fold; ``error`` says why a model failed and is empty otherwise.
    scores : DataFrame
        One row for each model, series and fold: metrics, and the seconds of the whole fold.
    forecasts : DataFrame
        One row for each model, series, fold and time: forecast, bounds of the 80 % and 95 %
        intervals (NaN where a model has none), truth.
    significance : Significance
        Tests against the best classical model.
    verdict : str
        One plain sentence: which model to use.
    y : Series or DataFrame
        The data.
    settings : dict
        ``fh, sp, n_folds, window, metrics, random_state, models`` as they were used; ``sp_reason``,
        on the command line, why that ``sp`` was chosen; ``networks``, the models that are networks
        of skrnn; ``left_out``, models of "all" that are not installed, with the reason;
        ``interpolated``, models that got missing values filled; ``columns``, the exogenous ones;
        ``without_columns``, models that cannot use any; ``encoded``, models that got categories
        one-hot encoded; ``interrupted``; ``versions`` of packages; ``code``, Python code that
        repeats the run.
    """

    table: pd.DataFrame
    scores: pd.DataFrame
    forecasts: pd.DataFrame
    significance: Significance
    verdict: str
    y: pd.Series | pd.DataFrame
    settings: dict

    def plot(self, best: int = 3):
        """Draw the history, the truth and the forecasts of the best models.

        Parameters
        ----------
        best : int, default=3
            How many models to draw.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ValueError
            If `best` is less than 1.
        ImportError
            If matplotlib is not installed; says how to install it.
        """
        from .reporting import plot_forecasts

        return plot_forecasts(self, best)

    def plot_ranks(self):
        """Draw mean ranks with their critical difference; for one series, the first metric.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ImportError
            If matplotlib is not installed; says how to install it.
        """
        from .reporting import plot_ranks

        return plot_ranks(self)

    def plot_cost(self):
        """Draw the first metric against the seconds a model takes.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        ImportError
            If matplotlib is not installed; says how to install it.
        """
        from .reporting import plot_cost

        return plot_cost(self)

    def to_html(self, path) -> Path:
        """Write one self-contained page: verdict, pictures, table, settings and code.

        Parameters
        ----------
        path : path-like
            The file; its folder is created if it does not exist.

        Returns
        -------
        Path

        Raises
        ------
        ImportError
            If matplotlib is not installed; says how to install it.
        """
        from .reporting import report_html

        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report_html(self), encoding="utf-8")
        return path

    def to_markdown(self) -> str:
        """Write the verdict, the table and the settings in Markdown.

        Returns
        -------
        str
        """
        from .reporting import report_markdown

        return report_markdown(self)

    def to_csv(self, folder) -> list[Path]:
        """Write ``table.csv``, ``scores.csv`` and ``forecasts.csv`` into a folder.

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
        paths = [folder / f"{name}.csv" for name in ("table", "scores", "forecasts")]
        self.table.to_csv(paths[0])
        self.scores.to_csv(paths[1], index=False)
        self.forecasts.to_csv(paths[2], index=False)
        return paths

    def _repr_html_(self) -> str:
        from .reporting import short_html

        return short_html(self)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        done = self.table[self.table["error"] == ""]
        hidden = [column for column in done if column.endswith("_se")]
        shown = done.drop(columns=[*hidden, "rank", "error"]).dropna(axis=1, how="all")
        shown = shown.map(_short).rename(columns=lambda name: name.replace("_seconds", " s"))
        text = shown.rename_axis(None).to_string()
        return "\n".join([text, *say_absent(self.table, self.settings), "", self.verdict])


def _short(number) -> str:
    """Three digits, and all of a whole number."""
    if pd.isna(number):
        return ""
    if isinstance(number, int) or abs(number) >= 100:
        return f"{number:.0f}"
    return f"{number:#.3g}"
