"""A loss is its formula, its delta is the derivative, and neither fails at extreme net inputs."""

import copy
import math

import numpy as np
import pytest
from helpers import assert_close, assert_slopes, samples

from ae_course.activations import identity, logistic, relu, softmax, tanh
from ae_course.losses import (
    Loss,
    cross_entropy,
    entropy,
    softmax_cross_entropy,
    squared_error,
)
from ae_course.workspace import allocate

U = np.random.default_rng(0).normal(scale=3, size=(6, 5))
T = samples(6, 5)
T[0, :2] = 0, 1  # the ends of the range, too
LABELS = np.array([0, 4, 2, 2, 1, 3])
ONE_HOT = np.eye(5)[LABELS]
PAIRS = [(squared_error, T), (cross_entropy, T), (softmax_cross_entropy, ONE_HOT)]
both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def bernoulli(x, y):
    """The cross-entropy of one pixel, from the output; 0 log 0 is 0."""
    return -sum(p * math.log(q) for p, q in ((x, y), (1 - x, 1 - y)) if p > 0)


@pytest.mark.equation("eq-squared-error", by="ae_course.losses.SquaredError")
def test_the_squared_error_is_half_the_squared_distance():
    wanted = [0.5 * sum((U[n, d] - T[n, d]) ** 2 for d in range(5)) for n in range(6)]
    assert_close(squared_error.errors(U, U, T), wanted)


@pytest.mark.equation("eq-cross-entropy", by="ae_course.losses.CrossEntropy")
def test_the_cross_entropy_is_its_formula_in_the_outputs():
    y = 1 / (1 + np.exp(-U))
    wanted = [sum(map(bernoulli, *row)) for row in zip(T, y, strict=True)]
    assert_close(cross_entropy.errors(U, logistic(U), T), wanted)


@pytest.mark.equation("eq-cross-entropy-logits", by="ae_course.losses.CrossEntropy")
def test_the_cross_entropy_is_its_formula_in_the_net_inputs():
    def term(x, u):
        return max(u, 0) - x * u + math.log(1 + math.exp(-abs(u)))

    wanted = [sum(map(term, *row)) for row in zip(T, U, strict=True)]
    assert_close(cross_entropy.errors(U, logistic(U), T), wanted)


def test_the_softmax_cross_entropy_is_minus_the_log_probability_of_the_class():
    wanted = [
        -math.log(math.exp(u[c]) / sum(map(math.exp, u))) for u, c in zip(U, LABELS, strict=True)
    ]
    assert_close(softmax_cross_entropy.errors(U, softmax(U), ONE_HOT), wanted)


@pytest.mark.equation("eq-delta-out", by="ae_course.losses.Loss.delta")
@pytest.mark.parametrize(("loss", "target"), PAIRS, ids=repr)
def test_the_delta_of_a_matched_pair_is_output_minus_target(loss, target):
    unit = loss.unit
    delta = loss.delta(unit, U, unit(U), target)
    assert_close(delta, unit(U) - target)
    assert_slopes(delta, lambda u: loss.errors(u, unit(u), target).sum(), U)


@pytest.mark.equation("eq-delta-out-chain", by="ae_course.losses.SquaredError")
@pytest.mark.parametrize("unit", [identity, logistic, tanh, relu], ids=repr)
def test_the_delta_of_any_unit_under_squared_error_carries_its_slope(unit):
    slope = {identity: 1, logistic: np.exp(-U) / (1 + np.exp(-U)) ** 2}
    slope |= {tanh: 1 / np.cosh(U) ** 2, relu: np.where(U > 0, 1, 0)}
    delta = squared_error.delta(unit, U, unit(U), T)
    assert_close(delta, (unit(U) - T) * slope[unit])
    assert_slopes(delta, lambda u: squared_error.errors(u, unit(u), T).sum(), U)


@pytest.mark.equation("eq-entropy-floor", by="ae_course.losses.entropy")
def test_no_output_has_a_cross_entropy_below_the_entropy_of_the_target():
    x = np.array([[0.1, 0.5, 0.9, 0.3]])
    floor = sum(map(bernoulli, x[0], x[0]))
    u = np.log(x / (1 - x))
    assert_close(entropy(x), [floor])
    assert_close(cross_entropy.errors(u, logistic(u), x), [floor])
    for shift in np.random.default_rng(0).normal(scale=0.3, size=(50, 4)):
        assert cross_entropy.errors(u + shift, logistic(u + shift), x) > floor


def test_the_entropy_is_its_formula_and_zero_for_binary_samples_alone():
    assert_close(entropy(T), [sum(map(bernoulli, row, row)) for row in T])
    assert entropy([[0, 1, 1, 0]]).tolist() == [0]
    assert entropy([[0, 1, 1, 0.01]]) > 0


def test_the_entropy_of_grey_values_is_that_of_their_255th_parts():
    grey = np.arange(256, dtype=np.uint8).reshape(8, 32)
    assert_close(entropy(grey), entropy(grey / 255))


@both_dtypes
def test_the_cross_entropy_is_exact_at_extreme_net_inputs(dtype):
    u = np.array([[1000], [1000], [-1000], [-1000], [1000], [0]], dtype)
    t = np.array([[1], [0], [0], [1], [0.5], [1]], dtype)
    errors = cross_entropy.errors(u, logistic(u), t)
    assert errors.dtype == dtype
    assert errors[:5].tolist() == [0, 1000, 0, 1000, 500]
    assert_close(errors[5], np.log(dtype(2)))


