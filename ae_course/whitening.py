r"""Whitening turns and stretches the data until no direction differs from any other.

:math:`z = P (x - \bar x)` has the identity as covariance if and only if
:math:`P^\top P = \Phi_X^{-1}`. That leaves a rotation free: PCA whitening makes the principal
components the axes, ZCA whitening stays as close to the data as it can.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from ae_course.arrays import as_rows, real_matrix, square_matrix
from ae_course.moments import covariance
from ae_course.pca import principal_axes


@dataclass(frozen=True, eq=False)
class Whitening:
    r"""A fitted whitening, :math:`z = P (x - \bar x)` (:eq:`eq-whitening-map`), and its inverse.

    The whitened samples have the covariance :math:`P \Phi_X P^\top`
    (:eq:`eq-transformed-covariance`).

    Attributes
    ----------
    mean : array (D,)
        :math:`\bar x`.
    matrix : array (D, D)
        P. Row i holds the weights by which the pixels enter :math:`z_i`.
    inverse : array (D, D)
        :math:`P^{-1}` (:eq:`eq-unwhitening`).
    eigenvalues : array (D,)
        :math:`d_i` of the covariance that was found, the largest first, without epsilon.
    """

    mean: np.ndarray
    matrix: np.ndarray
    inverse: np.ndarray
    eigenvalues: np.ndarray

    def transform(self, X: np.ndarray) -> np.ndarray:
        r"""The whitened samples (N, D), :math:`z = P (x - \bar x)`; uint8 is read as 0 to 1."""
        return (_rows(X, "X", len(self.mean)) - self.mean) @ self.matrix.T

    def inverse_transform(self, Z: np.ndarray) -> np.ndarray:
        r"""The samples (N, D) from which Z came, :math:`x = \bar x + P^{-1} z`."""
        return _rows(Z, "Z", len(self.mean)) @ self.inverse.T + self.mean


def pca_whitening(X: np.ndarray | Iterable[np.ndarray], epsilon: float = 0) -> Whitening:
    r"""Whiten along the principal components, :math:`P = \operatorname{diag}(d +
    \epsilon_\Phi)^{-1/2}\, U^\top` (:eq:`eq-pca-whitening`, :eq:`eq-epsilon`).

    The signs of the eigenvectors are chosen so that the entry of largest size is positive.

    Parameters
    ----------
    X : array (N, D), or iterable of arrays (any number of rows, D)
        Samples as rows, at once or in chunks, as for :func:`ae_course.moments.moments`.
    epsilon : float
        What is added to every eigenvalue; zero or more, in the units of the variances.

    Raises
    ------
    ValueError
        epsilon is negative, or the covariance is singular and epsilon does not help; or as for
        :func:`ae_course.moments.moments`.
    """
    mean, d, U, scale = _fit(X, epsilon)
    return Whitening(mean, (U / scale).T, U * scale, d)


def zca_whitening(X: np.ndarray | Iterable[np.ndarray], epsilon: float = 0) -> Whitening:
    r"""Whiten and turn back, :math:`P = U \operatorname{diag}(d + \epsilon_\Phi)^{-1/2}\, U^\top`
    (:eq:`eq-zca-whitening`, :eq:`eq-epsilon`).

    This P is the only symmetric positive-definite one (:eq:`eq-symmetric-whiteners`), and of all
    whitenings the nearest to the data (:eq:`eq-zca-nearest`). Arguments and errors are those of
    :func:`pca_whitening`.
    """
    mean, d, U, scale = _fit(X, epsilon)
    return Whitening(mean, U / scale @ U.T, U * scale @ U.T, d)


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
        As for :func:`pca_whitening`.

    Raises
    ------
    ValueError
        Phi is not symmetric, Q is not an orthogonal matrix of its size; or as for
        :func:`pca_whitening`.
    """
    Phi, Q = _symmetric(Phi), real_matrix(Q, "Q")
    if Q.shape != Phi.shape:
        raise ValueError(f"Q has shape {Q.shape}, the covariance {Phi.shape}")
    defect = np.abs(Q.T @ Q - np.eye(len(Q))).max()
    if not defect < 1e-8:
        raise ValueError(f"Q is not orthogonal: Q^T Q differs from the identity by {defect:.2g}")
    d, U = principal_axes(Phi)
    return Q / _scale(d, epsilon) @ U.T


