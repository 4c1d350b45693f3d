"""The straight-through gradient is the derivative of what it claims to be, and codes snap."""

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course.activations import identity, tanh
from ae_course.checkpoint import load, save
from ae_course.gradcheck import check_gradient
from ae_course.losses import cross_entropy, squared_error
from ae_course.network import Layer, Network, Trace
from ae_course.objective import ForwardPass, weight_decay
from ae_course.optimizers import SGD, Adam
from ae_course.quantization import (
    CodebookPull,
    Commitment,
    VectorQuantizedAutoencoder,
    revived,
    started_at_data,
    vq_objective,
)
from ae_course.training import train


def rng(seed=0):
    return np.random.default_rng(seed)


def tiny(shared=False):
    net = VectorQuantizedAutoencoder.folded(6, 5, 4, slots=2, K=3, shared=shared, hidden=tanh)
    return net, drawn(net)


X = samples(9, 6)
BOTH = pytest.mark.parametrize("shared", [False, True])


@BOTH
def test_a_code_is_the_nearest_entry_of_each_slots_book(shared):
    net, params = tiny(shared)
    V = net.encoder(params, X).reshape(9, 2, 2)
    codes = net.encode(params, X)
    for n in range(9):
        for s in range(2):
            book = params["C"][0 if shared else s]
            assert codes[n, s] == ((book - V[n, s]) ** 2).sum(axis=1).argmin()
    entries = np.stack([params["C"][0 if shared else s][codes[:, s]] for s in range(2)], axis=1)
    wanted = net.decoder(params, entries.reshape(9, 4))
    assert_close(net.decode(params, codes), wanted)
    assert_close(net(params, X), wanted)


@BOTH
@pytest.mark.parametrize("loss", [cross_entropy, squared_error])
@pytest.mark.equation("eq-straight-through", by="ae_course.quantization.VectorQuantizedAutoencoder")
def test_the_gradient_is_that_of_the_model_with_what_is_stopped_held(shared, loss):
    net, params = tiny(shared)
    objective = vq_objective(loss, beta=0.3) + 1e-2 * weight_decay
    held = net.holding(params, X)
    assert check_gradient(held, objective, params, X).error < 1e-6
    assert_close(
        objective.gradient(net, params, X).vector, objective.gradient(held, params, X).vector
    )
    assert_close(objective.value(net, params, X), objective.value(held, params, X))


def test_the_error_passes_straight_through_to_the_encoder():
    """Without the estimate the encoder would learn nothing from the error."""
    net, params = tiny()
    objective = vq_objective(squared_error, beta=0)
    gradient = objective.gradient(net, params, X)
    assert np.abs(gradient["W1"]).max() > 1e-3
    z = net.forward(params, X)
    decoded = net.decoder.forward(params, z.stopped.entries.reshape(9, 4))
    delta = squared_error.delta(net.layers[-1].activation, None, decoded.output, X) / 9
    at_z = net.decoder.deltas(params, decoded, delta)[3] @ params["W3"]
    wanted = net.encoder.gradient(params, Trace(z.u, z.y), at_z)
    assert_close(gradient["W1"], wanted["W1"])
    assert_close(gradient["b2"], wanted["b2"])


def test_the_true_derivative_by_the_encoder_is_zero():
    """A small step of the encoder changes no code, so differences see nothing."""
    net, params = tiny()
    moved = params.copy()
    moved["W1"] = params["W1"] + 1e-7
    assert (net.encode(moved, X) == net.encode(params, X)).all()
    assert_close(net(moved, X), net(params, X))


@BOTH
@pytest.mark.equation("eq-vq-objective", by="ae_course.quantization.vq_objective")
def test_the_objective_has_its_three_parts(shared):
    net, params = tiny(shared)
    V, codes = net.vectors(params, X), net.encode(params, X)
    entries = np.stack([params["C"][0 if shared else s][codes[:, s]] for s in (0, 1)], axis=1)
    error = 0.5 * np.sum((net(params, X) - X) ** 2) / 9
    apart = 0.5 * np.sum((V - entries) ** 2) / 9
    objective = vq_objective(squared_error, beta=0.4)
    assert_close(objective.value(net, params, X), error + apart + 0.4 * apart)
    pull = CodebookPull().gradient(net, params, X)
    assert not pull["W1"].any()
    for s in range(2):
        for k in range(3):
            miss = (entries - V)[:, s][codes[:, s] == k].sum(axis=0) / 9
            if not shared:
                assert_close(pull["C"][s, k], miss)
    assert not Commitment().gradient(net, params, X)["C"].any()


