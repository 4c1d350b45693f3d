"""Which equations the book states, and which tests claim to hold them.

The book's sources and the tests are only read here, never run, so the same answer serves the
tests (is every equation claimed, is every claim about an equation?) and the site (the page
"Verified equations").
"""

import ast
import functools
import re
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from tools import ROOT

FENCES = {"fence", "colon_fence"}
CODE = {"{code-cell}", "{code-block}", "{code}"}


class Equation(NamedTuple):
    """A labelled displayed equation of the book."""

    label: str
    latex: str
    source: Path  # relative to the root of the project
    line: int  # of the opening ``$$``, counted from 1


class Claim(NamedTuple):
    """One ``@pytest.mark.equation(label, by=...)`` on a test."""

    label: str
    by: str  # dotted path of the public object that computes the equation
    source: Path  # relative to the root of the project
    test: str  # as pytest names it: ``test_name`` or ``TestClass::test_name``
    line: int  # of the mark, counted from 1


def equations(root: Path = ROOT) -> list[Equation]:
    """Every ``$$ ... $$ (label)`` and labelled ``{math}`` of ``book/src/*.md``, in reading order.

    Equations inside exercises, proofs and other boxes count; what stands in code does not.
    """
    return [
        Equation(label, latex, path.relative_to(root), line)
        for path in sources(root)
        for label, latex, line in _labelled_in(path.read_text(encoding="utf-8"))
    ]


def claims(root: Path = ROOT) -> list[Claim]:
    """Every equation mark of ``tests/**/*.py``, in the order of the files.

    Raises
    ------
    ValueError
        If a mark is not written as ``equation("label", by="dotted.path")`` with two literal
        strings: only then can it be read without running the tests.
    """
    return [
        Claim(*_label_and_function(mark, path), path.relative_to(root), name, mark.lineno)
        for path in tests(root)
        for name, mark in _marks(path.read_text(encoding="utf-8"))
    ]


def code(claim: Claim, root: Path = ROOT) -> str:
    """The text of the test behind a claim, marks and all."""
    text = (root / claim.source).read_text(encoding="utf-8")
    function = dict(_functions(ast.parse(text)))[claim.test]
    first = min(mark.lineno for mark in function.decorator_list)
    return "\n".join(text.splitlines()[first - 1 : function.end_lineno]) + "\n"


def title(source: Path, root: Path = ROOT) -> str:
    """The title of a chapter: the first heading of its source."""
    lines = (root / source).read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("# ")).removeprefix("# ")


def sources(root: Path = ROOT) -> list[Path]:
    """The chapters as people edit them."""
    return sorted((root / "book" / "src").glob("*.md"))


def works(root: Path = ROOT) -> set[str]:
    """The keys of the works in the list of references."""
    listed = root / "book" / "references.bib"
    return set(re.findall(r"^@\w+\{([^,\s]+),", listed.read_text("utf-8"), re.MULTILINE))


def tests(root: Path = ROOT) -> list[Path]:
    """The files in which claims may stand."""
    return sorted((root / "tests").rglob("*.py"))


def _parser() -> MarkdownIt:
    """Markdown as the book reads it, as far as fences and mathematics go."""
    return (
        MarkdownIt("commonmark")
        .use(front_matter_plugin)
        .use(colon_fence_plugin)
        .use(dollarmath_plugin, allow_labels=True)
    )


@functools.cache  # every rule asks, and to parse the book takes a second
def _labelled_in(text):
    """All (label, latex, line) of a chapter."""
    return tuple(_labelled(text, first_line=1))


def _labelled(text, first_line):
    """Yield (label, latex, line); boxes hold Markdown of their own, hence the recursion."""
    for token in _parser().parse(text):
        if token.type == "math_block_label":
            yield token.info, token.content.strip(), first_line + token.map[0]
        elif token.type in FENCES and token.info.startswith("{"):
            directive = token.info.split()[0]
            if directive == "{math}":
                yield from _math_directive(token.content, first_line + token.map[0])
            elif directive not in CODE:
                yield from _labelled(token.content, first_line + token.map[0] + 1)


def _math_directive(content, line):
    """Yield the equation of a ``{math}`` box, if its options name a label."""
    lines = content.strip().splitlines()
    options = [entry for entry in lines if entry.startswith(":")]
    body = "\n".join(entry for entry in lines if not entry.startswith(":")).strip()
    for option in options:
        if option.startswith(":label:"):
            yield option.removeprefix(":label:").strip(), body, line


@functools.cache
def _marks(text):
    """All equation marks of a file of tests, each with pytest's name of the test."""
    return tuple(
        (name, mark)
        for name, function in (_functions(ast.parse(text)) if "equation" in text else ())
        for mark in function.decorator_list
        if _is_equation_mark(mark)
    )


def _functions(tree, prefix=""):
    """Yield (pytest's name, definition) for every function of a module and of its classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, prefix=f"{prefix}{node.name}::")


def _is_equation_mark(node):
    return ast.unparse(node).split("(")[0] in {"pytest.mark.equation", "mark.equation"}


def _label_and_function(mark, path):
    """Read ``equation("label", by="dotted.path")``, and nothing looser."""
    match mark:
        case ast.Call(
            args=[ast.Constant(value=str(label))],
            keywords=[ast.keyword(arg="by", value=ast.Constant(value=str(by)))],
        ):
            return label, by
    raise ValueError(
        f'{path.name}:{mark.lineno}: found {ast.unparse(mark)}, wanted equation("eq-label", '
        'by="ae_course.module.function")'
    )
