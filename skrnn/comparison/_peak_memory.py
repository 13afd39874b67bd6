"""Peak memory of a fit, measured in a process of its own.

Python's ``tracemalloc`` does not see what torch and BLAS allocate, and the high-water mark of the
process in hand remembers whatever was largest before. A fresh process starts from the program
and the data alone. ``getrusage`` would not do: Linux hands the mark on to new processes.
"""

import warnings
from pathlib import Path

import numpy as np
from joblib.externals.loky import ProcessPoolExecutor
from sklearn.utils import _safe_indexing
from threadpoolctl import threadpool_limits

MEGABYTE = 2**20
CLEAR_REFS = Path("/proc/self/clear_refs")
WARM_UP_SAMPLES = 16


def peak_memory(estimator, X, y) -> float:
    """Megabytes that a fit needs at its peak, above those of the loaded program and its data.

    A fit of a few samples comes first and loads what is loaded lazily; what it loads does not
    count. Memory of a GPU does not count.

    Parameters
    ----------
    estimator : scikit-learn estimator
    X, y
        Data that can be pickled.

    Returns
    -------
    float
        In units of 2**20 bytes. NaN where the kernel does not tell: on other systems than Linux.

    Warns
    -----
    UserWarning
        If the estimator cannot be pickled, or the fit fails.
    """
    if not CLEAR_REFS.exists():
        return np.nan
    try:
        with ProcessPoolExecutor(max_workers=1) as fresh_process:
            return fresh_process.submit(_measure, estimator, X, y).result()
    except Exception as error:  # the scores are worth having without
        warnings.warn(f"its peak memory could not be measured: {error}")
        return np.nan


def _measure(estimator, X, y) -> float:
    with threadpool_limits(1):
        _warm_up(estimator, X, y)
        before = _reset_peak()
        estimator.fit(X, y)
    return (_status("VmHWM") - before) / MEGABYTE


def _warm_up(estimator, X, y) -> None:
    few = np.linspace(0, len(y) - 1, WARM_UP_SAMPLES).astype(int)
    try:
        estimator.fit(_safe_indexing(X, few), _safe_indexing(y, few))
    except ValueError:  # too few samples for this one: then what it loads counts
        return


def _reset_peak() -> float:
    """Lower the high-water mark to what is in use; see proc_pid_clear_refs(5)."""
    CLEAR_REFS.write_text("5")
    return _status("VmRSS")


def _status(field: str) -> float:
    """Bytes of a field of /proc/self/status, which counts in units of 1024."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return float(line.split()[1]) * 1024
    raise ValueError(f"/proc/self/status has no field {field}.")
