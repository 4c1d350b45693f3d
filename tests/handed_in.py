"""Submissions for tests: the student's notebook with answers in it, right, wrong or none."""

import ast
import json

import nbformat
from helpers import skip_but_in_ci

from grading import ROOT
from grading.autograde import UNWRITTEN
from grading.problem_set import ProblemSet
from grading.sandbox import NoSandbox, check_sandbox

SOURCES = sorted((ROOT / "problem_sets").glob("*.md"))
SETS = {path.stem: ProblemSet.read(path) for path in SOURCES}
WRITTEN = "It does not, for the floors differ. 床が異なるからです。"
SMALL = '''\
# Small problems

```{code-cell}
from ae_course.exercises import Mistakes, check
```

```{code-cell}
:sealed: true
known = Mistakes()
```

## Task 1: Twice

```{code-cell}
:answer: twice
def twice(x):
    """Two times x."""
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION
```

```{code-cell}
:instructor: true
@known.of("twice", "once is not enough.")
def once(x):
    return x
```

```{code-cell}
:check: twice
:points: 2
check(twice, 6, 3, mistakes=known["twice"])
### BEGIN HIDDEN TESTS
assert twice(0.5) == 1, "not for fractions"
### END HIDDEN TESTS
```

## Task 2: Why

+++ {"written": "why", "points": 1}

Because of the secret reason.
'''


def blank(name="problems_01"):
    """The notebook as it is handed out."""
    return nbformat.read(ROOT / "book" / "problem_sets" / f"{name}.ipynb", as_version=4)


def filled(name="problems_01", answers=(), written=WRITTEN):
    """The notebook with the reference solutions, except where `answers` has something else."""
    notebook, answers = blank(name), dict(answers)
    reference = {cell.id: cell.source for cell in SETS[name].having("answer")}
    for cell in notebook.cells:
        identity = cell.metadata.get("nbgrader", {}).get("grade_id")
        if identity in reference:
            cell.source = with_bodies(reference[identity], answers)
        elif cell.source == UNWRITTEN:
            cell.source = written
    return notebook


def with_bodies(code, answers):
    """Code with other bodies for some of its functions."""
    parts = []
    for node in ast.parse(code).body:
        body = answers.get(getattr(node, "name", None))
        if body is None:
            parts.append(ast.get_source_segment(code, node))
        else:
            parts.append(f"def {node.name}({ast.unparse(node.args)}):\n    {body}")
    return "\n\n\n".join(parts)


def data(notebook):
    """The bytes of a notebook's file."""
    return nbformat.writes(notebook).encode()


def loose(notebook):
    """A notebook as plain JSON, to be spoilt in ways that nbformat would refuse."""
    return json.loads(nbformat.writes(notebook))


def sandbox_or_skip():
    """Skip a test where nothing can be confined; in continuous integration, fail it."""
    try:
        check_sandbox()
    except NoSandbox as reason:
        skip_but_in_ci(str(reason))
