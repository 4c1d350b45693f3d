r"""Principal component analysis is the best that any linear autoencoder can do.

It keeps the k directions in which the samples vary most. A linear autoencoder,
:math:`\hat x = \tilde W (W x + b) + \tilde b`, finds the same subspace, and with weight decay on
both sides the directions too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from ae_course.arrays import as_rows, check_finite, real_matrix, square_matrix
from ae_course.checks import check_positive, check_whole
from ae_course.moments import ROWS, covariance
from ae_course.parameters import Parameters


@dataclass(frozen=True, eq=False)
class PCA:
    r"""The principal components of some samples: a map to k numbers, and back.

    Attributes
    ----------
    mean : array (D,)
        The mean of the samples.
    eigenvalues : array (D,)
        All eigenvalues of the covariance, the largest first: the variances along the components.
        They use 1/N, where scikit-learn has 1/(N - 1).
    components : array (k, D)
        The eigenvectors that belong to the k largest, as orthonormal rows. Their signs are chosen
        so that the entry of largest size is positive.
    """

    mean: np.ndarray
    eigenvalues: np.ndarray
    components: np.ndarray

    @classmethod
    def fit(cls, X: np.ndarray | Iterable[np.ndarray], k: int | None = None) -> Self:
        r"""Find the principal components of the samples X (N, D), from their covariance.

        An eigenvalue is exact up to about :math:`10^{-16} d_1`. Where smaller ones matter, take the
        singular values of the centred samples (:eq:`eq-pca-svd`): they are not squared on the way.

        Parameters
        ----------
        X : array (N, D), or iterable of arrays (any number of rows, D)
            Samples as rows, at once or in chunks; uint8 is read as 0 to 1.
        k : int, optional
            How many components to keep, from 1 to D; all of them unless given.

        Raises
        ------
        ValueError
            k is out of range; or as for :func:`ae_course.moments.moments`.
        """
        mean, Phi = covariance(X)
        k = len(mean) if k is None else k
        check_whole("k", k, least=1, most=len(mean))
        d, U = principal_axes(Phi)
        return cls(mean, d, U.T[:k])

    @property
    def rank(self) -> int:
        """The rank of the covariance: how many eigenvalues are more than rounding."""
        eps = np.finfo(float).eps
        # The mean is not exact either: samples that are all the same are not quite zero without it.
        centring = np.square(ROWS * eps * self.mean).sum()
        rounding = len(self.mean) * eps * self.eigenvalues[0] + centring
        return int((self.eigenvalues > rounding).sum())

    def first(self, k: int) -> Self:
        """The same, with only the first k of its components."""
        check_whole("k", k, least=1, most=len(self.components))
        return replace(self, components=self.components[:k])

    def transform(self, X: np.ndarray) -> np.ndarray:
        r"""The codes (N, k) of the samples X (N, D), :math:`y = U_k^\top (x - \bar x)`
        (:eq:`eq-pca`).

        Raises
        ------
        TypeError, ValueError
            X has another number of columns than the samples of `fit`, or as for
            :func:`ae_course.arrays.as_rows`.
        """
        return (_rows(X, len(self.mean)) - self.mean) @ self.components.T

    def inverse_transform(self, Y: np.ndarray) -> np.ndarray:
        r"""The samples (N, D) for the codes Y (N, k), :math:`\hat x = \bar x + U_k y`
        (:eq:`eq-pca`).

        Raises
        ------
        TypeError, ValueError
            Y has not k columns, or as for :func:`ae_course.arrays.as_rows`.
        """
        return _rows(Y, len(self.components), name="Y") @ self.components + self.mean

    def reconstruct(self, X: np.ndarray) -> np.ndarray:
        """The nearest point to each sample in the plane of the components: there and back."""
        return self.inverse_transform(self.transform(X))


def principal_axes(Phi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""The eigenvalues (D,), the largest first, and eigenvectors (D, D), as columns, of a
    covariance.

    Turning the centred samples to these axes, :math:`U^\top (x - \bar x)`, removes the correlations
    (:eq:`eq-decorrelation`). No eigenvalue is negative, and the signs are those of
    :func:`fix_signs`.

    Raises
    ------
    TypeError, ValueError
        Phi is no covariance: not a square matrix of finite real numbers, not symmetric, or with an
        eigenvalue that is negative by more than rounding.
    """
    Phi = square_matrix(Phi, "Phi")
    rounding = np.sqrt(np.finfo(np.result_type(Phi, np.float32)).eps) * np.abs(Phi).max()
    if (np.abs(Phi - Phi.T) > rounding).any():
        raise ValueError("Phi is not symmetric, wanted a covariance matrix")
    d, U = np.linalg.eigh(Phi)
    if d[0] < -rounding:
        raise ValueError(f"Phi has the eigenvalue {d[0]:.3g}, wanted none negative")
    # No variance is negative: what rounding puts below zero is zero.
    return d[::-1].clip(min=0), fix_signs(U.T[::-1]).T


