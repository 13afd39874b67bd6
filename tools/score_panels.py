"""Score on panels what `EQUALITY`, `TRUST_IN_ONE_TIME`, `WAY` and `MEDIAN_WEIGHT` rest on.

    python tools/score_panels.py --panels 40 --equality 0 0.02 0.05 0.1 0.2
    python tools/score_panels.py --panels 200 --trust 0 0.25 0.5 1 --zero-shot
    python tools/score_panels.py --panels 30 --way 0 0.25 0.5 0.75 1
    python tools/score_panels.py --panels 6 --series 3000 --median-weight 1 3

The first two are constants of what the held-out ends decide, the third one of the fine-tuning, the
fourth one of networks that see each window of a large panel once or twice. The panels are
synthetic, with one more synthetic series added to all series of a panel, in various strengths: as
those of a real panel, they share the shocks of their time. Networks, shares and intervals are made
as the forecasters make them, and scored on what comes after the series.
"""

import argparse
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch

from skrnn.forecasting import GRUForecaster, LSTMForecaster, _calibration, _ensemble, _model
from skrnn.forecasting._calibration import Prediction
from skrnn.forecasting._held_out import HeldOut
from skrnn.forecasting._members import predict, train_members
from skrnn.forecasting._origins import Origins
from skrnn.forecasting._preparation import Preparation
from skrnn.forecasting._quantiles import LEVELS, MEDIAN
from skrnn.forecasting._recipe import Recipe, choose_recipe
from skrnn.forecasting._series import SeriesSet
from skrnn.forecasting.prior import _prior
from skrnn.synthetic import draw_series

SEED = 4711
# seasonal period, horizon, shortest and longest history
KINDS = [
    (1, 6, 14, 40),
    (4, 8, 20, 60),
    (4, 8, 12, 40),
    (12, 12, 36, 110),
    (1, 8, 40, 90),
    (12, 18, 60, 120),
]
SIZES = (80, 150, 250)
WORST = 20.0  # error of a series, in its own scale, that counts in full
STRONGEST = 1.5  # changes of what is shared, relative to a series' own


def draw_panel(index: int, n_series: int | None = None):
    """Seasonal period, horizon, and series of different lengths with the horizon at their ends."""
    rng = np.random.default_rng([SEED, index])
    sp, horizon, shortest, longest = KINDS[index % len(KINDS)]
    n_series = n_series or int(rng.choice(SIZES))
    own = draw_series(rng, n_series, longest + horizon, sp, alike=True)
    shared = draw_series(rng, 8, longest + horizon, sp)
    shared = shared[~np.isnan(shared).any(axis=1)][:1]
    loads = rng.uniform(0, STRONGEST) * rng.normal(0.7, 0.5, (n_series, 1))
    y = _in_changes(own) + (loads * _in_changes(shared) if len(shared) else 0)
    lengths = rng.integers(shortest, longest + 1, n_series) + horizon
    series = [row[-n:] for row, n in zip(y, lengths) if not np.isnan(row).any()]
    return sp, horizon, [row for row in series if np.ptp(row[:-horizon]) > 1e-6]


