"""An activation is its formula, and knows its own derivative."""

import math
import pickle

import numpy as np
import pytest
from helpers import assert_close, assert_slopes, drawn, samples

from ae_course.activations import (
    ACTIVATIONS,
    batch_top_k,
    by_name,
    identity,
    jump_relu,
    logistic,
    relu,
    softmax,
    tanh,
    top_k,
)
from ae_course.autoencoder import Autoencoder

U = np.array([[-3.2, -0.7, 0.4], [0.1, 2.5, 7.0]])
EVERY = (*ACTIVATIONS, top_k(2), batch_top_k(2), jump_relu(0.5))
ELEMENTWISE = [f for f in EVERY if f is not softmax]
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
@pytest.mark.parametrize("f", EVERY, ids=repr)
def test_shape_and_dtype_are_kept(f, dtype):
    u = U.astype(dtype)
    assert (f(u).shape, f(u).dtype) == (u.shape, dtype)
    if f is not softmax:
        assert f.derivative(u, f(u)).dtype == dtype


@pytest.mark.parametrize("f", EVERY, ids=repr)
def test_room_is_used_and_the_net_input_left_alone(f):
    u, out = U.copy(), np.empty_like(U)
    y = f(u, out=out)
    assert np.shares_memory(y, out if f is not identity else u)
    assert y.tolist() == f(U).tolist()
    assert u.tolist() == U.tolist()


@pytest.mark.parametrize("kind", [np.uint8, int, bool])
@pytest.mark.parametrize("f", EVERY, ids=repr)
def test_whole_numbers_count_as_float64(f, kind):
    found = f(np.array([[0, 1]], kind))
    assert found.dtype == np.float64
    assert found.tolist() == f(np.array([[0.0, 1.0]])).tolist()


def test_softmax_refuses_to_be_a_hidden_layer():
    with pytest.raises(TypeError, match="softmax couples the units of its layer"):
        softmax.derivative(U, softmax(U))


@pytest.mark.parametrize("f", EVERY, ids=repr)
def test_every_activation_is_found_by_its_name(f):
    assert by_name(f.name) is f
    assert repr(f) == f.name


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="'swish' is not an activation; there are identity, log"):
        by_name("swish")


@pytest.mark.equation("eq-rescaled-tanh", by="ae_course.activations.logistic")
def test_rescaled_tanh_is_the_logistic_of_twice_the_net_input():
    assert_close((tanh(U) + 1) / 2, logistic(2 * U))
    assert_close([[(math.tanh(u) + 1) / 2 for u in row] for row in U], logistic(2 * U))


@pytest.mark.equation("eq-linear-regime", by="ae_course.sparsity.KLSparsity")
@pytest.mark.parametrize("rho", [0.05, 0.5, 0.9])
def test_near_rho_the_logistic_is_linear_up_to_the_bound_of_its_curvature(rho):
    a, worst = np.linspace(-3, 3, 201), 0
    for c in (1, 0.1, 0.01):
        y = logistic(math.log(rho / (1 - rho)) + c * a)
        rest = np.abs(y - (rho + c * rho * (1 - rho) * a))
        bound = c**2 * a**2 / (12 * math.sqrt(3))
        assert (rest <= bound + 1e-15).all()
        worst = max(worst, rest.max() / bound.max())
    assert worst > 0.02  # the bound is not idle


def test_the_curvature_of_the_logistic_reaches_its_bound():
    u = np.linspace(-4, 4, 80_001)
    y = logistic(u)
    curvature = np.abs(y * (1 - y) * (1 - 2 * y))
    np.testing.assert_allclose(curvature.max(), 1 / (6 * math.sqrt(3)), rtol=1e-8)
    np.testing.assert_allclose(y[curvature.argmax()], 0.5 - 0.5 / math.sqrt(3), rtol=1e-3)


