"""Tied weights are the encoder's transposed, and are trained by the sum of both gradients."""

import numpy as np
import pytest
from helpers import assert_close, drawn, samples

from ae_course.activations import tanh
from ae_course.autoencoder import Autoencoder, mirrored
from ae_course.gradcheck import check_gradient
from ae_course.losses import cross_entropy, squared_error
from ae_course.network import Layer, Network
from ae_course.objective import reconstruction, weight_decay
from ae_course.parameters import Parameters
from ae_course.sparsity import running_kl_sparsity
from ae_course.tied import Tied, tie, untie
from ae_course.training import train

X = samples()
SQUARED, CROSS = reconstruction(squared_error), reconstruction(cross_entropy)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.equation("eq-tied", by="ae_course.tied.untie")
@pytest.mark.parametrize("sizes", [(5, 4), (5, 4, 3)])
def test_the_decoder_s_weights_are_the_encoder_s_transposed(sizes):
    net = Autoencoder.folded(*sizes, hidden=tanh)
    params = drawn(net)
    shared = tie(net, params)
    whole = untie(net, shared)
    L = len(net)
    for l in range(1, L // 2 + 1):
        np.testing.assert_array_equal(whole[f"W{L + 1 - l}"], params[f"W{l}"].T)
        assert f"W{L + 1 - l}" not in shared
    for l in range(1, L + 1):
        np.testing.assert_array_equal(whole[f"b{l}"], params[f"b{l}"])
    assert_close(Tied(CROSS).value(net, shared, X), CROSS.value(net, whole, X))


@pytest.mark.equation("eq-tied-gradient", by="ae_course.tied.Tied")
@pytest.mark.parametrize("sizes", [(5, 4), (5, 4, 3)])
@pytest.mark.parametrize("J", [CROSS, SQUARED + 0.1 * weight_decay], ids=repr)
def test_the_gradient_by_shared_weights_is_right(sizes, J):
    net = Autoencoder.folded(*sizes)
    shared = tie(net, drawn(net))
    check_gradient(net, Tied(J), shared, X)
    every, found = J.gradient(net, untie(net, shared), X), Tied(J).gradient(net, shared, X)
    for theirs, ours in mirrored(net).items():
        assert_close(found[ours], every[ours] + every[theirs].T)


def test_tied_weights_are_trained_by_the_same_loop():
    net = Autoencoder.folded(5, 3)
    J = Tied(CROSS + running_kl_sparsity(0.2, 0.9))
    shared, history, after = train(net, J, tie(net, drawn(net)), samples(50), epochs=30, rng=rng())
    assert history.objective[-1] < history.objective[0]
    assert set(shared) == {"W1", "b1", "b2"}
    ((_, _), (_, sparse)) = after.objective.objective.parts
    assert len(sparse.estimate) == 3


def test_only_a_folded_autoencoder_has_tied_weights():
    lopsided = Autoencoder((Layer(5, 4, tanh), Layer(4, 3, tanh), Layer(3, 5, tanh)))
    with pytest.raises(ValueError, match=r"the sizes 5-4-3-5 with an encoder of 1"):
        mirrored(lopsided)
    with pytest.raises(TypeError, match="found Network, wanted an Autoencoder"):
        mirrored(Network((Layer(5, 4, tanh), Layer(4, 5, tanh))))


def test_parameters_that_are_not_tied_are_named():
    # With a W2 of its own the gradient by W2 would not be zero, although J does not depend on it.
    net = Autoencoder.folded(5, 4)
    params = drawn(net)
    with pytest.raises(ValueError, match="W1, b1, W2, b2; wanted W1, b1, b2, as from tie"):
        Tied(CROSS).gradient(net, params, X)
    with pytest.raises(ValueError, match="the parameters are W1; wanted W1, b1, b2, as from tie"):
        untie(net, Parameters.of({"W1": params["W1"]}))


def test_terms_that_are_added_are_tied_too_and_weights_multiply_all():
    net, decay = Autoencoder.folded(5, 4, 3), 0.1 * weight_decay
    shared = tie(net, drawn(net))
    J = Tied(CROSS + decay)
    assert Tied(CROSS) + decay == Tied(CROSS) + Tied(decay) == sum([Tied(CROSS), decay]) == J
    assert decay + Tied(CROSS) == Tied(decay + CROSS)
    assert 2 * Tied(CROSS) == Tied(CROSS) * 2 == Tied(2 * CROSS)
    check_gradient(net, 2 * J, shared, X)
    with pytest.raises(TypeError, match="unsupported operand"):
        Tied(CROSS) + 1
