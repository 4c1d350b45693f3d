"""An optimiser turns a gradient into a step. It knows vectors, and nothing of networks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from scipy import optimize

from ae_course.checks import as_array, check_finite, check_fraction, check_positive, check_whole


class Optimizer(Protocol):
    """What training needs of an optimiser: a memory to start with, and steps.

    The optimiser is a frozen value; what it remembers from step to step is the memory, which the
    loop keeps and hands back. Vectors are float32 or float64: in float16 the squares of small
    gradients are 0, so that it is refused.
    """

    def start(self, vector: np.ndarray):
        """Return the memory before the first step from `vector`."""

    def step(self, vector: np.ndarray, gradient: np.ndarray, memory) -> None:
        """Move `vector` and renew `memory`, both in place; `gradient` has the vector's shape."""


def _check_precision(vector):
    # Half precision has no room for squares: those of gradients below 2e-4 are 0, and 0 / 0 is NaN.
    if as_array(vector, "the vector").dtype not in (np.float32, np.float64):
        raise TypeError(
            f"the vector is {vector.dtype}, wanted float32 or float64: vector.astype(np.float32)"
        )


def _check_shape(name, array, vector):
    # NumPy would stretch a single number over the whole vector.
    found = as_array(array, name).shape
    if found != vector.shape:
        raise ValueError(f"{name} has shape {found}, wanted {vector.shape}")


@dataclass(frozen=True)
class SGD:
    r"""Gradient descent, w <- w - rate g; stochastic, when g is the gradient of a minibatch
    (:eq:`eq-sgd`).

    On a quadratic bowl the part of w along an eigenvector with eigenvalue d is multiplied by
    1 - rate d in every step (:eq:`eq-gd-modes`). All parts shrink if and only if the rate is below
    2 / d_max (:eq:`eq-gd-bound`), fastest at the rate of :eq:`eq-best-rate`.

    Raises
    ------
    ValueError
        rate is not positive.
    """

    rate: float

    def __post_init__(self):
        check_positive("the learning rate", self.rate)

    def start(self, vector):
        """The scratch array in which the step is formed; nothing is remembered."""
        _check_precision(vector)
        return np.empty_like(vector)

    def step(self, vector, gradient, scratch):
        """w <- w - rate g."""
        _check_shape("the gradient", gradient, vector)
        vector -= np.multiply(gradient, self.rate, out=scratch)


@dataclass(frozen=True)
class Momentum:
    """Gradient descent with a velocity: p <- mu p - rate g, then w <- w + p (:eq:`eq-momentum`).

    A heavy ball :cite:p:`polyak1964some`. On a quadratic bowl every part of w obeys a recursion
    over two steps (:eq:`eq-momentum-modes`), shrinks below the rate of :eq:`eq-momentum-bound`,
    and does so fastest at the settings of :eq:`eq-heavy-ball`.

    Raises
    ------
    ValueError
        rate is not positive, or mu not in [0, 1).
    """

    rate: float
    mu: float = 0.9

    def __post_init__(self):
        check_positive("the learning rate", self.rate)
        check_fraction("mu", self.mu)

    def start(self, vector):
        """The velocity, zero at first, and a scratch array."""
        _check_precision(vector)
        return np.zeros_like(vector), np.empty_like(vector)

    def step(self, vector, gradient, memory):
        """p <- mu p - rate g, then w <- w + p."""
        _check_shape("the gradient", gradient, vector)
        velocity, scratch = memory
        velocity *= self.mu
        velocity -= np.multiply(gradient, self.rate, out=scratch)
        vector += velocity


@dataclass(frozen=True)
class Adam:
    """Steps of about the size of the rate for every weight :cite:p:`kingma2015adam`.

    m and v are running means of g and g^2; both start at zero and are corrected for it, by
    1 - beta1^t and 1 - beta2^t (:eq:`eq-adam-bias`), in step t:
    w <- w - rate m_hat / (sqrt(v_hat) + epsilon) (:eq:`eq-adam`). No weight moves further in a
    step than :eq:`eq-adam-bound` says.

    Raises
    ------
    ValueError
        rate or epsilon is not positive, or a beta not in [0, 1); or, at the start, epsilon is too
        small for the kind of number: squares of the gradient would vanish before it does.
    """

    rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self):
        check_positive("the learning rate", self.rate)
        check_fraction("beta1", self.beta1)
        check_fraction("beta2", self.beta2)
        check_positive("epsilon", self.epsilon)

    def start(self, vector):
        """m and v, zero at first, the number of steps taken, and a scratch array."""
        _check_precision(vector)
        least = float(np.sqrt(np.finfo(vector.dtype).tiny))
        if self.epsilon < least:  # where g^2 is rounded to 0, epsilon alone would bound the step
            raise ValueError(
                f"epsilon is {self.epsilon:g}, wanted {least:.2g} or more in {vector.dtype}"
            )
        return _AdamMemory(np.zeros_like(vector), np.zeros_like(vector), np.empty_like(vector))

    def step(self, vector, gradient, memory):
        """w <- w - rate m_hat / (sqrt(v_hat) + epsilon)."""
        _check_shape("the gradient", gradient, vector)
        m, v, scratch = memory.m, memory.v, memory.scratch
        memory.steps += 1
        m *= self.beta1
        m += np.multiply(gradient, 1 - self.beta1, out=scratch)
        v *= self.beta2
        np.multiply(gradient, gradient, out=scratch)
        scratch *= 1 - self.beta2
        v += scratch
        # The corrections are numbers, so they are applied to the rate and epsilon, not to arrays.
        root = np.sqrt(1 - self.beta2**memory.steps)
        np.sqrt(v, out=scratch)
        scratch += self.epsilon * root
        np.divide(m, scratch, out=scratch)
        scratch *= self.rate * root / (1 - self.beta1**memory.steps)
        vector -= scratch


