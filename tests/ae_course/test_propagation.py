"""Signals and deltas grow and shrink from layer to layer as predicted."""

import itertools

import numpy as np
import pytest
from helpers import DEEP, LABELS, assert_close, drawn, samples

from ae_course.activations import identity, logistic, relu, tanh
from ae_course.gradcheck import numerical_gradient
from ae_course.initialization import gaussian
from ae_course.losses import cross_entropy, softmax_cross_entropy
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction
from ae_course.propagation import (
    backward_factor,
    delta_bound,
    delta_sizes,
    forward_factor,
    gradient_sizes,
    signal_sizes,
)

X = samples(12, 6)
PARAMS = drawn(DEEP)
CROSS, CLASSES = reconstruction(cross_entropy), reconstruction(softmax_cross_entropy)


def rng(seed=0):
    return np.random.default_rng(seed)


def seen(params=PARAMS):
    """The trace of the deep network, and its output's delta, from the definition of softmax."""
    trace = DEEP.forward(params, X)
    exponentials = np.exp(trace.u[4])
    y = exponentials / exponentials.sum(axis=1, keepdims=True)
    return trace, y - np.eye(3)[LABELS]


def every_sign(count):
    """All ways to give `count` weights the sign plus or minus, as rows of 1 and -1."""
    return np.array(list(itertools.product((1.0, -1.0), repeat=count)))


@pytest.mark.equation("eq-delta-product", by="ae_course.network.Network.deltas")
@pytest.mark.parametrize("l", [1, 2, 3])
def test_deltas_are_a_product_of_matrices_times_the_last_one(l):
    trace, delta_out = seen()
    found = DEEP.deltas(PARAMS, trace, delta_out)[l]
    for n in range(12):
        wanted = delta_out[n]
        for k in reversed(range(l, 4)):
            y = 1 / (1 + np.exp(-trace.u[k][n]))
            wanted = np.diag(y * (1 - y)) @ PARAMS[f"W{k + 1}"].T @ wanted
        assert_close(found[n], wanted)


@pytest.mark.equation("eq-delta-bound", by="ae_course.propagation.delta_bound")
@pytest.mark.parametrize("f", [logistic, tanh, relu, identity], ids=repr)
def test_no_delta_is_longer_than_slopes_and_spectral_norms_allow(f):
    net = Network((Layer(6, 5, f), Layer(5, 4, f), Layer(4, 3, identity)))
    params = drawn(net)
    trace = net.forward(params, X)
    bound, slope = delta_bound(net, params, trace), {}
    for l in (1, 2):
        moved = [f(trace.u[l] + h) for h in (1e-6, -1e-6)]
        slope[l] = np.abs(moved[0] - moved[1]).max() / 2e-6
    norm = {l: np.sqrt(np.linalg.eigvalsh(params[f"W{l}"] @ params[f"W{l}"].T)[-1]) for l in (2, 3)}
    wanted = {3: 1, 2: slope[2] * norm[3], 1: slope[1] * norm[2] * slope[2] * norm[3]}
    for l in (1, 2, 3):
        np.testing.assert_allclose(bound[l], wanted[l], rtol=1e-6)
    delta = net.deltas(params, trace, rng().normal(size=(12, 3)))
    length = {l: np.linalg.norm(delta[l], axis=1) for l in delta}
    for l in (1, 2):
        assert (length[l] <= bound[l] * length[3] * (1 + 1e-12)).all()


def test_the_bound_is_reached_where_every_step_is_as_long_as_it_can_be():
    net = Network((Layer(3, 3, identity),) * 3)
    params = net.init(rng(), draw=lambda rng, units, inputs: np.diag([2.0, 1.0, 0.5]))
    trace = net.forward(params, np.ones((1, 3)))
    delta = net.deltas(params, trace, np.array([[1.0, 0, 0]]))
    assert delta_bound(net, params, trace) == {3: 1.0, 2: 2.0, 1: 4.0}
    assert np.linalg.norm(delta[1]) == 4


