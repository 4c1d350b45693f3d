"""Tries out how the site will be when it is published: every address, under a path of its own.

    python -m tools.publish_check

The addresses are made up, so nothing has to be configured; with real ones the same holds.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, partial
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import yaml
from PIL import Image

from tools import ROOT, covers, publish, website
from tools.addresses import Addresses

SAMPLE = Addresses("https://pages.test/course/", "https://github.com/somebody/somebook", "main")
NOWHERE = re.compile(
    r"//(?:[\w.-]*\.)?(?:example\.(?:com|org|net)|localhost|127\.0\.0\.1)\b|^file:"
)
POINTING = {"a": "href", "link": "href", "script": "src", "img": "src", "source": "src"}
TAG = re.compile(r"<([a-z]+)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
SCRIPT = re.compile(r"(<script\b[^>]*>).*?</script>", re.DOTALL)
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
DEEP = "no/such/page"  # where a server shows the page for what is not there
SENTENCE = range(20, 301)  # characters of a description
WEIGHT = 300_000  # bytes of a card, at most


def main() -> None:
    """Publish the site into a temporary folder and say what is wrong with it."""
    try:
        site = website.up_to_date(say=partial(print, flush=True))
        with tempfile.TemporaryDirectory() as folder:
            published = publish.published(site, Path(folder) / "site", SAMPLE)
            found = [*complaints(published, SAMPLE), *of_workflows(ROOT)]
    except (website.SiteError, OSError) as error:
        sys.exit(f"Cannot check: {error}")
    if found:
        sys.exit("\n".join(found))
    print(f"The site can be published: every address holds, tried at {SAMPLE.site}")


@dataclass(frozen=True)
class Page:
    """A page of the site: its text, its tags, and those of its head."""

    text: str

    @cached_property
    def tags(self) -> list[tuple[str, dict[str, str]]]:
        """All tags with their attributes; scripts have none inside."""
        bare = SCRIPT.sub(r"\1</script>", self.text)
        return [(found[1], attributes(found[2])) for found in TAG.finditer(bare)]

    def head(self, tag: str, /, **wanted: str) -> list[dict[str, str]]:
        """The tags of the head that have these attributes."""
        inside = Page(self.text.partition("</head>")[0]).tags
        return [has for name, has in inside if name == tag and wanted.items() <= has.items()]

    @property
    def title(self) -> str:
        """What stands in the tab of the browser."""
        return " ".join(
            unescape(re.search(r"<title>(.*?)</title>", self.text, re.DOTALL)[1]).split()
        )


def attributes(text: str) -> dict[str, str]:
    """The attributes of a tag."""
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(text)}


def complaints(site: Path, at: Addresses) -> Iterator[str]:
    """All that is wrong with a published site."""
    pages = {name: Page(path.read_text("utf-8")) for name, path in publish.pages_of(site).items()}
    for name, page in pages.items():
        for line in [*of_head(name, page, site, at), *of_links(name, page, site, at)]:
            yield f"{name}.html: {line}"
    yield from of_titles(pages)
    yield from of_files(site, set(pages), at)


def of_head(name: str, page: Page, site: Path, at: Addresses) -> Iterator[str]:
    """What a page says of itself to search engines and chats."""
    if len(page.head("meta", name="viewport")) != 1:
        yield "it does not say once how wide it is"
    said = [meta["content"] for meta in page.head("meta", name="description")]
    if len(said) != 1 or len(said[0]) not in SENTENCE:
        yield f"its descriptions are {said}; wanted is one, of a sentence or two"
    yield from of_shared(name, page, site, at)


def of_shared(name: str, page: Page, site: Path, at: Addresses) -> Iterator[str]:
    """Where a page says that it is, and what chats and social networks show of it."""
    canonical = [link["href"] for link in page.head("link", rel="canonical")]
    shared = {has["property"]: has["content"] for has in page.head("meta") if "property" in has}
    if name in publish.SET_APART:
        if canonical or shared:
            yield "nobody looks for it, and it names a canonical address"
        return
    if canonical != [at.page(name)] or shared.get("og:url") != at.page(name):
        yield f"its canonical address is {canonical}; wanted: {at.page(name)}"
    card = site / shared.get("og:image", "").removeprefix(at.site)
    if not card.is_file():
        yield f"its card {card.name} is missing"
    for wanted in ("og:title", "og:description", "og:image:alt"):
        if not shared.get(wanted):
            yield f"it has no {wanted}"


def of_links(name: str, page: Page, site: Path, at: Addresses) -> Iterator[str]:
    """Where a page points: to what is there, and never out of the site's own path."""
    here = at.site + (DEEP if name == publish.NOT_FOUND else f"{name}.html")
    base = page.head("base")
    start = urljoin(here, base[0]["href"]) if base else here
    for tag, has in page.tags:
        address = has.get(POINTING.get(tag, ""))
        if address is None or address.startswith(("data:", "mailto:", "javascript:")):
            continue
        if not address or NOWHERE.search(address):
            yield f"it points to {address!r}, which is nowhere"
        elif line := missing(urljoin(start, address), site, at):
            yield f"{address!r} {line}"


