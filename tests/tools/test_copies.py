"""Copies of chapters and problem sets read as in the book: small texts, then the real ones."""

import re
from copy import deepcopy

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import ROOT, copies, lab
from tools.copies import NotOnThePage, Page

CHAPTERS = sorted((ROOT / "book").glob("*.ipynb"))
SETS = sorted((ROOT / "book" / "problem_sets").glob("*.ipynb"))
LINK = re.compile(r"(?<!!)\[(?:[^][]|\[[^][]*\])*\]\(([^)\s]+)\)")
LABEL = re.compile(r"^\s*(?::(?:label|name): *(\S+)|\(([\w-]+)\)=)", re.MULTILINE)
IN_THE_LAB = {"book/01_overview": "01_overview.ipynb", "book/02_pca": "02_pca.ipynb"}


class Echo:
    """A page on which a reference reads as its own target, numbered 9.9."""

    def __init__(self):
        self.cited = {}

    def reads(self, reference):
        return "<" + re.search(r"[`(]([^`)]+)[`)]$", reference)[1] + " 9.9>"

    def link(self, text, target):
        return f"[{text}](<{target}>)"

    def number(self, label):
        return "9.9"

    def title(self, label):
        return f"<{label} 9.9>"


def rewritten(text, **glued):
    return copies.rewritten(text, Echo(), glued)


@pytest.fixture
def page(site):
    """The page of the second chapter."""
    return Page(site, "book/02_pca", IN_THE_LAB)


@pytest.fixture(scope="module")
def made(site):
    """All copies of the real book, by their names."""
    return dict(lab.copies(site))


