"""Makes what a problem set is handed out and graded with, from its one source.

    python -m tools.problem_sets [--check]

From ``problem_sets/problems_NN.md`` (`grading.problem_set` says how it is written) come

- the student's notebook, ``book/problem_sets/problems_NN.ipynb``, which belongs to the site and is
  stored: a test fails when it is not what the source gives;
- in ``_build/problem_sets/``, which neither git nor the site has, the instructor's notebook with
  solutions and hidden tests, the answer key, and ``handout.zip``: all students' notebooks with the
  package that they need.

The same source gives the same bytes. The notebooks carry nbgrader's metadata, and its own
preprocessors take the solutions out, so they work with nbgrader's tools too.
"""

import argparse
import hashlib
import sys
import textwrap
import zipfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
)
from traitlets.config import Config

from ae_course.exercises import judge, result, seal, trace_of
from ae_course.files import atomic_write
from grading.autograde import UNWRITTEN
from grading.problem_set import Cell, ProblemError, ProblemSet, all_sets, run
from tools import ROOT
from tools.chapters import PYTHON

STUDENTS = ROOT / "book" / "problem_sets"
INSTRUCTORS = ROOT / "_build" / "problem_sets"
CLEARING = Config(
    {"ClearSolutions": {"code_stub": {"python": "return ..."}, "text_stub": UNWRITTEN}}
)
NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
HANDED_OUT = ("ae_course/**/*.py", "ae_course/data/*", "LICENSE", "pyproject.toml")
GUIDE = """\
# Problem sets on autoencoders

With Python 3.11 or later, in this folder:

    python -m venv .venv
    .venv/bin/pip install . jupyterlab        (on Windows: .venv\\Scripts\\pip)
    .venv/bin/jupyter lab                     (on Windows: .venv\\Scripts\\jupyter)

Then open a notebook of `problem_sets/`. It says the rest.
"""


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, say what is stale")
    try:
        if parser.parse_args().check:
            sys.exit("\n".join(stale()) or None)
        for line in make():
            print(line)
    except ProblemError as error:
        sys.exit(f"assignments: {error}")


def make(students: Path = STUDENTS, instructors: Path = INSTRUCTORS, root: Path = ROOT):
    """Write all products, and yield a line for each problem set."""
    for folder in (students, instructors):
        folder.mkdir(parents=True, exist_ok=True)
    for source in all_sets(root):
        problems = ProblemSet.read(source)
        _write(students / f"{problems.name}.ipynb", text(student_notebook(problems)))
        complete = text(instructor_notebook(problems))
        _write(instructors / f"{problems.name}_instructor.ipynb", complete)
        _write(instructors / f"{problems.name}_key.md", answer_key(problems))
        yield f"{problems.name}: {len(problems.tasks)} tasks, {problems.points} points"
    archive = instructors / "handout.zip"
    hand_out(archive, students, root)
    yield f"{archive.relative_to(root) if archive.is_relative_to(root) else archive}: to hand out"


def stale(students: Path = STUDENTS, root: Path = ROOT) -> list[str]:
    """What must be done, if a student's notebook is not what its source gives."""
    made = {
        f"{path.stem}.ipynb": text(student_notebook(ProblemSet.read(path)))
        for path in all_sets(root)
    }
    stored = {path.name: path.read_text("utf-8") for path in students.glob("*.ipynb")}
    return [
        f"book/problem_sets/{name} is not what its source gives: run make assignments"
        for name in sorted(made.keys() | stored.keys())
        if made.get(name) != stored.get(name)
    ]


def student_notebook(problems: ProblemSet) -> NotebookNode:
    """The notebook that students get: no solution, no hidden test, no mistake by its name."""
    cells = [_built(c, problems, student=True) for c in problems.cells if c.role != "instructor"]
    notebook = _notebook(problems, cells)
    for step in (ClearSolutions, LockCells, ClearHiddenTests, CheckCellMetadata):
        notebook, _ = step(config=CLEARING).preprocess(notebook, {})
    for cell in notebook.cells:
        cell.source = cell.source.strip("\n")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    # By these sums nbgrader's Validate knows an answer in words that nobody has written yet.
    return ComputeChecksums().preprocess(notebook, {})[0]


def instructor_notebook(problems: ProblemSet) -> NotebookNode:
    """The notebook with everything in it; it runs from its first cell to its last."""
    return _notebook(problems, [_built(cell, problems, student=False) for cell in problems.cells])


def counted(problems: ProblemSet) -> str:
    """How many tasks there are, such as "Six problems"."""
    count = len(problems.tasks)
    return f"{NUMBERS[count] if count < len(NUMBERS) else count} problem{'s' * (count > 1)}"


def summary(problems: ProblemSet) -> str:
    """How much there is to do, such as "Six problems on chapter 1, 30 points"."""
    number = int(problems.name.rpartition("_")[2])
    return f"{counted(problems)} on chapter {number}, {problems.points} points"


