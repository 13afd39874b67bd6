"""The tests of significance, against published figures and other implementations."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from skrnn.comparison._significance import (
    assess,
    diebold_mariano,
    friedman_nemenyi,
    holm,
    wilcoxon,
)

# Demsar (2006), table 6: AUC of four variants of C4.5 on 14 data sets.
C45 = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.9751, 0.975],
        [0.957, 0.978, 0.946, 0.970],
    ]
)


def autocorrelated(n=60, seed=0):
    noise = np.random.default_rng(seed).normal(size=n + 5)
    return np.convolve(noise, np.ones(6), mode="valid")[:n] + 0.5


def test_friedman_and_nemenyi_on_the_example_of_demsar():
    """Ranks, chi-square 9.28 and critical difference 1.25 as printed there."""
    p_value, mean_ranks, difference = friedman_nemenyi(pd.DataFrame(-C45, columns=list("abcd")))
    np.testing.assert_allclose(mean_ranks, [3.143, 2.000, 2.893, 1.964], atol=5e-4)
    assert difference == pytest.approx(1.25, abs=0.005)
    statistic = 12 * 14 / (4 * 5) * ((mean_ranks**2).sum() - 4 * 25 / 4)
    assert statistic == pytest.approx(9.28, abs=0.01)
    # scipy's statistic is a little larger, because it makes up for ties.
    assert p_value == pytest.approx(stats.chi2.sf(10.2, df=3), rel=0.02)


def test_diebold_mariano_of_another_implementation():
    """Figures from the tests of the package dieboldmariano, which follows R's forecast."""
    differences = np.array([0, 1, 2, 3, 4, 5.0]) ** 2 - np.array([0, 2, 3, 3, 5, 6.0]) ** 2
    statistic, p_value = diebold_mariano(differences, horizon=1)
    assert statistic == pytest.approx(-2.4905, abs=1e-4)
    assert p_value == pytest.approx(0.05513, abs=1e-5)


@pytest.mark.parametrize("horizon", [1, 2, 6, 12])
def test_variance_is_that_of_newey_and_west(horizon):
    """statsmodels' regression on a constant has the same Bartlett weights."""
    OLS = pytest.importorskip("statsmodels.regression.linear_model").OLS
    differences = autocorrelated()
    n = len(differences)
    robust = {"maxlags": horizon - 1, "use_correction": False}
    fit = OLS(differences, np.ones(n)).fit(cov_type="HAC", cov_kwds=robust)
    correction = np.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic, p_value = diebold_mariano(differences, horizon)
    assert statistic == pytest.approx(fit.tvalues[0] * correction)
    assert p_value == pytest.approx(2 * stats.t.sf(abs(statistic), n - 1))


def test_one_step_is_the_t_test():
    """Up to the divisor of the variance, which the correction makes good."""
    differences = autocorrelated()
    expected = stats.ttest_1samp(differences, 0)
    assert diebold_mariano(differences, 1) == pytest.approx((expected.statistic, expected.pvalue))


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30), st.integers(1, 40))
def test_diebold_mariano_of_any_differences(values, horizon):
    """Never a negative variance; the sign is that of the mean; the other way round is the same."""
    differences = np.array(values)
    statistic, p_value = diebold_mariano(differences, horizon)
    assert 0 <= p_value <= 1 or (np.isnan(p_value) and np.isinf(statistic))
    assert statistic * differences.mean() >= 0
    mirrored = diebold_mariano(-differences, horizon)
    np.testing.assert_array_equal(mirrored, (-statistic, p_value))


def test_nothing_can_be_said_from_differences_that_are_all_the_same():
    statistic, p_value = diebold_mariano(np.full(2, -0.5), horizon=1)
    assert statistic == -np.inf
    assert np.isnan(p_value)


def test_nothing_can_be_said_from_one_fold():
    assert diebold_mariano(np.array([1.0, 2, 3]), horizon=3) == (0, 1)
    assert diebold_mariano(np.zeros(9), horizon=3) == (0, 1)


