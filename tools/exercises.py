"""The exercises of the chapters that are answered in code: what their checks say to a reader."""

import ast
import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple
from unittest import mock

import numpy as np

import ae_course.exercises
from tools import chapters

EXERCISE = re.compile(r"^`{3,}\{exercise\}.*\n:label: ([\w-]+)", re.MULTILINE)
SOLUTION = re.compile(r"^(`{3,})\{solution\} ([\w-]+)\n((?s:.*?))^\1$", re.MULTILINE)
PYTHON = re.compile(r"^```python\n((?s:.*?))^```$", re.MULTILINE)


class Exercise(NamedTuple):
    """An exercise that is answered in a cell of its own."""

    label: str
    place: str  # the line of the cell in the source of the chapter
    setting: str  # what the reader has to have run before
    cell: str
    solution: str
    solved: str = ""  # the line of the solution's code in the source


def exercises(chapter: str) -> Iterator[Exercise]:
    """The exercises of a chapter that are answered in code."""
    source = chapters.paths(chapter)[0].read_text("utf-8")
    cells, lines = chapters.convert(source).cells, chapters.lines(source)
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    solutions = {label: PYTHON.findall(inside) for _, label, inside in SOLUTION.findall(text)}
    solved = {found[2]: line_of_code(source, found) for found in SOLUTION.finditer(source)}
    reached, setting, label = False, [], None
    for cell in cells:
        if cell.cell_type == "markdown":
            label = (EXERCISE.findall(cell.source) or [None])[-1]
            reached = reached or "## Exercises" in cell.source.splitlines()
        elif label is not None and reached:
            place = f"book/src/{chapter}.md:{lines[cell.id]}"
            solution = "\n".join(solutions.get(label, []))
            at = f"book/src/{chapter}.md:{solved[label]}" if solution else ""
            yield Exercise(label, place, "\n".join(setting), cell.source, solution, at)
        elif reached or only_imports(cell.source):
            setting.append(cell.source)


def broken(exercise: Exercise) -> list[str]:
    """What is wrong with an exercise: its solution has to be right, and the dots may not."""
    where = f"{exercise.place}: exercise {exercise.label}"
    if not exercise.solution:
        return [f"{where} has no {{solution}} box with a ```python block: write one, or no cell"]
    try:
        wrong = said(exercise, exercise.cell)
    except Exception as error:
        return [f"{where} raises {type(error).__name__}: {error}: it has to run, with a check"]
    try:
        right = said(exercise, filled_in(exercise.cell, exercise.solution))
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        return [f"{exercise.solved}: the solution of {exercise.label} raises {what}: correct it"]
    if not right or not wrong:
        return [f"{where} says nothing: end its cell with a check"]
    solved = [f"with its solution says {line!r}" for line in right if not is_right(line)]
    dots = [f"says {line!r} before it is answered" for line in wrong if is_right(line)]
    found = solved + dots or without_effect(exercise)
    return [f"{where} {problem}: correct the check or the solution" for problem in found]


def line_of_code(source: str, solution: re.Match) -> int:
    """The line in which the first code of a solution begins, or else the solution."""
    code = PYTHON.search(solution[3])
    start = solution.start(3) + code.start(1) if code else solution.start()
    return source.count("\n", 0, start) + 1


def without_effect(exercise: Exercise) -> list[str]:
    """The arguments that are all the same to a check: who leaves them out would be right."""
    calls, told = [], {}

    def record(answer, wanted, *arguments, rtol=1e-6, mistakes=None):
        calls.append((answer, wanted, arguments, rtol))

    with mock.patch.object(ae_course.exercises, "check", record):
        said(exercise, filled_in(exercise.cell, exercise.solution))
    for answer, wanted, arguments, rtol in calls:
        for place, argument in enumerate(arguments, 1):
            if isinstance(argument, np.ndarray | int | float):
                zeros = [*arguments[: place - 1], 0 * argument, *arguments[place:]]
                same = still_right(answer, wanted, zeros, rtol)
                key = answer.__name__, place
                told[key] = told.get(key, True) and same
    return [
        f"finds {name} right with zeros as argument {n}" for (name, n), same in told.items() if same
    ]


def still_right(answer, wanted, arguments, rtol: float) -> bool:
    """Whether an answer is right for other arguments than those that it is asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = ae_course.exercises.result(answer, arguments)
        except (ArithmeticError, ValueError, IndexError):
            return False
        return ae_course.exercises.verdict(found, wanted, rtol) == "right."


def is_right(line: str) -> bool:
    """Whether a line that a check prints says that the answer is right."""
    return line.endswith(": right.")


def only_imports(code: str) -> bool:
    """Whether code does nothing but import."""
    return all(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(code).body)


def filled_in(cell: str, solution: str) -> str:
    """The code of a cell, with the functions of a solution in place of those of the same name.

    Raises
    ------
    ValueError
        The solution defines what the cell does not.
    """
    answers = {node.name: node for node in ast.parse(solution).body if hasattr(node, "name")}
    tree = ast.parse(cell)
    tree.body = [answers.pop(getattr(node, "name", None), node) for node in tree.body]
    if answers:
        raise ValueError(f"the solution defines {', '.join(answers)}, which the cell does not")
    return ast.unparse(tree)


def said(exercise: Exercise, cell: str) -> list[str]:
    """What a cell prints to a reader who has run the imports and the first exercise cell."""
    namespace, printed = {}, io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(exercise.setting, "<setting>", "exec"), namespace)
        with contextlib.redirect_stdout(printed):
            exec(compile(cell, f"<{exercise.label}>", "exec"), namespace)
    return printed.getvalue().splitlines()