def text_of(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_values_stand_in_the_text():
    text = "Error {glue:text}`error:.2f`, {glue:text}`share:.1%`, {glue:text}`name`."
    assert rewritten(text, error="0.12345", share="0.5", name="'logistic'") == (
        "Error 0.12, 50.0%, logistic."
    )


def test_a_labelled_equation_keeps_its_label_and_gets_its_number():
    text = "$$\nx = 1\n$$\n\nthen\n\n  $$\n  \\frac{1}{2}\n  $$ (eq-half)\n"
    assert rewritten(text) == (
        "$$\nx = 1\n$$\n\nthen\n\n"
        "  ~~~{math}\n  :label: eq-half\n  :enumerator: 9.9\n  \\frac{1}{2}\n  ~~~\n"
    )


def test_boxes_get_their_numbers():
    assert rewritten("````{exercise} Why?\n:label: ex-why\n\n{eq}`eq-a`\n````\n") == (
        "````{exercise} Why?\n:label: ex-why\n:enumerator: 9.9\n\n<eq-a 9.9>\n````\n"
    )
    assert rewritten(":::{prf:theorem} T\n:label: thm\nx\n:::\n") == (
        ":::{prf:theorem} T\n:label: thm\n:enumerator: 9.9\nx\n:::\n"
    )
    assert rewritten("```{prf:proof}\nx\n```\n") == "```{prf:proof}\n:enumerated: false\nx\n```\n"


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx = '{eq}`eq-a`'\n[a](b)\n```\n",
        "````{solution} ex-why\n:class: dropdown\n\n```python\ny = [1](2)\n```\n````\n",
        "`` {eq}`eq-a` `` and `[a](b)`",
        "$f[x](y)$ and $$g[x](y)$$",
        "[a page](https://example.org/a) and ![a picture](a.png)",
        "{math}`a + b`, {sub}`2` and a list:\n\n- one\n- two\n",
    ],
)
def test_what_is_no_reference_stays(text):
    assert rewritten(text) == text


def test_what_can_be_played_with_on_its_page_is_named():
    text = "```{play} bowl\n:alt: What is seen.\n\n**To play with.** See {eq}`eq-a`.\n```"
    assert rewritten(text) == (
        f"```{{admonition}} {copies.PLAY}\n:class: tip\n\n**To play with.** See <eq-a 9.9>.\n```"
    )


def test_after_code_in_a_box_references_are_seen_again():
    text = "````{note}\n```python\n1\n```\n````\n\n{eq}`eq-a`\n\n```python\n{eq}`eq-a`\n```\n"
    assert rewritten(text) == text.replace("{eq}`eq-a`", "<eq-a 9.9>", 1)


def test_figures_have_captions_and_hidden_cells_are_folded():
    figure = {"caption": "Digits; see {eq}`eq-a`.", "name": "fig-digits"}
    cells = [
        new_code_cell("draw()", metadata={"mystnb": {"figure": figure}}),
        new_code_cell("secret()", metadata={"tags": ["remove-cell"]}),
    ]
    drawn, caption, secret = copies.as_in_the_book(new_notebook(cells=cells), Echo()).cells
    assert drawn.source == "draw()"
    assert caption.source == "(fig-digits)=\n**<fig-digits 9.9>** Digits; see <eq-a 9.9>."
    assert secret.metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}


def test_a_reference_reads_as_on_its_page(page):
    """The numbers are those that the page itself has beside the equations and boxes."""
    here = BeautifulSoup((page.site / f"{page.name}.html").read_text("utf-8"), "html.parser")
    labels = [written[5:-1] for written in page.written if written.startswith(":eq:`")]
    own = [label for label in labels if here.find(id=f"equation-{label}")]
    assert len(own) > 5
    for label in own:
        number = here.find(id=f"equation-{label}").select_one(".eqno").get_text()
        assert page.reads(f"{{eq}}`{label}`") == f"[{number.rstrip('#')}](#{label})"
        assert f"({page.number(label)})" == number.rstrip("#")


def test_links_lead_to_other_copies_and_are_plain_text_where_there_is_none(page):
    (other,) = {w for w in page.written if w == ":eq:`eq-objective`"} or {""}
    if other:
        assert page.reads("{eq}`eq-objective`").endswith("](01_overview.ipynb#eq-objective)")
    assert page.link("the *first*", "01_overview.ipynb") == "[the *first*](01_overview.ipynb)"
    assert page.link("the third", "03_sparsity.ipynb") == "the third"
    assert page.link("symbols", "notation.md") == "symbols"
    assert page.reads("{download}`here <01_overview.ipynb>`") == "[here](01_overview.ipynb)"
    assert page.reads("{download}`here <problem_sets/problems_01.ipynb>`") == "here"


def test_a_citation_leads_to_its_entry_at_the_end_of_the_copy(page):
    written = next(w for w in page.written if w.startswith(":cite:t:"))
    cell = new_markdown_cell(f"{{cite:t}}{written.removeprefix(':cite:t:')}")
    first, last = copies.as_in_the_book(new_notebook(cells=[cell]), page).cells
    anchor = re.search(r"\[\d{4}\]\(#(id\d+)\)", first.source)[1]
    assert re.search(rf"^\({anchor}\)=\n\w.+\d{{4}}", last.source, re.MULTILINE)


def test_what_the_page_does_not_have_is_named(page):
    with pytest.raises(NotOnThePage, match=r"book/02_pca: .* how :eq:`eq-nowhere` reads"):
        page.reads("{eq}`eq-nowhere`")
    with pytest.raises(NotOnThePage, match="book/02_pca: ex-nowhere has no number"):
        page.number("ex-nowhere")


def test_every_chapter_and_every_problem_set_has_a_copy(made):
    assert set(made) == {path.name for path in CHAPTERS + SETS} | {lab.START}
    assert len(CHAPTERS) > 7
    assert len(SETS) >= 7


def test_nothing_is_left_that_jupyterlab_does_not_know(made):
    for name, copy in made.items():
        nbformat.validate(deepcopy(copy))
        text = text_of(copy)
        left = r"\{(?:glue|cite|eq|numref|ref|term|doc|download|prf:ref)\S*\}?`|\$\$ *\([\w:-]+\)"
        assert re.findall(left, text) == [], name
        exercises = re.findall(r"\{exercise\}.*\n:label:.*\n(.*)", text)
        assert [line for line in exercises if not line.startswith(":enumerator: ")] == [], name


def test_numbers_count_up_as_in_the_book(made):
    for path in (path for path in CHAPTERS if path.stem[0].isdigit()):
        found = re.findall(
            r"\{exercise\}.*\n:label:.*\n:enumerator: (.*)", text_of(made[path.name])
        )
        chapter = int(path.stem[:2])
        assert found == [f"{chapter}.{i + 1}" for i in range(len(found))]
        assert len(found) > 5


def test_every_link_leads_somewhere(made):
    """To a file in the lab, and there to a label that a box, an equation or a figure has."""
    labels = {
        name: {a or b for a, b in LABEL.findall(text_of(copy))} for name, copy in made.items()
    }
    links = {(name, link) for name, copy in made.items() for link in LINK.findall(text_of(copy))}
    inside = {(name, link) for name, link in links if not re.match(r"https?:|mailto:", link)}
    assert len(inside) > 100
    lost = []
    for name, link in inside:
        file, _, anchor = link.partition("#")
        target = file or name
        if target not in made or (anchor and anchor not in labels[target]):
            lost.append(f"{name}: {link}")
    assert lost == []


def test_a_problem_set_and_its_chapter_lead_to_each_other(made):
    for path in SETS:
        number = path.stem[-2:]
        chapter = next(name for name in made if name.startswith(f"{number}_"))
        assert path.name in LINK.findall(text_of(made[chapter]))
        assert {chapter, lab.START} <= set(LINK.findall(made[path.name].cells[0].source))
        assert "download" not in text_of(made[chapter]).partition(path.name)[2][:60]


def graded(cell):
    """What the grader and nbgrader read of a cell of theirs."""
    identity = cell.metadata.get("nbgrader")
    return identity and (cell.id, cell.cell_type, cell.source, identity)


def test_a_problem_set_keeps_every_cell_that_is_graded(made):
    for path in SETS:
        stored = nbformat.read(path, as_version=4)
        assert made[path.name].metadata == stored.metadata
        cells = made[path.name].cells[1:]
        code, kept = ([graded(cell) for cell in of if graded(cell)] for of in (stored.cells, cells))
        assert kept == code


def test_the_first_page_leads_to_everything(made):
    text = text_of(made[lab.START])
    assert set(LINK.findall(text)) == set(made) - {lab.START}
    assert re.search(r"\*\*Open first:\*\* \[[^]]+\]\(01_", text)
    assert "{" not in text


def test_the_originals_stay_as_they_are(page):
    for path in CHAPTERS[:1]:
        chapter = nbformat.read(path, as_version=4)
        before = deepcopy(chapter)
        copies.as_in_the_book(chapter, Echo())
        assert chapter == before
