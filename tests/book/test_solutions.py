"""Every solution of an exercise passes the check that the reader runs, and the dots do not."""

import ast
import re
import warnings
from typing import NamedTuple

import pytest

from tools import chapters

EXERCISE = re.compile(r"^`{3,}\{exercise\}.*\n:label: ([\w-]+)", re.MULTILINE)
SOLUTION = re.compile(r"^(`{3,})\{solution\} ([\w-]+)\n((?s:.*?))^\1$", re.MULTILINE)
PYTHON = re.compile(r"^```python\n((?s:.*?))^```$", re.MULTILINE)


class Exercise(NamedTuple):
    """An exercise that is answered in a cell of its own."""

    label: str
    setting: str  # what the reader has to have run before
    cell: str
    solution: str


def exercises(chapter):
    """The exercises of a chapter that are answered in code."""
    cells = chapters.convert(chapters.paths(chapter)[0].read_text("utf-8")).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    solutions = {label: PYTHON.findall(inside) for _, label, inside in SOLUTION.findall(text)}
    reached, setting, label = False, [], None
    for cell in cells:
        if cell.cell_type == "markdown":
            label = (EXERCISE.findall(cell.source) or [None])[-1]
            reached = reached or "## Exercises" in cell.source.splitlines()
        elif label is not None and reached:
            yield Exercise(label, "\n".join(setting), cell.source, "\n".join(solutions[label]))
        elif reached or only_imports(cell.source):
            setting.append(cell.source)


def only_imports(code):
    return all(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(code).body)


def filled_in(cell, solution):
    """The code of a cell, with the functions of a solution in place of those of the same name."""
    answers = {node.name: node for node in ast.parse(solution).body if hasattr(node, "name")}
    tree = ast.parse(cell)
    tree.body = [answers.pop(getattr(node, "name", None), node) for node in tree.body]
    assert not answers, f"the solution defines {', '.join(answers)}, which the cell does not"
    return ast.unparse(tree)


def said(exercise, cell, capsys):
    """What the cell prints to a reader who has run the imports and the first exercise cell."""
    namespace = {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(exercise.setting, "<setting>", "exec"), namespace)
        capsys.readouterr()
        exec(compile(cell, f"<{exercise.label}>", "exec"), namespace)
    return capsys.readouterr().out


ALL = [exercise for chapter in chapters.chapters() for exercise in exercises(chapter)]
each = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.label)


def test_there_are_exercises_in_code():
    assert len(ALL) >= 8


@each
def test_a_solution_is_right(exercise, capsys):
    lines = said(exercise, filled_in(exercise.cell, exercise.solution), capsys).splitlines()
    assert lines
    assert [line for line in lines if not line.endswith(": right.")] == []


@each
def test_the_untouched_exercise_is_not_right(exercise, capsys):
    lines = said(exercise, exercise.cell, capsys).splitlines()
    assert lines
    assert [line for line in lines if line.endswith(": right.")] == []
