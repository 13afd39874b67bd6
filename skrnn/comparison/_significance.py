"""Which differences between models are more than chance."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

# With fewer series the smallest p-value that Wilcoxon's test can return, 2 / 2**n, does not
# survive a correction for a handful of models.
MIN_SERIES = 10
ALPHA = 0.05
DIEBOLD_MARIANO = "Diebold-Mariano (HLN)"
BOTH = f"Wilcoxon over series and {DIEBOLD_MARIANO} over folds"


@dataclass(frozen=True)
class Significance:
    """Tests of all models against one.

    Attributes
    ----------
    test : str
        Name of the test: Diebold-Mariano for fewer than ten series; for more, Wilcoxon's
        signed-rank test over series as well.
    reference : str or None
        The best classical model. None if there is none; then nothing is tested.
    pairs : DataFrame
        One row for each other model: model, difference (mean error of the model minus that of the
        reference; negative if the model is better), statistic (same sign), p_value (two-sided; the
        larger one of two tests), p_adjusted (Holm; networks are one family and the other models
        another, as they answer different questions).
    friedman_p : float or None
        P-value of Friedman's test that all models have the same rank; only from ten series and
        three models on, like the next two attributes.
    mean_ranks : Series or None
        Rank of each model, averaged over series; 1 is best.
    critical_difference : float or None
        Smallest difference of mean ranks that is significant at 5 % (Nemenyi).
    """

    test: str
    reference: str | None
    pairs: pd.DataFrame
    friedman_p: float | None = None
    mean_ranks: pd.Series | None = None
    critical_difference: float | None = None


def assess(
    by_fold: pd.DataFrame, by_series: pd.DataFrame, reference: str | None, networks: list[str]
) -> Significance:
    """Test every model against the reference, and all of them together where series allow it.

    Parameters
    ----------
    by_fold : DataFrame
        Error in each fold, as mean over series; one column a model.
    by_series : DataFrame
        Error on each series, as mean over folds; one column a model.
    reference : str or None
    networks : list of str
        Models that are adjusted for one another.

    Notes
    -----
    The Diebold-Mariano test gets one difference a fold, the mean over its horizon [1]_. Horizons
    of folds do not overlap, so that these are forecasts one step ahead, in steps of a fold. Taking
    every step for a difference of its own, with Bartlett weights over a horizon, would find
    something in up to 18 % of cases in which there is nothing, instead of 5 % (four folds of
    twelve steps whose errors go together).

    Series of one panel may share what happens at a time. Wilcoxon's test, which takes them to be
    independent, would then call luck in one fold a proof: of random walks with common shocks it
    prefers one model or the other nearly always. The test over folds does not mind such shocks,
    and alone says nothing about most series; hence both have to find the difference.

    References
    ----------
    .. [1] Quaedvlieg, "Multi-horizon forecast comparison", Journal of Business and Economic
           Statistics 39, 2021.
    """
    by_fold, by_series = by_fold.dropna(axis=1, how="all"), by_series.dropna(axis=1, how="all")
    many = len(by_series.dropna()) >= MIN_SERIES
    test = BOTH if many else DIEBOLD_MARIANO
    if reference is None:
        return Significance(test, None, adjusted_pairs([], networks))
    rows = []
    for model in by_fold.columns.drop(reference):
        difference = (by_fold[model] - by_fold[reference]).dropna().to_numpy()
        statistic, p_value = diebold_mariano(difference, horizon=1)
        if many:
            difference = (by_series[model] - by_series[reference]).dropna().to_numpy()
            statistic, of_series = wilcoxon(difference)
            p_value = np.maximum(p_value, of_series)
        rows.append((model, difference.mean(), statistic, p_value))
    pairs = adjusted_pairs(rows, networks)
    if not many or by_series.shape[1] < 3:
        return Significance(test, reference, pairs)
    return Significance(test, reference, pairs, *friedman_nemenyi(by_series.dropna()))


def adjusted_pairs(rows: list[tuple], networks: list[str]) -> pd.DataFrame:
    """``pairs`` of `Significance`, the p-values adjusted among networks and among other models.

    Parameters
    ----------
    rows : list of (model, difference, statistic, p-value)
    networks : list of str
    """
    pairs = pd.DataFrame(rows, columns=["model", "difference", "statistic", "p_value"])
    is_network = pairs["model"].isin(networks)
    pairs["p_adjusted"] = pairs.groupby(is_network)["p_value"].transform(holm)
    return pairs


def diebold_mariano(differences: np.ndarray, horizon: int) -> tuple[float, float]:
    """Diebold-Mariano test with the correction of Harvey, Leybourne and Newbold.

    Parameters
    ----------
    differences : array of shape (n,)
        Losses of one model less those of another, in the order of time.
    horizon : int
        Differences that are this far apart or more are taken to be independent.

    Returns
    -------
    statistic, p_value : float
        The p-value is two-sided. 0 and 1 if all differences are zero, or ``n <= horizon``; NaN
        if all are the same, which says nothing about their spread.

    Notes
    -----
    The variance is estimated with Bartlett weights, as by ``dm.test(varestimator="bartlett")`` of
    R's forecast: the plain sum of autocovariances of [1]_ can be negative.

    References
    ----------
    .. [1] Diebold and Mariano, "Comparing predictive accuracy", Journal of Business and Economic
           Statistics 13, 1995.
    .. [2] Harvey, Leybourne and Newbold, "Testing the equality of prediction mean squared errors",
           International Journal of Forecasting 13, 1997, equations (8) and (9).
    """
    n = len(differences)
    if n <= horizon or not differences.any():  # one fold: nothing to tell its chance from
        return 0.0, 1.0
    centred = differences - differences.mean()
    autocovariances = [centred[lag:] @ centred[: n - lag] / n for lag in range(horizon)]
    weights = [1, *(2 * (1 - lag / horizon) for lag in range(1, horizon))]
    variance = np.dot(weights, autocovariances) / n
    if variance <= 0:
        return float(np.copysign(np.inf, differences[0])), np.nan
    shrinkage = np.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = float(shrinkage * differences.mean() / np.sqrt(variance))
    return statistic, float(2 * stats.t.sf(abs(statistic), df=n - 1))


def wilcoxon(differences: np.ndarray) -> tuple[float, float]:
    """Wilcoxon's signed-rank test [1]_.

    Parameters
    ----------
    differences : array of shape (n,)
        Scores of one model less those of another, one for each series.

    Returns
    -------
    statistic, p_value : float
        The sum of signed ranks, which tells the direction, and the two-sided p-value. 0 and 1 if
        all differences are zero.

    References
    ----------
    .. [1] Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1, 1945.
    """
    if not differences.any():
        return 0.0, 1.0
    differences = differences[differences != 0]
    signed = np.sign(differences) * stats.rankdata(np.abs(differences))
    return float(signed.sum()), float(stats.wilcoxon(differences).pvalue)


def holm(p_values: pd.Series) -> pd.Series:
    """P-values adjusted for their number [1]_.

    References
    ----------
    .. [1] Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
           of Statistics 6, 1979.
    """
    ordered = p_values.sort_values(kind="stable")
    factors = np.arange(len(ordered), 0, -1)
    return (ordered * factors).cummax().clip(upper=1).reindex(p_values.index)


def friedman_nemenyi(scores: pd.DataFrame) -> tuple[float, pd.Series, float]:
    """Friedman's test, mean ranks, and the critical difference of Nemenyi's test at 5 %.

    Parameters
    ----------
    scores : DataFrame
        One row a series, one column a model, three at least; lower is better.

    References
    ----------
    .. [1] Demsar, "Statistical comparisons of classifiers over multiple data sets", Journal of
           Machine Learning Research 7, 2006.
    """
    n_series, n_models = scores.shape
    p_value = float(stats.friedmanchisquare(*scores.to_numpy().T).pvalue)
    mean_ranks = scores.rank(axis=1).mean()
    quantile = stats.studentized_range.ppf(1 - ALPHA, n_models, np.inf) / np.sqrt(2)
    difference = quantile * np.sqrt(n_models * (n_models + 1) / (6 * n_series))
    return p_value, mean_ranks, float(difference)


def write_p(p_value: float, n_tests: int = 1) -> str:
    """A p-value in words; said to be adjusted if it is one of several tests."""
    if np.isnan(p_value):
        return "no test"
    adjusted = "adjusted " if n_tests > 1 else ""
    return f"{adjusted}p < 0.001" if p_value < 0.001 else f"{adjusted}p = {p_value:.2g}"
