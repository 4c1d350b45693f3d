"""A network is a chain of layers, and its gradient is what the chain rule says."""

import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from helpers import assert_close, assert_slopes, drawn, samples

from ae_course.activations import identity, logistic, relu, tanh
from ae_course.initialization import glorot
from ae_course.network import Layer, Network
from ae_course.workspace import Workspace

# Square layers, so that a transposed matrix has the right shape and only the wrong numbers.
NET = Network((Layer(4, 4, tanh), Layer(4, 4, logistic), Layer(4, 4, tanh), Layer(4, 4, identity)))
PARAMS = drawn(NET)
X, TARGET = samples(6, 4), samples(6, 4, seed=5)
SLOPE = {1: lambda y: 1 - y**2, 2: lambda y: y * (1 - y), 3: lambda y: 1 - y**2}


def output(params, y, first=1):
    """The output for what layer `first` is given, written out once more."""
    for l in range(first, 5):
        y = y @ params[f"W{l}"].T + params[f"b{l}"]
        y = {1: np.tanh, 2: lambda u: 1 / (1 + np.exp(-u)), 3: np.tanh, 4: np.array}[l](y)
    return y


def error(params, y, first=1):
    """Half the squared distance to the target, summed over the samples."""
    return 0.5 * ((output(params, y, first) - TARGET) ** 2).sum()


@pytest.mark.equation("eq-layer", by="ae_course.network.Network.forward")
def test_every_layer_computes_its_u_and_y_sample_by_sample():
    trace = NET.forward(PARAMS, X)
    for l, layer in NET.numbered():
        W, b = PARAMS[f"W{l}"], PARAMS[f"b{l}"]
        for n in range(len(X)):
            u = [sum(W[j, i] * trace.y[l - 1][n, i] for i in range(4)) + b[j] for j in range(4)]
            assert_close(trace.u[l][n], u)
            assert_close(trace.y[l][n], layer.activation(np.array(u)))


def test_the_trace_begins_with_the_input_and_ends_with_the_output():
    trace = NET.forward(PARAMS, X)
    assert trace.input is X
    assert trace.output is trace.y[4]
    assert_close(NET(PARAMS, X), output(PARAMS, X))


@pytest.mark.equation("eq-delta-recursion", by="ae_course.network.Network.deltas")
def test_delta_is_carried_back_as_the_recursion_says():
    trace = NET.forward(PARAMS, X)
    delta = NET.deltas(PARAMS, trace, trace.output - TARGET)
    for l in (3, 2, 1):
        W = PARAMS[f"W{l + 1}"]
        for n, j in np.ndindex(6, 4):
            pull = sum(W[k, j] * delta[l + 1][n, k] for k in range(4))
            assert_close(delta[l][n, j], pull * SLOPE[l](trace.y[l][n, j]))


@pytest.mark.equation("eq-delta-recursion", by="ae_course.network.Network.deltas")
@pytest.mark.parametrize("l", [1, 2, 3, 4])
def test_delta_is_the_derivative_of_the_error_by_the_net_input(l):
    trace = NET.forward(PARAMS, X)
    delta = NET.deltas(PARAMS, trace, trace.output - TARGET)
    f = NET.layers[l - 1].activation
    assert_slopes(delta[l], lambda u: error(PARAMS, f(u), first=l + 1), trace.u[l])


@pytest.mark.equation("eq-weight-gradient", by="ae_course.network.Layers.backward")
def test_the_gradient_is_the_mean_of_deltas_times_inputs():
    trace = NET.forward(PARAMS, X)
    delta = NET.deltas(PARAMS, trace, trace.output - TARGET)
    gradient = NET.backward(PARAMS, trace, trace.output - TARGET)
    for l, _ in NET.numbered():
        outer = [np.outer(d, y) for d, y in zip(delta[l], trace.y[l - 1], strict=True)]
        assert_close(gradient[f"W{l}"], sum(outer) / 6)
        assert_close(gradient[f"b{l}"], sum(delta[l]) / 6)


@pytest.mark.equation("eq-weight-gradient", by="ae_course.network.Layers.backward")
def test_the_gradient_is_the_derivative_of_the_mean_error():
    trace = NET.forward(PARAMS, X)
    gradient = NET.backward(PARAMS, trace, trace.output - TARGET)
    moved = PARAMS.like
    assert_slopes(gradient.vector, lambda w: error(moved(w), X) / 6, PARAMS.vector)


