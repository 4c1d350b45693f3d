"""What only instructors may read of a problem set, and where it leaks."""

import re
from functools import cache

from handed_in import ROOT, SETS

from grading.problem_set import HIDDEN


def secret_texts(problems):
    """What only the instructor may read: solutions, mistakes, hidden tests, keys."""
    texts = [cell.source for cell in problems.having("instructor", "written")]
    texts += [cell.hidden for cell in problems.having("check")]
    solution = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
    return texts + [part for c in problems.having("answer") for part in solution.findall(c.source)]


def visible(problems):
    """What its students see of a problem set, as it is written."""
    checks = [HIDDEN.sub("", c.source) for c in problems.having("check")]
    return "\n".join(checks + [c.source for c in problems.having("setting", "text")])


@cache
def authored():
    """What is public, as it is written: by file, its lines without what is around them."""
    files = [*(ROOT / "book" / "src").glob("*.md"), *(ROOT / "ae_course").glob("*.py")]
    texts = {path.name: path.read_text("utf-8") for path in files}
    texts |= {name: visible(problems) for name, problems in SETS.items()}
    return {name: bare(text) for name, text in texts.items()}


def bare(text):
    """The lines of a text that have something in them; an example in a docstring is code too."""
    lines = (line.strip().removeprefix(">>> ") for line in text.splitlines())
    return [line for line in lines if line]


def secrets(problems):
    """Lines that only the instructor may read, if they are long enough to tell something.

    A line such as ``Y = logistic(X @ W.T + b)`` that a chapter, the package or another set has of
    its own tells nothing; two of them in a row would, for which there is another test.
    """
    shown = visible(problems)
    known = {line for lines in authored().values() for line in lines}
    lines = {line for text in secret_texts(problems) for line in bare(text)} - known
    public = ("from ", "import ")
    return {s for s in lines if len(s) > 20 and s not in shown and not s.startswith(public)}


def leaks(text, name):
    """The secrets of a problem set that occur in a text, as it stands or in HTML or JSON."""
    plain = text.replace("&quot;", '"').replace("&#39;", "'").replace("&amp;", "&")
    plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace('\\"', '"')
    return sorted(line for line in secrets(SETS[name]) if line in plain)
