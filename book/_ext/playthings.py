"""Things to play with: a custom element of book/_static/play, and the scripts that it needs.

    ```{play} bowl
    :alt: What its picture shows, for those who do not see it.

    A sentence that says what to try.
    ```

becomes a box with the sentence, the element ``<play-bowl>``, and in it the picture bowl.png, which
stands there without scripts and in print. The scripts, play.js, bowl-data.js if there is one, and
bowl.js, are loaded by pages that have the element, and by no others.
"""

from pathlib import Path

import page_nodes
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

STATIC = Path(__file__).resolve().parents[1] / "_static" / "play"
STYLES = "play/play.css"


class Plaything(nodes.General, nodes.Element):
    """The element in its box; its children are the words that say what to try."""


class Play(SphinxDirective):
    """```{play} name```: the element of that name."""

    required_arguments = 1
    has_content = True
    option_spec = {"alt": directives.unchanged_required}  # noqa: RUF012 (docutils' own)

    def run(self):
        name = self.arguments[0]
        if not (STATIC / f"{name}.js").is_file():
            known = sorted(path.stem for path in STATIC.glob("*.js") if "-" not in path.stem)
            known.remove("play")
            raise self.error(f"nothing to play with is called {name!r}: {', '.join(known)}")
        if not self.content or not self.options.get("alt"):
            raise self.error(f"{name}: say what to try, and in :alt: what its picture shows")
        plaything = Plaything(element=name, alt=self.options["alt"], ids=[f"play-{name}"])
        self.set_source_info(plaything)
        self.state.nested_parse(self.content, self.content_offset, plaything)
        return [plaything]


def visit_html(self, node):
    name = node["element"]
    folder = "../" * self.builder.current_docname.count("/")
    image = {"src": f"{folder}_static/play/{name}.png", "alt": node["alt"], "loading": "lazy"}
    still = self.emptytag(node, "img", "", CLASS="play-still", **image)
    place = f'<div class="play-place play-place-{name}"><play-{name}>{still}</play-{name}></div>'
    node["place"] = place.replace(f' id="play-{name}"', "")
    self.body.append(f'<figure class="play" id="play-{name}"><figcaption>')


def depart_html(self, node):
    self.body.append(f"</figcaption>{node['place']}</figure>\n")


def scripts(name):
    """What a page with this element loads, in this order."""
    data = f"{name}-data.js"
    return ["play.js", *([data] if (STATIC / data).is_file() else []), f"{name}.js"]


def load(app, pagename, templatename, context, doctree):
    """Give a page the scripts of what it has to play with."""
    found = [node["element"] for node in doctree.findall(Plaything)] if doctree else []
    if found:
        app.add_css_file(STYLES)
    for script in dict.fromkeys(script for name in found for script in scripts(name)):
        app.add_js_file(f"play/{script}", loading_method="defer")


def setup(app):
    page_nodes.add(app, Plaything, visit_html, depart_html)
    app.add_directive("play", Play)
    app.connect("html-page-context", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
