"""Networks that were trained beforehand on synthetic series."""

import copy
import hashlib
import importlib.util
import json
import pickle
import signal
import threading
from argparse import Namespace
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load, save_file
from torch.nn.utils.rnn import pad_packed_sequence

from skrnn.datasets import load_series
from skrnn.forecasting import GRUForecaster, LSTMForecaster, RNNForecaster, _members, _model
from skrnn.forecasting._origins import Origins
from skrnn.forecasting._preparation import Preparation
from skrnn.forecasting._recipe import choose_recipe
from skrnn.forecasting._series import SeriesSet
from skrnn.forecasting.prior import PRETRAINED_CELLS, Prior, _weights
from skrnn.forecasting.prior._autoregression import autoregressive_forecasts
from skrnn.forecasting.prior._data import PriorData
from skrnn.forecasting.prior._inputs import PriorInputs
from skrnn.forecasting.prior._network import PriorNetwork, _pack
from skrnn.forecasting.prior._reach import largest_changes, within_reach
from skrnn.forecasting.prior._weights import load_network
from tests.forecasting_data import panel, seasonal

T = np.arange(40)


@pytest.fixture(params=[GRUForecaster, LSTMForecaster], ids=["gru", "lstm"])
def make(request):
    """Forecasters that train nothing."""
    return lambda **given: request.param(**{"max_steps": 0, "random_state": 0, **given})


def forecast(forecaster, y, n=8):
    return forecaster.fit(pd.Series(y, dtype=float), fh=range(1, n + 1)).predict().to_numpy()


