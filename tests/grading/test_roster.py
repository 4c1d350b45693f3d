"""A roster, however it was saved, says who handed in nothing and who is not on it."""

import pytest

from grading.roster import Roster, call
from grading.submissions import NoSubmissions, Submission, collect
from grading.tables import TableError

CLASS = [("00123", "Jörg", "Müller", "jm7"), ("00124", "Rin", "Mori", "rmori")]
HEADS = {
    "en": "Student ID,First name,Last name,Username",
    "de": "Matrikel-Nr.,Vorname,Nachname,Kennung",
    "fr": "N° étudiant,Prénom,Nom,Identifiant",
    "ja": "学籍番号,名,姓,ユーザー名",
}


def of(*students, ids=()):
    return [[Submission(name, f"{name}/a.ipynb", 0.0, bytes, ids=ids)] for name in students]


def saved(tmp_path, rows, head=HEADS["en"], encoding="utf-8", separator=","):
    lines = [head, *map(",".join, rows)]
    path = tmp_path / "roster.csv"
    path.write_bytes("\r\n".join(lines).replace(",", separator).encode(encoding))
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("head", "encoding"),
    [(h, e) for h in HEADS for e in ("utf-8", "utf-8-sig", "utf-16")]
    + [("de", "cp1252"), ("en", "cp1252")],
)
def test_a_roster_is_read_as_spreadsheets_save_it(tmp_path, head, encoding, separator):
    roster = Roster.read(saved(tmp_path, CLASS, HEADS[head], encoding, separator))
    assert [student.id for student in roster.students] == ["00123", "00124"]
    assert {"00123", "jm7"} <= set(roster.students[0].keys)
    assert roster.students[0].name == "Jörg Müller"


def test_a_roster_in_an_encoding_of_japan_is_read(tmp_path):
    path = saved(tmp_path, [("0012", "凛", "森", "rm")], HEADS["ja"], "cp932")
    assert Roster.read(path).students[0].name == "凛 森"


def test_numbers_that_are_guarded_from_spreadsheets_are_read(tmp_path):
    """As Brightspace has them, "#00123", and as a formula that is only a text."""
    path = saved(tmp_path, [("#00123", "Rin", "Mori", "#rmori"), ('="00124"', "Ken", "Abe", "ka")])
    rin, ken = Roster.read(path).students
    assert (rin.id, rin.keys) == ("00123", ("00123", "rmori"))
    assert (ken.id, ken.keys) == ("00124", ("00124", "ka"))


@pytest.mark.parametrize("label", ["7", "07", "00007", "7 (98765)"])
def test_a_number_of_one_digit_is_found_without_its_zeros(tmp_path, label):
    roster = Roster.read(saved(tmp_path, [*CLASS, ("00007", "Ken", "Abe", "ka")]))
    ((row, _),) = call(roster, of(label)).students
    assert row
    assert row.id == "00007"


