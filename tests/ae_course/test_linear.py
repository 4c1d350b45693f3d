"""The least that a linear autoencoder can lose, and how it gets there."""

import itertools

import numpy as np
import pytest
from helpers import assert_close, orthogonal, samples, spread
from scipy.linalg import subspace_angles
from scipy.optimize import minimize

from ae_course.activations import identity, tanh
from ae_course.autoencoder import Autoencoder
from ae_course.linear import (
    critical_point,
    decay_bound,
    decayed_singular_values,
    linear_error,
    output_components,
    pca_bound,
    principal_directions,
    projection_error,
    saddle_index,
    variance_missed,
)
from ae_course.losses import squared_error
from ae_course.moments import covariance
from ae_course.objective import reconstruction, weight_decay
from ae_course.pca import PCA

E = reconstruction(squared_error)
VARIANCES = np.array([4.0, 2.0, 1.0, 0.5, 0.25])
X = spread(VARIANCES)
FITTED = PCA.fit(X)
MEAN, PHI = covariance(X)


def linear(D, k):
    return Autoencoder.folded(D, k, hidden=identity, output=identity)


def minimum(net, J, X, seed=0):
    """Minimise J from a random start, by a method that knows nothing of eigenvalues."""
    start = net.init(np.random.default_rng(seed))

    def f(vector):
        value, gradient = J.value_and_gradient(net, start.like(vector), X)
        return value, gradient.vector.copy()

    options = {"maxiter": 3000, "maxfun": 6000, "ftol": 1e-15, "gtol": 1e-9}
    found = minimize(f, start.vector, jac=True, method="L-BFGS-B", options=options)
    return start.like(found.x), float(found.fun)


def hessian(net, params, X, step=1e-5):
    def column(i):
        up, down = params.copy(), params.copy()
        up.vector[i] += step
        down.vector[i] -= step
        return (E.gradient(net, up, X).vector - E.gradient(net, down, X).vector) / (2 * step)

    return np.array([column(i) for i in range(params.vector.size)])


# The bound


@pytest.mark.equation("eq-linear-error", by="ae_course.linear.linear_error")
@pytest.mark.parametrize("k", [1, 3, 7])
def test_the_error_depends_on_the_mean_and_the_covariance_alone(k):
    net = linear(5, k)
    params = net.init(np.random.default_rng(0))
    params.vector[:] = np.random.default_rng(1).normal(size=params.vector.size)
    parts = linear_error(params, MEAN, PHI)
    assert_close(sum(parts), E.value(net, params, X))
    # The same mean and covariance in other samples, four of them for every eigenvector.
    ways = np.sqrt(VARIANCES)[:, None] * FITTED.components * np.sqrt(5)
    other = MEAN + np.vstack([ways, -ways])
    assert_close(E.value(net, params, other), E.value(net, params, X))


@pytest.mark.equation("eq-linear-bias", by="ae_course.linear.linear_error")
def test_no_biases_are_better_than_those_that_fit_the_mean():
    rng, net = np.random.default_rng(0), linear(5, 2)
    params = net.init(rng)
    M = params["W2"] @ params["W1"]
    params["b1"] = rng.normal(size=2)
    params["b2"] = (np.eye(5) - M) @ MEAN - params["W2"] @ params["b1"]
    assert abs(linear_error(params, MEAN, PHI)[1]) < 1e-25
    gradient = E.gradient(net, params, X)
    np.testing.assert_allclose(gradient["b1"], 0, atol=1e-13)
    np.testing.assert_allclose(gradient["b2"], 0, atol=1e-13)
    best = E.value(net, params, X)
    # Regression of what M leaves over on a constant finds the same output bias, and the same error.
    rest = X - X @ M.T
    assert_close(best, 0.5 * np.square(rest - rest.mean(axis=0)).sum(axis=1).mean())


@pytest.mark.equation("eq-rank-condition", by="ae_course.linear.pca_bound")
@pytest.mark.parametrize("rank", [1, 2, 4])
def test_training_reaches_zero_from_the_rank_on_and_not_below(rank):
    data = spread([*VARIANCES[:rank], *[0] * (6 - rank)])
    for k in range(1, 7):
        _, least = minimum(linear(6, k), E, data)
        assert (least < 1e-9) == (k >= rank)
        assert (pca_bound(PCA.fit(data).eigenvalues)[k] < 1e-14) == (k >= rank)


