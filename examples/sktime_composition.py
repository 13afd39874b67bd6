"""Recurrent networks inside sktime: reduction, search, pipeline, ensemble, over the same folds.

The series is the monthly number of international airline passengers, 1949-1960 (Box and Jenkins);
it ships with skrnn. Each model forecasts the last three years, one year at a time, and is fitted
again for each. A MASE below one means smaller errors than those of repeating the previous year on
the training data. The search sees only what came before these years.

The example shows how to combine, not that it pays: ``GRUForecaster`` handles trend, season and
logarithms itself, so transformers and a search have little to add. The regressor in a reduction
does not, and can barely follow a series that grows. One series and three folds make no general
ranking of the models.
"""

import warnings
from contextlib import contextmanager

import pandas as pd
from sktime.forecasting.compose import (
    EnsembleForecaster,
    TransformedTargetForecaster,
    make_reduction,
)
from sktime.forecasting.model_evaluation import evaluate
from sktime.forecasting.model_selection import ForecastingGridSearchCV
from sktime.forecasting.naive import NaiveForecaster
from sktime.performance_metrics.forecasting import MeanAbsoluteScaledError
from sktime.split import ExpandingWindowSplitter
from sktime.transformations.series.detrend import Deseasonalizer, Detrender

from skrnn import GRURegressor
from skrnn.datasets import load_series
from skrnn.forecasting import GRUForecaster

FH = list(range(1, 13))
SMALL = {"n_members": 1, "max_steps": 60, "random_state": 0}


@contextmanager
def without_future_warnings():
    """Silence sktime 1.2's warnings of a default of 1.3, which appear in spite of any filter."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for w in caught:
        if not issubclass(w.category, FutureWarning):
            warnings.warn_explicit(w.message, w.category, w.filename, w.lineno)


def years(y, n):
    """Folds of one year each, at the end of a series."""
    return ExpandingWindowSplitter(fh=FH, initial_window=len(y) - 12 * n, step_length=12)


@without_future_warnings()
def main():
    """Print and return the MASE of each model in each year."""
    y = load_series("airline")
    gru = GRUForecaster(sp=12, **SMALL)
    naive = NaiveForecaster(sp=12)

    before = y[:-36]
    grid = {"base": ["seasonal_naive", "auto"], "window_length": [12, 36]}
    search = ForecastingGridSearchCV(gru, years(before, 2), grid, error_score="raise").fit(before)
    print(f"Best of the grid: {search.best_params_}\n")

    transformers = [Deseasonalizer(sp=12, model="multiplicative"), Detrender()]
    models = {
        "seasonal naive": naive,
        "GRU forecaster": gru,
        "GRU forecaster, best of the grid": search.best_forecaster_,
        "GRU forecaster of what transformers leave": TransformedTargetForecaster(
            [*transformers, GRUForecaster(**SMALL)]
        ),
        "mean of GRU forecaster and seasonal naive": EnsembleForecaster(
            [("gru", gru), ("naive", naive)]
        ),
        "GRU regressor, by reduction": make_reduction(
            GRURegressor(max_epochs=30, random_state=0), window_length=24, strategy="multioutput"
        ),
    }
    mase = MeanAbsoluteScaledError(sp=12)
    scores = {
        name: evaluate(model, years(y, 3), y, scoring=mase, error_score="raise")
        for name, model in models.items()
    }
    name = "test_MeanAbsoluteScaledError"
    table = pd.DataFrame({model: score[name] for model, score in scores.items()}).T
    table.columns = [str(year) for year in y.index.year.unique()[-3:]]
    table["mean"] = table.mean(axis=1)
    print(table.round(3).to_string())
    return table


if __name__ == "__main__":
    main()
