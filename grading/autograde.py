"""One submission is graded: its code runs in the sandbox, the comparisons are made here.

The tests of a problem set are ordinary Python, and run in this process. But the functions of the
student that they call are not here: each call is sent to the process in the sandbox, and what
comes back is a plain value. So nothing that a student's code does can reach a test or a result.

First all visible checks run, whose verdicts a student may read; then the hidden tests, of which
nothing is told but what their author wrote to be told.

What goes wrong in the tests themselves, or here, is a fault of the grader: the task is then not
graded, which costs nobody points, and the instructor is told why. The reference solution is graded
first, so such a fault is rare once a class is graded.
"""

import copy
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np

from ae_course.exercises import Wrong, judge, result, verdict
from grading.notebook import StudentCell, StudentNotebook
from grading.problem_set import Cell, ProblemSet, line_in, run
from grading.runner import (
    CRASHED,
    ERROR,
    NO_FUNCTION,
    STRANGE,
    TIMED_OUT,
    WRONG,
    Failed,
    Fault,
    Runner,
    cut,
)
from grading.sandbox import Limits

GRADED, UNREADABLE, MISSING_CELLS = "graded", "unreadable", "missing cells"
FAULT, WAITING = "fault of the grader", "not graded yet"
STATUSES = (GRADED, TIMED_OUT, CRASHED, UNREADABLE, MISSING_CELLS, FAULT, WAITING)

RIGHT, PARTLY, NOT_ANSWERED = "right", "partly right", "not answered"
TO_BE_READ, NOT_REACHED, NOT_GRADED = "to be read", "not reached", "not graded"

UNWRITTEN = "*Write your answer here.*"
LONGEST_VERDICT = 500
LONGEST_ANSWER = 50_000
"""Characters of an answer in words."""
MOST_NOTES = 12
MOST_CAUSES = 3
ALWAYS_OURS = (NameError, ImportError, SyntaxError, OSError, MemoryError, NotImplementedError)
"""Exceptions that no value of a student's can lead to in a test."""


@dataclass
class Part:
    """What came of one check: its points, and what is said of it.

    Attributes
    ----------
    calls : list of (name, arguments, value)
        What was asked of the student's functions in the hidden tests, and what came; a `Failed`
        where nothing did.
    fault : str
        What went wrong in the tests, for the instructor alone.
    """

    points: int
    visible: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    hidden: str | None = None  # None: right
    told: str = ""
    calls: list[tuple] = field(default_factory=list)
    fault: str = ""


def mark(
    problems: ProblemSet, notebook: StudentNotebook, limits: Limits, confined: bool = True
) -> dict:
    """Grade a submission; return what the results keep of it, all of it ready for JSON.

    Its `faults` are for the instructor alone; tasks with one have no points, not even 0.
    """
    setting, cells, missing = program(problems, notebook)
    runner = Runner(setting, cells, limits, confined)
    try:
        parts = _judge(problems, runner)
    except Fault as fault:
        return of_fault(problems, str(fault), notebook)
    finally:
        runner.close()
    tasks = [
        _written(task, notebook)
        if task.written
        else _coded(task, parts[task.name], task.name in missing, runner.raised)
        for task in problems.tasks
    ]
    faults = [f"{task['title']}: {task['fault']}" for task in tasks if task.get("fault")]
    return {
        "status": FAULT if faults else _status(missing, runner.troubles),
        "tasks": tasks,
        "notes": _notes([short(t.title) for t in problems.tasks if t.name in missing], runner),
        "faults": faults,
    }


