"""Ctrl-C during ``fit``: keep what was learnt, yet let a search around it stop."""

import sys
import warnings

# Modules that fit many clones of an estimator in a loop. Their user holds no reference to the
# clone in hand and wants the loop to end, not one fit cut short and scored like the others.
LOOPS = (
    "joblib.parallel",
    "sklearn.model_selection",
    "sktime.forecasting.model_evaluation",
    "sktime.forecasting.model_selection",
    "sktime.utils.parallel",
    "skrnn.comparison",
)


def on_interrupt(n_epochs: int) -> None:
    """Warn that training was cut short; raise on if a search or comparison called ``fit``.

    Raises
    ------
    KeyboardInterrupt
        If one of ``LOOPS`` is among the callers.
    """
    warnings.warn(
        f"Training interrupted by user after {n_epochs} epochs; the model trained so far is kept.",
        stacklevel=4,
    )
    frame = sys._getframe()
    while frame := frame.f_back:
        if frame.f_globals.get("__name__", "").startswith(LOOPS):
            raise KeyboardInterrupt
