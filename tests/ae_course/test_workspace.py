"""Allocate for results is new in every call, or lasts as long as a loop."""

import numpy as np
import pytest
from helpers import assert_close

from ae_course.checks import as_rows
from ae_course.workspace import BLOCK, Workspace, add_multiple, allocate, blocks

DOUBLE = np.dtype(float)


def test_fresh_room_is_never_shared():
    first, second = allocate("u", (2, 3), DOUBLE), allocate("u", (2, 3), DOUBLE)
    assert first.shape == (2, 3)
    assert not np.shares_memory(first, second)


def test_a_workspace_gives_the_same_memory_under_the_same_name():
    workspace = Workspace()
    full, smaller = workspace("u", (4, 3), DOUBLE), workspace("u", (2, 3), DOUBLE)
    smaller[:] = 7
    assert smaller.shape == (2, 3)
    assert (full[:2] == 7).all()
    assert np.shares_memory(full, workspace("u", (4, 3), DOUBLE))


def test_a_workspace_keeps_names_and_dtypes_apart_and_can_grow():
    workspace = Workspace()
    first = workspace("u", (2, 3), DOUBLE)
    others = [
        workspace("y", (2, 3), DOUBLE),
        workspace("u", (2, 3), np.dtype(np.float32)),
        workspace("u", (5, 3), DOUBLE),
    ]
    assert not any(np.shares_memory(first, other) for other in others)
    assert others[-1].shape == (5, 3)


def test_what_was_grown_serves_smaller_arrays_too():
    workspace = Workspace()
    small = workspace("u", (2, 3), DOUBLE)
    large = workspace("u", (5, 3), DOUBLE)
    again = workspace("u", (2, 3), DOUBLE)
    assert np.shares_memory(again, large)
    assert not np.shares_memory(again, small)


def test_grey_values_are_written_to_the_room_that_is_given():
    workspace = Workspace()
    rows = as_rows(np.full((2, 3), 51, np.uint8), 3, DOUBLE, workspace, "X")
    assert np.shares_memory(rows, workspace("X", (2, 3), DOUBLE))
    assert_close(rows, np.full((2, 3), 0.2))


@pytest.mark.parametrize("shape", [(), (1,), (BLOCK + 1,), (3 * BLOCK,), (700, 50), (3, BLOCK + 1)])
def test_blocks_have_every_number_once_and_are_views(shape):
    a, b = np.zeros(shape), np.arange(np.prod(shape, dtype=int), dtype=float).reshape(shape)
    for part, other in blocks(a, b):
        assert part.size <= max(BLOCK, b[:1].size if b.ndim else 1)
        part += other
    assert (a == b).all()
    add_multiple(a, -0.5, b)
    assert (a == 0.5 * b).all()
