"""One plain sentence: which model to use."""

import pandas as pd

from ._scores import SCALED
from ._significance import ALPHA, BOTH, Significance, write_p


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
    verdict = _verdict(table, significance, networks, n_folds, n_series)
    return among_those_that_ran(verdict, table, networks)


def _verdict(table, significance: Significance, networks: list[str], n_folds, n_series) -> str:
    errors = table.iloc[:, 0].dropna()
    if errors.empty:
        return _not_ranked(errors.name)
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
    sure = (
        f"{write_p(tests.loc[network, 'p_adjusted'], len(ours))}, "
        f"{_print_test(significance.test, n_folds, n_series)}"
    )
    if n_folds == 1:
        sure = "one fold, so no test"
    elif pd.isna(tests.loc[network, "p_adjusted"]):
        sure = "no test, since all folds differ alike"
    reason = _choose_network if len(proven) else _keep_classical
    return reason(errors, network, reference, sure, _cost(table, network, reference))


def _not_ranked(metric: str) -> str:
    said = f"No model can be ranked: the {metric} is not defined on these series"
    if metric not in SCALED:
        return f"{said}."
    return (
        f"{said}. It divides by the error of the seasonal naive forecast in the training part, and "
        "where a series is constant, or repeats its season exactly, there is none. Name another "
        "metric first, such as sMAPE."
    )


def among_those_that_ran(verdict: str, table: pd.DataFrame, networks: list[str]) -> str:
    """A verdict that says which simpler models failed, since one might have been the better choice.

    Parameters
    ----------
    verdict : str
    table : DataFrame
        As in `Comparison`.
    networks : list of str
    """
    failed = [name for name, error in table["error"].items() if error and name not in networks]
    if not failed:
        return verdict
    verdict = verdict.replace("Use ", "Of the models that ran, use ", 1)
    return f"{verdict} What {enumerated(failed)} would have done is not known."


def say_absent(table: pd.DataFrame, settings: dict) -> list[str]:
    """Which models failed or were left out, and why.

    Parameters
    ----------
    table : DataFrame
    settings : dict
        Both as in `Comparison`.
    """
    failed = [f"{name} failed: {why}" for name, why in table["error"].items() if why]
    return failed + [f"{name} left out: {why}" for name, why in settings["left_out"].items()]


def say_columns(settings: dict) -> str:
    """What models were told of the future.

    Parameters
    ----------
    settings : dict
        As in `Comparison`.
    """
    told = f"Over the horizon the true values of {enumerated(settings['columns'])} were given"
    without = settings["without_columns"]
    return f"{told}, which {enumerated(without)} cannot use." if without else f"{told}."


def enumerated(names: list) -> str:
    """Names in a sentence."""
    *others, last = map(str, names)
    return f"{', '.join(others)} and {last}" if others else last


def _choose_network(errors: pd.Series, network: str, reference: str, sure: str, cost: float) -> str:
    return (
        f"Use {network}: its {errors.name} is {_by_how_much(errors, network, reference)} below "
        f"that of {reference}, the best classical model ({sure}), {_say_cost(cost, 'at', 'and')}."
    )


def _keep_classical(errors: pd.Series, network: str, reference: str, sure: str, cost: float) -> str:
    if errors[network] < errors[reference]:
        lower = _by_how_much(errors, network, reference)
        return (
            f"Use {reference}: {network} has a {errors.name} {lower} lower, but that is not "
            f"more than chance can explain ({sure}), "
            f"{_say_cost(cost, 'and it takes', 'although')}."
        )
    return (
        f"Use {reference}: no network has a lower {errors.name}; that of the best, {network}, is "
        f"{errors[network]:.3g} against {errors[reference]:.3g} ({sure}), "
        f"{_say_cost(cost, 'at', 'although')}."
    )


def _by_how_much(errors: pd.Series, network: str, reference: str) -> str:
    """In per cent; one digit of less than that, as nothing is not lower."""
    lower = 1 - errors[network] / errors[reference]
    return f"{lower:.0%}" if lower >= 0.01 else f"{100 * lower:.1g}%"


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
    if test == BOTH:
        return f"Wilcoxon test over {n_series} series and Diebold-Mariano test over {folds}"
    return f"Diebold-Mariano test over {folds}{f' of {n_series} series' if n_series > 1 else ''}"


def _cost(table: pd.DataFrame, network: str, reference: str) -> float:
    """Seconds of a network in units of those of the best classical model."""
    seconds = table["fit_seconds"] + table["predict_seconds"]
    return seconds[network] / seconds[reference]


def _say_cost(cost: float, slower: str, faster: str) -> str:
    """What a network costs, or how fast it is where the classical model is not the cheaper one."""
    if write_times(max(cost, 1 / cost)) == write_times(1):
        return "and it takes about as long"
    if cost < 1:
        return f"{faster} it is {write_times(1 / cost)} as fast"
    return f"{slower} {write_times(cost)} the seconds"


def write_times(ratio: float) -> str:
    return f"{ratio:.2g} times" if ratio < 100 else f"{ratio:,.0f} times"
