"""Forecasters over time: updates with new observations, and pretraining on other series."""

import warnings
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sktime.forecasting.base import ForecastingHorizon
from sktime.split import ExpandingWindowSplitter

from skrnn.datasets import load_series
from skrnn.forecasting import GRUForecaster, _ensemble, _model
from tests.forecasting_data import panel, quick, seasonal, without_last


def weights(model):
    return [p.detach().clone() for net in model.nets for p in net.module_.parameters()]


def same(ours, others):
    return all((a == b).all() for a, b in zip(ours, others, strict=True))


def test_update_moves_the_origin_without_training():
    y = seasonal()
    forecaster = quick(sp=6).fit(y[:-6], fh=range(1, 7))
    before, calibration = weights(forecaster._model), forecaster._model.calibration
    forecaster.update(y[-6:], update_params=False)
    forecast = forecaster.predict()
    assert forecast.index[0] == y.index[-1] + 1
    np.testing.assert_allclose(forecast, seasonal(126)[-6:], atol=1)
    assert same(before, weights(forecaster._model))
    assert forecaster._model.calibration is calibration


def test_update_with_parameters_is_a_new_fit():
    y = seasonal()
    forecaster = quick(sp=6).fit(y[:-6], fh=range(1, 7))
    forecaster.update(y[-6:], update_params=True)
    pd.testing.assert_series_equal(
        forecaster.predict(), quick(sp=6).fit(y, fh=range(1, 7)).predict()
    )


def test_update_replaces_and_fills_old_values():
    y = seasonal()
    gaps = y.copy()
    gaps.iloc[-5:-2] = np.nan
    forecaster = quick(sp=6).fit(gaps[:-2], fh=range(1, 7)).update(y[-5:], update_params=False)
    np.testing.assert_array_equal(forecaster._series.values[0], y)


@pytest.mark.parametrize("update_params", [True, False])
@pytest.mark.parametrize("name", [None, "other"])
def test_the_only_column_may_have_another_name_in_update(update_params, name):
    y = seasonal()
    forecaster = quick(sp=6).fit(y[:-6], fh=range(1, 7))
    expected = quick(sp=6).fit(y[:-6], fh=range(1, 7)).update(y[-6:], update_params=update_params)
    forecaster.update(y[-6:].rename(name), update_params=update_params)
    forecast = forecaster.predict()  # sktime gives it the last name
    pd.testing.assert_series_equal(forecast, expected.predict(), check_names=False)
    np.testing.assert_array_equal(forecaster.predict_interval(), expected.predict_interval())


@pytest.mark.parametrize("update_params", [True, False])
def test_other_columns_are_refused_in_update(update_params):
    y = pd.DataFrame({"a": seasonal(), "b": seasonal(seed=1)})
    forecaster = quick(sp=6).fit(y[:-6], fh=[1])
    with pytest.raises(ValueError, match=r"columns \['a', 'c'\], but fit \['a', 'b'\]"):
        forecaster.update(y[-6:].rename(columns={"b": "c"}), update_params=update_params)


def test_an_update_of_a_panel_names_its_series():
    y = panel(2)
    forecaster = quick().fit(y, fh=[1])
    with pytest.raises(ValueError, match="y with 1 levels in its index, but fit with 2"):
        forecaster.update(y.loc["store 0"])


@pytest.mark.parametrize("update_params", [True, False])
@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (pd.Series.to_timestamp, "dates"),
        (lambda y: y.reset_index(drop=True), "whole numbers"),
        (lambda y: y.to_timestamp().tz_localize("UTC").asfreq("MS"), "dates of the time zone UTC"),
    ],
)
def test_an_update_with_times_of_another_kind_is_refused(other, kind, update_params):
    y = seasonal()
    forecaster = quick(sp=6).fit(y[:-6], fh=[1, 2])
    expected, cutoff = forecaster.predict(), forecaster.cutoff
    message = f"index of y holds {kind}, but that of fit periods of frequency M"
    with pytest.raises(ValueError, match=message):
        forecaster.update(other(y[-6:]), update_params=update_params)
    pd.testing.assert_series_equal(forecaster.predict(), expected)
    assert (forecaster.cutoff == cutoff).all()


