"""The class as the university has it, and who of it has handed in.

A roster is any table with a row for each student, as a spreadsheet or a learning system saves it.
Files are matched to its rows by number, login, e-mail address or name, in whatever order the parts
of a name stand. No two students become one row in silence.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from grading import tables
from grading.identities import same_number
from grading.names import normal, tokens
from grading.submissions import NoSubmissions, Submission
from grading.tables import TableError

COLUMNS = {
    "id": "id number|student id|student number|student no|matriculation number|matrikelnummer"
    "|matrikelnr|matrikel nr|matrikel|matr nr|immatrikulationsnummer|numéro étudiant|n étudiant"
    "|matricule|sis user id|sid|org defined id|orgdefinedid|学籍番号|学生番号|学号|學號|학번"
    "|number|id",
    "login": "login|login id|sis login id|username|user name|user|user id|account|benutzername"
    "|anmeldename|kennung|identifiant|nutzername|ユーザー名|ログイン名",
    "email": "email|e mail|email address|e mail address|mail|e mail adresse|courriel"
    "|メールアドレス",
    "given": "given name|given names|given|first name|firstname|vorname|prénom|forename|名",
    "family": "family name|family|last name|lastname|surname|nachname|familienname|nom|姓",
    "name": "name|full name|fullname|student name|student|display name|sortable name|nom complet"
    "|氏名|名前|姓名",
    "system": "canvas id|moodle id|participant|participant id|participant number|identifier",
}
"""What a column is, by its name. Of several columns of a kind the first name here comes first; "id"
is how a student is called in tables."""
BY_NUMBER = (
    "Add a number or login to the name of the folder or file, or take for the roster a table that"
    " has the numbers in these names, such as Moodle's grading worksheet"
)
_KINDS = {
    alias: (place, kind)
    for kind, names in COLUMNS.items()
    for place, alias in enumerate(names.split("|"))
}


@dataclass(frozen=True)
class Enrolled:
    """A row of the roster.

    Attributes
    ----------
    id : str
        How the student is called in tables: the number as it is written, else login, e-mail, name.
    name : str
    keys : tuple of str
        Numbers, logins and addresses, which are the student's alone.
    words : frozenset
        The words of the name, without order.
    """

    id: str
    name: str
    keys: tuple[str, ...]
    words: frozenset


@dataclass(frozen=True)
class Roster:
    """The class, in its order; and what is to be said of it."""

    students: tuple[Enrolled, ...]

    @classmethod
    def read(cls, path: Path) -> "Roster":
        """Read a roster.

        Raises
        ------
        TableError
            It cannot be read, names no student, or has two rows with the same number.
        """
        table = _table(path)
        students = tuple(filter(None, (_enrolled(row, table) for row in table.rows)))
        if not students:
            raise TableError(f"{path.name} has no students")
        seen = defaultdict(list)
        for student in students:
            for key in {student.id, *student.keys}:
                seen[_folded(key)].append(student)
        for key, same in seen.items():
            if len(same) > 1:
                raise TableError(f"{path.name} has {len(same)} rows with {key}, wanted one")
        return cls(students)

    def whose(self, name: str) -> str:
        """The number of the only student that a file's or folder's name may mean, or nothing."""
        stem = name.split(".ipynb")[0].removesuffix(".zip")
        found = _rows_of(self, [Submission(stem, name, 0.0, bytes)])
        return found[0].id if len(found) == 1 else ""


@dataclass(frozen=True)
class Roll:
    """The roster called: what each student handed in, who is missing, who is unknown.

    Attributes
    ----------
    students : list of (Enrolled or None, list of Submission)
        In the roster's order; after it those who are not on it.
    missing : list of Enrolled
    unknown : list of str
    """

    students: list[tuple[Enrolled | None, list[Submission]]] = field(default_factory=list)
    missing: list[Enrolled] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def call(roster: Roster | None, students: list[list[Submission]]) -> Roll:
    """Find for each student the row of the roster; without one all stay as they are.

    Raises
    ------
    NoSubmissions
        Files may be several rows', or those of two students the same row's.
    """
    if roster is None:
        return Roll([(None, same) for same in students])
    rows, unknown, open_ = defaultdict(list), [], []
    for same in students:
        found = _rows_of(roster, same)
        if len(found) > 1:
            open_.append(f"{_files(same)} may be of {_named(found)}")
        (rows[found[0]] if found else unknown).append(same)
    if open_:
        raise NoSubmissions(f"nothing was graded: {'; '.join(open_)}. {BY_NUMBER}")
    both = [
        f"{' and '.join(map(_files, several))} are of one row, {_named([row])}, by the roster"
        for row, several in rows.items()
        if len(several) > 1
    ]
    if both:
        raise NoSubmissions(
            f"nothing was graded: {'; '.join(both)}. If they are one student's, put them into one"
            " folder; if not, add the other student to the roster, or rename one"
        )
    order = [(row, _as_row(row, rows[row][0])) for row in roster.students if row in rows]
    missing = [row for row in roster.students if row not in rows]
    return Roll(
        order + [(None, same) for same in unknown], missing, [same[0].student for same in unknown]
    )


def _table(path):
    """The table, which may begin with other lines than the names of its columns."""
    try:
        text, *_ = tables.decoded(path.read_bytes())
    except (OSError, UnicodeDecodeError):
        text = ""
    for line in text.splitlines()[:20]:
        for cell in re.split(r"[,;\t|]", line):
            if _kind(cell):
                return tables.read(path, [cell.strip(' "')])
    try:
        return tables.read(path, ["id"])
    except TableError as reason:
        raise TableError(f"{reason}; a login, email or name would do as well") from None


def _kind(column):
    return _KINDS.get(" ".join(tokens(column)))


def _enrolled(row, table):
    cells = defaultdict(list)
    for column in sorted(filter(_kind, table.columns), key=_kind):
        if text := normal(row[column].strip()):
            kind = _kind(column)[1]  # Brightspace guards numbers and logins with a #
            cells[kind].append(text.removeprefix("#") if kind in ("id", "login") else text)
    parts = " ".join(cells["given"][:1] + cells["family"][:1])
    name = (cells["name"] or [parts])[0]
    keys = [text for kind in ("id", "login", "email", "system") for text in cells[kind]]
    if not keys and not name:
        return None
    more = [text.split("@")[0] for text in cells["email"] if "@" in text]
    more += [number for text in cells["system"] for number in re.findall(r"\d+$", text)]
    keys = tuple(dict.fromkeys(keys + more))
    return Enrolled((*keys, name)[0], name, keys, frozenset(tokens(parts or name)))


def _rows_of(roster, same):
    """The rows that a student may be: by the whole name, by number or login, by a part of it."""
    label = re.sub(r"\s\([^()]*\)$", "", same[0].student)
    words = frozenset(tokens(label))
    ids = {_folded(one) for submission in same for one in submission.ids}
    keys = ids | _keys_in(same[0].student) | {_folded(label)}
    by_key = [row for row in roster.students if keys & set(map(_folded, row.keys))]
    full = [row for row in roster.students if len(row.words) > 1 and row.words <= words]
    full = [row for row in full if row.words == words] or full
    if full:
        return [row for row in full if row in by_key] or full
    narrowed = [row for row in by_key if row.words & words]
    return (
        (narrowed if len(narrowed) == 1 else by_key)
        or [row for row in roster.students if _same_numbers(keys, row.keys)]
        or [row for row in roster.students if _folded(label) in _run_together(row)]
        or [row for row in roster.students if words and words < row.words]
    )


def _keys_in(label):
    """Parts of a name that may be a number or a login."""
    spaced = re.split(r"[\s_()+,;]+", normal(label))
    return {_folded(part) for part in (*spaced, *tokens(label)) if len(part) > 1}


def _same_numbers(found, keys):
    """Whether a number is one of the roster's that has lost its leading zeros, or the reverse."""
    return any(same_number(one, key) for one in found for key in keys if one.isdigit())


def _run_together(row):
    """A name as Canvas writes it, "moririn" for "Mori, Rin", in either order."""
    parts = [part for part in re.split(r"[\W_]+", row.name.casefold()) if part]
    return {_folded("".join(parts)), _folded("".join(reversed(parts)))}


def _folded(text):
    return normal(text).casefold().strip()


def _as_row(row, same):
    return [replace(one, student=row.id) for one in same]


def _files(same):
    return ", ".join(one.file for one in same[:3])


def _named(rows):
    return " or ".join(f"{row.id} ({row.name})" if row.name else row.id for row in rows)
