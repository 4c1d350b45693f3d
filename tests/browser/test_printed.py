"""The book on paper: a chapter is printed, and the page that all come from is looked at."""

import re
import zlib

import pytest
from bs4 import BeautifulSoup
from helpers import plainer

from conftest import chromium_or_skip
from tools import printed

CHAPTER = "book/03_sparsity"


@pytest.fixture(scope="module")
def whole(site):
    """The page from which the whole book is printed."""
    return BeautifulSoup(plainer(printed.merged(site, printed.contents())), "html.parser")


def test_every_page_is_there_once_and_every_link_leads_to_a_place(whole):
    keys = [printed.key_of(name) for name in printed.contents()]
    assert [page["id"] for page in whole.select("article.page")] == keys
    ids = [tag["id"] for tag in whole(id=True)]
    assert len(ids) == len(set(ids))
    targets = {a["href"][1:] for a in whole("a", href=re.compile("^#"))}
    assert len(targets) > 500
    assert targets <= set(ids), sorted(targets - set(ids))[:5]
    assert not [a["href"] for a in whole("a", href=True) if not a["href"].startswith(("#", "http"))]
    assert all(image["src"].startswith(("file:", "data:")) for image in whole("img"))


def test_nothing_is_there_that_only_a_screen_can_do(whole):
    assert not whole.select("form, input, select, button, .viewcode-link, nav")


def test_solutions_stand_at_the_end_and_nowhere_else(whole):
    solutions = whole.select(".solution")
    assert len(solutions) > 80
    assert all(box.find_parent("article")["class"] == ["solutions"] for box in solutions)
    assert whole.select("article")[-1]["class"] == ["solutions"]
    assert len(whole.select("article.page .exercise")) >= len(solutions)
    assert not whole.select("details.sd-dropdown:not([open])")


def test_a_chapter_is_printed_with_bookmarks_numbers_and_tags(site, tmp_path):
    chromium_or_skip()
    path, page = tmp_path / "a chapter.pdf", printed.merged(site, [CHAPTER])
    printed.make_pdf(page, path)
    pdf = path.read_bytes()
    pages = len(re.findall(rb"/Type /Page\b(?!s)", pdf))
    assert 25 < pages < 70
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang (en)" in pdf
    _, *bookmarks = [text.decode() for text in re.findall(rb"/Title \(([^\n]*)\)\n", pdf)]
    headings = BeautifulSoup(page, "html.parser").find_all(re.compile("^h[1-6]$"))
    assert set(bookmarks) <= {" ".join(heading.get_text().split()) for heading in headings}
    for wanted in ("3. Sparse regularisation", "3.2. The idea", "3.9. Exercises", "Solutions"):
        assert wanted in bookmarks, bookmarks
    assert len(pdf) < 8_000_000


def test_no_page_is_left_empty_before_a_long_table(site, tmp_path):
    """Its table of slides is longer than a page, and stays with the title above it."""
    chromium_or_skip()
    path = tmp_path / "errata.pdf"
    printed.make_pdf(printed.merged(site, ["book/errata"]), path)
    words = [drawn.count(b" Tj") + drawn.count(b" TJ") for drawn in pages_of(path.read_bytes())]
    assert len(words) > 10
    assert min(words) > 10, words


def pages_of(pdf):
    """What is drawn on each page, as the operators of a PDF."""
    found = [match[1] for match in re.finditer(rb"/Contents (\d+) 0 R", pdf)]
    for number in found:
        start = pdf.index(b"stream\n", pdf.index(b"\n%s 0 obj" % number)) + len(b"stream\n")
        yield zlib.decompress(pdf[start:])


def test_a_page_that_is_not_in_the_book_is_named():
    with pytest.raises(printed.PrintError, match="no page is called 99_nothing"):
        printed.chosen("99_nothing")


def test_one_page_is_a_file_of_its_own_beside_the_book(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(printed, "ROOT", tmp_path)
    monkeypatch.setattr(printed.website, "up_to_date", lambda say: tmp_path)
    monkeypatch.setattr(printed, "merged", lambda site, names: " ".join(names))
    monkeypatch.setattr(printed, "make_pdf", lambda page, path: path.write_text(page, "utf-8"))
    (tmp_path / "_build").mkdir()
    for arguments in ([], ["--only", "evidence"]):
        monkeypatch.setattr("sys.argv", ["printed", *arguments])
        printed.main()
    found = {path.name: path.read_text("utf-8") for path in (tmp_path / "_build").iterdir()}
    assert found["evidence.pdf"] == "book/evidence"
    assert found["autoencoders.pdf"] == " ".join(printed.contents())
    assert f"{tmp_path / '_build' / 'evidence.pdf'} (" in capsys.readouterr().out
