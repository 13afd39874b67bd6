"""Which models are networks of skrnn."""

from .._base import BaseRecurrent
from .._panel_estimators import PanelEstimator
from ..forecasting._forecasters import BaseRecurrentForecaster


def is_network(model) -> bool:
    """Whether a model is a network of skrnn, or is made of one, as a pipeline or search."""
    kinds = BaseRecurrent, PanelEstimator, BaseRecurrentForecaster
    return any(isinstance(part, kinds) for part in (model, *model.get_params().values()))
