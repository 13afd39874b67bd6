"""Panels of the forecasting competitions: one global network against a model for each series.

Baselines are statsforecast's, on one core; AutoARIMA forecasts a fixed sample of 200 series where
it is slow, and its seconds are scaled up. Every row of a sample is compared on the same series.
"""

import sys
import time

import numpy as np
from _baselines import SAMPLED, classical, sample_of, warm_up
from _scores import PROBABILITIES, interval_scores, mase_scales, point_scores
from _series import PANELS, Task, load_panel

from skrnn.forecasting import GRUForecaster, LSTMForecaster

NETWORKS = {
    "GRUForecaster": (GRUForecaster, {}),
    "LSTMForecaster": (LSTMForecaster, {}),
    "GRU, nothing trained": (GRUForecaster, {"max_steps": 0}),
    "LSTM, nothing trained": (LSTMForecaster, {"max_steps": 0}),
    "GRU, no prior": (GRUForecaster, {"prior": None}),
}
NOTE = """
*Rows of 200 series are scores on a fixed sample, where AutoARIMA ran on no more. The networks there
are those fitted to the whole panel, and all seconds are of the whole panel, AutoARIMA's scaled up.
Baselines' seconds are processor time, that of an earlier run, perhaps on another machine, where
they were kept. The networks of a forecaster train side by side on the cores.*"""
OWA_BASE = {"M4 weekly": (9.161, 2.777)}  # sMAPE and MASE of Naive2
HEADER = "| panel | series | model | sMAPE | MASE | OWA | cover 80 | cover 95 | loss | seconds |"


def network(task: Task, name: str) -> tuple[np.ndarray, dict, float]:
    """Medians, quantiles and the seconds of fit and predict."""
    cls, settings = NETWORKS[name]
    frame = task.frame()
    start = time.perf_counter()
    forecaster = cls(sp=task.sp, random_state=0, **settings)
    forecaster.fit(frame, fh=np.arange(1, task.horizon + 1))
    table = forecaster.predict_quantiles(alpha=list(PROBABILITIES))
    seconds = time.perf_counter() - start
    shape = task.test.shape
    quantiles = {p: table.iloc[:, k].to_numpy().reshape(shape) for k, p in enumerate(PROBABILITIES)}
    shares = {member: round(share, 2) for member, share in forecaster.shares_.items()}
    print(task.name, name, forecaster.sizes_, shares, file=sys.stderr)
    return quantiles[0.5], quantiles, seconds


def row(task: Task, name: str, median, quantiles, seconds) -> None:
    scales = mase_scales(task.train, task.sp)
    smape, mase = point_scores(median, task.test, scales)
    owa = ""
    if task.name in OWA_BASE:
        naive_smape, naive_mase = OWA_BASE[task.name]
        owa = f"{(smape / naive_smape + mase / naive_mase) / 2:.3f}"
    cover_80, cover_95, loss = interval_scores(quantiles, task.test, scales)
    print(
        f"| {task.name} | {len(task.train)} | {name} | {smape:.3f} | {mase:.3f} | {owa} "
        f"| {cover_80:.3f} | {cover_95:.3f} | {loss:.4f} | {seconds:.0f} |",
        flush=True,
    )


def main(names) -> None:
    print(HEADER + "\n|" + "---|" * 10)
    warm_up()
    for panel in names:
        task = load_panel(panel)
        sample = sample_of(task)
        results = {name: network(task, name) for name in NETWORKS}
        for name in ("AutoETS", "AutoTheta", "SeasonalNaive"):
            found = classical(task, name)
            results[name] = found.mean, {**found.quantiles, 0.5: found.mean}, found.seconds
        sampled = panel in SAMPLED["AutoARIMA"]
        part = task.take(sample) if sampled else task
        arima = classical(part, "AutoARIMA")
        seconds = arima.seconds * len(task.train) / len(part.train)
        arima = arima.mean, {**arima.quantiles, 0.5: arima.mean}, seconds
        for name, result in results.items():
            row(task, name, *result)
        if sampled:
            for name, (median, quantiles, seconds) in results.items():
                cut = {p: q[sample] for p, q in quantiles.items()}
                row(part, name, median[sample], cut, seconds)
        row(part, "AutoARIMA", *arima)
    print(NOTE)


if __name__ == "__main__":
    main(sys.argv[1:] or PANELS)
