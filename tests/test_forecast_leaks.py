"""What is forecast must not be known: neither to windows, nor to the held-out pass."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from skrnn.forecasting import _held_out, _model, _panel
from skrnn.forecasting._held_out import held_out_lengths
from skrnn.forecasting._origins import Origins
from skrnn.forecasting._preparation import Preparation
from skrnn.forecasting._windows import UNITS, WindowData
from tests.forecasting_data import quick, seasonal


def garbage_after(y, t):
    """The same series up to some place, and something altogether different from there on."""
    return np.concatenate([y[:t], 7 * y[t:] ** 2 + 500 * np.cos(np.arange(len(y) - t))])


def learnt_without_the_end(y, monkeypatch):
    """Weights of the smoothing models, scale, and the network of the held-out pass."""
    seen = []

    def spy(held_out, members, prediction):
        seen.append((held_out.prepared, members))
        return calibrate(held_out, members, prediction)

    calibrate = _model._calibrate
    with monkeypatch.context() as patch:
        patch.setattr(_model, "_calibrate", spy)
        quick(sp=6).fit(pd.Series(y), fh=range(1, 7))
    ((prepared, members),) = seen
    scaler = prepared.scalers[0]
    network = [p.detach().numpy() for p in members["trained"].nets[0].module_.parameters()]
    return [prepared.bases.weights, np.array([scaler.shift, scaler.scale]), *network]


def assert_held_out_part_is_not_learnt(monkeypatch):
    y = seasonal().to_numpy()
    held_out = held_out_lengths([len(y)], 6)[0]
    assert held_out == 30
    changed = garbage_after(y, len(y) - held_out)
    for one, two in zip(*(learnt_without_the_end(z, monkeypatch) for z in (y, changed))):
        np.testing.assert_array_equal(one, two)


def test_held_out_part_is_not_learnt(monkeypatch):
    assert_held_out_part_is_not_learnt(monkeypatch)


def test_a_leak_of_the_held_out_part_is_found(monkeypatch):
    monkeypatch.setattr(_held_out, "without_ends", lambda parts, held_out: parts)
    with pytest.raises(AssertionError):
        assert_held_out_part_is_not_learnt(monkeypatch)


def assert_nothing_after_an_origin_is_used(unit="deviation", t=72, horizon=6):
    """Inputs and base forecasts of windows that end at ``t``, if the future is another one."""
    y = seasonal().to_numpy()
    y[3::7] = np.nan
    y[t - 3 : t] = np.nan
    prepared = Preparation.learn([y], None, np.zeros(0, dtype=bool), (6,), horizon, "auto")
    parts = []
    for series in (y, garbage_after(y, t)):
        one = prepared.panel([series], None)
        ends, owners = np.arange(20, t + 1), np.zeros(t - 19, dtype=int)
        origins = Origins.of(one, prepared, ends, owners, horizon)
        data = WindowData(origins, 24, unit, np.zeros(0, dtype=bool), torch.device("cpu"))
        parts.append((one.values[:t], origins.base, data.inputs()[0].numpy()))
    for before, after in zip(*parts):
        assert np.isfinite(before).all()
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("unit", UNITS)
def test_nothing_after_an_origin_is_used(unit):
    assert_nothing_after_an_origin_is_used(unit)


def from_the_future(z, observed, sp):
    return pd.Series(z).bfill().ffill().to_numpy()


def one_step_late(self, width):
    """Windows that reach one step into the future."""
    return positions_of(replace(self, ends=self.ends + 1), width)


positions_of = Origins.positions


def test_leaks_into_windows_are_found(monkeypatch):
    for owner, name, leak in (
        (_panel, "carry_on", from_the_future),
        (Origins, "positions", one_step_late),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, leak)
            with pytest.raises(AssertionError):
                assert_nothing_after_an_origin_is_used()


def test_held_out_lengths():
    assert list(held_out_lengths([10, 20, 21, 40, 1000], 6)) == [0, 6, 6, 10, 30]
    assert list(held_out_lengths([1000], 20)) == [60]
    assert list(held_out_lengths([1000] * 50, 6)) == [6] * 50
