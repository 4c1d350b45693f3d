"""The sparse delta rule: the right forms pass the gradient check, each wrong one is rejected."""

from dataclasses import dataclass

import numpy as np
import pytest
from helpers import assert_close, drawn, samples, slopes

from ae_course.autoencoder import Autoencoder
from ae_course.gradcheck import check_gradient
from ae_course.losses import cross_entropy
from ae_course.objective import reconstruction
from ae_course.sparsity import KLSparsity, RunningKLSparsity, kl_sparsity, running_kl_sparsity

N, BETA, RHO = 7, 3.0, 0.1
NET = Autoencoder.folded(6, 4)
PARAMS, X = drawn(NET), samples(N, 6)
E = reconstruction(cross_entropy)


@dataclass(frozen=True, repr=False)
class Printed(KLSparsity):
    """The penalty with its right value, and for its gradient what a formula says."""

    form: object = None

    def grad_outputs(self, forward_pass):
        y = forward_pass.trace.y[self.layer]
        (part,) = super().grad_outputs(forward_pass).values()  # s / N
        return {self.layer: np.broadcast_to(self.form(N * part, y), y.shape) / N}


def sparse(form, error=E):
    """The error, and beta times the penalty whose gradient is given by `form`."""
    return error + BETA * Printed(RHO, form=form)


# What each form adds at y of the code, before f' multiplies it; in `sparse`, beta multiplies too.
RIGHT_MEAN = {"beta s f'": lambda s, y: s}
WRONG_MEAN = {
    "verbatim, no beta": lambda s, y: s / BETA,
    "1/N in a mean loss": lambda s, y: s / N,
    "f' missing": lambda s, y: s / (y * (1 - y)),
    "'= f'' at its word": lambda s, y: np.ones_like(y),
    "sign": lambda s, y: -s,
}
# Times N, the mean loss is the sum; N * (beta / N) is the weight of its penalty, so that
# beta / N at every sample of the sum is s here.
WRONG_SUM = {
    "verbatim, no beta": lambda s, y: N * s / BETA,
    "beta in a sum loss": lambda s, y: N * s,
    "f' missing": lambda s, y: s / (y * (1 - y)),
    "'= f'' at its word": lambda s, y: np.ones_like(y),
}


@pytest.mark.parametrize("error", [E, N * E], ids=["mean", "sum"])
def test_the_right_form_passes_the_check(error):
    check_gradient(NET, sparse(RIGHT_MEAN["beta s f'"], error), PARAMS, X)
    check_gradient(NET, error + BETA * kl_sparsity(RHO), PARAMS, X)


@pytest.mark.parametrize("name", WRONG_MEAN)
def test_a_wrong_form_for_a_mean_loss_is_rejected(name):
    with pytest.raises(AssertionError, match=r"worst at [Wb]1"):
        check_gradient(NET, sparse(WRONG_MEAN[name]), PARAMS, X, tolerance=1e-3)


@pytest.mark.parametrize("name", WRONG_SUM)
def test_a_wrong_form_for_a_sum_loss_is_rejected(name):
    with pytest.raises(AssertionError, match=r"worst at [Wb]1"):
        check_gradient(NET, sparse(WRONG_SUM[name], N * E), PARAMS, X, tolerance=1e-3)


def divergence(rho_hat):
    return float(
        (RHO * np.log(RHO / rho_hat) + (1 - RHO) * np.log((1 - RHO) / (1 - rho_hat))).sum()
    )


def code(u):
    return 1 / (1 + np.exp(-u))


def slope_at(u):
    rho_hat = code(u).mean(axis=0)
    return -RHO / rho_hat + (1 - RHO) / (1 - rho_hat)


