"""What sktime's classifiers and regressors share: an estimator of the package does the work.

No module here imports sktime; `classification` and `regression` put its base classes behind this.
"""

from dataclasses import field, fields, make_dataclass
from inspect import signature

import numpy as np

from ._all_or_nothing import all_or_nothing

# `n_channels` reads tables, which are no panels; sktime forgets all of a fit before the next one
LEFT_OUT = ("n_channels", "warm_start")


def parameters_of(estimator: type):
    """An ``__init__`` that stores the parameters of an estimator, with the same defaults.

    Parameters
    ----------
    estimator : type
        A dataclass, whose fields are its parameters; those in ``LEFT_OUT`` are left out.
    """
    kept = [
        (parameter.name, parameter.type, field(default=parameter.default))
        for parameter in fields(estimator)
        if parameter.name not in LEFT_OUT
    ]
    store = make_dataclass("TimeSeriesEstimator", kept, kw_only=True).__init__

    def __init__(self, **parameters):
        store(self, **parameters)
        super(PanelEstimator, self).__init__()
        self.set_tags(
            **{
                "capability:missing_values": self.missing in ("mask", "decay"),
                # for sktime all that is no number is categorical, so dates are as well
                "capability:categorical_in_X": isinstance(self.time_channel, str),
            }
        )

    __init__.__signature__ = signature(store)  # which sktime takes the names of parameters from
    return __init__


def as_sequences(X):
    """A panel in a form that the package reads: sktime's numpy3D has the channels before time."""
    return X.transpose(0, 2, 1) if isinstance(X, np.ndarray) else X


class PanelEstimator:
    """Mixin for sktime's base classes: parameters, tags, and calls of the estimator inside."""

    _tags = {
        "authors": ["the skrnn developers"],
        "maintainers": ["the skrnn developers"],
        "python_dependencies": ["skorch", "torch"],
        # the forms that the package reads itself; sktime turns all others into the first one
        "X_inner_mtype": ["pd-multiindex", "numpy3D", "nested_univ", "df-list"],
        "capability:categorical_in_X": False,
        "capability:missing_values": False,  # those of the defaults; __init__ knows better
        "capability:multivariate": True,
        "capability:random_state": True,
        "capability:unequal_length": True,
        "property:randomness": "derandomized",
    }

    _estimator_class: type

    # scikit-learn's searches set this before `fit` and delete it after; sktime's `fit` resets all
    # attributes that the class does not know
    _parent_callback_ctx = None

    def _new_estimator(self):
        """The package's estimator, with the same parameters."""
        return self._estimator_class(**self.get_params(deep=False))

    def fit(self, X, y):
        """Fit to a panel, as sktime does; what fails leaves the estimator as it was.

        Parameters
        ----------
        X : panel of sktime
        y : array-like of shape (n_samples,) or (n_samples, n_targets)

        Returns
        -------
        self
        """
        with all_or_nothing(self):  # sktime forgets what there was before it looks at new data
            return super().fit(X, y)

    def _fit(self, X, y):
        self.estimator_ = self._new_estimator().fit(as_sequences(X), y)
        return self

    def _predict(self, X) -> np.ndarray:
        return self.estimator_.predict(as_sequences(X))

    def _check_capabilities(self, X_metadata) -> None:
        """Say what to do about missing values; sktime only says that there are some."""
        if X_metadata["has_nans"] and not self.get_tag("capability:missing_values"):
            name = type(self).__name__
            raise ValueError(
                f"X has missing values (NaN), which {name} refuses with missing={self.missing!r}. "
                "missing='mask' and missing='decay' read them; or fill them first, for instance "
                f"by Imputer('ffill') * {name}() with sktime's Imputer."
            )
        super()._check_capabilities(X_metadata)

    def __sklearn_tags__(self):
        """Tags of scikit-learn, which sktime 1.2 has not got: its searches and scores need them."""
        return self._new_estimator().__sklearn_tags__()

    @classmethod
    def get_test_params(cls, parameter_set="default"):
        """Parameters for sktime's tests: a small network, and choices that tags depend on.

        Parameters
        ----------
        parameter_set : str, default="default"
            The same for all names.

        Returns
        -------
        list of dict
        """
        small = {"hidden_size": 4, "max_epochs": 2, "random_state": 0}
        masked = {"missing": "mask", "pooling": "last", "conv": True, "bidirectional": True}
        return [small, {**small, **masked}]