@pytest.mark.equation("eq-relu-threshold", by="ae_course.activations.relu")
def test_a_rectifier_is_the_best_code_that_is_not_negative():
    rng = np.random.default_rng(0)
    W_, _ = np.linalg.qr(rng.normal(size=(6, 4)))
    x, grid = W_ @ [1.5, -1, 0.2, 3], np.linspace(0, 5, 50_001)
    y = relu(x @ W_ - 0.4)
    assert (y > 0).tolist() == [True, False, False, True]
    for j in range(4):  # any one component moved: nothing better is on the grid
        moved = np.tile(y, (len(grid), 1))
        moved[:, j] = grid
        costs = 0.5 * ((moved @ W_.T - x) ** 2).sum(axis=1) + 0.4 * moved.sum(axis=1)
        np.testing.assert_allclose(grid[costs.argmin()], y[j], atol=1e-4)


@pytest.mark.equation("eq-top-k", by="ae_course.activations.top_k")
@pytest.mark.parametrize("k", [1, 3, 7])
def test_the_k_largest_pass_and_the_derivative_is_their_mask(k):
    u = np.random.default_rng(0).normal(size=(5, 7))
    y, mask = top_k(k)(u), top_k(k).derivative(u, top_k(k)(u))
    for row, out, passed in zip(u.tolist(), y.tolist(), mask.tolist(), strict=True):
        largest = sorted(row, reverse=True)[:k]
        assert out == [v if v in largest else 0 for v in row]
        assert passed == [float(v in largest) for v in row]
    assert_slopes(mask, lambda v: top_k(k)(v).sum(), u)


@both_dtypes
@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ([1, 3, 3, 3, 0], [0, 1, 1, 0, 0]),
        ([0, 0, 0, 0, 0], [1, 1, 0, 0, 0]),
        ([2, 2, 5, 2, 2], [1, 0, 1, 0, 0]),
        ([-1, -2, -1, -1, -3], [1, 0, 1, 0, 0]),
        ([4, 4, 4, 5, 6], [0, 0, 0, 1, 1]),
        ([-0.0, 0.0, 0.0, -1, -1], [1, 1, 0, 0, 0]),
    ],
)
def test_of_equal_net_inputs_the_first_pass_and_there_are_exactly_k(row, kept, dtype):
    u = np.array([row, row[::-1]], dtype)
    mask = top_k(2).derivative(u, top_k(2)(u))
    assert mask[0].tolist() == kept
    assert mask.sum(axis=1).tolist() == [2, 2]
    assert top_k(2)(u)[0].tolist() == [v * m for v, m in zip(row, kept, strict=True)]


def test_the_k_largest_may_be_written_where_the_net_inputs_lie():
    u = np.array([[1.0, 3.0, 2.0], [-1.0, -3.0, -2.0]])
    wanted = top_k(2)(u.copy())
    assert top_k(2)(u, out=u) is u
    assert u.tolist() == wanted.tolist() == [[0, 3, 2], [-1, 0, -2]]


def test_infinite_net_inputs_can_be_silenced_and_what_is_no_number_cannot():
    assert top_k(1)(np.array([[1, -np.inf, 2.0]])).tolist() == [[0, 0, 2]]
    assert np.isnan(top_k(1)(np.array([[1, np.nan, 2.0]]))).any()
    assert not np.signbit(top_k(1)(np.array([[-1.0, 2.0]]))).any()


def test_all_units_pass_if_k_is_their_number():
    assert top_k(3)(U).tolist() == U.tolist()


@pytest.mark.equation("eq-union", by="ae_course.activations.top_k")
def test_outputs_of_a_sparse_code_lie_on_pieces_spanned_by_k_columns():
    net = Autoencoder.folded(6, 9, hidden=top_k(2), output=identity)
    params = drawn(net)
    pieces = set()
    for x in 6 * samples(40, 6) - 3:
        (active,) = np.flatnonzero(net.encode(params, x[None])[0])[None]
        columns = params["W2"][:, active]
        shifted = net.reconstruct(params, x[None])[0] - params["b2"]
        within, *_ = np.linalg.lstsq(columns, shifted, rcond=None)
        assert len(active) == 2
        np.testing.assert_allclose(columns @ within, shifted, atol=1e-12)
        pieces.add(tuple(active))
    assert len(pieces) > 3