def missing(address: str, site: Path, at: Addresses) -> str:
    """What is wrong with an address of the site; nothing, if it is another's."""
    whole, anchor = urldefrag(address)
    if urlsplit(whole).netloc != urlsplit(at.site).netloc:
        return source_missing(whole, at)
    if not whole.startswith(at.site):
        return f"leads to {whole}, out of {at.site}"
    path = site / (unquote(urlsplit(whole).path.removeprefix(at.path)) or "index.html")
    if not path.is_file():
        return f"leads to {path.relative_to(site)}, which is missing"
    if anchor and path.suffix == ".html" and unquote(anchor) not in anchors(path):
        return f"leads to {path.name}, where nothing is called {anchor}"
    return ""


def source_missing(address: str, at: Addresses) -> str:
    """What is wrong with a link into the repository."""
    edits = f"{at.repository}/edit/{at.branch}/"
    if address.startswith(edits) and not (ROOT / unquote(address.removeprefix(edits))).is_file():
        return "is for editing a file that the repository has not"
    return ""


@cache
def anchors(path: Path) -> set[str]:
    """The names of places on a page."""
    return set(re.findall(r'\b(?:id|name)="([^"]+)"', path.read_text("utf-8")))


def of_titles(pages: dict[str, Page]) -> Iterator[str]:
    """Each page has a title of its own, which says nothing twice."""
    seen: dict[str, str] = {}
    for name, page in pages.items():
        title = page.title
        parts = title.split(" — ")
        if len(set(parts)) < len(parts):
            yield f"{name}.html: its title says a thing twice: {title}"
        if title in seen:
            yield f"{name}.html: {seen[title]}.html has the same title, {title}"
        seen[title] = name


def of_files(site: Path, names: set[str], at: Addresses) -> Iterator[str]:
    """What stands beside the pages."""
    if not (site / ".nojekyll").is_file():
        yield ".nojekyll is missing: the server would leave out what begins with _"
    listed = re.findall(r"<loc>(.*?)</loc>", (site / "sitemap.xml").read_text("utf-8"))
    wanted = {at.page(name) for name in names - publish.SET_APART}
    if set(listed) != wanted or len(listed) != len(wanted):
        yield f"sitemap.xml differs from the pages: {sorted(set(listed) ^ wanted)}"
    if at.file("sitemap.xml") not in (site / "robots.txt").read_text("utf-8"):
        yield "robots.txt does not name the sitemap"
    cards = sorted((site / "_static" / "cards").glob("*.png"))
    for card in cards:
        with Image.open(card) as image:
            if image.size != covers.CARD or card.stat().st_size > WEIGHT:
                yield f"{card.name} has {image.size} and {card.stat().st_size} bytes"
    cited = yaml.safe_load((site / "_static" / "CITATION.cff").read_text("utf-8"))
    if (cited.get("url"), cited.get("repository-code")) != (at.site, at.repository):
        yield "CITATION.cff does not say where the book is"


def of_workflows(root: Path) -> Iterator[str]:
    """Every action of others is named by the hash of what it does; permissions are asked for."""
    for path in sorted((root / ".github" / "workflows").glob("*.yml")):
        flow = yaml.safe_load(path.read_text("utf-8"))
        if flow.get("permissions") != {}:
            yield f"{path.name}: permissions are not empty where jobs do not ask for them"
        for job in flow["jobs"].values():
            for step in job["steps"]:
                if "uses" in step and not PINNED.fullmatch(step["uses"]):
                    yield f"{path.name}: {step['uses']} is not pinned by a whole hash"


if __name__ == "__main__":
    main()
