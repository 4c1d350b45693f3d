"""The style of the code in chapters and problem sets, checked and made in the source itself.

    python -m tools.style [--fix] [name ...]

ruff reads notebooks, and knows nothing of the sources that people edit. So it is given the notebook
of each source, and what it says is said of the line of the source.
"""

import argparse
import json
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from ae_course.files import atomic_write
from grading.source import lines, offsets
from tools import ROOT


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fix", action="store_true", help="write the sources as they should be")
    parser.add_argument("names", nargs="*", help="such as 01_overview; all, if none is named")
    asked = parser.parse_args()
    found = []
    for source in sources(asked.names):
        if asked.fix:
            fix(source)
        found += broken(source)
    sys.exit("\n".join(found) or None)


def sources(names: list[str], root: Path = ROOT) -> list[Path]:
    """The sources with code of these names, or all."""
    everything = [*(root / "book" / "src").glob("*.md"), *(root / "problem_sets").glob("*.md")]
    return sorted(path for path in everything if not names or path.stem in names)


def broken(source: Path, root: Path = ROOT) -> list[str]:
    """What ruff finds in a source: the line, the rule, what is wrong and what to do."""
    text = source.read_text("utf-8")
    notebook = jupytext.reads(text, fmt="md:myst")
    first, place = lines(text, notebook.cells), source.relative_to(root).as_posix()
    said = problems(notebook, source)
    found = []
    for problem in said:
        at = problem["location"]
        line = first[problem["cell"] - 1] + at["row"] - 1
        kind = problem["code"] or "invalid-syntax"
        found.append(f"{place}:{line}:{at['column']}: {kind} {problem['message']}")
    if not all(is_python(problem) for problem in said):
        return found
    wanted = formatted(notebook, source).cells
    for old, new, line in zip(notebook.cells, wanted, first, strict=True):
        if old.source != new.source:
            rows = zip_longest(old.source.splitlines(), new.source.splitlines())
            within = next(number for number, (a, b) in enumerate(rows) if a != b)
            found.append(f"{place}:{line + within}: not as ruff formats it: run make format")
    return found


def fix(source: Path) -> None:
    """Format the code of a source, and repair what ruff can repair, in place."""
    text = source.read_text("utf-8")
    notebook = jupytext.reads(text, fmt="md:myst")
    if not all(map(is_python, problems(notebook, source))):
        return
    repaired = ruff("check", "--fix-only", notebook=notebook, source=source)
    new = formatted(nbformat.reads(repaired, as_version=4), source)
    starts, position, parts = offsets(text, notebook.cells), 0, []
    for start, before, after in zip(starts, notebook.cells, new.cells, strict=True):
        parts += [text[position:start], after.source]
        position = start + len(before.source)
    with atomic_write(source) as file:
        file.write("".join([*parts, text[position:]]).encode())


def problems(notebook: NotebookNode, source: Path) -> list[dict]:
    """What ruff finds in the notebook of a source."""
    return json.loads(ruff("check", "--output-format", "json", notebook=notebook, source=source))


def is_python(problem: dict) -> bool:
    """Whether what ruff found is in code that can be read at all."""
    return problem["code"] not in (None, "invalid-syntax")


def formatted(notebook: NotebookNode, source: Path) -> NotebookNode:
    """A notebook with its code as ruff formats it."""
    return nbformat.reads(ruff("format", notebook=notebook, source=source), as_version=4)


def ruff(*command: str, notebook: NotebookNode, source: Path) -> str:
    """What ruff says of the notebook of a source, which lies beside the folder of sources.

    Raises
    ------
    RuntimeError
        ruff itself fails, as it does on code that is no Python.
    """
    folder = source.parent.parent if source.parent.name == "src" else source.parent
    name = folder / f"{source.stem}.ipynb"
    run = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--stdin-filename", name, "-"],
        input=nbformat.writes(notebook).encode(),
        capture_output=True,
        check=False,
    )
    if not run.stdout:
        raise RuntimeError(f"ruff {command[0]} {source.name}: {run.stderr.decode().strip()}")
    return run.stdout.decode()


if __name__ == "__main__":
    main()
