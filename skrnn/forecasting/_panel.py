"""Panels of scaled series, one after the other in flat arrays."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from ._scaling import LARGEST_LOG, SeriesScaler

FEWEST_CHANGES = 12  # that the change over a gap is the mean of; fewer count as zeros besides
DAMPING = 0.6  # of that change, from one season of a gap to the next


@dataclass(frozen=True)
class Panel:
    """Scaled series, one after the other.

    Attributes
    ----------
    values : ndarray of shape (n_total,)
        Scaled, and without gaps: missing values are carried on from the past.
    observed : ndarray of shape (n_total,), bool
    starts, stops : ndarray of shape (n_series,)
        Where the observations of each series lie. Between a stop and the next start there may be
        room for the future.
    scalers : list of SeriesScaler
    columns : ndarray of shape (n_total, n_columns), or None
        Exogenous columns, scaled; in the room for the future too.
    effects : ndarray of shape (n_total,), or None
        What long seasons and exogenous columns add to each value before it is scaled; not in
        ``values``.
    """

    values: np.ndarray
    observed: np.ndarray
    starts: np.ndarray
    stops: np.ndarray
    scalers: list
    columns: np.ndarray | None = None
    effects: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        series: list[np.ndarray],
        scalers: list[SeriesScaler],
        sp: int,
        columns: list[np.ndarray] | None = None,
        effects: list[np.ndarray] | None = None,
    ) -> "Panel":
        """Scale series and lay them out.

        Parameters
        ----------
        series : list of ndarray of shape (n_i,)
            NaN where missing, but not at the start.
        scalers : list of SeriesScaler
        sp : int
            Seasonal period.
        columns, effects : list of ndarray of shape (n_i + room, ...), optional
            Room for the future is left where they are longer than the series.
        """
        given = effects or columns or series
        room = len(given[0]) - len(series[0])
        lengths = np.array([len(y) for y in series])
        starts = np.cumsum([0, *(lengths + room)[:-1]])
        values = np.zeros(int((lengths + room).sum()))
        observed = np.zeros(len(values), dtype=bool)
        for i, (start, y) in enumerate(zip(starts, series)):
            z = scalers[i].scaled(y, 0.0 if effects is None else effects[i][: len(y)])
            seen = np.isfinite(z)
            observed[start : start + len(y)] = seen
            values[start : start + len(y)] = z if seen.all() else carry_on(z, seen, sp)
        columns = None if columns is None else np.concatenate(columns)
        effects = None if effects is None else np.concatenate(effects)
        return cls(values, observed, starts, starts + lengths, scalers, columns, effects)

    def __len__(self) -> int:
        return len(self.scalers)

    @property
    def lengths(self) -> np.ndarray:
        return self.stops - self.starts

    @property
    def last_seen(self) -> np.ndarray:
        """Where the observed values of each series stop, (n_series,)."""
        if self.observed[self.stops - 1].all():
            return self.stops
        seen = np.flatnonzero(self.observed) + 1
        return seen[np.searchsorted(seen, self.stops, side="right") - 1]

    @property
    def logged(self) -> np.ndarray:
        """Whether the logarithm of each series is forecast, (n_series,)."""
        return np.array([scaler.log for scaler in self.scalers])

    @property
    def lowest(self) -> np.ndarray:
        """What no forecast of each series is below, (n_series,)."""
        return np.array([scaler.lowest for scaler in self.scalers])

    def units(self, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shift and scale (n, 1) of the series of some windows."""
        units = np.array([(scaler.shift, scaler.scale) for scaler in self.scalers])[owners]
        return units[:, :1], units[:, 1:]

    def futures(self, ends: np.ndarray, owners: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """What was observed some steps after positions, (n, n_steps); NaN where nothing was.

        Parameters
        ----------
        ends, owners : ndarray of shape (n,)
            Positions of step one, and the series they lie in.
        steps : ndarray of shape (n_steps,)
        """
        position = ends[:, None] + steps - 1
        stops = self.stops[owners][:, None]
        clipped = np.minimum(position, stops - 1)
        known = (position < stops) & self.observed[clipped]
        return np.where(known, self.values[clipped], np.nan)

    def original(self, z: np.ndarray, ends: np.ndarray, owners: np.ndarray) -> np.ndarray:
        """Forecasts (n, horizon, ...) after some positions, back in the units of their series."""
        shift, scale = (u.reshape(-1, *(1,) * (z.ndim - 1)) for u in self.units(owners))
        values = z * scale + shift
        if self.effects is not None:
            effects = self.effects[ends[:, None] + np.arange(z.shape[1])]
            values = values + effects.reshape(*effects.shape, *(1,) * (z.ndim - 2))
        logged = self.logged[owners]
        values[logged] = np.exp(np.minimum(values[logged], LARGEST_LOG))
        return np.maximum(values, self.lowest[owners].reshape(shift.shape))


def carry_on(z: np.ndarray, observed: np.ndarray, sp: int) -> np.ndarray:
    """Fill gaps from the past only: last season's value, moved by the usual seasonal change.

    That is the mean of the last changes between observed values, damped from season to season of
    a gap, so that noise does not carry a long gap away.
    """
    z = z.copy()
    n_changes = max(sp, FEWEST_CHANGES)
    changes, n_missing = deque([0.0] * n_changes), 0
    total = 0.0  # exact: scaled values are multiples of one grid
    for t in range(len(z)):
        if observed[t]:
            n_missing = 0
            if t >= sp and observed[t - sp]:
                changes.append(z[t] - z[t - sp])
                total += changes[-1] - changes.popleft()
        else:
            change = total / n_changes * DAMPING ** (n_missing // sp)
            z[t] = z[t - sp] + change if t >= sp else z[t - 1]
            n_missing += 1
    return z
