"""Forecast a series of thirty months, which is too short to train a network on.

The first thirty months of the airline passengers (Box and Jenkins, 1976; they ship with skrnn) have
a trend and two and a half seasons. `GRUForecaster` uses a network that was trained beforehand on
synthetic series and ships with the package: `fit` trains nothing and takes a fraction of a second.
"""

import time

import pandas as pd

from skrnn.datasets import load_series
from skrnn.forecasting import GRUForecaster


def main():
    """Print and return forecasts of a year, with intervals, beside the actual values."""
    y = load_series("airline")
    past, future = y[:30], y[30:42]
    fh = range(1, 13)

    start = time.perf_counter()
    forecaster = GRUForecaster(sp=12, random_state=0).fit(past, fh=fh)
    forecast = forecaster.predict()
    seconds = time.perf_counter() - start
    interval = forecaster.predict_interval(coverage=0.8)
    last_year = past[-12:].set_axis(future.index)

    table = pd.DataFrame({"passengers": future, "forecast": forecast.round(1)})
    table["lower"], table["upper"] = interval.to_numpy().round(1).T
    print(f"{len(past)} months, {past.index[0]} to {past.index[-1]}; {seconds:.2f} s\n")
    print(table.to_string())
    print(f"\nshares: { {name: round(s, 2) for name, s in forecaster.shares_.items()} }")
    forecasts = {"GRU": forecast, "last year's values": last_year}
    errors = {name: (values - future).abs().mean() for name, values in forecasts.items()}
    print("mean absolute error: " + ", ".join(f"{name} {e:.1f}" for name, e in errors.items()))
    inside = future.between(table["lower"], table["upper"]).mean()
    print(f"{inside:.0%} of the months lie in the 80 % interval")
    return table


if __name__ == "__main__":
    main()
