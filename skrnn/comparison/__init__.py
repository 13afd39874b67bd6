"""Networks and classical models on the same folds, side by side."""

from ._compare import compare
from ._models import MODELS
from ._result import Comparison

__all__ = ["MODELS", "Comparison", "compare"]
