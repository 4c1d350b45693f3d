"""Figures on light and on dark pages: both are there, and both can be read."""

import base64
import itertools
import re
from io import BytesIO

import numpy as np
import pytest
from extensions import extension
from PIL import Image

from ae_course import diagrams, figures
from tools import chapters

CHAPTERS = [name for name in chapters.chapters() if name[0].isdigit()]
IMAGE = re.compile(r'<img [^>]*src="\.\./(_images/[^"]+\.svg)"[^>]*>')


@pytest.fixture(scope="module")
def variants():
    """The extension of the book."""
    return extension("figure_variants")


def luminance(colour):
    """Relative luminance, as the guidelines for accessibility define it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    """From 1 for equal colours to 21 for black on white."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def test_what_is_written_and_drawn_stands_out_on_dark_paper(variants):
    paper = variants.dark("#ffffff")
    assert contrast(variants.dark("#000000"), paper) > 12
    for colour in figures.COLOURS:
        assert contrast(variants.dark(colour.lower()), paper) > 7
    assert 1.2 < contrast(variants.dark(figures.STYLE["grid.color"]), paper) < 2
    for ground in ("#b3d7ee", diagrams.FUNNEL):
        assert contrast(variants.dark("#000000"), variants.dark(ground)) > 7
    greys = [luminance(variants.dark(f"#{v:02x}{v:02x}{v:02x}")) for v in range(0, 256, 15)]
    assert greys == sorted(greys, reverse=True)


def test_colours_stay_apart_on_dark_paper(variants):
    drawn = [variants.dark(colour.lower()) for colour in figures.COLOURS]
    channels = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in drawn]
    for one, other in itertools.combinations(channels, 2):
        assert sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 75


def test_scales_and_letters_without_a_colour(variants):
    svg = '<svg width="1pt"><path style="fill: #440154; stroke: #0072b2"/><path d="M 0 0"/></svg>'
    drawn = variants.for_dark_pages(svg)
    assert "fill: #440154" in drawn
    assert "#0072b2" not in drawn
    assert re.match(r'<svg fill="#e6e6e6" width', drawn)


def test_a_page_that_is_not_built_again_has_each_picture_once(variants):
    page = '<p><img alt="a" src="../_images/0a1b.svg" /></p>'
    once = variants.doubled(page, lambda name: None)
    assert once.count("<img") == 2
    assert 'class=" on-dark" alt="a" src="../_images/0a1b-dark.svg"' in once
    assert variants.doubled(once, lambda name: None) == once


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_of_a_chapter_is_there_for_both(site, name):
    page = (site / "book" / f"{name}.html").read_text("utf-8")
    article = page[page.index("<article") : page.index("</article>")]
    light, dark = (
        [found[1] for found in IMAGE.finditer(article) if kind in found[0]]
        for kind in ("on-light", "on-dark")
    )
    assert len(light) >= 6
    assert [source.replace(".svg", "-dark.svg") for source in light] == dark
    assert article.count("_images/") == 2 * len(light)
    for source in light + dark:
        drawn = (site / source).read_text("utf-8")
        assert drawn.startswith("<svg ")
        assert ("#121212" in drawn) == ("-dark" in source)


def test_maps_of_colours_weigh_less_and_keep_every_point():
    figure, ((axes,),) = figures.panels()
    axes.imshow(np.random.default_rng(0).normal(size=(9, 9)), cmap="RdBu", interpolation="bicubic")
    before = figure._repr_mimebundle_()[0]["image/svg+xml"]
    after = extension("light_pages").repacked(before)
    assert "data:image/webp" in after
    assert len(after) < len(before)
    assert np.array_equal(embedded(after), embedded(before))


def embedded(svg):
    """The points of the picture in a picture of lines."""
    data = re.search(r"data:image/\w+;base64,([^\"]+)", svg)[1]
    return np.array(Image.open(BytesIO(base64.b64decode(data))).convert("RGBA"))


def test_of_contents_for_print_the_first_level_stays():
    inner = '<ul><li><a href="#b">B</a><ul><li>C</li></ul></li></ul>'
    whole = (
        f'<nav><ul class="visible"><li><a href="#a">A</a>{inner}</li><li>D{inner}</li></ul></nav>'
    )
    kept = '<nav><ul class="visible"><li><a href="#a">A</a></li><li>D</li></ul></nav>'
    assert extension("light_pages").shallow(whole) == kept
    assert extension("light_pages").shallow("<nav></nav>") == "<nav></nav>"
