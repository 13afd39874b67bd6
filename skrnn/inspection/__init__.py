"""What a fitted model uses."""

from ._importance import permutation_importance

__all__ = ["permutation_importance"]
