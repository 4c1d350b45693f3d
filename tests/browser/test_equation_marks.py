"""The mark beside a verified equation opens what holds it, for mouse, keyboard and finger."""

import pytest

from tools import equations

CHAPTER = "book/03_sparsity"
MARK = "details.verified"
INSIDE = """box => {
  const { left, right, width } = box.getBoundingClientRect();
  return width > 100 && left >= 0 && right <= document.documentElement.clientWidth;
}"""


@pytest.fixture
def opened(page, site_url):
    page.goto(f"{site_url}{CHAPTER}.html")
    return page


def test_every_equation_that_a_test_holds_has_a_mark(opened):
    stated = {e.label for e in equations.equations() if CHAPTER.endswith(e.source.stem)}
    held = stated & {claim.label for claim in equations.claims()}
    marked = opened.locator(f".math[id]:has({MARK})")
    ids = {marked.nth(k).get_attribute("id") for k in range(marked.count())}
    assert {f"equation-{label}" for label in held} == ids


def test_a_mouse_opens_it_and_leaving_closes_it(opened):
    mark = opened.locator(MARK).nth(2)
    card = mark.locator(".verified-card")
    assert not card.is_visible()
    mark.locator("summary").hover()
    card.wait_for(state="visible")
    mark.locator("summary").click()
    assert card.is_visible()
    opened.mouse.move(5, 5)
    opened.locator("article h1").click()
    card.wait_for(state="hidden")


def test_the_keyboard_opens_it_and_escape_closes_it(opened):
    mark = opened.locator(MARK).nth(2)
    mark.locator("summary").focus()
    opened.keyboard.press("Shift+Tab")
    opened.keyboard.press("Tab")
    card = mark.locator(".verified-card")
    card.wait_for(state="visible")
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.closest('.verified-card') !== null")
    opened.keyboard.press("Escape")
    card.wait_for(state="hidden")
    assert mark.locator("summary").evaluate("summary => summary === document.activeElement")


@pytest.mark.parametrize("width", [390, 320])
def test_a_finger_opens_it_and_all_of_it_is_on_the_screen(watched, site_url, width):
    phone = {"viewport": {"width": width, "height": 800}, "has_touch": True, "is_mobile": True}
    with watched(**phone) as (page, complaints):
        page.goto(f"{site_url}{CHAPTER}.html")
        marks = page.locator(f"section:not(.dropdown) > .math > {MARK}")
        for k in range(min(marks.count(), 6)):
            mark = marks.nth(k)
            mark.locator("summary").tap()
            card = mark.locator(".verified-card")
            card.wait_for(state="visible")
            assert card.evaluate(INSIDE)
            mark.locator("summary").tap()
            card.wait_for(state="hidden")
        assert not complaints


def test_what_it_names_leads_to_the_function_and_to_the_test(opened, site_url):
    mark = opened.locator(MARK).nth(2)
    mark.locator("summary").hover()
    links = mark.locator(".verified-card a")
    assert links.count() >= 2
    for k in range(links.count()):
        place = links.nth(k).get_attribute("href")
        page, _, anchor = place.partition("#")
        assert page in ("api.html", "equations.html")
        other = opened.context.new_page()
        other.goto(f"{site_url}book/{place}")
        assert other.locator(f"[id='{anchor}']").count() == 1
        other.close()
