"""The sparse penalty is a divergence of mean activations, and it makes a code sparse."""

import itertools
import math

import numpy as np
import pytest
from helpers import assert_close, assert_slopes, drawn, samples
from scipy.stats import laplace
from sklearn.linear_model import Lasso

from ae_course.activations import identity, logistic, relu, tanh, top_k
from ae_course.autoencoder import Autoencoder
from ae_course.gradcheck import check_gradient
from ae_course.losses import cross_entropy, entropy, squared_error
from ae_course.objective import reconstruction, weight_decay
from ae_course.optimizers import Adam
from ae_course.sparsity import (
    dead_fraction,
    kl_divergence,
    kl_slope,
    kl_sparsity,
    l1_sparsity,
    lifetime_sparsity,
    population_sparsity,
    running_kl_sparsity,
    soft_threshold,
)
from ae_course.training import train

RHO_HAT = np.array([0.02, 0.1, 0.3, 0.5, 0.97])
NET = Autoencoder.folded(5, 4, 3)
PARAMS = drawn(NET)
X = samples(7, 5)


@pytest.mark.equation("eq-kl-penalty", by="ae_course.sparsity.kl_divergence")
@pytest.mark.parametrize("rho", [0.05, 0.3, 0.8])
def test_the_divergence_is_its_formula(rho):
    wanted = [rho * math.log(rho / r) + (1 - rho) * math.log((1 - rho) / (1 - r)) for r in RHO_HAT]
    assert_close(kl_divergence(rho, RHO_HAT), wanted)


def test_the_divergence_is_positive_except_where_both_agree():
    assert (kl_divergence(0.2, RHO_HAT) > 0).all()
    assert_close(kl_divergence(RHO_HAT, RHO_HAT), np.zeros(5))


def test_the_divergence_is_no_distance_for_it_is_not_symmetric():
    assert abs(kl_divergence(0.1, np.array(0.5)) - kl_divergence(0.5, np.array(0.1))) > 0.1


@pytest.mark.equation("eq-kl-slope", by="ae_course.sparsity.kl_slope")
def test_the_slope_of_the_divergence_is_what_differences_say():
    assert_slopes(kl_slope(0.2, RHO_HAT), lambda r: kl_divergence(0.2, r).sum(), RHO_HAT)
    assert kl_slope(0.2, np.array(0.2)) == 0
    assert_close(kl_slope(0.2, RHO_HAT), (RHO_HAT - 0.2) / (RHO_HAT * (1 - RHO_HAT)))
    assert_close(kl_slope(0.2, RHO_HAT), -0.2 / RHO_HAT + 0.8 / (1 - RHO_HAT))


@pytest.mark.equation("eq-kl-curvature", by="ae_course.sparsity.kl_slope")
@pytest.mark.parametrize("rho", [0.05, 0.3, 0.8])
def test_the_divergence_is_convex(rho):
    curvature = rho / RHO_HAT**2 + (1 - rho) / (1 - RHO_HAT) ** 2
    assert_slopes(curvature, lambda r: kl_slope(rho, r).sum(), RHO_HAT)
    assert (curvature > 0).all()


@pytest.mark.equation("eq-kl-parabola", by="ae_course.sparsity.kl_divergence")
@pytest.mark.parametrize("rho", [0.05, 0.3, 0.8])
def test_near_its_target_the_divergence_is_a_parabola(rho):
    def rest(step):
        found = kl_divergence(rho, np.array([rho - step, rho + step]))
        return np.abs(found - step**2 / (2 * rho * (1 - rho)))

    coarse, fine = rest(0.004), rest(0.002)
    assert (coarse < 0.1 * 0.004**2 / (2 * rho * (1 - rho))).all()
    np.testing.assert_allclose(coarse / fine, 8, rtol=0.15)  # of third order


@pytest.mark.parametrize("rho", [0.05, 0.3])
def test_the_divergence_grows_beyond_all_bounds_at_both_ends(rho):
    towards_0, towards_1 = 10.0 ** np.arange(-3, -300, -50), 1 - 2.0 ** np.arange(-9, -53, -8)
    for ends in (towards_0, towards_1):
        assert (np.diff(kl_divergence(rho, ends)) > 1).all()


