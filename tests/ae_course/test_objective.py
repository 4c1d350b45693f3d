"""An objective is a weighted sum of terms, and every one has the gradient that differences find."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course.activations import identity, logistic, relu, softmax, tanh
from ae_course.autoencoder import Autoencoder
from ae_course.gradcheck import check_gradient
from ae_course.losses import Loss, cross_entropy, softmax_cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import Term, WeightDecay, reconstruction, weight_decay
from ae_course.sparsity import kl_sparsity
from ae_course.workspace import Workspace

X, TARGET = samples(7, 5), samples(7, 5, seed=8)
LABELS = np.array([0, 2, 1, 1, 0, 2, 2])
NET = Autoencoder.folded(5, 3)
DEEP = Autoencoder.folded(5, 4, 3, 2)
CLASSES = Network((Layer(5, 4, tanh), Layer(4, 3, softmax)))
PARAMS = drawn(NET)
SQUARED, CROSS = reconstruction(squared_error), reconstruction(cross_entropy)
hidden_units = pytest.mark.parametrize("f", [identity, logistic, tanh, relu], ids=repr)


@hidden_units
@pytest.mark.parametrize("output", [identity, logistic, tanh, relu], ids=repr)
def test_the_gradient_of_the_squared_error_is_right(f, output):
    net = Autoencoder.folded(5, 3, hidden=f, output=output)
    check_gradient(net, SQUARED, drawn(net), X, tolerance=1e-6)


@hidden_units
def test_the_gradient_of_the_cross_entropy_is_right(f):
    net = Autoencoder.folded(5, 3, hidden=f)
    check_gradient(net, CROSS, drawn(net), X, tolerance=1e-6)


@hidden_units
def test_the_gradient_of_the_softmax_cross_entropy_is_right(f):
    net = Network((Layer(5, 4, f), Layer(4, 3, softmax)))
    check_gradient(net, reconstruction(softmax_cross_entropy), drawn(net), X, LABELS)


@pytest.mark.parametrize(
    "objective",
    [
        SQUARED,
        CROSS,
        weight_decay,
        kl_sparsity(0.2, layer=2),
        CROSS + 3 * kl_sparsity(0.05, layer=3) + 1e-2 * weight_decay,
        2 * SQUARED + 0.5 * CROSS + kl_sparsity(0.1) + 0.3 * kl_sparsity(0.4, layer=5),
        0.7 * (CROSS + 2 * kl_sparsity(0.3)) + -1.5 * kl_sparsity(0.1),
    ],
    ids=repr,
)
@pytest.mark.parametrize("target", [None, TARGET], ids=["itself", "target"])
def test_the_gradient_of_sums_of_terms_in_a_deep_autoencoder_is_right(objective, target):
    check_gradient(DEEP, objective, drawn(DEEP), X, target, tolerance=1e-6)


@pytest.mark.parametrize("part", [slice(0, 4), slice(2, None), slice(1, 3)], ids=repr)
def test_the_gradient_of_a_slice_is_right_and_zero_for_other_layers(part):
    net, params = DEEP[part], drawn(DEEP)
    inputs, wanted = samples(7, net.inputs, seed=3), samples(7, net.units, seed=4)
    J = CROSS + kl_sparsity(0.2, layer=net.first) + 0.1 * weight_decay
    check_gradient(net, J, params, inputs, wanted, tolerance=1e-6)
    unused = set(params) - set(net.shapes())
    assert unused
    assert not any(J.gradient(net, params, inputs, wanted)[name].any() for name in unused)


def test_the_gradient_of_grey_values_is_that_of_their_255th_parts():
    grey = np.random.default_rng(0).integers(256, size=(7, 5), dtype=np.uint8)
    value, gradient = CROSS.value_and_gradient(NET, PARAMS, grey)
    assert_close(value, CROSS.value(NET, PARAMS, grey / 255))
    assert_close(gradient.vector, CROSS.gradient(NET, PARAMS, grey / 255).vector)
    check_gradient(NET, CROSS, PARAMS, grey)
    assert_close(CROSS.value(NET, PARAMS, X, grey), CROSS.value(NET, PARAMS, X, grey / 255))


@pytest.mark.equation("eq-mean-error", by="ae_course.objective.reconstruction")
def test_the_reconstruction_error_is_the_mean_over_the_samples():
    x_hat = 1 / (1 + np.exp(-NET.encode(PARAMS, X) @ PARAMS["W2"].T - PARAMS["b2"]))
    squared = [0.5 * ((x_hat[n] - X[n]) ** 2).sum() for n in range(7)]
    cross = [-(X[n] @ np.log(x_hat[n]) + (1 - X[n]) @ np.log(1 - x_hat[n])) for n in range(7)]
    assert_close(SQUARED.value(NET, PARAMS, X), sum(squared) / 7)
    assert_close(CROSS.value(NET, PARAMS, X), sum(cross) / 7)


@pytest.mark.equation("eq-weight-decay", by="ae_course.objective.weight_decay")
def test_weight_decay_is_half_the_sum_of_the_squared_weights_and_pulls_by_the_weights():
    squares = [w * w for name in ("W1", "W2") for w in PARAMS[name].ravel().tolist()]
    value, gradient = weight_decay.value_and_gradient(NET, PARAMS, X)
    assert_close(value, 0.5 * sum(squares))
    for l in (1, 2):
        assert gradient[f"W{l}"].tolist() == PARAMS[f"W{l}"].tolist()
        assert not gradient[f"b{l}"].any()


def test_an_objective_is_linear_in_its_terms():
    J, K = CROSS + weight_decay, kl_sparsity(0.1)
    value, gradient = (2 * J + 0.5 * K).value_and_gradient(NET, PARAMS, X)
    parts = [term.value_and_gradient(NET, PARAMS, X) for term in (J, K)]
    assert_close(value, 2 * parts[0][0] + 0.5 * parts[1][0])
    assert_close(gradient.vector, 2 * parts[0][1].vector + 0.5 * parts[1][1].vector)


def test_weights_multiply_and_any_real_number_is_one():
    assert 2 * (3 * CROSS) == 6 * CROSS
    assert np.float64(2) * CROSS == np.int64(2) * CROSS == np.float32(2) * CROSS == 2 * CROSS
    assert CROSS + weight_decay != weight_decay + CROSS


def test_an_objective_reads_as_its_equation():
    J = CROSS + 3.0 * kl_sparsity(rho=0.05) + 1e-4 * weight_decay
    wanted = "reconstruction(cross_entropy) + 3 * kl_sparsity(rho=0.05, layer=1)"
    assert repr(J) == f"{wanted} + 0.0001 * weight_decay"


def test_value_gradient_and_both_at_once_agree():
    J = CROSS + kl_sparsity(0.1) + 0.1 * weight_decay
    value, gradient = J.value_and_gradient(NET, PARAMS, X, TARGET)
    assert value == J.value(NET, PARAMS, X, TARGET)
    assert gradient.vector.tolist() == J.gradient(NET, PARAMS, X, TARGET).vector.tolist()


def test_the_target_is_the_input_unless_one_is_given():
    assert CROSS.value(NET, PARAMS, X) == CROSS.value(NET, PARAMS, X, X)
    assert CROSS.value(NET, PARAMS, X) != CROSS.value(NET, PARAMS, X, TARGET)


@dataclass(frozen=True)
class NoErrors(Loss):
    """The squared error's delta without the squared error."""

    unit = logistic

    def errors(self, u, y, t):
        raise AssertionError("a loss was computed that nobody asked for")