@pytest.mark.parametrize("update_params", [True, False])
@pytest.mark.parametrize("name", ["y", None])
def test_forecasts_keep_the_form_of_y_when_they_are_updated(name, update_params):
    y = seasonal().rename(name)
    expected = quick(max_steps=0).fit(y, fh=[1, 2]).predict()
    forecaster = quick(max_steps=0).fit(y[:-6], fh=[1, 2])
    forecast = forecaster.update_predict_single(y[-6:], update_params=update_params)
    pd.testing.assert_series_equal(forecast, expected, rtol=0.1)
    pd.testing.assert_series_equal(forecaster.predict(), forecast)
    forecaster = quick(max_steps=0).fit(y[:-6], fh=[1])
    cv = ExpandingWindowSplitter(fh=[1], initial_window=2)
    kept = forecaster.update_predict(y[-6:], cv, update_params=update_params)
    moved = forecaster.update_predict(y[-6:], cv, None, update_params, reset_forecaster=False)
    assert forecaster.predict().name == name
    pd.testing.assert_series_equal(moved, kept)


@pytest.mark.parametrize("update_params", [True, False])
@pytest.mark.parametrize("shape", [(-1,), (-1, 1), (1, 1, -1)])
def test_an_update_with_an_array_must_begin_where_fit_did(shape, update_params):
    values = np.append(seasonal().to_numpy(), [np.nan, 1.0])

    def part(start, stop):
        return values[start:stop].reshape(shape)

    expected = quick(max_steps=0).fit(part(0, 122), fh=[1, 2]).predict()
    forecaster = quick(max_steps=0).fit(part(0, 110), fh=[1, 2])
    before = forecaster.predict()
    with pytest.raises(ValueError, match="array, which has no times.* goes on after .*109"):
        forecaster.update(part(110, 122), update_params=update_params)
    np.testing.assert_array_equal(forecaster.predict(), before)
    forecaster.update(part(0, 122), update_params=update_params)
    np.testing.assert_allclose(forecaster.predict(), expected, rtol=0.2)


def test_residuals_are_those_of_all_that_was_seen():
    y = seasonal()
    forecaster = quick(sp=6).fit(y[:-6], fh=[1]).update(y[-6:], update_params=False)
    residuals = forecaster.predict_residuals()
    expected = y - forecaster.predict(y.index)
    pd.testing.assert_series_equal(residuals, expected, check_names=False)
    pd.testing.assert_series_equal(residuals, forecaster.predict_residuals(y), check_names=False)


@pytest.mark.parametrize("driven", [True, False])
def test_residuals_of_a_panel_are_those_of_each_series(driven):
    y = panel(3)
    y = y.drop(y.index[-1]).drop(("store 0", pd.Period("2004-05", "M")))
    y.iloc[-3] = np.nan
    X = pd.DataFrame({"x": np.arange(len(y)) % 7.0}, index=y.index) if driven else None
    forecaster = quick(max_steps=0).fit(y, X, fh=[2])
    residuals = forecaster.predict_residuals()
    assert residuals.index.equals(y.index)
    assert (residuals.isna() == y.isna()).all(axis=None)
    within = forecaster.predict([-1, 0]).iloc[-2:]
    assert list(within.index) == list(y.index[-2:])
    pd.testing.assert_frame_equal(residuals[-2:], y[-2:] - within)
    one = y.loc[["store 0"]]
    pd.testing.assert_frame_equal(forecaster.predict_residuals(one), residuals.loc[["store 0"]])
    assert list(forecaster.fh) == [-1, 0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (seasonal().to_numpy(), "ndarray, which has no times"),
        (seasonal().to_frame("b"), r"as in fit, columns \['a'\], but it is columns \['b'\]"),
        (seasonal(), r"as in fit, columns \['a'\], but it is a Series"),
    ],
)
def test_residuals_are_of_observations_as_in_fit(given, message):
    forecaster = quick().fit(seasonal().to_frame("a"), fh=[1, 2])
    with pytest.raises(ValueError, match=message):
        forecaster.predict_residuals(given)


