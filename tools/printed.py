"""Prints the whole book as one PDF: bookmarks, page numbers, running heads, solutions at the end.

    python -m tools.printed [--only 03_sparsity] [--to book.pdf]

The pages of the built site become one page, which chromium prints. What a reader can unfold is
open; code that is folded stays a line, since a notebook is the place for it.
"""

import argparse
import re
import sys
import tempfile
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

from tools import ROOT, bundle, chapters, chromium, standalone, website

LOOKS = Path(__file__).with_name("printed.css")
LEFT_OUT = {"genindex"}
# What is for a screen alone.
ON_SCREEN = (
    ".headerlink, script, style, button, .letters, .forget, .sd-btn, .visually-hidden,"
    " .verified-card, nav, .copybtn, noscript, form, .viewcode-link"
)
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
SET_ASIDE = re.compile(r'<math data-place="(\d+)">[^<]*</math>')
REFERRING = ("aria-labelledby", "aria-describedby", "for", "headers")


class PrintError(Exception):
    """Why nothing can be printed, in one line."""


def main() -> None:
    """Build the site if need be, print it, and say where the book is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="print one page of the book, such as 03_sparsity")
    parser.add_argument("--to", type=Path, help="default: _build/autoencoders.pdf, or NAME.pdf")
    asked = parser.parse_args()
    try:
        site = website.up_to_date(say=partial(print, flush=True))
        print("Printing, which takes a minute or two ...", flush=True)
        names = chosen(asked.only)
        name = Path(names[0]).name if asked.only else bundle.NAME
        to = asked.to or ROOT / "_build" / f"{name}.pdf"
        make_pdf(merged(site, names), to)
    except (PrintError, website.SiteError, OSError) as error:
        sys.exit(f"Cannot print the book: {error}")
    print(f"{to} ({to.stat().st_size / 1e6:.1f} MB)")


def contents() -> list[str]:
    """The pages of the book in their order."""
    return [name for name in chapters.contents() if name not in LEFT_OUT]


def chosen(only: str | None) -> list[str]:
    """The pages to print: all, or one by its name."""
    names = contents()
    found = [name for name in names if only is None or only in (name, Path(name).name)]
    if not found:
        raise PrintError(f"no page is called {only}; there are {', '.join(names)}")
    return found


def merged(site: Path, names: list[str]) -> str:
    """The pages of a site as one page, with the solutions of all exercises after the last."""
    formulas = []
    pages = {name: article(site, name, names, formulas) for name in names}
    solutions = [part for name in names if (part := solved(pages[name], name))]
    parts = [cover(pages), *(str(page) for page in pages.values())]
    if solutions:
        parts.append(f'<article class="solutions"><h1>Solutions</h1>{"".join(solutions)}</article>')
    titles = {key_of(name): plain_title(page) for name, page in pages.items()}
    text = SET_ASIDE.sub(lambda place: formulas[int(place[1])], "".join(parts))
    return (
        f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8"/>'
        f"<title>{escape(standalone.book())}</title>{styles(site)}"
        f"<style>{LOOKS.read_text('utf-8')}{running_heads(titles)}</style></head>"
        f'<body><main class="bd-content"><div class="bd-article">{text}</div></main>'
        "</body></html>"
    )


def article(site: Path, name: str, names: list[str], formulas: list[str]) -> Tag:
    """What a page says, ready to stand beside others: its ids and links are its own.

    Its formulas, in which nothing changes, are half of its tags: they are set aside meanwhile.
    """

    def aside(formula: re.Match) -> str:
        formulas.append(formula[0])
        words = re.sub(r"<[^>]*>", "", formula[0])
        return f'<math data-place="{len(formulas) - 1}">{words}</math>'

    html = FORMULA.sub(aside, (site / f"{name}.html").read_text("utf-8"))
    page = BeautifulSoup(html, "html.parser")
    content = page.find("article")
    for tag in content.select(ON_SCREEN):
        tag.decompose()
    for folded in content.select("details.sd-dropdown"):
        folded["open"] = ""
    for mark in content.select("details.verified"):
        mark.replace_with(BeautifulSoup('<span class="verified-print">✓</span>', "html.parser"))
    path = site / f"{name}.html"
    for tag in content(True):
        own_names(tag, name)
        point(tag, path, site, names)
    content["class"], content["id"] = ["page", key_of(name)], key_of(name)
    return content


def key_of(name: str) -> str:
    """The name of a page within the whole."""
    return re.sub(r"\W", "-", name)


def own_names(tag: Tag, name: str) -> None:
    """Make the ids of a page its own."""
    key = key_of(name)
    if tag.get("id"):
        tag["id"] = f"{key}--{tag['id']}"
    for attribute in REFERRING:
        if tag.get(attribute):
            said = tag[attribute]
            said = said if isinstance(said, str) else " ".join(said)
            tag[attribute] = " ".join(f"{key}--{part}" for part in said.split())


def point(tag: Tag, path: Path, site: Path, names: list[str]) -> None:
    """Let links lead within the whole, and pictures be found."""
    if tag.name == "img" and tag.get("src") and not tag["src"].startswith("data:"):
        tag["src"] = (path.parent / unquote(tag["src"])).resolve().as_uri()
        tag.attrs.pop("loading", None)
    if tag.name != "a" or not tag.get("href"):
        return
    address = urlsplit(tag["href"])
    if address.scheme:
        return
    file = (path.parent / unquote(address.path)).resolve() if address.path else path
    page = file.relative_to(site.resolve()).with_suffix("").as_posix()
    if page in names and file.suffix == ".html":
        tag["href"] = f"#{key_of(page)}" + (f"--{address.fragment}" if address.fragment else "")
    else:
        del tag["href"]  # it leads to what is not printed


def solved(page: Tag, name: str) -> str:
    """Take the solutions out of a page, and return them under its title."""
    found = [box.extract() for box in page.select(".solution")]
    if not found:
        return ""
    for box in found:
        box["class"] = [kind for kind in box["class"] if kind not in ("dropdown", "toggle")]
    title = escape(plain_title(page))
    return f"<section><h2>{title}</h2>{''.join(map(str, found))}</section>"


def plain_title(page: Tag) -> str:
    """The title of a page, with its number."""
    return " ".join(page.find("h1").get_text().split())


def cover(pages: dict[str, Tag]) -> str:
    """The first page, and the list of what follows."""
    lines = "".join(
        f'<li><a href="#{key_of(name)}">{escape(plain_title(page))}</a></li>'
        for name, page in pages.items()
    )
    return (
        f'<section class="cover"><p class="book-title">{escape(standalone.book())}</p>'
        f"<p>the ae_course contributors</p></section>"
        f'<section class="list-of-pages"><h1>Contents</h1><ul>{lines}</ul></section>'
    )


def styles(site: Path) -> str:
    """The style sheets of the site."""
    page = BeautifulSoup((site / "index.html").read_text("utf-8"), "html.parser")
    sheets = [link["href"].partition("?")[0] for link in page.head("link", rel="stylesheet")]
    return "".join(f'<link rel="stylesheet" href="{(site / s).as_uri()}"/>' for s in sheets)


def running_heads(titles: dict[str, str]) -> str:
    """A rule for the pages of each part: its title stands on top."""
    rules = []
    for key, title in [*titles.items(), ("solutions", "Solutions")]:
        text = title.replace("\\", "\\\\").replace('"', '\\"')
        where = f".{key}" if key == "solutions" else f"#{key}"
        rules.append(f'{where}{{page:{key}}} @page {key}{{@top-right{{content:"{text}"}}}}')
    return "\n".join(rules)


def make_pdf(page: str, path: Path) -> None:
    """Let chromium print a page.

    Raises
    ------
    PrintError
        There is no chromium.
    """
    from playwright.sync_api import sync_playwright  # takes a while to load

    browser = chromium.find()
    if browser is None:
        raise PrintError(f"it needs a browser, one of {', '.join(chromium.NAMES)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "book.html"
        file.write_text(page, "utf-8")
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        started = playwright.chromium.launch(executable_path=browser, args=flags)
        opened = started.new_page()
        opened.set_default_timeout(0)
        opened.goto(file.as_uri())
        opened.evaluate("document.fonts.ready.then(() => true)")
        opened.pdf(
            path=path, tagged=True, outline=True, prefer_css_page_size=True, print_background=True
        )
        started.close()


if __name__ == "__main__":
    main()
