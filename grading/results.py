"""What is kept of a class: one file for each result, tables for spreadsheets, marks given by hand.

A result is written under a key that changes with the submission, the problem set, the limits and
the grader, and is either whole or not there. So grading that was interrupted goes on where it was,
and what has changed is graded anew.
"""

import csv
import hashlib
import io
import json
import os
from dataclasses import dataclass
from pathlib import Path

from grading.autograde import TO_BE_READ

ENCODINGS = ("utf-8-sig", "cp932", "latin-1")
RESULTS = ("student", "task", "points", "out of", "status", "outcome", "file")
TOTALS = ("student", "points", "out of", "to be read", "status", "notes")
WRITTEN = ("student", "task", "out of", "points", "comment", "answer")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class MarkError(Exception):
    """The table of marks has something in it that is no mark, in one line."""


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
        return self.result["notes"] + ([f"graded is {self.file}, not {aside}"] if aside else [])


def write_whole(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a file so that it is there as a whole or as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.write_text(text, encoding, newline="")
    os.replace(partial, path)


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
    """Write results.csv, with a row for each student and task, totals.csv, and written.csv."""
    rows = [
        (g.student, *_row(t), g.result["status"], t["outcome"], g.file)
        for g in graded
        for t in g.result["tasks"]
    ]
    _write(folder / "results.csv", RESULTS, rows)
    totals = [
        (g.student, _number(g.points), g.out_of, g.to_be_read, g.result["status"], _joined(g.notes))
        for g in graded
    ]
    _write(folder / "totals.csv", TOTALS, totals)
    written = {
        (_safe(g.student), t["task"]): (
            *(g.student, t["task"], t["out_of"]),
            *(_number(t["points"]), t.get("comment", ""), _digest(t)),
        )
        for g in graded
        for t in g.result["tasks"]
        if "answer" in t
    }
    # Marks of students who are not in this run, such as those who were in time when it is the late
    # ones' turn, stay as they are.
    for row in _rows(folder / "written.csv"):
        if row["points"].strip() or row["comment"].strip():
            written.setdefault((row["student"], row["task"]), tuple(row[name] for name in WRITTEN))
    if written:
        _write(folder / "written.csv", WRITTEN, written.values())


def with_marks(folder: Path, graded: list[Graded]) -> list[Graded]:
    """The results with the points that somebody entered in written.csv.

    A mark belongs to an answer as it was read: if the student has handed in another one since, it
    becomes a comment, and the answer is to be read again.

    Raises
    ------
    MarkError
        A mark is no number from 0 to what the answer is worth.
    """
    marks = _marks(folder / "written.csv")
    return [
        Graded(g.student, g.file, _marked(g, marks), g.set_aside) if marks else g for g in graded
    ]


def _marked(graded, marks):
    tasks = []
    for task in graded.result["tasks"]:
        mark = marks.get((_safe(graded.student), task["task"]))
        if "answer" in task and mark is not None:
            task = task | _given(task, mark)
        tasks.append(task)
    return graded.result | {"tasks": tasks}


def _given(task, mark):
    points, comment, digest = mark
    if points is None:
        return {"comment": comment}
    if digest != _digest(task):
        return {"comment": f"(an earlier answer had {_number(points)} points) {comment}".strip()}
    return {"points": points, "comment": comment, "outcome": "read"}


def _marks(path):
    """A table of marks: (points or None, comment, digest) by student and task."""
    marks = {}
    for number, row in enumerate(_rows(path), 2):
        points = row["points"].strip()
        try:
            value = float(points) if points else None
            wrong = value is not None and not 0 <= value <= float(row["out of"])
        except ValueError:
            wrong = True
        if wrong:
            raise MarkError(
                f"{path.name}, line {number}: {row['student']} has {points!r} points for"
                f" {row['task']}, wanted a number from 0 to {row['out of']}"
            )
        marks[row["student"], row["task"]] = value, row["comment"], row["answer"]
    return marks


def _rows(path):
    """The rows of a table of marks, if there is one."""
    if not path.exists():
        return []
    rows = list(csv.DictReader(io.StringIO(_decoded(path.read_bytes())), restval=""))
    if rows and not set(WRITTEN) <= set(rows[0]):
        raise MarkError(
            f"{path.name} has not the columns {', '.join(WRITTEN)}, with commas between"
        )
    return rows


def _decoded(data):
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise MarkError("written.csv is in an unknown encoding")


def _digest(task):
    return "answer-" + hashlib.sha256(task["answer"].encode("utf-8", "replace")).hexdigest()[:12]


def _write(path, head, rows):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([_safe(value) for value in row] for row in rows)
    # With a byte order mark, for spreadsheets; names from a file system may be no Unicode at all.
    data = text.getvalue().encode("utf-8", "replace").decode("utf-8")
    write_whole(path, data, "utf-8-sig")


def _safe(value):
    """A value that no spreadsheet takes for a formula."""
    if isinstance(value, str):
        value = value.encode("utf-8", "replace").decode("utf-8")
        return f"'{value}" if value.startswith(FORMULA) else value
    return value


def _row(task):
    return task["task"], _number(task["points"]), task["out_of"]


def _joined(notes):
    return "; ".join(notes)


def _number(points):
    return "" if points is None else f"{points:g}"
