"""Samples made out of noise are distributed as they should be, and solvers have their order."""

from itertools import pairwise

import numpy as np
import pytest
from helpers import assert_close, orthogonal, slopes
from scipy.optimize import brentq
from scipy.stats import norm

from ae_course.denoising import wiener
from ae_course.diffusion import (
    ancestral_sampling,
    annealed_langevin,
    guided,
    memorising_denoiser,
    noise_schedule,
    probability_flow,
)
from ae_course.mixtures import Mixture

MIXTURE = Mixture([0.5, 0.3, 0.2], [[0, 1], [2, -1], [-1, -1]], [0.3, 0.5, 0.1])
LINE = Mixture([0.4, 0.6], [[-1.0], [2.0]], [0.1, 0.3])
D = np.array([4.0, 0.5, 0.01])
U = orthogonal(np.random.default_rng(7), 3)
PHI = U * D @ U.T


def rng(seed=0):
    return np.random.default_rng(seed)


def of_a_normal(x, sigma):
    """The best denoiser of centred normal samples with covariance PHI."""
    return x @ wiener(PHI, sigma)


def cdf(x, sigma):
    """The distribution function of the noisy samples of LINE."""
    return sum(
        w * norm.cdf(x, m, np.sqrt(v + sigma**2))
        for w, m, v in zip(LINE.weights, LINE.means[:, 0], LINE.variances, strict=True)
    )


@pytest.mark.equation("eq-heat", by="ae_course.diffusion.probability_flow")
@pytest.mark.parametrize("sigma", [0.3, 1.0])
def test_the_density_of_the_noisy_samples_spreads_as_heat_does(sigma):
    points, h = rng(1).normal(size=(9, 2)), 1e-3

    def density(x, s):
        return np.exp(MIXTURE.smoothed(s).log_density(x))

    by_sigma = (density(points, sigma + h) - density(points, sigma - h)) / (2 * h)
    laplacian = -4 * density(points, sigma)
    for move in ([h, 0], [-h, 0], [0, h], [0, -h]):
        laplacian += density(points + move, sigma)
    np.testing.assert_allclose(by_sigma, sigma * laplacian / h**2, atol=1e-5)


@pytest.mark.equation("eq-probability-flow", by="ae_course.diffusion.probability_flow")
def test_points_keep_their_quantile_all_along_the_flow():
    """On a line nobody overtakes: this is what it means to keep up with the density."""
    sigmas = np.geomspace(8, 0.05, 400)
    for level in (0.03, 0.4, 0.41, 0.9):
        start = brentq(lambda x, level=level: cdf(x, 8) - level, -50, 50)
        found = probability_flow(LINE.denoise, np.array([[start]]), sigmas)
        np.testing.assert_allclose(cdf(found.item(), 0.05), level, atol=1e-3)
    first, second = 8.0, 7.999
    moved = probability_flow(LINE.denoise, np.array([[3.0]]), (first, second)) - 3.0
    slope = moved.item() / (second - first)
    score = slopes(lambda x: LINE.smoothed(first).log_density(x).sum(), np.array([[3.0]]))
    np.testing.assert_allclose(slope, -first * score.item(), rtol=1e-3)


@pytest.mark.equation("eq-flow-normal", by="ae_course.diffusion.probability_flow")
def test_for_a_normal_distribution_the_flow_is_known_and_heun_has_order_2():
    start = rng().normal(size=(5, 3))
    first, last = 10.0, 0.1
    wanted = start @ U * np.sqrt((D + last**2) / (D + first**2)) @ U.T
    errors = []
    for steps in (100, 200, 400):
        found = probability_flow(of_a_normal, start, np.geomspace(first, last, steps + 1))
        errors.append(np.abs(found - wanted).max())
    assert errors[-1] < 1e-4
    for coarse, fine in pairwise(errors):
        assert 3.8 < coarse / fine < 4.2


def test_the_last_step_to_zero_is_the_denoiser():
    start = rng().normal(size=(5, 2))
    before = start.copy()
    assert_close(probability_flow(MIXTURE.denoise, start, [0.5, 0]), MIXTURE.denoise(start, 0.5))
    found = ancestral_sampling(MIXTURE.denoise, start, [0.5, 0], rng())
    assert_close(found, MIXTURE.denoise(start, 0.5))
    np.testing.assert_array_equal(start, before)


