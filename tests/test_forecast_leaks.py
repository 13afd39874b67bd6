"""What is forecast must not be known: neither to windows, nor to the held-out pass."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from skrnn.forecasting import _held_out, _model, _panel
from skrnn.forecasting._held_out import held_out_lengths
from skrnn.forecasting._origins import Origins, training_ends
from skrnn.forecasting._panel import Panel
from skrnn.forecasting._preparation import Preparation
from skrnn.forecasting._scaling import SeriesScaler
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


# Windows


def test_windows_and_what_came_after_them():
    values = [np.arange(10.0) ** 2, np.arange(5.0) + 7]
    prepared = Preparation.learn(values, None, np.zeros(0, dtype=bool), (1,), 2, "naive")
    both = prepared.panel(values, None)
    ends, owners = training_ends(both, shortest=1, horizon=2)
    assert len(ends) == (10 - 2) + (5 - 2)
    origins = Origins.of(both, prepared, ends, owners, 2)
    data = WindowData(origins, 3, "scale", np.zeros(0, dtype=bool), torch.device("cpu"))
    last = [values[0][i - 1] for i in range(1, 9)] + [7.0, 8, 9]
    np.testing.assert_allclose(
        both.original(origins.base, ends, owners)[:, 0], last, rtol=1e-5, atol=1e-5
    )
    future = both.original(origins.futures(), ends, owners)
    expected = [values[0][i : i + 2] for i in range(1, 9)]
    expected += [values[1][i : i + 2] for i in range(1, 4)]
    np.testing.assert_allclose(future, expected, rtol=1e-5)
    _, targets = data.take(torch.arange(len(data)))
    np.testing.assert_allclose(targets, origins.futures() - origins.base, rtol=1e-5)


def test_no_window_reaches_beyond_its_series():
    """Values of one series must not appear in windows or targets of another."""
    one, two = np.arange(8.0), np.full(9, np.nan)
    two[0] = 1e3
    prepared = Preparation.learn([one, two], None, np.zeros(0, dtype=bool), (1,), 3, "naive")
    both = prepared.panel([one, two], None)
    ends = np.array([both.stops[0], both.starts[1] + 1])
    origins = Origins.of(both, prepared, ends, np.array([0, 1]), 3)
    data = WindowData(origins, 4, "scale", np.zeros(0, dtype=bool), torch.device("cpu"))
    assert np.isnan(origins.futures()).all()
    inputs, _ = data.inputs()
    np.testing.assert_array_equal(inputs[1, :3, :2], 0)
    np.testing.assert_array_equal(inputs[0, :4, 1], 1)


def windows_in(unit, values, length=4, horizon=2, sp=1):
    """All windows of one series, neither shifted nor scaled."""
    plain = SeriesScaler(log=False, shift=0.0, scale=1.0, lowest=-np.inf)
    panel = Panel.of([np.array(values, dtype=float)], [plain], sp)
    ends, owners = training_ends(panel, shortest=1, horizon=horizon)
    base = np.tile(panel.values[ends - 1, None] + 1, (1, horizon))
    origins = Origins(panel, ends, owners, base, np.ones_like(base), np.ones(len(ends)), sp)
    return WindowData(origins, length, unit, np.zeros(0, dtype=bool), torch.device("cpu"))


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("deviation", [0, 1, (1.5 + 0.5 + 0.5) / 3, (2.5 + 0.5 + 1.5 + 1.5) / 4]),
        ("change", [0, 2, (2 + 1) / 2, (2 + 1 + 3) / 3]),
        ("scale", [0.9] * 4),
    ],
)
def test_units_of_windows(unit, expected):
    """What lies before the series does not count; values are relative to the last season's mean."""
    data = windows_in(unit, [0, 2, 1, 4, 7, 9, 11], sp=2)
    inputs, units = data.inputs(data.origins.part(np.arange(4)))
    level = [0, 1, 1.5, 2.5]
    np.testing.assert_allclose(units, np.array(expected) + 0.1)
    np.testing.assert_allclose(inputs[3, :4, 0], (np.array([0, 2, 1, 4]) - 2.5) / units[3], 1e-6)
    last = np.array([0, 2, 1, 4]) + 1
    np.testing.assert_allclose(inputs[:, 4, 0], (last - level) / units, rtol=1e-6)


def test_losses_are_those_of_the_series():
    """Targets are in units of the windows, and weigh as much."""
    data = windows_in("change", [0, 2, 1, 4, 7, 9, 11])
    batch, targets = data.take(torch.tensor([2, 0]))
    lacking = torch.from_numpy(data.origins.futures() - data.origins.base)[[2, 0]]
    np.testing.assert_allclose(targets * batch["weights"][:, None], lacking, rtol=1e-6)
    np.testing.assert_allclose(batch["weights"], [1.6, 0.1], rtol=1e-6)


def test_held_out_lengths():
    assert list(held_out_lengths([10, 20, 21, 40, 1000], 6)) == [0, 6, 6, 10, 30]
    assert list(held_out_lengths([1000], 20)) == [60]
    assert list(held_out_lengths([1000] * 50, 6)) == [6] * 50
