"""What is kept of a class: one file for each result, and tables for spreadsheets.

A result is written under a key that changes with the submission, the problem set, the limits and
the grader, and is either whole or not there. So grading that was interrupted goes on where it was,
and what has changed is graded anew.
"""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grading import tables
from grading.autograde import TO_BE_READ
from grading.files import write_whole

READ = "read"
"""What an answer in words is, once somebody has read it."""
RESULTS = ("student", "task", "points", "out of", "status", "outcome", "file")
TOTALS = (
    *("student", "points", "out of", "to be read", "status", "notes"),
    *("handed in", "late", "points after penalty"),
)
NOTHING = "nothing handed in"
CHANGES = ("run", "student", "task", "before", "now")


@dataclass(frozen=True)
class Graded:
    """A student's result, with where it came from.

    Attributes
    ----------
    time : float
        When the file was modified, in seconds; 0 where nobody knows.
    ids : tuple of str
        Numbers and logins of the student, as far as names say them.
    facts : tuple of (name, value)
        What is to be said of when it was handed in.
    late : str
        How late it was, in words; empty where no date was set.
    left : float or None
        The part of the points that a penalty leaves; None where there is no penalty.
    """

    student: str
    file: str
    result: dict
    set_aside: tuple[str, ...] = ()
    time: float = 0.0
    ids: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    late: str = ""
    left: float | None = None

    @property
    def points(self) -> float:
        """All points given so far."""
        return sum(task["points"] or 0 for task in self.result["tasks"])

    @property
    def final(self) -> float:
        """The points after the penalty, if there is one."""
        return self.points if self.left is None else round(self.points * self.left, 2)

    @property
    def out_of(self) -> int:
        """All points there are."""
        return sum(task["out_of"] for task in self.result["tasks"])

    @property
    def to_be_read(self) -> int:
        """How many answers wait for a reader."""
        return sum(task["outcome"] == TO_BE_READ for task in self.result["tasks"])

    @property
    def notes(self) -> list[str]:
        """What the instructor should know, with the files that were set aside."""
        aside = ", ".join(self.set_aside)
        said = self.result["notes"] + self.result.get("faults", [])
        return said + ([f"graded is {self.file}, not {aside}"] if aside else [])


def stored(folder: Path, key: str) -> dict | None:
    """The result with this key, if there is one."""
    try:
        return json.loads((folder / f"{key}.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def store(folder: Path, key: str, result: dict) -> None:
    """Keep a result."""
    write_whole(folder / f"{key}.json", json.dumps(result, indent=1, ensure_ascii=True))


def write_tables(folder: Path, graded: list[Graded], missing: Sequence[str] = ()) -> None:
    """Write results.csv, with a row for each student and task, and totals.csv.

    Parameters
    ----------
    missing : sequence of str
        Who handed in nothing, and has 0 points.
    """
    rows = [
        (g.student, *_row(t), g.result["status"], t["outcome"], g.file)
        for g in graded
        for t in g.result["tasks"]
    ]
    tables.write(folder / "results.csv", RESULTS, rows)
    out_of = graded[0].out_of if graded else ""
    none = [(student, "0", out_of, 0, NOTHING, "", "", "", "") for student in missing]
    tables.write(folder / "totals.csv", TOTALS, [*map(_total, graded), *none])


def points_before(folder: Path) -> dict[tuple[str, str], float]:
    """The points that students had in tasks after the last run, as far as they were known."""
    path = folder / "results.csv"
    if not path.exists():
        return {}
    try:
        rows = tables.read(path, ("student", "task", "points")).rows
    except tables.TableError:  # somebody has changed it, or its writing was cut short
        return {}
    found = {}
    for row in rows:
        with contextlib.suppress(ValueError):
            found[row["student"], row["task"]] = float(row["points"])
    return found


def changes(before: dict[tuple[str, str], float], graded: list[Graded]) -> list[tuple]:
    """Whose points are others than before: student, task, points before and now."""
    return [
        (g.student, task["task"], old, task["points"])
        for g in graded
        for task in g.result["tasks"]
        if task["points"] is not None
        and (old := before.get((tables.legible(g.student), task["task"]))) is not None
        and old != task["points"]
    ]


def write_changes(folder: Path, found: list[tuple], when: datetime) -> None:
    """Add changes to changes.csv."""
    path, rows = folder / "changes.csv", []
    if path.exists():
        rows = [[row[name] for name in CHANGES] for row in tables.read(path, CHANGES).rows]
    new = [(f"{when:%Y-%m-%d %H:%M}", s, task, number(a), number(b)) for s, task, a, b in found]
    tables.write(path, CHANGES, rows + new)


def moment(seconds: float) -> str:
    """A time as people write it, where it is known."""
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M") if seconds else ""


def number(points: float | None) -> str:
    """Points as a table has them; nothing where they are not known yet."""
    return "" if points is None else f"{points:g}"


def _row(task):
    return task["task"], number(task["points"]), task["out_of"]


def _total(graded):
    points = graded.student, number(graded.points), graded.out_of, graded.to_be_read
    notes = "; ".join(graded.notes)
    after = "" if graded.left is None else number(graded.final)
    return *points, graded.result["status"], notes, moment(graded.time), graded.late, after
