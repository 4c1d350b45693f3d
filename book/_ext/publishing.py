"""What pages say of themselves to others, and the places where addresses come in.

Addresses follow from one setting; `tools.publish` puts them in, when the site is built or later.
"""

import re
import sys
from html import escape
from pathlib import Path

import page_sentences
from written_pages import rewrite

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tools import addresses, publish  # the line above makes them importable

BACK = re.compile(r'<a class="viewcode-back" href="[^"#]*#([^"]+)">\[docs\]</a>')
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def describe(app, name, template, context, document):
    """Put into the head of a page what it says of itself."""
    said = description(app, name)
    tag = f'\n<meta name="description" content="{escape(said)}" />' if said else ""
    context["metatags"] = context.get("metatags", "") + tag + publish.place("head")


def description(app, name):
    """The sentence of a page, or of the module whose source it shows."""
    if name in app.env.found_docs:
        return page_sentences.sentence(app.env, name)
    if name.startswith("_modules/ae_course/"):
        return (
            f"The source of the module {name.rpartition('/')[2]} of ae_course, the book's package."
        )
    return page_sentences.OF_PAGES.get(name, "")


def write_files(app, exception):
    """Say each title once, drop links to nothing, and put in the addresses, if there are any."""
    if exception is not None or app.builder.format != "html":
        return
    api = Path(app.outdir, "book", "api.html")
    described = set(re.findall(r'\bid="([^"]+)"', api.read_text("utf-8")))

    def tidied(page):
        page = TITLE.sub(once, page, count=1)
        # Sphinx leads from what a module only imports to a description that is elsewhere.
        return BACK.sub(lambda link: link[0] if link[1] in described else "", page)

    rewrite(app, tidied)
    Path(app.outdir, ".nojekyll").touch()
    publish.put_addresses(Path(app.outdir), addresses.configured(Path(app.srcdir)))


def once(title):
    """The title of a page that bears the name of the book, said once."""
    first, _, second = title[1].strip().partition(" &#8212; ")
    return f"<title>{first}</title>" if first == second else title[0]


def setup(app):
    app.add_config_value("published", {}, "html")
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_files, priority=960)  # after `take_along`
    return {"parallel_read_safe": True, "parallel_write_safe": True}