@dataclass
class _AdamMemory:
    m: np.ndarray
    v: np.ndarray
    scratch: np.ndarray = field(repr=False)
    steps: int = 0


def two_loop(
    gradient: np.ndarray, steps: Sequence[np.ndarray], changes: Sequence[np.ndarray]
) -> np.ndarray:
    r"""The estimate M of the inverse Hessian, times a gradient, without ever forming M.

    M begins as a multiple of the identity, and takes in one pair after the other by
    :eq:`eq-bfgs`, so that the last step is what M makes of the last change (:eq:`eq-secant`). Two
    loops over the pairs give the product :cite:p:`nocedal1980updating`; its negative is the
    direction in which L-BFGS goes.

    Parameters
    ----------
    gradient : array (size,)
    steps, changes : sequences of array (size,)
        How the vector moved, and how its gradient changed by that, the oldest pair first. Without
        any pair the result is the gradient.

    Raises
    ------
    ValueError
        A pair shows no positive curvature: step and change have a product that is not positive,
        or not finite. Or the numbers of steps and changes differ, or the shapes of the vectors.
    """
    curvatures = _curvatures(gradient, steps, changes)
    pairs, shares = list(zip(steps, changes, curvatures, strict=True)), []
    direction = as_array(gradient, "the gradient").astype(float)
    for step, change, curvature in reversed(pairs):
        shares.append(step @ direction / curvature)
        direction -= shares[-1] * change
    if pairs:
        direction *= curvatures[-1] / (changes[-1] @ changes[-1])
    for (step, change, curvature), share in zip(pairs, reversed(shares), strict=True):
        direction += (share - change @ direction / curvature) * step
    return direction


def _curvatures(gradient, steps, changes) -> list[float]:
    """step · change of each pair; they have to be positive."""
    if len(steps) != len(changes):
        raise ValueError(f"there are {len(steps)} steps and {len(changes)} changes")
    if np.ndim(gradient) != 1:
        raise ValueError(f"the gradient has shape {np.shape(gradient)}, wanted (size,)")
    found = []
    for pair in zip(steps, changes, strict=True):
        for name, array in zip(("a step", "a change"), pair, strict=True):
            _check_shape(name, array, gradient)
        found.append(float(pair[0] @ pair[1]))
        if not 0 < found[-1] < np.inf:
            raise ValueError(f"a pair has step · change {found[-1]:g}, wanted a positive number")
    return found


def lbfgs(
    f: Callable[[np.ndarray], tuple[float, np.ndarray]],
    start: np.ndarray,
    *,
    iterations: int,
    pairs: int = 10,
    tolerance: float = 1e-8,
    after: Callable[[np.ndarray], None] | None = None,
) -> tuple[np.ndarray, str]:
    """Minimise f by L-BFGS :cite:p:`liu1989limited`, as SciPy has it :cite:p:`byrd1995limited`.

    It goes in the direction of :func:`two_loop`, and along it as far as a line search finds good.

    Parameters
    ----------
    f : callable ``vector -> (value, gradient)``
        The same function at every call: not of a minibatch.
    start : array (size,)
        Left as it is.
    iterations : int
        How many steps at most; a step takes one evaluation of f, sometimes more.
    pairs : int
        How many of the latest steps and changes of the gradient are remembered.
    tolerance : float
        It stops where no entry of the gradient is larger.
    after : callable ``vector -> None``, optional
        Called after every step.

    Returns
    -------
    vector : array (size,) of float64
    reason : str
        Why it stopped.

    Raises
    ------
    ValueError
        A setting is out of range; `start` is not a vector of finite real numbers; or the gradient
        has another shape.
    ArithmeticError
        f or its gradient is not finite. SciPy would say that it converged.
    """
    start = _real_vector(start)
    check_whole("iterations", iterations, least=1)
    check_whole("pairs", pairs, least=1)
    check_positive("the tolerance", tolerance)
    options = {"maxiter": iterations, "maxcor": pairs, "gtol": tolerance, "ftol": 0}
    options["maxfun"] = 25 * iterations  # a line search takes 20 evaluations at most
    found = optimize.minimize(
        _watched(f), start, jac=True, method="L-BFGS-B", callback=after, options=options
    )
    return found.x, _REASONS[found.status]


def _real_vector(start) -> np.ndarray:
    start = as_array(start, "start")
    if start.ndim != 1 or not start.size:
        raise ValueError(f"start has shape {start.shape}, wanted (size,), not empty")
    check_finite(start, "start")
    return start


def _watched(f):
    """The same function, with an error where SciPy would go on as if nothing were wrong."""

    def evaluate(vector):
        value, gradient = f(vector)
        _check_shape("the gradient", gradient, vector)
        if not (np.isfinite(value) and np.isfinite(gradient).all()):
            raise ArithmeticError(f"f is {value:g} or its gradient not finite, wanted numbers")
        return value, gradient

    return evaluate


_REASONS = (
    "converged: the gradient is within the tolerance, or the value changes no more",
    "all iterations are done",
    "the line search finds no lower value: rounding decides, or the gradient is wrong",
)
