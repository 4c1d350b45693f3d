"""A denoiser for all strengths of noise is what its equations say, and learns the best one."""

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course.activations import identity, relu, tanh
from ae_course.autoencoder import Autoencoder
from ae_course.checkpoint import load, save
from ae_course.denoising import wiener
from ae_course.diffusion import memorising_denoiser
from ae_course.gradcheck import check_gradient
from ae_course.losses import squared_error
from ae_course.mixtures import Mixture
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction, weight_decay
from ae_course.optimizers import Adam
from ae_course.schedules import cosine
from ae_course.score_matching import (
    Bumps,
    NoiseConditionedDenoiser,
    denoising_score_matching,
    noise_levels,
)
from ae_course.training import train

BUMPS = Bumps(0.1, 10, 4)
J = denoising_score_matching


def rng(seed=0):
    return np.random.default_rng(seed)


def denoiser(inputs=3, classes=0, scale=0.5):
    """A small denoiser, parameters that are nowhere zero, and rows with class and sigma."""
    net = NoiseConditionedDenoiser.of(
        inputs, 5, 4, features=BUMPS, classes=classes, scale=scale, activation=tanh
    )
    clean = samples(7, inputs) - 0.5
    told = np.eye(classes)[rng(3).integers(classes, size=7)] if classes else np.zeros((7, 0))
    rows = noise_levels(0.5, 1.0, classes=classes)(rng(2), np.hstack([clean, told]))
    return net, drawn(net), rows, clean


@pytest.mark.equation("eq-noise-features", by="ae_course.score_matching.Bumps")
def test_bumps_stand_side_by_side_on_the_axis_of_log_sigma():
    sigma = np.array([0.01, 0.1, 0.7, 10, 55])
    centres = np.log(0.1) + np.arange(4) * np.log(100) / 3
    for s, row in zip(sigma, BUMPS(sigma), strict=True):
        assert_close(row, np.exp(-((np.log(s) - centres) ** 2) / 2 / (np.log(100) / 3) ** 2))
    assert BUMPS(np.array([0.1]))[0, 0] == 1


@pytest.mark.equation("eq-precondition", by="ae_course.score_matching.NoiseConditionedDenoiser")
@pytest.mark.parametrize("classes", [0, 2])
def test_the_denoiser_is_a_network_between_two_scalings(classes):
    net, params, rows, _ = denoiser(classes=classes)
    for row, found in zip(rows, net(params, rows), strict=True):
        noisy, told, sigma = row[:3], row[3:-1], row[-1]
        total = sigma**2 + 0.5**2
        inside = np.concatenate([noisy / np.sqrt(total), told, BUMPS(np.array([sigma]))[0]])
        for l in (1, 2):
            inside = np.tanh(params[f"W{l}"] @ inside + params[f"b{l}"])
        F = params["W3"] @ inside + params["b3"]
        assert_close(found, 0.5**2 / total * noisy + sigma * 0.5 / np.sqrt(total) * F)


@pytest.mark.parametrize("sigma", [0.05, 0.5, 4.0])
def test_the_scalings_make_variances_1_and_what_the_network_adds_least(sigma):
    net, *_ = denoiser()
    skip, out, scale = net.scalings(sigma)
    variance = np.array([[0.25, 0.25], [0.25, 0.25 + sigma**2]])  # of x and x~

    def of(x, noisy):
        return np.array([x, noisy]) @ variance @ [x, noisy]

    assert_close(of(0, scale), 1.0)
    assert_close(of(1, -skip), out**2)
    assert all(of(1, -other) > out**2 for other in (skip - 0.01, skip + 0.01))
    assert_close(skip, wiener([[0.25]], sigma)[0, 0])


def test_what_a_denoiser_is_given_is_put_together():
    net, params, rows, _ = denoiser(classes=2)
    one = rows[:1].copy()
    one[:, 3:5] = [0, 1]
    sigma = one[0, -1]
    found = net.denoise(params, one[:, :3], sigma, np.array([1]))
    assert_close(found, net(params, one))
    one[:, 3:5] = 0
    assert_close(net.denoise(params, one[:, :3], sigma), net(params, one))


