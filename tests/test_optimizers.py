"""An optimiser takes the steps of its formula, whatever the gradients are."""

import math

import numpy as np
import pytest
from helpers import assert_close

from ae_course.optimizers import SGD, Adam, Momentum

RNG = np.random.default_rng(0)
START = RNG.normal(size=4)
# Sizes far apart: an optimiser that normalises must do so entry by entry.
GRADIENTS = RNG.normal(size=(9, 4)) * [1e-6, 1, 1e3, 0]
OPTIMIZERS = [SGD(0.1), Momentum(0.1, mu=0.8), Adam(0.01), Adam(0.1, 0.5, 0.9, epsilon=0.3)]


def steps(optimizer, vector=START, gradients=GRADIENTS):
    """Where the optimiser is after each step."""
    w = vector.copy()
    memory, path = optimizer.start(w), []
    for g in gradients.astype(w.dtype):
        optimizer.step(w, g, memory)
        path.append(w.copy())
    return np.array(path)


def sgd(w, rate):
    for g in GRADIENTS:
        w = [x - rate * y for x, y in zip(w, g, strict=True)]
        yield w


def momentum(w, rate, mu):
    v = [0.0] * 4
    for g in GRADIENTS:
        v = [mu * x - rate * y for x, y in zip(v, g, strict=True)]
        w = [x + y for x, y in zip(w, v, strict=True)]
        yield w


def adam(w, rate, beta1, beta2, epsilon):
    """Algorithm 1 of Kingma and Ba (2015), one number after the other."""
    w, m, v = list(w), [0.0] * 4, [0.0] * 4
    for t, g in enumerate(GRADIENTS, 1):
        for i in range(4):
            m[i] = beta1 * m[i] + (1 - beta1) * g[i]
            v[i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2
            m_hat, v_hat = m[i] / (1 - beta1**t), v[i] / (1 - beta2**t)
            w[i] -= rate * m_hat / (math.sqrt(v_hat) + epsilon)
        yield w.copy()


def test_gradient_descent_takes_its_steps():
    assert_close(steps(SGD(0.3)), list(sgd(START, 0.3)))


@pytest.mark.parametrize("mu", [0, 0.5, 0.99])
def test_momentum_takes_its_steps(mu):
    assert_close(steps(Momentum(0.3, mu)), list(momentum(START, 0.3, mu)))


@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.9), (0, 0.99), (0.9, 0), (0, 0)])
@pytest.mark.parametrize("epsilon", [1e-8, 0.1])
def test_adam_takes_the_steps_of_the_published_algorithm(betas, epsilon):
    assert_close(steps(Adam(0.3, *betas, epsilon)), list(adam(START, 0.3, *betas, epsilon)))


def test_momentum_without_momentum_is_gradient_descent():
    assert_close(steps(Momentum(0.3, mu=0)), steps(SGD(0.3)))


def test_under_a_constant_gradient_momentum_goes_up_to_1_over_1_minus_mu_times_as_fast():
    path = steps(Momentum(0.1, mu=0.75), gradients=np.ones((200, 4)))
    assert_close(path[-2] - path[-1], np.full(4, 0.1 / (1 - 0.75)))


def test_the_first_step_of_adam_has_the_size_of_the_rate_for_every_weight():
    moved = steps(Adam(0.01, epsilon=1e-30))[0] - START
    np.testing.assert_allclose(moved, -0.01 * np.sign(GRADIENTS[0]), rtol=1e-8)


def test_adam_does_not_notice_the_scale_of_the_gradient():
    adam = Adam(0.01, epsilon=1e-30)
    assert_close(steps(adam, gradients=1e4 * GRADIENTS), steps(adam))


def test_adam_s_defaults_are_the_published_ones():
    assert Adam() == Adam(rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_a_step_moves_the_vector_in_place_and_leaves_the_gradient_alone(optimizer):
    w, g = START.copy(), GRADIENTS[1].copy()
    assert optimizer.step(w, g, optimizer.start(w)) is None
    assert (w[:3] != START[:3]).all()
    assert w[3] == START[3]
    assert g.tolist() == GRADIENTS[1].tolist()


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_the_same_optimiser_can_be_started_again(optimizer):
    assert steps(optimizer).tolist() == steps(optimizer).tolist()


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_float32_stays_float32_and_goes_the_same_way(optimizer):
    path = steps(optimizer, START.astype(np.float32))
    assert path.dtype == np.float32
    assert_close(path, steps(optimizer))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_remembered_is_of_the_kind_of_the_vector_and_begins_at_zero(dtype):
    vector = START.astype(dtype)
    velocity, scratch = Momentum(0.1).start(vector)
    memory = Adam().start(vector)
    arrays = (velocity, scratch, memory.m, memory.v, memory.scratch, SGD(0.1).start(vector))
    assert {(array.dtype, array.shape) for array in arrays} == {(np.dtype(dtype), (4,))}
    assert not any(array.any() for array in (velocity, memory.m, memory.v))


@pytest.mark.parametrize("kind", [SGD, Momentum, Adam])
@pytest.mark.parametrize("rate", [-0.1, 0, np.nan, np.inf, "0.1", None])
def test_a_rate_that_is_no_positive_number_is_named(kind, rate):
    with pytest.raises(ValueError, match=r"the learning rate is .*, wanted a positive number"):
        kind(rate)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Momentum(0.1, mu=1), "mu is 1, wanted a number from 0 up to, not including, 1"),
        (lambda: Momentum(0.1, mu=-0.5), "mu is -0.5, wanted"),
        (lambda: Adam(beta1=1.0), "beta1 is 1.0, wanted"),
        (lambda: Adam(beta2=np.nan), "beta2 is nan, wanted"),
        (lambda: Adam(epsilon=0), "epsilon is 0, wanted a positive number"),
    ],
)
def test_a_setting_out_of_range_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
