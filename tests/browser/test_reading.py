"""The built site in a real browser: what readers see and reach, on any screen."""

import json
import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from helpers import READING

from tools import chapters

WIDTHS = (1280, 390, 360, 320)
THEMES = ("light", "dark")
# The window of 1280 x 800 enlarged twice; and letters alone, on a desktop and on a phone.
ENLARGED = ((640, 400, "100%"), (1280, 800, "200%"), (390, 800, "200%"))
COLOURS = ["color-contrast", "link-in-text-block"]
# All that axe asks that the width alone can change: no rule of ours begins or ends to hold between
# 320 and 390 px, which `test_phones_have_one_layout` sees to.
OF_WIDTH = ["target-size", "scrollable-region-focusable"]
PAGES = [*chapters.contents(), "search"]
TYPESET = "document.fonts.ready.then(() => true)"
# On the screen from side to side, and in one line, without scrolling the table that it is in.
WHOLE = """(link) => {
  const box = link.closest(".pst-scrollable-table-container");
  const { left, right } = link.getBoundingClientRect();
  const { left: from, right: to } = box.getBoundingClientRect();
  return box.scrollWidth <= box.clientWidth && left >= from && right <= to
    && link.querySelector("code").getClientRects().length === 1;
}"""
# Nothing waits with its layout until it is near, as it does for a reader.
AT_ONCE = """
const sheet = new CSSStyleSheet();
sheet.replaceSync("* { content-visibility: visible !important }");
document.adoptedStyleSheets = [sheet];
"""
# Two frames: in the first, what watches sizes is told of them.
SETTLED = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"


@pytest.fixture(scope="module")
def context(browser):
    """One window for all pages, so that what they share is loaded once; without motion."""
    opened = browser.new_context(reduced_motion="reduce")
    opened.add_init_script(READING)
    opened.add_init_script(AT_ONCE)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def judged():
    """The kinds of words whose colours have been judged, on this page or on one before."""
    return set()


@pytest.fixture
def read(context, site_url, watching):
    """Open a page of the site, with all formulas set."""
    page = context.new_page()
    complaints = watching(page)

    def open_page(name, width=1280, base=site_url):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{base}{name}.html")
        page.evaluate(TYPESET)
        page.evaluate(SETTLED)
        return page

    yield open_page
    page.close()
    assert not complaints, "\n".join(complaints)


def ask(page, *questions):
    """What the functions of reading.js complain of."""
    page.evaluate(SETTLED)
    return [line for name in questions for line in page.evaluate(f"reading.{name}()")]


def violations(page, **options):
    """What axe complains of, once the page is as wide as the window."""
    page.evaluate(SETTLED)
    options = json.dumps({"resultTypes": ["violations"], "preload": False, **options})
    found = page.evaluate(f"axe.run({options})")["violations"]
    return [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"]]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_on_any_screen(read, judged, name):
    page = read(name)
    found = ask(page, "untypeset", "repeatedIds")
    page.evaluate("reading.unfold()")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        asked = ask(page, "cutFormulas", "sideways", "wrongStops")
        found += [f"at {width} px: {line}" for line in asked]
    for width, height, letters in ENLARGED:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(f"document.documentElement.style.fontSize = {letters!r}")
        asked = ask(page, "cutFormulas", "sideways", "wrongStops")
        found += [f"at {width} px, letters {letters}: {line}" for line in asked]
    page.evaluate("""() => {
      document.documentElement.style.fontSize = "";
      reading.withoutGlyphs();
      reading.withoutColouredCode();
    }""")
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        asked = {"rules": {name: {"enabled": False} for name in COLOURS}}
        if width not in (max(WIDTHS), min(WIDTHS)):
            asked = {"runOnly": OF_WIDTH}
        found += [f"at {width} px: {line}" for line in violations(page, **asked)]
    page.evaluate("reading.withColouredCode()")
    judged.update(page.evaluate("(known) => reading.oneOfAKind(known)", sorted(judged)))
    for theme in THEMES:
        page.evaluate(f"document.documentElement.dataset.theme = {theme!r}")
        found += [f"{theme}: {line}" for line in violations(page, runOnly=COLOURS)]
    assert not found, "\n".join(found)


def test_colours_too_pale_are_found_among_thousands_of_words(read):
    page = read("book/03_sparsity")
    page.add_style_tag(content=".pale { color: #ccc !important }")
    page.evaluate("reading.unfold()")
    page.evaluate(AXE_SCRIPT)
    page.evaluate("""() => {
      const last = [...document.querySelectorAll("article section > p")].at(-1);
      last.insertAdjacentHTML("afterend", "<p class=pale>Pale</p>");
      last.insertAdjacentHTML("afterend", "<p>Pale <b class=pale>word</b></p>");
      last.insertAdjacentHTML("afterend", "<p style='color: #ddd'>Paler</p>");
    }""")
    for other in (".highlight pre span[class]", ".bd-sidebar-primary nav a", ".prev-next-area p"):
        page.evaluate(f"document.querySelector('{other}').classList.add('pale')")
    page.evaluate("reading.withoutGlyphs(), reading.oneOfAKind()")
    found = violations(page, runOnly=COLOURS)
    assert len(found) == 6, "\n".join(found)


@pytest.mark.parametrize("width", [390, 360, 320])
def test_on_a_phone_every_download_of_a_problem_set_is_seen_whole(read, width):
    page = read("book/problem_sets", width)
    links = page.locator("article td a.download")
    assert links.count() >= 10
    for link in links.all():
        link.scroll_into_view_if_needed()
        assert link.evaluate(WHOLE), link.inner_text()


def test_phones_have_one_layout(site):
    """So most of what axe asks of the narrowest it need not ask of the others."""
    sheets = "".join(path.read_text("utf-8") for path in site.glob("_static/**/*.css"))
    asked = re.findall(r"@(?:media|container)([^{]*)\{", sheets)
    ends = {float(at) for rule in asked for at in re.findall(r"width: ?([\d.]+)px", rule)}
    assert len(ends) > 5
    assert not [at for at in ends if min(WIDTHS) <= at <= sorted(WIDTHS)[-2]]
    assert not [rule for rule in asked if re.search(r"width: ?[\d.]+r?em", rule)]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "name", ["index", "book/04_optimization", "book/problem_sets", "book/errata", "search"]
)
def test_every_stop_of_the_keyboard_is_seen(read, name, width):
    page = read(name, width)
    stops = walk(page)
    assert len(stops) > (5 if name == "search" else 8)  # on a phone it has six: little but a field
    assert not [stop["name"] for stop in stops if not stop["seen"]]
    assert not [stop["name"] for stop in stops if not stop["ring"]]
    wide = page.evaluate("document.querySelectorAll('article .formula[tabindex]').length")
    hidden = page.evaluate(
        "[...document.querySelectorAll('article .formula[tabindex]')]"
        ".filter((box) => !box.checkVisibility({visibilityProperty: true})).length"
    )
    assert sum(stop["formula"] for stop in stops) == wide - hidden


