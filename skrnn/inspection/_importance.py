"""Permutation importance of channels and of blocks of time steps."""

from itertools import product
from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.metrics import check_scoring
from sklearn.utils import Bunch, check_random_state
from sklearn.utils.parallel import Parallel, delayed

from .._dates import dates_as_numbers, numbers_as_dates
from .._frames import channel_frame, check_same_order, indexable
from .._inner_parameters import given_values, steps_of
from .._parameters import N_JOBS, at_least, one_of, validate_parameters
from .._reading import read_sequences
from .._sequences import Sequences
from ..preprocessing import SlidingWindow
from ..preprocessing._forms import in_the_form_of
from ..preprocessing._transformer import SequenceTransformer
from ._permute import Part, block_edges, blocks, permuted

CONSTRAINTS = {
    "by": [one_of("channel", "time", "both")],
    "n_blocks": [at_least(1)],
    "n_repeats": [at_least(1)],
    "n_jobs": N_JOBS,
    "n_channels": [at_least(1), None],
    "random_state": ["random_state"],
}


def permutation_importance(
    estimator,
    X,
    y,
    *,
    by="channel",
    n_blocks=10,
    scoring=None,
    n_repeats=5,
    n_jobs=None,
    random_state=None,
    sample_weight=None,
    n_channels=None,
):
    """How much a score falls when a part of the sequences is exchanged between them.

    The part is a channel, a block of time steps, or a block of one channel. Exchanging it between
    sequences keeps its distribution but separates it from the sequence it belongs to (Breiman
    [1]_). scikit-learn's function of this name takes tables only.

    Sequences of different lengths keep their lengths. Blocks are equal parts of each sequence, and
    a step takes the value of the other sequence at the same relative time.

    A channel of times (``time_channel``) is exchanged as a whole or not at all: if only a block
    were exchanged, the times would not stay in order.

    Importances describe this model on these data: if several channels carry the same information,
    none may be important. To see what helps a model to generalise, use data that it was not trained
    on.

    Parameters
    ----------
    estimator : estimator
        Fitted; may be a pipeline or a search that takes sequences.
    X : array-like or list of ndarray
        Sequences, in any form that the estimators of skrnn take; for an sktime estimator, in any
        that it takes. X is not changed.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets.
    by : {"channel", "time", "both"}, default="channel"
        Exchange whole channels, blocks of time steps of all channels (except times), or blocks of
        each channel.
    n_blocks : int, default=10
        Blocks of time steps; no more than the longest sequence has steps.
    scoring : str, callable, list, tuple, dict or None, default=None
        One or several scores, as everywhere in scikit-learn. None is the estimator's ``score``.
    n_repeats : int, default=5
        Number of permutations. All parts use the same ones, so that their importances can be
        compared.
    n_jobs : int or None, default=None
        Parts that are scored in parallel. It changes no result.
    random_state : int, RandomState instance or None, default=None
        Seed of the permutations.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples in the score.
    n_channels : int or None, default=None
        Channels of 2D input. None takes the ``n_channels`` of the estimator, or of one inside it: a
        step of a pipeline, or a member of an ensemble.

    Returns
    -------
    sklearn.utils.Bunch, or dict of them for several scores
        importances : ndarray of shape (..., n_repeats)
            The score minus the score after each permutation, in units of the score. The first axes
            are (n_channels,), (n_blocks,) or (n_channels, n_blocks), depending on ``by``. NaN for
            blocks of a channel of times.
        importances_mean, importances_std : ndarray of shape (...)
            Mean and standard deviation over the repeats; axes as above.
        block_edges : ndarray of shape (n_blocks + 1,)
            Block ``i`` holds the time steps from ``block_edges[i]`` to before
            ``block_edges[i + 1]`` of the longest sequence; None for ``by="channel"``.

    Raises
    ------
    ValueError
        If a parameter is not valid, the estimator does not take X, or it contains a
        `SlidingWindow`: then pass the windows.
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.

    References
    ----------
    .. [1] Breiman, "Random forests", Machine Learning 45, 2001.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import GRUClassifier
    >>> from skrnn.inspection import permutation_importance
    >>> X = np.random.default_rng(0).normal(size=(100, 6, 3))
    >>> y = X[:, -1, 1] > 0
    >>> model = GRUClassifier(hidden_size=8, max_epochs=20, random_state=0).fit(X, y)
    >>> result = permutation_importance(model, X, y, random_state=0)
    >>> int(result.importances_mean.argmax())
    1
    """
    given = {"by": by, "n_blocks": n_blocks, "n_repeats": n_repeats, "n_jobs": n_jobs}
    given |= {"n_channels": n_channels, "random_state": random_state}
    validate_parameters(CONSTRAINTS, given, "permutation_importance")
    _check_rows_are_samples(estimator)
    scorer = check_scoring(estimator, scoring=scoring)
    weight = {} if sample_weight is None else {"sample_weight": sample_weight}
    check_same_order(X, y=y, sample_weight=sample_weight)
    baseline = scorer(estimator, X, y, **weight)  # first, as the estimator checks X and y best
    X = _with_steps_as_rows(indexable(X), estimator)
    sequences = _read(X, estimator, n_channels)
    are_times = _are_times(estimator, X, sequences.n_channels)
    n_blocks = min(n_blocks, sequences.n_timesteps)
    random_state = check_random_state(random_state)
    orders = [random_state.permutation(len(sequences)) for _ in range(n_repeats)]
    scores = Parallel(n_jobs=n_jobs)(
        delayed(_scores)(scorer, estimator, X, y, weight, sequences, part, orders)
        for part in _parts(sequences, are_times, by, n_blocks)
    )
    exchanged = _exchanged(are_times, by, n_blocks)
    edges = None if by == "channel" else block_edges(sequences.n_timesteps, n_blocks)
    if not isinstance(baseline, dict):
        return _result(baseline, scores, exchanged, edges)
    return {
        name: _result(score, [[s[name] for s in of_part] for of_part in scores], exchanged, edges)
        for name, score in baseline.items()
    }


