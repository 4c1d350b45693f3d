"""What is written once for arrays runs number by number in one pass, where Numba is installed."""

from collections.abc import Callable
from functools import cache

import numpy as np

from ae_course.workspace import blocks

Update = Callable[..., tuple[np.ndarray, ...]]


def block_by_block(update: Update) -> Callable[..., None]:
    """The update of arrays by NumPy, as many numbers at a time as the cache has room for."""

    def run(numbers, *arrays):
        for few in blocks(*arrays):
            update(numbers, *few)

    return run


@cache
def in_one_pass(update: Update) -> Callable[..., None]:
    """The same update of four vectors by a compiled loop; without Numba, block by block.

    NumPy goes over the arrays once for each operation, and waits for memory; a compiled loop does
    all operations on a number before it goes on to the next. Both round alike. Numba comes with
    ``pip install 'ae_course[fast]'``. What it has compiled it keeps on disk, for the next time.

    Parameters
    ----------
    update : callable ``(numbers, w, g, m, v) -> (w, m, v)``
        Written with operations in place, such as ``w -= g``, and functions of NumPy: of arrays it
        changes w, m and v; of single numbers it returns the new ones.

    Returns
    -------
    callable ``(numbers, w, g, m, v) -> None``
        It changes the vectors w, m and v in place; `numbers` is a tuple of numbers of their dtype.

    Examples
    --------
    >>> def swing(numbers, w, g, m, v):
    ...     m -= numbers[0] * g
    ...     w += m
    ...     return w, m, v
    >>> w, g, m, v = np.ones((4, 3))
    >>> in_one_pass(swing)((0.5,), w, g, m, v)
    >>> w.tolist(), m.tolist()
    ([1.5, 1.5, 1.5], [0.5, 0.5, 0.5])
    """
    try:
        from numba import njit  # not above: it is slow to import, and only needed here
    except ImportError:
        return block_by_block(update)
    one = njit(update, error_model="numpy")

    def loop(numbers, w, g, m, v):
        for i in range(len(w)):
            w[i], m[i], v[i] = one(numbers, w[i], g[i], m[i], v[i])

    try:
        return njit(loop, error_model="numpy", cache=True)
    except RuntimeError:  # there is no folder to keep it in
        return njit(loop, error_model="numpy")
