"""Archives as tar packs them: read where they lie, like zip archives.

A compressed one is unpacked once, up to a limit, into a file that has no name and ends with the
program, for nothing can be found in it otherwise. What is no file, such as a link, has a `problem`.
"""

import atexit
import bz2
import io
import lzma
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from typing import BinaryIO

from grading.archives import PLAIN, BadArchive, Member
from grading.encodings import NAMES_IN_ARCHIVES, decode

MOST_MEMBERS = 100_000
PIECE = 2**20
UNPACKERS = {
    b"\x1f\x8b": lambda: zlib.decompressobj(31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lzma.LZMADecompressor,
}
"""What unpacks a compressed file, by how it begins."""
BROKEN = (tarfile.TarError, EOFError, ValueError, RecursionError)
DAMAGED = "is damaged, or only a part of one"


def is_tar(file: BinaryIO) -> bool:
    """Whether it is one, not compressed."""
    file.seek(257)
    return file.read(5) == b"ustar"


def members(file: BinaryIO) -> list[Member]:
    """All that is in an archive, those too that have the same name.

    Raises
    ------
    BadArchive
    """
    found = []
    try:
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:", errors="surrogateescape") as archive:
            for info in archive:
                found.append(info)
                if len(found) > MOST_MEMBERS:
                    raise BadArchive("lists too many files")
            file.seek(archive.offset)  # tarfile takes a damaged member for the end
    except BROKEN:
        raise BadArchive(DAMAGED) from None
    if file.read(tarfile.BLOCKSIZE).strip(b"\0"):
        raise BadArchive(DAMAGED)
    raw = [info.name.encode("utf-8", "surrogateescape") for info in found]
    _, encoding = decode(b"\n".join(raw), NAMES_IN_ARCHIVES)
    return [_member(info, name, encoding) for info, name in zip(found, raw, strict=True)]


def unpacked(open_: Callable[[], BinaryIO], most: int) -> Callable[[], BinaryIO]:
    """How to open what is within a compressed file; others are opened as they are.

    Raises
    ------
    BadArchive
        It has more than `most` bytes, or is damaged.
    """
    with open_() as file:
        file.seek(0)
        head = file.read(6)
        file.seek(0)
        for start, unpacker in UNPACKERS.items():
            if head.startswith(start):
                return _Part.after(_pieces(file, start, unpacker), most)
    return open_


def _member(info, raw, encoding):
    try:
        name = raw.decode(encoding)
    except UnicodeDecodeError:
        name, _ = decode(raw, NAMES_IN_ARCHIVES)
    name = name.replace("\\", "/").rstrip("/") + "/" * info.isdir()
    problem = "" if info.isdir() or info.isfile() else "is a link or a device in the archive"
    if info.sparse is not None:
        problem = "is packed with holes, in a way that is not known here"
    size, time = max(info.size, 0), float(max(info.mtime, 0))
    return Member(name, time, PLAIN, size, size, 0, info.offset_data, problem)


def _pieces(file, start, unpacker):
    """Yield what is within a compressed file, piece by piece; several in a row are one."""
    pending = file.read(PIECE)
    while pending.startswith(start):
        unpack, more = unpacker(), False
        while not unpack.eof:
            pending = pending or (b"" if more else file.read(PIECE))
            if not pending and not more:
                raise BadArchive(DAMAGED)
            try:
                data = unpack.decompress(pending, PIECE)
            except (zlib.error, lzma.LZMAError, OSError, EOFError):
                raise BadArchive(DAMAGED) from None
            yield data
            pending, more = getattr(unpack, "unconsumed_tail", b""), len(data) == PIECE
        pending = (unpack.unused_data or file.read(PIECE)).lstrip(b"\0")


@cache
def _store():
    file = tempfile.TemporaryFile()  # noqa: SIM115 (it lasts as long as the program)
    atexit.register(file.close)
    return file


class _Part(io.RawIOBase):
    """A part of the store, read without moving its place: threads read at the same time."""

    def __init__(self, start: int, size: int):
        super().__init__()
        self.start, self.size, self.place = start, size, 0

    @classmethod
    def after(cls, pieces, most: int) -> Callable[[], BinaryIO]:
        """Write the pieces behind what is in the store; how to open them."""
        store, size = _store(), 0
        start = store.seek(0, 2)
        for piece in pieces:
            size += len(piece)
            if size > most:
                store.truncate(start)
                raise BadArchive(f"has more than {most // 2**20} MB when it is unpacked")
            store.write(piece)
        store.flush()
        return lambda: cls(start, size)

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The place from which is read."""
        return self.place

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, counted from the start, from here, or from the end."""
        self.place = offset + (0, self.place, self.size)[whence]
        return self.place

    def readinto(self, buffer) -> int:
        """Fill the buffer, as far as there is something."""
        wanted = min(len(buffer), max(self.size - self.place, 0))
        data = os.pread(_store().fileno(), wanted, self.start + self.place)
        buffer[: len(data)] = data
        self.place += len(data)
        return len(data)
