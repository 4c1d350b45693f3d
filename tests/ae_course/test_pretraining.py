"""Greedy stages do what their equation says, and layers on top tell classes apart."""

import numpy as np
import pytest
from helpers import DEEP, LABELS, STACK, assert_close, drawn, samples

from ae_course.activations import identity, logistic, relu, softmax, tanh, top_k
from ae_course.autoencoder import Autoencoder, mean_bias
from ae_course.gradcheck import check_gradient, numerical_gradient
from ae_course.initialization import glorot, orthogonal
from ae_course.losses import cross_entropy, softmax_cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction, weight_decay
from ae_course.optimizers import SGD, Adam
from ae_course.parameters import Parameters
from ae_course.pretraining import (
    accuracy,
    add_layers,
    layer_autoencoder,
    pretrain,
    pretrain_folded,
)
from ae_course.propagation import signal_sizes
from ae_course.sparsity import kl_sparsity
from ae_course.training import train

X = samples(12, 6)
PARAMS = drawn(DEEP)
CROSS, CLASSES = reconstruction(cross_entropy), reconstruction(softmax_cross_entropy)


def rng(seed=0):
    return np.random.default_rng(seed)


def stacked(net=STACK, objective=CROSS, x=X, seed=0, **options):
    """Pretrain with small settings, each of which an option may replace."""
    settings = {"epochs": 2, "optimizer": SGD(0.3), "batch_size": len(x)} | options
    return pretrain(net, objective, x, rng=rng(seed), **settings)


def greedy_error(Y, W, b, V, d):
    """The mean cross-entropy of one stage, from its formula."""
    code = 1 / (1 + np.exp(-(Y @ W.T + b)))
    Y_hat = 1 / (1 + np.exp(-(code @ V.T + d)))
    return -(Y * np.log(Y_hat) + (1 - Y) * np.log(1 - Y_hat)).sum(axis=1).mean()


@pytest.mark.equation("eq-greedy", by="ae_course.pretraining.pretrain")
def test_every_stage_descends_the_error_of_restoring_the_codes_of_the_layers_below():
    found, _ = stacked(epochs=1)
    draws, Y = rng(), X
    for l, layer in STACK.numbered():
        start = Parameters.of(
            {
                "W": glorot(draws, layer.units, layer.inputs),
                "V": glorot(draws, layer.inputs, layer.units),
                "b": np.zeros(layer.units),
                "d": np.log((Y.sum(axis=0) + 1) / ((1 - Y).sum(axis=0) + 1)),
            }
        )
        draws.permutation(len(Y))
        slope = numerical_gradient(
            lambda p, Y=Y: greedy_error(Y, p["W"], p["b"], p["V"], p["d"]), start
        )
        np.testing.assert_allclose(found[f"W{l}"], start["W"] - 0.3 * slope["W"], atol=1e-9)
        np.testing.assert_allclose(found[f"b{l}"], start["b"] - 0.3 * slope["b"], atol=1e-9)
        Y = 1 / (1 + np.exp(-(Y @ found[f"W{l}"].T + found[f"b{l}"])))


def test_a_lower_layer_does_not_know_how_many_are_above_it():
    short, tall = stacked(STACK[:2])[0], stacked()[0]
    assert list(short) == ["W1", "b1", "W2", "b2"]
    assert all((short[name] == tall[name]).all() for name in short)


def test_pretraining_a_slice_gives_its_own_layers_their_own_names():
    found, histories = stacked(STACK[1:], x=samples(12, 5))
    assert dict(found.shapes) == STACK[1:].shapes()
    assert list(histories) == [2, 3]


def test_every_stage_lowers_its_error_and_every_layer_is_trained():
    found, histories = stacked(epochs=60, optimizer=Adam(0.05))
    assert all(h.objective[-1] < h.objective[0] for h in histories.values())
    assert all(np.abs(found[f"b{l}"]).min() > 0 for l in (1, 2, 3))


def test_codes_for_the_next_stage_are_those_of_clean_samples():
    shown = []

    def corrupt(generator, x):
        shown.append(x.copy())
        return np.zeros_like(x)

    found, _ = stacked(STACK[:2], epochs=1, corrupt=corrupt)
    assert len(shown) == 2  # a batch for each stage, and nothing else is corrupted
    clean = STACK[:1](found, X)
    assert sorted(shown[0].tolist()) == sorted(X.tolist())
    np.testing.assert_allclose(np.sort(shown[1], axis=0), np.sort(clean, axis=0), rtol=1e-12)
    assert found["W1"].tolist() == STACK.init(rng())["W1"].tolist()  # no input, no gradient


def test_other_terms_count_the_layers_of_one_autoencoder():
    J = CROSS + 10 * kl_sparsity(rho=0.1)
    found, _ = stacked(objective=J, epochs=400, optimizer=Adam(0.03))
    y = STACK.forward(found, X).y
    for l in (1, 2, 3):
        np.testing.assert_allclose(y[l].mean(axis=0), 0.1, atol=0.03)