def fix_signs(directions: np.ndarray) -> np.ndarray:
    """Turn every row so that its entry of largest size is positive.

    An eigenvector may as well point the other way; this makes the choice the same everywhere.
    """
    rows = np.arange(len(directions))
    largest = directions[rows, np.abs(directions).argmax(axis=1)]
    return directions * np.where(largest < 0, -1.0, 1.0)[:, None]


def pca_bound(eigenvalues: Sequence[float]) -> np.ndarray:
    r"""The least error of a linear autoencoder with k code units, for k = 0, 1, ..., D.

    :math:`\min E = \frac12 \sum_{i > k} d_i` (:eq:`eq-pca-bound`), zero from the rank on
    (:eq:`eq-rank-condition`).

    Parameters
    ----------
    eigenvalues : (D,)
        Of the covariance, the largest first.

    Returns
    -------
    array (D + 1,)
        Entry k is the bound for k units.
    """
    d = _spectrum(eigenvalues)
    return 0.5 * np.append(np.cumsum(d[::-1])[::-1], 0)


def variance_missed(eigenvalues: Sequence[float], shares: Sequence[float], k: int) -> float:
    r"""How far a subspace of dimension k falls short of the variance that the best one catches.

    :math:`\sum_{i \le k} (d_i - d_k)(1 - c_i) + \sum_{i > k} (d_k - d_i)\, c_i`
    (:eq:`eq-ky-fan`), where the share :math:`c_i` is the squared length of the projection of
    :math:`u_i` onto the subspace.

    Parameters
    ----------
    eigenvalues : (D,)
        Of the covariance, the largest first.
    shares : (D,)
        :math:`c_1` to :math:`c_D`; of a subspace of dimension k they add up to k.
    k : int
        From 1 to D.

    Raises
    ------
    ValueError
        The eigenvalues are no spectrum in falling order, there is not one share for each, from 0 to
        1 and with the sum k, or k is out of range.
    """
    d, c = _spectrum(eigenvalues), np.asarray(shares, float)
    check_whole("k", k, least=1, most=len(d))
    if c.shape != d.shape:
        raise ValueError(f"the shares have shape {c.shape}, wanted one for each of {len(d)}")
    if not (((c > -1e-8) & (c < 1 + 1e-8)).all() and abs(c.sum() - k) < 1e-8 * len(d)):
        raise ValueError(f"the shares are {c}, wanted numbers from 0 to 1 with the sum {k}")
    return float((d - d[k - 1])[:k] @ (1 - c)[:k] + (d[k - 1] - d)[k:] @ c[k:])


def linear_error(
    params: Mapping[str, np.ndarray], mean: np.ndarray, Phi: np.ndarray
) -> tuple[float, float]:
    r"""The two parts of the error E of a linear autoencoder (:eq:`eq-linear-error`).

    The samples enter through their mean and covariance alone. With :math:`M = \tilde W W`, the
    weights cost :math:`\frac12 \operatorname{tr}[(I - M)\Phi_X(I - M)^\top]`, the biases
    :math:`\frac12 \lVert \tilde W b + \tilde b - (I - M)\bar x \rVert^2`. The second is zero if
    they are optimal (:eq:`eq-linear-bias`).

    Parameters
    ----------
    params : mapping
        W1 (k, D), b1 (k,), W2 (D, k) and b2 (D,).
    mean, Phi : array (D,), array (D, D)
        As from :func:`ae_course.moments.covariance`.

    Raises
    ------
    TypeError, ValueError
        Phi is not square, or an array has another shape than goes with Phi and W1, or holds NaN or
        infinity.
    """
    D, k = len(square_matrix(Phi, "Phi")), len(real_matrix(params["W1"], "W1"))
    mean = _shaped("the mean", mean, (D,))
    for name, shape in {"W1": (k, D), "b1": (k,), "W2": (D, k), "b2": (D,)}.items():
        _shaped(name, params[name], shape)
    residual = np.eye(D) - params["W2"] @ params["W1"]
    shift = params["W2"] @ params["b1"] + params["b2"] - residual @ mean
    return 0.5 * float(np.vdot(residual @ Phi, residual)), 0.5 * float(shift @ shift)


