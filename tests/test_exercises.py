"""Exercises: the check names the usual slips, and every solution in the book passes its check."""

import re
from pathlib import Path

import jupytext
import numpy as np
import pytest

from ae_course.exercises import check, verdict

WANTED = np.array([[1.0, 2.0], [-3.0, 4.5]])


@pytest.mark.parametrize(
    ("found", "named"),
    [
        (WANTED, "^right"),
        (WANTED * (1 + 1e-9), "^right"),
        (..., "not answered yet"),
        (None, "return missing"),
        ("two", "wanted numbers"),
        (WANTED[0], r"shape \(2,\), wanted shape \(2, 2\)"),
        (-WANTED, "sign"),
        (WANTED.T, "transposed"),
        (WANTED * 2, "2 times the right one.*factor"),
        (WANTED / 5, r"0\.2 times the right one"),
        (WANTED + 0.5, r"too large by 0\.5.*summand"),
        (WANTED * np.nan, "not finite"),
        (WANTED * [[1, 1], [1, 2]], r"at \[1, 1\] is 9, wanted 4\.5"),
    ],
)
def test_a_verdict_names_what_is_wrong(found, named):
    assert re.search(named, verdict(found, WANTED))


@pytest.mark.parametrize(("found", "wanted"), [(3.0, 0.0), (-0.134, -0.134471), (7.5, 3.1)])
def test_a_single_wrong_number_is_shown_beside_the_right_one(found, wanted):
    assert verdict(found, wanted) == f"not yet: the result is {found:g}, wanted {wanted:g}."


@pytest.mark.parametrize("factor", [2, 4, 0.25])
def test_a_single_number_with_a_whole_factor_too_many_is_told_so(factor):
    assert f"{factor:g} times the right one" in verdict(0.3 * factor, 0.3)


def test_a_single_number_is_asked_for_where_an_array_is_given():
    assert "wanted a single number" in verdict([1.0], 1.0)


def test_an_overflow_on_the_way_counts_as_a_mistake(capsys):
    check(lambda u: np.log(1 + np.exp(u)), [0.0, 1000.0], np.array([-1000.0, 1000.0]))
    assert "not yet: on the way there is an overflow" in capsys.readouterr().out


def test_check_calls_the_answer_and_prints_its_name(capsys):
    def double(x):
        return 2 * x

    check(double, [2.0, 4.0], np.array([1.0, 2.0]))
    assert capsys.readouterr().out == "double: right.\n"


SOURCES = sorted(Path(__file__).parents[1].glob("book/src/*.md"))
SOLUTION = re.compile(r"```python\n(def (\w+)\(.*?)\n```", re.DOTALL)


def setup_and_solved(source):
    """The code that the exercises need, and each exercise's cell with its solution put in."""
    text = source.read_text(encoding="utf-8")
    cells = jupytext.reads(text, fmt="md:myst").cells
    begin = ["## Exercises" in c.source for c in cells].index(True)
    code = [c.source for c in cells if c.cell_type == "code"]
    exercises = [c.source for c in cells[begin:] if c.cell_type == "code"]
    solved = {}
    for solution, name in SOLUTION.findall(text):
        (cell,) = [c for c in exercises if re.search(rf"(?m)^check\(\s*{name},", c)]
        before, after = re.split(rf"(?ms)^def {name}\(.*?\n(?=\S)", cell)
        solved[name] = f"{before}{solution}\n{after}"
    return code[0] + "\n" + exercises[0], solved


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_solution_passes_its_check(source, capsys):
    setup, solved = setup_and_solved(source)
    assert solved
    names = {}
    exec(compile(setup, source.name, "exec"), names)
    for name, code in solved.items():
        exec(compile(code, name, "exec"), names)
        assert f"{name}: right." in capsys.readouterr().out
