"""Whitened data have the identity as covariance; ZCA moves them least of all whitenings."""

import numpy as np
import pytest
from helpers import assert_close, samples
from scipy import linalg, stats
from sklearn.decomposition import PCA

from ae_course import datasets
from ae_course.pca import principal_axes
from ae_course.whitening import (
    PCAWhitening,
    ZCAWhitening,
    least_change,
    remove_dc,
    whitened_variances,
    whitener,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 6)) @ RNG.normal(size=(6, 6)) + 3 * RNG.normal(size=6)
PHI = np.cov(X, rowvar=False, bias=True)
D = np.linalg.eigvalsh(PHI)[::-1]
PATCHES = datasets.natural_patches(600, size=5) / 255
both = pytest.mark.parametrize("fit", [PCAWhitening.fit, ZCAWhitening.fit], ids=["pca", "zca"])


def rotations(count, size=6, seed=1):
    """Draw orthogonal matrices uniformly, rotations and reflections."""
    return stats.ortho_group(size, seed=seed).rvs(count)


def covariance_of(Z):
    return sum(np.outer(z, z) for z in Z - Z.mean(axis=0)) / len(Z)


@pytest.mark.equation("eq-whitening-map", by="ae_course.whitening.Whitening")
@both
def test_whitened_samples_are_the_matrix_times_the_centred_samples(fit):
    w = fit(X)
    wanted = [[w.matrix[i] @ (x - X.mean(axis=0)) for i in range(6)] for x in X[:5]]
    assert_close(w.transform(X[:5]), wanted)


@pytest.mark.equation("eq-transformed-covariance", by="ae_course.whitening.Whitening")
def test_a_linear_map_takes_the_covariance_along():
    for P in np.random.default_rng(2).normal(size=(5, 6, 6)):
        assert_close(covariance_of((X - X.mean(axis=0)) @ P.T), P @ PHI @ P.T)
    w = ZCAWhitening.fit(X, 0.5)
    assert_close(covariance_of(w.transform(X)), w.matrix @ PHI @ w.matrix.T)


@both
def test_whitened_samples_have_mean_zero_and_the_identity_as_covariance(fit):
    Z = fit(X).transform(X)
    assert np.abs(Z.mean(axis=0)).max() < 1e-12
    np.testing.assert_allclose(covariance_of(Z), np.eye(6), atol=1e-12)


@pytest.mark.equation("eq-decorrelation", by="ae_course.pca.principal_axes")
def test_the_eigenvectors_alone_decorrelate_and_do_not_whiten():
    d, U = principal_axes(PHI)
    Phi_Z = covariance_of((X - X.mean(axis=0)) @ U)
    np.testing.assert_allclose(Phi_Z, np.diag(d), atol=1e-12 * d[0])
    assert_close(d, D)
    assert (d > 0).all()
    assert np.abs(d - 1).max() > 0.5


def test_what_rounding_makes_negative_counts_as_zero():
    assert principal_axes(np.diag([2.0, -1e-18, 1.0]))[0].tolist() == [2, 1, 0]


@pytest.mark.equation("eq-whitening-condition", by="ae_course.whitening.whitener")
def test_a_map_whitens_just_when_its_square_is_the_inverse_covariance():
    for Q in rotations(5):
        P = whitener(PHI, Q)
        assert_close(P.T @ P, np.linalg.inv(PHI))
        np.testing.assert_allclose(P @ PHI @ P.T, np.eye(6), atol=1e-12)
        stretched = np.diag([1, 1, 1, 1, 1, 1.01]) @ P
        assert np.abs(stretched @ PHI @ stretched.T - np.eye(6)).max() > 0.01
        assert np.abs(np.linalg.inv(PHI) - stretched.T @ stretched).max() > 1e-4
    # Another whitening, found without any eigenvector: the inverse of Cholesky's factor.
    P = np.linalg.inv(np.linalg.cholesky(PHI))
    assert_close(P.T @ P, np.linalg.inv(PHI))


@pytest.mark.equation("eq-all-whiteners", by="ae_course.whitening.whitener")
def test_every_rotation_gives_a_whitening_and_every_whitening_comes_from_one():
    d, U = np.linalg.eigh(PHI)
    for Q in rotations(5):
        wanted = sum(
            np.outer(Q[:, i], U[:, ::-1][:, i] * s) / np.sqrt(d[::-1][i])
            for i, s in enumerate(np.sign(np.sum(U[:, ::-1] * principal_axes(PHI)[1], axis=0)))
        )
        assert_close(whitener(PHI, Q), wanted)
    d, U = principal_axes(PHI)
    for P in (np.linalg.inv(np.linalg.cholesky(PHI)), linalg.inv(linalg.sqrtm(PHI))):
        Q = P @ U * np.sqrt(d)
        np.testing.assert_allclose(Q @ Q.T, np.eye(6), atol=1e-10)
        assert_close(whitener(PHI, Q), P)


