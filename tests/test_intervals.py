"""Intervals, quantiles, variances and distributions of forecasts."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import norm
from sklearn.metrics import mean_pinball_loss
from sktime.performance_metrics.forecasting.probabilistic import CRPS

from skrnn.datasets import load_series
from skrnn.forecasting import GRUForecaster
from skrnn.forecasting._calibration import (
    Calibration,
    Correction,
    Prediction,
    random_walk_correction,
)
from skrnn.forecasting._distribution import DENSE, Distribution, dense_quantiles
from skrnn.forecasting._model import ForecastModel
from skrnn.forecasting._quantiles import (
    LEVELS,
    MEDIAN,
    QuantileLoss,
    ordered_quantiles,
)
from skrnn.forecasting._rolling import _grown
from tests.forecasting_data import quick, seasonal

MANY = [0.001, 0.01, 0.04, 0.1, 0.25, 0.333, 0.5, 0.6, 0.75, 0.9, 0.96, 0.99, 0.999]
COLUMNS = {
    "additive": seasonal().to_frame(),
    "logarithm": load_series("airline").to_frame(),
    "two columns": pd.DataFrame({"a": seasonal(), "b": seasonal(seed=1) ** 3}),
}


@pytest.fixture(params=COLUMNS)
def forecaster(request):
    return quick(sp=6).fit(COLUMNS[request.param], fh=range(1, 7))


# What a fitted forecaster says


def test_quantiles_never_cross(forecaster):
    for fh in (range(1, 7), range(1, 40), range(-30, 1)):
        quantiles = forecaster.predict_quantiles(fh, alpha=MANY)
        for _, block in quantiles.T.groupby(level=0, sort=False):
            assert (np.diff(block.to_numpy(), axis=0) > 0).all()


def test_intervals_are_pairs_of_quantiles(forecaster):
    intervals = forecaster.predict_interval(coverage=[0.5, 0.8])
    quantiles = forecaster.predict_quantiles(alpha=[0.25, 0.75, 0.1, 0.9])
    np.testing.assert_allclose(intervals, quantiles)
    for name in dict.fromkeys(intervals.columns.get_level_values(0)):
        assert list(intervals[name].columns) == [
            (0.5, "lower"),
            (0.5, "upper"),
            (0.8, "lower"),
            (0.8, "upper"),
        ]


def test_the_median_is_the_forecast(forecaster):
    median = forecaster.predict_quantiles(alpha=[0.5])
    np.testing.assert_allclose(median, forecaster.predict())


def test_the_distribution_has_the_quantiles_and_the_variance(forecaster):
    distribution = forecaster.predict_proba()
    for alpha in MANY[1:-1]:
        expected = forecaster.predict_quantiles(alpha=[alpha])
        np.testing.assert_allclose(distribution.ppf(alpha), expected, rtol=1e-5)
    variance = forecaster.predict_var()
    np.testing.assert_allclose(distribution.var(), variance, rtol=0.15)
    assert list(variance.columns) == list(forecaster.predict().columns)


@pytest.mark.parametrize(
    "question", [("predict_var", "cov", True), ("predict_proba", "marginal", False)]
)
def test_that_steps_hang_together_is_not_claimed(forecaster, question):
    method, name, value = question
    with pytest.raises(NotImplementedError, match=f"expected {name}={not value}"):
        getattr(forecaster, method)(**{name: value})


def test_energy_of_a_histogram_by_hand():
    """Mean distances of two draws, and of a draw from a place within a bin and outside."""
    histogram = pytest.importorskip("skrnn.forecasting._histogram").ExactHistogram
    one = histogram(bins=[0.0, 1.0], bin_mass=[1.0])
    assert one.energy() == pytest.approx(1 / 3)
    assert one.energy(0.25) == pytest.approx((0.25**2 + 0.75**2) / 2)
    assert one.energy(-2.0) == pytest.approx(2.5)
    two = histogram(bins=[0.0, 1.0, 3.0], bin_mass=[0.5, 0.5])
    assert two.energy() == pytest.approx(0.5 * 1.5 + 0.25 / 3 + 0.25 * 2 / 3)
    assert two.energy(2.0) == pytest.approx(0.5 * 1.5 + 0.5 * 0.5)


@pytest.mark.parametrize("level", [0.0, 1e8])
def test_scores_of_the_distribution_do_not_depend_on_the_level(level):
    """Those of skpro are differences of squares, and the best where there is no density."""
    y = pd.DataFrame({"a": np.random.default_rng(0).normal(size=40)})
    forecaster = quick().fit(y + level, fh=[1, 2])
    distribution, median = forecaster.predict_proba(), forecaster.predict()
    np.testing.assert_allclose(distribution.var(), forecaster.predict_var(), rtol=1e-5)
    draws = distribution.sample(4000).to_numpy().reshape(-1, 2)
    for shift in (-0.7, 0.0, 3.0, 1000.0):
        point = median + shift
        between = np.abs(draws - point.to_numpy().T).mean(0)
        np.testing.assert_allclose(
            distribution.energy(point).to_numpy().ravel(), between, rtol=0.05
        )
    apart = np.abs(draws - draws[::-1]).mean(0)
    np.testing.assert_allclose(distribution.energy().to_numpy().ravel(), apart, rtol=0.05)
    density = distribution.log_pdf(median)
    assert np.isfinite(density).all(axis=None)
    assert (distribution.log_pdf(median + 1000) == -np.inf).all(axis=None)
    np.testing.assert_allclose(density, np.log(distribution.pdf(median)))


def test_sktime_scores_the_distributions_of_a_panel():
    parts = {name: seasonal(seed=i).to_frame("y") for i, name in enumerate("ab")}
    panel = pd.concat(parts, names=["series", "time"])
    past, future = panel.groupby(level=0).head(-3), panel.groupby(level=0).tail(3)
    forecaster = quick().fit(past, fh=[1, 2, 3])
    distribution = forecaster.predict_proba()
    levels = np.linspace(0.005, 0.995, 100)
    quantiles = forecaster.predict_quantiles(alpha=list(levels)).to_numpy()
    loss = np.mean([mean_pinball_loss(future, q, alpha=p) for q, p in zip(quantiles.T, levels)])
    assert CRPS()(future, distribution) == pytest.approx(2 * loss, rel=0.02)
    one = distribution.loc[future.index[1:2], ["y"]]
    assert one.ppf(0.5).iloc[0, 0] == pytest.approx(distribution.ppf(0.5).iloc[1, 0])


def test_intervals_widen_beyond_the_trained_horizon():
    forecaster = quick().fit(seasonal(), fh=[1, 2, 3])
    interval = forecaster.predict_interval(range(1, 31), coverage=[0.8]).to_numpy()
    width = (interval[:, 1] - interval[:, 0]).reshape(-1, 3)
    assert (width[1:].min(1) > width[:-1, -1]).all()


@pytest.mark.parametrize(("power", "least", "most"), [(0, 1, 1.2), (0.5, 1.95, 2.05), (1, 3, 4)])
def test_spreads_grow_on_as_they_grew(power, least, most):
    steps = np.arange(1, 65)
    spread = np.repeat(7.0 * steps[None, :, None] ** power, len(LEVELS), axis=2)
    grown = _grown(spread, steps + 192, sp=1) / spread[:, -1:]
    assert (np.diff(grown, axis=1) > 0).all()
    assert least < grown[0, -1, 0] < most
    np.testing.assert_array_equal(grown[..., 0], grown[..., -1])
    one = _grown(spread[:, :1], np.array([9]), sp=1) / spread[:, :1]
    np.testing.assert_allclose(one, 3)  # as independent errors add up


def test_the_fewer_steps_there_are_the_more_spreads_grow_as_those_of_independent_errors():
    growth = []
    for horizon in (1, 6, 12, 64):
        spread = np.ones((1, horizon, len(LEVELS)))
        growth.append(_grown(spread, np.array([4 * horizon]), sp=1)[0, 0, 0])
    assert (np.diff(growth) < 0).all()
    assert growth[0] == pytest.approx(2)


@pytest.mark.parametrize("horizon", [24, 48, 64])
def test_a_season_of_spreads_is_not_taken_for_growth(horizon):
    """Of the sun's power by the hour, which is certain by night: whenever forecasts start."""
    grown = []
    for start in (0, 6, 12, 18):
        steps = np.arange(start, start + horizon)
        spread = np.maximum(np.sin(2 * np.pi * steps / 24), 0)
        repeated = np.repeat(spread[None, :, None], len(LEVELS), axis=2)
        grown.append(_grown(repeated, np.array([192]), sp=24)[0, 0, 0])
    assert max(grown) < 1.1 * min(grown)
    assert max(grown) < (1.3 if horizon == 24 else 0.7)


