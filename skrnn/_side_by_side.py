"""Several nets trained side by side, on threads of their own."""

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait

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
    n_threads = torch.get_num_threads()
    on_cpu = all(net.device == "cpu" for net, _ in tasks)
    n_workers = max(1, min(len(tasks), n_threads)) if on_cpu else 1
    nets, left = [None] * len(tasks), deque(range(len(tasks)))
    stop, interrupted, others = threading.Event(), False, []

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

    share = n_threads // n_workers
    try:
        torch.set_num_threads(share)
        with ThreadPoolExecutor(n_workers, "skrnn", _use_threads, (share,)) as pool:
            try:
                for _ in range(n_workers - 1):
                    others.append(pool.submit(learn_what_is_left))
                learn_what_is_left()
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
    begun = [net for net in nets if net is not None]
    if interrupted and not begun:
        raise KeyboardInterrupt
    if interrupted:  # also where it came after the last step of those in hand
        begun[-1].interrupted_ = True
    return nets


def _use_threads(n_threads: int) -> None:
    torch.get_num_threads()  # or the first call in this thread would take the number of another's
    torch.set_num_threads(n_threads)


def _learn_in_turn(tasks, verbose: int) -> list[RecurrentNet | None]:
    nets = [None] * len(tasks)
    for i, (net, data) in enumerate(tasks):
        nets[i] = net.learn(data, None, verbose)
        if net.interrupted_:
            break
    return nets
