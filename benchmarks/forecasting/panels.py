"""Panels of the forecasting competitions: one global network against a model for each series.

Baselines are statsforecast's, on one core; AutoARIMA forecasts a fixed sample of 200 series where
it is slow, and its seconds are scaled up. Every row of a sample is compared on the same series.
"""

import sys
import time

import numpy as np
from _baselines import SAMPLED, classical, origin, sample_of, warm_up
from _copies import without_copies
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
ABOUT_COPIES = """
*Without the series whose end and future, four horizons of seasonal changes, correlate by more than
0.9 with a stretch of another series' training part, which a model of the whole panel can know and a
model of one series cannot. The networks are those above, fitted to the whole panel.*
"""
OWA_BASE = {"M4 weekly": (9.161, 2.777)}  # sMAPE and MASE of Naive2
SHORT_HEADER = "| panel | series | model | sMAPE | MASE | OWA |"
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


def point_cells(task: Task, name: str, median) -> str:
    smape, mase = point_scores(median, task.test, mase_scales(task.train, task.sp))
    owa = ""
    if task.name in OWA_BASE:
        naive_smape, naive_mase = OWA_BASE[task.name]
        owa = f"{(smape / naive_smape + mase / naive_mase) / 2:.3f}"
    return f"| {task.name} | {len(task.train)} | {name} | {smape:.3f} | {mase:.3f} | {owa} "


def row(task: Task, name: str, median, quantiles, seconds) -> None:
    scales = mase_scales(task.train, task.sp)
    cover_80, cover_95, loss = interval_scores(quantiles, task.test, scales)
    rest = f"| {cover_80:.3f} | {cover_95:.3f} | {loss:.4f} | {seconds:.0f} |"
    print(point_cells(task, name, median) + rest, flush=True)


def rows_without_copies(part: Task, kept: np.ndarray, medians: dict) -> list[str]:
    """Scores of some series, less those whose future is in others of the panel."""
    if kept.all():
        return []
    rest = part.take(np.flatnonzero(kept))
    return [point_cells(rest, name, median[kept]) + "|" for name, median in medians.items()]


def compare(tasks) -> list[str]:
    """Print a table of all models on panels; return the rows of one without copies."""
    print(HEADER + "\n|" + "---|" * 10)
    uncopied = []
    for task in tasks:
        sampled = task.name in SAMPLED["AutoARIMA"]
        shown = sample_of(task) if sampled else np.arange(len(task.train))
        part = task.take(shown)
        results = {name: network(task, name) for name in NETWORKS}
        for name in ("AutoETS", "AutoTheta", "SeasonalNaive"):
            found = classical(task, name)
            results[name] = found.mean, {**found.quantiles, 0.5: found.mean}, found.seconds
        arima = classical(part, "AutoARIMA")
        seconds = arima.seconds * len(task.train) / len(part.train)
        arima = arima.mean, {**arima.quantiles, 0.5: arima.mean}, seconds
        for name, result in results.items():
            row(task, name, *result)
        if sampled:
            for name, (median, quantiles, seconds) in results.items():
                cut = {p: q[shown] for p, q in quantiles.items()}
                row(part, name, median[shown], cut, seconds)
        row(part, "AutoARIMA", *arima)
        medians = {name: median[shown] for name, (median, *_) in results.items()}
        kept = np.isin(shown, without_copies(task))
        uncopied += rows_without_copies(part, kept, {**medians, "AutoARIMA": arima[0]})
    return uncopied


def main(names) -> None:
    warm_up()
    uncopied = compare(load_panel(name) for name in names)
    print(NOTE)
    print(origin())
    print("\n" + SHORT_HEADER + "\n|" + "---|" * 6, *uncopied, ABOUT_COPIES, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:] or PANELS)
