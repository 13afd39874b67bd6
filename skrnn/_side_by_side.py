"""Several nets trained side by side, on threads of their own."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import torch

from ._training import Data, RecurrentNet

INTERRUPT_SECONDS = 0.2  # after which a thread that waits for others looks for Ctrl-C


def learn_all(
    tasks: list[tuple[RecurrentNet, Data]], verbose: int = 0
) -> list[RecurrentNet | None]:
    """Train several nets, side by side where torch may use several threads.

    Small networks gain little from a second thread each, but all of a thread of their own. Each
    net is the same as if it were trained alone.

    Parameters
    ----------
    tasks : list of (net, training data)
    verbose : int

    Returns
    -------
    list of RecurrentNet or None
        Of the same length. Ctrl-C ends the training of those in hand; None stands for those that
        were not begun.
    """
    nets, left, stop = [None] * len(tasks), deque(range(len(tasks))), threading.Event()

    def learn_what_is_left() -> None:
        try:
            while not stop.is_set():
                try:
                    number = left.popleft()
                except IndexError:
                    return
                net, data = tasks[number]
                nets[number] = net.learn(data, None, verbose, stop)
                if net.interrupted_:
                    stop.set()
        except BaseException:
            stop.set()
            raise

    on_cpu = all(net.device == "cpu" for net, _ in tasks)
    if _on_threads(len(tasks) if on_cpu else 1, learn_what_is_left, stop):
        begun = [net for net in nets if net is not None]
        if not begun:
            raise KeyboardInterrupt
        begun[-1].interrupted_ = True  # also where it came after the last step of those in hand
    return nets


def _on_threads(most: int, work: Callable[[], None], stop: threading.Event) -> bool:
    """Do some work on several threads, this one among them; whether Ctrl-C ended it."""
    n_threads = torch.get_num_threads()
    n_workers = max(1, min(most, n_threads))
    share = n_threads // n_workers
    others, interrupted = [], False
    try:
        torch.set_num_threads(share)
        with ThreadPoolExecutor(n_workers, "skrnn", _use_threads, (share,)) as pool:
            try:
                _begin(others, n_workers - 1, pool, work)
                work()
                # in short turns, since waiting cannot be interrupted on every system
                while wait(others, INTERRUPT_SECONDS).not_done:
                    pass
            except KeyboardInterrupt:
                interrupted = True
                stop.set()
    finally:
        torch.set_num_threads(n_threads)
    for other in others:
        other.result()  # raises what was raised there
    return interrupted


def _begin(
    others: list[Future], n_others: int, pool: ThreadPoolExecutor, work: Callable[[], None]
) -> None:
    """Begin some work on other threads, of which there are none at the end of a program."""
    try:
        for _ in range(n_others):
            others.append(pool.submit(work))
    except RuntimeError:
        if others:
            raise


def _use_threads(n_threads: int) -> None:
    torch.get_num_threads()  # or the first call in this thread would take the number of another's
    torch.set_num_threads(n_threads)
