"""PCA is what scikit-learn finds: components, variances, and the way back."""

import itertools

import numpy as np
import pytest
import sklearn.decomposition
from helpers import assert_close, samples, spread

from ae_course import pca as module
from ae_course.moments import covariance
from ae_course.pca import PCA, fix_signs

VARIANCES = np.array([4.0, 2.0, 1.0, 0.5, 0.25])
X = spread(VARIANCES)
FITTED = PCA.fit(X)
MEAN, PHI = covariance(X)


@pytest.mark.equation("eq-covariance", by="ae_course.moments.covariance")
def test_the_covariance_is_the_mean_product_of_deviations_and_its_eigenvectors_rebuild_it():
    by_loops = np.array(
        [
            [
                sum((x[i] - X[:, i].mean()) * (x[j] - X[:, j].mean()) for x in X) / 40
                for j in range(5)
            ]
            for i in range(5)
        ]
    )
    assert_close(PHI, by_loops)
    assert_close(MEAN, [X[:, i].mean() for i in range(5)])
    U = FITTED.components.T
    assert_close(U @ np.diag(FITTED.eigenvalues) @ U.T, by_loops)
    assert_close(U.T @ U, np.eye(5))
    assert_close(FITTED.eigenvalues, VARIANCES)


@pytest.mark.parametrize("k", [1, 3, 6])
def test_pca_is_what_scikit_learn_finds(k):
    data, new = samples(30, 6), samples(8, 6, seed=3)
    ours, theirs = PCA.fit(data, k), sklearn.decomposition.PCA(k).fit(data)
    signs = np.sign((ours.components * theirs.components_).sum(axis=1))
    assert_close(ours.components, theirs.components_ * signs[:, None])
    assert_close(ours.eigenvalues[:k], theirs.explained_variance_ * 29 / 30)
    assert_close(ours.mean, theirs.mean_)
    assert_close(ours.transform(new), theirs.transform(new) * signs)
    assert_close(ours.reconstruct(new), theirs.inverse_transform(theirs.transform(new)))


@pytest.mark.equation("eq-pca", by="ae_course.pca.PCA")
def test_the_code_is_the_projection_of_the_deviation_and_the_decoder_adds_it_up():
    three = FITTED.first(3)
    Y = three.transform(X)
    wanted = [[u @ (x - X.mean(axis=0)) for u in FITTED.components[:3]] for x in X]
    assert_close(Y, wanted)
    sums = [
        X.mean(axis=0) + sum(y_i * u for y_i, u in zip(y, three.components, strict=True)) for y in Y
    ]
    assert_close(three.inverse_transform(Y), sums)
    assert_close(three.reconstruct(X), sums)
    assert_close(Y.T @ Y / len(Y), np.diag(VARIANCES[:3]))


def test_a_reconstruction_is_the_nearest_point_of_the_plane():
    two, rng = FITTED.first(2), np.random.default_rng(0)
    distance = np.linalg.norm(two.reconstruct(X) - X, axis=1)
    for _ in range(20):
        other = two.inverse_transform(two.transform(X) + 0.1 * rng.normal(size=(40, 2)))
        assert (np.linalg.norm(other - X, axis=1) > distance).all()


@pytest.mark.equation("eq-pca-svd", by="ae_course.pca.PCA.fit")
def test_eigenvalues_are_squared_singular_values_over_n():
    _, s, Ut = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    assert_close(FITTED.eigenvalues, s**2 / 40)
    assert_close(FITTED.components, fix_signs(Ut))


def test_all_components_together_lose_nothing():
    assert_close(FITTED.reconstruct(X), X)


def test_the_first_components_are_those_of_a_smaller_fit():
    assert_close(FITTED.first(2).components, PCA.fit(X, 2).components)
    assert FITTED.first(2).eigenvalues.tolist() == FITTED.eigenvalues.tolist()


def test_grey_values_are_read_as_0_to_1():
    grey = np.random.default_rng(0).integers(256, size=(20, 4), dtype=np.uint8)
    fitted = PCA.fit(grey)
    assert_close(fitted.eigenvalues, PCA.fit(grey / 255).eigenvalues)
    assert_close(fitted.transform(grey), fitted.transform(grey / 255))


def test_fitting_leaves_the_samples_as_they_were():
    for data in (samples(9, 3), np.arange(40, 52, dtype=np.uint8).reshape(4, 3)):
        before = data.copy()
        PCA.fit(data).reconstruct(data)
        assert data.tolist() == before.tolist()


def test_signs_make_the_largest_entry_positive():
    turned = fix_signs(np.array([[1.0, -3.0, 2.0], [0.5, 0.2, -0.4], [0.0, 0.0, 0.0]]))
    assert turned.tolist() == [[-1, 3, -2], [0.5, 0.2, -0.4], [0, 0, 0]]


@pytest.mark.parametrize("rank", [1, 3, 5])
def test_the_rank_counts_what_is_more_than_rounding(rank):
    data = spread([*VARIANCES[:rank], *[0] * (6 - rank)]) if rank < 5 else X
    assert PCA.fit(data).rank == rank == np.linalg.matrix_rank(data - data.mean(axis=0))


def test_samples_that_do_not_vary_have_rank_0_and_no_negative_variance():
    for n, value in itertools.product([3, 4, 10, 1000, 5000], [0.1, 0.3, -1e6 + 0.1]):
        assert PCA.fit(np.full((n, 3), value)).rank == 0
    assert (PCA.fit(spread([1, 0, 0, 0])).eigenvalues >= 0).all()


@pytest.mark.parametrize("k", [0, 6, -1, 2.0, True])
def test_a_number_of_components_out_of_range_is_named(k):
    for ask in (lambda: PCA.fit(X, k), lambda: FITTED.first(k)):
        with pytest.raises(ValueError, match=r"k is .*, wanted a whole number, 1 to 5"):
            ask()


def test_first_cannot_bring_back_what_was_dropped():
    with pytest.raises(ValueError, match="k is 3, wanted a whole number, 1 to 2"):
        FITTED.first(2).first(3)


@pytest.mark.parametrize(
    ("Phi", "message"),
    [
        ([[1, 5], [0, 1]], "Phi is not symmetric"),
        ([[1, 3], [3, 1]], "Phi has the eigenvalue -2, wanted none negative"),
        ([[np.nan, 0], [0, 1]], r"Phi\[0, 0\] is nan"),
        (np.ones((2, 3)), r"Phi has shape \(2, 3\), wanted a square covariance matrix"),
        ([1, 2], r"Phi has shape \(2,\)"),
    ],
    ids=str,
)
def test_what_is_no_covariance_is_named(Phi, message):
    with pytest.raises(ValueError, match=message):
        module.principal_axes(Phi)


def test_samples_of_another_width_are_named():
    with pytest.raises(ValueError, match="X has 4 columns, the PCA takes 5"):
        FITTED.transform(samples(3, 4))
    with pytest.raises(ValueError, match="Y has 3 columns, the PCA takes 2"):
        FITTED.first(2).inverse_transform(samples(3, 3))
    with pytest.raises(ValueError, match=r"X has shape \(5,\)"):
        PCA.fit(X[0])
    with pytest.raises(ValueError, match=r"X\[1, 0\] is nan"):
        PCA.fit(np.array([[1.0], [np.nan]]))