def _check_rows_are_samples(estimator) -> None:
    if any(isinstance(step, SlidingWindow) for step in steps_of(estimator)):
        raise ValueError(
            "The rows of X are time steps to a pipeline with a SlidingWindow, and cannot be "
            "exchanged as samples. Pass the rest of the pipeline, and the windows as X: "
            "permutation_importance(model[-1], model[:-1].transform(X), y)."
        )


def _with_steps_as_rows(X, estimator):
    """A list of DataFrames for what sktime reads as (n_samples, n_channels, n_timesteps)."""
    is_array = isinstance(X, np.ndarray) and X.ndim == 3
    parts = [part for step in steps_of(estimator) for part in (step, *_inside(step))]
    if is_array and any(hasattr(part, "get_class_tag") for part in parts):
        return [pd.DataFrame(x.T) for x in X]
    return X


def _inside(step) -> list:
    """All parameters of an estimator, among them estimators that it is made of."""
    return list(step.get_params().values()) if hasattr(step, "get_params") else []


def _read(X, estimator, n_channels: int | None) -> Sequences:
    """Sequences as the estimator reads them, or one that it is made of; dates as seconds."""
    for channel in given_values(estimator, "time_channel"):
        X = dates_as_numbers(X, channel)
    if n_channels is None:
        n_channels = next(iter(given_values(estimator, "n_channels")), None)
    return read_sequences(SequenceTransformer(n_channels=n_channels), X, reset=True)


def _are_times(estimator, X, n_channels: int) -> np.ndarray:
    """Mask of the channels of X that the estimator takes times from."""
    frame, mask = channel_frame(X), np.zeros(n_channels, dtype=bool)
    names = [] if frame is None else list(frame.columns)
    for step in steps_of(estimator):
        if getattr(step, "n_channels_", n_channels) != n_channels:
            continue  # steps before it have made these channels
        for channel in given_values(step, "time_channel"):
            if isinstance(channel, Integral) and -n_channels <= channel < n_channels:
                mask[channel] = True
            elif channel in names:
                mask[names.index(channel)] = True
    return mask


def _exchanged(are_times: np.ndarray, by: str, n_blocks: int) -> np.ndarray:
    """Mask of the parts that have an importance, with the axes of the result.

    In one block alone no times are exchanged: those around it would not be in order with them.
    """
    if by == "channel":
        return np.full(len(are_times), True)
    return np.full(n_blocks, True) if by == "time" else np.tile(~are_times[:, None], n_blocks)


def _parts(sequences: Sequences, are_times: np.ndarray, by: str, n_blocks: int) -> list[Part]:
    """The parts to exchange, the block running fastest."""
    channels = np.arange(sequences.n_channels) if by == "channel" else np.flatnonzero(~are_times)
    channels = [channels] if by == "time" else channels[:, None]
    block = blocks(sequences, n_blocks)
    steps = [sequences.valid()] if by == "channel" else [block == b for b in range(n_blocks)]
    return [Part(*pair) for pair in product(channels, steps)]


def _scores(scorer, estimator, X, y, weight, sequences, part, orders) -> list:
    """The score after each permutation of one part."""
    return [
        scorer(estimator, _like(X, permuted(sequences, part, order)), y, **weight)
        for order in orders
    ]


def _like(X, sequences: Sequences):
    """In the form of X, and with its columns: they may be names that the estimator knows."""
    changed = in_the_form_of(X, sequences)
    if isinstance(X, pd.DataFrame) and isinstance(changed, np.ndarray):
        return pd.DataFrame(changed, index=X.index, columns=X.columns)
    return changed if channel_frame(X) is None else numbers_as_dates(changed, X)


def _result(baseline: float, scores: list, exchanged: np.ndarray, edges) -> Bunch:
    scores = np.array(scores)  # (n_parts, n_repeats)
    importances = np.full((*exchanged.shape, scores.shape[1]), np.nan)
    importances[exchanged] = baseline - scores
    return Bunch(
        importances=importances,
        importances_mean=importances.mean(axis=-1),
        importances_std=importances.std(axis=-1),
        block_edges=edges,
    )