@pytest.mark.equation("eq-ky-fan", by="ae_course.linear.variance_missed")
@pytest.mark.parametrize("k", [1, 2, 4, 5])
def test_a_plane_misses_what_the_identity_says(k):
    rng = np.random.default_rng(k)
    for _ in range(20):
        Q = orthogonal(rng, 5, rows=k).T
        shares = np.square(Q.T @ FITTED.components.T).sum(axis=0)
        caught = np.trace(Q.T @ PHI @ Q)
        missed = variance_missed(VARIANCES, shares, k)
        np.testing.assert_allclose(VARIANCES[:k].sum() - caught, missed, atol=1e-12)
        assert missed >= -1e-12
    ones = (np.arange(5) < k).astype(float)
    assert variance_missed(VARIANCES, ones, k) == 0


@pytest.mark.equation("eq-pca-bound", by="ae_course.linear.pca_bound")
def test_the_bound_is_what_pca_loses_for_every_k():
    bound = pca_bound(FITTED.eigenvalues)
    assert bound.shape == (6,)
    for k in range(1, 6):
        lost = X - FITTED.first(k).reconstruct(X)
        np.testing.assert_allclose(bound[k], 0.5 * np.square(lost).sum(axis=1).mean(), atol=1e-14)
    assert_close(bound[0], 0.5 * np.square(X - X.mean(axis=0)).sum(axis=1).mean())
    assert bound[5] == 0


@pytest.mark.parametrize("k", [1, 2, 3])
def test_training_ends_at_the_bound(k):
    params, least = minimum(linear(5, k), E, X)
    np.testing.assert_allclose(least, pca_bound(VARIANCES)[k], rtol=1e-8)
    assert subspace_angles(params["W2"], FITTED.components[:k].T).max() < 1e-3


def test_no_code_does_better_with_a_linear_decoder():
    rng = np.random.default_rng(0)
    for k in (1, 2, 3):
        for f in (np.tanh, np.sign, lambda u: np.maximum(u, 0)):
            codes = np.column_stack([f(X @ rng.normal(size=(5, k))), np.ones(40)])
            rest = X - codes @ np.linalg.lstsq(codes, X)[0]
            assert 0.5 * np.square(rest).sum(axis=1).mean() > pca_bound(VARIANCES)[k]
    net = Autoencoder.folded(5, 2, hidden=tanh, output=identity)
    least = minimum(net, E, X)[1]
    assert pca_bound(VARIANCES)[2] < least < 1.2 * pca_bound(VARIANCES)[2]


@pytest.mark.equation("eq-linear-optimum", by="ae_course.linear.critical_point")
@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_optimum_is_the_subspace_in_any_basis(k):
    rng = np.random.default_rng(k)
    A, net = rng.normal(size=(k, k)), linear(5, k)
    params = critical_point(FITTED, range(k), A)
    U_k = FITTED.components[:k].T
    assert_close(params["W2"], U_k @ A)
    assert_close(params["W1"] @ PHI, np.linalg.inv(A) @ U_k.T @ PHI)
    assert_close(E.value(net, params, X), pca_bound(VARIANCES)[k])
    assert_close(net.reconstruct(params, X), FITTED.first(k).reconstruct(X))


def test_trained_weights_have_the_form_of_the_optimum_and_are_not_the_components():
    params, _ = minimum(linear(5, 2), E, X)
    U_2 = FITTED.components[:2].T
    A = U_2.T @ params["W2"]
    np.testing.assert_allclose(params["W2"], U_2 @ A, atol=1e-4)
    np.testing.assert_allclose(params["W1"], np.linalg.inv(A) @ U_2.T, atol=1e-3)
    alike = np.abs(U_2.T @ (params["W2"] / np.linalg.norm(params["W2"], axis=0)))
    assert alike.max(axis=0).min() < 0.95  # not every feature is a component


def test_where_no_sample_goes_the_encoder_is_free():
    flat = spread([2, 1, 0.5, 0], seed=1)
    fitted, net = PCA.fit(flat), linear(4, 2)
    params = critical_point(fitted, [0, 1])
    before = E.value(net, params, flat)
    params["W1"] += np.outer([3.0, -2.0], fitted.components[3])
    params["b2"] -= params["W2"] @ np.array([3.0, -2.0]) * (fitted.components[3] @ fitted.mean)
    assert_close(E.value(net, params, flat), before)
    assert_close(before, pca_bound(fitted.eigenvalues)[2])


