"""Devices, faked where the machine has none."""

import pickle
from threading import Event, Semaphore, Thread

import numpy as np
import pandas as pd
import pytest
import torch

from skrnn import GRUClassifier, GRURegressor, GRUTagger, _device
from skrnn._device import CPU_WORK, resolve_device
from skrnn.forecasting.prior._weights import load_network
from tests.conftest import SMALL, make_data, ragged
from tests.forecasting_data import quick, seasonal


@pytest.fixture
def with_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


def test_auto_takes_a_gpu_for_large_work_only(with_cuda):
    assert resolve_device("auto", CPU_WORK * 10).type == "cuda"
    assert resolve_device("auto", CPU_WORK / 10).type == "cpu"


def test_auto_takes_mps_without_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert resolve_device("auto").type == "mps"


def test_named_devices(with_cuda):
    assert resolve_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(ValueError, match="device='cuda:2' is not available"):
        resolve_device("cuda:2")
    with pytest.raises(ValueError, match="device='gpu' is not a torch device"):
        resolve_device("gpu")


def test_pickle_made_on_a_gpu_loads_without_one(monkeypatch):
    X, y = make_data(GRURegressor, 40)
    model = GRURegressor(**SMALL).fit(X, y)
    expected = model.predict(X)
    model.net_.device = "cuda:0"
    stored = pickle.dumps(model)
    assert b"cuda:0" in stored
    monkeypatch.setattr(_device.torch.cuda, "is_available", lambda: False)
    with pytest.warns(UserWarning, match="cuda:0 is not available here; the net moves to the CPU"):
        loaded = pickle.loads(stored)
    np.testing.assert_array_equal(loaded.predict(X), expected)
    loaded.partial_fit(X, y)


def test_partial_fit_goes_on_on_another_device(monkeypatch):
    X, y = make_data(GRURegressor, 40)
    model, stays = (GRURegressor(**SMALL).fit(X, y) for _ in range(2))
    model.set_params(device="cpu:0").partial_fit(X, y)
    assert model.net_.device == "cpu:0"
    np.testing.assert_array_equal(model.predict(X), stays.partial_fit(X, y).predict(X))
    monkeypatch.setattr(_device.torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="device='cuda' is not available on this machine"):
        model.set_params(device="cuda").partial_fit(X, y)


def test_a_net_moves_with_its_weights_and_its_optimiser():
    net = GRURegressor(**SMALL).fit(*make_data(GRURegressor, 40)).net_
    net.move(torch.device("meta"))  # stands for a GPU
    state = net.optimizer_.state_dict()["state"]
    moments = [value for of_weight in state.values() for value in of_weight.values()]
    assert {x.device.type for x in (*net.module_.parameters(), *moments)} == {"meta"}
    assert net.device == "meta" and len(moments) > 0


def test_one_thread_for_small_work_and_all_for_large(torch_threads):
    torch_threads(2)
    with _device.threads_for(_device.ONE_THREAD_WORK / 2):
        assert torch.get_num_threads() == 1
    with _device.threads_for(_device.ONE_THREAD_WORK * 2):
        assert torch.get_num_threads() == 2
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first leaves first", "last leaves first"])
def test_threads_that_train_at_once_restore_the_number(torch_threads, order):
    """Of each of them, and of new ones, which take the number that was set last."""
    torch_threads(2)
    after, leave, inside = {}, [Event(), Event()], Semaphore(0)

    def train(number):
        with _device.threads_for(0):
            with _device.threads_for(_device.ONE_THREAD_WORK * 2):
                pass
            inside.release()
            assert leave[number].wait(10)
        after[number] = torch.get_num_threads()

    threads = [Thread(target=train, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
        assert inside.acquire(timeout=10)
    for number in order:
        leave[number].set()
        threads[number].join()
    new = Thread(target=lambda: after.update(new=torch.get_num_threads()))
    new.start()
    new.join()
    assert after == {0: 2, 1: 2, "new": 2}


@pytest.mark.parametrize("is_ragged", [False, True], ids=["full", "ragged"])
@pytest.mark.parametrize("cls", [GRUClassifier, GRURegressor, GRUTagger], ids=lambda c: c.__name__)
def test_torch_s_default_device_changes_nothing(cls, is_ragged):
    """As by torch.set_default_device; "meta" stands for a GPU, and has no numbers at all."""
    X, y = make_data(cls, 40)
    weights = np.linspace(0.5, 1, 40)
    X = ragged(X) if is_ragged else X
    if cls is GRUTagger:
        y = [x[:, 0] > 0 for x in X]

    def run():
        options = {"batch_size": 8, "variational_dropout": 0.2, "class_weight": "balanced"}
        options = {name: value for name, value in options.items() if name in cls().get_params()}
        model = pickle.loads(pickle.dumps(cls(**SMALL, **options).fit(X, y, weights)))
        if not hasattr(model, "class_weight"):
            model.partial_fit(X, y)
        return model.predict(X)

    expected = run()
    with torch.device("meta"):
        found = run()
    for a, b in zip(found, expected):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("prior", ["auto", None])
def test_torch_s_default_device_changes_no_forecast(prior):
    load_network.cache_clear()

    def forecast():
        forecaster = quick(sp=6, prior=prior).fit(seasonal(), fh=[1, 2, 3])
        return pickle.loads(pickle.dumps(forecaster)).predict_quantiles(alpha=[0.1, 0.5])

    with torch.device("meta"):
        found = forecast()
    pd.testing.assert_frame_equal(found, forecast())
