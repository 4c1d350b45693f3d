"""What was handed in? Folders and archives, as they come from students and from their systems.

Whose a file is, `grading.names` says; the guide for instructors lists what is understood. An
archive is read as a folder of its name, wherever it lies. What cannot be read, a damaged member or
a link, is kept with its `problem`, and concerns its student alone; so is a student's folder without
a notebook.
"""

import errno
import hashlib
import io
import os
import re
import stat
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property, partial
from pathlib import Path
from typing import BinaryIO

import yaml

from grading import archives, names, tars
from grading.archives import NOT_READ, BadArchive
from grading.encodings import NAMES_IN_ARCHIVES, decode
from grading.names import Ambiguous, Identity, Item
from grading.notebook import LARGEST
from grading.problem_set import all_sets

JUNK = {"__MACOSX", "__pycache__", ".git", ".idea", ".vscode", ".Trash", "$RECYCLE.BIN"}
CHECKPOINTS = ".ipynb_checkpoints"
ENVIRONMENTS = {"node_modules", "site-packages", ".venv", "venv", ".tox", "conda-meta"}
NOTEBOOK = re.compile(r"\.ipynb(?:\.(?:txt|json|html?|download))*(?: ?\(\d+\))?$", re.IGNORECASE)
PERHAPS = re.compile(r"\.(?:json|txt)$", re.IGNORECASE)
ARCHIVE = re.compile(
    r"\.(?:zip|tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz))(?: ?\(\d+\))?$", re.IGNORECASE
)
OF_OTHERS = re.compile(
    r"\.(rar|r\d\d|7z|zipx|z\d\d|lzh|arj|ace|cab|sitx?|dmg|gz|bz2|xz|zst|tzst|Z)(?:\.\d{3})?"
    r"(?: ?\(\d+\))?$",
    re.IGNORECASE,
)
"""Archives, and parts of them, that are not read."""
OF_SYSTEMS = re.compile(
    r"(?i)(?:\.(?:csv|tsv|xlsx?|ods|html?|ya?ml|log|md|db|ini)|^timestamp\.txt|^readme.*)$"
)
UNFINISHED = re.compile(
    r"(?i)(?<![^\W_])(?:draft|entwurf|scratch|old|alt|backup|working files)(?![^\W_])"
)
LARGEST_ARCHIVE = 10 * LARGEST
LARGEST_CLASS = 100 * LARGEST_ARCHIVE
"""Bytes in a compressed tar archive of a student; of a class."""
DEEPEST = 4
MOST_OTHERS = 1_000
COUNT = re.compile(r"(\d+)")


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
    time : float
        When it was modified, in seconds.
    load : callable
        Returns at most LARGEST + 1 bytes of it.
    problem : str
        Why there is nothing to load, if there is not.
    set_aside : tuple of str
        Other files by the same student.
    ids : tuple of str
        Numbers and logins of the student, as far as names say them.
    moment : str
        Orders attempts, where names have dates or numbers.
    notes : tuple of str
        What was passed over, and why.
    not_read : tuple of str
        What the instructor should ask for again: archives of other kinds, and why there is no
        notebook.
    """

    student: str
    file: str
    time: float
    load: Callable[[], bytes]
    problem: str = ""
    set_aside: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    moment: str = ""
    notes: tuple[str, ...] = ()
    not_read: tuple[str, ...] = ()

    @cached_property
    def problems(self) -> str:
        """The problem set that it says it belongs to; empty where it says nothing."""
        return self._said or ""

    @cached_property
    def is_broken(self) -> bool:
        """Whether it does not even look like a notebook."""
        return self._said is None

    @cached_property
    def _said(self):
        if self.problem:
            return None
        try:
            return said(self.load())
        except (BadArchive, OSError):
            return None

    @property
    def is_notebook(self) -> bool:
        """Whether it is one that can be loaded."""
        return not self.problem


@dataclass(frozen=True)
class Entry:
    """A file as it was found, or a folder without files, before anybody knows whose it is."""

    parts: tuple[str, ...]
    time: float = 0.0
    load: Callable[[], bytes] = bytes
    problem: str = ""
    notebook: bool = False
    note: str = ""

    @property
    def is_file(self) -> bool:
        """Whether it is more than a folder in which nothing was found."""
        return self.notebook or bool(self.problem)

    @property
    def path(self) -> str:
        """As it is shown."""
        return "/".join(self.parts)


@dataclass(frozen=True)
class Collection:
    """What was found: for each student, in the order of their names, all that was handed in.

    Attributes
    ----------
    files : int
    nobodys : tuple of str
        Files that are no student's, such as a system's own lists.
    """

    students: list[list[Submission]]
    files: int = 0
    nobodys: tuple[str, ...] = ()


def discover(path: Path) -> list[list[Submission]]:
    """All that each student handed in, in the order of their names; see `collect`."""
    return collect(path).students


def collect(path: Path, whose: Callable[[str], str] | None = None) -> Collection:
    """Find all that was handed in, and whose it is.

    Parameters
    ----------
    whose : callable, optional
        The student that a part of a path names for certain, or nothing; asked where names alone
        leave open whose files are.

    Raises
    ------
    NoSubmissions
        There is no such folder or archive, it holds no file, or it cannot be known whose they are.
    """
    entries = list(_found(path))
    groups = _of_gradescope(entries)
    entries = _without_parents(_with_timestamps(entries))
    items = [_item(entry, groups) for entry in entries]
    try:
        identities = names.identify(items)
    except Ambiguous as reason:
        identities = _with_help(items, whose)
        if not identities:
            raise NoSubmissions(f"nothing was graded: {reason}") from None
    students, nobodys = defaultdict(list), []
    for entry, identity in zip(entries, identities, strict=True):
        for one in identity:
            students[one.label].append(_submission(entry, one))
        if not identity and entry.is_file:
            nobodys.append(entry.path)
    if not students:
        raise NoSubmissions(f"{path} holds no submissions")
    files = sum(entry.is_file for entry in entries)
    return Collection([students[name] for name in sorted(students)], files, tuple(nobodys))


def choose(same: list[Submission], name: str) -> Submission:
    """The notebook of a student that counts for a problem set, with the names of the others.

    Those count that are named after the set; if there is none, those that belong to it by what is
    in them. Of several the last attempt counts: by the number or date in its name, or its time.
    """
    notebooks = [one for one in same if one.is_notebook]
    own = _own(notebooks, name)
    order = _order(own)
    counts = max(own or notebooks or same, key=order)
    others = [
        one.file
        for one in notebooks
        if one is not counts and (one in own or set_in(one.file) in ("", name))
    ]
    lost = [f"{o.file} ({o.problem})" for o in same if o.problem and o.load is not bytes]
    notes = tuple(dict.fromkeys(note for one in same for note in one.notes))
    problem = "; ".join((counts.problem, *notes)) if counts.problem else ""
    aside = tuple(others) + tuple(lost if counts.is_notebook else ())
    asked = [one.problem for one in same if NOT_READ in one.problem]
    return replace(
        counts,
        problem=problem,
        set_aside=aside,
        notes=() if problem else notes,
        not_read=tuple(asked) if counts.is_notebook else (problem,),
    )


def key(data: bytes, *other: str) -> str:
    """By which a result is kept: it changes with anything that could change the result."""
    sums = [hashlib.sha256(data).hexdigest(), *other]
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()[:32]


def said(data: bytes) -> str | None:
    """The problem set that bytes say they are, "" if they say none, None if they are no notebook.

    They are not parsed: a notebook with large outputs costs its bytes and no more.
    """
    data = data.replace(b"\0", b"").strip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not (data.startswith(b"{") and data.endswith(b"}")):
        return None
    if match := re.search(rb'"problems"\s*:\s*"([^"\\]*)"', data):
        return match[1].decode("utf-8", "replace")
    hits = {name: _hits(answers, data) for name, answers in _answers().items()}
    best = max(hits, key=hits.get, default="")
    return best if hits.get(best, 0) >= 2 else ""


def set_in(path: str) -> str:
    """The problem set in the name of a file, or of the innermost folder that has one."""
    numbers = {_numbered(name): name for name in _answers()}
    for part in reversed(path.split("/")):
        for match in re.finditer(
            r"(?i)(?<![^\W_])(?:problem[ _-]?sets?|problems?|psets?|ps)[ _.-]?#?0*(\d{1,3})(?!\d)",
            part,
        ):
            if match[1] in numbers:
                return numbers[match[1]]
    return ""


def _numbered(name):
    return name.rsplit("_", 1)[-1].lstrip("0")


def _own(notebooks, name):
    """The notebooks of a student that may count."""
    if len(notebooks) < 2:
        return notebooks
    by_name = [one for one in notebooks if set_in(one.file) == name]
    here = [one for one in by_name if set_in(one.file.split("/")[-1]) == name]
    if by_name:
        return here or by_name
    others = [one for one in notebooks if not set_in(one.file)]
    return (
        [one for one in others if one.problems == name or one.is_broken]
        or [one for one in others if not one.problems]
        or notebooks
    )


def _order(own):
    moments = all(one.moment for one in own)

    def order(one):
        finished = not UNFINISHED.search(one.file)
        return finished, one.moment if moments else "", one.time, _natural(one.file)

    return order


def _natural(name):
    """A key for names, in which copy 10 comes after copy 9, and a copy after its original."""
    stem = NOTEBOOK.sub(lambda match: match[0].partition("(")[2], name)
    return [int(part) if part.isdigit() else part for part in COUNT.split(stem)]


@cache
def _answers():
    """The names of the answers of every problem set."""
    pattern = re.compile(r'^:answer: (\w+)|^\+\+\+ .*"written": "(\w+)"', re.MULTILINE)
    return {
        path.stem: [a or b for a, b in pattern.findall(path.read_text("utf-8"))]
        for path in all_sets()
    }


def _hits(answers, data):
    either = "|".join(answers).encode()
    return len(set(re.findall(rb'(?:"(?:grade_)?id"\s*:\s*"|def )(' + either + rb")\b", data)))


# --- from files to entries ---


def _found(path) -> Iterator[Entry]:
    if path.is_dir():
        return _in_folder(path)
    if not path.is_file():
        raise NoSubmissions(f"{path} is neither a folder nor an archive")
    entries = _in_archive(partial(path.open, "rb"), (), 0)
    first = next(entries)
    if first.problem:
        raise NoSubmissions(f"{path}: {first.problem}")
    return entries


def _in_folder(folder) -> Iterator[Entry]:
    for top, folders, files in os.walk(folder):
        parts = tuple(map(_legible, Path(top).relative_to(folder).parts))
        if environment := _environment(folders, files):
            yield Entry(parts, note=f"{'/'.join(parts)} was passed over: {environment}")
            folders.clear()
            continue
        yield Entry(parts)
        yield from _passed_over(parts, folders)
        links = [name for name in folders if Path(top, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not _is_junk(name) and name not in links)
        for name in _not_too_many(sorted(files + links)):
            yield from _in_file(Path(top, name), (*parts, _legible(name)))


def _environment(folders, files):
    """Why a folder is no place for submissions, if it is none."""
    if "pyvenv.cfg" in files or "conda-meta" in folders:
        return "an environment of Python"
    return "an environment of Node" if ".package-lock.json" in files else ""


def _passed_over(parts, folders):
    for name in sorted(set(folders) & ENVIRONMENTS):
        yield Entry(parts, note=f"{'/'.join((*parts, name))} was passed over: an environment")


def _is_junk(name):
    return name in JUNK or name in ENVIRONMENTS or name == CHECKPOINTS


def _not_too_many(files):
    """All notebooks and archives, and of other files so many as students may hand in."""
    left = MOST_OTHERS
    for name in files:
        if NOTEBOOK.search(name) or ARCHIVE.search(name):
            yield name
        elif left:
            left -= 1
            yield name


def _in_file(path, parts):
    if parts[-1].startswith("."):
        return
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        problem = "this is a link or a device, not a file"
        yield Entry(parts, status.st_mtime, problem=problem, load=_unreadable)
    elif ARCHIVE.search(parts[-1]):
        yield from _in_archive(partial(path.open, "rb"), parts, 1, status.st_mtime)
    else:
        yield _entry(parts, status.st_mtime, partial(_read, path))


def _read(path):
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _legible(name):
    """A name whose bytes are not UTF-8, as archives leave them behind."""
    raw = os.fsencode(name)
    return names.printable(names.normal(decode(raw, NAMES_IN_ARCHIVES)[0]))


def _in_archive(open_, parts, depth, time=0.0) -> Iterator[Entry]:
    """What is in an archive; it is opened again whenever something is read from it.

    What cannot be opened is of the time of the archive.
    """
    try:
        open_ = tars.unpacked(open_, LARGEST_ARCHIVE if depth else LARGEST_CLASS)
        with open_() as file:
            members = (tars if tars.is_tar(file) else archives).members(file)
    except (BadArchive, OSError) as reason:
        if getattr(reason, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
            raise  # there is no room to unpack it here, which is not its student's fault
        problem = f"{parts[-1] if parts else 'it'} {reason}"
        yield Entry(parts, time, problem=problem, load=_unreadable)
        return
    inner = [(_parts(member.name), member) for member in members]
    environments = {p[:-1] for p, _ in inner if p and p[-1] in ("pyvenv.cfg", ".package-lock.json")}
    yield Entry(parts, time, problem="" if inner else "the archive is empty", load=_unreadable)
    for path, member in inner:
        passed = next((n for n in range(len(path)) if path[:n] in environments), None)
        first = next((n for n, name in enumerate(path) if _is_junk(name)), passed)
        if first is not None:
            yield from _junk(parts, path, first)
        elif path:
            yield from _in_member(open_, member, (*parts, *path), depth)


def _junk(parts, path, first):
    if path[0] != "__MACOSX":
        name = "/".join((*parts, *path[: first + 1]))
        told = path[min(first, len(path) - 1)] in (JUNK | {CHECKPOINTS})
        yield Entry((*parts, *path[:first]), note="" if told else f"{name} was passed over")


def _parts(name):
    """A path that nobody can climb out of the archive with."""
    parts = [names.printable(names.normal(part.strip())) for part in name.split("/")]
    return tuple(part for part in parts if part not in ("", ".", "..") and part[1:] != ":")


def _in_member(open_, member, parts, depth):
    if member.is_folder:
        yield Entry(parts)
    elif parts[-1].startswith("."):
        yield Entry(parts[:-1])
    elif member.problem:
        problem = f"{parts[-1]} {member.problem}"
        yield Entry(parts, member.time, problem=problem, load=_unreadable)
    elif ARCHIVE.search(parts[-1]) and depth >= DEEPEST:
        problem = f"{parts[-1]} lies in {DEEPEST} archives one within another, more are not opened"
        yield Entry(parts, member.time, problem=problem, load=_unreadable)
    elif ARCHIVE.search(parts[-1]):
        yield from _in_archive(partial(_opened, open_, member), parts, depth + 1, member.time)
    else:
        yield _entry(parts, member.time, partial(_read_member, open_, member, LARGEST))


def _read_member(open_, member, most):
    with open_() as file:
        return archives.read(file, member, most)


def _opened(open_, member) -> BinaryIO:
    """An archive within an archive."""
    data = _read_member(open_, member, LARGEST_ARCHIVE)
    if len(data) > LARGEST_ARCHIVE:
        raise BadArchive(f"has more than {LARGEST_ARCHIVE // 2**20} MB")
    return io.BytesIO(data)


def _entry(parts, time, load):
    name = parts[-1]
    if NOTEBOOK.search(name) or (PERHAPS.search(name) and _looks_like_one(load)):
        return Entry(parts, time, load, notebook=True)
    if other := OF_OTHERS.search(name):
        problem = archives.not_read(_start(load), other[1].lower())
        return Entry(parts, time, load, problem=f"{name} {problem}")
    return Entry(parts, time, load, problem=f"{name} is no notebook")


def _start(load):
    try:
        return load()[:8]
    except (BadArchive, OSError):
        return b""


def _looks_like_one(load):
    try:
        data = load()[:LARGEST]
    except (BadArchive, OSError):
        return False
    return said(data) is not None and b'"cells"' in data.replace(b"\0", b"")


def _unreadable():
    raise BadArchive("cannot be read")


# --- from entries to students ---


def _without_parents(entries):
    """Without the folders in which something else was found; their notes go to what is in them."""
    with_files = {entry.parts[:n] for entry in entries for n in range(len(entry.parts))}
    kept = [e for e in entries if e.problem or e.notebook or e.note or e.parts not in with_files]
    return [e for e in dict.fromkeys(kept) if e.parts]


def _item(entry, groups):
    known = next((groups[part] for part in entry.parts if part in groups), ())
    if entry.notebook:
        kind = "notebook"
    elif not entry.is_file:
        return Item((*entry.parts, ""), "folder", known=known)
    else:
        kind = "system" if OF_SYSTEMS.search(entry.parts[-1]) else "other"
    return Item(entry.parts, kind, entry.time, partial(_claims, entry), known)


def _with_help(items, whose):
    """Identities, if it is said for certain whose all notebooks are, and nobody is merged."""
    if whose is None:
        return []
    said_ = {}
    for item in items:
        found = {whose(part) for part in item.parts} - {""}
        said_[item.parts] = found.pop() if len(found) == 1 else ""
    owners = Counter(said_[item.parts] for item in items if item.notebook)
    if "" in owners or max(owners.values(), default=0) > 1:
        return []
    owners = [said_[item.parts] for item in items]
    return [(Identity(owner, (owner,)),) if owner else () for owner in owners]


def _claims(entry):
    """Whether it is an answer to a problem set, as far as can be known; what is broken may be."""
    if not entry.notebook:
        return False
    try:
        return said(entry.load()) != ""
    except (BadArchive, OSError):
        return True


def _submission(entry, one: Identity):
    notes = (entry.note,) if entry.note else ()
    problem = entry.problem or ("" if entry.notebook else "there is no notebook")
    load = (
        entry.load if entry.notebook else (bytes if entry.load is not _unreadable else _unreadable)
    )
    return Submission(
        one.label, entry.path, entry.time, load, problem, (), one.ids, one.moment, notes
    )


def _of_gradescope(entries):
    """Who handed in Gradescope's folders: its list says it, several for one folder in a group."""
    found = {}
    for entry in entries:
        if entry.parts and entry.parts[-1] == "submission_metadata.yml":
            try:
                said_ = yaml.load(entry.load(), getattr(yaml, "CBaseLoader", yaml.BaseLoader))
                found |= {folder: _submitters(about) for folder, about in said_.items()}
            except (yaml.YAMLError, AttributeError, TypeError, BadArchive, OSError):
                continue
    return {folder: people for folder, people in found.items() if people}


def _submitters(about):
    found = []
    for one in about[":submitters"]:
        ids = tuple(filter(None, (one.get(":sid", ""), one.get(":email", ""))))
        found.append(Identity(f"{one[':name']} ({ids[0]})" if ids else one[":name"], ids))
    return tuple(found)


def _with_timestamps(entries):
    """Times of nbgrader's `timestamp.txt` for what lies beside it."""
    stamps = {e.parts[:-1]: _stamp(e) for e in entries if e.parts[-1:] == ("timestamp.txt",)}
    return [replace(e, time=stamps.get(e.parts[:-1]) or e.time) for e in entries]


def _stamp(entry):
    try:
        return datetime.fromisoformat(entry.load()[:19].decode()).timestamp()
    except (ValueError, BadArchive, OSError):
        return 0.0
