"""The site is that of its sources, whole, or the one before stays as it was."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import ROOT, website

CONFIG = "title: A small book\nonly_build_toc_files: true\nexclude_patterns: [_build]\n"
CONFIG += "execute: {execute_notebooks: 'off'}\n"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book of two pages in a folder with an awkward name."""
    root = tmp_path_factory.mktemp("book") / '$HOME\'s "book" é 本'
    root.mkdir()
    write(root, "_config.yml", CONFIG)
    write(root, "_toc.yml", "format: jb-book\nroot: index\nchapters: [{file: one}, {file: two}]\n")
    for name in ("index", "one", "two"):
        write(root, f"{name}.md", f"# Page {name}\n")
    return root


def write(root, name, text):
    (root / name).write_text(text, "utf-8")


def build(root):
    """Build the site, and tell whether anything was done for it."""
    said = []
    site = website.up_to_date(root, said.append)
    return site, bool(said)


def test_a_site_is_built_when_its_sources_change_and_only_then(book):
    site, built = build(book)
    assert built
    assert (site / "two.html").is_file()
    assert build(book) == (site, False)
    write(book, "one.md", "# Another page\n")
    assert build(book) == (site, True)
    assert "Another page" in (site / "one.html").read_text("utf-8")


def test_the_footer_has_the_year_of_the_settings(book, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    write(book, "_config.yml", f"{CONFIG}copyright: '2026'\n")
    site, _ = build(book)
    assert "2026" in (site / "one.html").read_text("utf-8")
    assert "1970" not in (site / "one.html").read_text("utf-8")


def test_a_page_that_was_removed_is_gone(book):
    build(book)
    write(book, "_toc.yml", "format: jb-book\nroot: index\nchapters: [{file: one}]\n")
    (book / "two.md").unlink()
    site, built = build(book)
    assert built
    assert (site / "one.html").is_file()
    assert not [path for path in site.rglob("*two*") if path.is_file()]


def test_a_book_that_is_not_in_order_leaves_the_site_that_was(book, capfd):
    site, _ = build(book)
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    write(book, "one.md", "# A page\n\n[nowhere](nowhere.md)\n")
    with pytest.raises(website.SiteError, match="not in order, see above"):
        build(book)
    assert "nowhere" in capfd.readouterr().err
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before
    assert sorted(path.name for path in site.parent.iterdir()) == [".lock", "html"]
    write(book, "one.md", "# A page\n")
    assert build(book) == (site, True)


def test_after_a_kill_between_two_steps_the_site_is_there(book):
    site, _ = build(book)
    site.rename(site.with_name("html.old"))
    assert build(book)[0] == site
    assert (site / "index.html").is_file()
    assert not site.with_name("html.old").exists()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
def test_what_a_killed_build_started_ends_before_the_next_one_begins(book):
    write(book, "one.md", "# A page that is built twice\n")
    program = "import sys, pathlib; from tools import website; "
    program += "website.up_to_date(pathlib.Path(sys.argv[1]))"
    first = subprocess.Popen([sys.executable, "-c", program, book], cwd=ROOT)
    worker = started_by(first.pid)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert works(worker)
    said = []
    with website.alone(book / "_build", said.append):
        wait_for_the_end_of(worker)  # a program that ends lets go of the lock, and is then gone
    assert said == ["Waiting for another build in this folder ..."]
    site, _ = build(book)
    assert "built twice" in (site / "one.html").read_text("utf-8")


def started_by(number):
    """The number of the first program that a program starts."""
    children = Path(f"/proc/{number}/task/{number}/children")
    for _ in range(600):
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.05)
    raise AssertionError("it started no other program")


def wait_for_the_end_of(number):
    """Give a program that is ending the moment that it takes; while it builds it goes on longer."""
    for _ in range(40):
        if not works(number):
            return
        time.sleep(0.05)
    raise AssertionError("it still runs")


def works(number):
    """Whether a program still runs; one that has ended and was not asked about counts as ended."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
