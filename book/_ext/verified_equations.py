"""The page "Verified equations": each equation, the function that computes it, its tests.

The directive ``{verified-equations}`` lists what `tools.equations` collects from the book's sources
and from the tests, one section per chapter, under a form by which `book/_static/ledger.js` shows
those of one chapter or with certain words.
"""

import html
import sys
from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import equation_marks

from tools import equations  # the line above makes it importable

FORM = """<form class="ledger-filter" role="search" aria-label="Equations">
<label>Chapter <select name="chapter"><option value="">all</option>{chapters}</select></label>
<label>Words <input name="words" type="search" autocomplete="off" spellcheck="false"
placeholder="formula, function, test"></label>
<output aria-live="polite">{count} equations</output>
</form>
"""


class VerifiedEquations(SphinxDirective):
    """List every labelled equation of the book, chapter by chapter."""

    def run(self):
        self.env.note_reread()  # at every build: a new test would be nobody's dependency
        stated = equations.equations()
        chapters = groupby(stated, lambda equation: equation.source)
        return [form(stated), *(self.chapter(source, own) for source, own in chapters)]

    def chapter(self, source, stated):
        """A section with the equations of one chapter, under a link to it."""
        title = nodes.inline(text=equations.title(source))
        link = self.reference("std", "doc", f"/book/{source.stem}", title, refexplicit=True)
        entries = [
            nodes.container("", *self.entry(equation), classes=["ledger-entry"])
            for equation in stated
        ]
        return nodes.section(
            "", nodes.title("", "", link), *entries, ids=[f"chapter-{source.stem}"]
        )

    def entry(self, equation):
        """One equation: its number, itself, what computes it, and the tests that hold it."""
        claims = equation_marks.claims().get(equation.label, [])
        number = self.reference("math", "eq", equation.label, nodes.literal(text=equation.label))
        label = nodes.inline(text=equation.label, classes=["ledger-label"])
        return [
            nodes.paragraph(
                "", "Equation ", number, nodes.Text(" "), label, classes=["ledger-equation"]
            ),
            nodes.math_block("", equation.latex, nowrap=False, number=None),
            self.functions(dict.fromkeys(claim.by for claim in claims)),
            *[self.test(claim) for claim in claims],
        ]

    def functions(self, paths):
        """Links into the API reference."""
        if not paths:
            return nodes.paragraph("", "No test holds it yet.")
        links = [self.reference("py", "obj", path, nodes.literal(text=path)) for path in paths]
        spaced = [node for link in links for node in (nodes.Text(", "), link)]
        return nodes.paragraph("", "Computed by ", *spaced[1:], nodes.Text("."))

    def test(self, claim):
        """The code of a test, folded away under its name, which reads as a sentence."""
        text = equations.code(claim)
        return Details(
            "",
            Summary("", "Tested: ", nodes.emphasis(text=equation_marks.sentence(claim))),
            nodes.paragraph("", "", nodes.literal(text=claim.source.as_posix())),
            nodes.literal_block(text, text, language="python"),
            ids=[equation_marks.anchor(claim)],
        )

    def reference(self, domain, role, target, text, **options):
        """A cross-reference; Sphinx resolves it, or warns that it cannot."""
        return addnodes.pending_xref(
            "",
            text,
            refdomain=domain,
            reftype=role,
            reftarget=target,
            refdoc=self.env.docname,
            refwarn=True,
            **options,
        )


def form(stated):
    """What the reader chooses a chapter and words in."""
    sources = dict.fromkeys(equation.source for equation in stated)
    options = [(source.stem, html.escape(equations.title(source))) for source in sources]
    chapters = "".join(f'<option value="{stem}">{title}</option>' for stem, title in options)
    return nodes.raw("", FORM.format(chapters=chapters, count=len(stated)), format="html")


def add_script(app, pagename, templatename, context, doctree):
    """Load what the form needs, on this page alone."""
    if pagename == equation_marks.LEDGER:
        app.add_js_file("words.js")
        app.add_js_file("ledger.js")


class Details(nodes.Element):
    """A block that the reader unfolds."""


class Summary(nodes.TextElement):
    """What is seen of it while it is folded."""


def visit(self, node):
    self.body.append(self.starttag(node, type(node).__name__.lower()))


def depart(self, node):
    self.body.append(f"</{type(node).__name__.lower()}>\n")


def setup(app):
    app.add_directive("verified-equations", VerifiedEquations)
    app.connect("html-page-context", add_script)
    app.add_node(Details, html=(visit, depart))
    app.add_node(Summary, html=(visit, depart))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