@pytest.mark.equation(
    "eq-penalty-delta", by="ae_course.sparsity.MeanActivationPenalty.grad_outputs"
)
def test_the_penalty_changes_with_each_net_input_of_each_sample():
    u = NET.forward(PARAMS, X).u[1]
    wanted = slopes(lambda moved: BETA * divergence(code(moved).mean(axis=0)), u)
    forward_pass = kl_sparsity(RHO).forward(NET, PARAMS, X)
    found = KLSparsity(RHO).grad_outputs(forward_pass)[1]
    assert_close(found, slope_at(u) / N)
    f_slope = code(u) * (1 - code(u))
    np.testing.assert_allclose(BETA * found * f_slope, wanted, rtol=1e-6, atol=1e-10)


def mean_error(u):
    """E as a function of the net inputs of the code."""
    net_input = code(u) @ PARAMS["W2"].T + PARAMS["b2"]
    return float((np.log1p(np.exp(net_input)) - X * net_input).sum() / N)


def deltas(grad_outputs):
    trace = NET.forward(PARAMS, X)
    return NET.deltas(PARAMS, trace, trace.output - X, grad_outputs)[1], trace.u[1]


@pytest.mark.equation("eq-sparse-delta", by="ae_course.network.Network.deltas")
def test_for_a_mean_loss_beta_s_joins_the_deltas_from_above():
    u = NET.forward(PARAMS, X).u[1]
    delta, _ = deltas({1: BETA * slope_at(u)})
    J = slopes(lambda moved: mean_error(moved) + BETA * divergence(code(moved).mean(axis=0)), u)
    np.testing.assert_allclose(delta, N * J, rtol=1e-5, atol=1e-8)
    gradient = (E + BETA * kl_sparsity(RHO)).gradient(NET, PARAMS, X)
    assert_close(gradient["W1"], sum(np.outer(d, x) for d, x in zip(delta, X, strict=True)) / N)


@pytest.mark.equation("eq-sparse-delta-sum", by="ae_course.network.Network.deltas")
def test_for_a_sum_loss_it_is_beta_s_over_n():
    u = NET.forward(PARAMS, X).u[1]
    delta, _ = deltas({1: BETA / N * slope_at(u)})
    J = slopes(lambda moved: N * mean_error(moved) + BETA * divergence(code(moved).mean(axis=0)), u)
    np.testing.assert_allclose(delta, J, rtol=1e-5, atol=1e-8)
    gradient = (N * E + BETA * kl_sparsity(RHO)).gradient(NET, PARAMS, X)
    assert_close(gradient["W1"], sum(np.outer(d, x) for d, x in zip(delta, X, strict=True)))


ALPHA, PAST = 0.8, (0.2, 0.5, 0.3, 0.6)


@pytest.mark.equation("eq-running-delta", by="ae_course.sparsity.RunningKLSparsity.grad_outputs")
def test_through_a_running_estimate_the_batch_acts_with_its_share_only():
    def penalty(u):
        return BETA * divergence(ALPHA * np.array(PAST) + (1 - ALPHA) * code(u).mean(axis=0))

    u = NET.forward(PARAMS, X).u[1]
    J = running_kl_sparsity(RHO, ALPHA, estimate=PAST)
    found = J.parts[0][1].grad_outputs(J.forward(NET, PARAMS, X))[1] * code(u) * (1 - code(u))
    np.testing.assert_allclose(BETA * found, slopes(penalty, u), rtol=1e-6, atol=1e-10)


def test_the_usual_rule_without_1_minus_alpha_is_rejected_and_is_exact_for_a_larger_beta():
    @dataclass(frozen=True, repr=False)
    class Usual(RunningKLSparsity):
        def grad_outputs(self, forward_pass):
            return {1: super().grad_outputs(forward_pass)[1] / (1 - ALPHA)}

    usual = Usual(RHO, ALPHA, 1, PAST)
    with pytest.raises(AssertionError, match=r"worst at [Wb]1"):
        check_gradient(NET, E + BETA * usual, PARAMS, X, tolerance=1e-3)
    larger = E + BETA / (1 - ALPHA) * running_kl_sparsity(RHO, ALPHA, estimate=PAST)
    assert_close(
        (E + BETA * usual).gradient(NET, PARAMS, X).vector, larger.gradient(NET, PARAMS, X).vector
    )
