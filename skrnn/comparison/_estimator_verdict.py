"""The result of a comparison of estimators in a sentence or two."""

import pandas as pd

from ._paired import corrected_t_test
from ._significance import ALPHA, Significance, write_p
from ._verdict import among_those_that_ran, write_times

GUESSING = "dummy"


def best_of(table: pd.DataFrame, networks: list[str]) -> str:
    """The reference: the best model that is no network or, of networks alone, the smallest."""
    done = table[table["error"] == ""]
    simple = done.drop(index=networks, errors="ignore")
    if len(simple):
        return simple.index[0]
    return done.sort_values("n_parameters", kind="stable").index[0]


def write_verdict(
    table: pd.DataFrame, by_split: pd.DataFrame, significance: Significance, settings: dict
) -> str:
    """Say which model to use, by how much it is better, how sure that is, and at what cost.

    Parameters
    ----------
    table : DataFrame
        As in `EstimatorComparison`.
    by_split : DataFrame of shape (n_splits, n_models)
        Scores, best model first.
    significance : Significance
    settings : dict
    """
    verdict = _verdict(table, by_split, significance, settings)
    return among_those_that_ran(verdict, table, settings["networks"])


def _verdict(table, by_split, significance: Significance, settings: dict) -> str:
    if by_split.isna().all(axis=None):
        return f"No model can be ranked: the {settings['scoring']} is not defined on these splits."
    reference = significance.reference
    rivals = [name for name in by_split if name in settings["networks"] and name != reference]
    pairs = significance.pairs.set_index("model")
    better = (pairs["difference"] < 0) & (pairs["p_adjusted"] < ALPHA)
    winners = [name for name in rivals if better[name]]
    if winners:
        first = _choose_network(table, pairs, reference, winners[0], settings)
    else:
        first = _choose_reference(table, pairs, reference, rivals, settings)
    ratio = settings["test_train_ratio"]
    return " ".join(filter(None, [first, _between_networks(table, by_split, rivals, ratio)]))


def _choose_network(table, pairs, reference: str, winner: str, settings: dict) -> str:
    seconds = table["fit_seconds"]
    return (
        f"Use {winner}: its mean {settings['scoring']} is {_score(table, winner)}, against "
        f"{_score(table, reference)} of {reference}, the simpler choice "
        f"({_sure(pairs, winner, settings)}); a fit takes {_seconds(seconds[winner])} against "
        f"{_seconds(seconds[reference])}."
    )


def _choose_reference(table, pairs, reference: str, rivals: list[str], settings: dict) -> str:
    text = f"Use {reference}: its mean {settings['scoring']} is {_score(table, reference)}"
    if reference == GUESSING:
        text += ", by guessing"
    elif GUESSING in pairs.index and not pairs["p_adjusted"][GUESSING] < ALPHA:
        p_value = _p_value(pairs, GUESSING, settings)
        text += f", which is not significantly better than guessing ({p_value})"
    if not rivals:
        return f"{text}; no network was compared."
    rival = rivals[0]
    by = -pairs["difference"][rival]
    sure = _sure(pairs, rival, settings)
    times = table["fit_seconds"][rival] / max(table["fit_seconds"][reference], 1e-9)
    cost = f"at {write_times(times)} the seconds of a fit"
    if by > 0:
        return (
            f"{text}; {rival} scores {write_score(by)} more, but that may be chance ({sure}; more "
            f"repeats in cv would tell), {cost}."
        )
    return f"{text}; no network scores more, {rival} {write_score(-by)} less ({sure}), {cost}."


def _between_networks(table, by_split, rivals: list[str], test_train_ratio: float) -> str:
    """LSTM or GRU? The two best networks."""
    if len(rivals) < 2:
        return ""
    best, second = rivals[:2]
    _, p_value = corrected_t_test(by_split[best] - by_split[second], test_train_ratio)
    sure = "significantly" if p_value < ALPHA else "not significantly"
    times = table["fit_seconds"][best] / table["fit_seconds"][second]
    return (
        f"Of the networks, {best} is {sure} better than {second} ({_score(table, best)} and "
        f"{_score(table, second)}, {write_p(p_value)}), at {write_times(times)} the seconds."
    )


def _score(table: pd.DataFrame, name: str) -> str:
    return write_score(table["score"][name])


def write_score(score: float) -> str:
    """A score with three digits at least, however small it is."""
    if score == 0:
        return "0.000"  # also for minus zero, an error of nothing
    if 0.1 <= abs(score) < 100:
        return f"{score:.3f}"
    return f"{score:#.3g}" if abs(score) < 1 else f"{score:.5g}"


def _sure(pairs: pd.DataFrame, name: str, settings: dict) -> str:
    n_splits = settings["n_splits"]
    if n_splits < 2:
        return "one split, so no test"
    return f"{_p_value(pairs, name, settings)}, corrected t-test over {n_splits} splits"


def _p_value(pairs: pd.DataFrame, name: str, settings: dict) -> str:
    """Adjusted for the number of networks, or of other models."""
    is_network = pairs.index.isin(settings["networks"])
    family = is_network == (name in settings["networks"])
    return write_p(pairs["p_adjusted"][name], family.sum())


def _seconds(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
