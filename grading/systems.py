"""Points go back into the tables of learning management systems, as the systems gave them.

Moodle's grading worksheet gets grades and comments, Canvas's gradebook the column of the
assignment; nothing else in them is changed, and only rows whose student was found for certain. For
Moodle there is also an archive of feedback, which it hands out to the students.
"""

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grading import tables
from grading.files import write_whole
from grading.identities import same_number
from grading.results import Graded, number
from grading.tables import Row, Table, TableError
from grading.templating import several

MOODLE = ("Identifier", "Full name", "Grade")
MOODLE_ALSO = (
    "ID number",
    "Email address",
    "Maximum Grade",
    "Grade can be changed",
    "Feedback comments",
)
CANVAS = ("Student", "ID")
CANVAS_ALSO = ("SIS User ID", "SIS Login ID", "Integration ID", "Section")
POINTS_POSSIBLE = "points possible"

_NUMBERED = re.compile(r"(?P<name>.*?)\s*\((?P<number>\d+)\)")
_ASSIGNMENT = re.compile(r".+ \(\d+\)")


@dataclass
class Filled:
    """What came of a table: how many of the students got a grade in it, and what to look at.

    Attributes
    ----------
    open : dict of str to list of str
        Who has no grade yet, by the title of the task that is open.
    """

    rows: int = 0
    students: int = 0
    notices: list[str] = field(default_factory=list)
    open: dict[str, list[str]] = field(default_factory=dict)


class _People:
    """The students of a run, by everything that a system may call them."""

    def __init__(self, graded: Iterable[Graded]):
        self.graded, self.found = list(graded), set()
        self.known = defaultdict(list)
        for g in self.graded:
            found = _NUMBERED.fullmatch(g.student)
            names = {g.student, *g.ids, *(found.groups() if found else ())}
            for name in {_folded(name) for name in names}:
                self.known[name].append(g)

    def find(self, *names: str) -> Graded | None:
        """The student who has one of these names, the surest first; None unless it is one."""
        for name in names:
            same = self.known.get(_folded(name), []) if name.strip() else []
            if not same and name.strip().isdigit():
                same = [g for g in self.graded if same_number(name.strip(), g.student)]
            if len(same) == 1:
                self.found.add(same[0].student)
                return same[0]
            if same:
                return None
        return None


def fill_moodle(path: Path, out: Path, graded: list[Graded], most: int) -> Filled:
    """Fill in Moodle's grading worksheet, from `path` to `out`.

    Raises
    ------
    TableError
        It is no grading worksheet, or its maximum is another one.
    """
    table, people, filled = tables.read(path, MOODLE, MOODLE_ALSO), _People(graded), Filled()
    for row in table.rows:
        _same_maximum(path, row, row["Maximum Grade"], most)
        if (who := people.find(*_in_moodle(row))) is None:
            continue
        if row["Grade can be changed"].strip().casefold() == "no":
            filled.notices.append(f"{out.name}: Moodle does not let {who.student}'s grade change")
            continue
        _set(table, row, "Grade", _points(who, filled))
        _set(table, row, "Feedback comments", _comment(who))
    return _finish(table, out, people, filled)


def fill_canvas(
    path: Path, out: Path, graded: list[Graded], most: int, names: Iterable[str]
) -> Filled:
    """Fill in the column of an assignment in Canvas's gradebook, from `path` to `out`.

    Parameters
    ----------
    names : iterable of str
        What the assignment may be called.

    Raises
    ------
    TableError
        It is no gradebook, or which column to fill cannot be told.
    """
    table, people, filled = tables.read(path, CANVAS, CANVAS_ALSO), _People(graded), Filled()
    column = _assignment(path, table, list(names))
    for row in table.rows:
        if row["Student"].strip().casefold() == POINTS_POSSIBLE:
            _same_maximum(path, row, row[column], most)
        elif who := people.find(*_in_canvas(row)):
            _set(table, row, column, _points(who, filled))
    return _finish(table, out, people, filled)


