r"""The mean and the covariance of samples come out exact, even if no memory holds them all at once.

The moments of two parts give those of the whole, so the samples may arrive in chunks. Squares of
numbers far from their mean are never formed: they would lose all digits. What does not vary has the
variance 0, wherever it lies.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Self

import numpy as np

from ae_course.checks import as_array, as_intensities, as_matrix, check_finite, check_grey
from ae_course.workspace import Allocate, Workspace

ROWS = 16384
"""How many rows of a chunk are converted and multiplied at a time."""

Kind = type[np.floating] | np.dtype


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

    Examples
    --------
    >>> both = Moments.of([[1.0, 2.0]]) + Moments.of([[3.0, 2.0]])
    >>> both.count, both.mean.tolist(), both.covariance.round(9).tolist()
    (2, [2.0, 2.0], [[1.0, 0.0], [0.0, 0.0]])
    """

    count: int
    mean: np.ndarray
    scatter: np.ndarray

    @classmethod
    def of(cls, X: np.ndarray) -> Self:
        """The moments of the samples X (N, D); uint8 is read as 0 to 1."""
        return moments(as_matrix(X, "X"))

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
        with np.errstate(over="ignore", invalid="ignore"):
            between = np.sqrt(self.count * other.count / count) * step
            scatter = np.outer(between, between)
            scatter += self.scatter
            scatter += other.scatter
        return Moments(count, self.mean + other.count / count * step, scatter)

    @property
    def covariance(self) -> np.ndarray:
        r""":math:`\Phi_X = S / N`, shape (D, D)."""
        return self.scatter / self.count


def moments(X: np.ndarray | Iterable[np.ndarray], dtype: Kind = np.float64) -> Moments:
    """The moments of samples that are given at once, or in chunks.

    The parts are added in pairs, pairs of pairs and so on, so that rounding errors grow with the
    logarithm of their number only :cite:p:`chan1983algorithms`. Chunks are read once, in order, and
    none is kept.

    Parameters
    ----------
    X : array (N, D), or iterable of arrays (any number of rows, D)
        Samples as rows; uint8 is read as 0 to 1.
    dtype : float64 or float32
        In what the samples are centred and multiplied. float32 halves the time; the products of
        each 16,384 rows are off by about :math:`10^{-7}` of the largest variance then, and
        are added in float64.

    Raises
    ------
    TypeError, ValueError
        There is no chunk, or one is no matrix of finite real numbers or has another number of
        columns than the first: the message names the chunk, counted from 0. Or the numbers are so
        large or so small that the dtype cannot hold their squares, or it is another one.

    Examples
    --------
    >>> found = moments([np.array([[1.0, 2.0]]), np.array([[3.0, 2.0], [5.0, 2.0]])])
    >>> found.count, found.mean.tolist(), found.covariance.round(3).tolist()
    (3, [3.0, 2.0], [[2.667, 0.0], [0.0, 0.0]])
    """
    kind, waiting, workspace = _kind(dtype), [], Workspace()
    for number, (block, chunk, name) in enumerate(_blocks(X), 1):
        try:
            found = _of_block(block, kind, workspace)
        except ValueError:
            check_finite(chunk, name)  # whose sums would not be finite either
            raise
        while number % 2 == 0:  # as many sums are due as the number, in binary, ends with zeros
            found, number = waiting.pop() + found, number // 2
        waiting.append(found)
    if not waiting:
        raise ValueError("there are no samples: the iterable of chunks is empty")
    found = reduce(lambda later, earlier: earlier + later, reversed(waiting))
    check_finite(found.scatter, "the sum of squares of X")
    return found


def covariance(
    X: np.ndarray | Iterable[np.ndarray], dtype: Kind = np.float64
) -> tuple[np.ndarray, np.ndarray]:
    r"""The mean (D,) and the covariance matrix (D, D) of samples, given at once or in chunks.

    :math:`\Phi_X = \frac1N \sum_n (x_n - \bar x)(x_n - \bar x)^\top` (:eq:`eq-covariance`), with
    1/N and not 1/(N - 1), in the dtype. Arguments and errors are those of :func:`moments`.

    >>> mean, Phi = covariance([[1, 2], [3, 2]])
    >>> mean.tolist(), Phi.tolist()
    ([2.0, 2.0], [[1.0, 0.0], [0.0, 0.0]])
    """
    found = moments(X, dtype)
    return found.mean.astype(dtype), found.covariance.astype(dtype)


