"""An optimiser turns a gradient into a step. It knows vectors, and nothing of networks."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ae_course.checks import check_fraction, check_positive


class Optimizer(Protocol):
    """What training needs of an optimiser: a memory to start with, and steps.

    The optimiser is a frozen value; what it remembers from step to step is the memory, which the
    loop keeps and hands back.
    """

    def start(self, vector: np.ndarray):
        """Return the memory before the first step from `vector`."""

    def step(self, vector: np.ndarray, gradient: np.ndarray, memory) -> None:
        """Move `vector` and renew `memory`, both in place; `gradient` has the vector's shape."""


@dataclass(frozen=True)
class SGD:
    """Gradient descent, w <- w - rate g; stochastic, when g is the gradient of a minibatch
    (:eq:`eq-sgd`).

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
        return np.empty_like(vector)

    def step(self, vector, gradient, scratch):
        """w <- w - rate g."""
        vector -= np.multiply(gradient, self.rate, out=scratch)


@dataclass(frozen=True)
class Momentum:
    """Gradient descent with a velocity: v <- mu v - rate g, then w <- w + v.

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
        return np.zeros_like(vector), np.empty_like(vector)

    def step(self, vector, gradient, memory):
        """v <- mu v - rate g, then w <- w + v."""
        velocity, scratch = memory
        velocity *= self.mu
        velocity -= np.multiply(gradient, self.rate, out=scratch)
        vector += velocity


@dataclass(frozen=True)
class Adam:
    """Steps of about the size of the rate for every weight :cite:p:`kingma2015adam`.

    m and v are running means of g and g^2; both start at zero and are corrected for it, by
    1 - beta1^t and 1 - beta2^t, in step t: w <- w - rate m_hat / (sqrt(v_hat) + epsilon).

    Raises
    ------
    ValueError
        rate or epsilon is not positive, or a beta not in [0, 1).
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
        return _AdamMemory(np.zeros_like(vector), np.zeros_like(vector), np.empty_like(vector))

    def step(self, vector, gradient, memory):
        """w <- w - rate m_hat / (sqrt(v_hat) + epsilon)."""
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
