"""L-BFGS has the matrix of its equations, ends where it should, and says why it stopped."""

import itertools
import math

import numpy as np
import pytest
from helpers import assert_close, drawn, samples
from scipy import optimize
from scipy.optimize import LbfgsInvHessProduct, rosen, rosen_der

from ae_course.activations import identity
from ae_course.autoencoder import Autoencoder
from ae_course.divergence import DivergenceError
from ae_course.full_batch import lbfgs, minimize, two_loop
from ae_course.losses import cross_entropy, squared_error
from ae_course.objective import reconstruction, weight_decay
from ae_course.sparsity import running_kl_sparsity

NET = Autoencoder.folded(5, 3)
PARAMS = drawn(NET)
X, TARGET = samples(23, 5), samples(23, 5, seed=6)
CROSS = reconstruction(cross_entropy)
START = np.random.default_rng(0).normal(size=4)
Q = np.linalg.qr(np.random.default_rng(2).normal(size=(4, 4)))[0]
A = Q * [0.5, 2.0, 3.0, 8.0] @ Q.T
STEPS = np.random.default_rng(3).normal(size=(3, 4))
CHANGES = STEPS @ A


def bfgs(steps, changes):
    """The estimate of the inverse Hessian as a matrix, pair after pair."""
    M = np.eye(4) * (steps[-1] @ changes[-1]) / (changes[-1] @ changes[-1])
    for s, c in zip(steps, changes, strict=True):
        V = np.eye(4) - np.outer(c, s) / (s @ c)
        M = V.T @ M @ V + np.outer(s, s) / (s @ c)
    return M


@pytest.mark.equation("eq-bfgs", by="ae_course.full_batch.two_loop")
@pytest.mark.parametrize("count", [1, 2, 3])
def test_two_loops_multiply_with_the_matrix_that_they_never_form(count):
    pairs = STEPS[:count], CHANGES[:count]
    M = bfgs(*pairs)
    for g in np.random.default_rng(4).normal(size=(5, 4)):
        assert_close(two_loop(g, *pairs), M @ g)
    assert np.linalg.eigvalsh(M).min() > 0
    # SciPy's own product begins with the identity: scale it so that both begin alike.
    scale = (pairs[0][-1] @ pairs[1][-1]) / (pairs[1][-1] @ pairs[1][-1])
    theirs = LbfgsInvHessProduct(pairs[0] / math.sqrt(scale), pairs[1] * math.sqrt(scale))
    assert_close(two_loop(g, *pairs), scale * theirs.matvec(g))


@pytest.mark.equation("eq-secant", by="ae_course.full_batch.two_loop")
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_last_step_is_what_the_estimate_makes_of_the_last_change(count):
    pairs = STEPS[:count], CHANGES[:count]
    assert_close(two_loop(CHANGES[count - 1], *pairs), STEPS[count - 1])


def test_without_pairs_the_direction_is_the_gradient_and_nothing_is_changed():
    g = START.copy()
    found = two_loop(g, [], [])
    assert found.tolist() == g.tolist()
    two_loop(g, STEPS, CHANGES)
    assert g.tolist() == START.tolist()


def test_a_pair_without_curvature_is_named():
    with pytest.raises(ValueError, match=r"a pair has step · change -.*, wanted a positive number"):
        two_loop(START, STEPS, -CHANGES)
    with pytest.raises(ValueError, match=r"wanted a positive number"):
        two_loop(START, STEPS, CHANGES * [[1], [-1], [1]])
    with pytest.raises(ValueError, match=r"a pair has step · change 0, wanted a positive number"):
        two_loop(START, STEPS, CHANGES * [[1], [1], [0]])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("place", range(3))
def test_a_pair_that_is_not_finite_is_named_wherever_it_stands(bad, place):
    changes = CHANGES.copy()
    changes[place] = np.sign(STEPS[place]) * bad
    with pytest.raises(ValueError, match=rf"a pair has step · change {bad:g}, wanted a positive"):
        two_loop(START, STEPS, changes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((START, STEPS, CHANGES[:2]), "there are 3 steps and 2 changes"),
        ((np.eye(4), STEPS, CHANGES), r"the gradient has shape \(4, 4\), wanted \(size,\)"),
        ((START[:1], STEPS, CHANGES), r"a step has shape \(4,\), wanted \(1,\)"),
        ((START, STEPS, CHANGES[:, :1]), r"a change has shape \(1,\), wanted \(4,\)"),
    ],
)
def test_vectors_that_do_not_belong_together_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        two_loop(*arguments)


def rosenbrock(w):
    return rosen(w), rosen_der(w)


def test_l_bfgs_finds_the_bottom_of_a_curved_valley():
    seen = []
    found, reason = lbfgs(
        rosenbrock, np.zeros(4), iterations=200, callback=lambda w: seen.append(w)
    )
    np.testing.assert_allclose(found, 1, atol=1e-6)
    assert reason.startswith("converged")
    assert (seen[-1] == found).all()


def test_more_pairs_make_l_bfgs_faster():
    def value(pairs):
        return rosen(lbfgs(rosenbrock, np.zeros(4), iterations=25, pairs=pairs)[0])

    assert value(8) < value(1) / 10


def test_l_bfgs_says_that_its_iterations_are_done():
    start, seen = np.zeros(4), []
    found, reason = lbfgs(rosenbrock, start, iterations=3, callback=lambda w: seen.append(w.copy()))
    assert reason == "all iterations are done"
    assert len(seen) == 3
    assert (found == seen[-1]).all()
    assert not start.any()


