r"""An activation function f turns the net input u of a unit into its output y = f(u).

Each one knows its derivative too, and computes it from y where that is cheaper than from u.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Activation:
    """A function f, applied to every unit's net input, and its derivative f'.

    Attributes
    ----------
    name : str
        The name in this module, which a saved model refers to.
    apply : callable ``(u, out=None) -> y``
        f itself; an activation is called as ``f(u)``. Arrays of any shape; the result has the
        shape and dtype of u, whole numbers counting as float64. It may lie in ``out``, if that is
        given: rely on what is returned.
    derivative : callable ``(u, y) -> f'(u)``
        The derivative where u and y = f(u) are known.
    """

    name: str
    apply: Callable[..., np.ndarray]
    derivative: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def __call__(self, u: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        u = np.asarray(u)
        return self.apply(u if u.dtype.kind == "f" else u.astype(np.float64), out)

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self):  # pickled by name, since functions without one cannot be
        return by_name, (self.name,)


def _logistic(u: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    y = np.negative(u, out=out)
    with np.errstate(over="ignore"):  # exp(-u) = inf leads to y = 0, which is the limit
        y = np.exp(y, out=out)
    y = np.add(y, 1, out=out)
    return np.reciprocal(y, out=out)


def _softmax(u: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    y = np.subtract(u, u.max(axis=-1, keepdims=True), out=out)
    y = np.exp(y, out=out)
    return np.divide(y, y.sum(axis=-1, keepdims=True), out=out)


def _no_elementwise_derivative(u: np.ndarray, y: np.ndarray) -> np.ndarray:
    raise TypeError(
        "softmax couples the units of its layer: it has a Jacobian, not a derivative per unit;"
        " use it in the output layer, with softmax_cross_entropy"
    )


identity = Activation("identity", lambda u, out: u, lambda u, y: np.ones_like(u))
"""f(u) = u, for real-valued outputs (:eq:`eq-output-units`)."""

logistic = Activation("logistic", _logistic, lambda u, y: y * (1 - y))
r"""f(u) = 1 / (1 + e^{-u}) (:eq:`eq-output-units`), with f'(u) = y (1 - y)
(:eq:`eq-logistic-slope`)."""

tanh = Activation("tanh", lambda u, out: np.tanh(u, out=out), lambda u, y: 1 - y * y)
"""f(u) = tanh u, with f'(u) = 1 - y^2."""

relu = Activation(
    "relu", lambda u, out: np.maximum(u, 0, out=out), lambda u, y: (y > 0).astype(u.dtype)
)
"""f(u) = max(0, u), with f'(u) = 1 where u > 0 and 0 elsewhere."""

softmax = Activation("softmax", _softmax, _no_elementwise_derivative)
r"""y_j = e^{u_j} / sum_k e^{u_k}, the class probabilities of an output layer
(:eq:`eq-softmax`)."""

ACTIVATIONS = (identity, logistic, tanh, relu, softmax)


def by_name(name: str) -> Activation:
    """Return the activation with that name, as a saved model names it."""
    for activation in ACTIVATIONS:
        if activation.name == name:
            return activation
    known = ", ".join(a.name for a in ACTIVATIONS)
    raise ValueError(f"{name!r} is not an activation; there are {known}")
