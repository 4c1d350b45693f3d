"""What is made of a problem set is in step with its source, and hands out no secret."""

import html
import re
import subprocess
import sys
import zipfile
from itertools import pairwise

import nbformat
import pytest
from handed_in import SETS, SMALL, SOURCES, blank
from leaks import all_leaks, authored, bare, leaks, secret_texts, secrets, visible

from grading import ROOT
from grading.problem_set import ProblemError, ProblemSet
from tools import problem_sets

each_set = pytest.mark.parametrize("name", SETS)


@pytest.fixture
def small(tmp_path):
    """A small problem set in a course of its own."""

    def write(text=SMALL):
        path = tmp_path / "problem_sets" / "problems_99.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return ProblemSet.read(path)

    return write


def test_the_students_notebooks_are_what_their_sources_give():
    assert problem_sets.stale() == []


def test_a_stale_missing_or_left_over_notebook_is_noticed(small, tmp_path):
    small()
    students = tmp_path / "exercises"
    list(problem_sets.make(students, tmp_path / "made", tmp_path))
    assert problem_sets.stale(students, tmp_path) == []
    (students / "problems_98.ipynb").write_text("{}")
    small(SMALL.replace("Two times", "Twice"))
    found = problem_sets.stale(students, tmp_path)
    assert [line.split()[0].rpartition("/")[2] for line in found] == [
        "problems_98.ipynb",
        "problems_99.ipynb",
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_same_source_gives_the_same_bytes(small, tmp_path):
    def made(place):
        list(problem_sets.make(tmp_path / place, tmp_path / f"{place} made", tmp_path))
        files = [*(tmp_path / place).iterdir(), *(tmp_path / f"{place} made").iterdir()]
        return {path.name: path.read_bytes() for path in files}

    small()
    first = made("first")
    assert len(first) == 4
    assert made("second") == first


def test_solutions_become_dots_and_hidden_tests_and_mistakes_are_gone(small):
    notebook = problem_sets.student_notebook(small())
    text = nbformat.writes(notebook)
    for secret in ("x + x", "fractions", "secret reason", "def once", "once is not enough"):
        assert secret not in text
    cells = {c.metadata.get("nbgrader", {}).get("grade_id", ""): c for c in notebook.cells}
    assert cells["twice"].source == 'def twice(x):\n    """Two times x."""\n    return ...'
    assert cells["why"].source == problem_sets.UNWRITTEN
    assert cells["twice-check-1"].source == 'check(twice, 6, 3, mistakes=known["twice"])'
    assert cells["twice-check-1"].metadata.editable is False


def test_the_sealed_mistakes_are_those_of_the_source(small, capsys):
    space = {}
    for cell in problem_sets.student_notebook(small()).cells:
        if cell.cell_type == "code":
            exec(cell.source.replace("return ...", "return x"), space)
    assert (
        capsys.readouterr().out
        == "twice: not yet; a mistake that gives this number: once is not enough.\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("return x + x", "return 3 * x", "twice of the solution is not yet"),
        ("mistakes=known", 'mistakes={"a": id} or known', "are not those of known"),
        (":check: twice", ":check: thrice", "a check of 'thrice', which is no answer"),
        (":points: 2", ":points: two", "problems_99.md:33: 'two' points, wanted a whole number"),
        (":points: 2", ":points: 0", "problems_99.md:16: twice gives no points"),
        ("1: Twice", "1: Twice (2 points)", "problems_99.md:16: the heading .* says points"),
        (
            'mistakes=known["twice"]',
            'mistakes=known["ink"]',
            "md:33: the check of twice: the",
        ),
        ("def once(x):", "def once(x: nothing):", "problems_99.md:26: the instructor: NameError"),
        (":answer: twice", ":answer: twice\n:sealed: true", "answer and sealed"),
        ('{"written": "why"', '{"written": "twice"', "the same name"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(small, old, new, message):
    with pytest.raises(ProblemError, match=message):
        problem_sets.student_notebook(small(SMALL.replace(old, new)))


def test_the_key_has_solutions_marks_and_mistakes(small):
    key = problem_sets.answer_key(small())
    for words in ("## Task 1: Twice (2 points)", "x + x", "secret reason", "- once is not enough"):
        assert words in key


@each_set
def test_nbgrader_finds_every_cell_in_order(name):
    from nbgrader.nbgraderformat import MetadataValidator
    from nbgrader.utils import is_grade, is_solution

    for notebook in (blank(name), problem_sets.instructor_notebook(SETS[name])):
        MetadataValidator().validate_nb(notebook)
        graded = sum(c.metadata.nbgrader.points for c in notebook.cells if is_grade(c))
        assert graded == sum(task.points for task in SETS[name].tasks)
        assert sum(map(is_solution, notebook.cells)) == len(SETS[name].tasks)


@each_set
def test_there_are_secrets_to_keep(name):
    assert len(secrets(name)) > 50
    source = next(path for path in SOURCES if path.stem == name)
    assert len(leaks(source.read_text("utf-8"), name)) > 50


@each_set
def test_no_two_secret_lines_in_a_row_are_public(name):
    """What a chapter, the package or a set has in common with a solution is no more than a line."""
    pairs = {
        pair
        for text in secret_texts(SETS[name])
        for pair in pairwise(bare(text))
        if min(map(len, pair)) > 12 and not pair[0].startswith(("from ", "import ", "###"))
    }
    pairs -= set(pairwise(bare(visible(SETS[name]))))
    found = {source: pairs & set(pairwise(lines)) for source, lines in authored().items()}
    assert {source: both for source, both in found.items() if both} == {}


@each_set
def test_a_secret_is_found_wherever_it_stands(name):
    line = max(secrets(name), key=len)
    for around in ("{}", "before {} after", "<b>{}</b>", "日本 {}"):
        assert (name, line) in all_leaks(around.format(line) + " " * 9)
        assert leaks(around.format(html.escape(line)) + " " * 9, name)
    assert all_leaks("nothing of the kind") == all_leaks("") == []


@each_set
def test_no_secret_is_in_the_students_notebook(name):
    text = "\n".join(cell.source for cell in blank(name).cells)
    assert all_leaks(text) == []
    assert all_leaks(nbformat.writes(blank(name))) == []
    assert "BEGIN" not in text


def test_no_secret_is_in_what_is_handed_out(tmp_path):
    archive = tmp_path / "handout.zip"
    problem_sets.hand_out(archive)
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        assert {f"autoencoders/problem_sets/{name}.ipynb" for name in SETS} <= set(names)
        for entry in names:
            assert not re.search("wrong_answers|grading|tests|tools|instructor|key", entry), entry
            assert all_leaks(packed.read(entry).decode("utf-8", "replace")) == [], entry


def test_what_is_handed_out_can_be_installed_and_used(tmp_path):
    archive = tmp_path / "handout.zip"
    problem_sets.hand_out(archive)
    zipfile.ZipFile(archive).extractall(tmp_path)
    folder = tmp_path / "autoencoders"
    code = "\n\n".join(c.source for c in blank().cells if c.cell_type == "code")
    code += "\nimport ae_course; print(ae_course.__file__)"
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, '')\n{code}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    *lines, place = run.stdout.splitlines()
    assert str(folder) in place
    assert lines
    assert all("not answered yet" in line for line in lines)
    for name in ("README.md", "LICENSE", "pyproject.toml", "ae_course/data/README.md"):
        assert (folder / name).is_file()


def test_git_does_not_know_the_instructor_s_products():
    run = subprocess.run(
        ["git", "ls-files", "_build", "grades", "problem_sets", "book/problem_sets"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        pytest.skip("this is not a clone")
    assert not [name for name in run.stdout.splitlines() if re.match("_build|grades", name)]
