"""The report as Markdown: verdict, table, settings."""

from .._escape import plain_text
from ._table import Cell, read_table
from ._words import settings_of, title_of


def report_markdown(comparison) -> str:
    """Verdict, table and settings in Markdown.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    str
    """
    columns, rows = read_table(comparison)
    titles = ["Model", *(column.title for column in columns)]
    lines = [_line(titles), _line([":--"] + ["--:"] * len(columns))]
    for row in rows:
        cells = row.cells or [Cell()] * len(columns)
        lines.append(_line([plain_text(row.model), *map(_print, cells)]))
    failures = [
        f"- {plain_text(row.model)} failed: {plain_text(row.failure)}"
        for row in rows
        if row.failure
    ]
    settings = [f"- {name}: {plain_text(value)}" for name, value in settings_of(comparison).items()]
    blocks = [
        [f"# {plain_text(title_of(comparison))}"],
        [f"**{plain_text(comparison.verdict)}**"],
        lines,
        failures,
        settings,
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _print(cell: Cell) -> str:
    text = f"**{cell.text}**" if cell.best else cell.text
    return f"{text} ± {cell.error}" if cell.error else text
