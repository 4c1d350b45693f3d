"""A loop keeps its arrays and fills them again, instead of asking for new ones in every step."""

import math
from collections.abc import Callable, Iterator

import numpy as np

Allocate = Callable[[str, tuple[int, ...], np.dtype], np.ndarray]


def allocate(_name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return a new array for a result: the default of every `workspace` argument."""
    return np.empty(shape, dtype)


BLOCK = 2**14
"""So many float64, or twice as many float32, at a time stay in the processor's cache from one pass
over them to the next."""


def blocks(*arrays: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """The arrays a few rows at a time, as many from each: views, small enough for the cache.

    Several passes over large arrays wait for memory; over one block after the other they do not.

    >>> [len(few) for (few,) in blocks(np.zeros((300, 100)))]
    [163, 137]
    """
    first = arrays[0]
    if first.nbytes <= 8 * BLOCK:
        yield arrays
        return
    rows = max(1, 8 * BLOCK * len(first) // first.nbytes)
    for start in range(0, len(first), rows):
        yield tuple(array[start : start + rows] for array in arrays)


def add_multiple(total: np.ndarray, weight: float, part: np.ndarray) -> None:
    """total <- total + weight part, in place.

    >>> total = np.array([1.0, 2.0])
    >>> add_multiple(total, 3, np.array([1.0, 0.0]))
    >>> total.tolist()
    [4.0, 2.0]
    """
    for few, summand in blocks(total, part):
        few += weight * summand


class Workspace:
    """Memory for results that is allocated once and reused, as in every step of a loop.

    `workspace(name, shape, dtype)` returns an array of that shape. The next call with the same name
    returns the same memory, and so overwrites earlier results. A smaller last batch takes the front
    part of what a full one took.
    """

    def __init__(self):
        self._memory: dict[tuple[str, np.dtype], np.ndarray] = {}
        self._views: dict[tuple[str, tuple[int, ...], np.dtype], np.ndarray] = {}

    def __call__(self, name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        view = self._views.get((name, shape, dtype))
        return self._view(name, shape, dtype) if view is None else view

    def _view(self, name, shape, dtype):
        size = math.prod(shape)
        memory = self._memory.get((name, dtype))
        if memory is None or memory.size < size:
            memory = self._memory[name, dtype] = np.empty(size, dtype)
            self._views.clear()  # some are of the memory that it was
        view = self._views[name, shape, dtype] = memory[:size].reshape(shape)
        return view
