"""What dictionaries are judged by is what its equations say, on data whose features are known."""

import numpy as np
import pytest
from helpers import assert_close, samples

from ae_course.dictionary_benchmarks import (
    absorption,
    bernoulli_features,
    best_latents,
    correlated_pairs,
    dictionary_report,
    fraction_unexplained,
    hierarchical_features,
    likeness,
    purity,
    top_samples,
)


def rng(seed=0):
    return np.random.default_rng(seed)


NESTED = hierarchical_features(rng(), 4000, 3, 2, dimensions=12)
PLAIN = bernoulli_features(rng(), 2000, 8, 12, mean_active=2)


@pytest.mark.parametrize("data", [NESTED, PLAIN, correlated_pairs(rng(), 500, 4, 0.3)])
def test_samples_are_sums_of_their_features(data):
    assert_close(np.linalg.norm(data.F, axis=1), np.ones(len(data.F)))
    wanted = [sum(s * f for s, f in zip(row, data.F, strict=True)) for row in data.S[:5]]
    assert_close(data.X[:5], wanted)
    active = data.S[data.S != 0]
    assert active.min() >= 0.5
    assert active.max() <= 1.5


def test_how_often_features_are_on():
    on = PLAIN.S > 0
    assert abs(on.mean(axis=0) - 0.25).max() < 0.04
    assert on.sum(axis=1).var() > 1  # 8 coins with 1/4: 1.5; a fixed number would have 0
    on = NESTED.S > 0
    assert abs(on[:, :3].mean(axis=0) - 0.15).max() < 0.03
    for child, parent in enumerate(NESTED.parent):
        if parent >= 0:
            assert on[:, parent][on[:, child]].all()
            assert abs(on[:, child][on[:, parent]].mean() - 0.3) < 0.07
    assert (on[:, 3] & on[:, 4]).sum() == 0  # one child at a time


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.9])
def test_partners_are_on_together_as_often_as_their_correlation_says(rho):
    data = correlated_pairs(rng(1), 40_000, 2, rho)
    assert_close(data.F @ data.F.T + 1, np.eye(4) + 1)
    C = np.corrcoef((data.S > 0).T)
    np.testing.assert_allclose([C[0, 1], C[2, 3]], rho, atol=0.03)
    np.testing.assert_allclose(C[0, 2:], 0, atol=0.03)
    np.testing.assert_allclose((data.S > 0).mean(axis=0), 0.1, atol=0.01)


@pytest.mark.equation("eq-fvu", by="ae_course.dictionary_benchmarks.fraction_unexplained")
def test_the_fraction_of_variance_unexplained():
    X, X_hat = samples(), samples(seed=3)
    above = sum(((x - y) ** 2).sum() for x, y in zip(X, X_hat, strict=True))
    below = sum(((x - X.mean(axis=0)) ** 2).sum() for x in X)
    assert_close(fraction_unexplained(X, X_hat), above / below)
    assert fraction_unexplained(X, X) == 0
    assert_close(fraction_unexplained(X, np.tile(X.mean(axis=0), (7, 1))), 1)
    with pytest.raises(ValueError, match="wanted the same"):
        fraction_unexplained(X, X_hat[:3])
    with pytest.raises(ValueError, match="no variance to explain"):
        fraction_unexplained(np.ones((3, 2)), np.ones((3, 2)))


@pytest.mark.equation("eq-precision-recall", by="ae_course.dictionary_benchmarks.dictionary_report")
def test_found_and_precise_are_shares_of_features_and_of_live_latents():
    columns = np.vstack([PLAIN.F[:4], rng(7).normal(size=(3, 12)), PLAIN.F[4:5]])
    Y = np.hstack([PLAIN.S[:, :4], rng(8).random((2000, 3)), np.zeros((2000, 1))])
    report = dictionary_report(PLAIN, columns, Y)
    assert report.found == 4 / 8  # the dead latent that happens to be a feature does not count
    assert report.precision == 4 / 7
    assert report.dead == 1 / 8
    assert_close(report.active, (PLAIN.S[:, :4] > 0).sum(axis=1).mean() + 3)


