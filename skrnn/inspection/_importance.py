"""Permutation importance of channels and of blocks of time steps."""

from itertools import product

import numpy as np
import pandas as pd
from sklearn.metrics import check_scoring
from sklearn.utils import Bunch, check_random_state
from sklearn.utils.parallel import Parallel, delayed

from .._frames import indexable
from .._parameters import at_least, one_of, validate_parameters
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
    sequences leaves its distribution as it is, but takes from each sequence what was its own
    there (Breiman [1]_). scikit-learn's function of this name takes tables only.

    Sequences of different lengths keep their lengths. Blocks are equal parts of each, and a step
    takes the value that the other sequence has at the same relative time.

    An importance is of this model, on these data: of channels that say the same, none may be
    important. Use data that the model was not trained on, to see what helps it to generalise.

    Parameters
    ----------
    estimator : estimator
        Fitted; also a pipeline or a search whose input are sequences.
    X : array-like or list of ndarray
        Sequences, in any form that the estimators of skrnn take. It is not changed.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets.
    by : {"channel", "time", "both"}, default="channel"
        Exchange whole channels, blocks of time steps of all channels, or blocks of each channel.
    n_blocks : int, default=10
        Blocks of time steps; not more than steps of the longest sequence.
    scoring : str, callable, list, tuple, dict or None, default=None
        One or several scores, as everywhere in scikit-learn. None is the estimator's ``score``.
    n_repeats : int, default=5
        Permutations. The same ones serve all parts, so that their importances can be compared.
    n_jobs : int or None, default=None
        Parts that are scored at the same time. It changes no result.
    random_state : int, RandomState instance or None, default=None
        Seed of the permutations.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the samples in the score.
    n_channels : int or None, default=None
        Channels of 2D input. None takes the ``n_channels`` of the estimator, or of a step of a
        pipeline.

    Returns
    -------
    sklearn.utils.Bunch, or dict of them for several scores
        importances : ndarray of shape (..., n_repeats)
            The score less the score after each permutation, in units of the score. The first
            axes are (n_channels,), (n_blocks,) or (n_channels, n_blocks), as ``by`` says.
        importances_mean, importances_std : ndarray of shape (...)
            Mean and standard deviation over the repeats; axes as above.
        block_edges : ndarray of shape (n_blocks + 1,)
            Block ``i`` holds the time steps from ``block_edges[i]`` to before
            ``block_edges[i + 1]`` of the longest sequence; None for ``by="channel"``.

    Raises
    ------
    ValueError
        If a parameter is not valid, the estimator does not take X, or a `SlidingWindow` is in it:
        pass the windows then.
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
    given = {"by": by, "n_blocks": n_blocks, "n_repeats": n_repeats}
    given |= {"n_channels": n_channels, "random_state": random_state}
    validate_parameters(CONSTRAINTS, given, "permutation_importance")
    _check_rows_are_samples(estimator)
    scorer = check_scoring(estimator, scoring=scoring)
    weight = {} if sample_weight is None else {"sample_weight": sample_weight}
    baseline = scorer(estimator, X, y, **weight)  # first, as the estimator checks X and y best
    X = indexable(X)
    sequences = _read(X, n_channels or _n_channels(estimator))
    n_blocks = min(n_blocks, sequences.n_timesteps)
    random_state = check_random_state(random_state)
    orders = [random_state.permutation(len(sequences)) for _ in range(n_repeats)]
    scores = Parallel(n_jobs=n_jobs)(
        delayed(_scores)(scorer, estimator, X, y, weight, sequences, part, orders)
        for part in _parts(sequences, by, n_blocks)
    )
    shape = {"channel": (-1,), "time": (n_blocks,), "both": (-1, n_blocks)}[by]
    edges = None if by == "channel" else block_edges(sequences.n_timesteps, n_blocks)
    if not isinstance(baseline, dict):
        return _result(baseline, scores, shape, edges)
    return {
        name: _result(score, [[s[name] for s in of_part] for of_part in scores], shape, edges)
        for name, score in baseline.items()
    }


def _steps(estimator) -> list:
    """The estimator, or the steps of the pipeline that it is or that a search has found."""
    estimator = getattr(estimator, "best_estimator_", estimator)
    if not hasattr(estimator, "steps"):
        return [estimator]
    return [inner for _, step in estimator.steps for inner in _steps(step)]


def _check_rows_are_samples(estimator) -> None:
    if any(isinstance(step, SlidingWindow) for step in _steps(estimator)):
        raise ValueError(
            "The rows of X are time steps to a pipeline with a SlidingWindow, and cannot be "
            "exchanged as samples. Pass the rest of the pipeline, and the windows as X: "
            "permutation_importance(model[-1], model[:-1].transform(X), y)."
        )


def _n_channels(estimator) -> int | None:
    """Channels of a table, as the estimator or a step of it reads them."""
    given = (getattr(step, "n_channels", None) for step in _steps(estimator))
    return next((n for n in given if n is not None), None)


def _read(X, n_channels: int | None) -> Sequences:
    return read_sequences(SequenceTransformer(n_channels=n_channels), X, reset=True)


def _parts(sequences: Sequences, by: str, n_blocks: int):
    """The parts to exchange, the block running fastest."""
    every_channel = [slice(c, c + 1) for c in range(sequences.n_channels)]
    channels = [slice(None)] if by == "time" else every_channel
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
    return changed


def _result(baseline: float, scores: list, shape: tuple, edges) -> Bunch:
    scores = np.array(scores)  # (n_parts, n_repeats)
    importances = (baseline - scores).reshape(*shape, scores.shape[1])
    return Bunch(
        importances=importances,
        importances_mean=importances.mean(axis=-1),
        importances_std=importances.std(axis=-1),
        block_edges=edges,
    )
