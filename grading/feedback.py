"""What a student is told: of a result, what is about the student's own work, and in their terms.

What went wrong in the grader or in a test is for the instructor, and stands among the faults of a
result; nothing of them comes here. Of a task with a fault a student learns that it is not theirs.
"""

import os
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from markupsafe import Markup

from grading import ROOT, autograde
from grading.problem_set import ProblemSet
from grading.prose import rendered
from grading.results import READ, Graded, moment
from grading.runner import CRASHED, ERROR, NO_FUNCTION, TIMED_OUT
from grading.templating import counted, page

MEANING = {
    autograde.GRADED: "Your notebook was run to its end and graded.",
    TIMED_OUT: "Something in your notebook took too long and was stopped. What does not"
    " depend on it was graded.",
    CRASHED: "Something in your notebook ended its program. What does not depend on it was graded.",
    autograde.UNREADABLE: "Your file could not be read as a notebook. Please hand it in again.",
    autograde.MISSING_CELLS: "Cells in which answers belong are missing. What is there was graded.",
    autograde.FAULT: "Not all of your notebook could be graded yet, which is not your fault.",
    autograde.WAITING: "Your notebook is still to be graded.",
}
"""Of the status of a notebook."""
SAID = {
    autograde.RIGHT: "Right.",
    autograde.PARTLY: "Partly right.",
    autograde.WRONG: "Not right yet.",
    autograde.NOT_ANSWERED: "Not answered.",
    autograde.NOT_REACHED: "Not graded, since the file could not be read.",
    autograde.NOT_GRADED: "This task could not be graded yet, which is not your fault; your"
    " instructor knows.",
    NO_FUNCTION: "There is no function of the name that is asked for.",
    ERROR: "It raises an error.",
    TIMED_OUT: "It took too long and was stopped.",
    CRASHED: "It ended its program.",
    autograde.TO_BE_READ: "Your answer is still to be read.",
    READ: "Read.",
}
"""Of the outcome of a task."""
WAITING = "This task is still to be graded."
NOT_ANSWERED = "not answered."
_PLACES = tuple(
    dict.fromkeys(
        place
        for place in (
            *(str(ROOT), sys.prefix, sys.base_prefix, tempfile.gettempdir()),
            os.path.expanduser("~"),  # "~" still, where somebody has no home
        )
        if os.path.isabs(place) and len(place) > 1
    )
)
_OF_THIS_MACHINE = re.compile(
    rf"(?:{'|'.join(map(re.escape, sorted(_PLACES, key=len, reverse=True)))})(?:/[^\s'\",:)]*)*"
)


@dataclass(frozen=True)
class Shown:
    """A task as its student sees it."""

    title: str
    points: str
    said: str
    causes: list[str] = field(default_factory=list)
    comment: str = ""
    rows: list = field(default_factory=list)
    answer: Markup | str = ""


def feedback(problems: ProblemSet, graded: Graded, site: str = "") -> str:
    """The page for one student. It says nothing of the hidden tests but what they tell.

    Parameters
    ----------
    site : str
        The address of the book, for links to it.
    """
    result = graded.result
    return page(
        "feedback",
        title=f"{problems.title}: {graded.student}",
        facts=_facts(graded),
        where=_where(problems, site),
        total=_total(graded),
        after="" if graded.left in (None, 1) else counted(graded.final, "point"),
        meaning=MEANING[result["status"]],
        remarks=list(map(without_places, result["notes"])),
        tasks=[_shown(task, result["status"]) for task in result["tasks"]],
    )


def without_places(text: str) -> str:
    """A text without the folders of this machine, of which an error may speak."""
    return _OF_THIS_MACHINE.sub(lambda found: f"…/{PurePosixPath(found[0]).name}", text)


def _total(graded):
    """The points so far; a task that the grader could not grade does not count as one without."""
    open_ = [t for t in graded.result["tasks"] if t["outcome"] == autograde.NOT_GRADED]
    out_of = graded.out_of - sum(task["out_of"] for task in open_)
    known = any(task["points"] is not None for task in graded.result["tasks"])
    total = f"{graded.points:g} of {counted(out_of, 'point')}" if known else "No points yet"
    return total + (f", and {_waiting(graded.to_be_read)}" if graded.to_be_read else "")


def _waiting(number):
    one = "an answer in words that is still to be read"
    return one if number == 1 else f"{number} answers in words that are still to be read"


def _facts(graded):
    """Which file this is about, and when it was handed in."""
    name = PurePosixPath(graded.file.replace("\\", "/")).name
    facts = [("File", name), ("Handed in", moment(graded.time)), *graded.facts]
    return [(name, value) for name, value in facts if value]


def _where(problems, site):
    """The page of the problem set and that of its chapter, in words or as links."""
    chapter = next(iter(sorted((ROOT / "book" / "src").glob(f"{problems.name[-2:]}_*.md"))), None)
    if chapter is None or not problems.name.startswith("problems_"):
        return {"link": "", "chapter": ""}
    number, title = int(problems.name[-2:]), _title(chapter)
    return {
        "problems": problems.title,
        "link": site and f"{site.rstrip('/')}/book/problem_sets/{problems.name}.html",
        "chapter": f"chapter {number}, “{title}”",
        "chapter_link": site and f"{site.rstrip('/')}/book/{chapter.stem}.html",
    }


def _title(chapter: Path):
    lines = chapter.read_text("utf-8").splitlines()
    return next(line.removeprefix("# ") for line in lines if line.startswith("# "))


def _shown(task, status):
    known = task["points"] is not None
    points = (f"{task['points']:g} of " if known else "") + counted(task["out_of"], "point")
    said = WAITING if status == autograde.WAITING else SAID[task["outcome"]]
    if "answer" in task:
        return _in_words(task, points, said)
    graded = task["outcome"] not in (autograde.NOT_ANSWERED, autograde.NOT_GRADED)
    if task.get("deleted") and task["outcome"] == NO_FUNCTION:
        said = "The cell for this answer is missing."
    causes = list(map(without_places, task.get("causes", [])))
    return Shown(task["title"], points, said, causes, rows=_rows(task) if graded else [])


def _in_words(task, points, said):
    """An answer in words, as it was read; nothing written is no answer, whoever gives points."""
    if not task["answer"]:
        said = SAID[autograde.NOT_ANSWERED]
    own = Markup(rendered(task["answer"], task.get("pictures")))
    return Shown(task["title"], points, said, comment=task.get("comment", ""), answer=own)


def _rows(task):
    """The parts of a task: points, and what is said of the visible and of the hidden inputs."""
    return [
        (
            f"{part['points']} of {part['out_of']}",
            "\n".join(map(without_places, part["visible"])),
            _told(part),
        )
        for part in task["parts"]
    ]


def _told(part):
    if part["hidden"] is None:
        return "right."
    if part["visible"] and all("not answered yet" in line for line in part["visible"]):
        return NOT_ANSWERED
    return f"not yet: {part['told'].rstrip('.')}." if part["told"] else "not yet."
