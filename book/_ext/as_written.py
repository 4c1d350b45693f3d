"""Every reference carries what was written in the source: `tools.lab` looks up there how it reads.

In a page, ``{eq}`eq-a` `` becomes ``<span data-written=":eq:`eq-a`"><a …>(1.1)</a></span>``, and
a Markdown link to a label, ``[text](label)``, is kept under ``(label)``.
"""

import page_nodes
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform


class Written(nodes.inline):
    """What a reference becomes, with the words of the source that asked for it."""


class KeepWritten(SphinxPostTransform):
    """Wrap every reference before Sphinx resolves it, since the source is forgotten then."""

    default_priority = 1

    def run(self, **kwargs):
        for reference in list(self.document.findall(addnodes.pending_xref)):
            written = reference.rawsource or f"({reference.get('reftarget', '')})"
            # Its id stays its own.
            page_nodes.wrap(reference, Written(written=" ".join(written.split())))


def visit_html(self, node):
    self.body.append(self.starttag(node, "span", "", **{"data-written": node["written"]}))


def depart_html(self, node):
    self.body.append("</span>")


def setup(app):
    page_nodes.add(app, Written, visit_html, depart_html)
    app.add_post_transform(KeepWritten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
