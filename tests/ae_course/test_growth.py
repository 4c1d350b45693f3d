"""Nothing grows faster than what is asked for: calls and memory are counted, not seconds."""

import sys
import tracemalloc

import numpy as np
import pytest

from ae_course import (
    Adam,
    Autoencoder,
    cross_entropy,
    kl_sparsity,
    minimize,
    reconstruction,
    train,
    weight_decay,
)
from ae_course.moments import moments
from ae_course.optimizers import SGD
from ae_course.workspace import BLOCK

J = reconstruction(cross_entropy) + 0.1 * kl_sparsity(rho=0.1) + 1e-4 * weight_decay


def calls(act):
    """How many functions, of Python and of NumPy, are called while it acts."""
    counted = 0

    def note(_frame, event, _what):
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return counted


def peak(act):
    """The most bytes that are held at once while it acts."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def trained(samples=40, epochs=1, sizes=(8, 4), batch=10, optimizer=None):
    """A function that trains with these sizes."""
    net = Autoencoder.folded(*sizes)
    X = np.random.default_rng(0).random((samples, sizes[0]))
    params = net.init(np.random.default_rng(1))
    settings = {"epochs": epochs, "batch_size": batch, "optimizer": optimizer or Adam()}
    return lambda: train(net, J, params, X, rng=np.random.default_rng(2), **settings)


def read(samples):
    """A function that takes the moments of samples, in chunks of 50 that are made as they come."""
    chunk = np.random.default_rng(0).random((50, 6))
    return lambda: moments(chunk + i for i in range(samples // 50))


def searched(iterations):
    """A function that takes so many steps of L-BFGS."""
    net, X = Autoencoder.folded(8, 4), np.random.default_rng(0).random((40, 8))
    params = net.init(np.random.default_rng(1))
    return lambda: minimize(net, J, params, X, iterations=iterations)


GROWING = {
    "samples": lambda n: trained(samples=40 * n),
    "epochs": lambda n: trained(epochs=4 * n),
    "depth": lambda n: trained(sizes=(8,) * (3 * n)),
    "parameters": lambda n: trained(sizes=(4 * BLOCK // 1024, 1024 * n), samples=10),
    "chunks": lambda n: read(500 * n),
    "iterations": lambda n: searched(4 * n),
}


@pytest.mark.parametrize("what", GROWING)
def test_calls_grow_no_faster_than_what_is_asked_for(what):
    GROWING[what](1)()  # what is kept from the first call on is not counted
    one, two, four = (calls(GROWING[what](n)) for n in (1, 2, 4))
    assert one < two < four
    assert four - two <= 2.2 * (two - one) + 20, (one, two, four)


def test_calls_that_grow_with_the_square_are_seen():
    def work(n):
        return lambda: [abs(i) for _ in range(20 * n) for i in range(20 * n)]

    one, two, four = (calls(work(n)) for n in (1, 2, 4))
    assert four - two > 2.2 * (two - one) + 20


@pytest.mark.parametrize("optimizer", [SGD(0.1), Adam()], ids=["SGD", "Adam"])
def test_a_step_needs_no_memory_that_grows_with_the_samples(optimizer):
    """Beside the samples themselves, which are there before: their order, a number each."""
    few, many = (
        peak(trained(samples=n, sizes=(64, 16), batch=100, optimizer=optimizer))
        for n in (1_000, 8_000)
    )
    assert many - few <= 7_000 * 8 * 2  # the permutation, and one more of its size


def test_memory_for_moments_is_that_of_a_few_matrices_however_many_chunks():
    peak(read(500))
    few, many = peak(read(1_000)), peak(read(32_000))
    assert many <= few + 5 * 2_000  # log2(32) more sums wait; the chunks would take a million


def test_samples_near_the_origin_are_not_written_anew():
    X = np.random.default_rng(0).normal(size=(10_000, 20))
    assert peak(lambda: moments(X)) < X.nbytes / 4 < X.nbytes < peak(lambda: moments(X + 10))
