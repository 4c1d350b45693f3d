r"""A linear autoencoder learns the subspace of the principal components, and no more.

:math:`\hat x = \tilde W (W x + b) + \tilde b` has no local minima but that subspace; with weight
decay on both sides it finds the directions too.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ae_course.checks import (
    as_array,
    as_finite,
    as_matrix,
    as_rows,
    check_integer,
    check_positive,
    covariance_matrix,
    shaped,
    square_matrix,
)
from ae_course.parameters import Parameters
from ae_course.pca import PCA, fix_signs, principal_axes


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

    Examples
    --------
    >>> pca_bound([3, 2, 1]).tolist()
    [3.0, 1.5, 0.5, 0.0]
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
    """
    d = _spectrum(eigenvalues)
    c = shaped(shares, "the array of shares", d.shape)
    check_integer("k", k, least=1, most=len(d))
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

    Examples
    --------
    Weights that put out nothing but the mean lose half of the variance:

    >>> nothing = {"W1": np.zeros((1, 2)), "b1": [0], "W2": np.zeros((2, 1)), "b2": [5, 7]}
    >>> linear_error(nothing, mean=[5, 7], Phi=[[3, 0], [0, 1]])
    (2.0, 0.0)
    """
    Phi = square_matrix(Phi, "Phi")
    D, k = len(Phi), len(as_matrix(params["W1"], "W1"))
    shapes = {"W1": (k, D), "b1": (k,), "W2": (D, k), "b2": (D,)}
    W, b, W_, b_ = (shaped(params[name], name, shape) for name, shape in shapes.items())
    residual = np.eye(D) - W_ @ W
    shift = W_ @ b + b_ - residual @ shaped(mean, "the mean", (D,))
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

    Examples
    --------
    >>> critical_point(PCA.fit([[2, 0], [-2, 0], [0, 1], [0, -1]]), kept=[1])["W1"].tolist()
    [[0.0, 1.0]]
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

    Examples
    --------
    The second component alone, where the first would be better:

    >>> saddle_index([3, 2, 1], kept=[1], units=1)
    1
    """
    d = _spectrum(eigenvalues)
    if d[-1] <= 0 or (np.diff(d) == 0).any():
        raise ValueError(f"the eigenvalues are {d}, wanted different and positive ones")
    kept = _check_kept(kept, len(d))
    check_integer("units", units, least=max(1, len(kept)))
    left_out = np.setdiff1d(np.arange(len(d)), kept)
    pairs = d[left_out] > d[kept][:, None]
    return int(pairs.sum()) + (units - len(kept)) * len(left_out)


def projection_error(X: np.ndarray, xi: np.ndarray, Gamma: np.ndarray) -> float:
    r"""The function of the origin xi (D,) and Gamma (k, D) that PCA minimises in the slides.

    :math:`\sum_n \lVert (x_n - \xi) - \Gamma^\top \Gamma (x_n - \xi) \rVert^2`
    (:eq:`eq-slides-problem`): a sum over the samples X (N, D), without a half. If d_k > d_{k+1},
    Gamma has orthonormal rows that span the principal subspace at every minimum
    (:eq:`eq-slides-optimum`).

    >>> projection_error([[3, 4]], xi=[0, 0], Gamma=[[1, 0]])
    16.0
    """
    Gamma = as_rows(Gamma, name="Gamma")
    D = Gamma.shape[1]
    offset = as_rows(X, D, taker="matrix Gamma") - shaped(xi, "xi", (D,))
    return float(np.square(offset - offset @ Gamma.T @ Gamma).sum())


def decayed_singular_values(eigenvalues: Sequence[float], decay: float) -> np.ndarray:
    r"""The singular values of both weight matrices at the optimum with weight decay.

    :math:`\tau_i = \sqrt{\max(0, 1 - \lambda / d_i)}` (:eq:`eq-decay-optimum`), which is zero for
    components with a variance of at most :math:`\lambda` :cite:p:`kunin2019loss`.

    Parameters
    ----------
    eigenvalues : (k,)
        The k largest of the covariance, in falling order, for k code units.
    decay : float
        :math:`\lambda`, positive.

    Returns
    -------
    array (k,)

    Examples
    --------
    >>> decayed_singular_values([4, 1, 0.2], decay=0.36).round(3).tolist()
    [0.954, 0.8, 0.0]
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

    Examples
    --------
    Without decay a unit would leave 0.5 of the variances 4 and 1; with it, some weight stays:

    >>> round(decay_bound([4, 1], k=1, decay=0.4), 3)
    0.88
    """
    d = _spectrum(eigenvalues)
    check_integer("k", k, least=1, most=len(d))
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

    Examples
    --------
    >>> directions, tau = principal_directions([[0.0, -0.5], [0.9, 0.0]])
    >>> abs(directions).tolist(), tau.tolist()
    ([[0.0, 1.0], [1.0, 0.0]], [0.9, 0.5])
    """
    W_ = as_finite(W_, "W_")
    U, s, _ = np.linalg.svd(W_, full_matrices=False)
    return fix_signs(U.T), s


def output_components(W_: np.ndarray, Phi_Y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""The principal components of what a linear autoencoder puts out, and their variances.

    Eigenvectors and eigenvalues of :math:`\tilde W \Phi_Y \tilde W^\top`. At the optimum, with no
    decay, these are the first k of the data (:eq:`eq-output-covariance`).

    Parameters
    ----------
    W_, Phi_Y : array (D, k), array (k, k)
        The decoder's weights and the covariance of the codes.

    Returns
    -------
    components : array (k, D), or (D, D) if k > D
        As orthonormal rows, those with the largest variances first, signs as in :class:`PCA`.
    variances : array (k,), or (D,) if k > D

    Examples
    --------
    >>> components, d = output_components([[2, 1], [0, 1]], Phi_Y=[[1.5, -0.5], [-0.5, 1]])
    >>> components.round(3).tolist(), d.round(3).tolist()
    ([[1.0, 0.0], [0.0, 1.0]], [5.0, 1.0])
    """
    W_, Phi_Y = as_matrix(W_, "W_"), covariance_matrix(Phi_Y, "Phi_Y")
    Q, R = np.linalg.qr(shaped(W_, "W_", (len(W_), len(Phi_Y))))
    d, V = principal_axes(R @ Phi_Y @ R.T)
    return fix_signs((Q @ V).T), d


def _spectrum(eigenvalues: Sequence[float]) -> np.ndarray:
    d = as_array(eigenvalues, "the eigenvalues").astype(float)
    if d.ndim != 1 or not d.size:
        raise ValueError(f"the eigenvalues have shape {d.shape}, wanted a row of numbers")
    if not (d[-1] >= 0 and np.isfinite(d).all() and (np.diff(d) <= 0).all()):
        raise ValueError(f"the eigenvalues are {d}, wanted none negative, the largest first")
    return d


def _check_kept(kept: Iterable[int], components: int) -> list[int]:
    kept = list(kept)
    for i in kept:
        check_integer("a component's number", i, least=0, most=components - 1)
    if len(set(kept)) < len(kept):
        raise ValueError(f"the components are {kept}, wanted each only once")
    return kept


def _check_invertible(mix: np.ndarray, least: int) -> np.ndarray:
    A = square_matrix(mix, "A").astype(float)
    if len(A) < least:
        raise ValueError(f"A has shape {A.shape}, wanted {least} rows or more")
    if (rank := np.linalg.matrix_rank(A)) < len(A):
        raise ValueError(f"A has rank {rank}, wanted an invertible matrix {A.shape}")
    return A
