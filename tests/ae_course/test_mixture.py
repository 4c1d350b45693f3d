"""A mixture's density, score and best denoiser are what integrals and differences say."""

import numpy as np
import pytest
from helpers import assert_close, assert_slopes, over_noise
from scipy.integrate import quad
from scipy.stats import multivariate_normal

from ae_course.mixture import Mixture

MIXTURE = Mixture([0.5, 0.3, 0.2], [[0, 1], [2, -1], [-1, -1]], [0.3, 0.5, 0.1])


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.equation("eq-posterior-mean", by="ae_course.mixture.Mixture.denoise")
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


@pytest.mark.equation("eq-mixture", by="ae_course.mixture.Mixture")
def test_the_density_is_the_sum_of_normal_ones():
    points = rng(1).normal(size=(9, 2))
    wanted = sum(
        w * multivariate_normal.pdf(points, m, v * np.eye(2))
        for w, m, v in zip(MIXTURE.weights, MIXTURE.means, MIXTURE.variances, strict=True)
    )
    assert_close(np.exp(MIXTURE.log_density(points)), wanted)
    assert_close(MIXTURE.responsibilities(points).sum(axis=1), np.ones(9))


def test_far_from_the_mixture_nothing_overflows():
    far = np.array([[300.0, -400.0]])
    assert np.isfinite(MIXTURE.log_density(far)).all()
    assert np.isfinite(MIXTURE.denoise(far, 0.1)).all()


def test_samples_come_from_the_mixture():
    x = MIXTURE.sample(rng(), 100_000)
    np.testing.assert_allclose(x.mean(axis=0), MIXTURE.weights @ MIXTURE.means, atol=0.02)
    second = MIXTURE.weights @ (MIXTURE.means**2 + MIXTURE.variances[:, None])
    np.testing.assert_allclose((x**2).mean(axis=0), second, atol=0.03)


@pytest.mark.equation("eq-smoothed", by="ae_course.mixture.Mixture.smoothed")
def test_noise_smooths_the_density_and_widens_every_component():
    point = np.array([[0.3, -0.2]])
    wanted = over_noise(lambda eta: np.exp(MIXTURE.log_density(point - 0.4 * eta))[0], 2)
    found = np.exp(MIXTURE.smoothed(0.4).log_density(point))[0]
    np.testing.assert_allclose(found, wanted, rtol=1e-3)


@pytest.mark.equation("eq-mixture-score", by="ae_course.mixture.Mixture.score")
def test_the_score_is_the_slope_of_the_log_density():
    points = rng(1).normal(size=(9, 2))
    assert_slopes(MIXTURE.score(points), lambda x: MIXTURE.log_density(x).sum(), points)


@pytest.mark.equation("eq-mixture-denoiser", by="ae_course.mixture.Mixture.denoise")
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
    calls = (
        MIXTURE.score,
        MIXTURE.log_density,
        MIXTURE.responsibilities,
        lambda x: MIXTURE.denoise(x, 1.0),
    )
    for call in calls:
        with pytest.raises(ValueError, match=f"X has {D} columns, the mixture takes 2"):
            call(points)


def test_noise_and_samples_of_a_mixture_are_positive_in_number():
    for call in (MIXTURE.smoothed, lambda sigma: MIXTURE.denoise(np.zeros((1, 2)), sigma)):
        with pytest.raises(ValueError, match="sigma is -1, wanted a positive number"):
            call(-1)
    with pytest.raises(ValueError, match="the number of samples is 0, wanted a whole number"):
        MIXTURE.sample(rng(), 0)