def moodle_feedback(path: Path, out: Path, graded: list[Graded], pages: Mapping[str, Path]) -> None:
    """Write the archive from which Moodle gives each student their page.

    Parameters
    ----------
    path : Path
        The grading worksheet.
    pages : mapping of str to Path
        The page of each student.
    """
    people, archive = _People(graded), io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for row in tables.read(path, MOODLE, MOODLE_ALSO).rows:
            if who := people.find(*_in_moodle(row)):
                name = re.sub(r"[^\w .-]", "_", row["Full name"].strip())
                folder = f"{name}_{_in_moodle(row)[0]}_assignsubmission_file_"
                packed.writestr(f"{folder}/feedback.html", pages[who.student].read_bytes())
    write_whole(out, archive.getvalue())


def _in_moodle(row: Row):
    """What Moodle calls a student, the surest first: "Participant 123" has the number of files."""
    participant = row["Identifier"].rpartition(" ")[2].strip()
    email = row["Email address"].strip()
    return participant, row["ID number"], email, email.partition("@")[0], row["Full name"]


def _in_canvas(row: Row):
    """What Canvas calls a student; names of its files have letters and figures alone."""
    last, _, first = row["Student"].partition(", ")
    numbers = (row[name] for name in ("ID", "SIS User ID", "SIS Login ID", "Integration ID"))
    return *numbers, row["Student"], f"{first} {last}", re.sub(r"\W", "", row["Student"])


def _assignment(path, table, names):
    """The column of the assignment: the one that has its name, or the only one that there is."""
    columns = [name for name in table.columns if _ASSIGNMENT.fullmatch(name)]
    wanted = [_folded(name) for name in names]
    same = [c for c in columns if _folded(c.rpartition(" (")[0]) in wanted]
    if len(same or columns) != 1:
        there = ", ".join(columns) or "no column of an assignment"
        raise TableError(f"{path.name} has {there}; wanted one that is called {' or '.join(names)}")
    return (same or columns)[0]


def _same_maximum(path, row, found, most):
    """Points are never rescaled in silence."""
    text = found.strip().replace(",", ".")
    try:
        same = not text or text == "-" or float(text) == most
    except ValueError:
        same = False
    if not same:
        raise TableError(
            f"{path.name}, line {row.line}: the maximum is {found.strip()}, and the problem set has"
            f" {most} points; change it in the system and export the table again"
        )


def _points(graded, filled):
    """The points to enter; none as long as something of them is open."""
    filled.rows += 1
    open_ = [task for task in graded.result["tasks"] if task["points"] is None]
    if open_:
        filled.open.setdefault(open_[0]["title"], []).append(graded.student)
        filled.rows -= 1
        return ""
    return number(graded.final)


def _comment(graded):
    parts = [
        f"{task['title']}: {number(task['points'])} of {task['out_of']}"
        + (f" ({task['comment']})" if task.get("comment") else "")
        for task in graded.result["tasks"]
        if task["points"] is not None
    ]
    return "; ".join([*parts, *(f"{name}: {value}" for name, value in graded.facts)])


def _set(table, row, column, text):
    place = table.place(column)
    if text and place is not None:
        row.raw.extend([""] * (place + 1 - len(row.raw)))
        row.raw[place] = text


def _finish(table: Table, out: Path, people: _People, filled: Filled) -> Filled:
    """Write the table as it was written, and say whom it does not have."""
    text = io.StringIO()
    filled.students = len(people.graded)
    writer = csv.writer(text, delimiter=table.delimiter)
    writer.writerows([table.head, *(row.raw for row in table.rows)])
    write_whole(out, text.getvalue(), table.encoding)
    if lost := [g.student for g in people.graded if g.student not in people.found]:
        filled.notices.append(f"{out.name} has no row, or several, for {', '.join(lost)}")
    for title, names in filled.open.items():
        filled.notices.append(f"no grade yet for {several(names)}: {title} is open")
    return filled


def _folded(name):
    return " ".join(name.casefold().split())
