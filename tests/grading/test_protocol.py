"""Values pass in and out of the sandbox unchanged, and nothing passes that is more than a value."""

import collections
import json
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import ae_course
from ae_course import Autoencoder, Layer, Network, cross_entropy, logistic, reconstruction
from grading import protocol, sandbox

NET = Autoencoder.folded(4, 2)


def through(value, inward=False):
    return protocol.decode(json.loads(json.dumps(protocol.encode(value))), inward)


@pytest.mark.parametrize(
    "value",
    [None, True, 3, 2.5, float("inf"), "text", [1, [2.0]], (1, "a"), {"W1": 2, 3: [4]}, ..., []],
)
def test_plain_values_come_out_as_they_went_in(value):
    found = through(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.uint8, np.int64, bool, np.complex128])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2)])
def test_arrays_keep_their_type_and_shape(dtype, shape):
    value = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    found = through(value)
    assert found.dtype == value.dtype
    assert np.array_equal(found, value)
    found[...] = 0  # a copy of one's own


def test_arrays_in_another_order_and_numbers_of_numpy_pass_too():
    value = np.arange(6.0).reshape(2, 3).T
    assert np.array_equal(through(value), value)
    assert through(np.float64(0.1)) == 0.1
    assert np.isnan(through(float("nan")))


@pytest.mark.parametrize(
    "value",
    [
        logistic,
        cross_entropy,
        NET,
        Network((Layer(3, 2, logistic),)),
        ae_course.weight_decay,
        reconstruction(cross_entropy),
        ae_course.Adam(0.1),
        ae_course.glorot,
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),
)
def test_values_of_the_package_go_in_but_not_out(value):
    assert through(value, inward=True) == value
    with pytest.raises(ValueError, match="no meaning"):
        through(value)


def test_parameters_go_in_as_such_and_come_out_as_a_mapping():
    params = NET.init(np.random.default_rng(0))
    inside = through(params, inward=True)
    assert type(inside) is type(params)
    assert np.array_equal(inside.vector, params.vector)
    assert set(through(params)) == set(params)


def test_a_generator_goes_in_with_its_state():
    rng = np.random.default_rng(5)
    rng.random(3)
    assert np.array_equal(through(rng, inward=True).random(4), rng.random(4))


@pytest.mark.parametrize("value", [object(), lambda x: x, {1, 2}, np.array([object()]), print])
def test_other_things_are_not_sent(value):
    with pytest.raises(protocol.Unsendable):
        protocol.encode(value)


def test_large_arrays_are_not_sent():
    with pytest.raises(protocol.Unsendable, match="MB"):
        protocol.encode(np.zeros(protocol.LARGEST // 8 + 1))


@pytest.mark.parametrize(
    "sent",
    [
        {"is": "array", "dtype": "O", "shape": [1], "data": ""},
        {"is": "array", "dtype": "<U1", "shape": [1], "data": "QQAAAA=="},
        {"is": "array", "dtype": "<f8", "shape": [10**9], "data": ""},
        {"is": "array", "dtype": "<f8", "shape": [-1, 7], "data": "AAAA"},
        {"is": "name", "of": ["os", "system"]},
        {"is": "value", "of": ["subprocess", "Popen"], "parts": {"args": "ls"}},
        {"is": "generator", "of": {"bit_generator": "PCG64"}},
        {"is": "pickle", "data": pickle.dumps(1).hex()},
        {"list": 1},
        {},
        [1],
    ],
)
def test_what_a_submission_makes_up_is_refused(sent):
    with pytest.raises((ValueError, TypeError)):
        protocol.decode(sent)


def test_a_number_that_claims_to_be_more_comes_out_as_a_number():
    class Everything(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    assert type(through(Everything(2))) is float
    assert through(Everything(2)) != 3


Point = collections.namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        (Fraction(1, 2), 0.5),
        (Decimal("0.5"), 0.5),
        (np.array([Fraction(1, 2), 3], dtype=object), [0.5, 3]),
        ([Fraction(1, 2), np.int8(3)], [0.5, 3]),
        (Point(1, 2.5), [1, 2.5]),
        (range(3), [0, 1, 2]),
        (memoryview(np.arange(3.0)), [0, 1, 2]),
    ],
)
def test_what_numpy_makes_numbers_of_passes_as_numbers(value, numbers):
    assert np.array_equal(np.asarray(through(value), float), numbers)


def test_a_complex_number_passes_as_such():
    assert through(1 + 2j) == 1 + 2j


def test_a_number_that_is_no_float_is_not_sent():
    assert through(2**1023) == 2**1023
    with pytest.raises(protocol.Unsendable, match="whole number"):
        protocol.encode([10**5000])


def test_many_keys_and_deep_values_are_refused_from_a_submission():
    colliding = [[k * (2**61 - 1), 0] for k in range(protocol.MOST_KEYS + 1)]
    with pytest.raises(ValueError, match="more than 1000 entries"):
        protocol.decode({"is": "dict", "of": colliding})
    deep = 1
    for _ in range(protocol.DEEPEST + 2):
        deep = {"is": "list", "of": [deep]}
    with pytest.raises(ValueError, match="without an end"):
        protocol.decode(deep)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b'{"gives": [' + b"[]," * sandbox.MOST_PARTS + b"0]}", "parts"),
        (b'{"gives": ' + b"[" * 10_000, "no answer"),
        (b'{"gives": ' + b"9" * 10_000 + b"}", "no answer"),
        (b"[]", "no answer"),
    ],
)
def test_a_reply_that_would_cost_much_is_not_read(line, what):
    with pytest.raises(sandbox.Crashed, match=what):
        sandbox._read(line)
