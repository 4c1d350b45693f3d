"""Makes the typefaces that come with the site, of open ones: no more letters than it may need.

    make fonts

gets the originals with npm, keeps of the Latin ones what Europe writes, of the Japanese one what
the site uses, of that of formulas what mathematics may need, and writes book/_static/fonts.
Run it when the test of letters names one that lacks.
It builds the site first, which takes minutes if pages have changed; the rest takes twenty seconds.
"""

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from functools import partial
from html import unescape
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from tools import ROOT, website

FONTS = ROOT / "book" / "_static" / "fonts"
OWN_NAME = "Autoencoders"  # who changes a font may not keep the name that its makers reserve
UNREAD = re.compile(r"<(math|script|style)\b.*?</\1>|<!--.*?-->", re.DOTALL)
SAID = re.compile(r'\b(alt|aria-label|placeholder|title)="([^"]*)"')
TAG = re.compile(r"<[^>]*>")

LATIN = (
    *(range(0x20, 0x7F), range(0xA0, 0x180), range(0x300, 0x30D), range(0x391, 0x3CA)),
    *(range(0x2010, 0x2050), range(0x2070, 0x20A0), range(0x2150, 0x215F), range(0x2190, 0x21D5)),
    *(range(0x2200, 0x2270), range(0x25A0, 0x25D0), range(0x2713, 0x2719)),
)
MATHEMATICS = (
    *(range(0x20, 0x7F), range(0xA0, 0x100), range(0x2B0, 0x370), range(0x37E, 0x3E2)),
    *(range(0x3F0, 0x3F7), range(0x2010, 0x2065), range(0x20D0, 0x20F0), range(0x2100, 0x2150)),
    *(range(0x2190, 0x21EB), range(0x21F4, 0x2300), range(0x2308, 0x230C), range(0x23DE, 0x23E0)),
    *(range(0x27DC, 0x27DD), range(0x27E8, 0x27EA), range(0x27F5, 0x27FD), range(0x2A7D, 0x2A7F)),
    *(range(0x1D400, 0x1D468), range(0x1D49C, 0x1D4D0), range(0x1D538, 0x1D56C)),
    *(range(0x1D6A4, 0x1D6A6), range(0x1D6E2, 0x1D71C), range(0x1D7CE, 0x1D7FF)),
)
KANA = (range(0x3000, 0x3020), range(0x3040, 0x3100), range(0xFF01, 0xFF60))


@dataclass(frozen=True)
class Typeface:
    """A font file of the site, and the file of a package that it is made from."""

    name: str
    package: str
    original: str

    @property
    def path(self) -> Path:
        """Where the site has it."""
        return FONTS / f"{self.name}.woff2"

    @property
    def family(self) -> str:
        """The name under which pages ask for it."""
        return f"{OWN_NAME} {self.name.partition('-')[0].title()}"


SERIF, SANS, CODE, JAPANESE = (
    f"@expo-google-fonts/{name}"
    for name in (
        "source-serif-4@0.4.1",
        "source-sans-3@0.4.1",
        "source-code-pro@0.4.1",
        "noto-sans-jp@0.4.3",
    )
)
TYPEFACES = (
    Typeface("serif-regular", SERIF, "400Regular/SourceSerif4_400Regular.ttf"),
    Typeface("serif-italic", SERIF, "400Regular_Italic/SourceSerif4_400Regular_Italic.ttf"),
    Typeface("serif-bold", SERIF, "600SemiBold/SourceSerif4_600SemiBold.ttf"),
    Typeface("sans-regular", SANS, "400Regular/SourceSans3_400Regular.ttf"),
    Typeface("sans-italic", SANS, "400Regular_Italic/SourceSans3_400Regular_Italic.ttf"),
    Typeface("sans-bold", SANS, "600SemiBold/SourceSans3_600SemiBold.ttf"),
    Typeface("code-regular", CODE, "400Regular/SourceCodePro_400Regular.ttf"),
    Typeface("japanese-regular", JAPANESE, "400Regular/NotoSansJP_400Regular.ttf"),
)
FORMULAS = Typeface(
    "stix-two-math",
    "@fontsource/stix-two-math@5.3.0",
    "files/stix-two-math-latin-400-normal.woff2",
)


