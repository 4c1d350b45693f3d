"""The stored notebooks are what readers may trust: executed in order, in step, described.

Nothing is executed here; whether the cells compute what is stored is for nbval to say.
"""

import ast
import functools
import itertools
import re
from typing import NamedTuple

import pytest
from markdown_it import MarkdownIt
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbval.plugin import find_comment_markers, find_metadata_tags

from tools import chapters
from tools.chapters import code_cells, named, streams

FRAME = [
    "What you will be able to do",
    "The idea",
    "The derivation",
    "The code",
    "The experiment",
    "What can go wrong",
    "Exercises",
    "Further reading",
]
EXERCISES = 8  # at least, in a chapter
LONGEST = 15  # lines of a definition in a notebook
SHORTEST = 20  # characters of an alternative text

DIRECTORIES = "home|Users|root|tmp|var|usr|opt|etc|mnt|media|srv|private|work(?:space)?s?|builds?"
PATH = re.compile(rf"(?<![\w.~:/-])/(?:{DIRECTORIES})/|\b[A-Za-z]:\\")
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
TIME = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\b\d\d:\d\d:\d\d\b")
EXERCISE = re.compile(r"^\s*(?:`{3,}|:{3,}|~{3,})\{exercise(?:-start)?\}", re.MULTILINE)
GLUED = re.compile(r"\{glue(?::\w*)?\}(?:`([^`]+)`|[ \t]+(\S+))")


class Chapter(NamedTuple):
    """A chapter as it is stored."""

    name: str
    source: str
    text: str  # of the notebook's file
    notebook: NotebookNode


@functools.cache
def book():
    """Return the chapters that have both a source and a notebook, by name."""
    pairs = {name: chapters.paths(name) for name in chapters.chapters()}
    return {
        name: read(name, source.read_text("utf-8"), target.read_text("utf-8"))
        for name, (source, target) in pairs.items()
        if target.exists()
    }


def read(name, source, text):
    return Chapter(name, source, text, chapters.read(text))


# Each check yields what is wrong with a chapter of a book: the cell, and what to do about it.


def is_in_step_with_its_source(chapter, book):
    for problem in chapters.out_of_step(chapter.source, chapter.text):
        yield f"{problem}: edit the source only, and run make notebooks"


def is_executed_in_order(chapter, book):
    for number, (cell_name, cell) in enumerate(code_cells(chapter.notebook), 1):
        if not cell.source.strip():
            yield f"{cell_name} is empty: delete it"
        if cell.execution_count != number:
            count = cell.execution_count
            yield f"{cell_name} has execution count {count}, not {number}: run make notebooks"


def neither_fails_nor_warns(chapter, book):
    for cell_name, cell in code_cells(chapter.notebook):
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"{cell_name} stores an error: correct the code and run make notebooks"
        if streams(cell, "stderr"):
            yield f"{cell_name} writes to stderr: see to the warning and run make notebooks"


def is_checked_everywhere(chapter, book):
    for cell_name, cell in code_cells(chapter.notebook):
        for _ in (*find_metadata_tags(cell.metadata), *find_comment_markers(cell.source)):
            yield f"{cell_name} exempts itself from nbval: remove its tag or comment"


def is_of_no_machine(chapter, book):
    for cell_name, cell in named(chapter.notebook):
        shown = "\n".join(shown_texts(cell))
        for trace in filter(None, (PATH.search(cell.source), PATH.search(shown))):
            yield f"{cell_name} contains the path {trace[0]}: use one within the project"
        for trace in filter(None, (ADDRESS.search(shown), TIME.search(shown))):
            yield f"{cell_name} shows {trace[0]}: leave out what changes with every run"


def describes_its_figures(chapter, book):
    for cell_name, cell in code_cells(chapter.notebook):
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        if not pictures:
            continue
        if len(pictures) > 1:
            yield f"{cell_name} shows {len(pictures)} pictures: give each a cell and a description"
        if not all(has_digest(picture) for picture in pictures):
            yield f"{cell_name} has no data beside its picture: draw it with ae_course.figures"
        yield from (f"{cell_name} {problem}" for problem in lacking_words(cell))


def pastes_only_what_it_computed(chapter, book):
    for cell_name, cell in named(chapter.notebook):
        for match in GLUED.finditer(cell.source if cell.cell_type == "markdown" else ""):
            file, _, key = (match[1] or match[2]).rpartition("::")
            key = key.split(":")[0]
            computed = glue(book.get(file.split("/")[-1].split(".")[0] if file else chapter.name))
            if key not in computed:
                yield f"{cell_name} pastes {key}, which no cell glues: glue it, run make notebooks"
            elif computed[key].startswith("np."):
                yield f"{cell_name} pastes {key}, which is {computed[key]}: glue float({key})"


