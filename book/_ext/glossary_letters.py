"""A bar of letters over the glossary: the Latin ones, and the rows of the Japanese syllabary.

A Latin letter leads to its first term; a row to the list of Japanese terms that are read that way,
which ``{japanese-terms}`` puts on the page. How a term in kanji begins is in `READINGS`.
"""

import re
from html import escape

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

ROWS = {
    "あ": "アイウエオ",
    "か": "カキクケコガギグゲゴ",
    "さ": "サシスセソザジズゼゾ",
    "た": "タチツテトダヂヅデド",
    "な": "ナニヌネノ",
    "は": "ハヒフヘホバビブベボパピプペポ",
    "ま": "マミムメモ",
    "や": "ヤユヨ",
    "ら": "ラリルレロ",
    "わ": "ワ",
}
# How terms begin that do not begin in kana, by the row of their reading.
READINGS = {
    "あ": "移 鞍 重み EM",
    "か": "学 活 過 階 確 拡 画 共 教 恒 勾 交 高 固 誤 混 検 訓 重ね k平均 吸 KL",
    "さ": "再 最 死 自 事 辞 主 収 集 出 順 準 初 縮 条 上 深 生 正 制 積 跡 "
    "尖 線 潜 相 双 早 総 重要 説 ZCA",
    "た": "多 対 中 直 停 適 特 伝 注",
    "な": "二 入",
    "は": "破 白 発 微 非 表 標 復 符 分 平 変 飽 PCA",
    "ま": "無 目",
    "ら": "劣",
}
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")

logger = logging.getLogger(__name__)


def row(term):
    """The row of the syllabary under which a Japanese term is looked for; None if it is unknown."""
    first = chr(ord(term[0]) + 96) if "ぁ" <= term[0] <= "ゖ" else term[0]  # hiragana as katakana
    for name, signs in ROWS.items():
        if first in signs:
            return name
    for name, beginnings in READINGS.items():
        if term.startswith(tuple(beginnings.split())):
            return name
    return None


class LetterBar(nodes.General, nodes.Element):
    """The place of the bar on the page."""


class JapaneseTerms(nodes.General, nodes.Element):
    """The place of the list of Japanese terms."""


def directive(node):
    """A directive that only marks a place."""

    class Place(SphinxDirective):
        def run(self):
            return [node()]

    return Place


def terms(document):
    """Each term of the glossaries of a page: its words and its id."""
    for glossary in document.findall(addnodes.glossary):
        for term in glossary.findall(nodes.term):
            words = " ".join(term.astext().split())
            yield words, term["ids"][0]


def fill(app, document, name):
    """Put bar and list in their places."""
    bars, lists = (list(document.findall(kind)) for kind in (LetterBar, JapaneseTerms))
    if not bars and not lists:
        return
    latin, rows = {}, {key: [] for key in ROWS}
    for words, anchor in terms(document):
        if not JAPANESE.search(words):
            latin.setdefault(words[0].upper(), anchor)
        elif row(words):
            rows[row(words)].append((words, anchor))
        else:
            logger.warning("nobody knows how %s is read: see READINGS", words, type="glossary")
    for place in bars:
        place.replace_self(nodes.raw("", bar(latin, rows), format="html"))
    for place in lists:
        place.replace_self(nodes.raw("", listed(rows), format="html"))


def bar(latin, rows):
    """The HTML of the bar; only what is there."""
    letters = "".join(f'<a href="#{anchor}">{key}</a>' for key, anchor in sorted(latin.items()))
    syllables = "".join(f'<a href="#row-{at}">{key}</a>' for at, key, _ in numbered(rows))
    return (
        f'<nav class="letters" aria-label="Letters"><p>{letters}</p>'
        f'<p lang="ja">{syllables}</p></nav>'
    )


def listed(rows):
    """The HTML of the Japanese terms, row by row."""
    parts = []
    for at, key, found in numbered(rows):
        links = " · ".join(
            f'<a href="#{anchor}">{escape(words)}</a>' for words, anchor in sorted(found)
        )
        parts.append(f'<p id="row-{at}" lang="ja"><strong>{key}</strong> {links}</p>')
    return f'<div class="japanese-terms">{"".join(parts)}</div>'


def numbered(rows):
    """The rows that have terms, each with its number among all."""
    return [(at, key, found) for at, (key, found) in enumerate(rows.items(), 1) if found]


def setup(app):
    for name, node in (("letter-bar", LetterBar), ("japanese-terms", JapaneseTerms)):
        app.add_node(node)
        app.add_directive(name, directive(node))
    app.connect("doctree-resolved", fill, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
