"""Recurrent cells, layers and networks on torch, independent of scikit-learn."""

from .networks import Architecture, RecurrentNetwork, build_network

__all__ = ["Architecture", "RecurrentNetwork", "build_network"]
