"""Differences find the gradient, and a wrong gradient does not get past them."""

from dataclasses import dataclass

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course.activations import identity, logistic, relu
from ae_course.autoencoder import Autoencoder
from ae_course.full_batch import minimize
from ae_course.gradcheck import (
    check_gradient,
    compare_gradients,
    numerical_gradient,
    relative_error,
)
from ae_course.losses import Loss, cross_entropy, squared_error
from ae_course.objective import Term, reconstruction, weight_decay
from ae_course.parameters import Parameters
from ae_course.sparsity import KLSparsity, kl_slope

NET = Autoencoder.folded(5, 3)
PARAMS = drawn(NET)
X = samples(7, 5)
J = reconstruction(cross_entropy) + 0.1 * weight_decay


def cubes(params):
    """A function whose third derivative by every entry is the same, 6."""
    return float((params.vector**3).sum())


@pytest.mark.equation("eq-central-difference", by="ae_course.gradcheck.numerical_gradient")
def test_every_parameter_is_moved_a_little_to_both_sides():
    h, found = 1e-4, numerical_gradient(lambda p: J.value(NET, p, X), PARAMS, step=1e-4)
    for i in range(len(PARAMS.vector)):
        ahead, behind = PARAMS.copy(), PARAMS.copy()
        ahead.vector[i] += h
        behind.vector[i] -= h
        wanted = (J.value(NET, ahead, X) - J.value(NET, behind, X)) / (2 * h)
        np.testing.assert_allclose(found.vector[i], wanted, rtol=1e-10, atol=1e-10)


@pytest.mark.equation("eq-central-difference", by="ae_course.gradcheck.numerical_gradient")
@pytest.mark.parametrize("h", [0.1, 0.05, 0.025])
def test_the_error_of_a_central_difference_is_a_sixth_of_h_squared_times_the_third_derivative(h):
    error = numerical_gradient(cubes, PARAMS, step=h).vector - 3 * PARAMS.vector**2
    np.testing.assert_allclose(error, h**2, rtol=1e-8)


def test_halving_the_step_quarters_the_error_for_a_network_too():
    def error(h):
        found = numerical_gradient(lambda p: J.value(NET, p, X), PARAMS, step=h)
        return relative_error(found.vector, J.gradient(NET, PARAMS, X).vector)

    np.testing.assert_allclose(
        [error(0.01) / error(0.005), error(0.02) / error(0.01)], 4, rtol=0.01
    )


def test_the_numerical_gradient_leaves_the_parameters_as_they_were():
    params = PARAMS.copy()
    found = numerical_gradient(cubes, params)
    assert params.vector.tolist() == PARAMS.vector.tolist()
    assert found.shapes == params.shapes


def test_float32_is_refused_for_differences():
    with pytest.raises(TypeError, match="parameters are float32, finite differences need float64"):
        check_gradient(NET, J, PARAMS.astype(np.float32), X)


@pytest.mark.equation("eq-relative-error", by="ae_course.gradcheck.relative_error")
def test_the_relative_error_is_its_formula():
    def norm(v):
        return sum(x * x for x in v) ** 0.5

    g, h = np.array([1.0, -2, 3]), np.array([1.5, 0, 2])
    assert_close(relative_error(g, h), norm(g - h) / (norm(g) + norm(h)))


def test_the_relative_error_of_multiples_is_known():
    g = np.array([1.0, -2, 3])
    assert_close([relative_error(f * g, g) for f in (1, 2, -1, 0)], [0, 1 / 3, 1, 1])
    assert relative_error(0 * g, 0 * g) == 0


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_the_relative_error_does_not_depend_on_the_scale(scale):
    g = scale * np.array([1.0, -2, 3])
    assert_close([relative_error(f * g, g) for f in (1, 2, -1, 0)], [0, 1 / 3, 1, 1])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_the_relative_error_of_what_is_not_finite_is_not_a_number(bad):
    g = np.array([1.0, bad, 3])
    assert np.isnan(relative_error(g, g))
    assert np.isnan(relative_error(g, np.zeros(3)))


