r"""Principal component analysis is the best that any linear autoencoder can do.

It keeps the k directions in which the samples vary most. Fitted, it is a map
:math:`y = P (x - \bar x)` with a way back, and so is every whitening.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Self

import numpy as np

from ae_course.checks import as_rows, check_integer, covariance_matrix
from ae_course.moments import Kind, covariance


@dataclass(frozen=True, eq=False)
class FittedMap:
    r"""A map :math:`y = P (x - \bar x)` that was fitted to samples, and its way back.

    Attributes
    ----------
    mean : array (D,)
        :math:`\bar x`, the mean of the samples.
    eigenvalues : array (D,)
        :math:`d_i`, all eigenvalues of their covariance, the largest first: the variances along the
        principal components. They use 1/N, where scikit-learn has 1/(N - 1).
    matrix : array (k, D)
        P.
    inverse : array (D, k)
        What leads back from y to :math:`x - \bar x`.
    """

    mean: np.ndarray
    eigenvalues: np.ndarray

    _how: ClassVar[str] = "fit(X)"
    _learnt_elsewhere: ClassVar[dict[str, str]] = {
        "mean_": "mean",
        "components_": "components",
        "n_components": "len(components)",
        "n_components_": "len(components)",
        "n_features_in_": "len(mean)",
        "explained_variance_": "eigenvalues (with 1/N, not 1/(N - 1))",
        "explained_variance_ratio_": "eigenvalues / eigenvalues.sum()",
        "singular_values_": "np.sqrt(N * eigenvalues)",
        "fit_transform": "fit, and then transform",
    }

    def __new__(cls, *values, **named):
        """Say how one is made to whoever names settings first, as in scikit-learn."""
        names = [field.name for field in fields(cls)]
        if len(values) + len(named) != len(names) or not set(named) <= set(names):
            raise TypeError(f"a {cls.__name__} is made of samples: {cls.__name__}.{cls._how}")
        return super().__new__(cls)

    def __reduce__(self):
        return type(self), tuple(getattr(self, field.name) for field in fields(self))

    def __getattr__(self, name):
        here = self._learnt_elsewhere.get(name)
        hint = f"; here it is {here}" if here else ""
        raise AttributeError(f"{type(self).__name__} has no {name!r}{hint}")

    @property
    def rank(self) -> int:
        """The rank of the covariance: how many eigenvalues are more than rounding."""
        return int((self.eigenvalues > resolution(self.eigenvalues, self.mean)).sum())

    def transform(self, X: np.ndarray) -> np.ndarray:
        r"""The codes (N, k) of the samples X (N, D), :math:`y = P (x - \bar x)`.

        uint8 is read as 0 to 1.
        """
        X = as_rows(X, len(self.mean), taker=type(self).__name__)
        return (X - self.mean) @ self.matrix.T

    def inverse_transform(self, Y: np.ndarray) -> np.ndarray:
        r"""The samples (N, D) to which the codes Y (N, k) lead back."""
        Y = as_rows(Y, len(self.matrix), name="Y", taker=type(self).__name__)
        return Y @ self.inverse.T + self.mean


@dataclass(frozen=True, eq=False)
class PCA(FittedMap):
    r"""The principal components of some samples: a map to k numbers, and back.

    :math:`y = U_k^\top (x - \bar x)` and :math:`\hat x = \bar x + U_k y` (:eq:`eq-pca`).

    Attributes
    ----------
    mean, eigenvalues
        As for :class:`FittedMap`.
    components : array (k, D)
        The eigenvectors that belong to the k largest eigenvalues, as orthonormal rows. Their signs
        are chosen so that the entry of largest size is positive.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [2.0, 1.0], [4.0, 2.0]])
    >>> pca = PCA.fit(X, k=1)
    >>> pca.transform(X).round(3).ravel().tolist()
    [-2.236, 0.0, 2.236]
    >>> bool(np.allclose(pca.inverse_transform(pca.transform(X)), X))
    True
    """

    components: np.ndarray

    _how: ClassVar[str] = "fit(X, k), k components of X"

    @classmethod
    def fit(
        cls, X: np.ndarray | Iterable[np.ndarray], k: int | None = None, dtype: Kind = np.float64
    ) -> Self:
        r"""Find the principal components of the samples X (N, D), from their covariance.

        An eigenvalue is exact up to about :math:`10^{-16} d_1`. Where smaller ones matter, take the
        singular values of the centred samples (:eq:`eq-pca-svd`): they are not squared on the way.

        Parameters
        ----------
        X : array (N, D), or iterable of arrays (any number of rows, D)
            Samples as rows, as for :func:`ae_course.moments.moments`.
        k : int, optional
            How many components to keep, from 1 to D; all of them unless given.
        dtype : float64 or float32
            As for :func:`ae_course.moments.moments`. With float32 fitting takes half the time, and
            eigenvalues are exact up to about :math:`10^{-7} d_1`, which its ``rank`` heeds.
        """
        mean, Phi = covariance(X, dtype)
        k = len(mean) if k is None else k
        check_integer("k", k, least=1, most=len(mean))
        d, U = principal_axes(Phi)
        return cls(mean, d, U.T[:k])

    @property
    def matrix(self) -> np.ndarray:
        """The components, as rows (k, D)."""
        return self.components

    @property
    def inverse(self) -> np.ndarray:
        """The components, as columns (D, k)."""
        return self.components.T

    def first(self, k: int) -> Self:
        """The same, with only the first k of its components."""
        check_integer("k", k, least=1, most=len(self.components))
        return replace(self, components=self.components[:k])

    def reconstruct(self, X: np.ndarray) -> np.ndarray:
        """The nearest point to each sample in the plane of the components: there and back."""
        return self.inverse_transform(self.transform(X))


def principal_axes(Phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""The eigenvalues (D,), the largest first, and eigenvectors (D, D), as columns, of a
    covariance.

    Turning the centred samples to these axes, :math:`U^\top (x - \bar x)`, removes the correlations
    (:eq:`eq-decorrelation`). No eigenvalue is negative, and the signs are those of
    :func:`fix_signs`.

    >>> d, U = principal_axes([[2, 1], [1, 2]])
    >>> d.round(3).tolist(), U[:, 0].round(3).tolist()
    ([3.0, 1.0], [0.707, 0.707])

    Raises
    ------
    TypeError, ValueError
        Phi is no covariance: not a square matrix of finite real numbers, not symmetric, or with an
        eigenvalue that is negative by more than rounding.
    """
    Phi = covariance_matrix(Phi)
    kind = np.result_type(Phi, np.float32)
    d, U = (a.astype(kind, copy=False) for a in np.linalg.eigh(Phi.astype(float)))
    if d[0] < -np.sqrt(np.finfo(kind).eps) * np.abs(Phi).max():
        raise ValueError(f"Phi has the eigenvalue {d[0]:.3g}, wanted none negative")
    # No variance is negative: what rounding puts below zero is zero.
    return d[::-1].clip(min=0), fix_signs(U.T[::-1]).T


def resolution(eigenvalues: np.ndarray, mean: np.ndarray | float = 0.0) -> float:
    r"""The largest variance that may be nothing but rounding, for samples with that mean.

    Whoever asks for a rank, or whether a covariance is singular, asks here. It is
    :math:`(D + 10)\, \epsilon\, d_1 + \sum_i (2 \epsilon \bar x_i)^2`, with the
    :math:`\epsilon` of the kind of number: the first summand is what an eigenvalue is off, the
    second what numbers as large as the mean cannot tell apart.
    """
    eps = np.finfo(eigenvalues.dtype).eps
    return (len(eigenvalues) + 10) * eps * eigenvalues[0] + np.square(2 * eps * mean).sum()


def fix_signs(directions: np.ndarray) -> np.ndarray:
    """Turn every row so that its entry of largest size is positive.

    An eigenvector may as well point the other way; this makes the choice the same everywhere.
    """
    rows = np.arange(len(directions))
    largest = directions[rows, np.abs(directions).argmax(axis=1)]
    return directions * np.where(largest < 0, -1, 1).astype(directions.dtype)[:, None]
