"""An update gives the same numbers block by block and in one pass, and needs no Numba."""

import sys

import numpy as np
import pytest

from ae_course.compiled import block_by_block, in_one_pass
from ae_course.optimizers import Adam, _adam
from ae_course.workspace import BLOCK

KINDS = [np.float32, np.float64]


def vectors(dtype, size=3 * BLOCK + 5):
    w, g, m, v = np.random.default_rng(0).normal(size=(4, size)).astype(dtype)
    return w, g, m, v**2


def steps(run, dtype):
    """What three steps of Adam with decay make of the vectors."""
    w, g, m, v = vectors(dtype)
    numbers = tuple(np.array((0.99, 0.9, 0.1, 0.999, 0.001, 1e-8, 0.1), dtype))
    for _ in range(3):
        run(numbers, w, g, m, v)
    return w, m, v


@pytest.mark.parametrize("dtype", KINDS)
def test_blocks_give_what_the_whole_gives(dtype):
    for found, wanted in zip(steps(block_by_block(_adam), dtype), steps(_adam, dtype), strict=True):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("dtype", KINDS)
def test_one_pass_gives_the_same(dtype):
    pytest.importorskip("numba", reason="Numba is not installed: pip install '.[fast]'")
    found = steps(in_one_pass.__wrapped__(_adam), dtype)
    for one, other in zip(found, steps(block_by_block(_adam), dtype), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_without_numba_it_goes_block_by_block_and_says_nothing(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "numba", None)  # importing it now raises ImportError
    run = in_one_pass.__wrapped__(_adam)
    for found, wanted in zip(
        steps(run, np.float32), steps(block_by_block(_adam), np.float32), strict=True
    ):
        np.testing.assert_array_equal(found, wanted)
    assert capsys.readouterr() == ("", "")


def test_where_nothing_can_be_kept_on_disk_it_is_compiled_all_the_same(monkeypatch):
    numba = pytest.importorskip("numba", reason="Numba is not installed: pip install '.[fast]'")

    def njit(function, cache=False, **options):
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return original(function, **options)

    original = numba.njit
    monkeypatch.setattr(numba, "njit", njit)
    w, g, m, v = vectors(np.float32, size=3)
    before = w.copy()
    run = in_one_pass.__wrapped__(_adam)
    run(tuple(np.ones(7, np.float32)), w, g, m, v)
    assert (w != before).all()


@pytest.mark.parametrize("dtype", KINDS)
def test_adam_keeps_the_kind_of_its_numbers(dtype):
    w, g, _, _ = vectors(dtype)
    adam = Adam(0.1, decay=0.5)
    state = adam.init(w)
    adam.update(w, g, state)
    assert w.dtype == state["m"].dtype == state["v"].dtype == dtype
