"""Pages that are there at once: nothing in their heads keeps a browser from drawing them.

The theme brings all of Font Awesome twice, as a script of 1.5 MB that runs before a page is shown
and as fonts. The script goes, the font draws the icons, and of it stays what the site uses. All
scripts that can wait do. Pictures say their size, so that nothing jumps; the first is asked for at
once, the others load as they come near. What they hold of maps of colours becomes WebP, which has
the same points in a third of the bytes. Two thirds of the coloured pieces of code have the colour
of the text around them, in both themes, and need no element of their own.

A page has its theme before anything is drawn: the one of before said "auto", and the theme's script
put the right one in its place when all had been drawn, which dark pages began with a flash of white
and all pages with being drawn twice. And the theme's script asks and tells each box in turn whether
it is too wide, so that the page is laid out again for each; book.js asks all, then tells all.

A long page that is read from its start is drawn before all of it is laid out: the sections after
the second one follow piece by piece (book.css, book.js), and the list of contents marks where one
is once they have. Somebody who comes back to a page, or to a place in it, finds it laid out.
"""

import base64
import logging
import re
from functools import cache
from io import BytesIO
from pathlib import Path

from fontTools import subset
from PIL import Image
from sphinx.errors import ExtensionError
from written_pages import rewrite

AWESOME = re.compile(
    r"\s*<!-- So that users can add custom icons -->\s*<script[^>]*fontawesome[^>]*></script>"
)
VIEWPORT = re.compile(
    r'<meta name="viewport" content="width=device-width, ?initial-scale=1(?:\.0)?" ?/>'
)
WAITS = re.compile(
    r'<script (?=[^>]*src="(?:[^"]*/)?(?!documentation_options)[\w.-]+\.js)(?![^>]*\bdefer)'
)
OPTIONS = re.compile(r'<script src="[^"]*documentation_options\.js[^"]*"></script>')
PICTURE = re.compile(r'<img (?=[^>]*src="[^"]*_images/([^"]+)")([^>]*)>')
POINTS = re.compile(r'<svg [^>]*\bwidth="([\d.]+)pt" height="([\d.]+)pt"')
ICON = re.compile(r'class="[^"]*\bfa-(?:solid|regular|brands)\b[^"]*"|class="[^"]*\bfas\b[^"]*"')
NAMED = re.compile(r"\bfa-([a-z0-9-]+)")
RULE = re.compile(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}')
THEME = re.compile(r'--pst-icon-[\w-]+:"\\?([^"]*)"')
COLOUR = re.compile(r'html\[data-theme="(\w+)"\] \.highlight(?: \.(\w+))? \{([^}]*)\}')
CODE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
EMBEDDED = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")
MODE = re.compile(
    r'<script data-cfasync="false">\s*document\.documentElement\.dataset\.mode.*?</script>',
    re.DOTALL,
)
OWN_MODE = """<script>{
  let mode = "auto";
  try { mode = localStorage.getItem("mode") || mode; } catch {} // it may be forbidden
  const likesDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const dark = mode === "dark" || (mode !== "light" && likesDark);
  const page = document.documentElement;
  Object.assign(page.dataset, { mode, theme: dark ? "dark" : "light" });
  const arrived = performance.getEntriesByType("navigation")[0]?.type;
  if (arrived === "navigate" && !location.hash) page.classList.add("in-pieces");
}</script>"""
# Contents for print, of which the theme shows the first level alone.
CONTENTS = re.compile(r'(?<=<div id="jb-print-toc">).*?</nav>', re.DOTALL)
INNERMOST = re.compile(r"<ul\b[^>]*>(?:(?!</?ul\b).)*</ul>", re.DOTALL)
SPY = ' data-bs-spy="scroll"'  # it asks where each section is, which is not laid out yet
ASKS_IN_TURN = '"complete"===document.readyState?O():window.addEventListener("load",O)'
FONT = "vendor/fontawesome/webfonts/fa-solid-900.woff2"


