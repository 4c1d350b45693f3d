"""Schedules give the rates of their formulas, and optimisers take the rate of the step."""

import numpy as np
import pytest
from helpers import assert_close

from ae_course.optimizers import SGD, Adam, Momentum
from ae_course.schedules import constant, cosine, warm_up

GRADIENTS = np.random.default_rng(0).normal(size=(12, 4))


def path(optimizer):
    """Where an optimiser is after each step from zero."""
    w, places = np.zeros(4), []
    state = optimizer.init(w)
    for g in GRADIENTS:
        optimizer.update(w, g, state)
        places.append(w.copy())
    return np.array(places)


def test_a_cosine_falls_from_the_first_to_the_last_rate_and_stays_there():
    schedule = cosine(0.3, steps=8, last=0.1)
    wanted = [0.2 + 0.1 * np.cos(np.pi * t / 8) for t in range(9)]
    assert_close([schedule(t) for t in range(9)], wanted)
    assert schedule(8) == schedule(9) == schedule(10**6) == pytest.approx(0.1)


@pytest.mark.parametrize("rate", [0.4, cosine(0.4, steps=10)])
def test_a_warm_up_rises_evenly_and_then_leaves_the_rate_alone(rate):
    schedule = warm_up(rate, steps=4)
    after = rate if callable(rate) else constant(rate)
    for t in range(10):
        assert_close(schedule(t), min((t + 1) / 4, 1) * after(t))


@pytest.mark.parametrize("kind", [SGD, Momentum, Adam])
def test_a_constant_schedule_is_the_rate(kind):
    assert path(kind(constant(0.1))).tolist() == path(kind(0.1)).tolist()


@pytest.mark.parametrize("kind", [SGD, Momentum, Adam])
def test_every_step_has_the_rate_of_its_number(kind):
    asked = []
    path(kind(lambda t: asked.append(t) or 0.1))
    assert asked == list(range(12))


def test_gradient_descent_goes_as_far_as_the_schedule_says():
    schedule = cosine(0.5, steps=12)
    steps = np.diff(path(SGD(schedule)), axis=0, prepend=0)
    assert_close(steps, -np.array([[schedule(t)] for t in range(12)]) * GRADIENTS)


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf, None, "0.1"])
def test_a_rate_out_of_a_schedule_that_is_none_is_named_with_its_step(bad):
    optimizer = SGD(lambda t: 0.1 if t < 3 else bad)
    with pytest.raises(ValueError, match=r"the learning rate after 3 steps is .*, wanted a number"):
        path(optimizer)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: constant(0), "the learning rate is 0, wanted a positive number"),
        (lambda: cosine(-1, steps=3), "the learning rate is -1, wanted a positive number"),
        (lambda: cosine(1, steps=0), "the number of steps is 0, wanted a whole number"),
        (lambda: cosine(1, steps=3, last=-1), "the last learning rate is -1, wanted a number"),
        (lambda: warm_up(1, steps=0.5), "the number of steps is 0.5, wanted a whole number"),
        (lambda: warm_up(-1, steps=5), "the learning rate is -1, wanted a positive number"),
    ],
)
def test_settings_out_of_range_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