# The problem of the slides


def solve_slides_problem(data, k, seed):
    rng, D = np.random.default_rng(seed), data.shape[1]

    def f(vector):
        return projection_error(data, vector[:D], vector[D:].reshape(k, D)) / len(data)

    start = rng.normal(size=D + k * D) * 0.5
    found = minimize(f, start, method="BFGS", options={"gtol": 1e-7})
    return found.x[:D], found.x[D:].reshape(k, D)


@pytest.mark.equation("eq-slides-problem", by="ae_course.linear.projection_error")
def test_the_slides_error_is_a_sum_without_a_half_of_a_tied_autoencoder():
    rng = np.random.default_rng(0)
    xi, Gamma = rng.normal(size=5), rng.normal(size=(2, 5))
    by_loop = sum(np.linalg.norm((x - xi) - Gamma.T @ (Gamma @ (x - xi))) ** 2 for x in X)
    assert_close(projection_error(X, xi, Gamma), by_loop)
    net = linear(5, 2)
    params = net.init(rng)
    params["W1"], params["b1"], params["W2"], params["b2"] = Gamma, -Gamma @ xi, Gamma.T, xi
    assert_close(projection_error(X, xi, Gamma), 2 * 40 * E.value(net, params, X))


@pytest.mark.equation("eq-slides-optimum", by="ae_course.linear.projection_error")
@pytest.mark.parametrize("k", [1, 2])
def test_every_solution_of_the_slides_problem_has_orthonormal_rows_by_itself(k):
    U_k, origins = FITTED.components[:k].T, []
    for seed in range(3):
        xi, Gamma = solve_slides_problem(X, k, seed)
        np.testing.assert_allclose(Gamma.T @ Gamma, U_k @ U_k.T, atol=1e-4)
        np.testing.assert_allclose(Gamma @ Gamma.T, np.eye(k), atol=1e-4)
        off = xi - MEAN
        np.testing.assert_allclose(off - U_k @ (U_k.T @ off), 0, atol=1e-4)
        origins.append(U_k.T @ off)
        least = 40 * VARIANCES[k:].sum()
        np.testing.assert_allclose(projection_error(X, xi, Gamma), least, rtol=1e-7)
        moved = MEAN + U_k @ np.full(k, 9.0)
        assert_close(projection_error(X, moved, U_k.T), least)
    assert np.ptp(origins, axis=0).max() > 0.1  # each start ends at an origin of its own


# The components


@pytest.mark.equation("eq-output-covariance", by="ae_course.linear.output_components")
@pytest.mark.parametrize("k", [1, 3, 5])
def test_at_the_optimum_the_outputs_have_the_components_without_any_decay(k):
    A = np.random.default_rng(k).normal(size=(k, k))
    params = critical_point(FITTED, range(k), A)
    codes = X @ params["W1"].T + np.arange(k)
    Phi_Y = covariance(codes)[1]
    U_k = FITTED.components[:k].T
    outputs = params["W2"] @ Phi_Y @ params["W2"].T
    np.testing.assert_allclose(outputs, U_k * VARIANCES[:k] @ U_k.T, atol=1e-10)
    found, variances = output_components(params["W2"], Phi_Y)
    np.testing.assert_allclose(found, FITTED.components[:k], atol=1e-8)
    np.testing.assert_allclose(variances, VARIANCES[:k], rtol=1e-10)


def test_the_components_of_a_network_that_descent_has_trained():
    params, _ = minimum(linear(5, 3), E, X)
    found, variances = output_components(params["W2"], covariance(X @ params["W1"].T)[1])
    np.testing.assert_allclose(found, FITTED.components[:3], atol=1e-3)
    np.testing.assert_allclose(variances, VARIANCES[:3], rtol=1e-4)
    by_svd = principal_directions(params["W2"])[0]
    assert np.abs((by_svd * FITTED.components[:3]).sum(axis=1)).min() < 0.95  # weights alone


