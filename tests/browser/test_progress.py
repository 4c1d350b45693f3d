"""What has been read is remembered in the reader's own browser, shown, and forgotten when asked."""

import pytest
from helpers import LAID_OUT

CHAPTER = "book/03_sparsity"
# What takes a reader a second takes the pages of these tests 20 ms.
QUICK = """
  const wait = window.setTimeout;
  window.setTimeout = (act, time, ...rest) => wait(act, time / 50, ...rest);
"""
# From the top to the end, one screen after the other, each drawn and then seen: for so many
# milliseconds, or until it is remembered that every section which ends there was read, however long
# a busy machine takes for it. Steps are taken from where one is: what is above may still change its
# height.
THROUGH = """async ({ time, remembered }) => {
  const frame = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
  const rest = () => new Promise((go) => setTimeout(go, time));
  const forgotten = () => {
    const known = localStorage.getItem("autoencoders: sections read") ?? "";
    return [...document.querySelectorAll(".section-end")].filter((end) => {
      const { top, bottom } = end.getBoundingClientRect();
      return top > 5 && bottom < innerHeight - 5 && !known.includes(`"${end.parentElement.id}"`);
    });
  };
  await document.fonts.ready;
  scrollTo({ top: 0, behavior: "instant" });
  for (let before = -1; scrollY > before; ) {
    await frame();
    if (time) await rest();
    for (const until = Date.now() + 20000; remembered && forgotten().length; await rest())
      if (Date.now() > until) throw Error(`not remembered: ${forgotten()[0].parentElement.id}`);
    before = scrollY;
    scrollBy({ top: innerHeight * 0.9, behavior: "instant" });
  }
}"""
AS_A_READER = {"time": 2000, "remembered": True}
UNREMEMBERED = {"time": 4000, "remembered": False}
AS_THE_KEY_END = {"time": 0, "remembered": False}

# What a browser says that keeps nothing; the theme itself asks for its own word and is let alone.
REFUSE = """
  const keep = Storage.prototype.setItem;
  Storage.prototype.setItem = function (key, value) {
    if (key.startsWith("autoencoders")) throw new DOMException("no", "SecurityError");
    keep.call(this, key, value);
  };
"""
ARRIVED = "scrollY + innerHeight > document.documentElement.scrollHeight - 5"
SECTIONS_AT_THE_END = """[...document.querySelectorAll(".section-end")]
  .filter((end) => end.getBoundingClientRect().top > 0).length"""


@pytest.fixture
def reader(page):
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script(QUICK)
    return page


def test_a_chapter_read_to_its_end_is_marked_until_it_is_to_be_forgotten(reader, site_url):
    reader.goto(site_url)
    card = reader.locator(f'[data-chapter="{CHAPTER}"] .card-read')
    assert card.inner_text() == ""
    assert not reader.locator(".forget").is_visible()
    reader.goto(f"{site_url}{CHAPTER}.html")
    reader.wait_for_function(LAID_OUT)
    reader.evaluate(THROUGH, AS_A_READER)
    reader.wait_for_function(
        "document.getElementById('chapter-end').textContent.includes('Read to the end')"
    )
    reader.goto(site_url)
    assert card.inner_text() == "✓ Read to the end"
    assert reader.locator(".bd-sidebar-primary a.was-read").count() == 1
    reader.locator(".forget button").click()
    assert card.inner_text() == ""
    assert not reader.locator(".forget").is_visible()
    assert reader.evaluate("localStorage.getItem('autoencoders: sections read')") is None
    reader.reload()
    assert card.inner_text() == ""


def test_who_only_jumps_to_the_end_has_not_read_it(reader, site_url):
    reader.goto(f"{site_url}{CHAPTER}.html")
    reader.wait_for_function(LAID_OUT)
    reader.evaluate("scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })")
    reader.wait_for_function(
        r"/^\d+ of \d+ sections/.test(document.getElementById('chapter-end').textContent)"
    )


def test_what_passes_by_on_the_way_to_the_end_has_not_been_read(page, site_url):
    page.goto(f"{site_url}{CHAPTER}.html")
    page.wait_for_function(LAID_OUT)
    sections = page.locator(".section-end").count()
    page.evaluate(THROUGH, AS_THE_KEY_END)  # every section's end is on the screen for a moment
    page.wait_for_function(ARRIVED)
    page.wait_for_function("document.getElementById('chapter-end').textContent")
    page.wait_for_timeout(2000)
    at_the_end = page.evaluate(SECTIONS_AT_THE_END)
    assert at_the_end < sections / 2
    told = page.locator("#chapter-end").inner_text()
    assert told == f"{at_the_end} of {sections} sections read"


def test_where_nothing_may_be_remembered_pages_are_as_ever(watched, site_url):
    with watched() as (page, complaints):
        page.add_init_script(REFUSE)
        page.add_init_script(QUICK)
        page.goto(f"{site_url}{CHAPTER}.html")
        page.evaluate(THROUGH, UNREMEMBERED)
        page.goto(site_url)
        assert page.locator(".card-read").first.inner_text() == ""
        assert not complaints
