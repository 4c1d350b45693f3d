"""An autoencoder is an encoder and a decoder, and it learns to put out its input."""

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course import datasets
from ae_course.activations import identity, logistic, relu, tanh
from ae_course.autoencoder import Autoencoder, mean_bias
from ae_course.losses import cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction
from ae_course.optimizers import Adam
from ae_course.training import train

NET = Autoencoder.folded(5, 3, hidden=tanh, output=logistic)
DEEP = Autoencoder.folded(5, 4, 3, 2)
PARAMS = drawn(NET)
SQUARED = reconstruction(squared_error)
X, Y = samples(6, 5), samples(6, 3, seed=4)


def affine(W, x, b):
    """W x + b for one sample, written out."""
    return np.array([sum(w * v for w, v in zip(row, x, strict=True)) for row in W]) + b


def encoded(x):
    return np.tanh(affine(PARAMS["W1"], x, PARAMS["b1"]))


def decoded(y):
    return 1 / (1 + np.exp(-affine(PARAMS["W2"], y, PARAMS["b2"])))


@pytest.mark.equation("eq-encoder", by="ae_course.autoencoder.Autoencoder.encode")
def test_the_code_is_f_of_the_encoder_s_weights_times_the_input():
    assert_close(NET.encode(PARAMS, X), [encoded(x) for x in X])


@pytest.mark.equation("eq-decoder", by="ae_course.autoencoder.Autoencoder.decode")
def test_the_output_is_f_of_the_decoder_s_weights_times_the_code():
    assert_close(NET.decode(PARAMS, Y), [decoded(y) for y in Y])


@pytest.mark.equation("eq-feature-sum", by="ae_course.autoencoder.Autoencoder.decode")
def test_the_output_is_composed_of_the_decoder_s_columns():
    W, b = PARAMS["W2"], PARAMS["b2"]
    net_input = [b + sum(y[j] * W[:, j] for j in range(3)) for y in Y]
    assert_close(NET.decode(PARAMS, Y), [1 / (1 + np.exp(-u)) for u in net_input])


@pytest.mark.equation("eq-autoencoder", by="ae_course.autoencoder.Autoencoder.reconstruct")
def test_the_reconstruction_is_the_decoded_code():
    assert_close(NET.reconstruct(PARAMS, X), [decoded(encoded(x)) for x in X])


def test_a_deep_autoencoder_is_its_encoder_and_its_decoder():
    params = drawn(DEEP)
    code = DEEP.encode(params, X)
    assert code.shape == (6, 2)
    assert_close(DEEP.decode(params, code), DEEP.reconstruct(params, X))
    assert (DEEP.encoder.last, DEEP.decoder.first) == (3, 4)


def test_folding_repeats_the_sizes_in_reverse():
    assert [layer.units for layer in DEEP.layers] == [4, 3, 2, 3, 4, 5]
    assert [layer.inputs for layer in DEEP.layers] == [5, 4, 3, 2, 3, 4]
    assert DEEP.depth == 3


def test_folding_gives_each_layer_its_activation():
    net = Autoencoder.folded(5, 4, 3, hidden=relu, code=identity, output=logistic)
    assert [layer.activation for layer in net.layers] == [relu, identity, relu, logistic]
    plain = Autoencoder.folded(5, 4, 3, hidden=tanh)
    assert [layer.activation for layer in plain.layers] == [tanh, tanh, tanh, logistic]


def test_a_slice_of_an_autoencoder_is_a_plain_network():
    assert type(NET[:1]) is type(NET.encoder) is Network


@pytest.mark.equation("eq-mean-bias", by="ae_course.autoencoder.mean_bias")
def test_the_mean_bias_is_the_net_input_whose_output_is_the_mean():
    mean = [(1 + sum(column)) / (2 + len(column)) for column in X.T]
    assert_close(mean_bias(NET, X), [np.log(m / (1 - m)) for m in mean])
    linear = Autoencoder.folded(5, 3, output=identity)
    assert_close(mean_bias(linear, X), [sum(column) / 6 for column in X.T])


def test_with_the_mean_bias_and_no_weights_the_output_is_nearly_the_mean_image():
    grey = np.random.default_rng(0).integers(256, size=(5000, 5), dtype=np.uint8)
    params = NET.init(np.random.default_rng(0), draw=lambda rng, units, inputs: 0.0)
    params["b2"] = mean_bias(NET, grey)
    np.testing.assert_allclose(NET(params, X)[0], grey.mean(axis=0) / 255, atol=1e-3)


