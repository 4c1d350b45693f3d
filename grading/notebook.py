"""A submission is read with mistrust: it may be no notebook, or one that was cut to pieces."""

import json
from dataclasses import dataclass

LARGEST = 20 * 2**20
"""Bytes of a notebook; outputs and pictures are no part of an answer."""

ENCODINGS = ("utf-8-sig", "cp932", "latin-1")


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
    """

    kind: str
    id: str
    source: str


@dataclass(frozen=True)
class StudentNotebook:
    """The cells of a submission, the problem set that it says it is, and how it was encoded."""

    cells: tuple[StudentCell, ...]
    problems: str
    encoding: str


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
    content, encoding = _json(data)
    match content:
        case {"worksheets": _}:
            raise Unreadable("the notebook has an old format (version 3); open and save it anew")
        case {"cells": list(cells)}:
            found = tuple(_cell(cell) for cell in cells if isinstance(cell, dict))
            return StudentNotebook(found, str(_inside(content, "metadata", "problems")), encoding)
    raise Unreadable("the file is JSON, but no notebook")


def _json(data):
    """What the bytes say, in the encoding that JSON's own rules or the usual suspects give."""
    detected = json.detect_encoding(data)
    for encoding in ENCODINGS if detected.startswith("utf-8") else (detected,):
        try:
            return json.loads(data.decode(encoding)), encoding.removesuffix("-sig")
        except UnicodeDecodeError:
            continue
        except (ValueError, RecursionError):
            break
    raise Unreadable("the file is not JSON")


def _cell(cell):
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    identity = _inside(cell, "metadata", "nbgrader", "grade_id")
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    return StudentCell(kind, str(identity), source if isinstance(source, str) else "")


def _inside(content, *path):
    for step in path:
        content = content.get(step, "") if isinstance(content, dict) else ""
    return content if isinstance(content, str) else ""
