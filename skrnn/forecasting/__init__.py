"""Recurrent networks as sktime forecasters."""

from ._forecasters import GRUForecaster, LSTMForecaster, RNNForecaster

__all__ = ["GRUForecaster", "LSTMForecaster", "RNNForecaster"]
