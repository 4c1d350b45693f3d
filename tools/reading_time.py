"""How long a chapter takes to read: what is on its first path, and all of it.

A stretch that a first reading may leave out is marked: a whole section by a box
``{admonition} Beyond a first reading`` right under its heading, which says in a sentence what it
holds; a proof or a special case by ``{dropdown} Beyond a first reading: what it holds``. Boxes that
are folded otherwise, code that is folded, and things to play with count for neither path; exercises
have minutes of their own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from nbformat import NotebookNode

from tools.folding import HIDDEN

BEYOND = "Beyond a first reading"
FIRST = 60  # minutes at most, for the first path
WORDS, DISPLAY, LINE, PICTURE = 140, 1, 1 / 15, 0.5  # words a minute; minutes of each

HEADING = re.compile(r"^(#{1,6}) (.+)$")
FENCE = re.compile(r"^\s*(?P<fence>`{3,}|:{3,}|~{3,})(?P<rest>.*)$")
GLANCE = re.compile(
    r"\*\*First reading\*\* (\d+) minutes, \*\*all of it\*\* (\d+) minutes,"
    r" \*\*exercises\*\* (\d+) hours?\b"
)
TITLE = re.compile(r"^[`:~]{3,}\{exercise\}[ ]?(.*)$", re.MULTILINE)
EFFORT = re.compile(
    r"\((?P<level>warm-up|standard|hard), (?P<means>code|paper|paper and code|experiment),"
    r" (?P<minutes>\d+) minutes\)$"
)
EXAMPLE = "(warm-up, code, 10 minutes) or (hard, paper and code, 40 minutes)"
LEVELS = ("warm-up", "standard", "hard")


@dataclass(frozen=True)
class Minutes:
    """How long a chapter takes, rounded as its head has to say it."""

    first: int
    whole: int
    hours: int  # of exercises


def minutes(notebook: NotebookNode) -> Minutes:
    """What the head of a chapter has to say: minutes up to the next five, hours up to the next."""
    spent = {"first": 0.0, "beyond": 0.0}
    for path, time in stretches(notebook):
        spent[path] += time
    exercises = sum(int(found["minutes"]) for _, _, found in efforts(notebook) if found)
    first, whole = (5 * ceil(time / 5) for time in (spent["first"], sum(spent.values())))
    return Minutes(first, whole, hours=ceil(exercises / 60))


def stretches(notebook: NotebookNode) -> Iterator[tuple[str, float]]:
    """Each stretch of a chapter before its exercises: "first" or "beyond", and its minutes."""
    depth, beyond = 0, None  # of the last heading, and of the one under which all is beyond
    for kind, part in flow(notebook):
        if kind == "heading":
            depth, title = part.count("#", 0, part.index(" ")), part.lstrip("# ")
            if title == "Exercises":
                return
            beyond = beyond if beyond and depth > beyond else None
        elif kind == "mark":
            beyond = depth
        elif kind != "folded":
            time = of_code(part) if kind == "code" else of_text(part)
            yield "beyond" if beyond or kind == "beyond" else "first", time


def flow(notebook: NotebookNode) -> Iterator[tuple[str, str | NotebookNode]]:
    """The parts of a chapter in order: those of its texts, see `parts`, and "code"."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield "code", cell
        else:
            yield from parts(cell.source)


def parts(source: str) -> Iterator[tuple[str, str]]:
    """The parts of a text cell: "heading", "text", "mark" (of a section), "beyond", "folded"."""
    lines, kind, until, held = source.splitlines(), "text", None, []
    for line in lines:
        fence = FENCE.match(line)
        if until:
            if fence and fence["fence"].startswith(until) and not fence["rest"].strip():
                yield kind, "\n".join(held)
                kind, until, held = "text", None, []
            else:
                held.append(line)
        elif fence and fence["rest"].strip():
            yield kind, "\n".join(held)
            kind, until, held = kind_of_box(fence["rest"]), fence["fence"], [fence["rest"]]
        elif HEADING.match(line):
            yield kind, "\n".join(held)
            yield "heading", line
            held = []
        else:
            held.append(line)
    yield kind, "\n".join(held)


def kind_of_box(head: str) -> str:
    """Which part of a text a box is, by its first line."""
    if head.startswith(f"{{admonition}} {BEYOND}"):
        return "mark"
    if head.startswith(f"{{dropdown}} {BEYOND}"):
        return "beyond"
    return "folded" if head.startswith(("{dropdown}", "{solution}", "{play}")) else "text"


def of_text(text: str) -> float:
    """Minutes for a text: its words, and its formulas on lines of their own."""
    prose, displays = re.subn(r"\$\$.+?\$\$", " ", text, flags=re.DOTALL)
    words = re.findall(r"\w+", re.sub(r"\$[^$]+\$", " formula ", prose))
    return len(words) / WORDS + displays * DISPLAY


def of_code(cell: NotebookNode) -> float:
    """Minutes for a cell: the lines that are visible, and its picture."""
    picture = "figure" in cell.metadata.get("mystnb", {})
    visible = HIDDEN not in cell.metadata.get("tags", [])
    code = [line for line in cell.source.splitlines() if line.strip()]
    return LINE * len(code) * visible + PICTURE * picture


def efforts(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, re.Match, re.Match | None]]:
    """Each exercise: its cell, its title, and the level, means and minutes that it names."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for title in TITLE.finditer(cell.source):
                yield cell, title, EFFORT.search(title[1])
