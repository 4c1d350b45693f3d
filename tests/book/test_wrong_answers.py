"""Problem sets are fair: right answers have all points, no answer none, and mistakes are named."""

import ast
import re

import pytest
from handed_in import ROOT, SETS, SOURCES, blank, data, filled, with_bodies
from wrong_answers import SHORTCUTS, WRONG_ANSWERS

from ae_course import exercises
from grading import autograde
from grading.notebook import read
from grading.sandbox import Limits
from tools import chapters

COUNTS = {4: "four", 5: "five", 6: "six"}
LIMITS = Limits(step=20, total=120)
SHORT = Limits(step=5, total=60)  # for answers that would go on for minutes, or for ever
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


def said_to_the_student(name, function, body, capsys):
    """What the checks in the notebook print of one answer; other functions are not answered."""
    notebook = blank(name)
    space = {"__name__": "__main__"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            code = with_bodies(cell.source, {function: body}) if function in cell.source else ""
            defines = re.search(rf"^def {function}\(", cell.source, re.MULTILINE)
            exec(code if defines else cell.source, space)
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if line.startswith(f"{function}: ")]


def test_every_chapter_with_a_problem_set_has_one_source():
    assert SOURCES
    assert len(chapters.chapters()) >= len(SOURCES)
    assert set(WRONG_ANSWERS) == set(SETS)


@each_set
def test_a_set_is_of_the_promised_kind(name):
    problems = SETS[name]
    assert 4 <= len(problems.tasks) <= 6
    assert any(task.written for task in problems.tasks)
    assert any(not task.written for task in problems.tasks)
    text = "\n".join(cell.source for cell in problems.having("text"))
    for task in problems.tasks:
        assert f"## {task.title} ({task.points} points" in text
    total = sum(task.points for task in problems.tasks)
    assert f"{total} points in all" in text


@each_set
def test_the_pages_of_the_book_lead_to_it_and_say_what_it_is_worth(name):
    problems, number = SETS[name], int(name.removeprefix("problems_"))
    (chapter,) = [c for c in chapters.chapters() if c.startswith(f"{number:02}_")]
    here = f"problem_sets/{name}"
    assert f"- file: book/{here}\n" in (ROOT / "_toc.yml").read_text("utf-8")
    title = problems.title.removeprefix(f"Problem set {number}: ")
    total = sum(task.points for task in problems.tasks)
    in_words = sum(task.points for task in problems.tasks if task.written)
    count = COUNTS[len(problems.tasks)]
    row = f"[{title}]({here}.ipynb): {count} problems, {total} points | {{doc}}`"
    assert row in (ROOT / "book" / "problem_sets.md").read_text("utf-8")
    row = f"[{name}]({here}.ipynb): {total - in_words} points in code, {in_words} in words |"
    assert row in (ROOT / "book" / "instructors.md").read_text("utf-8")
    source = (ROOT / "book" / "src" / f"{chapter}.md").read_text("utf-8")
    assert f"[problem set {number}]({here}.ipynb)" in source
    assert f"{{download}}`download it <{here}.ipynb>`" in source


@each_set
def test_students_read_it_without_this_book_s_markup(name):
    text = "\n".join(cell.source for cell in SETS[name].having("text"))
    assert re.findall(r"\{[\w:]+\}`|^:::|^```\{|\]\((?!https?:)", text, re.MULTILINE) == []


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


@each_set
def test_there_are_three_wrong_answers_for_every_function(name):
    for function in SETS[name].functions:
        assert len(WRONG_ANSWERS[name][function]) >= 3


@pytest.mark.parametrize(("name", "function", "words", "body"), WRONG)
def test_a_student_s_mistake_is_named(name, function, words, body, capsys):
    lines = said_to_the_student(name, function, body, capsys)
    assert any(words in line and "not yet" in line for line in lines), lines


@each_set
def test_wrong_answers_lose_points(name):
    answers = WRONG_ANSWERS[name]
    for round_ in range(max(map(len, answers.values()))):
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
    for function in SETS[name].functions:
        assert len(known[function]) >= 3
    sealed = next(c.source for c in blank(name).cells if "Mistakes.unseal(" in c.source)
    space = {"Mistakes": exercises.Mistakes}
    exec(sealed, space)
    for table, messages in known.items():
        for message in messages:
            assert space["known"][table][message], f"no check tells: {message}"


@each_set
def test_functions_are_not_those_of_the_chapter_s_exercises(name):
    chapter = next(c for c in chapters.chapters() if c.startswith(name.removeprefix("problems_")))
    notebook = chapters.convert(chapters.paths(chapter)[0].read_text("utf-8"))
    defined = {
        node.name
        for _, cell in chapters.code_cells(notebook)
        for node in ast.parse(cell.source).body
        if isinstance(node, ast.FunctionDef)
    }
    assert not defined & set(SETS[name].functions)
