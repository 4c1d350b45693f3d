"""An optimiser takes the steps of its formula, whatever the gradients are."""

import math

import numpy as np
import pytest
from helpers import assert_close, every_optimizer
from scipy import linalg

from ae_course.optimizers import SGD, Adam, Momentum

RNG = np.random.default_rng(0)
START = RNG.normal(size=4)
# Sizes far apart: an optimiser that normalises must do so entry by entry.
GRADIENTS = RNG.normal(size=(9, 4)) * [1e-6, 1, 1e3, 0]
OPTIMIZERS = [*every_optimizer(0.1), Momentum(0.1, mu=0.8), Adam(0.1, 0.5, 0.9, epsilon=0.3)]


def steps(optimizer, vector=START, gradients=GRADIENTS):
    """Where the optimiser is after each step."""
    w = vector.copy()
    state, path = optimizer.init(w), []
    for g in gradients.astype(w.dtype):
        optimizer.update(w, g, state)
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


@pytest.mark.equation("eq-momentum", by="ae_course.optimizers.Momentum")
@pytest.mark.parametrize("mu", [0, 0.5, 0.99])
def test_momentum_takes_its_steps(mu):
    assert_close(steps(Momentum(0.3, mu)), list(momentum(START, 0.3, mu)))


@pytest.mark.equation("eq-adam", by="ae_course.optimizers.Adam")
@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.5, 0.9), (0, 0.99), (0.9, 0), (0, 0)])
@pytest.mark.parametrize("epsilon", [1e-8, 0.1])
def test_adam_takes_the_steps_of_the_published_algorithm(betas, epsilon):
    assert_close(steps(Adam(0.3, *betas, epsilon)), list(adam(START, 0.3, *betas, epsilon)))


def test_adam_s_decay_shrinks_every_weight_alike_whatever_its_gradient():
    rate, decay = 0.3, 0.2
    w = START.copy()
    for before, after in zip([START, *steps(Adam(rate))], steps(Adam(rate)), strict=False):
        w = (1 - rate * decay) * w + (after - before)
    assert_close(steps(Adam(rate, decay=decay))[-1], w)
    assert steps(Adam(rate, decay=0)).tolist() == steps(Adam(rate)).tolist()


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
    assert optimizer.update(w, g, optimizer.init(w)) is None
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
    for optimizer, names in [(SGD(0.1), []), (Momentum(0.1), ["velocity"]), (Adam(), ["m", "v"])]:
        state = optimizer.init(vector)
        assert list(state) == ["steps", "scratch", *names]
        assert state["steps"] == 0
        for name in ["scratch", *names]:
            assert (state[name].dtype, state[name].shape) == (vector.dtype, (4,))
        assert not any(state[name].any() for name in names)


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
        (lambda: Adam(decay=-0.1), "the decay is -0.1, wanted"),
    ],
)
def test_a_setting_out_of_range_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# A quadratic bowl J = 1/2 w^T A w with eigenvectors that are no coordinate axes.
EIGENVALUES = np.array([0.5, 2.0, 3.0, 8.0])
Q = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
A = Q * EIGENVALUES @ Q.T


def descend(optimizer, count, start=START):
    """The vector after each step down the bowl, the start first; far away it stops."""
    w = start.copy()
    state, path = optimizer.init(w), [w.copy()]
    while len(path) <= count and np.abs(w).max() < 1e9:
        optimizer.update(w, A @ w, state)
        path.append(w.copy())
    return np.array(path)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("kind", [np.float16, np.int64, bool])
def test_a_vector_in_which_no_training_can_be_done_is_named(optimizer, kind):
    with pytest.raises(TypeError, match=r"the vector is .*, wanted float32 or float64: vector"):
        optimizer.init(np.zeros(3, kind))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [0, 5e-324, 1e-45, 1e-30, 1e-20, 1e-10, 1])
@pytest.mark.parametrize("epsilon", ["least", 1e-8])
def test_no_gradient_is_too_small_for_adam(dtype, size, epsilon):
    least = float(np.sqrt(np.finfo(dtype).tiny)) * (1 + 1e-6)
    adam = Adam(0.1, epsilon=least if epsilon == "least" else epsilon)
    path = steps(adam, np.zeros(2, dtype), np.full((5, 2), size))
    assert np.isfinite(path).all()
    assert (np.abs(np.diff(path, axis=0, prepend=0)) <= 0.1 * (1 + 1e-5)).all()


