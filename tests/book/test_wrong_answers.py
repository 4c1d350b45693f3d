"""Problem sets are fair: right answers have all points, no answer none, and mistakes are named."""

import re
from functools import cache

import numpy as np
import pytest
from handed_in import SETS, SMALL, SOURCES, blank, data, filled, with_bodies
from wrong_answers import SHORTCUTS, WRONG_ANSWERS

from ae_course import exercises
from grading import autograde
from grading.notebook import read
from grading.problem_set import ProblemSet
from grading.sandbox import Limits
from tools import chapters, set_rules

LIMITS = Limits(step=20, total=120)
SHORT = Limits(step=3, total=60)  # for answers that would go on for minutes, or for ever
WRONG = [
    pytest.param(name, function, words, body, id=f"{name}-{function}-{words}")
    for name, functions in WRONG_ANSWERS.items()
    for function, answers in functions.items()
    for words, body in answers
]
each_set = pytest.mark.parametrize("name", SETS)


def marked(notebook, name, limits=LIMITS):
    """Mark a notebook of our own, which needs no sandbox."""
    return autograde.mark(SETS[name], read(data(notebook)), limits, confined=False)


def points(result):
    return {task["task"]: task["points"] for task in result["tasks"]}


@cache
def unanswered(name):
    """The code cells of a student's notebook, its names, and what they are before each cell."""
    space, cells = {"__name__": "__main__"}, []
    for cell in blank(name).cells:
        if cell.cell_type == "code":
            cells.append((cell.source, dict(space)))
            exec(cell.source, space)
    return cells, space


def said_to_the_student(name, function, body, capsys):
    """What the checks in the notebook print of one answer; other functions are not answered."""
    cells, space = unanswered(name)
    capsys.readouterr()
    concerned = [number for number, (source, _) in enumerate(cells) if function in source]
    first, last = concerned[0], concerned[-1]
    space.clear()
    for key, value in cells[first][1].items():  # an answer may change an array
        space[key] = value.copy() if isinstance(value, np.ndarray) else value
    for source, _ in cells[first : last + 1]:
        defines = re.search(rf"^def {function}\(", source, re.MULTILINE)
        exec(with_bodies(source, {function: body}) if defines else source, space)
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if line.startswith(f"{function}: ")]


def test_there_are_problem_sets():
    assert SOURCES
    assert set(WRONG_ANSWERS) <= set(SETS)


@pytest.mark.parametrize("rule", set_rules.RULES, ids=lambda rule: rule.__name__)
@each_set
def test_a_set_keeps_the_rules(name, rule):
    found = list(rule(SETS[name]))
    assert not found, "\n".join(found)


@each_set
def test_the_reference_solution_has_all_points(name):
    result = marked(filled(name), name)
    assert result["status"] == autograde.GRADED
    assert result["notes"] == []
    for task, found in zip(SETS[name].tasks, result["tasks"], strict=True):
        assert found["outcome"] == (autograde.TO_BE_READ if task.written else autograde.RIGHT)
        assert found["points"] == (None if task.written else task.points)


@each_set
def test_the_untouched_notebook_has_none(name):
    result = marked(blank(name), name)
    assert result["status"] == autograde.GRADED
    for task, found in zip(SETS[name].tasks, result["tasks"], strict=True):
        wanted = autograde.TO_BE_READ if task.written else autograde.NOT_ANSWERED
        assert found["outcome"] == wanted
        assert not found["points"]


@each_set
def test_the_instructor_s_notebook_runs_from_top_to_bottom(name, capsys):
    space = {"__name__": "__main__"}
    for cell in SETS[name].cells:
        if cell.role not in ("text", "written"):
            exec(cell.source, space)
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert [line for line in lines if not line.endswith(": right.")] == []


@pytest.mark.parametrize(("name", "function", "words", "body"), WRONG)
def test_a_student_s_mistake_is_named(name, function, words, body, capsys):
    lines = said_to_the_student(name, function, body, capsys)
    assert any(words in line and "not yet" in line for line in lines), lines