@both_dtypes
def test_the_delta_of_the_cross_entropy_is_exact_at_extreme_net_inputs(dtype):
    u, t = np.array([[1000, -1000, 1000]], dtype), np.array([[1, 1, 0.25]], dtype)
    delta = cross_entropy.delta(logistic, u, logistic(u), t)
    assert (delta.dtype, delta.tolist()) == (dtype, [[0, -1, 0.75]])


@both_dtypes
def test_the_softmax_cross_entropy_is_exact_at_extreme_net_inputs(dtype):
    u = np.array([[1000, -1000], [1000, -1000], [1000, 1000]], dtype)
    t = np.eye(2, dtype=dtype)[[0, 1, 1]]
    errors = softmax_cross_entropy.errors(u, softmax(u), t)
    assert errors.dtype == dtype
    assert_close(errors, np.array([0, 2000, np.log(2)], dtype))
    delta = softmax_cross_entropy.delta(softmax, u, softmax(u), t)
    assert delta.tolist() == [[0, 0], [1, -1], [0.5, -0.5]]


@both_dtypes
def test_the_squared_error_of_saturated_units_is_exact_and_flat(dtype):
    u, t = np.array([[1000, -1000]], dtype), np.array([[0, 1]], dtype)
    assert squared_error.errors(u, logistic(u), t).tolist() == [1]
    assert squared_error.delta(logistic, u, logistic(u), t).tolist() == [[0, 0]]


def test_a_net_input_that_rounds_the_output_to_1_still_has_its_error():
    u = np.array([[40.0]])
    assert logistic(u) == 1
    assert cross_entropy.errors(u, logistic(u), np.array([[0.0]])).tolist() == [40]


@pytest.mark.parametrize("kind", [np.uint8, np.int64, list])
def test_labels_become_rows_with_a_single_one(kind):
    labels = LABELS.tolist() if kind is list else LABELS.astype(kind)
    t = softmax_cross_entropy.encode(labels, 5, np.dtype(np.float32), allocate)
    assert (t.dtype, t.tolist()) == (np.float32, ONE_HOT.tolist())


@pytest.mark.parametrize(
    ("loss", "unit", "message"),
    [
        (cross_entropy, identity, "cross_entropy needs logistic output units, .* are identity"),
        (cross_entropy, softmax, "cross_entropy needs logistic output units, .* are softmax"),
        (softmax_cross_entropy, logistic, "needs softmax output units, this network's are logist"),
        (squared_error, softmax, "squared_error needs identity output units, .* are softmax"),
    ],
)
def test_a_loss_names_the_output_units_it_does_not_go_with(loss, unit, message):
    with pytest.raises(ValueError, match=message):
        loss.check_unit(unit)


@pytest.mark.parametrize(("loss", "_"), PAIRS, ids=repr)
def test_a_loss_goes_with_its_own_unit_and_with_a_copy_of_it(loss, _):
    assert loss.check_unit(loss.unit) is None
    assert loss.check_unit(copy.deepcopy(loss.unit)) is None


@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_targets_outside_0_to_1_are_named(value):
    target = np.array([[0.5, value]])
    low, high = sorted((0.5, value))
    message = rf"cross_entropy takes targets from 0 to 1, found {low:g} to {high:g}"
    with pytest.raises(ValueError, match=message):
        cross_entropy.encode(target, 2, np.dtype(float), allocate)
    with pytest.raises(ValueError, match=rf"entropy takes values from 0 to 1, found {low:g}"):
        entropy(target)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 5], "labels run from 0 to 5, wanted 0 to 4, as there are 5 output units"),
        ([-1, 3], "labels run from -1 to 3, wanted 0 to 4"),
        ([0.0, 1.0], r"labels have shape \(2,\) and dtype float64, wanted one whole number"),
        ([True, False], r"labels have shape \(2,\) and dtype bool, wanted one whole number"),
        ([[0], [1]], r"labels have shape \(2, 1\) and dtype int64, wanted one whole number"),
        (ONE_HOT, r"labels have shape \(6, 5\) and dtype float64, wanted one whole number"),
    ],
)
def test_what_are_no_labels_is_named(labels, message):
    with pytest.raises(ValueError, match=message):
        softmax_cross_entropy.encode(labels, 5, np.dtype(float), allocate)


@pytest.mark.parametrize("x", [np.full(5, 0.5), 0.5, np.ones((0, 5))])
def test_the_entropy_takes_samples_as_rows(x):
    with pytest.raises(ValueError, match=r"has shape|is empty: its shape is"):
        entropy(x)


def test_a_loss_without_errors_says_so():
    with pytest.raises(NotImplementedError):
        Loss(identity).errors(U, U, T)


def test_how_targets_lie_in_memory_does_not_change_a_bit():
    rng = np.random.default_rng(0)
    u, t = rng.normal(size=(20, 37)), rng.random((20, 37))
    y = logistic(u)
    errors = [cross_entropy.errors(u, y, np.asarray(t, order=order)).tolist() for order in "CF"]
    assert errors[0] == errors[1]
