"""What the search finds: every section, every term of the glossary, every function, as plain text.

`search_places.js` beside the pages has an entry for each; `book/_static/search.js` looks them up.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

# What a formula may consist of to stand as it is in a line of plain text.
PLAIN = re.compile(r"[\w\s=+<>.,:()/≤≥≠≈·×∞−-]*")
SIGNS = {
    **{"le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈"},
    **{"cdot": "·", "times": "×", "infty": "∞", "ldots": "...", "dots": "..."},
    **{"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η"},
    **{"theta": "θ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ"},
    **{"sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "psi": "ψ", "omega": "ω"},
    **{"Gamma": "Γ", "Delta": "Δ", "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Omega": "Ω"},
}
NAMED = re.compile(r"\\(?:mathrm|text|operatorname|mathit|hat|tilde|bar)\s*(\{[^{}]*\}|\\?\w+)")
IN_BRACES = re.compile(r"([_^])\{([^{}]*)\}")
COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
# What readers call a place that has another title.
ALSO_CALLED = {
    "book/errata.html": "Errata",
    "index.html#what-you-need": "Prerequisites",
    "book/glossary.html#term-centring": "Why subtract the mean",
    "book/glossary.html#term-KullbackLeibler-divergence": "KL",
}
# What is not prose: code, pictures, what is never shown, and lists of contents.
SKIPPED = (
    *(
        nodes.literal_block,
        nodes.image,
        nodes.raw,
        nodes.comment,
        nodes.target,
        nodes.substitution_definition,
    ),
    *(
        nodes.math_block,
        nodes.system_message,
        addnodes.toctree,
        addnodes.index,
        addnodes.download_reference,
    ),
)
BLOCKS = (nodes.paragraph, nodes.caption, nodes.term, nodes.rubric, nodes.line, nodes.title)


def formula(tex):
    """Return a formula as plain text, or an ellipsis where that would need more than one line."""
    text = NAMED.sub(lambda found: found[1].strip("{}"), tex.replace(r"\,", " "))
    text = COMMAND.sub(lambda found: SIGNS.get(found[1], found[0]), text)
    text = re.sub(r"[{}]", "", text) if "^" not in text else text
    text = text.replace("_", "")
    return text if PLAIN.fullmatch(text) else "…"


def plain(node):
    """Return the words of a node, formulas among them, without what is not prose."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.math):
        return formula(node.astext())
    if isinstance(node, SKIPPED):
        return ""
    if isinstance(node, nodes.literal) and ".ipynb" in node.astext():
        return "…"
    return "".join(map(plain, node.children))


def line(node):
    """Return the words of a node on one line; powers in a docstring's text lose their braces."""
    return IN_BRACES.sub(r"\1(\2)", " ".join(plain(node).split()))


def blocks(node, end):
    """Yield the paragraphs of a node, but not those of the nodes of the types in `end`."""
    for child in node.children:
        if isinstance(child, (*end, *SKIPPED)):
            continue
        if isinstance(child, BLOCKS):
            yield line(child)
        else:
            yield from blocks(child, end)


def text(node, *end):
    """Return the paragraphs of a node as one line."""
    return " ".join(filter(None, blocks(node, end)))


class Places:
    """Collects the places of one page in their order."""

    def __init__(self, docname, document):
        self.docname = docname
        self.document = document
        self.page = line(next(iter(document.findall(nodes.title)), nodes.title()))

    def __iter__(self):
        for section in self.document.findall(nodes.section):
            if isinstance(section.next_node(nodes.title), nodes.title) and section["ids"]:
                yield from self.section(section)
        for item in self.document.findall(nodes.definition_list_item):
            if item.parent.parent and isinstance(item.parent.parent, addnodes.glossary):
                yield self.term(item)
        for described in self.document.findall(addnodes.desc):
            yield from self.object(described)

    def section(self, section):
        title = section[0]
        if isinstance(title, nodes.title):
            body = text(section, nodes.section, nodes.title, addnodes.desc, addnodes.glossary)
            anchor = "" if isinstance(section.parent, nodes.document) else section["ids"][0]
            kind = "object" if "module" in section["classes"] else "section"
            yield self.place(kind, [line(title)], anchor, body)

    def term(self, item):
        terms = [term for term in item.children if isinstance(term, nodes.term)]
        body = text(item, nodes.term)
        return self.place("term", [line(term) for term in terms], terms[0]["ids"][0], body)

    def object(self, described):
        signature = described[0]
        if signature["ids"]:
            name = signature["ids"][0].removeprefix("ae_course.")
            body = text(described[1], addnodes.desc, nodes.field_list)
            yield self.place("object", [name], signature["ids"][0], body)

    def place(self, kind, titles, anchor, body):
        to = f"{self.docname}.html" + (f"#{anchor}" if anchor else "")
        titles = [*titles, *([ALSO_CALLED[to]] if to in ALSO_CALLED else [])]
        return {"kind": kind, "titles": titles, "page": self.page, "to": to, "text": body}


def keep(app, document, docname):
    """Keep the places of a page that is about to be written."""
    if app.builder.format == "html":
        app.search_places[docname] = list(Places(docname, document))


def write(app, exception):
    """Write the places of all pages, also of those that did not have to be written again."""
    if exception is not None or app.builder.format != "html":
        return
    for docname in sorted(app.env.found_docs - set(app.search_places)):
        app.env.get_and_resolve_doctree(docname, app.builder)  # tells `keep`
    ordered = [place for name in sorted(app.search_places) for place in app.search_places[name]]
    # A script and not JSON, because a page opened as a file may load scripts alone.
    data = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, "search_places.js").write_text(f"bookSearch.open({data})\n", "utf-8")


def setup(app):
    app.search_places = {}
    app.connect("doctree-resolved", keep)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
