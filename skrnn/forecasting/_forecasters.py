"""Direct multi-step forecasters: one body, three cells."""

import math

import numpy as np
import torch
from sktime.datatypes import update_data
from sktime.forecasting.base import BaseForecaster

from .._device import resolve_device
from .._interrupt import on_interrupt
from .._parameters import COMMON, at_least, one_of, validate_parameters
from .._training import Plan, make_net
from ..nn import Architecture, build_network
from ._series import as_array, forecast_frame, split_series
from ._windows import Panel, WindowData

AUTO_STEPS = 32  # recurrent steps that segment_length="auto" aims at
SHORTEST_WINDOW = 8


class BaseRecurrentForecaster(BaseForecaster):
    """A recurrent network that forecasts all steps of the horizon at once.

    Every window of the series is normalised by its own level and scale; the network predicts how
    the following values deviate from the seasonal naive forecast of that window, and is trained
    on the absolute error. A panel or a hierarchy is one global model.

    Parameters
    ----------
    sp : int, default=1
        Seasonal period, in time steps; 1 for none.
    window_length : int or "auto", default="auto"
        Time steps that a forecast looks back on. "auto" takes two seasons or the length of the
        horizon, whichever is longer, and less for series that are too short for that.
    segment_length : int or "auto", default="auto"
        Time steps that make one recurrent step; "auto" aims at 32 recurrent steps at most.
    hidden_size : int, default=64
        Units of each recurrent layer.
    num_layers : int, default=1
        Recurrent layers, one upon the other.
    dropout : float in [0, 1), default=0.0
        Probability of dropping a unit between layers and before the read-out, in training only.
    max_steps : int, default=500
        Training steps, each on one batch of windows.
    batch_size : int, default=32
        Windows in one training step.
    lr : float, default=0.005
        Highest learning rate of the cycle.
    weight_decay : float, default=0.01
        Decay of the weights at each step, times the learning rate.
    gradient_clip : float or None, default=1.0
        Largest norm of the gradient of a step.
    device : str, default="auto"
        Device of torch. "auto" takes CUDA, then MPS, then the CPU, and the CPU for small work.
    random_state : int, RandomState instance or None, default=None
        Seed of the weights and of the windows' order. None draws a new seed from the operating
        system; NumPy's and torch's global generators are never used.
    verbose : int, default=0
        1 shows a progress bar with the loss.

    Attributes
    ----------
    net_ : skorch.NeuralNet
        The trained net.
    window_length_, segment_length_, horizon_ : int
        What was chosen; ``horizon_`` is the furthest step that can be forecast.
    n_parameters_ : int
        Trainable parameters.
    interrupted_ : bool
        Whether Ctrl-C ended the training.

    References
    ----------
    .. [1] Salinas et al., "DeepAR", International Journal of Forecasting 36, 2020 (global models).
    .. [2] Lin et al., "SegRNN", 2023 (segments).

    Examples
    --------
    >>> from skrnn.datasets import load_series
    >>> from skrnn.forecasting import GRUForecaster
    >>> y = load_series("airline")
    >>> forecaster = GRUForecaster(sp=12, max_steps=50, random_state=0)
    >>> forecaster.fit(y, fh=range(1, 13)).predict().shape
    (12,)
    """

    _tags = {
        "authors": ["the skrnn developers"],
        "maintainers": ["the skrnn developers"],
        "capability:exogenous": False,
        "capability:insample": False,
        "capability:missing_values": False,
        "capability:multivariate": False,
        "capability:pred_int": False,
        "capability:update": True,
        "capability:random_state": True,
        "capability:unequal_length": True,
        "property:randomness": "derandomized",
        "requires-fh-in-fit": True,
        "y_inner_mtype": ["pd.Series", "pd-multiindex", "pd_multiindex_hier"],
        "X_inner_mtype": ["pd.DataFrame", "pd-multiindex", "pd_multiindex_hier"],
    }
    # The forecaster keeps what it needs itself; sktime's copy would be a second one. sktime sets
    # these two only where it keeps the copy, but reads them in any case.
    _config = {"remember_data": False}
    _y = _X = None

    _cell: str

    _parameter_constraints = {
        **COMMON,
        "sp": [at_least(1)],
        "window_length": [at_least(1), one_of("auto")],
        "max_steps": [at_least(1)],
    }

    def __init__(
        self,
        sp=1,
        window_length="auto",
        segment_length="auto",
        hidden_size=64,
        num_layers=1,
        dropout=0.0,
        max_steps=500,
        batch_size=32,
        lr=5e-3,
        weight_decay=1e-2,
        gradient_clip=1.0,
        device="auto",
        random_state=None,
        verbose=0,
    ):
        self.sp = sp
        self.window_length = window_length
        self.segment_length = segment_length
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.dropout = dropout
        self.max_steps = max_steps
        self.batch_size = batch_size
        self.lr = lr
        self.weight_decay = weight_decay
        self.gradient_clip = gradient_clip
        self.device = device
        self.random_state = random_state
        self.verbose = verbose
        super().__init__()

    def _fit(self, y, X, fh):
        parameters = self.get_params(deep=False)
        validate_parameters(self._parameter_constraints, parameters, type(self).__name__)
        self.horizon_ = int(max(fh.to_relative(self.cutoff)))
        self._learn(y)
        return self

    def _learn(self, y) -> None:
        """Choose what is left to "auto" and train a new network."""
        self._y_train = y
        self._series = split_series(y)
        values = [as_array(series) for series in self._series.values()]
        self._choose_lengths(max(len(v) for v in values))
        seed = self._draw_seed()
        architecture = Architecture(
            cells=(self._cell,) * self.num_layers,
            n_channels=1,
            n_outputs=self.horizon_,
            hidden_size=self.hidden_size,
            dropout=self.dropout,
            segment_length=self.segment_length_,
        )
        work = self.batch_size * architecture.multiply_adds(self.window_length_)
        device = resolve_device(self.device, work)
        data = self._training_windows(values, seed, device)
        plan = self._make_plan(len(data), seed, work)
        module = build_network(architecture, seed)
        net = make_net(module, torch.nn.L1Loss(reduction="none"), plan, device)
        self.net_ = net.learn(data, None, verbose=self.verbose)
        self.n_parameters_ = sum(p.numel() for p in module.parameters())
        self.interrupted_ = net.interrupted_
        if self.interrupted_:
            on_interrupt(len(net.history))

    def _choose_lengths(self, longest: int) -> None:
        """Set ``window_length_`` and ``segment_length_`` from the longest series."""
        needed = self.horizon_ + 2
        if longest < needed:
            raise ValueError(
                f"The longest series has {longest} observations, but a horizon of "
                f"{self.horizon_} steps needs at least {needed} to train on. Forecast fewer steps, "
                "or pass more observations."
            )
        window_length = self.window_length
        if window_length == "auto":
            wanted = max(2 * self.sp, self.horizon_, SHORTEST_WINDOW)
            window_length = min(wanted, max(2, (longest - self.horizon_) // 2))
        self.window_length_ = window_length
        self.segment_length_ = self.segment_length
        if self.segment_length == "auto":
            self.segment_length_ = -(-window_length // AUTO_STEPS)

    def _draw_seed(self) -> int:
        given = self.random_state
        drawn = given if isinstance(given, np.random.RandomState) else np.random.RandomState(given)
        return int(drawn.randint(2**31 - 1))

    def _training_windows(self, values, seed: int, device: torch.device) -> WindowData:
        panel = Panel.of(values, self.window_length_, self.sp)
        longest = int((panel.stops - panel.starts).max())
        shortest = min(self.window_length_, self.sp + 1, longest - self.horizon_)
        data = self._windows(panel, *panel.training_ends(self.horizon_, shortest), device)
        generator = torch.Generator().manual_seed(seed)
        return data.thinned(self.max_steps * self.batch_size, generator)

    def _windows(self, panel: Panel, ends, owners, device: torch.device) -> WindowData:
        sizes = self.window_length_, self.horizon_, self.sp
        return WindowData(panel, ends, owners, *sizes, device)

    def _make_plan(self, n_windows: int, seed: int, work: float) -> Plan:
        n_batches = math.ceil(n_windows / self.batch_size)
        return Plan(
            epochs=max(1, round(self.max_steps / n_batches)),
            batch_size=self.batch_size,
            lr=self.lr,
            weight_decay=self.weight_decay,
            gradient_clip=self.gradient_clip,
            seed=seed,
            work=work,
        )

    def _predict(self, fh, X=None):
        steps = np.asarray(fh.to_relative(self.cutoff), dtype=int)
        if steps.max() > self.horizon_:
            raise ValueError(
                f"fh asks for {steps.max()} steps, but {type(self).__name__} was fitted for "
                f"{self.horizon_}. Pass the longer horizon to fit."
            )
        values = [as_array(series)[-self.window_length_ :] for series in self._series.values()]
        panel = Panel.of(values, self.window_length_, self.sp)
        every = torch.arange(len(values))
        device = torch.device(self.net_.device)
        windows = self._windows(panel, panel.stops, every, device).windows(every)
        work = len(values) * self.net_.module_.architecture.multiply_adds(self.window_length_)
        deviation = self.net_.outputs(windows.values.to(device), None, work)
        forecasts = windows.denormalise(deviation).numpy()
        return forecast_frame(forecasts[:, steps - 1], steps, self._series, self._y_train)

    def _update(self, y, X=None, update_params=True):
        extended = update_data(self._y_train, y)
        if update_params:
            self._learn(extended)
        else:
            self._y_train = extended
            self._series = split_series(extended)
        return self

    @classmethod
    def get_test_params(cls, parameter_set="default"):
        """Parameters for sktime's tests: cut short, and with every choice made by hand."""
        return [
            {"max_steps": 5, "random_state": 0},
            {
                "sp": 2,
                "window_length": 4,
                "segment_length": 2,
                "hidden_size": 4,
                "num_layers": 2,
                "dropout": 0.1,
                "max_steps": 5,
                "random_state": 0,
            },
        ]


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