def lighten(app, exception):
    """Rewrite the heads of all pages, and the font of the icons."""
    if exception is not None or app.builder.format != "html":
        return
    static, used = Path(app.outdir, "_static"), set()
    options = (static / "documentation_options.js").read_text("utf-8")
    size = cache(lambda name: size_of(Path(app.outdir, "_images", name)))
    plain = "|".join(colourless((static / "pygments.css").read_text("utf-8")))
    plain = re.compile(rf'<span class="(?:{plain})">([^<]*)</span>')

    def lightened(page):
        used.update(name for icon in ICON.findall(page) for name in NAMED.findall(icon))
        page = OPTIONS.sub(lambda _: f"<script>{options}</script>", light(page))
        page = CONTENTS.sub(lambda contents: shallow(contents[0]), page, count=1)
        page = with_pictures(page, size)
        return CODE.sub(lambda code: plain.sub(r"\1", code[0]), page)

    rewrite(app, lightened)
    css = "".join(file.read_text("utf-8") for file in (static / "styles").glob("*.css"))
    keep_icons(static / FONT, letters(css, used))
    for file in (static / "scripts").glob("fontawesome.js*"):
        file.unlink()
    for picture in Path(app.outdir, "_images").glob("*.svg"):
        picture.write_text(repacked(picture.read_text("utf-8")), "utf-8")
    leave_boxes(static / "scripts" / "pydata-sphinx-theme.js")


def light(page: str) -> str:
    """A page whose head blocks nothing, and says once how wide it is."""
    page = MODE.sub(OWN_MODE, WAITS.sub("<script defer ", AWESOME.sub("", page)), count=1)
    head, _, body = page.replace(SPY, "", 1).partition("<body")
    if first := VIEWPORT.search(head):
        head = head[: first.end()] + VIEWPORT.sub("", head[first.end() :])
    return f"{head}<body{body}" if body else head


def shallow(contents: str) -> str:
    """A list of contents without the lists within it."""
    while contents.count("<ul") > 1:
        contents = INNERMOST.sub("", contents)
    return contents


def leave_boxes(script: Path) -> None:
    """Take out of the theme's script what book.js does with less."""
    text = script.read_text("utf-8")
    if ASKS_IN_TURN not in text:
        raise ExtensionError(f"{script.name} lacks {ASKS_IN_TURN}: see how it begins now")
    script.write_text(text.replace(ASKS_IN_TURN, "0"), "utf-8")


def with_pictures(page: str, size) -> str:
    """A page whose pictures say their size, and of which the first is the most urgent."""
    first = PICTURE.search(page)

    def told(picture):
        words = picture[2]
        if "width=" not in words and "height=" not in words and (known := size(picture[1])):
            words = 'width="{}" height="{}" {}'.format(*known, words)
        when = 'fetchpriority="high"' if picture.start() == first.start() else 'loading="lazy"'
        return f"<img {words}>" if "loading=" in words else f"<img {when} {words}>"

    return PICTURE.sub(told, page)


def repacked(svg: str) -> str:
    """A picture of lines whose maps of colours have the same points in a third of the bytes."""
    return EMBEDDED.sub(lambda found: min(found[0], _as_webp(found[1]), key=len), svg)


@cache  # the light and the dark variant of a figure hold the same
def _as_webp(data: str) -> str:
    packed = BytesIO()
    with Image.open(BytesIO(base64.b64decode(data))) as picture:
        picture.save(packed, "WEBP", lossless=True, exact=True)
    return f"data:image/webp;base64,{base64.b64encode(packed.getvalue()).decode()}"


def size_of(path: Path) -> tuple[int, int] | None:
    """Width and height of a picture in pixels, if it says them."""
    if path.suffix == ".svg":
        said = POINTS.search(path.read_text("utf-8"))
        return said and tuple(round(float(points) * 96 / 72) for points in said.groups())
    with Image.open(path) as picture:
        return picture.size


def colourless(css: str) -> list[str]:
    """The classes of pieces of code that look like the code around them in every theme."""
    rules = {(theme, name): said.split(";") for theme, name, said in COLOUR.findall(css)}
    looks = {key: {rule.strip() for rule in said} - {""} for key, said in rules.items()}
    themes = {theme for theme, _ in rules}
    names = {name for _, name in rules if name}
    return sorted(n for n in names if all(looks[t, n] <= looks[t, ""] for t in themes))


def letters(css: str, used: set[str]) -> set[int]:
    """The places in the font of the icons that pages use, and of those that the theme draws."""
    found = {
        int(code, 16)
        for names, code in RULE.findall(css)
        if used & set(re.findall(r"\.fa-([a-z0-9-]+):", names))
    }
    drawn = "".join(THEME.findall(css))
    return found | {ord(letter) for letter in drawn if ord(letter) > 127}


def keep_icons(font: Path, codes: set[int]) -> None:
    """Leave in a font what draws these letters."""
    options = subset.Options(flavor="woff2", notdef_outline=True)
    loaded = subset.load_font(font, options)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=codes)
    chosen.subset(loaded)
    subset.save_font(loaded, font, options)


def setup(app):
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # what it leaves out is meant
    app.connect("build-finished", lighten, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