@pytest.mark.equation("eq-dsm", by="ae_course.score_matching.DenoisingScoreMatching")
@pytest.mark.parametrize("classes", [0, 2])
def test_the_objective_is_the_weighted_mean_of_the_errors(classes):
    net, params, rows, clean = denoiser(classes=classes)
    wanted = 0.0
    for row, x in zip(rows, clean, strict=True):
        sigma, (found,) = row[-1], net(params, row[None])
        weight = (sigma**2 + 0.25) / (0.25 * sigma**2)
        wanted += weight * ((found - x) ** 2).sum() / 2 / 7
    assert_close(J.value(net, params, rows, clean), wanted)


@pytest.mark.parametrize("classes", [0, 2])
@pytest.mark.parametrize(
    "objective", [J, J + 0.1 * weight_decay, reconstruction(squared_error), 0.5 * J], ids=repr
)
def test_every_gradient_is_that_of_its_objective(objective, classes):
    net, params, rows, clean = denoiser(classes=classes)
    assert check_gradient(net, objective, params, rows, clean).error < 1e-7


@pytest.mark.equation("eq-dsm-vincent", by="ae_course.score_matching.DenoisingScoreMatching")
@pytest.mark.parametrize("sigma", [0.2, 1.0])
def test_to_denoise_and_to_fit_the_score_differ_by_a_constant(sigma):
    """Three samples, all noise: both means are sums over a fine grid of noise."""
    net = NoiseConditionedDenoiser.of(1, 4, features=BUMPS, activation=tanh)
    clean = np.array([[-1.0], [0.3], [1.2]])
    eps = np.linspace(-8, 8, 4001)
    chance = np.exp(-(eps**2) / 2) / np.exp(-(eps**2) / 2).sum()
    x, e = (a.ravel()[:, None] for a in np.meshgrid(clean, eps, indexing="ij"))
    noisy, chance = x + sigma * e, np.tile(chance, 3) / 3
    # The score of the noisy samples, by differences of the log density.
    step = 1e-4

    def log_density(t):
        squares = (t - clean.T) ** 2 / (2 * sigma**2)
        return np.log(np.exp(-squares).sum(axis=1, keepdims=True))

    score = (log_density(noisy + step) - log_density(noisy - step)) / (2 * step)
    weight = (sigma**2 + 1) / sigma**2
    gaps = []
    for seed in (1, 2, 3):
        params = drawn(net, seed)
        D = net.denoise(params, noisy, sigma)
        explicit = weight * sigma**4 * chance @ ((D - noisy) / sigma**2 - score) ** 2 / 2
        rows = np.hstack([noisy, np.full(noisy.shape, sigma)])
        one_by_one = weight * (D - x) ** 2 / 2
        np.testing.assert_allclose(J.value(net, params, rows, x), one_by_one.mean())
        gaps.append((chance @ one_by_one - explicit).item())
    np.testing.assert_allclose(gaps, gaps[0], rtol=1e-6)
    best = memorising_denoiser(clean)(noisy, sigma)
    np.testing.assert_allclose(gaps[0], (weight * chance @ (best - x) ** 2 / 2).item(), rtol=1e-6)


def test_the_unchanged_loop_trains_it_to_the_best_denoiser():
    mixture = Mixture([0.4, 0.6], [[-1.2], [0.8]], [0.02, 0.05])
    X = mixture.sample(rng(), 4000)
    net = NoiseConditionedDenoiser.of(1, 32, 32, features=Bumps(0.02, 10, 12), activation=tanh)
    options = {"rng": rng(2), "optimizer": Adam(cosine(1e-2, steps=1200)), "batch_size": 200}
    corrupt = noise_levels(0.5, 1.2)
    params, *_ = train(net, J, net.init(rng(1)), X, epochs=60, corrupt=corrupt, **options)
    for sigma in (0.1, 0.5, 2.0):
        noisy = mixture.sample(rng(5), 4000) + sigma * rng(6).normal(size=(4000, 1))
        best = mixture.denoise(noisy, sigma)
        miss = ((net.denoise(params, noisy, sigma) - best) ** 2).mean()
        assert miss < 0.02 * ((noisy - best) ** 2).mean()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigma_is_drawn_and_stands_beside_the_noisy_sample(dtype):
    x = np.tile(np.array([[3.0, -1.0, 0.0, 1.0]], dtype), (200_000, 1))
    before = x.copy()
    rows = noise_levels(0.5, 0.7, classes=2, drop=0.25)(rng(), x)
    assert rows.dtype == dtype
    assert rows.shape == (200_000, 5)
    np.testing.assert_array_equal(x, before)
    sigma = rows[:, -1].astype(float)
    np.testing.assert_allclose(np.log(sigma).mean(), np.log(0.5), atol=0.01)
    np.testing.assert_allclose(np.log(sigma).std(), 0.7, atol=0.01)
    noise = (rows[:, :2].astype(float) - x[:, :2]) / sigma[:, None]
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(np.cov(noise.T), np.eye(2), atol=0.01)
    told = rows[:, 2:4]
    assert set(map(tuple, told.tolist())) == {(0.0, 0.0), (0.0, 1.0)}
    np.testing.assert_allclose(told[:, 1].mean(), 0.75, atol=0.005)
    assert np.corrcoef(told[:, 1], np.log(sigma))[0, 1] < 0.01


