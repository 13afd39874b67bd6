"""The corrected resampled t-test: scores of two estimators on the same splits.

The training parts of cross-validation overlap, so the scores of its splits are not independent,
and an ordinary paired t-test finds differences that are not there. Nadeau and Bengio put 1/J +
n_test/n_train in place of 1/J in its variance, J being the number of splits; Bouckaert and Frank
show that with repeated cross-validation the result depends little on how the data were shuffled.

References
----------
Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52, 2003, section 4.
Bouckaert and Frank, "Evaluating the replicability of significance tests for comparing learning
algorithms", PAKDD 2004.
"""

import numpy as np
import pandas as pd
from scipy import stats

from ._significance import Significance, adjusted_pairs

TEST = "corrected resampled t-test (Nadeau and Bengio)"


def corrected_standard_error(values, test_train_ratio: float) -> float:
    """Standard error of a mean over the splits of a (repeated) cross-validation.

    Parameters
    ----------
    values : array-like of shape (n_splits,)
    test_train_ratio : float
        Samples to test on, for each one to train on.

    Returns
    -------
    float
        NaN for a single split.
    """
    values = np.asarray(values, dtype=float)
    if len(values) < 2:
        return np.nan
    return float(np.sqrt((1 / len(values) + test_train_ratio) * values.var(ddof=1)))


def corrected_t_test(differences, test_train_ratio: float) -> tuple[float, float]:
    """Test whether the mean difference of paired scores is zero.

    Parameters
    ----------
    differences : array-like of shape (n_splits,)
    test_train_ratio : float
        Samples to test on, for each one to train on.

    Returns
    -------
    statistic : float
        Of Student's t distribution with n_splits - 1 degrees of freedom. Infinite if all
        differences are the same, 0 if all are zero, NaN for a single split.
    p_value : float
        Two-sided. NaN for a single split, and if all differences are the same, as shares of few
        samples often are: their spread is not known then.
    """
    mean = np.mean(differences)
    error = corrected_standard_error(differences, test_train_ratio)
    if error == 0:
        return (0.0, 1.0) if mean == 0 else (float(np.copysign(np.inf, mean)), np.nan)
    statistic = float(mean / error)
    return statistic, float(2 * stats.t.sf(abs(statistic), len(differences) - 1))


def test_on_splits(
    scores: pd.DataFrame, reference: str, networks: list[str], test_train_ratio: float
) -> Significance:
    """Test every model against one, on the splits that they share.

    Parameters
    ----------
    scores : DataFrame of shape (n_splits, n_models)
        Greater is better. The loss of `Significance` is minus the score.
    reference : str
        One of the columns.
    networks : list of str
        Models that are adjusted for one another.
    test_train_ratio : float
    """
    rows = []
    for model in scores.columns.drop(reference):
        losses = (scores[reference] - scores[model]).to_numpy()
        rows.append((model, losses.mean(), *corrected_t_test(losses, test_train_ratio)))
    return Significance(TEST, reference, adjusted_pairs(rows, networks))
