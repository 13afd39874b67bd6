"""Base forecasts: which exponential smoothing models suit each series, by rolling origins."""

from dataclasses import dataclass

import numpy as np

from ._panel import Panel
from ._scaling import FEWEST, LARGEST_LOG, SeriesScaler, can_be_logged, scalers_of
from ._smoothing import DRIFT, NAIVE, SEASONAL_NAIVE, smoothing_maps, smoothing_models

ORIGINS = 60  # at most, of each series
ORIGINS_IN_ALL = 100_000
SCORED_STEPS = 8  # of the horizon, evenly spaced
HALF_LIFE = 1.0  # of an origin's weight, in lengths of the series
CHOSEN = 15  # models that share the weight
LOG_GAIN = 0.9  # the logarithm is taken where it makes the error this much smaller
# Origins of all series together, to tell that by: from fewer it is chance as often as not, and the
# intervals of a logarithm may reach to many times what was ever seen
LOG_ORIGINS = 8
WORST = 10.0  # relative error above which a model is not told from a worse one
EXACT = 1e-6  # error, in scales of a series, below which a model is as good as exact
AT_ONCE = 2**24  # forecasts in memory at a time
LONGEST_WINDOW = 500
LATE_ORIGINS = 12  # that the typical error of a series is measured from

BASES = {
    "auto": lambda model: True,
    "naive": lambda model: model == NAIVE,
    "drift": lambda model: model == DRIFT,
    "seasonal_naive": lambda model: model == SEASONAL_NAIVE,
    "damped_trend": lambda model: 0 < model.phi < 1,
}


def window_lengths(sp: int) -> np.ndarray:
    """Lengths of windows that smoothing looks back on, each about an eighth above the last."""
    longest = max(10 * sp, 60)
    longest = max(min(longest, LONGEST_WINDOW), 3 * sp)
    lengths = [1]
    while lengths[-1] < longest:
        lengths.append(min(max(lengths[-1] + 1, round(lengths[-1] * 1.125)), longest))
    return np.array(lengths)


