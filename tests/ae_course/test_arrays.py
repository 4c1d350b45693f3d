"""Samples become rows of numbers that the network can compute with, or a message."""

import numpy as np
import pytest
from helpers import assert_close, samples

from ae_course.arrays import Workspace, as_rows, fresh, square_matrix

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
        (None, TypeError, "X holds object, wanted real numbers"),
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


def test_fresh_room_is_never_shared():
    first, second = fresh("u", (2, 3), DOUBLE), fresh("u", (2, 3), DOUBLE)
    assert first.shape == (2, 3)
    assert not np.shares_memory(first, second)


def test_a_workspace_gives_the_same_memory_under_the_same_name():
    room = Workspace()
    full, smaller = room("u", (4, 3), DOUBLE), room("u", (2, 3), DOUBLE)
    smaller[:] = 7
    assert smaller.shape == (2, 3)
    assert (full[:2] == 7).all()
    assert np.shares_memory(full, room("u", (4, 3), DOUBLE))


def test_a_workspace_keeps_names_and_dtypes_apart_and_can_grow():
    room = Workspace()
    first = room("u", (2, 3), DOUBLE)
    others = [
        room("y", (2, 3), DOUBLE),
        room("u", (2, 3), np.dtype(np.float32)),
        room("u", (5, 3), DOUBLE),
    ]
    assert not any(np.shares_memory(first, other) for other in others)
    assert others[-1].shape == (5, 3)


def test_grey_values_are_written_to_the_room_that_is_given():
    room = Workspace()
    rows = as_rows(np.full((2, 3), 51, np.uint8), 3, DOUBLE, room, "X")
    assert np.shares_memory(rows, room("X", (2, 3), DOUBLE))
    assert_close(rows, np.full((2, 3), 0.2))
