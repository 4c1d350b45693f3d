"""Arguments are checked where they enter, and messages say what was found and what was wanted."""

import numpy as np
import pytest
from helpers import assert_close, samples
from scipy import sparse

from ae_course.checks import (
    as_rows,
    check_fraction,
    check_generator,
    check_integer,
    check_not_negative,
    check_positive,
    covariance_matrix,
    square_matrix,
)

DTYPES = [np.float32, np.float64]
DOUBLE = np.dtype(float)


@pytest.mark.parametrize("dtype", DTYPES)
def test_each_grey_value_is_read_as_its_255th_part(dtype):
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    rows = as_rows(grey, 16, np.dtype(dtype))
    assert rows.dtype == dtype
    assert_close(rows, [[value / 255 for value in row] for row in grey.tolist()])


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint16, np.int64, np.float16, np.float32])
def test_other_numbers_keep_their_value(kind):
    X = np.array([[0, 1, 100], [2, 3, 50]]).astype(kind)
    rows = as_rows(X, 3, DOUBLE)
    assert rows.dtype == DOUBLE
    assert rows.tolist() == X.tolist()


def test_lists_are_samples_too():
    assert as_rows([[1, 2], [3, 4]], 2, DOUBLE).tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_has_the_dtype_is_not_copied(dtype):
    X = samples().astype(dtype)
    assert as_rows(X, 5, np.dtype(dtype)) is X


@pytest.mark.parametrize(
    ("X", "problem", "message"),
    [
        (np.ones((2, 4)), ValueError, "X has 4 columns, the network takes 3"),
        (np.ones(3), ValueError, r"X has shape \(3,\), wanted \(samples, columns\)"),
        (np.ones((2, 3, 1)), ValueError, r"X has shape \(2, 3, 1\), wanted \(samples, columns\)"),
        (1.0, ValueError, r"X has shape \(\), wanted \(samples, columns\)"),
        (np.ones((0, 3)), ValueError, r"X is empty: its shape is \(0, 3\)"),
        (np.ones((3, 0)), ValueError, r"X is empty: its shape is \(3, 0\)"),
        ([["a", "b", "c"]], TypeError, "X holds <U1, wanted real numbers"),
        (np.ones((2, 3), object), TypeError, "X holds object, wanted real numbers"),
        (np.ones((2, 3), complex), TypeError, "X holds complex128, wanted real numbers"),
        (None, TypeError, "X holds NoneType, wanted real numbers"),
        ([[1, 2, 3], [4]], ValueError, "X has rows of different lengths, wanted one array"),
        (sparse.eye_array(3), TypeError, "X holds dia_array, wanted real numbers"),
    ],
)
def test_what_is_no_matrix_of_samples_is_named(X, problem, message):
    with pytest.raises(problem, match=message):
        as_rows(X, 3, DOUBLE)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_first_number_that_is_not_finite_is_named_with_its_place(value, dtype):
    X = samples().astype(dtype)
    X[4, 2] = X[6, 0] = value
    message = rf"X\[4, 2\] is {value} as {X.dtype}, wanted finite numbers \(2 of 35 are not\)"
    with pytest.raises(ValueError, match=message):
        as_rows(X, 5, np.dtype(dtype))


def test_infinities_that_cancel_are_found_all_the_same():
    with pytest.raises(ValueError, match=r"X\[0, 0\] is inf"):
        as_rows([[np.inf, -np.inf]], 2, DOUBLE)


def test_numbers_whose_sum_overflows_are_finite_all_the_same():
    X = np.full((3, 3), np.finfo(float).max)
    assert as_rows(X, 3, DOUBLE) is X


def test_a_number_too_large_for_float32_is_not_finite():
    with pytest.raises(ValueError, match=r"X\[0, 1\] is inf as float32"):
        as_rows([[1.0, 1e300]], 2, np.dtype(np.float32))


def test_a_message_calls_the_array_by_its_name():
    with pytest.raises(ValueError, match="target has 2 columns, the network takes 3"):
        as_rows(np.ones((2, 2)), 3, DOUBLE, name="target")


@pytest.mark.parametrize(
    ("A", "problem", "message"),
    [
        (np.ones((2, 3)), ValueError, r"A has shape \(2, 3\), wanted a square matrix"),
        (np.ones(4), ValueError, r"A has shape \(4,\), wanted a square matrix"),
        (np.array([[1, np.inf], [0, 1]]), ValueError, r"A\[0, 1\] is inf"),
        (np.eye(2) * 1j, TypeError, "A holds complex128"),
        (np.ones((0, 0)), ValueError, "A is empty"),
    ],
    ids=["wide", "vector", "infinite", "complex", "empty"],
)
def test_what_is_no_square_matrix_is_named(A, problem, message):
    with pytest.raises(problem, match=message):
        square_matrix(A, "A")


def test_a_square_matrix_is_returned_and_what_was_wanted_instead_is_said():
    np.testing.assert_array_equal(square_matrix([[1, 2], [3, 4]], "A"), [[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="wanted a covariance"):
        square_matrix([[1, 2]], "A", wanted="a covariance")


@pytest.mark.parametrize("value", [1, 7, np.int64(7), np.uint8(1)])
def test_whole_numbers_of_any_kind_pass(value):
    assert check_integer("n", value, least=1, most=7) is None


@pytest.mark.parametrize("value", [0, -1, 8, 2.5, 1.0, True, None, "3", np.float64(3)])
def test_what_is_no_whole_number_in_range_is_named(value):
    with pytest.raises(ValueError, match=r"^n is .*, wanted a whole number, 1 to 7$") as caught:
        check_integer("n", value, least=1, most=7)
    assert f"n is {value!r}," in str(caught.value)


def test_a_whole_number_may_have_no_upper_bound():
    assert check_integer("n", 10**12, least=0) is None
    with pytest.raises(ValueError, match="n is -1, wanted a whole number, 0 or more"):
        check_integer("n", -1, least=0)


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


def test_grey_values_count_as_dark_below_32():
    assert as_rows(np.array([[0, 32]], np.uint8)).max() == 32 / 255
    with pytest.warns(UserWarning, match="uint8 with numbers up to 31"):
        as_rows(np.array([[0, 31]], np.uint8))


def test_rounding_beside_two_deviations_or_the_largest_entry_is_no_asymmetry():
    for rounded in ([[1, 0.5], [0.5 + 1e-9, 1]], [[1, 1e-15], [0, 0]]):
        assert covariance_matrix(rounded).tolist() == rounded
    with pytest.raises(ValueError, match="not symmetric"):
        covariance_matrix([[1, 1e-9], [0, 0]])
