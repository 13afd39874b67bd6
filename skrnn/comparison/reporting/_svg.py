"""Pictures as SVG that can stand inside a page, several of them on one."""

import io
import re
from html import escape

from ..._optional import import_optional

NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
REFERENCES = re.compile(r'( id="|="#|url\(#)')


def to_svg(figure, name: str, label: str) -> str:
    """Write a figure as one inline SVG element; the same figure always gives the same text.

    Text stays text: it can be searched and read aloud, and takes the font of the page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    name : str
        Put before all ids, so that those of several pictures differ.
    label : str
        What the picture shows, for readers who do not see it.
    """
    matplotlib = import_optional("matplotlib", "plot")
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "skrnn"}):
        figure.savefig(buffer, format="svg", metadata=NO_METADATA)
    svg = buffer.getvalue()
    svg = re.sub(r"<!--.*?-->", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = REFERENCES.sub(rf"\g<1>{name}-", svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)
