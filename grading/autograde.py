"""One submission is marked: its code runs behind the wall, the comparisons are made here.

The tests of a problem set are ordinary Python, and run in this process. But the functions of the
student that they call are not here: each call is sent to the process behind the wall, and what
comes back is a plain value. So nothing that a student's code does can reach a test or a result.

First all visible checks run, whose verdicts a student may read; then, from a fresh start, the
hidden tests, of which nothing is told but what their author wrote to be told.
"""

import builtins
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from ae_course.exercises import Wrong, judge, result
from grading import protocol
from grading.notebook import StudentNotebook
from grading.problem_set import Cell, ProblemSet, run
from grading.sandbox import Budget, Crashed, Limits, Session, TimedOut

GRADED, TIMED_OUT, CRASHED = "graded", "timed out", "crashed"
UNREADABLE, MISSING_CELLS = "unreadable", "missing cells"
STATUSES = (GRADED, TIMED_OUT, CRASHED, UNREADABLE, MISSING_CELLS)

RIGHT, PARTLY, WRONG, NOT_ANSWERED = "right", "partly right", "wrong", "not answered"
TO_BE_READ, NO_FUNCTION, ERROR, NOT_REACHED = "to be read", "missing", "error", "not reached"

FLOATING = re.compile(r"(?:divide by zero|overflow|underflow|invalid value) encountered in \w+")
STRANGE = "its result has a form with which the tests cannot go on"
UNWRITTEN = "*Write your answer here.*"


class Failed(Exception):
    """A call that brought no value.

    Attributes
    ----------
    outcome : str
        What the task is then.
    private : str
        What may be told only where the inputs are known to the student.
    """

    def __init__(self, outcome: str, told: str, private: str = ""):
        super().__init__(told)
        self.outcome, self.told, self.private = outcome, told, private


@dataclass
class Part:
    """What came of one check: its points, and what is said of it."""

    points: int
    visible: list[str] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    hidden: str | None = None  # None: right
    told: str = ""


class Runner:
    """The student's code behind the wall; after a crash or a time-out it begins anew without it."""

    def __init__(self, cells: list[tuple[str, str]], limits: Limits, confined: bool):
        self.cells, self.limits, self.confined = cells, limits, confined
        self.budget = Budget(limits)
        self.session, self.left_out = None, set()
        self.troubles: list[tuple[str, str]] = []
        self.broken: dict[str, Failed] = {}
        self.raised: dict[str, str] = {}

    def call(self, name: str, arguments: tuple):
        """Call a function of the student; return a plain value.

        Raises
        ------
        Failed, FloatingPointError
        """
        if name in self.broken:
            raise self.broken[name]
        try:
            self.start()
            reply = self.session.ask(
                {"call": name, "with": protocol.encode(arguments), "errors": _errors()}
            )
        except (TimedOut, Crashed) as end:
            self.broken[name] = self._trouble(f"{name}()", end)
            raise self.broken[name] from None
        return self._value(name, reply)

    def start(self) -> None:
        """Run the cells, unless they have been run."""
        while self.session is None:
            session = Session(self.budget, self.confined)
            where = "the beginning"
            try:
                for where, code in self.cells:
                    if where not in self.left_out:
                        self._note(where, session.ask({"run": code, "name": where}))
                self.session = session
            except (TimedOut, Crashed) as end:
                session.close()
                if where in self.left_out or self.budget.used_up():
                    raise
                self.left_out.add(where)
                self._trouble(where, end)
            except BaseException:
                session.close()
                raise

    def close(self) -> None:
        """End the process, if there is one."""
        if self.session is not None:
            self.session.close()
            self.session = None

    def _value(self, name, reply):
        match reply:
            case {"gives": sent}:
                try:
                    return protocol.decode(sent)
                except (ValueError, TypeError, RecursionError, OverflowError):
                    raise Failed(WRONG, STRANGE) from None
            case {"lacks": _}:
                raise Failed(NO_FUNCTION, f"there is no function {name}")
            case {"strange": str(what)}:
                raise Failed(WRONG, STRANGE, f"the result is {what}, wanted numbers")
            case {"raises": str(kind), "says": str(text)}:
                if kind == "FloatingPointError" and FLOATING.fullmatch(text):
                    raise FloatingPointError(text)
                raise self._raised(f"{name}()", kind, text)
        raise Failed(WRONG, STRANGE)

    def _raised(self, where, kind, text):
        """The failure that an exception is; two kinds of them are the end of a program."""
        if kind in ("MemoryError", "SystemExit"):
            return self._trouble(where, Crashed(_END[kind]))
        known = isinstance(getattr(builtins, kind, None), type) or kind == "LinAlgError"
        shown = kind if known else "an error of its own"
        return Failed(ERROR, f"it raises {shown}", f"{kind}: {text}")

    def _note(self, where, reply):
        """Keep what a cell raised the first time."""
        if "raises" in reply and where not in self.raised:
            kind, text = str(reply["raises"]), str(reply.get("says", ""))
            self.raised[where] = f"{kind}: {text}".strip(": ")
            if kind == "MemoryError":  # what it has filled stays full: begin anew, without it
                raise Crashed(_END[kind])
            if kind in _END:
                self._trouble(where, Crashed(_END[kind]))

    def _trouble(self, where, end):
        """Note a time-out or a crash, close what is left, and return it as a failure."""
        status = TIMED_OUT if isinstance(end, TimedOut) else CRASHED
        self.troubles.append((status, f"{where}: {end}"))
        if str(end) != _END["SystemExit"]:
            self.close()
        return Failed(status, str(end))


