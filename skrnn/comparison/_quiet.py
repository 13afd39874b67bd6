"""Silence of what sktime tells its developers."""

import warnings
from contextlib import contextmanager


@contextmanager
def without_future_warnings():
    """Drop FutureWarnings raised inside, and pass all other warnings on afterwards.

    sktime announces a change of its own defaults at every construction of a forecaster, and
    resets the filters on its way, so that an "ignore" filter does not last.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        if not issubclass(warning.category, FutureWarning):
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
