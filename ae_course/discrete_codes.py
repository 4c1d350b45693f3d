r"""Codes that are whole numbers: found by k-means, counted, and how many of them are in use."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ae_course.checks import as_array, as_rows, check_finite, check_generator, check_integer


def nearest_entries(V: np.ndarray, C: np.ndarray) -> np.ndarray:
    """The number of the nearest entry of its codebook, for every vector.

    >>> nearest_entries(np.array([[[0.2]], [[0.9]]]), np.array([[[0.0], [1.0]]])).tolist()
    [[0], [1]]

    Parameters
    ----------
    V : array (N, slots, dim)
    C : array (slots or 1, K, dim)
        A codebook for each slot, or one for all.

    Returns
    -------
    array (N, slots) of int
    """
    centre = C.mean(axis=1)  # about it the squares are small, wherever the entries lie
    V, C = V - centre, C - centre[:, None]
    products = V.transpose(1, 0, 2) @ C.transpose(0, 2, 1)
    return ((C**2).sum(axis=2)[:, None] / 2 - products).argmin(axis=2).T


@dataclass(frozen=True)
class ProductQuantizer:
    """Vectors cut into slots, each with a codebook found by k-means :cite:p:`jegou2011product`.

    The rival of a vector-quantised autoencoder: nothing but k-means is learned. With one slot it is
    k-means.

    >>> rng = np.random.default_rng(0)
    >>> X = np.array([[0.0, 5.0], [0.0, 7.0], [2.0, 5.0], [2.0, 7.0]])
    >>> quantizer = ProductQuantizer.fit(X, 2, 2, rng)
    >>> quantizer.decode(quantizer.encode(X)).tolist() == X.tolist()
    True

    Attributes
    ----------
    C : array (slots, K, dim)
    """

    C: np.ndarray

    @classmethod
    def fit(
        cls, X: np.ndarray, slots: int, K: int, rng: np.random.Generator, steps: int = 20
    ) -> Self:
        """Fit it to the rows of X (N, slots dim), with so many steps of k-means."""
        X = as_rows(X)
        check_generator(rng)
        check_integer("the number of slots", slots, least=1, most=X.shape[1])
        check_integer("K", K, least=1, most=len(X))
        if X.shape[1] % slots:
            raise ValueError(f"X has {X.shape[1]} columns, wanted a multiple of {slots} slots")
        parts = np.split(X, slots, axis=1)
        return cls(np.stack([kmeans(part, K, rng, steps) for part in parts]))

    def encode(self, X: np.ndarray) -> np.ndarray:
        """The codes (N, slots) of the rows of X."""
        slots, _, dim = self.C.shape
        return nearest_entries(as_rows(X, slots * dim).reshape(-1, slots, dim), self.C)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """The vectors (N, slots dim) of codes (N, slots)."""
        slots, K, dim = self.C.shape
        return self.C[np.arange(slots), as_codes(codes, K, slots)].reshape(-1, slots * dim)


def kmeans(X: np.ndarray, K: int, rng: np.random.Generator, steps: int = 20) -> np.ndarray:
    """Find K centres (K, D) of the rows of X: in turn, samples to centres and centres to means.

    It starts from K of the samples, each drawn with a probability in proportion to its squared
    distance from those before :cite:p:`arthur2007kmeans`, and stops when no sample changes its
    centre. A centre without samples goes to the sample that is farthest from its own.

    >>> X = np.array([[0.0, 0], [0, 1], [8, 0], [8, 2]])
    >>> np.sort(kmeans(X, 2, np.random.default_rng(0)), axis=0)
    array([[0. , 0.5],
           [8. , 1. ]])
    """
    X = as_rows(X)
    check_generator(rng)
    check_integer("K", K, least=1, most=len(X))
    centres, before = _far_apart(X, K, rng), None
    for _ in range(steps):
        k = nearest_entries(X[:, None], centres[None])[:, 0]
        if before is not None and (k == before).all():
            break
        before, counts = k, np.bincount(k, minlength=K)
        sums = np.stack([np.bincount(k, column, minlength=K) for column in X.T], axis=1)
        empty = np.flatnonzero(counts == 0)
        far = ((X - centres[k]) ** 2).sum(axis=1).argsort()[::-1][: len(empty)]
        centres = sums / np.maximum(counts, 1)[:, None]
        centres[empty] = X[far]
    return centres


def _far_apart(X, K, rng):
    """K of the rows of X, drawn far from one another."""
    chosen = [rng.integers(len(X))]
    squares = ((X - X[chosen[0]]) ** 2).sum(axis=1)
    for _ in range(K - 1):
        left = squares if squares.any() else np.ones(len(X))
        chosen.append(rng.choice(len(X), p=left / left.sum()))
        squares = np.minimum(squares, ((X - X[chosen[-1]]) ** 2).sum(axis=1))
    return X[chosen]


def usage(codes: np.ndarray, K: int) -> np.ndarray:
    """How often each of the numbers 0 to K - 1 stands in each column of the codes (N, slots).

    >>> usage(np.array([[0, 1], [0, 2]]), 3).tolist()
    [[2, 0, 0], [0, 1, 1]]
    """
    codes = as_codes(codes, K)
    return np.stack([np.bincount(column, minlength=K) for column in codes.T])


def perplexity(counts: np.ndarray) -> np.ndarray:
    r"""How many entries are in use, each counted by its share.

    :math:`\exp\bigl(-\sum_k p_k \log p_k\bigr)`, where p are the counts over their sum
    (:eq:`eq-perplexity`): K if all are used alike, 1 if only one is.

    >>> perplexity(np.array([[5, 5, 0], [10, 0, 0]])).round(3).tolist()
    [2.0, 1.0]

    Parameters
    ----------
    counts : array (..., K)
    """
    counts = as_array(counts, "the counts").astype(float)
    check_finite(counts, "the counts")
    if counts.min(initial=0) < 0 or not counts.sum(axis=-1).all():
        raise ValueError("the counts have a negative one or only zeros, wanted some above 0")
    p = counts / counts.sum(axis=-1, keepdims=True)
    return np.exp(-np.sum(p * np.log(np.where(p > 0, p, 1)), axis=-1))


def as_codes(codes: np.ndarray, K: int, slots: int | None = None) -> np.ndarray:
    """Return codes as an array (N, slots) of whole numbers, checked to be from 0 to K - 1."""
    codes = as_array(codes, "the codes")
    check_integer("K", K, least=1)
    if codes.ndim != 2 or codes.dtype.kind not in "iu" or slots not in (None, codes.shape[1]):
        raise ValueError(
            f"the codes have shape {codes.shape} and dtype {codes.dtype}, wanted whole numbers"
            f" (N, {slots or 'slots'})"
        )
    if not codes.size:
        raise ValueError(f"the codes are empty: their shape is {codes.shape}")
    if codes.min() < 0 or codes.max() >= K:
        raise ValueError(f"codes run from {codes.min()} to {codes.max()}, wanted 0 to {K - 1}")
    return codes
