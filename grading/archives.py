"""Zip archives as people make them: every member on its own, so that a bad one spoils no other.

The standard library's `zipfile` gives up an archive for one member that it cannot read: of a
version to come, with a damaged field, with a name that is not what its mark says. Here such a
member has a `problem`, and the others are read. Names without a mark of their encoding are read in
the encoding that makes all names of the archive plausible.
"""

import bz2
import struct
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from grading.encodings import NAMES_IN_ARCHIVES, decode

LARGEST_LIST = 16 * 2**20
"""Bytes of the list of members; about 200,000 of them."""
END, END_64 = b"PK\5\6", b"PK\6\6"
ENTRY, LOCAL = struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")
UNICODE_PATH, SIZES_64 = 0x7075, 0x0001
ENCRYPTED, UTF_8 = 0x1, 0x800
STORED, DEFLATED, BZIP2 = 0, 8, 12
PLAIN = -1  # as tar has it: the bytes alone
PIECE = 2**16
NOT_READ = "which is not read here; a .zip is"
KINDS = {
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"xar!": "a xar archive",
    b"MSCF": "a cabinet archive",
}
"""Archives of other programs, by how they begin."""


class BadArchive(Exception):
    """This is no archive that is known here, or its list of members cannot be read; in words."""


@dataclass(frozen=True)
class Member:
    """A file in an archive.

    Attributes
    ----------
    name : str
        With forward slashes.
    time : float
        When it was modified, in seconds as for files; 0 where the archive says nothing possible.
    problem : str
        Why it cannot be read, as far as its entry tells.
    """

    name: str
    time: float
    method: int
    packed: int
    size: int
    checksum: int
    place: int
    problem: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether it is no file."""
        return self.name.endswith("/")


def members(file: BinaryIO) -> list[Member]:
    """All that is in an archive, those too that have the same name.

    Raises
    ------
    BadArchive
    """
    start, size, shift = _directory(file)
    if size > LARGEST_LIST:
        raise BadArchive("lists too many files")
    file.seek(start)
    entries = list(_entries(file.read(size)))
    marked = [raw for raw, flags, *_ in entries if not flags & UTF_8]
    _, encoding = decode(b"\n".join(marked), NAMES_IN_ARCHIVES)
    return [_member(*entry, encoding, shift) for entry in entries]


def read(file: BinaryIO, member: Member, most: int) -> bytes:
    """At most `most` + 1 bytes of a member.

    Raises
    ------
    BadArchive
        It is encrypted, packed in an unknown way, or damaged.
    """
    if member.problem:
        raise BadArchive(member.problem)
    file.seek(member.place)
    if member.method == PLAIN:
        return _plain(file, member, most)
    head = file.read(LOCAL.size)
    if len(head) < LOCAL.size or head[:4] != b"PK\3\4":
        raise BadArchive("is damaged in the archive")
    *_, name, extra = LOCAL.unpack(head)
    file.seek(name + extra, 1)
    try:
        data = _unpacked(file, member, most)
    except (zlib.error, OSError, EOFError):
        raise BadArchive("is damaged in the archive") from None
    if len(data) <= most and zlib.crc32(data) != member.checksum:
        raise BadArchive("is damaged in the archive")
    return data


def not_read(start: bytes, ending: str = "") -> str:
    """Why an archive of another program is not read, by how it begins or else by its name."""
    for head, kind in KINDS.items():
        if start.startswith(head):
            return f"is {kind}, {NOT_READ}"
    if ending:
        return f"is a .{ending} archive, {NOT_READ}"
    return "is neither a zip nor a tar archive, or only a part of one"


def _plain(file, member, most):
    data = file.read(min(member.size, most + 1))
    if len(data) < min(member.size, most + 1):
        raise BadArchive("is damaged in the archive")
    return data


def _directory(file):
    """Where the list of members begins, its length, and what stands before the archive."""
    end = file.seek(0, 2)
    tail = min(end, 2**16 + 22)
    file.seek(end - tail)
    data = file.read(tail)
    place = data.rfind(END)
    if place < 0 or place + 22 > len(data):
        file.seek(0)
        raise BadArchive(not_read(file.read(8)))
    size, offset = struct.unpack_from("<2L", data, place + 12)
    stop = end - tail + place
    wide = data.rfind(END_64, 0, place)
    if 0xFFFFFFFF in (size, offset) and wide >= 0 and wide + 56 <= len(data):
        size, offset = struct.unpack_from("<2Q", data, wide + 40)
        stop = end - tail + wide
    if size > stop:
        raise BadArchive("is neither a zip nor a tar archive, or only a part of one")
    return stop - size, size, max(stop - size - offset, 0)


def _entries(data):
    """Yield for each member its raw name, flags, the rest of its entry, and its extra fields."""
    place = 0
    while data[place : place + 4] == b"PK\1\2" and place + ENTRY.size <= len(data):
        fields = ENTRY.unpack_from(data, place)
        flags, method, time, date, checksum, packed, size = fields[3:10]
        name, extra, comment = fields[10:13]
        place += ENTRY.size
        raw, more = data[place : place + name], data[place + name : place + name + extra]
        place += name + extra + comment
        yield raw, flags, (method, time, date, checksum, packed, size, fields[-1]), more


def _member(raw, flags, entry, extra, encoding, shift):
    method, time, date, checksum, packed, size, place = entry
    more = dict(_fields(extra))
    wide = more.get(SIZES_64, b"")
    values = iter(struct.unpack(f"<{len(wide) // 8}Q", wide[: len(wide) // 8 * 8]))
    size, packed, place = (
        next(values, value) if value == 0xFFFFFFFF else value for value in (size, packed, place)
    )
    problem = "is encrypted in the archive" if flags & ENCRYPTED else ""
    if method not in (STORED, DEFLATED, BZIP2):
        problem = f"is packed in a way that is not known here (method {method})"
    name = _name(raw, flags, more, encoding)
    return Member(name, _moment(date, time), method, packed, size, checksum, place + shift, problem)


def _fields(extra):
    """Yield the extra fields of an entry, as far as they are whole."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, place)
        if place + 4 + length > len(extra):
            return
        yield kind, extra[place + 4 : place + 4 + length]
        place += 4 + length


def _name(raw, flags, fields, encoding):
    unicode_path = fields.get(UNICODE_PATH, b"")
    if unicode_path[:1] == b"\1" and unicode_path[1:5] == struct.pack("<L", zlib.crc32(raw)):
        raw, encoding = unicode_path[5:], "utf-8"
    elif flags & UTF_8:
        encoding = "utf-8"
    try:
        name = raw.decode(encoding)
    except UnicodeDecodeError:
        name, _ = decode(raw, NAMES_IN_ARCHIVES)
    return name.split("\0")[0].replace("\\", "/")


def _moment(date, time):
    try:
        day = (1980 + (date >> 9), date >> 5 & 15, date & 31)
        return datetime(*day, time >> 11, time >> 5 & 63, 2 * (time & 31)).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _unpacked(file, member, most):
    if member.method == STORED:
        return file.read(min(member.packed, most + 1))
    unpack = zlib.decompressobj(-15) if member.method == DEFLATED else bz2.BZ2Decompressor()
    left, found, pending = member.packed, bytearray(), b""
    while len(found) <= most and not unpack.eof:
        if not pending:
            pending = file.read(min(left, PIECE))
            left -= len(pending)
        before = len(found)
        found += unpack.decompress(pending, most + 1 - before)
        pending = getattr(unpack, "unconsumed_tail", b"")
        if not left and not pending and len(found) == before:
            break
    return bytes(found)
