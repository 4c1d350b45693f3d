"""The check of an exercise says what is right, and names the usual slips."""

import re

import numpy as np
import pytest

from ae_course.exercises import (
    VALIDATING,
    Mistakes,
    Wrong,
    check,
    expect,
    fingerprint,
    judge,
    seal,
    trace_of,
    verdict,
)

WANTED = np.array([[1.0, 2.0], [-3.0, 4.5]])


@pytest.mark.parametrize(
    ("found", "named"),
    [
        (WANTED, "^right"),
        (WANTED * (1 + 1e-9), "^right"),
        (..., "not answered yet"),
        (None, "return missing"),
        ("two", "wanted numbers"),
        (WANTED + 0j, "complex"),
        ((-8) ** (1 / 3), "complex"),
        (WANTED[0], r"shape \(2,\), wanted shape \(2, 2\)"),
        (-WANTED, "sign"),
        (WANTED.T, "transposed"),
        (WANTED * 2, "2 times the right one.*factor"),
        (WANTED / 5, r"0\.2 times the right one"),
        (WANTED + 0.5, r"too large by 0\.5.*summand"),
        ((np.ones((2, 2)), np.ones(3)), "parts of different shapes"),
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


def test_a_factor_that_reads_as_1_is_not_called_one():
    said = verdict(WANTED * 1.00002, WANTED)
    assert "times" not in said
    assert said.startswith("not yet: ")


def test_a_factor_of_an_approximate_number_is_told_too():
    assert "0.5002 times the right one" in verdict(0.25, 0.499823, rtol=1e-3)
    assert verdict(0.5, 0.499823, rtol=1e-3) == "right."


@pytest.mark.parametrize("found", [2.5e12, 1.21e-15, 4001.0])
def test_a_single_number_that_is_far_off_is_no_multiple(found):
    """Every large enough number is close to a whole one."""
    assert "times" not in verdict(found, 1.0)
    assert "the right one is" in verdict(found, 1.0)


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


def slope(y):
    return y * (1 - y)


def without_slope(y):
    return np.ones_like(y)


def overflowing(y):
    return np.exp(1e4 * y)


Y = np.array([0.1, 0.4, 0.8])
KNOWN = Mistakes()
KNOWN.of("slope", "the slope is missing.")(without_slope)
KNOWN.of("slope", "that overflows.")(overflowing)


def unsealed():
    traces = {message: [trace_of(wrong, (Y,))] for message, wrong in KNOWN["slope"].items()}
    return Mistakes.unseal(seal({"slope": traces}))


@pytest.mark.parametrize("known", [KNOWN, unsealed()], ids=["functions", "fingerprints"])
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (slope, "right."),
        (lambda y: 0 * y + 1, "not yet: the slope is missing."),
        (lambda y: np.exp(y * 1e5), "not yet: that overflows."),
        (lambda y: [1.0, 1.0], r"not yet: the result has shape \(2,\)"),
        (lambda y: 2 * slope(y), "not yet: the result is 2 times"),
        (lambda y: ..., "not answered yet"),
        (lambda y: None, "not yet: the function returns nothing"),
        (lambda y: "ones", "not yet: the result is 'ones'"),
    ],
)
def test_a_known_mistake_is_named_and_others_as_ever(answer, said, known, capsys):
    check(answer, slope(Y), Y, mistakes=known["slope"])
    assert re.search(": " + said, capsys.readouterr().out)


def test_what_is_sealed_cannot_be_read_at_a_glance():
    text = seal({"slope": {"the slope is missing.": [trace_of(without_slope, (Y,))]}})
    assert "slope" not in text
    assert Mistakes.unseal(text)["slope"]["the slope is missing."][0][0] == [3]


def test_a_fingerprint_notices_any_entry_and_the_shape():
    wanted = fingerprint(WANTED)
    for place in np.ndindex(WANTED.shape):
        moved = WANTED.copy()
        moved[place] += 1e-4
        assert fingerprint(moved) != wanted
    assert fingerprint(WANTED.ravel()) != wanted
    assert fingerprint("text") is None
    assert fingerprint([np.inf, -np.inf]) == fingerprint([np.inf, np.inf]) == [[2], None]


def test_a_mistake_that_gives_the_right_result_does_not_make_it_wrong(capsys):
    check(slope, slope(Y), Y, mistakes={"never said": slope})
    assert capsys.readouterr().out.endswith(": right.\n")


def test_a_mistake_that_gives_the_right_result_is_not_named_for_another_one():
    almost = slope(Y) * (1 + 1e-8)
    known = {"never said": slope}
    assert "never said" not in judge(almost, slope(Y), (Y,), 1e-10, known)[0]
    assert judge(almost, slope(Y), (Y,), 1e-10, known)[0].startswith("not yet")


