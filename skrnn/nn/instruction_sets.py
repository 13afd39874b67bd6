"""The compiled kernels, if they were built, and which of their instruction sets to use.

Environment variable ``SKRNN_INSTRUCTION_SET``: "avx512", "avx2" or "baseline" forces one, "none"
switches the kernels off.
"""

import os
from functools import cache

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensor  # loaded by torch itself
from torch.autograd import forward_ad

try:
    from . import _kernels
except ImportError:
    _kernels = None

_is_exporting = getattr(torch.compiler, "is_exporting", lambda: False)  # from torch 2.7 on


@cache
def chosen_set() -> tuple[int, str] | None:
    """Number and name of the instruction set in use, or None without kernels.

    Raises
    ------
    ValueError
        If ``SKRNN_INSTRUCTION_SET`` names a set that this processor or build does not have.
    """
    wanted = os.environ.get("SKRNN_INSTRUCTION_SET", "")
    if _kernels is None or wanted == "none":
        return None
    available = _kernels.instruction_sets()
    for number, name in available:
        if wanted in ("", name):
            return number, name
    names = [name for _, name in available]
    raise ValueError(f"SKRNN_INSTRUCTION_SET={wanted!r}: expected one of {names}, or 'none'.")


def can_run(*tensors: Tensor) -> bool:
    """Whether there are kernels for the precision and place of weights and values.

    There are none for automatic mixed precision, under which products change their precision, and
    none where somebody follows torch's operations, who would not see what the kernels do.
    """
    for x in tensors:
        if x.dtype is not torch.float32 or not x.is_cpu or isinstance(x, FakeTensor):
            return False
    if torch.is_autocast_enabled("cpu") or _is_followed():
        return False
    return chosen_set() is not None


def _is_followed() -> bool:
    """Whether torch traces or exports, some mode sees each operation, or forward mode derives."""
    return (
        torch.jit.is_tracing()
        or _is_exporting()
        or torch._C._len_torch_dispatch_stack() > 0
        or forward_ad._current_level >= 0
    )