@pytest.mark.equation("eq-kl-split", by="ae_course.sparsity.kl_divergence")
def test_the_cross_entropy_is_the_entropy_plus_the_divergence_of_every_pixel():
    x, u = samples(6, 5), np.random.default_rng(1).normal(size=(6, 5))
    x_hat = 1 / (1 + np.exp(-u))
    e = -(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)).sum(axis=1)
    H = -(x * np.log(x) + (1 - x) * np.log(1 - x)).sum(axis=1)
    assert_close(kl_divergence(x, x_hat).sum(axis=1), e - H)
    assert_close(cross_entropy.errors(u, logistic(u), x) - entropy(x), e - H)


@pytest.mark.equation("eq-mean-activation", by="ae_course.sparsity.KLSparsity")
@pytest.mark.equation("eq-sparse-objective", by="ae_course.sparsity.KLSparsity")
def test_the_objective_is_error_plus_decay_plus_the_penalty_of_the_means():
    J = reconstruction(squared_error) + 0.1 * weight_decay + 3 * kl_sparsity(0.05, layer=2)
    Y, x_hat = NET.encode(PARAMS, X), NET.reconstruct(PARAMS, X)
    rho_hat = [sum(Y[n, j] for n in range(7)) / 7 for j in range(3)]
    decay = sum((PARAMS[f"W{l}"] ** 2).sum() for l in (1, 2, 3, 4)) / 2
    kl = sum(0.05 * math.log(0.05 / r) + 0.95 * math.log(0.95 / (1 - r)) for r in rho_hat)
    wanted = ((x_hat - X) ** 2).sum() / 2 / 7 + 0.1 * decay + 3 * kl
    assert_close(J.value(NET, PARAMS, X), wanted)


@pytest.mark.equation("eq-sparse-pull", by="ae_course.sparsity.KLSparsity")
def test_every_sample_s_output_feels_the_same_slope_divided_by_their_number():
    Y = NET.encode(PARAMS, X)

    def penalty(Y):
        return 3 * kl_divergence(0.05, Y.mean(axis=0)).sum()

    ((weight, term),) = (3 * kl_sparsity(0.05, layer=2)).parts
    (s,) = term.grad_outputs(kl_sparsity(0.05).forward(NET, PARAMS, X)).values()
    assert_slopes(np.tile(weight * s, (7, 1)), penalty, Y)


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_the_penalty_sums_the_divergence_of_each_unit_s_mean_activation(layer):
    y = NET.forward(PARAMS, X).y[layer]
    rho_hat = [sum(column) / 7 for column in y.T]
    wanted = sum(float(kl_divergence(0.1, np.array(r))) for r in rho_hat)
    assert_close(kl_sparsity(0.1, layer).value(NET, PARAMS, X), wanted)


def test_a_constant_code_has_no_penalty_however_many_units_are_on():
    params = NET.init(np.random.default_rng(0), draw=lambda rng, units, inputs: 0.0)
    params["b2"] = math.log(0.2 / 0.8)
    J = kl_sparsity(0.2, layer=2)
    np.testing.assert_allclose(NET.encode(params, X), 0.2)
    assert abs(J.value(NET, params, X)) < 1e-14
    np.testing.assert_allclose(J.gradient(NET, params, X).vector, 0, atol=1e-14)


def test_the_penalty_brings_the_mean_activation_to_rho():
    net, rng = Autoencoder.folded(5, 8), np.random.default_rng(0)
    J = reconstruction(cross_entropy) + 10 * kl_sparsity(0.1)
    params, *_ = train(
        net, J, net.init(rng), samples(100), epochs=60, rng=rng, optimizer=Adam(0.05)
    )
    np.testing.assert_allclose(net.encode(params, samples(100)).mean(axis=0), 0.1, atol=0.02)


@pytest.mark.parametrize("state", [None, (0.1, 0.4, 0.7), (1e-6, 0.5, 0.999)], ids=str)
@pytest.mark.parametrize("alpha", [0, 0.9])
def test_the_gradient_of_the_running_penalty_is_right_in_any_state(state, alpha):
    J = reconstruction(cross_entropy) + 2 * running_kl_sparsity(0.1, alpha, 2, state)
    check_gradient(NET, J, PARAMS, X, tolerance=1e-6)


