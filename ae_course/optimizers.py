"""An optimiser turns a gradient into a step. It knows vectors, and nothing of networks."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ae_course.checks import (
    as_array,
    check_fraction,
    check_not_negative,
    check_positive,
    check_shape,
)
from ae_course.compiled import in_one_pass
from ae_course.workspace import blocks

Rate = float | Callable[[int], float]


class Optimizer(Protocol):
    """What training needs of an optimiser: a state to start with, and steps that update it.

    The optimiser is a frozen value. Its state is a dict of arrays and numbers, which the loop
    keeps, hands back and can save; an entry "scratch" is memory to compute in and is not saved.
    Vectors are float32 or float64: in float16 the squares of small gradients are 0, so that it is
    refused.

    The learning rate is a number, or a function of the number of steps taken before, such as those
    in :mod:`ae_course.schedules`.
    """

    def init(self, vector: np.ndarray) -> dict:
        """Return the state before the first step from `vector`."""

    def update(self, vector: np.ndarray, gradient: np.ndarray, state: dict) -> None:
        """Move `vector` and renew `state`, both in place; `gradient` has the vector's shape."""


@dataclass(frozen=True)
class Descent:
    """What the optimisers share: a learning rate, and a state of arrays that begin as zero.

    One of your own has `init`, which returns ``self._state(vector, "names", "of", "arrays")``, and
    `update`, which asks for ``self._rate(vector, gradient, state)``, counts the step by that, and
    computes in ``state["scratch"]``.
    """

    rate: Rate

    def __post_init__(self):
        if not callable(self.rate):
            check_positive("the learning rate", self.rate)

    def _state(self, vector, *names) -> dict:
        # Half precision has no room for squares: below 2e-4 they are 0, and 0 / 0 is NaN.
        if as_array(vector, "the vector").dtype not in (np.float32, np.float64):
            raise TypeError(
                f"the vector is {vector.dtype}, wanted float32 or float64:"
                " vector.astype(np.float32)"
            )
        arrays = {name: np.zeros_like(vector) for name in names}
        return {"steps": 0, "scratch": np.empty_like(vector), **arrays}

    def _rate(self, vector, gradient, state) -> float:
        """The rate of this step, which is counted."""
        check_shape("the gradient", gradient, vector.shape)
        state["steps"] += 1
        if not callable(self.rate):
            return self.rate
        rate = self.rate(state["steps"] - 1)
        check_not_negative(f"the learning rate after {state['steps'] - 1} steps", rate)
        return float(rate)


@dataclass(frozen=True)
class SGD(Descent):
    r"""Gradient descent, w <- w - rate g; stochastic, when g is the gradient of a minibatch
    (:eq:`eq-sgd`).

    On a quadratic bowl the part of w along an eigenvector with eigenvalue d is multiplied by
    1 - rate d in every step (:eq:`eq-gd-modes`). All parts shrink if and only if the rate is below
    2 / d_max (:eq:`eq-gd-bound`), fastest at the rate of :eq:`eq-best-rate`.
    Where the curvature is at most L, a step below 2 / L goes down on any function
    (:eq:`eq-descent-lemma`). Noise in the gradient keeps w from the minimum, by the variance of
    :eq:`eq-noise-floor`.

    >>> w, sgd = np.array([1.0, -2.0]), SGD(0.5)
    >>> state = sgd.init(w)
    >>> sgd.update(w, np.array([1.0, 2.0]), state)
    >>> w
    array([ 0.5, -3. ])
    """

    def init(self, vector):
        """The number of steps taken; nothing else is remembered."""
        return self._state(vector)

    def update(self, vector, gradient, state):
        """w <- w - rate g."""
        rate = self._rate(vector, gradient, state)
        for w, g in blocks(vector, gradient):
            w -= np.multiply(g, rate, out=state["scratch"][: len(w)])


