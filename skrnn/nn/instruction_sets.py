"""The compiled kernels, if they were built, and which of their instruction sets to use.

Environment variable ``SKRNN_INSTRUCTION_SET``: "avx512", "avx2" or "baseline" forces one, "none"
switches the kernels off.
"""

import os
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd import forward_ad

try:
    from . import _kernels
except ImportError:
    _kernels = None

# Torch 2.6 has no is_exporting, and exports as it compiles.
_is_exporting = getattr(torch.compiler, "is_exporting", torch.compiler.is_compiling)


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


class Signs(NamedTuple):
    """Functions of torch that tell whether something follows its operations; none is public."""

    count_modes: Callable[[], int]
    find_transform: Callable[[], object]  # such as torch.func.vmap, or None


def find_signs() -> Signs | None:
    """The functions, or None if this version of torch lacks one of the names that are used."""
    try:
        count_modes = torch._C._len_torch_dispatch_stack
        find_transform = torch._C._functorch.peek_interpreter_stack
    except AttributeError:
        return None
    # a number that changes, so it is looked up each time
    known = hasattr(forward_ad, "_current_level")
    return Signs(count_modes, find_transform) if known else None


_signs = find_signs()


def can_run(*tensors: Tensor) -> bool:
    """Whether there are kernels for the precision and place of weights and values.

    There are none for automatic mixed precision, under which products change their precision, and
    none where somebody follows torch's operations, who would not see what the kernels do.
    """
    if is_followed() or torch.is_autocast_enabled("cpu"):
        return False
    for x in tensors:
        if x.dtype is not torch.float32 or not x.is_cpu or _is_wrapper(x):
            return False
    return chosen_set() is not None


def _is_wrapper(x: Tensor) -> bool:
    """Whether x stands for other tensors or none, as fake and distributed ones do.

    It follows torch's operations by itself, and has no memory of its own to run on.
    """
    return type(x).__torch_dispatch__ is not Tensor.__torch_dispatch__


def is_followed() -> bool:
    """Whether torch traces, exports, transforms, derives forward, or a mode sees each operation.

    Also where that cannot be told: torch's own layers are slower, but always right.
    """
    return (
        _signs is None
        or torch.jit.is_tracing()
        or _is_exporting()
        or _signs.count_modes() > 0
        or _signs.find_transform() is not None
        or forward_ad._current_level >= 0
    )
