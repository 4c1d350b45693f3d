"""What a problem set is worth, as its source says: two roles for the pages that list the sets.

``{points}`problems_01` `` reads "six problems, 30 points", and ``{points-by-kind}`problems_01` ``
"24 points in code, 6 in words".
"""

import sys
from pathlib import Path

from docutils import nodes

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from grading.problem_set import ROOT, ProblemSet  # the line above makes it importable
from tools.problem_sets import counted


def points(name):
    """How much there is to do."""
    problems = ProblemSet.read(ROOT / "problem_sets" / f"{name}.md")
    return f"{counted(problems).lower()}, {problems.points} points"


def points_by_kind(name):
    """How much of it is in code, and how much in words."""
    problems = ProblemSet.read(ROOT / "problem_sets" / f"{name}.md")
    in_words = problems.points_in_words
    return f"{problems.points - in_words} points in code, {in_words} in words"


def role(said):
    """A role that puts words in place of the name of a problem set."""

    def run(name, rawtext, text, lineno, inliner, options=None, content=None):
        return [nodes.Text(said(text))], []

    return run


def setup(app):
    app.add_role("points", role(points))
    app.add_role("points-by-kind", role(points_by_kind))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
