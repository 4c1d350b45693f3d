"""Makes each chapter's notebook from its source: converts it, executes it, stores the outputs.

    python -m tools.chapters [--check | --run] [chapter ...]

Chapters are edited as ``book/src/NN_name.md`` and stored, executed, as ``book/NN_name.ipynb``.
The same source gives the same bytes: ids of cells come from their content, nothing is dated, and
outputs that all agree with the stored ones within the tolerance of their cells (see
`tools.tolerance`) leave them as they were. If one does not, all are stored anew: a number that
stands in a table and in a sentence is of one run. Where no code has changed, only text, nothing is
executed at all, unless ``--run`` asks for it. Kernels start in ``book/``, as they do under
JupyterLab and nbval.
"""

import argparse
import copy
import functools
import hashlib
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import jupytext
import nbformat
from jupytext.myst import MystMetadataParsingError
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from nbformat.reader import NotJSONError

from ae_course.files import atomic_write
from grading import source
from tools import ROOT, folding, kernels
from tools.tolerance import differences, is_compared, tolerance_of

PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class ChapterError(Exception):
    """What keeps a chapter from being stored, in one line that names the cell.

    Attributes
    ----------
    cell : NotebookNode or None
        Which one, if it is one.
    within : int
        How many of its lines stand before the one to look at.
    """

    def __init__(self, message: str, cell: NotebookNode | None = None, within: int = 0):
        super().__init__(message)
        self.cell, self.within = cell, within

    def at(self, chapter: str) -> str:
        """The same after the place to edit: the source of the chapter, and the line."""
        source, _ = paths(chapter)
        line = lines(source.read_text("utf-8")).get(self.cell.id, 0) if self.cell else 0
        place = source.relative_to(ROOT).as_posix() + (f":{line + self.within}" if line else "")
        return f"{place}: {self}"


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="execute nothing, say what is stale")
    parser.add_argument("--run", action="store_true", help="execute, even if only text has changed")
    parser.add_argument("chapters", nargs="*", help="such as 01_overview; all, if none is named")
    asked = parser.parse_args()
    known = chapters()
    names = [Path(name).stem for name in asked.chapters] or known
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"no book/src/{unknown[0]}.md; the chapters are: {', '.join(known) or 'none yet'}")
    if asked.check:
        sys.exit("\n".join(line for name in names for line in stale(*paths(name))) or None)
    for name in names:
        try:
            print(f"{name}: {rebuild(*paths(name), run=asked.run)}", flush=True)
        except ChapterError as error:
            sys.exit(error.at(name))


def chapters(root: Path = ROOT) -> list[str]:
    """Return the names of the chapters that have a source, in reading order."""
    return sorted(path.stem for path in (root / "book" / "src").glob("*.md"))


def contents(root: Path = ROOT) -> list[str]:
    """Return the pages that `_toc.yml` names, by name or by pattern, in reading order."""
    found = []
    for kind, name in _entries(root):
        made = sorted(root.glob(f"{name}.ipynb")) if kind == "glob" else [root / name]
        found += [path.relative_to(root).with_suffix("").as_posix() for path in made]
    return found


def is_in_contents(page: str, root: Path = ROOT) -> bool:
    """Whether `_toc.yml` names a page such as ``book/03_sparsity``, or will, once it is made."""
    return any(fnmatchcase(page, name) for _, name in _entries(root))


def _entries(root):
    return re.findall(r"\b(root|file|glob): (\S+)", (root / "_toc.yml").read_text("utf-8"))


def paths(chapter: str, root: Path = ROOT) -> tuple[Path, Path]:
    """Return where the source of a chapter and its notebook are."""
    return root / "book" / "src" / f"{chapter}.md", root / "book" / f"{chapter}.ipynb"


def rebuild(source: Path, target: Path, run: bool = False) -> str:
    """Store the notebook of a chapter, executed if its code has changed, and say what is new."""
    start = time.perf_counter()
    notebook = convert(source.read_text("utf-8"))
    before = target.read_text("utf-8") if target.exists() else ""
    if not run and before and reuse_outputs(notebook, read(before)):
        news = "no code has changed, so nothing was run (RUN=1 runs it all the same)"
    else:
        execute(notebook, target.parent)
        changed = keep_outputs(notebook, read(before)) if before else ["everything"]
        seconds = f"{len(notebook.cells)} cells in {time.perf_counter() - start:.1f} s"
        news = f"{seconds}, {'new: ' if changed else 'every output as stored'}{', '.join(changed)}"
    after = write(notebook)
    if after != before:
        with atomic_write(target) as file:
            file.write(after.encode())
    return news


