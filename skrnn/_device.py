"""Where a network runs, and on how many threads."""

import os
import threading
from contextlib import contextmanager

import torch

from .nn.threads import on_threads

# Work (multiply-adds of one training step's recurrent products) below which one thread is faster
# than several, and below which the transfers to a GPU cost more than it saves.
ONE_THREAD_WORK = 2e7
CPU_WORK = 2e7


def resolve_device(device: str, work: float = float("inf")) -> torch.device:
    """Choose the device for a network.

    Parameters
    ----------
    device : str
        "auto" takes CUDA, then MPS, then the CPU, and the CPU for small work; any name of a torch
        device is taken as it is.
    work : float
        Multiply-adds of one training step.

    Raises
    ------
    ValueError
        If the device is unknown to torch or not available on this machine.
    """
    if device == "auto":
        return torch.device("cpu" if work < CPU_WORK else best_device())
    try:
        resolved = torch.device(device)
    except RuntimeError:
        raise ValueError(
            f"device={device!r} is not a torch device. Use 'auto', 'cpu', 'cuda', 'cuda:1' or "
            "'mps'."
        ) from None
    if not is_available(resolved):
        raise ValueError(
            f"device={device!r} is not available on this machine; use device='auto' or 'cpu'."
        )
    return resolved


def best_device() -> str:
    """CUDA where there is one, then MPS, then the CPU."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def is_available(device: torch.device) -> bool:
    """Whether tensors can be put on a device here."""
    if device.type == "cuda":
        return torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count()
    if device.type == "mps":
        return torch.backends.mps.is_available()
    return device.type == "cpu"


@contextmanager
def threads_for(work: float, fused: bool = False):
    """Run on as many threads as the work deserves, and restore their number afterwards.

    Parameters
    ----------
    work : float
        Multiply-adds of one step.
    fused : bool
        The work is done by the fused kernels. They have threads of their own; torch's stay at
        one, because after each small operation they would spin and take a core from the kernels.
    """
    nested = getattr(_here, "nested", False)
    with _shared.lock:
        before = _shared.enter(nested)
        wanted = 1 if work < ONE_THREAD_WORK else before
        _shared.set(1 if fused else wanted)
    _here.nested = True
    try:
        with on_threads(wanted):
            yield
    finally:
        _here.nested = nested
        with _shared.lock:
            _shared.leave(before)


class _SharedNumber:
    """The usual number of torch's threads, shared by all Python threads inside `threads_for`.

    torch keeps this number for each Python thread. A new Python thread, though, begins with the
    number that was set last in any other, perhaps for the work there only: that one must not be
    taken for the usual number, nor be restored afterwards.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.n_inside, self.usual, self.last = 0, None, None

    def enter(self, nested: bool) -> int:
        """Count this thread in, and return the number to restore when it leaves."""
        before = torch.get_num_threads()
        if self.n_inside == 0:
            self.usual = before
        elif before == self.last and not nested:
            before = self.usual
        self.n_inside += 1
        return before

    def set(self, n_threads: int) -> None:
        torch.set_num_threads(n_threads)
        self.last = n_threads

    def leave(self, before: int) -> None:
        self.set(before)
        self.n_inside -= 1


_shared, _here = _SharedNumber(), threading.local()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_shared.__init__)  # threads do not survive a fork
