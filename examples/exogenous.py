"""What other series tell about consumption: known in advance, known until today, or not at all.

The series are quarterly changes, in per cent, of consumption, income, production and savings of
the USA, and of its unemployment rate, 1970-2016 (Hyndman and Athanasopoulos, "Forecasting:
Principles and Practice"); they ship with sktime. Consumption is forecast two quarters ahead, from
16 origins in the last eight years.

A model that knows the other columns in the quarters to forecast does better, but nobody knows them:
income less savings is almost consumption itself, and is published with it. The figure is a bound,
or shows what a scenario ("if income grows by one per cent") could be worth. A linear regression on
the same four numbers is better still, since the relation is linear and has no memory. Columns known
until today (``past_columns``) make a small difference that 16 origins cannot tell from none; the
table shows in how many of them each model is better than the one without columns.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sktime.datasets import load_uschange
from sktime.split import ExpandingWindowSplitter

from skrnn.forecasting import GRUForecaster

HORIZON = 2
N_FOLDS = 16


def load():
    """Consumption and the other columns, by quarter."""
    y, X = load_uschange()
    y.index = X.index = pd.period_range("1970Q1", periods=len(y), freq="Q")
    return y, X


def main(random_state=0):
    """Print and return the mean absolute errors of each model, one row per origin."""
    y, X = load()
    small = {"prior": None, "n_members": 1, "max_steps": 60, "random_state": random_state}
    without = GRUForecaster(**small)
    known = GRUForecaster(**small)
    until_today = GRUForecaster(past_columns=list(X.columns), **small)

    fh = list(range(1, HORIZON + 1))
    folds = ExpandingWindowSplitter(
        fh=fh, initial_window=len(y) - HORIZON * N_FOLDS, step_length=HORIZON
    )
    rows = []
    for train, test in folds.split(y):
        past, future = X.iloc[train], X.iloc[test]
        forecasts = {
            "mean so far": np.full(HORIZON, y.iloc[train].mean()),
            "GRU, no columns": without.fit(y.iloc[train], fh=fh).predict(),
            "GRU, columns until today": until_today.fit(y.iloc[train], X=past, fh=fh).predict(),
            "GRU, columns known": known.fit(y.iloc[train], X=past, fh=fh).predict(X=future),
            "regression, columns known": LinearRegression()
            .fit(past, y.iloc[train])
            .predict(future),
        }
        rows.append({name: np.abs(y.iloc[test] - f).mean() for name, f in forecasts.items()})
    errors = pd.DataFrame(rows)

    wins = errors.lt(errors["GRU, no columns"], axis=0).sum()
    print(f"{'':<27}{'MAE':>6}{'better than without, of ' + str(N_FOLDS):>29}")
    for name, error in errors.mean().items():
        print(f"{name:<27}{error:>6.3f}{wins[name]:>29}")
    return errors


if __name__ == "__main__":
    main()
