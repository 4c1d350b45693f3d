"""Mathematics without a network: MathJax is copied out of an installed package into the site."""

from importlib.util import find_spec
from pathlib import Path
from shutil import copy2, copytree

PACKAGE = "sphinx-mathjax-offline"
# What `mathjax3_config` loads, and what that loads in turn: fonts, and extensions of TeX.
FILES = (
    "startup.js",
    "core.js",
    "input/tex.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "a11y/assistive-mml.js",
)
FOLDERS = ("input/tex/extensions", "output/chtml/fonts/woff-v2")


def copy_mathjax(app, exception):
    """Put MathJax beside the pages, once they are written, where `mathjax_path` expects it."""
    if exception is not None or app.builder.format != "html":
        return
    source = Path(find_spec(PACKAGE).origin).parent / "static" / "mathjax"
    target = Path(app.outdir, "_static", app.config.mathjax_path).parent
    for name in FILES:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        copy2(source / name, target / name)
    for name in FOLDERS:
        copytree(source / name, target / name, dirs_exist_ok=True)


def setup(app):
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