@pytest.mark.equation("eq-pca-whitening", by="ae_course.whitening.PCAWhitening")
def test_pca_whitening_is_scikit_learn_s_up_to_signs_and_n_minus_1():
    ours, theirs = PCAWhitening.fit(X).transform(X), PCA(whiten=True).fit_transform(X)
    signs = np.sign((ours * theirs).sum(axis=0))
    assert_close(ours * signs, theirs * np.sqrt(400 / 399))
    d, U = principal_axes(PHI)
    assert_close(PCAWhitening.fit(X).matrix, np.diag(d**-0.5) @ U.T)


def test_the_signs_of_pca_whitening_are_fixed():
    P = PCAWhitening.fit(X).matrix
    assert (P[np.arange(6), np.abs(P).argmax(axis=1)] > 0).all()
    assert_close(PCAWhitening.fit(X.mean(axis=0) * 2 - X).matrix, P)


@pytest.mark.equation("eq-zca-whitening", by="ae_course.whitening.ZCAWhitening")
def test_zca_whitening_is_the_inverse_square_root_of_the_covariance():
    P = ZCAWhitening.fit(X).matrix
    assert_close(P, np.linalg.inv(linalg.sqrtm(PHI)))
    assert np.linalg.eigvalsh(P).min() > 0
    assert_close(P @ P @ PHI, np.eye(6))


@pytest.mark.equation("eq-symmetric-whiteners", by="ae_course.whitening.ZCAWhitening")
def test_of_all_symmetric_whitenings_only_zca_is_positive_definite():
    d, U = principal_axes(PHI)
    found = []
    for signs in np.ndindex((2,) * 6):
        P = (U * (1 - 2 * np.array(signs)) / np.sqrt(d)) @ U.T
        assert_close(P, P.T)
        np.testing.assert_allclose(P @ PHI @ P.T, np.eye(6), atol=1e-11)
        found.append((np.linalg.eigvalsh(P).min() > 0, P))
    definite = [P for positive, P in found if positive]
    assert (len(found), len(definite)) == (64, 1)
    assert_close(definite[0], ZCAWhitening.fit(X).matrix)


def test_a_symmetric_whitening_need_not_be_made_of_our_eigenvectors_where_they_are_not_unique():
    mirror = np.array([[np.cos(1), np.sin(1)], [np.sin(1), -np.cos(1)]])
    assert_close(mirror @ mirror.T, np.eye(2))  # whitens data whose covariance is the identity
    assert_close(mirror, mirror.T)


def mean_move(P, shift=0):
    """Mean squared distance from the centred samples to the whitened ones."""
    centred = X - X.mean(axis=0)
    return np.square(centred @ P.T - centred - shift).sum(axis=1).mean()


@pytest.mark.equation("eq-zca-nearest", by="ae_course.whitening.least_change")
def test_no_whitening_is_nearer_to_the_data_than_zca():
    least = mean_move(ZCAWhitening.fit(X).matrix)
    assert_close(least, sum((d**0.5 - 1) ** 2 for d in D))
    assert_close(least_change(D), least)
    others = [mean_move(whitener(PHI, Q)) for Q in rotations(300)]
    others += [mean_move(PCAWhitening.fit(X).matrix)]
    others += [mean_move(np.linalg.inv(np.linalg.cholesky(PHI)))]
    assert min(others) > least + 1e-3
    nearly = linalg.expm(1e-3 * (np.triu(np.ones((6, 6)), 1) - np.tril(np.ones((6, 6)), -1)))
    assert least < mean_move(nearly @ ZCAWhitening.fit(X).matrix) < least + 1e-3


@pytest.mark.equation("eq-compression", by="ae_course.whitening.PCAWhitening")
def test_no_whitening_tells_more_in_its_first_components_than_pca():
    def told(P):
        cross = sum(np.outer(P @ a, a) for a in X - X.mean(axis=0)) / len(X)
        return np.cumsum(np.square(cross).sum(axis=1))

    best = told(PCAWhitening.fit(X).matrix)
    assert_close(best, np.cumsum(D))
    for P in [ZCAWhitening.fit(X).matrix, *(whitener(PHI, Q) for Q in rotations(100))]:
        found = told(P)
        assert (found[:-1] < best[:-1]).all()
        assert_close(found[-1], D.sum())
        first = (X - X.mean(axis=0)) @ P[:2].T  # what two components leave unexplained
        missed = np.linalg.lstsq(first, X - X.mean(axis=0), rcond=None)[1].sum() / len(X)
        assert_close(missed, D.sum() - found[1])