@pytest.mark.parametrize("pull", [np.arange(4.0), samples(6, 4, seed=9)], ids=["unit", "sample"])
def test_what_is_added_at_y_joins_the_recursion_there(pull):
    trace = NET.forward(PARAMS, X)
    plain = NET.deltas(PARAMS, trace, trace.output - TARGET)
    delta = NET.deltas(PARAMS, trace, trace.output - TARGET, {2: pull})
    assert_close(delta[3], plain[3])
    assert_close(delta[2], plain[2] + pull * SLOPE[2](trace.y[2]))
    assert_close(delta[1], (delta[2] @ PARAMS["W2"]) * SLOPE[1](trace.y[1]))


@pytest.mark.parametrize("layer", [0, 5, 7])
def test_a_gradient_by_outputs_that_are_not_there_is_named(layer):
    trace = NET.forward(PARAMS, X)
    message = f"outputs of layer {layer}, the network has layers 1 to 4"
    with pytest.raises(ValueError, match=message):
        NET.backward(PARAMS, trace, trace.output - TARGET, {1: np.ones(4), layer: np.ones(4)})


@pytest.mark.parametrize("part", [1.0, np.ones(3), np.ones((1, 4)), np.ones((4, 6))])
def test_a_gradient_by_outputs_is_not_stretched_to_their_shape(part):
    trace = NET.forward(PARAMS, X)
    with pytest.raises(ValueError, match=r"outputs of layer 1 has shape .*, wanted \(6, 4\)"):
        NET.backward(PARAMS, trace, trace.output - TARGET, {1: part})


def test_a_network_is_its_slices_one_after_the_other():
    head, tail = NET[:2], NET[2:]
    assert_close(tail(PARAMS, head(PARAMS, X)), NET(PARAMS, X))
    assert [number for number, _ in tail.numbered()] == [3, 4]
    assert (tail.first, tail.last, len(tail)) == (3, 4, 2)
    assert tail[1:].shapes() == {"W4": (4, 4), "b4": (4,)}


def test_the_gradient_by_parameters_of_other_layers_is_zero():
    tail, workspace = NET[2:], Workspace()
    NET.backward(
        PARAMS, NET.forward(PARAMS, X), TARGET, workspace=workspace
    )  # leaves its numbers behind
    gradient = tail.backward(PARAMS, tail.forward(PARAMS, X), TARGET, workspace=workspace)
    assert [name for name in gradient if gradient[name].any()] == ["W3", "b3", "W4", "b4"]


def test_sizes_and_shapes_follow_from_the_layers():
    net = Network((Layer(5, 3, tanh), Layer(3, 2, relu)))
    assert (net.inputs, net.units, net.last, len(net)) == (5, 2, 2, 2)
    assert net.shapes() == {"W1": (3, 5), "b1": (3,), "W2": (2, 3), "b2": (2,)}


def test_networks_with_equal_layers_are_equal_values():
    other = Network(NET.layers)
    assert (other == NET, hash(other) == hash(NET), NET[1:] == NET) == (True, True, False)
    with pytest.raises(FrozenInstanceError):
        NET.first = 2


def test_glorot_draws_uniformly_within_its_limit():
    W, limit = glorot(np.random.default_rng(0), 200, 300), np.sqrt(6 / 500)
    assert W.shape == (200, 300)
    assert 0.99 * limit < np.abs(W).max() <= limit
    np.testing.assert_allclose(W.std(), limit / np.sqrt(3), rtol=0.01)
    assert abs(W.mean()) < 0.01 * limit


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_start_has_drawn_weights_and_zero_biases(dtype):
    params = NET.init(np.random.default_rng(3), dtype=dtype)
    assert params.dtype == dtype
    assert all(params[f"W{l}"].std() > 0 and not params[f"b{l}"].any() for l in (1, 2, 3, 4))
    assert (params.vector == NET.init(np.random.default_rng(3), dtype=dtype).vector).all()
    assert (params.vector != NET.init(np.random.default_rng(4), dtype=dtype).vector).any()


def test_weights_can_be_drawn_in_another_way():
    params = NET.init(np.random.default_rng(0), draw=lambda rng, units, inputs: np.eye(units))
    assert all((params[f"W{l}"] == np.eye(4)).all() for l in (1, 2, 3, 4))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_has_the_dtype_of_the_parameters(dtype):
    params = drawn(NET, dtype=dtype)
    trace = NET.forward(params, X)
    delta = NET.deltas(params, trace, trace.output, {2: np.ones(4)})
    gradient = NET.backward(params, trace, trace.output, {2: np.ones(4)})
    arrays = [*trace.u.values(), *trace.y.values(), *delta.values(), *gradient.values()]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