def test_the_running_estimate_is_the_weighted_mean_of_the_batches():
    batches = [samples(7, 5, seed=seed) for seed in range(4)]
    means = [NET.encode(PARAMS, batch).mean(axis=0) for batch in batches]
    J, found = running_kl_sparsity(0.1, 0.8, layer=2), []
    for batch in batches:
        found.append(J.value(NET, PARAMS, batch))
        J = J.next_state(J.forward(NET, PARAMS, batch))
    weights = [0.8**3, 0.2 * 0.8**2, 0.2 * 0.8, 0.2]
    rho_hat = sum(w * mean for w, mean in zip(weights, means, strict=True))
    assert_close(J.parts[0][1].estimate, rho_hat)
    assert_close(found[-1], kl_divergence(0.1, rho_hat).sum())
    assert_close(found[0], kl_divergence(0.1, means[0]).sum())


def after(batches, alpha, estimate):
    """What the package estimates after batches whose code units put out `batches` (steps, B)."""
    net = Autoencoder.folded(1, 1)
    params = net.init(np.random.default_rng(0))
    params["W1"], params["b1"] = 1, 0
    J = running_kl_sparsity(0.1, alpha, estimate=estimate)
    for y in np.asarray(batches):
        J = J.next_state(J.forward(net, params, np.log(y / (1 - y))[:, None]))
    return J.parts[0][1].estimate[0]


@pytest.mark.equation("eq-running-estimate", by="ae_course.sparsity.RunningKLSparsity.average")
def test_one_batch_moves_the_estimate_by_its_share():
    assert_close(after([[0.5, 0.7]], 0.9, [0.2]), 0.9 * 0.2 + 0.1 * (0.5 + 0.7) / 2)


@pytest.mark.equation("eq-running-sum", by="ae_course.sparsity.RunningKLSparsity")
@pytest.mark.parametrize("start", [0.0, 0.4])
def test_the_estimate_is_a_geometric_sum_and_forgets_its_start(start):
    means = np.random.default_rng(0).uniform(0.1, 0.9, 6)
    shares = [0.3 * 0.7 ** (6 - k) for k in range(1, 7)]
    wanted = 0.7**6 * start + sum(a * m for a, m in zip(shares, means, strict=True))
    assert_close(after(means[:, None], 0.7, [start]), wanted)
    steady = after(np.full((6, 2), 0.25), 0.7, [0.0])
    assert_close(steady / (1 - 0.7**6), 0.25)


@pytest.mark.equation("eq-running-noise", by="ae_course.sparsity.RunningKLSparsity")
@pytest.mark.parametrize("alpha", [0, 0.5, 0.8])
def test_independent_noise_is_averaged_down(alpha):
    # Of independent summands the variances add up. The response to one batch alone gives its share.
    flat = np.full((80, 1), 0.5)
    shares = []
    for k in range(80):
        one = flat.copy()
        one[k] += 0.1
        shares.append((after(one, alpha, [0.5]) - 0.5) / 0.1)
    variance = sum(share**2 for share in shares)
    np.testing.assert_allclose(variance, (1 - alpha) / (1 + alpha), rtol=1e-6)


@pytest.mark.equation("eq-running-lag", by="ae_course.sparsity.RunningKLSparsity")
@pytest.mark.parametrize("alpha", [0, 0.5, 0.8])
def test_the_estimate_of_a_drifting_mean_lags_behind(alpha):
    means = 0.1 + 0.005 * np.arange(120)
    lag = means[-1] - after(means[:, None], alpha, [0.1])
    np.testing.assert_allclose(lag, 0.005 * alpha / (1 - alpha), rtol=1e-6, atol=1e-12)


@pytest.mark.equation("eq-kl-jensen", by="ae_course.sparsity.RunningKLSparsity")
def test_the_penalty_of_a_batch_mean_is_too_large_on_average():
    batches = [X[list(chosen)] for chosen in itertools.combinations(range(7), 3)]
    for rho in (0.05, 0.3, 0.9):
        J = running_kl_sparsity(rho, 0, layer=2)
        noisy = sum(J.value(NET, PARAMS, batch) for batch in batches) / len(batches)
        whole = NET.encode(PARAMS, X).mean(axis=0)
        assert noisy > float(kl_divergence(rho, whole).sum())
    same = [np.tile(X[:1], (3, 1))] * 2
    assert_close(J.value(NET, PARAMS, same[0]), J.value(NET, PARAMS, X[:1]))