def test_columns_that_fit_was_not_given_are_refused_in_update():
    y = seasonal()
    forecaster = quick(sp=6).fit(y[:-6], fh=[1])
    with pytest.raises(ValueError, match=r"columns \['x'\], but fit none"):
        forecaster.update(y[-6:], X=pd.DataFrame({"x": 1.0}, index=y.index))


@pytest.mark.parametrize("update_params", [True, False])
def test_columns_and_series_keep_their_order_in_update(update_params):
    columns = pd.DataFrame({"b": seasonal(), "a": -seasonal(seed=1)})
    series = pd.concat(dict.fromkeys("zam", columns), names=["store", "month"])
    for y in (columns, series, pd.concat({"y": series, "x": series}, names=["region"])):
        early = y.index.get_level_values(-1) < pd.Period("2009", "M")
        forecaster = quick(max_steps=0).fit(y[early], fh=[1, 2])
        forecaster.update(y[~early], update_params=update_params)
        expected = quick(max_steps=0).fit(y, fh=[1, 2]).predict()
        pd.testing.assert_frame_equal(forecaster.predict(), expected, rtol=0.05)


def test_series_that_are_new_to_an_update_come_last():
    y = pd.concat({name: seasonal() for name in "zbam"}, names=["store", "month"]).to_frame()
    forecaster = quick(max_steps=0).fit(y.loc[["z", "a"]], fh=[1]).update(y.loc[["b", "z", "m"]])
    assert list(forecaster.predict().index.get_level_values(0)) == ["z", "a", "b", "m"]


def test_the_callers_data_stay_theirs_and_the_forecasters_its_own():
    y = seasonal().to_frame()
    forecaster = quick(sp=6).fit(y, fh=range(1, 7))
    before, interval = forecaster.predict(), forecaster.predict_interval()
    y.iloc[-3:] = 500.0
    pd.testing.assert_frame_equal(forecaster.predict(), before)
    pd.testing.assert_frame_equal(forecaster.predict_interval(), interval)
    forecaster.update(seasonal(123)[-3:].to_frame())
    np.testing.assert_allclose(forecaster._series.values[0], seasonal(123), atol=0.5)


@dataclass(frozen=True)
class Plan:
    """As much of a recipe as decides on a second attempt."""

    n_steps: int = 1

    def given(self, gain):
        return Plan(2)


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize("better", [False, True])
@pytest.mark.parametrize("member", ["prior", "trained"])
def test_an_interrupt_of_more_training_is_told_whatever_is_kept(
    monkeypatch, member, better, stopped
):
    """Networks are kept if they forecast better than what there was without their training."""
    held_out = SimpleNamespace(promise=lambda gains: 1.0, gains=lambda gains: gains)
    first = _model.Attempt(Plan(), {member: None}, [0.5], False)
    gains = {"prior": 0.5, "trained": 0.6 if better else 0.5}
    second = _model.Attempt(Plan(2), gains, list(gains.values()), stopped)
    monkeypatch.setattr(_model, "_attempt", lambda *args: second)
    found = _model._perhaps_longer(first, held_out, 0)
    assert found.recipe.n_steps == 1 + better
    assert found.interrupted is stopped


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (
            np.arange(60) % 3,
            -1.0,
            "new values of y are not all positive or zero, but fit took it f",
        ),
        (np.full(60, 4.0), [5.0, 3.0], "new values of y vary, but it was constant in fit"),
        (np.full(60, 4.0), 4.0, None),
        (np.arange(60) % 3, 7.0, None),
    ],
)
def test_what_suits_new_values_no_longer_is_told(first, second, message):
    index = pd.RangeIndex(62)
    y = pd.Series(first, index[:60], dtype=float, name="y")
    new = pd.Series(second, index[60:], dtype=float, name="y")
    forecaster = quick(max_steps=0).fit(y, fh=[1])
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        forecaster.update(new, update_params=False)
    messages = [str(warning.message) for warning in seen]
    assert len(messages) == (message is not None)
    assert all(message in text and "Use update_params=True" in text for text in messages)
    forecaster.update(new)  # chosen anew


