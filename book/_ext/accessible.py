"""Pages that everyone can read: what the theme leaves out for screen readers is put in here.

Colours, focus and scrolling are repaired in `book/_static/book.css` and `book/_static/book.js`.
"""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from written_pages import rewrite

JAPANESE = re.compile(r"([\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]+)")

# Markup of the theme and of its extensions, and what it should be.
REPAIRS = {
    # A name for the sidebar, so that its content lies in a landmark.
    '<div id="pst-primary-sidebar" class="': (
        '<div id="pst-primary-sidebar" role="region" aria-label="Sidebar" class="'
    ),
    # The name of a control contains the text on it, so that a spoken command finds it.
    'pst-js-only" title="Search" aria-label="Search"': 'pst-js-only" title="Search"',
    'pst-js-only" aria-label="Color mode" data-bs-title="Color mode"  data-bs-placement="bottom"'
    ' data-bs-toggle="tooltip">': (
        'pst-js-only" data-bs-title="Color mode" data-bs-placement="bottom"'
        ' data-bs-toggle="tooltip"><span class="visually-hidden">Color mode</span>'
    ),
    '<summary aria-label="Toggle hidden content">': "<summary>",
    # A name for the chevron that unfolds a part of the sidebar.
    '<summary><span class="toctree-toggle"': (
        '<summary aria-label="Pages of this part"><span class="toctree-toggle"'
    ),
    # An entry of the bibliography is an item of the list around it; its own role is deprecated.
    'role="doc-biblioentry"': 'role="listitem"',
}

# The theme prints the title of a page anew, above its contents, and without the chapter's number.
PRINTED = re.compile(r'(?<=<div id="jb-print-docs-body" class="onlyprint">)(\s*<h1>)')
NUMBER = re.compile(r'<h1><span class="section-number">([^<]+)</span>')

logger = logging.getLogger(__name__)


class MarkJapanese(SphinxPostTransform):
    """Tell screen readers which words are Japanese, so that they change their voice."""

    default_priority = 900

    def run(self, **kwargs):
        for text in list(self.document.findall(nodes.Text)):
            if not isinstance(text.parent, nodes.FixedTextElement) and JAPANESE.search(text):
                text.parent.replace(text, [_marked(part) for part in JAPANESE.split(text) if part])


class DropRepeatedIds(SphinxPostTransform):
    """Take from the insides of exercises and solutions an id that all of them on a page share."""

    default_priority = 900

    def run(self, **kwargs):
        for section in self.document.findall(nodes.section):
            if section["ids"] in (["exercise-content"], ["solution-content"]):
                section["ids"] = []


def _marked(text):
    is_japanese = JAPANESE.fullmatch(text)
    return nodes.inline(text=text, classes=["language-ja"]) if is_japanese else nodes.Text(text)


def repair_pages(app, exception):
    """Replace in every page what REPAIRS says, and warn of an entry that has become useless."""
    if exception is not None or app.builder.format != "html":
        return
    useless = set(REPAIRS)

    def repaired(page):
        for wrong, right in REPAIRS.items():
            page = page.replace(wrong, right)
            if right in page:
                useless.discard(wrong)
        return numbered(page)

    rewrite(app, repaired)
    for wrong in useless:
        logger.warning("no page has %s: has the theme changed?", wrong, type="accessible")


def numbered(page):
    """A page whose title has its number in print, too."""
    number = NUMBER.search(page)
    return PRINTED.sub(rf"\g<1>{number[1]}", page, count=1) if number else page


def setup(app):
    app.add_post_transform(MarkJapanese)
    app.add_post_transform(DropRepeatedIds)
    app.connect("build-finished", repair_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