def whitened_variances(eigenvalues: Sequence[float], epsilon: float) -> np.ndarray:
    r"""What epsilon leaves of the variance 1, :math:`d_i / (d_i + \epsilon_\Phi)`
    (:eq:`eq-epsilon-variance`).

    Raises
    ------
    ValueError
        An eigenvalue is negative or not finite, or is zero while epsilon is; or epsilon is
        negative.
    """
    d = _variances(eigenvalues)
    if not (d + _check_epsilon(epsilon) > 0).all():
        raise ValueError("an eigenvalue is 0 and so is epsilon, wanted one of them above 0")
    return d / (d + epsilon)


def least_change(eigenvalues: Sequence[float]) -> float:
    r"""How far ZCA whitening, the nearest of all, moves the centred samples in the mean square.

    :math:`\sum_i (\sqrt{d_i} - 1)^2` (:eq:`eq-zca-nearest`), which needs all of them above zero.

    Raises
    ------
    ValueError
        An eigenvalue is not positive, so that there is no whitening; or is not finite.
    """
    d = _variances(eigenvalues)
    if not (d > 0).all():
        raise ValueError("an eigenvalue is 0, wanted all above 0: otherwise nothing whitens")
    return float(np.square(np.sqrt(d) - 1).sum())


def remove_dc(patches: np.ndarray) -> np.ndarray:
    r"""Take its own mean brightness from every patch (N, pixels): its direct component.

    :math:`x - \frac{1}{D_x} \mathbf{1}\mathbf{1}^\top x` (:eq:`eq-remove-dc`), a projection;
    it makes the covariance singular. uint8 is read as 0 to 1.
    """
    x = _rows(patches, "patches")
    return x - x.mean(axis=1, keepdims=True)


def _fit(X, epsilon):
    _check_epsilon(epsilon)  # before the data are read, which may take long
    mean, Phi = covariance(X)
    d, U = principal_axes(Phi)
    return mean, d, U, _scale(d, epsilon)


def _scale(d: np.ndarray, epsilon: float) -> np.ndarray:
    """The standard deviations, with epsilon, by which whitening divides."""
    smallest = d[-1] + _check_epsilon(epsilon)
    if smallest <= len(d) * np.finfo(float).eps * d[0]:
        raise ValueError(
            f"the covariance is singular: its eigenvalues run from {d[0]:.3g} to {d[-1]:.3g};"
            f" epsilon is {epsilon:g}, wanted one well above {d[-1]:.3g}"
        )
    return np.sqrt(d + epsilon)


def _symmetric(Phi: np.ndarray) -> np.ndarray:
    """Return a covariance as an array; its eigenvectors are found from one half of it alone."""
    Phi = square_matrix(Phi, "Phi", wanted="a square covariance matrix")
    defect = np.abs(Phi - Phi.T).max()
    if defect > 1e-8 * np.abs(Phi).max():
        raise ValueError(f"Phi is not symmetric: it differs from its transpose by {defect:.2g}")
    return Phi


def _variances(eigenvalues: Sequence[float]) -> np.ndarray:
    d = np.asarray(eigenvalues, float)
    if not (np.isfinite(d).all() and (d >= 0).all()):
        raise ValueError(f"the eigenvalues are {d}, wanted none negative and all finite")
    return d


def _check_epsilon(epsilon: float) -> float:
    if not (isinstance(epsilon, Real) and 0 <= epsilon < np.inf):
        raise ValueError(f"epsilon is {epsilon!r}, wanted a number from 0 up")
    return epsilon


def _rows(X: np.ndarray, name: str, columns: int | None = None) -> np.ndarray:
    X = real_matrix(X, name)
    if columns not in (None, X.shape[1]):
        raise ValueError(f"{name} has {X.shape[1]} columns, the whitening takes {columns}")
    return as_rows(X, X.shape[1], np.dtype(float), name=name)
