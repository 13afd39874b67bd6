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
        If it is not installed, or cannot be imported; says how to install it, or what failed.
    """
    package, owner = module.partition(".")[0], f"(it belongs to the extra skrnn[{extra}])"
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise _broken(package, owner, error) from error
        raise ImportError(
            f"{package} is not installed. Install it with: pip install {package} {owner}"
        ) from error
    except Exception as error:  # a missing library is an OSError, and some have errors of their own
        raise _broken(package, owner, error) from error


def _broken(package: str, owner: str, error: Exception) -> ImportError:
    why = f"{type(error).__name__}: {error}".rstrip(".")
    return ImportError(
        f"{package} is installed, but its import failed with {why}. Mend that, or try another "
        f"version: pip install --upgrade {package} {owner}"
    )
