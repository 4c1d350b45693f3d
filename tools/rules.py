"""What every chapter of the book has to be: the rules, in the words that an author needs.

Each rule yields what is wrong with a chapter: the line of the source that a person edits, what was
found there, and what to do about it. Nothing is executed; whether the cells compute what is stored
is for nbval to say.
"""

import ast
import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from markdown_it import MarkdownIt
from nbformat import NotebookNode
from nbval.plugin import find_comment_markers, find_metadata_tags

from tools import chapters, equations, folding, reading_time
from tools.chapters import code_cells, named, streams

FRAME = [
    "What you will be able to do",
    "The idea",
    "The derivation",
    "The code",
    "The experiment",
    "What can go wrong",
    "Summary",
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
BOX = re.compile(
    r"^(?:`{3,}|:{3,}|~{3,})\{(exercise|solution)\}(.*)\n(?:(?::.*\n)*?:label: *(\S+))?",
    re.MULTILINE,
)
CITED = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
AT_A_GLANCE = re.compile(r"^:class: at-a-glance\n(?:.*\n)*?\*\*First reading\*\*", re.MULTILINE)
HIDING = {"remove-cell", "remove-input", "hide-cell"}  # tags
GLUED = re.compile(r"\{glue(?::\w*)?\}(?:`([^`]+)`|[ \t]+(\S+))")


@dataclass(frozen=True)
class Chapter:
    """A chapter: its source, and the text of its stored notebook."""

    name: str
    source: str
    text: str

    @cached_property
    def notebook(self) -> NotebookNode:
        """The stored notebook."""
        return chapters.read(self.text)

    @cached_property
    def lines(self) -> dict[str, int]:
        """In which line of the source each cell begins, by the id of the cell."""
        return chapters.lines(self.source)

    @property
    def is_numbered(self) -> bool:
        """Whether it is one of the course, and not an appendix such as the errata."""
        return re.match(r"\d\d_", self.name) is not None

    def at(self, cell: NotebookNode | None, within: int = 0) -> str:
        """The place to edit: a line of the source, or of what came from none, the notebook."""
        if cell is None:
            return f"book/src/{self.name}.md"
        line = self.lines.get(cell.id)
        return f"book/src/{self.name}.md:{line + within}" if line else f"book/{self.name}.ipynb"


Book = dict[str, Chapter]


@functools.cache
def book() -> Book:
    """The chapters that have both a source and a notebook, by name."""
    pairs = {name: chapters.paths(name) for name in chapters.chapters()}
    return {
        name: Chapter(name, source.read_text("utf-8"), target.read_text("utf-8"))
        for name, (source, target) in pairs.items()
        if target.exists()
    }


def broken(chapter: Chapter, others: Book, rules=None) -> list[str]:
    """What breaks a rule: where, in which cell, what was found, and the remedy."""
    cells = [*named(chapter.notebook), *named(chapters.convert(chapter.source))]
    names = {cell.id: f" {name}" for name, cell in cells}
    return [
        f"{chapter.at(cell, within)}:{names.get(cell.id, '') if cell else ''} {message}"
        for rule in rules or RULES
        for cell, message, within in rule(chapter, others)
    ]


class Found(NamedTuple):
    """What is wrong with a cell, or with the chapter as a whole, and what to do about it."""

    cell: NotebookNode | None
    message: str
    within: int = 0  # lines after the first of the cell


def is_in_step_with_its_source(chapter: Chapter, others: Book) -> Iterator[Found]:
    """The notebook is what `make notebooks` gives, to the byte."""
    for _, cell, problem in chapters.out_of_step(chapter.source, chapter.text):
        yield Found(cell, f"{problem}: edit the source only, and run make notebooks")


def is_executed_in_order(chapter: Chapter, others: Book) -> Iterator[Found]:
    """Every cell has run, once, after the one before it."""
    for number, (_, cell) in enumerate(code_cells(chapter.notebook), 1):
        if not cell.source.strip():
            yield Found(cell, "is empty: delete it")
        if cell.execution_count != number:
            count = cell.execution_count
            yield Found(cell, f"has execution count {count}, not {number}: run make notebooks")


def neither_fails_nor_warns(chapter: Chapter, others: Book) -> Iterator[Found]:
    """No cell raises or writes to stderr."""
    for _, cell in code_cells(chapter.notebook):
        if any(output.output_type == "error" for output in cell.outputs):
            yield Found(cell, "stores an error: correct the code and run make notebooks")
        if streams(cell, "stderr"):
            yield Found(cell, "writes to stderr: see to the warning and run make notebooks")


def is_checked_everywhere(chapter: Chapter, others: Book) -> Iterator[Found]:
    """No cell asks nbval to look away."""
    for _, cell in code_cells(chapter.notebook):
        for _ in (*find_metadata_tags(cell.metadata), *find_comment_markers(cell.source)):
            yield Found(cell, "exempts itself from nbval: remove its tag or comment")


def is_of_no_machine(chapter: Chapter, others: Book) -> Iterator[Found]:
    """Nothing is shown that another machine, or another day, would show otherwise."""
    for _, cell in named(chapter.notebook):
        shown = "\n".join(shown_texts(cell))
        for trace in filter(None, (PATH.search(cell.source), PATH.search(shown))):
            within = line_of(trace) if trace.string == cell.source else 0
            yield Found(cell, f"contains the path {trace[0]}: use one within the project", within)
        for trace in filter(None, (ADDRESS.search(shown), TIME.search(shown))):
            yield Found(cell, f"shows {trace[0]}: leave out what changes with every run")


def describes_its_figures(chapter: Chapter, others: Book) -> Iterator[Found]:
    """Every picture has its data, a caption and an alternative text."""
    for _, cell in code_cells(chapter.notebook):
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        if len(pictures) > 1:
            count = len(pictures)
            yield Found(cell, f"shows {count} pictures: give each a cell and a description")
        if not all(has_digest(picture) for picture in pictures):
            yield Found(cell, "has no data beside its picture: draw it with ae_course.figures")
        elif not all("image/svg+xml" in picture.data for picture in pictures):
            yield Found(cell, "has no picture in lines (SVG): run the chapter again")
        if pictures:
            yield from (Found(cell, problem) for problem in lacking_words(cell))


def pastes_only_what_it_computed(chapter: Chapter, others: Book) -> Iterator[Found]:
    """Every glued value in the text comes from a cell, as a plain value."""
    for _, cell in named(chapter.notebook):
        for match in GLUED.finditer(cell.source if cell.cell_type == "markdown" else ""):
            file, _, key = (match[1] or match[2]).rpartition("::")
            key = key.split(":")[0]
            source = file.split("/")[-1].split(".")[0] if file else chapter.name
            computed = glue(others.get(source))
            if key not in computed:
                message = f"pastes {key}, which no cell glues: glue it, run make notebooks"
                yield Found(cell, message, line_of(match))
            elif computed[key].startswith("np."):
                message = f"pastes {key}, which is {computed[key]}: glue float({key})"
                yield Found(cell, message, line_of(match))


def is_plain_python(chapter: Chapter, others: Book) -> Iterator[Found]:
    """Code can be read without running it."""
    for _, cell in code_cells(chapter.notebook):
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            message = f"is not plain Python ({error.msg}): correct it, leave out magics"
            yield Found(cell, message, (error.lineno or 1) - 1)


def leaves_long_definitions_to_the_package(chapter: Chapter, others: Book) -> Iterator[Found]:
    """Code in a chapter is short."""
    unread = {found.cell.id for found in is_plain_python(chapter, others)}
    for _, cell in code_cells(chapter.notebook):
        nodes = ast.walk(ast.parse("" if cell.id in unread else cell.source))
        yield from (too_long(cell, node) for node in nodes if length(node) > LONGEST)


def is_in_the_contents(chapter: Chapter, others: Book) -> Iterator[Found]:
    """A page leads to it."""
    if not chapters.is_in_contents(f"book/{chapter.name}"):
        name = f"add '- file: book/{chapter.name}' to it, or call it NN_{chapter.name}"
        yield Found(None, f"is not in _toc.yml, which has chapters by their number: {name}")


def has_the_frame_of_a_chapter(chapter: Chapter, others: Book) -> Iterator[Found]:
    """The sections of `FRAME`, in this order; others may stand between them."""
    if not chapter.is_numbered:
        return
    reached, headings = None, iter(sections(chapter.notebook))
    for section in FRAME:
        # what stood before is used up: the order counts
        found = next((place for heading, *place in headings if heading == section), None)
        if found is None:
            after = f"after {reached[2]!r} " if reached else ""
            message = f"the section '## {section}' is missing {after}or out of order; wanted, in"
            cell, within = reached[:2] if reached else (None, 0)
            yield Found(cell, f"{message} this order: {', '.join(FRAME)}", within)
            return
        reached = (*found, section)


def has_what_its_card_shows(chapter: Chapter, others: Book) -> Iterator[Found]:
    """The home page shows how long a chapter takes, a figure, and what one can do after it."""
    if not chapter.is_numbered:
        return
    cells = chapter.notebook.cells
    if not any(AT_A_GLANCE.search(cell.source) for cell in cells[:3]):
        message = "the box that says how long it takes is not ':class: at-a-glance': write it so"
        yield Found(cells[0], f"{message}, as chapter 1 does")
    if not any("figure" in cell.metadata.get("mystnb", {}) for cell in cells):
        yield Found(None, "has no figure for its card on the home page: draw one, with a caption")
    for heading, cell, within in sections(chapter.notebook):
        after = "\n".join(cell.source.splitlines()[within + 1 :]).partition("\n## ")[0]
        if heading == FRAME[0] and not re.search(r"^[-*] ", after, re.MULTILINE):
            message = f"the section '## {heading}' has no list: say in items, '- ', what one can do"
            yield Found(cell, message, within)
        items = re.finditer(r"^[-*] .*?(\{[\w:]+\}`)", after, re.MULTILINE)
        for item in items if heading == FRAME[0] else ():
            message = f"found {item[1]}, which the card cannot show: say there in words what it is"
            yield Found(cell, message, within + 1 + line_of(item))


def has_enough_exercises(chapter: Chapter, others: Book) -> Iterator[Found]:
    """There are at least `EXERCISES` boxes of them."""
    if not chapter.is_numbered:
        return
    found = sum(len(EXERCISE.findall(text)) for text in markdown(chapter.notebook))
    if found < EXERCISES:
        places = (place for heading, *place in sections(chapter.notebook) if heading == "Exercises")
        cell, within = next(places, (None, 0))
        message = f"{found} exercises, wanted {EXERCISES}: write more, as {{exercise}} boxes"
        yield Found(cell, message, within)


def names_its_exercises(chapter: Chapter, others: Book) -> Iterator[Found]:
    """Every exercise has a label of its own, and one solution that names it."""
    boxes = [
        (cell, box) for _, cell in named(chapter.notebook) for box in BOX.finditer(cell.source)
    ]
    labels = Counter(box[3] for _, box in boxes if box[1] == "exercise")
    solved = Counter(box[2].strip() for _, box in boxes if box[1] == "solution")
    for cell, box in boxes:
        if box[1] == "solution":
            if box[2].strip() not in labels:
                message = f"solves {box[2].strip()!r}, which labels no exercise: correct the label"
                yield Found(cell, message, line_of(box))
        elif box[3] is None:
            yield Found(cell, "has an exercise without a label: add :label: ex-name", line_of(box))
        elif labels[box[3]] > 1:
            yield Found(cell, f"has {box[3]} twice: give each a label of its own", line_of(box))
        elif solved[box[3]] != 1:
            message = (
                f"{solved[box[3]]} solutions of {box[3]}, wanted one {{solution}} {box[3]} box"
            )
            yield Found(cell, message, line_of(box))


def cites_works_that_there_are(chapter: Chapter, others: Book) -> Iterator[Found]:
    """Every work that is cited is in the list of references."""
    works = equations.works()
    for _, cell in named(chapter.notebook):
        for match in CITED.finditer(cell.source if cell.cell_type == "markdown" else ""):
            for key in {key.strip() for key in match[1].split(",")} - works:
                message = f"cites {key}: add it to book/references.bib, or correct the key"
                yield Found(cell, message, line_of(match))


def shows_only_what_a_reader_should_read(chapter: Chapter, others: Book) -> Iterator[Found]:
    """Imports, checks, glue and the drawing of figures are folded, and nothing is hidden whole."""
    exercises = False
    for cell in chapter.notebook.cells:
        if cell.cell_type == "markdown":
            exercises = exercises or "## Exercises" in cell.source.splitlines()
            continue
        for tag in HIDING & set(cell.metadata.get("tags", [])):
            message = f"has the tag {tag}: remove the tag; what need not be read folds itself"
            yield Found(cell, f"{message}, or with course: {{fold: what it holds}}")
        for what, within in () if exercises else folding.unfolded(cell):
            message = f"{what} among code that is read: move that to a cell of its own, which folds"
            yield Found(cell, message, within)


def says_how_long_it_takes(chapter: Chapter, others: Book) -> Iterator[Found]:
    """The head says the time, the first path is short enough, and it is what the text takes."""
    if not chapter.is_numbered:
        return
    taken = reading_time.minutes(chapter.notebook)
    heads = [(cell, reading_time.GLANCE.search(cell.source)) for cell in chapter.notebook.cells[:3]]
    cell, said = next((pair for pair in heads if pair[1]), (chapter.notebook.cells[0], None))
    within = line_of(said) if said else 0
    hours = f"{taken.hours} hour{'s' if taken.hours != 1 else ''}"
    wanted = (
        f"**First reading** {taken.first} minutes, **all of it** {taken.whole} minutes,"
        f" **exercises** {hours}"
    )
    if said is None or tuple(map(int, said.groups())) != (taken.first, taken.whole, taken.hours):
        found = f"says {said[0]!r}" if said else "has no box that says how long it takes"
        message = f"{found}: it takes, as tools/reading_time.py counts: {wanted}"
        yield Found(cell, message, within)
    if taken.first > reading_time.FIRST:
        message = f"takes {taken.first} minutes at a first reading, at most {reading_time.FIRST}"
        message = f"{message}: mark what can wait, {reading_time.BEYOND!r}, or shorten"
        yield Found(cell, message, within)


def grades_its_exercises(chapter: Chapter, others: Book) -> Iterator[Found]:
    """Every exercise has a level, means and minutes, and easier ones come first."""
    before = 0
    for cell, title, effort in reading_time.efforts(chapter.notebook):
        if effort is None:
            message = f"{title[1]!r} does not end in its level, means and minutes"
            yield Found(cell, f"{message}: add them, as in {reading_time.EXAMPLE}", line_of(title))
            continue
        level = reading_time.LEVELS.index(effort["level"])
        if level < before:
            message = f"{title[1]!r} comes after harder ones: put easier ones first"
            yield Found(cell, message, line_of(title))
        before = level


OF_WHAT_IS_STORED = [
    is_in_step_with_its_source,
    is_executed_in_order,
    neither_fails_nor_warns,
    describes_its_figures,
    pastes_only_what_it_computed,
]
OF_THE_SOURCE = [  # an author can keep these before a cell has run
    is_checked_everywhere,
    is_of_no_machine,
    is_plain_python,
    leaves_long_definitions_to_the_package,
    is_in_the_contents,
    has_the_frame_of_a_chapter,
    has_what_its_card_shows,
    has_enough_exercises,
    names_its_exercises,
    cites_works_that_there_are,
    shows_only_what_a_reader_should_read,
    says_how_long_it_takes,
    grades_its_exercises,
]
RULES = OF_WHAT_IS_STORED + OF_THE_SOURCE


def line_of(match: re.Match) -> int:
    """How many lines stand before a match."""
    return match.string.count("\n", 0, match.start())


def length(node: ast.AST) -> int:
    """The lines of a definition; 0 for everything else."""
    definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return node.end_lineno - node.lineno + 1 if definition else 0


def too_long(cell, node):
    """What to say of a long definition."""
    found = f"defines {node.name} in {length(node)} lines, at most {LONGEST} are welcome"
    return Found(cell, f"{found}: move it to ae_course, with a test", node.lineno - 1)


def markdown(notebook):
    """Return the texts between the code."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def sections(notebook):
    """Yield the headings of level 2, without what follows a colon: text, cell, line in the cell."""
    for cell in (cell for cell in notebook.cells if cell.cell_type == "markdown"):
        tokens = MarkdownIt("commonmark").parse(cell.source)
        for heading, words in itertools.pairwise(tokens):
            if heading.type == "heading_open" and heading.tag == "h2":
                yield words.content.split(":")[0].strip(), cell, heading.map[0]


def shown_texts(cell):
    """Yield every text that a cell shows."""
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        data = output.get("data", {})
        yield from (str(data[kind]) for kind in data if "image/" not in kind)


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
