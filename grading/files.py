"""Files of results are there as a whole or as they were, whatever is written at the same time."""

import contextlib
import secrets
from pathlib import Path

from ae_course.files import atomic_write

PROBE = 2**20
"""Bytes that must fit before a class is graded."""


def write_whole(path: Path, content: str | bytes, encoding: str = "utf-8") -> None:
    """Write a file, and the folders that it lies in, so that it is there as a whole or as it was.

    Raises
    ------
    OSError
        It cannot be written, because the disk is full for instance; nothing is left of the attempt.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as file:
        file.write(content if isinstance(content, bytes) else content.encode(encoding))


def check_writable(folder: Path) -> None:
    """Raise OSError unless a file of `PROBE` bytes can be written in a folder; it is not kept."""
    probe = folder / f".{secrets.token_hex(8)}.probe"
    try:
        write_whole(probe, b"\0" * PROBE)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
