"""Python that repeats a comparison, and the versions it ran with."""

import platform
from importlib.metadata import PackageNotFoundError, version

import pandas as pd
from sktime.performance_metrics.base import BaseMetric

from ..datasets import SERIES, load_series

PACKAGES = (
    "skrnn",
    "torch",
    "numpy",
    "pandas",
    "scipy",
    "scikit-learn",
    "sktime",
    "statsforecast",
    "statsmodels",
    "prophet",
    "lightgbm",
    "xgboost",
    "xgboost-cpu",
)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that models come from, as far as installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def code_of(y, X, arguments: dict) -> str:
    """The call of `compare` as a script.

    Data other than the bundled series, and columns, are left as a line to fill in.

    Parameters
    ----------
    y, X : DataFrame or Series
    arguments : dict
        The other arguments of `compare`.
    """
    imports = {"from skrnn.comparison import compare"}
    if _is_bundled(y):
        imports.add("from skrnn.datasets import load_series")
        data = [f'y = load_series("{y.name}")']
    else:
        data = ["y = ...  # your series or panel"]
    if X is not None:
        data.append("X = ...  # its exogenous columns")
    for value in arguments.values():
        imports |= _imports_of(value)
    written = "".join(f"    {name}={_write(value)},\n" for name, value in arguments.items())
    first = "y" if X is None else "y, X"
    call = f"result = compare(\n    {first},\n{written})\nprint(result)\n"
    return "\n".join([*sorted(imports), "", *data, call])


def _is_bundled(y) -> bool:
    known = isinstance(y, pd.Series) and y.name in SERIES
    return known and y.equals(load_series(y.name))


def _imports_of(value) -> set[str]:
    """Imports of the classes that a value is made of."""
    if isinstance(value, dict):
        return set().union(*map(_imports_of, value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*map(_imports_of, value))
    if not hasattr(value, "get_params"):
        return set()
    parts = [value, *value.get_params().values()]
    classes = {type(part) for part in parts if hasattr(part, "get_params")}
    return {f"from {_public_module(cls)} import {cls.__name__}" for cls in classes}


def _public_module(cls: type) -> str:
    """The module a class is imported from: the parents of private ones."""
    parts = cls.__module__.split(".")
    private = [i for i, part in enumerate(parts) if part.startswith("_") and i]
    return ".".join(parts[: private[0]] if private else parts)


def _write(value) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_write, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_write(item)}' for key, item in value.items())}}}"
    if isinstance(value, BaseMetric) or hasattr(value, "get_params"):
        return " ".join(repr(value).split())
    return repr(value)
