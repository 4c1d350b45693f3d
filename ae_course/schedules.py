"""A learning rate may change from step to step: a schedule gives it for each number of steps taken.

A schedule is any function of the number of steps before, 0 at first. An optimiser takes one in the
place of its rate, as in ``SGD(cosine(0.1, steps=600))``.
"""

from collections.abc import Callable

import numpy as np

from ae_course.checks import check_integer, check_not_negative, check_positive
from ae_course.optimizers import Rate

Schedule = Callable[[int], float]


def constant(rate: float) -> Schedule:
    """The same rate in every step.

    >>> constant(0.1)(7)
    0.1
    """
    check_positive("the learning rate", rate)
    return lambda t: rate


def cosine(rate: float, steps: int, last: float = 0.0) -> Schedule:
    r"""From `rate` down to `last` along half a cosine, in so many steps; then `last`.

    :math:`r_t = r_T + (r_0 - r_T) (1 + \cos(\pi t / T)) / 2` in step t of T
    :cite:p:`loshchilov2017sgdr`.

    >>> [round(cosine(0.1, steps=4)(t), 3) for t in (0, 1, 2, 3, 4, 5)]
    [0.1, 0.085, 0.05, 0.015, 0.0, 0.0]
    """
    check_positive("the learning rate", rate)
    check_integer("the number of steps", steps, least=1)
    check_not_negative("the last learning rate", last)
    return lambda t: float(last + (rate - last) * (1 + np.cos(np.pi * min(t / steps, 1))) / 2)


def warm_up(rate: Rate, steps: int) -> Schedule:
    """Rise evenly to a rate or a schedule, with k / steps of it in the k-th step.

    >>> [warm_up(0.5, steps=5)(t) for t in (0, 1, 4, 5)]
    [0.1, 0.2, 0.5, 0.5]
    >>> schedule = warm_up(cosine(0.1, steps=100), steps=10)
    """
    follow = rate if callable(rate) else constant(rate)
    check_integer("the number of steps", steps, least=1)
    return lambda t: min((t + 1) / steps, 1) * follow(t)