def leaves_long_definitions_to_the_package(chapter, book):
    for cell_name, cell in code_cells(chapter.notebook):
        try:
            nodes = ast.walk(ast.parse(cell.source))
        except SyntaxError:
            yield f"{cell_name} is not plain Python: leave out magics and shell commands"
            continue
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > LONGEST:
                    yield (
                        f"{cell_name} defines {node.name} in {lines} lines, at most {LONGEST} are"
                        " welcome: move it to ae_course, with a test"
                    )


def has_the_frame_of_a_chapter(chapter, book):
    if not re.match(r"\d\d_", chapter.name):
        return
    headings = iter(sections(chapter.notebook))
    for section in FRAME:
        if section not in headings:  # what stood before is used up: the order counts
            yield f"the section {section!r} is missing or out of order: see CONTRIBUTING.md"
            return


def has_enough_exercises(chapter, book):
    if not re.match(r"\d\d_", chapter.name):
        return
    found = sum(len(EXERCISE.findall(text)) for text in markdown(chapter.notebook))
    if found < EXERCISES:
        yield f"{found} exercises, wanted {EXERCISES}: write more, as {{exercise}} boxes"


CHECKS = [
    is_in_step_with_its_source,
    is_executed_in_order,
    neither_fails_nor_warns,
    is_checked_everywhere,
    is_of_no_machine,
    describes_its_figures,
    pastes_only_what_it_computed,
    leaves_long_definitions_to_the_package,
    has_the_frame_of_a_chapter,
    has_enough_exercises,
]


def markdown(notebook):
    """Return the texts between the code."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def sections(notebook):
    """Yield the headings of level 2, without what follows a colon."""
    for text in markdown(notebook):
        tokens = MarkdownIt("commonmark").parse(text)
        for heading, words in itertools.pairwise(tokens):
            if heading.type == "heading_open" and heading.tag == "h2":
                yield words.content.split(":")[0].strip()


def shown_texts(cell):
    """Yield every text that a cell shows."""
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        data = output.get("data", {})
        yield from (str(data[kind]) for kind in data if not kind.endswith("image/png"))


def has_digest(picture):
    """Tell whether the text beside a picture says more than that there is one."""
    text = picture.data.get("text/plain", "")
    return re.search(r"\d", re.sub(r"<.*?>|\bFigure\(.*?\)", "", text)) is not None


def lacking_words(cell):
    """Yield what the description of a cell's picture lacks."""
    settings = cell.metadata.get("mystnb", {})
    alt = settings.get("image", {}).get("alt", "")
    caption = settings.get("figure", {}).get("caption", "")
    if not caption:
        yield "has a picture without a caption: add mystnb: {figure: {caption: ..., name: ...}}"
    if len(alt) < SHORTEST:
        yield f"has no alt text of {SHORTEST} characters: add mystnb: {{image: {{alt: ...}}}}"
    elif plain(alt) in plain(caption):
        yield "repeats its caption as alt text: say there what one sees"


def plain(text):
    """Return the bare words of a text, to compare it with another."""
    return " ".join(re.findall(r"\w+", text.lower()))


def glue(chapter):
    """Return what the cells of a chapter glued, as text by key."""
    outputs = [
        output
        for _, cell in (code_cells(chapter.notebook) if chapter else ())
        for output in cell.outputs
        if "scrapbook" in output.get("metadata", {})
    ]
    return {
        output.metadata.scrapbook.name: next(
            (text for kind, text in output.data.items() if kind.endswith("text/plain")), ""
        )
        for output in outputs
    }


def problems(check, chapter, book):
    return [f"{chapter.name}, {problem}" for problem in check(chapter, book)]


# The book itself


def test_there_is_a_chapter():
    assert chapters.chapters(), "book/src has no chapter: write one, and run make notebooks"


def test_every_source_has_its_notebook_and_the_other_way_round():
    sources = set(chapters.chapters())
    made = {path.stem for path in (chapters.ROOT / "book").glob("*.ipynb")}
    assert not sources - made, f"never executed: {sources - made}; run make notebooks"
    assert not made - sources, f"no source in book/src: {made - sources}; delete the notebook"


@pytest.mark.parametrize("name", chapters.chapters())
def test_every_chapter_is_in_the_table_of_contents(name):
    contents = (chapters.ROOT / "_toc.yml").read_text("utf-8")
    assert f"file: book/{name}\n" in contents, f"add book/{name} to _toc.yml"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", sorted(book()))
def test_each_chapter(name, check):
    found = problems(check, book()[name], book())
    assert not found, "\n".join(found)


# The checks, on a small chapter that passes and on what may become of it

