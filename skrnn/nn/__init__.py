"""Recurrent cells, layers and networks on torch, independent of scikit-learn."""

from .architecture import Architecture
from .networks import RecurrentNetwork, build_network

__all__ = ["Architecture", "RecurrentNetwork", "build_network"]
