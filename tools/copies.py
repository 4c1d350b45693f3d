"""A copy of a chapter or problem set that reads in JupyterLab as its page in the book.

JupyterLab shows most of what a chapter is written with: boxes, exercises, proofs, mathematics. What
it cannot know is what only the whole book knows: numbers, citations, other pages, and the values
that earlier cells computed. How each of these reads is looked up on the pages of the built site,
where `as_written`, an extension of the book, keeps what the source said.
"""

import posixpath
import re
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag
from myst_nb.core.variables import format_plain_text
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

GLUED = "application/papermill.record/text/plain"
# What JupyterLab folds; it shows dots then and no words, so code that readers run stays open.
HIDING = {
    "claims": ["source_hidden"],
    "spoilers": ["source_hidden"],
    "hide-output": ["outputs_hidden"],
    "hide-cell": ["source_hidden", "outputs_hidden"],
    "remove-cell": ["source_hidden", "outputs_hidden"],
}
PLAY = "On the page of this chapter in the book"
NUMBERED = {"math", "exercise", "prf", "figure", "table"}

# What may stand in a text cell, the first alternative that fits; the unnamed ones stay as they are.
SYNTAX = re.compile(
    r"""
    ^(?P<fence>`{3,}|~{3,})(?:\{code[\w-]*\}|\w).*\n(?s:.*?)^(?P=fence)[ ]*$
    | ^(?P<box>[`:~]{3,}\{(?P<kind>[\w:-]+)\}.*\n)(?P<options>(?::[\w-]+:.*\n)*)
    | ^[`:~]{3,}[ ]*$
    | ^(?P<indent>[ ]*)\$\$(?P<latex>(?s:(?!\$\$).)+)\$\$[ ]*\((?P<equation>[\w:-]+)\)[ ]*$
    | \$\$(?s:.+?)\$\$ | (?<![\\$])\$[^$\n]+\$
    | \{glue:text\}`(?P<glued>[^`]+)`
    | (?P<download>[ ]\(\{download\}`[^`]+`\))
    | (?P<reference>\{(?!(?:math|sub|sup|kbd|abbr)\})[a-z:]+\}`[^`]+`)
    | (?<!!)\[(?P<text>[^][]*)\]\((?P<target>(?!https?:|mailto:)[^)\s]+)\)
    | (?P<quote>`+)(?!`).+?(?<!`)(?P=quote)(?!`)
    """,
    re.MULTILINE | re.VERBOSE,
)


class NotOnThePage(LookupError):
    """The built site does not say how something reads."""


class Page:
    """A page of the built site, which knows how every reference on it reads.

    Parameters
    ----------
    site : Path
        The folder of the site.
    name : str
        The page, as Sphinx names it: ``"book/01_overview"``.
    copies : mapping of str to str
        The file in the lab for each page that has one. Links to all others become plain text.
    """

    def __init__(self, site: Path, name: str, copies: Mapping[str, str]):
        self.site, self.name, self.copies = site, name, copies
        self.cited: dict[str, str] = {}  # the works that were asked for, by the id of their entry
        self.places, self.written = _content(site, name)

    def reads(self, reference: str) -> str:
        """What the page shows in place of a reference such as ``{eq}`eq-x` ``, as Markdown."""
        role, text = re.fullmatch(r"\{(.+?)\}`(.+)`", reference, re.DOTALL).groups()
        if role == "download":
            shown, _, path = text.rpartition("<")
            return self.link(shown.strip() or text, path.rstrip(">"))
        return self._markdown(self._found(f":{role}:`{text}`"))

    def link(self, text: str, target: str) -> str:
        """A Markdown link as it has to be in the lab: to a file there, or plain text."""
        path, _, anchor = target.partition("#")
        if Path(path).suffix in {".md", ".ipynb"}:
            leads = self._leads(posixpath.splitext(self._page(path))[0], anchor)
        else:
            link = self._found(f"({target.removeprefix('#')})").find("a")
            leads = self._target(link) if link else ""
        return f"[{text}]({leads})" if leads else text

    def number(self, label: str) -> str:
        """The number of a labelled equation, box or figure: "1.2"."""
        return re.findall(r"\d[\d.]*", self.title(label))[-1].rstrip(".")

    def title(self, label: str) -> str:
        """What stands before the caption of a labelled figure or box, "Fig. 1.2", or "(1.2)"."""
        named = self.places.get(label, self.places.get(f"equation-{label}"))
        number = named and named.select_one(".eqno, .caption-number")
        if number is None:
            raise NotOnThePage(f"{self.name}: {label} has no number on the page of the book")
        return number.get_text().strip()

    def _found(self, written: str) -> Tag:
        try:
            return self.written[" ".join(written.split())]
        except KeyError:
            message = f"{self.name}: the page of the book does not say how {written} reads"
            raise NotOnThePage(message) from None

    def _markdown(self, node: Tag | NavigableString) -> str:
        if isinstance(node, NavigableString):
            return " ".join(re.split(r"\s+", node))
        inside = "".join(self._markdown(child) for child in node.children)
        match node.name:
            case "a" if target := self._target(node):
                return f"[{inside}]({target})"
            case "span" if "math" in node.get("class", ()):
                return f"${node['data-tex']}$"
            case "em":
                return f"*{inside}*"
            case "code":
                return f"`{inside}`"
        return inside

    def _target(self, link: Tag) -> str:
        """Where a link of the page leads in the lab, which has copies and their citations only."""
        address = urlsplit(link["href"])
        if address.scheme:
            return link["href"]
        page = self._page(unquote(address.path)).removesuffix(".html")
        if page == "book/bibliography" and link.get("title"):
            self.cited[address.fragment] = link["title"]
            return f"#{address.fragment}"
        return self._leads(page, address.fragment)

    def _page(self, path: str) -> str:
        if not path:
            return self.name
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), path))

    def _leads(self, page: str, anchor: str) -> str:
        """JupyterLab finds boxes, equations and figures, but not headings."""
        if page not in self.copies:
            return ""
        named = _content(self.site, page)[0].get(anchor)
        is_heading = named is None or named.name in {"section", "span"}
        anchor = "" if is_heading else f"#{anchor.removeprefix('equation-')}"
        return anchor if page == self.name else self.copies[page] + anchor


