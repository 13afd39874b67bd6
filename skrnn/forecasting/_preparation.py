"""All that is learnt of each series before a network sees it."""

from dataclasses import dataclass

import numpy as np

from ._bases import Bases, choose, choose_with_effects
from ._panel import Panel
from ._regression import Regression


@dataclass(frozen=True)
class Preparation:
    """Scales, base forecasts and effects of exogenous columns for the series of a panel.

    Attributes
    ----------
    scalers : list of SeriesScaler
    bases : Bases
    regression : Regression or None
        Effects of columns, in ``units`` of each series.
    units : ndarray of shape (n_series,)
    errors : ndarray of shape (n_series,)
        Typical error of the base forecasts of each series, on the panel's scale.
    """

    scalers: list
    bases: Bases
    regression: Regression | None
    units: np.ndarray
    errors: np.ndarray

    @classmethod
    def learn(
        cls,
        series: list[np.ndarray],
        columns: list[np.ndarray] | None,
        known: np.ndarray,
        sp: int,
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
        sp, horizon : int
        base : str
        """
        scalers, bases = choose(series, sp, horizon, base)
        units = np.array([scaler.scale for scaler in scalers])
        regression = effects = None
        if known.any():
            scaled = [scaler.scaled(y) for scaler, y in zip(scalers, series)]
            regression = Regression.learn(scaled, columns, known, sp)
        if regression is not None:
            effects = [unit * regression.effect(x) for unit, x in zip(units, columns)]
            scalers, bases = choose_with_effects(series, scalers, effects, sp, horizon, base)
        panel = Panel.of(series, scalers, sp, effects=effects)
        errors = bases.typical_error(panel, horizon)
        return cls(scalers, bases, regression, units, errors)

    def panel(self, series: list[np.ndarray], columns: list[np.ndarray] | None) -> Panel:
        """Lay out the same series, perhaps longer by now, with columns that may go further."""
        effects = None
        if self.regression is not None:
            effects = [unit * self.regression.effect(x) for unit, x in zip(self.units, columns)]
        return Panel.of(series, self.scalers, self.bases.sp, columns, effects)
