"""Every solution of an exercise passes the check that the reader runs, and the dots do not."""

import pytest

from tools import chapters
from tools.exercises import Exercise, broken, exercises


def coded():
    """All exercises that are answered in code."""
    return [exercise for chapter in chapters.chapters() for exercise in exercises(chapter)]


def test_there_are_exercises_in_code():
    assert len(coded()) >= 8


@pytest.mark.parametrize("chapter", chapters.chapters())
def test_the_solution_of_every_exercise_alone_is_right(chapter):
    found = [line for exercise in exercises(chapter) for line in broken(exercise)]
    assert not found, "\n".join(found)


# What is said of one that is wrong

CELL = "def twice(x):\n    return ...\n\n\ncheck(twice, 6, 3)"
GOOD = Exercise(
    "ex-twice",
    "book/src/01_small.md:7",
    "from ae_course.exercises import check",
    CELL,
    "def twice(x):\n    return x + x",
    "book/src/01_small.md:19",
)


def test_a_good_one_passes():
    assert broken(GOOD) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"solution": "def twice(x):\n    return x"}, "with its solution says 'twice: not yet"),
        ({"solution": ""}, "has no {solution} box"),
        ({"cell": CELL.replace("...", "6")}, "says 'twice: right.' before it is answered"),
        ({"cell": CELL.replace("check", "print")}, "with its solution says"),
        ({"cell": CELL.split("\n\n\n")[0]}, "says nothing: end its cell with a check"),
        ({"setting": "import no_such_module"}, "raises ModuleNotFoundError"),
        (
            {
                "cell": "def total(x, y):\n    return ...\n\n\ncheck(total, 3, 3, 0)",
                "solution": "def total(x, y):\n    return x + y",
            },
            "finds total right with zeros as argument 2",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(changes, message):
    found = broken(GOOD._replace(**changes))
    assert found
    assert all(line.startswith("book/src/01_small.md:7: exercise ex-twice ") for line in found)
    assert message in found[0]


@pytest.mark.parametrize(
    ("solution", "message"),
    [
        ("def thrice(x):\n    return x", "ValueError: the solution defines thrice, which the cell"),
        ("def twice(x):\n    return (x + x", "SyntaxError: '(' was never closed"),
        ("def twice(x):\n    return y + y", "NameError: name 'y' is not defined"),
    ],
)
def test_a_solution_that_does_not_run_is_said_with_its_own_line(solution, message):
    (found,) = broken(GOOD._replace(solution=solution))
    assert found.startswith(f"book/src/01_small.md:19: the solution of ex-twice raises {message}")


def test_the_line_of_a_solution_is_that_of_its_code():
    for exercise in coded():
        file, line = exercise.solved.split(":")
        lines = (chapters.ROOT / file).read_text("utf-8").splitlines()
        assert lines[int(line) - 2] == "```python"
        assert lines[int(line) - 1] == exercise.solution.splitlines()[0]
