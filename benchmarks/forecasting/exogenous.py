"""What exogenous columns are worth: a column that explains everything, and one that does not."""

import numpy as np
import pandas as pd

from skrnn.forecasting import GRUForecaster

HORIZON, N = 12, 240


def forecast_error(y, X, columns, seed: int) -> float:
    train, test = y[:-HORIZON], y[-HORIZON:]
    forecaster = GRUForecaster(sp=12, random_state=seed)
    fh = np.arange(1, HORIZON + 1)
    if columns:
        forecaster.fit(train, X=X.loc[train.index, columns], fh=fh)
        forecast = forecaster.predict(X=X.loc[test.index, columns])
    else:
        forecast = forecaster.fit(train, fh=fh).predict()
    return float(np.abs(forecast - test).mean())


def main() -> None:
    rows = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        index = pd.period_range("2000-01", periods=N, freq="M")
        x = np.cumsum(rng.normal(size=N + 3)) if seed % 2 else rng.normal(size=N + 3)
        driven = pd.Series(2 * x[1:-2] - 3 * x[:-3] + 0.01 * rng.normal(size=N), index=index)
        season = 3 * np.sin(2 * np.pi * np.arange(N) / 12)
        own = pd.Series(season + np.cumsum(rng.normal(size=N)) * 0.3, index=index)
        X = pd.DataFrame({"driver": x[3:], "noise": rng.normal(size=N)}, index=index)
        naive = np.abs(driven[-HORIZON:] - driven.iloc[-HORIZON - 1]).mean()
        with_driver = forecast_error(driven, X, ["driver"], seed) / naive
        alone, with_noise = (forecast_error(own, X, c, seed) for c in ([], ["noise"]))
        rows.append((with_driver, with_noise / alone))
        print(f"| {seed} | {with_driver:.4f} | {with_noise / alone:.3f} |", flush=True)
    share, cost = np.array(rows).T
    print(f"| mean | {share.mean():.4f} | {np.exp(np.log(cost).mean()):.3f} |")


if __name__ == "__main__":
    print("| seed | error with the driving column / naive error | with noise / without |")
    print("|---|---|---|")
    main()
