"""Nearest entries, k-means and counts are what brute force says."""

import numpy as np
import pytest
from helpers import assert_close

from ae_course.discrete_codes import (
    ProductQuantizer,
    as_codes,
    kmeans,
    nearest_entries,
    perplexity,
    usage,
)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("books", [1, 3])
def test_the_nearest_entry_is_nearest(books):
    V, C = rng().normal(size=(20, 3, 2)), rng(1).normal(size=(books, 5, 2))
    found = nearest_entries(V, C)
    for n in range(20):
        for s in range(3):
            book = C[s % books if books > 1 else 0]
            assert found[n, s] == ((book - V[n, s]) ** 2).sum(axis=1).argmin()


def test_kmeans_ends_where_centres_are_means_and_samples_at_their_nearest():
    X = np.vstack([rng(s).normal(size=(40, 2)) + np.array([9 * s, 0]) for s in range(3)])
    centres = kmeans(X, 3, rng(4), steps=100)
    k = nearest_entries(X[:, None], centres[None])[:, 0]
    for c in range(3):
        assert_close(centres[c], X[k == c].mean(axis=0))
    assert sorted(np.bincount(k)) == [40, 40, 40]


def test_every_step_of_kmeans_lowers_the_error():
    X = rng().normal(size=(300, 3))

    def error(centres):
        return ((X[:, None] - centres) ** 2).sum(axis=2).min(axis=1).mean()

    errors = [error(kmeans(X, 8, rng(1), steps)) for steps in range(1, 12)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < errors[0]


def test_a_centre_without_samples_goes_where_the_error_is_largest():
    X = np.array([[0.0], [0.0], [0.0], [0.1], [7.0]])
    for seed in range(9):
        assert sorted(np.round(kmeans(X, 3, rng(seed)).ravel(), 3).tolist())[-1] == 7


def test_a_product_quantiser_is_kmeans_in_each_part():
    X = rng().normal(size=(200, 6))
    quantizer = ProductQuantizer.fit(X, 3, 4, rng(1))
    codes = quantizer.encode(X)
    assert codes.shape == (200, 3)
    restored = quantizer.decode(codes)
    for s in range(3):
        part, book = X[:, 2 * s : 2 * s + 2], quantizer.C[s]
        squares = ((part[:, None] - book) ** 2).sum(axis=2)
        assert_close(restored[:, 2 * s : 2 * s + 2], book[squares.argmin(axis=1)])
    assert ((restored - X) ** 2).mean() < 0.6
    with pytest.raises(ValueError, match="X has 6 columns, wanted a multiple of 4 slots"):
        ProductQuantizer.fit(X, 4, 4, rng())


@pytest.mark.equation("eq-perplexity", by="ae_course.discrete_codes.perplexity")
def test_the_perplexity_counts_entries_by_their_share():
    assert_close(perplexity(np.full((2, 8), 5)), np.full(2, 8.0))
    assert_close(perplexity(np.array([0, 9, 0])), np.array(1.0))
    p = np.array([0.5, 0.25, 0.25])
    assert_close(perplexity(100 * p), np.array(np.prod(p**-p)))
    with pytest.raises(ValueError, match="only zeros"):
        perplexity(np.zeros((2, 3)))


def test_counts_are_by_slot():
    codes = rng().integers(0, 4, size=(50, 3))
    found = usage(codes, 5)
    assert found.shape == (3, 5)
    for s in range(3):
        for k in range(5):
            assert found[s, k] == np.sum(codes[:, s] == k)


def test_codes_are_whole_numbers_in_range():
    with pytest.raises(ValueError, match="codes run from -1 to 2, wanted 0 to 3"):
        as_codes(np.array([[-1, 2]]), 4)
    with pytest.raises(ValueError, match=r"shape \(2,\) and dtype int"):
        as_codes(np.array([1, 2]), 4)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_no_codes_at_all_are_refused(shape):
    with pytest.raises(ValueError, match=r"the codes are empty: their shape is \(\d, \d\)"):
        usage(np.empty(shape, int), 4)


def test_codes_do_not_depend_on_where_the_samples_lie():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 64, (200, 4)) / 8.0  # of which 1e8 takes no digit
    near = ProductQuantizer.fit(X, 2, 5, np.random.default_rng(1))
    far = ProductQuantizer.fit(X + 1e8, 2, 5, np.random.default_rng(1))
    np.testing.assert_allclose(far.C - 1e8, near.C, atol=1e-6)
    codes = ProductQuantizer(near.C + 1e8).encode(X + 1e8)
    assert (codes == near.encode(X)).mean() > 0.99  # but for ties


def test_counts_and_numbers_that_cannot_be_are_named():
    with pytest.raises(ValueError, match=r"the counts\[1\] is nan"):
        perplexity([1, np.nan])
    with pytest.raises(ValueError, match=r"K is 3\.0, wanted a whole number"):
        usage(np.array([[0, 1]]), 3.0)
