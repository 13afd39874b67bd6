"""Differences along time."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import OneToOneFeatureMixin, clone
from sklearn.utils.validation import check_is_fitted

from .._parameters import at_least
from .._reading import read_sequences
from .._sequences import Sequences
from ._forms import in_the_form_of
from ._transformer import SequenceTransformer


@dataclass(eq=False, repr=False)
class Differencer(OneToOneFeatureMixin, SequenceTransformer):
    """Differences of each channel between time steps that are ``lag`` apart.

    The first ``lag`` steps have no earlier step to compare with. They are dropped, so that every
    number of the output is an observed difference; each sequence becomes ``lag`` steps shorter,
    and must be longer than that. The difference to a missing value (NaN) is missing.

    Parameters
    ----------
    lag : int, default=1
        Steps between the two values; the seasonal period for seasonal differences.
    n_channels : int or None, default=None
        Channels of 2D input, whose rows then hold ``n_timesteps * n_channels`` numbers, all
        channels of the first step first. None means one.

    Attributes
    ----------
    n_channels_ : int
        Channels of the sequences.
    n_features_in_ : int
        Columns of 2D input; channels of all other input.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Columns of a DataFrame that has only strings as names.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import Differencer
    >>> X = np.array([[1.0, 4.0, 9.0, 16.0]])
    >>> Differencer().fit_transform(X)
    array([[3., 5., 7.]])
    """

    lag: int = 1

    _parameter_constraints = {**SequenceTransformer._parameter_constraints, "lag": [at_least(1)]}

    def inverse_transform(self, X, first=None):
        """Sum up differences, starting from the steps that `transform` dropped.

        Parameters
        ----------
        X : array-like or list of ndarray
            Differences, in any form that the estimators take.
        first : array-like or list of ndarray, optional
            The first ``lag`` steps of each original sequence: of shape (n_samples, lag,
            n_channels), or a table with ``lag * n_channels`` columns. Differences alone do not tell
            the level of a sequence: without these steps, each starts at zero.

        Returns
        -------
        ndarray or list
            The original sequences, up to rounding, in the form of X and ``lag`` steps longer. The
            index of a panel is that of ``first`` and of X; if only X is a panel, steps are
            numbered.

        Raises
        ------
        ValueError
            If ``first`` does not have ``lag`` steps for each sequence, or other channels.
        """
        check_is_fitted(self)
        differences = self._read_anew(X)
        if first is None:
            first = np.zeros((len(differences), self.lag, self.n_channels_))
        start = self._read_anew(first)
        if len(start) != len(differences) or (start.lengths != self.lag).any():
            raise ValueError(
                f"first must have {self.lag} time steps (lag) for each of {len(differences)} "
                f"sequences; it has up to {start.n_timesteps} for {len(start)}. Pass the first "
                f"steps of the original sequences, X[:, :{self.lag}] of a 3D array."
            )
        return in_the_form_of(X, _summed(differences, start), first)

    def get_feature_names_out(self, input_features=None):
        """Names of the output: columns of 2D input without those of the first steps, or channels.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the input, if it was not a DataFrame.

        Returns
        -------
        ndarray of str
        """
        names = super().get_feature_names_out(input_features)
        return names[self.lag * self.n_channels_ :] if self._fitted_on_table else names

    def _learn(self, sequences: Sequences) -> None:
        self._check_lengths(sequences)

    def _change(self, sequences: Sequences) -> Sequences:
        self._check_lengths(sequences)
        values = sequences.values[:, self.lag :] - sequences.values[:, : -self.lag]
        return Sequences.zero_padded(values, sequences.lengths - self.lag)

    def _check_lengths(self, sequences: Sequences) -> None:
        shortest = sequences.lengths.argmin()
        if sequences.lengths[shortest] <= self.lag:
            columns = f" (n_features={self.n_features_in_})" if self._fitted_on_table else ""
            raise ValueError(
                f"Sequence {shortest} has {sequences.lengths[shortest]} time steps{columns}, but "
                f"Differencer(lag={self.lag}) needs at least {self.lag + 1} in each. Use a "
                "shorter lag, or leave short sequences out."
            )

    def _read_anew(self, X) -> Sequences:
        """Read what has other columns than the input of `fit`, but the same channels."""
        reader = clone(self).set_params(n_channels=self.n_channels_)
        return read_sequences(reader, X, reset=True)


def _summed(differences: Sequences, start: Sequences) -> Sequences:
    lag = start.n_timesteps
    values = np.concatenate([start.values, differences.values], axis=1)
    for step in range(lag, values.shape[1]):
        values[:, step] += values[:, step - lag]
    return Sequences.zero_padded(values, differences.lengths + lag)
