"""Names of the package in code and in text lead to the API reference.

`tools.names_in_code` says which they are; where they lead, the objects of Sphinx's Python domain.
Each occurrence is a link for a mouse or a finger. The keyboard stops at a name once on a page, in
the first code that is to be seen: it leads to one place everywhere, and a chapter has hundreds.
"""

import ast
import html
import pkgutil
import re
import sys
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType
from typing import NamedTuple

import quiet_links
from docutils import nodes
from sphinx.util import logging

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import ae_course
from tools import names_in_code  # the line above makes both importable

API, LEDGER = "book/api", "book/equations"  # whose own code needs no links
KIND = "to-api"
PYTHON = {"python", "python3", "ipython", "ipython3"}
PART = re.compile(r'(?P<tag><span class="[^"]*">)?(?P<text>[^<]+)(?(tag)</span>)|<[^>]*>')
DOTTED = re.compile(r"[A-Za-z_][\w.]*(?:\(.*\))?", re.DOTALL)

logger = logging.getLogger(__name__)


class Place(NamedTuple):
    """A name of ours on a page: where it stands, and where it leads."""

    node: nodes.Element
    use: names_in_code.Use
    uri: str


def addresses(app, docname):
    """Where each object of the package is described, by its identity, as seen from a page."""
    found, base = {}, app.builder.get_relative_uri(docname, API)
    for path, entry in app.env.get_domain("py").objects.items():
        value = bare(resolve_name(path))
        if entry.docname == API and is_one(value):
            name, uri = path.rpartition(".")[2], f"{base}#{entry.node_id}"
            found |= {(id(value), name): uri, id(value): found.get(id(value), uri)}
    return found


@cache
def package_names():
    """The public names of the package's modules, each of which means one thing in all of them."""
    found = {}
    for module in pkgutil.iter_modules(ae_course.__path__, f"{ae_course.__name__}."):
        for name, value in vars(import_module(module.name)).items():
            ours = names_in_code.is_ours(value) or names_in_code.is_ours(type(value))
            if ours and not name.startswith("_") and not isinstance(value, ModuleType):
                found.setdefault(name, {})[id(value)] = value
    return {name: next(iter(one.values())) for name, one in found.items() if len(one) == 1}


def address(known, value, name):
    """Where an object is described, under the name that it has here if it has several."""
    key = id(bare(value))
    return known.get((key, name), known.get(key))


def bare(value):
    """What a method is, whatever it was asked of."""
    return getattr(value, "__func__", value)


def is_one(value):
    """Whether nothing else is the same object by chance, as one number may be another."""
    return (
        isinstance(value, ModuleType | property | cached_property)
        or callable(value)
        or names_in_code.is_ours(type(value))
    )


def places(document, known):
    """Every name of ours on a page, in its order."""
    code = list(document.findall(is_code))
    trees = {id(node): tree for node in code if (tree := tree_of(node)) is not None}
    cells = [trees[id(node)] for node in code if id(node) in trees and is_cell(node)]
    reader = names_in_code.Reader(cells)
    # What the code of a page never makes itself, text and code have from the package.
    given = {"ae_course": ae_course} | package_names()
    own = names_in_code.made(trees.values())
    reader.scopes[0] |= {
        name: names_in_code.Object(value) for name, value in given.items() if name not in own
    }
    for node in code:
        if id(node) in trees:
            uses = reader.read(trees[id(node)], node.astext(), keep=is_cell(node))
        else:
            uses = [named(node, reader)] if isinstance(node, nodes.literal) else []
        for use in filter(None, uses):
            if uri := address(known, use.value, use.name):
                yield Place(node, use, uri)


def is_code(node):
    return isinstance(node, nodes.literal | nodes.literal_block)


def named(node, reader):
    """What code in a line of text names: `train`, `net.encode(params, X)`."""
    text = node.astext()
    if any(isinstance(box, quiet_links.WHOLE) for box in quiet_links.around(node)):
        return None
    path = text.partition("(")[0]
    if not DOTTED.fullmatch(text) or (tree := parsed(path)) is None:
        return None
    uses, name = reader.read(tree, path, keep=False), path.rpartition(".")[2]
    return uses[-1] if uses and uses[-1].name == name else None


def tree_of(node):
    """The syntax tree of a block of Python, or nothing."""
    is_python = isinstance(node, nodes.literal_block) and node.get("language") in PYTHON
    return parsed(node.astext()) if is_python else None


def parsed(code):
    try:
        return ast.parse(code)
    except SyntaxError:
        return None


def is_cell(node):
    """Whether code is run with the page, so that later code can use what it binds."""
    return "cell_input" in node.parent.get("classes", ())


def put_links(app, document, docname):
    """Give the names on a page their links."""
    if app.builder.format != "html" or docname in (API, LEDGER):
        return
    found = list(places(document, addresses(app, docname)))
    stops = {}
    for place in sorted(found, key=lambda place: quiet_links.is_folded(place.node)):
        stops.setdefault(place.uri, place)
    for place in found:
        passed = stops[place.uri] is not place
        if isinstance(place.node, nodes.literal):
            quiet_links.wrap(place.node, place.uri, KIND, passed)
        else:
            marks = place.node.attributes.setdefault("to_api", {})
            marks[place.use.row, place.use.column] = (place.use.name, place.uri, passed)


def visit_block(translator, node):
    """Write a block of code as ever, and put the links into what was written."""
    before = len(translator.body)
    try:
        type(translator).visit_literal_block(translator, node)
    finally:
        if marks := node.get("to_api"):
            written = "".join(translator.body[before:])
            translator.body[before:] = [linked(written, node.astext(), marks)]


def linked(written, code, marks):
    """Highlighted code with its links: what is between the tags is the code, letter for letter."""
    starts = [0]
    for line in code.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    wanted = {starts[row] + column: mark for (row, column), mark in marks.items()}
    head, opening, rest = written.partition("<pre>")
    at, parts = 0, [head, opening]
    for part in PART.finditer(rest):
        text = html.unescape(part["text"] or "")
        name, uri, passed = wanted.pop(at, (None, None, None)) if text else (None, None, None)
        if name is not None and text == name:
            parts += [quiet_links.start(uri, KIND, passed), part[0], "</a>"]
        else:
            parts.append(part[0])
        at += len(text)
    if wanted:
        logger.warning("names in code got no link: %s", sorted(wanted.values()), type="code_links")
    return "".join(parts)


def setup(app):
    app.setup_extension("quiet_links")
    app.connect("doctree-resolved", put_links)
    app.add_node(nodes.literal_block, override=True, html=(visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
