"""What exogenous columns are worth: columns that explain everything, in one way or another.

And what columns cost that have nothing to do with the series. All defaults; 228 months, and twelve
to forecast. Beside the linear driver, which works after two and three months, linear regression and
AutoARIMA, which are given the column of the three months before as well.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from statsforecast.models import AutoARIMA

from skrnn.forecasting import GRUForecaster

HORIZON, N, SEEDS = 12, 240, 8
LAGS = 3  # months, of the column for the other models
INDEX = pd.period_range("2000-01", periods=N, freq="M")
HEADS = (
    "linear driver / naive",
    "linear regression / naive",
    "AutoARIMA with X / naive",
    "driver by its size / without it",
    "noise / without",
    "random walk / without",
)
NOTE = """
*The driver works after two and three months. Linear regression and AutoARIMA are given the column
with its three values before, the GRU only the column: it finds the lags.*"""


def forecast_error(y: pd.Series, x: np.ndarray | None, seed: int) -> float:
    """Mean absolute error of a forecast with a column, or without."""
    X = None if x is None else pd.DataFrame({"x": x}, index=INDEX)
    forecaster = GRUForecaster(sp=12, random_state=seed)
    forecaster.fit(
        y[:-HORIZON],
        X=None if X is None else X[:-HORIZON],
        fh=np.arange(1, HORIZON + 1),
    )
    forecast = forecaster.predict(X=None if X is None else X[-HORIZON:])
    return float(np.abs(forecast - y[-HORIZON:]).mean())


def rival_errors(y: pd.Series, x: np.ndarray) -> list[float]:
    """Mean absolute errors of linear regression and AutoARIMA on a column and its lags."""
    X = np.column_stack([x[LAGS - lag : len(x) - lag] for lag in range(LAGS + 1)])
    past, future = X[:-HORIZON], X[-HORIZON:]
    known, truth = y.to_numpy()[LAGS:-HORIZON], y.to_numpy()[-HORIZON:]
    regression = LinearRegression().fit(past, known).predict(future)
    arima = AutoARIMA(season_length=12).fit(known, X=past).predict(HORIZON, X=future)["mean"]
    return [float(np.abs(forecast - truth).mean()) for forecast in (regression, arima)]


def ratios(seed: int) -> list[float]:
    """Errors with a column relative to the naive error, or to the error without the column."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=N + 3)
    if seed % 2:
        x = np.cumsum(x)
    driven = pd.Series(2 * x[1:-2] - 3 * x[:-3] + 0.01 * rng.normal(size=N), INDEX)
    naive = np.abs(driven[-HORIZON:] - driven.iloc[-HORIZON - 1]).mean()
    season = 3 * np.sin(2 * np.pi * np.arange(N) / 12)
    own = pd.Series(season + np.cumsum(rng.normal(size=N)) * 0.3, INDEX)
    noise, walk = rng.normal(size=N), np.cumsum(rng.normal(size=N))
    z = rng.normal(size=N + 1)
    bent = pd.Series(2 * np.abs(z[1:]) + np.abs(z[:-1]) + 0.1 * rng.normal(size=N), INDEX)
    alone = forecast_error(own, None, seed)
    return [
        forecast_error(driven, x[3:], seed) / naive,
        *(error / naive for error in rival_errors(driven, x[3:])),
        forecast_error(bent, z[1:], seed) / forecast_error(bent, None, seed),
        forecast_error(own, noise, seed) / alone,
        forecast_error(own, walk, seed) / alone,
    ]


def main() -> None:
    print(f"| seed | {' | '.join(HEADS)} |\n|" + "---|" * (1 + len(HEADS)))
    rows = []
    for seed in range(SEEDS):
        rows.append(ratios(seed))
        print(f"| {seed} | {' | '.join(f'{ratio:.4f}' for ratio in rows[-1])} |", flush=True)
    means = np.exp(np.log(rows).mean(0))
    print(f"| geometric mean | {' | '.join(f'{mean:.4f}' for mean in means)} |")
    print(NOTE)


if __name__ == "__main__":
    main()
