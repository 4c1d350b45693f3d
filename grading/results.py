"""What is kept of a class: one file for each result, and tables for spreadsheets.

A result is written under a key that changes with the submission, the problem set, the limits and
the grader, and is either whole or not there. So grading that was interrupted goes on where it was,
and what has changed is graded anew.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from grading import tables
from grading.autograde import TO_BE_READ
from grading.files import write_whole

READ = "read"
"""What an answer in words is, once somebody has read it."""
RESULTS = ("student", "task", "points", "out of", "status", "outcome", "file")
TOTALS = ("student", "points", "out of", "to be read", "status", "notes")


@dataclass(frozen=True)
class Graded:
    """A student's result, with where it came from."""

    student: str
    file: str
    result: dict
    set_aside: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """All points given so far."""
        return sum(task["points"] or 0 for task in self.result["tasks"])

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


def write_tables(folder: Path, graded: list[Graded]) -> None:
    """Write results.csv, with a row for each student and task, and totals.csv."""
    rows = [
        (g.student, *_row(t), g.result["status"], t["outcome"], g.file)
        for g in graded
        for t in g.result["tasks"]
    ]
    tables.write(folder / "results.csv", RESULTS, rows)
    totals = [
        (
            g.student,
            number(g.points),
            g.out_of,
            g.to_be_read,
            g.result["status"],
            "; ".join(g.notes),
        )
        for g in graded
    ]
    tables.write(folder / "totals.csv", TOTALS, totals)


def number(points: float | None) -> str:
    """Points as a table has them; nothing where they are not known yet."""
    return "" if points is None else f"{points:g}"


def _row(task):
    return task["task"], number(task["points"]), task["out_of"]


def _total(graded):
    return graded.student, number(graded.points), graded.out_of, graded.to_be_read
