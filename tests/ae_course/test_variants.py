"""Every variant of the autoencoder does what its equation says, and its gradient is right."""

import numpy as np
import pytest
from helpers import assert_close, assert_slopes, drawn, samples, slopes
from numpy.polynomial.hermite_e import hermegauss
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import multivariate_normal

from ae_course.activations import identity, logistic, relu, tanh, top_k
from ae_course.autoencoder import Autoencoder, mean_bias
from ae_course.gradcheck import check_gradient
from ae_course.losses import cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam
from ae_course.parameters import Parameters
from ae_course.pca import PCA, covariance
from ae_course.sparsity import running_kl_sparsity
from ae_course.training import train
from ae_course.variants import (
    AuxiliaryK,
    Mixture,
    NegativeELBO,
    Tied,
    UnitColumns,
    VariationalAutoencoder,
    append_noise,
    auxiliary_k,
    contractive,
    denoiser_score,
    gaussian_kl,
    gaussian_noise,
    jacobians,
    linear_denoising_error,
    masking_noise,
    mirrored,
    pretrain_folded,
    recovery,
    salt_and_pepper,
    superposition,
    tie,
    untie,
    wiener,
)

X = samples()
CORRUPTIONS = [gaussian_noise(0.3), masking_noise(0.3), salt_and_pepper(0.3)]
SQUARED, CROSS = reconstruction(squared_error), reconstruction(cross_entropy)
MIXTURE = Mixture([0.5, 0.3, 0.2], [[0, 1], [2, -1], [-1, -1]], [0.3, 0.5, 0.1])
nodes, NODE_WEIGHTS = hermegauss(12)
NODES, NODE_WEIGHTS = nodes, NODE_WEIGHTS / NODE_WEIGHTS.sum()


def rng(seed=0):
    return np.random.default_rng(seed)


def over_noise(f, D):
    """The mean of f(eta) over standard normal eta in D dimensions, by Gauss-Hermite quadrature."""
    grid = np.stack(np.meshgrid(*[NODES] * D), axis=-1).reshape(-1, D)
    weights = np.prod(np.meshgrid(*[NODE_WEIGHTS] * D), axis=0).ravel()
    return sum(w * f(eta) for w, eta in zip(weights, grid, strict=True))


# Corruptions