def verify(problems: ProblemSet, limits: Limits, confined: bool = True) -> list[str]:
    """What is wrong with a problem set, a line each: nothing, if it may be used for a class.

    The reference solution, graded like a submission, has all points, and the notebook as it is
    handed out has none.
    """
    solved = mark(problems, _notebook(problems, lambda cell: cell.source), limits, confined)
    lines = list(solved["faults"])
    lines += [
        f"{task['title']}, check {number}: the reference solution has {part['points']} of"
        f" {part['out_of']} points: {part['hidden']}"
        for task in solved["tasks"]
        for number, part in enumerate(task.get("parts", []), 1)
        if part["hidden"] is not None and not task.get("fault")
    ]
    lines += [
        f"{task['title']}, the visible check of the reference solution: {said}"
        for task in solved["tasks"]
        for part in task.get("parts", [])
        for said in part["visible"]
        if not said.endswith(": right.") and not task.get("fault")
    ]
    lines += [] if lines else solved["notes"]
    if lines:
        return lines
    blank = mark(problems, _notebook(problems, lambda cell: cell.stub), limits, confined)
    return blank["faults"] + [
        f"{task['title']}: the notebook as it is handed out has {task['points']} points, wanted 0"
        for task in blank["tasks"]
        if task["points"]
    ]


def _notebook(problems, source):
    """A submission with an answer to every task."""
    cells = [StudentCell("code", cell.id, source(cell)) for cell in problems.having("answer")]
    cells += [StudentCell("markdown", cell.id, UNWRITTEN) for cell in problems.having("written")]
    return StudentNotebook(tuple(cells), problems.name, "utf-8")


def program(
    problems: ProblemSet, notebook: StudentNotebook
) -> tuple[list[tuple[str, str]], list[tuple[str, str]], list[str]]:
    """The setting and the cells of code to run, with names, and the answers without their cells.

    What the student has no business to change, the setting and the tests, is taken from the source.
    """
    known = {cell.id: cell for cell in problems.cells if cell.id}
    setting = [
        (f"the setting {number}", cell.source)
        for number, cell in enumerate(problems.having("setting", "sealed"), 1)
    ]
    code, names = [], set()
    for number, cell in enumerate(notebook.cells, 1):
        role = known[cell.id].role if cell.id in known else "own"
        if cell.kind == "code" and role in ("answer", "own") and cell.source.strip():
            where = _place(known[cell.id]) if role == "answer" else f"cell {number}"
            where = where if where not in names else f"{where} ({number})"
            names.add(where)
            code.append((where, cell.source))
    found = {cell.id for cell in notebook.cells}
    missing = [c.task for c in problems.having("answer", "written") if c.id not in found]
    return setting, code, missing


def _place(task):
    """The cell of an answer, in the words of the page."""
    return f"the answer to {short(task.title) or task.task}"


def short(title: str) -> str:
    """The title of a task without what comes after a colon: Task 1."""
    return title.partition(":")[0]


def _judge(problems, runner):
    """The parts of every task: first what is visible of all, then what is hidden."""
    parts = {task.name: [] for task in problems.tasks}
    checks = problems.having("check")
    judged = [Part(cell.points) for cell in checks]
    space, reference = _space(problems, runner), problems.namespace()
    for cell, part in zip(checks, judged, strict=True):
        runner.begin_check()
        space["check"] = _recording(part)
        problem = run(cell.visible, space)
        part.fault = _fault(problem, part, reference, "<visible check>")
    recorder = []
    space = _space(problems, runner, recorder)
    space["check"] = lambda *ignored, **too: None
    for cell, part in zip(checks, judged, strict=True):
        runner.begin_check()
        recorder[:] = [part]
        problem = run(cell.source, space, "<hidden tests>")
        part.fault = part.fault or _fault(problem, part, reference, "<hidden tests>")
        part.hidden, part.told = _of_hidden(problem, part, cell)
        part.calls = []
        parts[cell.task].append(part)
    return parts


def _space(problems, runner, recorder=()):
    """Names for the tests: those of the source, with the student's functions in their places."""
    space = problems.namespace()
    space["print"] = lambda *ignored, **too: None
    for name in problems.functions:
        space[name] = _proxy(runner, name, recorder)
    return space


def _proxy(runner, name, recorder):
    def ask(*arguments):
        # A generator has moved on when the reference is asked the same.
        kept = [copy.deepcopy(a) if isinstance(a, np.random.Generator) else a for a in arguments]
        value = Failed(ERROR, "no value")
        try:
            value = runner.call(name, arguments)
        finally:
            for part in recorder:
                part.calls.append((name, kept, value))
        return value

    ask.__name__ = name
    return ask


