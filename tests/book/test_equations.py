"""Every equation that the book states is held by a test, and computed by what cites it."""

import ast
import functools
import inspect
import pkgutil
import re
import sys
from collections import Counter

import pytest
from sphinx.pycode import ModuleAnalyzer

from tools import equations

CITED_IN_CODE = re.compile(r":eq:`(?:[^`<]*<)?([^`<>]+)>?`")
CITED_IN_TEXT = re.compile(r"\{eq\}`(?:[^`<]*<)?([^`<>]+)>?`")
METHODS = property | functools.cached_property


# Each check yields what is wrong with a project, and where.


def labels_are_unique(root, package):
    counts = Counter(equation.label for equation in equations.equations(root))
    for label in (label for label, count in counts.items() if count > 1):
        places = [f"{e.source}:{e.line}" for e in equations.equations(root) if e.label == label]
        yield f"{label} labels {len(places)} equations: {', '.join(places)}"


def every_equation_is_claimed(root, package):
    claimed = {claim.label for claim in equations.claims(root)}
    for label, _, source, line in equations.equations(root):
        if label not in claimed:
            yield f'{source}:{line}: no test carries @pytest.mark.equation("{label}", by=...)'


def every_claim_is_about_an_equation(root, package):
    known = labels(root)
    for claim in equations.claims(root):
        if claim.label not in known:
            yield f"{where(claim)} claims {claim.label}, which labels no equation of the book"


def every_claim_is_on_a_test(root, package):
    for claim in equations.claims(root):
        *classes, function = claim.test.split("::")
        names = [(claim.source.name, "test_"), (function, "test")]
        names += [(name, "Test") for name in classes]
        if not all(name.startswith(start) for name, start in names):
            yield f"{where(claim)} claims {claim.label}, but pytest does not collect {claim.test}"


def every_claim_is_read(root, package):
    read = {(claim.source, claim.line) for claim in equations.claims(root)}
    for path in equations.tests(root):
        source = path.relative_to(root)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if is_mark(node) and (source, node.lineno) not in read:
                yield f"{source}:{node.lineno}: write the mark on a test function itself"


def every_claim_names_what_computes_it(root, package):
    for claim in equations.claims(root):
        if problem := problem_with(claim.by, claim.label, package):
            yield f"{where(claim)} claims {claim.label} by {claim.by}, {problem}"


def every_citation_in_the_code_exists(root, package):
    yield from unknown_citations(CITED_IN_CODE, sorted((root / package).rglob("*.py")), root)


def every_citation_in_the_text_exists(root, package):
    pages = [root / "index.md", *sorted((root / "book").rglob("*.md"))]
    yield from unknown_citations(CITED_IN_TEXT, pages, root)


CHECKS = [
    labels_are_unique,
    every_equation_is_claimed,
    every_claim_is_about_an_equation,
    every_claim_is_on_a_test,
    every_claim_is_read,
    every_claim_names_what_computes_it,
    every_citation_in_the_code_exists,
    every_citation_in_the_text_exists,
]


def labels(root):
    return {equation.label for equation in equations.equations(root)}


def where(claim):
    return f"{claim.source}:{claim.line}: {claim.test}"


def is_mark(node):
    """Tell whether a piece of code is ``pytest.mark.equation``, wherever it stands."""
    return isinstance(node, ast.Attribute) and ast.unparse(node).endswith("mark.equation")


def problem_with(by, label, package):
    """Return why `by` is not the public documented object that computes an equation."""
    if not by.startswith(f"{package}.") or any(name.startswith("_") for name in by.split(".")):
        return f"which is not a public name of {package}"
    try:
        cited = CITED_IN_CODE.findall(documentation(by))
    except (ImportError, AttributeError, ValueError) as error:
        return f"which is not there: {error}"
    return "" if label in cited else f"whose docstring does not cite :eq:`{label}`"


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
                yield f"{path.relative_to(root)}:{number} cites {label}, which labels no equation"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_book(check):
    found = list(check(equations.ROOT, "ae_course"))
    assert not found, "\n".join(found)


# The checks, on a small project that passes and on what may become of it

TEXT = """\
$$
y = f(u)
$$ (eq-output)

```{note}
$$
\\delta = y - t
$$ (eq-delta)
```

Both {eq}`eq-output` and {eq}`the second <eq-delta>`.
"""

CODE = '''\
"""A module that states :eq:`eq-output`."""

class Net:
    """A network."""

    def backward(self):
        """The delta (:eq:`eq-delta`)."""

    @property
    def delta(self):
        """As :eq:`the delta <eq-delta>`."""

    def silent(self):
        pass

net = Net()

loss = Net()
"""The loss (:eq:`eq-delta`)."""
'''

TESTS = """\
import pytest

@pytest.mark.equation("eq-output", by="sample.module.net")
@pytest.mark.parametrize("seed", [pytest.param(0, id="zero"), 1])
def test_output(seed): ...

class TestNet:
    class TestBackward:
        @pytest.mark.parametrize("seed", [0, 1])
        @pytest.mark.equation("eq-delta", by="sample.module.Net.backward")
        @pytest.mark.equation("eq-delta", by="sample.module.loss")
        def test_delta(self, seed): ...

    def test_something_else(self): ...
"""


