"""A sentence for each page: what it begins with, as plain text, for those who have not opened it.

It stands under the links to the next and previous page, on the cards of the home page, and in the
description that search engines and chats show. A page may bring its own, ``description`` in its
front matter.
"""

import re

from docutils import nodes
from search_places import line
from sphinx import addnodes

FIRST = "first_sentences"
LENGTH = 200  # characters of a description that search engines show at most
JAPANESE = re.compile(r"\s*\([^()]*[\u3040-\u30ff\u3400-\u9fff][^()]*\)")
SENTENCE = re.compile(r".+?[.?!](?=\s|$)")
OF_PAGES = {
    "genindex": "Every function, class and term of the book, from A to Z.",
    "search": "Search every section, term and function of the book, in English and Japanese.",
    "404": "A page that is not there, and where to go from it.",
    "_modules/index": "The source of every module of ae_course, the package of the book.",
}


def sentence(env, name):
    """The first sentences of a page, as many as fit; at least one."""
    kept = env.metadata.get(name, {})
    return kept.get("description") or OF_PAGES.get(name) or kept.get(FIRST, "")


def keep(app, document):
    """Keep the first sentences of a page as it is read: they are asked for on many others."""
    app.env.metadata[app.env.docname][FIRST] = first(document)


def first(document):
    """The sentences at the start of the first paragraph of a document."""
    for paragraph in document.findall(nodes.paragraph):
        text = plain(paragraph)
        found = SENTENCE.findall(text)
        if found:
            while len(found) > 1 and len(" ".join(found)) > LENGTH:
                found.pop()
            return " ".join(" ".join(found).split())
    return ""


def plain(paragraph):
    """The words of a paragraph without citations and without the Japanese for its terms."""
    copy = paragraph.deepcopy()
    for reference in list(copy.findall(addnodes.pending_xref)):
        if reference.get("refdomain") == "cite":
            reference.parent.remove(reference)
    return JAPANESE.sub("", line(copy)).replace(" ,", ",").replace(" .", ".")


def is_chapter(env, name):
    """Whether a page is a numbered chapter."""
    return number(env, name) is not None


def number(env, name):
    """The number of a chapter; None for other pages."""
    found = env.toc_secnumbers.get(name, {}).get("")
    return found[0] if found and len(found) == 1 else None


def chapters(env):
    """The chapters in their order."""
    return sorted((n for n in env.found_docs if is_chapter(env, n)), key=lambda n: number(env, n))


def lead_on(app, name, template, context, document):
    """Give a page the sentences of its neighbours, for the links at its end."""
    env = app.env
    for way in ("prev", "next"):
        place = 1 if way == "prev" else 2
        page = (app.builder.relations.get(name) or [None] * 3)[place]
        if page and context.get(way):
            context[f"{way}_sentence"] = sentence(env, page)
    if name in env.found_docs:
        context["chapter"] = number(env, name)


def setup(app):
    app.connect("doctree-read", keep)
    app.connect("html-page-context", lead_on)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
