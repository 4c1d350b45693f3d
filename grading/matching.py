"""The rows of a table of marks find the answers that they were entered for.

Each row for a student has a name of its own, which no spreadsheet changes, and is that student's
row only if both agree. A row without one is found by the student's name, as far as that is unique.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from grading.autograde import UNREADABLE
from grading.identities import alike, named, same_number
from grading.results import Graded
from grading.tables import Row, Table, TableError

_POINTS = re.compile(r"\+?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:E[+-]?\d{1,2})?", re.IGNORECASE)
_SHOWN = 10  # names in one line


class MarkError(TableError):
    """Rows of marks count for nobody; a line for each, with what was found and what was wanted."""


@dataclass(frozen=True)
class Mark:
    """A row that has found its answer.

    Attributes
    ----------
    points : float or None
        None where there are none that count.
    held : bool
        It was refused, or its answer cannot be read now: it counts for nothing, and stays.
    """

    row: Row
    points: float | None
    held: bool = False


@dataclass
class Found:
    """What came of the rows of a table.

    Attributes
    ----------
    marks : dict
        By student and task, or by task and answer.
    refused : list of str
        A line for each row that counts for nobody.
    rest : list of Row
        Rows that have found no answer; they stay in the table as they are.
    strangers : list of str
        Of whom there are rows, who are not in this run.
    """

    marks: dict[tuple[str, str], Mark] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    rest: list[Row] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


def of_students(table: Table | None, graded: list[Graded]) -> Found:
    """The marks of written.csv, by student and task."""
    return _Students(table, graded).found if table else Found()


def of_answers(table: Table | None, graded: list[Graded]) -> Found:
    """The marks of answers.csv, by task and answer."""
    found = Found()
    tasks = dict(shared(graded))
    places = {}
    for row in filled(table):
        place = row["task"].strip(), row["answer"].strip()
        if place in tasks:
            places.setdefault(place, []).append(row)
        else:
            found.rest.append(row)
    for place, rows in places.items():
        _decide("answers.csv", place, place[1], tasks[place], rows, found)
    return found


def shared(graded: list[Graded]) -> Iterator[tuple[tuple[str, str], dict]]:
    """Yield every answer that was read, by task and digest: of other files nobody knows it."""
    for task in (task for g in graded for task in answers(g) if not task["unread"]):
        yield (task["task"], digest(task["answer"])), task


def digest(answer: str) -> str:
    """By which an answer is known; the same for answers that differ only in space."""
    return "answer-" + _sum(" ".join(unicodedata.normalize("NFC", answer).split()))


def row_name(student: str, task: str) -> str:
    """The name of the row for a student's answer."""
    return "row-" + _sum(f"{named(student)}\n{task}")


def answers(graded: Graded) -> list[dict]:
    """The tasks of a student whose answers are in words.

    Those of a file that could not be read say so: what was entered for an earlier one still stands.
    """
    unread = graded.result["status"] == UNREADABLE
    return [task | {"unread": unread} for task in graded.result["tasks"] if "answer" in task]


def filled(table: Table | None) -> list[Row]:
    """The rows into which somebody has written something: points, a comment, a column's cell."""
    made = {"student", "students", "task", "out of", "answer", "row"}
    return [
        row
        for row in (table.rows if table else [])
        if any(text.strip() for name, text in row.cells.items() if name and name not in made)
    ]


def _sum(text):
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _points(text, out_of):
    """The points that a cell has; ValueError if that is no number from 0 to what there is."""
    text = unicodedata.normalize("NFKC", text).strip().replace("\u066b", ",")  # of Arabic numbers
    if not text:
        return None
    if not _POINTS.fullmatch(text):
        raise ValueError(text)
    value = float(text.replace(",", "."))
    if not 0 <= value <= out_of:
        raise ValueError(text)
    return value


def _decide(table, place, who, task, rows, found):
    """Take the mark that rows have for one answer, or refuse it."""
    row, name = rows[0], task["task"]
    if len({tuple(r[c].strip() for c in ("points", "comment", "answer")) for r in rows}) > 1:
        lines = ", ".join(str(row.line) for row in rows)
        found.refused.append(
            f"{table}: {who} has several rows for {name}, in lines {lines}; keep one"
        )
        found.rest += rows
        return
    unread = task.get("unread") and row["answer"].strip() != digest(task["answer"])
    try:
        points = _points(row["points"], task["out_of"])
        found.marks[place] = Mark(row, None if unread else points, held=bool(unread))
    except ValueError:
        found.marks[place] = Mark(row, None, held=True)
        found.refused.append(
            f"{table}, line {row.line}: {who} has {row['points']!r} points for {name},"
            f" wanted a number from 0 to {task['out_of']}"
        )


class _Students:
    """How the rows of written.csv find the answers of a run."""

    def __init__(self, table: Table, graded: list[Graded]):
        self.found = Found()
        self.tasks = {(g.student, task["task"]): task for g in graded for task in answers(g)}
        self.rows = {row_name(*place): place for place in self.tasks}
        self.people = {named(g.student): g.student for g in graded}
        # Rows that have lost their names come from one hand, and tell of what it does to names.
        nameless = [row for row in table.rows if not row["row"].strip()]
        self.told = {(named(row["student"]), row["task"].strip()) for row in nameless}
        places = {}
        for row in filled(table):
            try:
                places.setdefault(self._place(row), []).append(row)
            except MarkError as why:
                self.found.refused.append(f"written.csv, line {row.line}: {why}")
                self.found.rest.append(row)
        strangers = places.pop(None, [])
        self.found.rest += strangers
        self.found.strangers = _unsure(strangers)
        for place, rows in places.items():
            _decide("written.csv", place, named(place[0]), self.tasks[place], rows, self.found)

    def _place(self, row):
        """The student and the task of a row; None if they are not in this run.

        Raises
        ------
        MarkError
            It cannot be told whose it is.
        """
        name, task = named(row["student"]), row["task"].strip()
        if own := row["row"].strip():
            place = self.rows.get(own)
            if place and (task != place[1] or not self._may_be(name, place[0])):
                raise MarkError(
                    f"this is the row of {named(place[0])} for {place[1]}, but it says {name!r} and"
                    f" {task!r}; write them as they were, or empty the cell in the column row"
                )
            return place
        student = self._meant(name, task, row["answer"].strip())
        return None if student is None else (student, task)

    def _may_be(self, name, student):
        """Whether a cell may be the name of the student to whom the row belongs."""
        elsewhere = self.people.get(name, student) != student
        return (same_number if elsewhere else alike)(name, named(student))

    def _meant(self, name, task, answer):
        """Who is meant by a row that has no name of its own."""
        likely = [s for s in self.people.values() if (s, task) in self.tasks and alike(name, s)]
        exact = self.people.get(name)
        # If the names of all others are there, as they are, then nothing was lost from names.
        if exact in likely and all((named(s), task) in self.told for s in likely):
            return exact
        if not likely:
            return None
        same = [s for s in likely if digest(self.tasks[s, task]["answer"]) == answer]
        if len(same) == 1 or (len(likely) == 1 and not answer):
            return (same or likely)[0]
        raise MarkError(
            f"{name!r} may be {' or '.join(map(named, likely))}; enter the mark for {task} in the"
            " row that has the student's name and a cell in the column row"
        )


def _unsure(strangers):
    """Of whom rows are kept, but for those that surely are of somebody who is not in this run."""
    names = dict.fromkeys(
        named(row["student"])
        for row in strangers
        if row["row"].strip() != row_name(row["student"], row["task"].strip())
    )
    return [*names][:_SHOWN] + ([f"and {len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])
