"""Which series have been trained on before: their ends would calibrate too narrow intervals."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

LONGEST_MARK = 24  # values: fewer counts are soon the same in another series
NO_MARK = b""


@dataclass(frozen=True)
class SeenSeries:
    """Series that networks have been trained on, by marks of their first and last values.

    Attributes
    ----------
    starts : dict of bytes to int
        How many values from each mark on have been trained on.
    ends : frozenset of bytes
    """

    starts: dict[bytes, int]
    ends: frozenset[bytes]

    def and_also(self, series: list[np.ndarray]) -> "SeenSeries":
        """With more series."""
        starts = self.starts.copy()
        for y in map(_from_first_change, series):
            mark = _mark(y[:LONGEST_MARK])
            starts[mark] = max(len(y), starts.get(mark, 0))
        ends = {_mark(y[-LONGEST_MARK:]) for y in series}
        return SeenSeries({m: n for m, n in starts.items() if m}, self.ends | ends - {NO_MARK})

    def reach_into(self, series: list[np.ndarray], n_last: np.ndarray) -> np.ndarray:
        """Whether some of the last values of each series have been trained on.

        Series may go on by now, end earlier, or begin later than they did.

        Parameters
        ----------
        series : list of ndarray of shape (n_i,)
        n_last : ndarray of shape (n_series,)
            How many values of each series are looked at.

        Returns
        -------
        ndarray of shape (n_series,), bool
        """
        if not (self.starts or self.ends):
            return np.zeros(len(series), dtype=bool)
        return np.array([self._reaches_into(y, n) for y, n in zip(series, n_last)])

    def _reaches_into(self, y: np.ndarray, n_last: int) -> bool:
        own = _from_first_change(y)
        n_known = self.starts.get(_mark(own[:LONGEST_MARK]))
        if n_known is not None and n_known > len(own) - n_last:
            return True
        ends = range(len(y) - n_last + 1, len(y) + 1)
        return any(_mark(y[max(0, end - LONGEST_MARK) : end]) in self.ends for end in ends)


NONE_SEEN = SeenSeries({}, frozenset())


def _from_first_change(y: np.ndarray) -> np.ndarray:
    """A series without the values at its start that are all the same, such as zeros."""
    return y[int(np.argmax(y != y[0])) :]


def _mark(values: np.ndarray) -> bytes:
    """What few other stretches have; none of values that are all the same, as many are."""
    if (values == values[0]).all():
        return NO_MARK
    return blake2b(np.ascontiguousarray(values).tobytes(), digest_size=8).digest()
