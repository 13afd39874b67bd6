"""Synthetic series: what they promise, kind by kind."""

import ast
from pathlib import Path

import numpy as np
import pytest

import skrnn.synthetic
from skrnn.synthetic import KINDS, draw_series
from skrnn.synthetic import _breaks as breaks
from skrnn.synthetic import _disturbances as disturbances
from skrnn.synthetic import _mixture as mixture
from skrnn.synthetic import _processes as processes
from skrnn.synthetic import _shapes as shapes


def autocorrelation(y, lag):
    y = y - y.mean(1, keepdims=True)
    return (y[:, lag:] * y[:, :-lag]).sum(1) / np.maximum((y**2).sum(1), 1e-12)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.draw.__name__)
@pytest.mark.parametrize(("n", "sp"), [(5, 1), (5, 12), (90, 1), (90, 4), (200, 52), (200, 2)])
def test_every_kind_is_finite_and_seeded(kind, n, sp):
    one, same, other = (kind.draw(np.random.default_rng(s), 20, n, sp) for s in (0, 0, 1))
    assert one.shape == (20, n)
    assert np.isfinite(one).all()
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(("n", "sp"), [(5, 1), (40, 12), (300, 7)])
def test_series_begin_and_end_with_values(n, sp):
    y = draw_series(np.random.default_rng(0), 300, n, sp)
    missing = np.isnan(y)
    assert not missing[:, 0].any()
    assert not missing[:, n - n // 4 :].any()
    assert np.isfinite(y[~missing]).all()
    if n > 100:
        assert 0.02 < missing.any(1).mean() < 0.3
        assert len(np.unique(np.round(np.nanstd(y, axis=1), 6))) > 200  # no two alike


@pytest.mark.parametrize(("n", "sp"), [(1, 4), (0, 1), (10, 0)])
def test_series_without_changes_or_period_are_refused(n, sp):
    with pytest.raises(ValueError, match=f"of one, got n={n}, sp={sp}"):
        draw_series(np.random.default_rng(0), 3, n, sp)


def test_no_more_than_all_steps_can_be_known():
    with pytest.raises(ValueError, match="At most all n=10 time steps can be known, got known=11"):
        draw_series(np.random.default_rng(0), 3, 10, 1, known=11)


def test_seasons_are_there_with_a_period_only():
    rng = np.random.default_rng(0)
    seasonal = shapes.seasons(rng, 200, 240, 12)
    assert np.median(autocorrelation(seasonal, 12)) > 0.8
    assert not shapes.seasons(rng, 200, 240, 1).any()
    pattern = processes.seasonal_pattern(rng, 100, 12)
    np.testing.assert_allclose(pattern.mean(1), 0, atol=1e-12)
    deviation = pattern.std(1)
    np.testing.assert_allclose(deviation[deviation > 0], 1, atol=1e-3)
    assert (deviation > 0).mean() > 0.9  # the others were to have peaks, and have none


def test_autoregressive_coefficients_are_stationary():
    phi = processes.autoregressive_coefficients(np.random.default_rng(0), 500, 3)
    companion = np.zeros((500, 3, 3))
    companion[:, 0] = phi
    companion[:, 1, 0] = companion[:, 2, 1] = 1
    assert (np.abs(np.linalg.eigvals(companion)) < 1).all()
    assert (np.abs(phi).sum(1) > 1).any()  # cycles among them


def test_innovations_have_unit_variance_and_heavy_tails():
    e = processes.innovations(np.random.default_rng(0), 4000, 200)
    assert e.var() == pytest.approx(1, abs=0.15)
    assert (np.abs(e) > 5).mean() > 20 * 5.7e-7  # of a normal distribution


def test_chain_stays_as_long_as_it_is_told():
    states = processes.markov_chain(np.random.default_rng(0), 300, 400, persistence=(0.95, 0.95))
    changed = (np.diff(states, axis=1) != 0).mean()
    assert changed == pytest.approx(0.05 / 2, rel=0.1)  # half of the draws repeat the state


def test_counts_are_counts():
    y = processes.counts(np.random.default_rng(0), 200, 100, 12)
    assert (y >= 0).all()
    np.testing.assert_array_equal(y, np.round(y))
    assert (y == 0).mean(1).max() > 0.8
    assert y.mean(1).max() > 50


def test_chaos_is_bounded_and_hard_for_a_line():
    y = processes.chaos(np.random.default_rng(0), 200, 300, 1)
    assert (y > 0).all()
    assert np.abs(autocorrelation(y, 50)).mean() < 0.5


def test_walks_wander():
    y = processes.random_walk(np.random.default_rng(0), 500, 200, 1)
    assert np.median(autocorrelation(y, 1)) > 0.9


def test_trends_are_of_unit_size():
    """Bends may steepen some; none runs away, as one that grows instead of levelling off would."""
    trends = np.abs(shapes.trends(np.random.default_rng(0), 2000, 50))
    assert trends.max() < 12
    assert (trends[:, -1] <= 1 + 1e-12).mean() > 0.7


def test_transforms_make_positive_and_bounded_series():
    y = disturbances.transform(
        np.random.default_rng(0), np.random.default_rng(1).normal(size=(500, 80))
    )
    positive = (y > 0).all(1).mean()
    assert 0.4 < positive < 0.8
    spread = y.max(1) / np.maximum(y.min(1), 1e-9)
    assert spread[(y > 0).all(1)].max() > 20


def test_disturbances_leave_most_series_alone():
    y = np.random.default_rng(1).normal(size=(1000, 80))
    for disturb in (disturbances.shift_levels, disturbances.add_outliers, disturbances.censor):
        changed = (disturb(np.random.default_rng(0), y) != y).any(1).mean()
        assert 0.03 < changed < 0.2


def test_no_file_is_read():
    """The series are drawn, from NumPy's generators alone."""
    for path in Path(skrnn.synthetic.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names.append(node.module)
            assert {name.partition(".")[0] for name in names} <= {"functools", "numpy", "typing"}


def test_growth_lasts():
    rng = np.random.default_rng(0)
    y = processes.growth(rng, 2000, 60, 1)
    rose = (y[:, 30] - y[:, 0]) * (y[:, -1] - y[:, 30]) > 0
    assert rose.mean() > 0.8  # what grew, or shrank, goes on to
    assert (y[:, -1] > y[:, 0]).mean() > 0.7
    early, late = np.abs(y[:, 20] - y[:, 0]), np.abs(y[:, -1] - y[:, 40])
    assert np.median(late / early) < 1.3  # it would be 1.5, did growth not slow down
    positive = (y > 0).all(1)
    assert 0.6 < positive.mean() < 0.95
    seasonal = processes.growth(rng, 500, 120, 12)
    changes = np.diff(seasonal, axis=1)
    assert np.median(autocorrelation(changes, 12)) > np.median(autocorrelation(changes, 7)) + 0.2


def test_series_of_a_panel_are_alike():
    def share_of_counts(seed, alike):
        y = draw_series(np.random.default_rng(seed), 200, 50, 4, alike=alike)
        return (y == np.round(y)).all(1).mean()

    apart, alike = (np.array([share_of_counts(s, a) for s in range(60)]) for a in (False, True))
    assert apart.mean() == pytest.approx(alike.mean(), abs=0.05)
    assert alike.std() > 3 * apart.std()


# What changes shortly before the end


def broken(kind, y, known, monkeypatch, seed=0):
    shares = {k: float(k == kind) for k in breaks.SHARES}
    monkeypatch.setattr(breaks, "SHARES", shares)
    return breaks.break_late(np.random.default_rng(seed), y, known)


def test_a_tenth_of_the_series_break_before_the_last_observation():
    y = np.random.default_rng(0).normal(size=(5000, 90))
    changed = breaks.break_late(np.random.default_rng(1), y, 80) != y
    some = changed.any(axis=1)
    assert some.mean() == pytest.approx(0.1, abs=0.02)
    first = changed[some].argmax(axis=1)
    assert first.min() >= 80 - breaks.EARLIEST
    assert np.quantile(first, 0.99) == 79  # some stop at their lowest value, and have it there
    assert (first >= 70).mean() > 0.5
    assert changed[some, -1].all()  # for good


@pytest.mark.parametrize("known", [1, 2, 3])
def test_the_shortest_series_break_too_but_not_before_they_begin(known):
    y = np.random.default_rng(0).normal(size=(500, 6))
    changed = breaks.break_late(np.random.default_rng(1), y, known) != y
    assert not changed[:, 0].any()
    assert changed.any() == (known > 1)


def test_levels_break_by_one_step(monkeypatch):
    y = np.random.default_rng(0).normal(size=(300, 60))
    step = np.diff(broken(breaks.LEVEL, y, 48, monkeypatch) - y, axis=1)
    assert ((np.abs(step) > 1e-9).sum(axis=1) == 1).all()
    size = np.abs(step).max(axis=1)
    assert size.min() > 0.2
    assert size.max() > 8


def test_trends_end_or_turn_around(monkeypatch):
    y = np.tile(np.arange(60.0), (300, 1))
    slope = np.diff(broken(breaks.TREND, y, 48, monkeypatch), axis=1)
    assert (slope[:, :7] == 1).all()
    assert (slope[:, -12:] < 0.4).all()
    assert (slope[:, -12:] > -1.1).all()
    np.testing.assert_allclose(slope[:, -1], slope[:, -5])


def test_spreads_break(monkeypatch):
    y = 7 + np.random.default_rng(0).normal(size=(300, 200))
    after = broken(breaks.SPREAD, y, 100, monkeypatch)[:, -100:]
    ratio = after.std(axis=1) / y[:, -100:].std(axis=1)
    assert ratio.min() == pytest.approx(0.1, rel=0.1)
    assert ratio.max() == pytest.approx(10**0.5, rel=0.1)
    assert np.abs(after.mean(axis=1) - 7).max() < 1.5


def test_series_stop_at_their_last_or_lowest_value(monkeypatch):
    y = np.random.default_rng(0).normal(size=(300, 60))
    after = broken(breaks.STOP, y, 48, monkeypatch)
    assert (np.ptp(after[:, -13:], axis=1) == 0).all()
    to_lowest = (after[:, -1] == y.min(axis=1)).mean()
    assert to_lowest == pytest.approx(0.5, abs=0.1)


def test_series_break_only_if_it_is_said_where_they_are_known_to(monkeypatch):
    asked = []
    monkeypatch.setattr(mixture, "break_late", lambda rng, y, known: asked.append(known) or y)
    draw_series(np.random.default_rng(0), 3, 40, 4)
    draw_series(np.random.default_rng(0), 3, 40, 4, known=30)
    assert asked == [30]


def test_some_random_walks_seldom_change():
    y = processes.random_walk(np.random.default_rng(0), 2000, 200, 1)
    still = (np.diff(y, axis=1) == 0).mean(axis=1)
    assert (still > 0.4).mean() == pytest.approx(0.2, abs=0.04)
    assert (still[still <= 0.4] == 0).all()