@pytest.mark.parametrize("corrupt", CORRUPTIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_corruption_keeps_shape_and_dtype_and_its_input(corrupt, dtype):
    x = samples(50, 20).astype(dtype)
    before = x.copy()
    found = corrupt(rng(), x)
    assert found.dtype == dtype
    assert found.shape == x.shape
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(found, corrupt(rng(), x))
    assert (found != x).any()


def test_gaussian_noise_has_its_standard_deviation():
    noise = gaussian_noise(0.3)(rng(), np.full((1000, 100), 0.5)) - 0.5
    assert abs(noise.mean()) < 0.005
    assert abs(noise.std() - 0.3) < 0.003


@pytest.mark.equation("eq-masking", by="ae_course.variants.masking_noise")
@pytest.mark.parametrize("share", [0, 0.1, 0.7])
def test_masking_puts_its_share_to_zero_and_leaves_the_rest(share):
    x = 0.2 + samples(1000, 100)
    found = masking_noise(share)(rng(), x)
    gone = found == 0
    assert abs(gone.mean() - share) < 0.005
    np.testing.assert_array_equal(found[~gone], x[~gone])


@pytest.mark.equation("eq-salt", by="ae_course.variants.salt_and_pepper")
@pytest.mark.parametrize("share", [0, 0.1, 0.7])
def test_salt_and_pepper_come_equally_often_and_pull_the_mean_to_one_half(share):
    x = np.tile([0.2, 0.9], (200_000, 1))
    found = salt_and_pepper(share)(rng(), x)
    for extreme in (0, 1):
        assert abs((found == extreme).mean() - share / 2) < 0.003
    others = (found != 0) & (found != 1)
    np.testing.assert_array_equal(found[others], x[others])
    np.testing.assert_allclose(found.mean(axis=0), (1 - share) * x[0] + share / 2, atol=0.005)


@pytest.mark.parametrize("make", [masking_noise, salt_and_pepper])
@pytest.mark.parametrize("share", [1, -0.1, np.nan, "0.1"])
def test_a_share_out_of_range_is_named(make, share):
    with pytest.raises(ValueError, match=r"the share is .*, wanted a number from 0"):
        make(share)


@pytest.mark.parametrize("sigma", [0, -1, np.inf, None])
def test_a_sigma_out_of_range_is_named(sigma):
    for make in (gaussian_noise, lambda s: wiener(np.eye(2), s)):
        with pytest.raises(ValueError, match=r"sigma is .*, wanted a positive number"):
            make(sigma)


@pytest.mark.parametrize("corrupt", [*CORRUPTIONS, append_noise(2)])
def test_a_corruption_wants_numbers_it_can_add_noise_to(corrupt):
    grey = np.full((3, 4), 200, np.uint8)
    for x, found in ((grey, "uint8"), (grey.astype(int), "int64"), ([[0.5]], "list")):
        with pytest.raises(TypeError, match=f"x is {found}, wanted an array of float32 or float64"):
            corrupt(rng(), x)
    with pytest.raises(TypeError, match=r"rng is 0, wanted a numpy.random.Generator"):
        corrupt(0, grey / 255)


@pytest.mark.equation("eq-denoising", by="ae_course.variants.gaussian_noise")
def test_the_denoising_objective_compares_with_the_clean_sample():
    net = Autoencoder.folded(5, 4, hidden=tanh, output=identity)
    params, corrupt, clean = drawn(net), gaussian_noise(0.5), samples(3, 5)
    noisy = corrupt(rng(3), clean)
    wanted = 0.0
    for x, x_tilde in zip(clean, noisy, strict=True):
        y = np.tanh(params["W1"] @ x_tilde + params["b1"])
        wanted += ((params["W2"] @ y + params["b2"] - x) ** 2).sum() / 2 / 3
    assert_close(SQUARED.value(net, params, noisy, clean), wanted)
    # One epoch of one batch is a step along this gradient: the order of samples does not matter.
    one = np.repeat(clean[:1], 4, axis=0)
    generator = rng(5)
    generator.permutation(4)
    gradient = SQUARED.gradient(net, params, corrupt(generator, one), one)
    options = {"epochs": 1, "optimizer": SGD(0.1), "corrupt": corrupt}
    after, _ = train(net, SQUARED, params, one, rng=rng(5), **options)
    assert_close(after.vector, params.vector - 0.1 * gradient.vector)


# The best denoiser


@pytest.mark.equation("eq-posterior-mean", by="ae_course.variants.Mixture.denoise")
def test_no_other_denoiser_has_a_smaller_error_than_the_posterior_mean():
    generator, sigma = rng(), 0.6
    x = MIXTURE.sample(generator, 200_000)
    noisy = x + sigma * generator.normal(size=x.shape)
    best = MIXTURE.denoise(noisy, sigma)
    # The residual is uncorrelated with every function of what is seen.
    for function in (noisy, noisy**2, np.sin(3 * noisy), best, noisy[:, ::-1] ** 3):
        assert (np.abs(((x - best) * function).mean(axis=0)) < 0.02).all()
    error = ((best - x) ** 2).sum(axis=1).mean()
    for other in (noisy, best + 0.1, 0.9 * best, best + 0.1 * np.sin(noisy)):
        gap = ((other - best) ** 2).sum(axis=1).mean()
        found = ((other - x) ** 2).sum(axis=1).mean()
        assert found > error
        np.testing.assert_allclose(found - error, gap, atol=0.01)


@pytest.mark.equation("eq-mixture", by="ae_course.variants.Mixture")
def test_the_density_is_the_sum_of_normal_ones():
    points = rng(1).normal(size=(9, 2))
    wanted = sum(
        w * multivariate_normal.pdf(points, m, v * np.eye(2))
        for w, m, v in zip(MIXTURE.weights, MIXTURE.means, MIXTURE.variances, strict=True)
    )
    assert_close(np.exp(MIXTURE.log_density(points)), wanted)
    assert_close(MIXTURE.shares(points).sum(axis=1), np.ones(9))


def test_far_from_the_mixture_nothing_overflows():
    far = np.array([[300.0, -400.0]])
    assert np.isfinite(MIXTURE.log_density(far)).all()
    assert np.isfinite(MIXTURE.denoise(far, 0.1)).all()


def test_samples_come_from_the_mixture():
    x = MIXTURE.sample(rng(), 100_000)
    np.testing.assert_allclose(x.mean(axis=0), MIXTURE.weights @ MIXTURE.means, atol=0.02)
    second = MIXTURE.weights @ (MIXTURE.means**2 + MIXTURE.variances[:, None])
    np.testing.assert_allclose((x**2).mean(axis=0), second, atol=0.03)


@pytest.mark.equation("eq-smoothed", by="ae_course.variants.Mixture.smoothed")
def test_noise_smooths_the_density_and_widens_every_component():
    point = np.array([[0.3, -0.2]])
    wanted = over_noise(lambda eta: np.exp(MIXTURE.log_density(point - 0.4 * eta))[0], 2)
    found = np.exp(MIXTURE.smoothed(0.4).log_density(point))[0]
    np.testing.assert_allclose(found, wanted, rtol=1e-3)


@pytest.mark.equation("eq-mixture-score", by="ae_course.variants.Mixture.score")
def test_the_score_is_the_slope_of_the_log_density():
    points = rng(1).normal(size=(9, 2))
    assert_slopes(MIXTURE.score(points), lambda x: MIXTURE.log_density(x).sum(), points)


@pytest.mark.equation("eq-mixture-denoiser", by="ae_course.variants.Mixture.denoise")
def test_the_mean_of_the_clean_sample_given_the_noisy_one():
    one = Mixture([0.6, 0.4], [[-1.0], [2.0]], [0.3, 0.5])
    for noisy in (-1.5, 0.2, 3.0):

        def joint(x, noisy=noisy):
            prior = np.exp(one.log_density(np.array([[x]])))[0]
            return prior * np.exp(-((noisy - x) ** 2) / (2 * 0.7**2))

        mass, _ = quad(joint, -9, 9, limit=200)
        mean, _ = quad(lambda x: x * joint(x), -9, 9, limit=200)
        found = one.denoise(np.array([[noisy]]), 0.7)
        np.testing.assert_allclose(found, mean / mass, rtol=1e-6)


@pytest.mark.equation("eq-tweedie", by="ae_course.variants.denoiser_score")
@pytest.mark.parametrize("sigma", [0.1, 0.5, 2.0])
def test_a_perfect_denoiser_is_the_score_of_the_noisy_samples(sigma):
    points = rng(1).normal(size=(9, 2))

    def perfect(_params, x):
        return MIXTURE.denoise(x, sigma)

    def log_density(x):
        return MIXTURE.smoothed(sigma).log_density(x).sum()

    assert_slopes(denoiser_score(perfect, None, points, sigma), log_density, points)


@pytest.mark.parametrize(
    ("weights", "means", "variances", "message"),
    [
        ([0.5], [[0.0], [1.0]], [1, 1], "2 means, weights of shape"),
        ([0.5, 0.6], [[0.0], [1.0]], [1, 1], "wanted positive ones with sum 1"),
        ([0.5, 0.5], [[0.0], [1.0]], [1, 0], "the variances are"),
        ([1.0], [0.0], [1], r"means has shape \(1,\)"),
        ([1.0], [[np.nan]], [1], r"means\[0, 0\] is nan"),
        ([np.nan], [[0.0]], [1], "the weights are"),
        ([1.0], [[0.0]], [np.inf], "the variances are"),
    ],
)
def test_a_mixture_that_is_none_is_named(weights, means, variances, message):
    with pytest.raises(ValueError, match=message):
        Mixture(weights, means, variances)


@pytest.mark.parametrize("D", [1, 3])
def test_points_of_another_dimension_are_named_and_not_broadcast(D):
    points = np.zeros((4, D))
    calls = (MIXTURE.score, MIXTURE.log_density, MIXTURE.shares, lambda x: MIXTURE.denoise(x, 1.0))
    for call in calls:
        with pytest.raises(ValueError, match=f"X has {D} columns, the mixture has 2 dimensions"):
            call(points)


def test_noise_and_samples_of_a_mixture_are_positive_in_number():
    for call in (MIXTURE.smoothed, lambda sigma: MIXTURE.denoise(np.zeros((1, 2)), sigma)):
        with pytest.raises(ValueError, match="sigma is -1, wanted a positive number"):
            call(-1)
    with pytest.raises(ValueError, match="the number of samples is 0, wanted a whole number"):
        MIXTURE.sample(rng(), 0)


def test_only_a_map_to_the_same_space_has_a_score():
    net = Network((Layer(5, 4, tanh),))
    with pytest.raises(ValueError, match=r"the outputs have shape \(7, 4\), wanted that of X"):
        denoiser_score(net, net.init(rng()), samples(7, 5), 0.5)


# The linear denoiser

PHI = covariance(samples(40, 4) @ rng(4).normal(size=(4, 4)))[1]


@pytest.mark.equation("eq-noise-decay", by="ae_course.variants.linear_denoising_error")
def test_noise_on_a_linear_denoiser_is_a_decay_of_its_matrix():
    net = Autoencoder.folded(3, 2, hidden=identity, output=identity)
    params, data, sigma = drawn(net), samples(6, 3), 0.8
    data -= data.mean(axis=0)
    params["b1"], params["b2"] = 0, 0
    wanted = over_noise(lambda eta: SQUARED.value(net, params, data + sigma * eta, data), 3)
    M = params["W2"] @ params["W1"]
    found = linear_denoising_error(covariance(data)[1], M, sigma)
    assert_close(found, wanted)
    plain = SQUARED.value(net, params, data)
    assert_close(found - sigma**2 / 2 * (M**2).sum(), plain)


@pytest.mark.equation("eq-wiener", by="ae_course.variants.wiener")
@pytest.mark.parametrize("sigma", [0.1, 1.0])
def test_the_wiener_filter_has_the_least_error_of_all_linear_denoisers(sigma):
    C = wiener(PHI, sigma)
    found = minimize(
        lambda m: linear_denoising_error(PHI, m.reshape(4, 4), sigma), np.zeros(16), tol=1e-12
    )
    np.testing.assert_allclose(found.x.reshape(4, 4), C, atol=1e-4)
    least = linear_denoising_error(PHI, C, sigma)
    for seed in range(20):
        other = C + 0.1 * rng(seed).normal(size=(4, 4))
        assert linear_denoising_error(PHI, other, sigma) > least
    # With the covariances of x and of what is seen, C is a regression: E[x x~'] E[x~ x~']^-1.
    data = rng(9).multivariate_normal(np.zeros(4), PHI, 400_000)
    noisy = data + sigma * rng(8).normal(size=data.shape)
    regression, *_ = np.linalg.lstsq(noisy, data, rcond=None)
    np.testing.assert_allclose(regression.T, C, atol=0.02)


@pytest.mark.equation("eq-shrinkage", by="ae_course.variants.wiener")
def test_the_wiener_filter_shrinks_every_principal_component():
    data = samples(40, 4)
    pca = PCA.fit(data)
    C = wiener(covariance(data)[1], 0.3)
    d = pca.eigenvalues
    assert_close(pca.components @ C @ pca.components.T, np.diag(d / (d + 0.09)))
    least = linear_denoising_error(covariance(data)[1], C, 0.3)
    assert_close(least, 0.5 * (d * 0.09 / (d + 0.09)).sum())


@pytest.mark.parametrize("k", [1, 2])
def test_a_narrow_linear_denoiser_keeps_the_first_components_shrunk(k):
    sigma, pca = 0.5, PCA.fit(rng(7).normal(size=(60, 4)) * [2, 1, 0.6, 0.3])
    U, d = pca.components.T, pca.eigenvalues
    Phi = U @ np.diag(d) @ U.T
    best = U[:, :k] @ np.diag(d[:k] / (d[:k] + sigma**2)) @ U[:, :k].T

    def error(w):
        W, W_ = w[: 4 * k].reshape(k, 4), w[4 * k :].reshape(4, k)
        return linear_denoising_error(Phi, W_ @ W, sigma)

    ends = [minimize(error, rng(seed).normal(size=8 * k), tol=1e-12).fun for seed in range(4)]
    np.testing.assert_allclose(min(ends), linear_denoising_error(Phi, best, sigma), rtol=1e-6)


def test_a_trained_linear_denoiser_meets_the_wiener_filter():
    net = Network((Layer(3, 3, identity),))
    data = rng().multivariate_normal(np.zeros(3), np.diag([4, 1, 0.1]), 2000)
    data -= data.mean(axis=0)
    params, generator = net.init(rng()), rng(1)
    for rate in (1e-2, 1e-3):
        params, _ = train(
            net, SQUARED, params, data, epochs=20, rng=generator, optimizer=Adam(rate),
            corrupt=gaussian_noise(0.5),
        )  # fmt: skip
    np.testing.assert_allclose(params["W1"], wiener(covariance(data)[1], 0.5), atol=0.04)


def test_without_a_symmetric_matrix_there_is_no_wiener_filter():
    for Phi in (np.ones((2, 3)), np.array([[1.0, 2.0], [0.0, 1.0]])):
        for call in (wiener, lambda Phi, sigma: linear_denoising_error(Phi, np.eye(2), sigma)):
            with pytest.raises(ValueError, match="wanted a symmetric matrix"):
                call(Phi, 1.0)
    with pytest.raises(ValueError, match=r"Phi\[0, 1\] is nan"):
        wiener(np.array([[1.0, np.nan], [np.nan, 1.0]]), 1.0)


def test_a_linear_denoiser_of_another_size_is_named():
    with pytest.raises(ValueError, match=r"M has shape \(2, 4\), wanted that of Phi, \(4, 4\)"):
        linear_denoising_error(PHI, np.ones((2, 4)), 1.0)
    with pytest.raises(ValueError, match="sigma is -1, wanted a positive number"):
        linear_denoising_error(PHI, np.eye(4), -1)


# Jacobians and the contractive penalty


@pytest.mark.equation("eq-jacobian", by="ae_course.variants.jacobians")
@pytest.mark.parametrize("f", [logistic, tanh, relu], ids=repr)
def test_the_jacobian_holds_the_slope_of_every_output_by_every_input(f):
    net = Autoencoder.folded(5, 4, 3, hidden=f)
    params, found = drawn(net), jacobians(net, drawn(net), X)
    for n, x in enumerate(X):
        for d in range(5):
            wanted = slopes(lambda x, d=d: net(params, x[None])[0, d], x)
            np.testing.assert_allclose(found[n, d], wanted, atol=1e-8)


@pytest.mark.equation("eq-contractive", by="ae_course.variants.Contractive")
def test_the_contractive_penalty_is_the_square_of_the_jacobian():
    net = Autoencoder.folded(5, 4)
    params = drawn(net)
    wanted = 0.0
    for x in X:
        for j in range(4):
            slope = slopes(lambda x, j=j: net.encode(params, x[None])[0, j], x)
            wanted += (slope**2).sum() / len(X)
    np.testing.assert_allclose(contractive.value(net, params, X), wanted, rtol=1e-8)
    by_chain = (jacobians(net.encoder, params, X) ** 2).sum(axis=(1, 2)).mean()
    assert_close(contractive.value(net, params, X), by_chain)


@pytest.mark.equation("eq-contractive-gradient", by="ae_course.variants.Contractive")
@pytest.mark.parametrize("net", [Autoencoder.folded(5, 4), Autoencoder.folded(5, 4, 3)])
def test_the_gradient_of_the_contractive_penalty_is_right(net):
    params = drawn(net)
    check_gradient(contractive, net, params, X)
    check_gradient(CROSS + 0.3 * contractive + 0.1 * weight_decay, net, params, X)
    # The formula of the text, unit by unit.
    W, b = params["W1"], params["b1"]
    wanted = np.zeros_like(W)
    for x in X:
        y = logistic(W @ x + b)
        for j, w in enumerate(W):
            a = (y[j] * (1 - y[j])) ** 2
            wanted[j] += 2 * a * ((1 - 2 * y[j]) * (w @ w) * x + w) / len(X)
    assert_close(contractive.gradient(net, params, X)["W1"], wanted)


def test_the_contractive_penalty_is_for_logistic_codes():
    for net in (Autoencoder.folded(5, 4, hidden=tanh), Network((Layer(5, 5, logistic),))):
        with pytest.raises(ValueError, match="contractive is for a hidden layer of logistic"):
            contractive.value(net, net.init(rng()), X)


@pytest.mark.equation("eq-small-noise", by="ae_course.variants.jacobians")
def test_small_noise_penalises_the_jacobian_and_the_curvature_along_the_error():
    net = Autoencoder.folded(2, 3, hidden=tanh, output=identity)
    params, x, h = drawn(net), samples(1, 2), 1e-3
    e = SQUARED.value(net, params, x)
    J = jacobians(net, params, x)[0]
    steps = h * np.eye(2)
    laplacian = sum(net(params, x + s) - 2 * net(params, x) + net(params, x - s) for s in steps)
    along = (net(params, x) - x) @ laplacian.T / h**2
    slope = ((J**2).sum() + along.item()) / 2
    assert abs(along.item()) > 0.1 * (J**2).sum()  # so that it could not be left out unnoticed
    gaps = []
    for sigma in (0.04, 0.02, 0.01):
        noisy = over_noise(lambda eta, s=sigma: SQUARED.value(net, params, x + s * eta, x), 2)
        gaps.append(noisy - e - sigma**2 * slope)
    ratios = np.array(gaps[:-1]) / gaps[1:]
    np.testing.assert_allclose(ratios, 16, rtol=0.1)  # what is left is of order sigma^4


# Tied weights


@pytest.mark.equation("eq-tied", by="ae_course.variants.untie")
@pytest.mark.parametrize("sizes", [(5, 4), (5, 4, 3)])
def test_the_decoder_s_weights_are_the_encoder_s_transposed(sizes):
    net = Autoencoder.folded(*sizes, hidden=tanh)
    params = drawn(net)
    shared = tie(net, params)
    whole = untie(net, shared)
    L = len(net)
    for l in range(1, L // 2 + 1):
        np.testing.assert_array_equal(whole[f"W{L + 1 - l}"], params[f"W{l}"].T)
        assert f"W{L + 1 - l}" not in shared
    for l in range(1, L + 1):
        np.testing.assert_array_equal(whole[f"b{l}"], params[f"b{l}"])
    assert_close(Tied(CROSS).value(net, shared, X), CROSS.value(net, whole, X))


@pytest.mark.equation("eq-tied-gradient", by="ae_course.variants.Tied")
@pytest.mark.parametrize("sizes", [(5, 4), (5, 4, 3)])
@pytest.mark.parametrize("J", [CROSS, SQUARED + 0.1 * weight_decay], ids=repr)
def test_the_gradient_by_shared_weights_is_right(sizes, J):
    net = Autoencoder.folded(*sizes)
    shared = tie(net, drawn(net))
    check_gradient(Tied(J), net, shared, X)
    every, found = J.gradient(net, untie(net, shared), X), Tied(J).gradient(net, shared, X)
    for theirs, ours in mirrored(net).items():
        assert_close(found[ours], every[ours] + every[theirs].T)


def test_tied_weights_are_trained_by_the_same_loop():
    net = Autoencoder.folded(5, 3)
    J = Tied(CROSS + running_kl_sparsity(0.2, 0.9))
    shared, history = train(net, J, tie(net, drawn(net)), samples(50), epochs=30, rng=rng())
    assert history.objective[-1] < history.objective[0]
    assert set(shared) == {"W1", "b1", "b2"}
    ((_, _), (_, carried)) = history.carried.objective.parts
    assert len(carried.estimate) == 3


def test_only_a_folded_autoencoder_has_tied_weights():
    lopsided = Autoencoder((Layer(5, 4, tanh), Layer(4, 3, tanh), Layer(3, 5, tanh)))
    with pytest.raises(ValueError, match=r"the sizes 5-4-3-5 with an encoder of 1"):
        mirrored(lopsided)
    with pytest.raises(TypeError, match="found Network, wanted an Autoencoder"):
        mirrored(Network((Layer(5, 4, tanh), Layer(4, 5, tanh))))


def test_parameters_that_are_not_tied_are_named():
    # With a W2 of its own the gradient by W2 would not be zero, although J does not depend on it.
    net = Autoencoder.folded(5, 4)
    params = drawn(net)
    with pytest.raises(ValueError, match="W1, b1, W2, b2; wanted W1, b1, b2, as from tie"):
        Tied(CROSS).gradient(net, params, X)
    with pytest.raises(ValueError, match="the parameters are W1; wanted W1, b1, b2, as from tie"):
        untie(net, Parameters.of({"W1": params["W1"]}))


# Folded autoencoders


def test_pretraining_trains_pairs_of_layers_from_the_outside_and_keeps_both():
    net = Autoencoder.folded(6, 5, 4, 2, code=identity)
    data = logistic(3 * rng(1).normal(size=(60, 2)) @ rng(2).normal(size=(2, 6)))
    options = {"epochs": 5, "optimizer": Adam(0.05)}
    params = pretrain_folded(net, CROSS, data, rng=rng(), **options)
    assert set(params) == set(net.shapes())
    generator, codes = rng(), data
    for l in (1, 2, 3):
        stage = Autoencoder((net.layers[l - 1], net.layers[6 - l]))
        own = stage.init(generator)
        own["b2"] = mean_bias(stage, codes)
        own, _ = train(stage, CROSS, own, codes, rng=generator, **options)
        assert_close(params[f"W{l}"], own["W1"])
        assert_close(params[f"b{l}"], own["b1"])
        assert_close(params[f"W{7 - l}"], own["W2"])
        assert_close(params[f"b{7 - l}"], own["b2"])
        codes = logistic(codes @ own["W1"].T + own["b1"])


# The variational autoencoder


@pytest.mark.equation("eq-gaussian-kl", by="ae_course.variants.gaussian_kl")
@pytest.mark.parametrize("mu", [-1.5, 0.0, 0.4])
@pytest.mark.parametrize("log_variance", [-2.0, 0.0, 1.0])
def test_the_divergence_of_normal_distributions_is_its_integral(mu, log_variance):
    s = np.exp(log_variance / 2)

    def q(z):
        return np.exp(-((z - mu) ** 2) / (2 * s**2)) / (s * np.sqrt(2 * np.pi))

    def integrand(z):
        log_ratio = -np.log(s) - (z - mu) ** 2 / (2 * s**2) + z**2 / 2
        return q(z) * log_ratio

    wanted, _ = quad(integrand, mu - 12 * s, mu + 12 * s)
    found = gaussian_kl(np.array([[mu]]), np.array([[log_variance]]))
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    both = gaussian_kl(np.array([[mu, 0.3]]), np.array([[log_variance, -0.7]]))
    assert_close(both, found + gaussian_kl(np.array([[0.3]]), np.array([[-0.7]])))


def tiny_vae(D=4, units=1, loss_unit=logistic):
    net = VariationalAutoencoder.folded(D, 3, units, hidden=tanh, output=loss_unit)
    params = net.init(rng())
    return net, params.like(rng(1).normal(size=params.vector.size))


@pytest.mark.equation("eq-elbo", by="ae_course.variants.NegativeELBO")
@pytest.mark.equation("eq-elbo-gap", by="ae_course.variants.NegativeELBO")
def test_the_evidence_is_the_bound_plus_the_divergence_from_the_posterior():
    net, params = tiny_vae()
    x = (samples(1, 4) > 0.5) * 1.0
    mu, log_variance = net.encode(params, x)
    mu, s = mu.item(), np.exp(log_variance.item() / 2)
    z = np.linspace(-12, 12, 40_001)

    def integral(values):
        return ((values[1:] + values[:-1]) / 2 * np.diff(z)).sum()

    p = net.decode(params, z[:, None])
    log_likelihood = (x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=1)
    log_joint = log_likelihood - z**2 / 2 - np.log(2 * np.pi) / 2
    evidence = np.log(integral(np.exp(log_joint)))
    log_q = -((z - mu) ** 2) / (2 * s**2) - np.log(s * np.sqrt(2 * np.pi))
    gap = integral(np.exp(log_q) * (log_q - (log_joint - evidence)))
    # The bound as the package has it: its mean over the noise, by the same kind of integral.
    J = NegativeELBO(cross_entropy)
    eps = np.linspace(-8, 8, 2001)
    rows = np.hstack([np.tile(x, (len(eps), 1)), eps[:, None]])
    weight = np.exp(-(eps**2) / 2) / np.sqrt(2 * np.pi) * (eps[1] - eps[0])
    values = [J.value(net, params, row[None]) for row in rows]
    bound = -np.sum(weight * values)
    np.testing.assert_allclose(evidence, bound + gap, rtol=1e-6)
    assert gap > 0.01
    assert bound < evidence
    by_parts = integral(np.exp(log_q) * log_likelihood)
    kl = gaussian_kl(*net.encode(params, x)).item()
    np.testing.assert_allclose(bound, by_parts - kl, rtol=1e-6)


@pytest.mark.equation("eq-vae", by="ae_course.variants.VariationalAutoencoder")
def test_the_encoder_gives_means_and_log_variances_and_the_decoder_probabilities():
    net, params = tiny_vae(units=2)
    x = samples(3, 4)
    hidden = np.tanh(x @ params["W1"].T + params["b1"])
    both = hidden @ params["W2"].T + params["b2"]
    mu, log_variance = net.encode(params, x)
    assert_close(mu, both[:, :2])
    assert_close(log_variance, both[:, 2:])
    hidden = np.tanh(mu @ params["W3"].T + params["b3"])
    wanted = 1 / (1 + np.exp(-(hidden @ params["W4"].T + params["b4"])))
    assert_close(net.decode(params, mu), wanted)


@pytest.mark.equation("eq-reparametrised", by="ae_course.variants.append_noise")
def test_the_code_is_its_mean_plus_its_deviation_times_noise():
    net, params = tiny_vae(units=2)
    x = np.tile(samples(1, 4), (100_000, 1))
    rows = append_noise(2)(rng(3), x)
    np.testing.assert_array_equal(rows[:, :4], x)
    mu, log_variance = net.encode(params, x[:1])
    z = mu + np.exp(log_variance / 2) * rows[:, 4:]
    seen = NegativeELBO(cross_entropy).see(net, params, rows)
    assert_close(seen.decoder.input, z)
    np.testing.assert_allclose(z.mean(axis=0), mu[0], atol=0.02)
    np.testing.assert_allclose(np.log(z.var(axis=0)), log_variance[0], atol=0.02)


@pytest.mark.equation("eq-vae-objective", by="ae_course.variants.NegativeELBO")
@pytest.mark.parametrize("beta", [1.0, 0.3])
@pytest.mark.parametrize("target", [None, samples(7, 4, seed=5)], ids=["itself", "target"])
def test_the_objective_is_the_error_plus_the_divergence_from_the_prior(beta, target):
    net, params = tiny_vae(units=2)
    rows, wanted = samples(7, 6), 0.0
    targets = rows[:, :4] if target is None else target
    for row, t in zip(rows, targets, strict=True):
        mu, log_variance = net.encode(params, row[None, :4])
        p = net.decode(params, mu + np.exp(log_variance / 2) * row[4:])
        wanted -= (t * np.log(p) + (1 - t) * np.log(1 - p)).sum() / 7
        wanted += beta * gaussian_kl(mu, log_variance).item() / 7
    assert_close(NegativeELBO(cross_entropy, beta).value(net, params, rows, target), wanted)


@pytest.mark.equation("eq-vae-gradient", by="ae_course.variants.NegativeELBO")
@pytest.mark.parametrize("beta", [1.0, 0.3])
@pytest.mark.parametrize("loss", [cross_entropy, squared_error], ids=repr)
def test_the_gradient_of_the_bound_is_right(loss, beta):
    net, params = tiny_vae(units=2, loss_unit=loss.unit)
    rows = append_noise(2)(rng(2), samples(7, 4))
    check_gradient(NegativeELBO(loss, beta), net, params, rows)
    check_gradient(NegativeELBO(loss, beta), net, params, rows, samples(7, 4, seed=5))


@pytest.mark.equation("eq-vae-gradient", by="ae_course.variants.NegativeELBO")
def test_the_gradient_at_the_encoder_s_output_is_the_formula():
    net, params = tiny_vae(units=2)
    rows = append_noise(2)(rng(2), samples(1, 4))
    x, eps = rows[:, :4], rows[:, 4:]
    mu, log_variance = net.encode(params, x)

    def error(z):
        p = net.decode(params, z)
        return -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum()

    s = np.exp(log_variance / 2)
    g = slopes(error, mu + s * eps)
    wanted = np.hstack([g + mu, g * eps * s / 2 + (s**2 - 1) / 2])
    found = NegativeELBO(cross_entropy).gradient(net, params, rows)["b2"]
    np.testing.assert_allclose(found, wanted[0], rtol=1e-6)


def test_a_variational_autoencoder_is_trained_by_the_same_loop():
    net = VariationalAutoencoder.folded(5, 8, 2)
    data, J = (samples(200, 5) > 0.5) * 1.0, NegativeELBO(cross_entropy)
    params, history = train(
        net, J, net.init(rng()), data, epochs=20, rng=rng(1), optimizer=Adam(0.01),
        corrupt=append_noise(2),
    )  # fmt: skip
    assert history.objective[-1] < history.objective[0]
    drawn_ones = net.sample(params, rng(2), 9)
    assert drawn_ones.shape == (9, 5)
    assert ((drawn_ones > 0) & (drawn_ones < 1)).all()


def test_training_in_reused_memory_takes_the_same_steps():
    net, params = tiny_vae()
    data, J = samples(30, 4), NegativeELBO(cross_entropy)
    noisy = append_noise(1)(rng(), data)
    options = {"epochs": 1, "batch_size": 30, "optimizer": SGD(0.1)}
    after, _ = train(net, J, params, noisy, data, rng=rng(), **options)
    wanted = params.vector - 0.1 * J.gradient(net, params, noisy, data).vector
    assert_close(after.vector, wanted)


def test_float32_stays_float32():
    net = VariationalAutoencoder.folded(4, 3, 2)
    params = net.init(rng(), dtype=np.float32)
    rows = append_noise(2)(rng(), samples(7, 4).astype(np.float32))
    assert rows.dtype == np.float32
    assert NegativeELBO(cross_entropy).gradient(net, params, rows).dtype == np.float32


def test_samples_without_noise_beside_them_are_named():
    net, params = tiny_vae(units=2)
    with pytest.raises(ValueError, match="X with the noise beside it has 4 columns"):
        NegativeELBO(cross_entropy).value(net, params, samples(3, 4))


def test_fewer_targets_than_samples_are_named():
    net, params = tiny_vae(units=2)
    with pytest.raises(ValueError, match="there are 2 targets for 3 samples"):
        NegativeELBO(cross_entropy).value(net, params, samples(3, 6), samples(2, 4))


@pytest.mark.parametrize("beta", [-1, np.nan, np.inf, "1"])
def test_a_weight_without_a_minimum_is_named(beta):
    with pytest.raises(ValueError, match=r"beta is .*, wanted a number, 0 or more"):
        NegativeELBO(cross_entropy, beta)
    with pytest.raises(TypeError, match="the loss is 'entropy', wanted a Loss"):
        NegativeELBO("entropy")


def test_the_divergence_wants_a_mean_for_every_variance():
    for mu, s in (((3, 2), (1, 2)), ((3,), (3,))):
        with pytest.raises(ValueError, match=r"mu has shape .*; wanted \(N, units\) for both"):
            gaussian_kl(np.zeros(mu), np.zeros(s))


@pytest.mark.parametrize(
    ("encoder", "decoder", "message"),
    [
        (Layer(4, 3, identity), Layer(1, 4, logistic), "the encoder has 3 outputs"),
        (Layer(4, 2, identity), Layer(1, 5, logistic), "the output has 5 units, the input 4"),
        (Layer(4, 2, tanh), Layer(1, 4, logistic), "wanted identity units"),
    ],
)
def test_parts_that_do_not_fit_are_named(encoder, decoder, message):
    with pytest.raises(ValueError, match=message):
        VariationalAutoencoder(Network((encoder,)), Network((decoder,), first=2))


# TopK codes for superposed features


@pytest.mark.equation("eq-superposition", by="ae_course.variants.superposition")
def test_samples_are_sums_of_a_few_directions_of_length_1():
    data = superposition(rng(), 500, 12, 5, 3)
    assert_close(np.linalg.norm(data.F, axis=1), np.ones(12))
    assert ((data.S != 0).sum(axis=1) == 3).all()
    active = data.S[data.S != 0]
    assert ((active >= 0.5) & (active <= 1.5)).all()
    wanted = [sum(s * f for s, f in zip(row, data.F, strict=True)) for row in data.S[:9]]
    assert_close(data.X[:9], wanted)
    assert abs((data.S != 0).mean(axis=0) - 0.25).max() < 0.1


@pytest.mark.equation("eq-recovery", by="ae_course.variants.recovery")
def test_recovery_is_the_largest_cosine():
    F, found = rng(1).normal(size=(6, 4)), rng(2).normal(size=(9, 4))
    wanted = [
        max(f @ g / np.sqrt((f @ f) * (g @ g)) for g in found) for f in F
    ]  # fmt: skip
    assert_close(recovery(F, found), wanted)
    assert_close(recovery(F, 3 * F[::-1]), np.ones(6))
    assert_close(recovery(F, np.zeros((2, 4))), np.zeros(6))


def test_features_that_cannot_be_compared_are_named():
    with pytest.raises(ValueError, match="F has 3 columns, found has 2"):
        recovery(np.eye(3), np.eye(2))
    with pytest.raises(ValueError, match="feature 1 in F has length 0"):
        recovery(np.array([[1.0, 0.0], [0.0, 0.0]]), np.eye(2))


@pytest.mark.parametrize("which", ["samples", "features", "dimensions", "active features"])
def test_superposition_wants_at_least_one_of_everything(which):
    numbers = {"samples": 5, "features": 4, "dimensions": 3, "active features": 2} | {which: 0}
    with pytest.raises(ValueError, match=f"the number of {which} is 0, wanted a whole number, 1"):
        superposition(rng(), *numbers.values())


@pytest.mark.equation("eq-unit-columns", by="ae_course.variants.UnitColumns")
def test_after_every_step_the_columns_have_length_1():
    net = Autoencoder.folded(5, 7, hidden=top_k(2), output=identity)
    params = drawn(net)
    plain, ours = params.copy(), params.copy()
    optimizer = UnitColumns(SGD(0.1), params)
    gradient = SQUARED.gradient(net, params, X)
    SGD(0.1).step(plain.vector, gradient.vector, np.empty_like(plain.vector))
    optimizer.step(ours.vector, gradient.vector, optimizer.start(ours.vector))
    for j in range(7):
        column = plain["W2"][:, j]
        assert_close(ours["W2"][:, j], column / np.sqrt(column @ column))
    for name in ("W1", "b1", "b2"):
        assert_close(ours[name], plain[name])


SPARSE = Autoencoder.folded(5, 9, hidden=top_k(2), output=identity)
STATES = [None, (0,) * 9, (0, 5, 9, 0, 4, 0, 5, 9, 0), (9,) + (0,) * 8]


def with_idle(idle, k=2):
    return 0.7 * type(SQUARED).of(AuxiliaryK(k, patience=5, idle=idle))


@pytest.mark.equation("eq-auxk", by="ae_course.variants.AuxiliaryK")
@pytest.mark.parametrize("idle", STATES, ids=str)
def test_dead_units_help_with_their_largest_net_inputs(idle):
    params, wanted = drawn(SPARSE), 0.0
    W, b, W_, b_ = params.values()
    dead = [j for j in range(9) if idle is not None and idle[j] >= 5]
    for x in X:
        u = W @ x + b
        alive = sorted(range(9), key=lambda j: -u[j])[:2]
        helping = sorted(dead, key=lambda j: -u[j])[:2]
        out = b_ + sum(u[j] * W_[:, j] for j in alive + helping)
        wanted += 0.7 * ((out - x) ** 2).sum() / 2 / len(X)
    assert_close(with_idle(idle).value(SPARSE, params, X), wanted)
    assert_close(with_idle(idle).value(SPARSE, params, X, X), wanted)


@pytest.mark.parametrize("idle", STATES, ids=str)
@pytest.mark.parametrize("k", [1, 3])
def test_the_gradient_of_the_auxiliary_error_is_right_in_any_state(idle, k):
    J = SQUARED + with_idle(idle, k)
    check_gradient(J, SPARSE, drawn(SPARSE), X)
    check_gradient(J, SPARSE, drawn(SPARSE), X, samples(seed=8))


def test_the_auxiliary_error_reads_grey_targets_as_every_loss_does():
    grey = (255 * samples()).astype(np.uint8)
    wanted = with_idle((9,) * 9).value(SPARSE, drawn(SPARSE), X, grey / 255)
    assert_close(with_idle((9,) * 9).value(SPARSE, drawn(SPARSE), X, grey), wanted)
    with pytest.raises(ValueError, match="target has 3 columns"):
        with_idle((9,) * 9).value(SPARSE, drawn(SPARSE), X, X[:, :3])


def test_a_dead_unit_gets_a_gradient_from_the_auxiliary_error_alone():
    params = drawn(SPARSE)
    params["b1"][4] = -100
    idle = tuple(9 * (j == 4) for j in range(9))
    assert not SQUARED.gradient(SPARSE, params, X)["W1"][4].any()
    assert with_idle(idle).gradient(SPARSE, params, X)["W1"][4].any()


def test_idle_batches_are_counted_from_the_last_output():
    params = drawn(SPARSE)
    params["b1"][4], params["b1"][2] = -100, 100
    J = auxiliary_k(2, patience=3)
    for _ in range(4):
        J = J.after(J.see(SPARSE, params, X))
    ((_, term),) = J.parts
    assert term.idle[4] == 4
    assert term.idle[2] == 0
    params["b1"][4] = 200
    ((_, term),) = J.after(J.see(SPARSE, params, X)).parts
    assert term.idle[4] == 0


def test_networks_the_auxiliary_error_is_not_for_are_named():
    deep = Autoencoder.folded(5, 4, 3, output=identity)
    for net in (deep, Autoencoder.folded(5, 4)):
        with pytest.raises(ValueError, match="is for a code and one layer of identity units"):
            auxiliary_k(2).value(net, drawn(net), X)
    with pytest.raises(ValueError, match="3 units were counted, the code has 9"):
        with_idle((0, 1, 2)).value(SPARSE, drawn(SPARSE), X)
    with pytest.raises(ValueError, match="the patience is 0"):
        auxiliary_k(2, 0)
    assert repr(auxiliary_k(2)) == "auxiliary_k(k=2, patience=20)"


def test_a_top_k_autoencoder_finds_the_features_it_was_not_told():
    data = superposition(rng(), 2000, 12, 8, 2)
    net = Autoencoder.folded(8, 16, hidden=top_k(2), output=identity)
    params = net.init(rng(1))
    params["W2"] /= np.linalg.norm(params["W2"], axis=0)
    params["W1"] = params["W2"].T
    optimizer = UnitColumns(Adam(5e-3), params)
    J = SQUARED + 1 / 32 * auxiliary_k(4, patience=10)
    found, _ = train(net, J, params, data.X, epochs=30, rng=rng(2), optimizer=optimizer)
    before, after = (recovery(data.F, p["W2"].T) for p in (params, found))
    assert np.mean(after > 0.9) > 0.8 > 0.3 > np.mean(before > 0.9)
    assert isinstance(found, Parameters)
