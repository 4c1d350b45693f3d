"""Who is late is said, and what it costs; the points themselves stay what they are."""

from dataclasses import replace
from datetime import datetime

import pytest
from bs4 import BeautifulSoup
from graded_class import PROBLEMS, one, rows

from grading import deadlines, results
from grading.deadlines import DAY, DeadlineError, deadline, judged, matched
from grading.feedback import feedback
from grading.roster import Roster
from grading.tables import TableError

DUE = "2026-10-08T23:59+09:00"
AT = datetime.fromisoformat(DUE).timestamp()


def handed(after, student="mori"):
    return replace(one(student), time=AT + after)


@pytest.mark.parametrize(
    ("after", "late", "left"),
    [
        (-60, "in time", 1),
        (0, "in time", 1),
        (3600, "in time", 1),
        (3601, "1 hour late", 0.9),
        (3600 + DAY, "1 day 1 hour late", 0.9),
        (3601 + DAY, "1 day 1 hour late", 0.8),
        (3600 * 53, "2 days 5 hours late", 0.7),
        (30 * DAY, "30 days late", 0),
    ],
)
def test_a_penalty_for_each_day_that_has_begun_after_the_grace(after, late, left):
    (graded,) = judged([handed(after)], deadline(DUE, "1h", "10%"))
    assert graded.late == late
    assert graded.left == pytest.approx(left)
    assert graded.points == 19
    assert graded.final == pytest.approx(19 * left)


@pytest.mark.parametrize("after", [0.5, 1, 59, 60, 119])
def test_nobody_is_late_by_nothing(after):
    (graded,) = judged([handed(after)], deadline(DUE, "", "10%"))
    assert (graded.late, graded.left) == ("1 minute late", 0.9)


def test_it_is_said_in_tables_and_on_the_page(tmp_path):
    graded = judged([handed(2 * DAY), handed(0, "abe")], deadline(DUE, "", "10%"))
    results.write_tables(tmp_path, graded)
    late, early = rows(tmp_path / "totals.csv")
    assert (late["points"], late["late"], late["points after penalty"]) == (
        "19",
        "2 days late",
        "15.2",
    )
    assert (early["late"], early["points after penalty"]) == ("in time", "19")
    assert late["handed in"] == results.moment(AT + 2 * DAY)
    text = BeautifulSoup(feedback(PROBLEMS, graded[0]), "html.parser").get_text(" ")
    text = " ".join(text.split())
    assert "In time? 2 days late Penalty 10% a day, for 2 days that had begun" in text
    assert "15.2 points after the penalty" in text
    assert "19 of 30 points" in text


def test_without_a_penalty_nothing_is_taken_off_and_without_a_date_nothing_is_said():
    (graded,) = judged([handed(DAY)], deadline(DUE))
    assert (graded.late, graded.left, graded.final) == ("1 day late", None, 19)
    assert judged([handed(DAY)], None)[0].late == ""
    (unknown,) = judged([one()], deadline(DUE, "", "10%"))
    assert (unknown.late, unknown.final, unknown.left) == ("time unknown", 19, 1)


def test_extensions_are_for_one_student_each(tmp_path):
    path = tmp_path / "extensions.csv"
    path.write_text("student;due;days\n123;;2\nMori Rin;2026-10-20T12:00+09:00;\n")
    graded = [handed(DAY, name) for name in ("00123", "Mori Rin (77)", "abe")]
    when = matched(deadline(DUE, extensions=path), [g.student for g in graded])
    assert [g.late for g in judged(graded, when)] == ["in time", "in time", "1 day late"]
    assert deadlines.unknown(when, ["00123", "abe"]) == ["Mori Rin (77)"]
    assert deadlines.unknown(matched(deadline(DUE, extensions=path), ["abe"]), ["abe"])[0] == "123"
    with pytest.raises(TableError, match="may be for 0123 or 00123"):
        matched(deadline(DUE, extensions=path), ["0123", "00123", "Mori Rin (77)"])


def test_with_a_roster_extensions_may_name_its_students_as_they_like(tmp_path):
    (tmp_path / "class.csv").write_text("Student ID,Name,Email\n00123,Rin Mori,rm@x.org\n")
    roster = Roster.read(tmp_path / "class.csv")
    path = tmp_path / "extensions.csv"
    for name in ("00123", "123", "Rin Mori", "Mori, Rin", "rm@x.org", "rm"):
        path.write_text(f'student,days\n"{name}",2\n')
        when = matched(deadline(DUE, extensions=path), ["00123"], roster.whose)
        assert deadlines.unknown(when, ["00123"]) == [], name
    path.write_text("student,days\nRin Mori,2\nrm@x.org,3\n")
    with pytest.raises(TableError, match="00123 has two extensions"):
        matched(deadline(DUE, extensions=path), ["00123"], roster.whose)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("tomorrow",), "'tomorrow' is no date and time"),
        ((DUE, "soon"), "'soon' is no span of time"),
        ((DUE, "", "all"), "'all' is no penalty"),
        ((DUE, "", "200%"), "'200%' is no penalty"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(words, message):
    with pytest.raises(DeadlineError, match=message):
        deadline(*words)


def test_an_extension_that_is_no_date_is_named_with_its_line(tmp_path):
    path = tmp_path / "extensions.csv"
    path.write_text("student,due\nmori,soon\n")
    with pytest.raises(TableError, match=r"extensions.csv, line 2: 'soon' is no date"):
        deadline(DUE, extensions=path)


@pytest.mark.parametrize(
    ("span", "seconds"), [("15min", 900), ("15 m", 900), ("2h", 7200), ("1d", DAY)]
)
def test_spans_of_time(span, seconds):
    assert deadlines.deadline(DUE, span).grace == seconds