@dataclass(frozen=True)
class Momentum(Descent):
    """Gradient descent with a velocity: p <- mu p - rate g, then w <- w + p (:eq:`eq-momentum`).

    A heavy ball :cite:p:`polyak1964some`. On a quadratic bowl every part of w obeys a recursion
    over two steps (:eq:`eq-momentum-modes`), shrinks below the rate of :eq:`eq-momentum-bound`,
    and does so fastest at the settings of :eq:`eq-heavy-ball`. Noise in the gradient is amplified
    (:eq:`eq-noise-floor-momentum`).

    >>> w, ball = np.array([1.0]), Momentum(0.5, mu=0.5)
    >>> state = ball.init(w)
    >>> for _ in range(2):
    ...     ball.update(w, np.array([1.0]), state)
    >>> w, state["velocity"]
    (array([-0.25]), array([-0.75]))
    """

    mu: float = 0.9

    def __post_init__(self):
        super().__post_init__()
        check_fraction("mu", self.mu)

    def init(self, vector):
        """The velocity, zero at first, and the number of steps taken."""
        return self._state(vector, "velocity")

    def update(self, vector, gradient, state):
        """p <- mu p - rate g, then w <- w + p."""
        rate = self._rate(vector, gradient, state)
        state["velocity"] *= self.mu
        state["velocity"] -= np.multiply(gradient, rate, out=state["scratch"])
        vector += state["velocity"]


@dataclass(frozen=True)
class Adam(Descent):
    """Steps of about the size of the rate for every weight :cite:p:`kingma2015adam`.

    m and v are running means of g and g^2; both start at zero and are corrected for it, by
    1 - beta1^t and 1 - beta2^t (:eq:`eq-adam-bias`), in step t:
    w <- w - rate m_hat / (sqrt(v_hat) + epsilon) (:eq:`eq-adam`). No weight moves further in a
    step than :eq:`eq-adam-bound` says.

    With a `decay` every parameter shrinks besides, by rate * decay of its size in a step, however
    its gradient is scaled :cite:p:`loshchilov2019decoupled`. A term of weight decay goes through m
    and v instead, so that weights with large gradients hardly shrink.

    >>> w, adam = np.array([1.0, -2.0]), Adam(0.1, decay=0.5)
    >>> adam.update(w, np.zeros(2), adam.init(w))
    >>> w
    array([ 0.95, -1.9 ])

    Raises
    ------
    ValueError
        rate or epsilon is not positive, a beta not in [0, 1), or decay below 0; or, at the start,
        epsilon is too small for the kind of number: squares of the gradient would vanish before it
        does.
    """

    rate: Rate = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    decay: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        check_fraction("beta1", self.beta1)
        check_fraction("beta2", self.beta2)
        check_positive("epsilon", self.epsilon)
        check_not_negative("the decay", self.decay)

    def init(self, vector):
        """m and v, zero at first, and the number of steps taken."""
        state = self._state(vector, "m", "v")
        least = float(np.sqrt(np.finfo(vector.dtype).tiny))
        if self.epsilon < least:  # where g^2 is rounded to 0, epsilon alone would bound the step
            raise ValueError(
                f"epsilon is {self.epsilon:g}, wanted {least:.2g} or more in {vector.dtype}"
            )
        return state

    def update(self, vector, gradient, state):
        """w <- (1 - rate decay) w - rate m_hat / (sqrt(v_hat) + epsilon)."""
        rate = self._rate(vector, gradient, state)
        kept = 1 - rate * self.decay
        # The corrections are numbers, so they are applied to the rate and epsilon, not to arrays.
        t = state["steps"]
        root = math.sqrt(1 - self.beta2**t)
        epsilon, rate = self.epsilon * root, rate * root / (1 - self.beta1**t)
        betas = self.beta1, 1 - self.beta1, self.beta2, 1 - self.beta2
        numbers = tuple(np.array((kept, *betas, epsilon, rate), vector.dtype))
        in_one_pass(_adam)(numbers, vector, gradient, state["m"], state["v"])


def _adam(numbers, w, g, m, v):
    kept, beta1, rest1, beta2, rest2, epsilon, rate = numbers
    if kept != 1:
        w *= kept
    m *= beta1
    m += rest1 * g
    v *= beta2
    v += rest2 * (g * g)
    w -= rate * (m / (np.sqrt(v) + epsilon))
    return w, m, v