@each_set
def test_wrong_answers_lose_points(name):
    answers = WRONG_ANSWERS.get(name, {})
    for round_ in range(max(map(len, answers.values()), default=0)):
        wrong = {
            function: bodies[round_][1]
            for function, bodies in answers.items()
            if round_ < len(bodies)
        }
        result = marked(filled(name, wrong), name)
        assert result["status"] == autograde.GRADED
        for task, found in zip(SETS[name].tasks, result["tasks"], strict=True):
            functions = [f for f, of in SETS[name].functions.items() if of == task.name]
            if not task.written and set(functions) & set(wrong):
                assert found["points"] < task.points, (task.name, wrong)
                assert any(part["told"] for part in found["parts"])


@pytest.mark.parametrize("name", [name for name in SHORTCUTS if SHORTCUTS[name]])
def test_what_a_check_does_to_know_the_result_is_no_answer(name):
    result = marked(filled(name, SHORTCUTS[name]), name, SHORT)
    assert result["status"] in (autograde.GRADED, autograde.TIMED_OUT)
    for task, found in zip(SETS[name].tasks, result["tasks"], strict=True):
        functions = [f for f, of in SETS[name].functions.items() if of == task.name]
        if set(functions) & set(SHORTCUTS[name]):
            assert found["points"] <= task.points / 2, task.name
            assert all(line.endswith(": right.") for p in found["parts"] for line in p["visible"])


@each_set
def test_every_known_mistake_is_recognised_by_the_checks_and_loses_points(name, capsys):
    known = SETS[name].namespace()["known"]
    sealed = next(c.source for c in blank(name).cells if "Mistakes.unseal(" in c.source)
    space = {"Mistakes": exercises.Mistakes}
    exec(sealed, space)
    for table, messages in known.items():
        for message in messages:
            assert space["known"][table][message], (
                f"no visible check of {table} has a result of its own for the mistake"
                f" {message!r}: give one an input at which it differs from the other mistakes"
            )


# What the rules say of a set that breaks them

MISTAKES = [  # a rule, what an author writes in place of what, in which line, what the rule says
    (set_rules.has_tasks_of_both_kinds, "", "", "md:1: 2 tasks, wanted 4: write more"),
    (
        set_rules.numbers_its_tasks,
        "## Task 2",
        "## Task 3",
        "'Task 3: Why', wanted '## Task 2",
    ),
    (
        set_rules.marks_solutions_and_points,
        "    ### BEGIN SOLUTION\n",
        "",
        "md:16: the answer twice lacks the line '### BEGIN SOLUTION'",
    ),
    (
        set_rules.marks_solutions_and_points,
        "## Task 2",
        "```{code-cell}\n:check: twice\ncheck(twice, 4, 2)\n```\n\n## Task 2",
        "md:41: a check of twice gives no points: add :points: 1",
    ),
    (set_rules.knows_common_mistakes, "", "", "md:16: 1 known mistakes of twice, wanted 3: define"),
    (
        set_rules.is_plain_to_students,
        "1: Twice",
        "1: {eq}`eq-x`",
        "md:12: found '{eq}`'",
    ),
    (set_rules.is_in_the_book, "", "", "lacks '(problem_sets/problems_99.ipynb): {points}"),
]


@pytest.mark.parametrize(("rule", "old", "new", "message"), MISTAKES)
def test_a_broken_rule_is_said_with_its_line_and_its_remedy(rule, old, new, message, tmp_path):
    path = tmp_path / "problems_99.md"
    path.write_text(SMALL.replace(old, new), "utf-8")
    found = list(rule(ProblemSet.read(path)))
    assert any(message in line for line in found), found


def test_a_name_of_the_chapter_is_taken(tmp_path):
    path = tmp_path / "problems_01.md"
    chapter = chapters.convert(chapters.paths("01_overview")[0].read_text("utf-8"))
    names = [n for _, c in chapters.code_cells(chapter) for n in set_rules.functions(c.source)]
    path.write_text(SMALL.replace("def twice", f"def {names[0]}"), "utf-8")
    (found,) = set_rules.asks_for_something_new(ProblemSet.read(path))
    assert found.endswith(f"01_overview defines {names[0]} too: choose another name")
