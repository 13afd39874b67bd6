"""A recurrent network pretrained on synthetic series."""

from ._inputs import LONGEST_HORIZON, LONGEST_WINDOW
from ._prior import TUNING_BATCH, Prior, n_tuning_steps, tuning_task
from ._weights import PRETRAINED_CELLS

__all__ = [
    "LONGEST_HORIZON",
    "LONGEST_WINDOW",
    "PRETRAINED_CELLS",
    "TUNING_BATCH",
    "Prior",
    "n_tuning_steps",
    "tuning_task",
]
