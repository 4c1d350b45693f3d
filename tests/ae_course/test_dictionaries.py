"""Dictionaries start, train and are made fit for single samples as their equations say."""

import numpy as np
import pytest
from helpers import assert_close, drawn, samples, slopes
from scipy.optimize import minimize_scalar

from ae_course.activations import batch_top_k, identity, relu, top_k
from ae_course.autoencoder import Autoencoder
from ae_course.dictionaries import (
    FixedDecoder,
    FrozenAuxiliaryK,
    Matryoshka,
    at_threshold,
    frozen_auxiliary_k,
    matryoshka,
    refit_decoder,
    transposed_start,
    unit_columns,
)
from ae_course.dictionary_benchmarks import bernoulli_features, correlated_pairs
from ae_course.gradcheck import check_gradient, compare_gradients, numerical_gradient
from ae_course.jump_relu import JumpReLUAutoencoder
from ae_course.losses import squared_error
from ae_course.objective import reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam
from ae_course.parameters import Parameters
from ae_course.superposition import AuxiliaryK, UnitColumns
from ae_course.training import train

X = samples(12)
SQUARED = reconstruction(squared_error)
BATCH = Autoencoder.folded(5, 9, hidden=batch_top_k(2), output=identity)
SPARSE = Autoencoder.folded(5, 9, hidden=top_k(2), output=identity)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("net", [BATCH, JumpReLUAutoencoder.of(5, 9)], ids=["batch", "jump"])
def test_from_the_transposed_start_every_latent_alone_lowers_the_error(net):
    params = transposed_start(net, rng())
    assert_close(np.linalg.norm(params["W2"], axis=0), np.ones(9))
    np.testing.assert_array_equal(params["W1"], params["W2"].T)
    assert transposed_start(net, rng(), np.float32).dtype == np.float32
    for w, column in zip(params["W1"], params["W2"].T, strict=True):
        u = np.maximum(X @ w, 0)
        left = ((X - np.outer(u, column)) ** 2).sum(axis=1)
        assert_close(left, (X**2).sum(axis=1) - u**2)


def test_unit_columns_leave_all_else_and_the_original():
    before = drawn(BATCH)
    kept = before.copy()
    after = unit_columns(before)
    assert_close(after["W2"], before["W2"] / np.sqrt((before["W2"] ** 2).sum(axis=0)))
    np.testing.assert_array_equal(before.vector, kept.vector)
    np.testing.assert_array_equal(after["W1"], before["W1"])


@pytest.mark.equation("eq-batch-threshold", by="ae_course.dictionaries.at_threshold")
def test_the_threshold_is_the_mean_of_the_smallest_outputs_of_the_batches():
    params, data = drawn(BATCH), samples(35, seed=4)
    least = []
    for batch in (data[:10], data[10:20], data[20:30]):
        u = np.sort((batch @ params["W1"].T + params["b1"]).ravel())
        least.append(u[-20])  # two latents for each of ten samples
    net = at_threshold(BATCH, params, data, batch_size=10)
    theta = float(net.layers[0].activation.name[len("jump_relu(") : -1])
    assert_close(theta, np.mean(least))
    u = data @ params["W1"].T + params["b1"]
    assert_close(net.encode(params, data), np.where(u > theta, u, 0))


def test_with_the_threshold_a_sample_s_code_is_its_own():
    params, data = drawn(BATCH), samples(40, seed=4)
    net = at_threshold(BATCH, params, data, batch_size=40)
    whole = net.encode(params, data)
    assert_close(net.encode(params, data[:3]), whole[:3])
    assert_close(whole, BATCH.encode(params, data))  # of one batch the very latents that passed
    # Whoever forgets it gets other codes for other companions:
    assert not np.allclose(BATCH.encode(params, data[:3]), BATCH.encode(params, data)[:3])


def test_thresholds_are_for_batch_top_k_alone():
    with pytest.raises(ValueError, match=r"found a code of top_k\(2\) units, wanted batch_top_k"):
        at_threshold(SPARSE, drawn(SPARSE), X, 4)
    with pytest.raises(ValueError, match="batch_size is 13, wanted a whole number, 1 to 12"):
        at_threshold(BATCH, drawn(BATCH), X, 13)
    silent = drawn(BATCH)
    silent["b1"] = -100
    assert not at_threshold(BATCH, silent, X, 4).encode(silent, X).any()


