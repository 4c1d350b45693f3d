"""Makes a reader's own copies of chapters and problem sets, and opens them in JupyterLab.

    python -m tools.lab [--folder lab] [--open [options of jupyter lab]]

The copies lie in ``lab/`` and read as in the book (`tools.copies`). A copy with changes in it is
never touched again. The built site is only read; copies are made again when the book has changed.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
if not __package__:  # run by its path: no file of tools/ may hide a module of the same name
    sys.path[:] = [str(HERE.parent), *(path for path in sys.path if Path(path).resolve() != HERE)]

import jupytext  # noqa: E402 (the lines above say where to look)
import nbformat  # noqa: E402
from nbformat import NotebookNode  # noqa: E402
from nbformat.v4 import new_markdown_cell, new_notebook  # noqa: E402

from ae_course.files import atomic_write  # noqa: E402
from tools import ROOT, website  # noqa: E402

LAB = ROOT / "lab"
WORK = ROOT / "_build" / "lab" / "copies"
START_HERE = HERE / "start_here.md"
START = "00_start_here.ipynb"
SETTINGS = HERE / "jupyter"  # for JupyterLab: where to start, no tools of instructors, no news


def main() -> None:
    """Read the command line, bring the copies up to date, and open them if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=LAB, help="where the copies are")
    parser.add_argument("--open", nargs=argparse.REMAINDER, help="run jupyter lab, with options")
    asked = parser.parse_args()
    try:
        bring_up_to_date(asked.folder, say=partial(print, flush=True))
    except (website.SiteError, LookupError, OSError) as error:
        sys.exit(f"Cannot make the copies: {error}")
    if asked.open is not None:
        sys.exit(open_lab(asked.folder, asked.open))


def bring_up_to_date(lab: Path, work: Path = WORK, say=lambda line: None) -> None:
    """Make the copies if the book has changed since, deliver them, and say what was done."""
    made = work / digest([website.fingerprint(), START_HERE.read_text("utf-8")])[:16]
    with website.alone(work.parent, say):
        if not made.exists():
            site = website.up_to_date(say=say)
            say("Writing copies that read as in the book ...")
            keep(copies(site), made)
    lab.mkdir(parents=True, exist_ok=True)
    for path in sorted(made.iterdir()):
        say(f"{path.name}: {deliver(read(path), lab / path.name)}")


def keep(notebooks: Iterable[tuple[str, NotebookNode]], folder: Path) -> None:
    """Store notebooks in a folder that is complete or not there, in the place of older ones."""
    shutil.rmtree(folder.parent, ignore_errors=True)
    new = folder.with_name(f"{folder.name}.new")
    new.mkdir(parents=True)
    for name, notebook in notebooks:
        nbformat.write(notebook, new / name)
    new.replace(folder)


def copies(site: Path):
    """Yield the name and the notebook of every copy, as the pages of a built site read."""
    from tools.copies import Page, as_in_the_book  # takes a second, and is seldom needed

    sources = {path.name: path for path in (ROOT / "book").glob("*.ipynb")}
    sets = {path.name: path for path in (ROOT / "book" / "problem_sets").glob("*.ipynb")}
    pages = {page_name(path): name for name, path in (sources | sets).items()}
    pages["book/problem_sets"] = START
    titles = {}
    for name, path in sorted((sources | sets).items()):
        notebook = nbformat.read(path, as_version=4)
        titles[name] = notebook.cells[0].source.partition("\n")[0].lstrip("# ")
        copy = as_in_the_book(notebook, Page(site, page_name(path), pages))
        if name in sets:
            copy.cells.insert(0, way_back(name, titles))
        yield name, copy
    yield START, start_page(titles, set(sets))


def page_name(path: Path) -> str:
    """The name that Sphinx has for a page of the book: its path without suffix."""
    return path.relative_to(ROOT).with_suffix("").as_posix()


