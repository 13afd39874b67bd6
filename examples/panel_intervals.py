"""One model of five series, its intervals, and a series that it has never seen.

The series are quarterly changes, in per cent, of consumption, income, production and savings of
the USA, and of its unemployment rate, 1970-2016 (Hyndman and Athanasopoulos, "Forecasting:
Principles and Practice"); they ship with sktime. They are forecast a year ahead from eight origins.

To a forecaster, the columns of a table and the series of a panel are the same: one global model.
Intervals are calibrated on the end of the training data; this example counts how many true values
they cover. These are 160 values, but not independent ones: the series move together, and 2009 is a
year of recession.

Then a model is trained once, on four of the series before the first origin. At each origin it is
fitted to consumption, which takes no training step, and compared with a model that is trained on
consumption, anew each time. This saves time; greater accuracy is not to be expected here.
"""

import time

import numpy as np
import pandas as pd
from sktime.datasets import load_uschange

from skrnn.forecasting import GRUForecaster

FH = list(range(1, 5))
COVERAGES = [0.5, 0.9]
SMALL = {"prior": None, "max_steps": 60, "random_state": 0}  # all that is known is learnt here


def load():
    """A table of quarters, with a column for each series."""
    y, X = load_uschange()
    return pd.concat([y, X], axis=1).set_axis(pd.period_range("1970Q1", periods=len(y), freq="Q"))


def as_panel(table):
    """The same as a panel, with one row for each series and quarter."""
    return pd.concat(dict(table.items()), names=["series", "quarter"]).to_frame("change")


def weights_of(nets):
    """All weights of an ensemble, copied into one array."""
    return np.concatenate(
        [p.detach().numpy().ravel() for n in nets for p in n.module_.parameters()]
    )


def main(n_folds=8):
    """Print and return shares inside the intervals, and errors and seconds for consumption."""
    table = load()
    origins = range(len(table) - 4 * n_folds, len(table), 4)

    inside = {coverage: [] for coverage in COVERAGES}
    for origin in origins:
        panel, truth = as_panel(table[:origin]), as_panel(table[origin : origin + 4])["change"]
        forecaster = GRUForecaster(**SMALL).fit(panel, fh=FH)
        intervals = forecaster.predict_interval(coverage=COVERAGES)["change"]
        for coverage in COVERAGES:
            low, high = intervals[coverage, "lower"], intervals[coverage, "upper"]
            inside[coverage].append((low <= truth) & (truth <= high))
    shares = {coverage: float(pd.concat(parts).mean()) for coverage, parts in inside.items()}
    for coverage, share in shares.items():
        print(f"intervals of {coverage:.0%} hold {share:.0%} of the truths")

    wide = GRUForecaster(**SMALL).fit(table[:origin], fh=FH)
    same = np.allclose(as_panel(wide.predict()), forecaster.predict())
    print(f"A table gives the same forecasts as a panel: {same}\n")

    others = as_panel(table[: origins[0]].drop(columns="Consumption"))
    pretrained = GRUForecaster(**SMALL).pretrain(others, fh=FH)
    weights = weights_of(pretrained.pretrained_model_.nets)
    models = {"trained on others": pretrained, "trained anew": GRUForecaster(**SMALL)}
    errors, seconds = {}, {}
    for name, model in models.items():
        errors[name], start = [], time.perf_counter()
        for origin in origins:
            y = table["Consumption"]
            forecast = model.fit(y[:origin], fh=FH).predict()
            errors[name].append(np.abs(y[forecast.index] - forecast).mean())
        seconds[name] = time.perf_counter() - start
        print(f"consumption, {name:<18} MAE {np.mean(errors[name]):.3f} {seconds[name]:>6.2f} s")

    untouched = np.array_equal(weights, weights_of(pretrained.nets_))
    print(f"Weights are those of the pretraining after {n_folds} fits: {untouched}")
    return {
        "shares": shares,
        "same": same,
        "errors": pd.DataFrame(errors),
        "seconds": seconds,
        "untouched": untouched,
    }


if __name__ == "__main__":
    main()
