"""An answer in words as it is meant to be read: Markdown, formulas, pasted pictures.

Formulas become MathML, which browsers set by themselves; one that cannot be translated is shown as
it was written. Nothing that a student writes becomes HTML of its own or is fetched from anywhere.
"""

import html
import re
from collections.abc import Mapping
from functools import cache
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

LONGEST = 20_000
"""Characters that are read as Markdown; a longer answer is shown as it was written."""
LONGEST_FORMULA = 2_000
PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/=]*")

_ELEMENTS = frozenset(
    re.split(
        r"\s+",
        """math mrow mi mn mo mtext mspace mfrac msqrt mroot mstyle msub msup msubsup munder mover
        munderover mtable mtr mtd mpadded mphantom menclose mmultiscripts mprescripts none""",
    )
)
_ATTRIBUTES = frozenset(
    re.split(
        r"\s+",
        """accent columnalign columnspacing depth display displaystyle fence form height
        linethickness linebreak lspace mathvariant maxsize minsize movablelimits notation rowspacing
        rspace scriptlevel stretchy width""",
    )
)
_UNKNOWN = re.compile(r"\\|&|^[{}]$")
_ALSO = ((re.compile(r"\\arg(?![a-zA-Z])"), r"\\operatorname{arg}"),)


def rendered(text: str, pictures: Mapping[str, str] | None = None) -> str:
    """HTML of an answer.

    Parameters
    ----------
    pictures : mapping of str to str
        The pictures that were pasted into the answer, as data URIs, by their names.
    """
    if len(text) > LONGEST:
        return _as_written(text)
    try:
        return _markdown().render(text, {"pictures": pictures or {}})
    except (RecursionError, ValueError, IndexError):
        return _as_written(text)


def formula(latex: str, display: bool = False) -> str:
    """A formula as MathML, or as it was written where it cannot be translated."""
    source = latex.strip()
    translated = _math(source, display) if len(source) <= LONGEST_FORMULA else None
    return f"<code>{html.escape(source)}</code>" if translated is None else translated


def _as_written(text):
    return f"<pre>{html.escape(text)}</pre>"


def _math(source, display):
    for pattern, known in _ALSO:
        source = pattern.sub(known, source)
    try:
        tree = convert_to_element(source, display="block" if display else "inline")
        if not _may_be_shown(tree):
            return None
        tree.set("alttext", source)
        return ElementTree.tostring(tree, encoding="unicode")
    except Exception:  # the converter raises of all kinds, recursion among them
        return None


def _may_be_shown(tree):
    """Whether a formula has only elements of mathematics, all of which were understood."""
    for element in tree.iter():
        if element.tag not in _ELEMENTS:
            return False
        for name in set(element.attrib) - _ATTRIBUTES - {"xmlns"}:
            del element.attrib[name]
        element.text = html.unescape(element.text or "")
        if element.tag in ("mi", "mo", "mn") and _UNKNOWN.search(element.text):
            return False
    return True


@cache
def _markdown():
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    dollarmath_plugin(
        markdown,
        allow_labels=False,
        double_inline=True,
        renderer=lambda content, how: formula(content, how["display_mode"]),
    )
    amsmath_plugin(markdown, renderer=lambda content: formula(content, display=True))
    # Headings would disturb those of the page.
    markdown.add_render_rule("heading_open", lambda *_: "<p><strong>")
    markdown.add_render_rule("heading_close", lambda *_: "</strong></p>\n")
    markdown.add_render_rule("image", _picture)
    markdown.add_render_rule("math_inline_double", _displayed)  # not a block within a paragraph
    return markdown


def _displayed(self, tokens, at, options, env):
    return formula(tokens[at].content, display=True)


def _picture(self, tokens, at, options, env):
    """A picture that is in the notebook; of any other, its description."""
    token = tokens[at]
    source = str(token.attrs.get("src", ""))
    source = env["pictures"].get(source.removeprefix("attachment:"), source)
    words = html.escape(token.content)
    if PICTURE.fullmatch(source):
        return f'<img alt="{words}" src="{source}">'
    return f"[a picture that is not in the notebook: {words}]"