TEXT = """\
# A small chapter

## What you will be able to do
## The idea
## The derivation: by hand
Half of {glue:text}`half:.3f`, see [the sources](https://example.org/home/page).
## The code

```{code-cell}
print("0.25")
```

## The experiment

```{code-cell}
---
mystnb:
  image: {alt: "A line that falls from one to zero."}
  figure: {caption: "The error over the epochs.", name: fig-error}
---
draw()
```

+++ {"tags": ["a-tag"]}

## What can go wrong
## Exercises
""" + (
    8
    * """
```{exercise}
Show it.
```
"""
    + "\n## Further reading\n"
)


def small(source=TEXT, edit=lambda cells: None):
    """Return a chapter as if it had been executed and then, before it was stored, edited."""
    notebook = chapters.convert(source)
    cells = [cell for _, cell in code_cells(notebook)]
    for number, cell in enumerate(cells, 1):
        cell.execution_count = number
    cells[0].outputs = [
        new_output("stream", name="stdout", text="0.25\n"),
        new_output(
            "display_data",
            {"application/papermill.record/text/plain": "0.5"},
            metadata={"scrapbook": {"name": "half"}},
        ),
    ]
    cells[1].outputs = [
        new_output(
            "display_data", {"image/png": "aGFsZg==", "text/plain": "axes 1\n curve 0.5 0.25"}
        )
    ]
    edit(cells)
    return read("01_small", source, chapters.write(notebook))


def complaints(check, chapter):
    return problems(check, chapter, {chapter.name: chapter})


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_good_chapter_passes(check):
    assert complaints(check, small()) == []


def output(cells, **changes):
    cells[0].outputs[0].update(changes)


def settings(cells, **changes):
    cells[1].metadata["mystnb"].update(changes)


OUTPUTS = [  # a check, what becomes of the cells when they are executed, what the check says
    (is_executed_in_order, lambda c: c[0].update(execution_count=None), "count None, not 1"),
    (is_executed_in_order, lambda c: c[1].update(execution_count=3), "count 3, not 2"),
    (is_executed_in_order, lambda c: c[0].update(source=" \n"), "is empty"),
    (neither_fails_nor_warns, lambda c: output(c, name="stderr"), "writes to stderr"),
    (
        neither_fails_nor_warns,
        lambda c: c[0].outputs.append(new_output("error", ename="E", evalue="", traceback=[])),
        "stores an error",
    ),
    (is_checked_everywhere, lambda c: c[0].metadata.update(tags=["nbval-skip"]), "exempts"),
    (is_checked_everywhere, lambda c: c[0].metadata.update(tags=["raises-exception"]), "exempts"),
    (is_checked_everywhere, lambda c: c[0].update(source="# NBVAL_IGNORE_OUTPUT"), "exempts"),
    (is_of_no_machine, lambda c: output(c, text="in /home/me/book"), "the path /home/"),
    (is_of_no_machine, lambda c: output(c, text="in C:\\Users"), "the path C:\\"),
    (is_of_no_machine, lambda c: c[0].update(source='open("/var/x")'), "the path /var/"),
    (is_of_no_machine, lambda c: output(c, text="<f at 0x7f3a2c1b>"), "shows 0x7f3a2c1b"),
    (is_of_no_machine, lambda c: output(c, text="at 2024-05-06 07:08"), "shows 2024-05-06 07:08"),
    (is_of_no_machine, lambda c: output(c, text="took 00:01:23"), "shows 00:01:23"),
    (describes_its_figures, lambda c: settings(c, image={}), "has no alt text"),
    (describes_its_figures, lambda c: settings(c, image={"alt": "A falling line"}), "has no alt"),
    (
        describes_its_figures,
        lambda c: settings(c, image={"alt": "the error, over the epochs"}),
        "repeats its caption",
    ),
    (describes_its_figures, lambda c: settings(c, figure={}), "without a caption"),
    (describes_its_figures, lambda c: c[1].outputs.append(c[1].outputs[0]), "shows 2 pictures"),
    *(
        (describes_its_figures, lambda c, text=text: c[1].outputs[0].data.update(text), "no data")
        for text in (
            {"text/plain": ""},
            {"text/plain": "<Figure size 640x480 with 1 Axes>"},
            {"text/plain": "Figure(640x480)"},
        )
    ),
    (
        pastes_only_what_it_computed,
        lambda c: c[0].outputs.pop(),
        "pastes half, which no cell glues",
    ),
    (
        pastes_only_what_it_computed,
        lambda c: (
            c[0]
            .outputs[1]
            .data.update({"application/papermill.record/text/plain": "np.float64(0.5)"})
        ),
        "glue float(half)",
    ),
    (
        leaves_long_definitions_to_the_package,
        lambda c: c[0].update(source="class Net:" + 15 * "\n    x = 1"),
        "defines Net in 16 lines",
    ),
    (
        leaves_long_definitions_to_the_package,
        lambda c: c[0].update(source="if x:\n    def f():" + 15 * "\n        x = 1"),
        "defines f in 16 lines",
    ),
    (leaves_long_definitions_to_the_package, lambda c: c[0].update(source="%time x"), "magics"),
]