def _recording(part: Part) -> Callable:
    """A `check` that keeps its verdict."""

    def check(answer, wanted, *arguments, rtol=1e-6, mistakes=None):
        try:
            said, _ = judge(result(answer, arguments), wanted, arguments, rtol, mistakes)
        except Failed as failure:
            said = f"not yet: {failure.private or failure.told}."
            part.outcomes.append(failure.outcome)
        part.visible.append(cut(f"{answer.__name__}: {said}", LONGEST_VERDICT))

    return check


def _fault(problem, part, reference, tests):
    """What is wrong with the tests, if that is why they stopped, in words for the instructor.

    A test may stumble over a value that no one foresaw. But where every value was what the
    reference gives, or where no value can be the reason, the tests are to blame.
    """
    ours = isinstance(problem, ALWAYS_OURS) or (
        isinstance(problem, AttributeError) and isinstance(problem.obj, ModuleType)
    )
    if not ours:
        if problem is None or isinstance(problem, Failed | AssertionError):
            return ""
        if not part.calls or not all(_is_reference(reference, *call) for call in part.calls):
            return ""
    where = f", line {line}" if (line := line_in(problem, tests)) else ""
    tests = tests.strip("<>")
    return cut(f"the {tests}{where} raise {type(problem).__name__}: {problem}", LONGEST_VERDICT)


def _is_reference(reference, name, arguments, value):
    """Whether a value is what the reference solution gives."""
    try:
        return _same(value, result(reference[name], arguments))
    except Exception:  # what cannot be compared is not the same
        return False


