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
    finally:
        partial.unlink(missing_ok=True)