def test_a_dead_latent_that_is_counted_as_alive_changes_the_report():
    """A fixed draw that happened to be the features, and that never fires, has found nothing."""
    silent = dictionary_report(PLAIN, PLAIN.F, np.zeros((2000, 8)))
    assert silent.found == 0
    assert np.isnan(silent.precision)
    assert silent.dead == 1
    whole = dictionary_report(PLAIN, PLAIN.F, PLAIN.S)
    assert whole[:3] == (1.0, 1.0, 0.0)
    assert whole.f1 == 1


def test_a_start_from_the_seed_of_the_features_is_the_features_and_the_untrained_control_tells():
    data = bernoulli_features(rng(5), 300, 16, 12, mean_active=2)
    leaked, own = (np.random.default_rng(seed).normal(size=(24, 12)) for seed in (5, [5, 1]))
    found = [dictionary_report(data, start, np.ones((300, 24))).found for start in (leaked, own)]
    assert found[0] == 1
    assert found[1] < 0.2


def test_f1_counts_hits_misses_and_false_alarms():
    Y = PLAIN.S.copy()
    Y[::2] = 0  # every other sample is missed
    Y[1, Y[1] == 0] = 0.3
    on = PLAIN.S > 0
    wanted = []
    for j in range(8):
        hits = np.sum(on[:, j] & (Y[:, j] > 0))
        precision, recall = hits / np.sum(Y[:, j] > 0), hits / np.sum(on[:, j])
        wanted.append(2 * precision * recall / (precision + recall))
    assert_close(dictionary_report(PLAIN, PLAIN.F, Y).f1, np.mean(wanted))
    with pytest.raises(ValueError, match=r"Y has shape \(3, 8\), wanted \(2000, 8\)"):
        dictionary_report(PLAIN, PLAIN.F, Y[:3])


def test_the_best_latent_has_the_largest_cosine_and_not_the_largest_product():
    columns = np.array([[9.0, 9.0], [0.1, 0.01], [0.0, 0.0]])
    assert best_latents(np.array([[1.0, 0.0]]), columns).tolist() == [1]
    with pytest.raises(ValueError, match="columns has 3 columns, the feature takes 2"):
        best_latents(np.eye(2), np.eye(3))


def absorbed(data):
    """The dictionary in which a parent falls silent where a child speaks for both."""
    codes, columns = data.S.copy(), data.F.copy()
    for child, parent in enumerate(data.parent):
        if parent >= 0:
            codes[data.S[:, child] > 0, parent] = 0
            columns[child] = (data.F[child] + data.F[parent]) / np.sqrt(2)
    return columns, codes


@pytest.mark.equation("eq-absorption", by="ae_course.dictionary_benchmarks.absorption")
def test_absorption_is_the_silence_that_a_child_adds():
    assert absorption(NESTED, NESTED.F, NESTED.S) == 0
    assert absorption(NESTED, *absorbed(NESTED)) == 1
    deaf = NESTED.S.copy()
    deaf[::2] = 0  # a latent that misses half of the samples, child or not
    assert abs(absorption(NESTED, NESTED.F, deaf)) < 0.1
    on = NESTED.S != 0
    codes = NESTED.S.copy()
    codes[rng(2).random(len(codes)) < 0.3] = 0
    codes[on[:, 3] & (rng(3).random(len(codes)) < 0.5), 0] = 0
    wanted = []
    for p, children in ((0, (3, 4)), (1, (5, 6)), (2, (7, 8))):
        with_child = on[:, p] & (on[:, children[0]] | on[:, children[1]])
        without = on[:, p] & ~with_child
        wanted.append(np.mean(codes[with_child, p] == 0) - np.mean(codes[without, p] == 0))
    assert_close(absorption(NESTED, NESTED.F, codes), np.mean(wanted))


@pytest.mark.equation("eq-absorption-price", by="ae_course.dictionary_benchmarks.absorption")
def test_absorbing_saves_one_active_latent_for_every_child():
    _, codes = absorbed(NESTED)
    saved = (NESTED.S != 0).sum(axis=1).mean() - (codes != 0).sum(axis=1).mean()
    children = (NESTED.S[:, NESTED.parent >= 0] != 0).sum(axis=1).mean()
    assert_close(saved, children)
    assert abs(children - 3 * 0.15 * 0.6) < 0.02  # three parents: each p q


