"""Models by name: a table that a reader can extend."""

from collections.abc import Callable, Iterable

import pandas as pd
from sklearn.base import BaseEstimator, is_regressor
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder
from sktime.forecasting.base import BaseForecaster
from sktime.forecasting.compose import (
    ForecastByLevel,
    ForecastingPipeline,
    TransformedTargetForecaster,
)
from sktime.forecasting.naive import NaiveForecaster
from sktime.transformations.adapt import TabularToSeriesAdaptor
from sktime.transformations.series.func_transform import FunctionTransformer
from sktime.transformations.series.impute import Imputer

from .._optional import import_optional
from ..forecasting import GRUForecaster, LSTMForecaster, RNNForecaster
from ..forecasting._column_encoder import MOST_CATEGORIES
from ._numbered import Numbered
from ._reduction import reduce_to_forecaster

Factory = Callable[[int, int], BaseForecaster]


def _statsforecast(name: str, **parameters) -> BaseForecaster:
    import_optional("statsforecast", "compare")
    module = import_optional("sktime.forecasting.statsforecast", "compare")
    return getattr(module, name)(**parameters)


def _sarima(sp: int) -> BaseForecaster:
    """The airline model (0,1,1)(0,1,1) of Box and Jenkins, without its season if there is none.

    Without standard errors of the coefficients, which take most of the time.
    """
    import_optional("statsmodels", "compare")
    sarimax = import_optional("sktime.forecasting.sarimax", "compare").SARIMAX
    seasonal = (0, 1, 1, sp) if sp > 1 else (0, 0, 0, 0)
    quick = {"concentrate_scale": True, "cov_type": "none"}
    return sarimax(order=(0, 1, 1), seasonal_order=seasonal, trend=None, **quick)


def _stl(sp: int) -> BaseForecaster:
    """STL, with exponential smoothing of the rest; that alone if there is no season."""
    smoothing = _statsforecast("StatsForecastAutoETS", model="ZZN")
    if sp == 1:
        return smoothing
    return _statsforecast("StatsForecastMSTL", season_length=sp, trend_forecaster=smoothing)


def _prophet(sp: int, random_state: int) -> BaseForecaster:
    """Prophet takes its seasons from the dates, not from sp."""
    import_optional("prophet", "more")
    return import_optional("sktime.forecasting.fbprophet", "more").Prophet()


def _lightgbm(sp: int, random_state: int) -> BaseForecaster:
    # The default of 20 samples a leaf allows few splits on a series of a hundred points.
    trees = import_optional("lightgbm", "more").LGBMRegressor(
        min_child_samples=5, n_jobs=1, random_state=random_state, verbose=-1
    )
    return _refusing_gaps(reduce_to_forecaster(trees, sp))


def _xgboost(sp: int, random_state: int) -> BaseForecaster:
    trees = import_optional("xgboost", "more").XGBRegressor(n_jobs=1, random_state=random_state)
    return _refusing_gaps(reduce_to_forecaster(trees, sp))


def _refusing_gaps(forecaster: BaseForecaster) -> BaseForecaster:
    """The same forecaster, with a tag that its class lacks: it fails at missing values."""
    return forecaster.set_tags(**{"capability:missing_values": False})


# Each entry makes a forecaster from the seasonal period and a seed.
MODELS: dict[str, Factory] = {
    "naive": lambda sp, random_state: NaiveForecaster(strategy="last"),
    "snaive": lambda sp, random_state: Numbered(NaiveForecaster(strategy="last", sp=sp)),
    "drift": lambda sp, random_state: _refusing_gaps(NaiveForecaster(strategy="drift")),
    "ets": lambda sp, random_state: _statsforecast("StatsForecastAutoETS", season_length=sp),
    "arima": lambda sp, random_state: _statsforecast("StatsForecastAutoARIMA", sp=sp),
    "sarima": lambda sp, random_state: _sarima(sp),
    "theta": lambda sp, random_state: _statsforecast("StatsForecastAutoTheta", season_length=sp),
    "stl": lambda sp, random_state: _stl(sp),
    "prophet": _prophet,
    "lightgbm": _lightgbm,
    "xgboost": _xgboost,
    "rnn": lambda sp, random_state: RNNForecaster(sp=sp, random_state=random_state),
    "lstm": lambda sp, random_state: LSTMForecaster(sp=sp, random_state=random_state),
    "gru": lambda sp, random_state: GRUForecaster(sp=sp, random_state=random_state),
}
DEFAULT = ("naive", "snaive", "drift", "ets", "arima", "theta", "lstm", "gru")


def choose_models(
    models, sp: int, random_state: int
) -> tuple[dict[str, BaseForecaster], dict[str, str]]:
    """Forecasters by name, and why others of "all" are left out.

    Parameters
    ----------
    models : "default", "all", list of str, or dict of str to forecaster or regressor
        As in `compare`.
    sp, random_state : int

    Raises
    ------
    ValueError
        If there is no model, or a name is not in ``MODELS``.
    TypeError
        If an object is neither a sktime forecaster nor a scikit-learn regressor, or its name is
        no string.
    ImportError
        If the package of a model that was asked for by name is missing.
    """
    if isinstance(models, dict):
        _check_names(models)
        chosen = {name: _as_forecaster(name, model, sp) for name, model in models.items()}
        return _not_empty(chosen), {}
    if isinstance(models, str) and models == "all":
        return _all_installed(sp, random_state)
    names = _names(models)
    unknown = [name for name in names if not isinstance(name, str) or name not in MODELS]
    if unknown:
        raise ValueError(
            f"Unknown models {unknown}; choose from {sorted(MODELS)}, or pass a dict of names "
            "to forecasters."
        )
    return _not_empty({name: MODELS[name](sp, random_state) for name in names}), {}


