"""The bounds are what integrals say; what is no likelihood is refused."""

import numpy as np
import pytest
from helpers import assert_close, drawn, samples
from scipy.integrate import quad
from scipy.special import logsumexp
from scipy.stats import norm

from ae_course.activations import identity, logistic, tanh
from ae_course.initialization import glorot
from ae_course.likelihood_bounds import (
    active_units,
    draw_codes,
    importance_weighted_bound,
    log_weights,
    marginal_kl_bound,
    rate_distortion,
    water_filling,
)
from ae_course.losses import cross_entropy, squared_error
from ae_course.mixtures import GaussianMixture
from ae_course.optimizers import Adam
from ae_course.schedules import cosine
from ae_course.training import train
from ae_course.variational import (
    VariationalAutoencoder,
    append_noise,
    code_divergence,
    gaussian_kl,
    negative_elbo,
)


def rng(seed=0):
    return np.random.default_rng(seed)


VAE = VariationalAutoencoder.folded(4, 3, 1, hidden=tanh)
PARAMS = drawn(VAE)
BINARY = (samples(6, 4) > 0.5) * 1.0


def evidence(x):
    """log p(x) of one sample, by integrating over the code."""

    def integrand(z):
        x_hat = VAE.decode(PARAMS, np.array([[z]]))[0]
        return norm.pdf(z) * np.prod(np.where(x == 1, x_hat, 1 - x_hat))

    return np.log(quad(integrand, -9, 9, limit=200)[0])


@pytest.mark.equation("eq-rate-distortion", by="ae_course.likelihood_bounds.rate_distortion")
@pytest.mark.parametrize("beta", [0.0, 0.5, 3.0])
def test_rate_and_distortion_are_the_parts_of_the_objective(beta):
    rate, distortion = rate_distortion(VAE, cross_entropy, PARAMS, BINARY, rng(3))
    rows = append_noise(1)(rng(3), BINARY)
    objective = negative_elbo(cross_entropy, beta)
    assert_close(distortion + beta * rate, objective.value(VAE, PARAMS, rows, BINARY))
    assert_close(rate, gaussian_kl(*VAE.encode(PARAMS, BINARY)).mean())


def test_rate_plus_distortion_are_no_less_than_what_the_data_cost():
    runs = [rate_distortion(VAE, cross_entropy, PARAMS, BINARY, rng(seed)) for seed in range(400)]
    wanted = -np.mean([evidence(x) for x in BINARY])
    rate, distortion = np.mean(runs, axis=0)
    assert rate + distortion > wanted + 0.05


def test_grey_pixels_are_told_from_binary_ones():
    """A cross-entropy of grey pixels is no probability, and no bound in nats may be made of it."""
    grey = BINARY.copy()
    grey[2, 1] = 0.4
    with pytest.raises(ValueError, match=r"grey pixels, such as 0.4 \(1 of 24\), wanted 0 and 1"):
        log_weights(VAE, PARAMS, grey, rng(), 3)


def test_the_weights_are_joint_over_proposal():
    found = log_weights(VAE, PARAMS, BINARY, rng(5), 3)
    mu, log_variance = VAE.encode(PARAMS, BINARY)
    noise = rng(5)
    for column in found.T:
        z = mu + np.exp(log_variance / 2) * noise.normal(size=mu.shape)
        x_hat = VAE.decode(PARAMS, z)
        given = np.log(np.where(BINARY == 1, x_hat, 1 - x_hat)).sum(axis=1)
        proposal = norm.logpdf(z, mu, np.exp(log_variance / 2)).sum(axis=1)
        assert_close(column, given + norm.logpdf(z).sum(axis=1) - proposal)


