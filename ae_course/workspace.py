"""A loop keeps its arrays and fills them again, instead of asking for new ones in every step."""

import math
from collections.abc import Callable

import numpy as np

Allocate = Callable[[str, tuple[int, ...], np.dtype], np.ndarray]


def allocate(_name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return a new array for a result: the default of every `workspace` argument."""
    return np.empty(shape, dtype)


class Workspace:
    """Memory for results that is allocated once and reused, as in every step of a loop.

    `workspace(name, shape, dtype)` returns an array of that shape. The next call with the same name
    returns the same memory, and so overwrites earlier results. A smaller last batch takes the front
    part of what a full one took.
    """

    def __init__(self):
        self._memory: dict[tuple[str, np.dtype], np.ndarray] = {}

    def __call__(self, name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        size = math.prod(shape)
        memory = self._memory.get((name, dtype))
        if memory is None or memory.size < size:
            memory = self._memory[name, dtype] = np.empty(size, dtype)
        return memory[:size].reshape(shape)