def weights_of(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


# What it knows: exact expectations


@pytest.mark.parametrize("value", [0.0, 7.0, -3e6, 1e-8])
@pytest.mark.parametrize("n", [3, 40])
def test_a_constant_goes_on(make, value, n):
    forecaster = make()
    near = {"rtol": 1e-6, "atol": 1e-9 if value == 0 else 0}
    np.testing.assert_allclose(forecast(forecaster, np.full(n, value)), value, **near)
    interval = forecaster.predict_interval(coverage=0.95).to_numpy()
    if n > 3 or value == 0:
        np.testing.assert_allclose(interval, value, **near)
    else:  # three observations are not enough to be certain
        assert (np.abs(interval - value) > 0.01 * abs(value)).all()


@pytest.mark.parametrize("slope", [2.0, -0.01, 1e5])
@pytest.mark.parametrize("sp", [1, 4])
def test_a_line_is_continued(make, slope, sp):
    expected = 5 + slope * (40 + np.arange(8))
    result = forecast(make(sp=sp), 5 + slope * T)
    np.testing.assert_allclose(result, expected, atol=0.02 * abs(slope))


@pytest.mark.parametrize("sp", [4, 12])
def test_a_season_is_repeated(make, sp):
    y = np.tile(np.random.default_rng(sp).normal(size=sp), 5)
    np.testing.assert_allclose(forecast(make(sp=sp), y), np.tile(y[:sp], 2)[:8], atol=0.01)


def test_a_season_on_a_line_is_continued(make):
    season = np.tile([3.0, -1.0, 0.0, -2.0], 12)
    y = season + 0.5 * np.arange(48)
    np.testing.assert_allclose(forecast(make(sp=4), y[:40]), y[40:], atol=0.1)


@pytest.mark.parametrize(("n_after", "within"), [(8, 1.5), (20, 0.5)])
def test_after_a_step_the_new_level_holds(make, n_after, within):
    y = np.r_[np.zeros(40), np.full(n_after, 10.0)]
    np.testing.assert_allclose(forecast(make(), y), 10, atol=within)


def test_counts_are_forecast_between_none_and_the_most(make):
    y = np.random.default_rng(0).poisson(0.7, 60)
    forecaster = make()
    result = forecast(forecaster, y)
    assert (result >= 0).all() and (result <= 2).all()
    for fh in (range(1, 9), range(1, 40)):
        interval = forecaster.predict_interval(fh, coverage=0.95).to_numpy()
        assert (interval[:, 0] >= 0).all() and (interval[:, 0] < 0.01).all()
        assert (interval[:, 1] >= 1).all()
    assert forecaster.predict_interval(range(-20, 1), coverage=0.95).to_numpy().min() >= 0


def test_values_below_zero_are_forecast_where_there_were_some(make):
    falling = np.arange(20.0)[::-1]
    assert (forecast(make(), falling) == 0).all()  # may be counts
    assert (forecast(make(), falling - 0.5) < 0).all()


def test_noise_around_a_level_is_averaged(make):
    y = 100 + np.random.default_rng(1).normal(size=60)
    result = forecast(make(), y)
    assert np.abs(result - 100).max() < 0.8


# What it does not depend on


@pytest.mark.parametrize(("factor", "shift"), [(1e-6, 0.0), (1e5, -3e7), (-1.0, 0.0)])
def test_forecasts_follow_affine_changes(make, factor, shift):
    y = seasonal(60).to_numpy()
    forecaster, changed = make(sp=6), make(sp=6)
    one, two = forecast(forecaster, y), forecast(changed, factor * y + shift)
    np.testing.assert_allclose(two, factor * one + shift, atol=1e-3 * abs(factor) * np.std(y))
    assert forecaster.log_ == changed.log_ == [False]


def test_forecasts_of_logarithms_follow_the_scale(make):
    y = load_series("airline").to_numpy(dtype=float)
    forecaster = make(sp=12)
    one, two = forecast(forecaster, y), forecast(make(sp=12), 1e4 * y)
    assert forecaster.log_ == [True]
    np.testing.assert_allclose(two, 1e4 * one, rtol=1e-3)


def test_quantiles_do_not_cross(make):
    for y in (seasonal(60), load_series("airline").astype(float)):
        forecaster = make(sp=12).fit(y, fh=range(1, 25))
        levels = [0.01, 0.025, 0.1, 0.3, 0.5, 0.7, 0.9, 0.975, 0.99]
        assert (np.diff(forecaster.predict_quantiles(alpha=levels), axis=1) > 0).all()


@pytest.mark.parametrize("cell", PRETRAINED_CELLS)
def test_corrections_are_the_same_in_any_company(cell):
    rng = np.random.default_rng(0)
    series = [rng.normal(size=n).cumsum() for n in (3, 9, 30, 31, 140, 600)]
    series[3][[4, 5, 17]] = np.nan
    prepared = Preparation.learn(series, None, np.zeros(0, dtype=bool), (4,), 6, "auto")
    laid_out = prepared.panel(series, None)
    everyone = np.arange(len(series))
    origins = Origins.of(laid_out, prepared, laid_out.stops, everyone, 6)
    together = Prior(cell).correct(origins)
    for i in everyone:
        alone = Prior(cell).correct(origins.part([i]))
        np.testing.assert_allclose(alone.median[0], together.median[i], rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(alone.spread[0], together.spread[i], rtol=1e-3, atol=1e-4)


def test_gaps_are_not_observations(make):
    """A gap hides what was there."""
    y, other = seasonal(60).to_numpy(copy=True), seasonal(60).to_numpy(copy=True)
    other[30:33] = 1e6
    y[30:33] = other[30:33] = np.nan
    np.testing.assert_array_equal(forecast(make(sp=6), y), forecast(make(sp=6), other))


@pytest.mark.parametrize("horizon", [1, 64, 100])
@pytest.mark.parametrize("n", [1, 5, 700])
def test_any_length_and_horizon(make, horizon, n):
    y = 10 + np.sin(np.arange(n) / 3)
    result = forecast(make(sp=7), y, horizon)
    assert result.shape == (horizon,) and np.isfinite(result).all()
    assert np.abs(result - 10).max() < 6


@pytest.fixture
def inputs():
    """Of two windows of four and two values, the second of which begins with padding."""
    candidates = np.array([[[9.0, 10, 11, 6], [12, 11, 13, 8]], [[5, 4, 3, 5], [7, 4, 3, 5]]])
    return PriorInputs(
        values=np.array([[1.0, 3, 6, 8], [0, 0, 2, 5]]),
        observed=np.array([[True, True, False, True], [False, False, True, True]]),
        lengths=np.array([4, 2]),
        candidates=candidates,
        spread=np.array([[1.0, 2], [3, 4]]),
        unit=np.array([0.5, 2]),
        sp=3,
    )


def test_weights_are_for_these_channels_of_windows(inputs):
    """What the network is told is what it was told in its training, or its weights are wrong."""
    past, third = inputs.past(), 2 * np.pi / 3
    assert past.shape == (2, 4, 9) and past.dtype == np.float32
    level = (3 + 6 + 8) / 3  # of the last season
    same = [np.log(0.5) / 5, np.log(3) / 6]
    last = [np.arcsinh(8 - level), np.arcsinh(2), np.arcsinh(8 - 1), 1, 1]
    last += [np.sin(2 * third), np.cos(2 * third), *same]
    np.testing.assert_allclose(past[0, -1], last, rtol=1e-6)
    gap = [np.arcsinh(6 - level), np.arcsinh(3), 0, 0, 0, np.sin(third), np.cos(third), *same]
    np.testing.assert_allclose(past[0, -2], gap, rtol=1e-6)
    np.testing.assert_allclose(past[0, 0, :3], [np.arcsinh(1 - level), 0, 0], rtol=1e-6)
    assert (past[1, :2] == 0).all()
    first = [np.arcsinh(2 - 3.5), 0, 0, 0, 1, np.sin(third), np.cos(third)]
    np.testing.assert_allclose(past[1, 2], [*first, np.log(2) / 5, np.log(3) / 6], rtol=1e-6)


def test_weights_are_for_these_channels_of_horizons(inputs):
    future, third = inputs.future(), 2 * np.pi / 3
    assert future.shape == (2, 2, 15) and future.dtype == np.float32
    same = [np.log(4) / 6, np.log(0.5) / 5, np.log(3) / 6]
    first = [np.arcsinh(9 - 17 / 3), np.arcsinh(9 - 8)]
    first += [np.arcsinh((other - 9) / 0.5) for other in (10, 11, 6, 8, 18 / 4)]
    first += [np.log(1 / 0.5 + 0.01), 0, 1, 0, np.log(1 / 3) / 4, *same]
    np.testing.assert_allclose(future[0, 0], first, rtol=1e-6, atol=1e-7)
    second = [np.arcsinh(7 - 3.5), np.arcsinh(7 - 5)]
    second += [np.arcsinh((other - 7) / 2) for other in (4, 3, 5, 5, 7 / 2)]
    second += [np.log(4 / 2 + 0.01), np.sin(third), np.cos(third), np.log(2) / 4]
    second += [np.log(2 / 3) / 4, np.log(2) / 6, np.log(2) / 5, np.log(3) / 6]
    np.testing.assert_allclose(future[1, 1], second, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("sp", "phase"), [(1, (0, 0)), (2, (0, -1)), (4, (-1, 0))])
def test_place_in_the_season_is_told_where_there_is_one(inputs, sp, phase):
    inputs = replace(inputs, sp=sp)
    np.testing.assert_allclose(inputs.past()[0, -1, 5:7], phase, atol=1e-6)
    np.testing.assert_allclose(inputs.future()[0, 0, 8:10], (0, int(sp > 1)), atol=1e-6)


# The weights


@pytest.mark.parametrize("cell", PRETRAINED_CELLS)
def test_weights_are_small(cell):
    network = load_network(cell)
    assert sum(p.numel() for p in network.parameters()) <= 900_000
    folder = Path(_weights.__file__).parent / "weights"
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 8e6
    assert not any(p.requires_grad for p in network.parameters())


def test_other_weights_are_refused(monkeypatch, tmp_path):
    original = Path(_weights.__file__).parent
    (tmp_path / "weights").mkdir()
    content = bytearray((original / "weights" / "gru.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "weights" / "gru.safetensors").write_bytes(content)
    monkeypatch.setattr(_weights, "files", lambda package: tmp_path)
    load_network.cache_clear()
    with pytest.raises(ValueError, match="not those that were shipped"):
        load_network("gru")
    load_network.cache_clear()


def test_weights_never_change(make):
    before = {cell: weights_of(load_network(cell)) for cell in PRETRAINED_CELLS}
    forecaster = make(max_steps=3).fit(long_panel(), fh=[1, 2])
    assert list(forecaster._model.members) == ["prior", "tuned", "trained"]
    forecaster.update(long_panel(50, start=150))
    for cell, weights in before.items():
        for name, value in load_network(cell).state_dict().items():
            torch.testing.assert_close(value, weights[name], rtol=0, atol=0)
    tuned = forecaster._model.members["tuned"].network.state_dict()
    shipped = forecaster._model.members["prior"].network.state_dict()
    assert any((tuned[name] != shipped[name]).any() for name in shipped)


def test_fine_tuned_weights_are_half_way_from_the_pretrained_ones():
    pretrained = load_network("gru")
    network = copy.deepcopy(pretrained)
    for weights in network.parameters():
        weights += 1
    net = SimpleNamespace(module_=network, interrupted_=False)
    tuned = dict(Prior("gru").fine_tuned(net).network.named_parameters())
    for name, weights in pretrained.named_parameters():
        torch.testing.assert_close(tuned[name], weights + 0.5)


def test_more_pretraining_goes_on_with_the_fine_tuned_network(make, monkeypatch):
    forecaster = make(max_steps=3, n_members=1).pretrain(long_panel(), fh=[1, 2])
    first = forecaster.pretrained_model_.members["tuned"]
    before = copy.deepcopy(first.network.state_dict())
    starts, task = [], _members.tuning_task
    monkeypatch.setattr(
        _members, "tuning_task", lambda prior, *rest: (starts.append(prior), task(prior, *rest))[1]
    )
    second = forecaster.pretrain(long_panel(), fh=[1, 2]).pretrained_model_.members["tuned"]
    assert starts[-1] is first
    for name, weights in first.network.state_dict().items():
        assert (weights == before[name]).all()
    moved = second.network.state_dict()
    assert any((moved[name] != before[name]).any() for name in before)
    few = long_panel(9, n_series=1)  # too short for anything
    assert forecaster.pretrain(few, fh=[1, 2]).pretrained_model_.members["tuned"] is second


# When something is trained


def long_panel(n=150, n_series=16, start=0):
    rng = np.random.default_rng(0)
    index = pd.RangeIndex(start, start + n, name="time")
    frames = {i: pd.DataFrame({"y": rng.normal(size=n).cumsum()}, index) for i in range(n_series)}
    return pd.concat(frames, names=["series"])


def test_a_device_is_checked_where_nothing_is_trained(make):
    with pytest.raises(ValueError, match="device='gpu' is not a torch device"):
        make(device="gpu").fit(seasonal(), fh=[1])


def test_a_short_series_takes_no_training_step(make):
    forecaster = make(sp=6, max_steps="auto").fit(seasonal(), fh=[1, 2])
    assert forecaster.nets_ == []
    assert set(forecaster.shares_) == {"base", "prior"}
    network = forecaster._model.members["prior"].network
    assert forecaster.n_parameters_ == sum(p.numel() for p in network.parameters())
    assert sum(forecaster.shares_.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("lengths", "trained"), [([506], True), ([505], False), ([506, 40], False)]
)
def test_networks_are_trained_beside_the_pretrained_one_on_long_series(lengths, trained):
    index = pd.RangeIndex(max(lengths))
    walks = np.random.default_rng(0).normal(size=(2, len(index))).cumsum(1)
    y = pd.concat({i: pd.DataFrame({"y": walks[i, :n]}, index[:n]) for i, n in enumerate(lengths)})
    parameters = GRUForecaster().get_params()
    recipe = choose_recipe("gru", parameters, SeriesSet.of(y), np.zeros(0, dtype=bool), 6)
    assert (recipe.trained, recipe.tuned, recipe.on_trial) == (trained, False, False)
    with_column = choose_recipe("gru", parameters, SeriesSet.of(y), np.ones(1, dtype=bool), 6)
    assert with_column.on_trial is not trained


def test_without_prior_a_network_is_trained():
    forecaster = GRUForecaster(prior=None, max_steps=2, random_state=0).fit(seasonal(), fh=[1])
    assert len(forecaster.nets_) == 3
    assert set(forecaster.shares_) == {"base", "trained"}
    forecaster = RNNForecaster(max_steps=2, random_state=0).fit(seasonal(), fh=[1])
    assert set(forecaster.shares_) == {"base", "trained"}


def test_no_steps_train_nothing():
    for forecaster in (GRUForecaster(max_steps=0), RNNForecaster(max_steps=0)):
        forecaster.fit(panel(), fh=[1, 2])
        assert forecaster.nets_ == []
        assert np.isfinite(forecaster.predict()).all(None)


def test_windows_of_different_lengths_are_packed_on_any_device(monkeypatch):
    def gather(self, dim, index):  # what CUDA asks for, and tensors without data do not
        assert index.device == self.device
        return original(self, dim, index)

    original = torch.Tensor.gather
    monkeypatch.setattr(torch.Tensor, "gather", gather)
    lengths = torch.tensor([5, 2, 4])
    x = torch.arange(5 * 3, dtype=torch.float32).reshape(5, 3, 1)
    packed, _ = pad_packed_sequence(_pack(x, lengths))
    for i, n in enumerate(lengths):
        assert packed[:n, i].tolist() == x[5 - n :, i].tolist()  # the last ones, at the start
    assert _pack(x.to("meta"), lengths).data.shape == (11, 1)


def test_a_long_panel_is_trained_on(make):
    forecaster = make(max_steps=3, n_members=1).fit(long_panel(), fh=[1, 2])
    assert set(forecaster.shares_) == {"base", "prior", "tuned", "trained"}
    again = make(max_steps=3, n_members=1).fit(long_panel(), fh=[1, 2])
    pd.testing.assert_frame_equal(forecaster.predict(), again.predict())


def steps_until(monkeypatch, n, interrupt):
    """The training steps of all networks, the n-th of which is interrupted."""
    original, steps = torch.optim.AdamW.step, []

    def step(self, *args, **kwargs):
        steps.append(threading.current_thread())
        if len(steps) == n:
            interrupt()
        return original(self, *args, **kwargs)

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    return steps


@pytest.mark.parametrize(("step", "members"), [(2, "prior tuned"), (5, "prior tuned trained")])
def test_ctrl_c_ends_the_training_and_keeps_what_there_is(
    make, monkeypatch, torch_threads, step, members
):
    def interrupt():
        raise KeyboardInterrupt

    torch_threads(1)
    steps = steps_until(monkeypatch, step, interrupt)
    forecaster = make(max_steps=3, n_members=1)
    with pytest.warns(UserWarning, match="interrupted by user"):
        forecaster.fit(long_panel(), fh=[1, 2])
    assert len(steps) == step  # nothing is trained after it
    assert list(forecaster._model.members) == members.split()
    assert forecaster.interrupted_
    assert np.isfinite(forecaster.predict()).all(None)


@pytest.fixture
def ctrl_c():
    """Press Ctrl-C: only the main thread gets an interrupt, if it heeds any."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # xdist ignores them
    yield partial(signal.raise_signal, signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_networks_that_are_trained_side_by_side(
    make, monkeypatch, torch_threads, ctrl_c
):
    torch_threads(2)
    steps = steps_until(monkeypatch, 3, ctrl_c)
    forecaster = make(max_steps=10_000, n_members=1)
    with pytest.warns(UserWarning, match="interrupted by user"):
        forecaster.fit(long_panel(), fh=[1, 2])
    assert len(set(steps)) == 2  # threads
    assert len(steps) < 1000
    assert list(forecaster._model.members) == ["prior", "tuned", "trained"]
    assert forecaster.interrupted_
    assert torch.get_num_threads() == 2
    assert np.isfinite(forecaster.predict()).all(None)
    pickle.loads(pickle.dumps(forecaster))


def test_an_ensemble_is_interrupted_where_one_of_its_networks_was(monkeypatch, torch_threads):
    def interrupt():
        raise KeyboardInterrupt

    torch_threads(1)
    steps_until(monkeypatch, 30, interrupt)
    forecaster = GRUForecaster(prior=None, max_steps=8, n_members=3, random_state=0)
    with pytest.warns(UserWarning, match="interrupted by user"):
        forecaster.fit(long_panel(), fh=[1, 2])
    found = [net.interrupted_ for net in forecaster.nets_]
    assert found[0] is False and found[-1] is True
    assert forecaster.interrupted_


def test_networks_side_by_side_are_those_of_one_thread(make, torch_threads):
    forecasts = []
    for n_threads in (1, 2, 5):
        torch_threads(n_threads)
        forecaster = make(max_steps=3, n_members=2).fit(long_panel(), fh=[1, 2])
        assert torch.get_num_threads() == n_threads
        forecasts.append(forecaster.predict_quantiles(alpha=[0.1, 0.5]))
    for forecast in forecasts[1:]:
        pd.testing.assert_frame_equal(forecast, forecasts[0], rtol=1e-5)


def test_a_network_that_fails_stops_the_others(make, monkeypatch, torch_threads):
    def fail():
        raise ValueError("no more memory")

    torch_threads(2)
    steps = steps_until(monkeypatch, 3, fail)
    with pytest.raises(ValueError, match="no more memory"):
        make(max_steps=10_000, n_members=2).fit(long_panel(), fh=[1, 2])
    assert len(steps) < 1000
    assert torch.get_num_threads() == 2


def test_pretraining_keeps_members_that_other_series_may_need(make, monkeypatch):
    monkeypatch.setattr(_model, "LEAST_SHARE", 2)  # only the largest is enough
    forecaster = make(max_steps=3, n_members=1)
    assert len(forecaster.fit(long_panel(), fh=[1, 2])._model.members) == 1
    forecaster.pretrain(long_panel(), fh=[1, 2])
    assert list(forecaster.pretrained_model_.members) == ["prior", "tuned", "trained"]


def test_pretraining_shares_anew_where_it_goes_on_with_more_members(make):
    """Too short for networks of their own, then too short to hold out their ends."""
    forecaster = make(max_steps=3, n_members=1)
    for n, members in ((3, ["prior"]), (7, ["prior", "trained"])):
        forecaster.pretrain(panel().groupby(level=0).head(n), fh=[1, 2])
        model = forecaster.pretrained_model_
        assert list(model.members) == members
        assert len(model.calibration.shares) == len(members)


def test_ctrl_c_is_not_lost_with_a_member_that_is_left_out(make, monkeypatch, torch_threads):
    def interrupt():
        raise KeyboardInterrupt

    torch_threads(1)
    monkeypatch.setattr(_model, "LEAST_SHARE", 2)
    steps = steps_until(monkeypatch, 2, interrupt)
    forecaster = make(max_steps=300, n_members=1)
    with pytest.warns(UserWarning, match="interrupted by user"):
        forecaster.fit(pd.Series(logistic_map(320)), fh=[1])
    assert forecaster.interrupted_
    assert len(steps) == 2


def logistic_map(n, y=0.3):
    values = [y]
    while len(values) < n:
        values.append(3.7 * values[-1] * (1 - values[-1]))
    return values


def test_rules_that_smoothing_does_not_know_are_learnt(make):
    """A logistic map: the prior sees that there is a rule, and training finds it."""
    y = logistic_map(321)
    options = {"max_steps": 300, "n_members": 1}
    forecaster = make(**options).fit(pd.Series(y[:-1]), fh=[1])
    assert forecaster.shares_["trained"] > 0.5
    assert abs(forecaster.predict().iloc[0] - y[-1]) < 0.05
    rng = np.random.default_rng(0)
    noise = make(**options).fit(pd.Series(rng.normal(size=320)), fh=[1])
    assert noise.nets_ == []


def test_members_of_hardly_any_share_are_left_out():
    """A panel of logistic maps: nothing is left to do for what knows other series only."""
    starts = {"a": 0.2, "b": 0.3, "c": 0.4, "d": 0.6}
    series = {name: pd.DataFrame({"y": logistic_map(561, y)}) for name, y in starts.items()}
    y = pd.concat(series, names=["series", "time"])
    known, future = y.drop(560, level="time"), y.xs(560, level="time")
    forecaster = GRUForecaster(max_steps=300, n_members=1, random_state=0).fit(known, fh=[1])
    assert list(forecaster.shares_) == ["base", "trained"]
    assert set(forecaster._model.members) == {"trained"}
    predicted = forecaster.predict().droplevel("time")
    assert (predicted - future).abs().max(None) < 0.05


def test_columns_are_learnt_on_top(make):
    y = seasonal()
    X = pd.DataFrame({"x": np.random.default_rng(0).normal(size=len(y) + 4)}).set_index(
        pd.period_range(y.index[0], periods=len(y) + 4, freq="M")
    )
    y = y + 20 * X["x"].iloc[:-4]
    forecaster = make(sp=6, max_steps=20, n_members=1).fit(y, X=X[:-4], fh=range(1, 5))
    assert forecaster.shares_["prior"] > 0.2
    calm = seasonal(len(X))[-4:]
    error = np.abs(forecaster.predict(X=X[-4:]) - calm - 20 * X["x"][-4:]).mean()
    assert error < 4


# Autoregressive forecasts, that the network reads


def test_autoregression_finds_the_process():
    rng = np.random.default_rng(0)
    y = np.zeros((50, 400))
    for t in range(1, 400):
        y[:, t] = 0.8 * y[:, t - 1] + rng.normal(size=50)
    forecasts = autoregressive_forecasts(y, np.full(50, 400), 3)
    expected = y[:, -1:] * 0.8 ** np.arange(1, 4)
    assert np.abs(forecasts - expected).mean() < 0.3
    waves = np.sin(np.arange(105) / 4)[None]
    continued = autoregressive_forecasts(waves[:, :100], np.array([100]), 5)
    np.testing.assert_allclose(continued, waves[:, 100:], atol=0.1)


def test_autoregression_of_too_short_a_window_is_naive():
    windows = np.array([[0.0, 0.0, 1.0, 5.0]])
    np.testing.assert_array_equal(autoregressive_forecasts(windows, np.array([2]), 3), 5.0)


# No farther than a series ever went


def test_largest_changes():
    windows = np.array([[0.0, 1, 3, 2], [9, 9, 5, 6], [7, 7, 7, 4]])
    changes = largest_changes(windows, np.array([4, 2, 1]), 5)
    expected = [[2, 3, 3, 4, 5], [1, 2, 3, 4, 5], [0, 0, 0, 0, 0]]
    np.testing.assert_allclose(changes, expected)  # beyond the window in proportion


@pytest.mark.parametrize("sign", [1, -1])
def test_corrections_are_cut_where_the_series_never_went(sign):
    values = sign * np.array([[0.0, 1, 2, 3]])
    base = sign * np.array([[4.0, 4, 9]])  # the last one is beyond reach
    for correction, expected in [
        ([5, 5, 5], [0, 1, 0]),
        ([-5, -5, -5], [-2, -3, -5]),
        ([-1, 0.5, -2], [-1, 0.5, -2]),
    ]:
        cut = within_reach(sign * np.array([correction]), base, values, np.array([4]))
        np.testing.assert_allclose(cut, sign * np.array([expected]))


def test_no_forecast_runs_away(make):
    y = pd.Series(np.exp(0.12 * np.arange(24)))
    forecaster = make(max_steps=0).fit(y.iloc[:-6], fh=range(1, 7))
    recipe = forecaster._model.recipe
    panel = forecaster._prepared.panel([y.to_numpy()[:-6]], None)
    origins = Origins.of(panel, forecaster._prepared, panel.stops, np.zeros(1, int), recipe.horizon)
    correction = forecaster._model.members["prior"].correct(origins).median
    values = panel.values[None]
    cut = within_reach(correction, origins.base, values, panel.lengths)
    np.testing.assert_allclose(correction, cut, atol=1e-6)


# The tool that trained the networks

PLAN = {"cell": "gru", "hidden_size": 8, "num_layers": 1, "shards_per_step": 1, "batch_size": 8}
PLAN |= {"lr": 1e-2, "seed": 0, "threads": 1, "start": None, "median_weight": 1.0}


@pytest.fixture
def tool(monkeypatch, torch_threads):
    path = Path(__file__).parents[1] / "tools" / "train_prior.py"
    spec = importlib.util.spec_from_file_location("train_prior", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "SHARD_SIZE", 8)
    monkeypatch.setattr(module, "VALIDATION_SHARDS", 1)
    monkeypatch.setattr(module, "LENGTHS", (20, 60))
    return module


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="needs torch 2.9 or later")
def test_the_tool_trains_and_goes_on(tool, tmp_path, capsys):
    plan = PLAN | {"steps": 6}
    weights = {}
    for folder, stops in (("whole", [6]), ("resumed", [4, 6])):
        tool.draw_data(tmp_path / folder, 3, seed=1)
        for stop in stops:
            tool.train(tmp_path / folder, Namespace(**plan, every=2, stop=stop))
        kept = torch.load(tmp_path / folder / "gru.checkpoint.pt", weights_only=True)
        assert kept["step"] == 6
        weights[folder] = kept["network"]
    for name, value in weights["whole"].items():
        torch.testing.assert_close(value, weights["resumed"][name], rtol=0, atol=0)
    assert capsys.readouterr().out.count('"relative_error"') == 6
    checksum = tool.export(tmp_path / "whole", "gru", tmp_path)
    content = (tmp_path / "gru.safetensors").read_bytes()
    assert hashlib.sha256(content).hexdigest() == checksum
    network = PriorNetwork.from_weights("gru", load(content))
    assert network.encoder[0].core.hidden_size == 8
    # a second training, from these weights
    tool.draw_data(tmp_path / "on", 3, seed=2)
    plan |= {"start": tmp_path / "gru.safetensors", "steps": 1, "lr": 1e-12}
    tool.train(tmp_path / "on", Namespace(**plan, every=1, stop=None))
    kept = torch.load(tmp_path / "on" / "gru.checkpoint.pt", weights_only=True)
    for name, value in load(content).items():
        torch.testing.assert_close(kept["network"][name], value)


@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
def test_the_tool_exports_the_mean_of_several_trainings(tool, tmp_path, suffix):
    network, weights, other = PriorNetwork("gru", 8, 1), [], tmp_path / f"other.{suffix}"
    for seed in range(2):
        network.reset_parameters(torch.Generator().manual_seed(seed))
        weights.append({name: value.clone() for name, value in network.state_dict().items()})
    torch.save({"network": weights[0]}, tmp_path / "gru.checkpoint.pt")
    if suffix == "pt":
        torch.save({"network": weights[1]}, other)
    else:
        save_file(weights[1], other)
    tool.export(tmp_path, "gru", tmp_path, mean_with=[other])
    exported = load((tmp_path / "gru.safetensors").read_bytes())
    for name, value in exported.items():
        torch.testing.assert_close(value, (weights[0][name] + weights[1][name]) / 2)


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="needs torch 2.9 or later")
def test_the_tool_trains_with_the_median_weighed_more(tool, tmp_path, capsys):
    plan = PLAN | {"steps": 3, "every": 1, "stop": None}
    told = []
    for weight in (1.0, 1e6):
        tool.draw_data(tmp_path / str(weight), 3, seed=1)
        tool.train(tmp_path / str(weight), Namespace(**plan | {"median_weight": weight}))
        told.append([json.loads(line) for line in capsys.readouterr().out.splitlines()[-3:]])
    even, median_only = told
    assert median_only[0]["loss"] > 1.2 * even[0]["loss"]  # that of the median is the largest
    ratio = median_only[0]["quantile_loss"] / even[0]["quantile_loss"]
    assert 0.7 < ratio < 1.3  # the validation weighs all levels alike


def test_most_windows_are_short_early_and_all_are_whole_late(tool, monkeypatch, tmp_path):
    monkeypatch.setattr(tool, "LENGTHS", (300, 310))
    tool.draw_data(tmp_path, 2, seed=1)
    shards, widths = tool.Shards(tmp_path), {}
    for late in (False, True):
        batches = [
            tool.draw_batch(shards, np.random.default_rng(seed), 8, late)[0] for seed in range(30)
        ]
        widths[late] = np.array([batch.values.shape[1] for batch in batches])
        for batch in batches:
            assert batch.observed.shape == batch.values.shape
            assert (batch.lengths == batch.values.shape[1]).all()
    assert set(widths[True]) == {shards[1][0].values.shape[1]}
    short = widths[False] <= 130
    assert 0.6 < short.mean() < 1
    assert widths[False].min() >= 35 and (widths[False][~short] >= 300).all()


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="needs torch 2.9 or later")
def test_a_training_that_diverges_keeps_its_checkpoint(tool, tmp_path):
    plan = PLAN | {"steps": 9, "every": 1}
    tool.draw_data(tmp_path, 3, seed=1)
    tool.train(tmp_path, Namespace(**plan, stop=1))
    before = (tmp_path / "gru.checkpoint.pt").read_bytes()

    def nothing_but_nan(network, *args):
        return sum(w.sum() for w in network.parameters()) * float("nan")

    tool.loss_of = nothing_but_nan
    with pytest.raises(SystemExit, match="diverged"):
        tool.train(tmp_path, Namespace(**plan, stop=None))
    assert (tmp_path / "gru.checkpoint.pt").read_bytes() == before


def test_data_are_drawn_again_alike(tool):
    one, two = tool.draw_shard(3, seed=5), tool.draw_shard(3, seed=5)
    for name in one:
        np.testing.assert_array_equal(one[name], two[name])
    assert not np.array_equal(one["targets"], tool.draw_shard(4, seed=5)["targets"])


@pytest.mark.parametrize("alike", [False, True])
def test_a_shard_holds_what_a_forecaster_hands_to_the_network(tool, monkeypatch, alike):
    drawn = {}
    draw_series = tool.draw_series

    def draw(rng, n_series, n, sp, **options):
        drawn.update(y=draw_series(rng, n_series, n, sp, **options), sp=sp, **options)
        return drawn["y"]

    monkeypatch.setattr(tool, "draw_series", draw)
    monkeypatch.setattr(tool, "PANELS", float(alike))
    shard = tool.draw_shard(2, seed=0)
    assert drawn["alike"] == alike
    horizon = shard["targets"].shape[1]
    assert drawn["known"] == drawn["y"].shape[1] - horizon
    past = [row[:-horizon] for row in drawn["y"]]
    everyone = np.arange(len(past))
    for rows in [everyone] if alike else everyone[:, None]:
        series = [past[i] for i in rows]
        prepared = Preparation.learn(
            series, None, np.zeros(0, dtype=bool), (drawn["sp"],), horizon, "auto"
        )
        panel = prepared.panel(series, None)
        origins = Origins.of(panel, prepared, panel.stops, np.arange(len(rows)), horizon)
        inputs = PriorData.of(origins, torch.device("cpu")).inputs(np.arange(len(rows)))
        for name in ("values", "observed", "candidates", "spread", "unit"):
            np.testing.assert_allclose(
                shard[name][rows], getattr(inputs, name), rtol=1e-3, atol=1e-3, err_msg=name
            )
