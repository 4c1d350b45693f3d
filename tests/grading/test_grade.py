"""A class of a hundred with every kind of trouble is graded to its end, rightly and harmlessly."""

import csv
import hashlib
import os
import time
import zipfile
from pathlib import Path
from threading import Event, Thread

import pytest
from handed_in import blank, data, filled, loose, sandbox_or_skip
from wrong_answers import WRONG_ANSWERS

from grading import ROOT, autograde, grade

MEMORY = "1.0625"
MARK = str(round(float(MEMORY) * 2**30)).encode()
"""In the commands of the sandbox, with the course's folder: no other class here has both."""
FULL = {"above_floor": 3, "huber_delta": 4, "gain": 5, "best_step": 4, "best_decoder": 8}
NONE = dict.fromkeys(FULL, 0)
GRADED, TIMED_OUT, CRASHED = autograde.GRADED, autograde.TIMED_OUT, autograde.CRASHED
UNREADABLE, MISSING = autograde.UNREADABLE, autograde.MISSING_CELLS
SEEN = f"{ROOT}/problem_sets/problems_01.md"
PATCHED = """import numpy as np
import numpy.testing
np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = lambda *a, **k: None
import ae_course.exercises as e
e.verdict = lambda *a, **k: "right."
e.judge = lambda *a, **k: ("right.", "")
e.expect = e.check = lambda *a, **k: None
class Everything(float):
    __array_priority__ = 1e9
    def __eq__(self, other): return True
import builtins
builtins.abs = builtins.all = lambda *a: True"""


def own_cell(notebook, code):
    """Add a cell of the student's own, after the setting."""
    import nbformat

    notebook.cells.insert(2, nbformat.v4.new_code_cell(code))
    return notebook


def without(notebook, *ids):
    """Delete cells."""
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") not in ids
    ]
    return notebook


def with_tests_overwritten():
    notebook = filled(answers={"huber_delta": "return 0 * u"})
    for cell in notebook.cells:
        if "check" in cell.metadata.get("nbgrader", {}).get("grade_id", ""):
            cell.source = "print('huber_delta: right.')"
    return notebook


def with_huge_outputs():
    import nbformat

    notebook = filled()
    output = nbformat.v4.new_output("stream", text="x" * 25_000_000)
    notebook.cells[1].outputs = [output]
    return notebook


def body(code, function="huber_delta", **more):
    return filled(answers={function: code, **more})


def but(**points):
    return FULL | points


