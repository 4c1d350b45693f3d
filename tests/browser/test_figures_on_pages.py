"""Figures as readers see them: one of the two variants, whole, in letters that can be read."""

import pytest

SEEN = """() => [...document.querySelectorAll("article .cell_output img")]
  .filter((image) => image.checkVisibility())
  .map((image) => [image.className, image.currentSrc, image.naturalWidth, image.width])"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_is_seen_in_the_variant_of_the_theme_and_no_other_is_loaded(
    watched, site_url, theme, width
):
    asked = []
    with watched(viewport={"width": width, "height": 800}, color_scheme=theme) as (page, wrong):
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site_url}book/04_optimization.html")
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        for figure in page.locator("article figure:has(img.on-light)").all():
            if figure.is_visible():
                figure.scroll_into_view_if_needed()
                figure.locator(f"img.on-{theme}").evaluate("(image) => image.decode()")
        seen = page.evaluate(SEEN)
        assert not wrong
    assert len(seen) >= 6
    for kind, source, natural, shown in seen:
        assert f"on-{theme}" in kind
        assert source.endswith("-dark.svg") == (theme == "dark")
        assert natural > 400
        assert shown > (300 if width == 390 else 400)
    other = {url for url in asked if url.endswith(".svg") and "_images" in url}
    other -= {source for _, source, *_ in seen}
    assert len(other) <= (theme == "dark")  # the first picture of a page is asked for at once


# How far the words of a picture of lines are from its nearest edge, in points.
MARGINS = """(svg) => {
  document.body.innerHTML = svg;
  const paper = document.querySelector("svg");
  const all = paper.getBoundingClientRect();
  const points = all.width / paper.viewBox.baseVal.width;
  return [...paper.querySelectorAll("g[id^=text_]")].map((words) => {
    const { left, right, top, bottom, width } = words.getBoundingClientRect();
    const near = Math.min(left - all.left, all.right - right, top - all.top, all.bottom - bottom);
    return [words.id, width ? near / points : Infinity];
  });
}"""


def test_no_word_of_a_figure_touches_its_edge(page, site):
    pictures = [path for path in site.glob("_images/*.svg") if not path.stem.endswith("-dark")]
    assert len(pictures) > 70
    touching = []
    for path in pictures:
        words = page.evaluate(MARGINS, path.read_text("utf-8"))
        touching += [f"{name} of {path.name}: {near:.1f}" for name, near in words if near < 1]
    assert not touching, "\n".join(touching)
