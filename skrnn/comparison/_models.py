"""Models by name: a table that a reader can extend."""

from collections.abc import Callable

from sktime.forecasting.base import BaseForecaster
from sktime.forecasting.naive import NaiveForecaster

from .._optional import import_optional
from ..forecasting import GRUForecaster, LSTMForecaster, RNNForecaster

STATSFORECAST = "sktime.forecasting.statsforecast"


def _statsforecast(name: str, sp_name: str) -> Callable[[int, int], BaseForecaster]:
    def make(sp: int, random_state: int) -> BaseForecaster:
        import_optional("statsforecast", "compare")
        return getattr(import_optional(STATSFORECAST, "compare"), name)(**{sp_name: sp})

    return make


# Each entry makes a forecaster from the seasonal period and a seed.
MODELS: dict[str, Callable[[int, int], BaseForecaster]] = {
    "naive": lambda sp, random_state: NaiveForecaster(strategy="last"),
    "snaive": lambda sp, random_state: NaiveForecaster(strategy="last", sp=sp),
    "drift": lambda sp, random_state: NaiveForecaster(strategy="drift"),
    "ets": _statsforecast("StatsForecastAutoETS", "season_length"),
    "arima": _statsforecast("StatsForecastAutoARIMA", "sp"),
    "theta": _statsforecast("StatsForecastAutoTheta", "season_length"),
    "rnn": lambda sp, random_state: RNNForecaster(sp=sp, random_state=random_state),
    "lstm": lambda sp, random_state: LSTMForecaster(sp=sp, random_state=random_state),
    "gru": lambda sp, random_state: GRUForecaster(sp=sp, random_state=random_state),
}
DEFAULT = ("naive", "snaive", "ets", "arima", "lstm", "gru")


def choose_models(models, sp: int, random_state: int) -> dict[str, BaseForecaster]:
    """Forecasters by name.

    Parameters
    ----------
    models : "default", list of str, or dict of str to sktime forecaster
    sp : int
    random_state : int

    Raises
    ------
    ValueError
        If a name is not in ``MODELS``.
    """
    if isinstance(models, dict):
        return dict(models)
    names = DEFAULT if isinstance(models, str) and models == "default" else models
    names = [names] if isinstance(names, str) else list(names)
    unknown = [name for name in names if name not in MODELS]
    if unknown:
        raise ValueError(f"Unknown models {unknown}; choose from {sorted(MODELS)}.")
    return {name: MODELS[name](sp, random_state) for name in names}