def critical_point(pca: PCA, kept: Sequence[int], mix: np.ndarray | None = None) -> Parameters:
    r"""Parameters of a linear autoencoder at which the gradient of E is zero.

    :math:`\tilde W = (U_{\mathcal K}, 0)\, A` and :math:`W = A^{-1} (U_{\mathcal K}, 0)^\top`
    (:eq:`eq-critical-points`), with the biases of :eq:`eq-linear-bias`. For the first k components
    this is the optimum (:eq:`eq-linear-optimum`); all else are saddles if the eigenvalues are
    different and positive and k < D.

    Parameters
    ----------
    pca : PCA
    kept : sequence of int
        The r components that the code keeps, :math:`\mathcal K`, counted from 0.
    mix : array (k, k), optional
        A, invertible, with :math:`k \ge r`: k is the number of code units. Without it, A is the
        identity and there are r of them, at least one.

    Raises
    ------
    ValueError
        A component does not exist or is named twice; none is kept and A, which says how many units
        are idle, is not given; or A is not square, not invertible or smaller than r.
    """
    kept = _check_kept(kept, len(pca.components))
    if not kept and mix is None:
        raise ValueError("no component is kept and A is not given, wanted A for the idle units")
    A = np.eye(len(kept)) if mix is None else _check_invertible(mix, least=len(kept))
    padded = np.zeros((len(A), len(pca.mean)))
    padded[: len(kept)] = pca.components[kept]
    W = np.linalg.solve(A, padded)
    return Parameters.of({"W1": W, "b1": -W @ pca.mean, "W2": padded.T @ A, "b2": pca.mean})


def saddle_index(eigenvalues: Sequence[float], kept: Sequence[int], units: int) -> int:
    r"""How many independent directions lead down from a critical point (:eq:`eq-saddle-index`).

    It is the number of negative eigenvalues of the Hessian: one for each pair of a kept component
    and one not kept that has more variance, and :math:`(k - r)(D - r)` for the idle units. It is
    zero at the global minimum alone.

    Parameters
    ----------
    eigenvalues : (D,)
        Of the covariance, the largest first; all different and positive.
    kept : sequence of int
        The r components that the code keeps, counted from 0.
    units : int
        k, the number of code units, from r on.

    Raises
    ------
    ValueError
        Two eigenvalues are equal or one is zero, a component does not exist or is named twice, or
        there are fewer units than components.
    """
    d = _spectrum(eigenvalues)
    if d[-1] <= 0 or (np.diff(d) == 0).any():
        raise ValueError(f"the eigenvalues are {d}, wanted different and positive ones")
    kept = _check_kept(kept, len(d))
    check_whole("units", units, least=max(1, len(kept)))
    left_out = np.setdiff1d(np.arange(len(d)), kept)
    pairs = d[left_out] > d[kept][:, None]
    return int(pairs.sum()) + (units - len(kept)) * len(left_out)


def projection_error(X: np.ndarray, xi: np.ndarray, Gamma: np.ndarray) -> float:
    r"""The function of the origin xi (D,) and Gamma (k, D) that PCA minimises in the slides.

    :math:`\sum_n \lVert (x_n - \xi) - \Gamma^\top \Gamma (x_n - \xi) \rVert^2`
    (:eq:`eq-slides-problem`): a sum over the samples X (N, D), without a half. If d_k > d_{k+1},
    Gamma has orthonormal rows that span the principal subspace at every minimum
    (:eq:`eq-slides-optimum`).

    Raises
    ------
    TypeError, ValueError
        X or Gamma is no matrix of finite real numbers, or X has not D columns, or xi not D numbers.
    """
    Gamma = _rows(Gamma, name="Gamma")
    offset = _rows(X, Gamma.shape[1]) - _shaped("xi", xi, Gamma.shape[1:])
    return float(np.square(offset - offset @ Gamma.T @ Gamma).sum())