def with_gaps_filled(
    forecasters: dict[str, BaseForecaster], columns: bool
) -> tuple[dict[str, BaseForecaster], list[str]]:
    """Forecasters that all take missing values, and the names of those that get them interpolated.

    Otherwise the strongest classical models would fail, and leave the field to others.

    Parameters
    ----------
    forecasters : dict of str to forecaster
    columns : bool
        Whether there are exogenous columns: those of numbers are interpolated as well.
    """
    needy = [
        name
        for name, model in forecasters.items()
        if not model.get_tag("capability:missing_values", False, raise_error=False)
    ]
    filled = {name: _filling(forecasters[name], columns) for name in needy}
    return {**forecasters, **filled}, needy


def _filling(model: BaseForecaster, columns: bool) -> BaseForecaster:
    filling = TransformedTargetForecaster([("fill", Imputer("linear")), ("model", model)])
    if not (columns and takes_columns(model)):
        return filling
    between = FunctionTransformer(_interpolated, X_type="pd.DataFrame")
    mean = SimpleImputer(keep_empty_features=True)  # of what is unknown all over the horizon
    numbers = make_column_selector(dtype_include="number")
    beyond = ColumnTransformer(
        [("numbers", mean, numbers)], remainder="passthrough", verbose_feature_names_out=False
    ).set_output(transform="pandas")
    steps = [("between", between), ("beyond", TabularToSeriesAdaptor(beyond, input_type="pandas"))]
    return ForecastingPipeline([*steps, ("model", filling)])


def _interpolated(X: pd.DataFrame) -> pd.DataFrame:
    filled, numbers = X.copy(), X.select_dtypes("number")
    filled[numbers.columns] = numbers.interpolate(limit_direction="both")
    return filled


def takes_columns(forecaster: BaseForecaster) -> bool:
    """Whether a forecaster makes use of exogenous columns."""
    return forecaster.get_tag("capability:exogenous", True, raise_error=False)


def with_categories_encoded(
    forecasters: dict[str, BaseForecaster],
) -> tuple[dict[str, BaseForecaster], list[str]]:
    """Forecasters that all take categories, and the names of those that get them one-hot encoded.

    Otherwise the classical models that use columns would fail, and leave the field to networks.
    """
    needy = [
        name
        for name, model in forecasters.items()
        if takes_columns(model)
        and not model.get_tag("capability:categorical_in_X", False, raise_error=False)
    ]
    return {**forecasters, **{name: _encoding(forecasters[name]) for name in needy}}, needy


def _encoding(model: BaseForecaster) -> BaseForecaster:
    """A forecaster behind an encoder that learns the categories of each training part.

    A regression on all columns has no unique solution where one is zero throughout, or where they
    add up to one: each series has an encoder of its own, which drops the first category.
    """
    one_hot = OneHotEncoder(
        drop="first",
        handle_unknown="infrequent_if_exist",
        max_categories=MOST_CATEGORIES,
        sparse_output=False,
    )
    encoder = ColumnTransformer(
        [("categories", one_hot, make_column_selector(dtype_exclude="number"))],
        remainder="passthrough",
        verbose_feature_names_out=False,
    )
    steps = [("encode", TabularToSeriesAdaptor(encoder, input_type="pandas")), ("model", model)]
    encoding = ForecastByLevel(ForecastingPipeline(steps), groupby="local")
    return encoding.clone_tags(model, ["capability:missing_values"])


def _names(models: str | Iterable[str]) -> list[str]:
    if isinstance(models, str):
        return list(DEFAULT) if models == "default" else [models]
    return list(models)


def _check_names(models: dict) -> None:
    for name in models:
        if not isinstance(name, str):
            raise TypeError(f"Names of models must be strings, got {name!r}; write {str(name)!r}.")


def _all_installed(sp: int, random_state: int):
    chosen, left_out = {}, {}
    for name, make in MODELS.items():
        try:
            chosen[name] = make(sp, random_state)
        except ImportError as error:
            left_out[name] = str(error)
    return chosen, left_out


def _as_forecaster(name: str, model, sp: int) -> BaseForecaster:
    if isinstance(model, BaseForecaster):
        return model
    if isinstance(model, BaseEstimator) and is_regressor(model):
        return reduce_to_forecaster(model, sp)
    raise TypeError(
        f"Model {name!r} must be a sktime forecaster or a scikit-learn regressor; got {model!r}. "
        "Models by name are passed as a list."
    )


def _not_empty(chosen: dict) -> dict:
    if not chosen:
        raise ValueError("models is empty: name at least one model, or leave it out.")
    return chosen
