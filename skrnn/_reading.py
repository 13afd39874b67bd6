"""Read an estimator's input: find its form, check it against what was fitted, or remember it.

Uses private validation functions of scikit-learn.
"""

import numpy as np
import pandas as pd
from sklearn.utils import check_array, check_consistent_length, get_tags
from sklearn.utils.validation import (
    _check_feature_names,
    _check_sample_weight,
    _check_y,
    validate_data,
)

from ._dates import check_no_dates
from ._frames import as_array, channel_frame, nan_for_missing, unframe
from ._sequences import (
    FLOATS,
    Sequences,
    as_numpy,
    check_items,
    from_array,
    from_list,
    from_table,
    is_list_of_arrays,
    n_dims,
)


def read_sequences(estimator, X, *, reset: bool, allow_nan: bool | None = None) -> Sequences:
    """Turn any accepted input into Sequences.

    Parameters
    ----------
    estimator : BaseEstimator
        Has ``n_channels``; gets, or already has, the attributes ``n_features_in_``,
        ``feature_names_in_`` and ``n_channels_``.
    X : array-like or list of ndarray
    reset : bool
        Set the attributes instead of checking against them.
    allow_nan : bool, optional
        Whether values may be missing; the estimator's tags say it if this is left out.

    Raises
    ------
    ValueError
        If X has no accepted form, or not the columns or channels of the fitted input.
    """
    check_no_dates(X)
    named, X = channel_frame(X), nan_for_missing(unframe(X))
    name = type(estimator).__name__
    if allow_nan is None:
        allow_nan = get_tags(estimator).input_tags.allow_nan
    finite = "allow-nan" if allow_nan else True
    is_list = is_list_of_arrays(X)
    is_table = not is_list and n_dims(X) <= 2
    if not is_list:
        check_items(X)
    if is_table:
        table = _read_table(estimator, X, reset, finite)
        sequences = from_table(table, estimator.n_channels or 1)
    else:
        sequences = (from_list if is_list else from_array)(X, name, finite)
        if reset or named is not None or hasattr(estimator, "feature_names_in_"):
            _check_feature_names(estimator, X if named is None else named, reset=reset)
    if reset:
        _remember(estimator, sequences.n_channels, is_table)
    elif sequences.n_channels != estimator.n_channels_:
        raise ValueError(
            f"X has {sequences.n_channels} channels at each time step, but {name} was fitted "
            f"with {estimator.n_channels_}."
        )
    return sequences


def _read_table(estimator, X, reset: bool, finite: bool | str) -> np.ndarray:
    options = {"dtype": FLOATS, "ensure_all_finite": finite}
    if reset or estimator._fitted_on_table:
        return validate_data(estimator, X, reset=reset, **options)
    # fitted on sequences, n_features_in_ counts channels, not columns
    return check_array(X, estimator=estimator, input_name="X", **options)


def _remember(estimator, n_channels: int, is_table: bool) -> None:
    if not is_table:
        if estimator.n_channels not in (None, n_channels):
            raise ValueError(
                f"X has {n_channels} channels at each time step, but n_channels="
                f"{estimator.n_channels}. The parameter is needed for 2D input only; leave it out."
            )
        estimator.n_features_in_ = n_channels
    estimator.n_channels_ = n_channels
    estimator._fitted_on_table = is_table


def read_targets(estimator, y, *, numeric: bool = False) -> np.ndarray:
    """Targets as a finite array of one or two dimensions.

    Raises
    ------
    ValueError
        If y is missing, not finite, or not a number where one is needed; a date is none.
    """
    check_targets_given(estimator, y)
    # of pandas' integers and booleans scikit-learn would make floats
    y = _as_numbers(y, "y") if numeric else as_array(as_numpy(y, "y"))
    return _check_y(y, multi_output=True, estimator=estimator)


def _as_numbers(values, name: str):
    """An array-like of numbers without objects, among which scikit-learn overlooks missing ones."""
    values = as_array(as_numpy(values, name))
    if isinstance(values, (list, tuple)):
        values = np.asarray(values)
    kind = getattr(getattr(values, "dtype", None), "kind", None)
    if kind in ("M", "m"):  # NumPy would count them in their unit, and NaT as -9e18
        raise ValueError(
            f"{name} holds dates or durations, where numbers are expected. Convert them, for "
            f"instance durations to days: {name} / np.timedelta64(1, 'D')."
        )
    is_objects = isinstance(values, np.ndarray) and kind == "O"
    return objects_as_floats(values) if is_objects else values


def objects_as_floats(objects: np.ndarray) -> np.ndarray:
    """Numbers that came as objects; NaN where one is missing, such as None or pd.NA."""
    return nan_for_missing(objects).astype(np.float64)


def check_targets_given(estimator, y) -> None:
    """Refuse to go on without targets, in scikit-learn's words.

    Raises
    ------
    ValueError
    """
    if y is None:
        name = type(estimator).__name__
        raise ValueError(f"{name} requires y to be passed, but the target y is None.")


def check_types_of_labels(labels: np.ndarray, name: str = "y") -> None:
    """Refuse labels, which came as objects by a name, that are not all of one type.

    Raises
    ------
    ValueError
    """
    if pd.api.types.infer_dtype(labels, skipna=False) in ("mixed", "mixed-integer"):
        types = sorted({type(label).__name__.rstrip("_") for label in labels})
        raise ValueError(
            f"{name} has labels of the types {', '.join(types)}; expected one, such as str or int."
        )


def read_weights(sample_weight, X: np.ndarray, y) -> np.ndarray | None:
    """Weights of samples, after a check that X, y and the weights have as many.

    Raises
    ------
    ValueError
        If the numbers differ, a weight is negative, all are zero, or their sum is infinite.
    """
    check_consistent_length(X, y)
    if sample_weight is None:
        return None
    sample_weight = _as_numbers(sample_weight, "sample_weight")
    weights = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
    if not weights.any():  # as scikit-learn says itself from 1.8 on
        raise ValueError("Sample weights must contain at least one non-zero number.")
    with np.errstate(over="ignore"):
        total = weights.sum()
    if not np.isfinite(total):
        raise ValueError(
            "sample_weight is too large: the sum of the weights is not finite. Only their ratios "
            "matter, so divide them by the largest."
        )
    return weights