@pytest.mark.equation("eq-matryoshka", by="ae_course.dictionaries.Matryoshka")
@pytest.mark.parametrize("sizes", [(9,), (4, 9), (1, 2, 6, 9)], ids=str)
def test_nested_dictionaries_each_miss_the_sample_by_themselves(sizes):
    params, wanted = drawn(BATCH), 0.0
    Y = BATCH.encode(params, X)
    for x, y in zip(X, Y, strict=True):
        for m in sizes:
            out = params["b2"] + sum(y[j] * params["W2"][:, j] for j in range(m))
            wanted += 0.5 * ((out - x) ** 2).sum() / len(X) / len(sizes)
    assert_close(matryoshka(sizes).value(BATCH, params, X), wanted)
    assert_close(matryoshka(sizes).value(BATCH, params, X, X), wanted)


def test_the_size_of_the_whole_code_alone_is_the_reconstruction():
    params, target = drawn(BATCH), samples(12, seed=5)
    ours = matryoshka((9,)).value_and_gradient(BATCH, params, X, target)
    plain = SQUARED.value_and_gradient(BATCH, params, X, target)
    assert_close(ours[0], plain[0])
    assert_close(ours[1].vector, plain[1].vector)


@pytest.mark.parametrize("code", [batch_top_k(2), top_k(2), relu], ids=str)
def test_the_gradient_of_nested_dictionaries_is_right(code):
    net = Autoencoder.folded(5, 9, hidden=code, output=identity)
    J = 0.7 * matryoshka((2, 5, 9)) + 0.1 * weight_decay
    check_gradient(net, J, drawn(net), X)
    check_gradient(net, J, drawn(net), X, samples(12, seed=8))


def test_sizes_that_are_not_nested_are_named():
    for sizes in ((), (4, 4, 9), (9, 4)):
        with pytest.raises(ValueError, match="wanted at least one, each larger"):
            Matryoshka(sizes)
    with pytest.raises(ValueError, match="ends with another size than 9 latents"):
        matryoshka((2, 5)).value(BATCH, drawn(BATCH), X)
    with pytest.raises(ValueError, match="the size of a nested dictionary is 0"):
        matryoshka((0, 9))
    deep = Autoencoder.folded(5, 4, 3, output=identity)
    with pytest.raises(ValueError, match="is for a code and one layer of identity units"):
        matryoshka((3,)).value(deep, drawn(deep), X)
    assert repr(matryoshka([2, 9])) == "matryoshka((2, 9))"


@pytest.mark.parametrize("code", [batch_top_k(2), batch_top_k(1)], ids=str)
def test_the_gradient_through_the_best_of_a_batch_is_right(code):
    net = Autoencoder.folded(5, 9, hidden=code, output=identity)
    check_gradient(net, SQUARED, drawn(net), X)


STATES = [None, (0,) * 9, (0, 5, 9, 0, 4, 0, 5, 9, 0), (9,) + (0,) * 8, (9,) * 9]


def held(params, idle, k):
    """The auxiliary error as a function of all parameters but the x_hat, which stays as it is."""
    x_hat = SPARSE(params, X)

    def f(p):
        u = X @ p["W1"].T + p["b1"]
        dead = [j for j in range(9) if idle is not None and idle[j] >= 5]
        total = 0.0
        for n, x in enumerate(X):
            helping = sorted(dead, key=lambda j: -u[n, j])[:k]
            out = x_hat[n] + sum(max(u[n, j], 0) * p["W2"][:, j] for j in helping)
            total += 0.5 * ((out - x) ** 2).sum() / len(X)
        return total

    return f


@pytest.mark.equation("eq-frozen-auxk", by="ae_course.dictionaries.FrozenAuxiliaryK")
@pytest.mark.parametrize("idle", STATES, ids=str)
@pytest.mark.parametrize("k", [1, 3])
def test_the_frozen_auxiliary_error_moves_the_dead_alone(idle, k):
    params = drawn(SPARSE)
    term, f = FrozenAuxiliaryK(k, patience=5, idle=idle), held(drawn(SPARSE), idle, k)
    assert_close(term.value(SPARSE, params, X), f(params))
    gradient = term.gradient(SPARSE, params, X)
    compared = compare_gradients(gradient, numerical_gradient(f, params))
    assert compared.error < 1e-7
    live = [j for j in range(9) if idle is None or idle[j] < 5]
    assert not gradient["W1"][live].any()
    assert not gradient["W2"][:, live].any()
    assert not gradient["b2"].any()


