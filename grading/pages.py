"""The pages of a class: the summary, the answers in words, and one for each student."""

import hashlib
import re
from collections import Counter
from pathlib import Path

from markupsafe import Markup

from grading import autograde, items
from grading.feedback import feedback
from grading.files import write_whole
from grading.matching import answers, digest
from grading.picture import KINDS, picture
from grading.problem_set import ProblemSet
from grading.prose import rendered
from grading.results import Graded
from grading.runner import CRASHED, NO_FUNCTION, TIMED_OUT
from grading.templating import counted, page

UNFINISHED = {TIMED_OUT, CRASHED, autograde.NOT_REACHED}
UNANSWERED = {autograde.NOT_ANSWERED, NO_FUNCTION}
EXPLAINED = (
    "Spread is the standard deviation. How well a task tells students apart is the correlation of"
    f" its points with all other points, for {items.FEWEST} students or more: near 0 or below,"
    " those who know more do not get more for it, and the task is worth a look."
)
LONG_WORDS = 80
"""Characters of an answer in words that two students hardly write alike by chance."""
MOST_MISTAKES = 5


def summary(problems: ProblemSet, graded: list[Graded], sections: list[tuple] = ()) -> str:
    """The page about the class.

    Parameters
    ----------
    sections : list of (title, text, head of a table, rows)
        What else the instructor should see; without rows it is left out.
    """
    results = {task.name: [_of(g, task.name) for g in graded] for task in problems.tasks}
    counts = {task.title.split(":")[0]: _counts(results[task.name]) for task in problems.tasks}
    kinds = [kind for kind in KINDS if any(count[kind] for count in counts.values())]
    return page(
        "summary",
        title=f"{problems.title}: the class",
        count=_sentence(graded),
        picture=picture(counts, graded),
        points=_points(problems, graded),
        outcomes={
            "head": ["task", *kinds],
            "rows": [[name, *(count[kind] for kind in kinds)] for name, count in counts.items()],
        },
        explained=EXPLAINED,
        checks=_checks(problems, graded),
        mistakes=[
            (task.title, found)
            for task in problems.tasks
            if (found := _mistakes(results[task.name]))
        ],
        sections=[_faults(graded), _to_look_at(graded), _alike(problems, graded), *sections],
    )


def reading(problems: ProblemSet, graded: list[Graded]) -> str:
    """The answers in words, task by task and without names; equal ones stand there once."""
    return page(
        "written",
        title=f"{problems.title}: answers in words",
        tasks=[
            {
                "name": task.name,
                "title": task.title,
                "points": task.points,
                "key": Markup(rendered(_key(problems, task.name))),
                "answers": _different([_of(g, task.name) for g in graded]),
            }
            for task in problems.tasks
            if task.written
        ],
    )


