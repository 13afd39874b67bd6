"""Threads that share a call of the fused kernels, and memory that each thread keeps."""

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
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
    """Make calls on one thread each; the last of them, and what none has begun, on this one."""
    others = [(Future(), call) for call in calls[:-1]]
    try:
        with suppress(RuntimeError):  # no thread begins at the end of a program, or beyond a limit
            for future, call in others:
                _pool().submit(_make, future, function, call)
        function(*calls[-1])
        for future, call in others:
            if future.cancel():
                function(*call)
    finally:
        begun = _end(others)
    for future in begun:
        future.result()


def _make(future: Future, function, call: tuple) -> None:
    """Make a call, unless another thread has taken it."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(function(*call))
    except BaseException as error:
        future.set_exception(error)


def _end(others: list[tuple[Future, tuple]]) -> list[Future]:
    """Calls that other threads have begun, all of which have ended.

    They write to memory that the caller frees after an error, so Ctrl-C has to wait for them too.
    """
    try:
        begun = [future for future, _ in others if not future.cancel()]
        wait(begun)
    except BaseException:
        _end(others)
        raise
    return begun


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
