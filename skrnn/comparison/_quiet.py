"""Warnings of models: held back, and passed on once each."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def caught_warnings() -> Iterator[list[str]]:
    """Hold back all warnings raised inside; afterwards the list has each text once.

    FutureWarnings are dropped: sktime announces a change of its own defaults at every
    construction of a forecaster, and resets the filters on its way, so that an "ignore" filter
    does not last.
    """
    texts = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield texts
    kept = [w for w in caught if not issubclass(w.category, FutureWarning)]
    texts += dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in kept)


def pass_on(name: str, texts: list[str]) -> None:
    """Warn once of what a model warned of, at the line that called the comparison.

    That line is two calls above the one of this function.
    """
    if texts:
        others = f" ({len(texts) - 1} more)" if len(texts) > 1 else ""
        warnings.warn(f"Model {name} warned: {texts[0]}{others}", stacklevel=4)
