"""Which models are networks of skrnn."""

from .._base import BaseRecurrent
from ..forecasting._forecasters import BaseRecurrentForecaster


def is_network(model) -> bool:
    """Whether a model is a network of skrnn, or is made of one, as a pipeline or search."""
    parts = [model, *model.get_params().values()]
    return any(isinstance(part, (BaseRecurrent, BaseRecurrentForecaster)) for part in parts)
