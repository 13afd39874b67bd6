"""What all estimators share: parameters, reading of input, training, prediction, pickling."""

import copy
import warnings
from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.model_selection import train_test_split
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ._batches import ResidentData
from ._device import resolve_device
from ._frames import unframe
from ._interrupt import on_interrupt
from ._parameters import COMMON, at_least, one_of, open_interval
from ._sequences import (
    FLOATS,
    Sequences,
    from_array,
    from_list,
    from_table,
    is_list_of_arrays,
    n_dims,
)
from ._training import EVALUATION_BATCH, Plan, RecurrentNet, make_net
from ._version import __version__
from .nn import Architecture, build_network
from .nn.cells import CELLS
from .preprocessing._scaling import StepScaler

CELLS_CONSTRAINT = [one_of(*CELLS), tuple, list]
AUTO_STEPS = 50  # recurrent steps that segment_length="auto" aims at


@dataclass(eq=False, repr=False, kw_only=True)
class BaseRecurrent(BaseEstimator, ABC):
    """Base of all estimators.

    The parameters are dataclass fields: the generated ``__init__`` has the flat signature that
    scikit-learn inspects, does nothing but store them, and subclasses add to it without
    repeating it. ``cells`` is a class attribute or a field of the subclass.
    """

    hidden_size: int = 64
    num_layers: int = 1
    bidirectional: bool = False
    dropout: float = 0.0
    segment_length: int | str = 1
    n_channels: int | None = None
    max_epochs: int = 60
    batch_size: int = 32
    lr: float = 1e-2
    weight_decay: float = 1e-2
    gradient_clip: float | None = 1.0
    early_stopping: bool = False
    validation_fraction: float = 0.1
    n_iter_no_change: int = 10
    standardize: bool = True
    warm_start: bool = False
    callbacks: list | None = None
    device: str = "auto"
    random_state: int | np.random.RandomState | None = None
    verbose: int = 0

    _parameter_constraints = {
        **COMMON,
        "bidirectional": ["boolean"],
        "n_channels": [at_least(1), None],
        "max_epochs": [at_least(1)],
        "early_stopping": ["boolean"],
        "validation_fraction": [open_interval(0, 1)],
        "n_iter_no_change": [at_least(1)],
        "standardize": ["boolean"],
        "warm_start": ["boolean"],
        "callbacks": [list, tuple, None],
    }

    # What classifiers and regressors do differently

    @abstractmethod
    def _check_targets(self, y) -> np.ndarray:
        """Validate y."""

    @abstractmethod
    def _learn_targets(self, y: np.ndarray, sample_weight: np.ndarray | None) -> None:
        """Set the attributes that encode targets: classes, or their scale."""

    @abstractmethod
    def _encode_targets(self, y: np.ndarray) -> np.ndarray:
        """Turn y into what the loss compares with the network's outputs."""

    @abstractmethod
    def _make_loss(self) -> torch.nn.Module:
        """The loss of each sample, not reduced."""

    @abstractmethod
    def _count_outputs(self) -> int:
        """Outputs of the network."""

    def _total_weight(self, y, sample_weight: np.ndarray | None) -> np.ndarray | None:
        """Weights of samples, given y."""
        return sample_weight

    def _strata(self, y):
        """What the held-out part of early stopping is stratified by."""
        return

    # Fitting

    def fit(self, X, y, sample_weight=None):
        """Train the network.

        Parameters
        ----------
        X : array-like or list of ndarray
            Sequences, in one of the forms listed in the class's notes.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), optional
            Weights of the samples, in the loss and in the standardisation.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If input or a parameter is not valid, or the training diverges. The estimator is
            then left as it was.
        """
        self._validate_params()
        resume = self.warm_start and self.__sklearn_is_fitted__()
        with _all_or_nothing(self):
            sequences, y, sample_weight = self._read_training_data(
                X, y, sample_weight, reset=not resume
            )
            seed = self._draw_seed(anew=not resume)
            train, held_out = self._split(sequences, y, sample_weight, seed)
            if not resume:
                self._learn_encoding(*train)
            plan = self._make_plan(train[0], seed, self.max_epochs)
            module = self._make_module(train[0], seed) if not resume else self._fitted_module()
            net = make_net(module, self._make_loss(), plan, self._device(plan), self.callbacks)
            self._train(net, train, held_out)
        return self._finish()

    def _partial_fit(self, X, y, sample_weight):
        """One pass over a batch of data, from the current weights."""
        if self.early_stopping:
            raise ValueError(
                "partial_fit does not support early_stopping=True: one pass over the data has no "
                "best epoch. Set early_stopping=False."
            )
        if self.callbacks:
            raise ValueError("partial_fit does not support callbacks; they need whole epochs.")
        first = not self.__sklearn_is_fitted__()
        if first:
            self._validate_params()
        with _all_or_nothing(self):
            train = self._read_training_data(X, y, sample_weight, reset=first)
            seed = self._draw_seed(anew=first)
            if first:
                self._learn_encoding(*train)
            plan = self._make_plan(train[0], seed, epochs=1, whole_fit=False)
            if first:
                module = self._make_module(train[0], seed)
                net = make_net(module, self._make_loss(), plan, self._device(plan))
            else:
                net = copy.deepcopy(self.net_)  # an error must not leave it half trained
                net.plan = plan
            self._train(net, train, None)
        return self._finish()

    def _read_training_data(self, X, y, sample_weight, *, reset: bool):
        name = type(self).__name__
        sequences = self._read(X, reset=reset)
        if y is None:
            raise ValueError(f"{name} requires y to be passed, but the target y is None.")
        y = self._check_targets(y)
        check_consistent_length(sequences.values, y)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, sequences.values, dtype=np.float64, ensure_non_negative=True
            )
        return sequences, y, sample_weight

    def _read(self, X, *, reset: bool) -> Sequences:
        """Any accepted input as Sequences; checks it against the fitted channels, or sets them."""
        X = unframe(X)
        name = type(self).__name__
        is_table = not is_list_of_arrays(X) and n_dims(X) <= 2
        if is_table:
            sequences = from_table(self._read_table(X, reset=reset), self.n_channels or 1)
        else:
            sequences = from_list(X, name) if is_list_of_arrays(X) else from_array(X, name)
        if reset:
            self._set_channels(sequences.n_channels, is_table)
        elif sequences.n_channels != self.n_channels_:
            raise ValueError(
                f"X has {sequences.n_channels} channels at each time step, but {name} was fitted "
                f"with {self.n_channels_}."
            )
        return sequences

    def _read_table(self, X, *, reset: bool) -> np.ndarray:
        if reset or self._fitted_on_table:
            return validate_data(self, X, reset=reset, dtype=FLOATS)
        return check_array(X, dtype=FLOATS, estimator=self, input_name="X")

    def _set_channels(self, n_channels: int, is_table: bool) -> None:
        if not is_table:
            if self.n_channels not in (None, n_channels):
                raise ValueError(
                    f"X has {n_channels} channels at each time step, but n_channels="
                    f"{self.n_channels}. The parameter is needed for 2D input only; leave it out."
                )
            self.n_features_in_ = n_channels
            vars(self).pop("feature_names_in_", None)
        self.n_channels_ = n_channels
        self._fitted_on_table = is_table

    def _draw_seed(self, *, anew: bool) -> int:
        """A seed for this training; repeated calls of partial_fit draw one after the other."""
        if anew:
            given = self.random_state
            fresh = not isinstance(given, np.random.RandomState)
            self._random_state = np.random.RandomState(given) if fresh else given
        return int(self._random_state.randint(2**31 - 1))

    def _split(self, sequences, y, sample_weight, seed: int):
        """Training data and, for early stopping, data held out of it."""
        if not self.early_stopping:
            return (sequences, y, sample_weight), None
        train, held_out = train_test_split(
            np.arange(len(sequences)),
            test_size=self.validation_fraction,
            stratify=self._strata(y),
            random_state=seed,
        )

        def part(index):
            weight = None if sample_weight is None else sample_weight[index]
            return sequences.take(index), y[index], weight

        return part(train), part(held_out)

    def _learn_encoding(self, sequences, y, sample_weight) -> None:
        self._learn_targets(y, sample_weight)
        self._scaler = StepScaler().fit(sequences, sample_weight) if self.standardize else None

    def _make_plan(self, sequences, seed: int, epochs: int, whole_fit: bool = True) -> Plan:
        steps = min(self.batch_size, len(sequences))
        architecture = self._architecture(sequences.n_timesteps)
        return Plan(
            epochs=epochs,
            batch_size=self.batch_size,
            lr=self.lr,
            weight_decay=self.weight_decay,
            gradient_clip=self.gradient_clip,
            patience=self.n_iter_no_change if self.early_stopping else None,
            scheduled=whole_fit,
            seed=seed,
            work=steps * architecture.multiply_adds(sequences.n_timesteps),
        )

    def _architecture(self, n_timesteps: int) -> Architecture:
        segment_length = self.segment_length
        if segment_length == "auto":
            segment_length = max(1, round(n_timesteps / AUTO_STEPS))
        return Architecture(
            cells=self._cells(),
            n_channels=self.n_channels_,
            n_outputs=self._count_outputs(),
            hidden_size=self.hidden_size,
            bidirectional=self.bidirectional,
            dropout=self.dropout,
            segment_length=segment_length,
        )

    def _cells(self) -> tuple[str, ...]:
        if isinstance(self.cells, str):
            return (self.cells,) * self.num_layers
        unknown = [cell for cell in self.cells if cell not in CELLS]
        if unknown or not self.cells:
            raise ValueError(f"cells={self.cells!r}: each layer must be one of {sorted(CELLS)}.")
        if self.num_layers not in (1, len(self.cells)):
            raise ValueError(
                f"cells={self.cells!r} names {len(self.cells)} layers, but num_layers="
                f"{self.num_layers}. Leave num_layers out where cells is a tuple."
            )
        return tuple(self.cells)

    def _make_module(self, sequences: Sequences, seed: int) -> torch.nn.Module:
        one_batch = len(sequences) <= self.batch_size
        architecture = self._architecture(sequences.n_timesteps)
        return build_network(architecture, seed, torch.float64 if one_batch else torch.float32)

    def _fitted_module(self) -> torch.nn.Module:
        """A copy of the fitted module, for a warm start."""
        module = copy.deepcopy(self.net_.module_)
        fitted = module.architecture
        wanted = self._architecture(fitted.segment_length * AUTO_STEPS)
        if wanted != fitted:
            raise ValueError(
                f"warm_start=True continues with the fitted network, {fitted}, but the "
                f"parameters now describe {wanted}. Set warm_start=False to start anew."
            )
        return module

    def _device(self, plan: Plan) -> torch.device:
        return resolve_device(self.device, plan.work)

    def _train(self, net: RecurrentNet, train, held_out) -> None:
        data = self._as_tensors(net, *train)
        validation = None if held_out is None else self._as_tensors(net, *held_out)
        self.net_ = net.learn(data, validation, verbose=self.verbose)
        history = net.history
        self.n_iter_ = len(history)
        self.loss_curve_ = history[:, "train_loss"] if len(history) else []
        self.validation_scores_ = None
        if held_out is not None and len(history):
            self.validation_scores_ = [-loss for loss in history[:, "valid_loss"]]
        self.n_parameters_ = sum(p.numel() for p in net.module_.parameters() if p.requires_grad)
        self.interrupted_ = net.interrupted_

    def _finish(self):
        if self.interrupted_:
            on_interrupt(self.n_iter_)
        return self

    def _as_tensors(self, net: RecurrentNet, sequences, y, sample_weight) -> ResidentData:
        values, lengths = self._inputs(net, sequences)
        targets = torch.as_tensor(self._encode_targets(y))
        if targets.is_floating_point():
            targets = targets.to(values.dtype)
        weights = self._total_weight(y, sample_weight)
        if weights is not None:
            weights = torch.as_tensor(weights / weights.mean()).to(values)
        return ResidentData(values, lengths, targets.to(values.device), weights)

    def _inputs(self, net: RecurrentNet, sequences: Sequences):
        """Standardised values and lengths as tensors in the precision and place of the net."""
        if self._scaler is not None:
            sequences = self._scaler.transform(sequences)
        weight = next(net.module_.parameters())
        values = torch.as_tensor(sequences.values).to(weight)
        if not sequences.is_ragged:
            return values, None
        return values, torch.as_tensor(sequences.lengths).to(weight.device)

    # Predicting

    def _outputs(self, X) -> np.ndarray:
        """Raw outputs of the network, of shape (n_samples, n_outputs), in double precision."""
        check_is_fitted(self)
        sequences = self._read(X, reset=False)
        module = self.net_.module_
        work = min(len(sequences), EVALUATION_BATCH) * module.architecture.multiply_adds(
            sequences.n_timesteps
        )
        outputs = self.net_.outputs(*self._inputs(self.net_, sequences), work)
        return outputs.double().numpy()

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "net_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags

    # Pickling

    def __getstate__(self):
        return {**super().__getstate__(), "_skrnn_version": __version__}

    def __setstate__(self, state):
        version = state.pop("_skrnn_version", "unknown")
        if version != __version__:
            warnings.warn(
                f"{type(self).__name__} was pickled by skrnn {version} and is loaded by "
                f"{__version__}; fit it again if its predictions look wrong."
            )
        super().__setstate__(state)


@contextmanager
def _all_or_nothing(estimator):
    """Leave an estimator as it was if fitting fails."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
