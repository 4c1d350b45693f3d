"""The stored notebooks are what readers may trust: executed in order, in step, described.

Nothing is executed here; whether the cells compute what is stored is for nbval to say.
"""

import re
from dataclasses import replace

import pytest
from nbformat.v4 import new_output
from sphinx.util.matching import patmatch

from tools import chapters, rules
from tools.chapters import code_cells
from tools.rules import Chapter, book


def complaints(rule, chapter, others=None):
    """What a rule says of a chapter of a book with these other ones."""
    return rules.broken(chapter, others or {chapter.name: chapter}, [rule])


# The book itself


def test_there_is_a_chapter():
    assert chapters.chapters(), "book/src has no chapter: write one, and run make notebooks"


def test_every_source_has_its_notebook_and_the_other_way_round():
    sources = set(chapters.chapters())
    made = {path.stem for path in (chapters.ROOT / "book").glob("*.ipynb")}
    assert not sources - made, f"never executed: {sources - made}; run make notebooks"
    assert not made - sources, f"no source in book/src: {made - sources}; delete the notebook"


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("name", sorted(book()))
def test_each_chapter(name, rule):
    found = complaints(rule, book()[name], book())
    assert not found, "\n".join(found)


# The checks, on a small chapter that passes and on what may become of it

TEXT = """\
# A small chapter
```{admonition} Before you begin
:class: at-a-glance
**First reading** 5 minutes, **all of it** 5 minutes, **exercises** 2 hours.
```
## What you will be able to do
- Halve.
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
## Summary
## Exercises
"""
for number in range(8):
    TEXT += f"""
```{{exercise}} Show it (standard, paper, 15 minutes)
:label: ex-{number}
```

```{{solution}} ex-{number}
```
"""
TEXT += "\n## Further reading\n"


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
            "display_data",
            {
                "image/png": "aGFsZg==",
                "image/svg+xml": "<svg/>",
                "text/plain": "axes 1\n curve 0.5 0.25",
            },
        )
    ]
    edit(cells)
    return Chapter("01_small", source, chapters.write(notebook))


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_a_good_chapter_passes(rule):
    assert complaints(rule, small()) == []


def output(cells, **changes):
    cells[0].outputs[0].update(changes)


def settings(cells, **changes):
    cells[1].metadata["mystnb"].update(changes)


OUTPUTS = [  # a check, what becomes of the cells when they are executed, what the check says
    (rules.is_executed_in_order, lambda c: c[0].update(execution_count=None), "count None, not 1"),
    (rules.is_executed_in_order, lambda c: c[1].update(execution_count=3), "count 3, not 2"),
    (rules.is_executed_in_order, lambda c: c[0].update(source=" \n"), "is empty"),
    (
        rules.shows_only_what_a_reader_should_read,
        lambda c: c[0].update(source="x = 1\nassert x"),
        "asserts among code that is read",
    ),
    (
        rules.shows_only_what_a_reader_should_read,
        lambda c: c[0].metadata.update(tags=["remove-cell"]),
        "has the tag remove-cell: remove the tag",
    ),
    (rules.neither_fails_nor_warns, lambda c: output(c, name="stderr"), "writes to stderr"),
    (
        rules.neither_fails_nor_warns,
        lambda c: c[0].outputs.append(new_output("error", ename="E", evalue="", traceback=[])),
        "stores an error",
    ),
    (rules.is_checked_everywhere, lambda c: c[0].metadata.update(tags=["nbval-skip"]), "exempts"),
    (
        rules.is_checked_everywhere,
        lambda c: c[0].metadata.update(tags=["raises-exception"]),
        "exempts",
    ),
    (rules.is_checked_everywhere, lambda c: c[0].update(source="# NBVAL_IGNORE_OUTPUT"), "exempts"),
    (rules.is_of_no_machine, lambda c: output(c, text="in /home/me/book"), "the path /home/"),
    (rules.is_of_no_machine, lambda c: output(c, text="in C:\\Users"), "the path C:\\"),
    (rules.is_of_no_machine, lambda c: c[0].update(source='open("/var/x")'), "the path /var/"),
    (rules.is_of_no_machine, lambda c: output(c, text="<f at 0x7f3a2c1b>"), "shows 0x7f3a2c1b"),
    (
        rules.is_of_no_machine,
        lambda c: output(c, text="at 2024-05-06 07:08"),
        "shows 2024-05-06 07:08",
    ),
    (rules.is_of_no_machine, lambda c: output(c, text="took 00:01:23"), "shows 00:01:23"),
    (rules.describes_its_figures, lambda c: settings(c, image={}), "has no alt text"),
    (
        rules.describes_its_figures,
        lambda c: settings(c, image={"alt": "A falling line"}),
        "has no alt",
    ),
    (
        rules.describes_its_figures,
        lambda c: settings(c, image={"alt": "the error, over the epochs"}),
        "repeats its caption",
    ),
    (rules.describes_its_figures, lambda c: settings(c, figure={}), "without a caption"),
    (
        rules.describes_its_figures,
        lambda c: c[1].outputs[0].data.pop("image/svg+xml"),
        "has no picture in lines (SVG): run the chapter again",
    ),
    (
        rules.describes_its_figures,
        lambda c: c[1].outputs.append(c[1].outputs[0]),
        "shows 2 pictures",
    ),
    *(
        (
            rules.describes_its_figures,
            lambda c, text=text: c[1].outputs[0].data.update(text),
            "no data",
        )
        for text in (
            {"text/plain": ""},
            {"text/plain": "<Figure size 640x480 with 1 Axes>"},
            {"text/plain": "Figure(640x480)"},
        )
    ),
    (
        rules.pastes_only_what_it_computed,
        lambda c: c[0].outputs.pop(),
        "pastes half, which no cell glues",
    ),
    (
        rules.pastes_only_what_it_computed,
        lambda c: (
            c[0]
            .outputs[1]
            .data.update({"application/papermill.record/text/plain": "np.float64(0.5)"})
        ),
        "glue float(half)",
    ),
    (
        rules.leaves_long_definitions_to_the_package,
        lambda c: c[0].update(source="class Net:" + 15 * "\n    x = 1"),
        "defines Net in 16 lines",
    ),
    (
        rules.leaves_long_definitions_to_the_package,
        lambda c: c[0].update(source="if x:\n    def f():" + 15 * "\n        x = 1"),
        "defines f in 16 lines",
    ),
    (
        rules.is_plain_python,
        lambda c: c[0].update(source="%time x"),
        "is not plain Python (invalid syntax): correct it, leave out magics",
    ),
]


