"""Pictures of a comparison, in colours that colour-blind readers can tell apart."""

import pandas as pd

from .._optional import import_optional

# Okabe and Ito, "Color universal design", 2008
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
HISTORY_PER_FORECAST = 3  # how much history to show, in lengths of the forecast part


def plot_forecasts(y, forecasts: pd.DataFrame, models: list[str]):
    """Draw one series (of a panel: the first) with the forecasts of some models.

    Parameters
    ----------
    y : Series or DataFrame with a MultiIndex
    forecasts : DataFrame
        As in `Comparison.forecasts`.
    models : list of str

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure_module = import_optional("matplotlib.figure", "plot")
    y, forecasts = _first_series(y, forecasts)
    figure = figure_module.Figure(figsize=(9, 4), layout="constrained")
    axes = figure.add_subplot()
    n_shown = forecasts["time"].nunique() * (1 + HISTORY_PER_FORECAST)
    shown = y.iloc[-n_shown:]
    axes.plot(_to_axis(shown.index), shown, color="#222222", linewidth=1.5, label="observed")
    for model, colour in zip(models, COLOURS):
        part = forecasts[forecasts["model"] == model]
        for fold, (_, piece) in enumerate(part.groupby("fold")):
            label = model if fold == 0 else None
            axes.plot(_to_axis(piece["time"]), piece["forecast"], color=colour, label=label)
            if model == models[0]:
                axes.axvline(_to_axis(piece["time"])[0], color="#BBBBBB", linewidth=0.8, zorder=0)
    axes.set_title(f"{y.name or 'series'}: forecasts of each fold, from the grey lines on")
    axes.legend(frameon=False, loc="upper left")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _first_series(y, forecasts: pd.DataFrame):
    if not isinstance(y.index, pd.MultiIndex):
        return (y.iloc[:, 0] if isinstance(y, pd.DataFrame) else y), forecasts
    key = y.index.droplevel(-1)[0]
    names = [column for column in forecasts.columns if column not in ("model", "fold")]
    keys = key if isinstance(key, tuple) else (key,)
    for name, value in zip(names, keys):
        forecasts = forecasts[forecasts[name] == value]
    series = y.xs(keys).squeeze("columns") if isinstance(y, pd.DataFrame) else y.xs(keys)
    return series.rename(str(key)), forecasts


def _to_axis(times) -> pd.Index:
    """Times that matplotlib can draw."""
    index = pd.Index(times)
    return index.to_timestamp() if isinstance(index, pd.PeriodIndex) else index
