r"""How good are samples that a model has drawn? Measured against real ones, in some features.

No one number says it: the Fréchet distance mixes what precision (are samples real?) and recall (are
all kinds there?) keep apart. Features are codes in which distances mean something, such as the
hidden layer of a classifier; they, and the number of samples, have to be the same for all.
"""

import numpy as np

from ae_course.checks import as_rows, check_integer
from ae_course.moments import covariance
from ae_course.pca import principal_axes
from ae_course.workspace import BLOCK


def frechet_distance(A: np.ndarray, B: np.ndarray) -> float:
    r"""The squared Fréchet distance of the normal distributions fitted to the rows of A and B.

    :math:`\|\mu_A - \mu_B\|^2 + \operatorname{tr}\bigl(\Phi_A + \Phi_B
    - 2 (\Phi_A^{1/2} \Phi_B \Phi_A^{1/2})^{1/2}\bigr)` (:eq:`eq-frechet`)
    :cite:p:`dowson1982frechet`, as a measure of samples proposed by :cite:t:`heusel2017gans`. It is
    0 if means and covariances agree, whatever else differs, and too large for few samples.

    >>> A = np.array([[0.0], [2.0]])
    >>> frechet_distance(A, A + 3), frechet_distance(A, 2 * A)
    (9.0, 2.0)

    Parameters
    ----------
    A : array (N, D)
    B : array (M, D)
    """
    A, B = as_rows(A, name="A"), as_rows(B, name="B")
    _check_columns(A, B)
    (mean_a, Phi_a), (mean_b, Phi_b) = covariance(A), covariance(B)
    # The trace of the root is the sum of singular values of the product of both roots; eigenvalues
    # of the product itself, whose roots are wanted, would have lost half of the digits.
    (d_a, U_a), (d_b, U_b) = principal_axes(Phi_a), principal_axes(Phi_b)
    product = np.sqrt(d_a)[:, None] * (U_a.T @ U_b) * np.sqrt(d_b)
    shared = np.linalg.svd(product, compute_uv=False).sum()
    gap = mean_a - mean_b
    return max(float(gap @ gap + np.trace(Phi_a) + np.trace(Phi_b) - 2 * shared), 0.0)


def precision_recall(real: np.ndarray, drawn: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Which share of the drawn samples is among the real ones, and the other way round.

    A sample is among others if, for at least one of these, it is no farther away than the k-th
    nearest other one of theirs :cite:p:`kynkaanniemi2019improved`.

    >>> real = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> precision_recall(real, np.array([[0.0], [0.5], [1.0]]), k=1)
    (1.0, 0.5)

    Parameters
    ----------
    real : array (N, D)
    drawn : array (M, D)
    k : int
        Below both N and M.

    Returns
    -------
    precision, recall : float
    """
    real, drawn = as_rows(real, name="real"), as_rows(drawn, name="drawn")
    _check_columns(real, drawn)
    check_integer("k", k, least=1, most=min(len(real), len(drawn)) - 1)
    return _share_among(drawn, real, k), _share_among(real, drawn, k)


def nearest_distances(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """The squared distance from each row of A (N, D) to the nearest row of B (M, D), shape (N,).

    >>> nearest_distances(np.array([[0.0], [3.0]]), np.array([[1.0], [5.0]]))
    array([1., 4.])
    """
    A, B = as_rows(A, name="A"), as_rows(B, name="B")
    _check_columns(A, B)
    return np.concatenate([squares.min(axis=1) for squares in _squares(A, B)])


def _share_among(A, B, k) -> float:
    """The share of the rows of A that lie among those of B."""
    # The nearest row of B to a row of B is itself.
    reach = [np.partition(squares, k, axis=1)[:, k] for squares in _squares(B, B)]
    reach = np.concatenate(reach)
    return float(np.concatenate([(s <= reach).any(axis=1) for s in _squares(A, B)]).mean())


def _squares(A, B):
    """The squared distances from rows of A to all rows of B, some rows of A at a time."""
    # About a common centre the difference of large squares loses fewer digits.
    centre = B.mean(axis=0)
    A, B = A - centre, B - centre
    lengths = np.einsum("nd,nd->n", B, B)
    rows = max(1, 64 * BLOCK // len(B))
    for start in range(0, len(A), rows):
        part = A[start : start + rows]
        squares = np.einsum("nd,nd->n", part, part)[:, None] + lengths - 2 * part @ B.T
        yield np.maximum(squares, 0)


def _check_columns(A, B):
    if A.shape[1] != B.shape[1]:
        raise ValueError(
            f"found samples with {A.shape[1]} and with {B.shape[1]} columns, wanted the same"
        )
