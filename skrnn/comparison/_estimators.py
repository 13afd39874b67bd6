"""Classifiers or regressors side by side, over the same splits of the same sequences."""

from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.metrics import get_scorer
from sklearn.model_selection import (
    RepeatedKFold,
    RepeatedStratifiedKFold,
    check_cv,
    cross_validate,
)
from sklearn.utils import _safe_indexing, check_consistent_length
from sklearn.utils.multiclass import type_of_target
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from .._dates import dates_as_numbers
from .._frames import check_same_order, indexable
from .._inner_parameters import given_values, steps_of
from .._parameters import N_JOBS, at_least, validate_parameters
from ._baselines import choose_estimators, default_names
from ._estimator_result import EstimatorComparison
from ._fixed_length import Flatten
from ._networks import is_network
from ._peak_memory import peak_memory
from ._quiet import caught_warnings, pass_on
from ._reproduce import versions, write_call
from ._task import find_task

SCORING = {"classification": "accuracy", "regression": "r2"}
CONSTRAINTS = {
    "n_jobs": N_JOBS,
    "memory": ["boolean"],
    "random_state": [at_least(0), None],
    "verbose": ["verbose"],
}
COLUMNS = {
    "test_score": "score",
    "fit_time": "fit_seconds",
    "score_time": "predict_seconds",
    "test_n_parameters": "n_parameters",
}


def compare_estimators(
    X,
    y,
    *,
    estimators="default",
    task="auto",
    cv=None,
    scoring=None,
    random_state=0,
    n_jobs=None,
    memory=True,
    verbose=1,
) -> EstimatorComparison:
    """Compare networks with simpler classifiers or regressors of sequences.

    All are fitted and scored on the same splits, and tested against the best one that is not a
    network, with the corrected resampled t-test of Nadeau and Bengio. The verdict says which one to
    use: the simpler one, unless a network is significantly better.

    Parameters
    ----------
    X : array-like or list of ndarray
        Sequences in any form that skrnn's estimators take: (n_samples, n_timesteps, n_channels), a
        table (n_samples, n_timesteps), a list of arrays of different lengths, or an sktime panel.
        Baselines that need one length get sequences resampled to the median training length, and
        those that take tables also get the length itself. An estimator that cannot take X (most
        baselines cannot take missing values, NaN) has a row in the table with its error. If an
        estimator has a column of dates as its ``time_channel``, all estimators get these dates as
        seconds.
    y : array-like of shape (n_samples,)
        Classes or numbers.
    estimators : "default", list of str, or dict of str to scikit-learn estimator
        Names from ``skrnn.comparison.ESTIMATORS``, or estimators of your own. "default" is all of
        them: dummy, logistic (or ridge) and boosting on the flattened sequences, knn_dtw, rocket,
        rnn, lstm and gru; but rocket only if numba is installed, and knn_dtw only if it takes less
        than about a minute. ``settings["left_out"]`` says which ones were left out, and why.
    task : {"auto", "classification", "regression"}, default="auto"
        "auto" is decided by the estimators or, if those are names, by scikit-learn's
        ``type_of_target``.
    cv : int, splitter or iterable of splits, default=None
        As in scikit-learn. None is 5-fold cross-validation, repeated twice, shuffled by
        ``random_state``, and stratified for classes. More repeats make the test more reliable.
    scoring : str or callable, default=None
        As in scikit-learn; greater is better. None is accuracy or R2.
    random_state : int, default=0
        Seed of the splits, and of estimators made from names.
    n_jobs : int, default=None
        Number of splits fitted in parallel. None is one, unless in a ``joblib.parallel_config``.
        With one, each fit runs on one thread, so that seconds are comparable; with several, they
        share the cores.
    memory : bool, default=True
        Measure the peak memory of one more fit of each estimator, in a fresh process that takes
        some seconds to start.
    verbose : int, default=1
        1 shows a progress bar with the current estimator.

    Returns
    -------
    EstimatorComparison

    Raises
    ------
    ValueError
        If X, y, a name or another argument is not valid, if y could be classes or amounts, or if
        every estimator fails. If only some fail, their rows in the table have the error.
    TypeError
        If one of the estimators is not a scikit-learn estimator.
    ImportError
        If the package of a named estimator is missing; the message names the extra that installs
        it.

    Warns
    -----
    UserWarning
        Once for each estimator that warned, with its first warning.

    Notes
    -----
    Ctrl-C drops the current estimator and returns the comparison of the completed ones.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.comparison import compare_estimators
    >>> X = np.random.default_rng(0).normal(size=(60, 8))
    >>> y = X.sum(axis=1) > 0
    >>> names = ["dummy", "logistic"]
    >>> comparison = compare_estimators(X, y, estimators=names, memory=False, verbose=0)
    >>> list(comparison.table.index)
    ['logistic', 'dummy']
    """
    given = {"n_jobs": n_jobs, "memory": memory, "random_state": random_state, "verbose": verbose}
    validate_parameters(CONSTRAINTS, given, "compare_estimators")
    own = estimators if isinstance(estimators, dict) else None
    check_same_order(X, y=y)
    X, y = _read(X, own or {}), np.asarray(y)
    check_consistent_length(X, y)
    task = find_task(task, y, own)
    splits = _make_splits(cv, y, task, random_state)
    chosen, left_out = _choose(estimators, task, random_state, X, splits)
    scoring = SCORING[task] if scoring is None else scoring
    run = {"X": X, "y": y, "splits": splits, "scorer": get_scorer(scoring), "n_jobs": n_jobs}
    results, interrupted = _evaluate_all(chosen, run, memory, verbose)
    arguments = {
        "estimators": own or list(chosen),
        "task": task,
        "scoring": scoring,
        **({} if cv is None else {"cv": cv}),
        "random_state": random_state,
    }
    settings = {
        "task": task,
        "scoring": scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score"),
        "cv": _say_splits(cv, len(splits)),
        "n_splits": len(splits),
        "test_train_ratio": float(np.mean([len(test) / len(train) for train, test in splits])),
        "random_state": random_state,
        "models": list(results),
        "networks": [name for name in results if is_network(chosen[name])],
        "left_out": left_out,
        "interrupted": interrupted,
        "versions": versions(),
        "code": write_call("compare_estimators", ["X", "y"], arguments),
    }
    return EstimatorComparison.from_splits(results, settings)


