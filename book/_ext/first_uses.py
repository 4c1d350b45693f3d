"""The first use of a term or symbol in a chapter leads to the glossary or to the page of notation.

Authors write nothing for it. Terms are found as the glossary spells them, as whole words and their
plurals; symbols, where a formula is one symbol and nothing else. What a reader sees at once comes
before what is folded, and exercises come last.
"""

import re
from typing import NamedTuple

import quiet_links
from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

GLOSSARY, NOTATION = "book/glossary", "book/notation"
CHAPTER = re.compile(r"book/\d\d_\w+")
ENGLISH = re.compile(r"[A-Za-z].*", re.DOTALL)
# Where no link belongs: besides headings, captions and links in code, formulas, what is no prose.
CLOSED = (
    *(*quiet_links.WHOLE, quiet_links.QuietLink, nodes.thead, nodes.raw, nodes.literal),
    *(nodes.math, nodes.math_block, nodes.FixedTextElement, nodes.Invisible, nodes.image),
)
# Words of the glossary in another sense, with what stands beside them; and one that has two senses.
OTHER_SENSES = (
    *("edge of", "edges of", "in code", "source code", "recall that", "recall the", "recall from"),
    *("double precision", "single precision", "unit vector", "unit vectors", "unit length"),
    *("unit circle", "unit variance", "unit norm", "to label", "has the weight", "the weight of"),
    *("leaves traces", "removes the bias", "Bias.", "the weights sit", "divergence"),
)
APART = re.compile(r", (?![^{(]*[)}])")  # between symbols, and not between the arguments of one
CHAPTERS_TOLD = re.compile(r"(?<!\S)(\d+(?:, \d+)*): ")
EVERYWHERE = ()
# The chapters of which the sections of the page of notation speak.
CHAPTERS_OF = {
    **dict.fromkeys(("data", "networks", "learning"), EVERYWHERE),
    "sparsity": (3,),
    "optimisation": (4,),
    "covariance-pca-and-whitening": (2, 5),
    "deep-networks-and-classes": (6,),
    "other-autoencoders": (7,),
    "diffusion": (8,),
    "generative-autoencoders": (9,),
    "dictionaries": (10,),
}

logger = logging.getLogger(__name__)


class Place(NamedTuple):
    """Where a term or a symbol is explained."""

    anchor: str
    entry: int  # the same for all names of one thing


def terms(document) -> dict[str, Place]:
    """The English terms of the glossary, each with its place."""
    items = document.findall(nodes.definition_list_item)
    entries = [[t for t in item.children if isinstance(t, nodes.term)] for item in items]
    return {
        name: Place(term["ids"][0], number)
        for number, names in enumerate(entries)
        for term in names
        if ENGLISH.fullmatch(name := term.astext()) and name not in OTHER_SENSES
    }


def pattern(names) -> re.Pattern:
    """What finds terms in a text, the longest first; a small letter may be a capital."""
    longest = sorted([*names, *OTHER_SENSES], key=len, reverse=True)
    spelled = "|".join(map(spelling, longest))
    return re.compile(rf"(?<![\w-])(?:{spelled})(?![\w-])")


def spelling(name):
    first, rest = name[0], re.escape(name[1:]).replace(r"\ ", r"\s+")
    first = f"[{first}{first.upper()}]" if first.islower() else first
    return f"(?P<{group(name)}>{first}{rest})(?:e?s)?"


def group(name):
    return "t" + name.encode().hex()


def symbol(tex: str) -> str:
    """A formula without what does not change it."""
    return re.sub(r"\s+", " ", tex.replace(r"\,", "")).strip()


def anchor(tex: str) -> str:
    """The place of a symbol on the page of notation; capitals count."""
    words = symbol(tex).replace("'", " prime ")
    return "symbol-" + re.sub(r"[^A-Za-z0-9]+", "-", words).strip("-")


SPOKEN = (  # in this order
    (r"\\(?:mathbf|mathrm|mathcal|mathbb|boldsymbol|operatorname|text|left|right)\b", " "),
    (r"\^\{?\\top\}?", " transposed"),
    (r"'", " prime"),
    (r"_", " sub "),
    (r"\^", " to the "),
    (r"\\(?:\||[lr]Vert\b)", " norm "),
    (r"[\\{}]", " "),
)


def spoken(tex: str) -> str:
    """A symbol in words, for those who hear the page: a link has no name if it is all formula."""
    for written, words in SPOKEN:
        tex = re.sub(written, words, tex)
    return " ".join(tex.split())


class NameSymbols(SphinxTransform):
    """Give each row of the tables of notation a name, so that links can lead there."""

    default_priority = 500

    def apply(self, **kwargs):
        if self.env.docname != NOTATION:
            return
        taken = {given for node in self.document.findall(nodes.Element) for given in node["ids"]}
        for row in self.document.findall(nodes.row):
            named = list(row[0].findall(nodes.math))
            if named and isinstance(row.parent, nodes.tbody):
                prefix = "" if is_symbols(row) else "letter-"
                row["ids"].append(unused(prefix + anchor(named[0].astext()), taken))
                taken.add(row["ids"][-1])
                self.check(row)

    def check(self, row):
        """Warn of a section that nobody has said to which chapters it belongs."""
        if is_symbols(row) and not any(section(row, name) for name in CHAPTERS_OF):
            logger.warning(
                "in which chapters do these symbols hold? Name the section in CHAPTERS_OF of"
                " book/_ext/first_uses.py",
                location=row,
                type="first_uses",
            )


