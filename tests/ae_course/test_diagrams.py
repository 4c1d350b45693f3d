"""Diagrams show the numbers that they are given, and every unit and weight once."""

import numpy as np
import pytest
from helpers import assert_close, samples

from ae_course import diagrams
from ae_course.figures import describe


def texts(figure):
    (axes,) = figure.axes
    return [text.get_text() for text in axes.texts]


def test_the_bottleneck_shows_the_sample_the_code_and_the_reconstruction():
    x, y, x_hat = samples(3, 9)
    figure = diagrams.bottleneck(x, y[:4], x_hat)
    images = [image.get_array().filled(9).ravel() for image in figure.axes[0].images]
    for image, values in zip(images, (x, y[:4], x_hat), strict=True):
        assert_close(image, values)
    words = {"encoder", "decoder", "input: 9 numbers", "code: 4 numbers", "output: 9 numbers"}
    assert words <= set(texts(figure))


def test_the_network_has_every_weight_once_and_picks_one_of_each_layer():
    figure = diagrams.network()
    (axes,) = figure.axes
    weights = [line for line in axes.lines if len(line.get_xdata()) == 2]
    units = [line for line in axes.lines if len(np.atleast_1d(line.get_xdata())) == 1]
    assert (len(units), len(weights)) == (4 + 3 + 4, 4 * 3 + 3 * 4)
    assert sum(line.get_color() == diagrams.FORWARD for line in weights) == 2
    assert {"$x_i$", "$y_j$", r"$\hat x_d$", "$w_{ji}$", r"$\tilde w_{dj}$"} <= set(texts(figure))


def test_every_diagram_shows_its_data_beside_its_picture():
    x, y, x_hat = samples(3, 9)
    for figure in (
        diagrams.bottleneck(x, y[:4], x_hat),
        diagrams.network(),
        diagrams.backpropagation({"e": 5 / 8}),
    ):
        assert len(describe(figure).splitlines()) > 10


def test_nodes_of_backpropagation_carry_their_numbers_as_fractions():
    found = texts(diagrams.backpropagation({"e": 5 / 8, "delta2": np.array([[-0.5, 1.0]])}))
    assert "$e(\\hat x, x)$\n5/8" in found
    assert "$\\delta^{(2)} = \\hat x - x$\n(\N{MINUS SIGN}1/2, 1)" in found
    assert "$x$" in found  # no number for it


def test_a_number_for_no_node_is_refused():
    with pytest.raises(KeyError, match="no node delta3; there are x, u1"):
        diagrams.backpropagation({"delta3": 1.0})
