"""The bound is what integrals say, and its gradient what differences say."""

import numpy as np
import pytest
from helpers import assert_close, drawn, samples, slopes
from scipy.integrate import quad

from ae_course.activations import identity, logistic, tanh
from ae_course.autoencoder import Autoencoder
from ae_course.gradcheck import check_gradient
from ae_course.losses import cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import weight_decay
from ae_course.optimizers import SGD, Adam
from ae_course.sparsity import l1_sparsity
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


@pytest.mark.equation("eq-gaussian-kl", by="ae_course.variational.gaussian_kl")
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


@pytest.mark.equation("eq-elbo", by="ae_course.variational.negative_elbo")
@pytest.mark.equation("eq-elbo-gap", by="ae_course.variational.negative_elbo")
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
    J = negative_elbo(cross_entropy)
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


@pytest.mark.equation("eq-vae", by="ae_course.variational.VariationalAutoencoder")
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


@pytest.mark.equation("eq-reparametrised", by="ae_course.variational.append_noise")
def test_the_code_is_its_mean_plus_its_deviation_times_noise():
    net, params = tiny_vae(units=2)
    x = np.tile(samples(1, 4), (100_000, 1))
    rows = append_noise(2)(rng(3), x)
    np.testing.assert_array_equal(rows[:, :4], x)
    mu, log_variance = net.encode(params, x[:1])
    z = mu + np.exp(log_variance / 2) * rows[:, 4:]
    forward_pass = negative_elbo(cross_entropy).forward(net, params, rows)
    assert_close(forward_pass.trace.z, z)
    np.testing.assert_allclose(z.mean(axis=0), mu[0], atol=0.02)
    np.testing.assert_allclose(np.log(z.var(axis=0)), log_variance[0], atol=0.02)


@pytest.mark.equation("eq-vae-objective", by="ae_course.variational.negative_elbo")
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
    assert_close(negative_elbo(cross_entropy, beta).value(net, params, rows, target), wanted)


@pytest.mark.equation("eq-vae-gradient", by="ae_course.variational.negative_elbo")
@pytest.mark.parametrize("beta", [1.0, 0.3])
@pytest.mark.parametrize("loss", [cross_entropy, squared_error], ids=repr)
def test_the_gradient_of_the_bound_is_right(loss, beta):
    net, params = tiny_vae(units=2, loss_unit=loss.unit)
    rows = append_noise(2)(rng(2), samples(7, 4))
    check_gradient(net, negative_elbo(loss, beta), params, rows)
    check_gradient(net, negative_elbo(loss, beta), params, rows, samples(7, 4, seed=5))


@pytest.mark.equation("eq-vae-gradient", by="ae_course.variational.negative_elbo")
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
    found = negative_elbo(cross_entropy).gradient(net, params, rows)["b2"]
    np.testing.assert_allclose(found, wanted[0], rtol=1e-6)


def test_a_variational_autoencoder_is_trained_by_the_same_loop():
    net = VariationalAutoencoder.folded(5, 8, 2)
    data, J = (samples(200, 5) > 0.5) * 1.0, negative_elbo(cross_entropy)
    params, history, _ = train(
        net, J, net.init(rng()), data, epochs=20, rng=rng(1), optimizer=Adam(0.01),
        corrupt=append_noise(2),
    )  # fmt: skip
    assert history.objective[-1] < history.objective[0]
    drawn_ones = net.sample(params, rng(2), 9)
    assert drawn_ones.shape == (9, 5)
    assert ((drawn_ones > 0) & (drawn_ones < 1)).all()


def test_training_in_reused_memory_takes_the_same_steps():
    net, params = tiny_vae()
    data, J = samples(30, 4), negative_elbo(cross_entropy)
    noisy = append_noise(1)(rng(), data)
    options = {"epochs": 1, "batch_size": 30, "optimizer": SGD(0.1)}
    after, *_ = train(net, J, params, noisy, data, rng=rng(), **options)
    wanted = params.vector - 0.1 * J.gradient(net, params, noisy, data).vector
    assert_close(after.vector, wanted)


def test_float32_stays_float32():
    net = VariationalAutoencoder.folded(4, 3, 2)
    params = net.init(rng(), dtype=np.float32)
    rows = append_noise(2)(rng(), samples(7, 4).astype(np.float32))
    assert rows.dtype == np.float32
    assert negative_elbo(cross_entropy).gradient(net, params, rows).dtype == np.float32


def test_samples_without_noise_beside_them_are_named():
    net, params = tiny_vae(units=2)
    with pytest.raises(ValueError, match="X with the noise beside it has 4 columns"):
        negative_elbo(cross_entropy).value(net, params, samples(3, 4))


def test_fewer_targets_than_samples_are_named():
    net, params = tiny_vae(units=2)
    with pytest.raises(ValueError, match="there are 2 targets for 3 samples"):
        negative_elbo(cross_entropy).value(net, params, samples(3, 6), samples(2, 4))


@pytest.mark.parametrize("beta", [-1, np.nan, np.inf, "1"])
def test_a_weight_without_a_minimum_is_named(beta):
    with pytest.raises(ValueError, match=r"beta is .*, wanted a number, 0 or more"):
        negative_elbo(cross_entropy, beta)
    with pytest.raises(TypeError, match="the loss is 'entropy', wanted a Loss"):
        negative_elbo("entropy")


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


def test_weight_decay_and_other_terms_add_to_the_bound():
    net = VariationalAutoencoder.folded(4, 3, 2)
    params, rows = drawn(net), np.hstack([samples(7, 4), rng(1).normal(size=(7, 2))])
    J, decay = negative_elbo(cross_entropy, 0.5), 0.1 * weight_decay + 0.2 * l1_sparsity(layer=3)
    check_gradient(net, J + decay, params, rows)
    squares = sum((params[f"W{l}"] ** 2).sum() for l in range(1, 5)) / 2
    assert_close((J + weight_decay).value(net, params, rows), J.value(net, params, rows) + squares)


def test_the_divergence_is_for_a_variational_autoencoder():
    net = Autoencoder.folded(4, 2)
    with pytest.raises(TypeError, match="code_divergence is for a VariationalAutoencoder, found"):
        code_divergence.value(net, drawn(net), samples(3, 4))