def test_pixels_that_never_change_have_a_finite_mean_bias():
    bias = mean_bias(NET, np.tile([0.0, 1.0, 0.5, 0.0, 1.0], (8, 1)))
    assert_close(bias, np.log([1 / 9, 9, 1, 1 / 9, 9]))


def test_units_without_an_inverse_have_no_mean_bias():
    with pytest.raises(ValueError, match="output units are relu, wanted identity or logistic"):
        mean_bias(Autoencoder.folded(5, 3, output=relu), X)


@pytest.mark.parametrize("wrong", [255 * X, X - 0.1, -X])
def test_logistic_units_have_no_bias_for_a_mean_of_numbers_beyond_0_and_1(wrong):
    with pytest.raises(ValueError, match=f"from 0 to 1, found {wrong.min():g} to {wrong.max():g}"):
        mean_bias(NET, wrong)
    linear = Autoencoder.folded(5, 3, output=identity)
    assert_close(mean_bias(linear, wrong), [sum(column) / 6 for column in wrong.T])


def test_the_mean_bias_of_a_decoder_is_that_of_what_it_puts_out():
    assert_close(mean_bias(NET.decoder, X), mean_bias(NET, X))
    with pytest.raises(ValueError, match="X has 3 columns"):
        mean_bias(NET.decoder, Y)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Autoencoder.folded(5), r"the number of inputs and of code units, found \(5,\)"),
        (lambda: Autoencoder.folded(5, 0), "number of units is 0, wanted a whole number, 1 or"),
        (lambda: Autoencoder.folded(5, 2.5), "number of units is 2.5, wanted a whole number"),
        (lambda: Autoencoder((Layer(5, 3, tanh), Layer(3, 4, tanh))), "output has 4 units, the i"),
        (lambda: Autoencoder((Layer(5, 5, tanh),)), "the encoder has 1 of 1 layers, wanted at"),
        (lambda: Autoencoder(NET.layers, depth=2), "the encoder has 2 of 2 layers, wanted at lea"),
        (lambda: Autoencoder(NET.layers, depth=0), "the encoder has 0 of 2 layers, wanted at lea"),
        (lambda: Autoencoder(NET.layers, depth=1.5), "depth is 1.5, wanted a whole number"),
        (lambda: Autoencoder(NET.layers, depth=True), "depth is True, wanted a whole number"),
    ],
)
def test_what_is_no_autoencoder_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("units", [1, 2, 4])
def test_a_linear_autoencoder_comes_near_the_pca_bound_and_never_below(units):
    rng = np.random.default_rng(0)
    data = rng.normal(size=(200, 6)) @ rng.normal(size=(6, 6)) + rng.normal(size=6)
    eigenvalues = np.linalg.eigvalsh(np.cov(data.T, bias=True))
    bound = eigenvalues[: 6 - units].sum() / 2  # half of what the best `units` directions leave
    net, J = Autoencoder.folded(6, units, hidden=identity, output=identity), SQUARED
    metrics = {"E": lambda params: J.value(net, params, data)}
    options = {"optimizer": Adam(0.02), "batch_size": 20, "metrics": metrics}
    _, history, _ = train(net, J, net.init(rng), data, epochs=60, rng=rng, **options)
    assert bound <= min(history.metrics["E"]) < 1.2 * bound


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_autoencoder_learns_more_about_digits_than_their_mean(dtype):
    images, unseen = datasets.mnist(n=1000).images, datasets.mnist("test", n=200).images
    net, J = Autoencoder.folded(784, 32), reconstruction(cross_entropy)
    start = net.init(np.random.default_rng(0), dtype=dtype)
    start["b2"] = mean_bias(net, images)
    mean = net.init(np.random.default_rng(0), draw=lambda rng, units, inputs: 0.0)
    mean["b2"] = mean_bias(net, images)
    params, *_ = train(
        net, J, start, images, epochs=15, rng=np.random.default_rng(1), optimizer=Adam(0.01)
    )
    assert params.dtype == dtype
    assert J.value(net, params, unseen) < 0.7 * J.value(net, mean, unseen)
