"""A dry run grades nothing, needs no sandbox, and says who is who."""

import os

from handed_in import blank, data

from grading import grade


def test_a_dry_run_says_who_is_who(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(grade, "check_sandbox", lambda: 1 / 0)  # must not be asked
    for number, (name, content) in enumerate(
        [
            ("Mori Rin_55_assignsubmission_file_/problems_01.ipynb", data(blank())),
            ("Mori Rin_55_assignsubmission_file_/problems_01 (1).ipynb", data(blank())),
            ("Abe Ken_56_assignsubmission_file_/report.pdf", b"%PDF"),
            ("Kudo Yu_57_assignsubmission_file_/problems_01.ipynb", data(blank("problems_02"))),
            ("index.html", b""),
        ]
    ):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (10**9 + number, 10**9 + number))
    roster = tmp_path / "class.csv"
    roster.write_text("Number;Name\n007;Rin Mori\n008;Ida Ito\n", "utf-8")
    out = tmp_path / "grades"
    grade.main(
        [
            str(tmp_path / "in"),
            "--set=problems_01",
            f"--out={out}",
            "--dry-run",
            f"--roster={roster}",
        ]
    )
    said = capsys.readouterr().out
    assert not out.exists()
    assert said.startswith("5 files, 3 students\n")
    for line in (
        "007  Rin Mori  2001-09-0",
        "set aside: Mori Rin_55_assignsubmission_file_/problems_01.ipynb",
        "No notebook: 1 student\nAbe Ken (56)",
        "report.pdf is no notebook",
        "Nobody's: index.html",
        "Kudo Yu_57_assignsubmission_file_/problems_01.ipynb  (it is of problems_02)",
        "handed in nothing: 1 student\n008  Ida Ito",
        "Not on the roster: 2 students\nAbe Ken (56)\nKudo Yu (57)",
        "Nothing was graded.",
    ):
        assert line in said
