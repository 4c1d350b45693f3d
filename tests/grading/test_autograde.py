"""Marks come from the hidden tests alone, and nothing of these is told that should not be."""

import json

import pytest
from handed_in import SMALL, blank, data, filled, with_bodies

from grading import autograde
from grading.autograde import mark, program
from grading.notebook import StudentCell, StudentNotebook, read
from grading.problem_set import ProblemSet
from grading.runner import Failed, Runner
from grading.sandbox import Limits

LIMITS = Limits(step=2, total=20, memory=2**30)


@pytest.fixture
def twice(tmp_path):
    """Mark an answer to a small problem set, given as the code of its cell and of other cells."""
    path = tmp_path / "small.md"
    path.write_text(SMALL, "utf-8")
    problems = ProblemSet.read(path)

    def marked(code, *more, written="Because."):
        cells = [StudentCell("code", "twice", code), StudentCell("markdown", "why", written)]
        cells = [*(StudentCell("code", "", own) for own in more), *cells]
        return mark(problems, StudentNotebook(tuple(cells), "small", "utf-8"), LIMITS, False)

    return marked


def first(result):
    return result["tasks"][0]


@pytest.mark.parametrize(
    ("code", "points", "outcome", "told"),
    [
        ("def twice(x): return 2 * x", 2, "right", ""),
        ("def twice(x): return 1 if x == 0.5 else 1 / 0", 2, "right", ""),
        ("def twice(x): return ...", 0, "not answered", "other inputs|not for fractions"),
        ("def twice(x): return x", 0, "wrong", "not for fractions"),
        ("def twice(x): return 6", 0, "wrong", "not for fractions"),
        ("def twice(x): return 1 / 0", 0, "error", "it raises an error"),
        ("def twice(x): return undefined", 0, "error", "it raises an error"),
        ("def twice(x): return lambda: x", 0, "wrong", autograde.STRANGE),
        ("def thrice(x): return 3 * x", 0, "missing", "there is no function twice"),
        ("def twice(x: return 2", 0, "missing", "there is no function twice"),
        ("twice = 6", 0, "missing", "there is no function twice"),
        ("def twice(x):\n    while True: pass", 0, "timed out", "more than 2 s"),
        ("def twice(x): raise SystemExit", 0, "crashed", "it ends the program"),
        ("def twice(x): return bytearray(10**15)", 0, "crashed", "it runs out of memory"),
    ],
)
def test_points_and_outcome(twice, code, points, outcome, told):
    result = twice(code)
    task = first(result)
    assert (task["points"], task["outcome"]) == (points, outcome)
    assert any(words in task["parts"][0]["told"] for words in told.split("|"))
    status = outcome if outcome in (autograde.TIMED_OUT, autograde.CRASHED) else autograde.GRADED
    assert result["status"] == status
    json.dumps(result)


def test_a_mistake_is_named_in_the_visible_check(twice):
    (said,) = first(twice("def twice(x): return x"))["parts"][0]["visible"]
    assert said == "twice: not yet: once is not enough."


def test_what_an_exception_says_of_hidden_inputs_is_not_told(twice):
    code = """def twice(x):
    if x == 3:
        return 6
    raise type(f"Got{x}", (Exception,), {})(f"{x}!")"""
    task = first(twice(code))
    assert task["parts"][0]["told"] == "it raises an error"
    assert "0.5" not in str(task["parts"][0]["visible"])
    assert "0.5!" in task["parts"][0]["hidden"]


def test_what_it_says_of_visible_inputs_is(twice):
    task = first(twice("def twice(x): raise ValueError(f'what is {x}?')"))
    assert task["parts"][0]["visible"] == [
        "twice: not yet: ValueError: what is 3? (the answer to Task 1, line 1: def twice(x): raise"
        " ValueError(f'what is {x}?'))."
    ]


def test_hidden_inputs_cannot_be_kept_for_a_visible_result(twice):
    code = "seen = []\ndef twice(x):\n    seen.append(x)\n    return sum(seen)"
    assert first(twice(code))["parts"][0]["visible"] == ["twice: not yet: once is not enough."]


def test_a_cell_that_ends_or_hangs_costs_only_what_depends_on_it(twice):
    good = "def twice(x): return 2 * x"
    for own, status in (
        ("while True: pass", autograde.TIMED_OUT),
        ("import os; os._exit(1)", autograde.CRASHED),
        ("import sys; sys.exit()", autograde.CRASHED),
        ("x = []\nwhile True: x.append(bytearray(2**28))", autograde.CRASHED),
        ("1 / 0", autograde.GRADED),
        ("%timeit 1\nx = 3", autograde.GRADED),
    ):
        result = twice(good, own)
        assert (first(result)["points"], result["status"]) == (2, status)
    assert (
        "cell 1 raises ZeroDivisionError: division by zero (line 1: 1 / 0)"
        in twice(good, "1 / 0")["notes"]
    )


def test_the_answer_may_stand_in_a_cell_of_its_own(twice):
    assert first(twice("", "def twice(x): return 2 * x"))["points"] == 2


@pytest.mark.parametrize("written", ["Because.", "", autograde.UNWRITTEN])
def test_an_answer_in_words_waits_for_a_reader(twice, written):
    task = twice("def twice(x): return 2 * x", written=written)["tasks"][1]
    assert (task["points"], task["outcome"]) == (None, autograde.TO_BE_READ)
    assert task["answer"] == ("Because." if written == "Because." else "")


def test_tests_and_setting_are_those_of_the_source():
    from handed_in import SETS

    notebook = filled()
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("locked"):
            cell.source = "raise SystemExit('mine')"
    setting, code, missing = program(SETS["problems_01"], read(data(notebook)))
    assert missing == []
    assert not [source for _, source in code if "mine" in source]
    assert sum("known = Mistakes()" in source for _, source in setting) == 1


def test_missing_cells_are_named():
    from handed_in import SETS

    notebook = blank()
    notebook.cells = [c for c in notebook.cells if not c.id.startswith("best_step")]
    result = mark(SETS["problems_01"], read(data(notebook)), Limits(), False)
    assert result["status"] == autograde.MISSING_CELLS
    assert result["notes"] == ["missing cells: Task 4"]
    outcomes = {task["task"]: task["outcome"] for task in result["tasks"]}
    assert outcomes["best_step"] == autograde.NO_FUNCTION


def test_a_function_that_hung_is_not_waited_for_again():
    runner = Runner([], [("a cell", "def f():\n    while True: pass")], Limits(step=1), False)
    for _ in range(3):
        with pytest.raises(Failed, match="more than 1 s"):
            runner.call("f", ())
    assert len(runner.troubles) == 1
    runner.close()


def test_an_unreadable_file_has_no_points_and_its_reason():
    from handed_in import SETS

    result = autograde.of_unreadable(SETS["problems_01"], "the file is empty")
    assert result["status"] == autograde.UNREADABLE
    assert result["notes"] == ["the file is empty"]
    assert {task["points"] for task in result["tasks"]} == {0, None}


def test_other_bodies_are_put_into_functions():
    assert with_bodies("def f(x, y=1):\n    return x", {"f": "return y"}) == (
        "def f(x, y=1):\n    return y"
    )