def test_no_error_is_computed_for_the_gradient_alone():
    J = reconstruction(NoErrors(logistic))
    gradient = J.gradient(NET, PARAMS, X)
    assert_close(gradient.vector, CROSS.gradient(NET, PARAMS, X).vector)
    with pytest.raises(AssertionError, match="nobody asked for"):
        J.value(NET, PARAMS, X)


@pytest.mark.parametrize("rows", [7, 3])
@pytest.mark.parametrize(
    "J",
    [CROSS + SQUARED, 2 * CROSS + kl_sparsity(0.1) + kl_sparsity(0.3) + weight_decay, SQUARED],
    ids=repr,
)
def test_a_workspace_changes_no_number(J, rows):
    workspace = Workspace()
    for part in (slice(None), slice(rows)):
        value, gradient = J.value_and_gradient(
            NET, PARAMS, X[part], TARGET[part], workspace=workspace
        )
    wanted = J.value_and_gradient(NET, PARAMS, X[:rows], TARGET[:rows])
    assert value == wanted[0]
    assert gradient.vector.tolist() == wanted[1].vector.tolist()


def test_evaluating_leaves_parameters_and_samples_as_they_were():
    params, x, target = PARAMS.copy(), X.copy(), TARGET.copy()
    (CROSS + kl_sparsity(0.1) + weight_decay).value_and_gradient(NET, params, x, target)
    assert (params.vector == PARAMS.vector).all()
    assert (x == X).all()
    assert (target == TARGET).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradient_has_the_dtype_of_the_parameters(dtype):
    J = 0.3 * CROSS + SQUARED + np.float64(2) * kl_sparsity(np.float64(0.1)) + 0.1 * weight_decay
    value, gradient = J.value_and_gradient(NET, drawn(NET, dtype=dtype), X, TARGET)
    assert gradient.dtype == dtype
    assert type(value) is float


