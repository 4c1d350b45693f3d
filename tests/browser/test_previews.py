"""What a link leads to is shown beside it, for mouse, keyboard and finger."""

import json

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from helpers import READING, SCREEN

CHAPTER = "book/03_sparsity"
PREVIEW = "#preview"
FOCUSED = "link => link === document.activeElement"
# One link of each kind, and what its preview has to hold; to this page and to others.
KINDS = {
    "an equation": ("a.reference[href='#equation-eq-kl-slope']", ".math math"),
    "an equation of another chapter": ("a.reference[href^='01_overview.html#equation']", "math"),
    "a figure": ("a.reference[href='#fig-three-codes']", "figure img"),
    "a work": (".bibtex-citation a:visible", "p:text-matches('(19|20)[0-9][0-9]')"),
    "a term": ("a.to-glossary", "[lang=ja]"),
    "a symbol": ("a.to-symbol", "math"),
    "a function": ("a.to-api:not([tabindex]):visible", "code"),
}
# Of the chapter only what a link stands in or leads to.
SHORTER = """(links) => {
    const kept = links.flatMap((link) => {
        const all = [...document.querySelectorAll(`article ${link}`)];
        const first = all.find((one) => one.checkVisibility());
        const { hash, pathname } = first;
        const there = pathname === location.pathname && document.getElementById(hash.slice(1));
        return there ? [first, there] : [first];
    });
    for (const block of document.querySelectorAll("article section > *")) {
        if (!kept.some((one) => block.contains(one) || one.contains(block))) block.remove();
    }
}"""
PLACES = """() => [...document.querySelectorAll("article :is(p, h2, h3, figure)")]
    .filter((box) => box.checkVisibility())
    .map((box) => box.getBoundingClientRect().top + scrollY)"""


@pytest.fixture(scope="module")
def window(watched, site_url):
    """A chapter, opened once, and what it asked for since."""
    with watched(viewport=SCREEN) as (page, complaints):
        page.goto(f"{site_url}{CHAPTER}.html")
        page.evaluate("document.fonts.ready.then(() => true)")
        yield page
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def chapter(window):
    """The chapter with nothing open and the mouse away."""
    window.mouse.move(2, 2)
    window.keyboard.press("Escape")
    window.evaluate("document.activeElement.blur()")
    gone(window)
    return window


def gone(page):
    page.locator(PREVIEW).wait_for(state="hidden")


def shown(page):
    page.locator(PREVIEW).wait_for(state="visible")
    return page.locator(PREVIEW)


def link_of(page, kind):
    link = page.locator(f"article {KINDS[kind][0]}").first
    link.scroll_into_view_if_needed()
    return link


@pytest.mark.parametrize("kind", KINDS)
def test_a_mouse_that_rests_on_a_link_sees_what_it_leads_to(chapter, kind):
    link_of(chapter, kind).hover()
    inside = shown(chapter).locator(KINDS[kind][1])
    inside.first.wait_for(state="visible")
    box = shown(chapter).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    assert not shown(chapter).locator("a, [id], details, button").count()


def test_a_preview_says_what_stands_there(chapter, site_url):
    link = link_of(chapter, "a term")
    link.hover()
    said = shown(chapter).locator("p").last.text_content()
    there = chapter.context.new_page()
    there.goto(f"{site_url}book/{link.get_attribute('href')}")
    name = link.get_attribute("href").partition("#")[2]
    meaning = there.locator(f"dt[id='{name}'] ~ dd").first.text_content()
    there.close()
    assert said.split() == meaning.split()


def test_nothing_moves_and_nothing_is_fetched(chapter):
    asked, before = [], chapter.evaluate(PLACES)
    note = lambda request: asked.append(request.url)  # noqa: E731
    chapter.on("request", note)
    for kind in KINDS:
        link_of(chapter, kind).hover()
        shown(chapter)
        assert chapter.evaluate(PLACES) == before
        chapter.keyboard.press("Escape")
    chapter.remove_listener("request", note)
    assert not [url for url in asked if not url.endswith((".png", ".svg"))]


def test_the_mouse_may_go_onto_it_and_leaving_closes_it(chapter):
    link_of(chapter, "a figure").hover()
    box = shown(chapter).bounding_box()
    chapter.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=4)
    chapter.wait_for_timeout(600)  # longer than it waits for a mouse on its way
    assert shown(chapter).is_visible()
    chapter.mouse.move(2, 2)
    gone(chapter)


