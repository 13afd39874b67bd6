"""What the ends of the series tell: of rules, and of how much to train."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from skrnn.forecasting import (
    GRUForecaster,
    RNNForecaster,
    _analogues,
    _members,
    _model,
    _recipe,
    _sizes,
)
from skrnn.forecasting._analogues import analogue_forecasts
from skrnn.forecasting._calibration import (
    Calibration,
    Correction,
    Prediction,
    random_walk_correction,
)
from skrnn.forecasting._ensemble import ensemble_tasks, training_origins
from skrnn.forecasting._held_out import HeldOut
from skrnn.forecasting._origins import training_ends
from skrnn.forecasting._quantiles import LEVELS
from skrnn.forecasting._recipe import LARGE_GAIN, choose_recipe
from skrnn.forecasting._series import SeriesSet
from tests.forecasting_data import seasonal

NO_COLUMNS = np.zeros(0, dtype=bool)


def logistic(n=300, start=0.3):
    y = [start]
    while len(y) < n:
        y.append(3.9 * y[-1] * (1 - y[-1]))
    return np.array(y)


def walk(n=300, seed=0):
    return np.random.default_rng(seed).normal(size=n).cumsum()


def recipe_for(*series, cls=GRUForecaster, known=NO_COLUMNS, horizon=2, **parameters):
    frames = {i: pd.DataFrame({"y": y}) for i, y in enumerate(series)}
    y = pd.concat(frames, names=["series", "time"])
    everything = cls(**parameters).get_params()
    return choose_recipe(cls._cell, everything, SeriesSet.of(y), known, horizon)


def hold_out(*series, **parameters):
    return HeldOut.of(recipe_for(*series, **parameters), list(series), None)


# What networks are trained on


def test_the_last_windows_are_drawn_most_often():
    long, short = walk(5000), walk(300)
    recipe = recipe_for(long, short, horizon=5)
    prepared = recipe.prepare([long, short], None)
    panel = prepared.panel([long, short], None)
    origins = training_origins(recipe, panel, prepared, seed=0, most=2000)
    assert len(origins) == 2000
    age = panel.stops[origins.owners] - origins.ends
    assert age.min() >= 5  # the horizon is known
    of_long = origins.owners == 0
    newest, oldest = (of_long & (age < 250)).sum(), (of_long & (age > 4750)).sum()
    assert newest > 5 * oldest > 0
    assert (~of_long).sum() > 0.2 * 2000  # though it has but 300 of 5,300 observations


def test_all_windows_are_used_where_they_can_be():
    recipe = recipe_for(walk(300), horizon=5)
    prepared = recipe.prepare([walk(300)], None)
    panel = prepared.panel([walk(300)], None)
    origins = training_origins(recipe, panel, prepared, seed=0, most=300)
    assert len(np.unique(origins.ends)) == len(origins) > 250


def test_networks_pass_through_large_panels_twice():
    """As far as 3,000 steps go; through small ones oftener, by 200 steps at least."""
    asked = dict.fromkeys(_sizes.Sizes.__dataclass_fields__, "auto")

    def passes(n_series, length, **given):
        sizes = _sizes.choose_sizes(asked | given, np.full(n_series, length), 10, 1)
        return sizes.max_steps, sizes.max_steps * sizes.batch_size / (n_series * (length - 10))

    assert passes(300, 1010)[1] == pytest.approx(2, rel=1e-3)
    assert passes(300, 1010, batch_size=512)[1] == pytest.approx(60 * 300_000**0.25 / 586, rel=1e-3)
    assert passes(10, 1010)[1] > 5
    assert passes(10_000, 110)[0] == 3000
    assert passes(1, 110)[0] == 200


@pytest.mark.parametrize(
    ("window_length", "horizon", "segment_length"),
    [(48, 12, 6), (40, 10, 5), (48, 7, 7), (16, 7, 1), (16, 12, 2), (6, 8, 1)],
)
def test_windows_are_cut_into_about_eight_segments(window_length, horizon, segment_length):
    """A segment's length divides the horizon."""
    asked = dict.fromkeys(_sizes.Sizes.__dataclass_fields__, "auto")
    asked["window_length"] = window_length
    sizes = _sizes.choose_sizes(asked, np.array([500]), horizon, 1)
    assert sizes.segment_length == segment_length


