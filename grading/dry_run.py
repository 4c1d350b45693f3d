"""Who would be graded, with which file, before anything runs: ``make grade DRY=1``."""

from collections.abc import Iterator
from datetime import datetime

from grading.roster import Roll
from grading.submissions import OF_SYSTEMS, Collection, Submission, set_in


def report(found: Collection, roll: Roll, chosen: list[Submission], name: str) -> Iterator[str]:
    """Yield the lines that say who is who, what would be graded, and what is set aside and why."""
    graded = [one for one in chosen if one.is_notebook]
    called = {row.id: f"{row.id}  {row.name}".rstrip() for row, _ in roll.students if row}
    called |= {one.student: one.student for one in chosen if one.student not in called}
    yield f"{_count(found.files, 'file')}, {_count(len(chosen), 'student')}"
    yield ""
    width = min(max(map(len, called.values()), default=0), 40)
    for one in graded:
        yield f"{called[one.student]:{width}}  {_date(one)}  {one.file}{_doubt(one, name)}"
        yield from _aside(one, width)
    without = [one for one in chosen if not one.is_notebook]
    if without:
        yield f"\nNo notebook: {_count(len(without), 'student')}"
        for one in without:
            yield f"{called[one.student]:{width}}  {one.file}: {one.problem}"
            yield from _aside(one, width)
    if found.nobodys:
        yield f"\nNobody's: {', '.join(found.nobodys)}"
    yield from of_roster(roll)
    yield ""
    yield f"Nothing was graded. Without DRY=1, these {len(graded)} notebooks are, as {name}."


def not_read(chosen: list[Submission], nobodys: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield whom to ask for a notebook, with a line for each, and files that bear no name."""
    if asking := [one for one in chosen if one.not_read]:
        yield f"\nWhat could not be read: {_count(len(asking), 'student')}"
        yield from (f"{one.student}: {'; '.join(one.not_read)}" for one in asking)
    if nobodys := [name for name in nobodys if not OF_SYSTEMS.search(name.rsplit("/", 1)[-1])]:
        yield f"\nNobody's: {', '.join(nobodys)}"


def of_roster(roll: Roll) -> Iterator[str]:
    """Yield who of the roster is missing, and who is not on it."""
    if roll.missing:
        yield f"\nOn the roster, but handed in nothing: {_count(len(roll.missing), 'student')}"
        yield from (f"{one.id}  {one.name}".rstrip() for one in roll.missing)
    if roll.unknown:
        yield f"\nNot on the roster: {_count(len(roll.unknown), 'student')}"
        yield from roll.unknown


def _aside(one, width):
    for file in one.set_aside:
        yield f"{'':{width}}    set aside: {file}"
    for note in one.notes:
        yield f"{'':{width}}    {note}"


def _doubt(one, name):
    """A word where a notebook does not say that it is of this problem set."""
    said = one.problems or set_in(one.file)
    if one.is_broken:
        return "  (it is damaged, or no notebook)"
    return f"  (it is of {said})" if said not in ("", name) else ""


def _date(one):
    return f"{datetime.fromtimestamp(one.time):%Y-%m-%d %H:%M}" if one.time else " " * 16


def _count(number, what):
    return f"{number} {what}{'s' * (number != 1)}"
