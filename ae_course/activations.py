r"""An activation function f turns the net input u of a unit into its output y = f(u).

Each one knows its derivative too, and computes it from y where that is cheaper than from u.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from ae_course.checks import as_array, check_integer, check_not_negative
from ae_course.workspace import blocks


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

    Examples
    --------
    >>> u = np.array([-1.0, 0.0, 2.0])
    >>> relu(u).tolist(), identity(u).tolist(), softmax(np.zeros(2)).tolist()
    ([0.0, 0.0, 2.0], [-1.0, 0.0, 2.0], [0.5, 0.5])
    >>> logistic(u).round(3).tolist(), tanh(u).round(3).tolist()
    ([0.269, 0.5, 0.881], [-0.762, 0.0, 0.964])
    >>> logistic.derivative(u, logistic(u)).round(3).tolist()
    [0.197, 0.25, 0.105]
    """

    name: str
    apply: Callable[..., np.ndarray]
    derivative: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def __call__(self, u: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        u = as_array(u, "u")
        return self.apply(u if u.dtype.kind == "f" else u.astype(np.float64), out)

    def __repr__(self) -> str:
        return self.name

    def __reduce__(self):  # pickled by name, since functions without one cannot be
        return by_name, (self.name,)


def _logistic(u: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    whole = np.empty_like(u) if out is None else out
    with np.errstate(over="ignore"):  # exp(-u) = inf leads to y = 0, which is the limit
        for part, y in blocks(u, whole):
            np.negative(part, out=y)
            np.exp(y, out=y)
            y += 1
            np.divide(1, y, out=y)  # reciprocal has no vector instructions
    return whole


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
(:eq:`eq-logistic-slope`). Rescaled to (0, 1), tanh is the same function
(:eq:`eq-rescaled-tanh`)."""

tanh = Activation("tanh", lambda u, out: np.tanh(u, out=out), lambda u, y: 1 - y * y)
"""f(u) = tanh u, with f'(u) = 1 - y^2."""

relu = Activation(
    "relu", lambda u, out: np.clip(u, 0, np.inf, out=out), lambda u, y: (y > 0).astype(u.dtype)
)
"""f(u) = max(0, u), with f'(u) = 1 where u > 0 and 0 elsewhere. With a bias of -beta it is the
soft threshold of codes that are not negative (:eq:`eq-relu-threshold`)."""

softmax = Activation("softmax", _softmax, _no_elementwise_derivative)
r"""y_j = e^{u_j} / sum_k e^{u_k}, the class probabilities of an output layer
(:eq:`eq-softmax`)."""

ACTIVATIONS = (identity, logistic, tanh, relu, softmax)
"""The activations that need no number; :func:`top_k`, :func:`batch_top_k` and :func:`jump_relu`
give others."""


def top_k(k: int) -> Activation:
    r"""The activation of a k-sparse code (:eq:`eq-top-k`) :cite:p:`makhzani2013ksparse`.

    >>> top_k(2)(np.array([[3.0, -1.0, 2.0, 0.5]])).tolist()
    [[3.0, 0.0, 2.0, 0.0]]

    For every sample the k largest net inputs of the layer pass unchanged, the others give 0; the
    derivative is 1 for those that pass and 0 for the others. Of equal net inputs those with the
    lower unit number pass, so that there are always exactly k. Equal k give the same activation.
    A linear decoder then composes every output of k of its columns (:eq:`eq-union`).

    Raises
    ------
    ValueError
        k is not a whole number, 1 or more; or, when it is applied, the layer has fewer units.
    """
    check_integer("the number k of units that top_k keeps", k, least=1)
    return _top_k(int(k))


@cache  # two activations are equal only if their functions are the same objects
def _top_k(k: int) -> Activation:
    return Activation(
        f"top_k({k})",
        partial(_pass_largest, k),
        lambda u, y: _passed(k, u, y).astype(u.dtype),
    )


def _pass_largest(k: int, u: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    return _silenced(~_largest(k, u), u, out)


def _silenced(silent: np.ndarray, u: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    """u with zeros where it is silent; but what is not a number must not be hidden by a zero."""
    silent &= ~np.isnan(u)
    y = np.positive(u, out=out)
    np.copyto(y, 0, where=silent)
    return y


def _passed(k: int, u: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What :func:`_largest` gives, read off the outputs where none of those that passed is 0."""
    passed = y != 0
    return passed if np.count_nonzero(passed) == k * (y.size // y.shape[-1]) else _largest(k, u)


def _largest(k: int, u: np.ndarray) -> np.ndarray:
    """Where the k largest entries of each row are, the first of equal ones counting as larger."""
    if k > u.shape[-1]:
        raise ValueError(f"top_k({k}) keeps {k} units, the layer has {u.shape[-1]}")
    least = np.partition(u, -k, axis=-1)[..., -k, None]  # the smallest entry that passes
    passing = u >= least
    if np.count_nonzero(passing) == k * least.size:  # no two are equal
        return passing
    above, equal = u > least, u == least
    vacant = k - above.sum(axis=-1, keepdims=True)
    return above | (equal & (equal.cumsum(axis=-1) <= vacant))


def batch_top_k(k: int) -> Activation:
    r"""The activation under which N samples share N k places (:eq:`eq-batch-top-k`).

    >>> batch_top_k(1)(np.array([[3.0, 2.0, -1.0], [0.5, 1.0, -2.0]])).tolist()
    [[3.0, 2.0, 0.0], [0.0, 0.0, 0.0]]

    Of all net inputs of the batch the N k largest pass, if they are positive; the others give 0
    :cite:p:`bussmann2024batchtopk`. A sample with much to say uses more units than one with little.
    What a sample's code is depends on its companions: for single samples put
    :func:`jump_relu` in its place, see :func:`ae_course.dictionaries.at_threshold`.

    Raises
    ------
    ValueError
        k is not a whole number, 1 or more; or, when it is applied, the layer has fewer units.
    """
    check_integer("the number k of units that batch_top_k keeps", k, least=1)
    return _batch_top_k(int(k))


@cache  # as for top_k
def _batch_top_k(k: int) -> Activation:
    return Activation(f"batch_top_k({k})", partial(_pass_largest_of_all, k), _slope_of_what_passed)


def _pass_largest_of_all(k: int, u: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    if k > u.shape[-1]:
        raise ValueError(f"batch_top_k({k}) keeps {k} units, the layer has {u.shape[-1]}")
    places = k * (u.size // u.shape[-1])
    passing = _largest(places, u.reshape(1, -1)).reshape(u.shape) & (u > 0)
    return _silenced(~passing, u, out)


def jump_relu(theta: float) -> Activation:
    r"""f(u) = u where u > theta, else 0 (:eq:`eq-jump-relu`), with one theta for all units.

    >>> jump_relu(0.5)(np.array([-1.0, 0.25, 0.75])).tolist()
    [0.0, 0.0, 0.75]

    Unlike a rectifier with a bias it takes nothing off what passes. With a theta for each unit, to
    be learned, it is :class:`ae_course.jump_relu.JumpReLUAutoencoder`.
    """
    check_not_negative("theta", theta)
    return _jump_relu(float(theta))


@cache
def _jump_relu(theta: float) -> Activation:
    return Activation(f"jump_relu({theta!r})", partial(_jump, theta), _slope_of_what_passed)


def _jump(theta: float, u: np.ndarray, out: np.ndarray | None) -> np.ndarray:
    return _silenced(u <= theta, u, out)


def _slope_of_what_passed(u: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (y > 0).astype(u.dtype)


FAMILIES = {
    r"top_k\((\d+)\)": lambda k: top_k(int(k)),
    r"batch_top_k\((\d+)\)": lambda k: batch_top_k(int(k)),
    r"jump_relu\((\d[\d.e+-]*)\)": lambda theta: jump_relu(float(theta)),
}
"""How the names of activations with a number are read."""


def by_name(name: str) -> Activation:
    """Return the activation with that name, as a saved model names it."""
    for activation in ACTIVATIONS:
        if activation.name == name:
            return activation
    for pattern, family in FAMILIES.items():
        if match := re.fullmatch(pattern, name):
            return family(match[1])
    known = ", ".join(a.name for a in ACTIVATIONS)
    raise ValueError(
        f"{name!r} is not an activation; there are {known}, top_k(k), batch_top_k(k) and"
        " jump_relu(theta)"
    )