@pytest.mark.equation("eq-ancestral", by="ae_course.diffusion.ancestral_sampling")
def test_an_ancestral_step_is_a_draw_given_the_noisy_and_the_clean_sample():
    clean, noisy, sigma, tau = 0.7, 1.9, 1.5, 0.6
    # x_tau = clean + tau a, x_sigma = x_tau + sqrt(sigma^2 - tau^2) b: condition on x_sigma.
    joint = np.array([[tau**2, tau**2], [tau**2, sigma**2]])
    mean = clean + joint[0, 1] / joint[1, 1] * (noisy - clean)
    variance = joint[0, 0] - joint[0, 1] ** 2 / joint[1, 1]
    x = np.full((200_000, 1), noisy)
    found = ancestral_sampling(lambda x, sigma: np.full_like(x, clean), x, [sigma, tau], rng())
    np.testing.assert_allclose(found.mean(), mean, atol=0.01)
    np.testing.assert_allclose(found.var(), variance, rtol=0.02)
    z = rng().standard_normal((200_000, 1))
    assert_close(found, mean + np.sqrt(variance) * z)


@pytest.mark.equation("eq-langevin", by="ae_course.diffusion.annealed_langevin")
def test_a_langevin_step_and_what_many_of_them_lead_to():
    start, sigma, rate = rng().normal(size=(5, 2)), 0.8, 0.3
    h = rate * sigma**2
    score, z = MIXTURE.smoothed(sigma).score(start), rng(4).standard_normal((5, 2))
    found = annealed_langevin(MIXTURE.denoise, start, [sigma], rng(4), steps=1, rate=rate)
    assert_close(found, start + h / 2 * score + np.sqrt(h) * z)
    # For a normal distribution the variance of the chain is known, whatever h.
    many = np.zeros((20_000, 3))
    many = annealed_langevin(of_a_normal, many, [sigma], rng(5), steps=400, rate=rate) @ U
    variance = D + sigma**2
    np.testing.assert_allclose(many.var(axis=0), variance / (1 - h / (4 * variance)), rtol=0.04)


@pytest.mark.parametrize("way", ["flow", "ancestral", "langevin"])
def test_every_way_leads_to_the_samples_of_a_mixture(way):
    mixture = Mixture([0.25, 0.75], [[-1.5], [0.5]], [0.04, 0.09])
    sigmas = noise_schedule(10, 0.02, 50)
    x = 10 * rng().normal(size=(8000, 1))
    if way == "flow":
        x = probability_flow(mixture.denoise, x, sigmas)
    elif way == "ancestral":
        x = ancestral_sampling(mixture.denoise, x, noise_schedule(10, 0.02, 200), rng(1))
    else:
        x = annealed_langevin(mixture.denoise, x, sigmas[:-1], rng(1), steps=12, rate=0.4)
    left = x < -0.5
    np.testing.assert_allclose(left.mean(), 0.25, atol=0.015)
    for group, m, v in ((x[left], -1.5, 0.04), (x[~left], 0.5, 0.09)):
        np.testing.assert_allclose(group.mean(), m, atol=0.02)
        # Few of Langevin's steps at each sigma do not forget that groups were wider before.
        rtol = 0.1 if way == "langevin" else 0.05
        np.testing.assert_allclose(group.std(), np.sqrt(v), rtol=rtol)


@pytest.mark.equation("eq-guidance", by="ae_course.diffusion.guided")
@pytest.mark.parametrize("strength", [0, 0.5, 1, 3])
def test_guidance_goes_from_one_denoiser_towards_the_other_and_beyond(strength):
    x = rng().normal(size=(5, 2))
    part = Mixture([1.0], MIXTURE.means[:1], MIXTURE.variances[:1])
    found = guided(MIXTURE.denoise, part.denoise, strength)(x, 0.4)
    plain, told = MIXTURE.denoise(x, 0.4), part.denoise(x, 0.4)
    assert_close(found, (1 - strength) * plain + strength * told)


