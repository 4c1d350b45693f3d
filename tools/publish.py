"""Gives the site what a published one has: canonical addresses, cards, edit links, sitemap, robots.

    python -m tools.publish folder

Pages have places for what follows from the addresses (`tools.addresses`). They are filled when the
site is built, if `_config.yml` names an address; this command fills them in a copy of the site,
with the addresses of the environment before those of the setting, and leaves the site itself.
"""

import argparse
import json
import os
import re
import shutil
import sys
from functools import cache
from html import escape, unescape
from pathlib import Path

from PIL import Image

from tools import ROOT, covers, standalone, website
from tools.addresses import NOTEBOOKS, AddressError, Addresses, configured

PLACE = re.compile(r"<!--published:(?P<name>\w+)-->.*?<!--/published-->", re.DOTALL)
TITLE = re.compile(r"<title>(.*?)(?: &#8212; .*?)?</title>", re.DOTALL)
DESCRIPTION = re.compile(r'<meta name="description" content="(.*?)"')
CHAPTER = re.compile(r'data-chapter="([^"]+)" role="status"')
BASE = re.compile(r'\n<base href="([^"]*)" />')
NOT_FOUND = "404"
SET_APART = {"search", NOT_FOUND}  # pages that nobody looks for


def main() -> None:
    """Write a copy of the site that is ready for its server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where to write it; must not be there yet")
    parser.add_argument("--notebooks", type=Path, help="write the branch with notebooks here too")
    asked = parser.parse_args()
    try:
        at = configured(environment=os.environ)
        if not at.site:
            raise AddressError("the site has no address: see `published` in _config.yml")
        published(website.up_to_date(say=print), asked.folder, at)
        if asked.notebooks:
            write_branch(asked.folder, asked.notebooks, at)
    except (AddressError, website.SiteError, OSError) as error:
        sys.exit(f"Cannot publish: {error}")
    print(f"{asked.folder} is ready for {at.site}")


def published(site: Path, folder: Path, at: Addresses) -> Path:
    """A copy of the site with all addresses."""
    shutil.copytree(site, folder, ignore=shutil.ignore_patterns(website.STAMP))
    put_addresses(folder, at)
    return folder


def place(name: str) -> str:
    """A place in a page for what follows from the addresses."""
    return f"<!--published:{name}--><!--/published-->"


def put_addresses(site: Path, at: Addresses) -> None:
    """Fill the places of all pages of a site, and write what stands beside the pages."""
    pages = pages_of(site)
    for name, path in pages.items():
        page = path.read_text("utf-8")
        changed = filled(page, name, at)
        if name == NOT_FOUND:
            changed = with_base(changed, at)
        if changed != page:
            path.write_text(changed, "utf-8")
    for path in sorted((site / "_sources").rglob("*.ipynb")):
        standalone.readdress(path, at)
    (site / "_static" / "CITATION.cff").write_text(citation(at), "utf-8")
    if at.site:
        write_beside(site, pages, at)


def pages_of(site: Path) -> dict[str, Path]:
    """The pages of a site by their names, which are their paths without suffix."""
    paths = sorted(site.rglob("*.html"))
    names = {path.relative_to(site).with_suffix("").as_posix(): path for path in paths}
    return {name: path for name, path in names.items() if not name.startswith("_static/")}


def filled(page: str, name: str, at: Addresses) -> str:
    """A page with the places filled; they can be filled again."""
    title = unescape(TITLE.search(page)[1]).strip()
    title = re.sub(r"^[\d.]+ ", "", title)

    def fill(match):
        inside = FILLERS[match["name"]](page, name, title, at)
        return f"<!--published:{match['name']}-->{inside}<!--/published-->"

    return PLACE.sub(fill, page)


def head(page: str, name: str, title: str, at: Addresses) -> str:
    """Where the page is, and what chats and social networks show of it."""
    if not at.site or name in SET_APART:
        return ""
    said = DESCRIPTION.search(page)
    chapter = CHAPTER.search(page)
    card = Path(chapter[1]).name if chapter else "book"
    tags = {
        "og:type": "website" if name == "index" else "article",
        "og:site_name": standalone.book(),
        "og:title": title,
        "og:description": unescape(said[1]) if said else title,
        "og:url": at.page(name),
        "og:image": at.file(f"_static/cards/{card}.png"),
        "og:image:width": str(covers.CARD[0]),
        "og:image:height": str(covers.CARD[1]),
        "og:image:alt": f"The title “{title if chapter else standalone.book()}” over a figure",
    }
    lines = [f'<link rel="canonical" href="{escape(at.page(name))}" />']
    lines += [f'<meta property="{key}" content="{escape(text)}" />' for key, text in tags.items()]
    lines.append('<meta name="twitter:card" content="summary_large_image" />')
    return "\n".join(["", *lines, ""])


def elsewhere(page: str, name: str, title: str, at: Addresses) -> str:
    """Links to what can be done with a page in other places."""
    source = source_of(name)
    if not at.repository or source is None:
        return ""
    links = {"Edit this page": at.edit(source), "Report a mistake": at.report(title)}
    if not (ROOT / f"{name}.md").exists():
        own = f"{Path(name).name}.ipynb"
        links |= {"Open in Colab": at.colab(own), "Open on Binder": at.binder(own)}
    links["Source of the book"] = at.repository
    shown = " · ".join(f'<a href="{escape(url)}">{text}</a>' for text, url in links.items())
    return f'<p class="elsewhere">{shown}</p>'


def source_of(name: str) -> str | None:
    """The file that a person edits to change a page, by its path in the repository."""
    path = Path(name)
    folder = "problem_sets" if path.parent.name == "problem_sets" else "book/src"
    for source in (f"{name}.md", f"{folder}/{path.name}.md"):
        if (ROOT / source).is_file():
            return source
    return None


def url(page: str, name: str, title: str, at: Addresses) -> str:
    """The line of a BibTeX entry that says where the book is."""
    return f"\n  url = {{{escape(at.site)}}}," if at.site else ""


def archive(page: str, name: str, title: str, at: Addresses) -> str:
    """A link to the source of all."""
    link = f'; <a href="{escape(at.archive)}">the source of everything</a>, as an archive'
    return link if at.repository else ""


FILLERS = {"head": head, "elsewhere": elsewhere, "url": url, "archive": archive}


def with_base(page: str, at: Addresses) -> str:
    """The page for what is not there: shown at any depth, it has to know where the site is."""
    if before := BASE.search(page):
        page = BASE.sub("", page.replace(f'href="{before[1]}{NOT_FOUND}.html#', 'href="#'))
    if not at.site:
        return page
    page = page.replace('href="#', f'href="{escape(at.path)}{NOT_FOUND}.html#')
    return page.replace("<head>", f'<head>\n<base href="{escape(at.path)}" />', 1)


def citation(at: Addresses) -> str:
    """The file for reference managers, with the addresses of the book where it has any."""
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    named = {"url": at.site, "repository-code": at.repository}
    return text + "".join(f"{key}: {json.dumps(value)}\n" for key, value in named.items() if value)


def write_beside(site: Path, pages: dict[str, Path], at: Addresses) -> None:
    """Write the sitemap, the word to robots, and the cards."""
    kept = [name for name in pages if name not in SET_APART]
    urls = "".join(f"<url><loc>{escape(at.page(name))}</loc></url>\n" for name in kept)
    schema = "http://www.sitemaps.org/schemas/sitemap/0.9"
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="{schema}">\n{urls}</urlset>\n'
    (site / "sitemap.xml").write_text(text, "utf-8")
    robots = f"User-agent: *\nAllow: /\nSitemap: {at.file('sitemap.xml')}\n"
    (site / "robots.txt").write_text(robots, "utf-8")
    chapters = [name for name in kept if CHAPTER.search(pages[name].read_text("utf-8"))]
    write_cards(site / "_static" / "cards", pages, chapters)


def write_cards(folder: Path, pages: dict[str, Path], chapters: list[str]) -> None:
    """Draw the card of each chapter, and that of the book."""
    folder.mkdir(parents=True, exist_ok=True)
    hero = ROOT / "book" / "_static" / "hero.png"
    (folder / "book.png").write_bytes(drawn(hero, "An executable textbook", "Autoencoders"))
    for name in chapters:
        title = unescape(TITLE.search(pages[name].read_text("utf-8"))[1]).strip()
        number, _, title = title.partition(". ")
        over = f"{standalone.book()}, chapter {number}"
        card = drawn(ROOT / f"{name}.ipynb", over, title)
        (folder / f"{Path(name).name}.png").write_bytes(card)


@cache
def drawn(picture: Path, over: str, title: str) -> bytes:
    """A card as PNG, over a picture file or the picture of a chapter."""
    if picture.suffix == ".png":
        image = Image.open(picture).convert("RGB")
    else:
        image, _ = covers.of_chapter(picture)
    return covers.card(image, over, title)


def write_branch(site: Path, folder: Path, at: Addresses) -> None:
    """Write the branch that Colab and Binder open: notebooks, and what Binder installs for them."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((site / "_sources").rglob("*.ipynb")):
        shutil.copy2(path, folder / path.name)
    package = f"ae_course @ {at.file(f'_static/{standalone.WHEEL}')}"
    needs = [package, standalone.pinned("myst-nb"), standalone.pinned("jupyterlab")]
    (folder / "requirements.txt").write_text("\n".join([*needs, ""]), "utf-8")
    about = (
        f"# Notebooks that run by themselves\n\nMade from {at.repository}; branch {NOTEBOOKS}.\n"
    )
    (folder / "README.md").write_text(about, "utf-8")


if __name__ == "__main__":
    main()
