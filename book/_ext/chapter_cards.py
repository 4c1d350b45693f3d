"""The chapters as cards: picture, title, time, and what a reader can do afterwards.

``{chapter-cards}`` puts them on a page. All that they say is taken from the chapters when the book
is built, so that it stays true.
"""

import re
import sys
from html import escape
from pathlib import Path

import page_sentences
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import covers  # the line above makes it importable

TIME = re.compile(r"First reading (\d+) minutes, all of it (\d+) minutes, exercises (\d+) hours?")
OUTCOMES = "what-you-will-be-able-to-do"
SHOWN = 2  # of what a reader can do afterwards; the others stand in the chapter


class ChapterCards(nodes.General, nodes.Element):
    """The place of the cards on a page."""


class CardsDirective(SphinxDirective):
    """Put the cards of all chapters here."""

    def run(self):
        return [ChapterCards()]


def put_cards(app, doctree, name):
    """Replace each place by the cards, once all chapters have been read."""
    for place in list(doctree.findall(ChapterCards)):
        cards = [card(app, chapter) for chapter in page_sentences.chapters(app.env)]
        start = nodes.raw("", '<ol class="chapter-cards">', format="html")
        end = nodes.raw("", f"</ol>{FORGET}", format="html")
        place.replace_self([start, *(node for one in cards for node in one), end])


FORGET = (
    '<p class="forget" hidden>What you have read is remembered in this browser alone. '
    '<button type="button" class="btn btn-sm btn-outline-secondary">Forget it</button></p>'
)


def card(app, chapter):
    """The nodes of one card; its list is the chapter's own, formulas included."""
    env = app.env
    href = escape(f"{chapter}.html")
    title = escape(env.titles[chapter].astext())
    document = env.get_doctree(chapter)
    small, alt = save_small(app, chapter)
    first, whole, hours = times(document, chapter)
    outcomes = next(section(document, OUTCOMES).findall(nodes.bullet_list))
    before = (
        f'<li class="chapter-card" data-chapter="{escape(chapter)}">'
        f'<img src="{small}" alt="{escape(alt)}" width="{covers.SMALL[0]}"'
        f' height="{covers.SMALL[1]}" loading="lazy"/>'
        f'<p class="card-title"><span class="card-number">{page_sentences.number(env, chapter)}'
        f'</span> <a href="{href}">{title}</a></p>'
        f'<p class="card-time">First reading {first} minutes, all of it {whole}; '
        f"exercises {hours} hours"
        f'<span class="card-read"></span></p>'
        f"<p>{escape(page_sentences.sentence(env, chapter))}</p>"
        "<p>After it you can, among other things,</p>"
    )
    few = nodes.bullet_list("", *(item.deepcopy() for item in outcomes.children[:SHOWN]))
    last = list(few[-1].findall(nodes.Text))[-1]
    last.parent.replace(last, nodes.Text(last.rstrip(";") + "."))
    return [nodes.raw("", before, format="html"), few, nodes.raw("", "</li>", format="html")]


def times(document, name):
    """Minutes and hours that the head of a chapter says."""
    for box in document.findall(nodes.admonition):
        if "at-a-glance" in box["classes"]:
            found = TIME.search(" ".join(box.astext().split()))
            if found:
                return found.groups()
    raise ExtensionError(f"{name} does not say at its head how long it takes")


def section(document, name):
    """The section of a document that has this id."""
    for found in document.findall(nodes.section):
        if name in found["ids"]:
            return found
    raise ExtensionError(f"{document['source']} has no section {name}")


def save_small(app, chapter):
    """Write the small picture of a chapter, and return its address and what it shows."""
    stem = Path(chapter).name
    image, alt = covers.of_chapter(Path(app.srcdir, f"{chapter}.ipynb"))
    file = Path(app.outdir, "_static", "covers", f"{stem}.webp")
    file.parent.mkdir(parents=True, exist_ok=True)
    covers.fitted(image, covers.SMALL).save(file, quality=70, method=6)
    return f"_static/covers/{stem}.webp", alt


def setup(app):
    app.add_directive("chapter-cards", CardsDirective)
    app.add_node(ChapterCards)
    app.connect("doctree-resolved", put_cards, priority=400)  # before the search looks at the page
    return {"parallel_read_safe": True, "parallel_write_safe": True}
