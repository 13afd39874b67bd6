"""Whether the logarithm of each series is forecast, whatever seasons and columns do to it.

Promotions, or the week in daily data, can make swings that hide how a series grows. Only when they
are taken off does it show whether the logarithm is the simpler series.
"""

import numpy as np

from ._bases import Bases, choose
from ._changes import carried_on
from ._long_seasons import LongSeasons
from ._regression import Regression
from ._scaling import SeriesScaler, can_be_logged, scalers_of

SHARE = 1 / 16  # of the numbers that effects are learnt from: here they only help to choose


def choose_scales(
    series: list[np.ndarray],
    columns: list[np.ndarray] | None,
    known: np.ndarray,
    periods: tuple[int, ...],
    horizon: int,
    base: str,
    regression: Regression | str | None,
    starts: np.ndarray | None,
) -> tuple[list[SeriesScaler], Bases | None]:
    """Choose scales, and the models that go with them.

    Parameters
    ----------
    As `Preparation.learn` has them.

    Returns
    -------
    scalers : list of SeriesScaler
        For the series as they are.
    bases : Bases or None
        None where something was taken off the series.
    """
    sp, *others = periods
    rests = _without_long_seasons(series, sp, others)
    terms, factors = rests, rests
    if columns is not None and known.any() and regression is not None:
        learn = None if regression == "learn" else regression
        terms, factors = _without_columns(rests, columns, known, sp, learn, starts)
    scalers, bases = choose(terms, sp, horizon, base, positive=factors)
    if terms is series and factors is series:
        return scalers, bases
    logs = [scaler.log and can_be_logged(y) for y, scaler in zip(series, scalers)]
    return scalers_of(series, sp, logs), None


def _without_long_seasons(series, sp: int, periods) -> list[np.ndarray]:
    """Series less the longer seasons, of positive series as factors.

    Small factors are as good as terms.
    """
    if not periods:
        return series
    scalers, scaled = _scaled(series, sp, log=True)
    return _less(series, scalers, LongSeasons.learn(scaled, sp, periods).effects(map(len, series)))


def _without_columns(series, columns, known, sp: int, regression, starts):
    """Series less the effects of columns: as terms, and, of positive series, as factors.

    These can be large: doubled sales are no longer the same number of sales when the shop grows.
    """
    filled = [carried_on(x) for x in columns]
    rests = []
    for log in (False, True):
        scalers, scaled = _scaled(series, sp, log)
        effects = regression or Regression.learn(scaled, columns, known, sp, starts, SHARE)
        if effects is None:
            rests.append(series)
        else:
            rests.append(_less(series, scalers, map(effects.effect, filled)))
    return rests


def _scaled(series, sp: int, log: bool) -> tuple[list[SeriesScaler], list[np.ndarray]]:
    """Scalers, of the logarithm where there is one if asked for, and the scaled series."""
    scalers = scalers_of(series, sp, [log and can_be_logged(y) for y in series])
    return scalers, [scaler.scaled(y) for y, scaler in zip(series, scalers)]


def _less(series, scalers, effects) -> list[np.ndarray]:
    """Series less effects on their scales, in their own units."""
    rests = []
    for y, scaler, effect in zip(series, scalers, effects):
        effect = scaler.scale * effect[: len(y)]
        rests.append(y * np.exp(-effect) if scaler.log else y - effect)
    return rests