@pytest.mark.parametrize(("rule", "edit", "message"), OUTPUTS)
def test_cells_that_must_not_pass(rule, edit, message):
    (complaint,) = complaints(rule, small(edit=edit))
    assert complaint.startswith(
        (
            "book/src/01_small.md:14: code cell 1 (`",
            "book/src/01_small.md:25: code cell 2 (`",
            "book/src/01_small.md:10: markdown cell 1 (`",
            "book/src/01_small.md:15: code cell 1 (`",
        )
    )
    assert message in complaint


SOURCES = [  # a rule, what an author writes, in place of what, in which line, what the rule says
    (rules.has_the_frame_of_a_chapter, "## The idea", "", 6, "'## The idea' is missing"),
    (
        rules.has_the_frame_of_a_chapter,
        "## The idea",
        "### The idea",
        6,
        "'## The idea' is missing",
    ),
    (
        rules.has_the_frame_of_a_chapter,
        "## What you",
        "## That you",
        None,
        "will be able to do' is",
    ),
    (
        rules.has_the_frame_of_a_chapter,
        "## The code",
        "```\n## The code\n```",
        9,
        "'## The code' is missing after 'The derivation' or out of order; wanted, in this order: ",
    ),
    (rules.has_the_frame_of_a_chapter, "## The code", "## The idea", 9, "'## The code' is missing"),
    (rules.has_what_its_card_shows, "- Halve.", "Halve.", 6, "has no list: say in items, '- '"),
    (rules.has_what_its_card_shows, "- Halve.", "- Halve {eq}`eq-x`.", 7, "found {eq}`, which the"),
    (rules.has_what_its_card_shows, ":class: at", ":class: as", 1, "is not ':class: at-a-glance'"),
    (rules.has_what_its_card_shows, "  figure: ", "  table: ", None, "has no figure for its card"),
    (rules.has_enough_exercises, "```{exercise}", "```{note}", 32, "0 exercises, wanted 8"),
    (rules.cites_works_that_there_are, "{glue", "{cite:t}`nobody1999x` {glue", 10, "nobody1999x: "),
    (rules.pastes_only_what_it_computed, "`half:", "`third:", 10, "pastes third"),
    (rules.pastes_only_what_it_computed, "`half:", "`02_pca.ipynb::half:", 10, "pastes half"),
    (rules.is_of_no_machine, "https://example.org/home/", "/home/", 10, "the path /home/"),
    (
        rules.says_how_long_it_takes,
        "**exercises** 2 hours",
        "**exercises** 3 hours",
        4,
        "it takes, as tools/reading_time.py counts: **First reading** 5 minutes, **all of it** 5",
    ),
    (rules.says_how_long_it_takes, "**First reading** 5", "5", 1, "has no box that says how long"),
]


@pytest.mark.parametrize(("rule", "old", "new", "line", "message"), SOURCES)
def test_texts_that_must_not_pass(rule, old, new, line, message):
    (complaint,) = complaints(rule, small(TEXT.replace(old, new)))
    assert complaint.startswith(f"book/src/01_small.md{f':{line}: ' if line else ': '}")
    assert message in complaint


