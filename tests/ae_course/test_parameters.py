"""Parameters are names and a vector, and both are the same memory."""

import copy
import pickle

import numpy as np
import pytest

from ae_course.parameters import Parameters

SHAPES = {"W1": (2, 3), "b1": (2,), "W2": (3, 2), "b2": (3,)}


@pytest.fixture
def params():
    return Parameters(SHAPES, np.arange(17.0))


def test_the_vector_holds_the_arrays_one_after_the_other(params):
    assert np.concatenate([array.ravel() for array in params.values()]).tolist() == list(range(17))
    assert {name: array.shape for name, array in params.items()} == SHAPES


def test_what_is_written_under_a_name_is_in_the_vector_and_the_other_way_round(params):
    params["b1"] = [50, 60]
    params.vector[8] = 70
    assert params.vector[6:9].tolist() == [50, 60, 70]
    assert params["W2"][0, 0] == 70


def test_every_entry_of_the_vector_is_found_where_its_name_says(params):
    for index in range(17):
        name, place = params.where(index).rstrip("]").split("[")
        assert params[name][tuple(map(int, place.split(", ")))] == index


@pytest.mark.parametrize("again", [lambda p: p, Parameters.copy, copy.deepcopy])
def test_a_matrix_may_lie_in_the_vector_columnwise(again):
    params = again(Parameters(SHAPES, np.arange(17.0), columnwise=["W2"]))
    np.testing.assert_array_equal(params["W2"], np.arange(8.0, 14).reshape(2, 3).T)
    assert params["W2"].T.flags.c_contiguous
    assert np.shares_memory(params["W2"], params.vector)
    for index in range(17):
        name, place = params.where(index).rstrip("]").split("[")
        assert params[name][tuple(map(int, place.split(", ")))] == index


def test_a_copy_has_memory_of_its_own_and_like_takes_what_it_is_given(params):
    vector = np.zeros(17)
    assert not np.shares_memory(params.copy().vector, params.vector)
    assert params.like(vector).vector is vector
    assert params.like(vector).shapes == SHAPES


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_zeros_and_astype_have_the_dtype_asked_for(params, dtype):
    assert params.astype(dtype).dtype == dtype
    zeros = Parameters.zeros(SHAPES, dtype)
    assert (zeros.dtype, zeros.vector.size, zeros.vector.any()) == (dtype, 17, False)


def test_parameters_of_arrays_copy_them(params):
    arrays = dict(params)
    made = Parameters.of(arrays)
    made["W1"] = 0
    assert made.shapes == SHAPES
    assert arrays["W1"][0, 1] == 1


def test_parameters_of_whole_numbers_are_float64():
    made = Parameters.of({"W1": [[1, 2]], "b1": [3]})
    assert (made.dtype, made.vector.tolist()) == (np.float64, [1, 2, 3])


@pytest.mark.parametrize("again", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_a_deep_copy_and_a_pickled_one_keep_names_and_vector_together(params, again):
    other = again(params)
    other["W1"] = -1
    assert other.vector[:6].tolist() == [-1] * 6
    assert params.vector[0] == 0


def test_a_mapping_can_be_unpacked_and_counted(params):
    assert list({**params}) == list(SHAPES)
    assert (len(params), "W2" in params, "W3" in params) == (4, True, False)


def test_the_text_form_gives_names_shapes_and_kind(params):
    assert "W1 (2, 3), b1 (2,)" in repr(params)
    assert "17 numbers, float64" in repr(params)


def test_a_number_fills_an_array(params):
    params["W1"] = 0.5
    assert params["W1"].tolist() == [[0.5] * 3] * 2


def test_an_array_of_another_shape_is_refused_even_if_it_would_fit_by_repetition(params):
    with pytest.raises(ValueError, match=r"W1 has shape \(2, 3\), found \(3,\)"):
        params["W1"] = np.ones(3)


def test_an_unknown_name_is_answered_with_the_known_ones(params):
    with pytest.raises(KeyError, match="no parameter 'W9'; there are W1, b1, W2, b2"):
        params["W9"]
    with pytest.raises(KeyError, match="no parameter 'W9'"):
        params["W9"] = 0


@pytest.mark.parametrize("vector", [np.zeros(16), np.zeros(18), np.zeros((17, 1))])
def test_a_vector_of_another_size_is_refused(vector):
    with pytest.raises(ValueError, match=r"the vector has shape \(.*\), wanted \(17,\)"):
        Parameters(SHAPES, vector)


@pytest.mark.parametrize("dtype", [int, np.float16, bool])
def test_only_float32_and_float64_are_computed_with(params, dtype):
    with pytest.raises(TypeError, match=r"the parameters are .*, wanted float32 or float64"):
        params.astype(dtype)
