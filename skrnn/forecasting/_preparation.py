"""All that is learnt of each series before a network sees it."""

from dataclasses import dataclass, replace

import numpy as np

from ._bases import Bases, choose, choose_with_effects
from ._changes import carried_on
from ._long_seasons import LongSeasons
from ._panel import Panel
from ._regression import Regression
from ._scale_choice import choose_scales


@dataclass(frozen=True)
class Preparation:
    """Scales, base forecasts, long seasons and effects of exogenous columns for a panel.

    Attributes
    ----------
    scalers : list of SeriesScaler
    bases : Bases
    seasons : LongSeasons
        Of periods beside the seasonal one, in ``units`` of each series.
    regression : Regression or None
        Effects of columns, in ``units`` of each series.
    units : ndarray of shape (n_series,)
    errors : ndarray of shape (n_series,)
        Typical error of the base forecasts of each series, on the panel's scale.
    """

    scalers: list
    bases: Bases
    seasons: LongSeasons
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
        regression: Regression | str | None = "learn",
        starts: np.ndarray | None = None,
    ) -> "Preparation":
        """Learn from training data.

        Parameters
        ----------
        series : list of ndarray of shape (n_i,)
        columns : list of ndarray of shape (n_i, n_columns), or None
            NaN where missing.
        known : ndarray of shape (n_columns,), bool
            Whether the future of each column is known.
        periods : tuple of int
            Seasonal period, and longer ones in ascending order.
        horizon : int
        base : str
        regression : Regression, None or "learn"
        starts : ndarray of shape (n_series,), optional
            Times of the first observations; the same for all if not given.
        """
        sp, *others = periods
        given = known, periods, horizon, base, regression, starts
        scalers, bases = choose_scales(series, columns, *given)
        units = np.array([scaler.scale for scaler in scalers])
        scaled = rests = [scaler.scaled(y) for scaler, y in zip(scalers, series)]
        seasons = LongSeasons.learn(scaled, sp, others)
        if seasons:
            rests = [z - effect for z, effect in zip(scaled, seasons.effects(map(len, series)))]
        if regression == "learn":
            learns = known.any()
            regression = Regression.learn(rests, columns, known, sp, starts) if learns else None
        columns = None if columns is None else [carried_on(x) for x in columns]
        if others and regression is not None:  # without the noise of the columns
            rests = [z - regression.effect(x) for z, x in zip(scaled, columns)]
            seasons = LongSeasons.learn(rests, sp, others)
        prepared = cls(scalers, bases, seasons, regression, units, np.ones(len(series)))
        effects = prepared._effects(series, columns, room=0)
        if effects is not None:
            scalers, bases = choose_with_effects(series, scalers, effects, sp, horizon, base)
        elif bases is None:  # no effects after all
            scalers, bases = choose(series, sp, horizon, base)
        panel = Panel.of(series, scalers, sp, effects=effects)
        errors = bases.typical_error(panel, horizon)
        return replace(prepared, scalers=scalers, bases=bases, errors=errors)

    def take(self, index: np.ndarray) -> "Preparation":
        """That of some of the series."""
        return replace(
            self,
            scalers=[self.scalers[i] for i in index],
            bases=replace(self.bases, weights=self.bases.weights[index]),
            seasons=LongSeasons([self.seasons.patterns[i] for i in index]),
            units=self.units[index],
            errors=self.errors[index],
        )

    def panel(
        self, series: list[np.ndarray], columns: list[np.ndarray] | None, room: int = 0
    ) -> Panel:
        """Lay out the same series, perhaps longer by now.

        Parameters
        ----------
        series : list of ndarray of shape (n_i,)
        columns : list of ndarray of shape (n_i + room, n_columns), or None
            NaN where missing.
        room : int
            Steps of the future.
        """
        columns = None if columns is None else [carried_on(x) for x in columns]
        effects = self._effects(series, columns, room)
        return Panel.of(series, self.scalers, self.bases.sp, columns, effects)

    def _effects(self, series, columns, room: int) -> list[np.ndarray] | None:
        """What seasons and columns add, in units of the series or its logarithm."""
        parts = []
        if self.seasons:
            parts.append(self.seasons.effects(len(y) + room for y in series))
        if self.regression is not None:
            parts.append([self.regression.effect(x) for x in columns])
        if not parts:
            return None
        return [unit * sum(effects) for unit, *effects in zip(self.units, *parts)]
