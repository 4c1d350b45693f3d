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
section, ``## Task 1: ...``, is the title of the answers in it.
"""

import ast
import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import jupytext

from grading import ROOT

HIDDEN = re.compile(
    r"^[ \t]*### BEGIN HIDDEN TESTS[^\n]*\n(.*?)^[ \t]*### END HIDDEN TESTS[^\n]*\n?",
    re.MULTILINE | re.DOTALL,
)
SOLUTION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION[^\n]*\n.*?### END SOLUTION[^\n]*", re.MULTILINE | re.DOTALL
)
ROLES = ("answer", "check", "written", "instructor", "sealed")


class ProblemError(Exception):
    """What is wrong with the source of a problem set, in one line."""


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
    """

    role: str
    source: str
    id: str = ""
    task: str = ""
    points: int = 0
    title: str = ""

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
    digest: str = field(compare=False)

    @classmethod
    def read(cls, path: Path) -> "ProblemSet":
        """Read a source.

        Raises
        ------
        ProblemError
            A cell says something of itself that has no meaning, its code is none, or an answer has
            no check.
        """
        text = path.read_text("utf-8")
        notebook = jupytext.reads(text, fmt="md:myst")
        found = cls(path.stem, tuple(_cells(notebook)), hashlib.sha256(text.encode()).hexdigest())
        found._validate()
        found._validate_code()
        return found

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
        for number, cell in enumerate(self.cells, 1):
            if cell.role in ("setting", "sealed", "answer", "instructor"):
                try:
                    exec(compiled(cell.source, f"<cell {number}>"), space)
                except Exception as problem:
                    raise ProblemError(self._in_cell(number, cell, problem)) from problem
        return space

    def _in_cell(self, number, cell, problem):
        """An exception in a cell, in a line."""
        is_syntax = isinstance(problem, SyntaxError)
        line = problem.lineno if is_syntax else line_in(problem, f"<cell {number}>")
        what = problem.msg if is_syntax else problem
        about = f" of {cell.task}" if cell.task else ""
        return (
            f"{self.name}: the {cell.role}{about} (cell {number}), line {line}:"
            f" {type(problem).__name__}: {what}"
        )

    def _validate_code(self):
        for number, cell in enumerate(self.cells, 1):
            try:
                ast.parse("" if cell.role in ("text", "written") else cell.source)
            except SyntaxError as problem:
                raise ProblemError(self._in_cell(number, cell, problem)) from None

    def _validate(self):
        names = [cell.task for cell in self.having("answer", "written")]
        if len(set(names)) < len(names):
            raise ProblemError(f"{self.name}: two answers have the same name")
        for cell in self.having("check"):
            if cell.task not in names:
                raise ProblemError(f"{self.name}: a check of {cell.task!r}, which is no answer")
        for task in self.tasks:
            if task.points < 1:
                raise ProblemError(f"{self.name}: {task.name} gives no points")


def all_sets(root: Path = ROOT) -> list[Path]:
    """The sources of all problem sets."""
    return sorted((root / "problem_sets").glob("*.md"))


def _cells(notebook):
    title, checks, settings = "", {}, 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            headings = [line for line in cell.source.splitlines() if line.startswith("## ")]
            title = headings[-1].removeprefix("## ") if headings else title
        roles = [role for role in ROLES if role in cell.metadata]
        if len(roles) > 1:
            raise ProblemError(f"a cell is at once {' and '.join(roles)}")
        role = roles[0] if roles else "setting" if cell.cell_type == "code" else "text"
        task = str(cell.metadata.get(role, "")) if role in ("answer", "check", "written") else ""
        identity = task
        if role == "check":
            checks[task] = checks.get(task, 0) + 1
            identity = f"{task}-check-{checks[task]}"
        if role in ("setting", "sealed"):
            settings += 1
            identity = f"{role}-{settings}"
        points = int(cell.metadata.get("points", 0))
        yield Cell(role, cell.source, identity, task, points, _plain(title))


def _plain(title):
    """A heading without its points in brackets."""
    return re.sub(r"\s*\(\d+ points?.*\)$", "", title)


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
