"""Parameter constraints as data: the one user of scikit-learn's private validation module."""

from numbers import Integral, Real

from sklearn.utils._param_validation import Interval, StrOptions, validate_parameter_constraints

__all__ = [
    "CELLS",
    "CELL_NAMES",
    "COMMON",
    "N_JOBS",
    "WholeNumber",
    "at_least",
    "one_of",
    "open_interval",
    "validate_parameters",
]


class WholeNumber(Interval):
    """Any whole number; True and False, which Python counts among them, are none."""

    def __init__(self):
        super().__init__(Integral, None, None, closed="neither")

    def is_satisfied_by(self, value) -> bool:
        return not isinstance(value, bool) and super().is_satisfied_by(value)

    def __str__(self) -> str:
        return "an instance of 'int' (no bool)"


def at_least(lowest: int, kind: type = Integral) -> Interval:
    """Numbers not below the lowest."""
    return Interval(kind, lowest, None, closed="left")


def open_interval(low: float, high: float | None) -> Interval:
    """Real numbers between two others, neither of them allowed."""
    return Interval(Real, low, high, closed="neither")


def one_of(*names: str) -> StrOptions:
    """One of some strings."""
    return StrOptions(set(names))


def validate_parameters(constraints: dict, parameters: dict, owner: str) -> None:
    """Check parameters against constraints.

    Raises
    ------
    sklearn.utils._param_validation.InvalidParameterError
        A ValueError that says which values are allowed.
    """
    validate_parameter_constraints(constraints, parameters, caller_name=owner)


CELL_NAMES = ("gru", "lstm", "rnn", "rnn_relu")
CELLS = [one_of(*CELL_NAMES), tuple, list]

# As joblib counts workers: -1 is one for each core, -2 one less, and so on; 0 is refused.
N_JOBS = [at_least(1), Interval(Integral, None, -1, closed="right"), None]

# Parameters that estimators and forecasters have in common
COMMON = {
    "hidden_size": [at_least(1)],
    "num_layers": [at_least(1)],
    "dropout": [Interval(Real, 0, 1, closed="left")],
    "segment_length": [at_least(1), one_of("auto")],
    "batch_size": [at_least(1)],
    "lr": [open_interval(0, None)],
    "weight_decay": [at_least(0, Real)],
    "gradient_clip": [open_interval(0, None), None],
    "device": [str],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}
