"""Score how strongly shares of members are drawn towards equal ones: what `EQUALITY` rests on.

    python tools/score_shares.py --panels 40 --equality 0 0.02 0.05 0.1 0.2

The panels are synthetic, with one more synthetic series added to all series of a panel, in various
strengths: as those of a real panel, they share the shocks of their time. Networks and shares are
made as the forecasters make them, and scored on what comes after the series.
"""

import argparse

import numpy as np
import pandas as pd
import torch

from skrnn.forecasting import GRUForecaster, LSTMForecaster, _calibration, _model
from skrnn.forecasting._held_out import HeldOut
from skrnn.forecasting._members import predict, train_members
from skrnn.forecasting._origins import Origins
from skrnn.forecasting._recipe import choose_recipe
from skrnn.forecasting._series import SeriesSet
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


def draw_panel(index: int):
    """Seasonal period, horizon, and series of different lengths with the horizon at their ends."""
    rng = np.random.default_rng([SEED, index])
    sp, horizon, shortest, longest = KINDS[index % len(KINDS)]
    n_series = int(rng.choice(SIZES))
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


def score(index: int, cls, equality: list[float]) -> dict[float, float]:
    """Error of one panel relative to the base forecast's, for each strength."""
    sp, horizon, series = draw_panel(index)
    past = [y[:-horizon] for y in series]
    frame = pd.concat({i: pd.DataFrame({"y": y}) for i, y in enumerate(past)})
    no_columns = np.zeros(0, dtype=bool)
    parameters = cls(sp=sp).get_params()
    recipe = choose_recipe(cls._cell, parameters, SeriesSet.of(frame), no_columns, horizon)
    held_out = HeldOut.of(recipe, past, None)
    early = train_members(recipe, held_out.before, held_out.prepared, seed=0, n_nets=1)
    known = held_out, early, predict(early, held_out.origins)
    prepared = recipe.prepare(past, None)
    members = train_members(recipe, prepared.panel(past, None), prepared, 1, recipe.n_members)
    panel, everyone = prepared.panel(series, None), np.arange(len(series))
    ends = Origins.of(panel, prepared, panel.stops - horizon, everyone, horizon)
    prediction, futures = predict(members, ends), ends.futures()
    base_error = _mean_error(futures - prediction.base)
    errors = {}
    for value in equality:
        _calibration.EQUALITY = value
        shares = _model._calibrate(*known).shares
        errors[value] = _mean_error(futures - prediction.median(shares)) / base_error
    return errors


def _mean_error(lacking: np.ndarray) -> float:
    return np.abs(lacking).mean(axis=1).clip(max=WORST).mean()


def main() -> None:
    """Read the command line, and print the mean error for each strength."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cell", choices=["gru", "lstm"], default="gru")
    parser.add_argument("--panels", type=int, default=40)
    parser.add_argument("--equality", type=float, nargs="*", default=[0, 0.02, 0.05, 0.1, 0.2])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cls = {"gru": GRUForecaster, "lstm": LSTMForecaster}[arguments.cell]
    rows = [score(index, cls, arguments.equality) for index in range(arguments.panels)]
    for value, error in np.exp(np.log(pd.DataFrame(rows)).mean()).items():
        print(f"EQUALITY = {value:g}: {error:.4f} of the base forecast's error", flush=True)


if __name__ == "__main__":
    main()
