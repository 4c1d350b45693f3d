"""Builds the site, and does nothing where it is as new as what it is made of.

    python -m tools.website

The site is built whole, in a folder of its own, and takes the place of the one before only when no
page gave a warning. So no page stays that has been removed, and a book that is not in order costs
nobody the site that was.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows, where two builds at once are merely slower
    fcntl = None

from tools import ROOT

SOURCES = (
    *("*.md", "*.yml", "requirements.txt", "pyproject.toml", "CITATION.cff", "LICENSE"),
    *("book/**/*", "problem_sets/*.md", "ae_course/data/*", "reproduce/results/full/*.*"),
)
CODE = ("ae_course", "grading", "tests", "tools")
LEFT_BY_TOOLS = re.compile(r"\.|__pycache__$")  # how such files, or their folders, begin
STAMP = ".made_from"
# A book is millions of objects that stay to the end. To look again and again for what of them is no
# longer used, as Python does after every 700 new ones, takes a quarter of the time.
SELDOM = 100_000, 50, 1000


class SiteError(Exception):
    """Why there is no new site, in one line."""


def main() -> None:
    """Build the site if anything has changed, and say which page to open."""
    try:
        folder = up_to_date(say=partial(print, flush=True))
    except (SiteError, OSError) as error:
        sys.exit(f"Cannot build the book: {error}")
    print("Open", (folder / "index.html").as_uri())


def up_to_date(root: Path = ROOT, say=lambda line: None) -> Path:
    """The folder of the site of these very sources, which is built if it has to be.

    Raises
    ------
    SiteError
        The book gives a warning; it has been printed. An older site is as it was.
    """
    site = root / "_build" / "html"
    if not _is_of(site, fingerprint(root)):
        with alone(root / "_build", say) as lock:
            wanted = fingerprint(root)
            if not _is_of(site, wanted):
                say("Building the book, which takes a minute ...")
                _build(root, site, wanted, lock)
    return site


def fingerprint(root: Path = ROOT) -> str:
    """A sum of every file that the site can depend on, and of their names."""
    total = hashlib.sha256()
    for path in sorted(_sources(root)):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode("utf-8", "surrogateescape"))
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _sources(root):
    patterns = [*SOURCES, *(f"{folder}/**/*.py" for folder in CODE)]
    for path in {path for pattern in patterns for path in root.glob(pattern)}:
        parts = path.relative_to(root).parts
        if path.is_file() and not any(map(LEFT_BY_TOOLS.match, parts)):
            yield path


def _is_of(site, wanted):
    stamp = site / STAMP
    return stamp.is_file() and stamp.read_text("utf-8") == wanted


@contextmanager
def alone(folder: Path, say=lambda line: None) -> Iterator[tuple[int, ...]]:
    """Let one program at a time build in a folder.

    What it gives is for `pass_fds` of a program that is started to do the work: should ours be
    killed, that one goes on writing, and holds the lock as long as it does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        if fcntl:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Waiting for another build in this folder ...")
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield (lock.fileno(),) if fcntl else ()


def _build(root, site, wanted, lock):
    new, old = (site.with_name(f"html.{state}") for state in ("new", "old"))
    if old.exists() and not site.exists():  # an earlier build was killed between two steps
        old.rename(site)
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        _run_jupyter_book(root, new, lock)
        (new / "_build" / "html" / STAMP).write_text(wanted, "utf-8")
        if site.exists():
            site.rename(old)
        (new / "_build" / "html").rename(site)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _run_jupyter_book(root, output, lock):
    """Build all pages; print what is wrong with them, unless it is the disk that is full."""
    program = f"import gc; gc.set_threshold{SELDOM}; from jupyter_book.cli.main import main; main()"
    options = ["-W", "-n", "--keep-going", "-q", "--path-output", output]
    surroundings = os.environ | {"PYTHONUTF8": "1"}
    surroundings.pop("SOURCE_DATE_EPOCH", None)  # the year of it would stand in the footers
    run = subprocess.run(
        [sys.executable, "-P", "-c", program, "build", root, *options],
        cwd=root,
        env=surroundings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        pass_fds=lock,
    )
    said = run.stderr.decode("utf-8", "replace")
    if "No space left on device" in said:
        raise SiteError("the disk is full")
    sys.stderr.write(said)
    if run.returncode:
        raise SiteError("it is not in order, see above; each warning is an error")


if __name__ == "__main__":
    main()