def _kind(dtype: Kind) -> np.dtype:
    if dtype not in (np.float32, np.float64):
        raise TypeError(f"the dtype is {dtype!r}, wanted float32 or float64")
    return np.dtype(dtype)


def _of_block(block: np.ndarray, kind: np.dtype, workspace: Allocate) -> Moments:
    x = as_intensities(block, kind, workspace, "X")
    with np.errstate(over="ignore", invalid="ignore"):
        origin, seen = _seen_from_amid(x, workspace)
        shift = (_sum(seen) / len(x)).astype(float)
        square = (x.shape[1], x.shape[1])
        products = np.matmul(seen.T, seen, out=workspace("products", square, kind))
        scatter = np.outer(-len(x) * shift, shift)
        scatter += products
    size = scatter.trace()
    least = 1e18 * np.finfo(kind).tiny
    if not size < np.inf or (size < least and seen.any()):
        raise ValueError(
            f"X varies by {np.abs(seen - shift).max():.2g}, the square of which {kind} cannot hold;"
            " wanted samples in other units"
        )
    return Moments(len(x), origin.astype(float) + shift, scatter)


def _seen_from_amid(x: np.ndarray, workspace: Allocate) -> tuple[np.ndarray, np.ndarray]:
    """A point amid the samples, and the samples as seen from it.

    It is the mean of each 64th sample, from which squares sum to 65 times the scatter at most. If 0
    is no farther from that than two standard deviations of those, 0 does as well and saves writing
    all anew: squares sum to some five times the scatter then, and to 257 times at most.
    """
    some = x[::64] - x[0]
    origin = x[0] + some.mean(axis=0)  # exact where all are equal
    if (np.square(origin) <= 4 * some.var(axis=0)).all():
        return np.zeros_like(origin), x
    return origin, np.subtract(x, origin, out=workspace("seen", x.shape, x.dtype))


def _sum(x: np.ndarray) -> np.ndarray:
    """The sum of the samples, 256 at a time, so that errors of rounding add up slowly."""
    whole = len(x) // 256 * 256
    parts = x[:whole].reshape(-1, 256, x.shape[1]).sum(axis=1)
    return parts.sum(axis=0) + x[whole:].sum(axis=0)


def _blocks(X: np.ndarray | Iterable[np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray, str]]:
    """Yield the samples a few at a time, in order, each with its chunk and the name of that."""
    alone, columns, brightest = _is_one_array(X), None, np.zeros(1, np.uint8)
    for number, chunk in enumerate([X] if alone else X):
        name = "X" if alone else f"chunk {number}"
        chunk = as_array(chunk, name)
        if not alone and chunk.ndim == 1:
            raise ValueError(
                f"{name} has shape {chunk.shape}, wanted (samples, columns); if these are rows,"
                " np.array(list(X)) makes one array of them"
            )
        chunk = as_matrix(chunk, name)
        columns = chunk.shape[1] if columns is None else columns
        if chunk.shape[1] != columns:
            raise ValueError(f"{name} has {chunk.shape[1]} columns, the chunks before it {columns}")
        if chunk.dtype == np.uint8:  # a chunk may be dark where the whole is not
            brightest = np.maximum(brightest, chunk.max())
        for first in range(0, len(chunk), ROWS):
            yield chunk[first : first + ROWS], chunk, name
    check_grey(brightest, "X")


def _is_one_array(X) -> bool:
    """Whether X holds all samples and not chunks of them. A data frame iterates over its names."""
    if not isinstance(X, Iterable) and not hasattr(X, "__array__"):
        raise TypeError(f"X is {X!r}, wanted an array or an iterable of arrays")
    if isinstance(X, list | tuple):
        return len(X) > 0 and as_array(X[0], "chunk 0").ndim < 2
    return hasattr(X, "__array__") or hasattr(X, "to_numpy")
