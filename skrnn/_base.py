"""What all estimators share: parameters, reading of input, training, prediction, pickling."""

import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from ._all_or_nothing import all_or_nothing
from ._batches import ResidentData, in_batches
from ._channels import MISSING
from ._design import (
    check_same_architecture,
    count_epochs,
    fitted_module,
    make_plan,
    new_module,
)
from ._device import resolve_device
from ._frames import check_same_order
from ._interrupt import on_interrupt
from ._network_input import NetworkInput
from ._observing import read_observations
from ._parameters import COMMON, WholeNumber, at_least, one_of, open_interval
from ._reading import read_weights
from ._sequences import Sequences, as_numpy
from ._split import hold_out
from ._training import EVALUATION_BATCH, RecurrentNet, check_callbacks, make_net
from ._version import __version__


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
    dropout: float | str = "auto"
    segment_length: int | str = 1
    n_channels: int | None = None
    missing: str = "error"
    time_channel: int | str | None = None
    differences: bool | str = "auto"
    conv: bool = False
    layer_norm: bool = False
    variational_dropout: float = 0.0
    max_epochs: int | str = "auto"
    batch_size: int | str = "auto"
    lr: float | str = "auto"
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
        "dropout": [*COMMON["dropout"], one_of("auto")],
        "n_channels": [at_least(1), None],
        "missing": [one_of(*MISSING)],
        "time_channel": [WholeNumber(), str, None],
        "differences": ["boolean", one_of("auto")],
        "conv": ["boolean"],
        "layer_norm": ["boolean"],
        "variational_dropout": COMMON["dropout"],
        "max_epochs": [at_least(1), one_of("auto")],
        "batch_size": [*COMMON["batch_size"], one_of("auto")],
        "lr": [*COMMON["lr"], one_of("auto")],
        "early_stopping": ["boolean"],
        "validation_fraction": [open_interval(0, 1)],
        "n_iter_no_change": [at_least(1)],
        "standardize": ["boolean"],
        "warm_start": ["boolean"],
        "callbacks": [list, tuple, None],
    }

    # What estimators do differently

    _dropout_beside_conv = 0.0  # of what recurrent layers give; what dropout="auto" means there

    @abstractmethod
    def _readout(self) -> dict:
        """Fields of the architecture that say what is read from the last layer."""

    @abstractmethod
    def _check_targets(self, y, lengths: np.ndarray):
        """Validate y, for sequences of some lengths: an array, or `StepTargets`."""

    @abstractmethod
    def _learn_targets(self, y, sample_weight: np.ndarray | None) -> None:
        """Set the attributes that encode targets: classes, or their scale."""

    @abstractmethod
    def _encode_targets(self, y) -> np.ndarray:
        """Turn y into what the loss compares with the network's outputs."""

    @abstractmethod
    def _make_loss(self) -> torch.nn.Module:
        """The loss of each sample, not reduced."""

    @abstractmethod
    def _count_outputs(self) -> int:
        """Outputs of the network, for each sequence or each step."""

    def _total_weight(self, y, sample_weight: np.ndarray | None) -> np.ndarray | None:
        """Weights of samples, given y."""
        return sample_weight

    def _mean_weight(self, weights: np.ndarray) -> float:
        """What `fit` divides total weights by, so that their unit does not matter."""
        return weights.mean()

    def _strata(self, y):
        """What the held-out part of early stopping is stratified by, or None."""

    # Fitting

    def _fit(self, X, y, sample_weight, times) -> None:
        """Train the network, from new weights unless ``warm_start``."""
        self._validate_params()
        check_callbacks(self.callbacks, self.early_stopping)
        resume = self.warm_start and self.__sklearn_is_fitted__()
        with all_or_nothing(self):
            sequences, y, sample_weight = self._read_training_data(
                X, y, sample_weight, times, reset=not resume
            )
            seed = self._draw_seed(anew=not resume)
            train, held_out = (sequences, y, sample_weight), None
            if self.early_stopping:
                train, held_out = hold_out(
                    *train, self.validation_fraction, self._strata(y), self._split_seed
                )
            if not resume:
                self._learn_encoding(*train)
            plan = make_plan(self, train[0], seed, count_epochs(self, train[0]))
            device = resolve_device(self.device, plan.work)
            module = fitted_module(self) if resume else new_module(self, train[0], seed, device)
            net = make_net(module, self._make_loss(), plan, device, self.callbacks)
            data = self._as_tensors(net, *train, unit_mean=True)
            validation = held_out and self._as_tensors(net, *held_out, unit_mean=True)
            self._train(net, data, validation)

    def _partial_fit(self, X, y, sample_weight, times):
        """One pass over a batch of data, from the current weights."""
        if self.early_stopping:
            raise ValueError(
                "partial_fit does not support early_stopping=True: one pass over the data has no "
                "best epoch. Set early_stopping=False."
            )
        if self.callbacks:
            raise ValueError("partial_fit does not support callbacks; they need whole epochs.")
        first = not self.__sklearn_is_fitted__()
        self._validate_params()
        with all_or_nothing(self):
            train = self._read_training_data(X, y, sample_weight, times, reset=first)
            seed = self._draw_seed(anew=first)
            if first:
                self._learn_encoding(*train)
            plan = make_plan(self, train[0], seed, epochs=1, scheduled=False)
            if first:
                device = resolve_device(self.device, plan.work)
                module = new_module(self, train[0], seed, device, are_all=False)
                net = make_net(module, self._make_loss(), plan, device)
            else:
                check_same_architecture(self)
                net = self.net_.copy()  # an error must not leave it half trained
                if self.device != "auto":  # which stays where it is, whatever a batch's size
                    net.move(resolve_device(self.device))
                net.plan = plan
                net.criterion_ = self._make_loss()  # its parameters may have been changed
            # weights as they are: a batch cannot know how much others weigh
            self._train(net, self._as_tensors(net, *train, unit_mean=False), None)
        return self._finish()

    def _read_training_data(self, X, y, sample_weight, times, *, reset: bool):
        sequences = read_observations(self, X, times, reset=reset)
        check_same_order(X, y=y, sample_weight=sample_weight)
        y = self._check_targets(as_numpy(y, "y"), sequences.lengths)
        return sequences, y, read_weights(sample_weight, sequences.values, y)

    def _draw_seed(self, *, anew: bool) -> int:
        """A seed for this training; repeated calls of partial_fit draw one after the other."""
        if anew:
            given = self.random_state
            fresh = not isinstance(given, np.random.RandomState)
            self._random_state = np.random.RandomState(given) if fresh else given
        seed = int(self._random_state.randint(2**31 - 1))
        if anew:  # with warm_start, what one fit holds out must not be trained on in another
            self._split_seed = seed
        return seed

    def _learn_encoding(self, sequences, y, sample_weight) -> None:
        if sample_weight is not None:
            # scikit-learn's scalers take the sum for the number of samples when they look for
            # constant columns; by the sum, as a mean of tiny weights may be zero
            sample_weight = sample_weight / sample_weight.sum() * len(sample_weight)
        self._learn_targets(y, sample_weight)
        self._input = NetworkInput(self.differences, self.standardize, self.missing)
        self._input.fit(sequences, sample_weight)

    def _train(self, net: RecurrentNet, data, validation) -> None:
        self.net_ = net.learn(data, validation, verbose=self.verbose)
        history = net.history
        self.n_iter_ = len(history)
        self.loss_curve_ = history[:, "train_loss"] if len(history) else []
        self.validation_scores_ = None
        if validation is not None and len(history):
            self.validation_scores_ = [-loss for loss in history[:, "valid_loss"]]
        self.n_parameters_ = sum(p.numel() for p in net.module_.parameters() if p.requires_grad)
        self.interrupted_ = net.interrupted_

    def _finish(self):
        if self.interrupted_:
            on_interrupt(self.n_iter_)
        return self

    def _as_tensors(
        self, net: RecurrentNet, sequences, y, sample_weight, *, unit_mean: bool
    ) -> ResidentData:
        values, lengths = self._inputs(net, sequences)
        targets = torch.as_tensor(self._encode_targets(y), device="cpu")
        if targets.is_floating_point():
            targets = targets.to(values.dtype)
        weights = self._total_weight(y, sample_weight)
        if weights is not None:
            if unit_mean:
                weights = weights / self._mean_weight(weights)
            weights = torch.as_tensor(weights, device="cpu").to(values)
        return ResidentData(values, lengths, targets.to(values.device), weights)

    def _inputs(self, net: RecurrentNet, sequences: Sequences):
        """What the net reads, and lengths, as tensors in its precision and place."""
        sequences = self._input.transform(sequences)
        weight = next(net.module_.parameters())
        # torch takes neither read-only memory nor negative strides
        writable = np.require(sequences.values, requirements=["C", "W"])
        values = torch.from_numpy(writable).to(weight)
        if not sequences.is_ragged:
            return values, None
        return values, torch.as_tensor(sequences.lengths, device=weight.device)

    # Predicting

    def _read(self, X, times) -> Sequences:
        check_is_fitted(self)
        return read_observations(self, X, times, reset=False)

    def _evaluate(self, sequences: Sequences) -> np.ndarray:
        """Raw outputs of the network, in double precision.

        What the network reads of gaps and times takes many times the memory of X, and is made for
        a batch at a time.

        Raises
        ------
        ValueError
            If outputs are not finite, of which a class or a number would be read all the same.
        """
        lengths = sequences.lengths if sequences.is_ragged else None
        outputs = in_batches(
            lambda index: self._evaluate_batch(sequences.take(index).trimmed()),
            len(sequences),
            EVALUATION_BATCH,
            lengths,
        )
        _check_outputs(outputs)
        return outputs.double().numpy()

    def _evaluate_batch(self, sequences: Sequences) -> torch.Tensor:
        work = len(sequences) * self.net_.module_.architecture.multiply_adds(sequences.n_timesteps)
        return self.net_.outputs(*self._inputs(self.net_, sequences), work)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "net_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = self.missing != "error"
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


def _check_outputs(outputs: torch.Tensor) -> None:
    finite = outputs.isfinite().flatten(1).all(1)
    if not finite.all():
        sequence = int((~finite).nonzero()[0])
        raise ValueError(
            f"The network's output for sequence {sequence} of X is not finite: its state grows "
            "from step to step. Cells without bounds, 'rnn_relu', may do so over many more time "
            "steps than they were trained on: cut the sequences, or use 'rnn', 'lstm' or 'gru'."
        )
