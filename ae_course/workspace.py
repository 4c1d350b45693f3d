"""A loop keeps its arrays and fills them again, instead of asking for new ones in every step."""

from collections.abc import Callable

import numpy as np

Room = Callable[[str, tuple[int, ...], np.dtype], np.ndarray]


def fresh(_name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Make room for a result by allocating a new array: the default of every `room` argument."""
    return np.empty(shape, dtype)


class Workspace:
    """Room for results that lives as long as a loop: asked for by name, allocated once.

    `room(name, shape, dtype)` returns an array of that shape whose memory is reused by the next
    call with the same name: the next call overwrites earlier results. A smaller last batch takes
    the front part of what a full one took.
    """

    def __init__(self):
        self._memory: dict[tuple[str, np.dtype], np.ndarray] = {}

    def __call__(self, name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        size = int(np.prod(shape))
        memory = self._memory.get((name, dtype))
        if memory is None or memory.size < size:
            memory = self._memory[name, dtype] = np.empty(size, dtype)
        return memory[:size].reshape(shape)
