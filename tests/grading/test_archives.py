"""Archives as systems of every kind pack them; one bad member spoils no other."""

import io
import struct
import zipfile
import zlib

import pytest
from handed_in import blank, data

from grading import archives
from grading.archives import BadArchive, members
from grading.encodings import NAMES_IN_ARCHIVES, decode
from grading.notebook import LARGEST
from grading.submissions import choose, discover

NOTEBOOK = data(blank())


def packed(files, **how):
    """An archive whose names are these bytes, without any mark of their encoding."""
    buffer, names = io.BytesIO(), []
    with zipfile.ZipFile(buffer, "w", **how) as archive:
        for number, (name, content) in enumerate(files):
            raw = name if isinstance(name, bytes) else name.encode("ascii")
            names.append((f"{number:03}".encode() + b"~" * (len(raw) - 3), raw))
            archive.writestr(zipfile.ZipInfo(names[-1][0].decode()), content)
    packed = buffer.getvalue()
    for placeholder, raw in names:
        assert packed.count(placeholder) == 2
        packed = packed.replace(placeholder, raw)
    return packed


def students(tmp_path, archive):
    """By their names, what is graded of an archive."""
    (tmp_path / "in.zip").write_bytes(archive)
    found = [choose(same, "problems_01") for same in discover(tmp_path / "in.zip")]
    return {one.student: one for one in found}


NAMES = {
    "cp932": ["表参道_能", "森凛", "ソ連_十", "髙橋ひな"],
    "cp850": ["Müller", "João", "Sørensen", "Ünal"],
    "cp437": ["Müller", "André", "Åse", "Nuñez"],
    "cp1252": ["Müller", "François", "José", "Bjørn"],
    "gbk": ["王小明", "李娜", "张伟", "陈静"],
    "cp1251": ["Иванов", "Петров"],
    "cp866": ["Иванов Сергей", "Иванова Сергей", "Щукин Юрий"],
    "cp852": ["Łukasz Wiśniewski", "Agnieszka Dąbrowska", "Michał Wójcik", "Paweł Gęślą"],
    "cp1250": ["Jiří Dvořák", "Kateřina Černá", "Ondřej Růžička", "Zdeněk Šťastný"],
    "cp857": ["Ayşe Yılmaz", "Çağla Şahin", "Ömer Öztürk", "İbrahim Güneş"],
    "cp1254": ["Ayşe Yılmaz", "Çağla Şahin", "Doğan Işık"],
    "cp949": ["김민수", "이서연", "박지훈", "최은영"],
    "cp737": ["Γιώργος Παπαδόπουλος", "Μαρία Νικολάου", "Ελένη Γεωργίου"],
    "cp1253": ["Γιώργος Παπαδόπουλος", "Μαρία Νικολάου", "Ελένη Γεωργίου"],
    "utf-8": ["森凛", "Müller", "Иванов"],
}


@pytest.mark.parametrize("path", ["{}/problems_01.ipynb", "problems_01_{}.ipynb", "{}.ipynb"])
@pytest.mark.parametrize("encoding", NAMES)
def test_names_without_a_mark_of_their_encoding_are_legible(tmp_path, encoding, path):
    names = NAMES[encoding]
    files = [(path.format(name).encode(encoding), NOTEBOOK) for name in names]
    assert set(students(tmp_path, packed(files))) == set(names)


@pytest.mark.parametrize("name", ["陈丽", "高飞", "林芳", "罗兰", "王小明"])
def test_a_chinese_name_by_itself_is_not_taken_for_a_korean_one(name):
    assert decode(f"{name}_hw1.ipynb".encode("gbk"), NAMES_IN_ARCHIVES)[1] == "gbk"


def test_backslashes_part_folders_also_where_letters_have_them_as_second_byte(tmp_path):
    files = [
        (f"{name}\\problems_01.ipynb".encode("cp932"), NOTEBOOK) for name in ("表", "能", "ソ")
    ]
    assert set(students(tmp_path, packed(files))) == {"表", "能", "ソ"}


def test_a_unicode_path_beside_the_name_is_believed_if_it_belongs_to_it(tmp_path):
    raw, name = b"M?ller/problems_01.ipynb", "Müller/problems_01.ipynb".encode()
    extra = struct.pack("<BL", 1, zlib.crc32(raw)) + name
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo(raw.decode())
        entry.extra = struct.pack("<2H", 0x7075, len(extra)) + extra
        archive.writestr(entry, NOTEBOOK)
        archive.writestr("Abe/problems_01.ipynb", NOTEBOOK)
    assert set(students(tmp_path, buffer.getvalue())) == {"Müller", "Abe"}
    spoilt = buffer.getvalue().replace(raw, b"M!ller/problems_01.ipynb")
    assert set(students(tmp_path, spoilt)) == {"M!ller", "Abe"}