def test_codes_and_decoder_have_to_fit():
    with pytest.raises(ValueError, match=r"W_ has shape \(5, 2\), wanted \(5, 3\)"):
        output_components(np.ones((5, 2)), np.eye(3))
    with pytest.raises(ValueError, match="Phi_Y is not symmetric"):
        output_components(np.ones((5, 2)), [[1, 2], [3, 4]])
    assert output_components(np.ones((2, 5)), np.eye(5))[0].shape == (2, 2)


# Critical points

KEPT = [I for r in range(3) for I in itertools.combinations(range(4), r)]


@pytest.mark.equation("eq-critical-points", by="ae_course.linear.critical_point")
@pytest.mark.parametrize("kept", KEPT, ids=str)
def test_any_set_of_components_is_a_critical_point(kept):
    data, net = spread(VARIANCES[:4]), linear(4, 2)
    A = np.random.default_rng(5).normal(size=(2, 2))
    params = critical_point(PCA.fit(data), kept, A)
    U_I = PCA.fit(data).components[list(kept)].T
    np.testing.assert_allclose(params["W2"] @ params["W1"], U_I @ U_I.T, atol=1e-12)
    np.testing.assert_allclose(E.gradient(net, params, data).vector, 0, atol=1e-12)
    dropped = [d for i, d in enumerate(VARIANCES[:4]) if i not in kept]
    assert_close(E.value(net, params, data), 0.5 * sum(dropped))


@pytest.mark.parametrize("seed", range(6))
def test_where_descent_comes_to_rest_the_weights_are_such_a_point(seed):
    data, net = spread(VARIANCES[:4]), linear(4, 2)
    fitted = PCA.fit(data)
    start = critical_point(fitted, KEPT[seed + 1], np.eye(2))
    start.vector[:] += 0.05 * np.random.default_rng(seed).normal(size=start.vector.size)

    def steepness(vector):
        return float(np.square(E.gradient(net, start.like(vector), data).vector).sum())

    rest = start.like(minimize(steepness, start.vector, method="BFGS", options={"gtol": 1e-12}).x)
    M = fitted.components @ rest["W2"] @ rest["W1"] @ fitted.components.T
    assert np.abs(E.gradient(net, rest, data).vector).max() < 1e-5
    np.testing.assert_allclose(M, np.diag(np.round(np.diag(M))), atol=1e-3)
    assert set(np.round(np.diag(M)).tolist()) <= {0.0, 1.0}


@pytest.mark.equation("eq-saddle-index", by="ae_course.linear.saddle_index")
@pytest.mark.parametrize("kept", KEPT, ids=str)
def test_the_hessian_leads_down_in_as_many_directions_as_the_formula_says(kept):
    data, net = spread(VARIANCES[:4]), linear(4, 2)
    A = np.random.default_rng(6).normal(size=(2, 2))
    curvatures = np.linalg.eigvalsh(hessian(net, critical_point(PCA.fit(data), kept, A), data))
    found = int((curvatures < -1e-6).sum())
    assert found == saddle_index(VARIANCES[:4], kept, 2)
    assert (found == 0) == (kept == (0, 1))
    r = len(kept)
    flat = r**2 + 2 * r * (2 - r) + 2  # the freedom of A, idle units, and b for b~
    assert int((np.abs(curvatures) < 1e-6).sum()) == flat


def test_where_the_covariance_is_singular_the_saddles_are_those_within_the_span():
    data = np.hstack([spread([4.0, 2.0, 1.0]), np.zeros((40, 2))])
    fitted, net = PCA.fit(data), linear(5, 2)
    assert fitted.rank == 3
    for kept in [(), (1,), (0, 1), (0, 2), (1, 2)]:
        params = critical_point(fitted, kept, np.eye(2))
        if len(kept) < 2:
            params["W2"][:, 1] += [
                0,
                0,
                0,
                0.7,
                -0.3,
            ]  # an idle unit outside
        np.testing.assert_allclose(E.gradient(net, params, data).vector, 0, atol=1e-12)
        found = int((np.linalg.eigvalsh(hessian(net, params, data)) < -1e-6).sum())
        assert found == saddle_index([4, 2, 1], kept, 2)


# Weight decay


@pytest.mark.equation("eq-decay-bound", by="ae_course.linear.decay_bound")
@pytest.mark.parametrize("decay", [0.1, 0.7, 3.0])
@pytest.mark.parametrize("k", [1, 3])
def test_training_with_decay_ends_at_its_bound(k, decay):
    least = min(minimum(linear(5, k), E + decay * weight_decay, X, seed)[1] for seed in (0, 1))
    np.testing.assert_allclose(least, decay_bound(VARIANCES, k, decay), rtol=1e-8)


