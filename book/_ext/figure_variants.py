"""Figures for light and for dark pages: each picture of lines twice, and the theme shows one.

Ink, paper, the greys between them and the colours of the figures' style change; everything else is
a colour of a scale, means a number, and stays.
"""

import re
from functools import cache
from pathlib import Path

from written_pages import rewrite

from ae_course.figures import COLOURS

PAPER, INK = (0x12, 0x12, 0x12), (0xE6, 0xE6, 0xE6)  # the theme's own paper
ON_DARK = dict(
    zip(
        map(str.lower, COLOURS[:5]),
        ("#6db3ff", "#ffa766", "#56d364", "#eda4cf", "#a5e2ff"),
        strict=True,
    )
)
"""What the colours of the figures' style become: those of the things to play with."""

# Pale grounds of pictures that are drawn, not plotted: with words on them, they have to be dark.
ON_DARK |= {"#b3d7ee": "#1f4a68", "#dfe8f1": "#26323f"}

COLOUR = re.compile(r"(?:(?<=fill: )|(?<=stroke: ))#[0-9a-f]{6}\b")
LINES = re.compile(r'<img (?=[^>]*src="[^"]*_images/([\w-]+)(?<!-dark)\.svg")([^>]*)>')
SHOWN = "on-light"
CLASS = re.compile(r'class="([^"]*)"')


def show_both(app, exception):
    """Draw every figure of lines for dark pages too, and put both on their page."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir, "_images")

    @cache
    def draw(name):
        light = (folder / f"{name}.svg").read_text("utf-8")
        (folder / f"{name}-dark.svg").write_text(for_dark_pages(light), "utf-8")

    rewrite(app, lambda page: doubled(page, draw))


def doubled(page: str, draw) -> str:
    """A page with both variants of each picture of lines, each drawn by its name."""

    def shown(picture):
        draw(picture[1])
        return picture[0] if SHOWN in picture[2] else both(*picture.groups())

    return LINES.sub(shown, page)


def for_dark_pages(svg: str) -> str:
    """A picture of lines as it looks on dark paper."""
    # What says no colour is black.
    svg = svg.replace("<svg ", f'<svg fill="{_hex(INK)}" ', 1)
    return COLOUR.sub(lambda colour: dark(colour[0]), svg)


def dark(colour: str) -> str:
    """A colour on dark paper: greys keep their place between ink and paper, scales stay."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    if red == green == blue:
        return _hex(
            round(ink + (paper - ink) * red / 255) for ink, paper in zip(INK, PAPER, strict=True)
        )
    return ON_DARK.get(colour, colour)


def both(name: str, words: str) -> str:
    """The element of a picture of lines, and that of its dark variant."""
    words = words if CLASS.search(words) else f'class="" {words}'
    light = CLASS.sub(rf'class="\1 {SHOWN}"', words, count=1)
    on_dark = CLASS.sub(r'class="\1 on-dark"', words, count=1)
    return f"<img {light}><img {on_dark.replace(f'{name}.svg', f'{name}-dark.svg')}>"


def _hex(channels) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def setup(app):
    app.connect("build-finished", show_both, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
