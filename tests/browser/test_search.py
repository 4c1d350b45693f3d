"""The search in a real browser: a title or a term leads first to the place that bears it."""

import json
import re
import unicodedata

import pytest
from bs4 import BeautifulSoup
from helpers import plainer

TEX = re.compile(r"\\[A-Za-z]|\$|[_^]\{|\.ipynb")
FIRST = "(texts) => texts.map((text) => bookSearch.find(text)[0]?.place)"


@pytest.fixture(scope="module")
def places(site):
    """What the search knows: the entries that were written while the book was built."""
    written = (site / "search_places.js").read_text("utf-8")
    return json.loads(written.removeprefix("bookSearch.open(").removesuffix(")\n"))


@pytest.fixture
def results(same_page, site_url):
    """The page of results, which can be asked many times without being opened again."""
    same_page.goto(f"{site_url}search.html")
    return same_page


def found(page, site_url, text):
    """What a reader sees who searches for a text: titles, addresses and snippets."""
    page.goto(f"{site_url}index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html*")
    page.wait_for_selector("#search-results li")
    return page.eval_on_selector_all(
        "#search-results li",
        """(items) => items.map((item) => ({
            title: item.querySelector("a").textContent,
            to: item.querySelector("a").getAttribute("href"),
            snippet: item.querySelector("p").textContent,
        }))""",
    )


@pytest.mark.parametrize(
    ("text", "borne"),
    [
        ("sparse delta rule", "sparse delta rule"),
        ("KL", "KL"),
        ("KL divergence", "KL divergence"),
        ("ZCA", "ZCA"),
        ("白色化", "白色化"),
        ("自己符号化器", "自己符号化器"),
        ("momentum", "momentum"),
        ("weight decay", "weight decay"),
        ("Weight-Decay", "weight decay"),
        ("Wiener filter", "Wiener filter"),
        ("wiener filters", "Wiener filter"),
        ("regularization", "regularisation"),
        ("mini-batch", "minibatch"),
        ("auto-encoders", "autoencoder"),
    ],
)
def test_what_is_searched_is_borne_by_the_first_title(same_page, site_url, text, borne):
    first = found(same_page, site_url, text)[0]
    assert borne.lower() in first["title"].lower()
    assert re.match(r"book/(\d\d_|glossary)", first["to"])


@pytest.mark.parametrize("text", ["KL", "kl", "KL divergence"])
def test_letters_that_stand_for_a_term_lead_first_to_it(results, text):
    first = results.evaluate("(text) => bookSearch.find(text)[0].place.to", text)
    assert first == "book/glossary.html#term-KullbackLeibler-divergence"


def test_a_result_leads_to_its_place(page, site_url):
    first = found(page, site_url, "sparse delta rule")[0]
    page.click("#search-results li a")
    page.wait_for_url(f"**/{first['to']}")
    anchor = first["to"].partition("#")[2]
    assert page.locator(f"#{anchor}").is_visible()


QUESTIONS = {  # as readers ask, and an address among the first three answers that helps
    "Why is a linear autoencoder PCA?": r"02_pca.html",
    "what is the difference between ZCA and PCA whitening": r"#pca-whitening-and-zca-whitening",
    "how to choose rho": r"03_sparsity.html#how-to-choose-rho-and-beta",
    "how to choose beta": r"03_sparsity.html#how-to-choose-rho-and-beta",
    "what is the mean activation": r"03_sparsity|glossary.html#term-mean-activation",
    "why do we subtract the mean": r"glossary.html#term-centring",
    "centering the data": r"glossary.html#term-centring|05_whitening|02_pca",
    "Why subtract the mean?": r"glossary.html#term-centring",
    "dead neurons": r"glossary.html#term-dead-unit",
    "sigmoid derivative": r"0[1-7]_\w+.html",
    "reparameterization trick": r"07_variants|glossary.html#term-reparametrisation",
    "what if the learning rate is too large?": r"#the-learning-rate-is-too-large",
    "how do I hand in a problem set": r"book/problem_sets",
    "handing in": r"book/problem_sets.html#handing-in",
    "AuxK": r"07_variants|10_dictionaries",
    "classifier-free guidance": r"08_diffusion|glossary.html#term-guidance",
    "errata": r"^book/errata.html$",
    "prerequisites": r"^index.html#what-you-need$",
    "how do I install it": r"index.html#how-to-install-and-run-it",
    "vanishing gradients relu": r"06_pretraining|glossary",
    "mode collapse of a variational autoencoder": r"0[79]_|glossary",
}