def test_no_weights_are_below_the_bound_with_decay():
    rng, net = np.random.default_rng(0), linear(5, 2)
    J = E + 0.7 * weight_decay
    params = net.init(rng)
    for scale in np.linspace(0.05, 1.5, 100):
        params["W1"], params["W2"] = (
            scale * rng.normal(size=(2, 5)),
            scale * rng.normal(size=(5, 2)),
        )
        params["b2"] = (np.eye(5) - params["W2"] @ params["W1"]) @ MEAN
        assert J.value(net, params, X) >= decay_bound(VARIANCES, 2, 0.7)


@pytest.mark.equation("eq-decay-optimum", by="ae_course.linear.decayed_singular_values")
@pytest.mark.parametrize("decay", [0.2, 0.7])
def test_decay_ties_the_weights_and_its_singular_vectors_are_the_components(decay):
    params, _ = minimum(linear(5, 4), E + decay * weight_decay, X)
    s = decayed_singular_values(VARIANCES, decay)[:4]
    alive = VARIANCES[:4] > decay
    np.testing.assert_allclose(params["W1"], params["W2"].T, atol=1e-4)
    found, singular = principal_directions(params["W2"])
    np.testing.assert_allclose(singular, s, atol=3e-3)
    np.testing.assert_allclose(found[alive], FITTED.components[:4][alive], atol=1e-3)
    np.testing.assert_allclose(decay / (1 - singular[alive] ** 2), VARIANCES[:4][alive], rtol=1e-3)


def test_the_gradient_vanishes_at_the_optimum_with_decay():
    decay, net = 0.4, linear(5, 4)
    s = decayed_singular_values(VARIANCES, decay)[:4]
    R = orthogonal(np.random.default_rng(0), 4)
    W_ = FITTED.components[:4].T * s @ R.T
    params = net.init(np.random.default_rng(0))
    params["W1"], params["W2"], params["b1"] = W_.T, W_, -W_.T @ MEAN
    params["b2"] = MEAN
    J = E + decay * weight_decay
    np.testing.assert_allclose(J.gradient(net, params, X).vector, 0, atol=1e-12)
    assert_close(J.value(net, params, X), decay_bound(VARIANCES, 4, decay))


def test_a_variance_below_the_decay_is_switched_off():
    found = decayed_singular_values([4, 1, 0.5, 0], 1.0)
    assert_close(found, [np.sqrt(3) / 2, 0, 0, 0])


def test_without_decay_the_bound_is_that_of_pca():
    assert_close(decay_bound(VARIANCES, 2, 1e-12), pca_bound(VARIANCES)[2])


# What is refused


@pytest.mark.parametrize("k", [0, 6, -1, 2.0, True])
def test_a_number_of_components_out_of_range_is_named(k):
    with pytest.raises(ValueError, match=r"k is .*, wanted a whole number, 1 to 5"):
        decay_bound(VARIANCES, k, 1)


def test_samples_of_another_width_are_named():
    with pytest.raises(ValueError, match="X has 4 columns, the matrix Gamma takes 5"):
        projection_error(samples(3, 4), np.zeros(5), np.zeros((2, 5)))


@pytest.mark.parametrize(
    ("eigenvalues", "message"),
    [
        ([1, 2], "the largest first"),
        ([1, -1], "none negative"),
        ([np.inf, 1], "the largest first"),
        ([np.nan, 1], "the largest first"),
        ([[2, 1]], r"shape \(1, 2\), wanted a row"),
        ([], r"shape \(0,\), wanted a row"),
    ],
    ids=str,
)
def test_what_is_no_spectrum_is_named(eigenvalues, message):
    for ask in (pca_bound, lambda d: decayed_singular_values(d, 1.0)):
        with pytest.raises(ValueError, match=message):
            ask(eigenvalues)


@pytest.mark.parametrize("decay", [0, -1, np.nan, np.inf, None])
def test_a_decay_that_is_not_positive_is_named(decay):
    with pytest.raises(ValueError, match=r"decay is .*, wanted a positive number"):
        decayed_singular_values(VARIANCES, decay)


