"""Features in superposition are drawn, found and trained as their equations say."""

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course.activations import identity, top_k
from ae_course.autoencoder import Autoencoder
from ae_course.gradcheck import check_gradient
from ae_course.losses import cross_entropy, squared_error
from ae_course.objective import reconstruction
from ae_course.optimizers import SGD, Adam
from ae_course.parameters import Parameters
from ae_course.superposition import AuxiliaryK, UnitColumns, auxiliary_k, recovery, superposition
from ae_course.training import train

X = samples()
SQUARED, CROSS = reconstruction(squared_error), reconstruction(cross_entropy)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.equation("eq-superposition", by="ae_course.superposition.superposition")
def test_samples_are_sums_of_a_few_directions_of_length_1():
    data = superposition(rng(), 500, 12, 5, 3)
    assert_close(np.linalg.norm(data.F, axis=1), np.ones(12))
    assert ((data.S != 0).sum(axis=1) == 3).all()
    active = data.S[data.S != 0]
    assert ((active >= 0.5) & (active <= 1.5)).all()
    wanted = [sum(s * f for s, f in zip(row, data.F, strict=True)) for row in data.S[:9]]
    assert_close(data.X[:9], wanted)
    assert abs((data.S != 0).mean(axis=0) - 0.25).max() < 0.1


@pytest.mark.equation("eq-recovery", by="ae_course.superposition.recovery")
def test_recovery_is_the_largest_cosine():
    F, found = rng(1).normal(size=(6, 4)), rng(2).normal(size=(9, 4))
    wanted = [
        max(f @ g / np.sqrt((f @ f) * (g @ g)) for g in found) for f in F
    ]  # fmt: skip
    assert_close(recovery(F, found), wanted)
    assert_close(recovery(F, 3 * F[::-1]), np.ones(6))
    assert_close(recovery(F, np.zeros((2, 4))), np.zeros(6))


def test_features_that_cannot_be_compared_are_named():
    with pytest.raises(ValueError, match="F has 3 columns, found has 2"):
        recovery(np.eye(3), np.eye(2))
    with pytest.raises(ValueError, match="feature 1 in F has length 0"):
        recovery(np.array([[1.0, 0.0], [0.0, 0.0]]), np.eye(2))


@pytest.mark.parametrize("which", ["samples", "features", "dimensions", "active features"])
def test_superposition_wants_at_least_one_of_everything(which):
    numbers = {"samples": 5, "features": 4, "dimensions": 3, "active features": 2} | {which: 0}
    with pytest.raises(ValueError, match=f"the number of {which} is 0, wanted a whole number, 1"):
        superposition(rng(), *numbers.values())


@pytest.mark.equation("eq-unit-columns", by="ae_course.superposition.UnitColumns")
def test_after_every_step_the_columns_have_length_1():
    net = Autoencoder.folded(5, 7, hidden=top_k(2), output=identity)
    params = drawn(net)
    plain, ours = params.copy(), params.copy()
    optimizer = UnitColumns(SGD(0.1), params)
    gradient = SQUARED.gradient(net, params, X)
    SGD(0.1).update(plain.vector, gradient.vector, SGD(0.1).init(plain.vector))
    optimizer.update(ours.vector, gradient.vector, optimizer.init(ours.vector))
    for j in range(7):
        column = plain["W2"][:, j]
        assert_close(ours["W2"][:, j], column / np.sqrt(column @ column))
    for name in ("W1", "b1", "b2"):
        assert_close(ours[name], plain[name])


SPARSE = Autoencoder.folded(5, 9, hidden=top_k(2), output=identity)


STATES = [None, (0,) * 9, (0, 5, 9, 0, 4, 0, 5, 9, 0), (9,) + (0,) * 8]


def with_idle(idle, k=2):
    return 0.7 * AuxiliaryK(k, patience=5, idle=idle)