def test_without_memory_the_running_penalty_is_the_plain_one():
    plain, running = kl_sparsity(0.1), running_kl_sparsity(0.1, 0, estimate=[0.2] * 4)
    assert_close(running.value(NET, PARAMS, X), plain.value(NET, PARAMS, X))
    assert_close(running.gradient(NET, PARAMS, X).vector, plain.gradient(NET, PARAMS, X).vector)


def test_an_objective_that_carries_something_is_a_value():
    J = reconstruction(cross_entropy) + 3 * running_kl_sparsity(0.1, 0.9)
    before = J.value(NET, PARAMS, X)
    next_one = J.next_state(J.forward(NET, PARAMS, samples(7, 5, seed=9)))
    assert J.value(NET, PARAMS, X) == before != next_one.value(NET, PARAMS, X)
    assert next_one != J
    assert len({J, next_one}) == 2
    assert repr(J).endswith("3 * running_kl_sparsity(rho=0.1, alpha=0.9, layer=1)")


@pytest.mark.parametrize("estimate", [[0.1, 0.2], [0.1] * 5])
def test_an_estimate_for_another_number_of_units_is_named(estimate):
    J = running_kl_sparsity(0.1, 0.9, estimate=estimate)
    message = f"the estimate has {len(estimate)} numbers, layer 1 has 4 units"
    with pytest.raises(ValueError, match=message):
        J.value(NET, PARAMS, X)


@pytest.mark.parametrize("alpha", [1, -0.1, np.nan, None])
def test_a_weight_of_the_past_out_of_range_is_named(alpha):
    with pytest.raises(ValueError, match=r"alpha is .*, wanted a number from 0 up to"):
        running_kl_sparsity(0.1, alpha)


@pytest.mark.parametrize("rho", [0, 1, -0.1, 1.5, np.nan, "0.1", None])
def test_a_rho_outside_0_to_1_is_named(rho):
    with pytest.raises(ValueError, match=r"rho is .*, wanted a number between 0 and 1"):
        kl_sparsity(rho)


@pytest.mark.parametrize("layer", [0, 4, 9])
def test_a_layer_that_is_not_hidden_is_named(layer):
    message = rf"layer={layer}\) is for a hidden layer, of which there are 3"
    for evaluate in (kl_sparsity(0.1, layer).value, kl_sparsity(0.1, layer).gradient):
        with pytest.raises(ValueError, match=message):
            evaluate(NET, PARAMS, X)


@pytest.mark.parametrize(
    ("f", "bias", "found"),
    [
        (tanh, [-1000, 0], "-1 to 0"),
        (identity, [2.5, 0.5], "0.5 to 2.5"),
        (logistic, [1000, 0], "0.5 to 1"),
        (logistic, [-1000, 0], "0 to 0.5"),
    ],
    ids=repr,
)
def test_mean_activations_outside_0_to_1_are_named(f, bias, found):
    net = Autoencoder.folded(5, 2, hidden=f)
    params = net.init(np.random.default_rng(0), draw=lambda rng, units, inputs: 0.0)
    params["b1"] = bias
    for evaluate in (kl_sparsity(0.1).value, kl_sparsity(0.1).gradient):
        with pytest.raises(ValueError, match=f"mean activations run from {found}; the KL penalty"):
            evaluate(net, params, X)


def linear_code(seed=0):
    """A network of rectifiers and linear outputs with random parameters, and samples."""
    net = Autoencoder.folded(5, 6, hidden=relu, output=identity)
    return net, drawn(net, seed=seed)


@pytest.mark.equation("eq-linear-regime", by="ae_course.sparsity.KLSparsity")
def test_a_dense_code_escapes_the_penalty_behind_large_weights():
    rng, rho = np.random.default_rng(0), 0.1
    A, U_ = rng.normal(size=(4, 5)), rng.normal(size=(5, 4))
    net = Autoencoder.folded(5, 4, output=identity)
    wanted, norms, sparse = (X - X.mean(axis=0)) @ A.T @ U_.T, [], []
    for c in (0.1, 0.01, 0.001):
        w = net.init(rng)
        w["W1"], w["W2"] = c * A, U_ / (c * rho * (1 - rho))
        w["b1"] = math.log(rho / (1 - rho)) - w["W1"] @ X.mean(axis=0)
        w["b2"] = -w["W2"].sum(axis=1) * rho
        assert np.abs(net.reconstruct(w, X) - wanted).max() < 20 * c
        assert kl_sparsity(rho).value(net, w, X) < c**2
        norms.append(np.linalg.norm(w["W2"]))
        sparse.append(population_sparsity(net.encode(w, X)).max())
    assert_close(norms[1:], np.array(norms[:-1]) * 10)
    assert sparse[0] > 50 * sparse[1] > 2500 * sparse[2]


