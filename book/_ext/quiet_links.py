"""Links that nobody wrote: they look like the text around them, but for a thin line."""

from html import escape

import page_nodes
from docutils import nodes
from sphinx.addnodes import download_reference, pending_xref
from sphinx_design.dropdown import dropdown_main, dropdown_title

# Where a page keeps what is shown on demand alone.
FOLDED = {"tag_hide-input", "dropdown", "sd-dropdown", "toggle", "solution"}
# What is read or pressed as a whole: headings, other links, captions.
WHOLE = (
    *(nodes.title, nodes.caption, nodes.legend, nodes.term, nodes.rubric, dropdown_title),
    *(nodes.reference, pending_xref, download_reference),
)


class QuietLink(nodes.inline):
    """A link to `uri`; the keyboard goes past it if `passed`, having stopped at its like before.

    What is read aloud is what it has as `said`, or else its own words.
    """


def wrap(node: nodes.Node, uri: str, kind: str, passed: bool = False, said: str = "") -> QuietLink:
    """Put a link around a node that stands in a document."""
    link = QuietLink(uri=uri, classes=[kind], passed=passed, said=said)
    page_nodes.wrap(node, link)
    return link


def start(uri: str, kind: str, passed: bool = False, said: str = "") -> str:
    """How such a link begins in HTML."""
    past = ' tabindex="-1"' if passed else ""
    name = f' aria-label="{escape(said)}"' if said else ""
    return f'<a class="{kind}" href="{uri}"{past}{name}>'


def around(node: nodes.Node):
    """What a node stands in, from the inside out."""
    while node := node.parent:
        yield node


def is_folded(node: nodes.Node) -> bool:
    """Whether a reader has to open something to see a node."""
    return any(
        FOLDED & set(box.get("classes", ())) or isinstance(box, dropdown_main)
        for box in around(node)
        if isinstance(box, nodes.Element)
    )


def visit_html(translator, node):
    translator.body.append(
        start(node["uri"], node["classes"][0], node["passed"], node.get("said", ""))
    )


def depart_html(translator, node):
    translator.body.append("</a>")


def setup(app):
    page_nodes.add(app, QuietLink, visit_html, depart_html)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