def test_intervals_of_noise_hardly_grow_far_ahead_and_those_of_a_random_walk_do():
    noise = np.random.default_rng(0).normal(size=300)
    growth = {}
    for name, y in {"noise": noise, "walk": noise.cumsum()}.items():
        forecaster = quick(max_steps=0, prior="auto").fit(pd.Series(y))
        interval = forecaster.predict_interval([64, 256], coverage=[0.8]).to_numpy()
        width = interval[:, 1] - interval[:, 0]
        growth[name] = width[1] / width[0]
    assert 1 < growth["noise"] < 1.4
    assert 1.5 < growth["walk"] < 2.5


def simulated_panel(n_series=60, n=90, sp=4):
    """Autoregressive noise of different scales about a season."""
    rng = np.random.default_rng(0)
    frames = {}
    for i in range(n_series):
        noise = rng.normal(size=n)
        for t in range(1, n):
            noise[t] += 0.6 * noise[t - 1]
        y = noise + 3 * np.sin(2 * np.pi * np.arange(n) / sp)
        frames[i] = pd.DataFrame({"y": (1 + i) * y})
    return pd.concat(frames, names=["series", "time"])


@pytest.mark.parametrize("max_steps", [0, 5])
def test_networks_of_one_horizon_are_rolled_on_and_the_pretrained_one_takes_any(
    max_steps, monkeypatch
):
    y = pd.Series(np.random.default_rng(1).normal(size=600).cumsum())
    forecaster = GRUForecaster(max_steps=max_steps, random_state=0).fit(y, fh=[1])
    horizons, quantiles = [], ForecastModel.quantiles
    monkeypatch.setattr(
        ForecastModel,
        "quantiles",
        lambda self, *args: (horizons.append(args[-1]), quantiles(self, *args))[1],
    )
    far = forecaster.predict_interval(range(1, 71), coverage=0.8)
    assert horizons == ([1] * 70 if max_steps else [64, 64])
    assert (np.diff(far, axis=1)[-1] > np.diff(far, axis=1)[0]).all()
    near = forecaster.predict_interval(range(1, 7), coverage=0.8)
    np.testing.assert_allclose(near, far.iloc[:6], rtol=1e-4)


