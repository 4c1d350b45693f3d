"""Submissions are found in folders and archives as students and their systems make them."""

import json
import os
import re
import zipfile

import pytest

from grading.notebook import LARGEST
from grading.submissions import NoSubmissions, choose, collect, discover, key


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


def collection(tmp_path, files, packed):
    """A collection of notebooks under these names, in a folder or an archive."""
    content = [(name, of("" if "scratch" in name else "problems_01")) for name in files]
    if packed:
        pack(tmp_path / "in.zip", content)
        return tmp_path / "in.zip"
    loose, archives = [], {}
    for name, data in content:
        archive, inside, rest = name.replace("\\", "/").partition(".zip/")
        if inside:
            archives.setdefault(f"{archive}.zip", []).append((rest, data))
        else:
            loose.append((archive, data))
    fill(tmp_path / "in", loose)
    for name, files in archives.items():
        pack(tmp_path / "in" / name, files)
    return tmp_path / "in"


BRIGHTSPACE = "{}-67890 - {} - Oct {}, 2026 {} - problems_01.ipynb"
COLLECTIONS = {  # what lies there: the students
    ("mori.ipynb",): ["mori"],
    ("problems_01.ipynb",): ["problems_01"],
    ("mori/problems_01.ipynb",): ["mori"],
    ("export/mori.ipynb", "export/abe.ipynb"): ["abe", "mori"],
    # own names, with dates, numbers and what all have in common
    ("problems_01_20261001_mori.ipynb", "problems_01_20261002_abe.ipynb"): ["abe", "mori"],
    ("problems_01_2025_06_01_mori.ipynb", "problems_01_2025_06_02_abe.ipynb"): ["abe", "mori"],
    (
        "problems_01_mori.ipynb",
        "mori_problems_01 (2).ipynb",
        "problems_01_mori-Copy1.ipynb",
        "Abe Ken PS1.ipynb",
    ): ["Abe Ken", "mori"],
    ("Hanako Mori - problems_01.ipynb", "Ken Abe - problems_01 (1).ipynb"): [
        "Hanako Mori",
        "Ken Abe",
    ],
    ("3b_2026_017_mori.ipynb", "3b_2026_018_abe.ipynb", "3a_2026_017_sato.ipynb"): [
        "3a_2026_017_sato",
        "3b_2026_017_mori",
        "3b_2026_018_abe",
    ],
    ("00123.ipynb", "123.ipynb", "00124.ipynb"): ["00123", "00124", "123"],
    ("20261001.ipynb", "20261002.ipynb"): ["20261001", "20261002"],
    ("problems_01_20261001.ipynb", "problems_01_20261002.ipynb"): ["20261001", "20261002"],
    ("student_1.ipynb", "student_2.ipynb", "student_10.ipynb"): [
        "student_1",
        "student_10",
        "student_2",
    ],
    ("AE26_mori_ps1.ipynb", "AE26_abe_ps1.ipynb", "AE26_sato_ps1.ipynb"): ["abe", "mori", "sato"],
    ("森凛_課題1.ipynb", "阿部健_課題1.ipynb"): ["森凛", "阿部健"],
    # folders come before the names of files
    ("mori/problems_01_2026_mori.ipynb", "abe/problems_01_2026_abe.ipynb"): ["abe", "mori"],
    ("mori/problems_01_2025_06_01.ipynb", "sato/problems_01_2025_06_01.ipynb"): ["mori", "sato"],
    ("mori/tanaka_123_9999_problems_01.ipynb", "tanaka/problems_01.ipynb"): ["mori", "tanaka"],
    ("mori/problems_01.ipynb", "mori/scratch.ipynb", "abe/homework.ipynb"): ["abe", "mori"],
    ("mori/v1/problems_01.ipynb", "mori/v2/problems_01.ipynb", "abe/Rev 1/problems_01.ipynb"): [
        "abe",
        "mori",
    ],
    # folders around, of any depth and name
    ("x/Abgaben/mori/problems_01.ipynb", "x/Abgaben/abe/problems_01.ipynb"): ["abe", "mori"],
    (
        "course/submitted/mori/problems_01/problems_01.ipynb",
        "course/submitted/abe/problems_01/problems_01.ipynb",
    ): ["abe", "mori"],
    ("Mon/mori.ipynb", "Mon/abe.ipynb", "Tue/sato.ipynb"): ["abe", "mori", "sato"],
    ("A/mori/problems_01.ipynb", "A/abe/problems_01.ipynb", "B/sato/problems_01.ipynb"): [
        "abe",
        "mori",
        "sato",
    ],
    ("problems_01/mori.ipynb", "problems_02/mori.ipynb", "problems_01/abe.ipynb"): ["abe", "mori"],
    ("mori\\problems_01.ipynb", "abe\\problems_01.ipynb"): ["abe", "mori"],
    # what is closed is one student's, if others lie beside it
    ("mori.zip/one.ipynb", "mori.zip/two.ipynb", "abe.ipynb"): ["abe", "mori"],
    (
        "submitted/mori/problems_01/mine.ipynb",
        "submitted/mori/problems_01/yours.ipynb",
        "submitted/abe/problems_01/problems_01.ipynb",
    ): ["abe", "mori"],
    ("class.zip/mori.ipynb", "class.zip/abe.ipynb", "sato.ipynb"): ["abe", "mori", "sato"],
    ("mori_ps1_attempt1.ipynb", "mori_ps1_attempt2.ipynb", "abe_ps1_attempt1.ipynb"): [
        "abe",
        "mori",
    ],
    ("Copy of problems_01_mori.ipynb", "abe - Copy of problems_01.ipynb"): ["abe", "mori"],
    (
        "problems_01_mori.ipynb",
        "Copy of Copy of problems_01_mori.ipynb",
        "1.10.2026_Abe_Ü1.ipynb",
    ): ["Abe", "mori"],
    ("mori.ipynb", "mori_late.ipynb", "mori LATE.ipynb", "abe (late).ipynb"): ["abe", "mori"],
    ("00123.ipynb", "00123 attempt 2.ipynb", "00124_Versuch-2.ipynb"): ["00123", "00124"],
    ("mori.ipynb", "mori_resubmit.ipynb", "abe.ipynb"): ["abe", "mori"],
    ("Rin Late.ipynb", "Rin Mori.ipynb", "Ken New.ipynb"): [
        "Ken New",
        "Rin Late",
        "Rin Mori",
    ],
    # who handed in something else is a student too
    ("upload/mori_problems_01.ipynb", "upload/abe_problems_01.pdf"): ["abe", "mori"],
    ("up/x/mori_ps1.ipynb", "up/x/abe_ps1.rar", "up/x/sato_ps1.zip/a.ipynb"): [
        "abe",
        "mori",
        "sato",
    ],
    ("upload/mori.ipynb", "upload/abe.ipynb", "upload/problems_01.pdf"): ["abe", "mori"],
    ("up/12345/problems_01.ipynb", "up/12345/report.pdf", "up/12345/plot.png"): ["12345"],
    ("mori.ipynb", "abe.png", "sato.7z.001", "ito.tgz"): ["abe", "ito", "mori", "sato"],
    ("mori.ipynb", "abe.mp4", "sato.m4a"): ["abe", "mori", "sato"],
    # learning systems
    (
        "Kurs/x/Mori Rin_12345_assignsubmission_file/problems_01.ipynb",
        "Kurs/x/Mori Rin_12346_assignsubmission_file/problems_01.ipynb",
        "Kurs/x/index.html",
        "Kurs/problems_01.pdf",
        "Kurs/x/abe.ipynb",
    ): ["Mori Rin (12345)", "Mori Rin (12346)", "abe"],
    (
        "Kurs/Mori Rin_12345_assignsubmission_file/problems_01.ipynb",
        "Kurs/Abe Ken_12346_assignsubmission_file/problems_01.ipynb",
        "Kurs/sato.pdf",
        "Kurs/ito.pdf",
    ): ["Abe Ken (12346)", "Mori Rin (12345)", "ito", "sato"],
    (
        "PS 1_mori.rin_attempt_2026-10-01-12-34-56_problems_01.ipynb",
        "PS 1_rin.mori_attempt_2026-10-01-12-34-56_problems_01.ipynb",
        "PS 1_rin.mori.2_attempt_2026-10-01-12-34-56_problems_01.ipynb",
    ): ["mori.rin", "rin.mori", "rin.mori.2"],
    (
        "moririn_123_4567_work.zip/a.ipynb",
        "moririn_123_4569_more.zip/x/a.ipynb",
        "abe_124_4570_work.zip/a.ipynb",
        "abe_124_4570_work.zip/b.ipynb",
        "sato_125_4571_work.rar",
    ): ["abe (124)", "moririn (123)", "sato (125)"],
    ("mori@x.edu_1_ps1.ipynb", "mori@x.edu_10_ps1.ipynb", "a.b@x.co.jp_1_ps1.ipynb"): [
        "a.b@x.co.jp",
        "mori@x.edu",
    ],
    (
        "inbound/mori+problems_01+2026-10-01 12:00:00.000000 UTC+ab12/problems_01.ipynb",
        "inbound/mori+problems_01+2026-10-02 12:00:00.000000 UTC+ab13/problems_01.ipynb",
        "inbound/abe+problems_01+2026-10-01 12:00:00.000000 UTC/problems_01.ipynb",
    ): ["abe", "mori"],
    (
        "Student Work/Submitted files/Rin Mori/Problem Set 1/Version 1/problems_01.ipynb",
        "Student Work/Working files/Rin Mori/Problem Set 1/problems_01.ipynb",
        "Student Work/Submitted files/Ken Abe/Problem Set 1/Version 2/problems_01.ipynb",
    ): ["Ken Abe", "Rin Mori"],
    (
        "Mori, Rin - 12/Revision 1 - Submitted on 10-01-2026/problems_01.ipynb",
        "Mori, Rin - 12/Revision 2 - Submitted on 10-02-2026/problems_01.ipynb",
        "Abe, Ken - 13/Revision 1 - Submitted on 10-01-2026/problems_01.ipynb",
    ): ["Abe, Ken - 13", "Mori, Rin - 12"],
    (
        "Mori Rin_12345_assignsubmission_file_/problems_01.ipynb",
        "Mori Rin_12346_assignsubmission_file/problems_01.ipynb",
        "Mori Rin_12346_assignsubmission_onlinetext_/onlinetext.html",
        "O'Neil-Sató_7_assignsubmission_file_a.ipynb",
    ): ["Mori Rin (12345)", "Mori Rin (12346)", "O'Neil-Sató (7)"],
    (
        "Teilnehmer/in-12345_assignsubmission_file_/problems_01.ipynb",
        "Teilnehmer/in-12346_assignsubmission_file_/problems_01.ipynb",
    ): ["in (12345)", "in (12346)"],
    (
        "moririn_123_4567_problems_01.ipynb",
        "moririn_LATE_123_4569_problems_01-2.ipynb",
        "abe_124_4570_problems_01.ipynb",
        "sato_125_text.html",
    ): ["abe (124)", "moririn (123)", "sato (125)"],
    ("anon_xYz12_77_problems_01.ipynb", "LATE_anon_Ab3_78_problems_01.ipynb"): [
        "anonymous (anon_Ab3)",
        "anonymous (anon_xYz12)",
    ],
    (
        "Problem Set 1_s1_attempt_2026-10-01-12-34-56_problems_01.ipynb",
        "Problem Set 1_s1_attempt_2026-10-01-12-34-56.txt",
        "Problem Set 1_s2_attempt_2026-10-01-12-34-56.txt",
    ): ["s1", "s2"],
    (
        BRIGHTSPACE.format(12345, "Hanako Mori", 1, "1234 PM"),
        BRIGHTSPACE.format(12345, "Hanako Mori", 2, "905 AM"),
        BRIGHTSPACE.format(12346, "Hanako Mori", 1, "1234 PM"),
        "index.html",
    ): ["Hanako Mori (12345)", "Hanako Mori (12346)"],
    (
        "12345-67890 - Hanako Mori - Oct 1, 2026 1234 PM/problems_01.ipynb",
        "12346-67890 - Ken Abe - Oct 1, 2026 1234 PM/problems_01.ipynb",
        "index.html",
    ): ["Hanako Mori (12345)", "Ken Abe (12346)"],
    (
        "PS 1/Abgaben/Mori_Hanako_hm_12345/problems_01.ipynb",
        "PS 1/Abgaben/Abe_Ken_ka_12346/20261001123456_problems_01.ipynb",
    ): ["Abe_Ken_ka_12346", "Mori_Hanako_hm_12345"],
    ("submission_123/problems_01.ipynb", "submission_124/problems_01.ipynb"): [
        "submission_123",
        "submission_124",
    ],
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("files", COLLECTIONS)
def test_every_student_of_a_collection_is_one(tmp_path, files, packed):
    found = chosen(collection(tmp_path, files, packed))
    assert [one.student for one in found] == COLLECTIONS[files]


AMBIGUOUS = {  # what lies there: what is said, and how to say that it is one student's, or several'
    ("Mon/mori.ipynb", "Tue/mori.ipynb", "Tue/abe.ipynb"): (
        "Mon/mori.ipynb, Tue/mori.ipynb",
        ("Mon/mori/mori.ipynb", "Mon/mori/mori (1).ipynb", "Tue/abe.ipynb"),
        ("Mon/mori_123.ipynb", "Tue/mori_124.ipynb", "Tue/abe.ipynb"),
    ),
    ("problems_01.ipynb", "problems_01 (1).ipynb"): (
        "bear no name",
        ("mori/problems_01.ipynb", "mori/problems_01 (1).ipynb"),
        ("mori_123.ipynb", "mori_124.ipynb"),
    ),
    ("mori_20261001.ipynb", "mori_20261002.ipynb"): (
        "a date or a student's number",
        ("mori/mori_20261001.ipynb", "mori/mori_20261002.ipynb"),
        ("mori_20261001_123.ipynb", "mori_20261002_124.ipynb"),
    ),
    ("mori_20261001/problems_01.ipynb", "mori_20261002/problems_01.ipynb"): (
        "a date or a student's number",
        ("mori/problems_01.ipynb", "mori/problems_01 (1).ipynb"),
        ("mori_20261001_rm/problems_01.ipynb", "mori_20261002_ht/problems_01.ipynb"),
    ),
    ("Mori Hanako PS1.ipynb", "Hanako_Mori_PS1.ipynb"): (
        "one student or several",
        ("Mori Hanako/Mori Hanako PS1.ipynb", "Mori Hanako/Hanako_Mori_PS1.ipynb"),
        ("Mori Hanako 123 PS1.ipynb", "Hanako_Mori_124_PS1.ipynb"),
    ),
    ("mori_taro/problems_01.ipynb", "taro_mori/problems_01.ipynb"): (
        "one student or several",
        ("mori_taro/problems_01.ipynb", "mori_taro/problems_01 (1).ipynb"),
        ("mori_taro_123/problems_01.ipynb", "taro_mori_124/problems_01.ipynb"),
    ),
    ("Mori.ipynb", "mori.ipynb"): (
        "one student or several",
        ("mori/Mori.ipynb", "mori/mori.ipynb"),
        ("Mori_rm.ipynb", "mori_ht.ipynb"),
    ),
    ("mori.ipynb", "mori-2.ipynb"): (
        "one student or several",
        ("mori/mori.ipynb", "mori/mori-2.ipynb"),
        ("mori-123.ipynb", "mori-2-124.ipynb"),
    ),
    ("Rin Mori.ipynb", "Rin Mori new.ipynb"): (
        "one student or several",
        ("Rin Mori/Rin Mori.ipynb", "Rin Mori/Rin Mori new.ipynb"),
        ("Rin Mori 123.ipynb", "Rin Mori new 124.ipynb"),
    ),
    ("mori.ipynb", "mori 2nd attempt.ipynb", "abe.ipynb", "abe [2].ipynb"): (
        "abe.ipynb; mori, mori 2nd",
        ("mori/mori.ipynb", "mori/mori 2nd attempt.ipynb", "abe.ipynb", "sato.ipynb"),
        ("mori_123.ipynb", "mori_124 2nd.ipynb", "abe_125.ipynb", "abe_126.ipynb"),
    ),
    ("mori/problems_01.ipynb", "mori (late)/problems_01.ipynb"): (
        "one student or several",
        ("mori/problems_01.ipynb", "mori/problems_01 (late).ipynb"),
        ("mori 123/problems_01.ipynb", "mori 124 (late)/problems_01.ipynb"),
    ),
    ("Rin Mori/problems_01.ipynb", "Rin Mori (2)/problems_01.ipynb"): (
        "one student or several",
        ("Rin Mori/problems_01.ipynb", "Rin Mori/problems_01 (2).ipynb"),
        ("Rin Mori 123/problems_01.ipynb", "Rin Mori (2) 124/problems_01.ipynb"),
    ),
    ("ps1_Rin Mori.ipynb", "ps1 1_Rin Mori.ipynb", "ps1_Abe.ipynb"): (
        "one student or several",
        ("Rin Mori/ps1_Rin Mori.ipynb", "Rin Mori/ps1 1_Rin Mori.ipynb", "ps1_Abe.ipynb"),
        ("ps1_Rin Mori_123.ipynb", "ps1 1_Rin Mori_124.ipynb", "ps1_Abe.ipynb"),
    ),
    ("upload/mori.ipynb", "upload/abe.pdf"): (
        "upload/abe.pdf, upload/mori.ipynb",
        ("mori/mori.ipynb", "mori/mori.pdf"),
        ("mori/mori.ipynb", "abe/abe.pdf"),
    ),
    ("ps1/mori/1/a.ipynb", "ps1/mori/2/a.ipynb", "ps1/abe/1/a.ipynb"): (
        "the same name in different",
        ("ps1/mori/a.ipynb", "ps1/mori/a (1).ipynb", "ps1/abe/1/a.ipynb"),
        ("ps1/mori/1/a_123.ipynb", "ps1/mori/2/a_124.ipynb", "ps1/abe/1/a_125.ipynb"),
    ),
    ("late/b1/mori.ipynb", "late/b1/abe.ipynb", "sato/problems_01.ipynb"): (
        "the folder b1",
        ("late/mori/mori.ipynb", "late/mori/mori (1).ipynb", "sato/problems_01.ipynb"),
        ("mori/mori.ipynb", "abe/abe.ipynb", "sato/problems_01.ipynb"),
    ),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("files", AMBIGUOUS)
def test_what_may_be_one_student_or_two_stops_before_grading(tmp_path, files, packed):
    with pytest.raises(NoSubmissions, match=r"nothing was graded") as caught:
        discover(collection(tmp_path, files, packed))
    assert AMBIGUOUS[files][0] in str(caught.value)
    assert re.search("If it is one student, .*; if not, ", str(caught.value))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("files", AMBIGUOUS)
def test_what_is_said_to_do_about_it_helps(tmp_path, files, packed):
    """Whoever does it has one student fewer than notebooks and papers, or as many."""
    _, one, several = AMBIGUOUS[files]
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    assert len(discover(collection(tmp_path / "1", one, packed))) == len(files) - 1
    assert len(discover(collection(tmp_path / "2", several, packed))) == len(files)


@pytest.mark.parametrize("packed", [False, True])
def test_a_name_commands_no_terminal(tmp_path, packed):
    """Nor does it end a line, or turn what follows round; and it stays one's own."""
    files = ["mori\x1b[2J/a.ipynb", "mo\nri/a.ipynb", "mori\u202e/a.ipynb", "mori\x9b/a.ipynb"]
    found = chosen(collection(tmp_path, files, packed))
    names = sorted(one.student for one in found)
    assert names == ["mori<202e>", "mori<9b>", "mori\u241b[2J", "mo\u240ari"]
    assert all(one.file.isprintable() for one in found)


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


def test_attempts_come_in_the_order_that_their_system_gives(tmp_path):
    """Autolab's versions and nbgrader's exchange, though the earlier file is the newer one."""
    stamp = "mori+problems_01+2026-10-0{} 12:00:00.000000 UTC/problems_01.ipynb"
    files = ["abe@x.edu_10_ps1.ipynb", "abe@x.edu_9_ps1.ipynb", stamp.format(2), stamp.format(1)]
    fill(tmp_path, [(name, of("problems_01")) for name in files])
    assert [one.file for one in chosen(tmp_path)] == [files[0], files[2]]


def test_a_draft_never_counts_before_what_is_finished(tmp_path):
    fill(tmp_path, [("mori/final/ps1.ipynb", of("")), ("mori/draft/ps1.ipynb", of(""))])
    assert chosen(tmp_path)[0].file == "mori/final/ps1.ipynb"


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


@pytest.mark.parametrize("packed", [False, True])
def test_what_cannot_be_read_has_its_time_all_the_same(tmp_path, packed):
    """By which it was handed in late, or was not."""
    files = [("mori/work.zip", b"PK no"), ("abe/work.rar", b"Rar!"), ("sato/work.zip", b"")]
    (pack if packed else fill)(tmp_path / "in", files)
    assert all(one.time > 10**8 for one in chosen(tmp_path / "in"))


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


def test_what_holds_nothing_is_refused(tmp_path):
    with pytest.raises(NoSubmissions, match="neither"):
        discover(tmp_path / "absent")
    with pytest.raises(NoSubmissions, match="no submissions"):
        discover(tmp_path)


def test_a_key_changes_with_all_that_it_is_made_from():
    keys = {key(b"1", "a"), key(b"2", "a"), key(b"1", "b"), key(b"1", "a", "b")}
    assert len(keys) == 4
    assert key(b"1", "a") == key(b"1", "a")


GRADESCOPE = """\
submission_1:
  :submitters:
  - :name: Mori Rin
    :sid: '00124'
    :email: rm@x.de
  :created_at: !ruby/object:Time 2026-10-01 12:00:00
submission_2:
  :submitters:
  - :name: Abe Ken
    :sid: '00125'
  - :name: Ito Ida
    :email: ii@x.de
"""


@pytest.mark.parametrize("packed", [False, True])
def test_gradescope_s_list_says_who_is_who_in_groups_too(tmp_path, packed):
    names = ["export/submission_metadata.yml", *(f"export/submission_{n}/a.ipynb" for n in (1, 2))]
    files = [(name, GRADESCOPE.encode() if "yml" in name else of("problems_01")) for name in names]
    (pack if packed else fill)(tmp_path / "in", files)
    found = discover(tmp_path / "in")
    assert [same[0].student for same in found] == [
        "Abe Ken (00125)",
        "Ito Ida (ii@x.de)",
        "Mori Rin (00124)",
    ]
    assert found[2][0].ids == ("00124", "rm@x.de")


def test_who_handed_in_no_notebook_is_listed(tmp_path):
    fill(
        tmp_path,
        [
            ("mori/.ipynb_checkpoints/problems_01-checkpoint.ipynb", b"{}"),
            ("abe/problems_01.ipynb", of("problems_01")),
            ("sato/.venv/pyvenv.cfg", b""),
            ("ito/work.rar", b""),
        ],
    )
    (tmp_path / "kudo").mkdir()
    found = {one.student: one.problem for one in chosen(tmp_path)}
    assert set(found) == {"mori", "abe", "sato", "ito", "kudo"}
    assert found["abe"] == ""
    assert all("no notebook" in found[name] for name in ("mori", "sato", "kudo"))
    assert found["ito"] == "work.rar is a .rar archive, which is not read here; a .zip is"
    assert "environment" in found["sato"]


def test_files_of_an_environment_are_passed_over_however_many(tmp_path):
    files = [(f"mori/env/m{n}.py", b"") for n in range(100)]
    files += [("mori/env/pyvenv.cfg", b""), ("mori/problems_01.ipynb", of("problems_01"))]
    pack(tmp_path / "in.zip", files)
    assert collect(tmp_path / "in.zip").files == 1