def test_absorption_needs_parents_with_and_without_a_child():
    with pytest.raises(ValueError, match="no feature has a parent"):
        absorption(PLAIN, PLAIN.F, PLAIN.S)
    few = NESTED._replace(S=np.zeros((4000, 9)))
    with pytest.raises(ValueError, match="no sample has feature 0 with a child"):
        absorption(few, few.F, few.S)


def test_top_samples_purity_and_likeness():
    Y, X, labels = samples(30, 4, seed=2), samples(30, 3), rng().integers(3, size=30)
    for j, top in enumerate(top_samples(Y, 6)):
        assert_close(np.sort(Y[top, j])[::-1], np.sort(Y[:, j])[::-1][:6])
        counts = [np.sum(labels[top] == c) for c in range(3)]
        assert purity(Y, labels, 6)[j] == max(counts) / 6
        spread = ((X[top] - X[top].mean(axis=0)) ** 2).sum() / 6
        total = ((X - X.mean(axis=0)) ** 2).sum() / 30
        assert_close(likeness(Y, X, 6)[j], 1 - spread / total)
    with pytest.raises(ValueError, match="all rows of X are the same"):
        likeness(Y, np.ones((30, 2)), 6)
    with pytest.raises(ValueError, match="count is 31"):
        top_samples(Y, 31)


def test_of_equal_outputs_the_first_sample_comes_first():
    Y = rng().integers(0, 3, (40, 5)).astype(float)
    Y[:, 4] = 0
    for count in (1, 7, 40):
        wanted = [sorted(range(40), key=lambda n, j=j: (-Y[n, j], n))[:count] for j in range(5)]
        np.testing.assert_array_equal(top_samples(Y, count), wanted)


def test_a_latent_without_top_samples_is_neither_pure_nor_mixed():
    """Whoever counts dead latents gets the purity of whichever samples come first."""
    Y, labels = np.zeros((30, 3)), np.arange(30) % 2
    Y[:6, 0], Y[:5, 1] = np.arange(6) + 1, 1
    assert np.isnan(purity(Y, labels, 6)).tolist() == [False, True, True]
    assert np.isnan(likeness(Y, samples(30), 6)).tolist() == [False, True, True]
    assert not np.isnan(purity(-samples(30), labels, 6)).any()


@pytest.mark.parametrize("draw", [bernoulli_features, hierarchical_features])
def test_numbers_that_cannot_be_are_named(draw):
    with pytest.raises(ValueError, match="the number of samples is 0"):
        draw(rng(), 0, 4, 3, 2)
    with pytest.raises(TypeError, match="Generator, such as"):
        draw(0, 5, 4, 3, 2)
    with pytest.raises(ValueError, match="rho is 1"):
        correlated_pairs(rng(), 5, 2, 1)
    with pytest.raises(ValueError, match="the share of features that are on is 2"):
        bernoulli_features(rng(), 5, 4, 3, 8)


def test_what_does_not_fit_or_is_no_number_is_named():
    data = hierarchical_features(rng(), 60, 2, 3, dimensions=8)
    Y = data.S.copy()
    Y[1, 1] = np.nan
    for call in (
        lambda: top_samples(Y, 3),
        lambda: purity(Y, np.arange(60) % 2, 3),
        lambda: likeness(Y, data.X, 3),
        lambda: dictionary_report(data, data.F, Y),
        lambda: absorption(data, data.F, Y),
    ):
        with pytest.raises(ValueError, match=r"Y\[1, 1\] is nan"):
            call()
    with pytest.raises(ValueError, match=r"X_hat\[1, 1\] is nan"):
        fraction_unexplained(data.S, Y)
    with pytest.raises(ValueError, match=r"Y has shape \(60, 2\), wanted \(60, "):
        absorption(data, data.F, data.S[:, :2])
    with pytest.raises(ValueError, match="there are 59 codes for 60 samples"):
        likeness(data.S[1:], data.X, 3)


def test_equal_rows_explain_nothing_whatever_rounding_says():
    """The mean of seven times 0.1 is not 0.1."""
    X = np.full((7, 3), 0.1)
    with pytest.raises(ValueError, match="all rows of X are the same"):
        fraction_unexplained(X, X + 1)
    with pytest.raises(ValueError, match="all rows of X are the same"):
        likeness(samples(7), X, 3)