def test_intervals_cover_what_they_say():
    y = simulated_panel()
    forecaster = quick(sp=4, max_steps=200)
    forecaster.fit(y.groupby(level=0).head(-8), fh=range(1, 9))
    test = y.groupby(level=0).tail(8)["y"]
    for coverage, low, high in ((0.8, 0.7, 0.9), (0.5, 0.38, 0.62), (0.95, 0.89, 0.99)):
        interval = forecaster.predict_interval(coverage=[coverage])
        inside = test.between(interval.iloc[:, 0], interval.iloc[:, 1])
        assert low < inside.mean() < high
    width = interval.iloc[:, 1] - interval.iloc[:, 0]
    assert width.loc[59].mean() > 20 * width.loc[0].mean()  # each series has its own


# Calibration


def predicted(n=2000, horizon=4, corrections=(0.0,)):
    """A forecast of zero with the quantiles of a standard normal at every step."""
    spread = np.broadcast_to(norm.ppf(LEVELS), (n, horizon, len(LEVELS)))
    zero = np.zeros((n, horizon))
    return Prediction(zero, [Correction(zero + c, spread) for c in corrections])


def learn(prediction, futures, doubt=0.0):
    """A calibration whose windows do not overlap."""
    return Calibration.learn(prediction, futures, len(futures), doubt, doubt)


