"""What readers take along: notebooks that run by themselves, the package, and how to cite the book.

The download of a chapter is the form that `tools.standalone` makes of it, in the place of Sphinx's
copy of the source, which knows neither numbers nor how to get the package.
"""

import sys
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import publish, standalone  # the line above makes them importable

ENTRY = """\
@book{{autoencoders,
  author = {{{{the ae_course contributors}}}},
  title = {{{title}}},{url}
  year = {{{year}}},
  note = {{With the NumPy package ae_course {version}}}
}}"""
FILES = (
    '<p>To take along: <a href="_static/CITATION.cff" download>CITATION.cff</a>, the same for'
    ' reference managers; <a href="_static/{wheel}" download>{wheel}</a>, the package with its'
    " data{archive}.</p>"
)


def offer(app, name, template, context, document):
    """Name at the end of a page what can be taken along, and leave a place for addresses."""
    if name in app.env.found_docs:
        context["elsewhere"] = publish.place("elsewhere")
        if str(app.env.doc2path(name)).endswith(".ipynb"):
            context["notebook"] = f"_sources/{name}.ipynb"
            context["package"] = f"_static/{standalone.WHEEL}"


def write(app, exception):
    """Put the notebooks and the package into the site, once all its pages are as they will be."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for name, notebook in standalone.notebooks(site):
        (path,) = (site / "_sources").rglob(name)
        nbformat.write(notebook, path)
    standalone.write_wheel(site / "_static")


class CitationDirective(SphinxDirective):
    """The book as an entry of BibTeX, and the files that a reader may want."""

    def run(self):
        entry = ENTRY.format(
            title=standalone.book(),
            url=publish.place("url"),
            year=self.config.copyright,
            version=standalone.ae_course.__version__,
        )
        files = FILES.format(wheel=standalone.WHEEL, archive=publish.place("archive"))
        block = f'<div class="highlight notranslate"><pre>{entry}</pre></div>{files}'
        return [nodes.raw("", block, format="html")]


def prepare(app, config):
    """The page for what is not there is a page of the site."""
    config.html_additional_pages = {**config.html_additional_pages, "404": "404.html"}


def setup(app):
    app.add_directive("citation", CitationDirective)
    app.connect("config-inited", prepare)
    app.connect("html-page-context", offer)
    app.connect("build-finished", write, priority=950)  # after `light_pages`
    return {"parallel_read_safe": True, "parallel_write_safe": True}
