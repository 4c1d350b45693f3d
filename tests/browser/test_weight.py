"""What a reader's connection carries, in bytes as a server that compresses sends them."""

import gzip

import pytest
from helpers import LAID_OUT

from tools import chapters

CHAPTERS = [name for name in chapters.chapters() if name[0].isdigit()]
FIRST, NEXT = 1_200_000, 400_000
COMPRESSED = {"document", "stylesheet", "script"}
SCROLL = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += 600) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
}"""


def weigh(page, address, seen):
    """Open a page, read it to its end, and count what had not been loaded before."""
    asked, responses = set(), []
    listen = {  # Playwright takes no methods of sets and lists
        "request": lambda request: asked.add(request),
        "requestfinished": lambda request: asked.discard(request),
        "requestfailed": lambda request: asked.discard(request),
        "response": lambda response: responses.append(response),
    }
    for event, act in listen.items():
        page.on(event, act)
    page.goto(address)
    page.wait_for_function(LAID_OUT)
    page.evaluate(SCROLL)
    page.wait_for_timeout(100)  # what has come near is asked for
    while asked:
        page.wait_for_timeout(50)
    for event, act in listen.items():
        page.remove_listener(event, act)
    total = 0
    for response in responses:
        if response.url not in seen and response.url.startswith("http"):
            seen.add(response.url)
            body = response.body()
            svg = response.url.endswith(".svg")
            packed = response.request.resource_type in COMPRESSED or svg
            total += len(gzip.compress(body) if packed else body)
    return total


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_read_to_its_end_weighs_little(page, site_url, name):
    weight = weigh(page, f"{site_url}book/{name}.html", set())
    assert 100_000 < weight <= FIRST, f"{weight / 1e3:.0f} kB"


@pytest.mark.parametrize("name", CHAPTERS[1:])
def test_a_second_chapter_weighs_less(page, site_url, name):
    seen = set()
    weigh(page, f"{site_url}book/{CHAPTERS[0]}.html", seen)
    weight = weigh(page, f"{site_url}book/{name}.html", seen)
    assert 10_000 < weight <= NEXT, f"{weight / 1e3:.0f} kB"