def test_numbers_stay_float32_where_they_are():
    net = NoiseConditionedDenoiser.of(3, 5, features=BUMPS)
    params = net.init(rng(), dtype=np.float32)
    X = samples(8, 3).astype(np.float32)
    assert net.denoise(params, X, 0.3).dtype == np.float32
    trained, *_ = train(net, J, params, X, epochs=1, rng=rng(), corrupt=noise_levels(0.5, 1.0))
    assert trained.dtype == np.float32


def test_a_denoiser_and_its_objective_are_saved(tmp_path):
    net, params, rows, _ = denoiser(classes=2)
    save(tmp_path / "d.npz", net, params, objective=J + 0.1 * weight_decay)
    found = load(tmp_path / "d.npz")
    assert found.net == net
    assert found.objective == J + 0.1 * weight_decay
    assert_close(found.net(found.params, rows), net(params, rows))


def test_what_the_objective_cannot_do_is_said():
    net, params, rows, clean = denoiser()
    with pytest.raises(ValueError, match="found no target, wanted the clean samples"):
        J.value(net, params, rows)
    with pytest.raises(ValueError, match="there are 3 targets for 7 samples"):
        J.value(net, params, rows, clean[:3])
    with pytest.raises(ValueError, match="target has 4 columns"):
        J.value(net, params, rows, rows)
    other = Autoencoder.folded(4, 2)
    with pytest.raises(TypeError, match="is for a NoiseConditionedDenoiser, found"):
        J.value(other, other.init(rng()), rows, rows)


def test_a_denoiser_that_is_none_is_named():
    body = Network((Layer(6, 4, tanh), Layer(4, 3, identity)))
    with pytest.raises(
        ValueError, match=r"takes 6 inputs, and sigma has features of shape \(1, 4\)"
    ):
        NoiseConditionedDenoiser(body, BUMPS)
    bent = Network((Layer(7, 4, tanh), Layer(4, 3, relu)))
    with pytest.raises(ValueError, match="ends with relu units, wanted identity"):
        NoiseConditionedDenoiser(bent, BUMPS)
    for low, high, count, message in (
        (1, 1, 4, "low is 1, high 1"),
        (0, 1, 4, "low is 0, wanted a positive number"),
        (1, 2, 1, "the number of bumps is 1, wanted a whole number, 2 or more"),
    ):
        with pytest.raises(ValueError, match=message):
            Bumps(low, high, count)


def test_rows_that_make_no_sense_are_named():
    net, params, rows, _ = denoiser(classes=2)
    with pytest.raises(
        ValueError, match="X with class and sigma has 4 columns, the network takes 6"
    ):
        net(params, rows[:, :4])
    rows[3, -1] = 0
    with pytest.raises(ValueError, match="the least sigma is 0, wanted positive ones"):
        net(params, rows)
    with pytest.raises(ValueError, match="sigma is -1, wanted a positive number"):
        net.denoise(params, rows[:, :3], -1)
    with pytest.raises(
        ValueError, match="labels run from 0 to 2, and the denoiser knows 2 classes"
    ):
        net.denoise(params, rows[:3, :3], 0.5, np.array([0, 1, 2]))
    for arguments, message in (
        (((0, 1),), "the median of sigma is 0"),
        (((1, -1),), "the spread is -1"),
        (((1, 1), {"classes": -1}), "the number of classes is -1"),
        (((1, 1), {"drop": 1}), "drop is 1"),
    ):
        with pytest.raises(ValueError, match=message):
            noise_levels(*arguments[0], **dict(*arguments[1:]))
    with pytest.raises(TypeError, match="x is uint8"):
        noise_levels(1, 1)(rng(), np.zeros((3, 2), np.uint8))