@pytest.mark.parametrize("scale", [0.8, 1.5, 4.0])
@pytest.mark.parametrize("skewed", [False, True])
def test_widening_attains_the_levels(scale, skewed):
    rng = np.random.default_rng(0)
    draw = (lambda: rng.exponential(scale, (2000, 4))) if skewed else None
    draw = draw or (lambda: rng.normal(scale=scale, size=(2000, 4)))
    centre = scale * np.log(2) if skewed else 0.0
    calibration = learn(predicted(), draw() - centre)
    quantiles = calibration.quantiles(predicted())
    below = (draw()[..., None] - centre < quantiles).mean((0, 1))
    np.testing.assert_allclose(below, LEVELS, atol=0.02)


@pytest.mark.parametrize("shift", [0.5, -0.5, 2.0, -2.0])
def test_a_shock_to_all_series_at_one_time_widens_both_tails_alike(shift):
    errors = shift + np.random.default_rng(0).normal(size=(2000, 4))
    given = predicted(), errors, len(errors), 0.0, 0.0
    each, alike = (Calibration.learn(*given, one_time=one).widening for one in (False, True))
    far, near = (each[:, -1], each[:, 0]) if shift > 0 else (each[:, 0], each[:, -1])
    assert (far > 1.15).all()
    assert (near < 0.85).all()
    np.testing.assert_array_equal(alike, alike[:, ::-1])
    expected = far / 2 if abs(shift) == 2 else np.sqrt(far * near)
    np.testing.assert_allclose(alike[:, 0], expected**0.75)


def test_steps_have_their_own_widening_where_there_are_windows():
    rng = np.random.default_rng(0)
    growing = rng.normal(size=(2000, 4)) * [1, 2, 3, 4]
    many = learn(predicted(), growing).widening
    np.testing.assert_allclose(many[:, 0], [1, 2, 3, 4], rtol=0.15)
    np.testing.assert_array_equal(many[:, MEDIAN], 1)
    few = learn(predicted(20), growing[:20]).widening
    assert (few == few[0]).all()


def test_steps_beyond_the_horizon_are_widened_as_its_last_one_is():
    widening = np.outer([1.0, 2.0], np.ones(len(LEVELS)))
    base, spread = np.zeros((3, 4)), np.tile(np.array(LEVELS) - 0.5, (3, 4, 1))
    prediction = Prediction(base, [Correction(base, spread)])
    quantiles = Calibration(np.ones(1), widening).quantiles(prediction)
    np.testing.assert_allclose(quantiles, spread * np.array([1, 2, 2, 2])[:, None])


def test_few_windows_make_wider_intervals():
    """The conformal level is (n + 1) / n of the nominal one."""
    errors = norm.ppf((np.arange(20) + 0.5) / 20)[:, None]
    widening = learn(predicted(20, 1), errors).widening[0]
    assert widening[0] * norm.ppf(LEVELS[0]) == errors.min()
    assert widening[-1] * norm.ppf(LEVELS[-1]) == errors.max()


def test_doubt_draws_widening_to_one():
    errors = 3 * np.random.default_rng(0).normal(size=(20, 4))
    sure, doubtful = (learn(predicted(20), errors, doubt).widening for doubt in (0, 20))
    np.testing.assert_allclose(doubtful, np.sqrt(sure))  # twenty windows against twenty
    assert sure[0, 0] > 2


def shares(*corrections, n=500, doubt=0.0, noise=0.1):
    """Shares for corrections by constants, where a correction by one would be right."""
    futures = 1 + noise * np.random.default_rng(0).normal(size=(n, 4))
    return learn(predicted(n, corrections=corrections), futures, doubt).shares