@pytest.mark.parametrize(
    ("kept", "A", "message"),
    [
        ([5], None, "number is 5, wanted a whole number, 0 to 4"),
        ([-1], None, "number is -1, wanted a whole number, 0 to 4"),
        ([1, 1], None, r"are \[1, 1\], wanted each only once"),
        ([0, 1], np.ones((2, 2)), r"A has rank 1, wanted an invertible matrix \(2, 2\)"),
        ([0, 1], np.ones((2, 3)), r"A has shape \(2, 3\), wanted a square matrix"),
        ([0, 1], np.eye(1), r"A has shape \(1, 1\), wanted 2 rows or more"),
        ([], None, "no component is kept and A is not given"),
    ],
    ids=str,
)
def test_a_critical_point_that_does_not_exist_is_named(kept, A, message):
    with pytest.raises(ValueError, match=message):
        critical_point(FITTED, kept, A)


def test_there_is_one_share_for_each_eigenvalue():
    with pytest.raises(ValueError, match=r"shares has shape \(2,\), wanted \(3,\)"):
        variance_missed([3, 2, 1], [1, 0], 1)


@pytest.mark.parametrize("shares", [[0.5, 0.5, 0.5], [2, 0, -1], [0, 0, 0]], ids=str)
def test_shares_of_no_subspace_are_named(shares):
    with pytest.raises(ValueError, match="wanted numbers from 0 to 1 with the sum 1"):
        variance_missed([3, 2, 1], shares, 1)


@pytest.mark.parametrize("xi", [0.0, np.zeros(1), np.zeros((40, 5))], ids=np.shape)
def test_an_origin_is_one_point(xi):
    with pytest.raises(ValueError, match=r"xi has shape .*, wanted \(5,\)"):
        projection_error(X, xi, np.eye(2, 5))


def test_what_is_not_finite_is_named():
    with pytest.raises(ValueError, match=r"xi\[0\] is nan"):
        projection_error(X, np.full(5, np.nan), np.eye(2, 5))
    with pytest.raises(ValueError, match=r"Gamma\[0, 0\] is nan"):
        projection_error(X, np.zeros(5), np.full((2, 5), np.nan))
    with pytest.raises(ValueError, match=r"W_\[0, 0\] is inf"):
        principal_directions(np.full((5, 2), np.inf))
    with pytest.raises(ValueError, match=r"A\[0, 0\] is nan"):
        critical_point(FITTED, [0], [[np.nan]])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("b2", 0.0, r"b2 has shape \(\), wanted \(5,\)"),
        ("b2", np.zeros(1), r"b2 has shape \(1,\), wanted \(5,\)"),
        ("b1", np.full(2, np.nan), r"b1\[0\] is nan"),
        ("W1", np.ones((2, 1)), r"W1 has shape \(2, 1\), wanted \(2, 5\)"),
        ("W2", np.ones((1, 2)), r"W2 has shape \(1, 2\), wanted \(5, 2\)"),
    ],
    ids=str,
)
def test_weights_that_do_not_fit_the_covariance_are_named(name, value, message):
    params = {**critical_point(FITTED, [0, 1]), name: value}
    with pytest.raises(ValueError, match=message):
        linear_error(params, MEAN, PHI)
    with pytest.raises(ValueError, match=r"the mean has shape \(4,\), wanted \(5,\)"):
        linear_error(critical_point(FITTED, [0, 1]), MEAN[:4], PHI)


def test_a_decoder_with_more_units_than_outputs_has_as_many_directions_as_outputs():
    directions, s = principal_directions(np.random.default_rng(0).normal(size=(2, 5)))
    assert directions.shape == (2, 2)
    assert s.shape == (2,)


def test_idle_units_alone_are_a_critical_point_too():
    params = critical_point(FITTED, [], np.eye(2))
    assert params["W1"].shape == (2, 5)
    assert not params["W1"].any()


@pytest.mark.parametrize("d", [[2, 2, 1], [2, 1, 0]], ids=str)
def test_the_count_is_for_different_and_positive_eigenvalues(d):
    with pytest.raises(ValueError, match="wanted different and positive ones"):
        saddle_index(d, [0], 1)


def test_more_components_than_units_are_named():
    with pytest.raises(ValueError, match="units is 1, wanted a whole number, 2 or more"):
        saddle_index(VARIANCES, [0, 1], 1)
