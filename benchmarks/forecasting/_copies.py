"""Series of a panel whose future stands in another series.

Competitions took series from the same sources, and some of them twice, at shifted times. A model of
the whole panel can know the future of such a series; a model of one series cannot.
"""

import numpy as np
from _series import Task

ALIKE = 0.9  # correlation of seasonal changes from which one stretch of series is taken for a copy
HISTORY = 3  # horizons before the test part that are compared with it


def without_copies(task: Task) -> np.ndarray:
    """Indices of series whose end and future no other series has in its training part."""
    stretch = (HISTORY + 1) * task.horizon
    long = np.array([len(y) >= HISTORY * task.horizon + task.sp for y in task.train])
    ends = [
        _changes(np.concatenate([task.train[i], task.test[i]]), task.sp)[-stretch:]
        for i in np.flatnonzero(long)
    ]
    changes = _standardised(np.array(ends))
    owners, highest = np.flatnonzero(long), np.full(len(task.train), -1.0)
    for i, y in enumerate(task.train):
        if len(y) < stretch + task.sp:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(_changes(y, task.sp), stretch)
        alike = (changes @ _standardised(windows).T).max(axis=1)
        others = owners != i
        highest[owners[others]] = np.maximum(highest[owners[others]], alike[others])
    return np.flatnonzero(highest < ALIKE)


def _changes(y: np.ndarray, sp: int) -> np.ndarray:
    return y[sp:] - y[:-sp]


def _standardised(rows: np.ndarray) -> np.ndarray:
    """Rows of mean zero and length one; the scalar product of two is their correlation."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    size = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(size > 0, size, 1)
