"""The check of an exercise says what is right, and names the usual slips."""

import re

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
        (WANTED - 0.5, r"too small by 0\.5.*summand"),
        (WANTED * np.nan, "not finite"),
        (WANTED * [[1, 1], [1, 2]], r"at \[1, 1\] is 9, wanted 4\.5"),
    ],
)
def test_a_verdict_names_what_is_wrong(found, named):
    assert re.search(named, verdict(found, WANTED))


@pytest.mark.parametrize(
    ("found", "wanted", "size"),
    [(3.0, 0.0, "smaller"), (-0.134, -0.134471, "smaller"), (3.1, 7.5, "larger")],
)
def test_a_single_wrong_number_does_not_give_the_right_one_away(found, wanted, size):
    assert verdict(found, wanted) == f"not yet: the result is {found:g}; the right one is {size}."


@pytest.mark.parametrize("factor", [2, 4, 0.25])
def test_a_single_number_with_a_whole_factor_too_many_is_told_so(factor):
    assert f"{factor:g} times the right one" in verdict(0.3 * factor, 0.3)


def test_a_factor_of_an_approximate_number_is_told_too():
    assert "0.5002 times the right one" in verdict(0.25, 0.499823, rtol=1e-3)
    assert verdict(0.5, 0.499823, rtol=1e-3) == "right."


def test_a_single_number_is_asked_for_where_an_array_is_given():
    assert "wanted a single number" in verdict([1.0], 1.0)


def test_an_overflow_on_the_way_counts_as_a_mistake(capsys):
    check(lambda u: np.log(1 + np.exp(u)), [0.0, 1000.0], np.array([-1000.0, 1000.0]))
    assert "not yet: NumPy reports: overflow encountered in exp" in capsys.readouterr().out


@pytest.mark.parametrize("x", [0.5, np.array([0.5, 2.0])])
def test_a_power_that_is_written_as_in_mathematics_is_named(x, capsys):
    check(lambda x: 1 - x ^ 2, 1 - np.square(x), x)
    assert "a power is written **" in capsys.readouterr().out


def test_other_errors_of_an_answer_are_its_own():
    with pytest.raises(TypeError, match="len"):
        check(lambda x: len(x), 1.0, 2.0)


def test_check_calls_the_answer_and_prints_its_name(capsys):
    def double(x):
        return 2 * x

    check(double, [2.0, 4.0], np.array([1.0, 2.0]))
    assert capsys.readouterr().out == "double: right.\n"
