"""Copies of chapters read as in the book, and nothing that their owner writes in them is lost."""

import re
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from sphinx.util.docutils import docutils_namespace

from tools import lab

# Sphinx and its extensions use much of each other that is going to disappear; the lock keeps it.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]
ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "book").glob("*.ipynb"))
BOOK = {
    "_config.yml": """
title: A small book
execute: {execute_notebooks: "off"}
bibtex_bibfiles: [book/works.bib]
sphinx: {config: {bibtex_reference_style: author_year}, extra_extensions: [sphinx_exercise]}
""",
    "_toc.yml": """
format: jb-book
root: index
parts:
  - {numbered: true, chapters: [{file: book/01_one}, {file: book/02_two}]}
  - chapters: [{file: book/bibliography}]
""",
    "index.md": "# A small book\n",
    "book/bibliography.md": "# Works\n\n```{bibliography}\n:all:\n```\n",
    "book/works.bib": """
@book{doe, author={Doe, J. and Roe, R.}, title={Works}, year=1999, publisher={P}}
""",
    "book/01_one.ipynb": """# One

(the-end)=
## Equations

$$
a = 1
$$ (eq-a)

````{exercise} Why?
:label: ex-why

Because.
````

{eq}`eq-a`
""",
    "book/02_two.ipynb": "# Two\n\n$$\nb = 2\n$$ (eq-b)\n",
}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The first page of a small book, built as the real one is."""
    root = tmp_path_factory.mktemp("small book")
    for name, text in BOOK.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        if path.suffix == ".ipynb":
            text = nbformat.writes(new_notebook(cells=[new_markdown_cell(text)]))
        path.write_text(text, encoding="utf-8")
    with docutils_namespace():
        yield lab.Page(lab.build(root), "book/01_one")


class Echo:
    """A page on which a reference reads as its own target, numbered 9.9."""

    def __init__(self):
        self.cited = {}

    def reads(self, reference):
        return "<" + re.search(r"[`(]([^`)]+)[`)]$", reference)[1] + " 9.9>"


def rewritten(text, **glued):
    return lab.rewritten(text, Echo().reads, glued)


@pytest.mark.parametrize(
    ("reference", "reading"),
    [
        ("{eq}`eq-a`", "[(1.1)](#eq-a)"),
        ("{eq}`eq-b`", "[(2.1)](02_two.ipynb#eq-b)"),
        ("{ref}`ex-why`", "[Exercise 1.1](#ex-why)"),
        ("{ref}`the-end`", "Equations"),
        ("{doc}`the other <02_two>`", "[the other](02_two.ipynb)"),
        ("[the *other*](02_two.ipynb)", "[the *other*](02_two.ipynb)"),
        ("{doc}`/index`", "A small book"),
    ],
)
def test_a_reference_reads_as_in_the_book(page, reference, reading):
    assert page.reads(reference) == reading


def test_a_citation_leads_to_its_entry_at_the_end_of_the_copy(page):
    reading = page.reads("{cite:t}`doe`")
    anchor = re.fullmatch(r"Doe and Roe \[\[1999\]\(#(id\d+)\)\]", reading)[1]
    copy = lab.as_in_the_book(new_notebook(cells=[new_markdown_cell("{cite:p}`doe`")]), page)
    assert copy.cells[-1].source.startswith("**References**")
    assert f"({anchor})=\nJ. Doe and R. Roe. Works. P, 1999." in copy.cells[-1].source


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


def test_after_code_in_a_box_references_are_seen_again():
    text = "````{note}\n```python\n1\n```\n````\n\n{eq}`eq-a`\n\n```python\n{eq}`eq-a`\n```\n"
    assert rewritten(text) == text.replace("{eq}`eq-a`", "<eq-a 9.9>", 1)


def test_figures_have_captions_and_hidden_cells_are_folded():
    figure = {"caption": "Digits; see {eq}`eq-a`.", "name": "fig-digits"}
    cells = [
        new_code_cell("draw()", metadata={"mystnb": {"figure": figure}}),
        new_code_cell("secret()", metadata={"tags": ["remove-cell"]}),
    ]
    drawn, caption, secret = lab.as_in_the_book(new_notebook(cells=cells), Echo()).cells
    assert drawn.source == "draw()"
    assert caption.source == "(fig-digits)=\n**<fig-digits 9.9>** Digits; see <eq-a 9.9>."
    assert secret.metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_nothing_in_a_chapter_is_left_that_jupyterlab_does_not_know(path):
    chapter = nbformat.read(path, as_version=4)
    before = deepcopy(chapter)
    copy = lab.as_in_the_book(chapter, Echo())
    assert chapter == before
    nbformat.validate(copy)
    text = "\n".join(cell.source for cell in copy.cells if cell.cell_type == "markdown")
    assert re.findall(r"\{(?:glue|cite|eq|numref|ref|term|doc|prf:ref)\S*\}?`", text) == []
    assert re.findall(r"\$\$ *\([\w:-]+\)", text) == []
    exercises = re.findall(r"\{exercise\}.*\n:label:.*\n(.*)", text)
    assert all(line == ":enumerator: 9.9" for line in exercises)


@pytest.fixture
def copy():
    cell = new_code_cell("1 + 1", outputs=[new_output("stream", text="2")])
    return new_notebook(cells=[new_markdown_cell("# One"), cell])


def test_a_copy_is_made_once(copy, tmp_path):
    path = tmp_path / "01_one.ipynb"
    assert lab.deliver(copy, path) == "as in the book"
    written = path.read_bytes()
    assert lab.deliver(copy, path) == "as you left it"
    assert path.read_bytes() == written


def test_a_copy_that_was_only_run_follows_the_book(copy, tmp_path):
    path = tmp_path / "01_one.ipynb"
    lab.deliver(deepcopy(copy), path)
    run = nbformat.read(path, as_version=4)
    run.cells[1].outputs, run.cells[1].execution_count = [], 7
    nbformat.write(run, path)
    copy.cells[0].source = "# One, revised"
    assert lab.deliver(copy, path) == "as in the book"
    assert nbformat.read(path, as_version=4).cells[0].source == "# One, revised"


@pytest.mark.parametrize(
    "change", ["a source", "a new cell", "a cell removed", "a file of another", "no notebook"]
)
def test_what_its_owner_changed_is_never_overwritten(copy, tmp_path, change):
    path = tmp_path / "01_one.ipynb"
    lab.deliver(deepcopy(copy), path)
    mine = nbformat.read(path, as_version=4)
    match change:
        case "a source":
            mine.cells[1].source = "1 + 2"
        case "a new cell":
            mine.cells.append(new_markdown_cell("My note"))
        case "a cell removed":
            del mine.cells[1]
        case "a file of another":
            del mine.metadata["made_from"]
    nbformat.write(mine, path)
    if change == "no notebook":
        path.write_text("My note")
    written = path.read_bytes()
    copy.cells[0].source = "# One, revised"
    assert "has your changes and stays" in lab.deliver(copy, path)
    assert path.read_bytes() == written
