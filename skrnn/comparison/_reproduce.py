"""Python that repeats a comparison, and the versions it ran with."""

import ast
import math
import platform
import re

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sktime.base import BaseObject

from .._info import installed_versions
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
CUT_REPRS = (BaseEstimator.__repr__, BaseObject.__repr__)  # of long objects, which is no code
OF_NUMPY = ("array", "inf", "nan")  # as they stand in the repr of parameters


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that models come from, as far as installed."""
    return {"python": platform.python_version(), **installed_versions(PACKAGES)}


def code_of(y, X, arguments: dict) -> str:
    """The call of `compare` as a script.

    Data other than the bundled series, and columns, are left as a line to fill in.

    Parameters
    ----------
    y, X : DataFrame or Series
    arguments : dict
        The other arguments of `compare`.
    """
    imports = set()
    if _is_bundled(y):
        imports.add("from skrnn.datasets import load_series")
        data = [f'y = load_series("{y.name}")']
    else:
        data = ["y = ...  # your series or panel"]
    if X is not None:
        data.append("X = ...  # its exogenous columns")
    first = ["y"] if X is None else ["y, X"]
    return write_call("compare", first, arguments, imports, data)


def write_call(function: str, first: list[str], arguments: dict, imports=(), before=()) -> str:
    """A script that calls a function of `skrnn.comparison` and prints the result.

    A function of yours stands there by its name; what cannot be written as Python is left as dots
    to fill in.

    Parameters
    ----------
    function : str
    first : list of str
        Lines of arguments by position.
    arguments : dict
        Arguments by name.
    imports : iterable of str
        Those that `before` needs.
    before : list of str
        Lines in front of the call.
    """
    written = "".join(f"    {name}={_argument(value)}\n" for name, value in arguments.items())
    needed = {f"from skrnn.comparison import {function}", *imports, *_numpy_imports(written)}
    needed = needed.union(*map(_imports_of, arguments.values()))
    positions = "".join(f"    {line},\n" for line in first)
    call = f"result = {function}(\n{positions}{written})\nprint(result)\n"
    return "\n".join([*sorted(needed), "", *before, call])


def _is_bundled(y) -> bool:
    known = isinstance(y, pd.Series) and y.name in SERIES
    return known and y.equals(load_series(y.name))


def _imports_of(value) -> set[str]:
    """Imports of the classes that a value is made of."""
    if isinstance(value, dict):
        return set().union(*map(_imports_of, value.values()))
    if isinstance(value, (list, tuple)):
        return set().union(*map(_imports_of, value))
    if hasattr(value, "get_params"):
        parts = [value, *value.get_params().values()]
        classes = {type(part) for part in parts if hasattr(part, "get_params")}
    else:  # such as a splitter
        is_call = repr(value).startswith(f"{type(value).__name__}(")
        classes = {type(value)} if is_call and type(value).__module__ != "builtins" else set()
    return {f"from {_public_module(cls)} import {cls.__name__}" for cls in classes}


def _numpy_imports(written: str) -> list[str]:
    used = [name for name in OF_NUMPY if re.search(rf"\b{name}\b", written)]
    return [f"from numpy import {', '.join(used)}"] if used else []


def _public_module(cls: type) -> str:
    """The module a class is imported from: the parents of private ones."""
    parts = cls.__module__.split(".")
    private = [i for i, part in enumerate(parts) if part.startswith("_") and i]
    return ".".join(parts[: private[0]] if private else parts)


def _argument(value) -> str:
    """An argument with its comma, or dots where its text is no Python."""
    text = _write(value)
    return f"{text}," if _is_code(text) else f"...,  # yours, of type {type(value).__name__}"


def _is_code(text: str) -> bool:
    """Whether it can be parsed and holds all: dots stand for what a repr leaves out."""
    try:
        parts = ast.walk(ast.parse(text, mode="eval"))
    except SyntaxError:
        return False
    return not any(isinstance(part, ast.Constant) and part.value is ... for part in parts)


def _write(value) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_write, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_write(item)}' for key, item in value.items())}}}"
    if isinstance(value, np.ndarray):
        return "..."  # data
    if type(value).__repr__ in CUT_REPRS:
        return " ".join(value.__repr__(math.inf).split())
    if hasattr(value, "get_params"):
        return " ".join(repr(value).split())
    if getattr(value, "__name__", "").isidentifier():
        return value.__name__
    return repr(value)
