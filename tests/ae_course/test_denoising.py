"""A denoiser learns what its equation says, and is as good as the best one can be."""

import numpy as np
import pytest
from helpers import assert_close, assert_slopes, drawn, over_noise, samples
from scipy.optimize import minimize

from ae_course.activations import identity, tanh
from ae_course.autoencoder import Autoencoder
from ae_course.denoising import (
    denoiser_score,
    gaussian_noise,
    linear_denoising_error,
    masking_noise,
    salt_and_pepper,
    wiener,
)
from ae_course.losses import cross_entropy, squared_error
from ae_course.mixtures import Mixture
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction
from ae_course.optimizers import SGD, Adam
from ae_course.pca import PCA, covariance
from ae_course.training import train
from ae_course.variational import append_noise

CORRUPTIONS = [gaussian_noise(0.3), masking_noise(0.3), salt_and_pepper(0.3)]
SQUARED, CROSS = reconstruction(squared_error), reconstruction(cross_entropy)
MIXTURE = Mixture([0.5, 0.3, 0.2], [[0, 1], [2, -1], [-1, -1]], [0.3, 0.5, 0.1])


def rng(seed=0):
    return np.random.default_rng(seed)


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


@pytest.mark.equation("eq-masking", by="ae_course.denoising.masking_noise")
@pytest.mark.parametrize("share", [0, 0.1, 0.7])
def test_masking_puts_its_share_to_zero_and_leaves_the_rest(share):
    x = 0.2 + samples(1000, 100)
    found = masking_noise(share)(rng(), x)
    gone = found == 0
    assert abs(gone.mean() - share) < 0.005
    np.testing.assert_array_equal(found[~gone], x[~gone])


@pytest.mark.equation("eq-salt", by="ae_course.denoising.salt_and_pepper")
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


@pytest.mark.equation("eq-denoising", by="ae_course.denoising.gaussian_noise")
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
    after, *_ = train(net, SQUARED, params, one, rng=rng(5), **options)
    assert_close(after.vector, params.vector - 0.1 * gradient.vector)


@pytest.mark.equation("eq-tweedie", by="ae_course.denoising.denoiser_score")
@pytest.mark.parametrize("sigma", [0.1, 0.5, 2.0])
def test_a_perfect_denoiser_is_the_score_of_the_noisy_samples(sigma):
    points = rng(1).normal(size=(9, 2))

    def perfect(_params, x):
        return MIXTURE.denoise(x, sigma)

    def log_density(x):
        return MIXTURE.smoothed(sigma).log_density(x).sum()

    assert_slopes(denoiser_score(perfect, None, points, sigma), log_density, points)


def test_only_a_map_to_the_same_space_has_a_score():
    net = Network((Layer(5, 4, tanh),))
    with pytest.raises(ValueError, match=r"the outputs have shape \(7, 4\), wanted that of X"):
        denoiser_score(net, net.init(rng()), samples(7, 5), 0.5)


PHI = covariance(samples(40, 4) @ rng(4).normal(size=(4, 4)))[1]


@pytest.mark.equation("eq-noise-decay", by="ae_course.denoising.linear_denoising_error")
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


@pytest.mark.equation("eq-wiener", by="ae_course.denoising.wiener")
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


@pytest.mark.equation("eq-shrinkage", by="ae_course.denoising.wiener")
def test_the_wiener_filter_shrinks_every_principal_component():
    data = samples(40, 4)
    pca = PCA.fit(data)
    C = wiener(covariance(data)[1], 0.3)
    d = pca.eigenvalues
    assert_close(pca.components @ C @ pca.components.T, np.diag(d / (d + 0.09)))
    least = linear_denoising_error(covariance(data)[1], C, 0.3)
    assert_close(least, 0.5 * (d * 0.09 / (d + 0.09)).sum())


def test_a_direction_in_which_nothing_varies_stays_closed_however_little_noise_there_is():
    v = np.array([3.0, -1.0, 2.0]) / 7  # the variances beside it are rounding: about 1e-17
    assert_close(wiener(np.outer(v, v), 1e-12), np.outer(v, v) / (v @ v))


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
        params, *_ = train(
            net, SQUARED, params, data, epochs=20, rng=generator, optimizer=Adam(rate),
            corrupt=gaussian_noise(0.5),
        )  # fmt: skip
    np.testing.assert_allclose(params["W1"], wiener(covariance(data)[1], 0.5), atol=0.04)


def test_without_a_symmetric_matrix_there_is_no_wiener_filter():
    for call in (wiener, lambda Phi, sigma: linear_denoising_error(Phi, np.eye(2), sigma)):
        for scale in (1e-300, 1e-9, 1, 1e9):
            with pytest.raises(ValueError, match=r"Phi is not symmetric: Phi\[0, 1\] is .*9"):
                call(scale * np.array([[1.0, 0.9], [0.0, 1.0]]), 0.1)
        with pytest.raises(ValueError, match="wanted a square covariance matrix"):
            call(np.ones((2, 3)), 1.0)
    with pytest.raises(ValueError, match=r"Phi\[0, 1\] is nan"):
        wiener(np.array([[1.0, np.nan], [np.nan, 1.0]]), 1.0)


def test_a_linear_denoiser_of_another_size_is_named():
    with pytest.raises(ValueError, match=r"M has shape \(2, 4\), wanted \(4, 4\)"):
        linear_denoising_error(PHI, np.ones((2, 4)), 1.0)
    with pytest.raises(ValueError, match="sigma is -1, wanted a positive number"):
        linear_denoising_error(PHI, np.eye(4), -1)


class Least(np.random.Generator):
    """Draws the smallest number that there is to draw."""

    def random(self, size=None, dtype=np.float64, out=None):
        return np.zeros(size, dtype)


@pytest.mark.parametrize("make", [masking_noise, salt_and_pepper])
def test_a_share_of_0_corrupts_nothing_whatever_is_drawn(make):
    least, x = Least(np.random.PCG64(0)), np.full((2, 3), 0.5)
    assert make(0)(least, x).tolist() == x.tolist()
    assert (make(0.1)(least, x) != x).all()
