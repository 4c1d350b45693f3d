"""Pages harm nobody who opens them, and the summary has its numbers right."""

import csv
import io
import re

import pytest
from bs4 import BeautifulSoup
from graded_class import PROBLEMS, enter, one
from graded_class import run as mark_by_hand

from grading import pages, results, tables

NASTY = "=1+1<script>alert('x')</script>\udcff"


def test_no_name_is_a_formula_or_a_tag(tmp_path):
    nasty = [one(NASTY, written="<b>bold</b>", notes=["@cmd", "<i>"]), one("+81"), one("\t9")]
    results.write_tables(tmp_path, nasty)
    mark_by_hand(tmp_path, nasty)
    pages.write(tmp_path, PROBLEMS, nasty)
    for name in ("results.csv", "totals.csv", "written.csv", "answers.csv"):
        for row in csv.reader(io.StringIO((tmp_path / name).read_text("utf-8-sig"))):
            assert not [cell for cell in row if cell.startswith(tables.FORMULA)]
    for page in tmp_path.rglob("*.html"):
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        assert soup("script") + soup("b") + soup("i") == []
    assert len(list((tmp_path / "feedback").glob("*.html"))) == 3
    enter(tmp_path, points="3")
    assert mark_by_hand(tmp_path, nasty).graded[0].to_be_read == 0


@pytest.mark.parametrize("student", ["../../etc/passwd", "a/b", "..", "", NASTY, "x" * 300, "con."])
def test_names_of_files_are_harmless(student):
    name = pages.file_name(student)
    assert re.fullmatch(r"[\w-][\w.-]{0,90}", name)
    assert name != pages.file_name(student + "?")


def test_feedback_tells_what_may_be_told():
    page = pages.feedback(PROBLEMS, one())
    text = BeautifulSoup(page, "html.parser").get_text(" ")
    assert "19 of 30 points, and an answer in words that is still to be read" in text
    assert "f: not yet: a." in text
    assert "not yet: c." in text
    assert "b 5" not in page


def test_the_picture_of_the_class_has_its_numbers_as_text():
    page = BeautifulSoup(pages.summary(PROBLEMS, [one("a"), one("b")]), "html.parser")
    assert "Task 1: 2 some points." in page.img["alt"]
    assert "Task 5: 2 to be read." in page.img["alt"]
    assert "2 ×: a" in page.get_text()


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("f: not yet: a: b.", "a: b."),
        ("f: not yet; a mistake that gives this number: a.", "a."),
        ("f: right.", ""),
        ("f: not answered yet; put your own expression in place of the dots.", ""),
    ],
)
def test_a_mistake_is_counted_by_what_is_said_of_it(line, mistake):
    assert pages._message(line) == mistake


def test_a_page_of_someone_who_is_gone_goes_too(tmp_path):
    pages.write(tmp_path, PROBLEMS, [one("abe"), one("mori")])
    pages.write(tmp_path, PROBLEMS, [one("mori")])
    assert [page.name for page in (tmp_path / "feedback").iterdir()] == ["mori.html"]


def test_files_and_words_that_are_equal_are_a_hint():
    words = "The floors differ, so that the errors of the two networks say nothing of each other."
    graded = [one("abe", words), one("mori", f"{words}\n"), one("sato", "Because.")]
    graded += [one("kato", "Because."), one("ito", "A.")]
    for g in graded[2:]:
        g.result["sum"] = "the same" if g.student != "ito" else "another"
    graded += [one("blank", ""), one("empty", "")]
    for g in graded[-2:]:
        g.result["sum"] = "as handed out"
        for task in g.result["tasks"]:
            task["points"] = 0
    html = BeautifulSoup(pages.summary(PROBLEMS, graded), "html.parser")
    table = html.find("h2", string="Equal files and answers").find_next("tbody")
    assert [[td.text for td in tr.find_all("td")] for tr in table.find_all("tr")] == [
        ["Task 5: What the evidence shows", "abe, mori"],
        ["the whole file", "sato, kato"],
    ]


def test_faults_of_the_grader_are_the_instructors_to_see():
    graded = [one("abe"), one("mori")]
    graded[0].result["faults"] = ["Task 1: the hidden tests raise NameError"]
    html = BeautifulSoup(pages.summary(PROBLEMS, graded), "html.parser")
    assert (
        "the hidden tests raise NameError"
        in html.find("h2", string="Faults of the grader").parent.text
    )
    assert "NameError" not in pages.feedback(PROBLEMS, graded[0])