def test_float32_computes_the_same_as_float64():
    J, params = CROSS + kl_sparsity(0.1) + weight_decay, drawn(NET, dtype=np.float32)
    found = J.gradient(NET, params, X, TARGET)
    assert_close(found.vector, J.gradient(NET, params.astype(np.float64), X, TARGET).vector)


@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf])
def test_a_weight_that_is_not_finite_is_named(weight):
    with pytest.raises(ValueError, match=f"a term has weight {weight}, wanted a finite number"):
        weight * CROSS


@pytest.mark.parametrize(
    "combine",
    [
        lambda: CROSS + 1,
        lambda: 1 + CROSS,
        lambda: CROSS + cross_entropy,
        lambda: "3" * CROSS,
        lambda: None * CROSS,
        lambda: 1j * CROSS,
    ],
)
def test_only_objectives_add_up_and_only_numbers_are_weights(combine):
    with pytest.raises(TypeError, match=r"unsupported operand|can't multiply"):
        combine()


@pytest.mark.parametrize("loss", ["mse", None, CROSS])
def test_what_is_no_loss_is_named(loss):
    with pytest.raises(TypeError, match=r"the loss is .*, wanted a Loss, such as squared_error"):
        reconstruction(loss)


@pytest.mark.parametrize(
    ("J", "net", "target", "message"),
    [
        (CROSS, Autoencoder.folded(5, 3, output=tanh), None, "needs logistic output units"),
        (CROSS, NET, 2 * TARGET, "cross_entropy takes targets from 0 to 1, found 0.0.* to 1.9"),
        (CROSS, NET, TARGET[:, :3], "target has 3 columns, the network takes 5"),
        (CROSS, NET, TARGET[:4], "there are 4 targets for 7 samples"),
        (CROSS, NET, np.full((7, 5), np.nan), r"target\[0, 0\] is nan"),
        (SQUARED, CLASSES, TARGET[:, :3], "squared_error needs identity output units"),
        (reconstruction(softmax_cross_entropy), NET, LABELS, "needs softmax output units"),
        (reconstruction(softmax_cross_entropy), CLASSES, LABELS + 1, "labels run from 1 to 3"),
        (reconstruction(softmax_cross_entropy), CLASSES, LABELS[:2], "2 targets for 7 samples"),
        (reconstruction(softmax_cross_entropy), CLASSES, None, r"labels have shape \(7, 5\)"),
    ],
)
def test_targets_and_networks_that_do_not_fit_are_named(J, net, target, message):
    for evaluate in (J.value, J.gradient):
        with pytest.raises(ValueError, match=message):
            evaluate(net, drawn(net), X, target)


# Terms written from the words of `Term` alone


@dataclass(frozen=True)
class AtOutputs(Term):
    """The mean of y^3 / 3, summed over the units of a layer."""

    layer: int

    def value_from(self, forward_pass):
        return float((forward_pass.trace.y[self.layer] ** 3 / 3).sum(axis=1).mean())

    def grad_outputs(self, forward_pass):
        y = forward_pass.trace.y[self.layer]
        return {self.layer: y**2 / len(y)}


class AtParameters(Term):
    """The sum of exp(W2) and of sin(b1)."""

    def value_from(self, forward_pass):
        params = forward_pass.params
        return float(np.exp(params["W2"]).sum() + np.sin(params["b1"]).sum())

    def grad_params(self, forward_pass):
        params = forward_pass.params
        return {"W2": np.exp(params["W2"]), "b1": np.cos(params["b1"])}


class AtBoth(Term):
    """The mean of y^2 of two layers, times the sum of the squares of b2."""

    def value_from(self, forward_pass):
        y, b = forward_pass.trace.y, forward_pass.params["b2"]
        return float((y[1] ** 2).sum(axis=1).mean() + (y[2] ** 2).sum(axis=1).mean()) * (b @ b)

    def grad_outputs(self, forward_pass):
        y, b = forward_pass.trace.y, forward_pass.params["b2"]
        return {l: 2 * y[l] / len(y[l]) * (b @ b) for l in (1, 2)}

    def grad_params(self, forward_pass):
        y, b = forward_pass.trace.y, forward_pass.params["b2"]
        size = (y[1] ** 2).sum(axis=1).mean() + (y[2] ** 2).sum(axis=1).mean()
        return {"b2": 2 * b * size}