def reuse_outputs(notebook: NotebookNode, stored: NotebookNode) -> bool:
    """Take the outputs from a notebook with the same code, and tell whether it is one."""
    cells = [cell for _, cell in code_cells(notebook)]
    executed = [cell for _, cell in code_cells(stored)]
    same = [cell.source for cell in cells] == [cell.source for cell in executed]
    counts = [cell.execution_count for cell in executed]
    if not same or counts != list(range(1, len(counts) + 1)):
        return False
    if not all(sealed(cell, stored) for cell in executed):
        return False
    for cell, before in zip(cells, executed, strict=True):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    return True


def stale(source: Path, target: Path) -> list[str]:
    """Return what must be done, if a notebook is not what its source and its outputs give."""
    if not target.exists():
        return [f"{target.name} does not exist: run make notebooks"]
    try:
        problems = out_of_step(source.read_text("utf-8"), target.read_text("utf-8"))
    except ChapterError as error:
        return [f"{source.name}: {error}"]
    return [f"{target.name}: {name} {problem}: run make notebooks" for name, _, problem in problems]


def out_of_step(source: str, text: str) -> list[tuple[str, NotebookNode | None, str]]:
    """Return where a notebook is not what this program would have written: name, cell and how."""
    fresh, stored = convert(source), read(text)
    wanted = {_contents(cell) for cell in fresh.cells}
    found = {_contents(cell) for cell in stored.cells}
    problems = [
        *((*cell, "is missing") for cell in named(fresh) if _contents(cell[1]) not in found),
        *((*cell, "is not in src") for cell in named(stored) if _contents(cell[1]) not in wanted),
        *((*cell, "has edited outputs") for cell in named(stored) if not sealed(cell[1], stored)),
    ]
    return problems or _out_of_format(fresh, stored, text)


def lines(text: str) -> dict[str, int]:
    """Return in which line of a chapter's source each cell begins, by the id of the cell."""
    cells = convert(text).cells
    return dict(zip((cell.id for cell in cells), source.lines(text, cells), strict=True))


def convert(source: str) -> NotebookNode:
    """Return the notebook of a chapter's source, not executed.

    Raises
    ------
    ChapterError
        If a cell's header cannot be read, or asks for a tolerance that is not to be had.
    """
    return copy.deepcopy(_converted(source))


@functools.lru_cache(maxsize=32)
def _converted(source: str) -> NotebookNode:
    # Kept: to read a chapter takes a tenth of a second, and the same one is read time and again.
    try:
        notebook = jupytext.reads(source, fmt="md:myst")
    except MystMetadataParsingError as error:
        raise ChapterError(_line(str(error))) from None
    notebook.metadata.pop("jupytext", None)  # how the source is written is no concern here
    notebook.metadata |= PYTHON
    seen = Counter()
    for cell in notebook.cells:
        digest = _hash([cell.cell_type, cell.source])
        seen[digest] += 1
        cell.id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    for name, cell in code_cells(notebook):
        try:
            tolerance_of(cell.metadata)
            folding.fold(cell)
        except ValueError as error:
            raise ChapterError(f"{name}: {error}") from None
    return notebook


def execute(notebook: NotebookNode, directory: Path) -> None:
    """Run all cells in a fresh kernel of this very interpreter and put their outputs in place.

    Raises
    ------
    ChapterError
        If a cell raises or writes to stderr: warnings have no place in a book.
    """
    client = NotebookClient(
        notebook,
        km=kernels.this_python(),
        timeout=None,
        record_timing=False,
        coalesce_streams=True,
    )
    with client.setup_kernel(
        cwd=str(directory),
        env=kernels.surroundings(),
        stderr=subprocess.DEVNULL,  # the kernel's own log; what cells write there is an output
        cleanup_kc=True,
    ):
        for index, (name, cell) in enumerate(named(notebook)):
            try:
                client.execute_cell(cell, index)
            except CellExecutionError as error:
                message = _line(f"{name} raises {error.ename}: {error.evalue}")
                raise ChapterError(message, cell, _within(error.traceback)) from None
            except DeadKernelError:
                raise ChapterError(f"{name} kills its kernel", cell) from None
            for text in streams(cell, "stderr"):
                message = _line(f"{name} writes to stderr: {text}")
                raise ChapterError(message, cell, _within(text))


