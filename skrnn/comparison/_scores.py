"""Scores of forecasts, for each series and fold."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sktime.performance_metrics.base import BaseMetric

from ._folds import Fold
from ._running import QUANTILES, Outcome

# Columns of each metric by name.
METRICS = {
    "MASE": ("MASE",),
    "RMSSE": ("RMSSE",),
    "sMAPE": ("sMAPE",),
    "quantile_loss": ("quantile_loss",),
    "coverage": ("coverage_80", "coverage_95"),
}
SCALED = ("MASE", "RMSSE", "quantile_loss")  # by errors in the training part, which may be none
Metric = str | BaseMetric
ROUNDING = 1e-12  # share of the largest value: smaller differences are taken for rounding


def check_metrics(metrics: Sequence[Metric]) -> list[Metric]:
    """Metrics by name or as objects; the first one must be an error, as it ranks the models.

    Raises
    ------
    ValueError
        If a name is unknown, an object needs more than point forecasts and training data, or two
        different objects have one name.
    """
    metrics = [metrics] if isinstance(metrics, (str, BaseMetric)) else list(metrics)
    for metric in metrics:
        if isinstance(metric, BaseMetric):
            _check_object(metric)
        elif metric not in METRICS:
            raise ValueError(
                f"Unknown metric {metric!r}; choose from {list(METRICS)}, or pass a sktime metric."
            )
    if not metrics or metrics[0] == "coverage" or not _lower_is_better(metrics[0]):
        raise ValueError(
            "The first metric ranks the models, so it must be an error (lower is better); "
            f"got metrics={metrics}."
        )
    return _without_repeats(metrics)


def _without_repeats(metrics: list[Metric]) -> list[Metric]:
    """Each metric once; columns of the table need names that differ."""
    unique = {}
    for metric in metrics:
        known = unique.setdefault(name_of(metric), metric)
        if repr(known) != repr(metric):
            raise ValueError(
                f"Two metrics have the name {name_of(metric)!r}: {known!r} and {metric!r}. Leave "
                "one out, or set the attribute `name` of one."
            )
    return list(unique.values())


def columns_of(metrics: list[Metric]) -> list[str]:
    """Columns of the table that hold metrics, in their order."""
    names = [name_of(metric) for metric in metrics]
    return [column for name in names for column in METRICS.get(name, (name,))]


def name_of(metric: Metric) -> str:
    """Name of a metric in tables."""
    return metric if isinstance(metric, str) else metric.name


def scales(fold: Fold, sp: int) -> pd.DataFrame:
    """In-sample errors of the seasonal naive forecast, by series.

    ``absolute`` is the mean absolute error [1]_, ``squared`` the mean squared one. NaN where the
    training part repeats its season, but for rounding, so that nothing can be measured by it.

    References
    ----------
    .. [1] Hyndman and Koehler, "Another look at measures of forecast accuracy", International
           Journal of Forecasting 22, 2006.
    """
    by_series = fold.training_part().groupby(level="series", sort=False)
    errors = by_series.diff(sp)
    table = pd.DataFrame({"absolute": errors.abs(), "squared": errors**2})
    means = table.groupby(level="series", sort=False).mean()
    rounding = ROUNDING * by_series.apply(lambda y: y.abs().max())
    return means.where(means["absolute"] > rounding)


def losses(forecast: pd.DataFrame, scale: pd.DataFrame) -> pd.DataFrame:
    """Loss of every single forecast; their mean over a series is its score (RMSSE: its square).

    Parameters
    ----------
    forecast : DataFrame
        As in `Outcome`.
    scale : DataFrame
        As `scales` returns it.

    Notes
    -----
    The quantile loss is that of the M5 competition, twice the pinball loss in units of the MASE,
    as mean over the quantiles of the median and of both intervals; for the median alone it is the
    MASE.
    """
    scale = scale.reindex(forecast["series"]).to_numpy()
    truth = forecast["truth"].to_numpy()
    error = truth - forecast["forecast"].to_numpy()
    size = np.abs(truth) + np.abs(forecast["forecast"].to_numpy())
    percent = np.divide(200 * np.abs(error), size, out=np.zeros_like(error), where=size != 0)
    levels = np.array(list(QUANTILES.values()))
    lack = truth[:, None] - forecast[list(QUANTILES)].to_numpy()
    pinball = np.maximum(levels * lack, (levels - 1) * lack).mean(axis=1)
    return pd.DataFrame(
        {
            "MASE": np.abs(error) / scale[:, 0],
            "RMSSE": error**2 / scale[:, 1],
            "sMAPE": percent,
            "quantile_loss": 2 * pinball / scale[:, 0],
            "coverage_80": _inside(forecast, 80),
            "coverage_95": _inside(forecast, 95),
        },
        index=forecast.index,
    )


def score(outcome: Outcome, fold: Fold, metrics: list[Metric], scale: pd.DataFrame) -> pd.DataFrame:
    """One row for each series: its metrics in this fold."""
    by_series = outcome.forecast["series"]
    means = losses(outcome.forecast, scale).groupby(by_series, sort=False).mean()
    means["RMSSE"] **= 0.5
    for metric in metrics:
        if isinstance(metric, BaseMetric):
            means[metric.name] = _apply(metric, outcome.forecast, fold)
    return means[columns_of(metrics)].reset_index()


def _inside(forecast: pd.DataFrame, percent: int) -> pd.Series:
    """1 where the truth lies in the interval, 0 where not, NaN where there is none."""
    lower, upper = forecast[f"lower_{percent}"], forecast[f"upper_{percent}"]
    inside = forecast["truth"].between(lower, upper).astype(float)
    return inside.where(lower.notna() & forecast["truth"].notna())


def _apply(metric: BaseMetric, forecast: pd.DataFrame, fold: Fold) -> pd.Series:
    """A metric of sktime, series by series; NaN where no truth is known.

    It takes no missing values: forecasts of these are left out, and the training part is filled.
    """
    training = fold.training_part()
    results = dict.fromkeys(forecast["series"], np.nan)
    for name, rows in forecast[forecast["truth"].notna()].groupby("series", sort=False):
        part = rows.set_index("time")
        truth, predicted = part["truth"].rename(None), part["forecast"].rename(None)
        y_train = training[name].interpolate(limit_direction="both")
        results[name] = float(metric(truth, predicted, y_train=y_train))
    return pd.Series(results)


def _check_object(metric: BaseMetric) -> None:
    kind = metric.get_tag("scitype:y_pred", "pred", raise_error=False)
    if kind != "pred" or metric.get_tag("requires-y-pred-benchmark", False, raise_error=False):
        raise ValueError(
            f"{type(metric).__name__} needs more than point forecasts and training data. For "
            "intervals use the metrics 'quantile_loss' and 'coverage'."
        )


def _lower_is_better(metric: Metric) -> bool:
    return isinstance(metric, str) or metric.get_tag("lower_is_better", True, raise_error=False)