def test_a_new_series_that_varies_was_expected_to():
    """Its scale was that of the others."""
    parts = {"a": seasonal(60), "new": seasonal(60)[-1:]}
    y = pd.concat(parts, names=["store", "month"]).to_frame()
    forecaster = quick(max_steps=0).fit(y, fh=[1])
    later = pd.concat({"new": seasonal(61)[-1:]}, names=["store", "month"]).to_frame()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forecaster.update(later, update_params=False)


@pytest.mark.parametrize("update_params", [True, False])
def test_levels_may_have_other_names_in_update(update_params):
    y = panel(3)
    new = y.groupby(level=0, sort=False).tail(6).rename_axis(["shop", None])
    forecaster, expected = (quick(sp=6).fit(without_last(y, 6), fh=[1, 2]) for _ in range(2))
    forecaster.update(new, update_params=update_params)
    expected.update(y.groupby(level=0, sort=False).tail(6), update_params=update_params)
    assert forecaster.predict().equals(expected.predict())
    assert forecaster._y_train.index.names == ["store", "month"]


def test_values_without_a_logarithm_are_not_dropped_in_silence():
    y = load_series("airline").astype(float)
    forecaster = GRUForecaster(sp=12, max_steps=0).fit(y[:120], fh=[1, 2, 3])
    assert forecaster.log_ == [True]
    with pytest.warns(UserWarning, match="values of airline are not all positive.*update_params"):
        forecaster.update(y[120:] * 0 - 5.0, update_params=False)
    forecaster.update(y[120:] * 0 - 5.0, update_params=True)
    assert forecaster.log_ == [False]
    assert forecaster.predict().max() < 50


# Pretraining


@pytest.fixture(scope="module")
def pretrained():
    return quick(sp=6, max_steps=60).pretrain(panel(), fh=[1, 2, 3])


def test_fit_after_pretraining_takes_no_training_step(pretrained, monkeypatch):
    forecaster, before = pretrained, weights(pretrained.pretrained_model_)
    monkeypatch.setattr("skrnn.forecasting._ensemble._new_net", None)  # calling it is an error
    for n in (50, 120, 30, 10):
        y = seasonal(n, seed=9) - 4
        one, two = (forecaster.fit(y, fh=[1, 2, 3]).predict_interval() for _ in range(2))
        pd.testing.assert_frame_equal(one, two)
        assert np.isfinite(one.to_numpy()).all()
        assert same(before, weights(forecaster._model))
    assert same(before, weights(forecaster.pretrained_model_))


def test_fit_after_pretraining_forecasts_the_new_series(pretrained):
    y = seasonal(66, seed=9) * 50 - 4
    forecaster = pretrained.fit(y[:-6], fh=range(1, 7))
    assert forecaster.nets_ == pretrained.pretrained_model_.nets
    np.testing.assert_allclose(forecaster.predict(), y[-6:], atol=100)


def test_pretraining_goes_on(monkeypatch):
    """A second call trains a copy of what the first one trained."""
    forecaster = quick(sp=6, n_members=2).pretrain(panel(), fh=[1, 2, 3])
    first = forecaster.pretrained_model_
    before, starts = weights(first), []

    def spy(recipe, data, seed, start):
        starts.append(start)
        return new_net(recipe, data, seed, start)

    new_net = _ensemble._new_net
    monkeypatch.setattr(_ensemble, "_new_net", spy)
    forecaster.pretrain(panel(3), fh=[1, 2, 3])
    for net in first.nets:
        assert net.module_ in starts
    assert same(before, weights(first))
    assert not same(before, weights(forecaster.pretrained_model_))


