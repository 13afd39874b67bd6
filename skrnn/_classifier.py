"""Recurrent classifiers: labels in and out, and the cross-entropy."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from scipy.special import expit, softmax
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from ._docstrings import documented
from ._frames import check_same_order
from ._labels import LearnsClasses, check_indicators, check_no_objects, weigh_classes
from ._parameters import CELLS, one_of
from ._pooled import BasePooled
from ._reading import check_types_of_labels, read_targets
from ._sequences import as_numpy


@dataclass(eq=False, repr=False, kw_only=True)
class BaseRecurrentClassifier(ClassifierMixin, LearnsClasses, BasePooled):
    """Base of the classifiers.

    The network has one output for two classes, one for each label of a multilabel target, and
    otherwise one for each class; `LabelBinarizer` turns labels into such rows and back.
    """

    class_weight: dict | str | list | None = None

    _dropout_beside_conv = 0.8  # of Karim et al. 2018

    _parameter_constraints = {
        **BasePooled._parameter_constraints,
        "class_weight": [dict, list, one_of("balanced"), None],
    }

    def partial_fit(self, X, y, classes=None, sample_weight=None, *, times=None):
        """Train for one pass over a batch of data, from the current weights.

        The first call fixes the classes and the standardisation. Later calls apply changes of
        ``lr`` (which is kept constant), ``batch_size``, ``weight_decay``, ``gradient_clip``,
        ``class_weight`` and ``device``; changes of the network are refused.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Labels.
        classes : array-like of shape (n_classes,), optional
            All labels that may ever occur; required in the first call, unless y is multilabel.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples, used unchanged: `fit` divides weights by their mean, but a batch
            does not tell how much later samples weigh. The same holds for ``class_weight``.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step, as for `fit`.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If input or a parameter is not valid, ``early_stopping`` or ``callbacks`` are set, the
            network would change, or the training diverges. The estimator is then left as it was.
        """
        return self._partial_fit_classes(X, y, classes, sample_weight, times)

    def predict_proba(self, X, *, times=None):
        """Probability of each class.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``. Rows sum to one, unless the target was multilabel: each
            column is then the probability of one label.
        """
        outputs = self._outputs(X, times)
        if self._target_type == "multiclass":
            return softmax(outputs, axis=1)
        positive = expit(outputs)
        return (
            positive if self._target_type == "multilabel" else np.hstack([1 - positive, positive])
        )

    def decision_function(self, X, *, times=None):
        """Outputs of the network before they become probabilities.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        ndarray of shape (n_samples, n_classes), or (n_samples,) for two classes
            Logits; positive values favour a label, or ``classes_[1]``.
        """
        outputs = self._outputs(X, times)
        return outputs.ravel() if self._target_type == "binary" else outputs

    def predict(self, X, *, times=None):
        """Most probable class, or all labels more probable than not.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_labels)
        """
        outputs = self._outputs(X, times)
        return self._binarizer.inverse_transform(outputs, threshold=0.0)

    def score(self, X, y, sample_weight=None, *, times=None):
        """Accuracy of the predictions; for multilabel targets, the share of fully correct rows.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            True labels.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples.
        times : array-like of shape (n_samples, n_timesteps), or list of 1D arrays, optional
            Time of each time step; needed if, and only if, `fit` had it.

        Returns
        -------
        float
        """
        check_same_order(X, y=y, sample_weight=sample_weight)
        y, sample_weight = as_numpy(y, "y"), as_numpy(sample_weight, "sample_weight")
        return accuracy_score(y, self.predict(X, times=times), sample_weight=sample_weight)

    def _check_targets(self, y, lengths):
        self._check_given(y)
        y = read_targets(self, y)
        check_no_objects(y)
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind == "multiclass-multioutput":
            raise ValueError(
                f"y has {y.shape[1]} columns with more than two classes each. "
                f"{type(self).__name__} takes one column of classes, or 0/1 columns of labels; "
                "wrap it in sklearn.multioutput.MultiOutputClassifier to fit one model per column."
            )
        if kind != "multilabel-indicator":
            return column_or_1d(y, warn=True)
        check_indicators(y)
        return y

    def _check_given(self, y) -> None:
        """Refuse missing labels, and objects that scikit-learn would only call of unknown type."""
        labels = np.asarray(y)
        if labels.ndim == 0:  # None and sparse matrices have no dimensions
            return
        items = labels
        if labels.dtype.kind == "U" and isinstance(y, (list, tuple)):
            items = np.asarray(y, dtype=object)  # beside words, NumPy makes the word "nan" of NaN
        missing = np.argwhere(pd.isna(items))
        if len(missing):
            sample = missing[0, 0]
            raise ValueError(
                f"y has no label for sample {sample}: {items[sample]}. Every sample needs one; "
                "drop those without from X and y."
            )
        if labels.dtype == object:
            check_types_of_labels(labels.ravel())

    def _learn_targets(self, y, sample_weight):
        classes = self._check_labels(y) if y.ndim == 2 else self._classes_to_learn(y, sample_weight)
        self._binarizer = LabelBinarizer().fit(classes)
        self.classes_ = self._binarizer.classes_
        if y.ndim == 2:
            self._target_type = "multilabel"
        else:
            self._target_type = "binary" if len(self.classes_) == 2 else "multiclass"
        self._class_totals = [
            np.bincount(numbers, sample_weight, minlength=len(classes))
            for classes, numbers in self._columns_of_classes(y)
        ]

    def _columns_of_classes(self, y) -> list[tuple[np.ndarray, np.ndarray]]:
        """Classes, and the number of each sample's: of the one column of y, or of each label."""
        if self._target_type == "multilabel":
            return [(np.arange(2), column) for column in self._binarizer.transform(y).T]
        return [(self.classes_, self._number_classes(y))]

    def _encode_targets(self, y):
        multilabel = y.ndim == 2
        if multilabel != (self._target_type == "multilabel"):
            raise ValueError(
                f"y is {'multilabel' if multilabel else 'one column of classes'}, but "
                f"{type(self).__name__} was fitted on a {self._target_type} target."
            )
        if multilabel and y.shape[1] != len(self.classes_):
            raise ValueError(
                f"y has {y.shape[1]} labels, but {type(self).__name__} was fitted with "
                f"{len(self.classes_)}."
            )
        if not multilabel:
            self._check_known(y)
        return self._binarizer.transform(y).astype(np.float64)

    def _total_weight(self, y, sample_weight):
        if self.class_weight is None:
            return sample_weight
        weight = 1.0 if sample_weight is None else sample_weight
        for (classes, numbers), totals, class_weight in zip(
            self._columns_of_classes(y), self._class_totals, self._class_weight_of_columns()
        ):
            weight = weight * weigh_classes(class_weight, classes, totals)[numbers]
        self._check_class_weights(weight)
        return weight

    def _class_weight_of_columns(self) -> list:
        n_columns = len(self._class_totals)
        if self._target_type != "multilabel" and isinstance(self.class_weight, list):
            raise ValueError(
                "class_weight is a list, which has a dict for each column of labels, but y is one "
                "column of classes; expected one dict, 'balanced' or None."
            )
        if self._target_type != "multilabel" or self.class_weight == "balanced":
            return [self.class_weight] * n_columns
        if not isinstance(self.class_weight, list) or len(self.class_weight) != n_columns:
            raise ValueError(
                f"class_weight={self.class_weight!r}, but y has {n_columns} labels; expected "
                "'balanced', or a list with a dict for each label, such as {0: 1, 1: 5}."
            )
        return self.class_weight

    def _strata(self, y):
        return y if y.ndim == 1 else None

    def _count_outputs(self):
        return 1 if self._target_type == "binary" else len(self.classes_)

    def _make_loss(self):
        if self._target_type == "multiclass":
            return torch.nn.CrossEntropyLoss(reduction="none")
        return torch.nn.BCEWithLogitsLoss(reduction="none")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