@pytest.mark.equation("eq-iw-bound", by="ae_course.likelihood_bounds.importance_weighted_bound")
def test_more_draws_come_nearer_to_the_evidence_and_never_beyond():
    weights = log_weights(VAE, PARAMS, BINARY, rng(1), 4096)
    bounds = [importance_weighted_bound(weights, m).mean() for m in (1, 4, 64, 4096)]
    wanted = np.mean([evidence(x) for x in BINARY])
    assert bounds == sorted(bounds)
    assert bounds[0] < wanted - 0.05
    np.testing.assert_allclose(bounds[-1], wanted, atol=0.03)


def test_the_bound_is_a_mean_over_groups_of_draws():
    weights = rng(2).normal(size=(5, 7))
    assert_close(importance_weighted_bound(weights, 1), weights.mean(axis=1))
    groups = weights[:, :6].reshape(5, 2, 3)
    wanted = (logsumexp(groups, axis=2) - np.log(3)).mean(axis=1)
    assert_close(importance_weighted_bound(weights, 3), wanted)
    assert_close(importance_weighted_bound(weights - 2000, 7) + 2000,
                 logsumexp(weights, axis=1) - np.log(7))  # fmt: skip
    with pytest.raises(ValueError, match="m is 8, wanted a whole number, 1 to 7"):
        importance_weighted_bound(weights, 8)


@pytest.mark.equation("eq-water-filling", by="ae_course.likelihood_bounds.water_filling")
@pytest.mark.parametrize("level", [0.3, 1.5])
def test_the_best_linear_variational_autoencoder_is_filled_with_water(level):
    """Trained from a random start it reaches the rates and errors of the formula."""
    d = np.array([4.0, 2.0, 1.0, 0.2, 0.1])
    X = rng(1).normal(size=(400, 5))
    X -= X.mean(axis=0)
    X = X @ np.linalg.inv(np.linalg.cholesky(X.T @ X / 400)).T * np.sqrt(d)
    vae = VariationalAutoencoder.folded(5, 4, hidden=identity, output=identity)
    params, *_ = train(
        vae,
        negative_elbo(squared_error, level),
        vae.init(rng(2), glorot),
        X,
        epochs=250,
        rng=rng(3),
        batch_size=100,
        optimizer=Adam(cosine(2e-2, steps=1000)),
        corrupt=append_noise(4),
        record_objective=False,
    )
    rates = water_filling(d, level)
    mu, log_variance = vae.encode(params, X)
    assert active_units(mu).sum() == np.count_nonzero(rates)
    np.testing.assert_allclose(gaussian_kl(mu, log_variance).mean(), rates.sum(), rtol=0.03)
    runs = [rate_distortion(vae, squared_error, params, X, rng(seed)) for seed in range(9)]
    distortion = np.mean(runs, axis=0)[1]
    np.testing.assert_allclose(2 * distortion, np.minimum(d, level).sum(), rtol=0.03)


def test_filling_is_half_a_logarithm_above_the_water_and_nothing_below():
    assert_close(water_filling([np.e, 1.0, 0.0], 1.0), np.array([0.5, 0, 0]))
    with pytest.raises(ValueError, match=r"least value -1, wanted \(D,\), 0 or more"):
        water_filling([1.0, -1.0], 1.0)


@pytest.mark.equation("eq-active-units", by="ae_course.likelihood_bounds.active_units")
def test_a_unit_whose_mean_stays_is_silent_however_far_from_zero():
    mu = np.column_stack([rng().normal(size=50), np.full(50, 3.0), 0.05 * rng(1).normal(size=50)])
    assert active_units(mu).tolist() == [True, False, False]
    assert active_units(mu, threshold=1e-4).tolist() == [True, False, True]
    assert active_units(np.array([[-0.2], [0.0]]), threshold=0.0099).tolist() == [True]
    assert active_units(np.array([[-0.2], [0.0]]), threshold=0.0101).tolist() == [False]


MU, LOG_VARIANCE = np.array([[-2.0], [1.5]]), np.log(np.array([[0.3], [0.1]]) ** 2)