def test_an_epsilon_that_vanishes_beside_squares_of_the_gradient_is_named():
    with pytest.raises(ValueError, match=r"epsilon is 1e-20, wanted 1\.1e-19 or more in float32"):
        Adam(epsilon=1e-20).init(np.zeros(3, np.float32))
    Adam(epsilon=1e-20).init(np.zeros(3))


@pytest.mark.equation("eq-gd-modes", by="ae_course.optimizers.SGD")
@pytest.mark.parametrize("rate", [0.01, 0.2, 0.3])
def test_every_eigendirection_shrinks_or_grows_by_a_factor_of_its_own(rate):
    parts = descend(SGD(rate), 9) @ Q
    factors = [1 - rate * d for d in EIGENVALUES]
    assert_close(
        parts, [[p * f**t for p, f in zip(START @ Q, factors, strict=True)] for t in range(10)]
    )


@pytest.mark.equation("eq-gd-bound", by="ae_course.optimizers.SGD")
@pytest.mark.parametrize("share", [0.05, 0.5, 0.99, 1.01, 1.5])
def test_gradient_descent_converges_just_below_2_over_the_largest_eigenvalue(share):
    sizes = np.linalg.norm(descend(SGD(share * 2 / 8.0), 2500), axis=1)
    assert (sizes[-1] < 1e-6) == (share < 1)
    assert (sizes[-1] > 1e6) == (share > 1)


def slowest(factor_of):
    """The factor by which the slowest part shrinks in a step."""
    return max(abs(factor_of(d)) for d in EIGENVALUES)


@pytest.mark.equation("eq-best-rate", by="ae_course.optimizers.SGD")
def test_no_rate_is_better_than_the_best_rate():
    best = 2 / (0.5 + 8.0)
    wanted = (16 - 1) / (16 + 1)
    sizes = np.linalg.norm(descend(SGD(best), 101), axis=1)
    assert_close(sizes[-1] / sizes[-2], wanted)
    others = [slowest(lambda d, rate=rate: 1 - rate * d) for rate in np.linspace(0.01, 0.3, 60)]
    assert min(others) >= wanted


@pytest.mark.equation("eq-momentum-modes", by="ae_course.optimizers.Momentum")
@pytest.mark.parametrize("mu", [0, 0.3, 0.9])
def test_with_momentum_every_part_obeys_a_recursion_over_two_steps(mu):
    parts = descend(Momentum(0.1, mu), 30) @ Q
    wanted = (1 + mu - 0.1 * EIGENVALUES) * parts[1:-1] - mu * parts[:-2]
    assert_close(parts[2:], wanted)


@pytest.mark.equation("eq-momentum-bound", by="ae_course.optimizers.Momentum")
@pytest.mark.parametrize("mu", [0, 0.5, 0.9])
@pytest.mark.parametrize("share", [0.1, 0.9, 1.1])
def test_momentum_converges_up_to_a_larger_rate(mu, share):
    path = descend(Momentum(share * 2 * (1 + mu) / 8.0, mu), 1500)
    assert (np.linalg.norm(path[-1]) < 1e-6) == (share < 1)
    assert (np.linalg.norm(path[-1]) > 1e6) == (share > 1)


def modulus(d, rate, mu):
    """The factor of one part under momentum: the larger root of its recursion."""
    return max(abs(np.roots([1, -(1 + mu - rate * d), mu])))


@pytest.mark.equation("eq-heavy-ball", by="ae_course.optimizers.Momentum")
def test_no_settings_of_momentum_are_better_than_the_best():
    root = math.sqrt(16)
    factor = (root - 1) / (root + 1)
    rate, mu = (2 / (math.sqrt(8.0) + math.sqrt(0.5))) ** 2, factor**2
    np.testing.assert_allclose([modulus(d, rate, mu) for d in EIGENVALUES], factor, rtol=1e-6)
    grid = [
        max(modulus(d, r, m) for d in (0.5, 8.0))
        for r in np.linspace(0.02, 0.5, 25)
        for m in np.linspace(0, 0.95, 20)
    ]
    assert min(grid) >= factor - 1e-6
    sizes = np.linalg.norm(descend(Momentum(rate, mu), 240), axis=1)
    # At the best settings two roots coincide, and the size is a line times a power.
    assert abs((sizes[240] / sizes[200]) ** (1 / 40) - factor) < 0.005