def test_escape_closes_it_and_the_mouse_need_not_move(chapter):
    link_of(chapter, "a work").hover()
    shown(chapter)
    chapter.keyboard.press("Escape")
    gone(chapter)
    chapter.wait_for_timeout(600)
    gone(chapter)


@pytest.mark.parametrize("kind", KINDS)
def test_the_keyboard_opens_it_and_escape_closes_it(chapter, kind):
    link = link_of(chapter, kind)
    link.focus()
    chapter.keyboard.press("Shift+Tab")
    for _ in range(9):  # a mark before it may open a card with links of its own
        chapter.keyboard.press("Tab")
        if link.evaluate(FOCUSED):
            break
    assert link.evaluate(FOCUSED)
    shown(chapter).locator(KINDS[kind][1]).first.wait_for(state="visible")
    assert link.get_attribute("aria-describedby") == "preview"
    assert shown(chapter).get_attribute("role") == "tooltip"
    chapter.keyboard.press("Escape")
    gone(chapter)
    assert link.evaluate(FOCUSED)
    assert link.get_attribute("aria-describedby") is None


def test_going_on_with_the_keyboard_closes_it(chapter):
    link = link_of(chapter, "a term")
    link.focus()
    chapter.keyboard.press("Shift+Tab")
    chapter.keyboard.press("Tab")
    first = shown(chapter).inner_text()
    chapter.keyboard.press("Tab")
    chapter.wait_for_function("first => preview.hidden || preview.innerText !== first", arg=first)


def test_what_is_open_is_accessible_in_light_and_dark(page, site_url):
    page.goto(f"{site_url}{CHAPTER}.html")
    page.evaluate(AXE_SCRIPT)
    page.evaluate(READING)
    options = json.dumps({"resultTypes": ["violations"], "preload": False})
    kinds = "an equation", "a figure", "a function", "a work"
    page.evaluate(SHORTER, [KINDS[kind][0].replace(":visible", "") for kind in kinds])
    for kind in kinds:
        link_of(page, kind).focus()
        shown(page)
        page.evaluate("reading.withoutGlyphs(document.querySelector('article'))")
        for theme in ("light", "dark"):
            page.evaluate(f"document.documentElement.dataset.theme = {theme!r}")
            page.wait_for_timeout(200)  # colours fade
            found = page.evaluate(f"axe.run('#preview', {options})")["violations"]
            assert not [(v["id"], n["html"]) for v in found for n in v["nodes"]]
        page.evaluate("document.documentElement.dataset.theme = 'light'")
        page.keyboard.press("Escape")
        gone(page)


@pytest.mark.parametrize("width", [390, 320])
def test_a_finger_sees_it_first_and_follows_with_the_second_tap(watched, site_url, width):
    phone = {"viewport": {"width": width, "height": 800}, "has_touch": True, "is_mobile": True}
    with watched(**phone, reduced_motion="reduce") as (page, complaints):
        page.goto(f"{site_url}{CHAPTER}.html")
        page.evaluate("document.fonts.ready.then(() => true)")
        for kind in ("a figure", "an equation", "a function", "a symbol"):
            link_of(page, kind).tap()
            box = shown(page).bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.locator("article h1").scroll_into_view_if_needed()
            page.locator("article h1").tap()
            gone(page)
        assert page.evaluate("getComputedStyle(preview).animationName") == "none"
        link = link_of(page, "a term")
        link.tap()
        assert "again" in shown(page).inner_text()
        link.tap()
        page.wait_for_url("**/glossary.html#term-*")
        assert not complaints


def test_a_tap_of_a_screen_reader_follows_the_link(watched, site_url):
    with watched(has_touch=True) as (page, _):
        page.goto(f"{site_url}{CHAPTER}.html")
        page.locator("article a.to-glossary").first.evaluate("link => link.click()")
        page.wait_for_url("**/glossary.html#term-*")


def test_previews_are_there_on_pages_opened_as_files(watched, site):
    with watched() as (page, complaints):
        page.goto(f"{site.as_uri()}/{CHAPTER}.html")
        for kind, (_, inside) in KINDS.items():
            link_of(page, kind).hover()
            shown(page).locator(inside).first.wait_for(state="visible")
            page.keyboard.press("Escape")
        assert not complaints


def test_a_chapter_without_scripts_has_its_links(browser, site_url):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site_url}{CHAPTER}.html")
    page.locator("a.to-glossary").first.click()
    page.wait_for_url("**/glossary.html#term-*")
    context.close()