@pytest.mark.equation("eq-l1", by="ae_course.sparsity.L1Sparsity")
@pytest.mark.parametrize("layer", [1, 2, 3])
def test_the_l1_penalty_is_the_mean_over_samples_of_the_sum_of_sizes(layer):
    net = Autoencoder.folded(5, 4, 3, hidden=tanh)
    y = net.forward(PARAMS, X).y[layer]
    wanted = sum(abs(v) for row in y.tolist() for v in row) / 7
    assert (y < 0).any()
    assert_close(l1_sparsity(layer).value(net, PARAMS, X), wanted)


@pytest.mark.equation("eq-l1-subgradient", by="ae_course.sparsity.L1Sparsity")
def test_the_l1_penalty_pulls_by_the_sign_and_takes_zero_at_the_kink():
    net, params = linear_code()
    forward_pass = l1_sparsity().forward(net, params, X)
    ((_, term),) = l1_sparsity().parts
    (part,) = term.grad_outputs(forward_pass).values()
    sign = 7 * part
    y = forward_pass.trace.y[1]
    assert (y == 0).any()
    off = y != 0
    penalty = np.abs(y).sum() / 7
    for n, j in np.argwhere(off):
        moved = y.copy()
        moved[n, j] += 1e-3
        assert_close(7 * (np.abs(moved).sum() / 7 - penalty) / 1e-3, sign[n, j])
    t = np.linspace(-1, 1, 41)
    slopes_at_0 = np.unique(sign[~off])
    assert (np.abs(t) >= slopes_at_0[:, None] * t).all()
    assert (np.abs(t) >= 1.0 * t).all()  # the line of slope 1 touches too; one of slope 1.1 crosses
    assert not (np.abs(t) >= 1.1 * t).all()


@pytest.mark.parametrize("f", [identity, logistic, tanh, relu, top_k(2)], ids=repr)
def test_the_gradient_of_the_l1_penalty_is_right(f):
    net = Autoencoder.folded(5, 6, 4, hidden=f)
    J = reconstruction(cross_entropy) + 0.5 * l1_sparsity(2) + 0.2 * l1_sparsity()
    check_gradient(net, J, drawn(net), X, tolerance=1e-6)


@pytest.mark.parametrize("output", [identity, logistic], ids=repr)
def test_the_gradient_through_top_k_units_is_right(output):
    net = Autoencoder.folded(5, 9, hidden=top_k(3), output=output)
    J = reconstruction(squared_error) + 0.1 * weight_decay
    check_gradient(net, J, drawn(net), X, tolerance=1e-6)


@pytest.mark.equation("eq-laplace", by="ae_course.sparsity.L1Sparsity")
def test_the_l1_penalty_is_minus_the_logarithm_of_laplace_s_density():
    net, params = linear_code()
    Y, beta = net.encode(params, X), 3.0
    log_density = laplace.logpdf(Y, scale=1 / beta).sum(axis=1)
    found = beta * l1_sparsity().value(net, params, X) + 6 * math.log(2 / beta)
    assert_close(found, -log_density.mean())


@pytest.mark.equation("eq-scaling", by="ae_course.sparsity.L1Sparsity")
@pytest.mark.parametrize("f", [identity, relu, top_k(2)], ids=repr)
def test_scaling_the_code_changes_the_penalty_and_nothing_else(f):
    net = Autoencoder.folded(5, 6, hidden=f)
    params = drawn(net)
    for c in (0.1, 1e-3):
        scaled = params.copy()
        scaled["W1"] *= c
        scaled["b1"] *= c
        scaled["W2"] /= c
        assert_close(net.encode(scaled, X), c * net.encode(params, X))
        assert_close(net.reconstruct(scaled, X), net.reconstruct(params, X))
        before, after = (l1_sparsity().value(net, p, X) for p in (params, scaled))
        assert_close(after, c * before)
        sparse = [population_sparsity(net.encode(p, X)) for p in (params, scaled)]
        assert_close(*np.nan_to_num(sparse))


