"""10,000 series of 100 points: seconds and memory of one global model."""

import resource
import time

import numpy as np
import pandas as pd

from skrnn.forecasting import GRUForecaster

N, T = 10_000, 100


def peak() -> float:
    """Peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    rng = np.random.default_rng(0)
    season = np.sin(2 * np.pi * np.arange(T) / 12 + rng.uniform(0, 6, (N, 1)))
    y = 10 + rng.normal(size=(N, 1)) + 2 * season + np.cumsum(rng.normal(0, 0.2, (N, T)), 1)
    times = pd.period_range("2000-01", periods=T, freq="M")
    index = pd.MultiIndex.from_product([range(N), times], names=["series", "month"])
    frame = pd.DataFrame({"y": y.ravel()}, index=index)
    before, start = peak(), time.perf_counter()
    forecaster = GRUForecaster(sp=12, random_state=0).fit(frame, fh=range(1, 13))
    fitted = time.perf_counter()
    forecaster.predict()
    end = time.perf_counter()
    print("| series | fit s | predict s | peak memory above the data, MB |\n|---|---|---|---|")
    print(f"| {N} | {fitted - start:.0f} | {end - fitted:.1f} | {peak() - before:.0f} |")


if __name__ == "__main__":
    main()
