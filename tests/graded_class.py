"""Results as grading gives them, without running it, and tables as a spreadsheet saves them."""

import csv
import io

from handed_in import SETS

from grading import autograde, marks
from grading.results import Graded

PROBLEMS = SETS["problems_01"]


def one(student="mori", written="Because.", notes=()):
    """A result as marking gives it, without running anything."""
    tasks = [
        {
            "task": task.name,
            "title": task.title,
            "points": None if task.written else task.points - 1,
            "out_of": task.points,
            "outcome": autograde.TO_BE_READ if task.written else autograde.PARTLY,
            **(
                {"answer": written}
                if task.written
                else {"parts": [part("f: right.", None, ""), part("f: not yet: a.", "b 5", "c")]}
            ),
        }
        for task in PROBLEMS.tasks
    ]
    result = {"status": autograde.GRADED, "tasks": tasks, "notes": list(notes)}
    return Graded(student, f"{student}.ipynb", result)


def part(visible, hidden, told):
    return {"points": 1, "out_of": 1, "visible": [visible], "hidden": hidden, "told": told}


def rows(path):
    """A table that we wrote."""
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def save(path, table, encoding="utf-8-sig", delimiter=",", head=None):
    """Write a table as a spreadsheet would."""
    text = io.StringIO()
    writer = csv.DictWriter(text, head or list(table[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(table)
    path.write_text(text.getvalue(), encoding, newline="")


def enter(folder, number=0, name="written.csv", **cells):
    """Fill in a row of a table of marks, as a spreadsheet does."""
    table = rows(folder / name)
    table[number] |= cells
    save(folder / name, table)


def run(folder, graded):
    """What `make grade` does with marks, once everybody is graded."""
    entered = marks.read(folder, [g.student for g in graded])
    given = marks.give(entered, graded)
    marks.write(folder, entered, given)
    return given


def words(graded):
    """A student's task whose answer is in words."""
    return next(task for task in graded.result["tasks"] if "answer" in task)
