"""A mixture's density, score and best denoiser are what integrals and differences say."""

import numpy as np
import pytest
from helpers import assert_close, assert_slopes, orthogonal, over_noise
from scipy.integrate import quad
from scipy.stats import multivariate_normal

from ae_course.mixtures import GaussianMixture, Mixture

MIXTURE = Mixture([0.5, 0.3, 0.2], [[0, 1], [2, -1], [-1, -1]], [0.3, 0.5, 0.1])


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.equation("eq-posterior-mean", by="ae_course.mixtures.Mixture.denoise")
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


@pytest.mark.equation("eq-mixture", by="ae_course.mixtures.Mixture")
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


@pytest.mark.equation("eq-smoothed", by="ae_course.mixtures.Mixture.smoothed")
def test_noise_smooths_the_density_and_widens_every_component():
    point = np.array([[0.3, -0.2]])
    wanted = over_noise(lambda eta: np.exp(MIXTURE.log_density(point - 0.4 * eta))[0], 2)
    found = np.exp(MIXTURE.smoothed(0.4).log_density(point))[0]
    np.testing.assert_allclose(found, wanted, rtol=1e-3)


@pytest.mark.equation("eq-mixture-score", by="ae_course.mixtures.Mixture.score")
def test_the_score_is_the_slope_of_the_log_density():
    points = rng(1).normal(size=(9, 2))
    assert_slopes(MIXTURE.score(points), lambda x: MIXTURE.log_density(x).sum(), points)


@pytest.mark.equation("eq-mixture-denoiser", by="ae_course.mixtures.Mixture.denoise")
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


def tilted(d, seed):
    """A covariance with these eigenvalues and random axes."""
    U = orthogonal(rng(seed), len(d))
    return U * np.array(d) @ U.T


FULL = GaussianMixture(
    [0.5, 0.3, 0.2],
    [[0, 1], [2, -1], [-1, -1]],
    [tilted([0.5, 0.1], 1), tilted([0.9, 0.3], 2), tilted([0.2, 0.02], 3)],
)


@pytest.mark.equation("eq-gaussian-mixture", by="ae_course.mixtures.GaussianMixture")
def test_the_density_of_normals_with_covariances_of_their_own():
    points = rng(1).normal(size=(9, 2))
    parts = [
        w * multivariate_normal.pdf(points, m, Phi)
        for w, m, Phi in zip(FULL.weights, FULL.means, FULL.covariances, strict=True)
    ]
    assert_close(np.exp(FULL.log_density(points)), sum(parts))
    assert_close(FULL.responsibilities(points), (parts / sum(parts)).T)
    assert np.isfinite(FULL.log_density(np.array([[3000.0, -4000.0]]))).all()


def test_round_components_are_a_mixture_of_round_ones():
    same = GaussianMixture(
        MIXTURE.weights, MIXTURE.means, MIXTURE.variances[:, None, None] * np.eye(2)
    )
    points = rng(1).normal(size=(9, 2))
    assert_close(same.log_density(points), MIXTURE.log_density(points))
    assert_close(same.denoise(points, 0.7), MIXTURE.denoise(points, 0.7))
    smoothed = same.smoothed(0.7).log_density(points)
    assert_close(smoothed, MIXTURE.smoothed(0.7).log_density(points))


@pytest.mark.equation(
    "eq-gaussian-mixture-denoiser", by="ae_course.mixtures.GaussianMixture.denoise"
)
@pytest.mark.parametrize("noisy", [(0.3, 0.2), (1.0, -2.0)])
def test_the_denoiser_of_a_mixture_is_the_mean_that_integration_gives(noisy):
    axis = np.linspace(-6, 6, 601)
    x = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    joint = np.exp(FULL.log_density(x) - ((x - noisy) ** 2).sum(axis=1) / (2 * 0.6**2))
    found = FULL.denoise(np.array([noisy]), 0.6)
    np.testing.assert_allclose(found[0], joint @ x / joint.sum(), rtol=1e-6)


def test_draws_have_the_moments_of_the_mixture():
    x = FULL.sample(rng(), 200_000)
    np.testing.assert_allclose(x.mean(axis=0), FULL.weights @ FULL.means, atol=0.02)
    each = FULL.covariances + FULL.means[:, :, None] * FULL.means[:, None]
    second = np.einsum("k,kij->ij", FULL.weights, each)
    np.testing.assert_allclose(x.T @ x / len(x), second, atol=0.03)
    np.testing.assert_array_equal(FULL.sample(rng(), 10), FULL.sample(rng(), 10))


