"""Points that somebody enters survive spreadsheets, or are refused by name; nothing is lost."""

import pytest
from graded_class import enter, one, rows, run, save, words

from grading import marks, matching, tables
from grading.autograde import UNREADABLE
from grading.encodings import decode
from grading.identities import alike
from grading.tables import TableError, decoded

NUMBERS = ["00123", "0456", "202512345678901", "202512345678902", "1-2", "1E5"]
AS_SAVED = ["123", "456", "2.02512E+14", "2,025E+14", "02. Jan", "1,00E+05"]


def own_words(student):
    return one(student, written=f"Because of {student}.")


def points(given):
    return {g.student: words(g)["points"] for g in given.graded}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp932", "utf-16"])
def test_marks_count_and_stay(tmp_path, encoding):
    run(tmp_path, [one()])
    enter(tmp_path, points="4.5", comment="良い")
    save(tmp_path / "written.csv", rows(tmp_path / "written.csv"), encoding)
    for _ in range(2):
        given = run(tmp_path, [one()])
        assert (given.graded[0].points, given.graded[0].to_be_read) == (23.5, 0)
        assert given.refused == []
        assert rows(tmp_path / "written.csv")[0]["comment"] == "良い"


def test_an_accent_of_western_europe_is_not_taken_for_japanese(tmp_path):
    names = ["Jérôme", "Müller"]
    run(tmp_path, [own_words(name) for name in names])
    enter(tmp_path, points="4", comment="très bien, naïveté, Grüße")
    save(tmp_path / "written.csv", rows(tmp_path / "written.csv"), "cp1252")
    before = (tmp_path / "written.csv").read_bytes()
    given = run(tmp_path, [own_words(name) for name in names])
    assert points(given) == {"Jérôme": 4, "Müller": None}
    assert rows(tmp_path / "written.csv")[0]["comment"] == "très bien, naïveté, Grüße"
    assert "cp1252" in given.notices[0]
    assert (tmp_path / "written.as-entered.csv").read_bytes() == before


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("first", ["", "sep={}\r\n", '"sep={}"\r\n', "\r\n\r\n"])
def test_delimiters_comma_decimals_and_other_columns(tmp_path, delimiter, first):
    run(tmp_path, [own_words("mori"), own_words("abe")])
    table = rows(tmp_path / "written.csv")
    table[0] |= {"points": "5,5", "comment": 'a "good" one;\nwith, two lines', "": "", "mine": "!"}
    columns = ["", "mine", *reversed([name for name in table[0] if name not in ("", "mine")])]
    path = tmp_path / "written.csv"
    save(path, [*table, {}], "utf-16" if delimiter == "\t" else "utf-8", delimiter, columns)
    if delimiter != "\t":
        text = path.read_bytes().decode().replace("student", " Student ").replace("task", "TASK")
        path.write_bytes((first.format(delimiter) + text).encode())
    for _ in range(3):
        given = run(tmp_path, [own_words("mori"), own_words("abe")])
        assert points(given) == {"mori": 5.5, "abe": None}
        assert (given.refused, given.notices) == ([], [])
        row = rows(path)[0]
        assert row["comment"] == 'a "good" one;\nwith, two lines'
        assert row["mine"] == "!"


@pytest.mark.parametrize(
    "entered", ["5,5", "5.5", " 5.5 ", "５．５", "+5.5", "5.50", "5,5E+00", "٥٫٥", '="5,5"']
)
def test_numbers_as_countries_write_them(tmp_path, entered):
    run(tmp_path, [one()])
    enter(tmp_path, points=entered)
    assert points(run(tmp_path, [one()])) == {"mori": 5.5}


@pytest.mark.parametrize("named", [True, False])
def test_numbers_that_a_spreadsheet_has_changed(tmp_path, named):
    graded = [own_words(name) for name in NUMBERS]
    run(tmp_path, graded)
    table = rows(tmp_path / "written.csv")
    for number, (row, saved) in enumerate(zip(table, AS_SAVED, strict=True)):
        row |= {"student": saved, "points": str(number)}
        if not named:
            del row["row"]
    save(tmp_path / "written.csv", table)
    given = run(tmp_path, graded)
    assert points(given) == dict(zip(NUMBERS, range(6), strict=True))
    assert (given.refused, given.notices) == ([], [])
    assert [row["student"] for row in rows(tmp_path / "written.csv")] == NUMBERS