def chapter_of(name: str, titles: dict[str, str]) -> str:
    """The chapter that a problem set goes with: they share their number."""
    number = Path(name).stem.removeprefix("problems_")
    return next(chapter for chapter in titles if chapter.startswith(f"{number}_"))


def way_back(name: str, titles: dict[str, str]) -> NotebookNode:
    """The cell above a problem set, which leads to its chapter and to the first page."""
    chapter = chapter_of(name, titles)
    text = f"Goes with the chapter [{titles[chapter]}]({chapter}). [How to hand it in]({START})."
    return new_markdown_cell(text, id="goes-with")


def start_page(titles: dict[str, str], sets: set[str]) -> NotebookNode:
    """The page that says what to open first, how answers are checked and how to hand in."""
    links = {name: f"[{title}]({name})" for name, title in titles.items()}
    set_of = {chapter_of(name, titles): name for name in sets}
    chapters = [name for name in titles if name[0].isdigit()]
    rows = [f"| {links[name]} | {links.get(set_of.get(name), '')} |" for name in chapters]
    others = [links[name] for name in titles if name not in sets and name not in chapters]
    page = jupytext.read(START_HERE)
    first = page.cells[0]
    first.source = first.source.format(
        first=links[chapters[0]],
        table="\n".join(rows),
        others=f"Beside them: {', '.join(others)}." if others else "",
    )
    return named(page)


def named(notebook: NotebookNode) -> NotebookNode:
    """The same notebook with cells whose ids do not change from one run to the next."""
    for i, cell in enumerate(notebook.cells, 1):
        cell.id = f"start-{i}"
    return notebook


def deliver(copy: NotebookNode, path: Path) -> str:
    """Write a copy where there is none or an untouched one, and say what was done.

    A copy carries two sums: of all that the book gave it, which tells whether there is news, and of
    its sources alone, which tells whether its owner changed any. Outputs need no such care, since
    running a cell restores them.
    """
    made = {"all": digest(copy), "sources": digest(sources(copy))}
    if path.exists():
        mine = read(path)
        before = mine.metadata.get("made_from", {})
        if before.get("all") == made["all"]:
            return "as you left it"
        if before.get("sources") != digest(sources(mine)):
            return "has your changes and stays; rename it to get it as it is in the book now"
    whole = NotebookNode({**copy, "metadata": {**copy.metadata, "made_from": made}})
    with atomic_write(path) as file:
        file.write(nbformat.writes(whole).encode())
    return "as in the book"


def read(path: Path) -> NotebookNode:
    """The notebook in a file; an empty one if the file holds something else."""
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError):
        return new_notebook()


def sources(notebook: NotebookNode) -> list[tuple[str, str]]:
    """What a person can have written in a notebook."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def digest(content: object) -> str:
    """The SHA-256 sum of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def check_folders() -> None:
    """Leave with one line if JupyterLab has no folder for what it writes down while it runs."""
    from jupyter_core import paths

    folders = {
        "JUPYTER_RUNTIME_DIR": paths.jupyter_runtime_dir(),
        "JUPYTER_CONFIG_DIR": paths.jupyter_config_dir(),
    }
    for variable, folder in folders.items():
        try:
            Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            reason = os.strerror(error.errno)
            sys.exit(
                f"Cannot start JupyterLab: {folder}, which it writes to, cannot be made: {reason};"
                f" {variable} may name another folder"
            )


def open_lab(lab: Path, options: list[str]) -> int | None:
    """Run JupyterLab in a folder with the course's settings, until it is shut down."""
    from jupyterlab.labapp import main as jupyterlab

    check_folders()
    before = os.environ.get("JUPYTER_CONFIG_PATH")
    paths = [str(SETTINGS), *([before] if before else [])]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        print("You are root: JupyterLab starts with --allow-root.", flush=True)
        options = ["--allow-root", *options]
    print("Starting JupyterLab; Ctrl+C stops it ...", flush=True)
    return jupyterlab([str(lab), *options])


if __name__ == "__main__":
    main()