def test_a_first_reading_takes_an_hour_at_most():
    words, head = "word " * 140, "**First reading** 5 minutes, **all of it** 5"
    for minutes, wanted in ((58, []), (61, ["at a first reading, at most 60"])):
        rounded = -(-minutes // 5) * 5
        said = f"**First reading** {rounded} minutes, **all of it** {rounded}"
        text = TEXT.replace(head, said).replace("## The idea", f"## The idea\n{words * minutes}")
        found = complaints(rules.says_how_long_it_takes, small(text))
        assert len(found) == len(wanted)
        assert all(message in line for message, line in zip(wanted, found, strict=True))


EXERCISES = [  # what an author writes, in place of what; what the rule says, and in which line
    (":label: ex-3\n", "", {"55: an exercise without a label", "58: solves 'ex-3', which labels"}),
    ("{solution} ex-3", "{solution} ex-9", {"55: 0 solutions of ex-3", "59: solves 'ex-9'"}),
    ("{solution} ex-3", "{note}", {"55: 0 solutions of ex-3, wanted one {solution} ex-3"}),
    (":label: ex-3", ":label: ex-2", {"48: ex-2 twice", "55: ex-2 twice", "59: solves 'ex-3'"}),
]


@pytest.mark.parametrize(("old", "new", "messages"), EXERCISES)
def test_exercises_that_must_not_pass(old, new, messages):
    found = complaints(rules.names_its_exercises, small(TEXT.replace(old, new)))
    said = [line.removeprefix("book/src/01_small.md:").replace(" has ", " ") for line in found]
    for line, message in (wanted.split(": ", 1) for wanted in messages):
        assert any(text.startswith(f"{line}: ") and message in text for text in said), found
    assert len(found) == len(messages)


def test_a_page_without_a_number_is_in_the_contents():
    page = replace(small(), name="no_such_page")
    (found,) = complaints(rules.is_in_the_contents, page)
    assert "add '- file: book/no_such_page'" in found
    assert complaints(rules.is_in_the_contents, replace(page, name="errata")) == []


@pytest.mark.parametrize("number", range(1, 100))
def test_every_number_puts_a_chapter_into_the_contents_once(number):
    page = f"{number:02}_new"
    assert complaints(rules.is_in_the_contents, replace(small(), name=page)) == []
    listed = (chapters.ROOT / "_toc.yml").read_text("utf-8")
    globs = re.findall(r"glob: (book/\S+)", listed)
    assert sum(bool(patmatch(f"book/{page}", glob)) for glob in globs) == 1  # as the site reads it


def test_a_result_of_another_chapter_can_be_pasted():
    other = replace(small(), name="02_other")
    here = small(TEXT.replace("`half:", "`02_other.ipynb::half:"))
    assert complaints(rules.pastes_only_what_it_computed, here, {"02_other": other}) == []


def test_only_chapters_have_the_frame():
    errata = small(TEXT.replace("## ", "### ").replace("{exercise}", "{note}"))
    for rule in (rules.has_the_frame_of_a_chapter, rules.has_enough_exercises):
        assert complaints(rule, errata)
        assert complaints(rule, replace(errata, name="errata")) == []


EDITS = [  # what stands in the notebook's file, what someone makes of it, what the check says
    ('"0.25\\n"', '"0.26\\n"', 'code cell 1 (`print("0.25")`) has edited outputs'),
    ('plain": "0.5"', 'plain": "0.50000000000000001"', "has edited outputs"),
    ("curve 0.5 0.25", "curve 0.5 0.26", "code cell 2 (`draw()`) has edited outputs"),
    ("aGFsZg==", "aGFsZQ==", "code cell 2 (`draw()`) has edited outputs"),
    ('"draw()"', '"draw(1)"', "code cell 2 (`draw()`) is missing"),
    ("Show it (", "Prove it (", "markdown cell 3 (`## What can go wrong`) is not in src"),
    ("falls from one", "rises from one", "code cell 2 (`draw()`) is missing"),
    ('"a-tag"', '"another-tag"', "markdown cell 3 (`## What can go wrong`) is missing"),
    (
        '"display_name": "Python 3"',
        '"display_name": "mine"',
        "order of its cells, metadata or format",
    ),
    ('"nbformat": 4', '"nbformat":  4', "order of its cells, metadata or format"),
]


@pytest.mark.parametrize(("old", "new", "message"), EDITS)
def test_edited_notebooks_are_noticed(old, new, message):
    good = small()
    assert old in good.text
    edited = replace(good, text=good.text.replace(old, new))
    found = complaints(rules.is_in_step_with_its_source, edited)
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
    edited = replace(good, source=good.source.replace(old, new))
    assert complaints(rules.is_in_step_with_its_source, edited)


def test_cells_in_another_order_are_noticed():
    good = small()
    good.notebook.cells.reverse()
    moved = replace(good, text=chapters.write(good.notebook))
    (complaint,) = complaints(rules.is_in_step_with_its_source, moved)
    assert "was edited in the order of its cells" in complaint


def test_ids_of_cells_are_unique_and_do_not_move():
    twice = TEXT + '\n```{code-cell}\nprint("0.25")\n```\n'
    before = [cell.id for cell in chapters.convert(twice).cells]
    inserted = twice.replace("## The code\n", "## The code\n\n```{code-cell}\nx = 2\n```\n")
    after = [cell.id for cell in chapters.convert(inserted).cells]
    assert len(set(before)) == len(before)
    assert len(after) == len(before) + 1
    assert set(before) < set(after)