def unused(name, taken):
    """An id that is not taken."""
    number = next(n for n in range(1, 99) if f"{name}-{n}" not in taken) if name in taken else ""
    return f"{name}-{number}" if number else name


def is_symbols(row):
    """Whether a row of notation defines symbols, and does not compare their meanings."""
    return section(row, "symbols") and not section(row, "several-meanings")


def section(node, name):
    return any(
        name in box.get("ids", ())
        for box in quiet_links.around(node)
        if isinstance(box, nodes.section)
    )


def symbols(document, chapter: int) -> dict[str, Place]:
    """The symbols that mean one thing in a chapter, or are in the list of those with several."""
    found = {}
    for number, row in enumerate(document.findall(nodes.row)):
        if row["ids"] and holds(row, chapter):
            for formula in row[0].findall(nodes.math):
                for tex in APART.split(symbol(formula.astext())):
                    found.setdefault(tex, {})[is_symbols(row)] = Place(row["ids"][0], number)
    # What is listed among the letters with several meanings, under False, comes first.
    return {tex: places.get(False, places.get(True)) for tex, places in found.items()}


def holds(row, chapter):
    """Whether a row of notation says something of a chapter."""
    if section(row, "several-meanings"):
        words = row[1].astext()
        numbers = {int(n) for told in CHAPTERS_TOLD.findall(words) for n in told.split(", ")}
        return chapter in numbers or not words[0].isdigit()
    own = [CHAPTERS_OF[name] for name in CHAPTERS_OF if section(row, name)]
    return any(numbers is EVERYWHERE or chapter in numbers for numbers in own)


class Chapter:
    """Finds first uses in one chapter."""

    def __init__(self, document):
        self.document, self.found = document, {}

    def prose(self):
        """Its texts and formulas that may bear a link; those that are seen at once first."""
        nodes_ = [node for node in self.document.findall(is_text) if is_open(node)]
        return sorted(nodes_, key=rank)

    def link(self, names: dict[str, Place], base: str):
        """Link the first use of each term."""
        finder = pattern(names)
        for text in self.prose():
            if isinstance(text, nodes.Text):
                first = list(self.first(finder, text, names))
                if first:
                    text.parent.replace(text, list(pieces(text.astext(), first, base)))

    def first(self, finder, text, names):
        for match in finder.finditer(text.astext()):
            name = bytes.fromhex(match.lastgroup[1:]).decode()
            if name in names and names[name].entry not in self.found:
                self.found[names[name].entry] = name
                yield match, names[name].anchor

    def link_symbols(self, names: dict[str, Place], base: str):
        """Link the first formula that is nothing but the symbol."""
        seen = set()
        for formula in self.prose():
            place = isinstance(formula, nodes.math) and names.get(symbol(formula.astext()))
            if place and place.anchor not in seen:
                seen.add(place.anchor)
                said = f"{spoken(formula.astext())}, in the notation"
                quiet_links.wrap(formula, f"{base}#{place.anchor}", "to-symbol", said=said)


def is_text(node):
    return isinstance(node, nodes.Text | nodes.math)


def is_open(node):
    """Whether a link may stand here."""
    return not any(isinstance(box, CLOSED) for box in quiet_links.around(node))


def rank(node):
    """0 for the text of a chapter, 1 for what is folded, 2 for its exercises."""
    for box in quiet_links.around(node):
        if isinstance(box, nodes.Element) and {"exercise", "solution"} & set(
            box.get("classes", ())
        ):
            return 2
    return int(quiet_links.is_folded(node))


def pieces(text, matches, base):
    """A text as nodes: links where the matches are, and what is between them."""
    at = 0
    for match, place in matches:
        yield nodes.Text(text[at : match.start()])
        link = quiet_links.QuietLink(uri=f"{base}#{place}", classes=["to-glossary"], passed=False)
        link += nodes.Text(match[0])
        yield link
        at = match.end()
    yield nodes.Text(text[at:])


def put_links(app, document, docname):
    """Give a chapter its links."""
    if app.builder.format != "html" or not CHAPTER.fullmatch(docname):
        return
    uri, number = app.builder.get_relative_uri, int(docname[5:7])
    chapter = Chapter(document)
    chapter.link(terms(app.env.get_doctree(GLOSSARY)), uri(docname, GLOSSARY))
    chapter.link_symbols(symbols(app.env.get_doctree(NOTATION), number), uri(docname, NOTATION))


def setup(app):
    app.setup_extension("quiet_links")
    app.add_transform(NameSymbols)
    app.connect("doctree-resolved", put_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
