"""All that a run writes: tables, marks, pages, and the tables of learning management systems."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grading import deadlines, marks, pages, results, systems
from grading.deadlines import Deadline
from grading.marks import Given
from grading.problem_set import ProblemSet
from grading.results import Graded, number


@dataclass(frozen=True)
class Wishes:
    """What an instructor asks for beside points.

    Attributes
    ----------
    site : str
        The address of the book, for links.
    deadline : Deadline or None
    moodle, canvas : Path or None
        The grading worksheet and the gradebook to fill in.
    """

    site: str = ""
    deadline: Deadline | None = None
    moodle: Path | None = None
    canvas: Path | None = None


class Publication:
    """The folder of grades of a problem set, with what was in it before this run.

    Raises
    ------
    TableError
        What somebody entered there cannot be read; nothing is written then.
    """

    def __init__(
        self,
        folder: Path,
        problems: ProblemSet,
        wishes: Wishes,
        students: list[str],
        missing: list[str] = (),
    ):
        self.folder, self.problems, self.wishes = folder, problems, wishes
        self.missing = missing
        self.entered = marks.read(folder, students)
        self.before = results.points_before(folder)

    def write(self, graded: list[Graded]) -> Given:
        """Write tables and pages with the results that are known; say what came of the marks."""
        graded = deadlines.judged(graded, self.wishes.deadline)
        # Marks are for answers that were read: those of the others wait in the table.
        unread = {g.student: g for g in graded if g.result.get("unread")}
        given = marks.give(self.entered, [g for g in graded if g.student not in unread])
        marked = {g.student: g for g in given.graded} | unread
        given.graded = [marked[g.student] for g in graded]
        results.write_tables(self.folder, given.graded, self.missing)
        marks.write(self.folder, self.entered, given)
        changes = results.changes(self.before, given.graded)
        pages.write(
            *(self.folder, self.problems, given.graded, self.wishes.site),
            [_refused(given), _changed(changes, self.problems), _absent(self.missing)],
        )
        return given

    def finish(self, given: Given) -> list[str]:
        """Write what is only written once everybody is graded; return what to tell of it."""
        told = []
        changes = results.changes(self.before, given.graded)
        if changes:
            results.write_changes(self.folder, changes, datetime.now())
            told.append(f"Points have changed since the last run: {self.folder / 'changes.csv'}")
        if (when := self.wishes.deadline) is not None:
            told += [
                f"An extension is for {name}, of whom there is nothing here"
                for name in deadlines.unknown(when, [g.student for g in given.graded])
            ]
        return told + [line for filled in self._filled(given.graded) for line in filled]

    def _filled(self, graded):
        """Fill in the tables of learning management systems."""
        folder, most = self.folder, sum(task.points for task in self.problems.tasks)
        if (path := self.wishes.moodle) is not None:
            filled = systems.fill_moodle(path, folder / "moodle.csv", graded, most)
            shown = {g.student: pages.path_of(folder, g.student) for g in graded}
            systems.moodle_feedback(path, folder / "moodle_feedback.zip", graded, shown)
            yield _told(filled, folder / "moodle.csv")
        if (path := self.wishes.canvas) is not None:
            names = (self.problems.name, self.problems.title, self.problems.title.split(":")[0])
            filled = systems.fill_canvas(path, folder / "canvas.csv", graded, most, names)
            yield _told(filled, folder / "canvas.csv")


def _told(filled, path):
    return [f"{filled.rows} of {filled.students} filled in: {path}", *filled.notices]


def _absent(missing):
    rows = [[student] for student in missing]
    return "On the roster, but handed in nothing", "", ["student"], rows


def _refused(given):
    rows = [[line] for line in given.refused]
    return "Marks that do not count", "", ["row"], rows


def _changed(changes, problems):
    titles = {task.name: task.title for task in problems.tasks}
    rows = [
        [student, titles.get(task, task), number(before), number(now)]
        for student, task, before, now in changes
    ]
    text = "Since the last run. Earlier changes are in changes.csv."
    return "Points that have changed", text, ["student", "task", "before", "now"], rows
