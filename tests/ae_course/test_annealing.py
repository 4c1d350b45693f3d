"""The weight of the divergence rises, step by step, and the gradient belongs to it."""

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course.activations import tanh
from ae_course.annealing import AnnealedDivergence, annealed_elbo
from ae_course.gradcheck import check_gradient
from ae_course.losses import cross_entropy
from ae_course.optimizers import SGD
from ae_course.training import train
from ae_course.variational import (
    VariationalAutoencoder,
    append_noise,
    code_divergence,
    negative_elbo,
)

VAE = VariationalAutoencoder.folded(4, 3, 2, hidden=tanh)
PARAMS = drawn(VAE)
X = append_noise(2)(np.random.default_rng(3), samples(6, 4))


@pytest.mark.equation("eq-kl-annealing", by="ae_course.annealing.AnnealedDivergence")
def test_the_weight_rises_from_zero_to_one_and_stays():
    term = AnnealedDivergence(steps=4)
    weights = []
    for _ in range(7):
        weights.append(term.weight)
        forward_pass = term.forward(VAE, PARAMS, X)
        divergence = code_divergence.value(VAE, PARAMS, X)
        assert_close(term.value_from(forward_pass), weights[-1] * divergence)
        term = term.next_state(forward_pass)
    assert weights == [0, 0.25, 0.5, 0.75, 1, 1, 1]


@pytest.mark.parametrize("done", [0, 3, 50])
def test_the_gradient_is_that_of_the_weighted_divergence(done):
    objective = 2.0 * AnnealedDivergence(10, done) + negative_elbo(cross_entropy, 0.5)
    assert check_gradient(VAE, objective, PARAMS, X, X[:, :4]).error < 1e-6


def test_in_the_loop_it_ends_as_the_plain_bound():
    objective = annealed_elbo(cross_entropy, steps=3, beta=2)
    options = {"epochs": 5, "batch_size": 6, "optimizer": SGD(0.1), "corrupt": append_noise(2)}
    rng = np.random.default_rng(0)
    params, _, state = train(VAE, objective, PARAMS, X[:, :4], rng=rng, **options)
    assert state.objective.parts[1][1].done == 5
    plain = negative_elbo(cross_entropy, 2)
    assert_close(
        state.objective.value(VAE, params, X, X[:, :4]), plain.value(VAE, params, X, X[:, :4])
    )
    for step in range(5):  # the same by hand
        if step == 0:
            w, rng = PARAMS.copy(), np.random.default_rng(0)
        x = X[rng.permutation(6), :4]
        rows = append_noise(2)(rng, x)
        J = negative_elbo(cross_entropy, 2 * min(1, step / 3))
        w.vector[...] -= 0.1 * J.gradient(VAE, w, rows, x).vector
    np.testing.assert_allclose(params.vector, w.vector, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("steps", [0, -1, 2.5])
def test_it_takes_at_least_a_step(steps):
    with pytest.raises(ValueError, match="the number of steps"):
        annealed_elbo(cross_entropy, steps)
