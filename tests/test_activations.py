"""An activation is its formula, and knows its own derivative."""

import math

import numpy as np
import pytest
from helpers import assert_close, assert_slopes

from ae_course.activations import ACTIVATIONS, by_name, identity, logistic, relu, softmax, tanh

U = np.array([[-3.2, -0.7, 0.4], [0.1, 2.5, 7.0]])
ELEMENTWISE = [f for f in ACTIVATIONS if f is not softmax]
both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.mark.equation("eq-output-units", by="ae_course.activations.logistic")
def test_the_logistic_output_is_its_formula():
    assert_close(logistic(U), [[1 / (1 + math.exp(-u)) for u in row] for row in U])


@pytest.mark.equation("eq-output-units", by="ae_course.activations.identity")
def test_the_identity_output_is_its_net_input():
    assert identity(U).tolist() == U.tolist()


@pytest.mark.equation("eq-logistic-slope", by="ae_course.activations.logistic")
def test_the_slope_of_the_logistic_is_y_times_one_minus_y():
    y = 1 / (1 + np.exp(-U))
    assert_close(logistic.derivative(U, logistic(U)), y * (1 - y))
    assert_close(logistic.derivative(U, logistic(U)), np.exp(-U) / (1 + np.exp(-U)) ** 2)


@pytest.mark.parametrize("f", ELEMENTWISE, ids=repr)
def test_a_derivative_is_what_differences_say(f):
    assert_slopes(f.derivative(U, f(U)), lambda u: f(u).sum(), U)


def test_tanh_and_relu_are_their_formulas():
    assert_close(tanh(U), [[math.tanh(u) for u in row] for row in U])
    assert relu(U).tolist() == [[max(0.0, u) for u in row] for row in U]


def test_softmax_is_its_formula():
    wanted = [[math.exp(u) / sum(math.exp(v) for v in row) for u in row] for row in U]
    assert_close(softmax(U), wanted)


def test_softmax_does_not_notice_a_shift():
    assert_close(softmax(U + 500), softmax(U))


def test_the_logistic_is_symmetric_about_one_half():
    assert_close(logistic(-U), 1 - logistic(U))


@both_dtypes
def test_the_logistic_saturates_exactly(dtype):
    assert logistic(np.array([-1000, 0, 1000], dtype)).tolist() == [0, 0.5, 1]


@both_dtypes
def test_softmax_saturates_exactly(dtype):
    u = np.array([[-1000, 1000], [1000, 1000], [-1000, -1000]], dtype)
    assert softmax(u).tolist() == [[0, 1], [0.5, 0.5], [0.5, 0.5]]


def test_relu_has_slope_zero_at_its_kink():
    kink = np.array([-0.0, 0.0])
    assert relu.derivative(kink, relu(kink)).tolist() == [0, 0]


@both_dtypes
@pytest.mark.parametrize("f", ACTIVATIONS, ids=repr)
def test_shape_and_dtype_are_kept(f, dtype):
    u = U.astype(dtype)
    assert (f(u).shape, f(u).dtype) == (u.shape, dtype)
    if f is not softmax:
        assert f.derivative(u, f(u)).dtype == dtype


@pytest.mark.parametrize("f", ACTIVATIONS, ids=repr)
def test_room_is_used_and_the_net_input_left_alone(f):
    u, out = U.copy(), np.empty_like(U)
    y = f(u, out=out)
    assert np.shares_memory(y, out if f is not identity else u)
    assert y.tolist() == f(U).tolist()
    assert u.tolist() == U.tolist()


@pytest.mark.parametrize("kind", [np.uint8, int, bool])
@pytest.mark.parametrize("f", ACTIVATIONS, ids=repr)
def test_whole_numbers_count_as_float64(f, kind):
    found = f(np.array([[0, 1]], kind))
    assert found.dtype == np.float64
    assert found.tolist() == f(np.array([[0.0, 1.0]])).tolist()


def test_softmax_refuses_to_be_a_hidden_layer():
    with pytest.raises(TypeError, match="softmax couples the units of its layer"):
        softmax.derivative(U, softmax(U))


@pytest.mark.parametrize("f", ACTIVATIONS, ids=repr)
def test_every_activation_is_found_by_its_name(f):
    assert by_name(f.name) is f
    assert repr(f) == f.name


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="'swish' is not an activation; there are identity, log"):
        by_name("swish")