def walk(page):
    """Press Tab until the page is left, and say where the keyboard was."""
    page.evaluate("reading.toTheTop()")
    stops = []
    while len(stops) < 500:
        page.keyboard.press("Tab")
        stop = page.evaluate("reading.stop()")
        if stop is None or (stops and stop == stops[0]):
            return stops
        stops.append(stop)
    raise AssertionError("the keyboard does not get out of the page")


def test_a_wide_formula_scrolls_with_the_arrow_keys(read):
    page = read("book/04_optimization", 390)
    formula = page.locator("article span.formula[tabindex]").first
    formula.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 1")


def test_a_formula_takes_focus_as_long_as_it_is_too_wide(read):
    page = read("book/04_optimization", 1280)
    stops = "document.querySelectorAll('article .formula[tabindex]').length"
    before = page.evaluate(stops)
    page.set_viewport_size({"width": 320, "height": 800})
    page.wait_for_function(f"{stops} > {before} + 5")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_function(f"{stops} === {before}")


def test_the_contents_open_on_a_phone_and_take_focus_there_alone(read):
    page = read("book/03_sparsity", 390)
    links = page.locator(".page-toc a")
    assert links.count() > 10
    assert not links.first.is_visible()
    page.locator(".secondary-toggle").click()
    links.first.wait_for(state="visible")
    links.first.focus()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    links.first.wait_for(state="hidden")


@pytest.mark.parametrize("width", [390, 320])
def test_results_of_a_search_fit_a_phone(page, site_url, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site_url}search.html?q=ELBO")
    page.wait_for_selector("#search-results li")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    field, sign = (
        page.locator(f".bd-search {part} >> visible=true").first.bounding_box()
        for part in ("input", "i, svg")
    )
    padding = page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('.bd-search input')).paddingLeft)"
    )
    assert field["x"] + padding >= sign["x"] + sign["width"]


@pytest.mark.parametrize("name", ["index", "book/02_pca"])
def test_a_page_opened_as_a_file_is_the_same(read, site, name):
    page = read(name, base=f"{site.as_uri()}/")
    assert not ask(page, "untypeset", "wrongStops")


def test_what_goes_wrong_on_a_page_is_seen(watched, site_url):
    provoke = """() => {
        console.error("in red");
        setTimeout(() => { throw Error("thrown") });
        return Promise.allSettled([fetch("http://192.0.2.1/"), fetch("missing.png")]);
    }"""
    with watched() as (page, complaints):
        page.goto(site_url)
        assert not complaints
        page.evaluate(provoke)
        page.wait_for_timeout(100)
    assert {
        "console: in red",
        "error in a script: thrown",
        "asked for http://192.0.2.1/",
        "net::ERR_NAME_NOT_RESOLVED for http://192.0.2.1/",
        f"404 for {site_url}missing.png",
    } <= set(complaints)


@pytest.mark.parametrize(
    ("name", "title"),
    [("book/03_sparsity", "3. Sparse regularisation"), ("book/glossary", "Glossary")],
)
def test_on_paper_a_chapter_has_one_title_with_its_number(read, name, title):
    page = read(name)
    page.emulate_media(media="print")
    assert [" ".join(t.split()) for t in page.locator("h1:visible").all_inner_texts()] == [title]