def test_chance_is_found_as_often_as_it_should_be():
    """One time in twenty, where models are equally good and the errors of a fold go together."""
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product([range(4), range(12)], names=["fold", "step"])
    found = 0
    for _ in range(300):
        together = np.repeat(rng.normal(size=4), 12)
        b = pd.Series(1 + together + rng.normal(size=48), index).groupby("fold").mean()
        by_fold = pd.DataFrame({"a": 1, "b": b})
        found += assess(by_fold, by_fold[:1], "a", []).pairs["p_value"][0] < 0.05
    assert 0.03 < found / 300 < 0.07


def test_wilcoxon_is_that_of_scipy_with_a_direction():
    differences = np.array([-3.0, -1, 2, -4, -5, 0, -6.5])
    statistic, p_value = wilcoxon(differences)
    assert p_value == stats.wilcoxon(differences).pvalue
    assert statistic == 2 - (1 + 3 + 4 + 5 + 6)
    assert wilcoxon(-differences) == (-statistic, p_value)
    assert wilcoxon(np.zeros(5)) == (0, 1)


def test_holm_on_a_worked_example():
    """Four p-values, each times the number of hypotheses left, never falling."""
    p_values = pd.Series([0.01, 0.04, 0.03, 0.005], index=list("abcd"))
    np.testing.assert_allclose(holm(p_values), [0.03, 0.06, 0.06, 0.02])
    assert holm(pd.Series([0.6, 0.7])).tolist() == [1, 1]


def errors_of(n_series, shift, n_folds=12):
    """Errors by fold and by series of a reference and two others, one of them shifted."""
    rng = np.random.default_rng(0)
    by_fold = pd.DataFrame(rng.uniform(1, 2, (n_folds, 3)), columns=list("abc"))
    by_series = pd.DataFrame(rng.uniform(1, 2, (n_series, 3)), columns=list("abc"))
    by_fold["b"] += shift
    by_series["b"] += shift
    return by_fold, by_series


@pytest.mark.parametrize(("n_series", "test"), [(1, "Diebold"), (9, "Diebold"), (10, "Wilcoxon")])
def test_test_is_chosen_by_the_number_of_series(n_series, test):
    found = assess(*errors_of(n_series, shift=-0.9), reference="a", networks=["b"])
    assert found.test.startswith(test)
    pairs = found.pairs.set_index("model")
    assert pairs.index.tolist() == ["b", "c"]
    assert pairs.loc["b", "difference"] < -0.5
    assert pairs.loc["b", "statistic"] < 0
    assert pairs.loc["b", "p_value"] < 0.01 < pairs.loc["c", "p_value"]
    assert (found.friedman_p is None) == (n_series < 10)
    assert (found.mean_ranks is None) == (n_series < 10)
    if n_series == 10:
        assert found.friedman_p < 0.05
        assert found.mean_ranks.idxmin() == "b"


def test_series_and_folds_both_have_to_find_a_difference():
    by_fold, by_series = errors_of(30, shift=-0.9)
    p_values = {
        name: assess(folds, series, "a", ["b"]).pairs["p_value"][0]
        for name, folds, series in (
            ("both", by_fold, by_series),
            ("series", by_fold[:2], by_series),
            (
                "folds",
                by_fold,
                by_series.sample(frac=1, axis=1, random_state=1).set_axis([*"abc"], axis=1),
            ),
        )
    }
    assert p_values["both"] < 0.001
    assert p_values["series"] > 0.05
    assert p_values["folds"] > 0.05
    assert assess(by_fold[:1], by_series, "a", ["b"]).pairs["p_value"][0] == 1


def test_networks_are_adjusted_for_one_another_only():
    by_fold, by_series = errors_of(1, shift=-0.3)
    alone = assess(by_fold, by_series, "a", ["b"]).pairs.set_index("model")
    together = assess(by_fold, by_series, "a", ["b", "c"]).pairs.set_index("model")
    assert (alone["p_adjusted"] == alone["p_value"]).all()
    assert together.loc["b", "p_adjusted"] == 2 * together.loc["b", "p_value"]


def test_models_without_the_metric_are_left_out():
    """Such as the quantile loss of models without intervals."""
    by_fold, by_series = errors_of(10, shift=0)
    found = assess(by_fold.assign(c=np.nan), by_series.assign(c=np.nan), "a", [])
    assert found.pairs["model"].tolist() == ["b"]
    assert found.mean_ranks is None  # two models need no test of all