@pytest.mark.equation("eq-soft-threshold", by="ae_course.sparsity.soft_threshold")
@pytest.mark.parametrize("beta", [0, 0.3, 1])
def test_the_soft_threshold_is_the_best_code_for_an_orthonormal_decoder(beta):
    rng = np.random.default_rng(0)
    W_, _ = np.linalg.qr(rng.normal(size=(8, 5)))
    x = 2 * rng.normal(size=8)
    y = soft_threshold(W_.T @ x, beta)
    # Where 0 is a subgradient of a convex function it has its minimum.
    slope = W_.T @ (W_ @ y - x)
    np.testing.assert_allclose(slope[y != 0], -beta * np.sign(y[y != 0]), atol=1e-12)
    assert (np.abs(slope[y == 0]) <= beta).all()
    assert (y == 0).any() == (beta > 0)


def test_scikit_learn_s_lasso_finds_the_same_code():
    rng = np.random.default_rng(0)
    W_, _ = np.linalg.qr(rng.normal(size=(8, 5)))
    x = 2 * rng.normal(size=8)
    lasso = Lasso(alpha=0.3 / 8, fit_intercept=False, tol=1e-12, random_state=0).fit(W_, x)
    np.testing.assert_allclose(soft_threshold(W_.T @ x, 0.3), lasso.coef_, atol=1e-8)


@pytest.mark.parametrize("beta", [-0.1, np.nan, np.inf, None, "1"])
def test_a_negative_threshold_is_named(beta):
    with pytest.raises(ValueError, match=r"beta is .*, wanted a number, 0 or more"):
        soft_threshold(np.ones(3), beta)


CODES = np.random.default_rng(0).normal(size=(7, 5)) * [1, 0.1, 3, 1, 0]


def by_hand(y):
    """The sparsity of a list of numbers, from its definition."""
    n = len(y)
    ratio = (sum(abs(v) for v in y) / n) ** 2 / (sum(v * v for v in y) / n)
    return (1 - ratio) / (1 - 1 / n)


@pytest.mark.equation("eq-activity-share", by="ae_course.sparsity.population_sparsity")
@pytest.mark.equation("eq-population-sparsity", by="ae_course.sparsity.population_sparsity")
def test_population_sparsity_is_its_formula_for_every_sample():
    assert_close(population_sparsity(CODES), [by_hand(row) for row in CODES.tolist()])


@pytest.mark.equation("eq-lifetime-sparsity", by="ae_course.sparsity.lifetime_sparsity")
def test_lifetime_sparsity_is_its_formula_for_every_unit():
    found, columns = lifetime_sparsity(CODES), CODES.T.tolist()
    assert_close(found[:4], [by_hand(column) for column in columns[:4]])
    assert np.isnan(found[4])


@pytest.mark.equation("eq-contrast", by="ae_course.sparsity.lifetime_sparsity")
@pytest.mark.parametrize("power", [0.2, 1, 5, 50])
def test_a_given_mean_bounds_how_much_a_unit_can_vary(power):
    Y = samples(60, 8) ** power
    mean = Y.mean(axis=0)
    assert (Y.var(axis=0) < mean * (1 - mean)).all()
    assert (lifetime_sparsity(Y) < (1 - mean) / (1 - 1 / 60)).all()


@pytest.mark.equation("eq-contrast", by="ae_course.sparsity.lifetime_sparsity")
def test_units_that_are_off_or_on_vary_as_much_as_their_mean_allows():
    Y = (samples(60, 8) < 0.2) * 1.0
    mean = Y.mean(axis=0)
    assert_close(Y.var(axis=0), mean * (1 - mean))
    assert_close(lifetime_sparsity(Y), (1 - mean) / (1 - 1 / 60))


def test_k_equal_activities_have_their_share_as_ratio():
    for k in range(1, 6):
        Y = np.zeros((2, 5))
        Y[:, :k] = 0.3
        assert_close(population_sparsity(Y), np.full(2, (5 - k) / 4))


