"""Tables for spreadsheets: written so that no cell is a formula, read as spreadsheets save them.

A spreadsheet may save commas, semicolons or tabs, UTF-8, UTF-16 or the encoding of its country, a
line that names the separator, empty rows and columns. All of this is read; what cannot be read is
an error of one line.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grading.encodings import WITHIN_FILES, guesses, marked
from grading.files import write_whole

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a cell may not begin with: a spreadsheet would compute it."""
LONGEST = 32_000
"""Characters of a cell; spreadsheets and Python's csv end a little above."""

_DELIMITERS = ",;\t|"
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
"""A formula that is only a text, by which people and programs keep zeros from spreadsheets."""
_GUARDED = re.compile(f"'+[{re.escape(''.join(FORMULA))}]")
_SEPARATOR = re.compile(r'\A\s*"?sep=(.)"?[,;\t|]*\r?\n', re.IGNORECASE)
_WORKBOOKS = {
    b"PK\x03\x04": "a workbook (xlsx or ods)",
    b"\xd0\xcf\x11\xe0": "a workbook (xls)",
    b"<": "a web page or XML",
}
_SEARCHED = 20  # rows in which the names of the columns may stand


class TableError(Exception):
    """A table cannot be read, in one line."""


@dataclass(frozen=True)
class Row:
    """A row of a table: its line as a spreadsheet counts, and its cells by the columns' names.

    Attributes
    ----------
    raw : list of str
        The cells in their order, as they stand in the file.
    """

    line: int
    cells: dict[str, str]
    raw: list[str] = field(default_factory=list, repr=False)

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """What was read: the columns, the rows, and how the file was written.

    Attributes
    ----------
    columns : tuple of str
        The names of columns; those that were asked for, as they were asked for.
    head, order : list of str
        All names in their order, as they stand in the file and as they are known here.
    guessed : str
        The encoding, where nothing in the file says it; empty where it is certain.
    data : bytes
        The file as it was.
    """

    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    guessed: str = ""
    data: bytes = field(default=b"", repr=False)
    head: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    def place(self, column: str) -> int | None:
        """Where a column stands, if it is there."""
        return self.order.index(column) if column in self.order else None