@pytest.mark.parametrize(("n_passes", "median_weight"), [(1, 3), (2, 3), (3, 1)])
def test_median_weighs_more_where_windows_are_seen_once_or_twice(n_passes, median_weight):
    recipe = recipe_for(walk(300), horizon=5)
    prepared = recipe.prepare([walk(300)], None)
    panel = prepared.panel([walk(300)], None)
    n_batches = -(-len(training_ends(panel, 2, 5)[0]) // recipe.sizes.batch_size)
    sizes = replace(recipe.sizes, max_steps=n_passes * n_batches)
    net, _ = ensemble_tasks(replace(recipe, sizes=sizes), panel, prepared, seed=0)[0]
    assert net.plan.epochs == n_passes
    below_median, median = net.criterion_.above[[2, 3]] / torch.tensor(LEVELS)[[2, 3]]
    assert median / below_median == pytest.approx(median_weight)


def test_recipes_are_compared_without_their_arrays():
    """From Python 3.13 on, arrays that are the same object are compared too."""
    recipe = recipe_for(walk(300))
    assert replace(recipe, known=recipe.known.copy(), starts=np.arange(2)) == recipe
    assert replace(recipe, lr=1.0) != recipe


# What can be told from the ends


def test_nothing_is_held_out_of_short_series():
    assert hold_out(walk(9), walk(5)) is None


def test_gain_is_the_share_of_the_error_that_is_taken_away():
    held_out = hold_out(walk())
    lacking = held_out.futures - held_out.origins.base
    assert held_out.gain(np.zeros_like(lacking)) == 0
    assert held_out.gain(lacking) == 1
    assert held_out.gain(0.75 * lacking) == pytest.approx(0.75)
    assert held_out.gain(-lacking) == pytest.approx(-1)


def test_gain_counts_what_is_known():
    y = walk()
    y[-20:-3] = np.nan
    held_out = hold_out(y)
    lacking = held_out.futures - held_out.origins.base
    assert np.isnan(lacking).any()
    assert held_out.gain(np.where(np.isnan(lacking), 7.0, lacking / 2)) == pytest.approx(0.5)
    y[-60:] = np.nan
    assert hold_out(y).gain(np.zeros(1)) == 0


def test_there_is_nothing_to_gain_over_a_perfect_forecast():
    held_out = hold_out(np.tile([1.0, 2.0], 150), sp=2)
    assert held_out.gain(np.ones_like(held_out.futures)) <= 0


def test_ends_without_any_observation_tell_nothing():
    base = np.zeros((4, 2))
    network = Correction(base + 1, np.tile(np.array(LEVELS) - 0.5, (4, 2, 1)))
    learnt = Calibration.learn(Prediction(base, [network]), base * np.nan, 2, 1, 1)
    assert learnt.shares.tolist() == [1]
    assert (learnt.widening == 1).all()


def test_length_of_the_ends_is_counted_in_horizons():
    held_out = hold_out(walk(100), walk(100), walk(10), horizon=5)
    assert held_out.n_horizons == (25 + 25) / 5
    assert list(held_out.before.lengths) == [75, 75, 10]
    assert (held_out.origins.owners < 2).all()


def test_short_series_of_a_large_panel_have_a_say():
    series = [walk(12, seed) for seed in range(30)] + [walk(40, seed) for seed in range(30)]
    held_out = hold_out(*series, walk(11), horizon=6)
    assert set(held_out.origins.owners) == set(range(60))  # eleven leave less than a horizon
    assert list(held_out.before.lengths) == [6] * 30 + [34] * 30 + [11]
    assert set(hold_out(*series[25:35], horizon=6).origins.owners) == set(range(5, 10))


def test_a_panel_is_as_large_as_what_can_be_held_out_of_it():
    short = [walk(5, seed) for seed in range(60)]
    assert not hold_out(*short, walk(40), horizon=6).one_time
    assert hold_out(*short, *(walk(40, seed) for seed in range(50)), horizon=6).one_time


@pytest.mark.parametrize(("n_series", "trust"), [(49, 1.0), (50, 0.75)])
def test_what_many_series_show_at_one_time_is_less_trusted(n_series, trust):
    """They share its shocks, so widening is drawn to none."""
    held_out = hold_out(*(walk(40, seed) for seed in range(n_series)))
    prediction = Prediction(held_out.origins.base, [random_walk_correction(held_out.origins.base)])
    learnt = np.log(_model._calibrate(held_out, {}, prediction).widening)
    given = held_out.futures, held_out.n_horizons, _model.DOUBT, _model.DOUBT
    in_full = np.log(Calibration.learn(prediction, *given).widening)
    if trust < 1:
        in_full = (in_full + in_full[:, ::-1]) / 2
    np.testing.assert_allclose(learnt, trust * in_full)
    assert np.abs(in_full).max() > 0.3


@pytest.mark.parametrize(("n_series", "doubt"), [(1, 20.0), (50, 1.0)])
def test_beside_the_pretrained_network_few_horizons_hardly_change_the_intervals(n_series, doubt):
    held_out = hold_out(*(walk(40, seed) for seed in range(n_series)))
    correction = random_walk_correction(held_out.origins.base)
    prediction = Prediction(held_out.origins.base, [correction, correction])
    learnt = np.log(
        _model._calibrate(held_out, dict.fromkeys(["prior", "trained"]), prediction).widening
    )
    trust = 0.75 if held_out.one_time else 1.0
    given = held_out.futures, held_out.n_horizons, 0.0, 0.0
    in_full = np.log(Calibration.learn(prediction, *given).widening)
    if held_out.one_time:
        in_full = (in_full + in_full[:, ::-1]) / 2
    share = held_out.n_horizons / (held_out.n_horizons + doubt)
    np.testing.assert_allclose(learnt, trust * share * in_full)
    assert np.abs(in_full).max() > 0.1


@pytest.mark.parametrize("n", [19, 80])
def test_networks_that_know_but_one_series_are_taken_for_too_sure(n):
    """By much where nothing can be held out, and by less the more is."""
    forecaster = RNNForecaster(max_steps=5, random_state=0)
    forecaster.fit(pd.Series(walk(n)), fh=np.arange(1, 7))
    assert list(forecaster._model.members) == ["trained"]
    widening = forecaster._model.calibration.widening
    held_out = hold_out(walk(n), cls=RNNForecaster, horizon=6, max_steps=5)
    assert (held_out is None) == (n == 19)
    if held_out is None:
        assert (widening == 1.8).all()
        return
    base = held_out.origins.base
    prediction = Prediction(base, [random_walk_correction(base)])
    given = held_out.futures, held_out.n_horizons, 1.0
    members = {"trained": None}
    in_full = Calibration.learn(prediction, *given, doubt_of_widening=0.0).widening
    share = held_out.n_horizons / (held_out.n_horizons + 6)
    expected = in_full**share * 1.8 ** (1 - share)
    found = _model._calibrate(held_out, members, prediction).widening
    np.testing.assert_allclose(found, expected)
    elsewhere = _model._calibrate(held_out, members, prediction, learnt_elsewhere=True).widening
    share = held_out.n_horizons / (held_out.n_horizons + 1)
    np.testing.assert_allclose(elsewhere, in_full**share)


@pytest.mark.parametrize(("n_series", "widening"), [(1, 1.8), (7, 1.344), (50, 1.0), (60, 1.0)])
def test_networks_that_know_many_series_are_taken_at_their_word(n_series, widening):
    panel = pd.concat({i: pd.DataFrame({"y": walk(11, seed=i)}) for i in range(n_series)})
    forecaster = RNNForecaster(max_steps=2, window_length=4, random_state=0).fit(panel, fh=[6, 7])
    if n_series > 1:  # of one, there are too few windows to train on
        assert list(forecaster._model.members) == ["trained"]
        found = forecaster._model.calibration.widening
        np.testing.assert_allclose(found, widening, rtol=1e-3)
    assert _model._usual_widening(n_series) == pytest.approx(widening, rel=1e-3)


def test_some_observations_are_left_of_short_series():
    series = [walk(5, seed) for seed in range(60)]
    assert set(hold_out(*series, horizon=1).before.lengths) == {4}
    assert hold_out(*(y[1:] for y in series), horizon=1) is None


@pytest.mark.parametrize("cls", [GRUForecaster, RNNForecaster])
@pytest.mark.parametrize(("n", "horizon"), [(5, 1), (6, 3), (9, 4)])
def test_large_panels_of_very_short_series_are_forecast(cls, n, horizon):
    panel = pd.concat({i: pd.DataFrame({"y": walk(n, seed=i)}) for i in range(60)})
    forecaster = cls(random_state=0).fit(panel, fh=np.arange(1, horizon + 1))
    assert np.isfinite(forecaster.predict_interval(coverage=0.8)).all(axis=None)


# Analogues


def test_analogues_find_a_rule():
    held_out = hold_out(logistic())
    forecasts = analogue_forecasts(held_out.before, held_out.origins)
    assert held_out.gain(forecasts - held_out.origins.base) > 0.8


@pytest.mark.parametrize("y", [walk(), walk(seed=1), np.diff(walk()), seasonal(300)])
def test_analogues_find_no_rule_where_there_is_none(y):
    held_out = hold_out(np.asarray(y), sp=6)
    forecasts = analogue_forecasts(held_out.before, held_out.origins)
    assert held_out.gain(forecasts - held_out.origins.base) < LARGE_GAIN / 2


def test_histories_of_a_large_panel_are_thinned(monkeypatch):
    monkeypatch.setattr(_analogues, "MOST_HISTORIES", 50)
    seen = []
    fit = _analogues.KNeighborsRegressor.fit
    monkeypatch.setattr(
        _analogues.KNeighborsRegressor,
        "fit",
        lambda self, X, y: (seen.append((len(X), len(y))), fit(self, X, y))[1],
    )
    held_out = hold_out(logistic(), logistic(start=0.4))
    forecasts = analogue_forecasts(held_out.before, held_out.origins)
    assert forecasts.shape == held_out.futures.shape
    ((n_histories, n_futures),) = seen
    assert 25 <= n_histories == n_futures <= 50


def test_the_promise_is_the_best_of_network_and_analogues():
    held_out = hold_out(logistic())
    base = held_out.origins.base
    lacking = held_out.futures - base
    spread = np.zeros((*base.shape, len(LEVELS)))
    perfect = Prediction(base, [Correction(lacking, spread)])
    useless = Prediction(base, [Correction(-9 * lacking, spread)])
    assert held_out.promise(perfect) == 1
    assert 0.8 < held_out.promise(useless) < 1


# What follows from it


@pytest.mark.parametrize(
    ("n", "cls", "parameters", "expected"),
    [
        (100, GRUForecaster, {}, "prior"),
        (300, GRUForecaster, {}, "prior trainable"),
        (3000, GRUForecaster, {}, "prior tuned trained trainable"),
        (3000, GRUForecaster, {"max_steps": 0}, "prior"),
        (100, GRUForecaster, {"prior": None}, "trained trainable"),
        (3000, GRUForecaster, {"prior": None}, "trained trainable"),
        (100, GRUForecaster, {"known": np.ones(1, dtype=bool)}, "prior trained trainable"),
        (100, RNNForecaster, {}, "trained trainable"),
        (3000, RNNForecaster, {"max_steps": 0}, ""),
    ],
)
def test_who_takes_part(n, cls, parameters, expected):
    recipe = recipe_for(walk(n), cls=cls, **parameters)
    flags = ["prior", "tuned", "trained", "trainable"]
    assert [flag for flag in flags if getattr(recipe, flag)] == expected.split()


def test_many_series_do_without_the_prior(monkeypatch):
    monkeypatch.setattr(_recipe, "MANY_SERIES", 3)
    assert recipe_for(walk(), walk()).prior
    recipe = recipe_for(walk(), walk(), walk())
    assert not recipe.prior and not recipe.tuned and recipe.trained
    assert recipe_for(walk(), walk(), walk(), max_steps=0).prior


def test_two_networks_beside_the_prior_or_of_much_data_and_three_otherwise():
    assert recipe_for(walk()).n_members == 2
    assert recipe_for(walk(), prior=None).n_members == 3
    assert recipe_for(walk(2100), prior=None).n_members == 2
    assert recipe_for(walk(), prior=None, n_members=1).n_members == 1


def test_windows_of_long_series_have_units_of_their_own():
    many = {"window_length": 20, "n_members": 3, "prior": None}
    assert recipe_for(walk(160), walk(150), walk(170), **many).units == ("deviation", "change")
    assert recipe_for(walk(159), walk(150), walk(170), **many).units == ("scale",)
    assert recipe_for(walk(900), known=np.array([True]), **many).units == ("scale",)
    forecaster = GRUForecaster(**many, max_steps=5, random_state=0)
    forecaster.fit(pd.Series(walk(200)), fh=[1, 2])
    assert forecaster._model.members["trained"].units == ["deviation", "change", "deviation"]


def test_much_to_gain_is_worth_more_training():
    recipe = recipe_for(walk())
    assert recipe.units == ("deviation", "change")
    usual = recipe.sizes.max_steps
    assert recipe.given(LARGE_GAIN - 0.01) is recipe
    longer = recipe.given(LARGE_GAIN)
    assert longer.trained
    assert longer.units == ("scale",)
    assert longer.sizes.max_steps == 4 * usual
    for asked in (10, 5000):
        assert recipe_for(walk(), max_steps=asked).given(0.9).sizes.max_steps == asked
    assert recipe_for(*[walk()] * 200).given(0.9).sizes.max_steps == 1500


@pytest.mark.parametrize(
    ("n", "n_members", "goes_on"), [(900, 2, True), (900, 3, False), (200, 1, False)]
)
def test_networks_go_on_where_the_ends_are_little(n, n_members, goes_on, monkeypatch):
    """Those that did not see the ends are trained further, and not again from new weights."""
    seen = []

    def spy(recipe, panel, prepared, seed, start=None):
        seen.append((recipe, start))
        members = _members.train_members(recipe, panel, prepared, seed, start)
        seen[-1] += (members["trained"],)
        return members

    monkeypatch.setattr(_model, "train_members", spy)
    options = {"prior": None, "max_steps": 30, "n_members": n_members}
    forecaster = GRUForecaster(sp=6, random_state=0, **options)
    forecaster.fit(pd.Series(walk(n)), fh=range(1, 7))
    (trial, _, early), (final, start, _) = seen
    assert start == ({"trained": early} if goes_on else None)
    assert final.sizes.max_steps == (15 if goes_on else 30)
    assert final.lr == trial.lr * (0.5 if goes_on else 1)
    assert forecaster.sizes_.max_steps == 30
    assert len(early.nets) == min(n_members, 2)
    assert len(forecaster.nets_) == n_members
    weights = [net.module_.readout.weight for net in (*early.nets, *forecaster.nets_)]
    assert len({tuple(w.detach().numpy().ravel()) for w in weights}) == len(weights)  # copied


@pytest.mark.parametrize(("gain", "units"), [(0.8, ("deviation", "change")), (0.95, ("scale",))])
def test_more_training_must_be_worth_it(gain, units, monkeypatch):
    """Networks of the second round, in the scale of the series, against those of the first."""
    gains = iter([0.9, 0.9, gain])  # of the first, which promise much, and of the second
    monkeypatch.setattr(HeldOut, "gains", lambda self, prediction: [next(gains)])
    forecaster = GRUForecaster(prior=None, window_length=20, max_steps=5, random_state=0)
    forecaster.fit(pd.Series(walk()), fh=[1, 2])
    assert forecaster._model.recipe.units == units


@pytest.mark.parametrize(("gain", "kept"), [(0.8, 0), (0.95, 1)])
def test_ctrl_c_in_more_training_ends_it_with_the_best_so_far(gain, kept, monkeypatch):
    gains = iter([0.9, 0.9, gain])
    monkeypatch.setattr(HeldOut, "gains", lambda self, prediction: [next(gains)])
    rounds = []

    def spy(recipe, *args):
        members = _members.train_members(recipe, *args)
        rounds.append(members["trained"])
        if len(rounds) == 2:
            members["trained"].nets[-1].interrupted_ = True
        return members

    monkeypatch.setattr(_model, "train_members", spy)
    forecaster = GRUForecaster(prior=None, window_length=20, max_steps=5, random_state=0)
    with pytest.warns(UserWarning, match="interrupted by user"):
        forecaster.fit(pd.Series(walk()), fh=[1, 2])
    assert len(rounds) == 2
    assert forecaster._model.members["trained"] is rounds[kept]
    assert forecaster.interrupted_


def test_pretrained_networks_keep_their_units(monkeypatch):
    y = pd.concat({i: pd.DataFrame({"y": walk(seed=i)}) for i in range(2)})
    options = {"prior": None, "window_length": 20, "max_steps": 5, "n_members": 2}
    forecaster = GRUForecaster(random_state=0, **options)
    forecaster.pretrain(y, fh=[1, 2])
    monkeypatch.setattr(_recipe, "LARGE_GAIN", -np.inf)  # whatever is gained is much
    forecaster.pretrain(y, fh=[1, 2])
    model = forecaster.pretrained_model_
    assert model.recipe.units == ("deviation", "change")
    assert model.members["trained"].units == ["deviation", "change"]


def test_more_pretraining_does_not_grow_longer_and_longer(monkeypatch):
    monkeypatch.setattr(_recipe, "LARGE_GAIN", -np.inf)
    monkeypatch.setattr(_recipe, "LONGEST", 10**6)
    monkeypatch.setattr(_sizes, "MOST_STEPS", 2)
    y = pd.concat({i: pd.DataFrame({"y": walk(seed=i)}) for i in range(2)})
    forecaster = GRUForecaster(prior=None, window_length=20, n_members=1, random_state=0)
    gains, n_steps = iter(range(9)), []
    monkeypatch.setattr(HeldOut, "gains", lambda self, prediction: [next(gains)])
    for _ in range(3):
        forecaster.pretrain(y, fh=[1, 2])
        n_steps.append(forecaster.pretrained_model_.recipe.sizes.max_steps)
    assert n_steps == [8, 8, 8]  # four times two, once


def test_networks_that_do_not_go_on_stay_as_they_were(monkeypatch):
    series = [walk()]
    recipe = recipe_for(*series, prior=None, window_length=20, max_steps=5, n_members=2)
    recipe = recipe.only(["trained"])
    prepared = recipe.prepare(series, None)
    panel = prepared.panel(series, None)
    start = _members.train_members(recipe, panel, prepared, 0)["trained"]
    learn_all = _members.learn_all
    monkeypatch.setattr(_members, "learn_all", lambda *args: [learn_all(*args)[0], None])  # Ctrl-C
    ended = _members.train_members(recipe, panel, prepared, 1, {"trained": start})["trained"]
    assert ended.nets[0] is not start.nets[0]
    assert ended.nets[1] is start.nets[1]
    assert ended.units == start.units


def test_series_too_long_for_fine_tuning_keep_the_pretrained_network(monkeypatch):
    """Without their ends they were short enough, and nothing else had a share there."""
    monkeypatch.setattr(_members, "n_tuning_steps", lambda *args: 0)
    series = [walk(2100)]
    recipe = recipe_for(*series).only(["tuned"])
    prepared = recipe.prepare(series, None)
    panel = prepared.panel(series, None)
    assert list(_members.train_members(recipe, panel, prepared, 0)) == ["prior"]
