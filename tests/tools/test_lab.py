"""A reader's own copies are made once, never overwritten, and the built site is only read."""

import hashlib
import shutil
import subprocess
import sys
from copy import deepcopy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import ROOT, lab, website


@pytest.fixture
def copy():
    cell = new_code_cell("1 + 1", outputs=[new_output("stream", text="2")])
    return new_notebook(cells=[new_markdown_cell("# One"), cell])


def test_a_copy_is_made_once(copy, tmp_path):
    path = tmp_path / "01_one.ipynb"
    assert lab.deliver(copy, path) == "as in the book"
    written = path.read_bytes()
    assert lab.deliver(copy, path) == "as you left it"
    assert path.read_bytes() == written


def test_a_copy_that_was_only_run_follows_the_book(copy, tmp_path):
    path = tmp_path / "01_one.ipynb"
    lab.deliver(deepcopy(copy), path)
    run = nbformat.read(path, as_version=4)
    run.cells[1].outputs, run.cells[1].execution_count = [], 7
    nbformat.write(run, path)
    copy.cells[0].source = "# One, revised"
    assert lab.deliver(copy, path) == "as in the book"
    assert nbformat.read(path, as_version=4).cells[0].source == "# One, revised"


@pytest.mark.parametrize(
    "change", ["a source", "a new cell", "a cell removed", "a file of another", "no notebook"]
)
def test_what_its_owner_changed_is_never_overwritten(copy, tmp_path, change):
    path = tmp_path / "01_one.ipynb"
    lab.deliver(deepcopy(copy), path)
    mine = nbformat.read(path, as_version=4)
    match change:
        case "a source":
            mine.cells[1].source = "1 + 2"
        case "a new cell":
            mine.cells.append(new_markdown_cell("My note"))
        case "a cell removed":
            del mine.cells[1]
        case "a file of another":
            del mine.metadata["made_from"]
    nbformat.write(mine, path)
    if change == "no notebook":
        path.write_text("My note")
    written = path.read_bytes()
    copy.cells[0].source = "# One, revised"
    assert "has your changes and stays" in lab.deliver(copy, path)
    assert path.read_bytes() == written


def files(folder):
    """What lies in a folder: the sum of each file by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("command", [["tools/lab.py"], ["-m", "tools.lab"]], ids=" ".join)
def test_building_the_book_after_the_lab_changes_no_page(site, tmp_path, command):
    """As a reader does it: make book, make lab, make book."""
    before = files(site)
    if "-m" not in command:  # once, everything is made
        shutil.rmtree(lab.WORK, ignore_errors=True)
    run = subprocess.run(
        [sys.executable, *command, "--folder", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    count = len([*(ROOT / "book").glob("*.ipynb"), *(ROOT / "book/problem_sets").glob("*.ipynb")])
    first = 1  # the page to start from
    assert run.stdout.count(": as in the book") == len(list(tmp_path.iterdir())) == count + first
    subprocess.run([sys.executable, "-m", "tools.website"], cwd=ROOT, check=True)
    assert files(site) == before


def test_what_is_up_to_date_is_not_made_again(copy, tmp_path, monkeypatch):
    def again(*_, **__):
        raise AssertionError("made again")

    lines, work = [], tmp_path / "work"
    monkeypatch.setattr(website, "up_to_date", lambda say: None)
    monkeypatch.setattr(lab, "copies", lambda site: [("01_a.ipynb", copy), ("02_b.ipynb", copy)])
    lab.bring_up_to_date(tmp_path / "lab", work, lines.append)
    assert lines[0].startswith("Writing copies")
    assert lines[1:] == ["01_a.ipynb: as in the book", "02_b.ipynb: as in the book"]
    monkeypatch.setattr(lab, "copies", again)
    monkeypatch.setattr(website, "up_to_date", again)
    (tmp_path / "lab" / "02_b.ipynb").unlink()
    lines.clear()
    lab.bring_up_to_date(tmp_path / "lab", work, lines.append)
    assert lines == ["01_a.ipynb: as you left it", "02_b.ipynb: as in the book"]
    monkeypatch.setattr(website, "fingerprint", lambda: "another book")
    with pytest.raises(AssertionError, match="made again"):
        lab.bring_up_to_date(tmp_path / "lab", work)


def test_copies_that_could_not_all_be_made_do_not_count(tmp_path):
    def broken():
        yield "one.ipynb", new_notebook()
        raise LookupError("how x reads")

    with pytest.raises(LookupError):
        lab.keep(broken(), tmp_path / "copies" / "1")
    assert not (tmp_path / "copies" / "1").exists()


def test_what_tools_leave_in_the_book_is_no_news(tmp_path):
    (tmp_path / "book" / "src").mkdir(parents=True)
    before = website.fingerprint(tmp_path)
    for name in (
        "book/.ruff_cache/x",
        "book/src/.ipynb_checkpoints/x.md",
        "book/__pycache__/x.pyc",
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert website.fingerprint(tmp_path) == before
    (tmp_path / "book" / "src" / "x.md").touch()
    assert website.fingerprint(tmp_path) != before


@pytest.mark.parametrize("variable", ["JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"])
def test_a_folder_that_jupyterlab_cannot_write_to_is_named(tmp_path, monkeypatch, variable):
    (tmp_path / "file").touch()
    monkeypatch.setenv(variable, str(tmp_path / "file" / "folder"))
    with pytest.raises(SystemExit, match=f"file/folder.* cannot be made: .*; {variable} may name"):
        lab.open_lab(tmp_path, ["--version"])
    monkeypatch.setenv(variable, str(tmp_path / "folder"))
    lab.check_folders()
    assert (tmp_path / "folder").is_dir()