def _same(found, wanted):
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(_same(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, str | None):
        return found == wanted
    if isinstance(wanted, list | tuple):
        return len(found) == len(wanted) and all(map(_same, found, wanted))
    return verdict(found, wanted) == "right."


def _of_hidden(problem, part, cell: Cell):
    """What a failed hidden test is, for the instructor, and what may be told of it."""
    if problem is None and not cell.hidden:
        wrong = [line for line in part.visible if not line.endswith(": right.")]
        return ("not right in the visible check", "") if wrong else (None, "")
    if problem is None:
        return None, ""
    if isinstance(problem, Failed):
        part.outcomes.append(problem.outcome)
        private = f" ({problem.private})" if problem.private else ""
        return f"{problem.told}{private}", problem.told
    if isinstance(problem, Wrong):
        return cut(problem.verdict, LONGEST_VERDICT), cut(problem.told, LONGEST_VERDICT)
    if isinstance(problem, AssertionError) and _raised_in(problem, "<hidden tests>"):
        said = cut(problem, LONGEST_VERDICT)
        return said, said.split("\n")[0]
    line = line_in(problem, "<hidden tests>")
    said = f"the tests, line {line}, raise {type(problem).__name__}: {problem}"
    return cut(said, LONGEST_VERDICT), STRANGE


def _raised_in(problem, name):
    trace = problem.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename == name


def _status(missing, troubles):
    """The one status of a submission; the first in this order that applies."""
    kinds = {kind for kind, _ in troubles}
    if missing:
        return MISSING_CELLS
    return next((kind for kind in (TIMED_OUT, CRASHED) if kind in kinds), GRADED)


def _notes(missing, runner):
    """What is to be said of a submission, without repeating what many cells have in common."""
    notes = [f"missing cells: {', '.join(missing)}"] if missing else []
    notes += [note for _, note in dict.fromkeys(runner.troubles)]
    notes += [
        f"{where} begins with {magic}: as in Jupyter, it defines nothing in the notebook"
        for where, magic in runner.not_run.items()
    ]
    notes += [
        f"{where} begins with %%timeit: as in Jupyter, nothing remains of what it defines"
        for where, code in runner.cells
        if re.match(r"\s*%%timeit\b", code)
    ]
    notes += [f"{where} raises {what}" for where, what in runner.raised.items()]
    more = len(notes) - MOST_NOTES
    return [cut(note) for note in notes[:MOST_NOTES]] + ([f"and {more} more"] if more > 0 else [])


def _causes(task, outcome, raised):
    """What the cell of an answer raised, so that there is nothing to call; else any other cell."""
    if outcome not in (NO_FUNCTION, ERROR):
        return []
    place = _place(Cell("answer", "", task=task.name, title=task.title))
    own = [where for where in raised if where == place or where.startswith(f"{place} (")]
    return [f"{where} raises {raised[where]}" for where in own or raised][:MOST_CAUSES]


def _coded(task, parts: list[Part], missing: bool, raised: dict[str, str]) -> dict:
    points = sum(part.points for part in parts if part.hidden is None)
    faults = [f"check {number}: {part.fault}" for number, part in enumerate(parts, 1) if part.fault]
    outcome = NOT_GRADED if faults else _outcome(task, points, parts, missing)
    return {
        "task": task.name,
        "title": task.title,
        "points": None if faults else points,
        "out_of": task.points,
        "outcome": outcome,
        "causes": _causes(task, outcome, raised),
        "deleted": missing,
        "fault": "; ".join(faults),
        "parts": [
            {
                "points": part.points if part.hidden is None else 0,
                "out_of": part.points,
                "visible": part.visible,
                "told": part.told,
                "hidden": part.hidden,
            }
            for part in parts
            if not part.fault
        ],
    }


def _outcome(task, points, parts, missing):
    if points == task.points:
        return RIGHT
    counted = Counter(outcome for part in parts for outcome in part.outcomes)
    for outcome in (TIMED_OUT, CRASHED):
        if outcome in counted:
            return outcome
    if points:
        return PARTLY
    if missing or NO_FUNCTION in counted:
        return NO_FUNCTION
    lines = [line for part in parts for line in part.visible]
    if lines and all("not answered yet" in line for line in lines):
        return NOT_ANSWERED
    return ERROR if ERROR in counted else WRONG


def _written(task, notebook) -> dict:
    cells = [cell for cell in notebook.cells if cell.id == task.name]
    text = cut("\n\n".join(cell.source for cell in cells).strip(), LONGEST_ANSWER)
    empty = not text or text == UNWRITTEN
    pictures = {name: data for cell in cells for name, data in cell.pictures.items()}
    return {
        "task": task.name,
        "title": task.title,
        "points": None,
        "out_of": task.points,
        "outcome": TO_BE_READ,
        "answer": "" if empty else text,
        "pictures": pictures,
    }


def of_unreadable(problems: ProblemSet, why: str) -> dict:
    """The result of a submission that cannot be read: no points yet, and the reason."""
    result = _without_tests(problems, UNREADABLE, NOT_REACHED, 0)
    return result | {"notes": [cut(why)]}


def of_fault(problems: ProblemSet, why: str, notebook: StudentNotebook | None = None) -> dict:
    """The result of a submission that the grader failed to grade: nobody's points are lost."""
    result = _without_tests(problems, FAULT, NOT_GRADED, None, notebook)
    return result | {"faults": [cut(why, LONGEST_VERDICT)], "unread": notebook is None}


def of_waiting(problems: ProblemSet) -> dict:
    """The result of a submission that is still to be graded."""
    result = _without_tests(problems, WAITING, NOT_GRADED, None)
    tasks = [task | {"outcome": NOT_GRADED} for task in result["tasks"]]
    return result | {"tasks": tasks, "unread": True}


def _without_tests(problems, status, outcome, points, notebook=None):
    """A result in which no test was run."""
    notebook = notebook or StudentNotebook((), "", "")
    tasks = [
        _written(task, notebook)
        if task.written
        else {
            "task": task.name,
            "title": task.title,
            "points": points,
            "out_of": task.points,
            "outcome": outcome,
            "parts": [],
        }
        for task in problems.tasks
    ]
    return {"status": status, "tasks": tasks, "notes": [], "faults": []}
