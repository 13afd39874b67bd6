"""Text that was written by others, in Markdown."""

from html import escape


def plain_text(value) -> str:
    """Escape text, so that it neither ends a cell of a table nor is read as HTML."""
    return escape(" ".join(str(value).split()), quote=False).replace("|", r"\|")
