"""Measures of samples are what formulas and brute force say."""

import numpy as np
import pytest
from helpers import assert_close, spread
from scipy.linalg import sqrtm

from ae_course import generation
from ae_course.generation import frechet_distance, nearest_distances, precision_recall

REAL, DRAWN = spread([2.0, 0.5, 0.1], n=40, seed=1), spread([1.0, 0.7, 0.3], n=30, seed=2)


def squares(A, B):
    return ((A[:, None] - B) ** 2).sum(axis=2)


@pytest.mark.equation("eq-frechet", by="ae_course.generation.frechet_distance")
def test_the_frechet_distance_of_two_normal_distributions():
    Phi_a, Phi_b = np.cov(REAL.T, bias=True), np.cov(DRAWN.T, bias=True)
    gap = REAL.mean(axis=0) - DRAWN.mean(axis=0)
    wanted = gap @ gap + np.trace(Phi_a + Phi_b - 2 * sqrtm(Phi_a @ Phi_b).real)
    np.testing.assert_allclose(frechet_distance(REAL, DRAWN), wanted, rtol=1e-8)
    np.testing.assert_allclose(frechet_distance(DRAWN, REAL), wanted, rtol=1e-8)


def test_along_common_axes_it_is_the_distance_of_means_and_deviations():
    x = np.linspace(-1, 1, 50)
    x = np.column_stack([x, np.abs(x)])
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    assert abs(np.cov(x.T)[0, 1]) < 1e-9
    found = frechet_distance(x * [1, 2] + [0, 1], x * [4, 0.5] + [3, 1])
    np.testing.assert_allclose(found, 3**2 + (4 - 1) ** 2 + (2 - 0.5) ** 2)


def test_samples_with_the_same_moments_have_no_distance():
    assert abs(frechet_distance(REAL, REAL[::-1])) < 1e-9
    flat = REAL * [1, 0, 1]
    assert abs(frechet_distance(flat, flat + 2) - 12) < 1e-9


@pytest.mark.parametrize("k", [1, 3])
def test_precision_and_recall_are_what_counting_gives(k):
    real_reach = np.sort(squares(REAL, REAL), axis=1)[:, k]
    drawn_reach = np.sort(squares(DRAWN, DRAWN), axis=1)[:, k]
    precision = np.mean([(row <= real_reach).any() for row in squares(DRAWN, REAL)])
    recall = np.mean([(row <= drawn_reach).any() for row in squares(REAL, DRAWN)])
    assert precision_recall(REAL, DRAWN, k) == (precision, recall)
    assert 0 < min(precision, recall) < max(precision, recall) < 1


def test_copies_of_one_kind_are_precise_and_recall_nothing_else():
    real = np.vstack([REAL, REAL + 100])
    precision, recall = precision_recall(real, REAL)
    assert precision == 1
    assert recall == 0.5


def test_the_nearest_is_the_nearest():
    found = nearest_distances(REAL, DRAWN)
    assert_close(found, squares(REAL, DRAWN).min(axis=1))
    assert np.abs(nearest_distances(REAL, REAL)).max() < 1e-12


def test_however_many_rows_at_a_time_the_result_is_the_same(monkeypatch):
    before = nearest_distances(REAL, DRAWN), precision_recall(REAL, DRAWN)
    monkeypatch.setattr(generation, "BLOCK", 1)
    assert_close(nearest_distances(REAL, DRAWN), before[0])
    assert precision_recall(REAL, DRAWN) == before[1]


def test_samples_that_cannot_be_compared_are_named():
    for call in (frechet_distance, precision_recall, nearest_distances):
        with pytest.raises(ValueError, match="with 3 and with 2 columns, wanted the same"):
            call(REAL, DRAWN[:, :2])
    with pytest.raises(ValueError, match="k is 30, wanted a whole number, 1 to 29"):
        precision_recall(REAL, DRAWN, k=30)


@pytest.mark.parametrize("scales", [[1, 1, 1], [1e-8, 1, 1e8], [1, 1, 0]])
def test_the_same_samples_are_at_no_distance(scales):
    """The roots of eigenvalues that are rounding made this -1e8 of 1e16, and negative."""
    A = np.random.default_rng(0).normal(size=(200, 3)) * scales
    A = np.column_stack([A, A.sum(axis=1)])
    total = A.var(axis=0).sum()
    assert 0 <= frechet_distance(A, A[::-1]) < 1e-13 * total


def test_a_sample_at_the_very_edge_of_the_others_is_among_them():
    real = np.array([[0.0], [1.0], [10.0], [11.0]])
    assert precision_recall(real, np.array([[2.0], [12.0]]), k=1) == (1.0, 1.0)
    assert precision_recall(real, np.array([[2.25], [12.25]]), k=1)[0] == 0


def test_far_from_the_origin_distances_keep_their_digits():
    wanted = nearest_distances(REAL, DRAWN)
    np.testing.assert_allclose(nearest_distances(REAL + 1e6, DRAWN + 1e6), wanted, rtol=1e-6)
