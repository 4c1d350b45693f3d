"""Points and comments for answers in words, as somebody enters them into tables.

``written.csv`` has a row for each student and answer; ``answers.csv`` has one for each different
answer, without names, so that one mark serves all who wrote the same. What stands in
``written.csv`` counts first. A mark belongs to an answer as it was read. A row is applied, or kept
because its student is not in this run, or refused by name; what was entered in it stays in the
table in any case.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from grading import matching, tables
from grading.autograde import UNREADABLE
from grading.files import write_whole
from grading.matching import Mark, answers, digest, row_name
from grading.results import READ, Graded, number
from grading.tables import Table, TableError

WRITTEN = ("student", "task", "out of", "points", "comment", "answer", "row")
ANSWERS = ("task", "answer", "students", "out of", "points", "comment")
_OTHERS = (".xlsx", ".xls", ".ods", ".numbers", ".txt", ".tsv")


@dataclass(frozen=True)
class Entered:
    """The tables as they were read; None where there is none."""

    written: Table | None = None
    answers: Table | None = None


@dataclass
class Given:
    """What came of the tables.

    Attributes
    ----------
    graded : list of Graded
        The results, with the points that were given.
    refused : list of str
        A line for each row that counts for nobody.
    notices : list of str
        What else whoever entered the marks should know.
    written, answers : list of dict
        The rows of the tables to write.
    """

    graded: list[Graded]
    refused: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    written: list[dict] = field(default_factory=list)
    answers: list[dict] = field(default_factory=list)


def read(folder: Path, students: Iterable[str] = ()) -> Entered:
    """Read the tables of a folder of grades; the students' names help with the encoding.

    Raises
    ------
    TableError
        One of them cannot be read.
    """
    return Entered(
        _read(folder / "written.csv", ("student", "task", "points", "answer"), WRITTEN, students),
        _read(folder / "answers.csv", ("task", "answer", "points"), ANSWERS, students),
    )


def give(entered: Entered, graded: list[Graded]) -> Given:
    """Give the points that were entered to the answers that they were entered for."""
    own = matching.of_students(entered.written, graded)
    shared = matching.of_answers(entered.answers, graded)
    marked = [_marked(g, own.marks, shared.marks) for g in graded]
    return Given(
        marked,
        own.refused + shared.refused,
        _notices(entered, own.strangers),
        _written_rows(marked, own.marks) + [dict(row.cells) for row in own.rest],
        _answer_rows(marked, shared.marks) + [dict(row.cells) for row in shared.rest],
    )


def write(folder: Path, entered: Entered, given: Given) -> None:
    """Write the tables, with what was entered and a row for each answer that is to be read."""
    _write(folder / "written.csv", WRITTEN, entered.written, given.written)
    _write(folder / "answers.csv", ANSWERS, entered.answers, given.answers)


def _read(path, needed, columns, students):
    for other in path.parent.glob(f"{path.stem}.*"):
        if other.suffix.lower() in _OTHERS:
            raise TableError(
                f"{other} is not read: save it as {path.name}, or take it out of the folder"
            )
    return tables.read(path, needed, columns, students) if path.exists() else None


def _write(path, columns, table, rows):
    if not rows and table is None:
        return
    own = [] if table is None else [name for name in table.columns if name not in columns]
    if table is not None and table.guessed:
        write_whole(_as_entered(path), table.data)
    head = (*columns, *own)
    tables.write(path, head, [[row.get(column, "") for column in head] for row in rows])


def _as_entered(path):
    return path.with_name(f"{path.stem}.as-entered{path.suffix}")


def _notices(entered, strangers):
    notices = [
        f"{path} was taken for {table.guessed}: look at the comments. The file as it was is kept as"
        f" {_as_entered(path)}"
        for table, path in (
            (entered.written, Path("written.csv")),
            (entered.answers, Path("answers.csv")),
        )
        if table is not None and table.guessed
    ]
    if strangers:
        who = ", ".join(strangers)
        notices.append(f"written.csv has marks of nobody in this run, which are kept: {who}")
    return notices


def _marked(graded, own, shared):
    """A student's result with the points and comments that count."""
    tasks = []
    for task in graded.result["tasks"]:
        if "answer" in task:
            mark = shared.get((task["task"], digest(task["answer"])))
            common = {} if graded.result["status"] == UNREADABLE else _given(task, mark)
            change = _given(task, own.get((graded.student, task["task"])))
            comments = [c for c in (common.get("comment"), change.get("comment")) if c]
            task = task | common | change
            if comments:
                task["comment"] = " ".join(dict.fromkeys(comments))
        tasks.append(task)
    return replace(graded, result=graded.result | {"tasks": tasks})


def _given(task, mark: Mark | None):
    """What a mark changes of an answer."""
    if mark is None or mark.held:
        return {}
    comment = mark.row["comment"].strip()
    if mark.points is None:
        return {"comment": comment}
    if mark.row["answer"].strip() not in ("", digest(task["answer"])):
        earlier = f"(an earlier answer had {number(mark.points)} points)"
        return {"comment": f"{earlier} {comment}".strip()}
    return {"points": mark.points, "comment": comment, "outcome": READ}


def _written_rows(graded, own):
    """A row for each student and answer."""
    rows = []
    for g in graded:
        for task in answers(g):
            row = {"answer": digest(task["answer"])} | _row(
                task, own.get((g.student, task["task"]))
            )
            rows.append(row | {"student": g.student, "row": row_name(g.student, task["task"])})
    return rows


def _answer_rows(graded, shared):
    """A row for each different answer."""
    places = list(matching.shared(graded))
    students = Counter(place for place, _ in places)
    return [
        _row(task, shared.get(place)) | {"answer": place[1], "students": str(students[place])}
        for place, task in sorted(dict(places).items())
    ]


def _row(task, mark):
    """What a row has of an answer and its mark; one that is held stays as it was entered."""
    row = {"task": task["task"], "out of": task["out_of"]}
    if mark is None:
        return row
    if mark.held:
        return dict(mark.row.cells) | row
    given = _given(task, mark)
    shown = {"points": number(given.get("points")), "comment": given.get("comment", "")}
    return dict(mark.row.cells) | row | shown | {"answer": digest(task["answer"])}