@pytest.mark.equation("eq-whitened-condition", by="ae_course.whitening.whitened_variances")
@pytest.mark.parametrize("epsilon", [0, 1e-3, 0.3, 20])
def test_the_condition_number_of_whitened_samples(epsilon):
    Z = ZCAWhitening.fit(X, epsilon).transform(X)
    wanted = D[0] / (D[0] + epsilon) * (D[-1] + epsilon) / D[-1]
    np.testing.assert_allclose(np.linalg.cond(Z.T @ Z / len(Z)), wanted, rtol=1e-9)
    v = whitened_variances(D, epsilon)
    assert_close(v.max() / v.min(), wanted)


@pytest.mark.equation("eq-trace-bound", by="ae_course.whitening.whitener")
def test_the_distance_of_a_whitening_depends_on_the_diagonal_of_its_rotation():
    d, U = principal_axes(PHI)
    for Q in rotations(20):
        o = np.diag(U.T @ Q)
        assert_close(np.trace(whitener(PHI, Q) @ PHI), o @ np.sqrt(d))
        assert_close(mean_move(whitener(PHI, Q)), 6 - 2 * o @ np.sqrt(d) + d.sum())
        assert o @ np.sqrt(d) < np.sqrt(d).sum()
    assert_close(np.trace(ZCAWhitening.fit(X).matrix @ PHI), np.sqrt(d).sum())


def test_with_epsilon_too_zca_is_the_nearest_of_its_kind():
    least = mean_move(ZCAWhitening.fit(X, 0.7).matrix)
    assert all(mean_move(whitener(PHI, Q, 0.7)) > least for Q in rotations(100))


@pytest.mark.equation("eq-epsilon", by="ae_course.whitening.ZCAWhitening")
@both
def test_epsilon_is_added_to_the_covariance(fit):
    P = fit(X, 0.3).matrix
    np.testing.assert_allclose(P @ (PHI + 0.3 * np.eye(6)) @ P.T, np.eye(6), atol=1e-12)
    d, U = principal_axes(PHI)
    assert_close(ZCAWhitening.fit(X, 0.3).matrix, U @ np.diag((d + 0.3) ** -0.5) @ U.T)
    assert_close(PCAWhitening.fit(X, 0.3).matrix, np.diag((d + 0.3) ** -0.5) @ U.T)


@pytest.mark.equation("eq-epsilon-variance", by="ae_course.whitening.whitened_variances")
@pytest.mark.parametrize("epsilon", [1e-3, 0.3, 20])
def test_with_epsilon_the_variances_are_those_of_the_formula(epsilon):
    wanted = [d / (d + epsilon) for d in D]
    assert_close(whitened_variances(D, epsilon), wanted)
    for P in (whitener(PHI, Q, epsilon) for Q in rotations(3)):
        assert_close(np.linalg.eigvalsh(P @ PHI @ P.T)[::-1], wanted)
    Z = PCAWhitening.fit(X, epsilon).transform(X)
    assert_close(Z.var(axis=0), wanted)


@pytest.mark.equation("eq-unwhitening", by="ae_course.whitening.Whitening")
@both
@pytest.mark.parametrize("epsilon", [0, 0.3])
def test_the_inverse_undoes_it_epsilon_or_not(fit, epsilon):
    w = fit(X, epsilon)
    assert_close(w.inverse, np.linalg.inv(w.matrix))
    assert_close(w.inverse_transform(w.transform(X[:9])), X[:9])
    Z = samples(4, 6)
    assert_close(w.inverse_transform(Z), [X.mean(axis=0) + np.linalg.solve(w.matrix, z) for z in Z])


@pytest.mark.equation("eq-remove-dc", by="ae_course.whitening.remove_dc")
def test_removing_the_direct_component_is_a_projection_that_makes_the_covariance_singular():
    ones = np.ones((25, 25)) / 25
    found = remove_dc(PATCHES)
    assert_close(found, PATCHES @ (np.eye(25) - ones))
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-13)
    assert_close(remove_dc(found), found)
    d = np.linalg.eigvalsh(np.cov(found, rowvar=False, bias=True))
    assert abs(d[0]) < 1e-15 < 1e-6 < d[1]
    grey = datasets.natural_patches(600, size=5)
    assert_close(remove_dc(grey), found)


@both
def test_a_singular_covariance_is_refused_unless_epsilon_helps(fit):
    dull = remove_dc(PATCHES)
    for epsilon in (0, 1e-17):
        with pytest.raises(ValueError, match=r"the covariance is singular: its eigenvalues run"):
            fit(dull, epsilon)
    with pytest.raises(ValueError, match="singular"):
        fit(X[:6])
    d, Z = fit(dull, 1e-3).eigenvalues, fit(dull, 1e-3).transform(dull)
    assert d.min() >= 0
    assert_close(np.linalg.eigvalsh(covariance_of(Z))[::-1][:24], (d / (d + 1e-3))[:24])
    assert abs(Z.sum(axis=1)).max() < 1e-10 or fit == PCAWhitening.fit


