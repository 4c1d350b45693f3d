"""Pages keep still while they load: letters that come late find their places kept for them."""

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