def test_who_is_meant_is_never_guessed(tmp_path):
    graded = [one("00123"), one("0123"), one("abe")]  # of the same words
    run(tmp_path, graded)
    table = rows(tmp_path / "written.csv")
    for row in table:
        row |= {"student": row["student"].lstrip("0"), "points": "4", "row": ""}
    save(tmp_path / "written.csv", table)
    given = run(tmp_path, graded)
    assert points(given) == {"00123": None, "0123": None, "abe": 4}
    assert len(given.refused) == 2
    assert all("'123' may be 00123 or 0123" in line for line in given.refused)
    kept = [row for row in rows(tmp_path / "written.csv") if row["student"] == "123"]
    assert [row["points"] for row in kept] == ["4", "4"]


def test_a_name_that_is_also_another_ones_number(tmp_path):
    graded = [own_words("00123"), own_words("123")]
    run(tmp_path, graded)
    table = rows(tmp_path / "written.csv")
    for number, row in enumerate(table):
        row |= {"student": "123", "points": str(number)}
    save(tmp_path / "written.csv", table)
    assert points(run(tmp_path, graded)) == {"00123": 0, "123": 1}


def test_a_row_that_contradicts_itself_is_refused(tmp_path):
    graded = [own_words("abe"), own_words("mori")]
    run(tmp_path, graded)
    table = rows(tmp_path / "written.csv")
    table[0]["student"], table[1]["student"] = "mori", "abe"  # only one column was sorted
    for row in table:
        row["points"] = "3"
    save(tmp_path / "written.csv", table)
    given = run(tmp_path, graded)
    assert points(given) == {"abe": None, "mori": None}
    assert "this is the row of abe for evidence, but it says 'mori'" in given.refused[0]


def test_rows_that_disagree_are_refused_and_kept(tmp_path):
    run(tmp_path, [one()])
    table = [row | {"points": p} for row in rows(tmp_path / "written.csv") for p in ("4", "5")]
    save(tmp_path / "written.csv", table)
    given = run(tmp_path, [one()])
    assert given.refused == [
        "written.csv: mori has several rows for evidence, in lines 2, 3; keep one"
    ]
    assert [r["points"] for r in rows(tmp_path / "written.csv") if r["points"]] == ["4", "5"]


@pytest.mark.parametrize(
    "comment", ["-1 for the sign", "=good", "+ a", "@me", "'=a", "''=a", "'tis"]
)
def test_a_comment_is_the_same_after_many_runs(tmp_path, comment):
    run(tmp_path, [one()])
    enter(tmp_path, points="4", comment=comment)
    wanted = comment.removeprefix("'") if comment.startswith(("'=", "''=")) else comment
    for _ in range(4):
        given = run(tmp_path, [one()])
        assert words(given.graded[0])["comment"] == wanted
    assert not rows(tmp_path / "written.csv")[0]["comment"].startswith(("-", "=", "+", "@"))


def test_marks_for_another_answer_do_not_count(tmp_path):
    run(tmp_path, [one()])
    enter(tmp_path, points="4", comment="good")
    for _ in range(2):
        given = run(tmp_path, [one(written="Another.")])
        assert given.graded[0].to_be_read == 1
        row = rows(tmp_path / "written.csv")[0]
        assert (row["points"], row["comment"]) == ("", "(an earlier answer had 4 points) good")
    enter(tmp_path, points="5", comment="better")
    assert points(run(tmp_path, [one(written="Another.  ")])) == {"mori": 5}


def test_a_mark_without_the_name_of_its_answer_is_for_the_one_that_is_there(tmp_path):
    run(tmp_path, [one()])
    enter(tmp_path, points="4", comment="good", answer="")
    assert points(run(tmp_path, [one()])) == {"mori": 4}
    assert rows(tmp_path / "written.csv")[0]["answer"] == matching.digest("Because.")


def test_an_answer_is_the_same_however_its_accents_are_stored():
    composed, apart = "d\u00e9j\u00e0 vu", "de\u0301ja\u0300  vu"
    assert matching.digest(composed) == matching.digest(apart)
    assert matching.digest(composed) != matching.digest("deja vu")


