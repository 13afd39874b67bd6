"""Optional dependencies: import one, or say how to install it."""

from importlib import import_module
from types import ModuleType


def import_optional(module: str, extra: str) -> ModuleType:
    """Import a module of an optional dependency.

    Parameters
    ----------
    module : str
        Full name of the module.
    extra : str
        The extra of skrnn that installs it.

    Raises
    ------
    ImportError
        If it is not installed; says how to install it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ImportError(
            f"{package} is not installed. Install it with: pip install {package} "
            f"(it belongs to the extra skrnn[{extra}])"
        ) from error
