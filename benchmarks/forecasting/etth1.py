"""ETTh1, seven channels, horizon 96: the standard protocol of long-horizon forecasting.

Standardised by the training part; errors on the standardised scale, over all windows of the test
part, stride one.
"""

import sys
import time

import numpy as np
import pandas as pd
import torch
from _series import data_file

from skrnn.forecasting import GRUForecaster, LSTMForecaster

HORIZON = 96
AT_ONCE = 128  # origins
# Of the run in docs/benchmarks.md: the last sentence is to be written anew with the next one
NOTE = """
*Published with the same protocol (MSE): DLinear 0.375 to 0.381, PatchTST 0.375, SegRNN 0.351, a
plain GRU 1.135. SegRNN, also recurrent, is better by 6 %.*"""


def errors(forecaster, values: np.ndarray, first: int) -> tuple[float, float]:
    """Mean squared and absolute error over all windows whose targets begin at ``first`` or later.

    An origin is forecast as by ``update(update_params=False)`` and ``predict``, many at a time.
    """
    panel = forecaster._prepared.panel(list(values.T), None)
    squared, absolute = [], []
    origins = np.arange(first, len(values) - HORIZON + 1)
    for part in np.array_split(origins, len(origins) // AT_ONCE):
        ends = (panel.starts[:, None] + part).reshape(-1)
        owners = np.repeat(np.arange(len(panel)), len(part))
        quantiles = forecaster._model.quantiles(panel, forecaster._prepared, ends, owners, HORIZON)
        forecast = quantiles[..., quantiles.shape[-1] // 2]
        forecast = forecast.reshape(len(panel), len(part), HORIZON)
        truth = np.stack([values[o : o + HORIZON].T for o in part], axis=1)
        squared.append(np.square(forecast - truth).mean((0, 2)))
        absolute.append(np.abs(forecast - truth).mean((0, 2)))
    return float(np.concatenate(squared).mean()), float(np.concatenate(absolute).mean())


def main() -> None:
    with np.load(data_file("ltsf/ETTh1.npz")) as z:
        values, borders = z["X"].astype(float), z["borders"]
    n_train, n_validation, n_test = (int(b) for b in borders)
    values = (values - values[:n_train].mean(0)) / values[:n_train].std(0)
    train = pd.DataFrame(values[:n_train])
    print("| model | MSE | MAE | fit s | 2,785 windows s |\n|---|---|---|---|---|")
    for cls in (GRUForecaster, LSTMForecaster)[: 1 if "--quick" in sys.argv else 2]:
        start = time.perf_counter()
        forecaster = cls(sp=24, random_state=0).fit(train, fh=np.arange(1, HORIZON + 1))
        fitted = time.perf_counter()
        mse, mae = errors(forecaster, values[:n_test], n_validation)
        seconds = time.perf_counter() - fitted
        print(f"| {cls.__name__} | {mse:.3f} | {mae:.3f} | {fitted - start:.0f} | {seconds:.0f} |")
        sizes, shares = forecaster.sizes_, forecaster.shares_
        print(f"{sizes}, shares {shares}, threads {torch.get_num_threads()}", file=sys.stderr)
    print(NOTE)


if __name__ == "__main__":
    main()
