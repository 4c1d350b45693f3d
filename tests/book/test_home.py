"""The home page, the ends of pages and the glossary lead on, and say what the chapters say."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from tools import ROOT, chapters, publish, reading_time

NAMES = [name for name in chapters.chapters() if name[0].isdigit()]
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@pytest.fixture(scope="module")
def read(site):
    """A page of the site; not to be changed."""
    return cache(
        lambda name: BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
    )


def said(tag):
    return " ".join(tag.get_text().split())


@pytest.mark.parametrize("name", NAMES)
def test_a_card_says_what_its_chapter_says(read, site, name):
    card = read("index").select_one(f'[data-chapter="book/{name}"]')
    chapter = read(f"book/{name}").find("article")
    minutes = reading_time.minutes(nbformat.read(ROOT / f"book/{name}.ipynb", as_version=4))
    assert said(card).count(f"{minutes.first} minutes, all of it {minutes.whole}") == 1
    assert said(card.select_one(".card-title")).replace(" ", ". ", 1) in said(chapter.h1)
    assert card.a["href"] == f"book/{name}.html"
    can = [said(item) for item in chapter.select("#what-you-will-be-able-to-do li")]
    assert [said(item) for item in card.select("li")] == [can[0], can[1].rstrip(";") + "."]
    assert (site / card.img["src"]).stat().st_size < 16_000
    assert len(card.img["alt"]) > 20


def test_there_is_a_card_for_every_chapter_in_order(read):
    cards = read("index").select(".chapter-card")
    assert [card["data-chapter"] for card in cards] == [f"book/{name}" for name in sorted(NAMES)]


def test_the_end_of_a_chapter_leads_on_with_a_sentence(read):
    for name, following in pairwise(NAMES):
        link = read(f"book/{name}").select_one("a.right-next")
        target = read(f"book/{following}")
        assert link["href"] == f"{following}.html"
        title = said(link.select_one(".prev-next-title"))
        assert title == said(target.h1)  # with the number, which paper shows there, too
        sentence = said(link.select_one(".prev-next-sentence"))
        assert sentence
        assert sentence == target.head.find("meta", attrs={"name": "description"})["content"]


def test_every_page_describes_itself_and_its_title_says_a_thing_once(site):
    seen = {}
    for path in publish.pages_of(site).values():
        head = path.read_text("utf-8").partition("</head>")[0]
        (text,) = re.findall(r'<meta name="description" content="([^"]+)"', head)
        assert 20 <= len(text) <= 300, f"{path.name}: {text}"
        assert not re.search(r"\{|\$|\\", text), f"{path.name}: {text}"
        (title,) = re.findall(r"<title>(.*?)</title>", head)
        parts = title.split(" &#8212; ")
        assert len(set(parts)) == len(parts), title
        assert title not in seen, f"{path.name} and {seen.get(title)}: {title}"
        seen[title] = Path(path).name


def test_letters_lead_to_every_part_of_the_glossary(read):
    page = read("book/glossary")
    terms = {said(term): term["id"] for term in page.select("dl.glossary dt")}
    latin = [words for words in terms if not JAPANESE.search(words)]
    letters = {link.text: link["href"] for link in page.select(".letters p:first-child a")}
    assert set(letters) == {words[0].upper() for words in latin}
    for letter, href in letters.items():
        assert href == f"#{next(terms[w] for w in latin if w[0].upper() == letter)}"


def test_every_japanese_term_stands_under_a_row_that_leads_to_it(read):
    page = read("book/glossary")
    terms = {said(term).rstrip("#"): term["id"] for term in page.select("dl.glossary dt")}
    links = {said(a): a["href"][1:] for a in page.select(".japanese-terms a")}
    assert links == {words: place for words, place in terms.items() if JAPANESE.search(words)}
    rows = [a["href"] for a in page.select(".letters [lang=ja] a")]
    assert len(rows) > 8
    assert all(page.find(id=row[1:]) for row in rows)
    assert page.find(id="row-2").find("a", string="活性化関数")
    assert page.find(id="row-6").find("a", string="PCA白色化")
