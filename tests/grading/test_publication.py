"""What a run writes beside points: what has changed, who is missing, what is filled in."""

from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from graded_class import PROBLEMS, one, rows

from grading.deadlines import deadline, matched
from grading.publication import Publication, Wishes
from grading.tables import TableError


def publish(folder, graded, wishes=None, missing=()):
    """One run, from its beginning to its end."""
    students = [g.student for g in graded]
    publication = Publication(folder, PROBLEMS, wishes or Wishes(), students, list(missing))
    publication.write(graded[:1])  # as it does on the way
    given = publication.write(graded)
    return given, publication.finish(given)


def page(folder, name="summary.html"):
    return " ".join(
        BeautifulSoup((folder / name).read_text("utf-8"), "html.parser").get_text(" ").split()
    )


def test_whose_points_have_changed_since_the_last_run(tmp_path):
    graded = [one("=abe"), one("mori")]
    assert publish(tmp_path, graded)[1] == []
    graded[0].result["tasks"][0]["points"] = 0
    _, told = publish(tmp_path, graded)
    assert told == [f"Points have changed since the last run: {tmp_path / 'changes.csv'}"]
    (row,) = rows(tmp_path / "changes.csv")
    assert (row["student"], row["task"], row["before"], row["now"]) == (
        *("'=abe", PROBLEMS.tasks[0].name, "2", "0"),
    )
    assert "Points that have changed" in page(tmp_path)
    assert publish(tmp_path, graded)[1] == []
    assert "Points that have changed" not in page(tmp_path)
    graded[1].result["tasks"][0]["points"] = 1
    publish(tmp_path, graded)
    assert [row["student"] for row in rows(tmp_path / "changes.csv")] == ["'=abe", "mori"]


def test_points_that_were_not_known_have_not_changed(tmp_path):
    publish(tmp_path, [one()])
    later = one()
    later.result["tasks"][4].update(points=3, outcome="read")
    assert publish(tmp_path, [later, one("abe")])[1] == []


def test_who_handed_in_nothing_has_a_row(tmp_path):
    publish(tmp_path, [one()], missing=["00123"])
    row = rows(tmp_path / "totals.csv")[1]
    assert (row["student"], row["points"], row["status"]) == ("00123", "0", "nothing handed in")
    assert "On the roster, but handed in nothing student 00123" in page(tmp_path)


def test_a_student_who_is_still_waiting_keeps_what_was_entered(tmp_path):
    from graded_class import enter

    from grading import autograde

    publish(tmp_path, [one(), one("abe", "Another.")])
    enter(tmp_path, points="4", comment="good")
    waiting = replace(one(), result=autograde.of_waiting(PROBLEMS))
    publish(tmp_path, [one("abe", "Another."), waiting])
    kept = {row["student"]: row["points"] for row in rows(tmp_path / "written.csv")}
    assert kept == {"abe": "", "mori": "4"}
    unread = replace(one(), result=autograde.of_unreadable(PROBLEMS, "the file is empty"))
    publish(tmp_path, [one("abe", "Another."), unread])
    kept = {row["student"]: row["points"] for row in rows(tmp_path / "written.csv")}
    assert kept == {"abe": "", "mori": "4"}
    given, _ = publish(tmp_path, [one("abe", "Another."), one()])
    assert given.graded[1].points == 23


def test_marks_that_do_not_count_and_extensions_of_nobody_are_told(tmp_path):
    from graded_class import enter

    publish(tmp_path, [one()])
    enter(tmp_path, points="7")
    path = tmp_path / "extensions.csv"
    path.write_text("student,days\nkato,2\n")
    when = matched(deadline("2026-10-08T23:59", extensions=path), ["mori"])
    given, told = publish(tmp_path, [one()], Wishes(deadline=when))
    assert len(given.refused) == 1
    assert "mori has '7' points" in page(tmp_path)
    assert told == ["An extension is for kato, of whom there is nothing here"]


def test_a_table_that_cannot_be_read_stops_before_anything_is_written(tmp_path):
    publish(tmp_path, [one()])
    (tmp_path / "written.csv").write_bytes(b"PK\x03\x04")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(TableError, match="workbook"):
        publish(tmp_path, [one(written="Another.")])
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
