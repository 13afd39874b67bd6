"""Windows over long series; scaling, padding and differences of sequences."""

from ._differencer import Differencer
from ._padder import SequencePadder
from ._sequence_scaler import SequenceScaler
from ._sliding_window import SlidingWindow
from ._windows import make_windows

__all__ = [
    "Differencer",
    "SequencePadder",
    "SequenceScaler",
    "SlidingWindow",
    "make_windows",
]
