"""Wrong answers to the chapters' exercises, as readers write them, are told what is wrong.

Each chapter has `slips/NN_name.py` with a dictionary `SLIPS`: for the label of every exercise in
code at least three pairs: words of the message that names the mistake, or None where the check
cannot know it, and the code of the wrong function. Four in five must be named.
"""

import re
import runpy
from pathlib import Path

import pytest

from tools import ROOT, chapters
from tools.exercises import exercises, filled_in, is_right, said

FOLDER = Path(__file__).with_name("slips")
NAMED = 0.8
GENERIC = re.compile(r"^the result |, wanted |the right one is|smaller\.|larger\.")
CHAPTERS = chapters.chapters()


def slips(chapter):
    path = FOLDER / f"{chapter}.py"
    return runpy.run_path(str(path))["SLIPS"] if path.exists() else {}


def place(chapter, label):
    """The line of the file of wrong answers in which those to an exercise begin."""
    path = FOLDER / f"{chapter}.py"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    found = [number for number, line in enumerate(lines, 1) if f'"{label}":' in line]
    return ":".join(map(str, [path.relative_to(ROOT), *found[:1]]))


def complaints(exercise, code):
    """What the checks of the functions in a wrong answer say of it."""
    lines = said(exercise, filled_in(exercise.cell, code))
    names = [line.split("(")[0].removeprefix("def ") for line in code.splitlines()]
    lines = [line for line in lines if line.partition(":")[0] in names]
    return [line for line in lines if not is_right(line)]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_wrong_answers_are_told_what_is_wrong(chapter):
    wrong, named, problems = slips(chapter), [], []
    labels = {exercise.label: exercise for exercise in exercises(chapter)}
    for label in set(wrong) - set(labels):
        problems.append(f"{place(chapter, label)}: {label} is no exercise in code")
    for label in labels:
        answers, where = wrong.get(label, []), place(chapter, label)
        if len(answers) < 3:
            problems.append(
                f"{where}: {len(answers)} wrong answers to {label}, of {labels[label].place};"
                f" wanted 3 in SLIPS[{label!r}]: (words of the message that names the mistake, or"
                " None; the wrong function)"
            )
        for words, code in answers:
            found = complaints(labels[label], code)
            if not found:
                problems.append(f"{where}: {label}: right, says the check of\n{code}")
            elif words and not any("not yet" in line and words in line for line in found):
                problems.append(f"{where}: {label}: {words!r} is not in {found}")
            elif words is not None and (len(words) <= 8 or GENERIC.search(words)):
                problems.append(f"{where}: {label}: {words!r} names no mistake: take more, or None")
            named.append(bool(words))
    assert not problems, "\n".join(problems)
    share = f"{sum(named)} of {len(named)} wrong answers have words, wanted four in five"
    remedy = "let the checks know more mistakes, by @known.of"
    assert sum(named) >= NAMED * len(named), f"{place(chapter, '')}: {share}: {remedy}"


def test_the_line_of_a_wrong_answer_is_that_of_its_exercise():
    chapter = [name for name in CHAPTERS if any(exercises(name))][-1]
    first, second, *_ = slips(chapter)
    file, line = place(chapter, second).split(":")
    assert f'"{second}"' in (ROOT / file).read_text("utf-8").splitlines()[int(line) - 1]
    assert place(chapter, first) != place(chapter, second)
    assert place(chapter, "ex-none") == file
