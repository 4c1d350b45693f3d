"""What the book owes to its sources: every slide is treated, every term is in both languages."""

import re
from typing import NamedTuple

import pytest
from pybtex.database import parse_file

from tools import ROOT, chapters

BOOK = ROOT / "book"
GLOSSARY = (BOOK / "glossary.md").read_text("utf-8")
ERRATA = (BOOK / "src" / "errata.md").read_text("utf-8")
JAPANESE = " : 日本語"
KANA_OR_KANJI = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


class Slide(NamedTuple):
    title: str
    terms: list[str]
    quoted: list[str]


def read_slides(text):
    """The slides of a list of them."""
    for slide in text.split("\n## ")[1:]:
        title, *lines = slide.splitlines()
        terms = [term for line in lines if not line.startswith(">") for term in line.split()]
        yield Slide(title, terms, [line[2:] for line in lines if line.startswith("> ")])


SLIDES = list(read_slides((ROOT / "tests" / "book" / "slides.md").read_text("utf-8")))


def rows(text):
    """The rows of the table of all slides: title, what the slide says, where the book treats it."""
    cells = (
        line.strip("| ").split(" |") for line in text.splitlines() if re.match(r"\| \d+ \|", line)
    )
    return [[cell.strip() for cell in row] + [""] * (4 - len(row)) for row in cells]


TABLE = rows(ERRATA)


def without_spaces(text):
    return re.sub(r"\s", "", text)


# The slides


def test_the_errata_name_every_slide():
    assert [int(number) for number, *_ in TABLE] == list(range(1, len(SLIDES) + 1))
    assert [title for _, title, *_ in TABLE] == [slide.title for slide in SLIDES]


@pytest.mark.parametrize("number", range(2, len(SLIDES) + 1))
def test_a_slide_is_treated_where_the_errata_say(number):
    slide, where = SLIDES[number - 1], TABLE[number - 1][3]
    named = re.findall(r"\{doc\}`(\w+)`", where)
    corrected = re.findall(r"\]\((err-\w+)\)", where)
    assert named or corrected or where == "below"
    for name in named:
        text = (BOOK / "src" / f"{name}.md").read_text("utf-8")
        assert any(term in text for term in slide.terms), f"{name} has none of {slide.terms}"
    assert all(f"\n({label})=\n" in ERRATA for label in corrected)
    assert corrected or not slide.quoted, "the page of errata quotes this slide"


def test_places_of_slides_exist():
    sources = "".join(path.read_text("utf-8") for path in sorted((BOOK / "src").glob("*.md")))
    for figure in re.findall(r"\{numref\}`([\w-]+)`", ERRATA):
        assert f"name: {figure}\n" in sources, f"no figure is named {figure}"
    for equation in re.findall(r"\{eq\}`([\w-]+)`", ERRATA):
        assert f"$$ ({equation})" in sources, f"no equation is labelled {equation}"


def test_slides_are_quoted_as_printed():
    printed = {without_spaces(line): n for n, slide in enumerate(SLIDES) for line in slide.quoted}
    quoted = [without_spaces(line) for line in re.findall(r"^> (.+)$", ERRATA, re.MULTILINE)]
    for line in quoted:
        assert any(line in whole for whole in printed), f"on no slide: {line}"
    for whole in printed:
        assert any(line in whole for line in quoted), f"not quoted: {whole}"


def test_terms_of_the_slides_are_in_the_glossary():
    missing = {term for slide in SLIDES for term in slide.terms if term not in GLOSSARY}
    assert not missing


# The glossary


def entries(text):
    """The entries of the glossary: their terms in English, in Japanese, and what they say."""
    listed = text.partition("```{glossary}\n:sorted:\n")[2].partition("\n```\n")[0]
    for entry in listed.strip().split("\n\n"):
        lines = entry.splitlines()
        terms = [line for line in lines if not line.startswith(" ")]
        japanese = [term.removesuffix(JAPANESE) for term in terms if term.endswith(JAPANESE)]
        english = [term for term in terms if not term.endswith(JAPANESE)]
        yield english, japanese, " ".join(line for line in lines if line.startswith("  "))


ENTRIES = list(entries(GLOSSARY))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry[0][0].replace(" ", "-"))
def test_an_entry_has_both_languages(entry):
    english, japanese, meaning = entry
    assert english
    assert not any(map(KANA_OR_KANJI.search, english))
    assert japanese
    assert all(map(KANA_OR_KANJI.search, japanese))
    assert meaning.rstrip().endswith(".")


def test_terms_are_listed_once_and_in_order():
    first = [english[0].lower().replace("–", "-") for english, _, _ in ENTRIES]
    assert first == sorted(first)
    for language in (0, 1):
        terms = [term for entry in ENTRIES for term in entry[language]]
        assert len(terms) == len(set(terms))


@pytest.mark.parametrize("name", [name for name in chapters.chapters() if name != "errata"])
def test_japanese_terms_of_the_chapters_are_in_the_glossary(name):
    """In brackets stands a term, or words of a slide, or words around a term."""
    text = (BOOK / "src" / f"{name}.md").read_text("utf-8")
    printed = re.findall(r"\(([\u3040-\u30ff\u4e00-\u9fff]+)\)", text)
    slides = " ".join(line for slide in SLIDES for line in slide.quoted)
    known = {term for _, japanese, _ in ENTRIES for term in japanese}
    for words in printed:
        listed = words in GLOSSARY or words in slides or any(term in words for term in known)
        assert listed, f"not in the glossary: {words}"


# The works cited


def test_works_are_sorted_and_named_alike():
    works = parse_file(str(BOOK / "references.bib")).entries
    assert list(works) == sorted(works)
    for key, work in works.items():
        assert {"title", "year"} <= set(work.fields), key
        surname = "".join(work.persons["author"][0].last_names).lower()
        author = re.fullmatch(r"([a-z]+)\d{4}[a-z]+", key)[1]
        assert re.sub(r"\\.|[^a-z]", "", surname).endswith(author), f"{key} is by {surname}"


def test_works_that_are_cited_exist():
    works = parse_file(str(BOOK / "references.bib")).entries
    pages = [ROOT / "index.md", *BOOK.glob("*.md"), *(BOOK / "src").glob("*.md")]
    for page in pages:
        for keys in re.findall(r"\{cite:\w+\}`([^`]+)`", page.read_text("utf-8")):
            for key in keys.split(","):
                assert key.strip() in works, f"{page.name} cites {key.strip()}"
