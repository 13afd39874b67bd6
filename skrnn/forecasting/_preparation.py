"""All that is learnt of each series before a network sees it."""

from dataclasses import dataclass

import numpy as np

from ._bases import Bases, choose, choose_with_effects
from ._long_seasons import LongSeasons
from ._panel import Panel
from ._regression import Regression


@dataclass(frozen=True)
class Preparation:
    """Scales, base forecasts, long seasons and effects of exogenous columns for a panel.

    Attributes
    ----------
    scalers : list of SeriesScaler
    bases : Bases
    seasons : LongSeasons or None
        Of periods beside the seasonal one, in ``units`` of each series.
    regression : Regression or None
        Effects of columns, in ``units`` of each series.
    units : ndarray of shape (n_series,)
    errors : ndarray of shape (n_series,)
        Typical error of the base forecasts of each series, on the panel's scale.
    """

    scalers: list
    bases: Bases
    seasons: LongSeasons | None
    regression: Regression | None
    units: np.ndarray
    errors: np.ndarray

    @classmethod
    def learn(
        cls,
        series: list[np.ndarray],
        columns: list[np.ndarray] | None,
        known: np.ndarray,
        periods: tuple[int, ...],
        horizon: int,
        base: str,
    ) -> "Preparation":
        """Learn from training data.

        Parameters
        ----------
        series : list of ndarray of shape (n_i,)
        columns : list of ndarray of shape (n_i, n_columns), or None
        known : ndarray of shape (n_columns,), bool
            Whether the future of each column is known.
        periods : tuple of int
            Seasonal period, and longer ones in ascending order.
        horizon : int
        base : str
        """
        sp, *longer = periods
        scalers, bases = choose(series, sp, horizon, base)
        units = np.array([scaler.scale for scaler in scalers])
        seasons = regression = None
        scaled = rests = [scaler.scaled(y) for scaler, y in zip(scalers, series)]
        if longer:
            seasons = LongSeasons.learn(scaled, sp, longer)
            rests = [z - effect for z, effect in zip(scaled, seasons.effects(map(len, series)))]
        if known.any():
            regression = Regression.learn(rests, columns, known, sp)
        if longer and regression is not None:  # without the noise of the columns
            rests = [z - regression.effect(x) for z, x in zip(scaled, columns)]
            seasons = LongSeasons.learn(rests, sp, longer)
        effects = _effects(units, seasons, regression, columns or series)
        if effects is not None:
            scalers, bases = choose_with_effects(series, scalers, effects, sp, horizon, base)
        panel = Panel.of(series, scalers, sp, effects=effects)
        errors = bases.typical_error(panel, horizon)
        return cls(scalers, bases, seasons, regression, units, errors)

    def panel(self, series: list[np.ndarray], columns: list[np.ndarray] | None) -> Panel:
        """Lay out the same series, perhaps longer by now, with columns that may go further."""
        effects = _effects(self.units, self.seasons, self.regression, columns or series)
        return Panel.of(series, self.scalers, self.bases.sp, columns, effects)


def _effects(units: np.ndarray, seasons, regression, rows) -> list[np.ndarray] | None:
    """What seasons and columns add to each of the rows, in units of the series or its logarithm."""
    parts = []
    if seasons is not None:
        parts.append(seasons.effects(map(len, rows)))
    if regression is not None:
        parts.append([regression.effect(x) for x in rows])
    return [unit * sum(effects) for unit, *effects in zip(units, *parts)] if parts else None
