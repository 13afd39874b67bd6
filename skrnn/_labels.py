"""Classes: told to the first `partial_fit` or learnt from y, checked, and weighted."""

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.utils import column_or_1d, compute_class_weight

from ._frames import as_array
from ._reading import check_types_of_labels


def weigh_classes(class_weight, classes: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Weight of each class; one where a dict has none, or where "balanced" finds no sample.

    Parameters
    ----------
    class_weight : dict, "balanced" or None
    classes : ndarray of shape (n_classes,)
    totals : ndarray of shape (n_classes,)
        What all samples, or time steps, of each class weigh together in the training data.
    """
    kept = totals > 0 if class_weight == "balanced" else np.ones(len(classes), dtype=bool)
    weights = np.ones(len(classes))
    weights[kept] = compute_class_weight(
        class_weight, classes=classes[kept], y=classes[kept], sample_weight=totals[kept]
    )
    return weights


def check_indicators(y) -> None:
    """Refuse columns of two classes that are not 0/1, which scikit-learn calls multilabel too.

    Parameters
    ----------
    y : ndarray or sparse matrix of shape (n_samples, n_labels)

    Raises
    ------
    ValueError
    """
    values = np.unique(y.data if issparse(y) else y)
    if not np.isin(values, (0, 1)).all():
        raise ValueError(
            f"y has columns with the values {values}; multilabel targets are 0/1 columns: pass "
            f"(y == {values[-1]}).astype(int), or use sklearn.multioutput.MultiOutputClassifier "
            "for classes of several kinds."
        )


def check_no_objects(y: np.ndarray) -> None:
    """Refuse objects that are no words, which scikit-learn could not score predictions against.

    Parameters
    ----------
    y : ndarray
        Labels of one type.

    Raises
    ------
    ValueError
    """
    if y.dtype != object or isinstance(y.flat[0], str):
        return
    kind = np.array(y.tolist()).dtype.kind
    better = {"b": "bool", "i": "int", "u": "int", "f": "float"}.get(kind, "str")
    raise ValueError(
        f"Unknown label type: y has labels of type {type(y.flat[0]).__name__} in an array of "
        "objects, which no score could be computed for. Give them their own type: "
        f"y.astype({better})."
    )


class LearnsClasses:
    """Mixin of the classifiers and taggers; labels are an array of one dimension here."""

    def _partial_fit_classes(self, X, y, classes, sample_weight, times):
        """`partial_fit` that may be told all classes that will ever occur."""
        if self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' is not supported by partial_fit, which does not see all "
                "samples at once. Pass the weights as a dict: compute_class_weight('balanced', "
                "classes=classes, y=y) computes them."
            )
        if classes is not None:
            classes = self._check_classes(classes)
        self._known_classes = classes
        try:
            return self._partial_fit(X, y, sample_weight, times)
        finally:
            del self._known_classes

    def _check_classes(self, classes) -> np.ndarray:
        labels = np.asarray(classes, dtype=object).ravel()  # of which NumPy might make words
        if pd.isna(labels).any():
            raise ValueError(
                f"classes={labels.tolist()} has a missing label; expected all labels that may "
                "occur. Leave it out; samples without a label cannot be trained on."
            )
        check_types_of_labels(labels, "classes")
        classes = np.unique(column_or_1d(as_array(classes)))
        if len(classes) < 2:
            raise ValueError(f"classes={classes} is only one class; at least two are needed.")
        if not np.array_equal(getattr(self, "classes_", classes), classes):
            raise ValueError(
                f"classes={classes} differ from those of the first call, {self.classes_}."
            )
        return classes

    def _classes_to_learn(self, labels: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
        """Labels that hold all classes."""
        if not hasattr(self, "_known_classes"):
            self._check_two_classes(labels, weights)
            return labels
        if self._known_classes is None:
            raise ValueError("classes must be passed on the first call to partial_fit.")
        return self._known_classes

    def _check_labels(self, y: np.ndarray) -> np.ndarray:
        """Columns of labels, which `partial_fit` may have been told the numbers of."""
        known, numbers = getattr(self, "_known_classes", None), np.arange(y.shape[1])
        if known is not None and not np.array_equal(known, numbers):
            raise ValueError(
                f"classes={known}, but y has {y.shape[1]} columns of labels, whose classes are "
                f"their numbers, {numbers}; leave classes out."
            )
        return y

    def _check_two_classes(self, labels: np.ndarray, weights: np.ndarray | None) -> None:
        weighted = labels if weights is None else labels[weights > 0]
        if len(np.unique(weighted)) < 2:
            raise ValueError(
                f"y has only one class, {weighted.tolist()[0]!r}, among samples of positive "
                f"weight; {type(self).__name__} needs at least two classes to tell apart."
            )

    def _number_classes(self, labels: np.ndarray) -> np.ndarray:
        """Position of each label in ``classes_``."""
        self._check_known(labels)
        return np.searchsorted(self.classes_, labels)

    def _check_known(self, labels: np.ndarray) -> None:
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise ValueError(
                f"y has classes that were not there when {type(self).__name__} was first fitted: "
                f"{unknown}. Known are {self.classes_}; pass all to the first partial_fit, or fit "
                "anew."
            )

    def _check_class_weights(self, weights: np.ndarray) -> None:
        """Refuse weights, of samples or of the classes that there are, that no loss can have."""
        if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
            raise ValueError(
                f"class_weight={self.class_weight!r} gives no sample of y a positive weight, or "
                "some a negative or infinite one; weights must be finite, must not be negative, "
                "and some must be positive."
            )
