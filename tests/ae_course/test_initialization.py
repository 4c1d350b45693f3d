"""Weights to start from have the sizes that their equations ask for."""

import numpy as np
import pytest
from helpers import assert_close

from ae_course.activations import identity, logistic
from ae_course.initialization import gaussian, glorot, orthogonal, scaled
from ae_course.network import Layer, Network


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.equation("eq-orthogonal", by="ae_course.initialization.orthogonal")
@pytest.mark.parametrize("c", [0.5, 1.0, 1.5])
def test_orthogonal_layers_keep_every_length_and_scaled_ones_change_it_by_c(c):
    net = Network((Layer(5, 5, identity),) * 7)
    params = net.init(rng(), scaled(c, orthogonal))
    x, delta_out = rng(1).normal(size=(2, 4, 5))
    trace = net.forward(params, x)
    delta = net.deltas(params, trace, delta_out)
    for l in range(1, 8):
        back, up = (np.linalg.norm(a, axis=1) for a in (delta[l], trace.y[l]))
        assert_close(back, c ** (7 - l) * np.linalg.norm(delta_out, axis=1))
        assert_close(up, c**l * np.linalg.norm(x, axis=1))


@pytest.mark.parametrize(("units", "inputs"), [(4, 4), (7, 3), (3, 7)])
def test_an_orthogonal_start_has_orthonormal_rows_or_columns(units, inputs):
    Q = orthogonal(rng(), units, inputs)
    assert Q.shape == (units, inputs)
    assert_close(Q @ Q.T if units <= inputs else Q.T @ Q, np.eye(min(units, inputs)))
    assert (orthogonal(rng(1), units, inputs) != Q).all()


def test_orthogonal_matrices_are_drawn_without_a_preferred_sign():
    generator = rng()
    corner = [orthogonal(generator, 3, 3)[0, 0] for _ in range(400)]
    assert abs(np.mean(corner)) < 4 * np.std(corner) / 20
    np.testing.assert_allclose(np.var(corner), 1 / 3, rtol=0.25)


@pytest.mark.equation("eq-glorot", by="ae_course.initialization.glorot")
def test_glorot_s_weights_are_uniform_with_variance_two_over_units_and_inputs():
    W = glorot(rng(), 300, 200)
    edge = np.sqrt(6 / 500)
    assert 0.999 * edge < W.max() <= edge
    assert 0.999 * edge < -W.min() <= edge
    quarters = np.histogram(W, bins=4, range=(-edge, edge))[0] / W.size
    np.testing.assert_allclose(quarters, 0.25, atol=0.01)
    np.testing.assert_allclose(W.var(), 2 / 500, rtol=0.02)


@pytest.mark.equation("eq-logistic-limit", by="ae_course.initialization.scaled")
def test_four_times_glorot_makes_up_for_the_slope_of_the_logistic_function():
    W = scaled(4)(rng(), 300, 200)
    edge = 4 * np.sqrt(6 / 500)
    assert 0.999 * edge < np.abs(W).max() <= edge
    slope = (logistic(np.array(1e-6)) - logistic(np.array(-1e-6))) / 2e-6
    np.testing.assert_allclose((300 + 200) / 2 * W.var() * slope**2, 1, rtol=0.02)


def test_gaussian_weights_have_their_deviation_and_scaled_ones_the_factor():
    W = gaussian(0.3)(rng(), 300, 200)
    np.testing.assert_allclose([W.mean(), W.std()], [0, 0.3], atol=0.005)
    assert 3.5 < np.abs(W).max() / 0.3 < 7  # far beyond any uniform distribution
    assert_close(scaled(2, gaussian(0.3))(rng(), 300, 200), 2 * W)


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf, "4"])
@pytest.mark.parametrize(("start", "name"), [(gaussian, "deviation"), (scaled, "factor")])
def test_sizes_of_weights_that_are_not_positive_are_named(start, name, value):
    with pytest.raises(ValueError, match=rf"the \S*\s?{name} is .*, wanted a positive number"):
        start(value)
