"""A long page is drawn before all of it is laid out, and is then as if it had been at once."""

import pytest
from helpers import LAID_OUT

CHAPTER = "book/03_sparsity.html"
HEIGHT = "document.documentElement.scrollHeight"
BEGIN = """document.addEventListener("DOMContentLoaded", () => {
  const last = [...document.querySelectorAll("article > section > section")].at(-1);
  window.begin = {
    inPieces: document.documentElement.classList.contains("in-pieces"),
    lastWaits: !last.firstElementChild.checkVisibility({ contentVisibilityAuto: true }),
  };
});"""


def laid_out_at_once(page, site_url):
    """The height of the chapter for somebody who comes to a place in it."""
    page.goto(f"{site_url}{CHAPTER}#exercises")
    assert page.evaluate(LAID_OUT)
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_function("document.querySelector('#exercises').getBoundingClientRect().top < 200")
    height = page.evaluate(HEIGHT)
    page.goto("about:blank")
    return height


@pytest.mark.parametrize("width", [1280, 390])
def test_in_the_end_the_page_is_as_if_laid_out_at_once(page, site_url, width):
    page.set_viewport_size({"width": width, "height": 800})
    height = laid_out_at_once(page, site_url)
    page.add_init_script(BEGIN)
    page.goto(f"{site_url}{CHAPTER}")
    assert page.evaluate("begin") == {"inPieces": True, "lastWaits": True}
    page.wait_for_function(LAID_OUT)
    page.evaluate("document.fonts.ready.then(() => true)")
    assert abs(page.evaluate(HEIGHT) - height) <= 2


def test_the_contents_mark_where_a_reader_is(page, site_url):
    page.goto(f"{site_url}{CHAPTER}")
    page.wait_for_function(LAID_OUT)
    page.evaluate("document.querySelector('#exercises').scrollIntoView()")
    page.locator(".page-toc a.active", has_text="Exercises").wait_for()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_click_in_the_contents_leads_to_the_place_at_once(page, site_url, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site_url}{CHAPTER}", wait_until="domcontentloaded")
    assert page.evaluate("document.documentElement.classList.contains('in-pieces')")
    page.evaluate("document.querySelector('.page-toc a[href=\"#exercises\"]').click()")
    assert page.evaluate(LAID_OUT)
    top = "document.querySelector('#exercises').getBoundingClientRect().top"
    page.wait_for_function(f"Math.abs({top}) < 200")
    page.wait_for_timeout(500)
    assert 0 <= page.evaluate(top) < 200


REFERENCE = "book/api.html"
PLACES = ["module-ae_course.whitening", "ae_course.whitening.PCAWhitening", "ae_course.pca.PCA.fit"]
TOP = "(name) => document.getElementById(name).getBoundingClientRect().top"
THERE = f"(name) => {{ const top = ({TOP})(name); return top >= 0 && top < 200; }}"


@pytest.mark.parametrize("width", [1280, 390])
def test_of_the_reference_what_is_far_waits_and_every_place_is_reached(page, site_url, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site_url}{REFERENCE}")
    page.wait_for_timeout(1000)
    far = page.locator("section.module > :is(dl, p)").last
    assert not far.evaluate("(e) => e.checkVisibility({ contentVisibilityAuto: true })")
    for name in PLACES:
        page.evaluate("(name) => { location.hash = name; }", name)
        page.wait_for_function(THERE, arg=name)
        page.wait_for_timeout(300)
        assert page.evaluate(THERE, name), name
    page.go_back()
    page.wait_for_function(THERE, arg=PLACES[-2])
    for name in PLACES:
        page.goto("about:blank")
        page.goto(f"{site_url}{REFERENCE}#{name}")
        page.wait_for_function(THERE, arg=name)
        page.wait_for_timeout(300)
        assert page.evaluate(THERE, name), name


def test_what_is_folded_is_open_on_paper_and_as_it_was_afterwards(page, site_url):
    page.goto(f"{site_url}{CHAPTER}")
    closed = "document.querySelectorAll('article details.sd-dropdown:not([open])').length"
    before = page.evaluate(closed)
    assert before > 3
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(closed) == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(closed) == before
    page.emulate_media(media="print")
    assert not page.locator("button.toggle-button >> visible=true").count()


def test_somebody_who_comes_back_finds_the_page_laid_out(page, site_url):
    page.goto(f"{site_url}{CHAPTER}")
    page.reload()
    assert page.evaluate(LAID_OUT)


def test_who_prints_at_once_prints_all(page, site_url):
    page.goto(f"{site_url}{CHAPTER}", wait_until="domcontentloaded")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(LAID_OUT)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_has_its_theme_before_any_script_has_come(watched, site_url, theme):
    with watched(color_scheme=theme) as (page, _):
        page.route("**/*.js*", lambda route: route.abort())
        page.goto(f"{site_url}{CHAPTER}")
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 18, 18)"}[theme]


def test_a_theme_that_was_chosen_is_there_from_the_start(watched, site_url):
    with watched(color_scheme="light") as (page, _):
        page.goto(f"{site_url}{CHAPTER}")
        page.evaluate("localStorage.setItem('mode', 'dark')")
        page.route("**/*.js*", lambda route: route.abort())
        page.goto(f"{site_url}book/02_pca.html")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