@dataclass(frozen=True)
class Bases:
    """For each series of a panel, a weighted mean of exponential smoothing models.

    Attributes
    ----------
    weights : ndarray of shape (n_series, n_models)
        Rows sum to one.
    sp : int
    """

    weights: np.ndarray
    sp: int

    def forecast(
        self, panel: Panel, ends: np.ndarray, owners: np.ndarray, horizon: int
    ) -> np.ndarray:
        """Forecast from the observations of series before some positions.

        As `forecast_with_spread`, without the spread.
        """
        return self.forecast_with_spread(panel, ends, owners, horizon)[0]

    def forecast_with_spread(
        self, panel: Panel, ends: np.ndarray, owners: np.ndarray, horizon: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Forecast from the observations of series before some positions.

        Parameters
        ----------
        panel : Panel
        ends : ndarray of shape (n,)
            First positions to forecast.
        owners : ndarray of shape (n,)
            The series of each.
        horizon : int

        Returns
        -------
        forecasts : ndarray of shape (n, horizon)
            Scaled.
        spread : ndarray of shape (n, horizon)
            Standard deviation of the models that take part.
        """
        forecasts, spread = np.empty((2, len(ends), horizon))
        steps = tuple(range(1, horizon + 1))
        lookbacks = _lookbacks(ends - panel.starts[owners], self.sp)
        used = np.flatnonzero(self.weights.any(0))
        for rows, models in _in_parts(panel, ends, lookbacks, self.sp, steps, used):
            weights = self.weights[owners[rows]][:, used].astype(np.float32)
            deviation = np.einsum("wgs,wg->ws", models, weights)
            forecasts[rows] = panel.values[ends[rows] - 1, None] + deviation
            models -= deviation[:, None]
            spread[rows] = np.sqrt(np.einsum("wgs,wgs,wg->ws", models, models, weights))
        return forecasts, spread

    def typical_error(self, panel: Panel, horizon: int) -> np.ndarray:
        """Mean absolute error over the horizon from origins late in each series, (n_series,).

        One, the scale of the series, where there is nothing to compare with, or where that scale
        is lent, as the series has not varied yet.
        """
        stops = panel.last_seen
        most = np.minimum((stops - panel.starts) // 2, max(LATE_ORIGINS, horizon))
        places = [np.unique(np.linspace(1, m, min(m, LATE_ORIGINS)).round()) for m in most]
        ends = np.concatenate([stop - p for stop, p in zip(stops, places)]).astype(int)
        owners = np.repeat(np.arange(len(panel)), [len(p) for p in places])
        error = self.forecast(panel, ends, owners, horizon)
        error -= panel.futures(ends, owners, np.arange(1, horizon + 1))
        known = np.isfinite(error)
        error = np.where(known, np.abs(error), 0)
        total, count = np.zeros((2, len(panel)))
        np.add.at(total, owners, error.sum(1))
        np.add.at(count, owners, known.sum(1))
        told = (count > 0) & ~np.array([scaler.lent for scaler in panel.scalers])
        return np.where(told, total / np.maximum(count, 1), 1.0)


def _lookbacks(n_observed: np.ndarray, sp: int) -> np.ndarray:
    """The longest window length that each number of observations fills."""
    lengths = window_lengths(sp)
    return lengths[np.searchsorted(lengths, n_observed, side="right") - 1]


def _in_parts(panel: Panel, ends, lookbacks, sp: int, steps: tuple, used):
    """Rows of a part, and the forecasts of models less the last value, (rows, models, steps)."""
    for length in np.unique(lookbacks):
        maps = smoothing_maps(int(length), sp, steps, used)
        rows = np.flatnonzero(lookbacks == length)
        size = max(1, AT_ONCE // (maps.shape[1] * maps.shape[2]))
        for first in range(0, len(rows), size):
            part = rows[first : first + size]
            windows = panel.values[ends[part][:, None] + np.arange(-length, 0)]
            windows = (windows - windows[:, -1:]).astype(np.float32)
            yield part, (windows @ maps.reshape(length, -1)).reshape(-1, *maps.shape[1:])


@dataclass(frozen=True)
class Scores:
    """Rolling-origin errors of all models, for each series.

    Attributes
    ----------
    errors : ndarray of shape (n_series, n_models)
        Mean absolute errors in units of the unlogged series' scale; infinite where a series
        has no score.
    n_origins : ndarray of shape (n_series,)
    """

    errors: np.ndarray
    n_origins: np.ndarray

    def take(self, index) -> "Scores":
        return Scores(self.errors[index], self.n_origins[index])


def score_models(panel: Panel, plain: Panel, sp: int, horizon: int) -> Scores:
    """Let all models forecast from the last origins of each series.

    Parameters
    ----------
    panel : Panel
        Series on the scale to forecast on.
    plain : Panel
        The same series at the same places, unlogged; errors are measured on them.
    sp, horizon : int
    """
    steps = np.unique(np.linspace(1, horizon, min(horizon, SCORED_STEPS)).round().astype(int))
    ends, owners, lookbacks = _origins(panel, sp)
    targets, weights = _targets(plain, ends, owners, steps)
    used = np.arange(len(smoothing_models(sp)))
    errors = np.zeros((len(panel), len(used)))
    for rows, models in _in_parts(panel, ends, lookbacks, sp, tuple(steps), used):
        forecasts = panel.values[ends[rows] - 1, None, None] + models
        forecasts = _on_plain_scale(forecasts, panel, plain, owners[rows])
        error = np.abs(forecasts - targets[rows][:, None])
        np.add.at(errors, owners[rows], np.einsum("wgs,ws->wg", error, weights[rows]))
    n_origins = np.bincount(owners[weights.any(1)], minlength=len(panel))
    errors[n_origins == 0] = np.inf
    return Scores(errors, n_origins)


def _origins(panel: Panel, sp: int):
    """Ends, owners and lookbacks of the windows to score models on."""
    most = int(np.clip(ORIGINS_IN_ALL // len(panel), 8, ORIGINS))
    ends, owners, lookbacks = [], [], []
    for i, (start, stop) in enumerate(zip(panel.starts, panel.last_seen)):
        n = stop - start
        if n < FEWEST:
            continue
        first = max(n - most, n // 2, min(2 * sp + 1, n - 1))
        lookback = _lookbacks(np.array([first]), sp)[0]
        places = np.arange(first, n)
        ends.append(start + places)
        owners.append(np.full(len(places), i))
        lookbacks.append(np.full(len(places), lookback))
    if not ends:
        return (np.zeros(0, dtype=int),) * 3
    return np.concatenate(ends), np.concatenate(owners), np.concatenate(lookbacks)


def _targets(plain: Panel, ends, owners, steps):
    """What came at some steps, and the weights of the errors, which sum to one in a series."""
    futures = plain.futures(ends, owners, steps)
    seen = np.isfinite(futures)
    stops = plain.stops[owners]
    n = stops - plain.starts[owners]
    weights = 0.5 ** ((stops - ends) / (HALF_LIFE * n))[:, None] * seen
    total = np.zeros((len(plain), len(steps)))
    np.add.at(total, owners, weights)
    weights = weights / np.where(total > 0, total, 1)[owners]
    weights /= np.maximum((total > 0).sum(1), 1)[owners, None]
    return np.where(seen, futures, 0), weights


def _on_plain_scale(forecasts, panel: Panel, plain: Panel, owners) -> np.ndarray:
    logged = panel.logged[owners]
    if panel is plain or not logged.any():
        return forecasts
    shift, scale = panel.units(owners)
    plain_shift, plain_scale = plain.units(owners)
    values = np.exp(np.minimum(forecasts * scale[..., None] + shift[..., None], LARGEST_LOG))
    values = (values - plain_shift[..., None]) / plain_scale[..., None]
    return np.where(logged[:, None, None], values, forecasts)


def choose_with_effects(series, scalers, effects, sp: int, horizon: int, base: str):
    """Weigh models anew for what is left of series when effects are taken off.

    Returns
    -------
    scalers : list of SeriesScaler
    bases : Bases
    """
    scalers = scalers_of(series, sp, [scaler.log for scaler in scalers], effects)
    panel = Panel.of(series, scalers, sp, effects=effects)
    scores = score_models(panel, panel, sp, horizon)
    return scalers, Bases(weights_of(combine(scores, scores, horizon, sp, base)), sp)


def choose(
    series: list[np.ndarray],
    sp: int,
    horizon: int,
    base: str,
    pooled: bool = True,
    positive: list[np.ndarray] | None = None,
):
    """Decide for each series whether to take logarithms, and which models to weigh how much.

    Parameters
    ----------
    series : list of ndarray
        In their own units; NaN where missing, but not at the start.
    sp, horizon : int
    base : str
        A key of `BASES`.
    pooled : bool, default=True
        Whether a series learns from the others which models suit it.
    positive : list of ndarray, optional
        Series to take logarithms of, where effects are factors that are terms in ``series``.

    Returns
    -------
    scalers : list of SeriesScaler
    bases : Bases
    """
    positive = series if positive is None else positive
    scalers = scalers_of(series, sp)
    plain = Panel.of(series, scalers, sp)
    scores = score_models(plain, plain, sp, horizon)
    badness = combine(scores, scores, horizon, sp, base, pooled)
    loggable = np.array([can_be_logged(y) for y in positive])
    if loggable.any():
        part = np.flatnonzero(loggable)
        positive = [positive[i] for i in part]
        logs = [SeriesScaler.of(y, sp, log=True) for y in positive]
        logged = Panel.of(positive, logs, sp)
        unlogged = Panel.of(positive, [scalers[i] for i in part], sp)  # laid out in the same way
        log_scores = score_models(logged, unlogged, sp, horizon)
        log_badness = combine(log_scores, scores.take(part), horizon, sp, base, pooled)
        helps = _badness_of_best(log_badness) < LOG_GAIN * _badness_of_best(badness[part])
        helps &= log_scores.n_origins.sum() >= LOG_ORIGINS
        for k in np.flatnonzero(helps & (log_scores.n_origins > 0)):
            scalers[part[k]], badness[part[k]] = logs[k], log_badness[k]
    return scalers, Bases(weights_of(badness), sp)


def _badness_of_best(badness: np.ndarray) -> np.ndarray:
    n = min(CHOSEN, int(np.isfinite(badness[0]).sum()))
    return np.partition(badness, n - 1, axis=1)[:, :n].mean(1)


def combine(
    scores: Scores, plain: Scores, horizon: int, sp: int, base: str, pooled: bool = True
) -> np.ndarray:
    """Turn errors into one badness for each model and series, the smaller the better.

    The errors of a series are relative to those of its best model on the plain scale; the mean
    over the panel is added, with more weight where a series has few origins of its own.

    Returns
    -------
    ndarray of shape (n_series, n_models)
        Infinite for models that ``base`` does not allow.
    """
    models = smoothing_models(sp)
    if base == "seasonal_naive" and sp == 1:
        base = "naive"
    allowed = np.array([BASES[base](model) for model in models])
    scored = scores.n_origins > 0
    if not scored.any():
        common = np.array([0.0 if model == NAIVE else 1.0 for model in models])
        return np.tile(np.where(allowed, common, np.inf), (len(scores.errors), 1))
    best = np.where(allowed, plain.errors, np.inf).min(1)
    relative = np.zeros_like(scores.errors)
    relative[scored] = scores.errors[scored] / np.maximum(best[scored, None], EXACT)
    relative = np.minimum(relative, WORST)
    if not pooled:
        return np.where(allowed, relative, np.inf)
    common = relative[scored].mean(0)
    share = np.maximum(1.0, 4 * horizon / np.maximum(scores.n_origins, 1))[:, None]
    return np.where(allowed, relative + share * common, np.inf)


def weights_of(badness: np.ndarray) -> np.ndarray:
    """Weights of models: in proportion to how much they are better than the best one not chosen.

    They are continuous in the errors, so that rounding does not flip a choice.
    """
    place = min(CHOSEN, int(np.isfinite(badness[0]).sum()) - 1)
    bar = np.partition(badness, place, axis=1)[:, place, None]
    better = np.maximum(bar - badness, 0, out=np.zeros_like(badness), where=np.isfinite(badness))
    alike = (badness <= bar).astype(float)  # models that all forecast alike, or only one
    weights = np.where(better.any(1, keepdims=True), better, alike)
    return weights / weights.sum(1, keepdims=True)
