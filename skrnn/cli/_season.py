"""The seasonal period, where the user gives none."""

import argparse

import numpy as np
import pandas as pd

from ._options import tell

TOLD = ("h", "D", "B", "W", "M", "Q")  # frequencies with one usual season; data tell of others


def choose_sp(arguments: argparse.Namespace, y, held_out: int = 0) -> tuple[int, str]:
    """The period that was asked for, or a guess, which is told; and why it is that one.

    Parameters
    ----------
    arguments : Namespace
    y : Series, or DataFrame with a MultiIndex
    held_out : int, default=0
        Steps at the end that are not there to learn from.
    """
    if arguments.sp is not None:
        return arguments.sp, "as asked for"
    sp, reason = _guess(y, held_out)
    tell(f"seasonal period: {sp}, {reason} (set another with --sp)")
    return sp, reason


def _guess(y, held_out: int) -> tuple[int, str]:
    from ..forecasting._season import detect_common_season, frequency_of, usual_periods
    from ..forecasting._series import instances

    series = [pd.DataFrame(part).iloc[:, 0] for part in instances(y).values()]
    frequency = frequency_of(max(series, key=len).index)
    if frequency == "Y":
        sp, reason = 1, "usual for the frequency"
    elif frequency in TOLD:
        sp, reason = usual_periods(frequency)[0], "usual for the frequency"
    else:
        sp = detect_common_season([y.to_numpy() for y in series], [y.index for y in series])
        reason = "found in the data" if sp > 1 else "as the data show no season"
    too_short = [sp > 1 and 2 * sp > len(y) - held_out for y in series]
    if np.mean(too_short) > 0.5:  # a few young ones have no say in the season of all
        of = f"most of the {len(series)} series have" if len(series) > 1 else "the series has"
        return 1, f"as {of} no two seasons of {sp} to learn from"
    if any(too_short):
        reason += f"; {sum(too_short)} of {len(series)} series too short to show it twice"
    return sp, reason