def test_share_of_the_correction():
    np.testing.assert_allclose(shares(1.0), 1)
    np.testing.assert_allclose(shares(-1.0), 0, atol=1e-12)
    np.testing.assert_allclose(shares(2.0), 0.5)
    assert shares(0.0) == 0
    np.testing.assert_allclose(shares(1.0, -1.0), [1, 0], atol=1e-12)
    np.testing.assert_allclose(shares(-1.0, 1.0), [0, 1], atol=1e-12)
    assert shares(3.0, -3.0) @ [3, -3] == pytest.approx(1.125)  # on the grid, nearest to one


def test_shares_stay_usual_until_windows_speak_against_them():
    few, more, many = (shares(-0.1, n=n, doubt=20)[0] for n in (1, 100, 1000))
    assert 0.8 < few < 1
    assert few > 2 * more
    assert more > 2 * many
    assert shares(-9.0, n=6, doubt=20) < 0.3  # where it is much worse, few windows are enough
    np.testing.assert_allclose(shares(1.0, 1.0, 1.0, n=2, doubt=20), 1 / 3, atol=0.05)


def test_small_differences_leave_members_their_equal_shares():
    """However many windows say so; errors are 0.1 of the base forecast's, and their mean's."""
    nearly_equal = shares(1.0, 0.98, n=5000)
    np.testing.assert_allclose(nearly_equal, 0.5, atol=0.07)
    assert shares(1.0, 0.5, n=5000)[0] > 0.9
    one_alone = shares(8 / 7, n=5000, noise=2.0)  # a share of seven eighths is right, by little
    np.testing.assert_allclose(one_alone, 7 / 8, atol=0.05)


def test_missing_futures_have_no_part_in_the_calibration():
    futures = np.random.default_rng(0).normal(size=(400, 4))
    gaps = np.r_[futures, np.full((400, 4), np.nan)]
    one = learn(predicted(400, corrections=[0.1]), futures)
    two = learn(predicted(800, corrections=[0.1]), gaps)
    np.testing.assert_allclose(one.shares, two.shares, atol=0.02)
    np.testing.assert_allclose(one.widening, two.widening, rtol=0.02)


def test_calibration_without_any_observation():
    calibration = learn(predicted(9, 2, corrections=[0.1]), np.full((9, 2), np.nan), doubt=1)
    assert 0 <= calibration.shares <= 1
    np.testing.assert_array_equal(calibration.widening, 1)


# Quantiles of networks, and those in between


@pytest.mark.parametrize("median_weight", [1.0, 3.0])
def test_loss_is_the_mean_pinball_loss(median_weight):
    torch.manual_seed(0)
    outputs, targets = torch.randn(30, 4 * len(LEVELS)), torch.randn(30, 4)
    loss = QuantileLoss(median_weight)(outputs, targets)
    assert loss.shape == (30,)
    quantiles = ordered_quantiles(outputs).reshape(-1, len(LEVELS))
    expected = [
        mean_pinball_loss(targets.reshape(-1), quantiles[:, k], alpha=level)
        for k, level in enumerate(LEVELS)
    ]
    weights = [median_weight if level == 0.5 else 1.0 for level in LEVELS]
    assert loss.mean().item() == pytest.approx(np.average(expected, weights=weights), rel=1e-5)


def test_missing_targets_have_no_loss_and_no_gradient():
    torch.manual_seed(0)
    outputs = torch.randn(5, 2 * len(LEVELS), requires_grad=True)
    targets = torch.randn(5, 2)
    targets[0] = torch.nan
    targets[1, 1] = torch.nan
    loss = QuantileLoss()(outputs, targets)
    loss.sum().backward()
    gradient = outputs.grad.unflatten(-1, (2, -1))
    assert loss[0] == 0
    assert torch.isfinite(gradient).all()
    assert not gradient[0].any() and not gradient[1, 1].any()
    assert gradient[1, 0].any() and gradient[2:].any()


def test_networks_quantiles_are_ordered():
    torch.manual_seed(0)
    outputs = 5 * torch.randn(100, 3 * len(LEVELS))
    quantiles = ordered_quantiles(outputs)
    assert (quantiles.diff(dim=-1) >= 0).all()
    np.testing.assert_array_equal(quantiles[..., MEDIAN], outputs.reshape(100, 3, -1)[..., MEDIAN])