def press_ctrl_c(monkeypatch):
    """During the next training of networks."""

    def interrupt(*args):
        members = train_members(*args)
        members["trained"].nets[-1].interrupted_ = True
        return members

    train_members = _model.train_members
    monkeypatch.setattr(_model, "train_members", interrupt)


def test_ctrl_c_in_pretraining_is_told_then_and_not_in_fit(monkeypatch):
    press_ctrl_c(monkeypatch)
    with pytest.warns(UserWarning, match="interrupted by user"):
        forecaster = quick(sp=6).pretrain(panel(), fh=[1, 2, 3])
    assert not forecaster.fit(seasonal(), fh=[1, 2, 3]).interrupted_


def test_ctrl_c_in_more_pretraining_keeps_what_was_pretrained(monkeypatch):
    forecaster = quick(sp=6).pretrain(panel(), fh=[1, 2, 3])
    first = forecaster.pretrained_model_
    press_ctrl_c(monkeypatch)
    with pytest.warns(UserWarning, match="interrupted by user"):
        forecaster.pretrain(panel(3), fh=[1, 2, 3])
    assert forecaster.pretrained_model_.members is first.members


def test_pretrained_and_fitted_attributes_have_different_names(pretrained):
    def public(forecaster):
        return {name for name in vars(forecaster) if name.endswith("_")}

    trained = public(quick(sp=6).pretrain(panel(2), fh=[1]))
    fitted = public(quick(sp=6).fit(seasonal(), fh=[1]))
    assert trained == set(pretrained.get_pretrained_params())
    assert trained == {"pretrained_model_", "pretrained_columns_"}
    assert {"nets_", "horizon_", "shares_"} <= fitted
    assert not trained & fitted


def test_series_of_the_pretraining_are_calibrated_as_it_found():
    """What networks know by heart is no forecast: intervals would be too narrow."""
    past, future = without_last(panel(), 12), panel()
    forecaster = quick(sp=6, max_steps=60).pretrain(past, fh=[1, 2, 3])
    learnt = forecaster.pretrained_model_.calibration

    def calibration(y):
        return forecaster.fit(y, fh=[1, 2, 3])._model.calibration

    assert calibration(past) is learnt
    assert calibration(past.loc["store 1"]["y"]) is learnt
    assert calibration(without_last(future, 10)) is learnt  # the end of before is held out still
    assert calibration(without_last(past, 5)) is learnt
    assert calibration(past.groupby(level=0, sort=False).tail(-9)) is learnt
    for other in (seasonal(seed=9), future + seasonal(seed=9).std()):
        assert calibration(other) is not learnt


def test_counts_that_end_alike_are_other_series():
    def counts(seed):
        drawn = np.random.default_rng(seed).poisson(2.0, 80).astype(float)
        return pd.Series(np.append(drawn, 2.0), pd.period_range("2000-01", periods=81, freq="M"))

    y = pd.concat({seed: counts(seed) for seed in range(3)}, names=["k", "t"]).to_frame("y")
    forecaster = quick().pretrain(y, fh=[1])
    learnt = forecaster.pretrained_model_.calibration
    assert forecaster.fit(counts(9), fh=[1])._model.calibration is not learnt


@pytest.mark.parametrize("reverse", [False, True])
def test_series_that_begin_or_end_with_zeros_are_not_all_the_same(reverse):
    def launched(seed):
        drawn = np.random.default_rng(seed).poisson(5.0, 60).astype(float) + 1
        y = np.r_[np.zeros(30 + seed), drawn]
        index = pd.RangeIndex(len(y))
        return pd.Series(y[::-1] if reverse else y, index)

    y = pd.concat({seed: launched(seed) for seed in range(3)}, names=["k", "t"]).to_frame("y")
    forecaster = quick().pretrain(y, fh=[1])
    learnt = forecaster.pretrained_model_.calibration
    assert forecaster.fit(launched(9), fh=[1])._model.calibration is not learnt
    assert forecaster.fit(y.loc[1, "y"], fh=[1])._model.calibration is learnt