@documented("Classifier")
@dataclass(eq=False, repr=False, kw_only=True)
class RecurrentClassifier(BaseRecurrentClassifier):
    """Classifier of sequences with any recurrent cells.

    Segments (optional), a stack of recurrent layers [1]_, pooling over the valid steps and a linear
    read-out, trained on the cross-entropy.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import RecurrentClassifier
    >>> X = np.random.default_rng(0).normal(size=(200, 20, 1))
    >>> y = X[:, -5:, 0].sum(axis=1) > 0
    >>> model = RecurrentClassifier(cells=("lstm", "gru"), max_epochs=5).fit(X, y)
    >>> model.predict(X).shape
    (200,)
    """

    cells: str | tuple[str, ...] = "gru"

    _parameter_constraints = {
        **BaseRecurrentClassifier._parameter_constraints,
        "cells": CELLS,
    }


@documented("Classifier", "RNN")
class RNNClassifier(BaseRecurrentClassifier):
    """Classifier of sequences with a plain (Elman) recurrent network [1]_."""

    cells = "rnn"


@documented("Classifier", "LSTM")
class LSTMClassifier(BaseRecurrentClassifier):
    """Classifier of sequences with a long short-term memory [1]_."""

    cells = "lstm"


@documented("Classifier", "GRU")
class GRUClassifier(BaseRecurrentClassifier):
    """Classifier of sequences with gated recurrent units [1]_."""

    cells = "gru"
