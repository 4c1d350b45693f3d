"""A file is written whole, or stays what it was."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def atomic_write(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """Open a file for writing bytes that takes the place of `path` when the block has ended.

    It lies beside its place until then. If the block raises, or the program is killed, an older
    file is as it was. Threads and processes may write the same file at once: the last one counts.
    What is left of a program that was killed while it wrote is called ``.….partial``, and may be
    deleted.

    Raises
    ------
    OSError
        There is no such folder, or no room, or no right to write; it names `path`.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(path.parent))
    # A name of its own each time; and a short one, for that of the file may be as long as can be.
    partial = path.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        with open(partial, "wb") as file:
            yield file
        os.replace(partial, path)
    except OSError as error:
        # The system names no file, or the one beside.
        if error.errno and str(error.filename or partial) == str(partial):
            error.filename = str(path)
            del error.filename2
        raise
    finally:
        if partial.exists():  # where nothing may be written, nothing may be removed either
            partial.unlink()