@pytest.mark.equation("eq-descent-lemma", by="ae_course.optimizers.SGD")
@pytest.mark.parametrize("share", [0.1, 1, 1.9])
def test_a_step_below_the_bound_goes_down_by_so_much_on_a_function_that_is_no_bowl(share):
    # sum of a log cosh w: the curvature a / cosh^2 w is at most max a, here 8.
    a, rate = np.array([0.5, 2.0, 8.0, 3.0]), share / 8
    for seed in range(20):
        w = np.random.default_rng(seed).normal(0, 2, 4)
        before, gradient = a @ np.log(np.cosh(w)), a * np.tanh(w)
        SGD(rate).update(w, gradient, SGD(rate).init(w))
        gain = rate * (1 - rate * 8 / 2) * (gradient @ gradient)
        assert a @ np.log(np.cosh(w)) <= before - gain + 1e-12


def variance_in_the_long_run(optimizer, d, s2):
    """Of w on a bowl of curvature d under noisy gradients, by the matrix of a step."""
    # A step is linear in w, the velocity and the noise: what it makes of each alone are columns.
    columns = []
    for w, velocity, noise in np.eye(3):
        w, state = np.array([w]), optimizer.init(np.zeros(1))
        if "velocity" in state:
            state["velocity"][:] = velocity
        optimizer.update(w, d * w + noise, state)
        columns.append([w[0], *state.get("velocity", [0.0])])
    step, kick = np.transpose(columns)[:, :2], np.transpose(columns)[:, 2]
    covariance = linalg.solve_discrete_lyapunov(step, s2 * np.outer(kick, kick))
    return covariance[0, 0]


@pytest.mark.equation("eq-noise-floor", by="ae_course.optimizers.SGD")
@pytest.mark.parametrize("rate", [0.01, 0.4, 0.9])
def test_noise_keeps_descent_from_the_minimum(rate):
    d, s2 = 2.0, 0.3
    assert_close(variance_in_the_long_run(SGD(rate), d, s2), rate * s2 / (d * (2 - rate * d)))


@pytest.mark.equation("eq-noise-floor-momentum", by="ae_course.optimizers.Momentum")
@pytest.mark.parametrize("rate", [0.01, 0.4, 0.9])
@pytest.mark.parametrize("mu", [0, 0.5, 0.9])
def test_momentum_amplifies_noise(rate, mu):
    d, s2 = 2.0, 0.3
    floor = rate * (1 + mu) * s2 / (d * (1 - mu) * (2 * (1 + mu) - rate * d))
    assert_close(variance_in_the_long_run(Momentum(rate, mu), d, s2), floor)


@pytest.mark.equation("eq-adam-bias", by="ae_course.optimizers.Adam")
def test_the_running_means_of_adam_begin_too_small_by_a_known_factor():
    # Both means are linear in what they average, so every constant stands for an expectation.
    g = np.array([2.0, -0.3, 1e-4, 5.0])
    adam = Adam(0.01, 0.8, 0.95)
    w, t = START.copy(), 0
    state = adam.init(w)
    for t in range(1, 30):
        adam.update(w, g, state)
        assert_close(state["m"], (1 - 0.8**t) * g)
        assert_close(state["v"], (1 - 0.95**t) * g**2)


def adam_bound(t, beta1, beta2):
    r = beta1**2 / beta2
    below = sum(r**k for k in range(t)) * sum(beta2**k for k in range(t))
    return (1 - beta1) / (1 - beta1**t) * math.sqrt(below)


@pytest.mark.equation("eq-adam-bound", by="ae_course.optimizers.Adam")
@pytest.mark.parametrize(("beta1", "beta2"), [(0.9, 0.999), (0.5, 0.9), (0.9, 0.9)])
@pytest.mark.parametrize("t", [1, 2, 10, 60])
def test_no_step_of_adam_exceeds_its_bound_and_growing_gradients_reach_it(beta1, beta2, t):
    adam, bound = Adam(0.1, beta1, beta2, epsilon=1e-30), adam_bound(t, beta1, beta2)

    def last_step(gradients):
        path = steps(adam, gradients=np.asarray(gradients))
        return np.abs(path[-1] - (path[-2] if t > 1 else START)) / 0.1

    growing = np.outer((beta2 / beta1) ** np.arange(t), [1, 2, -3, 0.1])
    np.testing.assert_allclose(last_step(growing), bound, rtol=1e-6)
    for seed in range(20):
        drawn = np.random.default_rng(seed).standard_cauchy((t, 4))
        assert (last_step(drawn) <= bound * (1 + 1e-9)).all()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("gradient", [2.0, np.ones(1), np.ones((1, 4)), np.ones(3)])
def test_a_gradient_is_not_stretched_to_the_shape_of_the_vector(optimizer, gradient):
    w = START.copy()
    state = optimizer.init(w)
    with pytest.raises(ValueError, match=r"the gradient has shape .*, wanted \(4,\)"):
        optimizer.update(w, gradient, state)
    assert w.tolist() == START.tolist()
