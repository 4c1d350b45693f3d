"""Nodes of our own in the trees of documents: what HTML makes of them, how one wraps another."""

from docutils import nodes

OTHERS = ("latex", "text", "man", "texinfo")


def add(app, kind, visit, depart) -> None:
    """Make a kind of node known: written to HTML by these two, elsewhere only what is in it."""
    app.add_node(kind, html=(visit, depart), **dict.fromkeys(OTHERS, (ignore, ignore)))


def ignore(translator, node):
    """Other formats show what is in the node."""


def wrap(node: nodes.Node, wrapper: nodes.Element) -> None:
    """Put a wrapper around a node that stands in a document."""
    node.parent.replace(node, wrapper)
    wrapper += node
