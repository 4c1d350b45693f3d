"""Tar archives are read like zip archives; those that are not read are told by name."""

import bz2
import gzip
import io
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from handed_in import blank, data

from grading import dry_run, tars
from grading.archives import BadArchive
from grading.submissions import NoSubmissions, choose, discover

NOTEBOOK = data(blank())
NAMES = ["mori/problems_01.ipynb", "Müller/problems_01.ipynb", "表/problems_01.ipynb"]


def packed(files, mode="w:gz", **how):
    """An archive of names, or pairs of a name and what is in it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, **how) as archive:
        for file in files:
            name, content = (file, NOTEBOOK) if isinstance(file, str) else file
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 10**9
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def chosen(path):
    """By their names, what is graded of a collection."""
    return {same[0].student: choose(same, "problems_01") for same in discover(path)}


def class_of(tmp_path, **archives):
    """A folder with archives of these students, beside a notebook."""
    (tmp_path / "abe.ipynb").write_bytes(NOTEBOOK)
    for name, content in archives.items():
        student, _, ending = name.partition("_")
        (tmp_path / f"{student}.{ending.replace('_', '.')}").write_bytes(content)
    return chosen(tmp_path)


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_class_in_an_archive_is_read(tmp_path, mode, form):
    (tmp_path / "in").write_bytes(packed(NAMES, mode, format=form))
    found = chosen(tmp_path / "in")
    assert set(found) == {"mori", "Müller", "表"}
    assert all(one.load() == NOTEBOOK and one.time == 10**9 for one in found.values())


def test_names_in_an_encoding_of_japan_are_legible(tmp_path):
    names = ["表/problems_01.ipynb", "能\\problems_01.ipynb"]
    how = {"format": tarfile.GNU_FORMAT, "encoding": "cp932"}
    (tmp_path / "in.tar").write_bytes(packed(names, "w", **how))
    assert set(chosen(tmp_path / "in.tar")) == {"表", "能"}


def test_students_pack_as_they_like(tmp_path):
    """By what is in an archive, whatever its name says, and one in the other."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("work/problems_01.tar.bz2", packed(["a/problems_01.ipynb"], "w:bz2"))
    plain = packed(["a/problems_01.ipynb"])
    twice = gzip.compress(packed(["b.ipynb"], "w")[:700]) + gzip.compress(
        packed(["b.ipynb"], "w")[700:]
    )
    found = class_of(
        tmp_path, mori_tgz=plain, ito_zip=plain, sato_tar_gz=twice, kudo_tar=inner.getvalue()
    )
    assert set(found) == {"abe", "ito", "kudo", "mori", "sato"}
    assert all(one.load() == NOTEBOOK for one in found.values())


WHOLE = packed(NAMES)
OPEN = packed(NAMES, "w")
DAMAGED = {
    "cut off": WHOLE[:-20],
    "changed": WHOLE[:60] + b"\xff\xff\xff" + WHOLE[63:],
    "of another sum": WHOLE[:-8] + b"abcd" + WHOLE[-4:],
    "cut off, open": OPEN[: len(NOTEBOOK) + 1300],
    "with a spoilt head": packed(["ito.ipynb", "sato.ipynb"], "w").replace(b"sato", b"satO"),
    "nothing but a name": gzip.compress(NOTEBOOK),
    "empty": gzip.compress(b""),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_archive_is_its_student_s_alone_and_never_half_a_class(tmp_path, what):
    found = class_of(tmp_path, mori_tgz=DAMAGED[what])
    assert found["abe"].load() == NOTEBOOK
    assert "mori.tgz is " in found["mori"].problem
    with pytest.raises(NoSubmissions, match=r"it is (damaged|neither)"):
        discover(tmp_path / "mori.tgz")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_bomb_is_not_unpacked_further_than_allowed(tmp_path, pack, monkeypatch):
    monkeypatch.setattr("grading.submissions.LARGEST_ARCHIVE", 3 * 2**20)
    found = class_of(tmp_path, mori_tgz=pack(packed([("a.ipynb", bytes(2**23))], "w")))
    assert found["mori"].problem == "mori.tgz has more than 3 MB when it is unpacked"


def test_a_list_without_an_end_is_not_read(monkeypatch):
    monkeypatch.setattr(tars, "MOST_MEMBERS", 2)
    with pytest.raises(BadArchive, match="too many"):
        tars.members(io.BytesIO(OPEN))


def test_links_are_not_followed_and_nobody_climbs_out(tmp_path):
    with tarfile.open(tmp_path / "in.tar", "w") as archive:
        for name, kind in (("mori", tarfile.SYMTYPE), ("ito", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(f"{name}/problems_01.ipynb")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("../../abe/problems_01.ipynb")
        info.size = len(NOTEBOOK)
        archive.addfile(info, io.BytesIO(NOTEBOOK))
    found = chosen(tmp_path / "in.tar")
    assert found["abe"].load() == NOTEBOOK
    assert all("is a link" in found[name].problem for name in ("mori", "ito"))


def test_threads_read_from_archives_at_the_same_time(tmp_path):
    contents = {f"s{n}": bytes([65 + n]) * 50_000 for n in range(20)}
    (tmp_path / "in.tgz").write_bytes(packed([(f"{n}.ipynb", c) for n, c in contents.items()]))
    found = chosen(tmp_path / "in.tgz")
    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            read = threads.map(lambda one: one.load(), found.values())
            assert dict(zip(found, read, strict=True)) == contents


def test_archives_of_other_programs_are_told_by_name(tmp_path):
    """Beside a notebook, instead of one, and under the name of a zip archive."""
    (tmp_path / "ito").mkdir()
    (tmp_path / "ito" / "problems_01.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "ito" / "more.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(50))
    found = class_of(tmp_path, mori_rar=b"Rar!" + bytes(50), sato_zip=b"Rar!" + bytes(50))
    nobodys = ("index.html", "problems_01.pdf")
    assert list(dry_run.not_read(list(found.values()), nobodys)) == [
        "\nWhat could not be read: 3 students",
        "ito: more.7z is a 7z archive, which is not read here; a .zip is",
        "mori: mori.rar is a RAR archive, which is not read here; a .zip is",
        "sato: sato.zip is a RAR archive, which is not read here; a .zip is",
        "\nNobody's: problems_01.pdf",
    ]
    with pytest.raises(NoSubmissions, match="it is a RAR archive"):
        discover(tmp_path / "mori.rar")