def spoil(archive, name, where, value, of=b"PK\1\2"):
    """An archive with other bytes in the entry, or in the head, of one member."""
    place = archive.index(name)
    start = archive.rindex(of, 0, archive.rindex(name) if of == b"PK\1\2" else place)
    return archive[: start + where] + value + archive[start + where + len(value) :]


PAIR = packed([("mori/problems_01.ipynb", NOTEBOOK), ("abe/problems_01.ipynb", NOTEBOOK)])
MORI = b"mori/problems_01.ipynb"
SPOILT = {
    "of a version to come": (spoil(PAIR, MORI, 6, struct.pack("<H", 99)), None),
    "encrypted": (spoil(PAIR, MORI, 8, b"\1\0"), "encrypted"),
    "packed in an unknown way": (spoil(PAIR, MORI, 10, struct.pack("<H", 98)), "method 98"),
    "of another sum": (spoil(PAIR, MORI, 16, b"abcd"), "damaged"),
    "not where it should be": (spoil(PAIR, MORI, 42, b"\7\0\0\0"), "damaged"),
    "marked UTF-8 without being it": (
        spoil(PAIR, MORI, 8, struct.pack("<H", 0x800)).replace(b"mori/", b"m\xfcri/"),
        None,
    ),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_bad_member_concerns_its_student_alone(tmp_path, what):
    archive, reason = SPOILT[what]
    found = students(tmp_path, archive)
    assert found.pop("abe").load() == NOTEBOOK
    (other,) = found.values()
    if reason is None:
        assert other.load() == NOTEBOOK
        return
    with pytest.raises(BadArchive) as caught:
        other.load()
    assert reason in f"{other.problem} {caught.value}"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_bomb_is_not_unpacked_further_than_allowed(method):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("mori.ipynb", b"0" * (2 * LARGEST))
    (member,) = members(buffer)
    assert len(archives.read(buffer, member, LARGEST)) == LARGEST + 1


def test_an_archive_with_something_before_it_and_a_remark_after_it_is_read():
    with zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive:
        archive.comment = b"packed PK\5\7 by hand"
        archive.writestr("mori.ipynb", NOTEBOOK)
    file = io.BytesIO(b"#!/bin/sh\n" * 50 + buffer.getvalue())
    (member,) = members(file)
    assert archives.read(file, member, LARGEST) == NOTEBOOK


def test_an_archive_that_was_written_as_a_stream_is_read():
    class Stream(io.RawIOBase):
        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    with zipfile.ZipFile(stream := Stream(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mori.ipynb", NOTEBOOK)
    file = io.BytesIO(stream.data)
    assert archives.read(file, members(file)[0], LARGEST) == NOTEBOOK


def test_sizes_beyond_four_gigabytes_are_understood():
    with (
        zipfile.ZipFile(buffer := io.BytesIO(), "w") as archive,
        archive.open(zipfile.ZipInfo("mori.ipynb"), "w", force_zip64=True) as member,
    ):
        member.write(NOTEBOOK)
    (member,) = members(buffer)
    assert archives.read(buffer, member, LARGEST) == NOTEBOOK


def test_two_members_of_one_name_are_two_attempts(tmp_path):
    files = [("mori/problems_01.ipynb", b"{}"), ("mori/problems_02.ipynb", NOTEBOOK)]
    twice = packed(files).replace(b"problems_02", b"problems_01")
    assert students(tmp_path, twice)["mori"].set_aside == ("mori/problems_01.ipynb",)


NO_ARCHIVES = [b"", b"PK\3\4 and no more", PAIR[:-30], b"PK\5\6" + b"\xff" * 18]


@pytest.mark.parametrize("content", NO_ARCHIVES)
def test_what_is_no_archive_is_told_so(content):
    with pytest.raises(BadArchive, match="neither a zip nor"):
        members(io.BytesIO(content))


def test_a_list_of_too_many_members_is_not_read(monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_LIST", 50)
    with pytest.raises(BadArchive, match="too many"):
        members(io.BytesIO(PAIR))


def test_what_macs_add_is_nobody_s(tmp_path):
    files = [
        ("mori/problems_01.ipynb", NOTEBOOK),
        ("abe/problems_01.ipynb", NOTEBOOK),
        ("__MACOSX/mori/._problems_01.ipynb", b"x"),
        ("__MACOSX/._mori", b"x"),
        ("abe/.DS_Store", b"x"),
    ]
    assert set(students(tmp_path, packed(files))) == {"mori", "abe"}
