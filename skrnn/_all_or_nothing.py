"""What fails changes nothing."""

from contextlib import contextmanager

import numpy as np


@contextmanager
def all_or_nothing(estimator):
    """Leave an estimator, and the generators it draws from, as they were if fitting fails."""
    before = dict(vars(estimator))
    generators = (before["random_state"], before.get("_random_state"))
    generators = [g for g in generators if isinstance(g, np.random.RandomState)]
    states = [generator.get_state() for generator in generators]
    try:
        yield
    except BaseException:
        for generator, state in zip(generators, states):
            generator.set_state(state)
        estimator.__dict__ = before  # at once, for Ctrl-C and other threads
        raise