def test_l_bfgs_says_that_no_step_helps_when_the_gradient_is_wrong():
    found, reason = lbfgs(lambda w: (rosen(w), -rosen_der(w)), np.zeros(4), iterations=50)
    assert reason.startswith("the line search finds no lower value")
    assert rosen(found) <= rosen(np.zeros(4))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"iterations": 0}, "iterations is 0, wanted a whole number, 1 or more"),
        ({"iterations": 2, "pairs": 0}, "pairs is 0, wanted"),
        ({"iterations": 2, "tolerance": 0}, "the tolerance is 0, wanted a positive number"),
    ],
)
def test_a_setting_of_l_bfgs_out_of_range_is_named(setting, message):
    with pytest.raises(ValueError, match=message):
        lbfgs(rosenbrock, np.zeros(4), **setting)


@pytest.mark.parametrize(
    "f",
    [
        lambda w: (np.nan, w),
        lambda w: (w @ w, w * np.nan),
        lambda w: (w @ w, 2 * w) if w @ w > 3.9 else (np.inf, 2 * w),
    ],
)
def test_l_bfgs_does_not_go_on_where_the_function_is_not_finite(f):
    with pytest.raises(ArithmeticError, match=r"f is .* or its gradient not finite"):
        lbfgs(f, np.ones(4), iterations=9)


@pytest.mark.parametrize("gradient", [1.0, np.ones(3), np.ones((1, 4))])
def test_l_bfgs_names_a_gradient_of_another_shape(gradient):
    with pytest.raises(ValueError, match=r"the gradient has shape .*, wanted \(4,\)"):
        lbfgs(lambda w: (w @ w, gradient), np.ones(4), iterations=3)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (np.ones((2, 2)), r"start has shape \(2, 2\), wanted \(size,\)"),
        (np.ones(0), r"start has shape \(0,\), wanted"),
        (np.array([1, np.nan, 1, 1]), r"start\[1\] is nan"),
    ],
)
def test_a_start_of_l_bfgs_that_is_no_vector_of_numbers_is_named(start, message):
    with pytest.raises(ValueError, match=message):
        lbfgs(rosenbrock, start, iterations=3)


DECAYED = CROSS + 0.01 * weight_decay


def test_minimising_ends_where_the_gradient_vanishes():
    found, history = minimize(NET, DECAYED, PARAMS, X, iterations=2000, tolerance=1e-7)
    assert np.abs(DECAYED.gradient(NET, found, X).vector).max() < 1e-6
    assert history.stopped.startswith(("converged", "the line search"))
    assert min(history.objective) >= DECAYED.value(NET, found, X) - 1e-9


def test_minimising_agrees_with_scipy_s_other_method():
    def f(vector):
        value, gradient = DECAYED.value_and_gradient(NET, PARAMS.like(vector), X, TARGET)
        return value, gradient.vector

    found, _ = minimize(NET, DECAYED, PARAMS, X, TARGET, iterations=3000)
    wanted = optimize.minimize(f, found.vector + 1e-3, jac=True, method="BFGS")
    np.testing.assert_allclose(f(found.vector)[0], wanted.fun, rtol=1e-7)


def test_minimising_leaves_what_it_was_given_and_measures_every_iteration():
    params = PARAMS.copy()
    metrics = {"J": lambda p: DECAYED.value(NET, p, X)}
    found, history = minimize(NET, DECAYED, params, X, iterations=5, metrics=metrics)
    assert (params.vector == PARAMS.vector).all()
    assert not np.shares_memory(found.vector, params.vector)
    assert len(history.metrics["J"]) == len(history.passes) == 6
    assert history.metrics["J"][0] == DECAYED.value(NET, PARAMS, X) == history.objective[0]
    assert history.metrics["J"][-1] == DECAYED.value(NET, found, X)
    assert all(b < a for a, b in itertools.pairwise(history.metrics["J"]))
    assert history.stopped == "all iterations are done"


def test_minimising_keeps_the_objective_in_its_state():
    J = CROSS + running_kl_sparsity(0.2, 0.5, estimate=[0.2, 0.3, 0.4])
    found, history = minimize(NET, J, PARAMS, X, iterations=5)
    assert history.objective[0] == J.value(NET, PARAMS, X)
    assert J.value(NET, found, X) < J.value(NET, PARAMS, X)


def test_float32_is_refused_by_l_bfgs():
    with pytest.raises(TypeError, match="the parameters are float32, L-BFGS needs float64"):
        minimize(NET, CROSS, PARAMS.astype(np.float32), X, iterations=2)


def test_an_objective_that_is_not_finite_stops_l_bfgs():
    net = Autoencoder.folded(5, 3, hidden=identity, output=identity)
    huge = PARAMS.like(PARAMS.vector * 1e200)
    with pytest.raises(DivergenceError, match="in evaluation 1: the objective is inf") as caught:
        minimize(net, reconstruction(squared_error), huge, X, iterations=3)
    assert (caught.value.params.vector == huge.vector).all()
    assert caught.value.history.passes == [0.0]


@pytest.mark.parametrize("iterations", [0, 1.5, None])
def test_a_number_of_iterations_that_is_none_is_named(iterations):
    with pytest.raises(ValueError, match=r"iterations is .*, wanted a whole number, 1 or more"):
        minimize(NET, CROSS, PARAMS, X, iterations=iterations)


def test_samples_that_are_not_finite_are_named_by_l_bfgs_too():
    with pytest.raises(ValueError, match=r"X\[0, 1\] is nan"):
        minimize(NET, CROSS, PARAMS, np.array([[0, np.nan, 0, 0, 0.0]]), iterations=1)
