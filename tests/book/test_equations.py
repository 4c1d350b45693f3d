"""Every equation that the book states is held by a test, and computed by what cites it."""

import sys

import pytest
from sphinx.pycode import ModuleAnalyzer

from tools import ROOT, claims


@pytest.mark.parametrize("rule", claims.RULES, ids=lambda rule: rule.__name__)
def test_the_book(rule):
    found = list(rule(ROOT, "ae_course"))
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

WORKS = "@book{smith2001nets,\n  title = {Nets}\n}\n"

CODE = '''\
"""A module that states :eq:`eq-output` :cite:p:`smith2001nets`."""

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

    def run(rule, text=TEXT, code=CODE, tests=TESTS, index="", file="tests/test_net.py"):
        contents = {
            "book/src/01_net.md": text,
            "index.md": index,
            file: tests,
            "book/references.bib": WORKS,
        }
        contents |= {"sample/__init__.py": "", "sample/module.py": code}
        for name, content in contents.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, "utf-8")
        return list(rule(tmp_path, "sample"))

    yield run
    for name in [name for name in sys.modules if name.split(".")[0] == "sample"]:
        del sys.modules[name]


@pytest.mark.parametrize("rule", claims.RULES, ids=lambda rule: rule.__name__)
def test_a_good_project_passes(rule, complaints):
    assert complaints(rule) == []


@pytest.mark.parametrize("rule", claims.RULES, ids=lambda rule: rule.__name__)
def test_an_empty_project_passes(rule, complaints):
    assert complaints(rule, text="", code="", tests="") == []


MARK = 'pytest.mark.equation("eq-output", by="sample.module.net")\n'
NEW = "$$\na = b\n$$ (eq-new)\n"
OTHER = 'marks=pytest.mark.equation("eq-delta", by="sample.module.loss")'

MISTAKES = {  # a check: in which part of the project, what is replaced by what, what the check says
    claims.labels_are_unique: [
        ("text", "eq-delta", "eq-output", "eq-output labels 2 equations: "),
    ],
    claims.every_equation_is_claimed: [
        ("text", "Both", NEW, '01_net.md:11: no test carries @pytest.mark.equation("eq-new"'),
        ("tests", f"@{MARK}", "", '01_net.md:1: no test carries @pytest.mark.equation("eq-output"'),
    ],
    claims.every_claim_is_about_an_equation: [
        (
            "tests",
            "eq-output",
            "eq-old",
            "test_net.py:3: test_output claims eq-old, which labels no",
        ),
        ("tests", "eq-delta", "eq-old", "test_net.py:10: TestNet::TestBackward::test_delta claims"),
        ("text", "(eq-output)", "", "test_net.py:3: test_output claims eq-output"),
    ],
    claims.every_claim_is_on_a_test: [
        ("tests", "def test_output", "def check", "pytest does not collect check"),
        ("tests", "TestNet", "Net", "pytest does not collect Net::TestBackward::test_delta"),
        ("tests", "test_delta", "delta", "pytest does not collect TestNet::TestBackward::delta"),
    ],
    claims.every_claim_is_read: [
        ("tests", "pytest\n", f"pytest\npytestmark = {MARK}", "test_net.py:2: write the mark on a"),
        ("tests", "class TestNet", f"@{MARK}class TestNet", "test_net.py:7: write the mark on a"),
        ("tests", 'id="zero"', OTHER, "test_net.py:4: write the mark on a test function itself"),
    ],
    claims.every_claim_names_what_computes_it: [
        ("tests", "module.net", "module.old", "test_output claims eq-output by sample.module.old"),
        ("tests", "module.net", "modul.net", "which is not there: "),
        ("tests", "Net.backward", "Net.forward", "which is not there: "),
        (
            "tests",
            "Net.backward",
            "Net.silent",
            "whose docstring does not cite it: add :eq:`eq-delta`",
        ),
        ("tests", "sample.module", "numpy.module", "which is not a public name of sample"),
        ("tests", "module.net", "module._net", "which is not a public name of sample"),
        ("code", "The delta (:eq:`eq-delta`)", "The delta", "whose docstring does not cite"),
        ("code", "The loss (:eq:`eq-delta`)", "The loss", "whose docstring does not cite"),
        (
            "code",
            ":eq:`eq-output`",
            "much",
            "whose docstring does not cite it: add :eq:`eq-output`",
        ),
    ],
    claims.every_citation_in_the_code_exists: [
        (
            "code",
            "A network",
            ":eq:`eq-old`",
            "module.py:4: cites eq-old, which labels no equation",
        ),
        ("code", "the delta <eq-delta>", "the delta <eq-old>", "module.py:11: cites eq-old"),
    ],
    claims.every_work_cited_in_the_code_exists: [
        (
            "code",
            "A network",
            "A net :cite:t:`smith2001nets,nobody1999x`",
            ".py:4: cites nobody1999x",
        ),
        ("code", "smith2001nets", "smith2001net", "module.py:1: cites smith2001net: add it to"),
    ],
    claims.every_citation_in_the_text_exists: [
        ("text", "{eq}`eq-output`", "{eq}`eq-old`", "01_net.md:11: cites eq-old"),
        ("text", "the second <eq-delta>", "the second <eq-old>", "01_net.md:11: cites eq-old"),
    ],
}


@pytest.mark.parametrize(
    ("rule", "part", "old", "new", "message"),
    [(rule, *mistake) for rule in claims.RULES for mistake in MISTAKES[rule]],
)
def test_mistakes_are_noticed(rule, part, old, new, message, complaints):
    good = {"text": TEXT, "code": CODE, "tests": TESTS}[part]
    assert old in good
    found = complaints(rule, **{part: good.replace(old, new, 1)})
    assert found
    assert message in found[0]


def test_a_claim_in_a_file_that_pytest_does_not_read_is_noticed(complaints):
    (complaint, *_) = complaints(claims.every_claim_is_on_a_test, file="tests/helpers.py")
    assert "pytest does not collect test_output" in complaint


def test_the_home_page_is_read_too(complaints):
    found = complaints(claims.every_citation_in_the_text_exists, index="See {eq}`eq-old`.")
    assert found == ["index.md:1: cites eq-old, which labels no equation: correct the label"]


def test_a_property_is_known_by_its_own_docstring(complaints):
    tests = TESTS.replace("Net.backward", "Net.delta")
    assert complaints(claims.every_claim_names_what_computes_it, tests=tests) == []


def test_works_that_are_cited_together_may_stand_apart(complaints):
    code = CODE.replace("`smith2001nets`", "`smith2001nets, smith2001nets`")
    assert complaints(claims.every_work_cited_in_the_code_exists, code=code) == []