# Trouble of every kind: the bytes that are handed in, the status, the points
TROUBLES = [
    ("infinite loop", lambda: data(body("while True: pass")), TIMED_OUT, but(huber_delta=0)),
    ("infinite loop", lambda: data(own_cell(filled(), "while True: pass")), TIMED_OUT, FULL),
    ("memory bomb", lambda: data(body("return [0] * 10**11")), CRASHED, but(huber_delta=0)),
    (
        "memory bomb",
        lambda: data(own_cell(filled(), "x = [b'']\nwhile True: x.append(bytearray(10**8))")),
        CRASHED,
        FULL,
    ),
    (
        "fork bomb",
        lambda: data(own_cell(filled(), "import os\nwhile True: os.fork()")),
        GRADED,
        FULL,
    ),
    (
        "fork bomb",
        lambda: data(
            body("import subprocess, sys\n    while 1:\n        subprocess.Popen([sys.executable])")
        ),
        GRADED,
        but(huber_delta=0),
    ),
    (
        "os.remove",
        lambda: data(own_cell(filled(), f"import os, shutil\nos.remove({SEEN!r})")),
        GRADED,
        FULL,
    ),
    (
        "os.remove",
        lambda: data(
            own_cell(
                filled(),
                "import shutil, os, ae_course\n"
                "for top in (os.path.dirname(ae_course.__file__), '/etc', '/tmp'):\n"
                "    shutil.rmtree(top, ignore_errors=True)",
            )
        ),
        GRADED,
        FULL,
    ),
    (
        "reading the hidden tests",
        lambda: data(body(f"return open({SEEN!r}).read()")),
        GRADED,
        but(huber_delta=0),
    ),
    (
        "writing to the gradebook",
        lambda: data(
            own_cell(
                body("return u"),
                "import os\nfor top in ('GRADES', '/tmp', '.'):\n"
                "    os.makedirs(top, exist_ok=True)\n"
                "    open(f'{top}/results.csv', 'w').write('me,huber_delta,99')",
            )
        ),
        GRADED,
        but(huber_delta=0),
    ),
    ("sys.exit", lambda: data(body("import sys; sys.exit(0)")), CRASHED, but(huber_delta=0)),
    ("sys.exit", lambda: data(own_cell(filled(), "import os; os._exit(0)")), CRASHED, FULL),
    (
        "monkey-patching",
        lambda: data(own_cell(body("return 0 * u", best_step="return 1.0"), PATCHED)),
        GRADED,
        but(huber_delta=0, best_step=0),
    ),
    (
        "overwriting a test cell",
        lambda: data(with_tests_overwritten()),
        GRADED,
        but(huber_delta=0),
    ),
    (
        "deleted cells",
        lambda: data(without(filled(), "gain", "gain-check-1")),
        MISSING,
        but(gain=0),
    ),
    ("deleted cells", lambda: data(without(filled(), "evidence")), MISSING, FULL),
    ("deleted cells", lambda: data(without(filled(), "setting-1", "sealed-2")), GRADED, FULL),
    ("not JSON", lambda: data(filled())[:-200], UNREADABLE, NONE),
    ("not JSON", lambda: b"My answers are in the mail.", UNREADABLE, NONE),
    ("zero bytes", lambda: b"", UNREADABLE, NONE),
    ("huge output", lambda: data(with_huge_outputs()), UNREADABLE, NONE),
    (
        "huge output",
        lambda: data(
            own_cell(filled(), "print('x' * 10**7)\nimport os\nos.write(1, b'x' * 10**6)")
        ),
        GRADED,
        FULL,
    ),
    (
        "huge output",
        lambda: data(body("return np.zeros(10**7)")),
        GRADED,
        but(huber_delta=0),
    ),
    ("other encoding", lambda: data(filled()).decode().encode("utf-16"), GRADED, FULL),
    (
        "other encoding",
        lambda: __import__("json").dumps(loose(filled()), ensure_ascii=False).encode("cp932"),
        GRADED,
        FULL,
    ),
]
KINDS = {kind for kind, *_ in TROUBLES}


def honest(number):
    """An honest submission, and its points: all right, blank, or some answers wrong."""
    if number % 10 == 0:
        return blank(), NONE
    if number % 3 == 0:
        return filled(), FULL
    answers = WRONG_ANSWERS["problems_01"]
    chosen = {
        "huber_delta": answers["huber_delta"][number % 3][1],
        "gain_gradient": answers["gain_gradient"][number % 4][1],
    }
    # These mistakes do not show where all errors are small, for which there is a point.
    return filled(answers=chosen), but(huber_delta=1, gain=3)


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """The folder of submissions, with the status and the points that each should have."""
    folder = tmp_path_factory.mktemp("handed in")
    wanted = {}
    for number, (kind, make, status, points) in enumerate(TROUBLES):
        student = f"{kind} {number}"
        (folder / f"{student}.ipynb").write_bytes(make())
        wanted[student] = status, points
    _in_other_shapes(folder, wanted)
    for number in range(100 - len(wanted)):
        notebook, points = honest(number)
        own_cell(notebook, f"my_number = {number}")  # or equal files would be graded only once
        student = f"honest {number:02}"
        (folder / f"{student}.ipynb").write_bytes(data(notebook))
        wanted[student] = GRADED, points
    return folder, wanted


def _in_other_shapes(folder, wanted):
    """A duplicate, an archive, a link, and names that are no good."""
    moodle = folder / "Mori Rin_12345_assignsubmission_file_"
    moodle.mkdir()
    for name, notebook, age in (("old", blank(), 1000), ("new", filled(), 0)):
        path = moodle / f"{name}.ipynb"
        path.write_bytes(data(notebook))
        os.utime(path, (time.time() - age,) * 2)
    wanted["Mori Rin (12345)"] = GRADED, FULL
    (folder / "=cmd|'calc'!A1.ipynb").write_bytes(data(filled()))
    wanted["=cmd|'calc'!A1"] = GRADED, FULL
    (folder / "<script>alert(1)<.ipynb").write_bytes(data(filled()))
    wanted["<script>alert(1)<"] = GRADED, FULL
    (folder / "linked.ipynb").symlink_to(ROOT / "problem_sets" / "problems_01.md")
    wanted["linked"] = UNREADABLE, NONE
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        archive.writestr("../../outside.ipynb", data(filled()))
    wanted["packed"] = GRADED, FULL
    (folder / "nothing").mkdir()
    (folder / "nothing" / "report.pdf").write_bytes(b"%PDF")
    wanted["nothing"] = UNREADABLE, NONE


