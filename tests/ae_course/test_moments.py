"""Moments of parts add up to those of the whole, exactly, and far from the origin too."""

import numpy as np
import pytest
from helpers import assert_close, samples

from ae_course import moments as module
from ae_course.moments import Moments, covariance, moments

X = samples(101, 6)
SPLITS = [(50,), (1,), (100,), (3, 4, 60), tuple(range(10, 100, 10))]


def assert_same(found, wanted):
    assert found.count == wanted.count
    assert_close(found.mean, wanted.mean)
    assert_close(found.scatter, wanted.scatter)


def test_the_covariance_is_its_definition():
    mean, Phi = covariance(X)
    assert_close(mean, [sum(column) / 101 for column in X.T.tolist()])
    wanted = sum(np.outer(x - mean, x - mean) for x in X) / 101
    assert_close(Phi, wanted)
    assert_close(Phi, np.cov(X, rowvar=False, bias=True))
    assert_close(Phi * 101 / 100, np.cov(X, rowvar=False))


@pytest.mark.equation("eq-merge", by="ae_course.moments.Moments")
@pytest.mark.parametrize("cut", [1, 30, 100])
def test_the_moments_of_two_parts_add_up_to_those_of_the_whole(cut):
    a, b = X[:cut], X[cut:]
    mean = X.mean(axis=0)
    S = sum(np.outer(x - mean, x - mean) for x in X)
    found = Moments.of(a) + Moments.of(b)
    assert found.count == 101
    assert_close(found.mean, mean)
    assert_close(found.scatter, S)
    step = b.mean(axis=0) - a.mean(axis=0)
    parts = [np.cov(part, rowvar=False, bias=True) * len(part) for part in (a, b)]
    assert_close(S, sum(parts) + len(a) * len(b) / 101 * np.outer(step, step))


def test_the_order_and_the_grouping_of_the_parts_do_not_matter():
    a, b, c = (Moments.of(part) for part in (X[:5], X[5:60], X[60:]))
    assert_same((a + b) + c, a + (b + c))
    assert_same(a + b, b + a)


@pytest.mark.parametrize("cuts", SPLITS, ids=lambda cuts: f"{len(cuts) + 1}-chunks")
def test_chunks_give_what_the_whole_gives(cuts):
    assert_same(moments(np.split(X, cuts)), Moments.of(X))
    assert_close(covariance(np.split(X, cuts))[1], covariance(X)[1])


def test_chunks_are_taken_from_a_generator_once_and_none_is_kept():
    alive = []

    def read():
        for part in np.split(X, 20 * np.arange(1, 5)):
            alive.append(1)
            yield part.astype(np.float32)

    found = moments(read())
    assert len(alive) == 5
    assert_same(found, Moments.of(X.astype(np.float32)))


@pytest.mark.parametrize("count", range(1, 18))
def test_every_sample_counts_once_whatever_the_number_of_blocks(count, monkeypatch):
    monkeypatch.setattr(module, "ROWS", 3)
    assert_same(moments(X[: 3 * count + 1]), Moments.of(X[: 3 * count + 1]))


def test_parts_are_added_in_pairs_and_pairs_of_pairs(monkeypatch):
    sums, add = [], Moments.__add__

    def counted(a, b):
        sums.append((a.count, b.count))
        return add(a, b)

    monkeypatch.setattr(Moments, "__add__", counted)
    moments(X[i : i + 1] for i in range(16))
    assert sorted(sums) == [(1, 1)] * 8 + [(2, 2)] * 4 + [(4, 4)] * 2 + [(8, 8)]


def test_grey_values_are_read_as_0_to_1():
    grey = np.random.default_rng(0).integers(256, size=(50, 4), dtype=np.uint8)
    assert_close(covariance(grey)[1], covariance(grey / 255)[1])
    assert_close(covariance([grey[:7], grey[7:]])[0], (grey / 255).mean(axis=0))


@pytest.mark.parametrize("offset", [1e6, 1e8])
def test_an_offset_costs_no_digits_but_those_of_the_data_where_the_naive_formula_loses_all(offset):
    far = np.random.default_rng(0).normal(size=(1000, 3)) + offset
    exact = np.cov(far - offset, rowvar=False, bias=True)  # the subtraction is exact
    chunked = covariance(np.split(far, 10))[1]
    np.testing.assert_allclose(chunked, exact, atol=1e-14 * offset)
    mean = far.mean(axis=0)
    naive = far.T @ far / 1000 - np.outer(mean, mean)
    assert np.abs(naive - exact).max() > 1e6 * np.abs(chunked - exact).max()


def test_a_part_far_away_is_as_exact_as_the_numbers_allow():
    far = [samples(40, 3, seed=seed) + 1e6 * seed for seed in range(8)]
    whole = np.concatenate(far)
    assert_close(covariance(far)[1], np.cov(whole, rowvar=False, bias=True))


