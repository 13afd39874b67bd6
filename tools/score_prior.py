"""Score forecasters on fresh synthetic series, one by one: what choices of calibration rest on.

    python tools/score_prior.py                          # as the package is
    python tools/score_prior.py --doubt 1 5 20 100       # with other constants
    python tools/score_prior.py --no-prior --sets 40     # networks trained on each series

The series are drawn as those of the training are, with seeds that the training does not use.
"""

import argparse

import numpy as np
import pandas as pd
import torch
from train_prior import HORIZONS, LONGEST_PERIOD, PERIODS

from skrnn.forecasting import GRUForecaster, LSTMForecaster, _model
from skrnn.forecasting._quantiles import LEVELS, MEDIAN
from skrnn.synthetic import draw_series

SEED = 77
LENGTHS = 10, 500
SERIES_PER_SET = 6
LONGEST_HORIZON = 24
WORST = 20.0  # error of a series, in units of its own, that counts in full


def draw_set(index: int):
    """Seasonal period, horizon and some series with what comes after them."""
    rng = np.random.default_rng([SEED, index])
    sp = int(rng.choice(list(PERIODS), p=list(PERIODS.values())))
    sp = sp or int(np.exp(rng.uniform(np.log(2), np.log(LONGEST_PERIOD))))
    horizon = int(rng.choice([h for h in HORIZONS if h <= LONGEST_HORIZON]))
    n = int(np.exp(rng.uniform(*np.log(LENGTHS))))
    return sp, horizon, draw_series(rng, SERIES_PER_SET, n + horizon, sp)


def score(forecaster, y: np.ndarray, horizon: int, sp: int) -> dict | None:
    """Errors and coverage of one forecast, in units of the mean absolute seasonal change."""
    past, future = pd.Series(y[:-horizon]), y[-horizon:]
    change = past.diff(sp if len(past) > sp else 1).abs().mean()
    known = np.isfinite(future)
    if past.isna().all() or not change > 1e-9 or not known.any():
        return None
    past = past.loc[past.first_valid_index() :].reset_index(drop=True)
    forecaster.fit(past, fh=np.arange(1, horizon + 1))
    quantiles = forecaster.predict_quantiles(alpha=list(LEVELS)).to_numpy()[known]
    error = future[known, None] - quantiles
    levels = np.array(LEVELS)
    loss = np.maximum(levels * error, (levels - 1) * error).mean() / change
    return {
        "error": min(np.abs(error[:, MEDIAN]).mean() / change, WORST),
        "quantile loss": min(loss, WORST),
        "cover 80": ((error[:, 1] >= 0) & (error[:, 5] <= 0)).mean(),
        "cover 95": ((error[:, 0] >= 0) & (error[:, 6] <= 0)).mean(),
        "observations": pd.cut([len(past)], [0, 40, 120, np.inf])[0],
    }


def main() -> None:
    """Read the command line, and print a table for each constant."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--cell", choices=["gru", "lstm"], default="gru")
    parser.add_argument("--sets", type=int, default=150, help=f"of {SERIES_PER_SET} series each")
    parser.add_argument("--no-prior", action="store_true")
    parser.add_argument("--doubt", type=float, nargs="*", help="constants to try")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cls = {"gru": GRUForecaster, "lstm": LSTMForecaster}[arguments.cell]
    settings = {"prior": None, "n_members": 1} if arguments.no_prior else {"max_steps": 0}
    constant = "DOUBT" if arguments.no_prior else "DOUBT_OF_PRETRAINED"
    for doubt in arguments.doubt or [getattr(_model, constant)]:
        setattr(_model, constant, doubt)
        rows = []
        for index in range(arguments.sets):
            sp, horizon, series = draw_set(index)
            forecaster = cls(sp=sp, random_state=0, **settings)
            rows += [score(forecaster, y, horizon, sp) for y in series]
        table = pd.DataFrame(filter(None, rows))
        means = table.groupby("observations", observed=True).mean()
        means.loc["all"] = table.drop(columns="observations").mean()
        print(f"{constant} = {doubt:g}, {len(table)} series\n{means.round(4)}\n", flush=True)


if __name__ == "__main__":
    main()
