"""One plain sentence: which model to use."""

import pandas as pd

from ._significance import ALPHA, WILCOXON, Significance, write_p


def give_verdict(
    table: pd.DataFrame,
    significance: Significance,
    networks: list[str],
    n_folds: int,
    n_series: int = 1,
) -> str:
    """Which model to use, by how much it is better, how sure that is, and at what cost.

    A network has to earn its place: it is preferred to the best classical model only if the
    difference is significant, after adjustment for the number of networks.

    Parameters
    ----------
    table : DataFrame
        As in `Comparison`.
    significance : Significance
    networks : list of str
        The networks among the models.
    n_folds, n_series : int
        What was forecast.
    """
    errors = table.iloc[:, 0].dropna()
    if errors.empty:
        return f"No model can be ranked: the {errors.name} is not defined on these series."
    ours = errors[errors.index.isin(networks)].sort_values(kind="stable")
    reference = significance.reference
    if reference is None:
        return (
            f"Of the networks {ours.index[0]} has the lowest {errors.name}; add classical models "
            "to learn whether it is worth its cost."
        )
    if ours.empty:
        return _choose_classical(errors, reference)
    tests = significance.pairs.set_index("model").reindex(ours.index)
    # The mean can be lower although most series are forecast worse: both have to agree.
    better = (ours < errors[reference]) & (tests["statistic"] < 0)
    proven = ours[better & (tests["p_adjusted"] < ALPHA)]
    network = (proven if len(proven) else ours).index[0]
    adjusted = "adjusted " if len(ours) > 1 else ""
    sure = (
        f"{adjusted}{write_p(tests.loc[network, 'p_adjusted'])}, "
        f"{_print_test(significance.test, n_folds, n_series)}"
    )
    reason = _choose_network if len(proven) else _keep_classical
    return reason(errors, network, reference, sure, _print_cost(table, network, reference))


def _choose_network(errors: pd.Series, network: str, reference: str, sure: str, cost: str) -> str:
    return (
        f"Use {network}: its {errors.name} is {1 - errors[network] / errors[reference]:.0%} below "
        f"that of {reference}, the best classical model ({sure}), at {cost}."
    )


def _keep_classical(errors: pd.Series, network: str, reference: str, sure: str, cost: str) -> str:
    if errors[network] < errors[reference]:
        lower = 1 - errors[network] / errors[reference]
        return (
            f"Use {reference}: {network} has a {errors.name} {lower:.0%} lower, but that is not "
            f"more than chance can explain ({sure}), and it takes {cost}."
        )
    return (
        f"Use {reference}: no network has a lower {errors.name}; that of the best, {network}, is "
        f"{errors[network]:.3g} against {errors[reference]:.3g} ({sure}), at {cost}."
    )


def _choose_classical(errors: pd.Series, reference: str) -> str:
    others = errors.drop(reference)
    if others.empty:
        return f"Use {reference}: there is no other model to compare it with."
    return (
        f"Use {reference}: it has the lowest {errors.name}, {errors[reference]:.3g} against "
        f"{others.min():.3g} of {others.idxmin()}; no network was compared."
    )


def _print_test(test: str, n_folds: int, n_series: int) -> str:
    folds = f"{n_folds} fold{'s' if n_folds > 1 else ''}"
    if test == WILCOXON:
        return f"Wilcoxon test over {n_series} series"
    return f"Diebold-Mariano test over {folds}{f' of {n_series} series' if n_series > 1 else ''}"


def _print_cost(table: pd.DataFrame, network: str, reference: str) -> str:
    seconds = table["fit_seconds"] + table["predict_seconds"]
    ratio = seconds[network] / seconds[reference]
    return f"{ratio:.2g} times the seconds" if ratio < 100 else f"{ratio:,.0f} times the seconds"
