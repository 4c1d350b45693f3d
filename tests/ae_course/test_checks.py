"""Arguments are checked where they enter, and messages say what was found and what was wanted."""

import numpy as np
import pytest

from ae_course.checks import (
    check_fraction,
    check_generator,
    check_not_negative,
    check_positive,
    check_whole,
)


@pytest.mark.parametrize("value", [1, 7, np.int64(7), np.uint8(1)])
def test_whole_numbers_of_any_kind_pass(value):
    assert check_whole("n", value, least=1, most=7) is None


@pytest.mark.parametrize("value", [0, -1, 8, 2.5, 1.0, True, None, "3", np.float64(3)])
def test_what_is_no_whole_number_in_range_is_named(value):
    with pytest.raises(ValueError, match=r"^n is .*, wanted a whole number, 1 to 7$") as caught:
        check_whole("n", value, least=1, most=7)
    assert f"n is {value!r}," in str(caught.value)


def test_a_whole_number_may_have_no_upper_bound():
    assert check_whole("n", 10**12, least=0) is None
    with pytest.raises(ValueError, match="n is -1, wanted a whole number, 0 or more"):
        check_whole("n", -1, least=0)


@pytest.mark.parametrize("value", [1e-300, 1, np.float32(0.1)])
def test_positive_numbers_pass(value):
    assert check_positive("rate", value) is None


@pytest.mark.parametrize(
    "value", [0, -0.1, np.nan, np.inf, None, True, "0.1", 1j, np.array([0.1, 0.2])]
)
def test_what_is_not_positive_is_named(value):
    with pytest.raises(ValueError, match=r"rate is .*, wanted a positive number"):
        check_positive("rate", value)


@pytest.mark.parametrize("value", [0, 0.5, np.float64(1) - 1e-16])
def test_fractions_include_zero_and_not_one(value):
    assert check_fraction("mu", value) is None
    with pytest.raises(
        ValueError, match=r"mu is 1, wanted a number from 0 up to, not including, 1"
    ):
        check_fraction("mu", 1)


@pytest.mark.parametrize("value", [-0.1, 1, np.nan, "0.9", None, False])
def test_what_is_no_fraction_is_named(value):
    with pytest.raises(ValueError, match=r"mu is .*, wanted a number from 0"):
        check_fraction("mu", value)


@pytest.mark.parametrize("rng", [0, None, "0", np.random])
def test_only_a_generator_is_a_source_of_randomness(rng):
    check_generator(np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"rng is .*, wanted a numpy.random.Generator"):
        check_generator(rng)


@pytest.mark.parametrize("value", [-1, np.inf, np.nan, True, "1", None], ids=repr)
def test_a_number_below_zero_or_none_at_all_is_named(value):
    with pytest.raises(ValueError, match=r"beta is .*, wanted a number, 0 or more"):
        check_not_negative("beta", value)
    for right in (0, 0.5, np.float32(2)):
        check_not_negative("beta", right)
