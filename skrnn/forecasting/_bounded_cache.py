"""A cache of arrays that does not grow beyond some bytes."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock

import numpy as np


def cache_arrays(most_bytes: int) -> Callable:
    """Keep the arrays that a function returned last, as far as they fit.

    Like ``functools.lru_cache``, which counts results and not their size.

    Parameters
    ----------
    most_bytes : int
        Of all arrays that are kept together.
    """

    def decorate(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
        kept: OrderedDict[tuple, np.ndarray] = OrderedDict()
        lock = Lock()

        @wraps(function)
        def cached(*arguments) -> np.ndarray:
            with lock:
                if arguments in kept:
                    kept.move_to_end(arguments)
                    return kept[arguments]
            array = function(*arguments)
            array.flags.writeable = False  # it is shared
            with lock:
                kept[arguments] = array
                while sum(other.nbytes for other in kept.values()) > most_bytes:
                    kept.popitem(last=False)
            return array

        return cached

    return decorate
