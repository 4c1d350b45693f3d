"""Beside every verified equation stands a mark that opens what holds it, without leaving the place.

It names the function that computes the equation, with its source, and the tests that compare both.
"""

import ast
import html
import inspect
import pkgutil
import sys
import textwrap
from collections import defaultdict
from functools import cache
from pathlib import Path

from docutils import nodes

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import equations  # the line above makes it importable

API, LEDGER = "book/api", "book/equations"


@cache
def claims():
    """The claims of the tests by the label of their equation."""
    found = defaultdict(list)
    for claim in equations.claims():
        found[claim.label].append(claim)
    return found


def sentence(claim):
    """The name of a test as the sentence that it is."""
    name = claim.test.rpartition("::")[2].removeprefix("test_")
    return name.replace("_s_", "'s ").replace("_", " ")


def anchor(claim):
    """Where a test stands on the page of verified equations."""
    return nodes.make_id(f"{claim.label}-{claim.source.stem}-{claim.test}")


@cache
def source_of(path):
    """The code of what computes an equation, without docstrings."""
    found = pkgutil.resolve_name(path)
    found = getattr(found, "fget", None) or getattr(found, "func", found)
    if inspect.isroutine(found) or inspect.isclass(found):
        return bare(textwrap.dedent(inspect.getsource(found)))
    module, _, name = path.rpartition(".")
    return value_in(inspect.getsource(pkgutil.resolve_name(module)), name)


def value_in(module, name):
    """The assignment of a value in the source of a module, below the functions that it names.

    All of a value that is made without arguments stands in its class, which comes above it instead.
    """
    tree = ast.parse(module)
    value = next(
        node
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
    )
    named = {node.id for node in ast.walk(value.value) if isinstance(node, ast.Name)}
    is_made_alone = isinstance(value.value, ast.Call) and not value.value.args
    kinds = ast.ClassDef if is_made_alone else ast.FunctionDef
    above = [node for node in tree.body if isinstance(node, kinds) and node.name in named]
    return "\n".join(bare(lines_of(module, node)) for node in (*above, value))


def lines_of(module, node):
    """The lines of a statement in the source of a module, decorators and all."""
    first = min(part.lineno for part in (node, *getattr(node, "decorator_list", ())))
    return "\n".join(module.splitlines()[first - 1 : node.end_lineno])


def bare(code):
    """A statement without its docstring."""
    tree, lines = ast.parse(code).body[0], code.splitlines()
    if not isinstance(tree, ast.Assign) and ast.get_docstring(tree) is not None:
        said = tree.body[0]
        del lines[said.lineno - 1 : said.end_lineno]
    return "\n".join(lines).strip() + "\n"


def mark(app, docname, label):
    """The HTML of the mark of an equation: a line that opens a card."""
    own = claims()[label]
    uri = app.builder.get_relative_uri
    number = html.escape(label.removeprefix("eq-").replace("-", " "))
    parts = []
    for path in dict.fromkeys(claim.by for claim in own):
        link = f'<a href="{uri(docname, API)}#{path}"><code>{html.escape(path)}</code></a>'
        parts.append(f"<p>Computed by {link}</p>")
        parts.append(f'<pre tabindex="-1">{html.escape(source_of(path))}</pre>')
    for claim in own:
        link = (
            f'<a href="{uri(docname, LEDGER)}#{anchor(claim)}">{html.escape(sentence(claim))}</a>'
        )
        parts.append(f"<p>Tested: {link}</p>")
    name = f'<span class="visually-hidden">Verified: what holds the equation, {number}</span>'
    return (
        f'<details class="verified"><summary>✓{name}</summary>'
        f'<div class="verified-card">{"".join(parts)}</div></details>'
    )


def put_marks(app, doctree, docname):
    """Give every equation that a test holds its mark, which `mathml` puts beside it."""
    if app.builder.format != "html":
        return
    for block in doctree.findall(nodes.math_block):
        if block.get("label") in claims():
            block["beside"] = mark(app, docname, block["label"])


def setup(app):
    app.connect("doctree-resolved", put_marks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