def test_lines_above_the_names_of_the_columns_are_passed_over(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("Kurs: Autoencoder\n\nE-Mail-Adresse;Name\nrm@x.de;Mori Rin\n")
    (student,) = Roster.read(path).students
    assert student.keys == ("rm@x.de", "rm")


@pytest.mark.parametrize(
    "label",
    [
        "00124",
        "124",
        "rmori",
        "Mori Rin",
        "rin_mori",
        "Mori, Rin (98765)",
        "Rin Mori (98765)",
        "moririn (55)",
        "Mori_Rin_rmori_777",
        "MORI",
        "3b_00124",
    ],
)
def test_a_student_is_found_by_number_login_or_name(tmp_path, label):
    roll = call(Roster.read(saved(tmp_path, CLASS)), of(label))
    assert [(row.id, same[0].student) for row, same in roll.students] == [("00124", "00124")]
    assert [row.id for row in roll.missing] == ["00123"]
    assert roll.unknown == []


def test_letters_are_the_same_however_unicode_writes_them(tmp_path):
    roll = call(Roster.read(saved(tmp_path, CLASS)), of("Jo\u0308rg Mu\u0308ller"))
    assert roll.students[0][0].id == "00123"


def test_the_order_is_the_roster_s_and_strangers_come_last(tmp_path):
    roll = call(Roster.read(saved(tmp_path, CLASS)), of("Abe Ken", "Mori Hanako", "rmori", "jm7"))
    assert [same[0].student for _, same in roll.students] == [
        "00123",
        "00124",
        "Abe Ken",
        "Mori Hanako",
    ]
    assert (roll.unknown, roll.missing) == (["Abe Ken", "Mori Hanako"], [])


def test_two_students_never_become_one_row(tmp_path):
    roster = Roster.read(saved(tmp_path, CLASS))
    with pytest.raises(NoSubmissions, match=r"of one row, 00124 \(Rin Mori\)"):
        call(roster, of("Mori Rin (1)", "Mori Rin (2)"))


def test_a_name_of_two_rows_is_decided_by_the_number_or_not_at_all(tmp_path):
    rows = [("1", "Rin", "Mori", "a1"), ("2", "Rin", "Mori", "a2"), ("3", "Hana", "Mori", "a3")]
    roster = Roster.read(saved(tmp_path, rows))
    assert call(roster, of("Rin Mori (a2)", ids=("a2",))).students[0][0].id == "2"
    with pytest.raises(NoSubmissions, match=r"1 \(Rin Mori\) or 2 \(Rin Mori\)"):
        call(roster, of("Rin Mori"))
    with pytest.raises(NoSubmissions, match=r"or 3 \(Hana Mori\)"):
        call(roster, of("mori"))


def test_all_that_the_roster_leaves_open_is_said_at_once(tmp_path):
    rows = [("1", "Rin", "Mori", ""), ("2", "Rin", "Mori", ""), ("3", "Na", "Li", "")]
    roster = Roster.read(saved(tmp_path, [*rows, ("4", "Li", "Na", "")]))
    with pytest.raises(NoSubmissions) as caught:
        call(roster, of("Rin Mori (71)", "Rin Mori (72)", "Na Li (73)"))
    for words in ("Mori (71)/a.ipynb may", "Mori (72)/a.ipynb may", "3 (Na Li) or 4 (Li Na)"):
        assert words in str(caught.value)
    assert str(caught.value).count("Moodle's grading worksheet") == 1
    roster = Roster.read(saved(tmp_path, [("1", "Ren", "Abe", ""), ("2", "Rin", "Mori", "")]))
    twice = of("Abe Ren (1)", "Ren Abe (2)", "Mori Rin (1)", "Rin Mori (2)")
    with pytest.raises(NoSubmissions, match=r"1 \(Ren Abe\).*; .*2 \(Rin Mori\)"):
        call(roster, twice)


def test_moodle_s_worksheet_tells_those_of_one_name_apart(tmp_path):
    """Its participants have the numbers that stand in the names of their folders."""
    head = "Identifier,Full name,ID number,Email address,Status,Grade"
    rows = [
        (f"Participant {n}", name, f"{n - 60:05}", "", "Submitted", "")
        for n, name in ((71, "Rin Mori"), (72, "Rin Mori"), (73, "Na Li"), (74, "Li Na"))
    ]
    for number, name, *_ in rows:
        folder = tmp_path / "in" / f"{name}_{number[-2:]}_assignsubmission_file_"
        folder.mkdir(parents=True)
        (folder / "problems_01.ipynb").write_text("{}")
    roster = Roster.read(saved(tmp_path, rows, head))
    found = call(roster, collect(tmp_path / "in", roster.whose).students)
    assert [
        (row.id, same[0].file.split("/")[0].split("_")[:2]) for row, same in found.students
    ] == [
        ("00011", ["Rin Mori", "71"]),
        ("00012", ["Rin Mori", "72"]),
        ("00013", ["Na Li", "73"]),
        ("00014", ["Li Na", "74"]),
    ]


def test_the_login_of_another_is_no_match_where_the_name_says_more(tmp_path):
    rows = [("1", "Rin", "Mori", "mori"), ("2", "Hanako", "Mori", "mori2")]
    roll = call(Roster.read(saved(tmp_path, rows)), of("Mori Hanako"))
    assert roll.students[0][0].id == "2"


def test_a_number_with_zeros_before_it_and_one_without_are_two(tmp_path):
    rows = [("0012", "A", "Abe", "x"), ("12", "B", "Baba", "y")]
    roll = call(Roster.read(saved(tmp_path, rows)), of("0012", "12"))
    assert [(row.id, same[0].file) for row, same in roll.students] == [
        ("0012", "0012/a.ipynb"),
        ("12", "12/a.ipynb"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"PK\3\4", "workbook"),
        (b"colour,size\nred,3\n", "login, email or name would do"),
        (b"id,name\n", "has no students"),
        (b"id,name\n7,Abe\n7,Ito\n", "2 rows with 7"),
    ],
)
def test_what_is_no_roster_is_told_so(tmp_path, content, reason):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(TableError, match=reason):
        Roster.read(path)


def test_canvas_s_own_numbers_are_no_student_s_numbers(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text('Student,ID,SIS User ID,SIS Login ID\n"Mori, Rin",98765,00124,rmori\n')
    roster = Roster.read(path)
    assert roster.students[0].id == "00124"
    assert call(roster, of("moririn (98765)", ids=("98765",))).students[0][0].id == "00124"


def test_the_roster_decides_whether_a_number_is_a_date_or_a_student_s(tmp_path):
    (tmp_path / "in").mkdir()
    for number in ("20261001", "20261002"):
        (tmp_path / "in" / f"mori_{number}.ipynb").write_text("{}")
    with pytest.raises(NoSubmissions, match="a date or a student's number"):
        collect(tmp_path / "in")
    rows = [("20261001", "Rin", "Mori", "a"), ("20261002", "Hana", "Mori", "b")]
    roster = Roster.read(saved(tmp_path, rows))
    found = collect(tmp_path / "in", roster.whose)
    assert [row.id for row, _ in call(roster, found.students).students] == ["20261001", "20261002"]


def test_the_roster_merges_nobody_whose_names_leave_it_open(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("Mori Rin PS1", "Rin_Mori_PS1"):
        (tmp_path / "in" / f"{name}.ipynb").write_text("{}")
    roster = Roster.read(saved(tmp_path, CLASS))
    with pytest.raises(NoSubmissions, match="one student or several"):
        collect(tmp_path / "in", roster.whose)
