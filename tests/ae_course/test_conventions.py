"""Converted weights give the same minimum, the same path, and come back unchanged."""

import itertools

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course.activations import identity
from ae_course.autoencoder import Autoencoder
from ae_course.conventions import BOOK, SLIDES, Convention, convert
from ae_course.full_batch import minimize
from ae_course.losses import squared_error
from ae_course.objective import reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam, Momentum
from ae_course.sparsity import kl_divergence, kl_sparsity
from ae_course.training import train

NET = Autoencoder.folded(5, 3, output=identity)
PARAMS = drawn(NET)
X = samples(12, 5)
ALL = [Convention(*flags) for flags in itertools.product([True, False], repeat=3)]
WEIGHTS = {"weight_decay": 0.01, "kl_sparsity": 0.3, "rate": 0.05}
each = pytest.mark.parametrize("convention", ALL, ids=repr)


def objective(convention, weights):
    """J as a paper of that convention writes it."""
    return (
        convention.error_factor(len(X)) * reconstruction(squared_error)
        + weights["weight_decay"] * convention.decay_factor * weight_decay
        + weights["kl_sparsity"] * kl_sparsity(0.2)
    )


@pytest.mark.equation("eq-convention", by="ae_course.conventions.Convention")
@each
def test_the_factors_are_those_of_the_formula(convention):
    y, x_hat = NET.encode(PARAMS, X), NET.reconstruct(PARAMS, X)
    error = sum(float((a - b) @ (a - b)) for a, b in zip(x_hat, X, strict=True))
    decay = sum(float((PARAMS[W] ** 2).sum()) for W in ("W1", "W2"))
    c = (1 / 12 if convention.mean else 1) * (1 / 2 if convention.half else 1)
    d = 0.01 * (1 / 2 if convention.decay_half else 1)
    penalty = float(kl_divergence(0.2, y.mean(axis=0)).sum())
    found = objective(convention, WEIGHTS).value(NET, PARAMS, X)
    assert_close(found, c * error + d * decay + 0.3 * penalty)


@pytest.mark.equation("eq-convert", by="ae_course.conventions.convert")
@pytest.mark.parametrize(("source", "target"), list(itertools.product(ALL, ALL)))
def test_converted_weights_multiply_the_objective_by_r_everywhere(source, target):
    weights = convert(WEIGHTS, source, target, len(X))
    r = weights["kl_sparsity"] / WEIGHTS["kl_sparsity"]
    c = {True: 1 / 12, False: 1}[target.mean] / {True: 1 / 12, False: 1}[source.mean]
    c *= {True: 0.5, False: 1}[target.half] / {True: 0.5, False: 1}[source.half]
    assert_close(r, c)
    before, after = objective(source, WEIGHTS), objective(target, weights)
    for seed in range(3):
        w = drawn(NET, seed)
        assert_close(after.value(NET, w, X), r * before.value(NET, w, X))
        assert_close(after.gradient(NET, w, X).vector, r * before.gradient(NET, w, X).vector)


@pytest.mark.parametrize("make", [SGD, Momentum], ids=lambda make: make.__name__)
@each
def test_gradient_descent_takes_the_same_path_at_the_converted_rate(convention, make):
    def end(here, weights):
        options = {"batch_size": 12, "epochs": 5, "rng": np.random.default_rng(0)}
        J, optimizer = objective(here, weights), make(weights["rate"])
        return train(NET, J, PARAMS, X, optimizer=optimizer, **options)[0].vector

    assert_close(end(convention, convert(WEIGHTS, BOOK, convention, 12)), end(BOOK, WEIGHTS))


def test_adam_keeps_its_rate():
    def end(here, weights):
        options = {"batch_size": 12, "epochs": 5, "rng": np.random.default_rng(0)}
        adam = Adam(0.01, epsilon=1e-30)
        return train(NET, objective(here, weights), PARAMS, X, optimizer=adam, **options)[0]

    converted = end(SLIDES, convert(WEIGHTS, BOOK, SLIDES, 12))
    np.testing.assert_allclose(converted.vector, end(BOOK, WEIGHTS).vector, rtol=1e-8)


@pytest.mark.parametrize("convention", [SLIDES, Convention(False, True, False)], ids=repr)
def test_both_conventions_have_the_same_minimum(convention):
    weights = {"weight_decay": 0.1, "kl_sparsity": 0.3}
    ends = []
    for here in (BOOK, convention):
        J = objective(here, convert(weights, BOOK, here, 12))
        found, _ = minimize(NET, J, PARAMS, X, iterations=2000, tolerance=1e-10)
        ends.append(found.vector)
        scale = np.abs(J.gradient(NET, PARAMS, X).vector).max()
        assert np.abs(J.gradient(NET, found, X).vector).max() < 1e-6 * scale
    np.testing.assert_allclose(ends[1], ends[0], atol=1e-4)
    J = objective(convention, weights)
    copied, _ = minimize(NET, J, PARAMS, X, iterations=2000)
    assert np.abs(copied.vector - ends[0]).max() > 0.1


@each
def test_there_and_back_changes_nothing(convention):
    there = convert(WEIGHTS, BOOK, convention, 50)
    back = convert(there, convention, BOOK, 50)
    assert_close(list(back.values()), list(WEIGHTS.values()))


def test_the_slides_have_two_n_times_the_book_s_error():
    assert SLIDES.error_factor(7) == 14
    assert BOOK.error_factor(7) == 1
    assert convert({"kl_sparsity": 3}, BOOK, SLIDES, 1000) == {"kl_sparsity": 6000}
    assert convert({"rate": 3}, BOOK, SLIDES, 1000) == {"rate": 3 / 2000}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({"beta": 3}, "there is a weight 'beta', wanted any of weight_decay, kl_sparsity, rate"),
        ({"kl_sparsity": -1}, "kl_sparsity is -1, wanted a number, 0 or more"),
        ({"rate": np.nan}, "rate is nan, wanted"),
        ({"weight_decay": "1"}, "weight_decay is '1', wanted"),
        ({"rate": True}, "rate is True, wanted a number"),
    ],
)
def test_a_weight_that_cannot_be_converted_is_named(weights, message):
    with pytest.raises(ValueError, match=message):
        convert(weights, BOOK, SLIDES, 10)


@pytest.mark.parametrize("samples", [0, 1.5, None])
def test_a_number_of_samples_that_is_none_is_named(samples):
    with pytest.raises(ValueError, match=r"samples is .*, wanted a whole number"):
        convert({"rate": 1.0}, BOOK, SLIDES, samples)


@pytest.mark.parametrize("name", ["mean", "half", "decay_half"])
def test_a_setting_that_is_not_true_or_false_is_named(name):
    with pytest.raises(TypeError, match=f"{name} is 'sum', wanted True or False"):
        Convention(**{name: "sum"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({"rate": 1.0}, None, BOOK), "source is None, wanted a Convention"),
        (({"rate": 1.0}, BOOK, "slides"), "target is 'slides', wanted a Convention"),
        (([1.0], BOOK, SLIDES), r"weights is \[1.0\], wanted a mapping"),
    ],
)
def test_what_is_no_convention_or_no_mapping_is_named(arguments, message):
    with pytest.raises(TypeError, match=message):
        convert(*arguments, 10)
