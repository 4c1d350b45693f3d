"""What students and the instructor read: a page for each student, one for the class."""

import base64
import hashlib
import io
import re
from collections import Counter
from html import escape
from pathlib import Path

from matplotlib.ticker import MaxNLocator

from ae_course import figures
from grading import autograde
from grading.files import write_whole
from grading.problem_set import ProblemSet
from grading.results import Graded

STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top;
  padding: .3rem .6rem; border-bottom: 1px solid #ccc; } td.n, th.n { text-align: right; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f4f4f4; padding: .6rem; }
img { max-width: 100%; height: auto; } .note { color: #555; }
"""
MEANING = {
    autograde.GRADED: "Your notebook was run to its end and graded.",
    autograde.TIMED_OUT: "Something in your notebook took too long and was stopped. What does not"
    " depend on it was graded.",
    autograde.CRASHED: "Something in your notebook ended its program. What does not depend on it"
    " was graded.",
    autograde.UNREADABLE: "Your file could not be read as a notebook. Please hand it in again.",
    autograde.FAULT: "Not all of your notebook could be graded yet, which is not your fault.",
    autograde.WAITING: "Your notebook is still to be graded.",
    autograde.MISSING_CELLS: "Cells in which answers belong are missing. What is there was graded.",
}
KINDS = [  # of outcomes, from best to worst, with colours of different lightness
    ("all points", "#0072B2"),
    ("some points", "#56B4E9"),
    ("no points", "#D55E00"),
    ("not answered", "#bbbbbb"),
    ("not run to its end", "#000000"),
    ("to be read", "#F0E442"),
    ("not graded", "#CC79A7"),
]
UNFINISHED = {autograde.TIMED_OUT, autograde.CRASHED, autograde.NOT_REACHED}


def feedback(problems: ProblemSet, graded: Graded) -> str:
    """The page for one student. It says nothing of the hidden tests but what they tell."""
    result = graded.result
    total = f"{graded.points:g} of {graded.out_of} points"
    if graded.to_be_read:
        total += ", and answers in words that are still to be read"
    return _page(
        f"{problems.title}: {graded.student}",
        f"<p><strong>{total}.</strong> {MEANING[result['status']]}</p>",
        *(f"<p class=note>{escape(note)}</p>" for note in _for_student(result)),
        *(_task(task) for task in result["tasks"]),
    )


def summary(problems: ProblemSet, graded: list[Graded]) -> str:
    """The page about the class, with a picture of the distribution by task."""
    tasks = [(task.title, [_of(g, task.name) for g in graded]) for task in problems.tasks]
    statuses = Counter(g.result["status"] for g in graded)
    parts = [
        f"<p>{len(graded)} submissions: "
        + ", ".join(f"{statuses[s]} {s}" for s in autograde.STATUSES if statuses[s])
        + ".</p>",
        _picture(tasks, graded),
        _table(
            ["task", "mean", "out of", *(kind for kind, _ in KINDS)],
            [
                [title, _mean(results), results[0]["out_of"], *_counts(results).values()]
                for title, results in tasks
            ],
        ),
        "<h2>What went wrong most often</h2>",
        *(_mistakes(title, results) for title, results in tasks),
        "<h2>To look at</h2>",
        _table(
            ["student", "status", "points", "notes"],
            [
                [g.student, g.result["status"], f"{g.points:g}", "; ".join(g.notes)]
                for g in graded
                if g.notes or g.result["status"] != autograde.GRADED
            ],
        ),
    ]
    return _page(f"{problems.title}: the class", *parts)


def reading(problems: ProblemSet, graded: list[Graded]) -> str:
    """The answers in words, task by task; the points for them go into written.csv."""
    parts = ["<p>Enter points and comments in written.csv, then run make grade again.</p>"]
    for task in problems.tasks:
        if not task.written:
            continue
        key = next(c.source for c in problems.cells if c.role == "written" and c.task == task.name)
        parts.append(f"<h2>{escape(task.title)} ({task.points} points)</h2>")
        parts.append(
            f"<details><summary>How to mark it</summary><pre>{escape(key)}</pre></details>"
        )
        for g in graded:
            answer = _of(g, task.name)["answer"] or "(nothing was written)"
            parts.append(f"<h3>{escape(g.student)}</h3><pre>{escape(answer)}</pre>")
    return _page(f"{problems.title}: answers in words", *parts)


def write(folder: Path, problems: ProblemSet, graded: list[Graded]) -> None:
    """Write all pages; those of students who are no longer there are removed."""
    pages = {f"{file_name(g.student)}.html": feedback(problems, g) for g in graded}
    for old in (folder / "feedback").glob("*.html"):
        if old.name not in pages:
            old.unlink()
    for name, page in pages.items():
        write_whole(folder / "feedback" / name, page)
    write_whole(folder / "summary.html", summary(problems, graded))
    if any(task.written for task in problems.tasks):
        write_whole(folder / "written.html", reading(problems, graded))


def file_name(student: str) -> str:
    """A name for a student's file: harmless, legible, and another one for another student."""
    plain = re.sub(r"[^\w.-]+", "_", student).strip("._")[:60]
    if plain and plain == student:
        return plain
    return f"{plain}-{hashlib.sha256(student.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _for_student(result):
    """The notes, where they are about what the student did or about the file."""
    return result["notes"]


def _task(task):
    points = "" if task["points"] is None else f"{task['points']:g} of "
    lines = [f"<h2>{escape(task['title'])}: {points}{task['out_of']} points</h2>"]
    if "answer" in task:
        comment = task.get("comment", "")
        lines.append(f"<p>{escape(task['outcome'].capitalize())}. {escape(comment)}</p>")
        return "\n".join(lines)
    lines.append(f"<p>{escape(task['outcome'].capitalize())}.</p>")
    rows = [
        [f"{part['points']} of {part['out_of']}", _said(part["visible"]), _told(part)]
        for part in task["parts"]
    ]
    if rows:
        lines.append(_table(["points", "on the example you see", "on other examples"], rows))
    return "\n".join(lines)


def _said(lines):
    return "\n".join(lines)


def _told(part):
    return "right." if part["hidden"] is None else f"not yet: {part['told'].rstrip('.')}."


def _of(graded, name):
    return next(task for task in graded.result["tasks"] if task["task"] == name)


def _kind(task):
    if task["points"] is None:
        return "not graded" if task["outcome"] == autograde.NOT_GRADED else "to be read"
    if task["points"] == task["out_of"]:
        return "all points"
    if task["outcome"] in UNFINISHED:
        return "not run to its end"
    if task["points"]:
        return "some points"
    answered = task["outcome"] not in (autograde.NOT_ANSWERED, autograde.NO_FUNCTION)
    return "no points" if answered else "not answered"


def _counts(results):
    counted = Counter(map(_kind, results))
    return {kind: counted[kind] for kind, _ in KINDS}


def _mean(results):
    points = [task["points"] for task in results if task["points"] is not None]
    return f"{sum(points) / len(points):.1f}" if points else "–"


def _mistakes(title, results):
    """The messages that came most often for a task; one a student and message."""
    counted = Counter(
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
    rows = "".join(f"<li>{n} ×: {escape(line)}</li>" for line, n in counted.most_common(5))
    return f"<h3>{escape(title)}</h3><ul>{rows}</ul>" if rows else ""


def _message(line):
    """What a visible check found wrong, without the name of the function."""
    found = line.partition(": ")[2]
    return found.removeprefix("not yet: ") if found.startswith("not yet: ") else ""


def _picture(tasks, graded):
    """Bars for the tasks, and how many students have how many points, as an image in the page."""
    figure, axes = figures.panels(1, 2, height=1 + 0.4 * len(tasks), width_ratios=[3, 2])
    bars, totals = axes[0]
    left = [0] * len(tasks)
    names = [title.split(":")[0] for title, _ in tasks]
    for kind, colour in KINDS:
        width = [_counts(results)[kind] for _, results in tasks]
        if any(width):
            bars.barh(names, width, left=left, color=colour, edgecolor="white", label=kind)
        left = [a + b for a, b in zip(left, width, strict=True)]
    bars.invert_yaxis()
    bars.set_xlabel("students")
    bars.grid(visible=False)
    bars.xaxis.set_major_locator(MaxNLocator(integer=True))
    totals.yaxis.set_major_locator(MaxNLocator(integer=True))
    totals.set_axisbelow(True)
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    most = graded[0].out_of
    edges = [points - 0.5 for points in range(most + 2)]
    totals.hist([g.points for g in graded], bins=edges, color=figures.COLOURS[0])
    totals.set(xlabel=f"points, of {most}", ylabel="students")
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=120)
    alt = "Students by task. " + " ".join(
        f"{name}: " + ", ".join(f"{n} {kind}" for kind, n in _counts(results).items() if n) + "."
        for name, (_, results) in zip(names, tasks, strict=True)
    )
    data = base64.b64encode(image.getvalue()).decode()
    return f'<img alt="{escape(alt)}" src="data:image/png;base64,{data}">'


def _table(head, rows):
    def cells(tag, row):
        return "".join(
            f"<{tag}{' class=n' if isinstance(value, int) else ''}>"
            + escape(str(value)).replace("\n", "<br>")
            + f"</{tag}>"
            for value in row
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"


def _page(title, *parts):
    # Names from a file system may hold what is no Unicode.
    body = "\n".join(parts).encode("utf-8", "replace").decode("utf-8")
    title = escape(title.encode("utf-8", "replace").decode("utf-8"))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>\n{body}\n</body></html>\n"
    )