def test_the_measures_are_from_0_to_1_and_know_no_scale():
    for measure in (population_sparsity, lifetime_sparsity):
        found = measure(CODES[:, :4])
        assert ((found >= 0) & (found <= 1)).all()
        assert_close(measure(-1e-5 * CODES[:, :4]), found)
        for level in np.linspace(0.01, 1, 50):
            constant = measure(np.full((30, 30), level))
            assert ((constant >= 0) & (constant < 1e-14)).all()


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e170, 1e300])
def test_no_code_is_too_faint_or_too_loud_to_be_measured(scale):
    Y = CODES[:, :4]
    assert_close(population_sparsity(scale * Y), population_sparsity(Y))
    assert_close(lifetime_sparsity(scale * Y), lifetime_sparsity(Y))


def test_if_units_are_off_or_on_the_mean_of_the_means_gives_population_sparsity():
    Y = (samples(60, 8) < 0.3) * 1.0
    Y[:, 0] = 1 - Y[:, 1:].max(axis=1)  # no sample is without a unit
    wanted = (1 - Y.mean(axis=0).mean()) / (1 - 1 / 8)
    assert_close(population_sparsity(Y).mean(), wanted)


def test_the_measures_are_each_other_s_transpose():
    assert_close(lifetime_sparsity(CODES[:, :4]), population_sparsity(CODES[:, :4].T))


def test_the_same_means_can_be_constant_sparse_or_bursts():
    n, j = np.indices((40, 40))
    constant, sparse, bursts = np.full((40, 40), 0.1), (n - j) % 10 == 0, n % 10 == 3
    for Y in (constant, sparse, bursts):
        np.testing.assert_allclose(kl_divergence(0.1, Y.mean(axis=0)), 0, atol=1e-14)
    population = [population_sparsity(Y) for Y in (constant, sparse, bursts)]
    np.testing.assert_allclose(population[0], 0, atol=1e-14)
    assert_close(population[1], np.full(40, 36 / 39))
    assert np.nanmax(population[2]) < 1e-14
    assert np.isnan(population[2]).sum() == 36


def test_codes_of_whole_numbers_and_of_float32_are_measured_in_float64():
    whole = np.array([[3, 0, 1], [0, 200, 7]], np.uint8)
    for kind in (np.uint8, np.float32, int):
        assert_close(population_sparsity(whole.astype(kind)), population_sparsity(whole * 1.0))


def test_units_that_are_never_active_are_dead():
    Y = np.array([[0, 0, -1.0, 0], [0, 2e-9, 0, 3.0]])
    assert dead_fraction(Y) == 0.25
    assert dead_fraction(np.zeros((2, 3))) == 1
    assert type(dead_fraction(Y)) is float


@pytest.mark.parametrize(
    ("measure", "Y", "message"),
    [
        (population_sparsity, np.ones((3, 1)), "Y has 1 units, wanted 2 or more"),
        (lifetime_sparsity, np.ones((1, 3)), "Y has 1 samples, wanted 2 or more"),
        (population_sparsity, np.ones(3), r"Y has shape \(3,\), wanted"),
        (lifetime_sparsity, np.array([[1, np.nan], [1, 1]]), r"Y\[0, 1\] is nan"),
        (dead_fraction, np.ones((0, 3)), "Y is empty"),
    ],
)
def test_codes_that_cannot_be_measured_are_named(measure, Y, message):
    with pytest.raises(ValueError, match=message):
        measure(Y)


@pytest.mark.parametrize("penalty", [kl_sparsity(0.1, "1"), l1_sparsity("1")], ids=repr)
def test_a_layer_that_is_no_number_looks_like_one_in_no_message(penalty):
    with pytest.raises(ValueError, match=r"layer='1'\) is for a hidden layer, of which"):
        penalty.value(NET, PARAMS, X)


@pytest.mark.parametrize("layer", [0, 4])
def test_the_l1_penalty_too_is_for_hidden_layers(layer):
    message = rf"l1_sparsity\(layer={layer}\) is for a hidden layer, of which there are 3"
    for evaluate in (l1_sparsity(layer).value, l1_sparsity(layer).gradient):
        with pytest.raises(ValueError, match=message):
            evaluate(NET, PARAMS, X)
