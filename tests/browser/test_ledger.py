"""The page of verified equations can be filtered, and is light enough to open at once."""

import pytest
from helpers import SCREEN

from tools import equations

LEDGER = "book/equations.html"
ENTRIES = ".ledger-entry:visible"


@pytest.fixture(scope="module")
def window(watched, site_url):
    """The page, opened once."""
    with watched(viewport=SCREEN) as (page, complaints):
        page.goto(f"{site_url}{LEDGER}")
        yield page
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def ledger(window, site_url):
    """The page with nothing filtered out, and the field of words in focus."""
    window.locator("[name=chapter]").select_option("")
    window.locator("[name=words]").fill("")
    window.locator("[name=words]").focus()
    return window


def labels(page):
    # Not the inner text: what is far from the screen has none.
    return page.locator(f"{ENTRIES} .ledger-label").all_text_contents()


def counted(page):
    return page.locator(".ledger-filter output").inner_text()


def test_words_are_found_in_labels_functions_tests_and_claims(ledger):
    everything = labels(ledger)
    assert len(everything) == len(equations.equations())
    ledger.keyboard.type("kl slope")
    assert "eq-kl-slope" in labels(ledger)
    assert len(labels(ledger)) < 12
    assert counted(ledger).split()[0] == str(len(labels(ledger)))
    claim = next(c for c in equations.claims() if c.label == "eq-kl-slope")
    for words in (claim.by, claim.source.name, claim.test.rpartition("test_")[2].replace("_", " ")):
        ledger.locator("[name=words]").fill(words)
        assert "eq-kl-slope" in labels(ledger), words
    ledger.locator("[name=words]").fill("KL  SLOPE")
    assert "eq-kl-slope" in labels(ledger)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("sigmoid", "eq-logistic-slope"),  # a name that only the search knows
        ("Sigmoids slope", "eq-logistic-slope"),
        ("sphering", "eq-zca-whitening"),
        ("optimiser", "eq-adam"),
        ("ρ slope", "eq-kl-slope"),
        (r"\hat\rho", "eq-kl-slope"),  # of the formula alone
        ("operatorname{diag}", "eq-output-covariance"),
        ("kl_slope", "eq-kl-slope"),
        ("ae_course.activations.logistic", "eq-logistic-slope"),
    ],
)
def test_other_names_formulas_and_functions_are_found_too(ledger, words, label):
    ledger.keyboard.insert_text(words)
    assert label in labels(ledger)
    assert len(labels(ledger)) < len(equations.equations()) / 3


def test_the_keyboard_chooses_a_chapter(ledger):
    ledger.keyboard.press("Shift+Tab")
    assert ledger.evaluate("document.activeElement.name") == "chapter"
    for _ in range(3):
        ledger.keyboard.press("ArrowDown")
    stated = [e.label for e in equations.equations() if e.source.stem == "03_sparsity"]
    assert labels(ledger) == stated
    assert counted(ledger) == f"{len(stated)} equations"
    assert ledger.locator("section[id^=chapter-] > h2:visible").count() == 1
    assert "chapter=03_sparsity" in ledger.url


def test_what_nothing_has_is_said_and_escape_brings_all_back(ledger):
    ledger.keyboard.type("no such equation")
    assert labels(ledger) == []
    assert counted(ledger) == "No equations"
    ledger.keyboard.press("Enter")  # sends nothing
    assert "words=no" in ledger.url
    ledger.keyboard.press("Escape")
    assert len(labels(ledger)) == len(equations.equations())
    assert "?" not in ledger.url


def test_the_address_keeps_what_was_chosen(watched, site_url, site):
    for base in (site_url, f"{site.as_uri()}/"):
        with watched() as (page, complaints):
            page.goto(f"{base}{LEDGER}?chapter=03_sparsity&words=slope")
            chosen = labels(page)
            assert "eq-kl-slope" in chosen
            assert page.locator("[name=words]").input_value() == "slope"
            page.locator("[name=words]").fill("curvature")
            page.reload()
            assert "eq-kl-curvature" in labels(page)
            assert "eq-kl-slope" not in labels(page)
            assert not complaints


def test_a_link_to_a_test_shows_it_whatever_is_filtered(watched, site_url):
    with watched() as (page, complaints):
        page.goto(f"{site_url}{LEDGER}")
        name = page.locator(".ledger-entry details").last.get_attribute("id")
        page.goto(f"{site_url}{LEDGER}?words=no-such#{name}")
        page.locator(f"[id='{name}'] pre").wait_for(state="visible")
        assert not complaints


def test_it_is_light_enough(ledger):
    entries = ledger.locator(ENTRIES).count()
    assert entries > 150
    assert ledger.evaluate("document.getElementsByTagName('*').length") < 140 * entries
    far = ledger.locator(".ledger-entry").last
    assert far.evaluate("box => getComputedStyle(box).contentVisibility") == "auto"