def test_an_entry_that_nobody_uses_never_moves():
    net, params = tiny()
    params["C"][1, 2] = 100.0
    gradient = vq_objective(squared_error).gradient(net, params, X)
    assert not gradient["C"][1, 2].any()
    assert gradient["C"][1, :2].any()


@BOTH
def test_unused_entries_are_revived_at_vectors_of_samples(shared):
    net, params = tiny(shared)
    params["C"][-1, 1:] = 100.0
    before = params.copy()
    found = revived(net, params, X, rng())
    assert_close(params.vector, before.vector)
    pool = net.vectors(params, X)
    pool = pool.reshape(-1, 2) if shared else pool[:, 1]
    for entry in found["C"][-1, 1:]:
        assert np.abs(pool - entry).sum(axis=1).min() < 1e-12
    used = np.bincount(net.encode(params, X)[:, -1], minlength=3) > 0
    assert_close(found["C"][-1, used], params["C"][-1, used])
    assert_close(found["W1"], params["W1"])


def test_a_start_at_the_data_moves_every_entry():
    net, params = tiny()
    found = started_at_data(net, params, X, rng())
    V = net.vectors(params, X)
    for s in range(2):
        for entry in found["C"][s]:
            assert np.abs(V[:, s] - entry).sum(axis=1).min() < 1e-12
    many = VectorQuantizedAutoencoder.folded(6, 4, slots=2, K=20)
    assert np.isfinite(started_at_data(many, many.init(rng()), X, rng()).vector).all()


def test_entries_start_at_different_samples_close_to_0_and_stay_where_enough_snap_to_them():
    net = VectorQuantizedAutoencoder.folded(6, 4, slots=2, K=9)
    params = net.init(rng())
    assert 0.9 / 9 < np.abs(params["C"]).max() <= 1 / 9
    found = started_at_data(net, params, X, rng())
    assert all(len(np.unique(book, axis=0)) == 9 for book in found["C"])
    counts = np.bincount(net.encode(found, X)[:, 0], minlength=9)
    assert set(counts.tolist()) == {1}  # each sample's vector is an entry
    assert revived(net, found, X, rng(1), least=1)["C"].tolist() == found["C"].tolist()


@BOTH
def test_training_lowers_the_objective_with_the_unchanged_loop(shared):
    net, _ = tiny(shared)
    data = (rng(4).random((60, 6)) < rng(5).random(6)) * 1.0
    params = started_at_data(net, net.init(rng()), data, rng())
    J = vq_objective(cross_entropy)
    found, history, _ = train(
        net, J, params, data, epochs=30, rng=rng(1), batch_size=20, optimizer=Adam(1e-2)
    )
    assert history.objective[-1] < 0.9 * J.value(net, params, data)
    assert np.isfinite(found.vector).all()


def test_it_is_kept_in_a_file(tmp_path):
    net, params = tiny(shared=True)
    save(tmp_path / "model.npz", net, params, objective=vq_objective(cross_entropy))
    found = load(tmp_path / "model.npz")
    assert found.net == net
    assert repr(found.objective) == repr(vq_objective(cross_entropy))
    assert_close(found.net(found.params, X), net(params, X))


def test_float32_stays_float32():
    net, params = tiny()
    small = params.astype(np.float32)
    J = vq_objective(cross_entropy)
    assert J.gradient(net, small, X.astype(np.float32)).dtype == np.float32
    step = train(net, J, small, X, epochs=1, rng=rng(), optimizer=SGD(0.1))[0]
    assert step.dtype == np.float32


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="a multiple of 3 slots"):
        VectorQuantizedAutoencoder.folded(6, 5, 4, slots=3, K=2)
    with pytest.raises(ValueError, match="wanted identity units, and numbers that go on"):
        VectorQuantizedAutoencoder(
            Network((Layer(6, 4, tanh),)), Network((Layer(4, 6, identity),), first=2), 2, 3
        )
    net, params = tiny()
    with pytest.raises(ValueError, match="codes run from 0 to 3, wanted 0 to 2"):
        net.decode(params, np.array([[0, 3]]))
    with pytest.raises(ValueError, match=r"wanted whole numbers \(N, 2\)"):
        net.decode(params, np.array([[0.0, 1.0]]))
    with pytest.raises(ValueError, match="beta is -1"):
        vq_objective(cross_entropy, -1)
    plain = Network((Layer(6, 6, identity),))
    forward_pass = ForwardPass(plain, params, plain.forward(plain.init(rng()), X), None)
    with pytest.raises(TypeError, match="is for a VectorQuantizedAutoencoder"):
        Commitment().value_from(forward_pass)