@pytest.mark.parametrize("n_last", [1, 12])
def test_a_new_series_that_changed_only_lately_is_another_one(n_last):
    forecaster = quick().pretrain(panel(), fh=[1])
    learnt = forecaster.pretrained_model_.calibration
    y = np.append(np.zeros(90), np.random.default_rng(0).normal(10, size=n_last))
    assert forecaster.fit(pd.Series(y), fh=[1])._model.calibration is not learnt


def test_more_pretraining_on_series_too_short_for_it_changes_nothing():
    forecaster = quick(sp=6).pretrain(panel(), fh=[1, 2, 3])
    first = forecaster.pretrained_model_
    second = forecaster.pretrain(without_last(panel(1), 112), fh=[1, 2, 3]).pretrained_model_
    assert second.calibration is first.calibration
    assert second.members == first.members


def test_pretraining_knows_an_absolute_horizon():
    fh = ForecastingHorizon(pd.period_range("2010-01", periods=3, freq="M"), is_relative=False)
    forecaster = quick(sp=6).pretrain(panel(), fh=fh)
    assert forecaster.fit(seasonal(), fh=fh).horizon_ == 3


def test_pretraining_and_fit_need_the_same_columns():
    y = panel()
    forecaster = quick(sp=6).pretrain(y, X=pd.DataFrame({"x": 1.0}, index=y.index), fh=[1])
    with pytest.raises(
        ValueError, match=r"given the exogenous columns \['x'\], but fit those of no X"
    ):
        forecaster.fit(seasonal(), fh=[1])


def driven_panel(n_series=10, n=120):
    """Series that follow the first of two columns at once."""
    rng = np.random.default_rng(0)
    frames = {}
    for i in range(n_series):
        p, q = rng.normal(size=(2, n))
        frames[i] = pd.DataFrame({"y": 5 * p + 0.1 * rng.normal(size=n), "p": p, "q": q})
    both = pd.concat(frames, names=["series", "time"])
    return both[["y"]], both[["p", "q"]]


@pytest.mark.parametrize("order", [["p", "q"], ["q", "p"]])
def test_effects_of_columns_are_kept_for_short_series(order):
    y, X = driven_panel()
    forecaster = quick(prior=None, max_steps=60).pretrain(y, X=X, fh=[1, 2, 3])
    new, columns = driven_panel(11, 24)
    new, columns = new.loc[10]["y"], columns.loc[10][order]
    forecaster.fit(new[:-3], X=columns[:-3], fh=[1, 2, 3])
    assert np.abs(forecaster.predict(X=columns[-3:]) - new[-3:]).mean() < 1.5  # or else 4


def test_categories_are_those_of_pretraining():
    y = panel(2)
    X = pd.DataFrame({"c": np.resize(["a", "b"], len(y))}, index=y.index)
    forecaster = quick(sp=6).pretrain(y, X=X, fh=[1])
    before = forecaster.pretrained_columns_
    new = pd.DataFrame({"c": np.resize(["b", "new"], 120)}, index=seasonal().index)
    with pytest.warns(UserWarning, match=r"did not have before: \['new'\]"):
        forecaster.fit(seasonal()[:-1], X=new[:-1], fh=[1])
    assert forecaster.pretrained_columns_ is before
    assert np.isfinite(forecaster.predict(X=new[-1:].assign(c="a"))).all()


@pytest.mark.parametrize("first", [True, False])
def test_more_pretraining_needs_the_same_columns(first):
    y = panel(2)
    X = pd.DataFrame({"x": 1.0}, index=y.index)
    forecaster = quick(sp=6).pretrain(y, X=X if first else None, fh=[1])
    with pytest.raises(ValueError, match="Pass the same columns to both"):
        forecaster.pretrain(y, X=None if first else X, fh=[1])
    if first:
        with pytest.raises(ValueError, match=r"\['x'\], but another pretrain those \['z'\]"):
            forecaster.pretrain(y, X=X.rename(columns={"x": "z"}), fh=[1])