@pytest.mark.equation("eq-memorise", by="ae_course.diffusion.memorising_denoiser")
@pytest.mark.parametrize("sigma", [0.05, 0.5, 3.0])
def test_on_finitely_many_samples_the_best_denoiser_weighs_them(sigma):
    points, noisy = rng().normal(size=(9, 3)) + 5, rng(1).normal(size=(4, 3)) + 5
    found = memorising_denoiser(points)(noisy, sigma)
    nearly = Mixture(np.full(9, 1 / 9), points, np.full(9, 1e-12))
    np.testing.assert_allclose(found, nearly.denoise(noisy, sigma), rtol=1e-6)
    for x, row in zip(noisy, found, strict=True):
        weights = [np.exp(-((x - p) ** 2).sum() / (2 * sigma**2)) for p in points]
        if sum(weights) > 1e-200:
            assert_close(row, np.array(weights) @ points / sum(weights))


def test_a_flow_along_the_memorising_denoiser_ends_at_copies():
    points = rng().normal(size=(9, 3))
    found = probability_flow(
        memorising_denoiser(points), 10 * rng(1).normal(size=(50, 3)), noise_schedule(10, 0.01, 40)
    )
    nearest = np.abs(found[:, None] - points).max(axis=2).min(axis=1)
    assert nearest.max() < 1e-6


def test_the_schedule_goes_down_evenly_in_a_power():
    sigmas = noise_schedule(12, 0.03, 9, rho=5)
    assert_close(sigmas[[0, -2, -1]], [12, 0.03, 0])
    np.testing.assert_allclose(np.diff(sigmas[:-1] ** (1 / 5), 2), 0, atol=1e-12)


def test_levels_and_settings_that_make_no_sense_are_named():
    x = np.zeros((2, 1))
    for sigmas in ([1, 2], [1], [1, np.nan], [1, 0, -1], [[2, 1]], [1, 1]):
        for call in (
            lambda s: probability_flow(LINE.denoise, x, s),
            lambda s: ancestral_sampling(LINE.denoise, x, s, rng()),
        ):
            with pytest.raises(ValueError, match=r"sigmas are .*, wanted 2 or more that go down"):
                call(sigmas)
    with pytest.raises(ValueError, match="the last sigma is 0"):
        annealed_langevin(LINE.denoise, x, [1, 0], rng())
    with pytest.raises(ValueError, match="the rate is 0"):
        annealed_langevin(LINE.denoise, x, [1], rng(), rate=0)
    with pytest.raises(ValueError, match="the number of steps is 0"):
        annealed_langevin(LINE.denoise, x, [1], rng(), steps=0)
    with pytest.raises(TypeError, match=r"rng is 0, wanted a numpy.random.Generator"):
        ancestral_sampling(LINE.denoise, x, [1, 0.5], 0)
    with pytest.raises(ValueError, match="sigma goes from 1 to 2, wanted downwards"):
        noise_schedule(1, 2, 5)
    with pytest.raises(ValueError, match="the number of steps is 1"):
        noise_schedule(2, 1, 1)
    with pytest.raises(ValueError, match="the strength is nan"):
        guided(LINE.denoise, LINE.denoise, np.nan)
    with pytest.raises(ValueError, match="x has 2 columns, the denoiser takes 1"):
        memorising_denoiser([[0.0]])(np.zeros((1, 2)), 1.0)


def test_memories_far_from_the_origin_are_as_sharp():
    rng = np.random.default_rng(0)
    points, x = rng.normal(size=(200, 3)), rng.normal(size=(20, 3))
    found = memorising_denoiser(points + 1e8)(x + 1e8, 0.1) - 1e8
    np.testing.assert_allclose(found, memorising_denoiser(points)(x, 0.1), atol=1e-5)


def test_a_denoiser_that_says_something_else_is_named():
    x, rng = np.ones((2, 3)), np.random.default_rng(0)
    for sample in (
        lambda denoise: probability_flow(denoise, x, [2, 1]),
        lambda denoise: ancestral_sampling(denoise, x, [2, 1], rng),
        lambda denoise: annealed_langevin(denoise, x, [2, 1], rng),
    ):
        with pytest.raises(ValueError, match=r"returns at sigma = 2 has shape \(1, 3\), wanted"):
            sample(lambda x, sigma: x[:1])
        with pytest.raises(ValueError, match=r"returns at sigma = 2\[0, 0\] is nan"):
            sample(lambda x, sigma: x * np.nan)
