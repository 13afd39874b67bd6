"""What is installed, and what the networks run on."""

import platform
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

import torch

from ._device import best_device
from ._version import __version__
from .nn.instruction_sets import chosen_set

PACKAGES = ("torch", "scikit-learn", "skorch", "sktime", "numpy", "pandas", "statsforecast")


def info() -> dict[str, str]:
    """Versions, device and threads, as `skrnn info` prints them."""
    return {
        "skrnn": __version__,
        "python": platform.python_version(),
        **dict.fromkeys(PACKAGES, "not installed"),
        **installed_versions(PACKAGES),
        "device": best_device(),
        "threads": str(torch.get_num_threads()),
        "fused kernels": _kernels(),
    }


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """Versions of some packages, as far as they are installed."""
    found = {}
    for package in packages:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def _kernels() -> str:
    chosen = chosen_set()
    return chosen[1] if chosen else "not in use (layers run on torch.nn)"
