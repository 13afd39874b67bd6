"""What was chosen for a series in ``fit``, and no longer suits what it has come to."""

import warnings

import numpy as np

from ._series import SeriesSet

ANEW = "Use update_params=True to choose anew."


def warn_of_outgrown(before: SeriesSet, scalers: list, after: SeriesSet) -> None:
    """Warn of the first series whose scale does not suit its new values.

    Parameters
    ----------
    before : SeriesSet
        The series that the scales were learnt from.
    scalers : list of SeriesScaler
    after : SeriesSet
        Some of them with new values.
    """
    names = zip(before.keys, before.columns)
    chosen = dict(zip(names, zip(before.values, scalers)))
    for *name, values in zip(after.keys, after.columns, after.values):
        reason = tuple(name) in chosen and _outgrown(*chosen[tuple(name)], values)
        if reason:
            where = name[1] if name[0] is None else f"{name[1]} of {name[0]!r}"
            warnings.warn(f"The new values of {where} {reason} {ANEW}", stacklevel=3)
            return


def _outgrown(known: np.ndarray, scaler, values: np.ndarray) -> str | None:
    lowest = np.nanmin(values)
    if scaler.log and lowest <= 0:
        return (
            "are not all positive, but fit chose to forecast its logarithm: those without one "
            "count as missing."
        )
    if lowest < scaler.lowest:
        return (
            "are not all positive or zero, but fit took it for counts or amounts: no forecast is "
            "below zero."
        )
    if not scaler.lent and np.nanmin(known) == np.nanmax(known) and lowest < np.nanmax(values):
        return "vary, but it was constant in fit: intervals do not know by how much."
    return None
