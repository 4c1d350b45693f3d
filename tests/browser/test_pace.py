"""The rhythm of a chapter on a desktop: a picture at once, and never a wall of text."""

import re

import pytest
from helpers import LAID_OUT, SCREEN

from tools import chapters

SCREENS = 5  # at most, from one picture or worked number to the next
CHAPTERS = [name for name in chapters.chapters() if name[0].isdigit()]
PICTURES = ".bd-article figure, .bd-article .cell_output img"
REST = f"{PICTURES}, .bd-article .worked, .bd-article .cell_output pre, .bd-article table"
TOPS = """selector => [...document.querySelectorAll(selector)]
  .map(box => box.getBoundingClientRect())
  .filter(box => box.height > 0)
  .map(box => [box.top + scrollY, box.bottom + scrollY])"""
END = "document.querySelector('.bd-article').getBoundingClientRect().bottom + scrollY"


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request, watched, site_url):
    """A chapter as one finds it who has never been there; the last test unfolds something in it."""
    with watched(viewport=SCREEN) as (page, complaints):
        page.goto(f"{site_url}book/{request.param}.html")
        page.wait_for_function(LAID_OUT)
        page.evaluate("document.fonts.ready.then(() => true)")
        yield page
        assert not complaints, "\n".join(complaints)


def test_the_first_picture_is_on_the_first_screen(chapter):
    top, bottom = chapter.evaluate(TOPS, PICTURES)[0]
    seen = SCREEN["height"] - top
    assert seen >= min(bottom - top, 200), f"{seen:.0f} px of the first picture are to be seen"


def test_no_stretch_goes_on_for_more_than_five_screens(chapter):
    rests = sorted([[0, 0], *chapter.evaluate(TOPS, REST), [chapter.evaluate(END)] * 2])
    reached, long = 0, []
    for top, bottom in rests:
        if top - reached > SCREENS * SCREEN["height"]:
            long.append(f"{(top - reached) / SCREEN['height']:.1f} screens from {reached:.0f} px")
        reached = max(reached, bottom)
    assert not long, long


def test_claims_are_seen_to_be_checked_and_open_on_demand(chapter):
    lines = chapter.locator("details.hide.above-input > summary")
    said = [text.strip() for text in lines.all_inner_texts()]
    assert any(re.match(r"\d+ claims? checked$", text.split("\n")[0]) for text in said), said
    first = lines.filter(has_text="checked").first
    code = first.locator("xpath=..").locator(".highlight")
    assert not code.is_visible()
    first.click()
    assert code.is_visible()
