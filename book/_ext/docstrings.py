"""The API reference: every module of a package, its docstrings made ready for the site."""

import pkgutil
import re
import sys
from importlib import import_module
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # where the package is

IN_BRACKETS = re.compile(r"\(((?::eq:`[^`]+`(?:, )?)+)\)")
VALUES = {"attribute", "data", "property"}


class Package(SphinxDirective):
    """A section for each module: first those that the package's docstring names, as it does."""

    required_arguments = 1

    def run(self):
        self.env.note_reread()  # at every build: a new module would be nobody's dependency
        package = import_module(self.arguments[0])
        modules = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
        named = re.findall(r"\w+", package.__doc__)
        modules.sort(key=lambda name: named.index(name) if name in named else len(named))
        return [self.section(package.__name__, name) for name in modules]

    def section(self, package, name):
        """What autodoc makes of one module, under its name."""
        section = nodes.section("", nodes.title(text=name), ids=[name], classes=["module"])
        source = self.get_source_info()[0]
        text = StringList([f".. automodule:: {package}.{name}", "   :members:"], source)
        self.state.nested_parse(text, self.content_offset, section)
        return section


def prepare(app, what, name, obj, options, lines):
    """Change the lines of a docstring in place, before napoleon reads them."""
    # The number of an equation brings its own brackets: not ((1.5)).
    lines[:] = [IN_BRACKETS.sub(r"\1", line) for line in lines]
    # In the first line about a value, napoleon takes all that precedes a colon for its type; so the
    # first line becomes an empty comment.
    if what in VALUES:
        lines[:0] = ["..", ""]


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")  # it has the event
    app.connect("autodoc-process-docstring", prepare, priority=400)  # napoleon has 500
    app.add_directive("package", Package)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