@pytest.mark.parametrize("shape", [(1,), (3, 1), ()])
def test_gradients_of_different_shapes_are_not_compared(shape):
    with pytest.raises(ValueError, match=r"shapes \(3,\) and .*, wanted the same"):
        relative_error(np.ones(3), np.ones(shape))
    with pytest.raises(ValueError, match="found has the arrays W1, wanted W1, b1, W2, b2"):
        compare_gradients(Parameters.of({"W1": PARAMS["W1"]}), PARAMS)


def test_near_a_minimum_rounding_is_as_large_as_the_gradient():
    start = Autoencoder.folded(5, 3).init(np.random.default_rng(0))
    check_gradient(NET, J, start, X)
    lowest, _ = minimize(NET, J, start, X, iterations=1000, tolerance=1e-9)
    assert np.abs(J.gradient(NET, lowest, X).vector).max() < 1e-7
    with pytest.raises(AssertionError, match=r"are too rough .* relative error"):
        check_gradient(NET, J, lowest, X, tolerance=1e-4)


@pytest.mark.parametrize("step", [0, -1e-5, np.nan, np.inf, "1e-5"])
def test_a_step_is_a_positive_number(step):
    with pytest.raises(ValueError, match=f"the step h is {step!r}, wanted a positive number"):
        numerical_gradient(cubes, PARAMS, step=step)


@pytest.mark.parametrize("tolerance", [1, 2.0, np.inf, np.nan, -1e-6, "1e-6"])
def test_a_tolerance_that_nothing_or_everything_meets_is_refused(tolerance):
    with pytest.raises(ValueError, match=f"tolerance is {tolerance!r}, wanted a number from 0"):
        check_gradient(NET, J, PARAMS, X, tolerance=tolerance)


def test_differences_are_taken_of_parameters_only():
    with pytest.raises(TypeError, match="the parameters are a dict, wanted Parameters"):
        numerical_gradient(cubes, dict(PARAMS))


def test_a_right_gradient_passes_with_a_report():
    report = check_gradient(NET, J, PARAMS, X)
    assert set(report.errors) == set(PARAMS)
    assert report.error == max(report.errors.values()) < 1e-8
    np.testing.assert_allclose(report.found, report.wanted, rtol=1e-6)


def test_the_report_names_the_entry_that_is_most_wrong():
    found = PARAMS.copy()
    found["W2"][1, 2] += 0.5
    found["b1"][0] -= 0.25
    report = compare_gradients(found, PARAMS)
    assert report.worst == "W2[1, 2]"
    assert (report.found, report.wanted) == (found["W2"][1, 2], PARAMS["W2"][1, 2])
    assert report.errors["W1"] == report.errors["b2"] == 0
    assert report.error == report.errors["b1"] or report.error == report.errors["W2"]


@pytest.mark.parametrize("name", PARAMS)
def test_a_gradient_that_is_not_a_number_is_never_right(name):
    found = PARAMS.copy()
    found[name].flat[1] = np.nan
    report = compare_gradients(found, PARAMS)
    assert np.isnan(report.error)
    assert report.worst.startswith(name)


@dataclass(frozen=True)
class Scaled(Loss):
    """The cross-entropy with a delta that is too large by a factor."""

    unit = logistic
    factor: float = 1.0

    def errors(self, u, y, t):
        return cross_entropy.errors(u, y, t)

    def delta(self, unit, u, y, t, workspace=None):
        return self.factor * (y - t)


class UnhalvedDecay(Term):
    """Weight decay whose value lacks the half."""

    def value_from(self, forward_pass):
        return sum(
            float((forward_pass.params[f"W{l}"] ** 2).sum()) for l, _ in forward_pass.net.numbered()
        )

    def grad_params(self, forward_pass):
        return {f"W{l}": forward_pass.params[f"W{l}"] for l, _ in forward_pass.net.numbered()}


class DividedSparsity(KLSparsity):
    """The sparse penalty with the factor 1/N of rho_hat in it twice."""

    def grad_outputs(self, forward_pass):
        y = forward_pass.trace.y[self.layer]
        return {self.layer: kl_slope(self.rho, y.mean(axis=0)) / len(y) ** 2}


