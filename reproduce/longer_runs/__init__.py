"""What chapters tell of runs that they have no time for: more steps, other sizes, other seeds.

    python -m reproduce.longer_runs [NAME ...]

runs code of a chapter as it stands there, with some of it replaced, and stores what came out in
`reproduce/longer_runs/results.json`, one entry after the other: interrupt it when you like, and go
on. What is stored and still belongs to the code is run again only if it is named. The chapters tell
these numbers, and a test compares.
"""

import ast
import hashlib
import inspect
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, SimpleNamespace

from ae_course.files import atomic_write
from tools import ROOT, chapters

RESULTS = Path(__file__).with_name("results.json")
SOURCES = ROOT / "book" / "src"
EXPERIMENT, EXERCISES = "## The experiment", "## Exercises"
IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Entry:
    """Code of a chapter with a change, and what is measured when it has run.

    Imports and functions of the whole chapter come along; figures do not, nor assertions, unless
    they are asked for: then those that did not hold are kept with what is measured.

    Attributes
    ----------
    chapter : str
    sections : tuple of str
        Headings of the chapter's experiment whose cells run.
    measure : callable ``(chapter) -> dict``
        What to keep, ready for JSON, from a namespace with all names of the chapter.
    swaps : dict
        Text of the chapter, each there once, and what takes its place.
    also : tuple of str
        How statements from elsewhere in the chapter begin that are needed, too.
    without : tuple of str
        How statements of these sections begin that would only take time.
    claims : bool
        Whether the assertions of these sections run, too.
    """

    chapter: str
    sections: tuple[str, ...]
    measure: Callable[[SimpleNamespace], dict]
    swaps: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    claims: bool = False

    def code(self) -> list[str]:
        """The statements to run, in the chapter's order.

        Raises
        ------
        ValueError
            If the chapter lacks what is to be replaced, run or left out, or has it twice.
        """
        text = (SOURCES / f"{self.chapter}.md").read_text("utf-8").partition(f"\n{EXERCISES}")[0]
        cells = chapters.convert(text).cells
        text_of_code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        for old in self.swaps:
            one(self, "text", old, text_of_code.count(old))
        for heading in self.sections:
            one(self, "section", heading, heading in headings(text))
        found, unseen = [], {*self.also, *self.without}
        for inside, code, node in statements(cells, self.sections, self.swaps):
            begins = self.without if inside else self.also
            asked = {begin for begin in begins if code.startswith(begin)}
            unseen -= asked
            wanted = bool(asked) != inside or isinstance(node, (*IMPORTS, ast.FunctionDef))
            if wanted and not (claims(node) and not (self.claims and inside)):
                found.append(code)
        for begin in unseen:
            one(self, "statement", begin, 0)
        return found

    def digest(self) -> str:
        """Sixteen digits that stand for what is run and measured."""
        code = "\n".join([*self.code(), *sources(self.measure)])
        return hashlib.sha256(code.encode()).hexdigest()[:16]

    def run(self) -> dict:
        """Run the code, and return what was measured and how long it took."""
        digest, begin, space = self.digest(), time.process_time(), {"__name__": self.chapter}
        broken = []
        for code in self.code():
            try:
                exec(compile(code, self.chapter, "exec"), space)
            except AssertionError:
                if not self.claims:
                    raise
                broken.append(code)
        measured = rounded(self.measure(SimpleNamespace(**space)))
        if self.claims:
            measured["broken"] = broken
        seconds = round(time.process_time() - begin)
        return {"code": digest, "cpu_seconds": seconds, "measured": measured}


def sources(measure: Callable) -> list[str]:
    """The source of a function and of those of its module and of this package that it calls."""
    found, left, beside = {}, [measure], (f"{measure.__module__}.", f"{__name__}.")
    while left:
        function = left.pop()
        name = function.__qualname__, function.__module__
        if name not in found:
            found[name] = inspect.getsource(function)
            known = (function.__globals__.get(name) for name in names_in(function.__code__))
            left += [
                f for f in known if inspect.isfunction(f) and f"{f.__module__}.".startswith(beside)
            ]
    return [found[name] for name in sorted(found)]


def names_in(code: CodeType) -> set[str]:
    """What a function names, in itself and in what is defined in it."""
    inner = (part for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*map(names_in, inner))


def one(entry: Entry, kind: str, wanted: str, count: int) -> None:
    """Refuse what is not there just once."""
    if count != 1:
        told = f"has {count} times the" if count else "no longer has the"
        raise ValueError(f"{entry.chapter}.md {told} {kind} {wanted!r}")


def headings(text: str) -> list[str]:
    """The headings below that of the experiment."""
    lines = text.partition(f"\n{EXPERIMENT}\n")[2].splitlines()
    return [line for line in lines if line.startswith("##")]


def statements(cells, sections, swaps) -> Iterator[tuple[bool, str, ast.stmt]]:
    """Each statement; before it, whether a section has it, but for figures."""
    heading, begun = "", False
    for cell in cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                begun = begun or line == EXPERIMENT
                heading = line if line.startswith("##") else heading
        elif cell.cell_type == "code":
            inside = begun and heading in sections and not drawn(cell)
            source = cell.source
            for old, new in swaps.items():
                source = source.replace(old, new)
            lines = source.splitlines()
            for node in ast.parse(source).body:
                yield inside, text_of(lines, node), node


def text_of(lines: list[str], node: ast.stmt) -> str:
    """A statement as it is written, which begins its first line: faster than `ast` finds it."""
    *before, last = lines[node.lineno - 1 : node.end_lineno]
    return "\n".join([*before, last.encode()[: node.end_col_offset].decode()])


def drawn(cell) -> bool:
    """Tell whether a cell makes a figure."""
    return "figure" in cell.metadata.get("mystnb", {})


def claims(node: ast.stmt) -> bool:
    """Tell whether a statement only asserts, be it in a loop."""
    inside = node.body if isinstance(node, ast.For) else [node]
    return all(isinstance(each, ast.Assert) for each in inside)


def rounded(value):
    """The same with five digits for each number."""
    if isinstance(value, dict):
        return {str(key): rounded(part) for key, part in value.items()}
    if isinstance(value, str | bool | int):
        return value
    if hasattr(value, "__len__"):
        return [rounded(part) for part in value]
    return float(f"{float(value):.5g}")


def stored() -> dict:
    """What has been run, by name."""
    return json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}


def do(entries: Mapping[str, Entry], names=()) -> None:
    """Run the entries with these names; without names those that are not stored as they are."""
    for name in names or entries:
        if not names and stored().get(name, {}).get("code") == entries[name].digest():
            continue
        found = entries[name].run()
        kept = stored() | {name: found}
        kept = {each: kept[each] for each in entries if each in kept}
        with atomic_write(RESULTS) as file:
            file.write((json.dumps(kept, indent=1) + "\n").encode())
        print(f"{name}: {found['cpu_seconds']} s, {found['measured']}", flush=True)