def write(
    folder: Path,
    problems: ProblemSet,
    graded: list[Graded],
    site: str = "",
    sections: list[tuple] = (),
) -> None:
    """Write all pages; those of students who are no longer there are removed."""
    pages = {path_of(folder, g.student).name: feedback(problems, g, site) for g in graded}
    for old in (folder / "feedback").glob("*.html"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        write_whole(folder / "feedback" / name, text)
    write_whole(folder / "summary.html", summary(problems, graded, sections))
    if any(task.written for task in problems.tasks):
        write_whole(folder / "written.html", reading(problems, graded))


def path_of(folder: Path, student: str) -> Path:
    """Where the page of a student is."""
    return folder / "feedback" / f"{file_name(student)}.html"


def file_name(student: str) -> str:
    """A name for a student's file: harmless, legible, and another one for another student."""
    plain = re.sub(r"[^\w.-]+", "_", student).strip("._")[:60]
    if plain and plain == student:
        return plain
    return f"{plain}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:8]}"


def statuses(graded: list[Graded]) -> str:
    """How many submissions have each status."""
    found = Counter(g.result["status"] for g in graded)
    return ", ".join(f"{found[s]} {s}" for s in autograde.STATUSES if found[s])


def _sentence(graded):
    totals = items.spread([g.points for g in graded])
    return (
        f"{counted(len(graded), 'submission')}: {statuses(graded)}. Mean {totals.mean:.1f}, median"
        f" {totals.median:.1f}, spread {totals.deviation:.1f}, of {graded[0].out_of} points."
    )


def _points(problems, graded):
    """A row for each task: how many points students have, and how well it tells them apart."""
    rows = []
    for task in problems.tasks:
        found, apart = items.of_task(graded, task.name)
        shown = [found.mean, found.median, found.deviation] if found else [None] * 3
        numbers = ["–" if n is None else f"{n:.1f}" for n in shown]
        rows.append([task.title, *numbers, task.points, "–" if apart is None else f"{apart:.2f}"])
    return {"head": ["task", "mean", "median", "spread", "out of", "tells apart"], "rows": rows}


def _checks(problems, graded):
    """A row for each check: what it is worth, and how many have it right."""
    rows = []
    for task in problems.tasks:
        worth = [cell.points for cell in problems.having("check") if cell.task == task.name]
        found = items.of_checks(graded, task.name)
        for number, (points, (right, of)) in enumerate(zip(worth, found, strict=False), 1):
            rows.append([f"{task.title}, check {number}", points, f"{right} of {of}"])
    return rows


def _key(problems, name):
    return next(c.source for c in problems.cells if c.role == "written" and c.task == name)


def _different(tasks):
    """The different answers to a task, in an order that tells nothing of who wrote them."""
    found = {}
    for task in tasks:
        found.setdefault(digest(task["answer"]), []).append(task)
    return [
        {
            "name": name,
            "students": len(same),
            "points": ", ".join(
                sorted(
                    {f"{task['points']:g} points" for task in same if task["points"] is not None}
                )
            ),
            "text": Markup(rendered(same[0]["answer"], same[0].get("pictures"))),
        }
        for name, same in sorted(found.items())
    ]


def _faults(graded):
    """What the grader could not do: costs nobody points, and has to be put right."""
    found = Counter(fault for g in graded for fault in g.result.get("faults", []))
    rows = [[fault, count] for fault, count in found.most_common()]
    text = (
        "This is wrong with the tests or with the grader, not with the submissions. The tasks have"
        " no points yet; put it right and run the same command again."
    )
    return "Faults of the grader", text, ["fault", "students"], rows


def _to_look_at(graded):
    rows = [
        [g.student, g.result["status"], f"{g.points:g}", "; ".join(g.notes)]
        for g in graded
        if g.notes or g.result["status"] != autograde.GRADED
    ]
    return "To look at", "", ["student", "status", "points", "notes"], rows


def _alike(problems, graded):
    """Files and answers in words that several students handed in, if chance does not explain it."""
    titles = {task.name: task.title for task in problems.tasks}
    found = {}
    for g in graded:
        if g.points and "sum" in g.result:  # and not what was handed out
            found.setdefault(("the whole file", g.result["sum"]), []).append(g.student)
        for task in answers(g):
            if len(task["answer"]) >= LONG_WORDS:
                place = titles[task["task"]], digest(task["answer"])
                found.setdefault(place, []).append(g.student)
    rows = [[what, ", ".join(same)] for (what, _), same in found.items() if len(same) > 1]
    text = (
        "The same file, or the same words but for space. There may be a good reason, such as work"
        " in pairs, a common source or one file handed in twice: ask before you judge."
    )
    return "Equal files and answers", text, ["what", "students"], rows


def _of(graded, name):
    return next(task for task in graded.result["tasks"] if task["task"] == name)


def _kind(task):
    if task["points"] is None:
        return "to be read" if task["outcome"] == autograde.TO_BE_READ else "not graded"
    if task["points"] == task["out_of"]:
        return "all points"
    if task["outcome"] in UNFINISHED:
        return "not run to its end"
    if task["points"]:
        return "some points"
    return "not answered" if task["outcome"] in UNANSWERED else "no points"


def _counts(results):
    found = Counter(map(_kind, results))
    return {kind: found[kind] for kind in KINDS}


def _mistakes(results):
    """The messages that came most often for a task; one a student and message."""
    found = Counter(
        line
        for task in results
        for line in {
            line.removesuffix(".")
            for part in task.get("parts", [])
            for line in [*map(_message, part["visible"]), part["told"]]
            if line
        }
        if "not answered yet" not in line and not line.startswith(("not right for", "it raises"))
    )
    return found.most_common(MOST_MISTAKES)


def _message(line):
    """What a visible check found wrong, without the name of the function."""
    verdict, _, found = line.partition(": ")[2].partition(": ")
    return found if verdict.startswith("not yet") else ""
