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
    """The code of what computes an equation, without its docstring; nothing, if it has none."""
    found = pkgutil.resolve_name(path)
    found = getattr(found, "fget", None) or getattr(found, "func", found)
    try:
        code = textwrap.dedent(inspect.getsource(found))
    except (TypeError, OSError):
        return ""
    tree = ast.parse(code).body[0]
    lines = code.splitlines()
    if ast.get_docstring(tree) is not None:
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
        if code := source_of(path):
            parts.append(f'<pre tabindex="-1">{html.escape(code)}</pre>')
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
