"""Tables of learning management systems come back as they were, with the points in them."""

import csv
import io
import zipfile

import pytest
from bs4 import BeautifulSoup
from graded_class import PROBLEMS, one, words

from grading import pages, systems
from grading.tables import TableError

MOST = sum(task.points for task in PROBLEMS.tasks)
NAMES = ("problems_01", PROBLEMS.title, "Problem set 1")
WORKSHEET = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\r\n"
    "Participant 657737,Mori Rin,00123,rin@example.org,Submitted for grading,,30.00,Yes,"
    '"Thursday, 8 October 2026, 11:12 PM",-,\r\n'
    "Participant 657768,Abe Ken,00124,ken@example.org,Submitted for grading,,30.00,Yes,"
    '"Thursday, 8 October 2026, 10:12 PM",-,"see me, please"\r\n'
    "Participant 657799,Sato Yui,00125,yui@example.org,No submission,,30.00,Yes,-,-,\r\n"
)
GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Problem set 0 (4314281),Problem set 1 (4314282),"
    "Current Score\r\n"
    "    Points Possible,,,,,10,30,(read only)\r\n"
    '"Mori, Rin",4567,00123,rin@example.org,A,7,,\r\n'
    '"Abe, Ken",4568,00124,ken@example.org,A,8,,\r\n'
    '"Student, Test",4569,,0e1f,A,,,\r\n'
)


def marked(student, points=4.5):
    """A result of which everything is known."""
    graded = one(student)
    words(graded).update(points=points, outcome="read", comment="good, but short")
    return graded


def cells(path, encoding="utf-8", delimiter=","):
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding)), delimiter=delimiter))


@pytest.mark.parametrize(
    "student", ["Mori Rin (657737)", "mori rin", "00123", "123", "rin", "rin@example.org"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_moodle_gets_grades_and_comments_and_nothing_else_changes(tmp_path, student, encoding):
    path, out = tmp_path / "worksheet.csv", tmp_path / "out.csv"
    path.write_bytes(WORKSHEET.encode(encoding))
    filled = systems.fill_moodle(path, out, [marked(student)], MOST)
    before, after = cells(path, encoding), cells(out, encoding)
    assert after[1][5] == "23.5"
    assert "Task 5: What the evidence shows: 4.5 of 6 (good, but short)" in after[1][10]
    after[1][5] = after[1][10] = ""
    assert after == before
    assert (filled.rows, filled.students, filled.notices) == (1, 1, [])


def test_a_grade_that_is_not_known_yet_stays_open(tmp_path):
    path, out = tmp_path / "worksheet.csv", tmp_path / "out.csv"
    path.write_text(WORKSHEET)
    filled = systems.fill_moodle(path, out, [one("00123"), marked("00124"), marked("kato")], MOST)
    assert [row[5] for row in cells(out)[1:]] == ["", "23.5", ""]
    assert filled.rows == 1
    assert filled.notices[1].startswith("no grade yet for 00123: Task 5")
    assert "no row, or several, for kato" in filled.notices[0]


def test_a_class_whose_answers_are_to_be_read_is_one_line(tmp_path):
    path = tmp_path / "worksheet.csv"
    people = "".join(f"Participant {n},P,{n:05},,,,30,Yes,-,-,\r\n" for n in range(10, 50))
    path.write_text(WORKSHEET.partition("\r\n")[0] + "\r\n" + people)
    class_ = [one(f"{n:05}") for n in range(10, 50)]
    filled = systems.fill_moodle(path, tmp_path / "out.csv", class_, MOST)
    (line,) = filled.notices
    assert line.startswith("no grade yet for 00010, 00011, 00012 and 37 more: Task 5")


@pytest.mark.parametrize("maximum", ["100.00", "100,00"])
def test_points_are_never_rescaled_in_silence(tmp_path, maximum):
    path, out = tmp_path / "worksheet.csv", tmp_path / "out.csv"
    path.write_text(WORKSHEET.replace("30.00", f'"{maximum}"'))
    with pytest.raises(TableError, match=f"line 2: the maximum is {maximum}, .* has 30 points"):
        systems.fill_moodle(path, out, [marked("00123")], MOST)
    assert not out.exists()


def test_what_may_not_be_changed_is_not(tmp_path):
    path, out = tmp_path / "worksheet.csv", tmp_path / "out.csv"
    path.write_text(WORKSHEET.replace("30.00,Yes", "30.00,No", 1))
    filled = systems.fill_moodle(path, out, [marked("00123")], MOST)
    assert cells(out) == cells(path)
    assert "does not let" in filled.notices[0]


def test_the_archive_of_feedback_has_the_folders_by_which_moodle_knows_students(tmp_path):
    path, out = tmp_path / "worksheet.csv", tmp_path / "feedback.zip"
    path.write_text(WORKSHEET)
    graded = [marked("Mori Rin (657737)"), marked("00124")]
    pages.write(tmp_path, PROBLEMS, graded)
    shown = {g.student: pages.path_of(tmp_path, g.student) for g in graded}
    systems.moodle_feedback(path, out, graded, shown)
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == [
            "Mori Rin_657737_assignsubmission_file_/feedback.html",
            "Abe Ken_657768_assignsubmission_file_/feedback.html",
        ]
        page = BeautifulSoup(archive.read(archive.namelist()[1]), "html.parser")
    assert page.h1.text.endswith(": 00124")


@pytest.mark.parametrize("student", ["moririn (4567)", "moririn", "00123", "123", "Rin Mori"])
def test_canvas_gets_the_column_of_the_assignment(tmp_path, student):
    path, out = tmp_path / "gradebook.csv", tmp_path / "out.csv"
    path.write_text(GRADEBOOK)
    filled = systems.fill_canvas(path, out, [marked(student)], MOST, NAMES)
    before, after = cells(path), cells(out)
    assert after[2][6] == "23.5"
    after[2][6] = ""
    assert after == before
    assert (filled.rows, filled.notices) == (1, [])


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ("Set one (4314282)", "wanted one that is called problems_01 or Problem set 1: What"),
        ("Problem set 1 (4314282),Problem set 1 (9)", "wanted one"),
    ],
)
def test_the_column_is_never_guessed(tmp_path, found, message):
    path, out = tmp_path / "gradebook.csv", tmp_path / "out.csv"
    path.write_text(GRADEBOOK.replace("Problem set 1 (4314282)", found))
    with pytest.raises(TableError, match=message):
        systems.fill_canvas(path, out, [marked("00123")], MOST, NAMES)


def test_two_who_may_be_meant_get_nothing(tmp_path):
    path, out = tmp_path / "gradebook.csv", tmp_path / "out.csv"
    path.write_text(GRADEBOOK.replace("4568", "4567").replace("00124", "00123"))
    graded = [marked("Mori Rin (1)"), marked("mori rin (2)")]
    filled = systems.fill_canvas(path, out, graded, MOST, NAMES)
    assert cells(out) == cells(path)
    assert "Mori Rin (1), mori rin (2)" in filled.notices[0]
