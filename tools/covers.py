"""A picture for each chapter, from its own figures: small on the home page, and for social cards.

The picture is the first of the chapter, or the one that `pictures` under `published` in
`_config.yml` names.
"""

import base64
import io
import textwrap
from functools import cache
from pathlib import Path

import nbformat
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from tools import addresses

PNG = "image/png"
SMALL = (480, 240)
CARD = (1200, 630)  # what chats and social networks show
INK, BAND = "#1b2733", "#0b52ad"


class NoPictureError(LookupError):
    """A chapter has no such picture."""


@cache
def figures(path: Path) -> dict[str, tuple[str, str]]:
    """The figures of a notebook: name, picture in base 64, and what it shows in words."""
    found = {}
    for cell in nbformat.read(path, as_version=4).cells:
        shown = cell.metadata.get("mystnb", {})
        for output in cell.get("outputs", []):
            if "figure" in shown and PNG in output.get("data", {}):
                alt = " ".join(shown.get("image", {}).get("alt", "").split())
                found[shown["figure"]["name"]] = output.data[PNG], alt
    return found


def picture(path: Path, name: str | None = None) -> tuple[Image.Image, str]:
    """The picture of a chapter, without its white margins, and what it shows.

    Raises
    ------
    NoPictureError
        The notebook has no figure of this name, or none at all.
    """
    found = figures(path)
    if not found or (name and name not in found):
        have = ", ".join(found) or "no figures"
        raise NoPictureError(f"{path.name} has {have}; wanted: {name or 'one'}")
    data, alt = found[name or next(iter(found))]
    image = Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")
    return image.crop(image.point(lambda v: 255 - v).getbbox()), alt


def fitted(image: Image.Image, size: tuple[int, int], margin: int = 12) -> Image.Image:
    """An image in the middle of a white one."""
    inner = image.copy()
    inner.thumbnail([side - 2 * margin for side in size], Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", size, "white")
    left, top = ((whole - part) // 2 for whole, part in zip(size, inner.size, strict=True))
    canvas.paste(inner, (left, top))
    return canvas


def font(size: int, weight: str = "normal") -> ImageFont.FreeTypeFont:
    """The typeface of the figures."""
    wanted = font_manager.FontProperties(family="DejaVu Sans", weight=weight)
    return ImageFont.truetype(font_manager.findfont(wanted), size)


def card(image: Image.Image, over: str, title: str) -> bytes:
    """A social card as PNG: the title of a page, a line over it, and a picture below."""
    whole = Image.new("RGB", CARD, "white")
    draw = ImageDraw.Draw(whole)
    draw.rectangle((0, 0, 24, CARD[1]), fill=BAND)
    draw.text((72, 44), over, font=font(28), fill=BAND)
    lines = textwrap.wrap(title, 34)
    for place, line in enumerate(lines):
        draw.text((72, 96 + 68 * place), line, font=font(56, "bold"), fill=INK)
    top = 120 + 68 * len(lines)
    whole.paste(fitted(image, (CARD[0] - 96, CARD[1] - top - 24), 0), (72, top))
    data = io.BytesIO()
    whole.quantize(96, dither=Image.Dither.NONE).save(data, "PNG", optimize=True)
    return data.getvalue()


def of_chapter(path: Path) -> tuple[Image.Image, str]:
    """The picture that stands for a chapter, and what it shows."""
    named = addresses.setting().get("pictures") or {}
    return picture(path, named.get(path.stem))
