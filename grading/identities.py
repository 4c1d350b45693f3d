"""Whose row is it? A student's name, or number, as a spreadsheet may have changed it.

00123 becomes 123, a long number 2.025E+14 or one with zeros at its end, 1-2 a day in January, and
what an encoding does not have becomes a question mark.
"""

import re
import unicodedata
from decimal import Decimal

from grading.tables import legible

_DIGITS = 15  # of a number; a spreadsheet keeps no more
_NUMBER = re.compile(r"\d+(?:[.,](\d+))?(E[+-]?\d{1,3})?", re.IGNORECASE)
_DATE = re.compile(  # what a spreadsheet takes for a date or a time
    r"\d{1,4}(?:[-/.: ]+\d{1,4}){1,2}|[A-Za-z]{3,9}[-. ]*\d{1,4}|\d{1,2}[-. ]*[A-Za-z]{3,9}[-. \d]*"
)


def named(student: str) -> str:
    """A student's name as a table has it."""
    return " ".join(unicodedata.normalize("NFC", legible(student)).split())


def without_number(student: str) -> str:
    """A name without the number in brackets that tells it from others."""
    return re.sub(r"\s*\(\d+\)$", "", student)


def alike(cell: str, name: str) -> bool:
    """Whether a cell may be this name, after what a spreadsheet does to names."""
    cell, name = named(cell).casefold(), named(name).casefold()
    return (
        cell == name
        or same_number(cell, name)
        or bool(_DATE.fullmatch(name) and _may_be_date(cell))
        or _same_letters(cell, name)
    )


def _may_be_date(cell):
    """Whether a cell may show a date: not as a number, but for that of a day (46024 is in 2026)."""
    return any(map(str.isdigit, cell)) and (
        not _NUMBER.fullmatch(cell) or (cell.isdigit() and len(cell) == 5)
    )


def same_number(cell: str, name: str) -> bool:
    """Whether two numbers are the same, in the digits that are shown."""
    shown, number = _NUMBER.fullmatch(cell), _NUMBER.fullmatch(name)
    if not shown or not number:
        return False
    found, wanted = (Decimal(text.replace(",", ".")) for text in (cell, name))
    last = Decimal(1)
    if shown[2]:
        last = Decimal(10) ** (int(shown[2][1:]) - len(shown[1] or ""))
    elif wanted >= 10**_DIGITS:
        last = Decimal(10) ** (wanted.adjusted() + 1 - _DIGITS)
    # Some round and some cut off.
    return found == wanted or (last > 1 and abs(found - wanted) < last)


def _same_letters(cell, name):
    """Whether a name has become a cell in an encoding that lacks some of its letters."""
    lost = {"?", "_", "\ufffd"}
    return len(cell) == len(name) and all(
        a == b or (a in lost and not b.isascii()) for a, b in zip(cell, name, strict=True)
    )
