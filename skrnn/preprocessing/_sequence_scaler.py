"""Scale each channel of sequences, as a transformer."""

from copy import copy
from dataclasses import dataclass

import numpy as np
from sklearn.base import OneToOneFeatureMixin

from .._frames import channel_frame
from .._parameters import one_of
from .._sequences import Sequences
from ._forms import in_the_form_of
from ._scaling import METHODS, StepScaler
from ._transformer import SequenceTransformer


@dataclass(eq=False, repr=False)
class SequenceScaler(OneToOneFeatureMixin, SequenceTransformer):
    """Scale each channel over all time steps of all sequences.

    scikit-learn's scalers take tables, and scale each column separately: every time step of a
    channel would get its own shift and scale, and the shape of a sequence would be lost. Here
    each channel has one shift and one scale. Missing values (NaN) are left out of the statistics
    and stay missing.

    The estimators of skrnn standardise automatically. This transformer is for other methods and
    other estimators.

    Parameters
    ----------
    method : {"standard", "robust", "minmax"}, default="standard"
        Mean zero and variance one; median zero and interquartile range one; or all values of the
        training sequences from zero to one: the defaults of scikit-learn's StandardScaler,
        RobustScaler and MinMaxScaler.
    n_channels : int or None, default=None
        Channels of 2D input, whose rows then hold ``n_timesteps * n_channels`` numbers, all
        channels of the first step first. None means one, so that all columns share a scale.

    Attributes
    ----------
    scaler_ : StandardScaler, RobustScaler or MinMaxScaler
        Fitted on a table with a row for each time step and a column for each channel.
    n_channels_ : int
        Channels of the sequences.
    n_features_in_ : int
        Columns of 2D input; channels of all other input.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Columns of a DataFrame that has only strings as names.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import SequenceScaler
    >>> sequences = [np.array([1.0, 3.0]), np.array([5.0])]
    >>> SequenceScaler("minmax").fit_transform(sequences)
    [array([0. , 0.5]), array([1.])]
    """

    method: str = "standard"

    _parameter_constraints = {
        **SequenceTransformer._parameter_constraints,
        "method": [one_of(*METHODS)],
    }

    @property
    def scaler_(self):
        """The scaler of scikit-learn that was fitted on all time steps."""
        return self._scaler.scaler_

    def inverse_transform(self, X):
        """Give scaled sequences their original units.

        Parameters
        ----------
        X : array-like or list of ndarray
            Scaled sequences, in any form that the estimators take.

        Returns
        -------
        ndarray or list
            In the form of X.

        Raises
        ------
        ValueError
            If X is not valid, or has other channels than in `fit`.
        """
        reader = copy(self)
        if not hasattr(X, "columns") and channel_frame(X) is None:
            vars(reader).pop("feature_names_in_", None)  # `transform` makes arrays of a DataFrame
        scaled = reader._read(X)
        return in_the_form_of(X, _cast(self._scaler.inverse_transform(scaled), scaled))

    def _learn(self, sequences: Sequences) -> None:
        missing = np.isnan(sequences.values[sequences.valid()]).all(axis=0)
        if missing.any():
            raise ValueError(
                f"Channel {missing.argmax()} of X has only missing values (NaN), so there is "
                "nothing to scale it by. Leave the channel out."
            )
        self._scaler = StepScaler(self.method).fit(sequences)

    def _change(self, sequences: Sequences) -> Sequences:
        return _cast(self._scaler.transform(sequences), sequences)


def _cast(sequences: Sequences, like: Sequences) -> Sequences:
    """Sequences in the precision of others; the arithmetic before was in double precision."""
    return Sequences(sequences.values.astype(like.values.dtype, copy=False), sequences.lengths)
