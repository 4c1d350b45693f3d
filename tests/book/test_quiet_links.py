"""Links that nobody wrote: names of the package, and terms and symbols at their first use."""

import gzip
import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup
from extensions import extension

from tools import chapters

CHAPTERS = [name for name in chapters.chapters() if name[0].isdigit()]
LINK = re.compile(
    r'<a class="(to-[a-z]+)" href="([^"]+)"( tabindex="-1")?(?: aria-label="[^"]+")?>(.*?)</a>',
    re.DOTALL,
)
TAG = re.compile(r"<[^>]+>")
CLOSED = ["h1", "h2", "h3", "h4", "figcaption", "pre", "code", "a", "math", "template", "thead"]
STOPS = {"to-api": 80, "to-glossary": 60, "to-symbol": 60}  # of the keyboard, at most
PREVIEWED = re.compile(r'href="([^"#]+#(?:equation-|fig-|term-|symbol-|letter-symbol-|id\d)[^"]*)"')
MARK = re.compile(r'<details class="verified".*?</details>', re.DOTALL)


@pytest.fixture(scope="module")
def article(site):
    """What a chapter says, as HTML."""

    def read(name):
        page = (site / "book" / f"{name}.html").read_text("utf-8")
        return page[page.index("<article") : page.index("</article>")]

    return read


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_term_and_a_symbol_are_linked_once_in_a_chapter(article, name):
    links = [(kind, to) for kind, to, *_ in LINK.findall(article(name))]
    for kind in ("to-glossary", "to-symbol"):
        often = Counter(to for found, to in links if found == kind)
        assert len(often) > 10
        assert not [to for to, times in often.items() if times > 1]


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_keyboard_stops_at_a_name_once_in_a_chapter(article, name):
    stops = Counter()
    for kind, to, passed, _ in LINK.findall(article(name)):
        stops[kind, to] += not passed
    assert set(stops.values()) == {1}
    for kind, most in STOPS.items():
        assert sum(found == kind for found, _ in stops) <= most


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_name_leads_to_what_bears_it(article, name):
    wrong = []
    for kind, to, _, text in LINK.findall(article(name)):
        if kind == "to-api":
            said = TAG.sub("", text).partition("(")[0].rpartition(".")[2]
            wrong += [(said, to)] * (re.split(r"[.#]", to)[-1] != said)
    assert not wrong


@pytest.mark.parametrize("name", CHAPTERS)
def test_what_is_on_another_page_is_kept_beside_its_link(article, name):
    page = MARK.sub("", article(name))
    kept = set(re.findall(r'<template data-preview="([^"]+)"', page))
    assert set(PREVIEWED.findall(page)) <= kept
    assert len(kept) > 50


def test_links_stand_in_prose_alone_and_at_the_first_use(article):
    page = BeautifulSoup(MARK.sub("", article("03_sparsity")), "html.parser")
    for link in page.select(".to-glossary, .to-symbol"):
        assert not link.find_parent(CLOSED), link
    link = page.find("a", class_="to-glossary", string="population sparsity")
    before = "".join(
        text
        for text in link.find_all_previous(string=True)
        if not text.find_parent([*CLOSED, "script", "summary"])
    )
    assert "population sparsity" not in before


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("03_sparsity", "kl_sparsity", "api.html#ae_course.sparsity.kl_sparsity"),
        ("03_sparsity", "encode", "api.html#ae_course.autoencoder.Autoencoder.encode"),
        ("03_sparsity", "mnist", "api.html#ae_course.datasets.mnist"),
        ("05_whitening", "PCAWhitening", "api.html#ae_course.whitening.PCAWhitening"),
        # What a page names and does not import
        ("10_dictionaries", "superposition", "api.html#ae_course.superposition.superposition"),
        ("notation", "kl_slope", "api.html#ae_course.sparsity.kl_slope"),
        ("notation", "scaled(gamma, orthogonal)", "api.html#ae_course.initialization.scaled"),
    ],
)
def test_names_in_cells_lead_to_the_reference(article, name, text, wanted):
    led = {TAG.sub("", said): to for kind, to, _, said in LINK.findall(article(name))}
    assert led[text] == wanted


def test_every_function_on_the_page_of_notation_leads_to_the_reference(article):
    page = BeautifulSoup(article("notation"), "html.parser")
    ours = extension("code_links").package_names()
    named = [
        code
        for code in page("code")
        if re.fullmatch(r"\w+(\(.*\))?", code.text) and code.text.partition("(")[0] in ours
    ]
    assert len(named) > 30
    assert not [code.text for code in named if not code.find_parent("a")]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_stays_light(site, name):
    page = (site / "book" / f"{name}.html").read_bytes()
    assert len(gzip.compress(page)) < 130_000


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        ("x_n", "x sub n"),
        (r"\hat\rho_j", "hat rho sub j"),
        (r"W^\top", "W transposed"),
        ("f'", "f prime"),
        (r"\mathbf{R}^D", "R to the D"),
        (r"\sigma_t^2", "sigma sub t to the 2"),
        (r"\lVert W\rVert_2", "norm W norm sub 2"),
    ],
)
def test_a_symbol_is_read_aloud_in_words(tex, words):
    assert extension("first_uses").spoken(tex) == words
