"""Whose notebook is it? Folders and archives, as they come from students and from their systems.

Understood are, in a folder or in a zip archive of it:

- one notebook a student, named after the student: ``mori.ipynb``;
- one folder a student: ``mori/problems_01.ipynb``, also deeper, as nbgrader collects them;
- Moodle's ``Mori Rin_12345_assignsubmission_file_/problems_01.ipynb``, or the same without a
  folder;
- Canvas's ``moririn_123_4567_problems_01.ipynb``, late ones too;
- a zip archive in the place of a student's notebook.

Of several notebooks by one student the one that was modified last counts; of equally old ones, the
one whose name comes last. Notebooks of other problem sets may lie beside it and are passed over. A
student with files but without a notebook is kept, as unreadable.
"""

import hashlib
import io
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath

from grading.notebook import LARGEST, read

MOODLE = re.compile(r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?")
CANVAS = re.compile(r"^(?P<name>[^_]+?)(?:_LATE|_late)?_(?P<number>\d+)_\d+_.+$")
MOST_FILES = 20_000
JUNK = {"__MACOSX", ".ipynb_checkpoints", ".git"}
COPY = re.compile(r"(\d+)")


class NoSubmissions(Exception):
    """There is nothing to grade, in one line."""


@dataclass(frozen=True)
class Submission:
    """A file that a student handed in.

    Attributes
    ----------
    student : str
    file : str
        Where it was found, for the instructor.
    time : tuple or float
        When it was modified; only compared.
    load : callable
        Returns at most LARGEST + 1 bytes of it.
    problem : str
        Why there is nothing to load, if there is not.
    set_aside : tuple of str
        Other files by the same student.
    """

    student: str
    file: str
    time: float
    load: Callable[[], bytes]
    problem: str = ""
    set_aside: tuple[str, ...] = ()

    @cached_property
    def problems(self) -> str:
        """The problem set that it says it belongs to; empty where it says nothing."""
        try:
            return "" if self.problem else read(self.load()).problems
        except Exception:  # damaged archives raise every kind; whoever grades it says so
            return ""


def discover(path: Path) -> list[list[Submission]]:
    """All that each student handed in, in the order of their names.

    Raises
    ------
    NoSubmissions
        There is no such folder or archive, or it holds no file.
    """
    if path.is_dir():
        found = list(_in_folder(path))
    elif path.is_file() and zipfile.is_zipfile(path):
        found = list(_in_archive(zipfile.ZipFile(path), ""))
    else:
        raise NoSubmissions(f"{path} is neither a folder nor a zip archive")
    if not found:
        raise NoSubmissions(f"{path} holds no submissions")
    students = {}
    for submission in found:
        students.setdefault(submission.student, []).append(submission)
    return [students[name] for name in sorted(students)]


def choose(same: list[Submission], name: str) -> Submission:
    """The notebook of a student that counts for a problem set, with the names of the others."""
    notebooks = [one for one in same if not one.problem]
    own = notebooks if len(same) == 1 else [o for o in notebooks if o.problems in ("", name)]
    counts = max(own or notebooks or same, key=lambda one: (one.time, _natural(one.file)))
    others = tuple(one.file for one in own if one is not counts)
    return replace(counts, set_aside=others)


def key(data: bytes, *other: str) -> str:
    """By which a result is kept: it changes with anything that could change the result."""
    sums = [hashlib.sha256(data).hexdigest(), *other]
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()[:32]


def student_of(name: str) -> str:
    """The student in the path of a file, with forward slashes, below the folder of submissions."""
    parts = PurePosixPath(name).parts
    for part in parts:
        for pattern in (MOODLE, CANVAS):
            if match := pattern.match(part):
                return f"{match['name']} ({match['number']})"
    return parts[0] if len(parts) > 1 else PurePosixPath(name).stem


def _natural(name):
    """A key for names, in which copy 10 comes after copy 9."""
    return [int(part) if part.isdigit() else part for part in COPY.split(name)]


def _in_folder(folder) -> Iterator[Submission]:
    for number, path in enumerate(sorted(folder.rglob("*"))):
        if number > MOST_FILES:
            raise NoSubmissions(f"{folder} holds more than {MOST_FILES} files")
        name = path.relative_to(folder).as_posix()
        if JUNK & set(name.split("/")) or path.name.startswith("."):
            continue
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            continue
        if not stat.S_ISREG(status.st_mode):
            yield _nothing(name, "this is a link or a device, not a file")
        elif path.suffix == ".zip":
            yield from _nested(name, status.st_mtime, _reader(path, 5 * LARGEST))
        else:
            yield _one(name, status.st_mtime, _reader(path, LARGEST))


def _reader(path, most):
    """A reader for a file, which never reads more than it may."""

    def load():
        with path.open("rb") as file:
            return file.read(most + 1)

    return load


def _in_archive(archive, within, student="") -> Iterator[Submission]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise NoSubmissions(f"the archive holds more than {MOST_FILES} files")
    around = _common_folder([entry.filename for entry in entries])
    for entry in entries:
        name = entry.filename.replace("\\", "/").lstrip("/").removeprefix(around)
        parts = name.split("/")
        if JUNK & set(parts) or parts[-1].startswith("."):
            continue
        time = _moment(entry.date_time)
        if name.endswith(".zip") and not within:
            yield from _nested(name, time, _member(archive, entry, 5 * LARGEST))
        else:
            yield _one(within + name, time, _member(archive, entry, LARGEST), student)


def _common_folder(names):
    """The folder that was packed with all that is in it, if there is one around several files."""
    tops = {name.split("/")[0] for name in names if name.split("/")[0] not in JUNK}
    if len(tops) == 1 and len(names) > 1 and all("/" in name for name in names):
        return f"{tops.pop()}/"
    return ""


def _nested(name, time, load) -> Iterator[Submission]:
    """What is in an archive that a student handed in."""
    student = student_of(name)
    try:
        archive = zipfile.ZipFile(io.BytesIO(load()))
        found = list(_in_archive(archive, f"{name}/", student))
    except (zipfile.BadZipFile, NoSubmissions, ValueError, OSError):
        found = []
    yield from found or [_nothing(name, "the archive cannot be read, or is empty")]


def _member(archive, entry, most):
    """A reader for an entry, which never unpacks more than it may."""

    def load():
        with archive.open(entry) as file:
            return file.read(most + 1)

    return load


def _moment(parts):
    """The time of an entry in seconds, as for files; of an impossible date, the beginning."""
    try:
        return datetime(*parts).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _one(name, time, load, student=""):
    if name.endswith(".ipynb"):
        return Submission(student or student_of(name), name, time, load)
    return replace(_nothing(name, f"{name} is no notebook"), student=student or student_of(name))


def _nothing(name, problem):
    return Submission(student_of(name), name, 0.0, bytes, problem)