def test_marks_of_students_who_are_not_in_this_run_stay(tmp_path):
    run(tmp_path, [one("=abe"), one("mori"), one("sato")])
    enter(tmp_path, points="4", comment="good")
    for late in ("sato", "abe"):
        given = run(tmp_path, [one(late)])
        assert given.notices == []
        kept = {row["student"]: row["points"] for row in rows(tmp_path / "written.csv")}
        assert kept == {late: "", "'=abe": "4"}
    assert points(run(tmp_path, [one("=abe")])) == {"=abe": 4}


def test_marks_of_nobody_are_kept_and_told_of(tmp_path):
    run(tmp_path, [one()])
    enter(tmp_path, student="morri", points="4", row="")
    for _ in range(2):
        assert "nobody in this run, which are kept: morri" in run(tmp_path, [one()]).notices[0]


@pytest.mark.parametrize(
    "entered", ["7", "-1", "four", "nan", "inf", "05. Mai", "5/6", "1_0", "4 5"]
)
def test_what_is_no_mark_is_named_and_kept_and_the_others_count(tmp_path, entered):
    graded = [one("mori"), own_words("abe")]
    run(tmp_path, graded)
    enter(tmp_path, 0, points=entered, comment="so so")
    enter(tmp_path, 1, points="2")
    for _ in range(2):
        given = run(tmp_path, graded)
        assert given.refused == [
            f"written.csv, line 2: mori has {entered!r} points for evidence, wanted a number from 0"
            " to 6"
        ]
        assert points(given) == {"mori": None, "abe": 2}
        row = rows(tmp_path / "written.csv")[0]
        assert (row["points"].lstrip("'"), row["comment"]) == (entered, "so so")


def test_a_task_that_is_worth_less_and_then_as_before(tmp_path):
    run(tmp_path, [one()])
    enter(tmp_path, points="5", comment="good")
    less = one()
    words(less)["out_of"] = 4
    for _ in range(2):
        given = run(tmp_path, [less])
        assert "mori has '5' points for evidence, wanted a number from 0 to 4" in given.refused[0]
        assert points(given) == {"mori": None}
    given = run(tmp_path, [one()])
    assert (points(given), given.refused) == ({"mori": 5}, [])
    assert words(given.graded[0])["comment"] == "good"


def test_one_mark_serves_all_who_wrote_the_same(tmp_path):
    graded = [one("abe"), one("mori", written="Because. \n"), own_words("sato")]
    run(tmp_path, graded)
    table = rows(tmp_path / "answers.csv")
    assert sorted(row["students"] for row in table) == ["1", "2"]
    number = [row["students"] for row in table].index("2")
    enter(tmp_path, number, "answers.csv", points="3", comment="see the floor")
    enter(tmp_path, 1, points="4", comment="and the unit")
    for _ in range(2):
        given = run(tmp_path, graded)
        assert points(given) == {"abe": 3, "mori": 4, "sato": None}
        comments = [words(g).get("comment") for g in given.graded]
        assert comments[:2] == ["see the floor", "see the floor and the unit"]
        assert [row["points"] for row in rows(tmp_path / "written.csv")] == ["", "4", ""]
    enter(tmp_path, number, "answers.csv", points="9")
    (refused,) = run(tmp_path, graded).refused
    assert refused.startswith("answers.csv, line")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"student;points\nmori;3\n", "has not the columns student, task, points, answer"),
        (b"", "written.csv is empty"),
        (b"PK\x03\x04" + bytes(100), "is a workbook"),
        (b"\xff\xfea", "says it is utf-16-le, and is not"),
        (b'student,task,points,answer\nmori,"' + b"x" * 200_000, "field larger"),
    ],
)
def test_a_table_that_cannot_be_read_stays_as_it_is(tmp_path, content, message):
    (tmp_path / "written.csv").write_bytes(content)
    with pytest.raises(TableError, match=message) as caught:
        marks.read(tmp_path)
    assert "\n" not in str(caught.value)
    assert (tmp_path / "written.csv").read_bytes() == content


def test_a_workbook_beside_the_table_is_told_of(tmp_path):
    run(tmp_path, [one()])
    (tmp_path / "written.xlsx").write_bytes(b"PK")
    with pytest.raises(TableError, match=r"written.xlsx is not read: save it as written.csv"):
        marks.read(tmp_path)


