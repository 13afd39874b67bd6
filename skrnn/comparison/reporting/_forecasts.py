"""History, truth and forecasts of the best models."""

import math

import numpy as np
import pandas as pd

from ..._optional import import_optional
from .._folds import by_series
from ._style import COLOURS, DASHES, INK, MARKERS, add_legend, new_figure, shorten, styled
from ._table import finished, first_metric, number_format

HISTORY_PER_FORECAST = 1  # how much history to show, in lengths of the forecast part
N_SERIES = 4
COLUMN_WIDTH = 4.0  # inches that one picture of several needs


@styled
def plot_forecasts(comparison, best: int = 3, width: float = 9.0):
    """Draw the forecasts of the best models in each fold, with the history and the truth.

    A grey line marks the start of each fold. The best model that has 80% intervals is shaded with
    them; those of several models on top of each other could not be read. Of a panel, up to four
    series are drawn: from the one with the lowest error of the best model to that with the highest.
    Where the first metric is not defined there is no best, and the first models are drawn.

    Parameters
    ----------
    comparison : Comparison
    best : int, default=3
        How many models to draw.
    width : float, default=9.0
        Of the figure, in inches.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `best` is less than 1.
    """
    if best < 1:
        raise ValueError(f"best={best!r}: expected the number of models to draw, 1 or more.")
    models = list(finished(comparison).index[:best])
    metric = first_metric(comparison)
    errors = choose_series(comparison.scores, models[0], metric)
    histories, write = by_series(comparison.y), number_format(metric, errors)
    figure, grid = _make_grid(len(errors), width)
    for axes, (series, error) in zip(grid, errors.items()):
        forecasts = comparison.forecasts[comparison.forecasts["series"] == series]
        _draw_series(axes, histories.loc[series], forecasts, models)
        room = width / axes.get_gridspec().ncols
        name, best_name = shorten(series, 2 * room), shorten(models[0], room)
        known = f"{metric} {write(error)} of {best_name}"
        axes.set_title(f"{name}: {known if pd.notna(error) else f'{metric} not defined'}")
    add_legend(figure, grid[0].get_legend_handles_labels()[0])
    return figure


def choose_series(scores: pd.DataFrame, model: str, metric: str) -> pd.Series:
    """Series to draw, with the error of a model there, in ascending order.

    All of a few; of many the one with the lowest error, that with the highest, and some evenly
    between, so that neither the best nor the worst is kept back.
    """
    errors = scores[scores["model"] == model].groupby("series")[metric].mean()
    errors = errors.sort_values(kind="stable")  # missing errors come last
    if len(errors) <= N_SERIES:
        return errors
    n_known = max(int(errors.notna().sum()), N_SERIES)
    return errors.iloc[np.linspace(0, n_known - 1, N_SERIES).round().astype(int)]


def _make_grid(n_pictures: int, width: float):
    """A figure, and its axes row by row."""
    n_columns = 1 if n_pictures == 1 else min(max(int(width // COLUMN_WIDTH), 1), n_pictures)
    n_rows = math.ceil(n_pictures / n_columns)
    figure = new_figure(width, 0.6 + (3.4 if n_pictures == 1 else 2.3) * n_rows)
    grid = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for axes in grid[n_pictures:]:
        axes.remove()
    return figure, grid[:n_pictures]


def _draw_series(axes, history: pd.Series, forecasts: pd.DataFrame, models: list[str]) -> None:
    shown = history.iloc[-forecasts["time"].nunique() * (1 + HISTORY_PER_FORECAST) :]
    axes.plot(_on_axis(shown.index), shown, color=INK, lw=1.3, label="observed", zorder=3)
    for start in _on_axis(forecasts.groupby("fold")["time"].min()):
        line = axes.axvline(start, color="#b0b0b0", lw=0.9, zorder=0)
    line.set_label("start of a fold")
    shaded = _first_with_intervals(forecasts, models)
    for place, model in enumerate(models):
        part = forecasts[forecasts["model"] == model]
        _draw_model(axes, model, part, place, shade=model == shaded)
    _set_time_axis(axes, shown.index)
    axes.grid(axis="y")


def _draw_model(axes, model: str, forecasts: pd.DataFrame, place: int, shade: bool) -> None:
    colour = COLOURS[place % len(COLOURS)]
    name = _label(model, axes.figure.get_figwidth())
    for number, piece in enumerate(_pieces(forecasts)):
        times = _on_axis(piece["time"])
        axes.plot(
            times,
            piece["forecast"],
            color=colour,
            linestyle=DASHES[place % len(DASHES)],
            marker=MARKERS[place % len(MARKERS)],
            markevery=max(len(times) // 4, 1),
            ms=3.5,
            lw=1.5,
            label=name if number == 0 else None,
            zorder=5 - 0.01 * place,
        )
        if shade:
            label = f"80% interval of {name.strip()}" if number == 0 else None
            axes.fill_between(
                times,
                piece["lower_80"],
                piece["upper_80"],
                color=colour,
                alpha=0.18,
                lw=0,
                label=label,
            )


def _label(model: str, width: float) -> str:
    """A name for the legend, which leaves out what starts with an underscore."""
    return shorten(f" {model}" if model.startswith("_") else model, width)


def _pieces(forecasts: pd.DataFrame) -> list[pd.DataFrame]:
    """Forecasts of one fold each; folds of a single step are joined, to be a line."""
    forecasts = forecasts.sort_values("time")
    if forecasts.groupby("fold").size().max() == 1:
        return [forecasts]
    return [piece for _, piece in forecasts.groupby("fold")]


def _first_with_intervals(forecasts: pd.DataFrame, models: list[str]) -> str | None:
    known = set(forecasts.loc[forecasts["lower_80"].notna(), "model"])
    return next((model for model in models if model in known), None)


def _on_axis(times) -> np.ndarray:
    """Times that matplotlib can draw."""
    index = pd.Index(times)
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if isinstance(index, pd.DatetimeIndex):
        index = index.tz_localize(None)
    return index.to_numpy()


def _set_time_axis(axes, index: pd.Index) -> None:
    if isinstance(index, pd.PeriodIndex | pd.DatetimeIndex):
        dates = import_optional("matplotlib.dates", "plot")
        locator = dates.AutoDateLocator(minticks=3, maxticks=7)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
    else:
        axes.locator_params(axis="x", integer=True, nbins=7)
