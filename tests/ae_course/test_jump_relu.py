"""Thresholds jump, count and learn as their equations say; their gradient is an estimate."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import assert_close, drawn, samples
from scipy.stats import norm

from ae_course.activations import identity, relu
from ae_course.autoencoder import Autoencoder
from ae_course.checkpoint import load, save
from ae_course.gradcheck import check_gradient, numerical_gradient, relative_error
from ae_course.jump_relu import JumpReLUAutoencoder, kernel_density, l0_sparsity
from ae_course.losses import squared_error
from ae_course.network import Layer
from ae_course.objective import reconstruction
from ae_course.sparsity import l1_sparsity

X = samples(12)
SQUARED = reconstruction(squared_error)
NET = JumpReLUAutoencoder.of(5, 9, width=0.2)


def parameters(net=NET, theta=0.3):
    params = drawn(net)
    params["log_theta1"] = np.log(theta)
    return params


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.equation("eq-jump-relu", by="ae_course.jump_relu.JumpReLUAutoencoder")
def test_what_is_above_its_threshold_passes_whole():
    params = parameters()
    params["log_theta1"] = np.log(np.linspace(0.1, 2, 9))
    for x, y, x_hat in zip(X, NET.encode(params, X), NET(params, X), strict=True):
        u = params["W1"] @ x + params["b1"]
        wanted = [a if a > t else 0 for a, t in zip(u, np.linspace(0.1, 2, 9), strict=True)]
        assert_close(y, wanted)
        assert_close(x_hat, params["W2"] @ wanted + params["b2"])
    assert_close(NET.decode(params, NET.encode(params, X)), NET(params, X))


def test_by_all_but_the_thresholds_the_gradient_is_true():
    J = SQUARED + 0.1 * l1_sparsity() + 0.2 * l0_sparsity
    found = J.gradient(NET, parameters(), X)
    wanted = numerical_gradient(lambda p: J.value(NET, p, X), parameters())
    for name in ("W1", "b1", "W2", "b2"):
        assert relative_error(found[name], wanted[name]) < 1e-7
    assert not wanted["log_theta1"].any()  # a step has no slope to be seen
    assert found["log_theta1"].any()
    with pytest.raises(AssertionError, match="worst at log_theta1"):
        check_gradient(NET, J, parameters(), X)


def test_what_is_added_at_the_outputs_counts_and_of_another_shape_is_refused():
    params = parameters()
    trace = NET.forward(params, X)
    delta, part = rng(1).normal(size=(2, *X.shape))
    together = NET.gradient(params, trace, delta + part)
    assert_close(NET.gradient(params, trace, delta, {2: part}).vector, together.vector)
    with pytest.raises(ValueError, match="outputs of layer 1 has shape"):
        NET.gradient(params, trace, delta, {1: part[:, :2]})


@pytest.mark.equation("eq-jump-gradient", by="ae_course.jump_relu.kernel_density")
@pytest.mark.parametrize("theta", [0.4, 1.2])
def test_by_a_threshold_the_mean_number_of_active_latents_falls_by_the_density(theta):
    u = rng().normal(0.5, 0.8, size=(400_000, 1))
    by_kernel = -kernel_density(u, np.array([theta]), 0.1).mean()
    h = 0.02
    by_difference = ((u > theta + h).mean() - (u > theta - h).mean()) / (2 * h)
    np.testing.assert_allclose(by_kernel, -norm.pdf(theta, 0.5, 0.8), rtol=0.03)
    np.testing.assert_allclose(by_difference, -norm.pdf(theta, 0.5, 0.8), rtol=0.03)


@pytest.mark.equation("eq-jump-gradient", by="ae_course.jump_relu.JumpReLUAutoencoder")
def test_by_a_threshold_the_estimate_is_the_slope_of_the_mean_over_many_samples():
    """A step of the threshold that many samples see: the objective then has a slope."""
    net = JumpReLUAutoencoder.of(2, 2, width=0.1)
    params = parameters(net, 0.5)
    params["W1"], params["b1"] = np.eye(2), 0
    params["W2"], params["b2"] = [[0.9, 0.2], [-0.1, 0.7]], [0.1, 0]
    data, J = rng().normal(0.6, 0.5, size=(300_000, 2)), SQUARED + 0.3 * l0_sparsity
    found = J.gradient(net, params, data)["log_theta1"]
    for j in range(2):
        sides = []
        for h in (0.04, -0.04):
            moved = params.copy()
            moved["log_theta1"][j] += h
            sides.append(J.value(net, moved, data))
        np.testing.assert_allclose(found[j], (sides[0] - sides[1]) / 0.08, rtol=0.08)


def test_the_kernel_is_a_density_of_its_width():
    u = np.linspace(-1, 1, 200_001)[:, None]
    for width in (0.1, 0.5):
        bump = kernel_density(u, np.array([0.2]), width)
        np.testing.assert_allclose(bump.mean() * 2, 1, rtol=1e-3)
        assert u[bump > 0].min() > 0.2 - width / 2
    assert kernel_density(u.astype(np.float32), np.zeros(1, np.float32), 0.1).dtype == np.float32


def test_active_latents_are_counted():
    params, counted = parameters(), 0
    for x in X:
        counted += sum(params["W1"] @ x + params["b1"] > 0.3)
    assert_close(l0_sparsity.value(NET, params, X), counted / 12)
    assert_close((NET.encode(params, X) != 0).sum(axis=1).mean(), counted / 12)


def test_nets_that_are_none_are_named():
    with pytest.raises(ValueError, match="wanted two with identity units"):
        JumpReLUAutoencoder((Layer(4, 6, relu), Layer(6, 4, identity)))
    with pytest.raises(ValueError, match="the output has 3 units, the input 4"):
        JumpReLUAutoencoder((Layer(4, 6, identity), Layer(6, 3, identity)))
    with pytest.raises(ValueError, match="the width of the kernel is 0"):
        JumpReLUAutoencoder.of(4, 6, width=0)
    with pytest.raises(ValueError, match="the number of latents is 0"):
        JumpReLUAutoencoder.of(4, 0)
    with pytest.raises(ValueError, match="the parameters lack log_theta1"):
        NET(drawn(Autoencoder.folded(5, 9)), X)
    plain = Autoencoder.folded(5, 3)
    with pytest.raises(TypeError, match="l0_sparsity is for a JumpReLUAutoencoder, found"):
        l0_sparsity.value(plain, drawn(plain), X)


def test_a_saved_one_comes_back_with_its_thresholds(tmp_path):
    net = replace(NET, start=0.4)
    params = net.init(rng())
    assert_close(params["log_theta1"], np.full(9, np.log(0.4)))
    save(tmp_path / "net.npz", net, params, objective=SQUARED + 0.1 * l0_sparsity)
    found = load(tmp_path / "net.npz")
    assert found.net == net
    assert repr(found.objective) == "reconstruction(squared_error) + 0.1 * l0_sparsity"
    np.testing.assert_array_equal(found.net.encode(found.params, X), net.encode(params, X))


@pytest.mark.parametrize("setting", ["width", "start"])
@pytest.mark.parametrize("value", [0, -0.1, np.inf, None])
def test_a_width_and_a_threshold_to_start_from_are_positive(setting, value):
    with pytest.raises(ValueError, match=r"the (width|threshold) .* is .*, wanted a positive"):
        JumpReLUAutoencoder.of(5, 9, **{setting: value})
