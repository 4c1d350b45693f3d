r"""Weights to start from: random, with a size for which signals neither vanish nor explode."""

from collections.abc import Callable

import numpy as np

from ae_course.checks import check_positive

Draw = Callable[[np.random.Generator, int, int], np.ndarray]


def glorot(rng: np.random.Generator, units: int, inputs: int) -> np.ndarray:
    r"""Draw weights (units, inputs) uniformly from the interval [-r, r].

    With :math:`r = \sqrt{6 / (units + inputs)}` their variance is 2 / (units + inputs)
    (:eq:`eq-glorot`), and that of outputs and of deltas stays about equal from layer to layer where
    f' is about 1 :cite:p:`glorot2010understanding`.

    >>> W = glorot(np.random.default_rng(0), units=3, inputs=5)
    >>> W.shape, bool(np.abs(W).max() < np.sqrt(6 / 8))
    ((3, 5), True)
    """
    limit = np.sqrt(6 / (units + inputs))
    return rng.uniform(-limit, limit, (units, inputs))


def gaussian(deviation: float) -> Draw:
    """Weights from the normal distribution with mean 0 and that standard deviation.

    >>> W = gaussian(0.1)(np.random.default_rng(0), 100, 50)
    >>> round(float(W.std()), 2)
    0.1
    """
    check_positive("the standard deviation", deviation)
    return lambda rng, units, inputs: rng.normal(0, deviation, (units, inputs))


def scaled(factor: float, draw: Draw = glorot) -> Draw:
    """Weights from `draw`, times a factor: ``scaled(4)`` is Glorot's for the logistic function.

    >>> rng = np.random.default_rng
    >>> bool((scaled(4)(rng(0), 3, 5) == 4 * glorot(rng(0), 3, 5)).all())
    True

    A factor of 4 makes up for its slope of 1/4 at 0 (:eq:`eq-logistic-limit`).
    """
    check_positive("the factor", factor)
    return lambda rng, units, inputs: factor * draw(rng, units, inputs)


def orthogonal(rng: np.random.Generator, units: int, inputs: int) -> np.ndarray:
    """A random matrix (units, inputs) with orthonormal rows or columns, whichever are fewer.

    >>> W = orthogonal(np.random.default_rng(0), 2, 5)
    >>> np.allclose(W @ W.T, np.eye(2))
    True

    A square one keeps the length of every vector, there and back (:eq:`eq-orthogonal`). It comes
    from a QR factorisation, with signs that make it uniform among all such matrices.
    """
    Q, R = np.linalg.qr(rng.normal(size=(max(units, inputs), min(units, inputs))))
    Q *= np.sign(np.diag(R))
    return Q if units >= inputs else Q.T