def _read(X, estimators: dict):
    """X with an item for each sequence, and with times that estimators name as numbers to all."""
    for estimator in estimators.values():
        for channel in given_values(estimator, "time_channel"):
            X = dates_as_numbers(X, channel)
    return indexable(X)


def _make_splits(cv, y: np.ndarray, task: str, random_state: int) -> list[tuple]:
    """Indices to train and to test on."""
    classify = task == "classification"
    if cv is None:
        stratify = classify and type_of_target(y) in ("binary", "multiclass")
        repeated = RepeatedStratifiedKFold if stratify else RepeatedKFold
        cv = repeated(n_splits=5, n_repeats=2, random_state=random_state)
    return list(check_cv(cv, y, classifier=classify).split(np.zeros(len(y)), y))


def _say_splits(cv, n_splits: int) -> str:
    if cv is None:
        return "5 folds, repeated twice"
    return str(cv) if isinstance(cv, Integral) or hasattr(cv, "split") else f"{n_splits} splits"


def _choose(estimators, task: str, random_state: int, X, splits) -> tuple[dict, dict]:
    """Estimators by name, and why others are left out of the default."""
    if isinstance(estimators, dict):
        return dict(estimators), {}
    n_timesteps = Flatten().fit(X).n_timesteps_  # also finds what is wrong with X
    left_out = {}
    if isinstance(estimators, str) and estimators == "default":
        n_pairs = sum(len(train) * len(test) for train, test in splits)
        estimators, left_out = default_names(task, n_timesteps, n_pairs)
    return choose_estimators(estimators, task, random_state), left_out


def _evaluate_all(estimators: dict, run: dict, memory: bool, verbose: int) -> tuple[dict, bool]:
    """By name, what each estimator did or how it failed; and whether Ctrl-C ended it early."""
    results = {}
    with tqdm(estimators.items(), disable=not verbose, unit="estimator", leave=False) as progress:
        for name, estimator in progress:
            progress.set_postfix_str(name)
            try:
                with caught_warnings() as texts:
                    results[name] = _evaluate(estimator, **run, memory=memory)
            except KeyboardInterrupt:
                if not results:
                    raise
                return results, True
            except Exception as error:  # one that fails must not end the comparison
                results[name] = error
            pass_on(name, texts)
    return results, False


def _evaluate(estimator, X, y, splits, scorer, n_jobs, memory: bool) -> pd.DataFrame:
    """Scores and costs, one row a split."""
    with threadpool_limits(1):
        results = cross_validate(
            estimator,
            X,
            y,
            cv=splits,
            scoring={"score": scorer, "n_parameters": count_parameters},
            n_jobs=n_jobs,
            error_score="raise",
        )
    frame = pd.DataFrame(results).rename(columns=COLUMNS)[list(COLUMNS.values())]
    train, _ = splits[0]
    data = (_safe_indexing(X, train), y[train])
    return frame.assign(peak_memory_mb=peak_memory(estimator, *data) if memory else np.nan)


def count_parameters(estimator, X=None, y=None) -> float:
    """Numbers that a network or a linear model has learnt; NaN for any other.

    It has the signature of a scorer, so that it is called on the estimator of each split.
    """
    fitted = steps_of(estimator)[-1]
    if hasattr(fitted, "n_parameters_"):
        return fitted.n_parameters_
    if hasattr(fitted, "coef_"):
        return np.size(fitted.coef_) + np.size(fitted.intercept_)
    return np.nan