def test_a_doubt_stays_a_doubt_in_later_runs(tmp_path):
    graded = [one("00123"), one("123")]
    run(tmp_path, graded)
    (row, _) = rows(tmp_path / "written.csv")
    save(tmp_path / "written.csv", [row | {"student": "123", "points": "4", "row": ""}])
    for _ in range(3):
        given = run(tmp_path, graded)
        assert points(given) == {"00123": None, "123": None}
        assert "'123' may be 00123 or 123" in given.refused[0]
    enter(tmp_path, 0, points="4")
    assert points(run(tmp_path, graded)) == {"00123": 4, "123": None}


@pytest.mark.parametrize(
    ("cell", "name", "wanted"),
    [
        ("123", "00123", True),
        ("123.0", "00123", True),
        ("123", "1234", False),
        ("2.025E+14", "202512345678901", True),
        ("2.025E+14", "202612345678901", False),
        ("1234567890123450000", "1234567890123456789", True),
        ("1234567890123460000", "1234567890123456789", True),
        ("1234567890123450000", "1234567890123556789", False),
        ("Jan 02", "1-2", True),
        ("46024", "2026-01-02", True),
        ("abe", "1-2", False),
        ("456", "1-2", False),
        ("2.02E+14", "1-2", False),
        ("MORI", "mori", True),
        ("J?r?me", "Jérôme", True),
        ("J?r?me", "Jerome", False),
    ],
)
def test_what_a_spreadsheet_makes_of_a_name(cell, name, wanted):
    assert alike(cell, name) is wanted


@pytest.mark.parametrize("name", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_mark_at_the_beginning_says_the_encoding(name):
    data = "\ufeffid;é".encode(name)
    assert decoded(data)[::2] == ("id;é", True)
    assert decode(data)[0] == "id;é"


def test_two_columns_of_one_name(tmp_path):
    """Which of two columns of points is meant nobody can know; of one's own both stay."""
    run(tmp_path, [one()])
    path = tmp_path / "written.csv"
    before = rows(path)[0] | {"points": "5", "Points": "6", "mine": "a", "Mine": "b"}
    save(path, [before])
    with pytest.raises(TableError, match=r"written\.csv has 2 columns called points, wanted one"):
        run(tmp_path, [one()])
    assert rows(path) == [before]
    del before["Points"]
    save(path, [before])
    text = path.read_text("utf-8-sig").replace("Mine", "mine")
    path.write_text("\ufeff\ufeff" + text, "utf-8", newline="")
    for _ in range(2):
        assert points(run(tmp_path, [one()])) == {"mori": 5}
        (row,) = rows(path)
        assert (row["mine"], row["mine (2)"]) == ("a", "b")


def test_points_for_an_empty_answer_are_not_for_a_file_that_could_not_be_read(tmp_path):
    silent, lost = one("abe", written=""), one("mori", written="")
    lost.result["status"] = UNREADABLE
    run(tmp_path, [silent, lost])
    assert [row["students"] for row in rows(tmp_path / "answers.csv")] == ["1"]
    enter(tmp_path, name="answers.csv", points="0", comment="Nothing was written.")
    given = run(tmp_path, [silent, lost])
    assert points(given) == {"abe": 0, "mori": None}
    assert "comment" not in words(given.graded[1])


@pytest.mark.parametrize("rows_above", [0, 5, 15])
def test_the_names_of_columns_may_stand_below_other_rows(tmp_path, rows_above):
    run(tmp_path, [one()])
    enter(tmp_path, points="4")
    path = tmp_path / "written.csv"
    path.write_text("Exam of autumn,,\n" * rows_above + path.read_text("utf-8-sig"), "utf-8")
    assert points(run(tmp_path, [one()])) == {"mori": 4}


def test_no_cell_is_longer_than_spreadsheets_take(tmp_path):
    tables.write(tmp_path / "long.csv", ("answer",), [["x" * 100_000], ["y" * 32_000]])
    long, whole = (row["answer"] for row in rows(tmp_path / "long.csv"))
    assert len(long) <= 32_767
    assert long.endswith(" …")
    assert whole == "y" * 32_000