@pytest.mark.equation("eq-auxk", by="ae_course.superposition.AuxiliaryK")
@pytest.mark.parametrize("idle", STATES, ids=str)
def test_dead_units_help_with_their_largest_net_inputs(idle):
    params, wanted = drawn(SPARSE), 0.0
    W, b, W_, b_ = params.values()
    dead = [j for j in range(9) if idle is not None and idle[j] >= 5]
    for x in X:
        u = W @ x + b
        alive = sorted(range(9), key=lambda j: -u[j])[:2]
        helping = sorted(dead, key=lambda j: -u[j])[:2]
        out = b_ + sum(u[j] * W_[:, j] for j in alive + helping)
        wanted += 0.7 * ((out - x) ** 2).sum() / 2 / len(X)
    assert_close(with_idle(idle).value(SPARSE, params, X), wanted)
    assert_close(with_idle(idle).value(SPARSE, params, X, X), wanted)


@pytest.mark.parametrize("idle", STATES, ids=str)
@pytest.mark.parametrize("k", [1, 3])
def test_the_gradient_of_the_auxiliary_error_is_right_in_any_state(idle, k):
    J = SQUARED + with_idle(idle, k)
    check_gradient(SPARSE, J, drawn(SPARSE), X)
    check_gradient(SPARSE, J, drawn(SPARSE), X, samples(seed=8))


def test_the_auxiliary_error_reads_grey_targets_as_every_loss_does():
    grey = (255 * samples()).astype(np.uint8)
    wanted = with_idle((9,) * 9).value(SPARSE, drawn(SPARSE), X, grey / 255)
    assert_close(with_idle((9,) * 9).value(SPARSE, drawn(SPARSE), X, grey), wanted)
    with pytest.raises(ValueError, match="target has 3 columns"):
        with_idle((9,) * 9).value(SPARSE, drawn(SPARSE), X, X[:, :3])


def test_a_dead_unit_gets_a_gradient_from_the_auxiliary_error_alone():
    params = drawn(SPARSE)
    params["b1"][4] = -100
    idle = tuple(9 * (j == 4) for j in range(9))
    assert not SQUARED.gradient(SPARSE, params, X)["W1"][4].any()
    assert with_idle(idle).gradient(SPARSE, params, X)["W1"][4].any()


def test_idle_batches_are_counted_from_the_last_output():
    params = drawn(SPARSE)
    params["b1"][4], params["b1"][2] = -100, 100
    J = auxiliary_k(2, patience=3)
    for _ in range(4):
        J = J.next_state(J.forward(SPARSE, params, X))
    ((_, term),) = J.parts
    assert term.idle[4] == 4
    assert term.idle[2] == 0
    params["b1"][4] = 200
    ((_, term),) = J.next_state(J.forward(SPARSE, params, X)).parts
    assert term.idle[4] == 0


def test_networks_the_auxiliary_error_is_not_for_are_named():
    deep = Autoencoder.folded(5, 4, 3, output=identity)
    for net in (deep, Autoencoder.folded(5, 4)):
        with pytest.raises(ValueError, match="is for a code and one layer of identity units"):
            auxiliary_k(2).value(net, drawn(net), X)
    with pytest.raises(ValueError, match="3 units were counted, the code has 9"):
        with_idle((0, 1, 2)).value(SPARSE, drawn(SPARSE), X)
    with pytest.raises(ValueError, match="the patience is 0"):
        auxiliary_k(2, 0)
    assert repr(auxiliary_k(2)) == "auxiliary_k(k=2, patience=20)"


def test_a_top_k_autoencoder_finds_the_features_it_was_not_told():
    data = superposition(rng(), 2000, 12, 8, 2)
    net = Autoencoder.folded(8, 16, hidden=top_k(2), output=identity)
    params = net.init(rng(1))
    params["W2"] /= np.linalg.norm(params["W2"], axis=0)
    params["W1"] = params["W2"].T
    optimizer = UnitColumns(Adam(5e-3), params)
    J = SQUARED + 1 / 32 * auxiliary_k(4, patience=10)
    found, *_ = train(net, J, params, data.X, epochs=30, rng=rng(2), optimizer=optimizer)
    before, after = (recovery(data.F, p["W2"].T) for p in (params, found))
    assert np.mean(after > 0.9) > 0.8 > 0.3 > np.mean(before > 0.9)
    assert isinstance(found, Parameters)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_a_direction_is_one_however_long_it_is(scale):
    F, found = samples(5, 4), samples(6, 4)[::-1]
    assert_close(recovery(scale * F, found / scale), recovery(F, found))