def test_rounding_is_no_summand_and_two_numbers_that_differ_are_shown_so():
    said = verdict(np.array([2.000003, 1.0]), np.array([2.0, 1.0]))
    assert said == "not yet: the result at [0] is 2.000003, wanted 2."


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (4, "not yet; a mistake that gives this number: that is the sum."),
        (np.float64(4), "not yet; a mistake that gives this number: that is the sum."),
        ("4", "not yet; a mistake that gives this number: that is the sum."),
        (4.5, "not yet: that is the sum."),
        (400, "not yet: that is the sum."),
        ([4], "not yet: that is the sum."),
        (FloatingPointError("overflow"), "not yet: that is the sum."),
    ],
)
def test_a_small_whole_number_may_come_of_other_mistakes_too(wrong, said):
    known = {"that is the sum.": [fingerprint(wrong)]}
    assert judge(wrong, 1.0, (), 1e-6, known)[0] == said


def test_a_mistake_that_cannot_be_made_here_is_passed_over(capsys):
    def needs_a_matrix(y):
        return y @ np.ones((2, 2))

    check(np.ones_like, slope(Y), Y, mistakes={"never said": needs_a_matrix})
    assert "never said" not in capsys.readouterr().out


def test_an_expectation_tells_the_mistake_or_the_case_and_no_number():
    expect(slope, slope(Y), Y, mistakes=KNOWN["slope"], case="three outputs")
    with pytest.raises(Wrong) as known:
        expect(without_slope, slope(Y), Y, mistakes=KNOWN["slope"], case="three outputs")
    assert known.value.told == "the slope is missing."
    with pytest.raises(Wrong) as unknown:
        expect(np.sqrt, slope(Y), Y, mistakes=KNOWN["slope"], case="three outputs")
    assert unknown.value.told == "not right for three outputs"
    assert "wanted 0.16" in unknown.value.verdict


def test_an_answer_cannot_change_what_its_mistakes_are_compared_with(capsys):
    def spoiling(y):
        y[:] = 0
        return np.ones(3)

    check(spoiling, slope(Y), Y, mistakes=KNOWN["slope"])
    assert "the slope is missing" in capsys.readouterr().out
    assert Y[0] == 0.1


def test_mistakes_of_an_unknown_answer_are_none():
    assert KNOWN["another"] == {}


def test_under_validation_a_wrong_and_a_missing_answer_raise_what_they_print(monkeypatch, capsys):
    """nbgrader's Validate counts errors only, so a check that prints would be called a success."""
    monkeypatch.setenv(VALIDATING, "1")
    check(lambda x: x, 1.0, 1.0)
    for answer, message in [(lambda x: -x, "the sign is"), (lambda x: ..., "not answered yet")]:
        with pytest.raises(Wrong, match=message) as error:
            check(answer, np.ones(2), np.ones(2))
        assert capsys.readouterr().out.splitlines()[-1] == str(error.value)


@pytest.mark.parametrize("found", ["1.0", b"1.0", ["1", 2.0], np.array(["1", 2.0], object)])
def test_text_is_no_number_even_if_numpy_reads_it_as_one(found):
    wanted = 1.0 if isinstance(found, str | bytes) else np.array([1.0, 2.0])
    assert re.fullmatch(r"(?s)not yet: the result is .*, wanted numbers.", verdict(found, wanted))


@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_what_is_hardly_more_than_rounding_is_no_missing_summand(scale):
    said = verdict(scale * (WANTED + 4e-5), scale * WANTED)
    assert "wanted" in said
    assert "summand" not in said
    assert "summand" in verdict(scale * (WANTED + 1e-3), scale * WANTED)


def test_a_mistake_that_gives_the_right_result_here_is_nobody_s():
    wanted, found = np.ones(50), np.ones(50)
    found[3] += 5e-6  # more than rtol of the largest, less than rtol of the sum
    mistakes = {"you take absolute values.": lambda x: abs(x)}
    said, named = judge(found, wanted, [np.ones(50)], mistakes=mistakes)
    assert said.startswith("not yet: the result at [3]")
    assert named == ""


def test_two_mistakes_of_a_function_have_different_messages():
    known = Mistakes()
    known.of("half", "that is all of it.")(lambda x: x)
    with pytest.raises(
        ValueError, match="two mistakes of half have the message 'that is all of it"
    ):
        known.of("half", "that is all of it.")(lambda x: 2 * x)
    known.of("twice", "that is all of it.")(lambda x: x)


def test_a_complex_result_is_no_known_mistake():
    said, named = judge(1 + 2j, 1.0, [2.0], mistakes={"you take a root.": lambda x: x + 0j})
    assert "complex" in said
    assert named == ""
