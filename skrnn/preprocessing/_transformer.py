"""What the transformers of sequences share: any form in, the same form out."""

from copy import copy
from dataclasses import dataclass, field

from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils._set_output import _wrap_data_with_container
from sklearn.utils.validation import check_is_fitted

from .._parameters import at_least
from .._reading import read_sequences
from .._sequences import Sequences
from ._forms import in_the_form_of


# scikit-learn would put every output into a DataFrame, also lists and arrays of three dimensions:
# its wrapping is turned off here, and the function behind it is called for tables only
@dataclass(eq=False, repr=False)
class SequenceTransformer(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):
    """Base of the transformers of sequences; by itself it changes nothing.

    Parameters
    ----------
    n_channels : int or None, default=None
        Channels of 2D input, as for the estimators.
    """

    n_channels: int | None = field(default=None, kw_only=True)

    _parameter_constraints = {"n_channels": [at_least(1), None]}

    def fit(self, X, y=None):
        """Learn from sequences.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in any form that the estimators take.
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If input or a parameter is not valid. The transformer is then left as it was.
        """
        self._validate_params()
        fitted = copy(self)
        fitted._learn(read_sequences(fitted, X, reset=True))
        self.__dict__ = fitted.__dict__
        return self

    def transform(self, X):
        """Change sequences.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in any form that the estimators take.

        Returns
        -------
        ndarray, DataFrame or list
            In the form of X: a table (a DataFrame after ``set_output(transform="pandas")``), an
            array of three dimensions, or a list of arrays. An sktime panel comes back as a list of
            DataFrames, with the names of its channels and the times of its steps.

        Raises
        ------
        ValueError
            If X is not valid, or has other channels than in `fit`.
        """
        changed = in_the_form_of(X, self._change(self._read(X)))
        if self._fitted_on_table and getattr(changed, "ndim", 0) == 2:
            return _wrap_data_with_container("transform", changed, X, self)
        return changed

    def fit_transform(self, X, y=None):
        """`fit`, then `transform` of the same sequences.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in any form that the estimators take.
        y : ignored

        Returns
        -------
        ndarray, DataFrame or list
            As `transform` returns it.

        Raises
        ------
        ValueError
            As by `fit`.
        """
        return self.fit(X, y).transform(X)

    def _read(self, X) -> Sequences:
        check_is_fitted(self)
        return read_sequences(self, X, reset=False)

    def _learn(self, sequences: Sequences) -> None:
        """Set fitted attributes."""

    def _change(self, sequences: Sequences) -> Sequences:
        """Transform sequences that were read and checked."""
        return sequences

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


class ArrayOutput:
    """For transformers whose output has three dimensions, which no DataFrame can hold."""

    def set_output(self, *, transform=None):
        """Do nothing: the output is an array, whatever container is requested.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None, default=None
            Ignored, so that a pipeline can set the output of all its steps.

        Returns
        -------
        self
        """
        return self
