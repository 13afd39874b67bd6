"""Sequences of different lengths become one array."""

from dataclasses import dataclass
from numbers import Real

import numpy as np

from .._parameters import at_least, one_of
from .._sequences import Sequences
from ._transformer import ArrayOutput, SequenceTransformer


@dataclass(eq=False, repr=False)
class SequencePadder(ArrayOutput, SequenceTransformer):
    """Pad sequences of different lengths to an array of three dimensions.

    The estimators of skrnn need no padding: they take a list of arrays, and know where each
    sequence ends. They would treat the added steps, as any other estimator does, like all other
    steps. This transformer is for estimators that need one length.

    Nothing is truncated: a sequence that is longer than ``length`` is an error.

    Parameters
    ----------
    length : int or None, default=None
        Time steps of the output. None means those of the longest sequence that `fit` sees. In
        cross-validation the test part may have a longer one, so specify the length there.
    value : float, default=0.0
        Value of the added steps in all channels; may be NaN.
    where : {"end", "start"}, default="end"
        Add steps after or before those of the sequence.
    n_channels : int or None, default=None
        Channels of 2D input, whose rows then hold ``n_timesteps * n_channels`` numbers, all
        channels of the first step first. None means one.

    Attributes
    ----------
    length_ : int
        Time steps of the output.
    n_channels_ : int
        Channels of the sequences.
    n_features_in_ : int
        Columns of 2D input; channels of all other input.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Columns of a DataFrame that has only strings as names.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import SequencePadder
    >>> sequences = [np.array([1.0, 2.0]), np.array([3.0])]
    >>> SequencePadder(where="start").fit_transform(sequences)[:, :, 0]
    array([[1., 2.],
           [0., 3.]])
    """

    length: int | None = None
    value: float = 0.0
    where: str = "end"

    _parameter_constraints = {
        **SequenceTransformer._parameter_constraints,
        "length": [at_least(1), None],
        "value": [Real],
        "where": [one_of("end", "start")],
    }

    def transform(self, X) -> np.ndarray:
        """Pad sequences.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in any form that the estimators take.

        Returns
        -------
        ndarray of shape (n_samples, length_, n_channels_)

        Raises
        ------
        ValueError
            If a sequence is longer than ``length_``.
        """
        sequences = self._read(X)
        self._check_lengths(sequences)
        steps, lengths = np.arange(self.length_), sequences.lengths[:, None]
        inside = steps < lengths if self.where == "end" else steps >= self.length_ - lengths
        shape = len(sequences), self.length_, sequences.n_channels
        padded = np.full(shape, self.value, dtype=sequences.values.dtype)
        padded[inside] = sequences.values[sequences.valid()]
        return padded

    def _learn(self, sequences: Sequences) -> None:
        self.length_ = self.length or int(sequences.lengths.max())
        self._check_lengths(sequences)

    def _check_lengths(self, sequences: Sequences) -> None:
        longest = sequences.lengths.argmax()
        if sequences.lengths[longest] > self.length_:
            source = "length" if self.length else "the longest that fit has seen"
            raise ValueError(
                f"Sequence {longest} has {sequences.lengths[longest]} time steps, more than "
                f"{self.length_} ({source}). Give SequencePadder a length that no sequence "
                "exceeds, or cut the sequences first."
            )
