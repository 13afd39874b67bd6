"""Forecast unemployment a year ahead, with networks and classical models on the same folds.

The series is the quarterly unemployment rate of the USA, 1959-2009 (FRED, Federal Reserve Bank of
St. Louis); it ships with skrnn. The last five years are forecast, one fold a year, so they include
the recession of 2008. A MASE below one means smaller errors than those of repeating the rate of a
year ago on the training data. One series and five folds make no general ranking of the models.

The classical models need statsforecast: ``pip install '.[compare]'`` in the checkout.
"""

import warnings

from skrnn.comparison import compare
from skrnn.datasets import load_series

MODELS = ["naive", "ets", "arima", "lstm", "gru"]


def main():
    """Print and return the comparison."""
    y = load_series("unemployment")
    print(f"{len(y)} quarters, {y.index[0]} to {y.index[-1]}\n")

    with warnings.catch_warnings():
        # statsforecast warns whenever the search for one candidate of ARIMA ends early
        warnings.filterwarnings("ignore", message="Model arima warned: .*convergence")
        comparison = compare(y, fh=4, sp=4, models=MODELS, n_folds=5, random_state=0)
    print(comparison)

    mase = comparison.table["MASE"]
    folds = comparison.scores.pivot(index="fold", columns="model", values="MASE")
    winner, second = mase.index[:2]  # the table is sorted, best first
    n_won = (folds.idxmin(axis=1) == winner).sum()
    print(
        f"\n{winner} has the lowest mean MASE, {mase[winner]:.3f}, and is best in {n_won} of "
        f"{len(folds)} folds; {second} follows with {mase[second]:.3f}, and the naive forecast has "
        f"{mase['naive']:.3f}."
    )
    return comparison


if __name__ == "__main__":
    main()