def test_codes_without_bounds_are_restored_by_identity_units():
    net = Network((Layer(6, 5, tanh), Layer(5, 4, relu)))
    J = reconstruction(squared_error) + 1e-3 * weight_decay
    _, histories = stacked(net, J, 3 * X - 1, output=identity, epochs=80, optimizer=Adam(0.02))
    assert all(h.objective[-1] < 0.8 * h.objective[0] for h in histories.values())


def test_pretraining_reads_grey_values_and_keeps_the_dtype():
    grey = rng().integers(256, size=(12, 6), dtype=np.uint8)
    found, _ = stacked(x=grey, dtype=np.float32)
    assert found.dtype == np.float32
    wanted, _ = stacked(x=grey / 255)
    np.testing.assert_allclose(found.vector, wanted.vector, rtol=1e-3, atol=1e-5)


def test_options_reach_the_loop_and_the_start():
    assert stacked(record_objective=False)[1][1].objective == []
    found, _ = stacked(epochs=0, draw=orthogonal)
    assert_close(found["W1"] @ found["W1"].T, np.eye(5))


def test_pretraining_leaves_the_samples_as_they_were():
    before = X.copy()
    stacked()
    assert (before == X).all()


def test_softmax_layers_are_not_for_pretraining():
    with pytest.raises(ValueError, match="layer 4 has softmax units, wanted ones that work one"):
        stacked(DEEP)


def test_layers_that_let_their_largest_net_inputs_pass_can_be_pretrained():
    J, net = reconstruction(squared_error), Network((Layer(6, 5, top_k(3)), Layer(5, 4, relu)))
    found, histories = stacked(net, J, output=identity, epochs=60, optimizer=Adam(0.02))
    assert ((net[:1](found, X) != 0).sum(axis=1) <= 3).all()
    assert histories[1].objective[-1] < histories[1].objective[0]


def test_values_that_logistic_outputs_cannot_restore_are_named():
    with pytest.raises(ValueError, match=r"restore numbers from 0 to 1, found -0\.99\d* to 1\.99"):
        stacked(x=3 * X - 1)
    net = Network((Layer(6, 5, tanh), Layer(5, 4, tanh)))
    with pytest.raises(ValueError, match=r"found -0.* to .*; output=identity restores any"):
        stacked(net)


def test_samples_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="X has 5 columns, the network takes 6"):
        stacked(x=X[:, :5])
    with pytest.raises(ValueError, match=r"X is empty: its shape is \(0, 6\)"):
        stacked(x=X[:0], batch_size=1)
    with pytest.raises(TypeError, match="X holds <U1, wanted real numbers"):
        stacked(x=np.full((12, 6), "a"))


def test_an_autoencoder_around_a_layer_goes_there_and_back():
    wanted = Autoencoder((Layer(6, 5, tanh), Layer(5, 6, identity)))
    assert layer_autoencoder(Layer(6, 5, tanh), identity) == wanted


def test_layers_on_top_leave_those_below_as_they_are():
    below = drawn(STACK)
    net, params = add_layers(STACK, below, Layer(3, 4, tanh), Layer(4, 2, softmax), rng=rng())
    assert net.layers == (*STACK.layers, Layer(3, 4, tanh), Layer(4, 2, softmax))
    assert_close(net[:3](params, X), STACK(below, X))
    assert (params["W4"] != 0).all()
    assert not params["b5"].any()
    params["W1"][:] = 0
    assert below["W1"].all()


def test_layers_on_top_are_drawn_as_asked_and_in_the_same_numbers():
    below = drawn(STACK, dtype=np.float32)
    wide = Layer(3, 3, tanh)
    _, params = add_layers(STACK, below, wide, rng=rng(), draw=orthogonal)
    assert params.dtype == np.float32
    assert_close(params["W4"].T @ params["W4"], np.eye(3, dtype=np.float32))


def test_layers_on_top_of_a_slice_take_the_next_number():
    net, params = add_layers(STACK[1:], drawn(STACK), Layer(3, 2, softmax), rng=rng())
    assert list(params) == ["W2", "b2", "W3", "b3", "W4", "b4"]
    assert (net.first, net.last) == (2, 4)
    assert params["W4"].shape == (2, 3)


def test_layers_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="layer 4 takes 9 inputs, layer 3 has 3 units"):
        add_layers(STACK, drawn(STACK), Layer(9, 2, softmax), rng=rng())
    with pytest.raises(ValueError, match="the parameters lack W3"):
        add_layers(STACK, drawn(STACK[:2]), Layer(3, 2, softmax), rng=rng())


@pytest.mark.equation("eq-softmax", by="ae_course.activations.softmax")
def test_softmax_is_the_share_of_an_exponential():
    u = 3 * rng().normal(size=(7, 4))
    wanted = [[np.exp(a) / sum(np.exp(b) for b in row) for a in row] for row in u.tolist()]
    assert_close(softmax(u), wanted)
    assert_close(softmax(u).sum(axis=1), np.ones(7))
    assert_close(softmax(u + 700), wanted)  # where exp itself would overflow


