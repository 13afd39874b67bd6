"""Rolling origins: the same training and test parts for every model."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sktime.split import ExpandingGreedySplitter, SameLocSplitter, SlidingGreedySplitter
from sktime.split.base import BaseSplitter

WINDOWS = ("expanding", "sliding")


@dataclass(frozen=True)
class Fold:
    """Training and test part of one rolling origin.

    Attributes
    ----------
    number : int
        0 for the earliest.
    y, X : DataFrame or Series
        Both parts; X is None where there are no exogenous columns.
    splitter : BaseSplitter
        Splits ``y`` in two.
    steps : list of int
        Steps of the horizon that are scored. All up to the last one are forecast.
    """

    number: int
    y: pd.Series | pd.DataFrame
    X: pd.DataFrame | None
    splitter: BaseSplitter
    steps: list[int]

    @property
    def X_splitter(self) -> BaseSplitter | None:
        """Splits ``X`` like ``y``; sktime would pass the training rows to ``predict`` too."""
        return None if self.X is None else SameLocSplitter(self.splitter, self.y)

    def training_part(self) -> pd.Series:
        """What the models see, as `by_series` returns it."""
        return by_series(self.y.iloc[self._parts()[0]])

    def test_part(self) -> pd.Series | pd.DataFrame:
        """What the models forecast, in the form of ``y``."""
        return self.y.iloc[self._parts()[1]]

    def without_missing_truth(self) -> pd.Series | pd.DataFrame:
        """``y`` with zeros for what is missing in the test part."""
        y = self.y.copy()
        y.iloc[self._parts()[1]] = self.test_part().fillna(0.0)
        return y

    def _parts(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the training and of the test part."""
        return next(self.splitter.split(self.y))


def make_folds(y, X, steps: list[int], sp: int, n_folds: int, window: str) -> list[Fold]:
    """Folds whose horizons follow one another and end with each series.

    Raises
    ------
    ValueError
        If the shortest series is too short for them.
    """
    first_train = _first_training_length(y, steps[-1], sp, n_folds)
    if window == "expanding":
        splitter = ExpandingGreedySplitter(test_size=steps[-1], folds=n_folds)
    else:
        splitter = SlidingGreedySplitter(first_train, test_size=steps[-1], folds=n_folds)
    one_fold = splitter.clone().set_params(folds=1)
    folds = []
    for number, parts in enumerate(splitter.split(y)):
        part = y.iloc[np.union1d(*parts)]
        columns = None if X is None else X.loc[part.index]
        folds.append(Fold(number, part, columns, one_fold, steps))
    return folds


def by_series(y: pd.Series | pd.DataFrame) -> pd.Series:
    """Values of y under the names of their series and their times.

    The name of a series of a panel or hierarchy is its keys joined with slashes; that of a single
    series is its own, or "y".
    """
    values = y.squeeze("columns") if isinstance(y, pd.DataFrame) else y
    times = values.index.get_level_values(-1)
    if isinstance(values.index, pd.MultiIndex):
        names = [series_name(key) for key in values.index.droplevel(-1)]
    else:
        names = ["y" if values.name is None else str(values.name)] * len(values)
    index = pd.MultiIndex.from_arrays([names, times], names=["series", "time"])
    return pd.Series(values.to_numpy(dtype=float), index)


def series_name(key) -> str:
    """Name of a series as text: the key of a panel, or those of a hierarchy with slashes."""
    return "/".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _first_training_length(y, horizon: int, sp: int, n_folds: int) -> int:
    """Length of the shortest series before the first fold."""
    lengths = by_series(y).groupby(level="series").size()
    shortest, name = int(lengths.min()), lengths.idxmin()
    length, needed = shortest - n_folds * horizon, max(horizon + 2, sp + 1)
    if length >= needed:
        return length
    many, seasonal = len(lengths) > 1, needed > horizon + 2
    possible = (shortest - needed) // horizon
    remedies = [
        *([f"at most {_count(possible, 'fold')}"] if possible > 0 else []),
        "a shorter horizon",
        *(["a shorter seasonal period"] if seasonal else []),
    ]
    raise ValueError(
        f"The {f'shortest series, {name!r},' if many else 'series'} has {shortest} observations: "
        f"too few for {_count(n_folds, 'fold')} of {_count(horizon, 'step')} after a first "
        f"training part of {needed} "
        f"({f'a season of {sp} and one more' if seasonal else 'the horizon and two more'}). "
        f"Ask for {' or '.join(remedies)}{', or leave out short series' if many else ''}."
    )


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'s' if n > 1 else ''}"
