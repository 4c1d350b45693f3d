"""What a reader's connection carries, in bytes as a server that compresses sends them."""

import gzip
from functools import cache

import pytest
from helpers import LAID_OUT, SCREEN

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


@pytest.fixture(scope="module")
def carried(watched, site_url):
    """The bytes of everything that a chapter asks for when it is read to its end, by address."""
    known = {}  # what many pages share is weighed once

    @cache
    def weighed(name):
        asked, responses = set(), []
        with watched(viewport=SCREEN) as (page, complaints):
            page.on("request", lambda request: asked.add(request))
            page.on("requestfinished", lambda request: asked.discard(request))
            page.on("requestfailed", lambda request: asked.discard(request))
            page.on("response", lambda response: responses.append(response))
            page.goto(f"{site_url}book/{name}.html")
            page.wait_for_function(LAID_OUT)
            page.evaluate(SCROLL)
            page.wait_for_timeout(100)  # what has come near is asked for
            while asked:
                page.wait_for_timeout(50)
            sent = [r for r in responses if r.url.startswith("http")]
            known.update((r.url, weight(r)) for r in sent if r.url not in known)
            found = {r.url: known[r.url] for r in sent}
        assert not complaints, "\n".join(complaints)
        return found

    return weighed


def weight(response):
    """The bytes of what was sent, as a server that compresses sends it."""
    body = response.body()
    packed = response.request.resource_type in COMPRESSED or response.url.endswith(".svg")
    return len(gzip.compress(body) if packed else body)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_read_to_its_end_weighs_little(carried, name):
    total = sum(carried(name).values())
    assert 100_000 < total <= FIRST, f"{total / 1e3:.0f} kB"


@pytest.mark.parametrize("name", CHAPTERS[1:])
def test_a_second_chapter_weighs_less(carried, name):
    first, second = carried(CHAPTERS[0]), carried(name)
    total = sum(weight for address, weight in second.items() if address not in first)
    assert 10_000 < total <= NEXT, f"{total / 1e3:.0f} kB"
