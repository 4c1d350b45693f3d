"""A chapter is executed in a fresh kernel, and what is stored of it is of one run."""

import sys

import pytest

from tools import chapters
from tools.chapters import ChapterError, out_of_step, rebuild


def source(*cells):
    return "# A chapter\n" + "".join(f"\n```{{code-cell}}\n{cell}\n```\n" for cell in cells)


@pytest.fixture
def chapter(tmp_path):
    """Return where the source and the notebook of a small chapter go."""
    (tmp_path / "book" / "src").mkdir(parents=True)
    return chapters.paths("01_small", tmp_path)


def test_executing_again_stores_nothing_or_all_of_one_run(chapter):
    text, notebook = chapter
    cells = [
        "1 + int.from_bytes(__import__('os').urandom(2)) * 1e-12  # rounds as it likes",
        "open('data.txt').read()  # beside the notebook",
    ]
    text.write_text(source(*cells), "utf-8")
    data = notebook.with_name("data.txt")
    data.write_text("before")

    assert "new: everything" in rebuild(*chapter)
    first = notebook.read_bytes()
    assert "every output as stored" in rebuild(*chapter, run=True)
    assert notebook.read_bytes() == first

    data.write_text("after")
    text.write_text(source("x = 2", *cells), "utf-8")
    message = rebuild(*chapter)
    assert "new: code cell 1 (`x = 2`), code cell 3 (`open(" in message
    assert out_of_step(text.read_text("utf-8"), notebook.read_text("utf-8")) == []
    stored = chapters.read(first.decode()).cells[1].outputs[0].data
    _, _, rounded, new = chapters.read(notebook.read_text("utf-8")).cells
    assert rounded.outputs[0].data != stored  # all numbers are those of one run
    assert new.outputs[0].data["text/plain"] == "'after'"


def test_an_output_that_is_shown_in_a_new_form_is_stored_again(chapter):
    text, notebook = chapter
    cell = """from pathlib import Path
class Shown:
    def _repr_mimebundle_(self, **_):
        return {"text/plain": "x"} | dict.fromkeys(Path("forms").read_text().split(), "<svg/>")
Shown()"""
    text.write_text(source(cell), "utf-8")
    forms = notebook.with_name("forms")
    forms.write_text("")
    rebuild(*chapter)
    forms.write_text("image/svg+xml")
    assert "new: code cell 1" in rebuild(*chapter, run=True)
    assert "<svg/>" in notebook.read_text("utf-8")
    assert "every output as stored" in rebuild(*chapter, run=True)


def test_a_picture_that_is_not_compared_is_that_of_the_code_before_it(chapter):
    text, notebook = chapter
    cell = """class Shown:
    def _repr_mimebundle_(self, **_):
        count = len(open("log", "a+").write("x") and open("log").read())
        told = "curve 2x2: machine-dependent, not compared"
        return {"text/plain": told, "image/svg+xml": str(count)}
Shown()"""

    def drawn():
        (shown,) = chapters.read(notebook.read_text("utf-8")).cells[-1].outputs
        return shown.data["image/svg+xml"]

    text.write_text(source("a = 1", cell), "utf-8")
    rebuild(*chapter)
    first = drawn()
    rebuild(*chapter, run=True)
    assert drawn() == first
    text.write_text(source("a = 2", cell), "utf-8")
    rebuild(*chapter)
    assert drawn() != first


def test_where_only_text_changes_nothing_is_run(chapter):
    text, notebook = chapter
    cell = "import random\nprint(random.random() < 2, open('log.txt', 'a').write('run '))"
    text.write_text(source(cell), "utf-8")
    rebuild(*chapter)
    outputs = chapters.read(notebook.read_text("utf-8")).cells[1].outputs
    edited = text.read_text("utf-8").replace("A chapter", "Another chapter")
    edited = edited.replace("{code-cell}\n", "{code-cell}\n:tags: [hide-input]\n")
    text.write_text(edited, "utf-8")
    assert "no code has changed, so nothing was run" in rebuild(*chapter)
    assert out_of_step(edited, notebook.read_text("utf-8")) == []
    stored = chapters.read(notebook.read_text("utf-8"))
    assert stored.cells[0].source == "# Another chapter"
    assert stored.cells[1].outputs == outputs
    log = notebook.with_name("log.txt")
    assert log.read_text() == "run "
    text.write_text(edited.replace("< 2", "< 3"), "utf-8")
    assert "every output as stored" not in rebuild(*chapter)
    assert log.read_text() == "run run "
    rebuild(*chapter, run=True)
    assert log.read_text() == "run run run "


def test_outputs_that_were_edited_are_not_kept(chapter):
    text, notebook = chapter
    text.write_text(source("print(0.123456789)"), "utf-8")
    rebuild(*chapter)
    first = notebook.read_text("utf-8")
    notebook.write_text(first.replace("0.123456789\\n", "0.123456788\\n"), "utf-8")
    assert "new: code cell 1" in rebuild(*chapter)
    assert notebook.read_text("utf-8") == first


def test_the_kernel_is_this_python_with_one_thread(chapter, monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    cell = "import os, sys\nsys.executable, os.environ['OPENBLAS_NUM_THREADS']"
    chapter[0].write_text(source(cell), "utf-8")
    rebuild(*chapter)
    (output,) = chapters.read(chapter[1].read_text("utf-8")).cells[1].outputs
    assert output.data["text/plain"] == repr((sys.executable, "1"))


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("1 / 0", r"code cell 2 \(`1 / 0`\) raises ZeroDivisionError: division by zero"),
        ("import warnings; warnings.warn('a\\nb')", r"writes to stderr: .* UserWarning: a$"),
        ("import os; os._exit(1)", r"code cell 2 \(`import os; os._exit\(1\)`\) kills its kernel"),
    ],
)
def test_a_chapter_that_fails_or_warns_is_not_stored(cell, message, chapter):
    chapter[0].write_text(source("x = 2", cell), "utf-8")
    with pytest.raises(ChapterError, match=message):
        rebuild(*chapter)
    assert not chapter[1].exists()