@cache
def _content(site: Path, name: str) -> tuple[dict[str, Tag], dict[str, Tag]]:
    """What can be led to on a page, by its id, and what references read as, by what was written."""
    page = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
    tags = (page.find("article") or page).find_all(True)
    places, written = (
        {t[key]: t for t in tags if key in t.attrs} for key in ("id", "data-written")
    )
    return places, written


def as_in_the_book(notebook: NotebookNode, page: Page) -> NotebookNode:
    """A copy of a notebook in which everything reads as on its page in the book."""
    glued = values(notebook)
    cells = []
    for cell in deepcopy(notebook.cells):
        cells.append(cell)
        if cell.cell_type == "markdown":
            cell.source = rewritten(cell.source, page, glued)
        else:
            hide(cell)
            cells.extend(caption(cell, page, glued))
    works = "\n\n".join(f"({anchor})=\n{work}" for anchor, work in page.cited.items())
    if works:
        cells.append(new_markdown_cell(f"**References**\n\n{works}", id="references"))
    return NotebookNode({**deepcopy(notebook), "cells": cells})


def values(notebook: NotebookNode) -> dict[str, str]:
    """What the cells of a notebook have glued: the text of each value by its name."""
    return {
        output.metadata.scrapbook.name: output.data[GLUED]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if GLUED in output.get("data", {})
    }


def rewritten(text: str, page: Page, glued: Mapping[str, str]) -> str:
    """Markdown as the book shows it: numbers, names and values in place of references to them."""

    def replace(match: re.Match) -> str:
        found = match.groupdict()
        if found["glued"]:
            name, _, form = found["glued"].rpartition(":")
            return format_plain_text(glued[name or form], form if name else "s")
        if found["download"]:
            inside = page.reads(found["download"].strip(" ()"))
            return "" if "](" in inside else f" ({inside})"  # what lies beside is not downloaded
        if found["reference"]:
            return page.reads(found["reference"])
        if found["target"]:
            return page.link(found["text"], found["target"])
        if found["equation"]:
            return equation(found, page)
        if found["box"]:
            return box(found, page)
        return match[0]

    return SYNTAX.sub(replace, text)


def box(found: Mapping[str, str], page: Page) -> str:
    """The head of a box. What can be played with lives on its page; here its sentence stays."""
    if found["kind"] == "play":
        return re.sub(r"\{play\}.*", f"{{admonition}} {PLAY}\n:class: tip", found["box"])
    return found["box"] + found["options"] + number(found["kind"], found["options"], page)


def equation(found: Mapping[str, str], page: Page) -> str:
    """A numbered equation; tildes fence it, because boxes around it use backticks or colons."""
    label = found["equation"]
    lines = [
        "~~~{math}",
        f":label: {label}",
        f":enumerator: {page.number(label)}",
        *found["latex"].strip().splitlines(),
        "~~~",
    ]
    return "\n".join(found["indent"] + line.strip() for line in lines)


def number(kind: str, options: str, page: Page) -> str:
    """The option that gives a box the number which it has in the book."""
    label = re.search(r"^:(?:label|name): *(\S+)", options, re.MULTILINE)
    if kind == "prf:proof":
        return ":enumerated: false\n"
    if not label or kind.partition(":")[0] not in NUMBERED:
        return ""
    return f":enumerator: {page.number(label[1])}\n"


def caption(cell: NotebookNode, page: Page, glued: Mapping[str, str]) -> list[NotebookNode]:
    """The caption of a figure that a cell draws, as a cell after it."""
    figure = cell.metadata.get("mystnb", {}).get("figure")
    if not figure:
        return []
    name, text = figure["name"], rewritten(figure["caption"], page, glued)
    source = f"({name})=\n**{page.title(name)}** {text}"
    return [new_markdown_cell(source, id=f"{cell.id}-caption")]


def hide(cell: NotebookNode) -> None:
    """Fold away what would only be in the way, or would give answers away."""
    for tag in cell.metadata.get("tags", []):
        for part in HIDING.get(tag, []):
            cell.metadata.setdefault("jupyter", NotebookNode())[part] = True