def test_the_frozen_error_has_no_gradient_while_none_is_dead_and_the_plain_one_has():
    params, idle = drawn(SPARSE), (0,) * 9
    assert not FrozenAuxiliaryK(2, 5, idle).gradient(SPARSE, params, X).vector.any()
    plain = AuxiliaryK(2, 5, idle).gradient(SPARSE, params, X)
    assert_close(plain.vector, SQUARED.gradient(SPARSE, params, X).vector)


def test_the_gradient_check_sees_that_it_is_not_the_gradient_of_the_value():
    with pytest.raises(AssertionError, match="the gradient of frozen_auxiliary_k"):
        check_gradient(SPARSE, FrozenAuxiliaryK(2, 5, (9,) * 9), drawn(SPARSE), X)


@pytest.mark.parametrize("dead", [1, 2, 3, 9])
@pytest.mark.parametrize("k", [1, 2, 8, 12])
def test_at_most_k_of_the_dead_latents_help(k, dead):
    params, idle = drawn(SPARSE), (9,) * dead + (0,) * (9 - dead)
    J, forward_pass = frozen_auxiliary_k(k, 5, idle), SQUARED.forward(SPARSE, params, X)
    u, W = forward_pass.trace.u[1][:, :dead], params["W2"][:, :dead]
    z = np.array([[max(a, 0) if a in sorted(row)[-k:] else 0 for a in row] for row in u])
    miss = forward_pass.trace.output + z @ W.T - X
    assert_close(J.value(SPARSE, params, X), 0.5 * (miss**2).sum() / len(X))


def test_dead_latents_are_counted_as_by_the_plain_error():
    J = frozen_auxiliary_k(2, patience=3)
    params = drawn(SPARSE)
    params["b1"][4] = -100
    for _ in range(4):
        J = J.next_state(J.forward(SPARSE, params, X))
    ((_, term),) = J.parts
    assert isinstance(term, FrozenAuxiliaryK)
    assert term.idle[4] == 4
    assert repr(J) == "frozen_auxiliary_k(k=2, patience=3)"


@pytest.mark.equation("eq-l1-shrink", by="ae_course.dictionaries.refit_decoder")
@pytest.mark.parametrize("penalty", [0.1, 0.4])
def test_a_penalty_takes_its_weight_off_every_code_and_refitting_gives_it_back(penalty):
    size, f = 1.3, np.array([0.6, 0.8])
    best = minimize_scalar(
        lambda a: 0.5 * ((size * f - a * f) ** 2).sum() + penalty * abs(a), options={"xtol": 1e-10}
    )
    np.testing.assert_allclose(best.x / size, 1 - penalty / size, rtol=1e-6)
    sizes = rng().uniform(0.5, 1.5, 50)
    params = drawn(Autoencoder.folded(2, 1, hidden=relu, output=identity))
    params["W2"], params["b2"] = f[:, None], 0
    Y, wanted = (sizes - penalty)[:, None], np.outer(sizes, f)
    refitted = refit_decoder(params, Y, wanted)
    assert_close(Y @ refitted["W2"].T + refitted["b2"], wanted)
    np.testing.assert_array_equal(refitted["W1"], params["W1"])
    assert_close(params["W2"], f[:, None])


@pytest.mark.equation("eq-hedging", by="ae_course.dictionaries.refit_decoder")
def test_a_code_of_one_feature_gets_a_part_of_its_partner_into_its_column():
    data = correlated_pairs(rng(), 4000, 1, rho=0.5)
    params = drawn(Autoencoder.folded(2, 1, hidden=relu, output=identity))
    first, second = data.S.T
    column = refit_decoder(params, data.S[:, :1], data.X)["W2"][:, 0]
    share = np.cov(first, second, bias=True)[0, 1] / first.var()
    assert_close(column, data.F[0] + share * data.F[1])
    assert 0.3 < share < 0.5
    # And the best line through the origin merges the two altogether, for any correlation above 0.
    cov = np.array([[1.0, 0.05], [0.05, 1.0]])
    np.testing.assert_allclose(abs(np.linalg.eigh(cov)[1][:, -1]), np.sqrt([0.5, 0.5]))


