"""What is made of a problem set is in step with its source, and hands out no secret."""

import re
import subprocess
import sys
import zipfile
from functools import cache
from itertools import pairwise

import nbformat
import pytest
from handed_in import SETS, SOURCES, blank

from grading.problems import HIDDEN, ROOT, ProblemError, ProblemSet
from tools import assignments

SMALL = '''\
# Small problems

```{code-cell}
from ae_course.exercises import Mistakes, check
```

```{code-cell}
:sealed: true
known = Mistakes()
```

## Task 1: Twice (2 points)

```{code-cell}
:answer: twice
def twice(x):
    """Two times x."""
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION
```

```{code-cell}
:instructor: true
@known.of("twice", "once is not enough.")
def once(x):
    return x
```

```{code-cell}
:check: twice
:points: 2
check(twice, 6, 3, mistakes=known["twice"])
### BEGIN HIDDEN TESTS
assert twice(0.5) == 1, "not for fractions"
### END HIDDEN TESTS
```

## Task 2: Why (1 point)

+++ {"written": "why", "points": 1}

Because of the secret reason.
'''
each_set = pytest.mark.parametrize("name", SETS)


@pytest.fixture
def small(tmp_path):
    """A small problem set in a course of its own."""

    def write(text=SMALL):
        path = tmp_path / "assignments" / "problems_99.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return ProblemSet.read(path)

    return write


def secret_texts(problems):
    """What only the instructor may read: solutions, mistakes, hidden tests, keys."""
    texts = [cell.source for cell in problems.having("instructor", "written")]
    texts += [cell.hidden for cell in problems.having("check")]
    solution = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
    return texts + [part for c in problems.having("answer") for part in solution.findall(c.source)]


def visible(problems):
    """What its students see of a problem set, as it is written."""
    checks = [HIDDEN.sub("", c.source) for c in problems.having("check")]
    return "\n".join(checks + [c.source for c in problems.having("setting", "text")])


@cache
def authored():
    """What is public, as it is written: by file, its lines without what is around them."""
    files = [*(ROOT / "book" / "src").glob("*.md"), *(ROOT / "ae_course").glob("*.py")]
    texts = {path.name: path.read_text("utf-8") for path in files}
    texts |= {name: visible(problems) for name, problems in SETS.items()}
    return {name: bare(text) for name, text in texts.items()}


