"""Docstrings of sktime's classifiers and regressors, from those of the estimators inside."""

import re
from collections.abc import Callable
from inspect import cleandoc

from ._docstrings import written
from ._panel_estimators import LEFT_OUT

ATTRIBUTES = {
    "Classifier": """
estimator_ : {cell}Classifier
    The fitted estimator of the package, which does the work: ``estimator_.net_``,
    ``estimator_.loss_curve_``. There is none after a `fit` on a single class, which sktime predicts
    itself, or on several columns of y.
classes_ : ndarray of shape (n_classes,)
    The class labels, sorted: the columns of `predict_proba`.
n_classes_ : int
    Number of classes.
fit_time_ : int
    Milliseconds that `fit` took.
classifiers_ : DataFrame
    After a `fit` on several columns of y only: a classifier for each column.
""",
    "Regressor": """
estimator_ : {cell}Regressor
    The fitted estimator of the package, which does the work: ``estimator_.net_``,
    ``estimator_.loss_curve_``.
fit_time_ : int
    Milliseconds that `fit` took.
""",
}

SEE_ALSO = """
skrnn.{cell}{kind} : The same network for scikit-learn's interface.
GRUTimeSeries{kind}, LSTMTimeSeries{kind}, RNNTimeSeries{kind} : One kind of cell.
"""

NOTES = """
Input is any sktime panel: ``numpy3D``, an array of shape (n_samples, n_channels, n_timesteps), with
channels before time; a DataFrame with a MultiIndex; a DataFrame of Series; a list of DataFrames.
Series may have different lengths. Panels indexed by dates supply their times, unless
``missing="error"``.

The tag ``capability:missing_values`` of an object is True if ``missing`` is "mask" or "decay".
``time_channel`` is a position, or the name of a column in panels that have names. Where a parameter
mentions `partial_fit`, ``warm_start``{several} or ``times``, see {cell}{kind}: sktime's interface
has none of them, and each `fit` starts anew.
"""

SEVERAL = {"Classifier": ", multilabel targets", "Regressor": ""}

EXAMPLES = {
    "Classifier": """
>>> from sktime.datasets import load_unit_test
>>> from skrnn.classification import {cell}TimeSeriesClassifier
>>> X, y = load_unit_test(split="train")
>>> classifier = {cell}TimeSeriesClassifier(hidden_size=8, max_epochs=5, random_state=0).fit(X, y)
>>> classifier.predict_proba(X).shape
(20, 2)
""",
    "Regressor": """
>>> import numpy as np
>>> from skrnn.regression import {cell}TimeSeriesRegressor
>>> X = np.random.default_rng(0).normal(size=(100, 2, 20))  # two channels, 20 time steps
>>> y = X[:, 0, -5:].sum(axis=1)
>>> regressor = {cell}TimeSeriesRegressor(hidden_size=8, max_epochs=5, random_state=0).fit(X, y)
>>> regressor.predict(X).shape
(100,)
""",
}


def documented_for_panels(kind: str, cell: str) -> Callable[[type], type]:
    """Add numpydoc sections to the docstring of a class of sktime.

    Parameters and references are those of the estimator inside.

    Parameters
    ----------
    kind : {"Classifier", "Regressor"}
    cell : {"RNN", "LSTM", "GRU"}
    """

    def add(cls: type) -> type:
        inside = cls._estimator_class.__doc__
        sections = {
            "Parameters": _without(_section(inside, "Parameters"), LEFT_OUT),
            "Attributes": ATTRIBUTES[kind].format(cell=cell),
            "See Also": SEE_ALSO.format(kind=kind, cell=cell),
            "Notes": NOTES.format(kind=kind, cell=cell, several=SEVERAL[kind]),
            "References": _section(inside, "References"),
            "Examples": EXAMPLES[kind].format(cell=cell),
        }
        cls.__doc__ = f"{cleandoc(cls.__doc__)}\n\n{written(sections)}\n"
        return cls

    return add


def _section(doc: str, name: str) -> str:
    """The text of one section of a numpydoc docstring."""
    _, _, rest = doc.partition(f"\n{name}\n{'-' * len(name)}\n")
    return re.split(r"^\S.*\n-+$", rest, maxsplit=1, flags=re.MULTILINE)[0]


def _without(parameters: str, names: tuple[str, ...]) -> str:
    """A section of parameters without some of them."""
    entries = re.split(r"^(?=\S)", parameters, flags=re.MULTILINE)
    return "".join(entry for entry in entries if entry.partition(" : ")[0] not in names)
