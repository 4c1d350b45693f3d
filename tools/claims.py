"""Every equation that states a result is held by a test, and computed by what cites it: the rules.

Each rule yields what is wrong with a project, in which line of which file, and what to do about it.
"""

import ast
import functools
import inspect
import pkgutil
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sphinx.pycode import ModuleAnalyzer

from tools import ROOT, equations

CITED_IN_CODE = re.compile(r":eq:`(?:[^`<]*<)?([^`<>]+)>?`")
WORKS_IN_CODE = re.compile(r":cite:\w+:`([^`]+)`")
CITED_IN_TEXT = re.compile(r"\{eq\}`(?:[^`<]*<)?([^`<>]+)>?`")
METHODS = property | functools.cached_property


def broken(root: Path = ROOT, package: str = "ae_course", chapter: str = "") -> list[str]:
    """What breaks a rule in a project; of one chapter, what concerns its text or its equations."""
    source = f"book/src/{chapter}.md:"
    own = {e.label for e in equations.equations(root) if e.source.stem == chapter}
    return [
        problem
        for rule in RULES
        for problem in rule(root, package)
        if not chapter or source in problem or own & set(re.findall(r"[\w-]+", problem))
    ]


def labels_are_unique(root: Path, package: str) -> Iterator[str]:
    """No two equations have the same label."""
    counts = Counter(equation.label for equation in equations.equations(root))
    for label in (label for label, count in counts.items() if count > 1):
        places = [f"{e.source}:{e.line}" for e in equations.equations(root) if e.label == label]
        found = f"{label} labels {len(places)} equations"
        yield f"{places[0]}: {found}: {', '.join(places)}; give each a label of its own"


def every_equation_is_claimed(root: Path, package: str) -> Iterator[str]:
    """A test holds every equation."""
    claimed = {claim.label for claim in equations.claims(root)}
    for label, _, source, line in equations.equations(root):
        if label not in claimed:
            mark = f'@pytest.mark.equation("{label}", by=...)'
            yield f"{source}:{line}: no test carries {mark}: mark the one that holds it"


def every_claim_is_about_an_equation(root: Path, package: str) -> Iterator[str]:
    """No test claims what the book does not state."""
    known = labels(root)
    for claim in equations.claims(root):
        if claim.label not in known:
            yield (
                f"{where(claim)} claims {claim.label}, which labels no equation of the book:"
                " correct the label, or remove the mark"
            )


def every_claim_is_on_a_test(root: Path, package: str) -> Iterator[str]:
    """A claim stands on what pytest runs."""
    for claim in equations.claims(root):
        *classes, function = claim.test.split("::")
        names = [(claim.source.name, "test_"), (function, "test")]
        names += [(name, "Test") for name in classes]
        if not all(name.startswith(start) for name, start in names):
            yield f"{where(claim)} claims {claim.label}, but pytest does not collect {claim.test}"


def every_claim_is_read(root: Path, package: str) -> Iterator[str]:
    """A claim stands where it can be read without running the tests."""
    read = {(claim.source, claim.line) for claim in equations.claims(root)}
    for path in equations.tests(root):
        source, text = path.relative_to(root), path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "equation" in text else ():
            if is_mark(node) and (source, node.lineno) not in read:
                yield f"{source}:{node.lineno}: write the mark on a test function itself"


def every_claim_names_what_computes_it(root: Path, package: str) -> Iterator[str]:
    """A claim names a public object whose docstring cites the equation."""
    for claim in equations.claims(root):
        if problem := problem_with(claim.by, claim.label, package):
            yield f"{where(claim)} claims {claim.label} by {claim.by}, {problem}"


def every_citation_in_the_code_exists(root: Path, package: str) -> Iterator[str]:
    """Docstrings cite equations that there are."""
    yield from unknown_citations(CITED_IN_CODE, sorted((root / package).rglob("*.py")), root)


def every_work_cited_in_the_code_exists(root: Path, package: str) -> Iterator[str]:
    """Docstrings cite works that are in the list of references."""
    works = equations.works(root)
    for path in sorted((root / package).rglob("*.py")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            cited = {key.strip() for keys in WORKS_IN_CODE.findall(line) for key in keys.split(",")}
            for key in sorted(cited - works):
                yield (
                    f"{path.relative_to(root)}:{number}: cites {key}: add it to"
                    " book/references.bib, or correct the key"
                )


def every_citation_in_the_text_exists(root: Path, package: str) -> Iterator[str]:
    """The text cites equations that there are."""
    pages = [root / "index.md", *sorted((root / "book").rglob("*.md"))]
    yield from unknown_citations(CITED_IN_TEXT, pages, root)


RULES = [
    labels_are_unique,
    every_equation_is_claimed,
    every_claim_is_about_an_equation,
    every_claim_is_on_a_test,
    every_claim_is_read,
    every_claim_names_what_computes_it,
    every_citation_in_the_code_exists,
    every_work_cited_in_the_code_exists,
    every_citation_in_the_text_exists,
]


def labels(root):
    """The labels of all equations."""
    return {equation.label for equation in equations.equations(root)}


def where(claim):
    """The line and the name of a test that claims something."""
    return f"{claim.source}:{claim.line}: {claim.test}"


def is_mark(node):
    """Tell whether a piece of code is ``pytest.mark.equation``, wherever it stands."""
    named = isinstance(node, ast.Attribute) and node.attr == "equation"
    return named and ast.unparse(node).endswith("mark.equation")


def problem_with(by, label, package):
    """Return why `by` is not the public documented object that computes an equation."""
    if not by.startswith(f"{package}.") or any(name.startswith("_") for name in by.split(".")):
        return f"which is not a public name of {package}"
    try:
        cited = CITED_IN_CODE.findall(documentation(by))
    except (ImportError, AttributeError, ValueError) as error:
        return f"which is not there: {error}"
    return "" if label in cited else f"whose docstring does not cite it: add :eq:`{label}`"


def documentation(path):
    """Return the docstring of what a dotted path names.

    A value that is not a function, method or class is documented by the string below its
    assignment, as Sphinx reads it, and by its module.
    """
    owner, _, name = path.rpartition(".")
    owner, thing = pkgutil.resolve_name(owner), pkgutil.resolve_name(path)
    if inspect.isroutine(thing) or inspect.isclass(thing) or isinstance(thing, METHODS):
        return thing.__doc__ or ""
    module, scope = (
        (owner.__name__, "") if inspect.ismodule(owner) else (owner.__module__, owner.__qualname__)
    )
    below = ModuleAnalyzer.for_module(module).find_attr_docs().get((scope, name), [])
    return "\n".join([*below, sys.modules[module].__doc__ or ""])


def unknown_citations(pattern, paths, root):
    """Yield the places in files that cite a label which no equation has."""
    known = labels(root)
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            for label in set(pattern.findall(line)) - known:
                yield (
                    f"{path.relative_to(root)}:{number}: cites {label}, which labels no equation:"
                    " correct the label"
                )
