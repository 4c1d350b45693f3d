"""Makes copies of the chapters that are the reader's own and look in JupyterLab as in the book.

JupyterLab shows most of what a chapter is written with: boxes, exercises, proofs, mathematics. What
it cannot know is what only the whole book knows: numbers, citations, other pages, and the values
that earlier cells computed. So the book itself is asked how each of these reads, and the answer is
written into a copy in ``lab/``. A copy with changes in it is never touched again.
"""

import hashlib
import json
import re
from collections.abc import Callable
from copy import deepcopy
from io import StringIO
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.frontend import get_default_settings
from jupyter_book.config import get_final_config
from myst_nb.core.variables import format_plain_text
from myst_parser.parsers.sphinx_ import MystParser
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from sphinx.application import Sphinx
from sphinx.util.docutils import new_document, sphinx_domains

ROOT = Path(__file__).resolve().parents[1]
GLUED = "application/papermill.record/text/plain"
HIDING = {
    "hide-input": ["source_hidden"],
    "hide-output": ["outputs_hidden"],
    "hide-cell": ["source_hidden", "outputs_hidden"],
    "remove-cell": ["source_hidden", "outputs_hidden"],
}
ROLES = {"math": "eq", "exercise": "ref", "prf": "prf:ref", "figure": "numref", "table": "numref"}

# What may stand in a text cell, the first alternative that fits; the unnamed ones stay as they are.
SYNTAX = re.compile(
    r"""
    ^(?P<fence>`{3,}|~{3,})(?:\{code[\w-]*\}|\w).*\n(?s:.*?)^(?P=fence)[ ]*$
    | ^(?P<box>[`:~]{3,}\{(?P<kind>[\w:-]+)\}.*\n)(?P<options>(?::[\w-]+:.*\n)*)
    | ^[`:~]{3,}[ ]*$
    | ^(?P<indent>[ ]*)\$\$(?P<latex>(?s:(?!\$\$).)+)\$\$[ ]*\((?P<equation>[\w:-]+)\)[ ]*$
    | \$\$(?s:.+?)\$\$ | (?<![\\$])\$[^$\n]+\$
    | \{glue:text\}`(?P<glued>[^`]+)`
    | (?P<reference>\{(?!(?:math|sub|sup|kbd|abbr)\})[a-z:]+\}`[^`]+`
        | (?<!!)\[[^][]*\]\((?!https?:|mailto:)[^)\s]+\))
    | (?P<quote>`+)(?!`).+?(?<!`)(?P=quote)(?!`)
    """,
    re.MULTILINE | re.VERBOSE,
)


def main() -> None:
    """Bring the copies in lab/ up to date, and say what became of each."""
    app = build()
    lab = ROOT / "lab"
    lab.mkdir(exist_ok=True)
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        copy = as_in_the_book(nbformat.read(path, as_version=4), Page(app, f"book/{path.stem}"))
        print(f"lab/{path.name}: {deliver(copy, lab / path.name)}", flush=True)


def build(root: Path = ROOT) -> Sphinx:
    """Build what has changed, as jupyter-book does; the warnings are for ``make book`` to judge."""
    options = {"external_toc_path": str(root / "_toc.yml"), "latex_individualpages": False}
    config, _ = get_final_config(user_yaml=root / "_config.yml", sourcedir=root, cli_config=options)
    out = root / "_build"
    app = Sphinx(root, None, out / "html", out / ".doctrees", "html", config, None, StringIO())
    app.build()
    return app


class Page:
    """A page of the built book, which knows how every reference on it reads."""

    def __init__(self, app: Sphinx, name: str) -> None:
        self.env = app.env
        self.name = name
        self.cited: dict[str, str] = {}  # the works that were asked for, by the id of their entry
        sections = app.env.get_doctree(name).findall(nodes.section)
        self.headings = {anchor for section in sections for anchor in section["ids"]}

    def reads(self, reference: str) -> str:
        """What the page shows in place of a reference such as ``{eq}`eq-x` ``, as Markdown."""
        document = new_document(self.env.doc2path(self.name), get_default_settings(MystParser))
        document.settings.env = self.env
        self.env.prepare_settings(self.name)
        with sphinx_domains(self.env):
            MystParser().parse(reference, document)
        self.env.apply_post_transforms(document, self.name)
        return "".join(self._markdown(node) for node in document.children[0].children)

    def _markdown(self, node: nodes.Node) -> str:
        inside = "".join(self._markdown(child) for child in node.children) or node.astext()
        match node:
            case nodes.reference() if target := self._target(node):
                return f"[{inside}]({target})"
            case nodes.math():
                return f"${inside}$"
            case nodes.emphasis():
                return f"*{inside}*"
            case nodes.literal():
                return f"`{inside}`"
        return inside

    def _target(self, node: nodes.reference) -> str:
        """Where a link leads in the lab, which has the chapters and their citations only."""
        page, _, anchor = (node.get("refuri") or f"#{node['refid']}").partition("#")
        if "reftitle" in node and page == "bibliography.html":
            self.cited[anchor] = node["reftitle"]
            return f"#{anchor}"
        chapter = page.replace(".html", ".ipynb")
        if page and not (self.env.srcdir / "book" / chapter).exists():
            return ""
        if anchor in self.headings and not page:
            return ""  # JupyterLab finds boxes, equations and figures, but not headings
        return f"{chapter}#{anchor.removeprefix('equation-')}" if anchor else chapter


