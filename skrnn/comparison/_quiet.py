"""Silence of what sktime tells its developers."""

import warnings
from contextlib import contextmanager


@contextmanager
def without_future_warnings():
    """Drop FutureWarnings raised inside, and pass all others on afterwards, each text once.

    sktime announces a change of its own defaults at every construction of a forecaster, and
    resets the filters on its way, so that an "ignore" filter does not last.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    others = [w for w in caught if not issubclass(w.category, FutureWarning)]
    for w in {(w.category, str(w.message)): w for w in others}.values():
        warnings.warn_explicit(w.message, w.category, w.filename, w.lineno)