def test_a_fixed_decoder_stays_and_all_else_learns_as_ever():
    params = drawn(BATCH)
    gradient = SQUARED.gradient(BATCH, params, X)
    ours, plain, optimizer = params.copy(), params.copy(), FixedDecoder(SGD(0.1), params)
    SGD(0.1).update(plain.vector, gradient.vector, SGD(0.1).init(plain.vector))
    optimizer.update(ours.vector, gradient.vector, optimizer.init(ours.vector))
    np.testing.assert_array_equal(ours["W2"], params["W2"])
    assert not np.allclose(plain["W2"], params["W2"])
    for name in ("W1", "b1", "b2"):
        np.testing.assert_array_equal(ours[name], plain[name])


def test_refitting_is_at_a_minimum_of_the_error():
    params, Y, wanted = drawn(BATCH), BATCH.encode(drawn(BATCH), X), samples(12, seed=3)
    best = refit_decoder(params, Y, wanted)

    def error(W, b):
        return ((Y @ W.T + b - wanted) ** 2).sum()

    by_weights = slopes(lambda W: error(W, best["b2"]), best["W2"].copy())
    by_biases = slopes(lambda b: error(best["W2"], b), best["b2"].copy())
    assert abs(by_weights).max() < 1e-6
    assert abs(by_biases).max() < 1e-6
    with pytest.raises(ValueError, match="there are 3 codes for 12 samples"):
        refit_decoder(params, Y[:3], X)
    with pytest.raises(ValueError, match=r"W2 has shape \(5, 9\), wanted \(5, 4\)"):
        refit_decoder(params, Y[:, :4], X)
    for rcond in (-1e-10, 1):
        with pytest.raises(ValueError, match=r"rcond is .*, wanted a number from 0"):
            refit_decoder(params, Y, wanted, rcond)


def test_a_dictionary_with_a_shared_budget_finds_the_features():
    data = bernoulli_features(rng(), 2000, 12, 8, mean_active=1.5)
    net = Autoencoder.folded(8, 16, hidden=batch_top_k(1), output=identity)
    begin = transposed_start(net, rng(1))
    J = SQUARED + 1 / 8 * frozen_auxiliary_k(4, patience=5)
    options = {"optimizer": UnitColumns(Adam(1e-2), begin), "batch_size": 50, "epochs": 10}
    params, *_ = train(net, J, begin, data.X, rng=rng(2), **options)
    near = (data.F @ params["W2"]).max(axis=1)
    assert np.mean(near > 0.9) > 0.8 > np.mean((data.F @ begin["W2"]).max(axis=1) > 0.9)


def test_latents_that_say_the_same_keep_their_columns_whatever_rounding_says():
    """The deviation of sixty times 0.1 is not 0."""
    params = Parameters.of({"W2": samples(3, 2), "b2": np.zeros(3)})
    Y = np.column_stack([np.full(60, 0.1), samples(60)[:, 0]])
    X = samples(60, 3)
    refitted = refit_decoder(params, Y, X)
    np.testing.assert_array_equal(refitted["W2"][:, 0], params["W2"][:, 0])
    best = refit_decoder(Parameters.of({"W2": samples(3, 1), "b2": np.zeros(3)}), Y[:, 1:], X)
    np.testing.assert_allclose(refitted["W2"][:, 1:], best["W2"], rtol=1e-9)


def test_a_column_of_zeros_has_no_direction():
    params = Parameters.of({"W2": np.array([[3.0, 0.0], [4.0, 0.0]])})
    with pytest.raises(ValueError, match="column 1 of W2 has length 0, wanted a direction"):
        unit_columns(params)
    optimizer = UnitColumns(SGD(0.1), params)
    with pytest.raises(ValueError, match="column 1 of W2 has length 0"):
        optimizer.update(params.vector, np.zeros(4), optimizer.init(params.vector))
