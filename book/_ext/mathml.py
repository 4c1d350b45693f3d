"""Mathematics is set while the book is built: TeX becomes MathML, which browsers draw themselves.

No script has to run before a page can be read, nothing jumps, and screen readers read formulas.
Temml (MIT licence, in `temml/`) converts; it is JavaScript and runs in the engine of mini-racer.
"""

from functools import cache
from pathlib import Path

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

CONVERTER = Path(__file__).with_name("temml") / "temml.min.js"
CLASSES = {"span": "math formula notranslate nohighlight", "div": "math notranslate nohighlight"}

logger = logging.getLogger(__name__)


class TeXError(ValueError):
    """A formula is no TeX, or uses a command that is not known."""


@cache
def engine() -> MiniRacer:
    """A JavaScript engine that has read Temml; one serves the whole build."""
    started = MiniRacer()
    started.eval(CONVERTER.read_text("utf-8"))
    return started


@cache
def mathml(tex: str, display: bool = False) -> str:
    """The MathML element of a formula in TeX.

    Raises
    ------
    TeXError
        It cannot be read; the message says where.
    """
    options = {"displayMode": display, "throwOnError": True, "strict": True}
    try:
        return engine().call("temml.renderToString", tex, options)
    except JSEvalException as problem:
        raise TeXError(str(problem).strip().splitlines()[0]) from None


def visit_inline(translator, node):
    """A formula in a line of text."""
    _write(translator, node, "span", node.astext())
    raise nodes.SkipNode


def visit_block(translator, node):
    """A formula of its own, with its number."""
    _write(
        translator, node, "div", as_block(node.astext(), node.get("no-wrap", node.get("nowrap")))
    )
    raise nodes.SkipNode


def as_block(tex: str, whole: bool = False) -> str:
    """The TeX of a displayed formula: blank lines part it, and its parts may be aligned."""
    if whole:
        return tex
    parts = [part.strip() for part in tex.split("\n\n") if part.strip()]
    parts = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part for part in parts]
    lines = r"\\".join(parts)
    return lines if len(parts) == 1 else rf"\begin{{gather}}{lines}\end{{gather}}"


def _write(translator, node, tag, tex):
    is_block = tag == "div"
    try:
        formula = mathml(tex, is_block)
    except TeXError as problem:
        logger.warning("a formula cannot be set: %s", problem, location=node, type="mathml")
        formula = ""
    # What was written stays on the page, for those who copy a formula, and for the lab.
    attributes = {"data-tex": node.astext().strip(), "CLASS": CLASSES[tag]}
    translator.body.append(translator.starttag(node, tag, "", **attributes))
    if is_block and node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Permalink to this equation")
        translator.body.append("</span>")
    translator.body.append(node.get("beside", ""))  # see equation_marks
    if is_block:  # the formula may scroll, and what stands beside it stays
        formula = f'<div class="formula">{formula}</div>'
    translator.body.append(f"{formula}</{tag}>" + "\n" * is_block)


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
