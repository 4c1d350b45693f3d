"""Pages keep still while they load: what comes late finds its place kept for it."""

import pytest

SHIFTED = """addEventListener("DOMContentLoaded", () => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) shifted += shift.hadRecentInput ? 0 : shift.value;
  }).observe({ type: "layout-shift", buffered: true });
});"""
DRAWN = "() => new Promise((go) => requestAnimationFrame(() => setTimeout(go, 200)))"
AT_MOST = 0.05  # from 0.1 on readers are said to notice


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["index", "book/01_overview", "book/08_diffusion"])
def test_nothing_jumps_when_the_typefaces_come_late(page, site_url, name, width):
    waiting, released = [], []

    def hold(route):
        return route.continue_() if released else waiting.append(route)

    page.set_default_timeout(120_000)
    page.set_viewport_size({"width": width, "height": 800})
    page.add_init_script(SHIFTED)
    page.route("**/*.woff2", hold)
    page.goto(f"{site_url}{name}.html", wait_until="domcontentloaded")
    page.evaluate(DRAWN)
    assert len(waiting) > 3
    released.append(True)
    for route in waiting:
        route.continue_()
    page.evaluate("document.fonts.ready.then(() => true)")
    page.evaluate(DRAWN)
    assert page.evaluate("document.fonts.check('1em Autoencoders Serif')")
    assert 0 <= page.evaluate("shifted") < AT_MOST


@pytest.mark.parametrize("known", [7_000, 11_000])
def test_nothing_moves_aside_when_the_rest_of_a_page_comes_late(with_scrollbars, in_two, known):
    """At first there is nothing to scroll; then the scrollbar comes."""
    page = with_scrollbars.new_page(viewport={"width": 1350, "height": 940})
    page.add_init_script(SHIFTED)
    with in_two(known) as address:
        page.goto(f"{address}book/03_sparsity.html")
        page.evaluate(DRAWN)
    assert page.evaluate("innerWidth - document.documentElement.clientWidth") > 5
    assert 0 <= page.evaluate("shifted") < AT_MOST
    page.close()
