"""The sparse penalty is a divergence of mean activations, and it makes a code sparse."""

import itertools
import math

import numpy as np
import pytest
from helpers import assert_close, assert_slopes, drawn, samples

from ae_course.activations import identity, logistic, tanh
from ae_course.autoencoder import Autoencoder
from ae_course.gradcheck import check_gradient
from ae_course.losses import cross_entropy, entropy
from ae_course.objective import reconstruction
from ae_course.optimizers import Adam
from ae_course.sparsity import kl_divergence, kl_slope, kl_sparsity, running_kl_sparsity
from ae_course.training import train

RHO_HAT = np.array([0.02, 0.1, 0.3, 0.5, 0.97])
NET = Autoencoder.folded(5, 4, 3)
PARAMS = drawn(NET)
X = samples(7, 5)


@pytest.mark.parametrize("rho", [0.05, 0.3, 0.8])
def test_the_divergence_is_its_formula(rho):
    wanted = [rho * math.log(rho / r) + (1 - rho) * math.log((1 - rho) / (1 - r)) for r in RHO_HAT]
    assert_close(kl_divergence(rho, RHO_HAT), wanted)


def test_the_divergence_is_positive_except_where_both_agree():
    assert (kl_divergence(0.2, RHO_HAT) > 0).all()
    assert_close(kl_divergence(RHO_HAT, RHO_HAT), np.zeros(5))


def test_the_divergence_is_no_distance_for_it_is_not_symmetric():
    assert abs(kl_divergence(0.1, np.array(0.5)) - kl_divergence(0.5, np.array(0.1))) > 0.1


def test_the_slope_of_the_divergence_is_what_differences_say():
    assert_slopes(kl_slope(0.2, RHO_HAT), lambda r: kl_divergence(0.2, r).sum(), RHO_HAT)
    assert kl_slope(0.2, np.array(0.2)) == 0


@pytest.mark.equation("eq-kl-split", by="ae_course.sparsity.kl_divergence")
def test_the_cross_entropy_is_the_entropy_plus_the_divergence_of_every_pixel():
    x, u = samples(6, 5), np.random.default_rng(1).normal(size=(6, 5))
    x_hat = 1 / (1 + np.exp(-u))
    e = -(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)).sum(axis=1)
    H = -(x * np.log(x) + (1 - x) * np.log(1 - x)).sum(axis=1)
    assert_close(kl_divergence(x, x_hat).sum(axis=1), e - H)
    assert_close(cross_entropy.errors(u, logistic(u), x) - entropy(x), e - H)


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
    params, _ = train(net, J, net.init(rng), samples(100), epochs=60, rng=rng, optimizer=Adam(0.05))
    np.testing.assert_allclose(net.encode(params, samples(100)).mean(axis=0), 0.1, atol=0.02)


@pytest.mark.parametrize("state", [None, (0.1, 0.4, 0.7), (1e-6, 0.5, 0.999)], ids=str)
@pytest.mark.parametrize("alpha", [0, 0.9])
def test_the_gradient_of_the_running_penalty_is_right_in_any_state(state, alpha):
    J = reconstruction(cross_entropy) + 2 * running_kl_sparsity(0.1, alpha, 2, state)
    check_gradient(J, NET, PARAMS, X, tolerance=1e-6)


def test_the_running_estimate_is_the_weighted_mean_of_the_batches():
    batches = [samples(7, 5, seed=seed) for seed in range(4)]
    means = [NET.encode(PARAMS, batch).mean(axis=0) for batch in batches]
    J, found = running_kl_sparsity(0.1, 0.8, layer=2), []
    for batch in batches:
        found.append(J.value(NET, PARAMS, batch))
        J = J.after(J.see(NET, PARAMS, batch))
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
        J = J.after(J.see(net, params, np.log(y / (1 - y))[:, None]))
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
    next_one = J.after(J.see(NET, PARAMS, samples(7, 5, seed=9)))
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
