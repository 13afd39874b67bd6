"""Whether sequences are to be classified, or numbers predicted from them."""

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.utils.multiclass import type_of_target

TASKS = ("classification", "regression")


def find_task(task: str, y: np.ndarray, estimators: dict | None) -> str:
    """Tell classification from regression.

    Parameters
    ----------
    task : {"auto", "classification", "regression"}
    y : ndarray
    estimators : dict of str to estimator, or None
        They decide if there are any, else the type of y does.

    Raises
    ------
    ValueError
        If classifiers and regressors are mixed, y could be either, or the task is unknown.
    TypeError
        If an estimator is neither.
    """
    if task not in ("auto", *TASKS):
        raise ValueError(f"task={task!r}: expected 'auto', 'classification' or 'regression'.")
    if estimators is not None:
        return _task_of_estimators(task, estimators)
    return _task_of_targets(y) if task == "auto" else task


def _task_of_estimators(task: str, estimators: dict) -> str:
    if not estimators:
        raise ValueError("estimators is an empty dict; there is nothing to compare.")
    tasks = {name: _task_of_estimator(name, estimator) for name, estimator in estimators.items()}
    if task != "auto":
        tasks["task"] = task
    if len(set(tasks.values())) > 1:
        raise ValueError(
            "Classifiers and regressors have no common score; compare one kind at a time. Got "
            + ", ".join(f"{name} for {kind}" for name, kind in tasks.items())
            + "."
        )
    return next(iter(tasks.values()))


def _task_of_estimator(name: str, estimator) -> str:
    if hasattr(estimator, "__sklearn_tags__"):
        if is_classifier(estimator):
            return "classification"
        if is_regressor(estimator):
            return "regression"
    raise TypeError(
        f"estimators[{name!r}] is a {type(estimator).__name__}; expected a classifier or regressor "
        "of scikit-learn's kind."
    )


def _task_of_targets(y: np.ndarray) -> str:
    n_values = len(np.unique(y, axis=0))
    if y.dtype.kind in "iuf" and y.ndim == 1 and n_values > len(y) / 2 and np.all(y % 1 == 0):
        raise ValueError(
            f"y has {n_values} different whole numbers in {len(y)} samples. Say whether they are "
            "classes or amounts: task='classification' or task='regression'."
        )
    kind = type_of_target(y, input_name="y")
    return "regression" if kind.startswith("continuous") else "classification"
