"""A run ends in order, whatever is wrong: with the problem set, the disk, a process, a student."""

import csv
import errno
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import nbformat
import numpy
import pytest
from handed_in import SMALL
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grading import ROOT, autograde, grade
from grading.files import write_whole
from grading.sandbox import Limits

RIGHT, WRONG = "def twice(x): return 2 * x", "def twice(x): return x"
HIDDEN = 'assert twice(0.5) == 1, "not for fractions"'


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Grade answers to a small problem set, by student, as `make grade` does; return the table."""

    def run(answers, *more, source=SMALL):
        path = tmp_path / "problem_sets" / "problems_01.md"
        write_whole(path, source)
        monkeypatch.setattr(grade, "all_sets", lambda: [path])
        for student, code in answers.items():
            write_whole(tmp_path / "in" / f"{student}.ipynb", notebook(code))
        options = ["--set", "problems_01", "--unconfined", "--out", str(tmp_path / "out"), *more]
        grade.main([str(tmp_path / "in"), *options])

    return run


def notebook(code):
    """The text of a notebook with an answer."""

    def of(name, written):
        return {"nbgrader": {"grade_id": name, "grade": written, "solution": True, "locked": False}}

    cells = [
        new_code_cell(code, metadata=of("twice", False), id="twice"),
        new_markdown_cell("Because.", metadata=of("why", True), id="why"),
    ]
    return nbformat.writes(new_notebook(cells=cells, metadata={"problems": "problems_01"}))


def totals(tmp_path):
    """Points and status by student."""
    path = tmp_path / "out" / "problems_01" / "totals.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: (row["points"], row["status"]) for row in csv.DictReader(file)}


def left(tmp_path):
    """Names of all files in the folder of grades."""
    return {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        ("assert twice(0.5) == undefined", "Task 1: Twice.*line 3 raise NameError.*'undefined'"),
        ("assert twice(0.5) == 3, 'not three'", "Task 1: Twice, check 1.*0 of 2 points: not three"),
        ("pass", "Task 1: Twice.*handed out has 2 points, wanted 0"),
        ("assert (", r"md:\d+: the check of twice: SyntaxError"),
    ],
)
def test_a_set_that_is_not_in_order_grades_nobody(graded, tmp_path, hidden, words):
    with pytest.raises(SystemExit, match=f"(?s)problems_01.*{words}"):
        graded({"abe": RIGHT}, source=SMALL.replace(HIDDEN, hidden))
    assert left(tmp_path) == set()


def test_a_fault_for_one_student_is_theirs_to_no_cost(graded, tmp_path):
    source = SMALL.replace("def once(x):\n    return x", "def once(x):\n    return undefined")
    with pytest.raises(
        SystemExit, match=r"(?s)no fault of the students.*- mori: Task 1.*undefined"
    ):
        graded({"abe": RIGHT, "mori": WRONG}, source=source)
    assert totals(tmp_path) == {"abe": ("2", "graded"), "mori": ("0", autograde.FAULT)}
    with (tmp_path / "out/problems_01/results.csv").open(encoding="utf-8-sig") as file:
        rows = {(row["student"], row["task"]): row["points"] for row in csv.DictReader(file)}
    assert rows["mori", "twice"] == ""
    (page,) = (tmp_path / "out/problems_01/feedback").glob("mori*.html")
    assert "undefined" not in page.read_text("utf-8")
    assert len(list((tmp_path / "out/problems_01/results").glob("*.json"))) == 1
    write_whole(tmp_path / "problem_sets" / "problems_01.md", SMALL)
    graded({}, source=SMALL)  # once it is repaired
    assert totals(tmp_path)["mori"] == ("0", "graded")


def test_equal_files_are_graded_once_and_written_by_many_at_once(graded, tmp_path):
    graded({f"student {n}": RIGHT for n in range(40)}, "--jobs", "8")
    assert set(totals(tmp_path).values()) == {("2", "graded")}
    assert len(list((tmp_path / "out/problems_01/results").iterdir())) == 1
    path = tmp_path / "same.json"
    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda n: write_whole(path, str(n) * 10_000), range(300)))
    assert len(set(path.read_text())) <= 3
    assert [name for name in os.listdir(tmp_path) if "partial" in name] == []


def test_tables_are_written_on_the_way(graded, tmp_path, monkeypatch):
    seen = []
    write = grade.Publication.write

    def spy(self, results):
        given = write(self, results)
        seen.append(sorted(totals(tmp_path).values()))
        return given

    monkeypatch.setattr(grade, "OFTEN", 1)
    monkeypatch.setattr(grade.Publication, "write", spy)
    graded({n: RIGHT + f"  # {n}" for n in ("abe", "mori", "sato")}, "--jobs", "1")
    waiting, done = ("0", autograde.WAITING), ("2", "graded")
    assert seen[0] == [waiting, waiting, done]
    assert seen[1] == [waiting, done, done]
    assert seen[-1] == [done, done, done]


def test_a_folder_that_cannot_be_written_is_told_before_anybody_is_graded(graded, tmp_path):
    write_whole(tmp_path / "out", "a file")
    with pytest.raises(SystemExit, match=r"grade: .*(?:File exists|Not a directory)"):
        graded({"abe": RIGHT})


@pytest.mark.parametrize("most", [2**19, 3000])
def test_a_full_disk_is_told_in_a_line_and_leaves_nothing_half_written(tmp_path, most):
    """A limit on files in the place of a full disk: below the probe, and as if it became full."""
    write_whole(tmp_path / "in" / "abe.ipynb", notebook(RIGHT))
    code = (
        "import resource, sys\nfrom grading import files, grade\n"
        "files.PROBE = min(files.PROBE, int(sys.argv[1]) if int(sys.argv[1]) < 10**4 else 2**20)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\n"
        "grade.main(sys.argv[2:])"
    )
    options = [str(tmp_path / "in"), "--unconfined", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", code, str(most), *options, "--set", "problems_01"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"[Errno {errno.EFBIG}]" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not any("partial" in name or "probe" in name for name in left(tmp_path))


def test_a_process_that_dies_stops_nobody_else(tmp_path):
    asked = grade._parser().parse_args(["in", "--unconfined", "--jobs", "1"])
    with grade._Workers(ROOT / "problem_sets" / "problems_01.md", Limits(), asked) as workers:
        with pytest.raises(BrokenProcessPool):
            workers._done(os.abort)
        assert workers._done(abs, -1) == 1


def test_the_grader_s_own_time_and_memory_are_limited(monkeypatch):
    def endless():
        while True:
            try:
                sum(range(10**5))
            except Exception:
                pytest.fail("a test could catch it")

    monkeypatch.setattr(grade, "OWN_TIME", 0.3)
    with pytest.raises(grade.Overtime):
        grade._in_time(endless)
    asked = grade._parser().parse_args(["in", "--unconfined", "--jobs", "1"])
    with grade._Workers(ROOT / "problem_sets" / "problems_01.md", Limits(), asked) as workers:
        soft, _ = workers._done(resource.getrlimit, resource.RLIMIT_AS)
    assert soft == grade.OWN_MEMORY


def test_a_result_depends_on_the_versions_of_what_computes(monkeypatch):
    path = ROOT / "problem_sets" / "problems_01.md"
    usual = grade._setting(path, Limits(), True)
    monkeypatch.setattr(numpy, "__version__", "0.0")
    assert usual != grade._setting(path, Limits(), True)


def test_a_python_without_the_packages_is_told_which_has_them():
    command = [sys.executable, "-S", "-m", "grading", "."]
    environment = {name: v for name, v in os.environ.items() if not name.startswith("PYTHON")}
    options = {"cwd": ROOT, "env": environment, "capture_output": True, "text": True}
    run = subprocess.run(command, check=False, **options)
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"grade: {sys.executable} has no module numpy; `make grade` makes")


NAMELESS = """\
import pwd, runpy, sys
def nobody(number):
    raise KeyError(number)
pwd.getpwuid = nobody
sys.argv[1:] = [".", "--dry-run"]
runpy.run_module("grading", run_name="__main__")
"""


def test_who_has_neither_a_name_nor_a_home_grades_too(tmp_path):
    """As in a container that runs as a number."""
    (tmp_path / "mori.ipynb").write_text('{"metadata": {"problems": "problems_01"}}')
    environment = {name: v for name, v in os.environ.items() if name != "HOME"}
    options = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True}
    run = subprocess.run([sys.executable, "-c", NAMELESS], check=False, **options)
    assert run.returncode == 0, run.stderr
    assert "1 file, 1 student" in run.stdout
