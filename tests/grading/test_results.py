"""Results are whole or not there, marks by hand are kept, and pages harm nobody who opens them."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from graded_class import PROBLEMS, one, rows
from handed_in import blank, data, filled

from grading import ROOT, grade, results
from grading.submissions import Submission

NASTY = "=1+1<script>alert('x')</script>\udcff"


def test_tables_have_a_row_for_each_student_and_task(tmp_path):
    results.write_tables(tmp_path, [one("abe"), one("mori", notes=["late"])])
    table = rows(tmp_path / "results.csv")
    assert len(table) == 2 * len(PROBLEMS.tasks)
    assert list(table[0]) == list(results.RESULTS)
    assert [row["points"] for row in table if row["task"] == "evidence"] == ["", ""]
    totals = rows(tmp_path / "totals.csv")
    assert [row["points"] for row in totals] == ["19", "19"]
    assert [row["to be read"] for row in totals] == ["1", "1"]
    assert totals[1]["notes"] == "late"


def test_a_result_is_whole_or_not_there(tmp_path, monkeypatch):
    results.store(tmp_path, "key", {"a": 1})
    assert results.stored(tmp_path, "key") == {"a": 1}
    assert results.stored(tmp_path, "other") is None
    (tmp_path / "half.json").write_text('{"a"')
    assert results.stored(tmp_path, "half") is None
    monkeypatch.setattr("os.replace", lambda *paths: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        results.store(tmp_path, "key", {"a": 2})
    assert results.stored(tmp_path, "key") == {"a": 1}


@pytest.fixture
def handed_in(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        notebook = filled()
        notebook.cells[0].source += f"\n{number}"
        (folder / f"student {number}.ipynb").write_bytes(data(notebook))
    return folder


def command(folder, out, *more):
    options = ["--unconfined", "--jobs", "1", "--out", str(out)]
    return [sys.executable, "-m", "grading", str(folder), *options, *more]


def run(folder, out, *more):
    return subprocess.run(
        command(folder, out, *more), cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_interrupted_grading_goes_on_where_it_was(handed_in, tmp_path):
    kept = tmp_path / "out" / "problems_01" / "results"
    process = subprocess.Popen(
        command(handed_in, tmp_path / "out"),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background may have them ignore interruptions.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not list(kept.glob("*.json")) and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert "goes on from here" in process.communicate()[1]
    assert process.returncode == 130
    first = {path: path.stat().st_mtime_ns for path in kept.glob("*.json")}
    assert 1 <= len(first) < 3

    done = run(handed_in, tmp_path / "out")
    assert "3 submissions" in done.stdout
    assert "UNCONFINED" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in first} == first
    assert len(list(kept.glob("*.json"))) == 3
    points = [row["points"] for row in rows(tmp_path / "out" / "problems_01" / "totals.csv")]
    assert points == ["24", "24", "24"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--set", "problems_77"], "which problem set.*there are problems_01.*3 of problems_01"),
        (["--again", "absent"], "unrecognized arguments"),
    ],
)
def test_what_is_asked_for_wrongly_is_told_in_a_line(handed_in, tmp_path, more, message):
    done = run(handed_in, tmp_path / "out", *more)
    assert done.returncode
    assert re.search(message, done.stderr)
    assert "Traceback" not in done.stderr


def test_the_set_is_not_guessed_where_the_notebooks_do_not_agree(tmp_path, monkeypatch):
    def handed(*names):
        notebooks = [{"cells": [], "metadata": {"problems": name}} for name in names]
        return [
            [Submission("mori", "x.ipynb", 0.0, json.dumps(notebook).encode)]
            for notebook in notebooks
        ]

    sets = [tmp_path / "problems_01.md", tmp_path / "problems_02.md"]
    monkeypatch.setattr(grade, "all_sets", lambda: sets)
    assert grade._problem_set(None, handed("problems_02", "", "problems_02")) == sets[1]
    assert grade._problem_set("problems_01", handed("problems_02")) == sets[0]
    with pytest.raises(grade.Refused, match="2 of problems_01, 1 of problems_02"):
        grade._problem_set(None, handed("problems_02", "problems_01", "problems_01"))
    with pytest.raises(grade.Refused, match="none says it"):
        grade._problem_set(None, handed("", "problems_09"))


def test_without_a_sandbox_nothing_is_graded(handed_in, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SystemExit, match="apt install bubblewrap"):
        grade.main([str(handed_in), "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_a_notebook_of_another_set_and_another_encoding_is_noted():
    notebook = json.loads(data(blank()))
    notebook["metadata"]["problems"] = "problems_07"
    content = json.dumps(notebook, ensure_ascii=False).encode("utf-16")
    path = ROOT / "problem_sets" / "problems_01.md"
    notes = grade.work(path, content, grade.Limits(), False)["notes"]
    assert notes == ["this is a notebook of problems_07"]


def test_a_result_depends_on_the_grader_the_limits_and_the_source(monkeypatch):
    path = Path(ROOT / "problem_sets" / "problems_01.md")
    usual = grade._setting(path, grade.Limits(), True)
    assert usual != grade._setting(path, grade.Limits(step=1), True)
    assert usual != grade._setting(path, grade.Limits(), False)
    assert usual != grade._setting(ROOT / "README.md", grade.Limits(), True)
    assert len(usual) > 20