def as_in_the_book(chapter: NotebookNode, page: Page) -> NotebookNode:
    """A copy of a chapter in which everything reads as on its page in the book."""
    glued = values(chapter)
    cells = []
    for cell in deepcopy(chapter.cells):
        cells.append(cell)
        if cell.cell_type == "markdown":
            cell.source = rewritten(cell.source, page.reads, glued)
        else:
            hide(cell)
            cells.extend(caption(cell, page.reads, glued))
    works = "\n\n".join(f"({anchor})=\n{work}" for anchor, work in page.cited.items())
    if works:
        cells.append(new_markdown_cell(f"**References**\n\n{works}", id="references"))
    return NotebookNode({**deepcopy(chapter), "cells": cells})


def values(chapter: NotebookNode) -> dict[str, str]:
    """What the cells of a chapter have glued: the text of each value by its name."""
    return {
        output.metadata.scrapbook.name: output.data[GLUED]
        for cell in chapter.cells
        for output in cell.get("outputs", [])
        if GLUED in output.get("data", {})
    }


def rewritten(text: str, reads: Callable[[str], str], glued: dict[str, str]) -> str:
    """Markdown as the book shows it: numbers, names and values in place of references to them."""

    def replace(match: re.Match) -> str:
        found = match.groupdict()
        if found["glued"]:
            name, _, form = found["glued"].rpartition(":")
            return format_plain_text(glued[name or form], form if name else "s")
        if found["reference"]:
            return reads(found["reference"])
        if found["equation"]:
            return equation(found, reads)
        if found["box"]:
            return found["box"] + found["options"] + number(found["kind"], found["options"], reads)
        return match[0]

    return SYNTAX.sub(replace, text)


def equation(found: dict[str, str], reads: Callable[[str], str]) -> str:
    """A numbered equation; tildes fence it, because boxes around it use backticks or colons."""
    label = found["equation"]
    lines = [
        "~~~{math}",
        f":label: {label}",
        f":enumerator: {last_number(reads(f'{{eq}}`{label}`'))}",
        *found["latex"].strip().splitlines(),
        "~~~",
    ]
    return "\n".join(found["indent"] + line.strip() for line in lines)


def number(kind: str, options: str, reads: Callable[[str], str]) -> str:
    """The option that gives a box the number which it has in the book."""
    label = re.search(r"^:(?:label|name): *(\S+)", options, re.MULTILINE)
    role = ROLES.get(kind.partition(":")[0])
    if kind == "prf:proof":
        return ":enumerated: false\n"
    if not (label and role):
        return ""
    return f":enumerator: {last_number(reads(f'{{{role}}}`{label[1]}`'))}\n"


def last_number(text: str) -> str:
    """The number in "(1.2)", "Exercise 1.2" or a link with such a text."""
    return re.findall(r"\d[\d.]*", text.partition("](")[0])[-1]


def caption(cell: NotebookNode, reads, glued) -> list[NotebookNode]:
    """The caption of a figure that a cell draws, as a cell after it."""
    figure = cell.metadata.get("mystnb", {}).get("figure")
    if not figure:
        return []
    name, text = figure["name"], rewritten(figure["caption"], reads, glued)
    title = reads(f"{{numref}}`{name}`").partition("](")[0].removeprefix("[")
    source = f"({name})=\n**{title}** {text}"
    return [new_markdown_cell(source, id=f"{cell.id}-caption")]


def hide(cell: NotebookNode) -> None:
    """Fold away what the book folds away or leaves out."""
    for tag in cell.metadata.get("tags", []):
        for part in HIDING.get(tag, []):
            cell.metadata.setdefault("jupyter", NotebookNode())[part] = True


def deliver(copy: NotebookNode, path: Path) -> str:
    """Write a copy where there is none or an untouched one, and say what was done.

    A copy carries two sums: of all that the book gave it, which tells whether there is news, and of
    its sources alone, which tells whether its owner changed any. Outputs need no such care, since
    running a cell restores them.
    """
    made = {"all": digest(copy), "sources": digest(sources(copy))}
    if path.exists():
        mine = read(path)
        before = mine.metadata.get("made_from", {})
        if before.get("all") == made["all"]:
            return "as you left it"
        if before.get("sources") != digest(sources(mine)):
            return "has your changes and stays; rename it to get the chapter as it is now"
    metadata = {**copy.metadata, "made_from": made}
    nbformat.write(NotebookNode({**copy, "metadata": metadata}), path)
    return "as in the book"


def read(path: Path) -> NotebookNode:
    """The notebook in a file; an empty one if the file holds something else."""
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError):
        return new_notebook()


def sources(notebook: NotebookNode) -> list[tuple[str, str]]:
    """What a person can have written in a notebook."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def digest(content: object) -> str:
    """The SHA-256 sum of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


if __name__ == "__main__":
    main()