def answer_key(problems: ProblemSet) -> str:
    """The solutions, how to mark what is written, and the mistakes that the checks know."""
    known = problems.namespace()["known"]
    lines = [f"# {problems.title}: answer key", ""]
    for task in problems.tasks:
        lines += [f"## {task.title} ({task.points} points)", ""]
        for cell in problems.cells:
            if cell.task == task.name and cell.role == "written":
                lines += [cell.source, ""]
            if cell.task == task.name and cell.role == "answer":
                lines += ["```python", cell.source, "```", ""]
        functions = [name for name, of in problems.functions.items() if of == task.name]
        messages = [message for name in functions for message in known.get(name, {})]
        if messages:
            lines += ["The checks recognise:", "", *(f"- {message}" for message in messages), ""]
    return "\n".join(lines)


def sealed(problems: ProblemSet) -> str:
    """The known mistakes, as fingerprints of what they return in the visible checks.

    Raises
    ------
    ProblemError
        The reference solution is not right in a visible check, or a check is given mistakes that
        are not in `known`.
    """
    space = problems.namespace()
    known = space["known"]
    found = {name: {message: [] for message in table} for name, table in known.items()}

    def check(answer, wanted, *arguments, rtol=1e-6, mistakes=None):
        said, _ = judge(result(answer, arguments), wanted, arguments, rtol)
        if said != "right.":
            raise ProblemError(f"{answer.__name__} of the solution is {said}")
        names = [name for name, table in known.items() if table is mistakes]
        if mistakes is not None and not names:
            raise ProblemError(
                f"the mistakes given for {answer.__name__} are not those of"
                f' known["{answer.__name__}"]'
            )
        for name in names:
            for message, trace in _traces(mistakes, wanted, arguments, rtol):
                found[name][message].append(trace)

    space["check"] = check
    for cell in problems.having("check"):
        problem = run(cell.visible, space, f"<line {cell.line}>")
        if problem is not None:
            raise problems.failure(cell, problem) from problem
    return seal(found)


def hand_out(archive: Path, students: Path = STUDENTS, root: Path = ROOT) -> None:
    """Pack the students' notebooks with the package, the same bytes each time."""
    files = {"README.md": GUIDE.encode()}
    files |= {
        path.relative_to(root).as_posix(): path.read_bytes()
        for pattern in HANDED_OUT
        for path in root.glob(pattern)
        if path.is_file()
    }
    files |= {f"problem_sets/{path.name}": path.read_bytes() for path in students.glob("*.ipynb")}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(f"autoencoders/{name}"), files[name])


def text(notebook: NotebookNode) -> str:
    """The text of a notebook's file."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def _traces(mistakes, wanted, arguments, rtol):
    """Yield message and fingerprint of the mistakes that an example tells from what is right."""
    seen = []
    for message, wrong in mistakes.items():
        trace = trace_of(wrong, arguments)
        if trace is None or trace in seen:
            continue
        said, _ = judge(result(wrong, arguments), wanted, arguments, rtol)
        if said != "right.":
            seen.append(trace)
            yield message, trace


def _with_points(problems, source):
    """A text with what the points of the cells say: below the title, and beside each task."""
    text = "\n".join(_heading(problems, line) for line in source.splitlines())
    title = f"# {problems.title}\n"
    if not f"{text}\n".startswith(title):
        return text
    rest = text.removeprefix(title.rstrip()).lstrip()
    return f"{title}\n{summary(problems)} in all.\n{rest}".rstrip()


def _heading(problems, line):
    tasks = [task for task in problems.tasks if line == f"## {task.title}"]
    if not tasks:
        return line
    points = sum(task.points for task in tasks)
    words = ", in words" if all(task.written for task in tasks) else ""
    return f"{line} ({points} point{'s' * (points > 1)}{words})"


def _notebook(problems, cells):
    seen = set()
    for cell in cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:16]
        cell.id = name if name and name not in seen else digest
        seen.add(cell.id)
    return new_notebook(cells=cells, metadata=PYTHON | {"problems": problems.name})


def _built(cell: Cell, problems: ProblemSet, *, student: bool) -> NotebookNode:
    """A cell of a notebook, with nbgrader's metadata."""
    made = new_markdown_cell if cell.role in ("text", "written") else new_code_cell
    source = _with_points(problems, cell.source) if cell.role == "text" else cell.source
    metadata = _metadata(cell)
    if cell.role == "sealed" and student:
        source = _unsealing(sealed(problems))
        metadata |= {"jupyter": {"source_hidden": True}, "tags": ["remove-cell"]}
    if cell.role == "written" and student:
        source = UNWRITTEN
    return made(source, metadata=metadata)


def _metadata(cell):
    if cell.role in ("text", "instructor"):
        return {}
    written, check, answer = (cell.role == role for role in ("written", "check", "answer"))
    entry = {
        "cell_type": "markdown" if written else "code",
        "grade": written or check,
        "grade_id": cell.id,
        "locked": not (written or answer),
        "schema_version": 3,
        "solution": written or answer,
        "task": False,
    }
    return {"nbgrader": entry | ({"points": cell.points} if written or check else {})}


def _unsealing(text):
    lines = [f'    "{line}"' for line in textwrap.wrap(text, 72)]
    comment = "# What the checks know of common mistakes: messages, and not a single solution."
    return "\n".join([comment, "known = Mistakes.unseal(", *lines, ")"])


def _write(path, content):
    if not path.exists() or path.read_text("utf-8") != content:
        with atomic_write(path) as file:
            file.write(content.encode())


if __name__ == "__main__":
    main()