@pytest.mark.equation("eq-backward-variance", by="ae_course.propagation.backward_factor")
@pytest.mark.parametrize("f", [logistic, tanh], ids=repr)
def test_random_weights_change_the_mean_square_of_delta_by_their_factor(f):
    net = Network((Layer(4, 3, f), Layer(3, 2, identity)))
    params, x, delta_out = drawn(net), rng().normal(size=(1, 4)), np.array([[0.7, -1.9]])
    trace, squares = net.forward(params, x), []
    # Uncorrelated weights of mean 0 and variance 0.09: the mean over all signs is exact.
    for signs in every_sign(6):
        params["W2"] = 0.3 * signs.reshape(2, 3)
        squares.append(net.deltas(params, trace, delta_out)[1] ** 2)
    wanted = np.mean(squares) / np.mean(delta_out**2)
    assert_close(backward_factor(net, params, trace, layer=1), wanted)


@pytest.mark.equation("eq-forward-variance", by="ae_course.propagation.forward_factor")
def test_random_weights_change_the_mean_square_of_outputs_by_their_factor():
    net, x, squares = Network((Layer(3, 2, identity),)), rng().normal(size=(5, 3)), []
    params = net.init(rng())
    for signs in every_sign(6):
        params["W1"] = 0.3 * signs.reshape(2, 3)
        squares.append(net(params, x) ** 2)
    assert_close(forward_factor(params, 1), np.mean(squares) / np.mean(x**2))


def test_factors_of_a_slice_are_those_of_the_network():
    net = Network((Layer(6, 5, logistic), Layer(5, 4, tanh), Layer(4, 3, identity)))
    params = drawn(net)
    trace = net.forward(params, X)
    part = net[1:].forward(params, trace.y[1])
    wanted = 3 * np.mean(params["W3"] ** 2) * np.mean((1 - trace.y[2] ** 2) ** 2)
    assert_close(backward_factor(net, params, trace, layer=2), wanted)
    assert_close(backward_factor(net[1:], params, part, layer=2), wanted)


@pytest.mark.parametrize("layer", [0, 4, "2"])
def test_a_layer_without_one_above_it_has_no_factor(layer):
    with pytest.raises(ValueError, match=f"layer is {layer!r}, wanted a whole number, 1 to 3"):
        backward_factor(DEEP, PARAMS, seen()[0], layer)


@pytest.mark.parametrize("shape", [(12, 2), (5, 3), (12,)])
def test_deltas_that_do_not_fit_the_output_are_named(shape):
    with pytest.raises(ValueError, match=r"delta_out has shape .*, wanted \(12, 3\)"):
        delta_sizes(DEEP, PARAMS, seen()[0], np.ones(shape))


def test_wide_random_networks_shrink_deltas_as_predicted():
    net = Network((Layer(200, 200, tanh),) * 5)
    params = net.init(rng(), gaussian(0.05))
    trace = net.forward(params, rng(1).normal(size=(50, 200)))
    sizes = delta_sizes(net, params, trace, rng(2).normal(size=(50, 200)))
    for l in (1, 2, 3, 4):
        predicted = np.sqrt(backward_factor(net, params, trace, l))
        np.testing.assert_allclose(sizes[l] / sizes[l + 1], predicted, rtol=0.05)


def test_sizes_are_root_mean_squares():
    trace, delta_out = seen()
    deltas, sizes = (
        DEEP.deltas(PARAMS, trace, delta_out),
        delta_sizes(DEEP, PARAMS, trace, delta_out),
    )
    assert list(sizes) == [1, 2, 3, 4]
    for l in sizes:
        entries = deltas[l].ravel().tolist()
        assert_close(sizes[l], (sum(d * d for d in entries) / len(entries)) ** 0.5)


def test_a_signal_is_what_differs_from_sample_to_sample():
    trace = DEEP.forward(PARAMS, X)
    sizes = signal_sizes(trace)
    assert list(sizes) == [0, 1, 2, 3, 4]
    pairs = [(a, b) for a in trace.y[2] for b in trace.y[2]]
    mean_square = np.mean([(a - b) ** 2 for a, b in pairs]) / 2  # variance, by another way
    assert_close(sizes[2], np.sqrt(mean_square))
    same = DEEP.forward(PARAMS, np.repeat(X[:1], 4, axis=0))
    assert max(signal_sizes(same).values()) < 1e-15


def test_gradient_sizes_are_norms_of_what_the_objective_finds():
    sizes = gradient_sizes(DEEP, CLASSES, PARAMS, X, LABELS)
    wanted = numerical_gradient(lambda p: CLASSES.value(DEEP, p, X, LABELS), PARAMS)
    for l in (1, 2, 3, 4):
        total = sum(g * g for g in wanted[f"W{l}"].ravel().tolist())
        np.testing.assert_allclose(sizes[l], total**0.5, rtol=1e-6)