def test_equal_k_give_the_same_activation():
    assert top_k(4) is top_k(np.int64(4))
    assert top_k(4) != top_k(5)
    assert pickle.loads(pickle.dumps(top_k(4))) is top_k(4)
    assert by_name("top_k(25)") is top_k(25)


@pytest.mark.parametrize("k", [0, -1, 2.5, True, None, "3"])
def test_a_k_that_is_no_positive_whole_number_is_named(k):
    with pytest.raises(ValueError, match=r"k of units that top_k keeps is .*, wanted a whole numb"):
        top_k(k)


def test_a_k_above_the_number_of_units_is_named():
    with pytest.raises(ValueError, match=r"top_k\(4\) keeps 4 units, the layer has 3"):
        top_k(4)(U)


@pytest.mark.parametrize("name", ["top_k", "top_k()", "top_k(2.5)", "top_k(-2)", "top_k(2) "])
def test_names_that_are_only_like_top_k_are_unknown(name):
    with pytest.raises(ValueError, match=r"is not an activation; there are .* top_k"):
        by_name(name)


@pytest.mark.equation("eq-batch-top-k", by="ae_course.activations.batch_top_k")
@pytest.mark.parametrize("k", [1, 2])
def test_a_batch_shares_its_places_among_its_samples(k):
    u = np.random.default_rng(3).normal(size=(6, 5))
    ranked = sorted(np.ndindex(u.shape), key=lambda place: -u[place])
    wanted = np.zeros_like(u)
    for place in ranked[: 6 * k]:
        wanted[place] = max(u[place], 0)
    f = batch_top_k(k)
    assert f(u).tolist() == wanted.tolist()
    assert_slopes(f.derivative(u, f(u)), lambda v: f(v).sum(), u)
    assert len({(row != 0).sum() for row in f(u)}) > 1  # some samples use more than others
    assert not f(-np.abs(u)).any()


def test_equal_net_inputs_of_a_batch_pass_in_their_order_and_nan_is_not_hidden():
    assert batch_top_k(1)(np.ones((2, 3))).tolist() == [[1, 1, 0], [0, 0, 0]]
    assert np.isnan(batch_top_k(1)(np.array([[1, np.nan, 2.0]]))).any()
    assert np.isnan(jump_relu(1)(np.array([[1, np.nan, 2.0]]))).any()


@pytest.mark.parametrize("theta", [0, 0.5])
def test_what_is_above_the_threshold_passes_unchanged(theta):
    u = np.array([[-2.0, 0.2, 0.5, 0.6, 3.0]])
    f = jump_relu(theta)
    assert f(u).tolist() == [[v if v > theta else 0 for v in u[0]]]
    assert f.derivative(u, f(u)).tolist() == [[float(v > theta) for v in u[0]]]


@pytest.mark.parametrize("f", [batch_top_k(4), jump_relu(0.125), jump_relu(1e-07)], ids=str)
def test_activations_with_a_number_are_known_by_their_names(f):
    assert by_name(f.name) is f
    assert pickle.loads(pickle.dumps(f)) is f


def test_numbers_that_batch_top_k_and_jump_relu_do_not_take_are_named():
    with pytest.raises(ValueError, match="k of units that batch_top_k keeps is 0"):
        batch_top_k(0)
    with pytest.raises(ValueError, match=r"batch_top_k\(4\) keeps 4 units, the layer has 3"):
        batch_top_k(4)(np.ones((2, 3)))
    with pytest.raises(ValueError, match="theta is -1"):
        jump_relu(-1)
