"""Jacobians and the contractive penalty are what differences say, with the right gradient."""

import numpy as np
import pytest
from helpers import assert_close, drawn, over_noise, samples, slopes

from ae_course.activations import identity, logistic, relu, tanh
from ae_course.autoencoder import Autoencoder
from ae_course.contractive import contractive, jacobians
from ae_course.gradcheck import check_gradient
from ae_course.losses import cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction, weight_decay

X = samples()
SQUARED, CROSS = reconstruction(squared_error), reconstruction(cross_entropy)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.equation("eq-jacobian", by="ae_course.contractive.jacobians")
@pytest.mark.parametrize("f", [logistic, tanh, relu], ids=repr)
def test_the_jacobian_holds_the_slope_of_every_output_by_every_input(f):
    net = Autoencoder.folded(5, 4, 3, hidden=f)
    params, found = drawn(net), jacobians(net, drawn(net), X)
    for n, x in enumerate(X):
        for d in range(5):
            wanted = slopes(lambda x, d=d: net(params, x[None])[0, d], x)
            np.testing.assert_allclose(found[n, d], wanted, atol=1e-8)


@pytest.mark.equation("eq-contractive", by="ae_course.contractive.Contractive")
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


@pytest.mark.equation("eq-contractive-gradient", by="ae_course.contractive.Contractive")
@pytest.mark.parametrize("net", [Autoencoder.folded(5, 4), Autoencoder.folded(5, 4, 3)])
def test_the_gradient_of_the_contractive_penalty_is_right(net):
    params = drawn(net)
    check_gradient(net, contractive, params, X)
    check_gradient(net, CROSS + 0.3 * contractive + 0.1 * weight_decay, params, X)
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


@pytest.mark.equation("eq-small-noise", by="ae_course.contractive.jacobians")
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