_END = {"MemoryError": "it runs out of memory", "SystemExit": "it ends the program"}


def mark(
    problems: ProblemSet, notebook: StudentNotebook, limits: Limits, confined: bool = True
) -> dict:
    """Mark a submission; return what the results keep of it, all of it ready for JSON."""
    cells, missing = program(problems, notebook)
    runner = Runner(cells, limits, confined)
    try:
        parts = _judge(problems, runner)
    finally:
        runner.close()
    status = _status(missing, runner.troubles)
    tasks = [
        _written(task, notebook)
        if task.written
        else _coded(task, parts[task.name], task.name in missing, runner)
        for task in problems.tasks
    ]
    notes = [f"missing cells: {', '.join(missing)}"] if missing else []
    notes += [note for _, note in dict.fromkeys(runner.troubles)]
    notes += [f"{where} raises {what}" for where, what in runner.raised.items()]
    return {"status": status, "tasks": tasks, "notes": notes}


def program(
    problems: ProblemSet, notebook: StudentNotebook
) -> tuple[list[tuple[str, str]], list[str]]:
    """The cells of code to run, with names, and the answers whose cells are missing.

    What the student has no business to change, the setting and the tests, is taken from the source.
    """
    known = {cell.id: cell for cell in problems.cells if cell.id}
    code = [("the setting", cell.source) for cell in problems.having("setting", "sealed")]
    code = [(f"{where} {number}", source) for number, (where, source) in enumerate(code, 1)]
    found = {cell.id for cell in notebook.cells}
    for number, cell in enumerate(notebook.cells, 1):
        role = known[cell.id].role if cell.id in known else "own"
        if cell.kind == "code" and role in ("answer", "own") and not _is_sealed(cell.source):
            where = f"the cell of {cell.id}" if role == "answer" else f"cell {number}"
            code.append((where if where not in dict(code) else f"{where} ({number})", cell.source))
    missing = [c.task for c in problems.having("answer", "written") if c.id not in found]
    return code, missing


def _is_sealed(source):
    return "Mistakes.unseal(" in source


