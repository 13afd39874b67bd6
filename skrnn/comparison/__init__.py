"""Networks and other models on the same folds, side by side."""

from ._baselines import ESTIMATORS
from ._compare import compare
from ._estimator_result import EstimatorComparison
from ._estimators import compare_estimators
from ._models import MODELS
from ._result import Comparison
from ._significance import Significance

__all__ = [
    "ESTIMATORS",
    "MODELS",
    "Comparison",
    "EstimatorComparison",
    "Significance",
    "compare",
    "compare_estimators",
]