def main() -> None:
    """Make all typefaces for the letters of the site."""
    if shutil.which("npm") is None:
        sys.exit("Cannot make the typefaces: npm, which gets the originals, is not installed")
    try:
        letters = used(website.up_to_date(say=partial(print, flush=True)))  # pages, as they are now
    except (website.SiteError, OSError) as error:
        sys.exit(f"Cannot make the typefaces, whose letters the pages of the book decide: {error}")
    with tempfile.TemporaryDirectory() as folder:
        originals = {face.package: fetched(face.package, Path(folder)) for face in TYPEFACES}
        for face in TYPEFACES:
            make(face, originals[face.package] / face.original, letters)
            say_made(face)
        for package, at in originals.items():
            name = package.partition("/")[2].partition("@")[0]
            licence = (at / "LICENSE_FONT").read_text("utf-8")  # some have two bytes a line end
            (FONTS / f"LICENSE-{name}").write_text(licence, "utf-8", newline="\n")
        make_mathematics(fetched(FORMULAS.package, Path(folder)) / FORMULAS.original)
        say_made(FORMULAS)


def say_made(face: Typeface) -> None:
    """Name a font file and its size."""
    size = f"({face.path.stat().st_size / 1e3:.0f} kB)"
    print(face.path.relative_to(ROOT), size, flush=True)


def fetched(package: str, folder: Path) -> Path:
    """The folder of an npm package."""
    place = folder / package.replace("/", "-")
    if not place.exists():
        place.mkdir()
        print(f"Getting {package} with npm ...", flush=True)
        command = ["npm", "pack", "--loglevel=error", "--fetch-retries=1", package]
        if (done := subprocess.run(command, cwd=place, stdout=subprocess.DEVNULL)).returncode:
            sys.exit(f"Cannot make the typefaces: npm could not get {package} ({done.returncode})")
        with tarfile.open(next(place.glob("*.tgz"))) as archive:
            archive.extractall(place, filter="data")
    return place / "package"


def used(site: Path) -> set[str]:
    """Every letter that the pages of a site show, but for formulas, whose font is another."""
    return {letter for path in site.rglob("*.html") for letter in shown(path.read_text("utf-8"))}


def shown(page: str) -> set[str]:
    """The letters of a page: its text, and what its tools and pictures say in words."""
    page = UNREAD.sub("", page)
    words = "".join(TAG.split(page)) + "".join(said for _, said in SAID.findall(page))
    return {letter for letter in unescape(words) if letter.isprintable()}


def make(face: Typeface, original: Path, letters: set[str]) -> None:
    """Write one typeface, without hints for coarse screens, under a name of its own."""
    japanese = face.package == JAPANESE
    ranges = KANA if japanese else LATIN
    wanted = {code for part in ranges for code in part} | set(map(ord, letters))
    if japanese:
        wanted -= {code for part in LATIN for code in part}
    options = subset.Options(flavor="woff2", hinting=False, desubroutinize=True, name_IDs=[0, 13])
    options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl"]
    font = cut(original, wanted, options)
    for number, name in ((1, face.family), (2, face.name.partition("-")[2].title())):
        font["name"].setName(name, number, 3, 1, 0x409)
    subset.save_font(font, face.path, options)


def make_mathematics(original: Path) -> None:
    """Write the typeface of formulas, under its own name, with its hints and its measures."""
    options = subset.Options(flavor="woff2", name_IDs=["*"], layout_features=["*"])
    options.drop_tables += ["GPOS"]  # no browser asks for it in a formula
    wanted = {code for part in MATHEMATICS for code in part}
    subset.save_font(cut(original, wanted, options), FORMULAS.path, options)


def cut(original: Path, wanted: set[int], options: subset.Options) -> TTFont:
    """A font with nothing but the letters that are wanted, and what they need."""
    font = TTFont(original, recalcTimestamp=False)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=wanted)
    chosen.subset(font)
    return font


if __name__ == "__main__":
    main()