@both
def test_what_numbers_far_from_the_origin_cannot_tell_apart_is_not_whitened(fit):
    near = np.random.default_rng(0).normal(size=(200, 2)) * [1, 1e-6]
    with pytest.raises(ValueError, match="the covariance is singular"):
        fit(near + 1e10)
    assert 1e-13 < fit(near).eigenvalues[1] < 1e-11


@both
def test_a_wrong_epsilon_is_told_before_the_data_are_read(fit):
    chunks = iter([PATCHES])
    with pytest.raises(ValueError, match="epsilon is -1, wanted"):
        fit(chunks, -1)
    assert next(chunks) is PATCHES


def test_zca_scales_the_direct_component_and_does_not_remove_it():
    P = ZCAWhitening.fit(PATCHES).matrix
    brightness = PATCHES.mean(axis=1)
    after = ZCAWhitening.fit(PATCHES).transform(PATCHES).mean(axis=1)
    assert np.corrcoef(brightness, after)[0, 1] > 0.9
    assert np.linalg.norm(P @ np.ones(25)) > 1


@both
def test_chunks_give_the_same_whitening(fit):
    assert_close(fit(iter(np.split(X, [10, 200])), 0.1).matrix, fit(X, 0.1).matrix)


@both
def test_grey_values_are_read_as_0_to_1(fit):
    grey = datasets.natural_patches(300, size=3)
    assert_close(fit(grey, 1e-3).transform(grey), fit(grey / 255, 1e-3).transform(grey / 255))


@both
@pytest.mark.parametrize("epsilon", [-1, np.nan, np.inf, "0.1", None])
def test_a_bad_epsilon_is_named(fit, epsilon):
    with pytest.raises(ValueError, match=r"epsilon is .*, wanted a number, 0 or more"):
        fit(X, epsilon)


def test_bad_input_is_named():
    w = PCAWhitening.fit(X)
    with pytest.raises(ValueError, match="X has 5 columns, the PCAWhitening takes 6"):
        w.transform(X[:, :5])
    with pytest.raises(ValueError, match="Y has 5 columns, the PCAWhitening takes 6"):
        w.inverse_transform(X[:, :5])
    with pytest.raises(ValueError, match=r"Y\[0, 0\] is nan"):
        w.inverse_transform(np.full((1, 6), np.nan))
    with pytest.raises(ValueError, match="Q is not orthogonal"):
        whitener(PHI, 2 * np.eye(6))
    with pytest.raises(ValueError, match=r"Q has shape \(5, 5\), wanted \(6, 6\)"):
        whitener(PHI, np.eye(5))
    with pytest.raises(ValueError, match=r"Phi has shape \(3, 6\), wanted a square"):
        whitener(PHI[:3], np.eye(6)[:3])
    with pytest.raises(ValueError, match=r"Phi is not symmetric: Phi\[2, 3\] is 3\.3.*"):
        whitener(PHI + np.diag(np.ones(5), 1), np.eye(6))
    with pytest.raises(ValueError, match=r"Phi\[0, 0\] is nan"):
        whitener(PHI * np.nan, np.eye(6))


def test_a_covariance_may_be_a_list_and_off_its_transpose_by_rounding():
    rounded = PHI * (1 + 1e-15 * np.triu(np.ones((6, 6)), 1))
    assert_close(whitener(rounded.tolist(), np.eye(6)), PCAWhitening.fit(X).matrix)


@pytest.mark.parametrize("call", [lambda d: whitened_variances(d, 0.1), least_change])
@pytest.mark.parametrize("bad", [-1, np.nan, np.inf])
def test_what_is_no_variance_is_named(call, bad):
    with pytest.raises(ValueError, match="wanted none negative and all finite"):
        call([2, bad])


def test_zero_over_zero_is_no_variance():
    with pytest.raises(ValueError, match="an eigenvalue is 0 and so is epsilon"):
        whitened_variances([1, 0], 0)
    with pytest.raises(ValueError, match="an eigenvalue is 0, wanted all above 0"):
        least_change([1, 0])
    assert whitened_variances([1, 0], 1).tolist() == [0.5, 0]


def test_a_singular_covariance_is_whitened_in_the_directions_that_vary():
    dull = remove_dc(PATCHES)
    d, U = principal_axes(np.cov(dull, rowvar=False, bias=True))
    P = (U[:, :24] / np.sqrt(d[:24])).T  # a row fewer than there are pixels
    np.testing.assert_allclose(covariance_of(dull @ P.T), np.eye(24), atol=1e-9)