class FlippedSparsity(KLSparsity):
    """The sparse penalty with the wrong sign."""

    def grad_outputs(self, forward_pass):
        return {self.layer: -super().grad_outputs(forward_pass)[self.layer]}


class OneEntry(Term):
    """Half the square of a single weight, and a gradient that is off by 1e-4 of it."""

    def value_from(self, forward_pass):
        return 0.5 * float(forward_pass.params["W2"][3, 1]) ** 2

    def grad_params(self, forward_pass):
        slope = np.zeros_like(forward_pass.params["W2"])
        slope[3, 1] = 1.0001 * forward_pass.params["W2"][3, 1]
        return {"W2": slope}


@pytest.mark.parametrize(
    "objective",
    [
        reconstruction(Scaled(logistic, -1)),
        reconstruction(Scaled(logistic, 1 / 7)),
        reconstruction(Scaled(logistic, 2)),
        J + UnhalvedDecay(),
        J + DividedSparsity(0.1),
        J + FlippedSparsity(0.1),
        OneEntry(),
    ],
    ids=["sign", "divided twice", "factor 2", "no half", "1/N", "penalty's sign", "one entry"],
)
def test_a_wrong_gradient_is_refused_and_its_worst_entry_named(objective):
    with pytest.raises(AssertionError, match=r"is wrong: relative error \S+, wanted") as caught:
        check_gradient(NET, objective, PARAMS, X)
    worst = np.abs(
        objective.gradient(NET, PARAMS, X).vector
        - numerical_gradient(lambda p: objective.value(NET, p, X), PARAMS).vector
    ).argmax()
    assert f"worst at {PARAMS.where(worst)}, where it is" in str(caught.value)


def test_the_entry_named_is_the_one_that_was_made_wrong():
    with pytest.raises(AssertionError, match=r"worst at W2\[3, 1\], where it is -?\d.* give -?\d"):
        check_gradient(NET, OneEntry(), PARAMS, X)


@pytest.mark.parametrize("factor", [1.001, 1 + 1e-5])
def test_the_tolerance_decides(factor):
    slightly_wrong = reconstruction(Scaled(logistic, factor))
    check_gradient(NET, slightly_wrong, PARAMS, X, tolerance=factor - 1)
    with pytest.raises(AssertionError, match="the gradient of reconstruction"):
        check_gradient(NET, slightly_wrong, PARAMS, X, tolerance=(factor - 1) / 10)


def test_parameters_with_other_names_are_compared_by_theirs():
    g = Parameters.of({"centre": np.ones((2, 2)), "spread": np.ones(3)})
    report = compare_gradients(g, g.like(g.vector * [1, 1, 1, 1, 1, 1, 2]))
    assert (report.errors["centre"], report.worst) == (0, "spread[2]")


LINEAR = Autoencoder.folded(5, 3, output=identity)
SQUARED = reconstruction(squared_error)


@pytest.mark.parametrize("scale", [1e3, 1e-6, 1e-9, 1e150])
def test_differences_that_are_too_rough_accuse_nobody(scale):
    with pytest.raises(AssertionError, match="finite differences are too rough for the gradient"):
        check_gradient(LINEAR, SQUARED, drawn(LINEAR), scale * samples(60, 5))


def test_a_rectifier_at_its_kink_accuses_nobody():
    net = Autoencoder.folded(5, 3, hidden=relu, output=identity)
    params = net.init(np.random.default_rng(0))
    with pytest.raises(AssertionError, match=r"too rough .* a rectifier's"):
        check_gradient(net, SQUARED, params, np.zeros((4, 5)))


@pytest.mark.parametrize("scale", [1, 1e3, 1e-4])
def test_a_wrong_gradient_is_called_wrong_in_other_units_too(scale):
    """By a hundredth."""

    class Slip(Term):
        def value_from(self, forward_pass):
            return SQUARED.parts[0][1].value_from(forward_pass)

        def delta_out(self, forward_pass):
            return 1.01 * SQUARED.parts[0][1].delta_out(forward_pass)

    with pytest.raises(AssertionError, match=r"the gradient of .* is wrong"):
        check_gradient(LINEAR, 1 * Slip(), drawn(LINEAR), scale * samples(60, 5))