class AtNetInputs(Term):
    """The mean of the squared net inputs of the output layer."""

    def value_from(self, forward_pass):
        u = forward_pass.trace.u[forward_pass.net.last]
        return float((u**2).sum(axis=1).mean())

    def delta_out(self, forward_pass):
        u = forward_pass.trace.u[forward_pass.net.last]
        return 2 * u / len(u)


@dataclass(frozen=True)
class WithState(Term):
    """Half the squared distance of the mean code from the mean of the batch before."""

    before: tuple[float, ...] = (0.0, 0.0, 0.0)

    def value_from(self, forward_pass):
        return 0.5 * float(((forward_pass.trace.y[1].mean(axis=0) - self.before) ** 2).sum())

    def grad_outputs(self, forward_pass):
        y = forward_pass.trace.y[1]
        return {1: (y.mean(axis=0) - self.before) / len(y)}

    def next_state(self, forward_pass):
        return replace(self, before=tuple(forward_pass.trace.y[1].mean(axis=0).tolist()))


@pytest.mark.parametrize(
    "term",
    [AtOutputs(1), AtOutputs(2), AtParameters(), AtBoth(), AtNetInputs(), WithState((0.3, 1, 0.2))],
    ids=lambda term: type(term).__name__,
)
def test_a_term_that_does_what_it_says_has_the_right_gradient(term):
    for J in (term, CROSS + 0.7 * term, 3 * (term + weight_decay) + SQUARED):
        check_gradient(NET, J, PARAMS, X)
        check_gradient(NET, J, PARAMS, X[:3], TARGET[:3])


def test_a_term_with_a_state_leaves_the_old_one_as_it_was():
    J = CROSS + 2 * WithState()
    after = J.next_state(J.forward(NET, PARAMS, X))
    assert CROSS + 2 * WithState() == J
    assert after.parts[1][1].before == tuple(NET.encode(PARAMS, X).mean(axis=0).tolist())
    check_gradient(NET, after, PARAMS, X)
    assert WithState().next_state(CROSS.forward(NET, PARAMS, X)) == after.parts[1][1]


def test_terms_add_up_and_take_a_weight_from_either_side():
    term = AtOutputs(1)
    assert CROSS * 2 == 2 * CROSS == CROSS * np.float64(2)
    assert (CROSS + term) * 3 == 3 * CROSS + 3 * term
    assert sum([CROSS, 2 * term, weight_decay]) == CROSS + 2 * term + weight_decay
    assert CROSS + WeightDecay() == CROSS + weight_decay
    assert_close(
        sum([CROSS, 2 * term]).gradient(NET, PARAMS, X).vector,
        CROSS.gradient(NET, PARAMS, X).vector + 2 * term.gradient(NET, PARAMS, X).vector,
    )


class Stretched(Term):
    """A gradient that NumPy would stretch to the shape of the weights."""

    def value_from(self, forward_pass):
        return 0.0

    def grad_params(self, forward_pass):
        return {"W1": 1.0}


def test_a_gradient_by_parameters_is_not_stretched_to_their_shape():
    with pytest.raises(ValueError, match=r"the gradient by W1 has shape \(\), wanted \(3, 5\)"):
        Stretched().gradient(NET, PARAMS, X)


@dataclass(frozen=True)
class Slipped(Term):
    """A term whose value, or derivative by the net inputs of the output, is not what it should."""

    value: object = 0.0
    delta: object = None

    def value_from(self, forward_pass):
        return self.value

    def delta_out(self, forward_pass):
        return self.delta


@pytest.mark.parametrize("delta", [1.0, np.ones(5), np.ones((7, 1)), np.ones((7, 3))])
def test_a_gradient_by_net_inputs_is_not_stretched_over_the_output(delta):
    for J in (Slipped(delta=delta), CROSS + Slipped(delta=delta)):
        with pytest.raises(ValueError, match=r"the net inputs has shape .*, wanted \(7, 5\)"):
            J.gradient(NET, PARAMS, X)


@pytest.mark.parametrize("value", [None, 1j, np.ones(7), np.ones(1), "3"])
def test_a_value_that_is_no_number_is_said_of_its_term(value):
    J = CROSS + 0.5 * Slipped(value)
    with pytest.raises(TypeError, match=r"the value of Slipped\(value=.* is .*, wanted a number"):
        J.value(NET, PARAMS, X)


def test_a_term_that_states_nothing_has_no_value_and_no_gradient():
    J = Term()
    assert not J.gradient(NET, PARAMS, X).vector.any()
    with pytest.raises(NotImplementedError):
        J.value(NET, PARAMS, X)