@pytest.mark.parametrize(("question", "to"), QUESTIONS.items())
def test_a_question_is_answered_within_three_places(results, question, to):
    first = results.evaluate("(text) => bookSearch.find(text).slice(0, 3)", question)
    assert any(re.search(to, answer["place"]["to"]) for answer in first), first


def test_every_title_and_term_leads_first_to_a_place_that_bears_it(results, places):
    searched = {
        title: place
        for place in places
        for title in place["titles"]
        if place["kind"] == "term" or re.match(r"book/\d\d_", place["to"])
    }
    assert len(searched) > 200
    for change in (str, str.upper, lambda title: title.replace("-", " "), spoilt):
        titles = list(searched)
        first = results.evaluate(FIRST, [change(title) for title in titles])
        missed = [
            f"{change(title)!r} leads to {place and place['titles']}"
            for title, place in zip(titles, first, strict=True)
            if not place or not any(same(title, other) for other in place["titles"])
        ]
        assert not missed, "\n".join(missed)


def spoilt(title):
    """A title as it might be typed elsewhere: decomposed letters, no punctuation."""
    return unicodedata.normalize("NFD", re.sub(r"[,:?“”()]", " ", title))


def same(title, other):
    """Whether two titles are one to a reader: letters and numbers, without case or plural."""
    kept = [re.sub(r"[\W_]+", "", unicodedata.normalize("NFC", t).lower()) for t in (title, other)]
    return kept[0].rstrip("s") == kept[1].rstrip("s")


def test_every_heading_of_a_chapter_can_be_searched(results, site):
    headings = {
        (path.stem, section["id"], " ".join(words(section.find(["h2", "h3"]))))
        for path in site.glob("book/[0-9][0-9]_*.html")
        for section in BeautifulSoup(plainer(path.read_text("utf-8")), "html.parser").select(
            "article section[id]:has(> :is(h2, h3))"
        )
    }
    assert len(headings) > 100
    titles = sorted({title for _, _, title in headings})
    first = results.evaluate(FIRST, titles)
    missed = [
        f"{title!r} leads to {place and place['to']}"
        for title, place in zip(titles, first, strict=True)
        if not place or place["to"].lower() not in addresses(headings, title)
    ]
    assert not missed, "\n".join(missed)


def words(heading):
    """The words of a heading as it is read, without its number and the mark for linking to it."""
    for part in heading.select(".section-number, .headerlink"):
        part.decompose()
    return heading.get_text().split()


def addresses(headings, title):
    """Where a title leads: to a heading that says the same, or to a term of the glossary."""
    named = {f"book/{stem}.html#{anchor}" for stem, anchor, other in headings if same(title, other)}
    named |= {f"book/glossary.html#term-{'-'.join(title.split())}"}
    return {address.lower() for address in named}


def test_snippets_are_prose(results, places):
    assert not [place["to"] for place in places if TEX.search("".join(place["titles"]))]
    assert not [place["to"] for place in places if TEX.search(place["text"])]
    for text in ("KL", "error", "gradient", "problem set", "自己符号化器"):
        results.fill(".bd-search-container input", text)
        results.wait_for_function("document.querySelectorAll('#search-results li').length > 3")
        snippets = results.locator("#search-results li p").all_text_contents()
        assert all(len(snippet) < 400 for snippet in snippets)
        assert not [snippet for snippet in snippets if TEX.search(snippet)]


def test_the_number_of_results_is_told_while_typing(results):
    status = results.get_by_role("status")
    results.keyboard.type("whiten")  # the field has the focus from the start
    results.wait_for_function(
        "document.querySelector('[role=status]').textContent.includes('whiten')"
    )
    number = int(re.match(r"\d+", status.text_content())[0])
    shown = results.locator("#search-results li").count()
    assert shown == min(number, 30) > 3
    results.keyboard.press("Tab")
    assert results.evaluate("document.activeElement.closest('#search-results li') !== null")
    results.fill(".bd-search-container input", "qqqq")
    results.wait_for_function("document.querySelectorAll('#search-results li').length === 0")
    assert status.text_content().startswith("0 places")


def test_the_search_works_in_a_page_opened_as_a_file(page, site):
    page.goto(f"{site.as_uri()}/search.html?q=Wiener+filter")
    page.wait_for_selector("#search-results li")
    assert "Wiener filter" in page.locator("#search-results li").first.text_content()
