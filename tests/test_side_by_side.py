"""Nets trained side by side: how Ctrl-C and failures end them, with nets that only pretend."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from skrnn._side_by_side import learn_all


class Pretender:
    """Stands for a net; its training is what a test says."""

    device = "cpu"
    interrupted_ = False

    def __init__(self, train=None):
        self.train = train or pass_by
        self.n_threads = None

    def learn(self, data, validation, verbose, stop):
        self.n_threads = torch.get_num_threads()
        self.train(stop)
        return self


def interrupt(stop):
    raise KeyboardInterrupt


def pass_by(stop):
    pass


def fail(stop):
    raise ValueError("no more memory")


@pytest.mark.parametrize(
    ("n_threads", "n_nets", "share"), [(1, 3, 1), (2, 3, 1), (4, 2, 2), (4, 1, 4)]
)
def test_each_is_trained_on_its_share_of_the_threads(torch_threads, n_threads, n_nets, share):
    torch_threads(n_threads)
    nets = [Pretender() for _ in range(n_nets)]
    assert learn_all([(net, None) for net in nets]) == nets
    assert {net.n_threads for net in nets} == {share}
    assert torch.get_num_threads() == n_threads


def test_nothing_to_train():
    assert learn_all([]) == []


def test_nets_on_a_gpu_take_turns(torch_threads):
    torch_threads(2)
    nets = [Pretender(), Pretender()]
    nets[1].device = "cuda"
    learn_all([(net, None) for net in nets])
    assert [net.n_threads for net in nets] == [2, 2]


def test_all_are_trained_here_where_no_thread_can_be_begun(torch_threads, monkeypatch):
    """As at the end of a program, on a thread that goes on after the main one."""

    def refuse(*_):
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    torch_threads(2)
    monkeypatch.setattr(ThreadPoolExecutor, "submit", refuse)
    nets = [Pretender(), Pretender()]
    assert learn_all([(net, None) for net in nets]) == nets
    assert [net.n_threads for net in nets] == [1, 1]
    assert torch.get_num_threads() == 2


def test_ctrl_c_outside_of_the_training_is_not_lost(torch_threads):
    torch_threads(1)
    done, halted, later = Pretender(), Pretender(interrupt), Pretender(fail)
    assert learn_all([(done, None), (halted, None), (later, None)]) == [done, None, None]
    assert done.interrupted_


def test_ctrl_c_before_anything_is_trained_is_raised(torch_threads):
    torch_threads(1)
    with pytest.raises(KeyboardInterrupt):
        learn_all([(Pretender(interrupt), None), (Pretender(fail), None)])
    assert torch.get_num_threads() == 1


@pytest.mark.parametrize("n_threads", [1, 3])
def test_a_failure_is_raised(torch_threads, n_threads):
    torch_threads(n_threads)
    with pytest.raises(ValueError, match="no more memory"):
        learn_all([(Pretender(train), None) for train in (pass_by, fail, pass_by)])
    assert torch.get_num_threads() == n_threads


def test_a_failure_stops_the_others(torch_threads):
    stopped = []
    torch_threads(2)
    with pytest.raises(ValueError, match="no more memory"):
        patient = Pretender(lambda stop: stopped.append(stop.wait(20)))
        learn_all([(patient, None), (Pretender(fail), None)])
    assert stopped == [True]
