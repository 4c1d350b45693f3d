"""What `make check` says of a chapter, a problem set or a module in which somebody slipped."""

import os
import shutil
import subprocess
import sys

import pytest

from tools import ROOT, chapters, check

COPIED = ["ae_course", "book", "grading", "problem_sets", "tests", "tools"]
LOOK = """
import sys
from tools import check
found, tests = check.look_at(sys.argv[1])
print(*found, "--", *tests, sep="\\n")
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the project, in which files may be changed."""
    root = tmp_path_factory.mktemp("copy")
    for folder in COPIED:
        unread = shutil.ignore_patterns("__pycache__", "_static", "data", "*.zip")
        shutil.copytree(ROOT / folder, root / folder, ignore=unread)
    os.symlink(ROOT / "ae_course" / "data", root / "ae_course" / "data")
    for name in ("pyproject.toml", "_toc.yml", "index.md"):
        shutil.copy(ROOT / name, root / name)
    return root


@pytest.fixture
def look(copied):
    """What is wrong, and which tests are to be run, after texts were replaced in a file."""

    def run(name, file, *changes):
        path = copied / file
        before = text = path.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, "utf-8")
        command = [sys.executable, "-c", LOOK, name]
        done = subprocess.run(command, cwd=copied, capture_output=True, text=True, check=False)
        path.write_text(before, "utf-8")
        found, _, tests = done.stdout.partition("--\n")
        return found.splitlines(), tests.splitlines(), done.stderr

    return run


def line_of(file, text):
    """In which line of a file of the project a text begins."""
    content = (ROOT / file).read_text("utf-8")
    return content[: content.index(text)].count("\n") + 1


def test_slips_in_the_text_of_a_chapter_are_said_with_their_lines(look):
    file = "book/src/05_whitening.md"
    changes = [
        ("## Summary", "## In short"),
        ("{eq}`eq-", "{eq}`eq-no-such-"),
        (":label: ex-", ":l: "),
    ]
    found, tests, _ = look("05_whitening", file, *changes)
    assert "book/05_whitening.ipynb is of an older text: make notebooks NAME=05_whitening" in found
    for (text, _), message in zip(
        changes[1:],
        ["cites eq-no-such-", "has an exercise without a label: add :label: ex-name"],
        strict=True,
    ):
        line = line_of(file, text) - (text == ":label: ex-")  # the box begins a line earlier
        assert any(message in said and said.startswith(f"{file}:{line}:") for said in found), found
    assert any("the section '## Summary' is missing" in line for line in found)
    assert "tests/ae_course/test_whitening.py" in {test.partition("::")[0] for test in tests}
    assert f"{check.SLIPS}[05_whitening]" in tests


def test_code_that_is_none_is_all_that_is_said(look):
    file, imported = "book/src/05_whitening.md", "import numpy as np"
    found, tests, _ = look("05_whitening", file, (imported, f"{imported}\n%pylab"))
    assert len(found) == 1
    assert found[0].startswith(f"{file}:{line_of(file, imported) + 1}: code cell 1 (`")
    assert "is not plain Python" in found[0]
    assert tests == []


def test_slips_in_a_problem_set_are_said_with_their_lines(look):
    file, mark = "problem_sets/problems_05.md", "    ### BEGIN SOLUTION\n"
    found, tests, _ = look("problems_05", file, (mark, ""), ("## Task 2", "## Task 3"))
    assert any("lacks the line '### BEGIN SOLUTION'" in line for line in found)
    assert any("wanted '## Task 2: ...'" in line for line in found)
    assert all(line.startswith((f"{file}:", "book/problem_sets/problems_05")) for line in found)
    assert tests == []


def test_a_problem_set_that_keeps_the_rules_is_solved(look):
    found, tests, _ = look("problems_05", "problem_sets/problems_05.md")
    assert (found, tests[-2:]) == ([], ["-k", "problems_05"])


def test_a_name_is_that_of_a_module_with_its_tests_or_of_nothing():
    files = [ROOT / "ae_course" / "optimizers.py", ROOT / "tests/ae_course/test_optimizers.py"]
    assert check.files_of_module("optimizers") == files
    assert check.files_of_module("test_optimizers") == files[1:]
    with pytest.raises(
        SystemExit, match=r"nothing is called 8_new; there are 01_overview, .*_07, "
    ):
        check.look_at("8_new")


def test_the_style_of_a_module_comes_before_its_tests(tmp_path, capfd):
    bad = tmp_path / "test_bad.py"
    bad.write_text("import os\n", "utf-8")
    (found,), tests = check.of_module([bad])
    assert "make format" in found
    assert "`os` imported but unused" in capfd.readouterr().out
    assert tests == []


def test_what_cannot_be_read_is_said_in_a_line_that_names_the_file():
    source, _ = chapters.paths("05_whitening")
    cell = chapters.convert(source.read_text("utf-8")).cells[1]
    line = chapters.lines(source.read_text("utf-8"))[cell.id]
    said = chapters.ChapterError("cell 1 raises", cell, within=2).at("05_whitening")
    assert said == f"book/src/05_whitening.md:{line + 2}: cell 1 raises"
    assert (
        chapters.ChapterError("no YAML").at("05_whitening").startswith("book/src/05_whitening.md: ")
    )


def test_slips_in_what_a_module_cites_are_said_with_their_lines(look):
    file, label, work = (
        "ae_course/contractive.py",
        ":eq:`eq-contractive-gradient`",
        ":cite:p:`rifai2011contractive`",
    )
    changes = [(label, ":eq:`eq-contractive-slope`"), (work, ":cite:p:`nobody1999none`")]
    found, tests, _ = look("contractive", file, *changes)
    assert f"{file}:{line_of(file, work)}: cites nobody1999none: add it to" in "\n".join(found)
    assert f"{file}:{line_of(file, label)}: cites eq-contractive-slope" in "\n".join(found)
    claimed = "tests/ae_course/test_contractive.py"
    assert any(said.startswith(f"{claimed}:") and "does not cite it" in said for said in found)
    assert tests == [claimed, check.HABITS, f"{check.EXAMPLES}[contractive]"]


def test_a_module_of_the_grader_has_its_own_tests_alone():
    assert check.look_at("marks") == ([], ["tests/grading/test_marks.py"])