def distribution(quantiles, logged=False, lowest=-np.inf):
    """Of one step of one series."""
    return Distribution(np.array([[quantiles]], float), np.array([logged]), np.array([lowest]))


def test_quantiles_in_between_are_those_of_a_normal_distribution():
    normal = 3 + 2 * norm.ppf(LEVELS)
    np.testing.assert_allclose(dense_quantiles(normal), 3 + 2 * norm.ppf(DENSE))
    inner, of_normal = np.linspace(0.03, 0.97, 50), distribution(normal)
    np.testing.assert_allclose(of_normal.at(inner)[0, 0], 3 + 2 * norm.ppf(inner), atol=0.06)
    np.testing.assert_allclose(of_normal.at(LEVELS)[0, 0], normal)
    assert of_normal.variance()[0, 0] == pytest.approx(4, rel=0.05)


def test_quantiles_in_between_of_logarithms_are_lognormal():
    lognormal = distribution(np.exp(3 + 2 * norm.ppf(LEVELS)), logged=True)
    np.testing.assert_allclose(lognormal.at(DENSE)[0, 0], np.exp(3 + 2 * norm.ppf(DENSE)))
    wide = distribution(np.exp(8 * norm.ppf(LEVELS)), logged=True)
    assert (wide.at([0.0, 0.001, 0.004]) >= 0).all()


def test_no_quantile_is_below_the_lowest_value():
    counts = distribution([0.5, 2, 3, 4, 5, 7, 9], lowest=0.0)
    assert counts.at(0.005) == counts.at(0.0) == 0
    assert counts.at(0.025) == 0.5
    assert (np.diff(counts.edges) >= 0).all()


@pytest.mark.parametrize(("n_zeros", "bounded"), [(30, True), (6, True), (4, False), (2, False)])
def test_intervals_of_amounts_that_are_often_zero_are_not_below_zero(n_zeros, bounded):
    """Of rain, or the power of the sun; a temperature that once was zero may fall below it."""
    rng = np.random.default_rng(0)
    amounts = rng.gamma(1.0, size=120)
    amounts[rng.choice(120, n_zeros, replace=False)] = 0
    forecaster = GRUForecaster(max_steps=0).fit(pd.Series(amounts), fh=[1, 2, 3])
    lowest = forecaster.predict_quantiles(alpha=[0.001, 0.01]).to_numpy()
    assert (lowest == 0).all() if bounded else (lowest < 0).all()


def test_intervals_of_counts_are_not_below_zero():
    y = pd.Series(np.random.default_rng(0).poisson(2.0, 120))
    forecaster = quick().fit(y, fh=[1, 2, 3])
    coverage = [0.8, 0.95, 0.99, 0.999]
    assert forecaster.predict_interval(coverage=coverage).min(axis=None) >= 0
    assert forecaster.predict_proba().ppf(1e-4).min(axis=None) >= 0


def test_a_small_series_beside_a_large_one_has_its_own_distribution():
    y = pd.DataFrame({"gdp": 2e13 * seasonal(), "rate": 1e-6 * seasonal(seed=1)})
    forecaster = quick(sp=6).fit(y, fh=[1, 2])
    distribution = forecaster.predict_proba()
    for alpha in MANY:
        expected = forecaster.predict_quantiles(alpha=[alpha])
        np.testing.assert_allclose(distribution.ppf(alpha), expected, rtol=1e-7)
    one = distribution.iloc[1, 1]
    np.testing.assert_allclose(one.ppf(0.9), distribution.ppf(0.9).iloc[1, 1], rtol=1e-7)


def test_variance_is_that_of_the_quantiles():
    skewed = distribution([-1, 0, 0.5, 1, 3, 7, 12])
    draws = skewed.at((np.arange(200_000) + 0.5) / 200_000)
    assert skewed.variance()[0, 0] == pytest.approx(draws.var(), rel=1e-3)


def test_spread_of_a_random_walk():
    spread = random_walk_correction(np.zeros((2, 4))).spread
    np.testing.assert_allclose(spread[0, 3], 2 * norm.ppf(LEVELS))
