"""Threads that share a call of the fused kernels, and memory that each thread keeps."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor

LARGEST_SCRATCH = 2**23  # floats that a thread keeps for the next call
SPLIT_WORK = 4e7  # multiply-adds above which a second thread pays

_memory = threading.local()


@contextmanager
def on_threads(n_threads: int):
    """Run the kernels on some threads of their own, whatever the number of torch's."""
    before = getattr(_memory, "n_threads", None)
    _memory.n_threads = n_threads
    try:
        yield
    finally:
        _memory.n_threads = before


def in_parallel(function, calls: list[tuple]) -> None:
    """Make calls on one thread each; the last of them on this one."""
    others = [_pool().submit(function, *call) for call in calls[:-1]]
    try:
        function(*calls[-1])
    finally:
        wait(others)  # they write to memory that the caller frees after an error
    for other in others:
        other.result()


def cuts(n_parts: int, work: float) -> list[int]:
    """Bounds of as many shares of some parts as there are threads worth using."""
    if work < 2 * SPLIT_WORK:
        return [0, n_parts]
    allowed = getattr(_memory, "n_threads", None) or torch.get_num_threads()
    n_threads = max(1, min(allowed, int(work / SPLIT_WORK), n_parts))
    return [n_parts * i // n_threads for i in range(n_threads + 1)]


def scratch(name: str, n_rows: int, n_columns: int) -> Tensor:
    """Memory that is used again in the next call on this thread.

    A large new array costs more in page faults than the arithmetic on it; what is returned must
    not outlive the call.
    """
    size = n_rows * n_columns
    buffer = getattr(_memory, name, None)
    if buffer is None or buffer.numel() < size:
        with torch.inference_mode(False):  # so that it can be used in any mode
            buffer = torch.empty(size, dtype=torch.float32, device="cpu")
        if size <= LARGEST_SCRATCH:
            setattr(_memory, name, buffer)
    return buffer.as_strided((n_rows, n_columns), (n_columns, 1))  # cheaper than a slice's view


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_name_prefix="skrnn")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not survive a fork
