"""Docstring sections that estimators share, so that each parameter is described once."""

from collections.abc import Callable
from dataclasses import fields
from inspect import cleandoc

from ._kinds import KINDS, Kind
from ._shared import (
    ATTRIBUTES,
    CELL_REFERENCES,
    CELLS,
    CONV,
    INPUT,
    PARAMETERS,
    REFERENCES,
    SEE_ALSO,
    TIMES,
)


def documented(kind: str, cell: str = "GRU") -> Callable[[type], type]:
    """Add the shared numpydoc sections to the docstring of an estimator.

    Parameters
    ----------
    kind : {"Classifier", "Regressor", "Tagger", "SequenceRegressor"}
    cell : {"RNN", "LSTM", "GRU"}
        Whose paper is cited.
    """
    texts = KINDS[kind]

    def add(cls: type) -> type:
        sections = {
            "Parameters": _parameters(cls, texts),
            "Attributes": _filled(ATTRIBUTES, specific=texts.attributes.strip()),
            "See Also": _filled(SEE_ALSO, kind=kind),
            "Notes": "\n\n".join(map(str.strip, filter(None, (INPUT, texts.targets, TIMES)))),
            "References": _filled(REFERENCES, cell=CELL_REFERENCES[cell]) + texts.references,
        }
        summary, heading, examples = cleandoc(cls.__doc__).partition("Examples\n--------\n")
        body = written(sections)
        cls.__doc__ = f"{summary.strip()}\n\n{body}\n\n{heading}{examples}".rstrip() + "\n"
        return cls

    return add


def written(sections: dict[str, str]) -> str:
    """Sections of a numpydoc docstring, by their names, as one text."""
    parts = [f"{name}\n{'-' * len(name)}\n{text.strip()}" for name, text in sections.items()]
    return "\n\n".join(parts)


def _parameters(cls: type, texts: Kind) -> str:
    """Entries of all parameters, with the defaults that a class has."""
    defaults = {field.name: _quoted(field.default) for field in fields(cls)}
    read_out = texts.pooling.lstrip().format(**defaults) + _filled(CONV, maps=texts.maps)
    entries = _filled(
        PARAMETERS,
        **{
            **defaults,
            "read_out": read_out,
            "specific": texts.parameters.strip(),
            "standardized": texts.standardized,
        },
    )
    return CELLS.lstrip() + entries if "cells" in defaults else entries


def _quoted(value) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _filled(text: str, **values) -> str:
    return text.strip().format(**values)
