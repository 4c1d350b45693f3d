"""A prior over codes is a distribution, and learns what slots have to do with one another."""

import itertools

import numpy as np
import pytest
from helpers import assert_close

from ae_course.code_prior import CodePrior


def rng(seed=0):
    return np.random.default_rng(seed)


def chained(n, seed=0):
    """The second number is the first one plus 1 (mod 3) nine times in ten; the third is free."""
    first = rng(seed).choice(3, n, p=[0.6, 0.3, 0.1])
    second = np.where(rng(seed + 1).random(n) < 0.9, first + 1, rng(seed + 2).integers(0, 3, n)) % 3
    return np.column_stack([first, second, rng(seed + 3).integers(0, 3, n)])


EVERY = np.array(list(itertools.product(range(3), repeat=3)))


@pytest.mark.equation("eq-vq-prior", by="ae_course.code_prior.CodePrior")
@pytest.mark.parametrize("hidden", [0, 8])
def test_it_is_a_distribution_and_the_product_of_its_factors(hidden):
    prior = CodePrior.fit(chained(500), 3, rng(), hidden=hidden)
    log_p = prior.log_probability(EVERY)
    np.testing.assert_allclose(np.exp(log_p).sum(), 1, rtol=1e-6)
    by_first = np.exp(log_p).reshape(3, 9).sum(axis=1)
    np.testing.assert_allclose(by_first, prior.marginals[0], rtol=1e-5)


def test_samples_have_the_probabilities_that_it_says():
    prior = CodePrior.fit(chained(500), 3, rng(), hidden=8)
    codes = prior.sample(rng(1), 40_000)
    counts = np.bincount(codes @ [9, 3, 1], minlength=27) / len(codes)
    np.testing.assert_allclose(counts, np.exp(prior.log_probability(EVERY)), atol=0.01)


def test_it_learns_what_independent_slots_miss():
    train, unseen = chained(4000), chained(2000, seed=50)
    told = CodePrior.fit(train, 3, rng(), hidden=8, epochs=20).log_probability(unseen).mean()
    apart = CodePrior.independent(train, 3).log_probability(unseen).mean()
    p = np.array([0.6, 0.3, 0.1])
    second = np.array([14 / 15, 1 / 30, 1 / 30])
    entropy = -(p @ np.log(p)) - second @ np.log(second) + np.log(3)
    assert told > apart + 0.4
    np.testing.assert_allclose(told, -entropy, atol=0.05)


def test_independent_slots_are_counted():
    codes = chained(300)
    prior = CodePrior.independent(codes, 4)
    wanted = [(np.bincount(column, minlength=4) + 1) / 304 for column in codes.T]
    assert_close(prior.marginals, np.array(wanted))
    assert_close(prior.log_probability(codes[:1]),
                 np.log([wanted[0][codes[0, 0]] * wanted[1][codes[0, 1]]
                         * wanted[2][codes[0, 2]]]))  # fmt: skip
    assert np.isfinite(prior.log_probability(np.array([[3, 3, 3]]))).all()


def test_codes_that_do_not_fit_are_refused():
    prior = CodePrior.independent(chained(30), 3)
    with pytest.raises(ValueError, match="codes run from 0 to 3"):
        prior.log_probability(np.array([[0, 1, 3]]))
    with pytest.raises(ValueError, match=r"wanted whole numbers \(N, 3\)"):
        prior.log_probability(np.array([[0, 1]]))
    with pytest.raises(ValueError, match="hidden is -1"):
        CodePrior.fit(chained(30), 3, rng(), hidden=-1)


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
def test_no_epochs_and_no_batches_are_refused(name):
    codes = np.random.default_rng(0).integers(0, 3, (20, 2))
    with pytest.raises(ValueError, match=f"{name} is 0, wanted a whole number"):
        CodePrior.fit(codes, 3, np.random.default_rng(0), **{name: 0})


class Greatest(np.random.Generator):
    """Draws the greatest number that there is to draw, hardly less than 1."""

    def random(self, size=None, dtype=np.float64, out=None):
        return np.full(size, 1 - 2**-53)


def test_probabilities_that_rounding_took_something_from_give_numbers_that_there_are():
    prior = CodePrior(np.array([[0.5, 0.5 - 1e-7], [0.25, 0.75]]))
    assert prior.sample(Greatest(np.random.PCG64(0)), 3).tolist() == [[1, 1]] * 3
