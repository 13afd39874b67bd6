"""Single series, four rolling folds each.

AutoARIMA takes series as they are; beside it stands AutoARIMA of the logarithm where all values
are positive, as a practitioner might have it.
"""

import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
from _baselines import Forecasts, classical, origin, warm_up
from _scores import PROBABILITIES, interval_scores, mase_scales, point_scores
from _series import Task, rolling_folds, single_series
from scipy.stats import wilcoxon

from skrnn.forecasting import GRUForecaster, LSTMForecaster

NETWORKS = {
    "GRUForecaster": (GRUForecaster, {}),
    "LSTMForecaster": (LSTMForecaster, {}),
    "GRU, no prior": (GRUForecaster, {"prior": None}),
}
CLASSICAL = ("AutoETS", "AutoARIMA", "AutoARIMA, log", "AutoTheta", "SeasonalNaive")
LOG = ", log"


def classical_forecasts(task: Task, model: str, key: str) -> Forecasts:
    """Of a model on the series, or on its logarithm where it is named so and there is one."""
    name = model.removesuffix(LOG)
    if name == model or task.train[0].min() <= 0:
        return classical(task, name, key)
    logged = replace(task, train=[np.log(task.train[0])])
    found = classical(logged, name, f"{key} log")
    quantiles = {p: np.exp(values) for p, values in found.quantiles.items()}
    return Forecasts(np.exp(found.mean), quantiles, found.seconds)


def main() -> None:
    warm_up()
    compare(single_series())
    print(origin())


def compare(series: dict[str, tuple]) -> None:
    """Print a table of all models on series given as values, seasonal period and horizon."""
    rows, intervals, seconds = {}, {}, {}
    for name, (y, sp, horizon) in series.items():
        for fold, task in enumerate(rolling_folds(name, y, sp, horizon)):
            scales = mase_scales(task.train, sp)
            results = {}
            for label, (cls, settings) in NETWORKS.items():
                start = time.perf_counter()
                forecaster = cls(sp=sp, random_state=0, **settings)
                forecaster.fit(pd.Series(task.train[0]), fh=np.arange(1, horizon + 1))
                table = forecaster.predict_quantiles(alpha=list(PROBABILITIES)).to_numpy()
                seconds.setdefault(label, []).append(time.perf_counter() - start)
                results[label] = {p: table[None, :, k] for k, p in enumerate(PROBABILITIES)}
            for model in CLASSICAL:
                found = classical_forecasts(task, model, f"{name} {fold}")
                seconds.setdefault(model, []).append(found.seconds)
                results[model] = {**found.quantiles, 0.5: found.mean}
            for model, quantiles in results.items():
                mase = point_scores(quantiles[0.5], task.test, scales)[1]
                rows.setdefault(name, {}).setdefault(model, []).append(mase)
                intervals.setdefault(model, []).append(
                    interval_scores(quantiles, task.test, scales)
                )
        print(name, file=sys.stderr)
    table = pd.DataFrame(
        {name: {m: np.mean(v) for m, v in row.items()} for name, row in rows.items()}
    ).T
    print("| series | " + " | ".join(table) + " |\n|" + "---|" * (1 + len(table.columns)))
    for name, row in table.iterrows():
        print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in row) + " |")
    logs = np.log(table)
    for other in ("AutoETS", "AutoARIMA", "AutoARIMA, log"):
        relative = np.exp(logs.sub(logs[other], axis=0).mean())
        print(f"| geometric mean / {other} | " + " | ".join(f"{v:.3f}" for v in relative) + " |")
    for other in ("AutoETS", "AutoARIMA", "AutoARIMA, log"):
        differences = logs.sub(logs[other], axis=0)
        cells = [_compared(differences[model]) for model in table]
        print(f"| better than {other} (p) | " + " | ".join(cells) + " |")
    for k, label in enumerate(("cover 80", "cover 95", "mean quantile loss")):
        means = [np.mean([scores[k] for scores in intervals[m]]) for m in table]
        print(f"| {label} | " + " | ".join(f"{v:.3f}" for v in means) + " |")
    print("| median seconds | " + " | ".join(f"{np.median(seconds[m]):.2f}" for m in table) + " |")


def _compared(differences: pd.Series) -> str:
    """On how many series a model is better, and the p-value of Wilcoxon's test, not adjusted."""
    if not differences.any():
        return ""
    better = f"{(differences < 0).sum()} of {len(differences)}"
    return f"{better} ({wilcoxon(differences[differences != 0]).pvalue:.2f})"


if __name__ == "__main__":
    main()