def aggregate(z):
    """q(z): the mean of both posteriors' densities."""
    return norm.pdf(z, MU[:, 0], np.exp(LOG_VARIANCE[:, 0] / 2)).mean()


@pytest.mark.equation("eq-elbo-surgery", by="ae_course.likelihood_bounds.marginal_kl_bound")
def test_the_rate_is_what_codes_tell_and_how_far_all_of_them_are_from_the_prior():
    def information(z, n):
        q = norm.pdf(z, MU[n, 0], np.exp(LOG_VARIANCE[n, 0] / 2))
        return 0.5 * q * np.log(q / aggregate(z)) if q > 0 else 0.0

    def gap(z):
        q = aggregate(z)
        return q * (np.log(q) - norm.logpdf(z)) if q > 0 else 0.0

    told = sum(quad(information, -6, 6, args=(n,), points=[-2, 1.5])[0] for n in (0, 1))
    apart = quad(gap, -6, 6, points=[-2, 1.5])[0]
    np.testing.assert_allclose(gaussian_kl(MU, LOG_VARIANCE).mean(), told + apart, atol=1e-6)
    np.testing.assert_allclose(told, np.log(2), atol=1e-3)  # which of two, told apart


@pytest.mark.equation("eq-ex-post", by="ae_course.likelihood_bounds.marginal_kl_bound")
def test_no_density_makes_more_of_the_codes_than_their_divergence():
    codes = draw_codes(np.repeat(MU, 20_000, 0), np.repeat(LOG_VARIANCE, 20_000, 0), rng())
    true = GaussianMixture([0.5, 0.5], MU, [[[0.09]], [[0.01]]])
    apart = marginal_kl_bound(true.log_density, codes)
    wanted = quad(lambda z: aggregate(z) * (np.log(aggregate(z) + 1e-300) - norm.logpdf(z)),
                  -6, 6, points=[-2, 1.5])[0]  # fmt: skip
    np.testing.assert_allclose(apart, wanted, rtol=0.01)
    for K in (1, 2):
        g = GaussianMixture.fit(codes[::5], K, rng(1))
        assert marginal_kl_bound(g.log_density, codes[1::5]) < apart + 0.02
    assert marginal_kl_bound(lambda z: norm.logpdf(z)[:, 0], codes) == pytest.approx(0)


def test_a_density_judged_on_the_codes_it_was_fitted_to_promises_too_much():
    codes = rng().normal(size=(30, 4))  # from the prior itself: nothing can be gained
    g = GaussianMixture.fit(codes, 3, rng(1))
    assert marginal_kl_bound(g.log_density, codes) > 0.3
    assert marginal_kl_bound(g.log_density, rng(2).normal(size=(5000, 4))) < 0


def test_codes_are_drawn_with_the_means_and_variances_that_are_given():
    codes = draw_codes(np.repeat(MU, 4000, 0), np.repeat(LOG_VARIANCE, 4000, 0), rng())
    for n, part in enumerate(np.split(codes, 2)):
        np.testing.assert_allclose(part.mean(), MU[n], atol=0.02)
        np.testing.assert_allclose(part.std(), np.exp(LOG_VARIANCE[n] / 2), rtol=0.03)


def test_only_a_variational_autoencoder_with_the_right_noise_has_a_rate():
    with pytest.raises(ValueError, match="X has 3 columns, the network takes 4"):
        rate_distortion(VAE, cross_entropy, PARAMS, BINARY[:, :3], rng())
    with pytest.raises(TypeError, match="rng is 3"):
        log_weights(VAE, PARAMS, BINARY, 3, 2)
    assert code_divergence.value(VAE, PARAMS, append_noise(1)(rng(), BINARY)) > 0
    assert VAE.decoder.layers[-1].activation == logistic


def test_no_directions_at_all_have_no_rate():
    with pytest.raises(ValueError, match=r"d has shape \(0,\), wanted \(D,\)"):
        water_filling([], 1.0)
