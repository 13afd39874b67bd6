"""Direct multi-step forecasters: one body, three cells."""

import warnings
from contextlib import contextmanager
from dataclasses import replace
from numbers import Integral

import numpy as np
from sktime.datatypes import convert_to
from sktime.forecasting.base import BaseForecaster

from .._all_or_nothing import all_or_nothing
from .._device import resolve_device
from .._interrupt import on_interrupt
from .._parameters import COMMON, at_least, one_of, validate_parameters
from ._bases import BASES
from ._column_encoder import ColumnEncoder
from ._exogenous import ExogenousColumns, check_instances
from ._model import ForecastModel, recalibrate, train
from ._outgrown import warn_of_outgrown
from ._predictions import PANDAS, PredictionMixin
from ._recipe import Recipe, choose_recipe
from ._series import SeriesSet, check_whole
from .prior import LONGEST_HORIZON

ARRAYS = "np.ndarray", "numpyflat", "numpy3D"  # sktime's names of forms without times
FEWEST_STRIDES = 4  # that tell the frequency of observations is lower than that of the index


class BaseRecurrentForecaster(PredictionMixin, BaseForecaster):
    """A recurrent network that corrects a base forecast, for all steps of the horizon at once.

    The base forecast is a weighted mean of exponential smoothing models, chosen for each series by
    rolling origins. The network reads a window of the series and the base forecast, and predicts
    quantiles of the base forecast's residual. A network that does not see the end of the series is
    trained first: its forecasts there decide how far the final ensemble is trusted, and how wide
    its intervals are. A panel or a hierarchy, like all columns of a multivariate series, gets one
    global model.

    Parameters
    ----------
    sp : int, list of int or "auto", default=1
        Seasonal period, in time steps; 1 for none. "auto" takes the usual period of the index's
        frequency, or the clearest peak of the autocorrelation where there is none, if most of the
        series repeat with it. Of several periods, the base forecast and the networks use the
        shortest. The remaining patterns of the longer ones are removed from each series, as far as
        its cycles agree, and added to the forecasts; a series needs at least two cycles for such a
        pattern.
    base : {"auto", "naive", "drift", "seasonal_naive", "damped_trend"}, default="auto"
        Models that the base forecast is taken from; "auto" takes all of them.
    prior : {"auto"} or None, default="auto"
        "auto" uses a network that was trained beforehand on synthetic series and ships with the
        package for GRU and LSTM. On short series, of fewer than 500 windows, it is the only one:
        nothing is trained then, unless there are exogenous columns or the series follow rules that
        smoothing does not know. Panels of 2,000 series and more do without it. None trains networks
        on the series at hand only.
    window_length : int or "auto", default="auto"
        Time steps that the network looks back on. "auto" takes two seasons or four horizons,
        whichever is longer, and fewer for series that are too short for that.
    segment_length : int or "auto", default="auto"
        Time steps that make one recurrent step; "auto" aims at eight recurrent steps in a window.
    n_members : int or "auto", default="auto"
        Networks in the trained ensemble, whose median is its forecast. "auto" takes two beside the
        pretrained network or for 2,000 windows and more, and three otherwise. They are trained in
        parallel, as far as torch may use several threads.
    hidden_size : int or "auto", default="auto"
        Units of each recurrent layer; "auto" grows with the number of windows.
    num_layers : int, default=1
        Number of stacked recurrent layers.
    dropout : float in [0, 1), default=0.0
        Probability of dropping a unit between layers and before the read-out, in training only.
    max_steps : int or "auto", default="auto"
        Training steps of each network, each on one batch of windows; "auto" takes more of them
        where this promises a large gain. 0 trains nothing: the forecasts are those of the
        pretrained network, or base forecasts if there is none.
    batch_size : int or "auto", default="auto"
        Windows in one training step.
    lr : float, default=0.005
        Highest learning rate of the cycle.
    weight_decay : float, default=0.01
        Weight decay at each step, multiplied by the learning rate.
    gradient_clip : float or None, default=1.0
        Largest gradient norm of a step. This, ``lr``, ``weight_decay`` and ``dropout`` apply to
        networks that are trained from new weights; fine-tuning has its own settings.
    past_columns : list of str or None, default=None
        Columns of X whose future is not known when a forecast is made. The others must be given
        to ``predict`` over the horizon.
    device : str, default="auto"
        Torch device to train on. "auto" takes CUDA, then MPS, then the CPU, and the CPU for small
        work. The pretrained network forecasts on the CPU.
    random_state : int, RandomState instance or None, default=None
        Seed of the weights and of the windows' order. None draws a new seed from the operating
        system; NumPy's and torch's global generators are never used.
    verbose : int, default=0
        1 shows a progress bar with the loss of each network.

    Attributes
    ----------
    nets_ : list of skorch.NeuralNet
        The networks that were trained from new weights; none if the series are too short for that,
        or the pretrained network forecasts them well enough.
    sp_, horizon_ : int
        Seasonal period, the shortest of several, and the number of steps forecast at once;
        forecasts beyond them build on earlier forecasts.
    sizes_ : Sizes
        The chosen ``window_length``, ``segment_length``, ``hidden_size``, ``max_steps`` and
        ``batch_size``.
    shares_ : dict of str to float
        How far the forecasts follow the base forecast ("base"), the pretrained network as it is
        ("prior") and fine-tuned ("tuned"), and the networks trained on the series at hand
        ("trained"). Members that take no part are left out. The shares sum to one.
    log_ : list of bool
        Whether the logarithm of each series is forecast.
    n_parameters_ : int
        Parameters of all networks that take part.
    interrupted_ : bool
        Whether Ctrl-C ended the training.
    pretrained_model_, pretrained_columns_ : object
        What ``pretrain`` trained, and how it encoded the columns of X; ``fit`` never changes them.

    Notes
    -----
    Missing values at the end of a series are forecast like the steps after it; other gaps in the
    networks' input are filled from the past and flagged, and have no part in the loss. Intervals
    are trained quantiles, stretched on the held-out windows (conformal prediction). ``pretrain``
    followed by ``fit`` takes no training step in ``fit``: the base forecast and the calibration are
    those of the new series.

    References
    ----------
    .. [1] Smyl, "A hybrid method of exponential smoothing and recurrent neural networks for time
           series forecasting", International Journal of Forecasting 36, 2020.
    .. [2] Salinas et al., "DeepAR", International Journal of Forecasting 36, 2020 (global models).
    .. [3] Lin et al., "SegRNN", 2023 (segments).
    .. [4] Romano, Patterson and Candes, "Conformalized quantile regression", NeurIPS 2019.

    Examples
    --------
    >>> from skrnn.datasets import load_series
    >>> from skrnn.forecasting import GRUForecaster
    >>> y = load_series("airline")
    >>> forecaster = GRUForecaster(sp=12, max_steps=50, random_state=0)
    >>> forecaster.fit(y, fh=range(1, 13)).predict().shape
    (12,)
    >>> forecaster.predict_interval(coverage=0.9).shape
    (12, 2)
    """

    _tags = {
        "authors": ["the skrnn developers"],
        "maintainers": ["the skrnn developers"],
        "capability:exogenous": True,
        "capability:categorical_in_X": True,
        "capability:insample": True,
        "capability:missing_values": True,
        "capability:multivariate": True,
        "capability:pred_int": True,
        "capability:pred_int:insample": True,
        "capability:pretrain": True,
        "capability:update": True,
        "capability:random_state": True,
        "capability:unequal_length": True,
        "property:randomness": "derandomized",
        "requires-fh-in-fit": False,
        "y_inner_mtype": ["pd.DataFrame", "pd-multiindex", "pd_multiindex_hier"],
        "X_inner_mtype": ["pd.DataFrame", "pd-multiindex", "pd_multiindex_hier"],
    }
    # The forecaster keeps what it needs itself; sktime's copy would be a second one. sktime sets
    # these two only where it keeps the copy, but reads them in any case.
    _config = {"remember_data": False}
    _y = _X = None

    _cell: str

    _parameter_constraints = {
        **COMMON,
        "sp": [at_least(1), list, tuple, one_of("auto")],
        "base": [one_of(*BASES)],
        "prior": [one_of("auto"), None],
        "window_length": [at_least(1), one_of("auto")],
        "n_members": [at_least(1), one_of("auto")],
        "hidden_size": [at_least(1), one_of("auto")],
        "max_steps": [at_least(0), one_of("auto")],
        "batch_size": [at_least(1), one_of("auto")],
        "past_columns": [list, tuple, None],
    }

    def __init__(
        self,
        sp=1,
        base="auto",
        prior="auto",
        window_length="auto",
        segment_length="auto",
        n_members="auto",
        hidden_size="auto",
        num_layers=1,
        dropout=0.0,
        max_steps="auto",
        batch_size="auto",
        lr=5e-3,
        weight_decay=1e-2,
        gradient_clip=1.0,
        past_columns=None,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.sp = sp
        self.base = base
        self.prior = prior
        self.window_length = window_length
        self.segment_length = segment_length
        self.n_members = n_members
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.dropout = dropout
        self.max_steps = max_steps
        self.batch_size = batch_size
        self.lr = lr
        self.weight_decay = weight_decay
        self.gradient_clip = gradient_clip
        self.past_columns = past_columns
        self.device = device
        self.random_state = random_state
        self.verbose = verbose
        super().__init__()

    # Fitting: sktime forgets what there was before it looks at new data

    def fit(self, y, X=None, fh=None):
        """Fit to series, as sktime does; what fails leaves the forecaster as it was.

        Parameters
        ----------
        y : Series, DataFrame, panel or hierarchy
            Series to forecast, in any form of sktime.
        X : DataFrame, panel or hierarchy, optional
            Exogenous columns over the same times.
        fh : int, list of int or ForecastingHorizon, optional
            Horizon that is trained for.

        Returns
        -------
        self
        """
        with self._all_or_nothing():
            return super().fit(y, X, fh)

    def pretrain(self, y, X=None, fh=None):
        """Learn from a panel, as sktime does; what fails leaves the forecaster as it was.

        Parameters
        ----------
        y : panel or hierarchy
            Series to learn from, in any form of sktime.
        X : panel or hierarchy, optional
            Exogenous columns over the same times.
        fh : int, list of int or ForecastingHorizon, optional
            Horizon that is trained for.

        Returns
        -------
        self
        """
        with self._all_or_nothing():
            return super().pretrain(y, X, fh)

    @contextmanager
    def _all_or_nothing(self):
        with all_or_nothing(self):
            # what sktime notes of the form of y, it notes in place
            self._converter_store_y = dict(self._converter_store_y)
            yield

    def _check_X_y(self, X=None, y=None, **options):
        if isinstance(X, PANDAS) and isinstance(y, PANDAS):
            check_instances(X, y)  # sktime fails at it with a TypeError
        return super()._check_X_y(X=X, y=y, **options)

    def _fit(self, y, X, fh):
        self._check_parameters()
        series = SeriesSet.of(y)
        _warn_of_idle_times(series)
        self._fh_of_fit, self._furthest = fh, _furthest_step(series, fh)
        self._learn(y.copy(), series, self._columns_of(X, series, "fit"))
        return self

    def _check_parameters(self) -> None:
        parameters = self.get_params(deep=False)
        validate_parameters(self._parameter_constraints, parameters, type(self).__name__)
        if isinstance(self.sp, (list, tuple)) and not (
            self.sp and all(isinstance(period, Integral) and period >= 1 for period in self.sp)
        ):
            raise ValueError(
                "Several seasonal periods must be whole numbers of at least 1, such as "
                f"sp=[24, 168]; got sp={self.sp!r}."
            )
        resolve_device(self.device)

    def _learn(self, y, series: SeriesSet, columns: ExogenousColumns | None) -> None:
        """Train on the data at hand, or calibrate what was trained before."""
        arrays = None if columns is None else columns.arrays(series)
        if hasattr(self, "pretrained_model_"):
            learnt = recalibrate(self.pretrained_model_, series.values, arrays)
        else:
            if self._fh_of_fit is not None and self._fh_of_fit.is_relative:
                self._furthest = _furthest_step(series, self._fh_of_fit)
            recipe = self._recipe(series, columns, self._furthest)
            learnt = train(recipe, series.values, arrays, self._draw_seed())
        self._y_train, self._series, self._columns = y, series, columns
        self._prepared, self._model = learnt
        recipe = self._model.recipe
        self.nets_, self.sizes_ = self._model.nets, recipe.sizes
        self.sp_, self.horizon_ = recipe.sp, recipe.horizon
        self.shares_ = self._model.shares
        self.log_ = [scaler.log for scaler in self._prepared.scalers]
        self.n_parameters_ = self._model.n_parameters
        self.interrupted_ = self._model.interrupted
        _heed_interrupt(self._model)

    def _recipe(self, series: SeriesSet, columns: ExogenousColumns | None, furthest) -> Recipe:
        known = np.zeros(0, dtype=bool) if columns is None else columns.encoder.known
        return choose_recipe(self._cell, self.get_params(deep=False), series, known, furthest)

    def _columns_of(self, X, series: SeriesSet, method: str) -> ExogenousColumns | None:
        """Exogenous columns, encoded as in pretraining where there was any; None if X has none."""
        if X is not None and not len(X.columns):
            X = None
        if hasattr(self, "pretrained_model_"):
            encoder = self.pretrained_columns_
            before = None if encoder is None else encoder.names
            now = None if X is None else list(X.columns)
            if (before is None) != (now is None) or set(before or ()) != set(now or ()):
                raise ValueError(
                    f"pretrain was given the exogenous columns {before or 'of no X'}, but "
                    f"{method} those {now or 'of no X'}. Pass the same columns to both."
                )
        elif X is not None:
            encoder = ColumnEncoder(X, series, self.past_columns)
        return None if X is None else ExogenousColumns(encoder, X)

    def _draw_seed(self) -> int:
        given = self.random_state
        drawn = given if isinstance(given, np.random.RandomState) else np.random.RandomState(given)
        return int(drawn.randint(2**31 - 1))

    # Life cycle

    def _pretrain(self, y, X=None, fh=None):
        self._pretrain_on(y, X, fh, start=None)
        return self

    def _pretrain_update(self, y, X=None, fh=None):
        self._pretrain_on(y, X, fh, start=getattr(self, "pretrained_model_", None))
        return self

    def _pretrain_on(self, y, X, fh, start) -> None:
        self._check_parameters()
        series = SeriesSet.of(y)
        columns = self._columns_of(X, series, "another pretrain")
        if start is None:
            recipe = self._recipe(series, columns, _furthest_step(series, fh))
            recipe = replace(recipe, trained=self.max_steps != 0, on_trial=False)
        else:
            recipe = start.recipe
        arrays = None if columns is None else columns.arrays(series)
        seed = self._draw_seed()
        learnt = train(recipe, series.values, arrays, seed, start, keep_all=True)
        self.pretrained_model_ = learnt[1]
        self.pretrained_columns_ = None if columns is None else columns.encoder
        _heed_interrupt(learnt[1])

    def update(self, y, X=None, update_params=True):
        """Go on with more observations, as sktime does; what is refused changes nothing.

        Parameters
        ----------
        y : Series, DataFrame, panel or hierarchy
            Later or earlier rows, in the form of those of ``fit``.
        X : DataFrame, panel or hierarchy, optional
            Exogenous columns over the same times.
        update_params : bool, default=True
            Train anew on all data, or calibrate anew after ``pretrain``; else forecasts only start
            from the new end.

        Returns
        -------
        self
        """
        with self._all_or_nothing():
            return super().update(y, X, update_params)

    def update_predict_single(self, y=None, fh=None, X=None, update_params=True):
        """`update`, then `predict`, as sktime does; what is refused changes nothing.

        Parameters
        ----------
        y : Series, DataFrame, panel or hierarchy, optional
            Later or earlier rows, in the form of those of ``fit``.
        fh : int, list of int or ForecastingHorizon, optional
            Horizon; that of ``fit`` if not given.
        X : DataFrame, panel or hierarchy, optional
            Exogenous columns over the times of ``y`` and the horizon.
        update_params : bool, default=True
            As in `update`.

        Returns
        -------
        Series or DataFrame
        """
        with self._all_or_nothing():
            return super().update_predict_single(y, fh, X, update_params)

    def _update(self, y, X=None, update_params=True):
        if X is not None and len(X.columns) and self._columns is None:
            raise ValueError(
                f"update was given the exogenous columns {list(X.columns)}, but fit none. Fit anew "
                "with X, or leave it out."
            )
        if self._y_metadata["mtype"] in ARRAYS:
            check_whole(y, self._y_train)
        y = self._series.joined(self._y_train, y)
        series, columns = SeriesSet.of(y, self._series.freq), self._columns
        if X is not None and columns is not None:
            columns = columns.extended(X)
        if columns is not None:
            columns.check_ends(series, self._series)
        if update_params:
            self._learn(y, series, columns)
        else:
            warn_of_outgrown(self._series, self._prepared.scalers, series)
            self._series = series.continued_from(self._series)
            self._y_train, self._columns = y, columns
        self._set_cutoff_from_y(self._y_train)  # sktime has moved it to the end of the new rows
        return self

    # sktime's own pass what they have made of y to the public methods, which would take it for the
    # form that forecasts are to have: a DataFrame where a Series was given.

    def _update_predict_single(self, y, fh, X=None, update_params=True):
        self._update(y, X, update_params)
        return self._predict(fh, X)

    def _predict_moving_cutoff(self, y, cv, X=None, **options):
        if self._y_metadata["mtype"] == "pd.Series":
            y = convert_to(y, "pd.Series", store=self._converter_store_y)
        return super()._predict_moving_cutoff(y, cv, X, **options)

    @classmethod
    def get_test_params(cls, parameter_set="default"):
        """Parameters for sktime's tests: the defaults cut short, and every choice by hand."""
        return [
            {"max_steps": 3, "random_state": 0},
            {
                "sp": [2, 4],
                "base": "seasonal_naive",
                "window_length": 4,
                "segment_length": 2,
                "n_members": 1,
                "hidden_size": 4,
                "num_layers": 2,
                "dropout": 0.1,
                "max_steps": 3,
                "batch_size": 16,
                "random_state": 0,
            },
        ]


def _furthest_step(series: SeriesSet, fh) -> int | None:
    """The last step of a horizon, of series that end last; None where it is not known yet.

    An absolute horizon may be years away from a series that was given up: it is rolled on, as is
    one after a long time without observations.
    """
    if fh is None:
        return None
    steps = series.steps(fh).max(1)
    return max(1, int(min(steps.min(), max((steps - series.lag).min(), LONGEST_HORIZON))))


def _warn_of_idle_times(series: SeriesSet) -> None:
    stride = series.stride
    if stride > 1 and max(map(len, series.values)) >= FEWEST_STRIDES * stride:
        warnings.warn(
            f"All observations of y lie {stride} steps apart, or multiples of that: the frequency "
            "of its index is higher than theirs. The steps between count as missing, and intervals "
            f"may be too narrow; leave them out, as by y[::{stride}] or y.resample.",
            stacklevel=2,
        )


def _heed_interrupt(model: ForecastModel) -> None:
    if model.interrupted:
        halted = [net for net in model.nets if net.interrupted_] or model.nets
        on_interrupt(len(halted[0].history) if halted else 0)


class RNNForecaster(BaseRecurrentForecaster):
    __doc__ = BaseRecurrentForecaster.__doc__.replace(
        "A recurrent network", "A plain (Elman) RNN", 1
    )
    _cell = "rnn"


class LSTMForecaster(BaseRecurrentForecaster):
    __doc__ = BaseRecurrentForecaster.__doc__.replace("A recurrent network", "An LSTM", 1)
    _cell = "lstm"


class GRUForecaster(BaseRecurrentForecaster):
    __doc__ = BaseRecurrentForecaster.__doc__.replace("A recurrent network", "A GRU", 1)
    _cell = "gru"