def bare(text):
    """The lines of a text that have something in them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def secrets(problems):
    """Lines that only the instructor may read, if they are long enough to tell something.

    A line such as ``Y = logistic(X @ W.T + b)`` that a chapter, the package or another set has of
    its own tells nothing; two of them in a row would, for which there is another test.
    """
    shown = visible(problems)
    known = {line for lines in authored().values() for line in lines}
    lines = {line for text in secret_texts(problems) for line in bare(text)} - known
    public = ("from ", "import ")
    return {s for s in lines if len(s) > 20 and s not in shown and not s.startswith(public)}


def leaks(text, name):
    """The secrets of a problem set that occur in a text, as it stands or in HTML or JSON."""
    plain = text.replace("&quot;", '"').replace("&#39;", "'").replace("&amp;", "&")
    plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace('\\"', '"')
    return sorted(line for line in secrets(SETS[name]) if line in plain)


def test_the_students_notebooks_are_what_their_sources_give():
    assert assignments.stale() == []


def test_a_stale_missing_or_left_over_notebook_is_noticed(small, tmp_path):
    small()
    students = tmp_path / "exercises"
    list(assignments.make(students, tmp_path / "made", tmp_path))
    assert assignments.stale(students, tmp_path) == []
    (students / "problems_98.ipynb").write_text("{}")
    small(SMALL.replace("Two times", "Twice"))
    found = assignments.stale(students, tmp_path)
    assert [line.split()[0].rpartition("/")[2] for line in found] == [
        "problems_98.ipynb",
        "problems_99.ipynb",
    ]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_same_source_gives_the_same_bytes(small, tmp_path):
    def made(place):
        list(assignments.make(tmp_path / place, tmp_path / f"{place} made", tmp_path))
        files = [*(tmp_path / place).iterdir(), *(tmp_path / f"{place} made").iterdir()]
        return {path.name: path.read_bytes() for path in files}

    small()
    first = made("first")
    assert len(first) == 4
    assert made("second") == first


def test_solutions_become_dots_and_hidden_tests_and_mistakes_are_gone(small):
    notebook = assignments.student_notebook(small())
    text = nbformat.writes(notebook)
    for secret in ("x + x", "fractions", "secret reason", "def once", "once is not enough"):
        assert secret not in text
    cells = {c.metadata.get("nbgrader", {}).get("grade_id", ""): c for c in notebook.cells}
    assert cells["twice"].source == 'def twice(x):\n    """Two times x."""\n    return ...'
    assert cells["why"].source == assignments.UNWRITTEN
    assert cells["twice-check-1"].source == 'check(twice, 6, 3, mistakes=known["twice"])'
    assert cells["twice-check-1"].metadata.editable is False


def test_the_sealed_mistakes_are_those_of_the_source(small, capsys):
    space = {}
    for cell in assignments.student_notebook(small()).cells:
        if cell.cell_type == "code":
            exec(cell.source.replace("return ...", "return x"), space)
    assert capsys.readouterr().out == "twice: not yet: once is not enough.\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("return x + x", "return 3 * x", "twice of the solution is not yet"),
        ("mistakes=known", 'mistakes={"a": id} or known', "are not known"),
        (":check: twice", ":check: thrice", "a check of 'thrice', which is no answer"),
        (":points: 2", ":points: 0", "twice gives no points"),
        (":answer: twice", ":answer: twice\n:sealed: true", "answer and sealed"),
        ('{"written": "why"', '{"written": "twice"', "the same name"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(small, old, new, message):
    with pytest.raises(ProblemError, match=message):
        assignments.student_notebook(small(SMALL.replace(old, new)))


def test_the_key_has_solutions_marks_and_mistakes(small):
    key = assignments.answer_key(small())
    for words in ("## Task 1: Twice (2 points)", "x + x", "secret reason", "- once is not enough"):
        assert words in key


@each_set
def test_nbgrader_finds_every_cell_in_order(name):
    from nbgrader.nbgraderformat import MetadataValidator
    from nbgrader.utils import is_grade, is_solution

    for notebook in (blank(name), assignments.instructor_notebook(SETS[name])):
        MetadataValidator().validate_nb(notebook)
        graded = sum(c.metadata.nbgrader.points for c in notebook.cells if is_grade(c))
        assert graded == sum(task.points for task in SETS[name].tasks)
        assert sum(map(is_solution, notebook.cells)) == len(SETS[name].tasks)


@each_set
def test_there_are_secrets_to_keep(name):
    assert len(secrets(SETS[name])) > 50
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
def test_no_secret_is_in_the_students_notebook(name):
    text = "\n".join(cell.source for cell in blank(name).cells)
    assert leaks(text, name) == []
    assert leaks(nbformat.writes(blank(name)), name) == []
    assert "BEGIN" not in text


@each_set
def test_no_secret_is_in_what_is_handed_out(name, tmp_path):
    archive = tmp_path / "handout.zip"
    assignments.hand_out(archive)
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        assert f"autoencoders/exercises/{name}.ipynb" in names
        for entry in names:
            assert not re.search("assignments|grading|tests|tools|instructor|key", entry), entry
            text = packed.read(entry).decode("utf-8", "replace")
            assert leaks(text, name) == [], entry


def test_what_is_handed_out_can_be_installed_and_used(tmp_path):
    archive = tmp_path / "handout.zip"
    assignments.hand_out(archive)
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
        ["git", "ls-files", "_build", "grades", "assignments", "book/exercises"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        pytest.skip("this is not a clone")
    assert not [name for name in run.stdout.splitlines() if re.match("_build|grades", name)]
