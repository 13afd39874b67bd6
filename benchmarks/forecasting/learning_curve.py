"""How much history a forecast needs: errors after 10 to 160 observations, and a drawing of them.

Every series that is long enough gives up to two origins, each with only its last observations
before it. Errors are relative to those of AutoETS and of the seasonal naive forecast on the same
observations; means over series are geometric, and ratios beyond 1/20 and 20 count as these, since
some series repeat themselves exactly.
"""

import sys
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from _baselines import classical, origin, sample_of, warm_up
from _series import Task, load_panel, single_series

from skrnn.forecasting import GRUForecaster, LSTMForecaster

LENGTHS = (10, 20, 40, 80, 160)
NETWORKS = {"GRUForecaster": GRUForecaster, "LSTMForecaster": LSTMForecaster}
CLASSICAL = ("AutoETS", "AutoARIMA", "SeasonalNaive")
SAMPLED = {"M3 monthly": 40, "M4 weekly": 40}  # panels whose series are taken one by one
ORIGINS = 2
MOST = 20.0  # ratio of two errors
PICTURE = Path(__file__).parents[2] / "docs" / "learning_curve.svg"
COLOURS = {"GRUForecaster": "#0072B2", "LSTMForecaster": "#D55E00", "AutoARIMA": "#009E73"}


def all_series():
    """Name, values, seasonal period and horizon of every series."""
    for name, (y, sp, horizon) in single_series().items():
        yield name, y, sp, horizon
    for panel, n in SAMPLED.items():
        task = load_panel(panel)
        for i in sample_of(task, n):
            whole = np.concatenate([task.train[i], task.test[i]])
            yield f"{panel} {i}", whole, task.sp, task.horizon


def cut(length: int) -> dict[tuple[int, int], list]:
    """Histories of one length with what came, by seasonal period and horizon."""
    found = {}
    for name, y, sp, horizon in all_series():
        n_origins = min(ORIGINS, (len(y) - length) // horizon)
        for k in range(n_origins):
            end = len(y) - horizon * (k + 1)
            part = y[end - length : end], y[end : end + horizon]
            found.setdefault((sp, horizon), []).append((name, *part))
    return found


def forecasts(task: Task, length: int) -> dict[str, np.ndarray]:
    """Point forecasts of each model for series that are forecast one by one."""
    steps = np.arange(1, task.horizon + 1)
    found = {
        name: np.array(
            [
                np.ravel(cls(sp=task.sp, random_state=0).fit(pd.Series(y), fh=steps).predict())
                for y in task.train
            ]
        )
        for name, cls in NETWORKS.items()
    }
    key = f"curve {length} {task.sp} {task.horizon}"
    return found | {name: classical(task, name, key).mean for name in CLASSICAL}


def errors_at(length: int) -> pd.DataFrame:
    """Mean absolute errors, (series, model)."""
    rows = []
    for (sp, _), parts in cut(length).items():
        names, histories, truths = zip(*parts)
        task = Task("curve", sp, list(histories), np.array(truths))
        errors = {
            model: np.abs(forecast - task.test).mean(1)
            for model, forecast in forecasts(task, length).items()
        }
        rows.append(pd.DataFrame(errors).assign(series=names))
    return pd.concat(rows).groupby("series").mean()


def relative_errors(table: pd.DataFrame, other: str) -> pd.Series:
    """Geometric means of the ratios of all models' errors to those of another one."""
    table = table + 1e-12  # equal where both are exact
    ratios = table.div(table[other], axis=0).clip(1 / MOST, MOST)
    return np.exp(np.log(ratios).mean())


def draw(curves: dict[str, pd.DataFrame]) -> None:
    """Relative errors against the number of observations."""
    matplotlib.use("svg")
    from matplotlib import pyplot as plt

    matplotlib.rcParams["svg.hashsalt"] = "skrnn"
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharex=True, layout="constrained")
    for ax, (other, curve) in zip(axes, curves.items()):
        for name, colour in COLOURS.items():
            ax.plot(curve.index, curve[name], "o-", color=colour, label=name)
        ax.axhline(1, color="0.4", linewidth=1)
        ax.set(xscale="log", title=f"Error relative to {other}", xlabel="observations")
        ax.set_xticks(LENGTHS, LENGTHS)
        ax.minorticks_off()
    axes[0].legend()
    figure.savefig(PICTURE, metadata={"Date": None})


def main() -> None:
    warm_up()
    tables = {length: errors_at(length) for length in LENGTHS}
    curves = {}
    for other in ("AutoETS", "SeasonalNaive"):
        curves[other] = curve = pd.DataFrame(
            {length: relative_errors(table, other) for length, table in tables.items()}
        ).T
        models = [*NETWORKS, "AutoARIMA", *(m for m in ("AutoETS", "SeasonalNaive") if m != other)]
        print(f"\n| observations | series | {' | '.join(f'{m} / {other}' for m in models)} |")
        print("|" + "---|" * (2 + len(models)))
        for length, row in curve.iterrows():
            values = " | ".join(f"{row[m]:.3f}" for m in models)
            print(f"| {length} | {len(tables[length])} | {values} |")
    print(origin())
    draw(curves)
    print(f"\ndrawn to {PICTURE.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
