"""One style sheet for the whole site, without the rules that no page can need.

The theme and the extensions bring fifteen; the largest has nine rules in ten for things that are
not here, and a browser reads them all before it draws. A rule goes when it asks for a class that no
page has and no script names.
"""

import hashlib
import os
import re
from pathlib import Path

from written_pages import rewrite

LINK = re.compile(r'\s*<link\b(?=[^>]*rel="stylesheet")[^>]*href="([^"{]+\.css)[^"]*"[^>]*>')
CLASSES = re.compile(r'\bclass="([^"]*)"')
IMPORT = re.compile(r'@import "([^"]+)";')
ADDRESS = re.compile(r"""url\((["']?)(?!data:|#|[a-z]+:)([^"')]+)\1\)""")
MARK = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]""", re.DOTALL)
WORD = re.compile(r"-?[A-Za-z_][\w-]*")
WANTED = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
INSIDE = re.compile(r"\([^()]*\)|\[[^][]*\]")
HOLDS_RULES = ("@media", "@supports", "@layer")


def unite(app, exception):
    """Let every page load one sheet in the place of all."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    pages = {path: path.read_text("utf-8") for path in site.rglob("*.html")}
    orders = {tuple(sheets(page, path)) for path, page in pages.items()} - {()}
    order = max(orders, key=len)
    for other in orders:  # what is left out of the longest is in none: the order is that of all
        if [sheet for sheet in order if sheet in other] != list(other):
            raise ValueError(f"pages load style sheets in two orders: {order} and {other}")
    words = vocabulary(site, pages.values())
    css = "".join(used(whole(path, site), words) for path in order)
    name = f"site-{hashlib.sha256(css.encode()).hexdigest()[:12]}.css"
    (site / "_static" / name).write_text(css, "utf-8")
    rewrite(app, lambda page: linked(page, name))


def sheets(page: str, path: Path) -> list[Path]:
    """The style sheets that a page loads, in their order."""
    return [Path(os.path.normpath(path.parent / href)) for href in LINK.findall(page)]


def linked(page: str, name: str) -> str:
    """A page that loads this one sheet where it loaded its first."""
    first = LINK.search(page)
    if first is None:
        return page
    root = first[1].partition("_static/")[0]
    link = f'\n<link rel="stylesheet" href="{root}_static/{name}" />'
    return page[: first.start()] + link + LINK.sub("", page[first.end() :])


def whole(path: Path, site: Path) -> str:
    """A sheet with those that it imports, and addresses as they are from `_static`."""

    def moved(found):
        target = os.path.normpath(path.parent / found[2])
        return f'url("{Path(os.path.relpath(target, site / "_static")).as_posix()}")'

    css = ADDRESS.sub(moved, path.read_text("utf-8"))
    return IMPORT.sub(lambda found: whole(path.parent / found[1], site), css)


def vocabulary(site: Path, pages) -> set[str]:
    """The classes of all pages, and every word of a script, which may give it to something."""
    words = {name for page in pages for said in CLASSES.findall(page) for name in said.split()}
    for script in (site / "_static").rglob("*.js"):
        words.update(WORD.findall(script.read_text("utf-8", errors="replace")))
    return words


def used(css: str, words: set[str]) -> str:
    """The rules of a sheet that can apply where there are only these classes."""
    css = MARK.sub(lambda mark: "" if mark[0].startswith("/*") else mark[0], css)
    return "".join(_used(css, 0, words)[0])


def _used(css, at, words):
    """The rules from a place on to the end of their block, and where that is."""
    kept, start = [], at
    while mark := MARK.search(css, at):
        at = mark.end()
        if mark[0] == ";":
            kept.append(css[start:at])
            start = at
        elif mark[0] == "}":
            return kept, at
        elif mark[0] == "{":
            rule, at = _rule(css, start, at, words)
            kept.append(rule)
            start = at
    return kept, len(css)


def _rule(css, start, at, words):
    """A rule whose block begins here, as far as it is wanted, and where it ends."""
    head = css[start : at - 1].strip()
    if head.startswith(HOLDS_RULES):
        inner, end = _used(css, at, words)
        body = "".join(inner)
    else:
        end = _end(css, at)
        body = css[at : end - 1]
        if not head.startswith("@"):
            head = ",".join(s for s in selectors(head) if all(known(c, words) for c in asks_for(s)))
    return (f"{head}{{{body}}}\n" if head and body.strip() else ""), end


def _end(css, at):
    """The place behind the brace that closes a block."""
    depth = 1
    while depth and (mark := MARK.search(css, at)):
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        at = mark.end()
    return at


def selectors(head: str) -> list[str]:
    """The selectors of a rule, which stand between commas, but not those within brackets."""
    outer = head
    while INSIDE.search(outer):
        outer = INSIDE.sub(lambda inside: "\0" * len(inside[0]), outer)
    ends = [comma.start() for comma in re.finditer(",", outer)] + [len(head)]
    starts = [0, *(end + 1 for end in ends)]
    return [head[a:b].strip() for a, b in zip(starts, ends, strict=False)]


def asks_for(selector: str) -> set[str]:
    """The classes without which a selector finds nothing; within brackets others might do."""
    while INSIDE.search(selector):
        selector = INSIDE.sub("", selector)
    return set() if "\\" in selector else set(WANTED.findall(selector))


def known(name: str, words: set[str]) -> bool:
    """Whether something may have a class; a script continues its words that end in a hyphen."""
    starts = (name[: hyphen.end()] for hyphen in re.finditer("-", name))
    return name in words or any(start in words for start in starts)


def setup(app):
    app.connect("build-finished", unite, priority=910)  # after `light_pages`
    return {"parallel_read_safe": True, "parallel_write_safe": True}