@pytest.mark.equation("eq-softmax-cross-entropy", by="ae_course.losses.softmax_cross_entropy")
def test_the_error_of_a_class_is_minus_the_logarithm_of_its_probability():
    u, c = 3 * rng().normal(size=(12, 3)), LABELS
    y, t = softmax(u), np.eye(3)[LABELS]
    found = softmax_cross_entropy.errors(u, y, t)
    assert_close(found, [-np.log(np.exp(u[n, c[n]]) / np.exp(u[n]).sum()) for n in range(12)])
    assert_close(found, -(t * np.log(y)).sum(axis=1))
    assert_close(found, [np.log(sum(np.exp(a) for a in u[n])) - u[n, c[n]] for n in range(12)])
    chance = softmax_cross_entropy.errors(np.zeros((12, 3)), np.full((12, 3), 1 / 3), t)
    assert_close(chance, np.full(12, np.log(3)))


@pytest.mark.equation("eq-softmax-delta", by="ae_course.losses.softmax_cross_entropy")
def test_the_delta_of_softmax_and_its_cross_entropy_is_output_minus_target():
    u, t, h = rng().normal(size=(12, 3)), np.eye(3)[LABELS], 1e-5
    delta = softmax_cross_entropy.delta(softmax, u, softmax(u), t)
    for k in range(3):
        moved = [u + sign * h * np.eye(3)[k] for sign in (1, -1)]
        up, down = (np.log(np.exp(v).sum(axis=1)) - (t * v).sum(axis=1) for v in moved)
        np.testing.assert_allclose(delta[:, k], (up - down) / (2 * h), atol=1e-9)
    assert_close(delta, np.exp(u) / np.exp(u).sum(axis=1, keepdims=True) - t)


def test_fine_tuning_has_the_gradient_that_differences_find():
    check_gradient(DEEP, CLASSES + 0.1 * weight_decay, PARAMS, X, LABELS)


def test_the_class_is_the_most_probable_one_and_accuracy_counts_the_right_ones():
    y = DEEP(PARAMS, X)
    classes = [max(range(3), key=lambda k, row=row: row[k]) for row in y.tolist()]
    assert accuracy(DEEP, PARAMS, X, np.array(classes)) == 100
    wrong = np.array(classes)
    wrong[:3] = (wrong[:3] + 1) % 3
    assert accuracy(DEEP, PARAMS, X, wrong) == 75
    assert type(accuracy(DEEP, PARAMS, X, wrong)) is float


@pytest.mark.parametrize("labels", [LABELS[:5], LABELS[:, None], 3, LABELS / 2, LABELS > 1])
def test_labels_that_do_not_fit_are_named(labels):
    with pytest.raises(ValueError, match="wanted one whole number for each of 12 samples"):
        accuracy(DEEP, PARAMS, X, labels)


def test_pretraining_lets_a_deep_network_tell_samples_apart():
    net = Network((Layer(6, 8, logistic),) + (Layer(8, 8, logistic),) * 3)
    start = net.init(rng())
    x = samples(100, 6)
    found, _ = stacked(net, x=x, epochs=150, batch_size=20, optimizer=Adam(0.02))
    before, after = (signal_sizes(net.forward(params, x))[4] for params in (start, found))
    assert after > 10 * before


def test_pretraining_trains_pairs_of_layers_from_the_outside_and_keeps_both():
    net = Autoencoder.folded(6, 5, 4, 2, code=identity)
    data = logistic(3 * rng(1).normal(size=(60, 2)) @ rng(2).normal(size=(2, 6)))
    options = {"epochs": 5, "optimizer": Adam(0.05)}
    params = pretrain_folded(net, CROSS, data, rng=rng(), **options)
    assert set(params) == set(net.shapes())
    generator, codes = rng(), data
    for l in (1, 2, 3):
        stage = Autoencoder((net.layers[l - 1], net.layers[6 - l]))
        own = stage.init(generator)
        own["b2"] = mean_bias(stage, codes)
        own, *_ = train(stage, CROSS, own, codes, rng=generator, **options)
        assert_close(params[f"W{l}"], own["W1"])
        assert_close(params[f"b{l}"], own["b1"])
        assert_close(params[f"W{7 - l}"], own["W2"])
        assert_close(params[f"b{7 - l}"], own["b2"])
        codes = logistic(codes @ own["W1"].T + own["b1"])


def test_a_layer_that_stopped_for_another_reason_is_followed_by_the_next():
    _, histories = stacked(callback=lambda state: True)
    assert {history.stopped for history in histories.values()} == {"the callback asked for it"}
    assert all(len(history.objective) == 1 for history in histories.values())


def test_an_interruption_ends_pretraining_and_not_only_its_layer():
    calls = []

    def corrupt(rng, x):
        calls.append(len(x))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return x

    folded = Autoencoder.folded(6, 5, 4)
    for pretrain_all in (
        lambda: stacked(corrupt=corrupt),
        lambda: pretrain_folded(folded, CROSS, X, epochs=2, rng=rng(), corrupt=corrupt),
    ):
        calls.clear()
        with pytest.raises(KeyboardInterrupt, match="interrupted at layer"):
            pretrain_all()
        assert len(calls) == 3