def _in_changes(y: np.ndarray) -> np.ndarray:
    """Series in units of the standard deviation of their changes."""
    spread = np.nanstd(np.diff(y, axis=1), axis=1, keepdims=True)
    return (y - np.nanmean(y, axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)


@dataclass(frozen=True)
class Case:
    """A panel without its last horizon, what forecasters make of it, and that horizon."""

    recipe: Recipe
    past: list[np.ndarray]
    prepared: Preparation
    ends: Origins

    @classmethod
    def of(cls, index: int, n_series: int | None, forecaster, options: dict) -> "Case":
        sp, horizon, series = draw_panel(index, n_series)
        past = [y[:-horizon] for y in series]
        frame = pd.concat({i: pd.DataFrame({"y": y}) for i, y in enumerate(past)})
        given = forecaster(sp=sp, **options).get_params(), SeriesSet.of(frame)
        recipe = choose_recipe(forecaster._cell, *given, np.zeros(0, dtype=bool), horizon)
        prepared = recipe.prepare(past, None)
        panel, everyone = prepared.panel(series, None), np.arange(len(series))
        ends = Origins.of(panel, prepared, panel.stops - horizon, everyone, horizon)
        return cls(recipe, past, prepared, ends)

    def predict(self, recipe: Recipe) -> Prediction:
        """Forecasts of the last horizon, by members that were trained on all before."""
        panel = self.prepared.panel(self.past, None)
        return predict(train_members(recipe, panel, self.prepared, 1), self.ends)


def score(case: Case, strengths: dict) -> dict[tuple[str, float], dict]:
    """What is scored of one panel, for each value of each constant; the others stay as they are."""
    recipe = case.recipe
    held_out = HeldOut.of(recipe, case.past, None)
    early = train_members(recipe.one_of_each(), held_out.before, held_out.prepared, seed=0)
    known = held_out, early, predict(early, held_out.origins)
    prediction, futures = case.predict(recipe), case.ends.futures()
    scores = {}
    for (module, name), values in strengths.items():
        usual = getattr(module, name)
        for value in values:
            setattr(module, name, value)
            quantiles = _model._calibrate(*known).quantiles(prediction)
            scores[name, value] = _scores(futures, quantiles, prediction.base)
        setattr(module, name, usual)
    return scores


def score_alone(case: Case, member: str, module, name: str, values) -> dict:
    """Scores of one member alone, for each value of a constant of its training."""
    recipe, usual, scores = case.recipe.only([member]), getattr(module, name), {}
    for value in values:
        setattr(module, name, value)
        prediction = case.predict(recipe)
        median = prediction.median(np.ones(1))[..., None]
        quantiles = median + prediction.spread(np.ones(1))
        scores[name, value] = _scores(case.ends.futures(), quantiles, prediction.base)
    setattr(module, name, usual)
    return scores


def _scores(futures: np.ndarray, quantiles: np.ndarray, base: np.ndarray) -> dict[str, float]:
    base_error = _mean_error(futures - base)
    lacking, known = futures[..., None] - quantiles, np.isfinite(futures)
    levels = np.array(LEVELS)
    loss = np.maximum(levels * lacking, (levels - 1) * lacking).mean(axis=2)
    scores = {
        "error": _mean_error(lacking[..., MEDIAN]) / base_error,
        "quantile loss": _mean_error(loss) / base_error,
    }
    for coverage, (low, high) in {0.8: (1, -2), 0.95: (0, -1)}.items():
        inside = (lacking[known][:, low] >= 0) & (lacking[known][:, high] <= 0)
        scores[f"missed {coverage}"] = abs(inside.mean() - coverage)
    return scores


def _mean_error(lacking: np.ndarray) -> float:
    return np.nanmean(np.nanmean(np.abs(lacking), axis=1).clip(max=WORST))


def main() -> None:
    """Read the command line, and print mean scores for each value of the constants."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cell", choices=["gru", "lstm"], default="gru")
    parser.add_argument("--panels", type=int, default=40)
    parser.add_argument("--equality", type=float, nargs="*", default=[])
    parser.add_argument("--trust", type=float, nargs="*", default=[])
    parser.add_argument("--way", type=float, nargs="*", default=[])
    parser.add_argument("--median-weight", type=float, nargs="*", default=[])
    parser.add_argument("--series", type=int, help="of a panel (80 to 250)")
    parser.add_argument("--zero-shot", action="store_true", help="nothing is trained")
    parser.add_argument("--no-prior", action="store_true", help="nothing is pretrained")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cls = {"gru": GRUForecaster, "lstm": LSTMForecaster}[arguments.cell]
    options = {"max_steps": 0} if arguments.zero_shot else {}
    options |= {"prior": None} if arguments.no_prior else {}
    strengths = {
        (_calibration, "EQUALITY"): arguments.equality,
        (_calibration, "TRUST_IN_ONE_TIME"): arguments.trust,
    }
    rows = []
    for index in range(arguments.panels):
        case = Case.of(index, arguments.series, cls, options)
        row = score(case, strengths) if any(strengths.values()) else {}
        row |= score_alone(case, "tuned", _prior, "WAY", arguments.way)
        weights = _ensemble, "MEDIAN_WEIGHT", arguments.median_weight
        rows.append(row | score_alone(case, "trained", *weights))
    print(pd.DataFrame({key: _mean([row[key] for row in rows]) for key in rows[0]}).T.round(4))


def _mean(scores: list[dict]) -> pd.Series:
    """Geometric means of what is relative to the base forecast, and plain ones of the rest."""
    table = pd.DataFrame(scores)
    relative = ["error", "quantile loss"]
    table[relative] = np.log(table[relative])
    means = table.mean()
    means[relative] = np.exp(means[relative])
    return means


if __name__ == "__main__":
    main()
