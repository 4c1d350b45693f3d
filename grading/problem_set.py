"""A problem set as it is written: one source with questions, solutions, mistakes and tests.

The source is a MyST notebook, ``problem_sets/problems_01.md``. An option in a cell's head says what
the cell is:

``:answer: name``
    Code that the student writes. What stands between ``### BEGIN SOLUTION`` and ``### END
    SOLUTION`` becomes dots in the student's notebook.
``:check: name`` and ``:points: 2``
    Tells the student at once what is wrong with the answer. What stands between ``### BEGIN HIDDEN
    TESTS`` and ``### END HIDDEN TESTS`` is only in the instructor's notebook, and decides about the
    points, all or none; an answer may have several such cells.
``:instructor: true``
    Known mistakes, and all else that only the instructor has.
``:sealed: true``
    The cell ``known = Mistakes()``, in whose place the student gets the fingerprints of mistakes.
``{"written": "name", "points": 4}``
    A text cell: the answer that the instructor had in mind, and how to mark others.

A cell of code without any of these is the setting: the same for everyone. The first line of a
section, ``## Task 1: ...``, is the title of the answers in it. Points stand in the cells alone; the
headings and the first lines of the notebook get them from there.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import jupytext

from grading import ROOT
from grading.source import lines

HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS[^\n]*\n(.*?)^[ \t]*### END HIDDEN TESTS[^\n]*\n?",
    re.MULTILINE | re.DOTALL,
)
SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION[^\n]*\n.*?### END SOLUTION[^\n]*", re.MULTILINE | re.DOTALL
)
POINTS = re.compile(r"\s*\(\d+ points?\b[^()]*\)$")
ROLES = ("answer", "check", "written", "instructor", "sealed")


class ProblemError(Exception):
    """What is wrong with the source of a problem set, in one line that names the place."""


@dataclass(frozen=True)
class Cell:
    """A cell of the source.

    Attributes
    ----------
    role : str
        One of `ROLES`, "setting", or "text".
    id : str
        By which the cell is found in a student's notebook; empty where nothing is looked for.
    task : str
        The name of the answer that it belongs to.
    points : int
    title : str
        Of the section.
    line : int
        Of the source, where the cell begins.
    """

    role: str
    source: str
    id: str = ""
    task: str = ""
    points: int = 0
    title: str = ""
    line: int = 0

    @property
    def visible(self) -> str:
        """What the student sees of a check."""
        return HIDDEN.sub("", self.source)

    @property
    def hidden(self) -> str:
        """The hidden tests of a check."""
        return "\n".join(HIDDEN.findall(self.source))

    @property
    def stub(self) -> str:
        """What a student gets of an answer; without marks around the solution, dots alone."""
        stub, found = SOLUTION.subn(r"\1return ...", self.source)
        return stub if found else "..."


@dataclass(frozen=True)
class Task:
    """What a student gets points for: one answer, with the cells that judge it."""

    name: str
    title: str
    points: int
    written: bool


@dataclass(frozen=True)
class ProblemSet:
    """A problem set: its name, and its cells in order."""

    name: str
    cells: tuple[Cell, ...]

    @classmethod
    def read(cls, path: Path) -> "ProblemSet":
        """Read a source.

        Raises
        ------
        ProblemError
            A cell says something of itself that has no meaning, its code is none, or an answer has
            no check.
        """
        found = cls(path.stem, tuple(_cells(path.read_text("utf-8"), path.stem)))
        found._validate()
        found._validate_code()
        return found

    def at(self, cell: Cell, within: int = 0) -> str:
        """The place of a cell, or of a line within it, in the source."""
        return _place(self.name, cell.line + within)

    def having(self, *roles: str) -> list[Cell]:
        """The cells with one of these roles."""
        return [cell for cell in self.cells if cell.role in roles]

    @cached_property
    def title(self) -> str:
        """The first heading."""
        return next(
            line.removeprefix("# ")
            for cell in self.having("text")
            for line in cell.source.splitlines()
            if line.startswith("# ")
        )

    @cached_property
    def tasks(self) -> list[Task]:
        """The tasks, in order."""
        found = []
        for cell in self.having("answer", "written"):
            points = sum(c.points for c in self.cells if c.task == cell.task)
            found.append(Task(cell.task, cell.title, points, cell.role == "written"))
        return found

    @property
    def points(self) -> int:
        """All points there are."""
        return sum(task.points for task in self.tasks)

    @property
    def points_in_words(self) -> int:
        """The points for answers in words."""
        return sum(task.points for task in self.tasks if task.written)

    @cached_property
    def functions(self) -> dict[str, str]:
        """The functions that students write, with the task of each."""
        return {
            node.name: cell.task
            for cell in self.having("answer")
            for node in ast.parse(cell.source).body
            if isinstance(node, ast.FunctionDef)
        }

    def namespace(self) -> dict:
        """What the cells before the tests define, with the reference solutions.

        Raises
        ------
        ProblemError
            A cell raises an exception.
        """
        space = {"__name__": "__main__"}
        for cell in self.having("setting", "sealed", "answer", "instructor"):
            try:
                exec(compiled(cell.source, f"<line {cell.line}>"), space)
            except Exception as problem:
                raise self.failure(cell, problem) from problem
        return space

    def failure(self, cell: Cell, problem: Exception) -> ProblemError:
        """An exception in a cell, compiled as `<line N>`, in a line that names the place."""
        syntax = isinstance(problem, SyntaxError)
        line = problem.lineno if syntax else line_in(problem, f"<line {cell.line}>")
        what = problem.msg if syntax else problem
        kind = "" if isinstance(problem, ProblemError) else f"{type(problem).__name__}: "
        about = f" of {cell.task}" if cell.task else ""
        return ProblemError(
            f"{self.at(cell, (line or 1) - 1)}: the {cell.role}{about}: {kind}{what}"
        )

    def _validate_code(self):
        for cell in self.cells:
            try:
                ast.parse("" if cell.role in ("text", "written") else cell.source)
            except SyntaxError as problem:
                raise self.failure(cell, problem) from None

    def _validate(self):
        names = Counter(cell.task for cell in self.having("answer", "written"))
        for cell in self.having("check"):
            if cell.task not in names:
                found = f"a check of {cell.task!r}, which is no answer"
                raise ProblemError(f"{self.at(cell)}: {found}; answers: {', '.join(names)}")
        for cell in self.having("answer", "written"):
            if names[cell.task] > 1:
                raise ProblemError(f"{self.at(cell)}: two answers have the same name, {cell.task}")
            if POINTS.search(cell.title):
                raise ProblemError(
                    f"{self.at(cell)}: the heading {cell.title!r} says points; they are written"
                    " there by themselves, so remove them"
                )
            if sum(other.points for other in self.cells if other.task == cell.task) < 1:
                raise ProblemError(f"{self.at(cell)}: {cell.task} gives no points: add :points:")


def all_sets(root: Path = ROOT) -> list[Path]:
    """The sources of all problem sets."""
    return sorted((root / "problem_sets").glob("*.md"))


def _cells(text: str, name: str) -> Iterator[Cell]:
    title, checks, settings = "", {}, 0
    cells = jupytext.reads(text, fmt="md:myst").cells
    for cell, line in zip(cells, lines(text, cells), strict=True):
        if cell.cell_type == "markdown":
            headings = [row for row in cell.source.splitlines() if row.startswith("## ")]
            title = headings[-1].removeprefix("## ").strip() if headings else title
        roles = [role for role in ROLES if role in cell.metadata]
        if len(roles) > 1:
            raise ProblemError(f"{_place(name, line)}: a cell is at once {' and '.join(roles)}")
        role = roles[0] if roles else "setting" if cell.cell_type == "code" else "text"
        task = str(cell.metadata.get(role, "")) if role in ("answer", "check", "written") else ""
        identity = task
        if role == "check":
            checks[task] = checks.get(task, 0) + 1
            identity = f"{task}-check-{checks[task]}"
        if role in ("setting", "sealed"):
            settings += 1
            identity = f"{role}-{settings}"
        points = cell.metadata.get("points", 0)
        if not isinstance(points, int):
            raise ProblemError(f"{_place(name, line)}: {points!r} points, wanted a whole number")
        yield Cell(role, cell.source, identity, task, points, title, line)


def _place(name, line):
    return f"problem_sets/{name}.md:{line}"


def run(code: str, space: dict, name: str = "<visible check>") -> BaseException | None:
    """Run code statement by statement, past those that fail; return what failed first.

    So a later statement, or a later cell, does not miss what an earlier one would have defined.
    """
    first = None
    for node in ast.parse(code).body:
        try:
            exec(compiled(ast.Module([node], []), name), space)
        except Exception as problem:
            first = first or problem
    return first


def compiled(code: str | ast.Module, name: str):
    """Code of a problem set, ready to run: its assertions count, however Python was started."""
    return compile(code, name, "exec", dont_inherit=True, optimize=0)


def line_in(problem: BaseException, name: str) -> int:
    """The last line of code with this name that an exception came through; 0 if through none."""
    trace, line = problem.__traceback__, 0
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == name else line
        trace = trace.tb_next
    return line
