r"""Whitening turns and stretches the data until no direction differs from any other.

:math:`z = P (x - \bar x)` has the identity as covariance if and only if
:math:`P^\top P = \Phi_X^{-1}`. That leaves a rotation free: PCA whitening makes the principal
components the axes, ZCA whitening stays as close to the data as it can.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from ae_course.checks import (
    as_array,
    as_matrix,
    as_rows,
    check_not_negative,
    check_shape,
    covariance_matrix,
)
from ae_course.moments import Kind, covariance
from ae_course.pca import FittedMap, principal_axes, resolution


@dataclass(frozen=True, eq=False)
class Whitening(FittedMap):
    r"""A fitted whitening, :math:`z = P (x - \bar x)` (:eq:`eq-whitening-map`), and its inverse.

    The whitened samples have the covariance :math:`P \Phi_X P^\top`
    (:eq:`eq-transformed-covariance`). :class:`PCAWhitening` and :class:`ZCAWhitening` are the two
    that are made from samples.

    Attributes
    ----------
    mean, eigenvalues
        As for :class:`~ae_course.pca.FittedMap`; the eigenvalues are without epsilon.
    matrix : array (D, D)
        P. Row i holds the weights by which the pixels enter :math:`z_i`.
    inverse : array (D, D)
        :math:`P^{-1}` (:eq:`eq-unwhitening`).

    Examples
    --------
    >>> found = ZCAWhitening.fit([[0.0, 0.0], [2.0, 0.0], [0.0, 6.0], [2.0, 6.0]])
    >>> isinstance(found, Whitening), found.matrix.round(3).tolist()
    (True, [[1.0, 0.0], [0.0, 0.333]])
    >>> found.inverse_transform([[1.0, 1.0]]).tolist()
    [[2.0, 6.0]]
    """

    matrix: np.ndarray
    inverse: np.ndarray

    _how: ClassVar[str] = "fit(X, epsilon)"

    @classmethod
    def fit(
        cls, X: np.ndarray | Iterable[np.ndarray], epsilon: float = 0, dtype: Kind = np.float64
    ) -> Self:
        r"""Find the whitening of the samples X (N, D), from their covariance.

        Parameters
        ----------
        X : array (N, D), or iterable of arrays (any number of rows, D)
            Samples as rows, as for :func:`ae_course.moments.moments`.
        epsilon : float
            What is added to every eigenvalue (:eq:`eq-epsilon`); zero or more, in the units of the
            variances. Without it a singular covariance is refused.
        dtype : float64 or float32
            As for :meth:`ae_course.pca.PCA.fit`.
        """
        check_not_negative("epsilon", epsilon)  # before the data are read, which may take long
        mean, Phi = covariance(X, dtype)
        d, U = principal_axes(Phi)
        Q, scale = cls._rotation(U), _scale(d, epsilon, mean)
        return cls(mean, d, Q / scale @ U.T, U * scale @ Q.T)

    @staticmethod
    def _rotation(U: np.ndarray) -> np.ndarray:
        raise TypeError("which whitening? wanted PCAWhitening.fit or ZCAWhitening.fit")


class PCAWhitening(Whitening):
    r"""Whitening along the principal components, :math:`P = \operatorname{diag}(d +
    \epsilon_\Phi)^{-1/2}\, U^\top` (:eq:`eq-pca-whitening`, :eq:`eq-epsilon`).

    No other whitening tells more of the data in its first k components (:eq:`eq-compression`). The
    signs of the eigenvectors are chosen so that the entry of largest size is positive.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 6.0], [2.0, 6.0]])
    >>> PCAWhitening.fit(X).transform(X).tolist()
    [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]
    """

    @staticmethod
    def _rotation(U):
        return np.eye(len(U))


class ZCAWhitening(Whitening):
    r"""Whitening, and turning back, :math:`P = U \operatorname{diag}(d + \epsilon_\Phi)^{-1/2}\,
    U^\top` (:eq:`eq-zca-whitening`, :eq:`eq-epsilon`).

    This P is the only symmetric positive-definite one (:eq:`eq-symmetric-whiteners`), and of all
    whitenings the nearest to the data (:eq:`eq-zca-nearest`).

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 6.0], [2.0, 6.0]])
    >>> ZCAWhitening.fit(X).transform(X).tolist()
    [[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]
    """

    @staticmethod
    def _rotation(U):
        return U


def whitener(Phi: np.ndarray, Q: np.ndarray, epsilon: float = 0) -> np.ndarray:
    r"""The whitening matrix that belongs to a rotation, :math:`P = Q \operatorname{diag}(d +
    \epsilon_\Phi)^{-1/2}\, U^\top` (:eq:`eq-all-whiteners`).

    Without epsilon, :math:`P^\top P = \Phi^{-1}` (:eq:`eq-whitening-condition`), and how near to
    the data it stays depends on the diagonal of :math:`U^\top Q` alone (:eq:`eq-trace-bound`).

    Parameters
    ----------
    Phi : array (D, D)
        A covariance.
    Q : array (D, D)
        Any orthogonal matrix, one with reflections too.
    epsilon : float
        As for :meth:`Whitening.fit`.

    Examples
    --------
    >>> whitener([[4, 0], [0, 1]], Q=[[0, 1], [1, 0]]).tolist()
    [[0.0, 1.0], [0.5, 0.0]]
    """
    Phi, Q = covariance_matrix(Phi), as_matrix(Q, "Q")
    check_shape("Q", Q, Phi.shape)
    defect = np.abs(Q.T @ Q - np.eye(len(Q))).max()
    if not defect < 1e-8:
        raise ValueError(f"Q is not orthogonal: Q^T Q differs from the identity by {defect:.2g}")
    d, U = principal_axes(Phi)
    return Q / _scale(d, epsilon) @ U.T


def whitened_variances(eigenvalues: Sequence[float], epsilon: float) -> np.ndarray:
    r"""What epsilon leaves of the variance 1, :math:`d_i / (d_i + \epsilon_\Phi)`
    (:eq:`eq-epsilon-variance`); largest over smallest is the condition number of whitened data
    (:eq:`eq-whitened-condition`).

    >>> whitened_variances([9, 1], epsilon=1).tolist()
    [0.9, 0.5]
    """
    check_not_negative("epsilon", epsilon)
    d = _variances(eigenvalues)
    if not (d + epsilon > 0).all():
        raise ValueError("an eigenvalue is 0 and so is epsilon, wanted one of them above 0")
    return d / (d + epsilon)


def least_change(eigenvalues: Sequence[float]) -> float:
    r"""How far ZCA whitening, the nearest of all, moves the centred samples in the mean square.

    :math:`\sum_i (\sqrt{d_i} - 1)^2` (:eq:`eq-zca-nearest`), which needs all of them above zero.

    >>> least_change([4, 1])
    1.0
    """
    d = _variances(eigenvalues)
    if not (d > 0).all():
        raise ValueError("an eigenvalue is 0, wanted all above 0: otherwise nothing whitens")
    return float(np.square(np.sqrt(d) - 1).sum())


def remove_dc(patches: np.ndarray) -> np.ndarray:
    r"""Take its own mean brightness from every patch (N, pixels): its DC component.

    :math:`x - \frac{1}{D_x} \mathbf{1}\mathbf{1}^\top x` (:eq:`eq-remove-dc`), a projection;
    it makes the covariance singular. uint8 is read as 0 to 1.

    >>> remove_dc([[1, 2, 6]]).tolist()
    [[-2.0, -1.0, 3.0]]
    """
    x = as_rows(patches, name="patches")
    return x - x.mean(axis=1, keepdims=True)


def _scale(d: np.ndarray, epsilon: float, mean: np.ndarray | float = 0.0) -> np.ndarray:
    """The standard deviations, with epsilon, by which whitening divides."""
    check_not_negative("epsilon", epsilon)
    if d[-1] + epsilon <= resolution(d, mean):
        raise ValueError(
            f"the covariance is singular: its eigenvalues run from {d[0]:.3g} to {d[-1]:.3g};"
            f" epsilon is {epsilon:g}, wanted one well above {d[-1]:.3g}"
        )
    return np.sqrt(d + epsilon)


def _variances(eigenvalues: Sequence[float]) -> np.ndarray:
    d = as_array(eigenvalues, "the eigenvalues").astype(float)
    if not (np.isfinite(d).all() and (d >= 0).all()):
        raise ValueError(f"the eigenvalues are {d}, wanted none negative and all finite")
    return d
