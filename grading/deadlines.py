"""Who was late, by how much, and what that costs: said everywhere, taken off nowhere in silence.

Points stay what they are. Where a penalty is asked for, tables and pages have one number more: the
points after the penalty.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from grading import tables
from grading.identities import alike, named, without_number
from grading.results import Graded, moment
from grading.tables import TableError
from grading.templating import counted

DAY = 86_400
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(min|m|h|d)\w*", re.IGNORECASE)
_SECONDS = {"m": 60, "min": 60, "h": 3600, "d": DAY}
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%?")


class DeadlineError(ValueError):
    """A date, a span of time or a penalty cannot be read, in one line."""


@dataclass(frozen=True)
class Deadline:
    """When a problem set was due.

    Attributes
    ----------
    due : float
        In seconds, as for files.
    grace : float
        Seconds after that which count as in time.
    penalty : float
        The part of the points that each day costs that has begun, from 0 to 1.
    extensions : dict of str to float
        When it is due for single students.
    """

    due: float
    grace: float = 0.0
    penalty: float = 0.0
    extensions: dict[str, float] = field(default_factory=dict)


def deadline(due: str, grace: str = "", penalty: str = "", extensions: Path | None = None):
    """The deadline that the words of a command line say.

    Raises
    ------
    DeadlineError, TableError
    """
    start = _moment(due)
    extended = {} if extensions is None else _extended(extensions, start)
    return Deadline(start, _span(grace) if grace else 0, _part(penalty) if penalty else 0, extended)


def unknown(when: Deadline, students: Iterable[str]) -> list[str]:
    """Who has an extension and is not among the students: handed in nothing, or is misspelt."""
    return sorted(when.extensions.keys() - set(students))


def judged(graded: list[Graded], when: Deadline | None) -> list[Graded]:
    """The results, with what is to be said of the time when each was handed in."""
    return graded if when is None else [_judged(g, when) for g in graded]


def matched(
    when: Deadline, students: Iterable[str], whose: Callable[[str], str] | None = None
) -> Deadline:
    """The deadline, with the extensions under the names that students have in this run.

    Parameters
    ----------
    whose : callable ``name -> str``, optional
        What the roster calls the only student that a name may mean; by that they are found then.

    Raises
    ------
    TableError
        An extension may be for several students, or a student has several.
    """
    students = list(students)
    found = {}
    for name, due in when.extensions.items():
        exact = [student for student in students if named(student) == named(name)]
        if whose and not exact and (called := whose(name)) in students:
            exact = [called]
        same = exact or [s for s in students if alike(name, s) or alike(name, without_number(s))]
        if len(same) > 1:
            who = " or ".join(same)
            raise TableError(f"the extension for {name!r} may be for {who}; wanted one student")
        for student in same or [name]:
            if found.setdefault(student, due) != due:
                raise TableError(f"{student} has two extensions, wanted one")
    return replace(when, extensions=found)


def _judged(graded, when):
    due = when.extensions.get(graded.student, when.due)
    if not graded.time:
        left = 1.0 if when.penalty else None  # no points are taken for what is not known
        return replace(graded, facts=(("Due", moment(due)),), late="time unknown", left=left)
    late = graded.time - due
    days = math.ceil((late - when.grace) / DAY) if late > when.grace else 0
    left = max(0.0, 1 - when.penalty * days)
    said = f"{_words(late)} late" if days else "in time"
    facts = [("Due", moment(due)), ("In time?", said)]
    if days and when.penalty:
        facts.append(
            ("Penalty", f"{when.penalty:.0%} a day, for {counted(days, 'day')} that had begun")
        )
    return replace(graded, facts=tuple(facts), late=said, left=left if when.penalty else None)


def _moment(text):
    try:
        return datetime.fromisoformat(text.strip()).timestamp()
    except (ValueError, OverflowError, OSError):
        raise DeadlineError(
            f"{text!r} is no date and time, wanted one such as 2026-10-08T23:59+09:00"
        ) from None


def _span(text):
    if found := _SPAN.fullmatch(text.strip()):
        return float(found[1]) * _SECONDS[found[2].lower()]
    raise DeadlineError(f"{text!r} is no span of time, wanted one such as 15min, 2h or 1d")


def _part(text):
    found = _PERCENT.fullmatch(text.strip())
    if found and float(found[1]) <= 100:
        return float(found[1]) / 100
    raise DeadlineError(f"{text!r} is no penalty for a day, wanted one such as 10%")


def _extended(path, due) -> dict[str, float]:
    """The extensions in a table with the columns student, and due or days."""
    found = {}
    for row in tables.read(path, ("student",), ("due", "days")).rows:
        try:
            new = _moment(row["due"]) if row["due"].strip() else due + DAY * float(row["days"])
        except ValueError as problem:
            raise TableError(f"{path.name}, line {row.line}: {problem}") from None
        found[row["student"].strip()] = new
    return found


def _words(seconds: float) -> str:
    """A span of time in words, in the two largest units."""
    days, rest = divmod(max(60, int(seconds)), DAY)
    hours, minutes = rest // 3600, rest % 3600 // 60
    units = [counted(days, "day"), counted(hours, "hour"), counted(minutes, "minute")]
    return " ".join([unit for unit in units if not unit.startswith("0 ")][:2])
