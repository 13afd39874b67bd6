"""Which series have been trained on before: their ends would calibrate too narrow intervals."""

from hashlib import blake2b

import numpy as np


def marks_of_ends(series: list[np.ndarray], length: int) -> frozenset[bytes]:
    """Marks of the last values of each series, by which it is known again."""
    return frozenset(_mark(y[-length:]) for y in series)


def seen_before(
    series: list[np.ndarray], n_last: np.ndarray, length: int, marks: frozenset[bytes]
) -> np.ndarray:
    """Whether marked values end among the last ones of each series.

    Parameters
    ----------
    series : list of ndarray of shape (n_i,)
    n_last : ndarray of shape (n_series,)
        How many values of each series are looked at.
    length : int
        Of the marked parts.
    marks : frozenset of bytes

    Returns
    -------
    ndarray of shape (n_series,), bool
    """
    if not marks:
        return np.zeros(len(series), dtype=bool)
    ends = [range(len(y) - n + 1, len(y) + 1) for y, n in zip(series, n_last)]
    return np.array(
        [
            any(_mark(y[max(0, end - length) : end]) in marks for end in of_one)
            for y, of_one in zip(series, ends)
        ]
    )


def _mark(values: np.ndarray) -> bytes:
    return blake2b(np.ascontiguousarray(values).tobytes(), digest_size=8).digest()