@pytest.mark.parametrize(("check", "edit", "message"), OUTPUTS)
def test_cells_that_must_not_pass(check, edit, message):
    (complaint,) = complaints(check, small(edit=edit))
    assert re.match(r"01_small, (code|markdown) cell \d \(`", complaint)
    assert message in complaint


SOURCES = [  # a check, what an author writes, in place of what, what the check says
    (has_the_frame_of_a_chapter, "## The idea", "", "'The idea' is missing"),
    (has_the_frame_of_a_chapter, "## The idea", "### The idea", "'The idea' is missing"),
    (has_the_frame_of_a_chapter, "## The code", "```\n## The code\n```", "'The code' is missing"),
    (has_the_frame_of_a_chapter, "## The code", "## The idea", "'The code' is missing"),
    (has_enough_exercises, "```{exercise}", "```{note}", "0 exercises, wanted 8"),
    (pastes_only_what_it_computed, "`half:", "`third:", "pastes third"),
    (pastes_only_what_it_computed, "`half:", "`02_pca.ipynb::half:", "pastes half"),
    (is_of_no_machine, "https://example.org/home/", "/home/", "the path /home/"),
]


@pytest.mark.parametrize(("check", "old", "new", "message"), SOURCES)
def test_texts_that_must_not_pass(check, old, new, message):
    (complaint,) = complaints(check, small(TEXT.replace(old, new)))
    assert complaint.startswith("01_small, ")
    assert message in complaint


def test_a_result_of_another_chapter_can_be_pasted():
    other = small()._replace(name="02_other")
    here = small(TEXT.replace("`half:", "`02_other.ipynb::half:"))
    assert problems(pastes_only_what_it_computed, here, {"02_other": other}) == []


def test_only_chapters_have_the_frame():
    errata = small(TEXT.replace("## ", "### ").replace("{exercise}", "{note}"))
    for check in (has_the_frame_of_a_chapter, has_enough_exercises):
        assert complaints(check, errata)
        assert complaints(check, errata._replace(name="errata")) == []


EDITS = [  # what stands in the notebook's file, what someone makes of it, what the check says
    ('"0.25\\n"', '"0.26\\n"', 'code cell 1 (`print("0.25")`) has edited outputs'),
    ('plain": "0.5"', 'plain": "0.50000000000000001"', "has edited outputs"),
    ("curve 0.5 0.25", "curve 0.5 0.26", "code cell 2 (`draw()`) has edited outputs"),
    ("aGFsZg==", "aGFsZQ==", "code cell 2 (`draw()`) has edited outputs"),
    ('"draw()"', '"draw(1)"', "code cell 2 (`draw()`) is missing"),
    ("Show it.", "Prove it.", "markdown cell 3 (`## What can go wrong`) is not in src"),
    ("falls from one", "rises from one", "code cell 2 (`draw()`) is missing"),
    ('"a-tag"', '"another-tag"', "markdown cell 3 (`## What can go wrong`) is missing"),
    ('"display_name": "Python 3"', '"display_name": "mine"', "metadata or format were edited"),
    ('"nbformat": 4', '"nbformat":  4', "metadata or format were edited"),
]


@pytest.mark.parametrize(("old", "new", "message"), EDITS)
def test_edited_notebooks_are_noticed(old, new, message):
    good = small()
    assert old in good.text
    edited = read(good.name, good.source, good.text.replace(old, new))
    found = complaints(is_in_step_with_its_source, edited)
    assert any(message in complaint for complaint in found)
    assert all("run make notebooks" in complaint for complaint in found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("falls from", "rises from"),
        ("draw()", "draw(1)"),
        ("Show it", "Prove it"),
        ("## The idea\n", "## The idea\n\n+++\n\n"),
    ],
)
def test_edited_sources_are_noticed(old, new):
    good = small()
    edited = good._replace(source=good.source.replace(old, new))
    assert complaints(is_in_step_with_its_source, edited)


def test_cells_in_another_order_are_noticed():
    good = small()
    good.notebook.cells.reverse()
    moved = good._replace(text=chapters.write(good.notebook))
    (complaint,) = complaints(is_in_step_with_its_source, moved)
    assert "order of cells" in complaint


def test_ids_of_cells_are_unique_and_do_not_move():
    twice = TEXT + '\n```{code-cell}\nprint("0.25")\n```\n'
    before = [cell.id for cell in chapters.convert(twice).cells]
    inserted = twice.replace("## The code\n", "## The code\n\n```{code-cell}\nx = 2\n```\n")
    after = [cell.id for cell in chapters.convert(inserted).cells]
    assert len(set(before)) == len(before)
    assert len(after) == len(before) + 1
    assert set(before) < set(after)
