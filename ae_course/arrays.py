"""Samples are the rows of an array: checked once, turned into the network's own kind of number."""

from collections.abc import Callable

import numpy as np

Room = Callable[[str, tuple[int, ...], np.dtype], np.ndarray]


def fresh(_name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Make room for a result by allocating a new array: the default of every `room` argument."""
    return np.empty(shape, dtype)


class Workspace:
    """Room for results that lives as long as a loop: asked for by name, allocated once.

    `room(name, shape, dtype)` returns an array of that shape whose memory is reused by the next
    call with the same name, so whoever passes a workspace gives up the results of the step before.
    A smaller last batch takes the front part of what a full one took.
    """

    def __init__(self):
        self._memory: dict[tuple[str, np.dtype], np.ndarray] = {}

    def __call__(self, name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        size = int(np.prod(shape))
        memory = self._memory.get((name, dtype))
        if memory is None or memory.size < size:
            memory = self._memory[name, dtype] = np.empty(size, dtype)
        return memory[:size].reshape(shape)


def as_rows(
    X: np.ndarray, columns: int, dtype: np.dtype, room: Room = fresh, name: str = "X"
) -> np.ndarray:
    """Return the samples X as an array (N, columns) of the given dtype.

    Grey values stored as uint8 (0 to 255) are read as intensities 0 to 1; any other numbers keep
    their value. An array that already has the dtype is returned as it is, not copied.

    Raises
    ------
    TypeError
        X does not hold real numbers.
    ValueError
        X is not two-dimensional, is empty, has another number of columns, or holds NaN or infinity.
    """
    X = real_matrix(X, name)
    if X.shape[1] != columns:
        raise ValueError(f"{name} has {X.shape[1]} columns, the network takes {columns}")
    if X.dtype == np.uint8:
        return np.divide(X, 255, out=room(name, X.shape, dtype), dtype=dtype, casting="unsafe")
    with np.errstate(over="ignore"):  # a number too large for float32 becomes infinite: see below
        X = X.astype(dtype, copy=False)
    check_finite(X, name)
    return X


def real_matrix(X: np.ndarray, name: str) -> np.ndarray:
    """Return X as an array if it has rows and columns of real numbers; raise as `as_rows` does."""
    X = np.asarray(X)
    if X.dtype.kind not in "buif":
        raise TypeError(f"{name} holds {X.dtype}, wanted real numbers")
    if X.ndim != 2:
        raise ValueError(f"{name} has shape {X.shape}, wanted (samples, columns)")
    if X.size == 0:
        raise ValueError(f"{name} is empty: its shape is {X.shape}")
    return X


def square_matrix(A: np.ndarray, name: str, wanted: str = "a square matrix") -> np.ndarray:
    """Return A as an array if it is a square matrix of finite real numbers.

    Raises
    ------
    TypeError, ValueError
        It is not. Of the shape the message says what was `wanted`.
    """
    A = np.asarray(A)
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"{name} has shape {A.shape}, wanted {wanted}")
    A = real_matrix(A, name)
    check_finite(A, name)
    return A


def check_finite(X: np.ndarray, name: str) -> None:
    """Raise ValueError, naming the first place, if X holds NaN or infinity."""
    if X.dtype.kind != "f":
        return
    # One sum settles the usual case without a temporary array: NaN and infinity survive it.
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(X.sum()):
            return
    bad = np.argwhere(~np.isfinite(X))
    if len(bad):
        first = tuple(bad[0])
        place = ", ".join(map(str, first))
        raise ValueError(
            f"{name}[{place}] is {X[first]} as {X.dtype}, wanted finite numbers"
            f" ({len(bad)} of {X.size} are not)"
        )
