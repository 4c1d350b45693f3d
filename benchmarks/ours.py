"""The loop of the chapters, as they call it, with the objective recorded."""

import sys

import numpy as np

import ae_course
from ae_course import (
    SGD,
    Adam,
    Autoencoder,
    Parameters,
    identity,
    kl_sparsity,
    reconstruction,
    top_k,
    train,
    weight_decay,
)
from ae_course.denoising import gaussian_noise
from ae_course.tied import Tied, tie
from ae_course.variational import VariationalAutoencoder, append_noise, negative_elbo


def prepare(task):
    """The same without Numba, as it comes."""
    sys.modules["numba"] = None  # importing it now fails, as where it is not installed
    return prepare_fast(task)


def prepare_fast(task):
    """Return a function that trains for so many epochs and returns J of each."""
    net, objective = model(task)
    params, corrupt = Parameters.of(task.start()), None
    if task.kind == "tied":
        params, objective = tie(net, params), Tied(objective)
    if task.kind == "denoising":
        corrupt = gaussian_noise(task.sigma)
    if task.kind == "variational":
        corrupt = append_noise(net.units)
    optimizer = SGD(task.rate) if task.optimizer == "sgd" else Adam(task.rate)
    settings = {"optimizer": optimizer, "batch_size": task.batch, "corrupt": corrupt}
    X, rng, state = task.data(), np.random.default_rng(0), None

    def run(epochs):
        nonlocal params, state
        params, history, state = train(
            net, objective, params, X, epochs=epochs, rng=rng, state=state, **settings
        )
        return history.objective[-epochs:]

    return run


def model(task):
    """The network of a task and its objective."""
    loss = getattr(ae_course, task.loss)
    if task.kind == "variational":
        return VariationalAutoencoder.folded(*task.sizes), negative_elbo(loss)
    if task.kind == "topk":
        net = Autoencoder.folded(*task.sizes, code=top_k(task.k), output=identity)
    else:
        net = Autoencoder.folded(*task.sizes)
    objective = reconstruction(loss)
    if task.beta:
        objective = objective + task.beta * kl_sparsity(task.rho)
    if task.decay:
        objective = objective + task.decay * weight_decay
    return net, objective
