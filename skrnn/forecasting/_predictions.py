"""What sktime asks of a fitted forecaster, all from one distribution of each step."""

import numpy as np
import pandas as pd
from sktime.forecasting.base import ForecastingHorizon

from .._optional import import_optional
from ._distribution import MASS, Distribution
from ._quantiles import LEVELS
from ._rolling import quantiles_ahead, quantiles_within

PANDAS = pd.DataFrame, pd.Series
SIDES = (("lower", -1), ("upper", 1))  # of an interval


class PredictionMixin:
    """Points, quantiles, intervals, variances, distributions and residuals.

    Of a forecaster whose fit has set ``_series``, ``_columns``, ``_prepared``, ``_model``,
    ``_y_train`` and ``horizon_``.
    """

    def _predict(self, fh, X=None):
        steps, forecasts = self._forecasts(fh, X)
        return self._series.frame(forecasts.median, steps)

    def _predict_quantiles(self, fh, X, alpha):
        steps, forecasts = self._forecasts(fh, X)
        return self._series.frame(forecasts.at(alpha), steps, list(alpha))

    def _predict_interval(self, fh, X, coverage):
        steps, forecasts = self._forecasts(fh, X)
        sides = [(c, side, 0.5 + sign * c / 2) for c in coverage for side, sign in SIDES]
        values = forecasts.at([probability for *_, probability in sides])
        return self._series.frame(values, steps, [tuple(name) for *name, _ in sides])

    def _predict_var(self, fh, X=None, cov=False):
        if cov:
            raise NotImplementedError(
                "Each step is forecast by itself, so that there are variances but no covariances: "
                "expected cov=False, got True."
            )
        steps, forecasts = self._forecasts(fh, X)
        return self._series.frame(forecasts.variance(), steps)

    def _predict_proba(self, fh, X, marginal=True):
        """A distribution with the quantiles that ``predict_quantiles`` returns."""
        if not marginal:
            raise NotImplementedError(
                "Each step is forecast by itself, so that there is no joint distribution: expected "
                "marginal=True, got False."
            )
        import_optional("skpro.distributions", "proba")
        from ._histogram import ExactHistogram

        steps, forecasts = self._forecasts(fh, X)
        edges = forecasts.edges
        size = np.abs(edges).max(-1, keepdims=True)
        edges = edges + np.arange(edges.shape[-1]) * 4 * np.spacing(size)  # no ties
        frames = [self._series.frame(edges[..., k], steps) for k in range(edges.shape[-1])]
        index, columns = frames[0].index, frames[0].columns
        bins = np.stack([frame.to_numpy() for frame in frames], axis=-1)  # (rows, columns, edges)
        masses = [[MASS] * len(columns)] * len(index)
        bins = [list(row) for row in bins]
        return ExactHistogram(bins, masses, index=index, columns=columns)

    def _forecasts(self, fh, X) -> tuple[np.ndarray, Distribution]:
        """Steps (n_series, n_steps) from the ends of the series, and what is forecast there."""
        series = self._series
        steps = series.steps(fh)
        furthest = np.maximum(steps.max(1), 0)
        columns = None
        if self._columns is not None:
            if (steps > series.lag[:, None]).any():
                self._columns.check_future(X)
            room = max(furthest.max(), self.horizon_)
            longer = self._columns.with_future(X, series)
            longer.check_rows(series, steps, self._model.reads_all_columns)
            columns = longer.arrays(series, room)
            known = longer.encoder.known & ~longer.encoder.idle
            longer.warn_of_missing(columns, series, steps, self._model.used_columns(known))
        given = self._model, self._prepared, series.values, columns
        quantiles = np.empty((*steps.shape, len(LEVELS)))
        if (steps <= 0).any():
            quantiles = quantiles_within(*given, np.minimum(steps, 0))
        if furthest.any():
            ahead = quantiles_ahead(*given, furthest)
            ahead = np.take_along_axis(ahead, np.maximum(steps - 1, 0)[..., None], axis=1)
            quantiles = np.where(steps[..., None] > 0, ahead, quantiles)
        scalers = self._prepared.scalers
        logged = np.array([scaler.log for scaler in scalers])
        lowest = np.array([scaler.lowest for scaler in scalers])
        return steps, Distribution(quantiles, logged, lowest)

    def predict_residuals(self, y=None, X=None):
        """Observations minus their forecasts, each made from earlier observations.

        Parameters
        ----------
        y : Series or DataFrame, optional
            Observations; by default those of ``fit`` and ``update``.
        X : DataFrame, optional
            Exogenous columns over the same times.

        Returns
        -------
        Series or DataFrame
            In the form of y.

        Raises
        ------
        ValueError
            If y has no times, or differs from ``fit`` in form or columns.
        """
        self.check_is_fitted()
        given = self._y_train if y is None else y
        if y is not None:
            self._check_observations(y)
        if not isinstance(given, pd.DataFrame) or given.index.nlevels == 1:
            return super().predict_residuals(given, X)
        if y is None or self._series.cover(y.index).all():  # no columns of the future are needed
            n_rows = max(map(len, self._series.values)) + self._series.lag.max()
            fh = ForecastingHorizon(np.arange(1 - n_rows, 1), is_relative=True)
        else:
            times = y.index.get_level_values(-1).unique().sort_values()
            fh = ForecastingHorizon(times, is_relative=False)
        forecast = self._predict(fh, self._check_X_y(X=X)[0])
        return given - forecast.reindex(given.index)

    def _check_observations(self, y) -> None:
        """Refuse what forecasts could not be taken from."""
        if not isinstance(y, PANDAS):
            raise ValueError(
                f"y is of type {type(y).__name__}, which has no times; expected a Series or "
                "DataFrame. Leave y out for the residuals of fit."
            )
        columns = list(self._y_train.columns)
        expected = "a Series" if self._y_metadata["mtype"] == "pd.Series" else f"columns {columns}"
        got = "a Series" if isinstance(y, pd.Series) else f"columns {list(y.columns)}"
        if got != expected:
            raise ValueError(f"y is expected to be as in fit, {expected}, but it is {got}.")
