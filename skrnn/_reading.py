"""Read an estimator's input: find its form, check it against what was fitted, or remember it."""

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from ._frames import unframe
from ._sequences import (
    FLOATS,
    Sequences,
    from_array,
    from_list,
    from_table,
    is_list_of_arrays,
    n_dims,
)


def read_sequences(estimator, X, *, reset: bool) -> Sequences:
    """Turn any accepted input into Sequences.

    Parameters
    ----------
    estimator : BaseRecurrent
        Has ``n_channels``; gets, or already has, the attributes ``n_features_in_``,
        ``feature_names_in_`` and ``n_channels_``.
    X : array-like or list of ndarray
    reset : bool
        Set the attributes instead of checking against them.

    Raises
    ------
    ValueError
        If X has no accepted form, or not the columns or channels of the fitted input.
    """
    X = unframe(X)
    name = type(estimator).__name__
    is_list = is_list_of_arrays(X)
    is_table = not is_list and n_dims(X) <= 2
    if is_table:
        sequences = from_table(_read_table(estimator, X, reset), estimator.n_channels or 1)
    else:
        sequences = from_list(X, name) if is_list else from_array(X, name)
    if reset:
        _remember(estimator, sequences.n_channels, is_table)
    elif sequences.n_channels != estimator.n_channels_:
        raise ValueError(
            f"X has {sequences.n_channels} channels at each time step, but {name} was fitted "
            f"with {estimator.n_channels_}."
        )
    return sequences


def _read_table(estimator, X, reset: bool) -> np.ndarray:
    if reset or estimator._fitted_on_table:
        return validate_data(estimator, X, reset=reset, dtype=FLOATS)
    # fitted on sequences, n_features_in_ counts channels, not columns
    return check_array(X, dtype=FLOATS, estimator=estimator, input_name="X")


def _remember(estimator, n_channels: int, is_table: bool) -> None:
    if not is_table:
        if estimator.n_channels not in (None, n_channels):
            raise ValueError(
                f"X has {n_channels} channels at each time step, but n_channels="
                f"{estimator.n_channels}. The parameter is needed for 2D input only; leave it out."
            )
        estimator.n_features_in_ = n_channels
        vars(estimator).pop("feature_names_in_", None)
    estimator.n_channels_ = n_channels
    estimator._fitted_on_table = is_table