def decayed_singular_values(eigenvalues: Sequence[float], decay: float) -> np.ndarray:
    r"""The singular values of both weight matrices at the optimum with weight decay.

    :math:`\tau_i = \sqrt{\max(0, 1 - \lambda / d_i)}` (:eq:`eq-decay-optimum`), which is zero for
    components with a variance of at most :math:`\lambda`
    :cite:p:`kunin2019loss`.

    Parameters
    ----------
    eigenvalues : (k,)
        The k largest of the covariance, in falling order, for k code units.
    decay : float
        :math:`\lambda`, positive.

    Returns
    -------
    array (k,)

    Raises
    ------
    ValueError
        The eigenvalues are no spectrum in falling order, or the decay is not positive.
    """
    d = _spectrum(eigenvalues)
    check_positive("decay", decay)
    alive = d > decay
    return np.sqrt(1 - decay / np.where(alive, d, decay))


def decay_bound(eigenvalues: Sequence[float], k: int, decay: float) -> float:
    r"""The least value of the error with weight decay on both sides, for k code units.

    For :math:`J = E + \frac\lambda2 (\lVert W \rVert_F^2 + \lVert \tilde W \rVert_F^2)` it is
    :math:`\frac12 \sum_i d_i - \frac12 \sum_{i \le k} \max(0, d_i - \lambda)^2 / d_i`
    (:eq:`eq-decay-bound`).

    Parameters
    ----------
    eigenvalues : (D,)
        Of the covariance, the largest first.
    k : int
        From 1 to D.
    decay : float
        :math:`\lambda`, positive.

    Raises
    ------
    ValueError
        The eigenvalues are no spectrum in falling order, k is out of range, or the decay is not
        positive.
    """
    d = _spectrum(eigenvalues)
    check_whole("k", k, least=1, most=len(d))
    gained = d[:k] * decayed_singular_values(d[:k], decay) ** 4
    return 0.5 * float(d.sum() - gained.sum())


def principal_directions(W_: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Read the directions off a decoder trained with weight decay on both sides.

    :math:`\tilde W = U_k \operatorname{diag}(\tau)\, R^\top` (:eq:`eq-decay-optimum`) is a singular
    value decomposition, and so it gives back :math:`\tau`, and the components that are not switched
    off, :math:`\tau_i > 0`; R remains free.

    Parameters
    ----------
    W_ : array (D, k)

    Returns
    -------
    directions : array (k, D), or (D, D) if k > D
        As orthonormal rows, those with the largest singular values first, signs as in :class:`PCA`.
    singular_values : array (k,), or (D,) if k > D

    Raises
    ------
    TypeError, ValueError
        The decoder is no matrix of finite real numbers.
    """
    W_ = real_matrix(W_, "W_")
    check_finite(W_, "W_")
    U, s, _ = np.linalg.svd(W_, full_matrices=False)
    return fix_signs(U.T), s


def _rows(X: np.ndarray, columns: int | None = None, name: str = "X") -> np.ndarray:
    X = real_matrix(X, name)
    if columns not in (None, X.shape[1]):
        raise ValueError(f"{name} has {X.shape[1]} columns, the PCA takes {columns}")
    return as_rows(X, X.shape[1], np.dtype(float), name=name)


def _shaped(name: str, a: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    a = np.asarray(a, float)
    if a.shape != shape:
        raise ValueError(f"{name} has shape {a.shape}, wanted {shape}")
    check_finite(a, name)
    return a


def _spectrum(eigenvalues: Sequence[float]) -> np.ndarray:
    d = np.asarray(eigenvalues, float)
    if d.ndim != 1 or not d.size:
        raise ValueError(f"the eigenvalues have shape {d.shape}, wanted a row of numbers")
    if not (d[-1] >= 0 and np.isfinite(d).all() and (np.diff(d) <= 0).all()):
        raise ValueError(f"the eigenvalues are {d}, wanted none negative, the largest first")
    return d


def _check_kept(kept: Iterable[int], components: int) -> list[int]:
    kept = list(kept)
    for i in kept:
        check_whole("a component's number", i, least=0, most=components - 1)
    if len(set(kept)) < len(kept):
        raise ValueError(f"the components are {kept}, wanted each only once")
    return kept


def _check_invertible(mix: np.ndarray, least: int) -> np.ndarray:
    A = np.asarray(mix, float)
    if A.ndim != 2 or A.shape[0] != A.shape[1] or len(A) < least:
        raise ValueError(f"A has shape {A.shape}, wanted a square one of {least} rows or more")
    check_finite(A, "A")
    rank = np.linalg.matrix_rank(A)
    if rank < len(A):
        raise ValueError(f"A has rank {rank}, wanted an invertible matrix {A.shape}")
    return A