def write(path: Path, head: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Write a table, whole or not at all, with a byte order mark for spreadsheets."""
    write_whole(path, text_of(head, rows), "utf-8-sig")


def text_of(head: Sequence[str], rows: Iterable[Sequence], delimiter: str = ",") -> str:
    """A table as text."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(head)
    writer.writerows([guarded(value) for value in row] for row in rows)
    return text.getvalue()


def guarded(value):
    """A value that no spreadsheet takes for a formula; `unguarded` gives it back."""
    if not isinstance(value, str):
        return value
    value = legible(value)
    if len(value) > LONGEST:
        value = value[:LONGEST] + " …"
    return f"'{value}" if value.startswith(FORMULA) or _GUARDED.match(value) else value


def unguarded(value: str) -> str:
    """What `guarded` was given."""
    return value[1:] if _GUARDED.match(value) else value


def legible(text: str) -> str:
    """Text that can be written: names from a file system may hold what is no Unicode."""
    return text.encode("utf-8", "replace").decode("utf-8")


def read(
    path: Path, needed: Sequence[str], also: Sequence[str] = (), known: Iterable[str] = ()
) -> Table:
    """Read a table that has the needed columns, in any order and in any case of letters.

    Parameters
    ----------
    needed, also : sequence of str
        Columns that must be there, and others that are known by these names.
    known : iterable of str
        Texts that are likely in it, such as names; they decide where the encoding is a guess.

    Raises
    ------
    TableError
        It cannot be read, has not all columns that are needed, or has two of a name that is known.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror}") from None
    text, encoding, sure = _decoded(path.name, data, known)
    text = text.lstrip("\ufeff")  # some programs write the mark of a text that has one
    delimiter, lines, at = _parsed(path.name, text, needed)
    columns = _columns(lines, at)
    folded = {_folded(name): name for name in (*needed, *also)}
    columns = _apart(path.name, [folded.get(_folded(name), name) for name in columns], folded)
    rows = [
        Row(line, {name: _cell(cell) for name, cell in zip(columns, cells, strict=False)}, cells)
        for line, cells in enumerate(lines[at + 1 :], at + 2)
        if any(cell.strip() for cell in cells)
    ]
    named = tuple(name for name in columns if name)
    return Table(
        named, rows, delimiter, encoding, "" if sure else encoding, data, lines[at], columns
    )


def decoded(data: bytes, known: Iterable[str] = ()) -> tuple[str, str, bool]:
    """The text of a file, its encoding, and whether the file itself says so.

    Raises
    ------
    UnicodeDecodeError
    """
    if encoding := marked(data):
        return data.decode(encoding), encoding, True
    if b"\0" in data:  # a spreadsheet's "Unicode text" that lost its mark
        encoding = "utf-16-le" if data[1::2].count(0) >= data[::2].count(0) else "utf-16-be"
        return data.decode(encoding), encoding, True
    try:
        return data.decode("utf-8"), "utf-8", True
    except UnicodeDecodeError:
        names = [unicodedata.normalize("NFC", name) for name in known if not name.isascii()]
        return *_guessed(data, names), False


def _guessed(data, known):
    """The most plausible reading; among those, the one in which most known texts are found."""
    readings = list(guesses(data, WITHIN_FILES))
    return max(readings, key=lambda reading: sum(name in reading[0] for name in known))


def _decoded(name, data, known):
    for start, what in _WORKBOOKS.items():
        if data.startswith(start):
            raise TableError(f"{name} is {what}, wanted a table: save it as CSV")
    if not data.strip(b"\0 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise TableError(f"{name} is empty, wanted a table: restore it, or remove it")
    try:
        return decoded(data, known)
    except UnicodeDecodeError as error:
        raise TableError(f"{name} says it is {error.encoding}, and is not") from None


def _parsed(name, text, needed):
    """The delimiter, all rows, and the number of the row that names the columns."""
    given = _SEPARATOR.match(text)
    text = _SEPARATOR.sub("\n", text)
    wanted = {_folded(column) for column in needed}
    best, problem = [], ""
    for delimiter in given[1] if given else _DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error as error:
            problem = f" ({error})"
            continue
        for at, row in enumerate(rows[:_SEARCHED]):
            if wanted <= set(map(_folded, row)):
                return delimiter, rows, at
        best = max(best, next(filter(any, rows), []), key=len)
    found = ", ".join(cell for cell in best if cell.strip())[:200]
    raise TableError(
        f"{name} has not the columns {', '.join(needed)}; its first row is: {found}{problem}"
    )


def _cell(text):
    if match := _AS_TEXT.fullmatch(text.strip()):
        return match[1].replace('""', '"').strip()
    return unguarded(text).replace("\r\n", "\n")


def _columns(lines, at):
    """A name for each column; one that has cells but no name is called after its place."""
    names = [cell.strip() for cell in lines[at]]
    widest = max(len(line) for line in lines[at:])
    names += [""] * (widest - len(names))
    for place, name in enumerate(names):
        filled = any(line[place].strip() for line in lines[at + 1 :] if len(line) > place)
        names[place] = name or (f"column {place + 1}" if filled else "")
    return names


def _apart(path, columns, known):
    """No two names alike: of what is known there may be one, and others are numbered."""
    for name in dict.fromkeys(columns):
        if columns.count(name) > 1 and name in known.values():
            raise TableError(f"{path} has {columns.count(name)} columns called {name}, wanted one")
    names = list(columns)
    for place, name in enumerate(columns):
        if name and name in names[:place]:
            count = 2
            while f"{name} ({count})" in names:
                count += 1
            names[place] = f"{name} ({count})"
    return names


def _folded(name):
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