def keep_outputs(notebook: NotebookNode, stored: NotebookNode) -> list[str]:
    """Put the stored outputs back if all new ones agree with them; else name the cells that do not.

    Outputs that somebody edited are not kept, however little they were changed, and nor are those
    that lack a form of the new ones, such as a picture in lines. A picture that is not compared, as
    it depends on the machine, agrees if no code before it has changed.
    """
    before = {cell.id: cell for _, cell in code_cells(stored) if sealed(cell, stored)}
    changed, same = [], True
    for name, cell in code_cells(notebook):
        kept = before.get(cell.id)
        same = same and kept is not None and kept.source == cell.source
        if (
            kept is None
            or _forms(kept) != _forms(cell)
            or not (same or all(is_compared(output.get("data", {})) for output in kept.outputs))
            or differences(kept.outputs, cell.outputs, tolerance_of(cell.metadata))
        ):
            changed.append(name)
    if not changed:
        for _, cell in code_cells(notebook):
            kept = before[cell.id].outputs
            cell.outputs = [_numbered(output, cell.execution_count) for output in kept]
    return changed


def read(text: str) -> NotebookNode:
    """Return the notebook that a file's text holds.

    Raises
    ------
    ChapterError
        If the text is no notebook.
    """
    try:
        return nbformat.reads(text, as_version=4)
    except NotJSONError:
        raise ChapterError("the notebook is not JSON (a merge?): delete and remake it") from None


def write(notebook: NotebookNode) -> str:
    """Return the text of a notebook's file, with a seal on the outputs of each cell."""
    seals = {cell.id: _hash(cell.outputs) for _, cell in code_cells(notebook) if cell.outputs}
    notebook.metadata["course"] = {"outputs": seals}
    return nbformat.writes(notebook) + "\n"


def named(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Yield each cell with a name to find it by, such as ``code cell 3 (`x = 2`)``."""
    number = Counter()
    for cell in notebook.cells:
        number[cell.cell_type] += 1
        start = next(iter(cell.source.strip().splitlines()), "")[:50]
        yield f"{cell.cell_type} cell {number[cell.cell_type]} (`{start}`)", cell


def code_cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """Yield the cells that hold code, named as in `named`."""
    return ((name, cell) for name, cell in named(notebook) if cell.cell_type == "code")


def streams(cell: NotebookNode, name: str) -> list[str]:
    """Return what a cell wrote to stdout or to stderr."""
    outputs = [output for output in cell.get("outputs", []) if output.output_type == "stream"]
    return [output.text for output in outputs if output.name == name]


def _forms(cell):
    """Return in which forms a cell's outputs are given, such as image/png."""
    return [sorted(output.get("data", {})) for output in cell.outputs]


def sealed(cell, notebook):
    """Tell whether a cell's outputs are those that were written here."""
    seal = notebook.metadata.get("course", {}).get("outputs", {}).get(cell.id)
    return seal == (_hash(cell.outputs) if cell.get("outputs") else None)


def _hash(value):
    """Return 16 hexadecimal digits that stand for a value, whichever machine computes them."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _contents(cell):
    """Return what a cell has from its source, so that two cells can be compared."""
    return _hash([cell.id, cell.cell_type, cell.source, cell.metadata])


def _numbered(output, count):
    """Return an output as of the execution with this number."""
    numbered = {"execution_count": count} if "execution_count" in output else {}
    return NotebookNode(output | numbered)


def _out_of_format(fresh, stored, text):
    """Compare what remains when all cells agree: their order, the metadata, the bytes."""
    executed = {cell.id: cell for _, cell in code_cells(stored)}
    for _, cell in code_cells(fresh):
        for part in ("outputs", "execution_count"):
            cell[part] = executed[cell.id][part]
    edited = ("the notebook", None, "was edited in the order of its cells, metadata or format")
    return [] if write(fresh) == text else [edited]


def _within(said):
    """Return in which line of its cell, from 0, Python says that something happened."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", said)
    found = re.search(r"Cell In\s?\[\d+\], line (\d+)|ipykernel_\d+\S*\.py:(\d+):", plain)
    return int(found[1] or found[2]) - 1 if found else 0


def _line(text):
    """Return the first line of a message, cut where it is long."""
    return text.strip().splitlines()[0][:160]


if __name__ == "__main__":
    main()
