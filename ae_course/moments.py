r"""The mean and the covariance of samples come out exact, even if no memory holds them all at once.

The moments of two parts give those of the whole, so the samples may arrive in chunks. Squares of
uncentred numbers are never formed: for data far from the origin they lose all digits.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Self

import numpy as np

from ae_course.arrays import as_rows, check_finite, real_matrix

ROWS = 4096
"""How many rows of a chunk are turned into float64 at a time."""


@dataclass(frozen=True, eq=False)
class Moments:
    r"""What a set of samples tells of its covariance; two of them add up (:eq:`eq-merge`).

    Attributes
    ----------
    count : int
        N, the number of samples.
    mean : array (D,)
        :math:`\bar x`.
    scatter : array (D, D)
        :math:`S = \sum_n (x_n - \bar x)(x_n - \bar x)^\top`, which is N times the covariance.
    """

    count: int
    mean: np.ndarray
    scatter: np.ndarray

    @classmethod
    def of(cls, X: np.ndarray) -> Self:
        """The moments of the samples X (N, D); uint8 is read as 0 to 1."""
        X = real_matrix(X, "X")
        x = as_rows(X, X.shape[1], np.dtype(float))
        mean = x.mean(axis=0)
        centred = x - mean
        return cls(len(x), mean, centred.T @ centred)

    def __add__(self, other: "Moments") -> "Moments":
        """The moments of both sets together."""
        if not isinstance(other, Moments):
            return NotImplemented
        if len(self.mean) != len(other.mean):
            raise ValueError(
                f"moments of {len(self.mean)} and of {len(other.mean)} columns do not add up"
            )
        count = self.count + other.count
        step = other.mean - self.mean
        return Moments(
            count,
            self.mean + other.count / count * step,
            self.scatter + other.scatter + self.count * other.count / count * np.outer(step, step),
        )

    @property
    def covariance(self) -> np.ndarray:
        r""":math:`\Phi_X = S / N`, shape (D, D)."""
        return self.scatter / self.count


def moments(X: np.ndarray | Iterable[np.ndarray]) -> Moments:
    """The moments of samples that are given at once, or in chunks.

    The parts are added in pairs, pairs of pairs and so on, so that rounding errors grow with the
    logarithm of their number only :cite:p:`chan1983algorithms`. Chunks are read once, in order, and
    none is kept.

    Parameters
    ----------
    X : array (N, D), or iterable of arrays (any number of rows, D)
        Samples as rows; uint8 is read as 0 to 1.

    Raises
    ------
    ValueError
        There is no chunk; or one is empty, is not a matrix, holds NaN or infinity, or has another
        number of columns than the first. The message names the chunk, counted from 0.
    TypeError
        X is neither an array nor an iterable of arrays of real numbers.
    """
    waiting: list[Moments] = []
    for number, block in enumerate(_blocks(X), 1):
        found = Moments.of(block)
        while number % 2 == 0:  # as many sums are due as the number, in binary, ends with zeros
            found, number = waiting.pop() + found, number // 2
        waiting.append(found)
    if not waiting:
        raise ValueError("there are no samples: the iterable of chunks is empty")
    return reduce(lambda later, earlier: earlier + later, reversed(waiting))


def covariance(X: np.ndarray | Iterable[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    r"""The mean (D,) and the covariance matrix (D, D) of samples, given at once or in chunks.

    :math:`\Phi_X = \frac1N \sum_n (x_n - \bar x)(x_n - \bar x)^\top` (:eq:`eq-covariance`), with
    1/N and not 1/(N - 1), in float64. Arguments and errors are those of :func:`moments`.
    """
    found = moments(X)
    return found.mean, found.covariance


def _blocks(X: np.ndarray | Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield the samples a few at a time, in order, each chunk checked before it is split."""
    if not isinstance(X, np.ndarray | Iterable):
        raise TypeError(f"X is {X!r}, wanted an array or an iterable of arrays")
    alone, columns = isinstance(X, np.ndarray), None
    for number, chunk in enumerate([X] if alone else X):
        name = "X" if alone else f"chunk {number}"
        if not alone and np.ndim(chunk) == 1:
            raise ValueError(
                f"{name} has shape {np.shape(chunk)}, wanted (samples, columns); if X is a list of"
                " rows, np.array(X) makes one array of them"
            )
        chunk = real_matrix(chunk, name)
        check_finite(chunk, name)
        columns = chunk.shape[1] if columns is None else columns
        if chunk.shape[1] != columns:
            raise ValueError(f"{name} has {chunk.shape[1]} columns, the chunks before it {columns}")
        yield from (chunk[first : first + ROWS] for first in range(0, len(chunk), ROWS))
