"""PCA is what scikit-learn finds: components, variances, and the way back."""

import copy
import itertools
import pickle
import re

import numpy as np
import pytest
import sklearn.decomposition
from helpers import assert_close, samples, spread

from ae_course import pca as module
from ae_course.denoising import wiener
from ae_course.moments import covariance
from ae_course.pca import PCA, fix_signs
from ae_course.whitening import PCAWhitening, Whitening, ZCAWhitening

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


# One judge of rank


def with_dependence(kind, n, dtype, seed=0):
    """Samples of known rank: of the columns the last adds nothing to the others."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(-50, 51, (n, 3)).astype(dtype)  # so that sums are exact in float32
    last = {
        "constant": np.full(n, 0.1, dtype),
        "twice": noise[:, 0],
        "sum": noise[:, 0] + noise[:, 1],
        "minus": 3 - noise[:, 2],
    }[kind]
    return np.column_stack([noise, last])


KINDS = ["constant", "twice", "sum", "minus"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [5, 300, 9000])
@pytest.mark.parametrize("chunks", [1, 3])
def test_a_dependent_column_is_found_wherever_the_data_lie(kind, dtype, n, chunks):
    near = with_dependence(kind, n, dtype)
    offsets = [0, 100, 1e4] if dtype == np.float32 else [0, 1e3, 1e7, 1.7e9 + 0.1, -1e12]
    for offset in offsets:
        X = near + dtype(offset)
        given = X if chunks == 1 else np.array_split(X, chunks)
        fitted = PCA.fit(given)
        # What numbers of this size cannot tell apart may hide a sum, never add to the rank.
        assert fitted.rank == np.linalg.matrix_rank(near - near.mean(axis=0)) == 3, offset
        for fit in (PCAWhitening.fit, ZCAWhitening.fit):
            with pytest.raises(ValueError, match="the covariance is singular"):
                fit(X if chunks == 1 else np.array_split(X, chunks))
            whitened = fit(X, 1.0).transform(X)
            assert np.isfinite(whitened).all()


def test_a_constant_beside_noise_is_singular_and_is_not_made_noise():
    X = np.column_stack([np.random.default_rng(0).normal(size=200), np.full(200, 1.7e9 + 0.1)])
    assert covariance(X)[1][1].tolist() == [0, 0]
    assert PCA.fit(X).rank == 1
    with pytest.raises(ValueError, match="singular"):
        PCAWhitening.fit(X)


@pytest.mark.parametrize("scale", [1e-120, 1e-30, 1, 1e30, 1e120])
def test_the_rank_does_not_depend_on_the_units(scale):
    for kind in KINDS:
        assert PCA.fit(scale * with_dependence(kind, 300, np.float64)).rank == 3
    whole = scale * samples(300, 4)
    assert PCA.fit(whole).rank == 4
    Z = ZCAWhitening.fit(whole).transform(whole)
    np.testing.assert_allclose(np.cov(Z, rowvar=False, bias=True), np.eye(4), atol=1e-9)


@pytest.mark.parametrize("offset", [1e3, 1e7, 1.7e9 + 0.1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_data_far_from_the_origin_that_do_vary_are_whitened(offset, dtype):
    near = np.random.default_rng(0).integers(-20, 21, (500, 3)) * 256.0
    X = (near + offset).astype(dtype)
    fitted = ZCAWhitening.fit(X)
    assert fitted.rank == 3
    np.testing.assert_allclose(
        np.cov(fitted.transform(X), rowvar=False, bias=True), np.eye(3), atol=1e-6
    )
    assert_close(fitted.eigenvalues, PCA.fit(X.astype(float) - offset).eigenvalues)


@pytest.mark.parametrize("columns", [2, 3])
def test_points_on_a_line_have_rank_1_whatever_rounding_makes_of_them(columns):
    for seed in range(500):
        rng = np.random.default_rng(seed)
        line = np.outer(rng.normal(size=rng.integers(3, 60)), rng.normal(size=columns))
        assert PCA.fit(line).rank == 1, seed


@pytest.mark.parametrize("n", [2, 5, 10])
def test_as_many_samples_as_columns_or_fewer_leave_the_covariance_singular(n):
    X = samples(n, 10) + 1e5
    assert PCA.fit(X).rank == n - 1
    with pytest.raises(ValueError, match="singular"):
        ZCAWhitening.fit(X)


def test_numbers_whose_squares_float64_cannot_hold_are_named():
    for scale in (1e-170, 1e170):
        with pytest.raises(ValueError, match=r"X varies by .*, the square of which float64 cannot"):
            PCA.fit(scale * X)
    with pytest.raises(ValueError, match="the sum of squares of X"):
        PCA.fit([X, X + 1e200])


def test_the_wiener_filter_leaves_alone_what_only_rounding_varies():
    Phi = covariance(with_dependence("sum", 300, np.float64))[1]
    C = wiener(Phi, 1e-12)
    U = module.principal_axes(Phi)[1]
    assert_close(C, U[:, :3] @ U[:, :3].T)  # noise along the fourth axis is noise alone
    assert_close(wiener(Phi, 2.0), np.linalg.solve(Phi + 4 * np.eye(4), Phi))


# One language


def test_pca_and_whitening_of_the_same_samples_are_of_one_kind():
    d = PCA.fit(X).eigenvalues
    for fitted in (PCA.fit(X), PCAWhitening.fit(X), ZCAWhitening.fit(X)):
        assert fitted.eigenvalues.tolist() == d.tolist()
        assert fitted.rank == 5
        assert_close(fitted.transform(X), (X - fitted.mean) @ fitted.matrix.T)
        assert_close(fitted.inverse_transform(fitted.transform(X)), X)
        assert_close(fitted.inverse @ fitted.matrix, np.eye(5))


HABITS = {
    "PCA(2)": lambda: PCA(2),
    "PCA()": lambda: PCA(),
    "PCA(n_components=2)": lambda: PCA(n_components=2),
    "PCA(2, whiten=True)": lambda: PCA(2, whiten=True),
    "PCA(X)": lambda: PCA(X),
    "PCA(n_components=2, whiten=True, svd_solver='full')": lambda: PCA(
        n_components=2, whiten=True, svd_solver="full"
    ),
    "PCAWhitening()": lambda: PCAWhitening(),
    "ZCAWhitening(0.1)": lambda: ZCAWhitening(0.1),
    "ZCAWhitening(epsilon=0.1)": lambda: ZCAWhitening(epsilon=0.1),
}


@pytest.mark.parametrize("habit", HABITS.values(), ids=HABITS)
def test_whoever_begins_with_settings_is_told_what_to_write(habit):
    with pytest.raises(TypeError, match=r"is made of samples: [PZCAWhiteng]+\.fit\(X"):
        habit()


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("components_", "components"),
        ("mean_", "mean"),
        ("explained_variance_ratio_", "eigenvalues / eigenvalues.sum()"),
        ("explained_variance_", "eigenvalues (with 1/N"),
        ("n_components_", "len(components)"),
        ("fit_transform", "fit, and then transform"),
        ("singular_values_", "np.sqrt(N * eigenvalues)"),
    ],
)
def test_scikit_learn_s_names_are_met_by_ours(name, here):
    with pytest.raises(AttributeError, match=f"no {name!r}; here it is {re.escape(here)}"):
        getattr(FITTED, name)


def test_what_ours_are_called_gives_scikit_learn_s_numbers():
    theirs = sklearn.decomposition.PCA().fit(X)
    assert_close(FITTED.eigenvalues / FITTED.eigenvalues.sum(), theirs.explained_variance_ratio_)
    assert_close(np.sqrt(40 * FITTED.eigenvalues), theirs.singular_values_)
    with pytest.raises(AttributeError, match=r"PCA has no 'bias'$"):
        _ = FITTED.bias


@pytest.mark.parametrize("fitted", [FITTED.first(2), ZCAWhitening.fit(X)], ids=["pca", "zca"])
def test_a_fitted_map_can_be_copied_and_pickled(fitted):
    for other in (copy.deepcopy(fitted), copy.copy(fitted), pickle.loads(pickle.dumps(fitted))):
        assert type(other) is type(fitted)
        assert other.transform(X).tolist() == fitted.transform(X).tolist()


def test_a_whitening_of_no_kind_is_not_fitted():
    with pytest.raises(TypeError, match=r"wanted PCAWhitening\.fit or ZCAWhitening\.fit"):
        Whitening.fit(X)


def test_in_single_precision_the_large_eigenvalues_and_the_rank_are_the_same():
    wide = np.hstack([X, X[:, :1] + X[:, 1:2]]).astype(np.float32)  # one direction does not vary
    exact, single = PCA.fit(wide), PCA.fit(wide, dtype=np.float32)
    assert single.eigenvalues.dtype == single.components.dtype == np.float32
    np.testing.assert_allclose(single.eigenvalues[:5], exact.eigenvalues[:5], rtol=1e-4)
    assert single.rank == 5
    with pytest.raises(ValueError, match="singular"):
        ZCAWhitening.fit(wide, dtype=np.float32)
    white = ZCAWhitening.fit(X, dtype=np.float32)
    assert np.abs(covariance(white.transform(X))[1] - np.eye(5)).max() < 1e-4