def _judge(problems, runner):
    """The parts of every task: first what is visible of all, then what is hidden."""
    parts = {task.name: [] for task in problems.tasks}
    checks = problems.having("check")
    judged = [Part(cell.points) for cell in checks]
    space = _space(problems, runner)
    for cell, part in zip(checks, judged, strict=True):
        space["check"] = _recording(part)
        run(cell.visible, space)
    space = _space(problems, runner)
    space["check"] = lambda *ignored, **too: None
    for cell, part in zip(checks, judged, strict=True):
        problem = run(cell.source, space, "<hidden tests>")
        part.hidden, part.told = _of_hidden(problem, part, cell)
        parts[cell.task].append(part)
    return parts


def _space(problems, runner):
    """Names for the tests: those of the source, with the student's functions in their places."""
    space = problems.namespace()
    space["print"] = lambda *ignored, **too: None
    for name in problems.functions:
        space[name] = _proxy(runner, name)
    return space


def _proxy(runner, name):
    def ask(*arguments):
        return runner.call(name, arguments)

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
        part.visible.append(f"{answer.__name__}: {said}")

    return check


def _of_hidden(problem, part, cell: Cell):
    """What a failed hidden test is, for the instructor, and what may be told of it."""
    if problem is None and not cell.hidden:
        wrong = [line for line in part.visible if not line.endswith(": right.")]
        return ("not right in the visible check", "") if wrong else (None, "")
    if problem is None:
        return None, ""
    if isinstance(problem, Failed):
        part.outcomes.append(problem.outcome)
        return f"{problem.told} ({problem.private})", problem.told
    if isinstance(problem, Wrong):
        return problem.verdict, problem.told
    if isinstance(problem, AssertionError) and _raised_in(problem, "<hidden tests>"):
        return str(problem), str(problem).split("\n")[0]
    return f"the tests raise {type(problem).__name__}: {problem}", STRANGE


def _raised_in(problem, name):
    trace = problem.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_filename == name


def _errors():
    import numpy as np

    return np.geterr()


def _status(missing, troubles):
    """The one status of a submission; the first in this order that applies."""
    kinds = {kind for kind, _ in troubles}
    if missing:
        return MISSING_CELLS
    return next((kind for kind in (TIMED_OUT, CRASHED) if kind in kinds), GRADED)


def _coded(task, parts: list[Part], missing: bool, runner) -> dict:
    points = sum(part.points for part in parts if part.hidden is None)
    return {
        "task": task.name,
        "title": task.title,
        "points": points,
        "out_of": task.points,
        "outcome": _outcome(task, points, parts, missing),
        "parts": [
            {
                "points": part.points if part.hidden is None else 0,
                "out_of": part.points,
                "visible": part.visible,
                "told": part.told,
                "hidden": part.hidden,
            }
            for part in parts
        ],
    }


def _outcome(task, points, parts, missing):
    if points == task.points:
        return RIGHT
    outcomes = [outcome for part in parts for outcome in part.outcomes]
    for outcome in (TIMED_OUT, CRASHED):
        if outcome in outcomes:
            return outcome
    if points:
        return PARTLY
    if missing or NO_FUNCTION in outcomes:
        return NO_FUNCTION
    lines = [line for part in parts for line in part.visible]
    if lines and all("not answered yet" in line for line in lines):
        return NOT_ANSWERED
    return ERROR if ERROR in outcomes else WRONG


def _written(task, notebook) -> dict:
    answers = [cell.source for cell in notebook.cells if cell.id == task.name]
    text = "\n\n".join(answers).strip()
    empty = not text or text == UNWRITTEN
    return {
        "task": task.name,
        "title": task.title,
        "points": None,
        "out_of": task.points,
        "outcome": TO_BE_READ,
        "answer": "" if empty else text,
    }


def of_unreadable(problems: ProblemSet, why: str) -> dict:
    """The result of a submission that cannot be read: no points yet, and the reason."""
    tasks = [
        {
            "task": task.name,
            "title": task.title,
            "points": None if task.written else 0,
            "out_of": task.points,
            "outcome": TO_BE_READ if task.written else NOT_REACHED,
            **({"answer": ""} if task.written else {"parts": []}),
        }
        for task in problems.tasks
    ]
    return {"status": UNREADABLE, "tasks": tasks, "notes": [why]}
