"""Windows over a panel: what a network reads, in which units, and what it is asked for."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from skrnn.forecasting._ensemble import Ensemble
from skrnn.forecasting._origins import Origins, training_ends
from skrnn.forecasting._panel import Panel
from skrnn.forecasting._preparation import Preparation
from skrnn.forecasting._quantiles import LEVELS, MEDIAN
from skrnn.forecasting._scaling import SeriesScaler
from skrnn.forecasting._windows import WindowData


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


class UnitsUp:
    """A net whose median is some units above the base forecast."""

    device = "cpu"

    def __init__(self, n):
        self.n = n

    def outputs(self, values, lengths, work):
        outputs = torch.zeros(len(values), 2, len(LEVELS))
        outputs[..., MEDIAN] = self.n
        return outputs.flatten(1)


def test_networks_correct_forecasts_in_the_units_of_their_windows():
    """Corrections and spreads come back on the scale of the series; the median is of networks."""
    units = ["deviation", "change", "scale"]
    data = {unit: windows_in(unit, [0, 2, 1, 4, 7, 9, 11, 11.5]) for unit in units}
    sizes = SimpleNamespace(window_length=4)
    recipe = SimpleNamespace(sizes=sizes, known=data["scale"].known, work=1.0)
    nets = [UnitsUp(n) for n in (1, 2, 3)]
    correction = Ensemble(recipe, nets, units).correct(data["scale"].origins)
    each = np.stack([data[unit].inputs()[1] for unit in units])
    expected = np.median([[1], [2], [3]] * each, axis=0)
    np.testing.assert_allclose(correction.median, np.stack([expected] * 2, axis=1), rtol=1e-6)
    gap = correction.spread[..., MEDIAN + 1] / each.mean(0)[:, None]
    np.testing.assert_allclose(gap, 0.25, rtol=1e-6)
