"""Submissions are found in folders and archives as students and their systems make them."""

import json
import os
import zipfile

import pytest

from grading import submissions
from grading.notebook import LARGEST
from grading.submissions import NoSubmissions, choose, discover, key, student_of


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("mori.ipynb", "mori"),
        ("mori/problems_01.ipynb", "mori"),
        ("mori/problems_01/problems_01.ipynb", "mori"),
        ("Mori Rin_12345_assignsubmission_file_/problems_01.ipynb", "Mori Rin (12345)"),
        ("Mori Rin_12345_assignsubmission_file_problems_01.ipynb", "Mori Rin (12345)"),
        ("O'Neil-Sató_7_assignsubmission_file_/a.ipynb", "O'Neil-Sató (7)"),
        ("moririn_123_4567_problems_01.ipynb", "moririn (123)"),
        ("moririn_LATE_123_4567_problems_01-2.ipynb", "moririn (123)"),
        ("森凛.ipynb", "森凛"),
        ("problems_01.ipynb", "problems_01"),
    ],
)
def test_a_file_s_name_says_whose_it_is(name, student):
    assert student_of(name) == student


def chosen(path, name="problems_01"):
    """The submissions that are graded."""
    return [choose(same, name) for same in discover(path)]


def of(name, *cells):
    """The bytes of a notebook that says to which problem set it belongs."""
    return json.dumps({"cells": cells, "metadata": {"problems": name}}).encode()


def fill(folder, files):
    for age, (name, content) in enumerate(files):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (10**9 + age, 10**9 + age))


def pack(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for age, (name, content) in enumerate(files):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1 + age, 0, 0, 0)), content)


FILES = [
    ("mori.ipynb", b"1"),
    ("Sato_5_assignsubmission_file_/a.ipynb", b"2"),
    ("Sato_5_assignsubmission_file_/b.ipynb", b"3"),
    ("abe/report.pdf", b"4"),
    (".DS_Store", b"5"),
    ("__MACOSX/mori.ipynb", b"6"),
    ("mori/.ipynb_checkpoints/old.ipynb", b"7"),
]


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_and_an_archive_of_it_hold_the_same_submissions(tmp_path, packed):
    folder, archive = tmp_path / "in", tmp_path / "in.zip"
    folder.mkdir()
    fill(folder, FILES)
    pack(archive, FILES)
    found = {one.student: one for one in chosen(archive if packed else folder)}
    assert list(found) == ["Sato (5)", "abe", "mori"]
    assert found["mori"].load() == b"1"
    assert found["Sato (5)"].load() == b"3"
    assert found["Sato (5)"].set_aside == ("Sato_5_assignsubmission_file_/a.ipynb",)
    assert "no notebook" in found["abe"].problem


def test_the_folder_that_was_packed_is_no_student(tmp_path):
    pack(tmp_path / "a.zip", [("export/mori.ipynb", b"1"), ("export/abe.ipynb", b"2")])
    assert [one.student for one in chosen(tmp_path / "a.zip")] == ["abe", "mori"]


def test_of_equally_old_notebooks_the_last_by_name_counts(tmp_path):
    for copy in (9, 10, 2):
        path = tmp_path / "mori" / f"answer-{copy}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        os.utime(path, (10**9, 10**9))
    (one,) = chosen(tmp_path)
    assert one.file == "mori/answer-10.ipynb"
    assert len(one.set_aside) == 2


def test_notebooks_of_other_problem_sets_lie_beside_it(tmp_path):
    """As in the folder into which nbgrader collects all sets."""
    files = [
        ("mori/problems_01/old.ipynb", of("problems_01")),
        ("mori/problems_01/problems_01.ipynb", of("problems_01", {})),
        ("mori/problems_02/problems_02.ipynb", of("problems_02")),
        ("abe/problems_02/problems_02.ipynb", of("problems_02")),
        ("abe/problems_02/timestamp.txt", b"2026-11-25"),
    ]
    fill(tmp_path, files)
    abe, mori = chosen(tmp_path, "problems_01")
    assert mori.file == "mori/problems_01/problems_01.ipynb"
    assert mori.set_aside == ("mori/problems_01/old.ipynb",)
    assert (abe.problems, abe.problem) == ("problems_02", "")  # all there is
    abe, mori = chosen(tmp_path, "problems_02")
    assert (mori.problems, mori.set_aside) == ("problems_02", ())


def test_a_broken_notebook_that_came_last_is_not_passed_over(tmp_path):
    fill(tmp_path, [("mori/a.ipynb", of("problems_01")), ("mori/b.ipynb", b"{")])
    (one,) = chosen(tmp_path)
    assert (one.file, one.problems) == ("mori/b.ipynb", "")


def test_a_notebook_counts_before_anything_else_of_a_student(tmp_path):
    fill(tmp_path, [("mori/a.ipynb", b"1"), ("mori/later.txt", b"2")])
    (one,) = chosen(tmp_path)
    assert one.problem == ""
    assert one.load() == b"1"


def test_an_archive_in_the_place_of_a_notebook_is_opened_once(tmp_path):
    pack(tmp_path / "inner.zip", [("deep/a.ipynb", b"1")])
    inner = (tmp_path / "inner.zip").read_bytes()
    pack(tmp_path / "outer.zip", [("mori/work.zip", inner), ("abe/x.ipynb", b"2")])
    found = {one.student: one for one in chosen(tmp_path / "outer.zip")}
    assert found["mori"].load() == b"1"
    assert found["abe"].load() == b"2"


@pytest.mark.parametrize("content", [b"", b"PK no", b"PK\5\6" + 18 * b"\0"])
def test_a_damaged_archive_of_a_student_is_kept_as_unreadable(tmp_path, content):
    fill(tmp_path, [("mori/work.zip", content), ("abe.ipynb", b"1")])
    found = {one.student: one for one in chosen(tmp_path)}
    assert "archive" in found["mori"].problem


def test_links_are_not_followed(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "secret.ipynb").write_text("{}")
    (folder / "mori.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "abe").symlink_to(tmp_path, target_is_directory=True)
    found = {one.student: one for one in chosen(folder)}
    assert set(found) == {"mori", "abe"}
    assert all("link" in one.problem for one in found.values())


def test_a_bomb_in_an_archive_is_not_unpacked_further_than_allowed(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mori.ipynb", b"0" * (3 * LARGEST))
    (one,) = chosen(tmp_path / "a.zip")
    assert len(one.load()) == LARGEST + 1


def test_names_that_climb_are_only_names(tmp_path):
    pack(tmp_path / "a.zip", [("../../mori.ipynb", b"1"), ("/etc/abe.ipynb", b"2")])
    assert len(discover(tmp_path / "a.zip")) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


def test_what_holds_nothing_is_refused(tmp_path, monkeypatch):
    with pytest.raises(NoSubmissions, match="neither"):
        discover(tmp_path / "absent")
    with pytest.raises(NoSubmissions, match="no submissions"):
        discover(tmp_path)
    monkeypatch.setattr(submissions, "MOST_FILES", 1)
    fill(tmp_path, FILES)
    with pytest.raises(NoSubmissions, match="more than 1 files"):
        discover(tmp_path)


def test_a_key_changes_with_all_that_it_is_made_from():
    keys = {key(b"1", "a"), key(b"2", "a"), key(b"1", "b"), key(b"1", "a", "b")}
    assert len(keys) == 4
    assert key(b"1", "a") == key(b"1", "a")
