"""How long a chapter takes is counted from what its reader reads."""

import pytest

from tools import chapters, reading_time
from tools.reading_time import Minutes

HEAD = "---\nkernelspec: {display_name: Python 3, language: python, name: python3}\n---\n\n"
WORDS = "word " * 140  # a minute
FORMULA = "\n\n$$\na = b\n$$ (eq-a)\n\n"


def source(text):
    return HEAD + text + "\n\n## Exercises\n\n" + WORDS * 50


def spent(text):
    time = {"first": 0.0, "beyond": 0.0}
    for path, minutes in reading_time.stretches(chapters.convert(source(text))):
        time[path] += minutes
    return tuple(round(value) for value in time.values())


SECTION = "## A\n\n```{admonition} Beyond a first reading\nIt holds a proof.\n```\n\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (WORDS, (1, 0)),
        (WORDS + FORMULA, (2, 0)),
        (f"{SECTION}{WORDS}\n\n### B\n\n{WORDS}\n\n## C\n\n{WORDS}", (1, 2)),
        (f"### A\n\n{WORDS}\n\n#{SECTION}{WORDS}\n\n### C\n\n{WORDS}", (2, 1)),
        (f"```{{dropdown}} Beyond a first reading: a proof.\n{WORDS}\n```\n\n{WORDS}", (1, 1)),
        (f"````{{dropdown}} Beyond a first reading: b\n```{{math}}\n```\n{WORDS}\n````", (0, 1)),
        (f"```{{dropdown}} Something else\n{WORDS}\n```", (0, 0)),
        (f"```{{play}} bowl\n:alt: A bowl.\n\n{WORDS}\n```", (0, 0)),
        (f"```{{admonition}} By hand\n{WORDS}\n```", (1, 0)),
        ("```{code-cell}\n" + "x = 1\n" * 30 + "```", (2, 0)),
        ("```{code-cell}\n" + "assert x\n" * 30 + "```", (0, 0)),
    ],
)
def test_the_paths_are_told_apart(text, wanted):
    assert spent(text) == wanted


def test_what_the_head_has_to_say_is_rounded_up():
    text = source(f"{WORDS * 11}\n\n{SECTION}{WORDS * 6}")
    text += "\n\n```{exercise} T (hard, code, 45 minutes)\n```" * 3
    assert reading_time.minutes(chapters.convert(text)) == Minutes(first=15, whole=20, hours=3)


def test_the_head_is_read():
    said = "**First reading** 55 minutes, **all of it** 80 minutes, **exercises** 1 hour."
    assert reading_time.GLANCE.search(said).groups() == ("55", "80", "1")