def test_one_sample_has_no_scatter():
    found = moments(X[:1])
    assert (found.count, found.scatter.tolist()) == (1, np.zeros((6, 6)).tolist())
    assert_close(found.mean, X[0])


BAD = X.copy()
BAD[3, 1] = np.nan


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "there are no samples: the iterable of chunks is empty"),
        (iter(()), "there are no samples"),
        ([X, X[:, :4]], "chunk 1 has 4 columns, the chunks before it 6"),
        ([X, BAD], r"chunk 1\[3, 1\] is nan"),
        (BAD, r"X\[3, 1\] is nan"),
        ([X, X[:0]], r"chunk 1 is empty: its shape is \(0, 6\)"),
        (iter([[1.0], [3.0]]), r"chunk 0 has shape \(1,\), wanted .* np.array\(list\(X\)\) makes"),
        (X[0], r"X has shape \(6,\)"),
    ],
    ids=["none", "none-left", "width", "nan", "nan-alone", "no-rows", "rows", "vector"],
)
def test_bad_chunks_are_named(given, message):
    with pytest.raises(ValueError, match=message):
        covariance(given)


@pytest.mark.parametrize("given", [3, None, ["ab", "cd"], [X, X * 1j]], ids=range(4))
def test_what_is_no_array_of_real_numbers_is_named(given):
    with pytest.raises(TypeError, match="wanted"):
        covariance(given)


def test_moments_of_different_widths_do_not_add_up():
    with pytest.raises(ValueError, match="moments of 6 and of 4 columns do not add up"):
        Moments.of(X) + Moments.of(X[:, :4])
    with pytest.raises(TypeError):
        Moments.of(X) + 1


def test_one_bright_chunk_shows_that_dark_ones_are_grey_values():
    bright, dark = np.full((2, 3), 200, np.uint8), np.full((2, 3), 7, np.uint8)
    for chunks in ([bright, dark], [dark, bright]):
        assert_close(covariance(chunks)[0], np.full(3, 103.5 / 255))
    with pytest.warns(UserWarning, match="X is uint8 with numbers up to 7"):
        covariance([dark, dark])


def test_squares_near_the_smallest_number_are_refused_and_others_are_not():
    with pytest.raises(ValueError, match="X varies by 1e-150, the square of which float64 cannot"):
        covariance(np.array([[0.0], [2e-150]]))
    assert covariance(np.array([[0.0], [2e-144]]))[1] == pytest.approx(1e-288, rel=1e-12, abs=0)


@pytest.mark.parametrize("offset", [0.0, 100.0])
def test_single_precision_is_off_by_its_rounding_and_chunks_are_summed_in_double(offset):
    many = np.tile(samples(500, 6) + offset, (20, 1)).astype(np.float32)
    exact, single = moments(many), moments(np.split(many, 10), np.float32)
    assert single.scatter.dtype == np.float64  # in which the parts are added
    deviation = np.sqrt(np.diag(exact.scatter))
    assert (np.abs(single.scatter - exact.scatter) < 1e-5 * np.outer(deviation, deviation)).all()
    assert np.abs(single.mean - exact.mean).max() < 1e-5
    mean, Phi = covariance(many, np.float32)
    assert mean.dtype == Phi.dtype == np.float32


@pytest.mark.parametrize("offset", [1.9, 2.1, -1.9, 1e3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_samples_near_the_origin_lose_no_digits_to_it(offset, dtype):
    """Up to two deviations away they are multiplied as they are, farther away as from amid them."""
    x = samples(5_000, 3)
    x = ((x - x.mean(axis=0)) / x.std(axis=0) + offset).astype(dtype)
    eps = np.finfo(dtype).eps
    exact = np.cov(x.astype(np.longdouble), rowvar=False, bias=True)
    assert np.abs(covariance(x, dtype)[1] - exact).max() < 20 * eps * (1 + abs(offset) / 100)


def test_a_selection_that_misleads_about_the_origin_costs_no_more_than_it_may():
    """Each 64th sample varies, and all others are far away in one place."""
    x = np.full((6_400, 1), 3.0, np.float32) + samples(6_400, 1).astype(np.float32) / 1e3
    x[::128], x[64::128] = -1, 1
    assert covariance(x, np.float32)[1] == pytest.approx(x.astype(float).var(), rel=1e-4)


@pytest.mark.parametrize("first", [1e2, 1e3])
def test_a_first_sample_far_from_the_others_costs_single_precision_two_digits_at_most(first):
    many = samples(20_000, 6)
    many[0] *= first
    exact, single = covariance(many)[1], covariance(many, np.float32)[1]
    deviation = np.sqrt(np.diag(exact))
    assert (np.abs(single - exact) < 1e-5 * np.outer(deviation, deviation)).all()


@pytest.mark.parametrize("dtype", [np.float16, int, "double precision"])
def test_another_precision_is_refused(dtype):
    with pytest.raises(TypeError, match="wanted float32 or float64"):
        moments(X, dtype)
