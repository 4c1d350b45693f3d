"""What every problem set has to be: the rules, in the words that an author needs.

Each rule yields what is wrong with a set: the line of the source that a person edits, what was
found there, and what to do about it. Nothing is graded; whether right answers have all points and
wrong ones lose some is for the tests to say.
"""

import ast
import re
from collections.abc import Iterator

from grading.problem_set import ProblemSet
from tools import ROOT, chapters

TASKS = 4  # at least, in a set
MISTAKES = 3  # that the checks know, at least, of every function
MARKUP = re.compile(r"\{[\w:]+\}`|^:::|^```\{|\]\((?!https?:)", re.MULTILINE)


def broken(problems: ProblemSet) -> list[str]:
    """Every rule that a problem set breaks: where, what was found, and the remedy."""
    return [line for rule in RULES for line in rule(problems)]


def has_tasks_of_both_kinds(problems: ProblemSet) -> Iterator[str]:
    """There are enough tasks, some in code and some in words."""
    where = problems.at(problems.cells[0])
    if len(problems.tasks) < TASKS:
        yield f"{where}: {len(problems.tasks)} tasks, wanted {TASKS}: write more"
    if not any(task.written for task in problems.tasks):
        yield f'{where}: no task in words: write one, with +++ {{"written": "name", "points": 4}}'
    if all(task.written for task in problems.tasks):
        yield f"{where}: no task in code: write one, with :answer: and :check:"


def marks_solutions_and_points(problems: ProblemSet) -> Iterator[str]:
    """What students do not get is marked in every answer, and every check gives points."""
    for cell in problems.having("answer"):
        for mark in ("### BEGIN SOLUTION", "### END SOLUTION"):
            if mark not in cell.source:
                yield f"{problems.at(cell)}: the answer {cell.task} lacks the line {mark!r}: add it"
    for cell in problems.having("check"):
        if cell.points < 1:
            yield f"{problems.at(cell)}: a check of {cell.task} gives no points: add :points: 1"


def numbers_its_tasks(problems: ProblemSet) -> Iterator[str]:
    """Every answer stands under a heading of its own, Task 1 and so on."""
    for number, cell in enumerate(problems.having("answer", "written"), 1):
        if not re.match(rf"Task {number}: \S", cell.title):
            yield (
                f"{problems.at(cell)}: {cell.task} stands under the heading {cell.title!r},"
                f" wanted '## Task {number}: ...'"
            )


def knows_common_mistakes(problems: ProblemSet) -> Iterator[str]:
    """The checks know three mistakes of every function."""
    known = problems.namespace()["known"]
    for cell in problems.having("answer"):
        for function in functions(cell.source):
            found = len(known.get(function, {}))
            if found < MISTAKES:
                yield (
                    f"{problems.at(cell)}: {found} known mistakes of {function}, wanted {MISTAKES}:"
                    f' define more under @known.of("{function}", "what is wrong.")'
                )


def is_plain_to_students(problems: ProblemSet) -> Iterator[str]:
    """The text needs nothing of this book: no role, no box, no link into it."""
    for cell in problems.having("text"):
        for match in MARKUP.finditer(cell.source):
            place = problems.at(cell, cell.source.count("\n", 0, match.start()))
            yield f"{place}: found {match[0]!r}, which only this book can read: say it in words"


def asks_for_something_new(problems: ProblemSet) -> Iterator[str]:
    """No function has the name of one that the chapter defines."""
    for chapter in chapter_of(problems):
        notebook = chapters.convert(chapters.paths(chapter)[0].read_text("utf-8"))
        taken = {name for _, c in chapters.code_cells(notebook) for name in functions(c.source)}
        for cell in problems.having("answer"):
            for function in taken & set(functions(cell.source)):
                yield f"{problems.at(cell)}: {chapter} defines {function} too: choose another name"


def is_in_the_book(problems: ProblemSet) -> Iterator[str]:
    """The two lists of problem sets and its chapter lead to it."""
    name, number = problems.name, problems.name.rpartition("_")[2].lstrip("0")
    here = f"problem_sets/{name}.ipynb"
    wanted = {
        "book/problem_sets.md": [f"({here}): {{points}}`{name}` |"],
        "book/instructors.md": [f"({here}): {{points-by-kind}}`{name}` |"],
    }
    for chapter in chapter_of(problems):
        links = [f"[problem set {number}]({here})", f"{{download}}`download it <{here}>`"]
        wanted[f"book/src/{chapter}.md"] = links
    for file, texts in wanted.items():
        content = (ROOT / file).read_text("utf-8")
        yield from (f"{file}: lacks {text.strip()!r}" for text in texts if text not in content)


RULES = [
    has_tasks_of_both_kinds,
    marks_solutions_and_points,
    numbers_its_tasks,
    knows_common_mistakes,
    is_plain_to_students,
    asks_for_something_new,
    is_in_the_book,
]


def chapter_of(problems: ProblemSet) -> list[str]:
    """The chapter that a set goes with, if it goes with one."""
    start = f"{problems.name.rpartition('_')[2]}_"
    return [chapter for chapter in chapters.chapters() if chapter.startswith(start)]


def functions(code: str) -> list[str]:
    """The functions that code defines."""
    return [node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
