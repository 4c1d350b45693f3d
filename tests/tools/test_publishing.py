"""The published form of the site: every address follows from one setting, and is tried out."""

import re
import shutil

import pytest
import yaml

from tools import ROOT, publish, publish_check, standalone
from tools.addresses import AddressError, Addresses, configured

NAMES = ["index", "404", "search", "book/03_sparsity", "book/glossary"]
OTHER = Addresses("https://elsewhere.test/", "https://github.com/another/book", "trunk")
NOWHERE = Addresses()
ENVIRONMENT = {
    "BOOK_SITE": "https://someone.test/a/b",
    "BOOK_REPOSITORY": "https://github.com/someone/book.git",
    "BOOK_BRANCH": "trunk",
}


@pytest.fixture
def some(site, tmp_path):
    """A few pages of the site, with what `publish` writes beside them."""
    files = [f"{name}.html" for name in NAMES]
    files += ["_static/CITATION.cff", "_sources/book/03_sparsity.ipynb"]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(site / name, tmp_path / name)
    return tmp_path


def texts(folder):
    """All files of a folder by their name."""
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_setting_is_empty_here_and_the_environment_goes_before_it():
    assert configured() == NOWHERE
    assert configured(environment=ENVIRONMENT) == Addresses(
        "https://someone.test/a/b/", "https://github.com/someone/book", "trunk"
    )


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("BOOK_SITE", "someone.github.io/book"),
        ("BOOK_SITE", "https://someone.test/?q=1"),
        ("BOOK_REPOSITORY", "https://someone.test/book"),
        ("BOOK_REPOSITORY", "https://github.com/someone"),
    ],
)
def test_what_is_no_address_is_refused_with_what_was_wanted(name, address):
    with pytest.raises(AddressError) as refused:
        configured(environment={name: address})
    assert address in str(refused.value)


def test_without_an_address_nothing_points_anywhere(some):
    before = texts(some)
    publish.put_addresses(some, NOWHERE)
    assert texts(some) == before
    for name in NAMES:
        page = (some / f"{name}.html").read_text("utf-8")
        assert 'rel="canonical"' not in page
        assert "og:" not in page
        assert 'class="elsewhere"' not in page
        assert "<base" not in page


def test_addresses_can_be_put_in_again_and_taken_out(some):
    before = texts(some)
    publish.put_addresses(some, OTHER)
    once = texts(some)
    publish.put_addresses(some, publish_check.SAMPLE)
    publish.put_addresses(some, OTHER)
    assert texts(some) == once
    publish.put_addresses(some, NOWHERE)
    assert {name: text for name, text in texts(some).items() if name in before} == before


def test_a_chapter_says_where_it_is_and_leads_to_its_source(some):
    publish.put_addresses(some, publish_check.SAMPLE)
    page = (some / "book/03_sparsity.html").read_text("utf-8")
    assert '<link rel="canonical" href="https://pages.test/course/book/03_sparsity.html" />' in page
    links = dict(re.findall(r'<a href="([^"]+)">([^<]+)</a>', page))
    wanted = {
        "https://github.com/somebody/somebook/edit/main/book/src/03_sparsity.md": "Edit this page",
        "https://colab.research.google.com/github/somebody/somebook/blob/notebooks/"
        "03_sparsity.ipynb": "Open in Colab",
        "https://mybinder.org/v2/gh/somebody/somebook/notebooks"
        "?urlpath=lab/tree/03_sparsity.ipynb": "Open on Binder",
    }
    assert wanted.items() <= links.items()
    notebook = (some / "_sources/book/03_sparsity.ipynb").read_text("utf-8")
    assert f"https://pages.test/course/_static/{standalone.WHEEL}" in notebook
    cited = yaml.safe_load((some / "_static/CITATION.cff").read_text("utf-8"))
    assert cited["url"] == "https://pages.test/course/"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('<a href="../nothing.html">x</a>', "which is missing"),
        ('<a href="../../elsewhere.html">x</a>', "out of https://pages.test/course/"),
        ('<a href="03_sparsity.html#nothing">x</a>', "where nothing is called nothing"),
        ('<a href="">x</a>', "which is nowhere"),
        ('<img src="https://example.org/a.png">', "which is nowhere"),
        ('<a href="https://github.com/somebody/somebook/edit/main/no.md">x</a>', "has not"),
    ],
)
def test_an_address_that_does_not_hold_is_found(some, wrong, said):
    site, at = some, publish_check.SAMPLE
    publish.put_addresses(site, at)
    path = site / "book/03_sparsity.html"
    page = re.sub(r"<(a|link|script|img)\b[^>]*>", "", path.read_text("utf-8"))
    path.write_text(page.replace("<article", f"{wrong}<article", 1), "utf-8")
    page = publish_check.Page(path.read_text("utf-8"))
    (found,) = publish_check.of_links("book/03_sparsity", page, site, at)
    assert said in found


def test_the_page_for_what_is_not_there_finds_the_site_from_any_depth(some):
    site, at = some, publish_check.SAMPLE
    publish.put_addresses(site, at)
    text = (site / "404.html").read_text("utf-8")
    page = publish_check.Page(text)
    assert page.head("base") == [{"href": "/course/"}]
    lost = [line for line in publish_check.of_links("404", page, site, at) if "no/such" in line]
    assert lost == []
    without = publish_check.Page(text.replace("<base ", "<meta "))
    lost = [line for line in publish_check.of_links("404", without, site, at) if "no/such" in line]
    assert len(lost) > 10


def test_a_title_that_says_a_thing_twice_and_two_of_the_same_are_found(some):
    text = (some / "index.html").read_text("utf-8")
    page = publish_check.Page(text)
    assert list(publish_check.of_titles({"index": page})) == []
    assert len(list(publish_check.of_titles({"index": page, "twin": page}))) == 1
    twice = publish_check.Page(re.sub("<title>.*?<", "<title>A book — A book<", text))
    assert len(list(publish_check.of_titles({"index": page, "twin": twice}))) == 1


def test_the_workflow_pins_what_it_uses_and_asks_for_little(tmp_path):
    assert list(publish_check.of_workflows(ROOT)) == []
    flow = ROOT / ".github" / "workflows" / "publish.yml"
    target = tmp_path / ".github" / "workflows" / "publish.yml"
    target.parent.mkdir(parents=True)
    text = flow.read_text("utf-8").replace("permissions: {}", "permissions: write-all")
    target.write_text(re.sub(r"checkout@\w+", "checkout@v4", text), "utf-8")
    assert len(list(publish_check.of_workflows(tmp_path))) == 2
