"""A comparison in words: its title, its settings, its data."""

import pandas as pd

from .._verdict import enumerated, say_columns


def title_of(comparison) -> str:
    """Name of the data and number of models."""
    names = comparison.forecasts["series"].unique()
    data = names[0] if len(names) == 1 else f"{len(names)} series"
    return f"{len(comparison.table)} model{'s' if len(comparison.table) > 1 else ''} on {data}"


def settings_of(comparison) -> dict[str, str]:
    """What was asked for, by what a reader would call it."""
    settings = comparison.settings
    words = {
        "Data": _say_data(comparison.y),
        "Forecasting horizon": f"{_say_steps(settings['fh'])} ahead",
        "Seasonal period": ", ".join(
            filter(None, [str(settings["sp"]), settings.get("sp_reason")])
        ),
        "Folds": f"{_say_folds(comparison)}, rolling origin, {settings['window']} window",
        **_say_given(settings),
        "Metrics": ", ".join(settings["metrics"]),
        "Models": ", ".join(map(str, settings["models"])),
        "Random state": str(settings["random_state"]),
    }
    if settings["left_out"]:
        words["Left out"] = "; ".join(
            f"{name}: {why}" for name, why in settings["left_out"].items()
        )
    return words


def _say_given(settings: dict) -> dict[str, str]:
    """Columns, encoded categories and filled gaps, where there are any."""
    words = {}
    if settings["columns"]:
        words["Exogenous columns"] = say_columns(settings)
    if settings["encoded"]:
        words["Categories"] = f"one-hot encoded for {enumerated(settings['encoded'])}"
    if settings["interpolated"]:
        words["Missing values"] = f"interpolated for {enumerated(settings['interpolated'])}"
    return words


def significance_of(comparison) -> list[str]:
    """Sentences on how to read the tests."""
    tests = comparison.significance
    sentences = [
        f"{tests.test} against {tests.reference}, the best classical model. A negative difference "
        f"favours the model over {tests.reference}; p is two-sided, and adjusted by Holm's method "
        "for the number of networks, and of other models."
    ]
    if tests.friedman_p is not None:
        sentences.append(
            "Friedman's test of no difference between any of the models: p "
            f"{'' if tests.friedman_p < 0.001 else '= '}{print_p(tests.friedman_p)}."
        )
    if tests.critical_difference is not None:
        sentences.append(
            "Mean ranks further apart than the critical difference of Nemenyi's test, "
            f"{tests.critical_difference:.2f}, differ at the 5% level."
        )
    return sentences


def print_p(p: float) -> str:
    """A probability, down to a thousandth."""
    if pd.isna(p):
        return "–"  # noqa: RUF001
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _say_folds(comparison) -> str:
    n_done, n_folds = comparison.forecasts["fold"].nunique(), comparison.settings["n_folds"]
    return str(n_folds) if n_done == n_folds else f"{n_done} of {n_folds} (interrupted)"


def _say_steps(steps) -> str:
    steps = [int(step) for step in steps]
    if len(steps) > 1 and steps == list(range(steps[0], steps[-1] + 1)):
        return f"{steps[0]} to {steps[-1]} steps"
    return f"{', '.join(map(str, steps))} step{'s' if steps != [1] else ''}"


def _say_data(y) -> str:
    times = y.index.get_level_values(-1)
    span = f"from {_say_time(times.min())} to {_say_time(times.max())}"
    if not isinstance(y.index, pd.MultiIndex):
        return f"{len(y):,} observations {span}"
    n_series = y.index.droplevel(-1).nunique()
    return f"{n_series:,} series with {len(y):,} observations {span}"


def _say_time(time) -> str:
    return str(time).removesuffix(" 00:00:00")
