"""A submission is read with mistrust: it may be no notebook, or one that was cut to pieces."""

import json
import re
from dataclasses import dataclass, field

from grading.encodings import WITHIN_FILES, guesses

LARGEST = 20 * 2**20
"""Bytes of a notebook; outputs and pictures are no part of an answer."""

LARGEST_PICTURES = 2 * 2**20
"""Characters of the pictures in one cell."""
PICTURES = ("image/png", "image/jpeg")
BASE64 = re.compile(r"[A-Za-z0-9+/]+=*")
LONGEST_NAME = 200

INSTEAD = {
    b"PK\x03\x04": "an archive",
    b"<": "a web page",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
    b"\xd0\xcf\x11\xe0": "a document of an office program",
}


class Unreadable(Exception):
    """This is not a notebook, and why."""


@dataclass(frozen=True)
class StudentCell:
    """A cell of a submission.

    Attributes
    ----------
    kind : str
        "code" or "markdown".
    id : str
        What nbgrader's metadata call it; empty for a cell that the student added.
    source : str
    name : str
        The cell's own id, which Jupyter gives and other programs may keep elsewhere.
    pictures : dict of str to str
        Those that were pasted into it, as data URIs, by their names.
    """

    kind: str
    id: str
    source: str
    name: str = ""
    pictures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StudentNotebook:
    """The cells of a submission, the problem set that it says it is, and how it was encoded.

    Attributes
    ----------
    notes : tuple of str
        What the student should know of how the file was read.
    """

    cells: tuple[StudentCell, ...]
    problems: str
    encoding: str
    notes: tuple[str, ...] = ()


def read(data: bytes) -> StudentNotebook:
    """Read the bytes of a submission.

    Raises
    ------
    Unreadable
        It is empty, too large, not JSON, or not a notebook.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("the file is empty")
    if len(data) > LARGEST:
        raise Unreadable(f"the file has more than {LARGEST // 2**20} MB; were outputs cleared?")
    content, encoding, notes = _json(data)
    match content:
        case {"cells": list(cells)}:
            pass
        case {"worksheets": [*sheets]} if any(isinstance(sheet, dict) for sheet in sheets):
            cells = [c for s in sheets if isinstance(s, dict) for c in _listed(s.get("cells"))]
            notes += ("the notebook has an old format (version 3); it was read all the same",)
        case {"worksheets": _}:
            raise Unreadable("the notebook has an old format (version 3); open and save it anew")
        case _:
            raise Unreadable("the file is JSON, but no notebook")
    found = tuple(_cell(cell) for cell in cells if isinstance(cell, dict))
    return StudentNotebook(found, str(_inside(content, "metadata", "problems")), encoding, notes)


def _json(data):
    """What the bytes say, their encoding, and what is to be said of it."""
    for start, what in INSTEAD.items():
        if data.lstrip().startswith(start):
            raise Unreadable(f"the file is not JSON but {what}; hand in the .ipynb itself")
    try:
        encoding = json.detect_encoding(data)  # by JSON's own rules
        # A disk that was full, or lost its power, leaves zeros behind the end.
        text = data.decode(encoding).rstrip("\0")
        return json.loads(text), encoding.removesuffix("-sig"), ()
    except UnicodeDecodeError:
        return _guessed(data)
    except (ValueError, RecursionError):
        conflict = b"\n<<<<<<< " in data
        why = ": it holds the marks of a conflict in git" if conflict else ""
        raise Unreadable(f"the file is not JSON{why}") from None


def _guessed(data):
    for text, encoding in guesses(data, WITHIN_FILES):
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            continue
        name = "UTF-8, damaged in places" if encoding == "utf-8" else encoding
        note = f"the file is not in UTF-8, as notebooks are; it was read as {name}, a guess"
        return content, encoding, (note,)
    raise Unreadable("the file is not JSON")


def _listed(cells):
    return cells if isinstance(cells, list) else []


def _cell(cell):
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    identity = _inside(cell, "metadata", "nbgrader", "grade_id")
    name = _inside(cell, "id") or _inside(cell, "metadata", "id")
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    source = source if isinstance(source, str) else ""
    return StudentCell(kind, identity, source, name, _pictures(cell.get("attachments")))


def _pictures(attachments):
    """The pictures of a cell that are of a usual kind, up to a size that a page can bear."""
    found, left = {}, LARGEST_PICTURES
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        for kind in PICTURES if isinstance(kinds, dict) else ():
            data = kinds.get(kind)
            data = "".join(data.split()) if isinstance(data, str) else ""
            if len(name) <= LONGEST_NAME and 0 < len(data) <= left and BASE64.fullmatch(data):
                found[name] = f"data:{kind};base64,{data}"
                left -= len(data)
    return found


def _inside(content, *path):
    for step in path:
        content = content.get(step, "") if isinstance(content, dict) else ""
    return content if isinstance(content, str) else ""
