"""Files are there as a whole or as they were, whatever is written at the same time."""

import contextlib
import os
import secrets
from pathlib import Path

PROBE = 2**20
"""Bytes that must fit before a class is graded."""


def write_whole(path: Path, content: str | bytes, encoding: str = "utf-8") -> None:
    """Write a file so that it is there as a whole or as it was.

    Raises
    ------
    OSError
        It cannot be written, because the disk is full for instance; nothing is left of the attempt.
    """
    data = content if isinstance(content, bytes) else content.encode(encoding)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Of its own: threads and processes may write the same file. Short: a long name may just fit.
    partial = path.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        partial.write_bytes(data)
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def check_writable(folder: Path) -> None:
    """Raise OSError unless a file of `PROBE` bytes can be written in a folder; it is not kept."""
    probe = folder / f".{secrets.token_hex(8)}.probe"
    try:
        write_whole(probe, b"\0" * PROBE)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
