"""Text that was written by others, in Markdown."""

from html import escape


def plain_text(value) -> str:
    """Text that neither ends a cell nor is read as HTML."""
    return escape(" ".join(str(value).split()), quote=False).replace("|", r"\|")