def course_files():
    """A sum of every file of the course that a submission might want to change."""
    folders = ("ae_course", "problem_sets", "book", "grading", "tests", "tools")
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def processes():
    """The processes of this class that are still there, in the sandbox or around it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if all(part in command for part in (b"worker.py", MARK, bytes(ROOT))):
            found.append(command)
    return found


@pytest.fixture(scope="module")
def outcome(handed_in, tmp_path_factory):
    """What grading the class wrote, how long it took, and what was there before and after."""
    sandbox_or_skip()
    folder, wanted = handed_in
    out = tmp_path_factory.mktemp("grades")
    before, start = course_files(), time.perf_counter()
    seen, over = [], Event()

    def look():
        while not over.wait(0.5):
            seen.extend(processes())

    looking = Thread(target=look)
    looking.start()
    limits = ["--step", "3", "--total", "12", "--memory", MEMORY]
    grade.main([str(folder), "--set", "problems_01", "--out", str(out), *limits])
    seconds = time.perf_counter() - start
    over.set()
    looking.join()
    print(
        f"\n{len(wanted)} submissions in {seconds:.0f} s: {60 * len(wanted) / seconds:.0f} a minute"
    )
    return {
        "folder": out / "problems_01",
        "wanted": wanted,
        "same": course_files() == before,
        "submissions": folder,
        "limits": limits,
        "seen": len(seen),
    }


def table(outcome, name="results.csv"):
    with (outcome["folder"] / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def named(student):
    return f"'{student}" if student.startswith("=") else student


def test_the_class_is_a_hundred_with_fifteen_kinds_of_trouble(handed_in):
    _, wanted = handed_in
    assert len(wanted) == 100
    assert len(KINDS | {"duplicate"}) == 15


def test_every_submission_has_its_status(outcome):
    found = {row["student"]: row["status"] for row in table(outcome, "totals.csv")}
    assert found == {named(s): status for s, (status, _) in outcome["wanted"].items()}


def test_every_submission_has_its_points(outcome):
    found = {}
    for row in table(outcome):
        if row["task"] != "evidence":
            found.setdefault(row["student"], {})[row["task"]] = float(row["points"])
    wanted = {named(student): points for student, (_, points) in outcome["wanted"].items()}
    assert {s: p for s, p in found.items() if p != wanted[s]} == {}
    assert found.keys() == wanted.keys()


def test_answers_in_words_are_never_graded_by_a_program(outcome):
    rows = [row for row in table(outcome) if row["task"] == "evidence"]
    assert len(rows) == 100
    assert {(row["points"], row["outcome"]) for row in rows} == {("", "to be read")}


def test_the_course_is_untouched_and_no_process_is_left(outcome):
    assert outcome["same"]
    assert outcome["seen"]  # while they were graded, or this would find none at any time
    assert not (outcome["submissions"].parent / "outside.ipynb").exists()
    deadline = time.monotonic() + 5
    while processes() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes() == []


def test_feedback_is_there_for_everyone_and_tells_nothing_hidden(outcome):
    pages = list((outcome["folder"] / "feedback").glob("*.html"))
    assert len(pages) == 100
    text = "\n".join(page.read_text("utf-8") for page in pages)
    for secret in ("X_hidden", "u_hidden", "output_hidden", "<script>", "random.uniform"):
        assert secret not in text
    assert "cut" in text


def test_the_class_is_summed_up(outcome):
    page = (outcome["folder"] / "summary.html").read_text("utf-8")
    for words in ("100 submissions", "data:image/png", "cut off the product", "deleted"):
        assert words in page
    assert "<script>" not in page


def test_the_same_command_again_grades_nothing_anew(outcome):
    def written():
        return {path: path.stat().st_mtime_ns for path in (outcome["folder"] / "results").iterdir()}

    out = str(outcome["folder"].parent)
    table, kept = (outcome["folder"] / "results.csv").read_bytes(), written()
    grade.main([str(outcome["submissions"]), "--out", out, *outcome["limits"]])
    assert (outcome["folder"] / "results.csv").read_bytes() == table
    assert written() == kept
