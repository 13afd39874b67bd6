"""A tabular regressor as a forecaster."""

from sktime.forecasting.base import BaseForecaster
from sktime.forecasting.compose import make_reduction
from sktime.transformations.detrend import Deseasonalizer
from sktime.transformations.difference import Differencer

from ._numbered import Numbered

SHORTEST_WINDOW = 10


def reduce_to_forecaster(regressor, sp: int) -> BaseForecaster:
    """Forecast with a scikit-learn regressor on the last values of the series.

    Trees cannot predict beyond the values they have seen, so that the series is deseasonalised
    and differenced first. One regressor is fitted for each step of the horizon ("direct").

    Parameters
    ----------
    regressor : scikit-learn regressor
    sp : int
        Seasonal period; the window is that long, and ten steps at least.
    """
    window = max(sp, SHORTEST_WINDOW)
    forecaster = make_reduction(regressor, strategy="direct", window_length=window)
    differenced = Differencer(lags=[1]) * forecaster
    forecaster = Deseasonalizer(sp=sp) * differenced if sp > 1 else differenced
    # regressors get arrays of numbers, whatever the composition promises
    return Numbered(forecaster.set_tags(**{"capability:categorical_in_X": False}))
