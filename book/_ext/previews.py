"""What a link leads to on another page is kept beside it, so that it can be shown without leaving.

At the end of a page stands a `template` for each equation, figure, work, term, symbol and function
of another page that it links to. Browsers do not draw templates, load nothing of them and search
nothing in them; `book/_static/previews.js` shows one where its link is pointed at. So a preview is
there at once, and on pages opened as files too. What is on the page itself is taken from there.
"""

import posixpath
import re
from functools import cache
from pathlib import Path

LINK = re.compile(r'<a [^>]*?href="([^"#:]*)#([^"]+)"')
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>", re.IGNORECASE)
MARK = re.compile(r'<details class="verified".*?</details>', re.DOTALL)
HEADERLINK = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)
ANCHOR = re.compile(r"</?a\b[^>]*>")
NAMED = re.compile(r' (?:id|data-tex|data-written|tabindex|loading)="[^"]*"')
SOURCE = re.compile(r'(<img [^>]*?src=")([^":]+)"')
FIRST = re.compile(r"<dd>(<p>.*?</p>)", re.DOTALL)
CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
PARAGRAPH = re.compile(r"</?p>")
# Lists of links to everything, on which a preview would say what stands there anyway.
LISTS = {"genindex.html", "search.html", "book/equations.html"}
PLACE = "<!-- previews -->"
OLD = re.compile(rf"{PLACE}.*?{PLACE}\n", re.DOTALL)
END = "</article>"


def element(page: str, start: int) -> str:
    """The element that begins at a place of a page."""
    name, depth = TAG.match(page, start)[2], 0
    for tag in re.compile(rf"<(/?){name}\b[^>]*>").finditer(page, start):
        depth += -1 if tag[1] else 1
        if not depth:
            return page[start : tag.end()]
    raise ValueError(f"no end of {page[start : start + 80]!r}")


def equation(page, start):
    """A formula, with its number and without the mark of what holds it."""
    return MARK.sub("", element(page, start))


def figure(page, start):
    return element(page, start)


def work(page, start):
    """An entry of the bibliography, without its number there."""
    return "".join(re.findall(r"<p>.*?</p>", element(page, start), re.DOTALL))


def term(page, start):
    """All names of a term, and what it means."""
    first = max(page.rfind("</dd>", 0, start) + len("</dd>"), page.rfind("<dl", 0, start))
    first = page.index("<dt", first)
    body = page.index("<dd", start)
    names = re.findall(r"<dt[^>]*>(.*?)</dt>", page[first:body], re.DOTALL)
    said = element(page, body).partition(">")[2].removesuffix("</dd>")
    return f"<p><strong>{names[0]}</strong> {' '.join(names[1:])}</p>{said}"


def symbol(page, start):
    """A row of the tables of notation: the symbols, their meaning, and their names in code."""
    names, meaning, *code = (PARAGRAPH.sub("", cell) for cell in CELL.findall(element(page, start)))
    code = f"<p>In code: {code[0]}</p>" if code and code[0].strip() else ""
    return f"<p><strong>{names}</strong> {meaning}</p>{code}"


def function(page, start):
    """The signature of something of the package, and what its first sentences say."""
    signature = re.sub(r'<a class="reference internal".*?</a>', "", element(page, start))
    words = re.sub(r"<[^>]+>", "", HEADERLINK.sub("", signature)).strip()
    body = page.find("<dd>", start)
    first = FIRST.match(page, body)
    return f"<p><code>{words}</code></p>" + (first[1] if first else "")


# What can be shown, by how its element begins.
KINDS = {
    re.compile(r'<div class="math[^>]*>'): equation,
    re.compile(r"<figure[^>]*>"): figure,
    re.compile(r'<div class="citation"[^>]*>'): work,
    re.compile(r'<dt id="term-[^>]*>'): term,
    re.compile(r'<tr [^>]*id="(?:letter-)?symbol-[^>]*>'): symbol,
    re.compile(r'<dt class="sig[^>]*>'): function,
}


def preview(page: str, identifier: str) -> str:
    """What is shown of the element of this name; nothing, if it is not of the kinds above."""
    named = page.find(f'id="{identifier}"')
    start = page.rfind("<", 0, named)
    if named < 0:
        return ""
    for begins, show in KINDS.items():
        if begins.match(page, start):
            return NAMED.sub("", ANCHOR.sub("", HEADERLINK.sub("", show(page, start)))).strip()
    return ""


def moved(content: str, origin: str, page: str) -> str:
    """A preview with the addresses of its pictures as seen from another page."""

    def address(source):
        path = posixpath.join(posixpath.dirname(origin), source[2])
        return f'{source[1]}{posixpath.relpath(path, posixpath.dirname(page) or ".")}"'

    return SOURCE.sub(address, content)


def write(app, exception):
    """Give every page the previews of what it links to on others."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)

    @cache
    def read(name):
        path = site / name
        return OLD.sub("", path.read_text("utf-8")) if path.is_file() else ""

    @cache
    def shown(name, identifier):
        return preview(read(name), identifier)

    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if name in LISTS or name.startswith("_"):
            continue
        if (page := with_previews(name, read(name), shown)) != path.read_text("utf-8"):
            path.write_text(page, "utf-8")


def with_previews(name, page, shown):
    """A page with a template for all that it links to elsewhere."""
    article, found = page[page.find("<article") : page.find(END)], []
    for file, identifier in dict.fromkeys(LINK.findall(MARK.sub("", article))):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), file)) if file else name
        if target != name and (content := shown(target, identifier)):
            content = moved(content, target, name)
            found.append(f'<template data-preview="{file}#{identifier}">{content}</template>')
    if not found:
        return page
    return page.replace(END, "\n".join([PLACE, *found, PLACE, END]), 1)


def setup(app):
    app.connect("build-finished", write, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