@pytest.mark.equation("eq-em", by="ae_course.mixtures.GaussianMixture.improved")
def test_a_step_shares_out_the_samples_and_takes_their_moments():
    X = FULL.sample(rng(), 50)
    R, found = FULL.responsibilities(X), FULL.improved(X)
    for k in range(3):
        mean = sum(r * x for r, x in zip(R[:, k], X, strict=True)) / R[:, k].sum()
        Phi = sum(r * np.outer(x - mean, x - mean) for r, x in zip(R[:, k], X, strict=True))
        assert_close(found.weights[k], R[:, k].mean())
        assert_close(found.means[k], mean)
        assert_close(found.covariances[k], Phi / R[:, k].sum())


@pytest.mark.parametrize("least", [0.0, 0.3])
def test_no_step_lowers_the_likelihood(least):
    X = FULL.sample(rng(), 400)
    found = GaussianMixture(np.full(4, 1 / 4), rng(2).normal(size=(4, 2)), [2 * np.eye(2)] * 4)
    likelihood = [-np.inf]
    for _ in range(30):
        found = found.improved(X, least)
        likelihood.append(found.log_density(X).mean())
        assert np.linalg.eigvalsh(found.covariances).min() >= least - 1e-12
    assert np.diff(likelihood).min() > -1e-12
    assert likelihood[-1] > likelihood[1] + 0.1
    assert np.linalg.eigvalsh(FULL.covariances).min() < 0.3


def test_a_fit_finds_the_mixture_that_samples_came_from():
    found = GaussianMixture.fit(FULL.sample(rng(), 20_000), 3, rng(1), steps=200, gain=1e-7)
    order = [np.linalg.norm(found.means - mean, axis=1).argmin() for mean in FULL.means]
    np.testing.assert_allclose(found.weights[order], FULL.weights, atol=0.02)
    np.testing.assert_allclose(found.means[order], FULL.means, atol=0.05)
    np.testing.assert_allclose(found.covariances[order], FULL.covariances, atol=0.05)


def test_one_component_is_the_normal_distribution_of_the_samples():
    X = rng().normal(size=(30, 3)) @ rng(1).normal(size=(3, 3))
    found = GaussianMixture.fit(X, 1, rng())
    assert_close(found.means[0], X.mean(axis=0))
    assert_close(found.covariances[0], np.cov(X.T, bias=True))


def test_what_does_not_vary_gets_the_least_variance():
    X = np.column_stack([rng().normal(size=100), np.full(100, 3.0)])
    found = GaussianMixture.fit(X, 2, rng(), floor=0.01)
    wanted = 0.01 * X[:, 0].var() / 2
    np.testing.assert_allclose(np.linalg.eigvalsh(found.covariances)[:, 0], wanted)


def test_components_that_are_none_are_named():
    far = GaussianMixture([0.5, 0.5], [[0.0], [1e3]], np.ones((2, 1, 1)))
    with pytest.raises(ValueError, match="component 1 has lost all samples"):
        far.improved(rng().normal(size=(9, 1)))
    with pytest.raises(ValueError, match=r"the number of components is 10, wanted .* 1 to 9"):
        GaussianMixture.fit(np.zeros((9, 1)), 10, rng())
    with pytest.raises(ValueError, match=r"shape \(1, 3, 3\), wanted \(1, 2, 2\)"):
        GaussianMixture([1], [[0, 0]], [np.eye(3)])
    with pytest.raises(ValueError, match=r"covariances\[0\] has the eigenvalue 0"):
        GaussianMixture([1], [[0, 0]], [np.diag([1, 0])])
    with pytest.raises(ValueError, match=r"covariances\[0\] is not symmetric"):
        GaussianMixture([1], [[0, 0]], [[[1, 0.5], [0, 1]]])
    with pytest.raises(ValueError, match=r"1 means, weights of shape .* and covariances of shape"):
        GaussianMixture([1], [[0, 0]], np.ones((2, 2, 2)))
    with pytest.raises(ValueError, match="sigma is 0"):
        FULL.denoise(np.zeros((1, 2)), 0)
    with pytest.raises(ValueError, match="X has 3 columns, the mixture takes 2"):
        FULL.log_density(np.zeros((1, 3)))