def test_float32_computes_the_same_as_float64():
    params = drawn(NET, dtype=np.float32)
    assert_close(NET(params, X), NET(params.astype(np.float64), X))


def test_grey_values_are_read_as_0_to_1():
    grey = np.random.default_rng(0).integers(256, size=(6, 4), dtype=np.uint8)
    assert_close(NET(PARAMS, grey), NET(PARAMS, grey / 255))


@pytest.mark.parametrize("rows", [6, 2])
def test_a_workspace_changes_no_number_not_even_for_a_smaller_batch(rows):
    workspace, given = Workspace(), {2: np.ones(4)}
    for part in (X, X[:rows]):
        trace = NET.forward(PARAMS, part, workspace)
        gradient = NET.backward(PARAMS, trace, trace.output, given, workspace)
    wanted = NET.forward(PARAMS, X[:rows])
    assert_close(trace.output, wanted.output)
    assert_close(gradient.vector, NET.backward(PARAMS, wanted, wanted.output, given).vector)


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (-1, 3), (2.5, 3), (3, True), ("3", 3)])
def test_a_size_that_is_no_positive_whole_number_is_named(sizes):
    with pytest.raises(ValueError, match=r"the layer's number of \w+ is .*, wanted a whole number"):
        Layer(*sizes, tanh)


@pytest.mark.parametrize("f", ["tanh", np.tanh, None])
def test_an_activation_that_is_none_is_named(f):
    with pytest.raises(TypeError, match=r"the layer's activation is .*, wanted an Activation"):
        Layer(3, 3, f)


def test_layers_have_to_fit():
    with pytest.raises(ValueError, match="layer 2 takes 4 inputs, layer 1 has 3 units"):
        Network((Layer(5, 3, tanh), Layer(4, 5, tanh)))
    with pytest.raises(ValueError, match="at least one layer, found none"):
        Network(())


@pytest.mark.parametrize("layers", [Layer(5, 3, tanh), (5, 3), "53"])
def test_what_is_no_layer_is_named(layers):
    with pytest.raises(TypeError, match=r"layers? (is|are) .*, wanted a (tuple of )?Layer"):
        Network(layers)


@pytest.mark.parametrize("first", [0, -3, 1.5, True, None])
def test_the_layers_are_numbered_from_1_on(first):
    with pytest.raises(ValueError, match=f"first layer is {first!r}, wanted a whole number, 1 or"):
        Network(NET.layers, first)


@pytest.mark.parametrize(
    ("part", "problem", "message"),
    [
        (0, TypeError, r"found net\[0\], wanted a slice, such as net\[1:\]"),
        (slice(None, None, 2), ValueError, "a slice of a network has step 1, found 2"),
        (slice(4, None), ValueError, "at least one layer, found none"),
    ],
)
def test_only_slices_of_neighbours_are_networks(part, problem, message):
    with pytest.raises(problem, match=message):
        NET[part]


def test_parameters_of_another_network_are_named():
    other = Network((Layer(4, 3, tanh), Layer(3, 4, tanh)))
    with pytest.raises(ValueError, match=r"W1 has shape \(3, 4\), the network takes \(4, 4\)"):
        NET(drawn(other), X)
    with pytest.raises(ValueError, match="the parameters lack W3; they have W1, b1, W2, b2"):
        NET(drawn(NET[:2]), X)
    with pytest.raises(TypeError, match="the parameters are a dict, wanted Parameters"):
        NET(dict(PARAMS), X)


def test_samples_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="X has 3 columns, the network takes 4"):
        NET(PARAMS, X[:, :3])
    with pytest.raises(ValueError, match=r"X\[1, 2\] is nan"):
        NET(PARAMS, np.where(np.arange(24).reshape(6, 4) == 6, np.nan, X))


def test_a_seed_is_no_source_of_randomness():
    with pytest.raises(TypeError, match=r"rng is 0, wanted a numpy\.random\.Generator"):
        NET.init(0)


def test_layers_given_as_a_list_make_the_same_network():
    layers = [Layer(3, 2, logistic), Layer(2, 3, logistic)]
    assert Network(layers) == Network(tuple(layers))
    assert hash(Network(layers)) == hash(Network(tuple(layers)))


def test_a_network_survives_pickling():
    assert pickle.loads(pickle.dumps(NET)) == NET