@pytest.fixture
def complaints(tmp_path, monkeypatch):
    """Return what calls a check on the small project, with some of its parts replaced."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(ModuleAnalyzer, "cache", {})

    def run(check, text=TEXT, code=CODE, tests=TESTS, index="", file="tests/test_net.py"):
        contents = {"book/src/01_net.md": text, "index.md": index, file: tests}
        contents |= {"sample/__init__.py": "", "sample/module.py": code}
        for name, content in contents.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, "utf-8")
        return list(check(tmp_path, "sample"))

    yield run
    for name in [name for name in sys.modules if name.split(".")[0] == "sample"]:
        del sys.modules[name]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_good_project_passes(check, complaints):
    assert complaints(check) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_empty_project_passes(check, complaints):
    assert complaints(check, text="", code="", tests="") == []


MARK = 'pytest.mark.equation("eq-output", by="sample.module.net")\n'
NEW = "$$\na = b\n$$ (eq-new)\n"
OTHER = 'marks=pytest.mark.equation("eq-delta", by="sample.module.loss")'

MISTAKES = {  # a check: in which part of the project, what is replaced by what, what the check says
    labels_are_unique: [
        ("text", "eq-delta", "eq-output", "eq-output labels 2 equations: "),
    ],
    every_equation_is_claimed: [
        ("text", "Both", NEW, '01_net.md:11: no test carries @pytest.mark.equation("eq-new"'),
        ("tests", f"@{MARK}", "", '01_net.md:1: no test carries @pytest.mark.equation("eq-output"'),
    ],
    every_claim_is_about_an_equation: [
        (
            "tests",
            "eq-output",
            "eq-old",
            "test_net.py:3: test_output claims eq-old, which labels no",
        ),
        ("tests", "eq-delta", "eq-old", "test_net.py:10: TestNet::TestBackward::test_delta claims"),
        ("text", "(eq-output)", "", "test_net.py:3: test_output claims eq-output"),
    ],
    every_claim_is_on_a_test: [
        ("tests", "def test_output", "def check", "pytest does not collect check"),
        ("tests", "TestNet", "Net", "pytest does not collect Net::TestBackward::test_delta"),
        ("tests", "test_delta", "delta", "pytest does not collect TestNet::TestBackward::delta"),
    ],
    every_claim_is_read: [
        ("tests", "pytest\n", f"pytest\npytestmark = {MARK}", "test_net.py:2: write the mark on a"),
        ("tests", "class TestNet", f"@{MARK}class TestNet", "test_net.py:7: write the mark on a"),
        ("tests", 'id="zero"', OTHER, "test_net.py:4: write the mark on a test function itself"),
    ],
    every_claim_names_what_computes_it: [
        ("tests", "module.net", "module.old", "test_output claims eq-output by sample.module.old"),
        ("tests", "module.net", "modul.net", "which is not there: "),
        ("tests", "Net.backward", "Net.forward", "which is not there: "),
        ("tests", "Net.backward", "Net.silent", "whose docstring does not cite :eq:`eq-delta`"),
        ("tests", "sample.module", "numpy.module", "which is not a public name of sample"),
        ("tests", "module.net", "module._net", "which is not a public name of sample"),
        ("code", "The delta (:eq:`eq-delta`)", "The delta", "whose docstring does not cite"),
        ("code", "The loss (:eq:`eq-delta`)", "The loss", "whose docstring does not cite"),
        ("code", ":eq:`eq-output`", "much", "whose docstring does not cite :eq:`eq-output`"),
    ],
    every_citation_in_the_code_exists: [
        ("code", "A network", ":eq:`eq-old`", "module.py:4 cites eq-old, which labels no equation"),
        ("code", "the delta <eq-delta>", "the delta <eq-old>", "module.py:11 cites eq-old"),
    ],
    every_citation_in_the_text_exists: [
        ("text", "{eq}`eq-output`", "{eq}`eq-old`", "01_net.md:11 cites eq-old"),
        ("text", "the second <eq-delta>", "the second <eq-old>", "01_net.md:11 cites eq-old"),
    ],
}


@pytest.mark.parametrize(
    ("check", "part", "old", "new", "message"),
    [(check, *mistake) for check in CHECKS for mistake in MISTAKES[check]],
)
def test_mistakes_are_noticed(check, part, old, new, message, complaints):
    good = {"text": TEXT, "code": CODE, "tests": TESTS}[part]
    assert old in good
    found = complaints(check, **{part: good.replace(old, new, 1)})
    assert found
    assert message in found[0]


def test_a_claim_in_a_file_that_pytest_does_not_read_is_noticed(complaints):
    (complaint, *_) = complaints(every_claim_is_on_a_test, file="tests/helpers.py")
    assert "pytest does not collect test_output" in complaint


def test_the_home_page_is_read_too(complaints):
    found = complaints(every_citation_in_the_text_exists, index="See {eq}`eq-old`.")
    assert found == ["index.md:1 cites eq-old, which labels no equation"]


def test_a_property_is_known_by_its_own_docstring(complaints):
    tests = TESTS.replace("Net.backward", "Net.delta")
    assert complaints(every_claim_names_what_computes_it, tests=tests) == []