def test_a_refused_update_changes_nothing():
    y = panel(3)
    two = y.loc[["store 0", "store 1"]]
    head = two.groupby(level=0).head(100)
    forecaster = quick(sp=6).fit(head, fh=[1, 2])
    cutoff = forecaster.cutoff
    with pytest.raises(ValueError, match="series that fit has not seen"):
        forecaster.update(y, update_params=False)
    assert forecaster.cutoff.equals(cutoff)
    forecaster.update(two, update_params=False)
    expected = quick(sp=6).fit(head, fh=[1, 2]).update(two, update_params=False)
    pd.testing.assert_frame_equal(forecaster.predict(), expected.predict())


def test_a_failed_fit_leaves_the_forecaster_as_it_was():
    y = seasonal()
    drawn = np.random.RandomState(0)
    forecaster = quick(sp=6, random_state=drawn).fit(y, fh=[1, 2])
    before, state = forecaster.predict(), drawn.get_state()[2]
    for wrong in (y * np.inf, y.astype(str)):
        with pytest.raises((ValueError, TypeError)):
            forecaster.fit(wrong, fh=[1, 2, 3])
        pd.testing.assert_series_equal(forecaster.predict(), before)
    assert drawn.get_state()[2] == state


@pytest.mark.parametrize("pretrained", [True, False])
def test_failed_pretraining_leaves_the_forecaster_as_it_was(pretrained):
    y, series = panel(2), seasonal()
    forecaster = quick(sp=6)
    if pretrained:
        forecaster.pretrain(y, fh=[1, 2])
    before = forecaster.fit(series, fh=[1, 2]).predict()
    with pytest.raises(ValueError, match="infinite values"):
        forecaster.pretrain(y * np.inf)
    pd.testing.assert_series_equal(forecaster.predict(), before)
    assert hasattr(forecaster, "pretrained_model_") == pretrained


def test_the_horizon_of_a_failed_fit_after_pretraining_is_forgotten():
    forecaster = quick(sp=6).pretrain(panel(2), fh=[1, 2])
    with pytest.raises(ValueError, match="infinite values"):
        forecaster.fit(seasonal() * np.inf, fh=[1, 2, 3])
    with pytest.raises(ValueError, match="must be passed"):
        forecaster.fit(seasonal()).predict()


@pytest.mark.parametrize("update", ["update", "update_predict_single"])
@pytest.mark.parametrize(
    ("y", "other"),
    [
        (seasonal(), panel(2)),
        (seasonal(), seasonal().to_frame("a").assign(b=1.0)),
        (seasonal().to_frame("a").assign(b=1.0), seasonal()),
        (panel(2), seasonal()),
        (seasonal().to_frame("a"), seasonal()[-4:].to_numpy()),
    ],
)
def test_an_update_of_another_form_changes_nothing(y, other, update):
    forecaster = quick(max_steps=0).fit(y, fh=[1, 2])
    before = forecaster.predict()
    with pytest.raises(ValueError, match="update got"):
        getattr(forecaster, update)(other, update_params=False)
    after = forecaster.predict()
    assert after.equals(before)
    assert getattr(after, "name", None) == getattr(before, "name", None)


@pytest.mark.parametrize("update_params", [True, False])
def test_earlier_rows_leave_the_cutoff_where_forecasts_begin(update_params):
    y = seasonal()
    forecaster = quick(max_steps=0).fit(y[50:], fh=[1])
    cutoff = forecaster.cutoff
    forecaster.update(y[:50], update_params=update_params)
    assert forecaster.cutoff.equals(cutoff)
    assert forecaster.predict().index[0] == cutoff[0] + 1


def test_a_series_that_lags_behind_leaves_the_cutoff_at_the_last_end():
    y = panel(2)
    early = (y.index.get_level_values(0) == "store 1") | (
        y.index.get_level_values(1) < pd.Period("2009", "M")
    )
    forecaster = quick(max_steps=0).fit(y[early], fh=[1])
    forecaster.update(y[~early][:6], update_params=False)
    assert list(forecaster.cutoff) == [pd.Period("2009-12", "M")]
