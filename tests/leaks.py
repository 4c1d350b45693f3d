"""What only instructors may read of a problem set, and where it leaks."""

import html
import re
from collections import defaultdict
from functools import cache

import numpy as np
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


@cache
def secrets(name):
    """Lines of a set that only the instructor may read, if they are long enough to tell something.

    A line such as ``Y = logistic(X @ W.T + b)`` that a chapter, the package or another set has of
    its own tells nothing; two of them in a row would, for which there is another test.
    """
    problems, shown = SETS[name], visible(SETS[name])
    known = {line for lines in authored().values() for line in lines}
    lines = {line for text in secret_texts(problems) for line in bare(text)} - known
    public = ("from ", "import ")
    return {s for s in lines if len(s) > 20 and s not in shown and not s.startswith(public)}


@cache
def beginnings():
    """The secrets of all sets, with their names, by their first eight bytes read as a number."""
    found = defaultdict(list)
    for name in SETS:
        for line in secrets(name):
            found[int.from_bytes(line.encode()[:8], "little")].append((name, line))
    return found


def all_leaks(text):
    """The secrets of all sets that occur in a text, as it stands or in HTML or JSON: (set, line).

    Most texts have none of thousands of lines, so one pass looks for how these begin.
    """
    plain = html.unescape(text).replace('\\"', '"')
    data, keys = plain.encode(), np.sort(np.array(list(beginnings()), np.uint64))
    begun = set()
    for first in range(min(8, len(data) // 8)):
        eights = np.frombuffer(data, "<u8", (len(data) - first) // 8, first)
        place = np.searchsorted(keys, eights) % len(keys)
        begun.update(eights[keys[place] == eights].tolist())
    return sorted(it for key in begun for it in beginnings()[key] if it[1] in plain)


def leaks(text, name):
    """The secrets of one problem set that occur in a text."""
    return [line for where, line in all_leaks(text) if where == name]
