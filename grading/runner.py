"""A submission's functions, as the tests call them: each call goes into the sandbox and comes back.

After a crash or a time-out everything begins anew, without the cell that led to it. A call that
keeps within the limits never costs another one its time, and a function that hung in one check is
called again in the next.
"""

import builtins
import re

import numpy as np

from grading import protocol
from grading.sandbox import BEGINNING, RESTARTS, Budget, Crashed, Limits, Session, TimedOut

TIMED_OUT, CRASHED = "timed out", "crashed"
WRONG, NO_FUNCTION, ERROR = "wrong", "missing", "error"

FLOATING = re.compile(r"(?:divide by zero|overflow|underflow|invalid value) encountered in \w+")
POWER = ("bitwise_xor", "for ^")
GIVEN_UP = 3
"""After so many calls in a row that hung or crashed, a function is not called again."""
STRANGE = "its result has a form with which the tests cannot go on"
LONGEST = 300
"""Characters of whatever a submission says of itself."""
LONGEST_LINE = 120
_END = {"MemoryError": "it runs out of memory", "SystemExit": "it ends the program"}


class Fault(BaseException):
    """What is wrong with the grader, the problem set or the machine, and not with a submission.

    Not an `Exception`, for no test may go on after it.
    """


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
        self.outcome, self.told, self.private = outcome, told, cut(private)


class Runner:
    """The code of a submission in its sandbox.

    Attributes
    ----------
    troubles : list of (status, what)
        What was stopped or ended itself.
    raised, not_run : dict
        By cell: what it raised the first time; the magic because of which it was not run.
    """

    def __init__(self, setting, cells, limits: Limits, confined: bool):
        self.setting, self.cells = setting, cells
        self.limits, self.confined = limits, confined
        self.running = Budget.of(limits, RESTARTS)
        self.calling = Budget.of_calls(limits)
        self.session, self.left_out = None, set()
        self.troubles: list[tuple[str, str]] = []
        self.broken: dict[str, Failed] = {}
        self.in_a_row: dict[str, int] = {}
        self.raised: dict[str, str] = {}
        self.not_run: dict[str, str] = {}

    def begin_check(self) -> None:
        """Try functions again that hung or crashed in an earlier check, unless they always do."""
        self.broken = {
            name: failed
            for name, failed in self.broken.items()
            if self.in_a_row.get(name, 0) >= GIVEN_UP
        }

    def call(self, name: str, arguments: tuple):
        """Call a function of the student; return a plain value.

        Raises
        ------
        Failed, FloatingPointError, TypeError
            As in a notebook, of the last two only what `ae_course.exercises.result` explains.
        Fault
        """
        if name in self.broken:
            raise self.broken[name]
        request = {"call": name, "with": protocol.encode(arguments), "errors": np.geterr()}
        try:
            self.start()
            reply = self.session.ask(request, self.calling)
        except (TimedOut, Crashed) as end:
            self.in_a_row[name] = self.in_a_row.get(name, 0) + 1
            self.broken[name] = self._trouble(f"{name}()", end)
            raise self.broken[name] from None
        self.in_a_row[name] = 0
        return self._value(name, reply)

    def start(self) -> None:
        """Run the cells, unless they have been run.

        Raises
        ------
        TimedOut, Crashed
            There is no time left to begin anew once more.
        Fault
        """
        while self.session is None:
            if self.running.used_up():
                raise TimedOut("the cells took too long, too often")
            session, where = self._set(), ""
            try:
                budgets = Budget.of(self.limits), self.running
                for where, code in self.cells:
                    if where not in self.left_out:
                        self._note(where, session.ask({"run": code, "name": where}, *budgets))
                self.session = session
            except (TimedOut, Crashed) as end:
                session.close()
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

    def _set(self):
        """A new session in which the setting has been run, where no submission could reach it."""
        try:
            session = Session(self.limits, self.confined)
        except (TimedOut, Crashed) as end:
            raise Fault(f"the sandbox does not start: {end}") from None
        try:
            for where, code in self.setting:
                reply = session.ask({"run": code, "name": where}, step=BEGINNING)
                if "raises" in reply:
                    raise Fault(f"{where} raises {_named(reply)}")
        except (TimedOut, Crashed) as end:
            session.close()
            raise Fault(f"{where}: {end}") from None
        except BaseException:
            session.close()
            raise
        return session

    def _value(self, name, reply):
        match reply:
            case {"gives": sent}:
                try:
                    return protocol.decode(sent)
                except (ValueError, TypeError, RecursionError, OverflowError):
                    raise Failed(WRONG, STRANGE) from None
            case {"lacks": _}:
                raise Failed(NO_FUNCTION, f"there is no function {name}{_near(reply)}")
            case {"strange": str(what)}:
                raise Failed(WRONG, STRANGE, f"the result is {what}, wanted numbers")
            case {"raises": str(kind), "says": str(text)}:
                raise self._raised(name, kind, text, reply)
        raise Failed(WRONG, STRANGE)

    def _raised(self, name, kind, text, reply):
        """What an exception is; some have a meaning of their own, two are the end of a program."""
        if kind == "FloatingPointError" and FLOATING.fullmatch(text):
            return FloatingPointError(text)
        if kind == "TypeError" and any(word in text for word in POWER):
            return TypeError(cut(text))
        if kind in _END:
            return self._trouble(f"{name}()", Crashed(_END[kind]))
        # Its kind may depend on hidden inputs: a few kinds would tell a few bits of them.
        return Failed(ERROR, "it raises an error", self._named(reply))

    def _note(self, where, reply):
        """Keep what came of a cell the first time."""
        if "not run" in reply:
            self.not_run.setdefault(where, cut(reply["not run"]))
        if "raises" in reply and where not in self.raised:
            kind = str(reply["raises"])
            self.raised[where] = self._named(reply, where)
            if kind == "MemoryError":  # what it has filled stays full: begin anew, without it
                raise Crashed(_END[kind])
            if kind in _END:
                self._trouble(where, Crashed(_END[kind]))

    def _named(self, reply, cell=""):
        """An exception in words, with the line of the submission in which it came up."""
        where, line = reply.get("where"), reply.get("line")
        lines = dict(self.cells).get(where, "").split("\n") if isinstance(where, str) else []
        if not isinstance(line, int) or not 1 <= line <= len(lines):
            return _named(reply)
        place = "" if where == cell else f"{where}, "
        return _named(reply, f"{place}line {line}: {cut(lines[line - 1].strip(), LONGEST_LINE)}")

    def _trouble(self, where, end):
        """Note a time-out or a crash, close what is left, and return it as a failure."""
        status = TIMED_OUT if isinstance(end, TimedOut) else CRASHED
        self.troubles.append((status, f"{where}: {end}"))
        if str(end) != _END["SystemExit"]:
            self.close()
        return Failed(status, str(end))


def cut(text, longest: int = LONGEST) -> str:
    """A text from a submission, no longer than a page can bear."""
    text = str(text)
    return text if len(text) <= longest else text[:longest] + " …"


def _named(reply, place=""):
    """An exception in words, and without names of no meaning."""
    kind, text = str(reply["raises"]), str(reply.get("says", ""))
    known = isinstance(getattr(builtins, kind, None), type) or kind in ("LinAlgError", "UsageError")
    words = f"{kind if known else cut(kind, 60)}: {text}".strip(": ")
    return cut(f"{words} ({place})" if place else words)


def _near(reply):
    match reply:
        case {"near": [str(other), *_]} if other.isidentifier():
            return f"; did you mean {cut(other, 60)}?"
    return ""
