"""The one training loop of the package: skorch's, with its per-batch work taken out.

Estimators and forecasters hand over a network, a loss and data, and get a trained skorch net.
"""

import copy
import math
import threading
import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import (
    BatchScoring,
    EarlyStopping,
    EpochScoring,
    LRScheduler,
    PassthroughScoring,
)
from skorch.history import History
from torch import Tensor, nn
from tqdm import tqdm

from ._batches import (
    Batch,
    batches_by_length,
    in_batches,
    shuffled_batches,
    take_sequences,
)
from ._device import is_available, threads_for
from ._plan import Plan, one_cycle
from .nn.instruction_sets import can_run

EVALUATION_BATCH = 1024
# Attributes of a net that is learning: no copy takes them along, and they go when it has learnt.
WHILE_TRAINING = {
    "_stop",
    "_progress",
    "_schedule",
    "_best_weights",
    "_weights",
    "_trained",
    "_gradient",
}


class Data(Protocol):
    """What the loop needs to know of training data."""

    lengths: Tensor | None

    def __len__(self) -> int: ...

    def take(self, index: Tensor) -> Batch: ...


class _EnoughTraining(KeyboardInterrupt):
    """Leaves skorch's loop over epochs, which has no other exit."""


class Batches:
    """Iterates over the batches of an epoch, in a new random order each time if ``shuffled``."""

    def __init__(self, data: Data, batch_size: int, generator: torch.Generator, shuffled: bool):
        self.data = data
        self.batch_size = batch_size if shuffled else max(batch_size, EVALUATION_BATCH)
        self.generator = generator
        self.shuffled = shuffled

    def __len__(self) -> int:
        return math.ceil(len(self.data) / self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        args = len(self.data), self.batch_size, self.data.lengths
        if self.shuffled:
            indices = shuffled_batches(*args, self.generator)
        else:
            indices = batches_by_length(*args)
        for index in indices:
            yield self.data.take(index)


class RecurrentNet(NeuralNet):
    """The skorch net inside every estimator.

    Differences from a plain ``NeuralNet``: the data are ``Data``, not datasets; there is no batch
    bookkeeping unless callbacks might look at it; a net is pickled as NumPy arrays; Ctrl-C is
    recorded in ``interrupted_``.
    """

    def __init__(self, *args, plan: Plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan = plan

    # Training

    def learn(
        self,
        train: Data,
        validation: Data | None,
        verbose: int = 0,
        stop: threading.Event | None = None,
    ) -> "RecurrentNet":
        """Run the plan on training data, with validation data for early stopping.

        On a thread that Ctrl-C does not reach, ``stop`` stands for it.
        """
        self.interrupted_ = False
        self._stop = stop or threading.Event()
        self._best_weights, self._n_stale, self._lowest = None, 0, {}
        self._weights, self._trained, self._gradient = list(self.module_.parameters()), None, None
        self._generator = torch.Generator().manual_seed(self.plan.seed)
        self._share_generator()
        self._schedule = self._make_schedule(math.ceil(len(train) / self.plan.batch_size))
        with (
            threads_for(self.plan.work, self._is_fused),
            tqdm(total=self.plan.epochs, disable=not verbose, unit="epoch") as self._progress,
        ):
            self.partial_fit((train, validation))
        if self._best_weights is not None:
            self.module_.load_state_dict(self._best_weights)
        self._drop_unfinished_epoch()
        self.module_.zero_grad()
        for name in WHILE_TRAINING:
            delattr(self, name)
        return self

    def get_split_datasets(self, X, y=None, **fit_params):
        return X  # (training data, validation data or None), as passed by ``learn``

    def get_iterator(self, dataset, training=False):
        return Batches(dataset, self.plan.batch_size, self._generator, shuffled=training)

    def fit_loop(self, X, y=None, epochs=None, **params):
        try:
            return super().fit_loop(X, y, self.plan.epochs, **params)
        except KeyboardInterrupt as stop:  # swallowed by skorch, whoever raised it
            self.interrupted_ = not (isinstance(stop, _EnoughTraining) or self._stopped_early())
            raise

    def run_single_epoch(self, iterator, training, prefix, step_fn, **fit_params):
        if iterator is None:
            return
        if training:
            self._lay_out_gradient()
        if self.callbacks_:
            super().run_single_epoch(iterator, training, prefix, step_fn, **fit_params)
            batches = self.history[-1, "batches", :, (prefix + "_loss", prefix + "_batch_size")]
            loss = sum(loss * size for loss, size in batches) / sum(size for _, size in batches)
        else:
            loss = self._run_lean_epoch(iterator, training)
        if not math.isfinite(loss):
            part = "loss" if training else "loss on the held-out part"
            raise ValueError(
                f"Training diverged in epoch {len(self.history)}: the {part} is {loss}. "
                f"Lower lr (now {self.plan.lr}) or gradient_clip (now {self.plan.gradient_clip})."
            )
        self.history.record(prefix + "_loss", loss)
        self.history.record(prefix + "_loss_best", loss < self._lowest.get(prefix, math.inf))
        self._lowest[prefix] = min(loss, self._lowest.get(prefix, math.inf))

    def _lay_out_gradient(self) -> None:
        """Set up the array of gradients, anew whenever callbacks have frozen or freed weights."""
        trained = [weight.requires_grad for weight in self._weights]
        if trained != self._trained:
            self._trained, self._gradient = trained, _in_one_array(self._weights)

    def _run_lean_epoch(self, iterator: Batches, training: bool) -> float:
        """Do what skorch does for an epoch, without what only callbacks could see."""
        self._set_training(training)
        losses, sizes = [], []
        with torch.set_grad_enabled(training):
            for inputs, targets in iterator:
                loss = self.get_loss(self.infer(inputs), targets, X=inputs)
                if training:
                    self._zero_grad_optimizer()
                    loss.backward()
                    self.on_grad_computed(self, None)
                    self.optimizer_.step()
                    self.on_batch_end(self, training=True)
                losses.append(loss.detach())
                sizes.append(targets.shape[0])
        losses = torch.stack(losses).tolist()  # once an epoch: a GPU is not waited for before
        return sum(loss * size for loss, size in zip(losses, sizes)) / sum(sizes)

    def _zero_grad_optimizer(self, set_to_none=None):
        self._gradient.zero_()

    def infer(self, x, **fit_params):
        return self.module_(**{name: value for name, value in x.items() if name != "weights"})

    def get_loss(self, y_pred, y_true, X=None, training=False):
        """Mean loss of a batch, weighted where samples have weights."""
        losses = self.criterion_(y_pred, y_true)
        if losses.dim() > 1:
            losses = losses.flatten(1).mean(1)
        return (losses * X["weights"]).mean() if "weights" in X else losses.mean()

    def on_grad_computed(self, net, named_parameters, **kwargs):
        if self.plan.gradient_clip is not None:
            norm = torch.linalg.vector_norm(self._gradient)
            self._gradient.mul_((self.plan.gradient_clip / (norm + 1e-6)).clamp(max=1.0))

    def on_batch_end(self, net, batch=None, training=False, **kwargs):
        if self._stop.is_set():
            raise KeyboardInterrupt
        if training and self._schedule is not None:
            self._set_groups(lr=next(self._schedule))

    def notify(self, method_name, **cb_kwargs):
        super().notify(method_name, **cb_kwargs)
        if method_name == "on_epoch_end":
            self._progress.set_postfix(loss=f"{self.history[-1, 'train_loss']:.4g}", refresh=False)
            self._progress.update()
            if self.plan.patience is not None:
                self._keep_best()

    def get_default_callbacks(self):
        return []

    def _make_schedule(self, n_batches: int) -> Iterator[float] | None:
        own = any(isinstance(callback, LRScheduler) for _, callback in self.callbacks_)
        self._set_groups(lr=self.plan.lr, weight_decay=self.plan.weight_decay)
        if not self.plan.scheduled or own:
            return None
        total_steps = self.plan.epochs * n_batches
        schedule = (self.plan.lr * one_cycle(step, total_steps) for step in range(total_steps + 1))
        self._set_groups(lr=next(schedule))
        return schedule

    def _set_groups(self, **settings: float) -> None:
        for group in self.optimizer_.param_groups:
            group.update(settings)

    def _share_generator(self) -> None:
        drawing = [module for module in self.module_.modules() if hasattr(module, "generator")]
        # independent of one another, and of those of networks with the next seeds
        seeds = np.random.SeedSequence(self.plan.seed).generate_state(len(drawing), np.uint64)
        for seed, module in zip(seeds.tolist(), drawing):
            module.generator = torch.Generator(self.device).manual_seed(seed)

    def _keep_best(self) -> None:
        if self.history[-1, "valid_loss_best"]:
            weights = self.module_.state_dict()
            self._best_weights = {name: value.clone() for name, value in weights.items()}
            self._n_stale = 0
            return
        self._n_stale += 1
        if self._n_stale >= self.plan.patience:
            raise _EnoughTraining

    def _stopped_early(self) -> bool:
        """Whether skorch's EarlyStopping asked to stop, which it does by a KeyboardInterrupt."""
        stoppers = [cb for _, cb in self.callbacks_ if isinstance(cb, EarlyStopping)]
        return any(stopper.misses_ == stopper.patience for stopper in stoppers)

    def _drop_unfinished_epoch(self) -> None:
        if len(self.history) and "train_loss" not in self.history[-1]:
            del self.history[-1]

    # Evaluation

    def outputs(self, values: Tensor, lengths: Tensor | None, work: float) -> Tensor:
        """Raw outputs of the network on the CPU, (n_samples, n_outputs) or (n_samples, T, K)."""
        if self.module_.training:
            self.module_.eval()
        with torch.inference_mode(), threads_for(work, self._is_fused):
            return in_batches(
                lambda index: self.module_(**take_sequences(values, lengths, index)).cpu(),
                len(values),
                EVALUATION_BATCH,
                lengths,
            )

    @cached_property  # looking through all modules takes as long as to forecast one sequence
    def _is_fused(self) -> bool:
        """Whether the fused kernels do nearly all the work; convolutions are torch's."""
        convolves = any(isinstance(part, nn.Conv1d) for part in self.module_.modules())
        return can_run(next(self.module_.parameters())) and not convolves

    # Pickling: arrays only, so that a net trained on a GPU loads without one

    def __getstate__(self):
        hidden = {"optimizer_", "_generator", "_is_fused", *WHILE_TRAINING}  # also for callbacks
        state = {key: value for key, value in self.__dict__.items() if key not in hidden}
        state["optimizer_state"] = _to_numpy(self.optimizer_.state_dict())
        return state

    def __setstate__(self, state):
        optimizer_state = _to_torch(state.pop("optimizer_state"))
        if not is_available(torch.device(state["device"])):
            warnings.warn(f"{state['device']} is not available here; the net moves to the CPU.")
            state["device"] = "cpu"
        self.__dict__.update(state)
        self._move(self.device, optimizer_state)

    def copy(self) -> "RecurrentNet":
        """A copy to go on with, without callbacks: they were for the training that has ended.

        It shares the records of past epochs, which may be thousands.
        """
        instead = {id(self.history): History(self.history)}
        instead |= {id(self.callbacks): [], id(self.callbacks_): []}
        return copy.deepcopy(self, instead)

    def move(self, device: torch.device) -> None:
        """Move weights and the optimiser's state to another device."""
        self._move(str(device), self.optimizer_.state_dict())

    def _move(self, device: str, optimizer_state: dict) -> None:
        self.__dict__.pop("_is_fused", None)
        self.device = device
        self.module_.to(device)
        self.initialize_optimizer()
        self.optimizer_.load_state_dict(optimizer_state)


def check_callbacks(callbacks, early_stopping: bool) -> None:
    """Refuse what skorch cannot call, and what waits for something that is not there.

    Parameters
    ----------
    callbacks : list of skorch callbacks, or of tuples of a name and one, or None
    early_stopping : bool
        Whether there will be a loss on a held-out part.

    Raises
    ------
    ValueError
    """
    for callback in callbacks or ():
        instance = callback[-1] if isinstance(callback, tuple) else callback
        if isinstance(instance, type):
            raise ValueError(
                f"callbacks holds the class {instance.__name__}; expected instances of "
                f"skorch.callbacks.Callback: {instance.__name__}()."
            )
        if not hasattr(instance, "on_epoch_end"):
            raise ValueError(
                f"callbacks holds {callback!r}, which is no skorch callback; expected instances "
                "of skorch.callbacks.Callback, or tuples of a name and one."
            )
        name, monitor = type(instance).__name__, getattr(instance, "monitor", None)
        if isinstance(instance, (BatchScoring, EpochScoring, PassthroughScoring)):
            raise ValueError(
                f"callbacks holds {name}, which cannot score: data come as tensors in batches, "
                "targets encoded and standardised. early_stopping=True records the loss on a "
                "held-out part (validation_scores_); for other scores use "
                "sklearn.model_selection.cross_validate or validation_curve."
            )
        if not early_stopping and isinstance(monitor, str) and monitor.startswith("valid_"):
            raise ValueError(
                f"callbacks holds {name}, which monitors {monitor!r}, but without "
                "early_stopping=True there is no held-out part. Set it, or monitor "
                f"{monitor.replace('valid_', 'train_', 1)!r}."
            )


def make_net(
    module: nn.Module,
    criterion: nn.Module,
    plan: Plan,
    device: torch.device,
    callbacks=None,
) -> RecurrentNet:
    """Set up a net around a network, ready to learn."""
    net = RecurrentNet(
        module,
        criterion,
        plan=plan,
        optimizer=torch.optim.AdamW,
        optimizer__fused=True,
        lr=plan.lr,
        max_epochs=plan.epochs,
        batch_size=plan.batch_size,
        device=str(device),
        callbacks=list(callbacks or ()),
        train_split=None,
        verbose=0,
    )
    return net.initialize()


def _in_one_array(weights: list[nn.Parameter]) -> Tensor:
    """Let the gradients of weights be parts of one array, whose norm is one operation.

    Frozen weights get none; the optimiser would let a weight whose gradient is zero decay.
    """
    for weight in weights:
        weight.grad = None
    weights = [weight for weight in weights if weight.requires_grad]
    if not weights:
        raise ValueError("callbacks freeze all weights, so that nothing can be trained.")
    gradient = torch.cat([torch.zeros_like(weight).flatten() for weight in weights])
    for weight, part in zip(weights, gradient.split([weight.numel() for weight in weights])):
        weight.grad = part.view_as(weight)
    return gradient


def _to_numpy(tree):
    if isinstance(tree, Tensor):
        return tree.cpu().numpy()
    if isinstance(tree, dict):
        return {key: _to_numpy(value) for key, value in tree.items()}
    return tree


def _to_torch(tree):
    if hasattr(tree, "dtype") and hasattr(tree, "shape"):
        return torch.tensor(tree, device="cpu")
    if isinstance(tree, dict):
        return {key: _to_torch(value) for key, value in tree.items()}
    return tree
